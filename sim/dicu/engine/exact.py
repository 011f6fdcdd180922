"""The exact rules for the few who passed a screen: life events and choices, block by block."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.choose import Buffers
from dicu.behaviour.consider import thinks
from dicu.behaviour.events import WorkTally
from dicu.behaviour.household_rules import hear, live_through, settle
from dicu.behaviour.life_course import life_events
from dicu.behaviour.tables import Tables
from dicu.compute.kernel import kernel
from dicu.population.columns import BUSY, Rows
from dicu.scenario.vocabulary import REASON_WORK

OFFERS: Final = 4
"""Column of `dicu.engine.screens.Lists.found` with those who may be offered a job."""


class Listed(NamedTuple):
    """Rows of some blocks that passed a screen, and what the exact rule made of them (B blocks of K entries each).

    The k-th block owns entries k K to (k + 1) K; those to whom something happens replace its rows from the front.

    Attributes
    ----------
    row : (B K,) int32
    mask : (B K,) int32
        Of life events, as `live_through` says it; empty for a list of who considers.
    destination, who, reason : (B K,) uint16, int8, uint8
        Of moves; empty for a list of life events.
    """

    row: NDArray[np.int32]
    mask: NDArray[np.int32]
    destination: NDArray[np.uint16]
    who: NDArray[np.int8]
    reason: NDArray[np.uint8]


@kernel
def _live_block(h: Rows, t: Tables, lives: Listed, first: int, last: int) -> int:
    """Exact life events of one block's candidates; those to whom something happened replace them."""
    out = first
    # locals: handing on the tuple of all tables costs more than the rule
    area, ages, hazards = t.life.area, t.ages, t.life.hazards
    row, mask = lives.row, lives.mask
    for c in range(first, last):
        i = row[c]
        events = life_events(h.uid[i], h.member[i], area[h.place[i]], ages, hazards, h.attributes[i])
        if events != 0:
            row[out] = i
            mask[out] = live_through(i, events, h, t.life, ages)
            out += 1
    return out - first


@kernel
def live_rows(h: Rows, t: Tables, lives: Listed, count: NDArray[np.int64], out: NDArray[np.int64]) -> None:
    """Exact life events of some blocks; ``out`` (blocks,) says how many happened."""
    room = lives.row.shape[0] // out.shape[0]
    for b in range(out.shape[0]):
        out[b] = _live_block(h, t, lives, b * room, b * room + count[b, 1])


@kernel
def _hear_block(
    h: Rows, t: Tables, moves: Listed, first: int, last: int, tally: WorkTally, space: Buffers
) -> int:
    """Exact offers to one block's candidates; those who take one replace them. Returns how many do."""
    out = first
    for k in range(first, last):
        i = moves.row[k]
        to, leaves = hear(i, h, t, tally, space)
        if to >= 0:
            moves.row[out] = i
            moves.destination[out] = to
            moves.who[out] = leaves
            moves.reason[out] = REASON_WORK
            out += 1
    return out - first


@kernel
def hear_rows(
    h: Rows,
    t: Tables,
    moves: Listed,
    count: NDArray[np.int64],
    out: NDArray[np.int64],
    tally: WorkTally,
    space: Buffers,
) -> None:
    """Offers from afar of some blocks, of ``count`` (blocks, 5) candidates; ``out`` (blocks,) are who take one."""
    room = moves.row.shape[0] // out.shape[0]
    for b in range(out.shape[0]):
        out[b] = _hear_block(h, t, moves, b * room, b * room + count[b, OFFERS], tally, space)


@kernel
def _decide_block(
    h: Rows, t: Tables, moves: Listed, first: int, last: int, tally: WorkTally, space: Buffers
) -> tuple[int, int]:
    """Exact choice of one block's candidates; movers replace them. Returns movers and considering."""
    c, who, ages = t.consider, t.move.ready, t.ages
    out = first
    considered = 0
    for k in range(first, last):
        i = moves.row[k]
        if h.flags[i] & np.uint8(BUSY) or not thinks(i, h, c, who, ages):
            continue
        considered += 1
        to, leaves, why = settle(i, h, t, tally, space)
        if to >= 0:
            moves.row[out] = i
            moves.destination[out] = to
            moves.who[out] = leaves
            moves.reason[out] = why
            out += 1
    return out - first, considered


@kernel
def decide_rows(
    h: Rows,
    t: Tables,
    moves: Listed,
    count: NDArray[np.int64],
    out: NDArray[np.int64],
    tally: WorkTally,
    space: Buffers,
) -> None:
    """Exact choices of some blocks; ``out`` (blocks, 2) are movers and considering."""
    room = moves.row.shape[0] // out.shape[0]
    for b in range(out.shape[0]):
        out[b, 0], out[b, 1] = _decide_block(h, t, moves, b * room, b * room + count[b, 0], tally, space)


__all__ = ["Listed", "decide_rows", "hear_rows", "live_rows"]
