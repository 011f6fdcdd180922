"""``sweep.ensemble``: every member of the ensemble of fitted parameter sets, as an axis of the grid."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from dicu.scenario.fitted import fitted
from dicu.scenario.messages import show
from dicu.scenario.reading import Reading
from dicu.scenario.source import Mapping, Value, read_mapping
from dicu.scenario.vocabulary import MEMBER

DEFAULT: Final = "default"


def ensemble_as_grid(tree: Mapping, reading: Reading) -> None:
    """Write ``sweep.ensemble``, default or the number of members from the first on, as `MEMBER` in the grid."""
    sweep = tree.children.get("sweep")
    given = sweep.children.get("ensemble") if isinstance(sweep, Mapping) else None
    if not isinstance(sweep, Mapping) or given is None:
        return
    where = sweep.key_where.pop("ensemble")
    del sweep.children["ensemble"]
    most = len(fitted().members)
    value = given.value if isinstance(given, Value) else {}
    if most == 0:
        reading.wrong(where, "sweep.ensemble: no ensemble comes with this version (delete the line)")
        return
    number = most if value == DEFAULT else value
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= most:
        reading.wrong(
            where, f"sweep.ensemble: not one (got {show(value)}, allowed {DEFAULT}, or 1 to {most} members)"
        )
        return
    grid = sweep.children.get("grid")
    if not isinstance(grid, Mapping):
        grid = Mapping(where)
        sweep.children["grid"], sweep.key_where["grid"] = grid, where
    members = tuple(Value(k + 1, where) for k in range(number))
    grid.children[MEMBER] = Value([m.value for m in members], where, members)
    grid.key_where[MEMBER] = where


def asks_for_ensemble(path: Path) -> bool:
    """Whether the file of a sweep runs over the ensemble; what else is wrong with it is for `read_design` to say."""
    text = path.read_text(encoding="utf-8", errors="replace")
    tree = read_mapping(text, str(path), 0).tree
    sweep = None if tree is None else tree.children.get("sweep")
    return isinstance(sweep, Mapping) and "ensemble" in sweep.children


__all__ = ["asks_for_ensemble", "ensemble_as_grid"]
