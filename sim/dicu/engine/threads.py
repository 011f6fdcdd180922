"""The `threads` engine: the household pass over columns, by numba threads.

Blocks of rows, each small enough for the cache; small loops of few arrays, which vectorise; a block writes only its
own rows and its own room of the output, so results do not depend on which thread took it. First what every household
goes through (ties, shocks, income and consumption, and two screens: one hash, one bound and one comparison each),
then the exact rules for the few that pass a screen.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.choose import buffers
from dicu.behaviour.events import Events, WorkTally, no_work
from dicu.behaviour.tables import Tables
from dicu.compute.pool import over_blocks
from dicu.engine.exact import OFFERS, Listed, decide_rows, hear_rows, live_rows
from dicu.engine.screens import BLOCK, Lists, list_again, own_rows, space
from dicu.population.columns import Households

_ROOM: Final = BLOCK // 4
_ROW: Final = 0
_MOVE: Final = (2, 3, 4)
"""Columns of `Listed`: the row, and what makes a move."""
_BLOCKS_A_TASK: Final = 4
"""128 K rows, 3 MB: few calls, and what one kernel reads is still near when the next comes."""


@dataclass
class _Part:
    """What one task found; tasks are put together in order, so it does not matter when each was done."""

    moves: list[NDArray[Any]]
    lives: list[NDArray[Any]]
    considered: int
    income: int
    consumption: int
    work: WorkTally
    seconds: tuple[float, float, float]


def _packed(values: NDArray[Any], found: NDArray[np.int64], room: int) -> NDArray[Any]:
    """The used parts of the blocks' rooms, one after another."""
    return np.concatenate([values[b * room : b * room + k] for b, k in enumerate(found)])


def _task(h: Households, tables: Tables, first: int, last: int) -> _Part:
    """All rules for a few blocks, one kernel after the other while their rows are in the cache."""
    started = time.perf_counter()
    blocks, room = last - first, _ROOM
    tally = no_work(len(tables.where.province))
    lists = _room(blocks, room, np.zeros((blocks, 5), dtype=np.int64), tally)
    count = lists.found
    lo, hi = first * BLOCK, min(h.n, last * BLOCK)
    rows = h.rows
    own_rows(lo, hi, rows, tables, lists, space())
    most = int(count[:, [0, 1, OFFERS]].max())
    if most >= room:  # more than a quarter of a block passed a screen: unusual parameters
        room = most + 1
        lists = _room(blocks, room, count, tally)
        for b in range(blocks):
            start = lo + b * BLOCK
            list_again(start, min(hi, start + BLOCK), rows, tables, (b * room, (b + 1) * room), lists)
    own = time.perf_counter()

    none = (np.empty(0, dtype=np.uint16), np.empty(0, dtype=np.int8), np.empty(0, dtype=np.uint8))
    lives = Listed(lists.life, np.empty(blocks * room, dtype=np.int32), *none)
    happened = np.zeros(blocks, dtype=np.int64)
    live_rows(rows, tables, lives, count, happened)
    lived = time.perf_counter()

    taken, taking = _moving(lists.offer), np.zeros(blocks, dtype=np.int64)
    working = buffers(tables.where)
    hear_rows(rows, tables, taken, count, taking, tally, working)
    moves, moved = _moving(lists.mover), np.zeros((blocks, 2), dtype=np.int64)
    decide_rows(rows, tables, moves, count, moved, tally, working)
    found = ((taken, taking), (moves, moved[:, 0]))
    return _Part(
        moves=[
            np.concatenate([_packed(listed[k], some, room) for listed, some in found]) for k in (_ROW, *_MOVE)
        ],
        lives=[_packed(column, happened, room) for column in lives[:2]],
        considered=int(moved[:, 1].sum()),
        income=int(count[:, 2].sum()),
        consumption=int(count[:, 3].sum()),
        work=tally,
        seconds=(own - started, lived - own, time.perf_counter() - lived),
    )


def _room(blocks: int, room: int, count: NDArray[np.int64], tally: WorkTally) -> Lists:
    """Lists with this much room for each block."""
    mover, life, offer = (np.empty(blocks * room, dtype=np.int32) for _ in range(3))
    return Lists(mover, life, offer, count, tally)


def _moving(row: NDArray[np.int32]) -> Listed:
    """What the exact rules make of rows that may move."""
    n = len(row)
    return Listed(
        row,
        np.empty(0, dtype=np.int32),
        destination=np.empty(n, dtype=np.uint16),
        who=np.empty(n, dtype=np.int8),
        reason=np.empty(n, dtype=np.uint8),
    )


def household_pass(households: Households, tables: Tables, seconds: dict[str, float]) -> Events:
    """Run the rules of one step for every household.

    Parameters
    ----------
    seconds : dict
        Time spent is added under ``household pass`` (what every household goes through), ``life course`` and
        ``choice``: the mean over the threads, so that they add up to the time that passed.
    """
    blocks = max(1, -(-households.n // BLOCK))
    tasks = -(-blocks // _BLOCKS_A_TASK)
    parts: list[_Part | None] = [None] * tasks

    def work(first: int, last: int) -> None:
        for k in range(first, last):
            parts[k] = _task(households, tables, k * _BLOCKS_A_TASK, min(blocks, (k + 1) * _BLOCKS_A_TASK))

    threads = over_blocks(work, tasks)
    done = [part for part in parts if part is not None]
    for k, phase in enumerate(("household pass", "life course", "choice")):
        seconds[phase] = seconds.get(phase, 0.0) + sum(part.seconds[k] for part in done) / threads
    row, destination, leaver, reason = (np.concatenate([part.moves[k] for part in done]) for k in range(4))
    life_row, life_mask = (np.concatenate([part.lives[k] for part in done]) for k in range(2))
    return Events(
        row=row,
        destination=destination,
        leaver=leaver,
        reason=reason,
        life_row=life_row,
        life_mask=life_mask,
        considered=sum(part.considered for part in done),
        income=sum(part.income for part in done),
        consumption=sum(part.consumption for part in done),
        work=WorkTally(
            *(np.sum([part.work[k] for part in done], axis=0) for k in range(len(WorkTally._fields)))
        ),
    )
