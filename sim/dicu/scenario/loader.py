"""Reads a scenario from layers of YAML and overrides; reports every error at once, each at its line."""

from __future__ import annotations

import codecs
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError

from dicu.scenario.compose import MOST_BYTES
from dicu.scenario.country import CountryFile
from dicu.scenario.dump import dump
from dicu.scenario.fields import leaf_at, sections
from dicu.scenario.files import bytes_of, near_file
from dicu.scenario.layer_of_country import CountryError, local_entry, names_a_country, with_country
from dicu.scenario.layer_of_member import over_member
from dicu.scenario.messages import error_list, explain, show, unknown_key
from dicu.scenario.plugins import world_folder
from dicu.scenario.scenario import Problem, Scenario
from dicu.scenario.shipped import Kind, configs, find, shipped
from dicu.scenario.source import (
    Mapping,
    Message,
    Value,
    Where,
    merged,
    plain_of,
    read_mapping,
    read_scalar,
    remove,
    where_of,
)
from dicu.scenario.wording import clip

COMMAND_LINE: Final = 1_000_000
"""Layer of the overrides: printed last, strongest of all."""
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
MOST_MESSAGES: Final = 100
"""Told in full; the rest are counted."""


class ConfigurationErrors(Exception):
    """Everything that is wrong with a configuration, sorted by file, line and column.

    ``messages`` are lines for a person: ``file:line:column: path: what is wrong (got ..., allowed ...)``.
    """

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages: list[str] = list(messages)


@dataclass(frozen=True)
class FileRead:
    """One configuration file that was read: its path as messages name it, and the checksum of its bytes."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class Loaded:
    """A validated scenario, the files it came from (the one named, then what it extends), and its text."""

    scenario: Scenario
    files: tuple[FileRead, ...]
    text: str


@dataclass
class Reading:
    """What has been gathered so far: messages, files, and keys whose value is in doubt."""

    messages: list[Message] = field(default_factory=list)
    files: list[FileRead] = field(default_factory=list)
    layers: list[Mapping] = field(default_factory=list)
    packaged: list[bool] = field(default_factory=list)
    country: CountryFile | None = None
    refused: set[str] = field(default_factory=set)
    complete: bool = True

    def wrong(self, where: Where, text: str) -> None:
        """Something is wrong there."""
        self.messages.append(Message(where, text))

    def errors(self) -> ConfigurationErrors:
        """All messages, sorted, each once: the first `MOST_MESSAGES`, then how many more."""
        found = sorted(set(self.messages))
        more = len(found) - MOST_MESSAGES
        tail = [f"... and {more:,} more"] if more > 0 else []
        return ConfigurationErrors([str(message) for message in found[:MOST_MESSAGES]] + tail)


def load(path: str | Path, overrides: Sequence[str] = ()) -> Loaded:
    """Read, merge and check a scenario.

    A file may say ``extends: ../base.yaml`` (relative to itself); its own keys then count before those of the
    file it extends, section by section. Overrides count before all files.

    Parameters
    ----------
    path : str or Path
        The YAML 1.2 file of the scenario, the name of a shipped one (``actual``), or the folder of a run.
    overrides : sequence of str
        ``key.path=value``, each value a YAML 1.2 scalar: ``seed=7``, ``choose.kappa=null``.

    Returns
    -------
    Loaded
        The scenario, the files read with their checksums, and the resolved text.

    Raises
    ------
    ConfigurationErrors
        When anything is wrong; all of it at once.
    """
    reading = Reading()
    tree = layers(named(path, "scenario"), overrides, reading)
    scenario = check(tree, reading)
    if reading.messages or scenario is None:
        raise reading.errors()
    return Loaded(scenario, tuple(reading.files), dump(scenario))


def named(config: str | Path, kind: Kind) -> Path:
    """The file that is meant; see `dicu.scenario.shipped.find`.

    Raises
    ------
    ConfigurationErrors
        For a word that names nothing.
    """
    try:
        return find(config, kind)
    except LookupError as error:
        raise ConfigurationErrors([f"command line: {error.args[0]}"]) from None


def layers(
    path: Path,
    overrides: Sequence[str],
    reading: Reading,
    asked: Where | None = None,
    what: str = "",
    first_layer: int = 0,
    over: Mapping | None = None,
) -> Mapping:
    """The merged tree of a file, of what it extends, and of overrides; values are not checked yet.

    Parameters
    ----------
    path, overrides
        As in `load`.
    reading : Reading
        Gathers files and messages.
    over : Mapping or None
        Lies over the files and below the overrides.
    asked, what : Where or None, str
        Who asked for the file, for messages: the command line, or a key of another file.
    first_layer : int
        Rank of the file in the order of messages.
    """
    asked = Where(first_layer, 0, 0, f"command line: {path}") if asked is None else asked
    _read_chain(path, reading, asked, what, first_layer)
    top = Where(first_layer, 1, 1, f"{os.path.normpath(path)}:1:1")
    own = Mapping(top)
    for layer, packaged in zip(reversed(reading.layers), reversed(reading.packaged), strict=True):
        own = own if packaged else merged(own, layer)
    if over is not None:
        own = merged(own, over)
    own = _override(own, overrides, reading)
    tree = Mapping(top)
    for layer, packaged in zip(reversed(reading.layers), reversed(reading.packaged), strict=True):
        tree = merged(tree, layer) if packaged else tree
    try:
        base, own, reading.country = with_country(tree, own, first_layer + len(reading.layers))
        tree = merged(base, own)
    except CountryError as error:
        reading.messages += error.messages
        reading.complete = False
    tree.where = top
    if reading.files and "name" not in reading.refused:
        _name_after_file(tree, path)
    return tree


def _read_chain(path: Path, reading: Reading, asked: Where, what: str, first_layer: int) -> None:
    """Read a file and whatever it extends, the strongest layer first; ``what`` names the key that asked for it."""
    seen: list[Path] = []
    while True:
        layer = first_layer + len(seen)
        shown = os.path.normpath(path)
        real = Path(os.path.realpath(path))
        if real in seen:
            reading.wrong(asked, f"{what}files extend each other in a circle (got {shown} again)")
            return
        seen.append(real)
        text = read_text(path, shown, layer, asked, what, reading)
        read = None if text is None else read_mapping(text, shown, layer)
        if read is not None:
            reading.messages += read.messages
            reading.refused |= read.refused
        if read is None or read.tree is None:
            reading.complete = False
            return
        _refuse_sweep(read.tree, shown, reading)
        reading.layers.append(read.tree)
        reading.packaged.append(configs().resolve() in real.parents and not names_a_country(read.tree))
        anchor_paths(read.tree, path.parent)
        extends = read.tree.children.pop("extends", None)
        read.tree.key_where.pop("extends", None)
        if extends is None:
            return
        asked, what = extends.where, "extends: "
        base = extends.value if isinstance(extends, Value) else {}
        if not isinstance(base, str) or not base or not base.isprintable():
            reading.wrong(asked, f"extends: not a path (got {show(base)}, allowed the path of a YAML file)")
            reading.complete = False
            return
        path = extended(path.parent, base)


def extended(folder: Path, base: str) -> Path:
    """The file that another one builds on: relative to it, or a shipped scenario by its name."""
    here = folder / base
    if here.exists() or Path(base).suffix or len(Path(base).parts) != 1:
        return here
    return shipped("scenario").get(base, here)


def _refuse_sweep(tree: Mapping, shown: str, reading: Reading) -> None:
    """Say once that a file is that of a sweep, instead of every key that no scenario has."""
    if "sweep" not in tree.children:
        return
    where = tree.key_where["sweep"]
    reading.wrong(
        where, f"sweep: a sweep, not a scenario (allowed the file of a scenario; try dicu sweep {shown})"
    )
    for key in ("base", "set", "sweep", "results"):
        tree.children.pop(key, None)
        tree.key_where.pop(key, None)


def read_text(path: Path, shown: str, layer: int, asked: Where, what: str, reading: Reading) -> str | None:
    """Text of a file, None (and a message) when it cannot be read."""
    try:
        raw = bytes_of(path)
    except OSError as error:
        reason = (
            "no such file" if isinstance(error, FileNotFoundError) else (error.strerror or str(error)).lower()
        )
        near = near_file(path)
        reading.wrong(
            asked, f"{what}{reason} (got {clip(shown, 200)}{f'; did you mean {near}' if near else ''})"
        )
        return None
    if len(raw) > MOST_BYTES:
        where = Where(layer, 1, 1, f"{shown}:1:1")
        reading.wrong(where, f"the file is too large (allowed {MOST_BYTES:,} bytes)")
        return None
    reading.files.append(FileRead(Path(shown), hashlib.sha256(raw).hexdigest()))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        where = Where(layer, line, column, f"{shown}:{line}:{column}")
        hint = "; this seems to be UTF-16: save it as UTF-8" if raw[:2] in _UTF16 else ""
        reading.wrong(where, f"not UTF-8 (got the byte {raw[error.start]:#04x}{hint})")
        return None


def anchor_paths(tree: Mapping, folder: Path) -> None:
    """A path in a file is meant relative to that file; make it absolute before layers are merged."""
    for section, key in (("world", "places"), ("world", "tables"), ("reform", "table")):
        branch = tree.children.get(section)
        path = branch.children.get(key) if isinstance(branch, Mapping) else None
        if isinstance(branch, Mapping) and isinstance(path, Value) and isinstance(path.value, str):
            named = (
                world_folder(path.value) if key == "tables" and not (folder / path.value).exists() else None
            )
            if named is not None:
                branch.children[key] = replace(path, value=os.path.abspath(named))
                continue
            branch.children[key] = replace(path, value=os.path.abspath(folder / path.value))


def _override(tree: Mapping, overrides: Sequence[str], reading: Reading) -> Mapping:
    """Lay ``key.path=value`` over the tree, each checked for being a key of a scenario."""
    given: set[str] = set()
    for number, text in enumerate(overrides):
        where = Where(COMMAND_LINE, number, 0, f"command line: {text}")
        path, equals, raw = text.partition("=")
        path = path.strip()
        if not equals:
            reading.wrong(
                where, "not an override (allowed key=value, such as seed=7 or reform.policy=actual)"
            )
            continue
        if path in sections() or any(leaf.startswith(f"{path}.") for leaf in leaf_at()):
            reading.wrong(where, f"{path}: a section, not a key (allowed {path}.key=value)")
            continue
        if path not in leaf_at():
            reading.wrong(where, f"{path}: {unknown_key(path)}")
            continue
        leaf = leaf_at()[path]
        value, problem = read_scalar(raw, where, lists=leaf.kind == "list")
        if not raw.strip() and leaf.nullable:  # often a variable of the shell that was never set
            problem = "no value (write null for none)"
        if path in given:
            problem = "given twice (allowed one value a key)"
        given.add(path)
        if value is None or problem:
            reading.refused.add(path)
            reading.wrong(where, f"{path}: {problem}")
            continue
        layer: Value | Mapping = value
        for key in reversed(path.split(".")):
            layer = Mapping(where, {key: layer}, {key: where})
        if isinstance(layer, Mapping):
            anchor_paths(layer, Path.cwd())
            tree = merged(tree, layer)
    return tree


def _name_after_file(tree: Mapping, path: Path) -> None:
    name = tree.children.get("name")
    if name is None or (isinstance(name, Value) and name.value == ""):
        where = name.where if name is not None else tree.where
        tree.children["name"] = Value(path.stem, where)
        tree.key_where.setdefault("name", where)


def check(tree: Mapping, reading: Reading) -> Scenario | None:
    """The scenario of a merged tree, None (and messages) where something is wrong."""
    return validated(Scenario, over_member(tree, reading.wrong), reading)


def validated[M: BaseModel](
    model: type[M], tree: Mapping, reading: Reading, *, set_aside: bool = False
) -> M | None:
    """A tree as what it should be, None (and messages) where something is wrong.

    First each value is checked, then, with the wrong ones set aside, what goes together. ``set_aside``: go on without
    the values that do not go together either, and return the rest, so that it can be read further.
    """
    plain = plain_of(tree)
    wrong, aside = set(reading.refused), set[str]()
    while True:
        try:
            return model.model_validate(plain)
        except ValidationError as error:
            found = error_list(error)
        before = len(aside)
        for entry in found:
            if entry["type"] == "cross_check":
                for problem in entry["ctx"]["problems"]:
                    _add_contradiction(problem, tree, wrong, reading)
                    if set_aside:
                        aside.add(problem.path)
                        remove(plain, tuple(problem.path.split(".")))
                continue
            loc = tuple(str(part) for part in entry["loc"])  # no dotted path: a key of a file may hold a dot
            in_key = loc[-1] == "[key]"
            loc = loc[:-1] if in_key else loc
            path = ".".join(
                str(part) for part in entry["loc"] if part != "[key]" and not isinstance(part, int)
            )
            missing = entry["type"] == "missing"
            if missing and path in aside:  # set aside already, and nothing is whole without it
                loc = loc[:-1]
            elif path not in aside and not (entry["type"] == "too_short" and _holds(path, aside)):
                at_key = in_key or entry["type"] == "extra_forbidden"
                where = where_of(tree, loc[:-1] if missing else loc, key=at_key)
                reading.wrong(
                    where or tree.where,
                    f"{path}: {explain(*local_entry(entry, path, reading.country, model))}",
                )
            aside.add(".".join(loc))
            remove(plain, loc)
        wrong |= aside
        if len(aside) == before or "" in aside:
            return None


def _add_contradiction(problem: Problem, tree: Mapping, wrong: set[str], reading: Reading) -> None:
    """Report a contradiction at the strongest layer that takes part in it, unless a part is in doubt."""
    involved = (problem.path, *(path for path in problem.also if path != problem.path))
    doubtful = any(_holds(path, wrong) or any(_holds(bad, {path}) for bad in wrong) for path in involved)
    if doubtful or not reading.complete:
        return
    found = (where_of(tree, tuple(path.split("."))) for path in involved)
    written = [where for where in found if where is not None]
    strongest = min(written, key=lambda w: -1 if w.layer == COMMAND_LINE else w.layer, default=tree.where)
    reading.wrong(strongest, f"{problem.path}: {problem.text}")


def _holds(path: str, others: set[str]) -> bool:
    """Whether a path is one of others, or a section that holds one."""
    return any(f"{other}.".startswith(f"{path}.") for other in others)
