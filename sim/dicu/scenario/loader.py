"""Reads a scenario from layers of YAML and overrides; reports every error at once, each at its line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dicu.scenario.dump import dump
from dicu.scenario.layer_of_country import CountryError, names_a_country, with_country
from dicu.scenario.layer_of_member import over_member
from dicu.scenario.messages import show
from dicu.scenario.overrides import anchor_paths, override
from dicu.scenario.reading import ConfigurationErrors, FileRead, Reading, read_tree, validated
from dicu.scenario.scenario import Scenario
from dicu.scenario.shipped import Kind, configs, find, shipped
from dicu.scenario.source import Mapping, Value, Where, merged


@dataclass(frozen=True)
class Loaded:
    """A validated scenario, the files it came from (the one named, then what it extends), and its text."""

    scenario: Scenario
    files: tuple[FileRead, ...]
    text: str


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
    own = override(own, overrides, reading)
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
        read = read_tree(path, reading, asked, what, layer)
        reading.refused |= read.refused
        if read.tree is None:
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


def _name_after_file(tree: Mapping, path: Path) -> None:
    name = tree.children.get("name")
    if name is None or (isinstance(name, Value) and name.value == ""):
        where = name.where if name is not None else tree.where
        tree.children["name"] = Value(path.stem, where)
        tree.key_where.setdefault("name", where)


def check(tree: Mapping, reading: Reading) -> Scenario | None:
    """The scenario of a merged tree, None (and messages) where something is wrong."""
    return validated(Scenario, over_member(tree, reading.wrong), reading)


__all__ = ["ConfigurationErrors", "Loaded", "check", "extended", "layers", "load", "named"]
