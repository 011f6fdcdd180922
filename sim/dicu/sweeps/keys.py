"""Keys of the file of a sweep, each checked where it stands: what is wrong is noted, and a default goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dicu.scenario.fields import leaf_at, sections
from dicu.scenario.loader import Reading
from dicu.scenario.messages import show, unknown_key
from dicu.scenario.source import Mapping, Value, Where
from dicu.scenario.suggest import suggest


def known(tree: Mapping, allowed: Sequence[str], section: str, reading: Reading) -> None:
    """Note every key that is not allowed."""
    for key, where in tree.key_where.items():
        if key not in allowed:
            path = f"{section}.{key}" if section else key
            reading.wrong(where, f"{path}: unknown key ({_meant(key, allowed)})")


def section(child: Value | Mapping | None, path: str, reading: Reading) -> Mapping | None:
    """A section of keys, None where there is none."""
    if child is None or isinstance(child, Mapping):
        return child
    reading.wrong(child.where, f"{path}: a section of keys is needed (got {show(child.value)})")
    return None


def integer(tree: Mapping, key: str, path: str, low: int, high: int, default: int, reading: Reading) -> int:
    """An integer between two bounds."""
    child = tree.children.get(key)
    if child is None:
        return default
    value = child.value if isinstance(child, Value) else {}
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        text = f"an integer from {low} to {high} is needed (got {show(value)})"
        reading.wrong(child.where, f"{path}.{key}: {text}")
        return default
    return value


def choice(tree: Mapping, key: str, path: str, allowed: Sequence[str], default: str, reading: Reading) -> str:
    """One of some words."""
    child = tree.children.get(key)
    if child is None:
        return default
    value: Any = child.value if isinstance(child, Value) else {}
    if value not in allowed:
        near = suggest(str(value), allowed)
        hint = f"; did you mean {near}" if near else ""
        text = f"not one of the choices (got {show(value)}, allowed {', '.join(allowed)}{hint})"
        reading.wrong(child.where, f"{path}.{key}: {text}")
        return default
    return str(value)


def items(child: Value | Mapping, path: str, reading: Reading) -> tuple[Value, ...]:
    """Values of a list, at least one."""
    if not isinstance(child, Value) or not isinstance(child.value, list) or not child.items:
        got = show(child.value) if isinstance(child, Value) else "a section of keys"
        reading.wrong(child.where, f"{path}: a list with at least one value is needed (got {got})")
        return ()
    return child.items


def words(
    tree: Mapping, key: str, path: str, allowed: Sequence[str], default: tuple[str, ...], reading: Reading
) -> tuple[str, ...]:
    """Some of some words, in the order of those allowed."""
    child = tree.children.get(key)
    if child is None:
        return default
    found = []
    for item in items(child, f"{path}.{key}", reading):
        if item.value in allowed:
            found.append(str(item.value))
        else:
            text = f"unknown (got {show(item.value)}; {_meant(str(item.value), allowed)})"
            reading.wrong(item.where, f"{path}.{key}: {text}")
    return tuple(name for name in allowed if name in found)


def leaves_below(
    tree: Mapping | None, part: str, reading: Reading, prefix: str = ""
) -> Iterator[tuple[str, Value | Mapping, Where]]:
    """Dotted paths below a section, with what stands there and where the key is; a key may itself be dotted."""
    for key, child in tree.children.items() if tree is not None else ():
        assert tree is not None
        path, where = f"{prefix}{key}", tree.key_where[key]
        if isinstance(child, Mapping) and path in sections():
            yield from leaves_below(child, part, reading, f"{path}.")
        elif path in sections():
            reading.wrong(where, f"{part}: {path} is a section, not a key (allowed {path}.key)")
        elif path not in leaf_at():
            reading.wrong(where, f"{part}: {path}: {unknown_key(path)}")
        else:
            yield path, child, where


def values_below(tree: Mapping | None, part: str, reading: Reading) -> Iterator[tuple[str, Value, Where]]:
    """The same where every path must have a value."""
    for path, child, where in leaves_below(tree, part, reading):
        if isinstance(child, Mapping):
            reading.wrong(where, f"{part}: {path}: a value is needed (got a section of keys)")
        else:
            yield path, child, where


def _meant(word: str, allowed: Sequence[str]) -> str:
    near = suggest(word, allowed)
    return f"did you mean {near}" if near else f"allowed {', '.join(allowed)}"
