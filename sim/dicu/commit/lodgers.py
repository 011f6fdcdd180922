"""Lodgers: who arrives alone takes a room in a household of lodgers, or is the first of one (assumption A128)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.couples import drawn
from dicu.behaviour.geography import Where
from dicu.behaviour.tables import Tables
from dicu.behaviour.wealth import MOST_WEALTH
from dicu.commit.rows import lodges, put_in, refresh, size_of, take_out
from dicu.commit.stocks import Carried, Stocks, carry
from dicu.compute.draws import hash64, hash64_2
from dicu.compute.kernel import kernel
from dicu.compute.pool import over_blocks
from dicu.population.columns import (
    APART_SHIFT,
    BUSY,
    FORMAL_SHIFT,
    LODGING,
    MEMBERS,
    SKILL_MASK,
    Households,
    Rows,
)

_ALIKE: Final = 16
"""Kinds of lodgers, see `_alike`: in one household all are of one, since what they live on stands once for all."""
_NUMBER: Final = 1
"""Which draw of a step's key says where on the circle somebody begins to ask; the one without a number, who lodges."""

# rows that a thread takes at a time, without effect on results
_ROWS: Final = 1 << 16


@dataclass(frozen=True, eq=False)
class Lodged:
    """Who took a room in a household that was there.

    Attributes
    ----------
    emptied, host : (K,) int64
        Rows left empty, and the rows they joined.
    exchanged : (2, X) int32
        Places, within a district, from and to which some of them went without a further move.
    """

    emptied: NDArray[np.int64]
    host: NDArray[np.int64]
    exchanged: NDArray[np.int32]


class Rooms(NamedTuple):
    """H households of lodgers with room, by unit and kind, in the order of their hashes on a circle of 64 bits.

    Attributes
    ----------
    unit : (P,) int64
        Of each place; places of one unit are of one district.
    first : (16 U + 1,) int64
        Those of kind k (`_alike`) of unit u are ``first[16 u + k]`` to ``first[16 u + k + 1]`` - 1.
    row, hashed : (H,) int64, uint64
    """

    unit: NDArray[np.int64]
    first: NDArray[np.int64]
    row: NDArray[np.int64]
    hashed: NDArray[np.uint64]


@kernel
def _with_room(
    lo: int, hi: int, h: Rows, district: NDArray[np.int32], asked: NDArray[np.bool_], out: NDArray[np.int64]
) -> int:
    """List those of rows lo..hi-1 in districts asked for that have a room; touched by no other event of the step."""
    k = np.int64(0)
    for i in range(lo, hi):
        if not lodges(h.attributes[i]):
            continue
        if asked[district[h.place[i]]] and h.member[i, MEMBERS - 1] == 0 and not h.flags[i] & np.uint8(BUSY):
            out[k] = i
            k += 1
    return int(k)


@kernel
def _hash(key: np.uint64, uid: NDArray[np.uint64], row: NDArray[np.int64], out: NDArray[np.uint64]) -> None:
    for k in range(row.shape[0]):
        out[k] = hash64(key, uid[row[k]])


def _hosts(h: Rows, n: int, district: NDArray[np.int32], asked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rows of households of lodgers with room in the districts asked for, (L,) bool."""
    blocks = -(-n // _ROWS)
    found: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)] * blocks

    def work(begin: int, end: int) -> None:
        listed = np.empty(_ROWS, dtype=np.int64)
        for b in range(begin, end):
            k = _with_room(b * _ROWS, min(n, (b + 1) * _ROWS), h, district, asked, listed)
            found[b] = listed[:k].copy()

    over_blocks(work, blocks)
    return np.concatenate([np.empty(0, dtype=np.int64), *found])


@kernel
def _alike(attributes: np.uint8, flags: np.uint8) -> int:
    """Kind of lodgers, 0 to 15: only those of one kind share rooms. Trained, formal job, not farming, married."""
    trained = np.int64(attributes & np.uint8(SKILL_MASK))
    formal = np.int64((attributes >> np.uint8(FORMAL_SHIFT)) & np.uint8(1))
    married = np.int64((attributes >> np.uint8(APART_SHIFT)) & np.uint8(1))
    return int(trained | formal << 1 | np.int64(flags & np.uint8(1)) << 2 | married << 3)


@njit(cache=True, nogil=True)
def _into_groups(h: Rows, row: NDArray[np.int64], hashed: NDArray[np.uint64], rooms: Rooms) -> None:
    """Write rows (H,) and their hashes into ``rooms``, by unit and kind; its ``first`` begins as zeros."""
    first = rooms.first
    group = np.empty(row.shape[0], dtype=np.int64)
    for k in range(row.shape[0]):
        i = row[k]
        group[k] = rooms.unit[h.place[i]] * _ALIKE + _alike(h.attributes[i], h.flags[i])
        first[group[k] + 1] += 1
    for g in range(first.shape[0] - 1):
        first[g + 1] += first[g]
    fill = first[:-1].copy()
    for k in range(row.shape[0]):
        at = fill[group[k]]
        rooms.row[at], rooms.hashed[at] = row[k], hashed[k]
        fill[group[k]] = at + 1


@njit(cache=True, nogil=True)
def _sort_groups(lo: int, hi: int, rooms: Rooms) -> None:
    """Sort the rooms of groups lo..hi by their hashes."""
    for g in range(lo, hi):
        first, last = rooms.first[g], rooms.first[g + 1]
        if last > first + 1:
            hashed, row = rooms.hashed[first:last], rooms.row[first:last]
            order = np.argsort(hashed)
            rooms.hashed[first:last] = hashed[order]
            rooms.row[first:last] = row[order]


def _rooms(h: Rows, row: NDArray[np.int64], hashed: NDArray[np.uint64], unit: NDArray[np.int64]) -> Rooms:
    """Rooms of rows (H,) by the unit (P,) of their places."""
    groups = (int(unit.max()) + 1) * _ALIKE
    first = np.zeros(groups + 1, dtype=np.int64)
    rooms = Rooms(unit, first, np.empty_like(row), np.empty_like(hashed))
    _into_groups(h, row, hashed, rooms)
    over_blocks(lambda a, b: _sort_groups(a, b, rooms), groups)
    return rooms


@kernel
def _start(hashed: NDArray[np.uint64], lo: int, hi: int, number: np.uint64) -> int:
    """The first of lo..hi-1, whose hashes ascend, that is not below a number; hi if all are."""
    while lo < hi:
        middle = (lo + hi) // 2
        if hashed[middle] < number:
            lo = middle + 1
        else:
            hi = middle
    return int(lo)


@kernel
def _fits(h: Rows, c: int, i: int) -> bool:
    """Whether row i, one person, may lodge with row c, alike in work: room, and a purse that holds what both own."""
    if h.member[c, MEMBERS - 1] != 0:
        return False
    return bool(np.int64(h.wealth[c]) + np.int64(h.wealth[i]) <= MOST_WEALTH)


@kernel
def _take_rooms(
    h: Rows,
    arriving: NDArray[np.int64],
    rooms: Rooms,
    key: np.uint64,
    where: Where,
    sums: Carried,
    year: int,
    host: NDArray[np.int64],
) -> None:
    """Bring those who arrive, and have no host yet, to the first room of their unit from their number on.

    ``host`` (A,) gets the row, or stays -1.
    """
    households, persons, network = sums.households, sums.persons, sums.network
    district, province = where.district, where.province
    for k in range(arriving.shape[0]):
        if host[k] >= 0:
            continue
        i = arriving[k]
        j = np.int64(h.place[i])
        group = rooms.unit[j] * _ALIKE + _alike(h.attributes[i], h.flags[i])
        lo, hi = rooms.first[group], rooms.first[group + 1]
        start = _start(rooms.hashed, lo, hi, hash64_2(key, h.uid[i], _NUMBER))
        for t in range(hi - lo):
            at = start + t
            c = rooms.row[at if at < hi else at - (hi - lo)]
            if not _fits(h, c, i):
                continue
            n = size_of(h, c)
            put_in(h, c, take_out(h, i, 0))
            h.wealth[c] += h.wealth[i]
            h.wealth[i] = 0
            h.ties[c] = np.uint8(
                np.int64(h.ties[c]) * n // (n + 1)
            )  # the mean of all, and who arrives has none
            refresh(h, c, year)
            households[j] -= 1
            persons[j] -= 1
            persons[h.place[c]] += 1
            network[province[district[h.home_place[i]]], district[j]] -= 1
            host[k] = c
            break


def _district_ends(district: NDArray[np.integer], k: int) -> int:
    """The first index from ``k`` on at which another district begins, in an ascending list of districts."""
    return k if k in (0, len(district)) else int(np.searchsorted(district, district[k - 1], side="right"))


def take_lodgings(
    households: Households, arrived: NDArray[np.int64], tables: Tables, stocks: Stocks
) -> Lodged:
    """Some of those who arrived alone lodge: with people of the same training, status and kind of work.

    First with people of the place, then of its district: where a row stands for many households, that it does so for
    lodgers of the place is seldom. Which household with a room it is, a number that each draws says, on a circle on
    which households stand by their hashes; one that is full, or whose purse is, is passed over. Who finds none is the
    first of a household of lodgers. What is shared is the household's: training, work, status, luck and the origin of
    those who were there. Ties are the mean of all.

    Parameters
    ----------
    arrived : (A,) int64
        Rows of who left others in this step and did not go home.
    """
    c, where = tables.couples, tables.where
    h = households.rows
    share = c.lodging_share
    alone = arrived[h.member[arrived, 1] == 0] if share > 0.0 else arrived[:0]  # others took orphans in
    chosen = alone[drawn(h.uid[alone], c.lodge_key, share)]
    if len(chosen) == 0:
        return Lodged(chosen, chosen, np.empty((2, 0), dtype=np.int32))
    arriving = chosen[np.argsort(h.uid[chosen])]
    district = where.district
    asked = np.zeros(len(where.province), dtype=np.bool_)
    asked[district[h.place[arriving]]] = True
    row = _hosts(h, households.n, district, asked)
    hashed = np.empty(len(row), dtype=np.uint64)
    _hash(c.lodge_key, h.uid, row, hashed)
    # who arrives in one district is in nobody's way in another
    there = district[h.place[arriving]]
    order = np.argsort(
        there.astype(np.uint16), kind="stable"
    )  # fewer than places; 16 bits are sorted by counting
    asking, there = arriving[order], there[order]
    taken = np.full(len(arriving), -1, dtype=np.int64)
    year = tables.ages.year
    for unit in (np.arange(len(district)), district.astype(np.int64)):
        rooms = _rooms(h, row, hashed, unit)

        def take(_part: int, first: int, last: int, sums: Carried, rooms: Rooms = rooms) -> None:
            a, b = _district_ends(there, first), _district_ends(there, last)
            _take_rooms(h, asking[a:b], rooms, c.lodge_key, where, sums, year, taken[a:b])

        carry(stocks, len(asking), take)
    host = np.empty_like(taken)
    host[order] = taken
    found = host >= 0
    h.attributes[arriving[~found]] |= np.uint8(LODGING)
    arriving, host = arriving[found], host[found]
    place, to = h.place[arriving].astype(np.int32), h.place[host].astype(np.int32)
    other = place != to
    return Lodged(arriving, host, np.stack([place[other], to[other]]))


__all__ = ["Lodged", "take_lodgings"]
