"""The exact best map of a small problem, to know how far the annealing is from it.

Every contiguous unit is listed with its cost, and every set of communes is divided in the best way by dynamic
programming over sets: the first commune's unit, then the rest. 3^n steps, so for a district, not for a province.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.reform.kernels import unit_cost
from dicu.reform.problem import Problem

LARGEST: Final = 18
"""Communes of the largest problem that is tried: some seconds and tens of megabytes."""
NEVER: Final = 1 << 62
"""Cost of what is no unit."""


def connected_sets(problem: Problem, largest: int) -> Iterator[tuple[int, ...]]:
    """Every connected set of at most ``largest`` communes, each once.

    Sets are grown from their smallest member; whoever was passed over at one step is not taken at a later one
    (Wernicke 2006, "Efficient detection of network motifs").
    """
    beside = [
        set(problem.beside[problem.first[i] : problem.first[i + 1]].tolist()) for i in range(len(problem))
    ]

    def grown(chosen: tuple[int, ...], waiting: list[int], seen: set[int]) -> Iterator[tuple[int, ...]]:
        yield chosen
        if len(chosen) == largest:
            return
        while waiting:
            node = waiting.pop()
            new = [v for v in beside[node] if v > chosen[0] and v not in seen]
            yield from grown((*chosen, node), waiting + new, seen | set(new))

    for root in range(len(problem)):
        near = [v for v in beside[root] if v > root]
        yield from grown((root,), near, {root, *near})


def exact_units(problem: Problem, units: int) -> tuple[NDArray[np.int32], int]:
    """The map of least cost into so many contiguous units.

    Returns
    -------
    (n,) int32
        Unit of each commune, numbered by its first one.
    int
        Its cost.

    Raises
    ------
    ValueError
        When the problem is too large, or there is no such map.
    """
    n = len(problem)
    if n > LARGEST:
        raise ValueError(f"the exact map of {n} communes is out of reach (allowed up to {LARGEST})")
    cost = np.full(1 << n, NEVER, dtype=np.int64)
    for members in connected_sets(problem, n - units + 1):
        cost[sum(1 << i for i in members)] = set_cost(problem, members)
    least, chosen = _partition(cost, n, units)
    whole = (1 << n) - 1
    if least[units, whole] >= NEVER:
        raise ValueError(f"{n} communes do not divide into {units} contiguous units")
    group = np.empty(n, dtype=np.int32)
    left = whole
    for j in range(units, 0, -1):
        part = int(chosen[j, left])
        group[[i for i in range(n) if part >> i & 1]] = units - j
        left ^= part
    return group, int(least[units, whole])


@njit(cache=True)
def _partition(cost, n, units):  # type: ignore[no-untyped-def]
    """Least cost of dividing each set of communes into j units, and the unit of its first commune then."""
    sets = 1 << n
    least = np.full((units + 1, sets), NEVER, dtype=np.int64)
    chosen = np.zeros((units + 1, sets), dtype=np.int32)
    least[0, 0] = 0
    for j in range(1, units + 1):
        for mask in range(1, sets):
            lowest = mask & -mask
            rest = mask ^ lowest
            part = rest
            while True:  # every subset of the rest, with the first commune
                unit = part | lowest
                if cost[unit] < NEVER and least[j - 1, mask ^ unit] < NEVER:
                    total = cost[unit] + least[j - 1, mask ^ unit]
                    if total < least[j, mask]:
                        least[j, mask] = total
                        chosen[j, mask] = unit
                if part == 0:
                    break
                part = (part - 1) & rest
    return least, chosen


def set_cost(problem: Problem, members: Sequence[int]) -> int:
    """Cost of one unit, `dicu.reform.problem.Problem`."""
    member = np.array(members, dtype=np.int64)
    return int(unit_cost(member, len(member), problem.costs)[0])


def part_of(problem: Problem, nodes: Sequence[int], units: int) -> Problem:
    """The problem of some of the communes alone, with the same costs.

    Parameters
    ----------
    nodes
        Communes of the problem that are connected among themselves.
    units
        How many units they are to make.
    """
    kept = np.array(sorted(nodes), dtype=np.int64)
    local = np.full(len(problem), -1, dtype=np.int32)
    local[kept] = np.arange(len(kept))
    rows = [slice(problem.first[i], problem.first[i + 1]) for i in kept.tolist()]
    beside = [local[problem.beside[row]] for row in rows]
    inside = [row >= 0 for row in beside]
    return replace(
        problem,
        commune=problem.commune[kept],
        identity=problem.identity[kept],
        first=np.concatenate([[0], np.cumsum([int(mine.sum()) for mine in inside])]).astype(np.int32),
        beside=np.concatenate([b[mine] for b, mine in zip(beside, inside, strict=True)]),
        bridge=np.concatenate([problem.bridge[row][mine] for row, mine in zip(rows, inside, strict=True)]),
        way=np.ascontiguousarray(problem.way[np.ix_(kept, kept)]),
        count=problem.count[kept],
        units=units,
    )
