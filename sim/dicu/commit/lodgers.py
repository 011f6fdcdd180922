"""Lodgers: who arrives alone takes a room in a household of lodgers of the place, or is the first of one (A121)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.couples import drawn
from dicu.behaviour.geography import Where
from dicu.behaviour.tables import Tables
from dicu.behaviour.wealth import MOST_WEALTH
from dicu.commit.rows import lodges, put_in, refresh, size_of, take_out
from dicu.commit.stocks import Carried, Stocks
from dicu.compute.draws import hash64, hash64_2
from dicu.compute.kernel import kernel
from dicu.compute.pool import over_blocks
from dicu.population.columns import (
    BUSY,
    FORMAL,
    LODGING,
    MEMBERS,
    SECTOR_MASK,
    SECTOR_SHIFT,
    SKILL_MASK,
    Households,
    Rows,
)

_SAME_WORK: Final = SKILL_MASK | SECTOR_MASK << SECTOR_SHIFT | FORMAL
"""Bits in which lodgers of one household are alike: what they live on stands once for all."""

_NUMBER: Final = 1
"""Which draw of a step's key says where on the circle somebody begins to ask; the one without a number, who lodges."""

# rows that a thread takes at a time, without effect on results
_ROWS: Final = 1 << 16


@dataclass(frozen=True, eq=False)
class Lodged:
    """Who took a room in a household that was there: (K,) int64 rows left empty, and the rows they joined."""

    emptied: NDArray[np.int64]
    host: NDArray[np.int64]


class Rooms(NamedTuple):
    """H households of lodgers with room, place by place, in the order of their hashes on a circle of 64 bits.

    Attributes
    ----------
    first : (P + 1,) int64
        Those of place j are ``first[j]`` to ``first[j + 1]`` - 1.
    row, hashed : (H,) int64, uint64
    """

    first: NDArray[np.int64]
    row: NDArray[np.int64]
    hashed: NDArray[np.uint64]


@kernel
def _with_room(lo: int, hi: int, h: Rows, asked: NDArray[np.bool_], out: NDArray[np.int64]) -> int:
    """List those of rows lo..hi-1 in places asked for that have a room; touched by no other event of the step."""
    k = np.int64(0)
    for i in range(lo, hi):
        if not lodges(h.attributes[i]):
            continue
        if asked[h.place[i]] and h.member[i, MEMBERS - 1] == 0 and not h.flags[i] & np.uint8(BUSY):
            out[k] = i
            k += 1
    return int(k)


@kernel
def _hashed(key: np.uint64, uid: NDArray[np.uint64], row: NDArray[np.int64], out: NDArray[np.uint64]) -> None:
    for k in range(row.shape[0]):
        out[k] = hash64(key, uid[row[k]])


def _rooms(h: Rows, n: int, asked: NDArray[np.bool_], key: np.uint64) -> Rooms:
    """Rooms in the places asked for, (P,) bool."""
    blocks = -(-n // _ROWS)
    found: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)] * blocks

    def work(begin: int, end: int) -> None:
        listed = np.empty(_ROWS, dtype=np.int64)
        for b in range(begin, end):
            k = _with_room(b * _ROWS, min(n, (b + 1) * _ROWS), h, asked, listed)
            found[b] = listed[:k].copy()

    over_blocks(work, blocks)
    row = np.concatenate([np.empty(0, dtype=np.int64), *found])
    hashed = np.empty(len(row), dtype=np.uint64)
    _hashed(key, h.uid, row, hashed)
    place = h.place[row]
    order = np.lexsort((hashed, place))
    first = np.searchsorted(place[order], np.arange(len(asked) + 1)).astype(np.int64)
    return Rooms(first, row[order], hashed[order])


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
def _take_rooms(
    h: Rows, arriving: NDArray[np.int64], rooms: Rooms, key: np.uint64, where: Where, sums: Carried, year: int,
    host: NDArray[np.int64],
) -> int:  # fmt: skip
    """Bring those who arrive to the first room from their number on, in their order; those who found one come first in
    both lists after, the others are lodgers by themselves.
    """
    households, network = sums.households, sums.network
    district, province = where.district, where.province
    done = 0
    for k in range(arriving.shape[0]):
        i = arriving[k]
        j = np.int64(h.place[i])
        lo, hi = rooms.first[j], rooms.first[j + 1]
        start = _start(rooms.hashed, lo, hi, hash64_2(key, h.uid[i], _NUMBER))
        found = np.int64(-1)
        for t in range(hi - lo):
            at = start + t
            c = rooms.row[at if at < hi else at - (hi - lo)]
            if (h.attributes[c] ^ h.attributes[i]) & np.uint8(_SAME_WORK):
                continue
            if h.member[c, MEMBERS - 1] == 0 and np.int64(h.wealth[c]) + np.int64(h.wealth[i]) <= MOST_WEALTH:
                found = c
                break
        if found < 0:
            h.attributes[i] |= np.uint8(LODGING)
            continue
        n = size_of(h, found)
        put_in(h, found, take_out(h, i, 0))
        h.wealth[found] += h.wealth[i]
        h.wealth[i] = 0
        h.ties[found] = np.uint8(
            np.int64(h.ties[found]) * n // (n + 1)
        )  # the mean of all, and who arrives has none
        refresh(h, found, year)
        households[j] -= 1
        network[province[district[h.home_place[i]]], district[j]] -= 1
        arriving[done], host[done] = i, found
        done += 1
    return done


def take_lodgings(
    households: Households, arrived: NDArray[np.int64], tables: Tables, stocks: Stocks
) -> Lodged:
    """Some of those who arrived alone lodge: with people of the same training, sector and status, in the place.

    Which household with a room it is, a number that each draws says, on a circle on which households stand by their
    hashes; one that is full, or whose purse is, is passed over. What is shared is the household's: training, sector,
    status, luck and origin of those who were there. Ties are the mean of all.

    Parameters
    ----------
    arrived : (A,) int64
        Rows of one person who left others in this step and did not go home.
    """
    c = tables.couples
    h = households.rows
    chosen = (
        arrived[drawn(h.uid[arrived], c.lodge_key, c.lodging_share)] if c.lodging_share > 0.0 else arrived[:0]
    )
    if len(chosen) == 0:
        return Lodged(chosen, chosen)
    arriving = chosen[np.argsort(h.uid[chosen], kind="stable")]
    asked = np.zeros(len(tables.where.district), dtype=np.bool_)
    asked[h.place[arriving]] = True
    rooms = _rooms(h, households.n, asked, c.lodge_key)
    host = np.empty(len(arriving), dtype=np.int64)
    done = int(_take_rooms(h, arriving, rooms, c.lodge_key, tables.where, stocks.carried, tables.year, host))
    return Lodged(arriving[:done], host[:done])


__all__ = ["Lodged", "take_lodgings"]
