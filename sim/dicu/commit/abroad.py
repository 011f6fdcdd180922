"""Migration abroad: households that leave the country, and newcomers from beyond it (rule `abroad`, decision 70).

Only rows that nothing else touched in the step take part. Who leaves takes everybody and all wealth along; links to
children and parents end. A household that arrives has the members, skill, sector and wealth of the one it resembles,
lives in the same place, rents, has no ties, no relatives and no formal job.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.abroad import COME, DIRECTIONS, LEAVE, AbroadTable
from dicu.behaviour.ages import Ages
from dicu.behaviour.consider import readiness_of
from dicu.behaviour.geography import Where
from dicu.behaviour.tables import Tables
from dicu.commit.changes import Crossed
from dicu.commit.identity import new_uids
from dicu.commit.rows import formal_workers, lodges, refresh, settled, size_of, without_job
from dicu.commit.stocks import LEFT, Carried, Stocks
from dicu.compute.draws import happens
from dicu.compute.hashing import hash32
from dicu.compute.kernel import kernel
from dicu.compute.pool import over_blocks
from dicu.population.columns import APART, BUSY, LODGING, MEMBERS, Households, Rows

_BLOCK: Final = 1 << 14
_UNITS: Final = 1 << 20
"""Readiness is summed over households in 2^-20, as integers: the same in any order of rows."""
_QUANTILE_SHIFT: Final = np.uint64(56)
"""The rank of a newcomer's luck in income: the top 8 bits of its identity."""


class Crossing(NamedTuple):
    """What `_draw` reads besides the rows, and where it lists who crosses: (blocks, 2, block size) and (blocks, 2).

    Attributes
    ----------
    rate : (A, 2) float64
        Chance to leave, or to be the likeness of who comes, per unit of readiness.
    """

    rate: NDArray[np.float64]
    listed: NDArray[np.int64]
    found: NDArray[np.int64]


@kernel
def _units(i: int, h: Rows, t: AbroadTable, ages: Ages) -> int:
    """Readiness of row i in whole units; 0 where it takes no part: emptied or touched in this step."""
    if h.member[i, 0] == 0 or h.flags[i] & np.uint8(BUSY):
        return 0
    return int(np.floor(readiness_of(i, h, t.ready, ages) * _UNITS))


@kernel
def _weigh(lo: int, hi: int, h: Rows, t: AbroadTable, ages: Ages, total: NDArray[np.int64]) -> None:
    """Readiness times members of rows lo..hi by area, into ``total`` (A,)."""
    for i in range(lo, hi):
        total[t.area[h.place[i]]] += _units(i, h, t, ages) * size_of(h, i)


@kernel
def _draw(block: int, n: int, h: Rows, t: AbroadTable, ages: Ages, out: Crossing) -> None:
    """List the rows of a block that leave, and those that newcomers resemble."""
    for i in range(block * _BLOCK, min(n, (block + 1) * _BLOCK)):
        units = _units(i, h, t, ages)
        if units == 0:
            continue
        area = t.area[h.place[i]]
        for way in range(DIRECTIONS):
            key = t.leave_key if way == LEAVE else t.come_key
            if happens(hash32(h.uid[i], key), units * out.rate[area, way]):
                out.listed[block, way, out.found[block, way]] = i
                out.found[block, way] += 1


@kernel
def _leave(h: Rows, rows: NDArray[np.int64], where: Where, year: int, sums: Carried) -> int:
    """Take households out of the stocks; returns the wealth that they take along."""
    taken = np.int64(0)
    for i in rows:
        at = h.place[i]
        district = where.district[at]
        sums.households[at] -= 1
        sums.persons[at] -= size_of(h, i)
        sums.network[where.province[where.district[h.home_place[i]]], district] -= 1
        sums.jobs[LEFT, district] -= formal_workers(h, i, year)
        taken += np.int64(h.wealth[i])
    return int(taken)


@kernel
def _come(
    h: Rows,
    like: NDArray[np.int64],
    n: int,
    uid: NDArray[np.uint64],
    where: Where,
    year: int,
    sums: Carried,
) -> int:
    """Write newcomers from row ``n`` on, each like a row; returns the wealth that they bring."""
    brought = np.int64(0)
    for k in range(like.shape[0]):
        i, row = like[k], n + k
        at = h.place[i]
        district = where.district[at]
        h.uid[row] = uid[k]
        h.place[row] = at
        h.home_place[row] = at
        h.wealth[row] = h.wealth[i]
        for m in range(MEMBERS):
            h.member[row, m] = h.member[i, m]
        like_them = h.attributes[i] & np.uint8(0xFF ^ APART)
        h.attributes[row] = without_job(settled(like_them, where.urban[at], True))
        if lodges(h.attributes[i]):  # else people without kin would count as couples and parents
            h.attributes[row] |= np.uint8(LODGING)
        h.income_quantile[row] = np.uint8(uid[k] >> _QUANTILE_SHIFT)
        h.ties[row] = 0
        h.flags[row] = 0
        refresh(h, row, year)
        sums.households[at] += 1
        sums.persons[at] += size_of(h, row)
        sums.network[where.province[district], district] += 1
        brought += np.int64(h.wealth[row])
    return int(brought)


def _who(
    households: Households, table: AbroadTable, ages: Ages
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that leave, and rows that newcomers resemble, ascending."""
    h, n = households.rows, households.n
    blocks = -(-n // _BLOCK)
    total = np.zeros((blocks, len(table.wanted)), dtype=np.int64)

    def weigh(first: int, last: int) -> None:
        for b in range(first, last):
            _weigh(b * _BLOCK, min(n, (b + 1) * _BLOCK), h, table, ages, total[b])

    over_blocks(weigh, blocks)
    there = total.sum(axis=0)[:, None]
    rate = np.where(there > 0, table.wanted / np.maximum(there, 1), 0.0)
    crossing = Crossing(
        rate,
        listed=np.empty((blocks, DIRECTIONS, _BLOCK), dtype=np.int64),
        found=np.zeros((blocks, DIRECTIONS), dtype=np.int64),
    )

    def draw(first: int, last: int) -> None:
        for b in range(first, last):
            _draw(b, n, h, table, ages, crossing)

    over_blocks(draw, blocks)
    leave, come = (
        np.concatenate([crossing.listed[b, way, : crossing.found[b, way]] for b in range(blocks)])
        if blocks
        else np.empty(0, dtype=np.int64)
        for way in (LEAVE, COME)
    )
    return leave, come


def cross_border(households: Households, table: AbroadTable, tables: Tables, stocks: Stocks) -> Crossed:
    """Households leave the country and others come; newcomers take rows behind the last one.

    Those who leave are taken out of the stocks; their rows still have to be freed by the caller. Newcomers are rows of
    the stocks and of ``households`` at once.
    """
    ages, uid = tables.ages, households.uid[: households.n]
    leave, like = _who(households, table, ages)
    new = new_uids(uid, uid[like], table.new_key)
    n = households.n
    if n + len(new) > households.capacity:
        households.grow(n + max(len(new), n // 16))
    h = households.rows
    before = stocks.persons.copy()
    brought = _come(h, like, n, new, tables.where, ages.year, stocks.carried)
    came = stocks.persons - before
    taken = _leave(h, leave, tables.where, ages.year, stocks.carried)
    households.n = n + len(new)
    return Crossed(
        row=leave,
        uid=households.uid[leave],
        place=h.place[n : n + len(new)].astype(np.int32),
        new_uid=new,
        immigrants=came,
        emigrants=before + came - stocks.persons,
        left_place=h.place[leave].astype(np.int32),
        brought=int(brought),
        taken=int(taken),
    )


__all__ = ["cross_border"]
