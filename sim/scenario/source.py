"""One YAML 1.2 file as a tree in which every key and value knows its line and column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

_TAG = "tag:yaml.org,2002:"


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
        return f"{self.where.shown}: {self.text}"


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


class _Reader:
    """Turns composed nodes into the tree and collects everything that is wrong on the way."""

    def __init__(self, shown: str, layer: int) -> None:
        self.shown = shown
        self.layer = layer
        self.messages: list[Message] = []
        self.refused: set[str] = set()
        self.seen: set[int] = set()
        self.yaml = YAML(typ="safe", pure=True)

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
        if tag in (f"{_TAG}str", f"{_TAG}timestamp", f"{_TAG}value", f"{_TAG}merge"):
            return Value(raw, where)  # a day such as 2025-07-01 stays text: the calendar says what it takes
        if tag not in (f"{_TAG}null", f"{_TAG}bool", f"{_TAG}int", f"{_TAG}float"):
            self.refused.add(path)
            self.wrong(where, f"{path}: tags are not taken (got {tag})")
            return None
        try:
            value = self.yaml.constructor.construct_object(node, deep=True)
        except (ValueError, LookupError, YAMLError):  # such as `!!int ""`, or too many digits
            self.refused.add(path)
            self.wrong(where, f"{path}: not readable as {tag.removeprefix(_TAG)} (got {clip(raw)})")
            return None
        return Value(value, where)


def clip(text: str) -> str:
    """A value for a message, cut where it gets long."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def _sign(character: Any) -> str:
    """A character that ruamel.yaml names by itself or by its number."""
    return f"U+{character if isinstance(character, int) else ord(character):04X}"


def _kind(node: Node) -> str:
    return "mapping" if isinstance(node, MappingNode) else "list"


def compose(text: str, shown: str, layer: int) -> tuple[Node | None, list[Message], _Reader]:
    """The node tree of one YAML 1.2 document, or the message that says where its syntax breaks."""
    reader = _Reader(shown, layer)
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("%YAML") and "1.2" not in line:
            reader.wrong(reader.where(number, 1), f"only YAML 1.2 is read (got {clip(line.strip())})")
            return None, reader.messages, reader
    try:
        node = reader.yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = reader.where(mark.line + 1, mark.column + 1) if mark else reader.where(1, 1)
        told = ", ".join(part for part in (error.context, error.problem) if part)
        reader.wrong(where, f"YAML syntax: {told}")
        return None, reader.messages, reader
    except ReaderError as error:
        before = text[: error.position]
        column = error.position - (before.rfind("\n") + 1) + 1
        where = reader.where(before.count("\n") + 1, column)
        reader.wrong(where, f"YAML syntax: character {_sign(error.character)} is not allowed")
        return None, reader.messages, reader
    except RecursionError:
        reader.wrong(reader.where(1, 1), "YAML syntax: nested too deeply")
        return None, reader.messages, reader
    return node, [], reader


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
    node, messages, reader = compose(text, shown, layer)
    if messages:
        return Read(None, messages)
    if node is None or (isinstance(node, ScalarNode) and str(node.tag) == f"{_TAG}null"):
        reader.wrong(reader.where(1, 1), "the file is empty (allowed a mapping of keys, such as `seed: 42`)")
        return Read(None, reader.messages)
    if not isinstance(node, MappingNode):
        kind = "list" if isinstance(node, SequenceNode) else "single value"
        reader.wrong(
            reader.at(node), f"the root is no mapping (got a {kind}, allowed keys, such as `seed: 42`)"
        )
        return Read(None, reader.messages)
    tree = reader.mapping(node, "")
    return Read(tree, reader.messages, frozenset(reader.refused))


def read_scalar(text: str, where: Where, *, lists: bool = False) -> tuple[Value | None, str]:
    """Read the right side of ``key=value`` as a YAML 1.2 scalar, or as a list of them for a key that takes one.

    Returns
    -------
    Value or None
        The value, None when it is no scalar.
    str
        What is wrong, "" when nothing is.
    """
    node, messages, reader = compose(text, "", where.layer)
    if messages:
        return None, f"{messages[0].text} (quote text that holds signs of YAML)"
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
