"""Moves, as they lie in memory: who goes takes along what is theirs, and each touches rows of its own and sums."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.ages import Ages
from dicu.behaviour.couples import CoupleTable
from dicu.behaviour.geography import Where
from dicu.behaviour.kin import couples_of, married_elsewhere, parts_newly_weds, takes_mark
from dicu.commit.rows import (
    WARMED,
    employed,
    formal_workers,
    lodges,
    refresh,
    settled,
    share_of_wealth,
    size_of,
    take_out,
    warm,
    without_job,
)
from dicu.commit.stocks import ARRIVED, KEPT, LEFT, Carried
from dicu.compute.draws import happens, hash64_2
from dicu.compute.kernel import kernel
from dicu.population.columns import APART, MEMBERS, NEWLY_WED, Rows
from dicu.scenario.vocabulary import REASON_WORK

_APART_DRAW: Final = 2
"""Number of the draw of a new household by the key of lodgers that says whether a couple stays one."""


class Moves(NamedTuple):
    """The M moves of a step, and what applying them writes down.

    Attributes
    ----------
    row, to, leaver, reason : (M,) int32, uint16, int8, uint8
        As in `Events`.
    new_uid : (S,) uint64
        Identities of the households that split off; ``parent`` (S,) int64 gets the rows that they leave.
    rule : CoupleTable
        How many couples stay one where a job takes one of them elsewhere.
    origin, people : (M,) int32, (M, 6) uint8
        Written: where each came from, and who moved.
    """

    row: NDArray[np.int32]
    to: NDArray[np.uint16]
    leaver: NDArray[np.int8]
    reason: NDArray[np.uint8]
    new_uid: NDArray[np.uint64]
    parent: NDArray[np.int64]
    rule: CoupleTable
    origin: NDArray[np.int32]
    people: NDArray[np.uint8]


@kernel
def _status(attributes: np.uint8, took: bool, near: bool) -> np.uint8:
    """Attributes of who moved: with a job if it took one, with the old one within the commuting area, else without."""
    if took:
        return employed(attributes)
    return attributes if near else without_job(attributes)


@kernel
def _book(
    jobs: NDArray[np.int64], origin: int, destination: int, before: int, after: int, took: bool
) -> None:
    """Formal jobs of who moved between two districts: ``before`` at the origin, ``after`` at the destination."""
    if took:
        jobs[LEFT, origin] -= before
        jobs[ARRIVED, destination] += after
    elif after == before:
        jobs[KEPT, origin] -= before
        jobs[KEPT, destination] += after
    else:
        jobs[LEFT, origin] -= before
        jobs[KEPT, destination] += after


@kernel
def _married(
    h: Rows, i: int, slot: int, took: bool, uid: np.uint64, ages: Ages, rule: CoupleTable
) -> np.uint8:
    """The mark `APART` of member ``slot`` of row i, who leaves: taken along; both get it where a job parts them."""
    couples = couples_of(h.member[i], ages, h.attributes[i])
    if married_elsewhere(h.member[i], slot, ages, couples):
        if takes_mark(h.member[i], slot, ages, couples):
            h.attributes[i] &= np.uint8(0xFF ^ APART)
        return np.uint8(APART)
    if not took or (couples >> (4 * slot)) & 15 == 0:
        return np.uint8(0)
    draw = np.uint32(hash64_2(rule.lodge_key, uid, _APART_DRAW) >> np.uint64(32))
    if not happens(draw, rule.apart_share):
        return np.uint8(0)
    h.attributes[i] |= np.uint8(APART)
    return np.uint8(APART)


@kernel
def apply_moves(
    part: tuple[int, int, int],
    h: Rows,
    n: int,
    moves: Moves,
    where: Where,
    ages: Ages,
    cost: NDArray[np.uint16],
    sums: Carried,
) -> tuple[int, int, int, int]:
    """Apply the moves of ``part`` = (first, last, splits before); splits append rows from ``n`` on.

    They list their parents. Returns whole, returns, paid, and what `warm` read, which is of no meaning.
    """
    first, last, born = part
    row, to, leaver, people, origin = moves.row, moves.to, moves.leaver, moves.people, moves.origin
    urban, district, province, area = where.urban, where.district, where.province, where.area
    households, persons, network, jobs = sums
    warmed = np.int64(0)
    year = ages.year
    whole = 0
    returns = 0
    paid = np.int64(0)
    for k in range(first, last):
        if (k - first) % WARMED == 0:
            warmed ^= warm(h, row, k, min(last, k + WARMED))
        i = int(row[k])
        o = int(h.place[i])
        d = int(to[k])
        origin[k] = o
        if d == h.home_place[i]:
            returns += 1
        fare = min(cost[district[o], district[d]], h.wealth[i])
        h.wealth[i] -= fare
        paid += fare
        took = moves.reason[k] == REASON_WORK
        near = area[district[o]] == area[district[d]]
        before = formal_workers(h, i, year)
        if leaver[k] < 0:
            whole += 1
            people_n = size_of(h, i)
            for m in range(MEMBERS):
                people[k, m] = h.member[i, m]
            home = province[district[h.home_place[i]]]
            h.place[i] = d
            h.ties[i] = 0
            h.attributes[i] = _status(settled(h.attributes[i], urban[d], d != h.home_place[i]), took, near)
            refresh(h, i, year)
            _book(jobs, district[o], district[d], before, formal_workers(h, i, year), took)
            households[o] -= 1
            households[d] += 1
            persons[o] -= people_n
            persons[d] += people_n
            network[home, district[o]] -= 1
            network[home, district[d]] += 1
        else:
            child = n + born
            h.uid[child] = moves.new_uid[born]
            h.place[child] = d
            # who shared rooms does not call them home, but what was home to all who lived there
            h.home_place[child] = h.home_place[i] if lodges(h.attributes[i]) else o
            h.ties[child] = 0
            h.income_quantile[child] = h.income_quantile[i]
            h.wealth[child] = share_of_wealth(h, i, size_of(h, i))
            for m in range(MEMBERS):
                h.member[child, m] = 0
                people[k, m] = 0
            own = settled(h.attributes[i], urban[d], True) & np.uint8(0xFF ^ (NEWLY_WED | APART))
            own |= _married(h, i, int(leaver[k]), took, h.uid[child], ages, moves.rule)
            if h.attributes[i] & np.uint8(NEWLY_WED) and parts_newly_weds(h.member[i], int(leaver[k]), ages):
                h.attributes[i] &= np.uint8(0xFF ^ NEWLY_WED)
            h.member[child, 0] = take_out(h, i, leaver[k])
            people[k, 0] = h.member[child, 0]
            h.attributes[child] = _status(np.uint8(own), took, near)
            h.flags[child] = 0
            before -= formal_workers(h, i, year)
            _book(jobs, district[o], district[d], before, formal_workers(h, child, year), took)
            refresh(h, child, year)
            refresh(h, i, year)
            households[d] += 1
            persons[o] -= 1
            persons[d] += 1
            network[province[district[h.home_place[child]]], district[d]] += 1
            moves.parent[born] = i
            born += 1
    return whole, returns, int(paid), int(warmed)


__all__ = ["Moves", "apply_moves"]
