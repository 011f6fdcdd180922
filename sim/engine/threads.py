"""The `threads` engine: the household pass over columns, by numba threads.

Blocks of rows, each small enough for the cache; small loops of few arrays, which vectorise; a block writes only into
its own room of the output, so results do not depend on which thread took it. First the screen (every household: one
hash, one table look-up, one comparison), then the exact rules for the few that pass.
"""

from __future__ import annotations

import time
from typing import Any, Final

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from sim.behaviour.choose import STAY, buffer_size, choose
from sim.behaviour.consider import considers
from sim.behaviour.move import leaver
from sim.behaviour.tables import Tables
from sim.behaviour.ties import grown
from sim.engine.events import Events
from sim.population.columns import N_TYPES, TYPE_MASK, Households
from sim.population.hashing import hash32

BLOCK: Final = 1 << 15
_CHUNK: Final = 1 << 11
_ROOM: Final = BLOCK // 8


@njit(cache=True, parallel=True)
def screen(
    n: int,
    uid: NDArray[np.uint64],
    place: NDArray[np.uint16],
    flags: NDArray[np.uint8],
    ties: NDArray[np.uint8],
    threshold: NDArray[np.uint32],
    key: np.uint64,
    growth: np.uint16,
    candidate: NDArray[np.int32],
    count: NDArray[np.int64],
    room: int,
) -> None:
    """Let ties grow and list the households whose uniform is below their bound.

    Parameters
    ----------
    threshold : (P * T,) uint32
    candidate : (blocks * room,) int32
        Output: rows, block by block; ``count`` (blocks,) says how many (may exceed ``room``: then call again
        with more, with growth 0).
    """
    for b in prange(count.shape[0]):
        lo = b * BLOCK
        hi = min(n, lo + BLOCK)
        draw = np.empty(_CHUNK, dtype=np.uint32)
        bound = np.empty(_CHUNK, dtype=np.uint32)
        base = b * room
        found = 0
        for c in range(lo, hi, _CHUNK):
            end = min(hi, c + _CHUNK)
            size = end - c
            u = uid[c:end]
            for i in range(size):
                draw[i] = hash32(u[i], key)
            p = place[c:end]
            f = flags[c:end]
            for i in range(size):
                bound[i] = threshold[np.uint32(p[i]) * np.uint32(N_TYPES) + np.uint32(f[i] & TYPE_MASK)]
            if growth > 0:
                t = ties[c:end]
                for i in range(size):
                    t[i] = grown(t[i], growth)
            for i in range(size):
                if draw[i] <= bound[i]:
                    if found < room:
                        candidate[base + found] = c + i
                    found += 1
        count[b] = found


@njit(cache=True)
def _decide_block(
    uid: NDArray[np.uint64],
    place: NDArray[np.uint16],
    home_place: NDArray[np.uint16],
    member: NDArray[np.uint8],
    ties: NDArray[np.uint8],
    flags: NDArray[np.uint8],
    tables: Tables,
    candidate: NDArray[np.int32],
    destination: NDArray[np.uint16],
    who: NDArray[np.int8],
) -> tuple[int, int]:
    """Exact rules for the candidates of one block; movers replace them. Returns movers and considering."""
    buffer = buffer_size(tables)
    alternative = np.empty(buffer, dtype=np.uint32)
    weight = np.empty(buffer, dtype=np.float64)
    bits = np.empty(buffer, dtype=np.uint32)
    out = 0
    considered = 0
    for c in range(candidate.shape[0]):
        i = candidate[c]
        origin: Any = np.int64(place[i])  # the rules say int, which here is numba's int64
        kind: Any = np.int64(flags[i] & TYPE_MASK)
        if not considers(uid[i], origin, kind, ties[i], tables):
            continue
        considered += 1
        home: Any = np.int64(home_place[i])
        to = choose(uid[i], origin, home, kind, ties[i], tables, alternative, weight, bits)
        if to == STAY:
            continue
        candidate[out] = i
        destination[out] = to
        who[out] = leaver(uid[i], member[i], kind, to == home, tables)
        out += 1
    return out, considered


@njit(cache=True, parallel=True)
def decide(
    uid: NDArray[np.uint64],
    place: NDArray[np.uint16],
    home_place: NDArray[np.uint16],
    member: NDArray[np.uint8],
    ties: NDArray[np.uint8],
    flags: NDArray[np.uint8],
    tables: Tables,
    candidate: NDArray[np.int32],
    count: NDArray[np.int64],
    room: int,
    destination: NDArray[np.uint16],
    who: NDArray[np.int8],
    moved: NDArray[np.int64],
    considered: NDArray[np.int64],
) -> None:
    """Exact rules for all candidates, block by block; ``moved`` and ``considered`` (blocks,) are filled."""
    for b in prange(count.shape[0]):
        lo = b * room
        hi = lo + count[b]
        moved[b], considered[b] = _decide_block(
            uid,
            place,
            home_place,
            member,
            ties,
            flags,
            tables,
            candidate[lo:hi],
            destination[lo:hi],
            who[lo:hi],
        )


@njit(cache=True)
def _gather(
    row: NDArray[np.int32],
    destination: NDArray[np.uint16],
    who: NDArray[np.int8],
    moved: NDArray[np.int64],
    room: int,
) -> tuple[NDArray[np.int32], NDArray[np.uint16], NDArray[np.int8]]:
    total = moved.sum()
    rows = np.empty(total, dtype=np.int32)
    to = np.empty(total, dtype=np.uint16)
    whom = np.empty(total, dtype=np.int8)
    k = 0
    for b in range(moved.shape[0]):
        for c in range(moved[b]):
            rows[k] = row[b * room + c]
            to[k] = destination[b * room + c]
            whom[k] = who[b * room + c]
            k += 1
    return rows, to, whom


def household_pass(households: Households, tables: Tables, seconds: dict[str, float]) -> Events:
    """Run the rules `ties`, `consider`, `choose` and `move` for every household.

    Parameters
    ----------
    seconds : dict
        Time spent is added under ``household pass`` and ``choice``.
    """
    started = time.perf_counter()
    n = households.n
    blocks = max(1, -(-n // BLOCK))
    count = np.zeros(blocks, dtype=np.int64)
    room = _ROOM
    growth = np.uint16(tables.ties_growth)
    while True:
        candidate = np.empty(blocks * room, dtype=np.int32)
        screen(
            n,
            households.uid,
            households.place,
            households.flags,
            households.ties,
            tables.threshold.reshape(-1),
            tables.consider_key,
            growth,
            candidate,
            count,
            room,
        )
        most = int(count.max())
        if most <= room:
            break
        # more than an eighth of a block passed the screen: unusual parameters; ties have grown already
        room, growth = most, np.uint16(0)
    screened = time.perf_counter()
    destination = np.empty(blocks * room, dtype=np.uint16)
    who = np.empty(blocks * room, dtype=np.int8)
    moved = np.zeros(blocks, dtype=np.int64)
    considered = np.zeros(blocks, dtype=np.int64)
    decide(
        households.uid,
        households.place,
        households.home_place,
        households.member,
        households.ties,
        households.flags,
        tables,
        candidate,
        count,
        room,
        destination,
        who,
        moved,
        considered,
    )
    row, to, whom = _gather(candidate, destination, who, moved, room)
    seconds["household pass"] = seconds.get("household pass", 0.0) + screened - started
    seconds["choice"] = seconds.get("choice", 0.0) + time.perf_counter() - screened
    return Events(row=row, destination=to, leaver=whom, considered=int(considered.sum()))
