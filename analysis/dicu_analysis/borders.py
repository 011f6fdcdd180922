"""Which unit governs each place at a step of a run, from its table of lineage.

The borders of a run are those of its own reform: the map of 2025 is one of the many that a run can have. They start as
those of before, and every dated reform that redraws them wrote into ``lineage`` where each unit went.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LEVELS = ("commune", "province")
"""Levels that a reform may redraw; districts and regions are those of the start."""


class UnknownBorders(ValueError):
    """The tables of a run do not say which unit a place belongs to."""


@dataclass(frozen=True)
class Borders:
    """Units in force at a step.

    Attributes
    ----------
    of_place : (P,) Categorical
        Code of the unit of each place.
    names : dict
        Name of each unit in force by code.
    """

    of_place: pd.Categorical
    names: dict[str, str]


def redrawn(lineage: pd.DataFrame) -> tuple[int, ...]:
    """Steps at whose beginning some unit was merged or split, in order."""
    return tuple(sorted({int(s) for s in lineage.loc[lineage["kind"] != "unchanged", "step"]}))


def in_force(
    start: Borders, lineage: pd.DataFrame, level: str, step: int, hints: tuple[pd.Categorical, ...] = ()
) -> Borders:
    """Follow the units of a level from the start to a step; at the step of a reform its borders hold already.

    A unit that was split needs to be known by place: one of ``hints`` (maps that the world holds, (P,) each) must send
    as many of its places to each successor as the lineage says.

    Raises
    ------
    UnknownBorders
        When a unit was split along no map that is known, or the lineage leaves out a unit.
    """
    unit = np.asarray(start.of_place).astype(str).astype(object)
    names = dict(start.names)
    rows = lineage[(lineage["level"].astype(str) == level) & (lineage["step"] <= step)]
    for at, dated in rows.groupby("step", sort=True):
        codes, known = pd.factorize(unit)
        ways: dict[str, dict[str, int]] = {}
        columns = (dated[c] for c in ("predecessor", "successor", "places"))
        for before, after, places in zip(*columns, strict=True):
            ways.setdefault(str(before), {})[str(after)] = int(places)
        if missing := sorted(set(known) - ways.keys()):
            raise UnknownBorders(f"lineage, step {at}: what became of {level} {missing[0]} is not told")
        order = np.argsort(codes, kind="stable")
        ends = np.searchsorted(codes[order], np.arange(1, len(known)))
        for old, mine in sorted(zip(known, np.split(order, ends), strict=True), key=lambda one: str(one[0])):
            went = ways[old]
            unit[mine] = next(iter(went)) if len(went) == 1 else _split(mine, went, hints, level, old)
        names = dict(zip(dated["successor"].astype(str), dated["successor_name"].astype(str), strict=True))
    return Borders(pd.Categorical(unit.astype(str)), names)


def _split(
    mine: NDArray[np.int64], went: dict[str, int], hints: tuple[pd.Categorical, ...], level: str, old: str
) -> NDArray[Any]:
    """The successor of each place of a unit that was split."""
    for hint in hints:
        there = np.asarray(hint)[mine].astype(str)
        found = dict(zip(*(x.tolist() for x in np.unique(there, return_counts=True)), strict=True))
        if found == went:
            split: NDArray[Any] = there.astype(object)
            return split
    raise UnknownBorders(f"{level} {old} was split between {', '.join(sorted(went))}, by place unknown")
