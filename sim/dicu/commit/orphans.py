"""Orphans: children whose last adult died are taken in by a household of their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.ages import Ages
from dicu.behaviour.events import Events
from dicu.behaviour.geography import Where
from dicu.behaviour.life_course import has_adult
from dicu.behaviour.tables import Tables
from dicu.commit.rows import formal_workers, lodges, put_in, refresh, take_out
from dicu.commit.stocks import JOINED, Carried, Stocks
from dicu.compute.draws import hash64, hash64_2
from dicu.compute.kernel import kernel
from dicu.compute.pool import over_blocks
from dicu.population.columns import MEMBERS, Households, Rows

_NOBODY: Final = 0xFFFFFFFFFFFFFFFF
_DEATHS: Final = (1 << MEMBERS) - 1

# what a thread takes at a time, without effect on results
_ROWS: Final = 1 << 15
_PARTS: Final = 8


@dataclass(frozen=True, eq=False)
class Orphans:
    """What became of children whose last adult died: taken in, or left without an adult; rows they left empty."""

    taken_in: int
    left: int
    emptied: NDArray[np.int64]


@kernel
def _without_adult(
    rows: NDArray[np.int32],
    mask: NDArray[np.int32],
    member: NDArray[np.uint8],
    ages: Ages,
    out: NDArray[np.int64],
) -> int:
    """List the rows in which somebody died and only children are left; returns how many."""
    found = 0
    for k in range(rows.shape[0]):
        if mask[k] & _DEATHS:
            i = rows[k]
            if member[i, 0] != 0 and not has_adult(member[i], ages):
                out[found] = i
                found += 1
    return found


@kernel
def _draw(key: np.uint64, uid: NDArray[np.uint64], slot: NDArray[np.int64], out: NDArray[np.uint64]) -> None:
    """The number each child draws, (C,)."""
    for k in range(uid.shape[0]):
        out[k] = hash64_2(key, uid[k], 1000 + slot[k])


class Asking(NamedTuple):
    """The children of a step who need a home, and the best host so far of each; C children, P places.

    Attributes
    ----------
    asked : (P,) uint8
        1 where there is an orphan, whose places in ``drawn`` are ``first[place] : first[place + 1]``.
    first : (P + 1,) int64
    drawn : (C,) uint64
        The number each child draws.
    best, host : (C,) uint64, int64
        Least distance so far and its row; written.
    """

    asked: NDArray[np.uint8]
    first: NDArray[np.int64]
    drawn: NDArray[np.uint64]
    best: NDArray[np.uint64]
    host: NDArray[np.int64]


@kernel
def _hosts(
    lo: int, hi: int, h: Rows, ages: Ages, key: np.uint64, children: Asking, listed: NDArray[np.int64]
) -> None:
    """For each child the row lo..hi of its place, with room and an adult, whose hash follows its number most closely.

    Lodgers take nobody in. On a circle of 64 bits: one hash a household, whatever the number of children.

    Parameters
    ----------
    listed : (>= hi - lo + 1,)
        Working space.
    """
    asked, first, drawn, best, host = children
    k = np.int64(0)
    for i in range(lo, hi):
        listed[k] = i
        k += np.int64(asked[h.place[i]])
    for f in range(k):
        i = listed[f]
        j = h.place[i]
        at = hash64(key, h.uid[i])
        for c in range(first[j], first[j + 1]):
            value = np.uint64(at - drawn[c])
            if value < best[c] and h.member[i, MEMBERS - 1] == 0 and has_adult(h.member[i], ages):
                if lodges(h.attributes[i]):
                    continue
                best[c] = value
                host[c] = i


@kernel
def _take_in(
    h: Rows,
    child_row: NDArray[np.int64],
    slot: NDArray[np.int64],
    chosen: NDArray[np.int64],
    where: Where,
    sums: Carried,
    emptied: NDArray[np.int64],
    year: int,
) -> tuple[int, int]:
    """Bring each child to its household, in order; returns how many stay and how many rows are left empty."""
    households, network, jobs = sums.households, sums.network, sums.jobs
    district, province = where.district, where.province
    left = 0
    empty = 0
    for k in range(child_row.shape[0]):
        i, to = child_row[k], chosen[k]
        if to < 0 or h.member[to, MEMBERS - 1] != 0:  # nobody, or another orphan took the last room
            left += 1
            continue
        here = district[h.place[i]]  # the host lives in the same place
        jobs[JOINED, here] -= formal_workers(h, i, year) + formal_workers(h, to, year)
        put_in(h, to, take_out(h, i, slot[k]))
        refresh(h, to, year)
        jobs[JOINED, here] += formal_workers(h, i, year) + formal_workers(h, to, year)
        if h.member[i, 0] == 0:
            emptied[empty] = i
            empty += 1
            at, home = h.place[i], h.home_place[i]
            households[at] -= 1
            network[province[district[home]], district[at]] -= 1
    for k in range(child_row.shape[0]):
        if h.member[child_row[k], 0] != 0:
            refresh(h, child_row[k], year)
    return left, empty


def rehouse_orphans(households: Households, events: Events, tables: Tables, stocks: Stocks) -> Orphans:
    """Children whose last adult died join households of their place, each the one whose hash follows its number.

    A child for whom no household of the place has room stays where it is and is counted as left.
    """
    h, n = households, households.n
    found = np.empty(len(events.life_row), dtype=np.int64)
    rows = found[: _without_adult(events.life_row, events.life_mask, h.member, tables.ages, found)]
    if len(rows) == 0:
        return Orphans(0, 0, np.empty(0, dtype=np.int64))
    # one entry per child, by place, then household, then slot, youngest slot first so that slots stay valid
    uid = h.uid[rows]
    rows = rows[np.lexsort((uid, h.place[rows]))]
    size = np.count_nonzero(h.member[rows], axis=1)
    child_row = np.repeat(rows, size)
    slot = np.repeat(np.cumsum(size), size) - 1 - np.arange(len(child_row))
    drawn = np.empty(len(child_row), dtype=np.uint64)
    _draw(tables.life.hazards.detail_key, h.uid[child_row], slot, drawn)
    first = np.searchsorted(h.place[child_row], np.arange(len(tables.where.district) + 1)).astype(np.int64)
    asked = (np.diff(first) > 0).astype(np.uint8)
    blocks = -(-n // _ROWS)
    parts = min(blocks, _PARTS)
    best = np.full((parts, len(drawn)), _NOBODY, dtype=np.uint64)
    host = np.full((parts, len(drawn)), -1, dtype=np.int64)

    def work(begin: int, end: int) -> None:
        listed = np.empty(_ROWS + 1, dtype=np.int64)
        for part in range(begin, end):
            for b in range(blocks * part // parts, blocks * (part + 1) // parts):
                lo, hi = b * _ROWS, min(n, (b + 1) * _ROWS)
                children = Asking(asked, first, drawn, best[part], host[part])
                _hosts(lo, hi, h.rows, tables.ages, tables.life.hazards.detail_key, children, listed)

    over_blocks(work, parts)
    chosen = host[best.argmin(axis=0), np.arange(len(drawn))]
    emptied = np.empty(len(rows), dtype=np.int64)
    left, empty = _take_in(
        h.rows, child_row, slot, chosen, tables.where, stocks.carried, emptied, tables.ages.year
    )
    return Orphans(len(drawn) - int(left), int(left), emptied[: int(empty)])
