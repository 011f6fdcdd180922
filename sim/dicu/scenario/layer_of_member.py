"""The layer that a member of the ensemble lays under everything that a scenario says."""

from __future__ import annotations

from collections.abc import Callable

from dicu.scenario import fitted
from dicu.scenario.source import Mapping, Value, Where, merged


def over_member(tree: Mapping, wrong: Callable[[Where, str], None]) -> Mapping:
    """A tree over the values of the member of the ensemble that it names, if it names one."""
    section = tree.children.get("ensemble")
    number = section.children.get("member") if isinstance(section, Mapping) else None
    if not isinstance(number, Value) or not isinstance(number.value, int) or isinstance(number.value, bool):
        return tree  # none, or not a number, which is told with all the other values
    try:
        found = fitted.member(number.value)
    except ValueError as error:
        wrong(number.where, f"ensemble.member: {error}")
        return tree
    base = Mapping(number.where)
    for key, value in found.items():
        above, _, last = key.partition(".")
        leaf = Mapping(number.where, {last: Value(value, number.where)}, {last: number.where})
        base = merged(base, Mapping(number.where, {above: leaf}, {above: number.where}))
    made = merged(base, tree)
    made.where = tree.where
    return made
