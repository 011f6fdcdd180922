"""``key=value`` of the command line, laid over a scenario or over the file of a sweep or a calibration."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from dicu.scenario.fields import leaf_at, sections
from dicu.scenario.messages import unknown_key
from dicu.scenario.plugins import world_folder
from dicu.scenario.reading import COMMAND_LINE, Reading
from dicu.scenario.source import Mapping, Value, Where, merged, read_scalar


def override(tree: Mapping, overrides: Sequence[str], reading: Reading) -> Mapping:
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
        layer = tree_of(path, value)
        anchor_paths(layer, Path.cwd())
        tree = merged(tree, layer)
    return tree


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


def tree_of(key: str, value: Value) -> Mapping:
    """A tree that holds one value under a dotted path."""
    *above, last = key.split(".")
    tree = Mapping(value.where, {last: value}, {last: value.where})
    for name in reversed(above):
        tree = Mapping(value.where, {name: tree}, {name: value.where})
    return tree


def with_own(
    tree: Mapping,
    overrides: Sequence[str],
    own: Collection[str],
    reading: Reading,
    adapt: Callable[[str, Value], Value] = lambda _, value: value,
) -> tuple[Mapping, list[str]]:
    """Lay what a file has itself over its tree; the rest is for its base scenario.

    Parameters
    ----------
    tree : Mapping
        Of the file of a sweep or a calibration.
    overrides : sequence of str
        ``key=value``
    own : collection of str
        First parts of the keys that may be set so.
    reading : Reading
        Gathers values that cannot be read.
    adapt : callable
        Makes of a key and its value the value that is laid over.

    Returns
    -------
    Mapping
        The tree with them.
    list of str
        The overrides that are not the file's own, as they were given.
    """
    others = []
    made = tree
    for number, text in enumerate(overrides):
        key, equals, raw = (part.strip() for part in text.partition("="))
        if not equals or key.split(".")[0] not in own:
            others.append(text)
            continue
        where = Where(COMMAND_LINE, number, 0, f"command line: {text}")
        value, problem = read_scalar(raw, where)
        if value is None or problem:
            reading.wrong(where, f"{key}: {problem}")
            continue
        made = merged(made, tree_of(key, adapt(key, value)))
        made.where = tree.where
    return made, others


__all__ = ["anchor_paths", "override", "tree_of", "with_own"]
