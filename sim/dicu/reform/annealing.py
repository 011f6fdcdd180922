"""Merge-split annealing: the optimiser's kernel, one chain a legacy province.

Two proposals keep the number of units: (1) two neighbouring units are joined, a random spanning tree of their
communes is grown and cut at a random line (the recombination of DeFord, Duchin & Solomon 2021, "Recombination: a
family of Markov chains for redistricting"); (2) two neighbouring units are joined for good and a third one is cut
the same way, so that units move to where they are needed. Accepted by the rule of Metropolis at a temperature that
falls geometrically (Kirkpatrick, Gelatt & Vecchi 1983). Units stay contiguous; every draw is a hash of the chain's
key and a counter, so a chain depends on nothing but its problem and its seed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.hashing import hash64
from dicu.compute.numeric import exp64, log64
from dicu.reform.kernels import costs_of, unit_cost

HOT: Final = 0.3
"""First temperature, as a share of the mean cost of a unit at the start: most proposals are then accepted."""
COLD: Final = 1e-2
"""Last temperature, the same share: next to nothing that is worse is accepted then. Both were chosen by the objective
of the country and by exact solutions of small problems (decision 38)."""
EXCHANGE: Final = 0.3
"""Share of proposals of the second kind."""
TWO_64: Final = 2.0**64
ONE: Final = np.uint64(1)


@njit(cache=True, nogil=True, inline="always")
def below(key, counter, n):  # type: ignore[no-untyped-def]
    """Random whole number in 0..n-1."""
    return np.int64(((hash64(key, counter) >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))


class Cutting(NamedTuple):
    """Working space of `cut`, and what it makes, each int64.

    Attributes
    ----------
    order, above, mark : (n,)
        The spanning tree as it grew; ``mark`` is -1 between calls.
    frontier, origin : (2E + 1,)
        Lines that may be taken next.
    one, two : (n,)
        Written: communes of the two parts.
    """

    order: NDArray[np.int64]
    above: NDArray[np.int64]
    mark: NDArray[np.int64]
    frontier: NDArray[np.int64]
    origin: NDArray[np.int64]
    one: NDArray[np.int64]
    two: NDArray[np.int64]


@njit(cache=True, nogil=True)
def cut(key, counter, member, m, graph, group, units, work):  # type: ignore[no-untyped-def]
    """Grow a random spanning tree on ``member[:m]`` (the two ``units`` of ``group``) and cut it at a random line.

    Returns
    -------
    (int, int)
        Communes in ``work.one``; the counter. The others are in ``work.two``.
    """
    order, above, mark, frontier, origin, one, two = work
    first, beside = graph
    a, b = units
    grown = 0
    waiting = 0
    node = member[below(key, counter, m)]
    counter += ONE
    parent = -1
    while True:
        mark[node] = grown
        order[grown] = node
        above[grown] = parent
        grown += 1
        if grown == m:
            break
        for j in range(first[node], first[node + 1]):
            v = beside[j]
            if mark[v] < 0 and (group[v] == a or group[v] == b):
                frontier[waiting] = v
                origin[waiting] = grown - 1
                waiting += 1
        while True:
            i = below(key, counter, waiting)
            counter += ONE
            node, parent = frontier[i], origin[i]
            waiting -= 1
            frontier[i], origin[i] = frontier[waiting], origin[waiting]
            if mark[node] < 0:
                break
    where = 1 + below(key, counter, m - 1)
    counter += ONE
    n_one = 0
    n_two = 0
    for i in range(m):
        inside = i == where or (i > where and mark[order[above[i]]] == -2)
        if inside:
            mark[order[i]] = -2
            one[n_one] = order[i]
            n_one += 1
        else:
            two[n_two] = order[i]
            n_two += 1
    for i in range(m):
        mark[order[i]] = -1
    return n_one, counter


@njit(cache=True, nogil=True)
def anneal(key, k, proposals, graph, costs, group):  # type: ignore[no-untyped-def]
    """Improve a contiguous partition into ``k`` units; ``group`` is changed in place.

    Parameters
    ----------
    key : uint64
        Luck of the chain.
    k, proposals : int
    graph : Graph
    costs : Costs
    group : (n,) int32
        In: a contiguous partition, units 0..k-1. Out: the best that was met at a look every n proposals, or the last.

    Returns
    -------
    int64
        Its cost.
    """
    first, beside = graph
    n = group.shape[0]
    cost = np.zeros(k, dtype=np.int64)
    seat = np.zeros(k, dtype=np.int64)
    costs_of(group, k, costs, cost, seat)
    total = cost.sum()
    if k < 2 or k >= n:
        return total
    head = np.full(k, -1, dtype=np.int64)
    following = np.full(n, -1, dtype=np.int64)
    size = np.zeros(k, dtype=np.int64)
    for i in range(n - 1, -1, -1):
        g = group[i]
        following[i] = head[g]
        head[g] = i
        size[g] += 1
    lines = beside.shape[0]
    one = np.empty(n, dtype=np.int64)
    two = np.empty(n, dtype=np.int64)
    work = Cutting(
        np.empty(n, dtype=np.int64),
        np.empty(n, dtype=np.int64),
        np.full(n, -1, dtype=np.int64),
        np.empty(lines + 1, dtype=np.int64),
        np.empty(lines + 1, dtype=np.int64),
        one,
        two,
    )
    member = np.empty(n, dtype=np.int64)
    third = np.empty(n, dtype=np.int64)
    best_total = total
    best_group = group.copy()
    hot = HOT * total / k
    cooling = exp64(log64(COLD / HOT) / max(proposals // n, 1))
    temperature = hot
    counter = np.uint64(0)
    for step in range(proposals):
        if step % n == n - 1:
            temperature *= cooling
            if total < best_total:
                best_total = total
                best_group[:] = group
        u = below(key, counter, n)
        counter += ONE
        degree = first[u + 1] - first[u]
        if degree == 0:
            continue
        v = beside[first[u] + below(key, counter, degree)]
        counter += ONE
        a, b = group[u], group[v]
        if a == b:
            continue
        exchange = np.float64(hash64(key, counter)) < EXCHANGE * TWO_64
        counter += ONE
        m = 0
        for g in (a, b):
            i = head[g]
            while i >= 0:
                member[m] = i
                m += 1
                i = following[i]
        if exchange:
            c = group[below(key, counter, n)]
            counter += ONE
            if c in (a, b) or size[c] < 2:
                continue
            joined, _ = unit_cost(member, m, costs)
            length = 0
            i = head[c]
            while i >= 0:
                third[length] = i
                length += 1
                i = following[i]
            n_one, counter = cut(key, counter, third, length, graph, group, (c, c), work)
            cost_one, _ = unit_cost(one, n_one, costs)
            cost_two, _ = unit_cost(two, length - n_one, costs)
            change = joined + cost_one + cost_two - cost[a] - cost[b] - cost[c]
        else:
            n_one, counter = cut(key, counter, member, m, graph, group, (a, b), work)
            cost_one, _ = unit_cost(one, n_one, costs)
            cost_two, _ = unit_cost(two, m - n_one, costs)
            change = cost_one + cost_two - cost[a] - cost[b]
        if change > 0:
            luck = np.float64(hash64(key, counter)) / TWO_64
            counter += ONE
            if luck >= exp64(-change / temperature):
                continue
        total += change
        if exchange:
            write(a, member, m, group, head, following, size)
            cost[a] = joined
            write(b, one, n_one, group, head, following, size)
            cost[b] = cost_one
            write(c, two, length - n_one, group, head, following, size)
            cost[c] = cost_two
        else:
            write(a, one, n_one, group, head, following, size)
            cost[a] = cost_one
            write(b, two, m - n_one, group, head, following, size)
            cost[b] = cost_two
    if total < best_total:
        return total
    group[:] = best_group
    return best_total


@njit(cache=True, nogil=True)
def write(g, member, m, group, head, following, size):  # type: ignore[no-untyped-def]
    """Make ``member[:m]`` unit ``g``."""
    head[g] = -1
    size[g] = m
    for j in range(m):
        i = member[j]
        group[i] = g
        following[i] = head[g]
        head[g] = i
