"""Compiled rules of a design: the cost of a unit, random contiguous units, and the standard's rule.

Kernels only loop; `dicu.reform.designs` checks and allocates. Costs are integers (see `dicu.reform.problem`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.hashing import hash64, hash64_2
from dicu.reform.standards import WARD_PART


class Graph(NamedTuple):
    """Who is beside whom: the neighbours of node i are ``beside[first[i]:first[i + 1]]``; (n + 1,), (2E,) int32."""

    first: NDArray[np.int32]
    beside: NDArray[np.int32]


class Costs(NamedTuple):
    """What decides the cost of a unit, see `dicu.reform.problem.Problem`.

    Attributes
    ----------
    way, counts : (n, n), (n, 5) int64
        Of `Problem.way` and `Problem.count`.
    least, scale : (4, 2), (2,) float64
    """

    way: NDArray[np.int64]
    counts: NDArray[np.int64]
    least: NDArray[np.float64]
    scale: NDArray[np.float64]


class UnitSums(NamedTuple):
    """Sums over the communes of each unit, (n,) int64 each: communes, and the columns of `Costs.counts`."""

    communes: NDArray[np.int64]
    persons: NDArray[np.int64]
    wards: NDArray[np.int64]
    mountains: NDArray[np.int64]
    islands: NDArray[np.int64]
    area: NDArray[np.int64]


@njit(cache=True, nogil=True)
def unit_role(persons, communes, wards, mountains, islands):  # type: ignore[no-untyped-def]
    """Role of a unit, as in `dicu.reform.standards.role_of`; ``persons`` is counted with one more a commune."""
    whole = persons + communes
    if 2 * islands > whole:
        return 3
    if WARD_PART * wards > whole:
        return 0
    if 2 * mountains > whole:
        return 2
    return 1


@njit(cache=True, nogil=True)
def unit_cost(member, m, costs):  # type: ignore[no-untyped-def]
    """Cost of the unit made of ``member[:m]`` and its best seat.

    Returns
    -------
    (int64, int64)
        Weighted person-milliminutes with the shortfalls; the member whose seat is nearest to its people (of equals the
        one that stands first in the problem).
    """
    way, count, least, scale = costs
    persons, wards, mountains, islands, area = 0, 0, 0, 0, 0
    best = np.int64(-1)
    seat = -1
    for j in range(m):
        s = member[j]
        persons += count[s, 0]
        wards += count[s, 1]
        mountains += count[s, 2]
        islands += count[s, 3]
        area += count[s, 4]
        travel = np.int64(0)
        for i in range(m):
            travel += way[member[i], s]
        if best < 0 or travel < best or (travel == best and s < seat):
            best = travel
            seat = s
    role = unit_role(persons, m, wards, mountains, islands)
    if least[role, 0] > 0.0:
        short = 1.0 - persons / least[role, 0]
        if short > 0.0:
            best += np.int64(scale[0] * short + 0.5)
    if least[role, 1] > 0.0:
        short = 1.0 - area / least[role, 1]
        if short > 0.0:
            best += np.int64(scale[1] * short + 0.5)
    return best, seat


@njit(cache=True, nogil=True)
def costs_of(group, k, costs, cost, seat):  # type: ignore[no-untyped-def]
    """Cost and seat of each of ``k`` units of a partition, written to ``cost`` and ``seat``."""
    n = group.shape[0]
    start = np.zeros(k + 1, dtype=np.int64)
    for i in range(n):
        start[group[i] + 1] += 1
    for g in range(k):
        start[g + 1] += start[g]
    member = np.empty(n, dtype=np.int64)
    at = start.copy()
    for i in range(n):
        member[at[group[i]]] = i
        at[group[i]] += 1
    for g in range(k):
        m = start[g + 1] - start[g]
        cost[g], seat[g] = unit_cost(member[start[g] : start[g + 1]], m, costs)


@njit(cache=True, nogil=True)
def root_of(above, i):  # type: ignore[no-untyped-def]
    """Root of a tree of a forest, halving the path on the way."""
    while above[i] != i:
        above[i] = above[above[i]]
        i = above[i]
    return i


@njit(cache=True, nogil=True)
def grow(key, k, identity, graph, group):  # type: ignore[no-untyped-def]
    """Random contiguous units: a random spanning forest with ``k`` roots, one tree a unit.

    The roots are the ``k`` communes of least hash; lines between neighbours are taken in the order of their hashes,
    and each joins two trees unless both have a root already (Kruskal's rule). Group numbers are written to ``group``,
    by the first commune of each unit.
    """
    first, beside = graph
    n = identity.shape[0]
    luck = np.empty(n, dtype=np.uint64)
    for i in range(n):
        luck[i] = hash64(key, identity[i])
    rooted = np.zeros(n, dtype=np.bool_)
    order = np.argsort(luck, kind="mergesort")
    for i in range(k):
        rooted[order[i]] = True
    lines = beside.shape[0] // 2
    end = np.empty((lines, 2), dtype=np.int32)
    weight = np.empty(lines, dtype=np.uint64)
    e = 0
    for a in range(n):
        for j in range(first[a], first[a + 1]):
            b = beside[j]
            if a < b:
                end[e, 0], end[e, 1] = a, b
                low, high = identity[a], identity[b]
                if high < low:
                    low, high = high, low
                weight[e] = hash64_2(key, low, high)
                e += 1
    above = np.arange(n)
    by_weight = np.argsort(weight, kind="mergesort")
    for j in range(lines):
        a = root_of(above, end[by_weight[j], 0])
        b = root_of(above, end[by_weight[j], 1])
        if a != b and not (rooted[a] and rooted[b]):
            if rooted[b]:
                a, b = b, a
            above[b] = a
    number(above, group)


@njit(cache=True, nogil=True)
def number(above, group):  # type: ignore[no-untyped-def]
    """Number the trees of a forest by their first node."""
    n = above.shape[0]
    known = np.full(n, -1, dtype=np.int32)
    found = 0
    for i in range(n):
        r = root_of(above, i)
        if known[r] < 0:
            known[r] = found
            found += 1
        group[i] = known[r]


@njit(cache=True, nogil=True)
def shortfall_of(g, s, least, waived):  # type: ignore[no-untyped-def]
    """Sum of the relative shortfalls of a unit; 0 when it is made of ``waived`` or more communes (0: never waived)."""
    if waived > 0 and s.communes[g] >= waived:
        return 0.0
    role = unit_role(s.persons[g], s.communes[g], s.wards[g], s.mountains[g], s.islands[g])
    total = 0.0
    if least[role, 0] > 0.0:
        total += max(0.0, 1.0 - s.persons[g] / least[role, 0])
    if least[role, 1] > 0.0:
        total += max(0.0, 1.0 - s.area[g] / least[role, 1])
    return total


@njit(cache=True, nogil=True)
def join_worst(waived, graph, bridge, costs, group):  # type: ignore[no-untyped-def]
    """The standard's rule: the unit with the worst shortfall joins the neighbour with which its people travel least.

    Repeated until none falls short or none can join. Least travel: the unit that both make has the least
    person-minutes over those of the two apart. Units are not joined over a bridge, nor an island unit to another
    kind.
    """
    first, beside = graph
    n = group.shape[0]
    above = np.arange(n)
    sums = UnitSums(
        np.ones(n, dtype=np.int64),
        costs.counts[:, 0].copy(),
        costs.counts[:, 1].copy(),
        costs.counts[:, 2].copy(),
        costs.counts[:, 3].copy(),
        costs.counts[:, 4].copy(),
    )
    communes, persons, wards, mountains, islands, area = sums
    following = np.full(n, -1, dtype=np.int64)  # members of a unit, as a list from its root
    last = np.arange(n)
    short = np.empty(n)
    travel = np.empty(n, dtype=np.int64)
    travel_only = Costs(costs.way, costs.counts, costs.least, np.zeros(2))
    member = np.empty(n, dtype=np.int64)
    tried = np.full(n, -1, dtype=np.int64)
    for i in range(n):
        short[i] = shortfall_of(i, sums, costs.least, waived)
        travel[i] = costs.way[i, i]
    round_ = 0
    while True:
        worst = -1
        for i in range(n):
            if above[i] == i and short[i] > 0.0 and (worst < 0 or short[i] > short[worst]):
                worst = i
        if worst < 0:
            break
        m = 0
        i = worst
        while i >= 0:
            member[m] = i
            m += 1
            i = following[i]
        mine = m
        island = 2 * islands[worst] > persons[worst] + communes[worst]
        best, choice = np.int64(-1), -1
        for q in range(mine):
            a = member[q]
            for j in range(first[a], first[a + 1]):
                if bridge[j]:
                    continue
                other = root_of(above, beside[j])
                if other == worst or tried[other] == round_:
                    continue
                tried[other] = round_
                if island != (2 * islands[other] > persons[other] + communes[other]):
                    continue
                m = mine
                i = other
                while i >= 0:
                    member[m] = i
                    m += 1
                    i = following[i]
                both, _ = unit_cost(member, m, travel_only)
                more = both - travel[worst] - travel[other]
                if choice < 0 or more < best or (more == best and other < choice):
                    best, choice = more, other
        round_ += 1
        if choice < 0:
            short[worst] = 0.0  # nobody to join
            continue
        a, b = min(worst, choice), max(worst, choice)
        travel[a] = travel[a] + travel[b] + best
        above[b] = a
        following[last[a]] = b
        last[a] = last[b]
        communes[a] += communes[b]
        persons[a] += persons[b]
        wards[a] += wards[b]
        mountains[a] += mountains[b]
        islands[a] += islands[b]
        area[a] += area[b]
        short[a] = shortfall_of(a, sums, costs.least, waived)
    number(above, group)
