"""Orphans: children whose last adult died are taken in by a household of their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.draws import hash64_2
from sim.behaviour.life_course import has_adult
from sim.behaviour.tables import Tables
from sim.engine.events import Events
from sim.engine.rows import put_in, refresh, rows_of, take_out
from sim.engine.stocks import Stocks
from sim.kernel import kernel
from sim.pool import over_blocks
from sim.population.columns import MEMBERS, Households

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
    year: int,
    out: NDArray[np.int64],
) -> int:
    """List the rows in which somebody died and only children are left; returns how many."""
    found = 0
    for k in range(rows.shape[0]):
        if mask[k] & _DEATHS:
            i = rows[k]
            if member[i, 0] != 0 and not has_adult(member[i], year):
                out[found] = i
                found += 1
    return found


@kernel
def _hosts(
    lo: int,
    hi: int,
    uid: NDArray[np.uint64],
    place: NDArray[np.uint16],
    member: NDArray[np.uint8],
    year: int,
    asked: NDArray[np.uint8],
    first: NDArray[np.int64],
    key: NDArray[np.uint64],
    best: NDArray[np.uint64],
    host: NDArray[np.int64],
    listed: NDArray[np.int64],
) -> None:
    """For each child the row lo..hi of its place with room and an adult that has the least keyed hash.

    Parameters
    ----------
    asked : (P,) uint8
        1 where there is an orphan, whose places in ``key`` are ``first``.
    best, host : (children,)
        Least hash so far and its row.
    listed : (>= hi - lo + 1,)
        Working space.
    """
    k = np.int64(0)
    for i in range(lo, hi):
        listed[k] = i
        k += np.int64(asked[place[i]])
    for f in range(k):
        i = listed[f]
        j = place[i]
        for c in range(first[j], first[j + 1]):
            value = hash64_2(key[c], uid[i], 0)
            if value < best[c] and member[i, MEMBERS - 1] == 0 and has_adult(member[i], year):
                best[c] = value
                host[c] = i


def rehouse_orphans(households: Households, events: Events, tables: Tables, stocks: Stocks) -> Orphans:
    """Children whose last adult died join households of their place, each by the least keyed hash.

    A child for whom no household of the place has room stays where it is and is counted as left.
    """
    h, n = households, households.n
    found = np.empty(len(events.life_row), dtype=np.int64)
    rows = found[: _without_adult(events.life_row, events.life_mask, h.member, tables.year, found)]
    if len(rows) == 0:
        return Orphans(0, 0, np.empty(0, dtype=np.int64))
    # one entry a child, by place, then household, then slot, youngest slot first so that slots stay valid
    uid = h.uid[rows]
    rows = rows[np.lexsort((uid, h.place[rows]))]
    child_row = np.repeat(rows, [int(np.count_nonzero(h.member[i])) for i in rows])
    slot = np.concatenate([np.arange(int(np.count_nonzero(h.member[i])))[::-1] for i in rows])
    key = np.array(
        [hash64_2(tables.detail_key, u, 1000 + s) for u, s in zip(h.uid[child_row], slot, strict=True)],
        dtype=np.uint64,
    )
    first = np.searchsorted(h.place[child_row], np.arange(len(tables.district) + 1)).astype(np.int64)
    asked = (np.diff(first) > 0).astype(np.uint8)
    blocks = -(-n // _ROWS)
    parts = min(blocks, _PARTS)
    best = np.full((parts, len(key)), _NOBODY, dtype=np.uint64)
    host = np.full((parts, len(key)), -1, dtype=np.int64)

    def work(begin: int, end: int) -> None:
        listed = np.empty(_ROWS + 1, dtype=np.int64)
        for part in range(begin, end):
            for b in range(blocks * part // parts, blocks * (part + 1) // parts):
                lo, hi = b * _ROWS, min(n, (b + 1) * _ROWS)
                _hosts(
                    lo,
                    hi,
                    h.uid,
                    h.place,
                    h.member,
                    tables.year,
                    asked,
                    first,
                    key,
                    best[part],
                    host[part],
                    listed,
                )

    over_blocks(work, parts)
    chosen = host[best.argmin(axis=0), np.arange(len(key))]
    r = rows_of(h)
    left = 0
    emptied = []
    for i, s, to in zip(child_row, slot, chosen, strict=True):
        if to < 0 or h.member[to, MEMBERS - 1] != 0:  # nobody, or another orphan took the last room
            left += 1
            continue
        put_in(r, int(to), take_out(r, int(i), int(s)))
        refresh(r, int(to), tables.year)
        if h.member[i, 0] == 0:
            emptied.append(int(i))
            at, home = int(h.place[i]), int(h.home_place[i])
            stocks.households[at] -= 1
            stocks.network[tables.province[tables.district[home]], tables.district[at]] -= 1
    for i in np.unique(child_row):
        if h.member[i, 0] != 0:
            refresh(r, int(i), tables.year)
    return Orphans(len(key) - left, left, np.array(emptied, dtype=np.int64))
