"""One YAML 1.2 file as a tree in which every key and value knows its line and column."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from dicu.scenario.compose import SyntaxProblem, compose
from dicu.scenario.numbers import INTEGER, number, plainly
from dicu.scenario.wording import clip, visible

_TAG: Final = "tag:yaml.org,2002:"
_TRUTHS: Final = {"true": True, "false": False}
_NULLS: Final = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_NOT_FINITE: Final = {".inf": math.inf, "+.inf": math.inf, "-.inf": -math.inf, ".nan": math.nan}
_SCALARS: Final = tuple(f"{_TAG}{kind}" for kind in ("null", "bool", "int", "float"))
_TEXTS: Final = tuple(f"{_TAG}{kind}" for kind in ("str", "timestamp", "value", "merge"))
_SHOWN_PLACE: Final = 400
_SHOWN_TEXT: Final = 1500


@dataclass(frozen=True, order=True)
class Where:
    """Where something was written: the layer (0 = the file named first), the place in it, and what to print.

    Messages sort by (layer, line, column); overrides are the last layer, their position in the list the line.
    """

    layer: int
    line: int
    column: int
    shown: str


@dataclass(frozen=True, order=True)
class Message:
    """One thing that is wrong, and where."""

    where: Where
    text: str

    def __str__(self) -> str:
        """One line: what cannot be printed is escaped, what a file may make very long is cut."""
        return visible(f"{clip(self.where.shown, _SHOWN_PLACE)}: {clip(self.text, _SHOWN_TEXT)}")


@dataclass
class Value:
    """A scalar or a list and where it was written; ``items`` are those of a list."""

    value: Any
    where: Where
    items: tuple[Value, ...] = ()


@dataclass
class Mapping:
    """Keys with their values; ``key_where`` says where each key was written."""

    where: Where
    children: dict[str, Value | Mapping] = field(default_factory=dict)
    key_where: dict[str, Where] = field(default_factory=dict)


def merged(low: Mapping, high: Mapping) -> Mapping:
    """Two layers as one: sections that both hold are merged, anything else is taken from ``high``."""
    made = Mapping(high.where, dict(low.children), dict(low.key_where))
    for key, child in high.children.items():
        below = made.children.get(key)
        if isinstance(child, Mapping) and isinstance(below, Mapping):
            child = merged(below, child)
        made.children[key] = child
        made.key_where[key] = high.key_where[key]
    return made


def plain_of(tree: Mapping) -> dict[str, Any]:
    """Values of a tree without their places."""
    return {
        key: plain_of(child) if isinstance(child, Mapping) else child.value
        for key, child in tree.children.items()
    }


def _step(keys: Collection[str], loc: tuple[str, ...]) -> int:
    """How many parts of a path make its first key: a key that names a parameter of a scenario holds a dot."""
    return next((n for n in range(1, len(loc) + 1) if ".".join(loc[:n]) in keys), 0)


def remove(plain: dict[str, Any], loc: tuple[str, ...]) -> None:
    """Set a wrong key aside (for an item of a list, the list), so that the rest can be checked."""
    n = _step(plain, loc)
    key = ".".join(loc[:n])
    if n == len(loc) or not isinstance(plain.get(key), dict):
        plain.pop(key, None)
    else:
        remove(plain[key], loc[n:])


def where_of(tree: Mapping, loc: tuple[str, ...], *, key: bool = False) -> Where | None:
    """Where a value (or its key) was written, None when it is a default."""
    child: Value | Mapping = tree
    where = tree.where
    while loc:
        if isinstance(child, Value) and child.items and loc[0].isdigit():
            child, loc = child.items[int(loc[0])], loc[1:]
            continue
        n = _step(child.children, loc) if isinstance(child, Mapping) else 0
        if not isinstance(child, Mapping) or n == 0:
            return None
        name = ".".join(loc[:n])
        where, child, loc = child.key_where[name], child.children[name], loc[n:]
    return where if key else child.where


class _Reader:
    """Turns composed nodes into the tree and collects everything that is wrong on the way."""

    def __init__(self, shown: str, layer: int) -> None:
        self.shown = shown
        self.layer = layer
        self.messages: list[Message] = []
        self.refused: set[str] = set()
        self.seen: set[int] = set()

    def compose(self, text: str) -> Node | None:
        """The node of a text; None, and a message, where its syntax breaks."""
        try:
            return compose(text)
        except SyntaxProblem as problem:
            self.wrong(self.where(problem.line, problem.column), problem.text)
            return None

    def where(self, line: int, column: int) -> Where:
        return Where(self.layer, line, column, f"{self.shown}:{line}:{column}")

    def at(self, node: Node) -> Where:
        return self.where(node.start_mark.line + 1, node.start_mark.column + 1)

    def wrong(self, where: Where, text: str) -> None:
        self.messages.append(Message(where, text))

    def tree(self, node: Node, path: str) -> Value | Mapping | None:
        """The tree under a node; None where it was refused."""
        where = self.at(node)
        if id(node) in self.seen:
            self.refused.add(path)
            self.wrong(where, f"{path}: anchors and aliases are not taken (write the value again)")
            return None
        self.seen.add(id(node))
        if isinstance(node, MappingNode | SequenceNode) and str(node.tag) not in (f"{_TAG}map", f"{_TAG}seq"):
            self.refused.add(path)
            self.wrong(where, f"{path}: tags are not taken (got {node.tag})")
            return None
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            made = [self.tree(item, f"{path}[{i}]") for i, item in enumerate(node.value)]
            for item in made:
                if isinstance(item, Mapping):
                    self.refused.add(path)
                    self.wrong(item.where, f"{path}: a section of keys in a list (allowed single values)")
            items = tuple(item for item in made if isinstance(item, Value))
            return Value([item.value for item in items], where, items)
        return self.scalar(node, path)

    def mapping(self, node: MappingNode, path: str) -> Mapping:
        made = Mapping(self.at(node))
        for key_node, value_node in node.value:
            key_at = self.at(key_node)
            if not isinstance(key_node, ScalarNode):
                self.wrong(key_at, f"{path or 'root'}: a key must be a word (got a {_kind(key_node)})")
                continue
            key = str(key_node.value)
            if key == "" or str(key_node.tag) not in (*_TEXTS, *_SCALARS):
                got = f"the tag {key_node.tag}" if key else "nothing"
                self.wrong(key_at, f"{path or 'root'}: a key must be a word (got {got})")
                continue
            below = f"{path}.{key}" if path else key
            if key_node.tag == f"{_TAG}merge":
                self.wrong(key_at, f"{below}: merge keys are no part of YAML 1.2 (use extends)")
                continue
            child = self.tree(value_node, below)
            if isinstance(child, Value) and child.value is None and value_node.value == "":
                child.where = key_at  # nothing was written: the key is what there is to see
            before = made.children.get(key)
            if before is not None:
                first = made.key_where[key]
                self.wrong(key_at, f"{below}: duplicate key (first written on line {first.line})")
                self.refused.add(below)
                if isinstance(before, Mapping) and isinstance(child, Mapping):
                    made.children[key] = merged(before, child)
            elif child is not None:
                made.children[key] = child
                made.key_where[key] = key_at
        return made

    def scalar(self, node: Node, path: str) -> Value | None:
        where, tag, raw = self.at(node), str(node.tag), str(node.value)
        if tag in _TEXTS:
            return Value(raw, where)  # a day such as 2025-07-01 stays text: the calendar says what it takes
        if tag not in _SCALARS:
            self.refused.add(path)
            self.wrong(where, f"{path}: tags are not taken (got {tag})")
            return None
        kind = tag.removeprefix(_TAG)
        try:
            value = _read_as(kind, raw)
        except (ValueError, KeyError):
            if kind in ("int", "float") and node.ctag.handle is None and plainly(raw):
                return Value(raw, where)  # `1_000`: text, and who needs a number says how it is written
            self.refused.add(path)
            self.wrong(where, f"{path}: not readable as {kind} (got {clip(raw)})")
            return None
        return Value(value, where)


def _read_as(kind: str, raw: str) -> Any:
    """A scalar of YAML's core schema; ValueError or KeyError where the word is none of its kind."""
    if kind == "null":
        return _NULLS[raw]
    if kind == "bool":
        return _TRUTHS[raw.lower()]
    if kind == "int":
        if not INTEGER.fullmatch(raw):
            raise ValueError(raw)
        return int(raw)  # ValueError beyond 4,300 digits
    if (plain := number(raw)) is not None:
        return plain
    return _NOT_FINITE[raw.lower()]


def _kind(node: Node) -> str:
    return "mapping" if isinstance(node, MappingNode) else "list"


@dataclass(frozen=True)
class Read:
    """One file as a tree (None: not usable at all); ``refused`` are keys whose value is in doubt."""

    tree: Mapping | None
    messages: list[Message]
    refused: frozenset[str] = frozenset()


def read_mapping(text: str, shown: str, layer: int) -> Read:
    """Read one file's text into a tree with positions.

    Parameters
    ----------
    text : str
        YAML 1.2, one document, a mapping at its root.
    shown : str
        The file as messages name it.
    layer : int
        Rank of the file among the layers, by which messages are sorted.

    Returns
    -------
    Read
        The tree, and everything wrong with the file as YAML: syntax, duplicate keys, aliases, tags.
    """
    reader = _Reader(shown, layer)
    node = reader.compose(text)
    if reader.messages:
        return Read(None, reader.messages)
    if node is None or (isinstance(node, ScalarNode) and str(node.tag) == f"{_TAG}null"):
        reader.wrong(reader.where(1, 1), "the file is empty (allowed a mapping of keys, such as `seed: 42`)")
        return Read(None, reader.messages)
    if not isinstance(node, MappingNode):
        kind = "list" if isinstance(node, SequenceNode) else "single value"
        reader.wrong(
            reader.at(node), f"the root is not a mapping (got a {kind}, allowed keys, such as `seed: 42`)"
        )
        return Read(None, reader.messages)
    tree = reader.mapping(node, "")
    return Read(tree, reader.messages, frozenset(reader.refused))


def read_scalar(text: str, where: Where, *, lists: bool = False) -> tuple[Value | None, str]:
    """Read the right side of ``key=value`` as a YAML 1.2 scalar, or as a list of them for a key that takes one.

    Returns
    -------
    Value or None
        The value, None when it is not a scalar.
    str
        What is wrong, "" when nothing is.
    """
    reader = _Reader("", where.layer)
    node = reader.compose(text)
    if reader.messages:
        return None, f"{reader.messages[0].text} (quote text that holds signs of YAML)"
    if "#" in text and (node is None or node.end_mark.index < len(text.rstrip())):
        return None, "a sign # behind a space begins a comment of YAML (quote text that holds it)"
    if node is None:
        return Value(None, where), ""
    if lists and isinstance(node, SequenceNode):
        made = reader.tree(node, "")
        if reader.messages or not isinstance(made, Value):
            return None, reader.messages[0].text.removeprefix(": ")
        return Value(made.value, where), ""
    if not isinstance(node, ScalarNode):
        return (
            None,
            f"a {_kind(node)} is not taken here (allowed one value; quote text that holds signs of YAML)",
        )
    value = reader.scalar(node, "")
    if value is None:
        return None, reader.messages[0].text.removeprefix(": ")
    return Value(value.value, where), ""
