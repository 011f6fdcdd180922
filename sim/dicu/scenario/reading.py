"""What is gathered while files are read: their checksums, everything that is wrong, and what of it can be trusted."""

from __future__ import annotations

import codecs
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError

from dicu.scenario.compose import MOST_BYTES
from dicu.scenario.contradictions import Problem
from dicu.scenario.country import CountryFile
from dicu.scenario.files import bytes_of, near_file
from dicu.scenario.layer_of_country import local_entry
from dicu.scenario.messages import error_list, explain
from dicu.scenario.source import Mapping, Message, Read, Where, plain_of, read_mapping, remove, where_of
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


def read_tree(
    path: Path, reading: Reading, asked: Where | None = None, what: str = "", layer: int = 0
) -> Read:
    """A file as a tree of keys and values; without one, and with messages, when it cannot be read.

    Parameters
    ----------
    path : Path
    reading : Reading
        Gathers the file and what is wrong with it.
    asked, what : Where or None, str
        Who asked for the file, for messages: the command line, or a key of another file.
    layer : int
        Rank of the file in the order of messages.
    """
    shown = os.path.normpath(path)
    asked = Where(layer, 0, 0, f"command line: {path}") if asked is None else asked
    text = _text(path, shown, layer, asked, what, reading)
    if text is None:
        return Read(None, [])
    read = read_mapping(text, shown, layer)
    reading.messages += read.messages
    return read


def _text(path: Path, shown: str, layer: int, asked: Where, what: str, reading: Reading) -> str | None:
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


__all__ = [
    "COMMAND_LINE",
    "MOST_MESSAGES",
    "ConfigurationErrors",
    "FileRead",
    "Reading",
    "read_tree",
    "validated",
]
