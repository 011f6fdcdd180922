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
from numba import njit
from numpy.typing import NDArray

from sim.behaviour.choose import buffers
from sim.behaviour.consider import considers
from sim.behaviour.household_rules import (
    COUNT_MASK,
    HAZARD_BITS,
    HAZARD_MASK,
    PERSON_SHIFT,
    WORKER_SHIFT,
    decide,
    faded,
    income_units,
    live_through,
)
from sim.behaviour.life_course import life_events
from sim.behaviour.tables import Tables
from sim.behaviour.ties import grown
from sim.behaviour.wealth import wealth_after
from sim.engine.events import Events
from sim.kernel import kernel
from sim.pool import over_blocks
from sim.population.columns import (
    BUSY,
    MEMBERS,
    N_TYPES,
    SHOCK_MASK,
    SHOCK_SHIFT,
    TYPE_MASK,
    Households,
)
from sim.population.hashing import hash32

BLOCK: Final = 1 << 15
_CHUNK: Final = 1 << 11
_ROOM: Final = BLOCK // 8
_BLOCKS_A_TASK: Final = 4
"""128 K rows, 3 MB: few calls, and what one kernel reads is still near when the next comes."""

_WORST: Final = 0xFFFFFFFF


@njit(cache=True)
def _block(
    lo: int,
    hi: int,
    uid: NDArray[np.uint64],
    place: NDArray[np.uint16],
    wealth: NDArray[np.uint16],
    member: NDArray[np.uint8],
    income_quantile: NDArray[np.uint8],
    ties: NDArray[np.uint8],
    flags: NDArray[np.uint8],
    t: Tables,
    mover: NDArray[np.int32],
    life: NDArray[np.int32],
) -> tuple[int, int, int, int]:
    """Rows lo..hi: own-row rules and screens. Returns rows listed in ``mover`` and ``life``, income, consumption.

    More rows than there is room for are counted but not listed.
    """
    word = np.empty(_CHUNK, dtype=np.uint32)
    cell = np.empty(_CHUNK, dtype=np.uint32)
    draw = np.empty(_CHUNK, dtype=np.uint32)
    bound = np.empty(_CHUNK, dtype=np.uint32)
    rate = np.empty(_CHUNK, dtype=np.float32)
    luck = np.empty(_CHUNK, dtype=np.float32)
    extra = np.empty(_CHUNK, dtype=np.float32)
    hit = np.empty(_CHUNK, dtype=np.uint8)
    threshold = t.threshold.reshape(-1)
    pay = t.pay.reshape(-1)
    room = mover.shape[0]
    movers = 0
    lives = 0
    income = np.int64(0)
    consumption = np.int64(0)
    for start in range(lo, hi, _CHUNK):
        end = min(hi, start + _CHUNK)
        size = end - start
        u = uid[start:end]
        p = place[start:end]
        f = flags[start:end]
        # members: bound of life events, workers, persons in one look-up each
        first = member[start:end, 0]
        for i in range(size):
            word[i] = t.word[first[i]]
        for m in range(1, MEMBERS):
            column = member[start:end, m]
            for i in range(size):
                word[i] += t.word[column[i]]
        # ties and shocks
        tie = ties[start:end]
        for i in range(size):
            tie[i] = grown(tie[i], t.ties_growth)
        for i in range(size):
            hit[i] = t.struck[p[i]]
        for i in range(size):
            f[i] = faded(f[i], hit[i])
        for i in range(size):
            cell[i] = np.uint32(np.uint32(p[i]) * np.uint32(N_TYPES)) + np.uint32(f[i] & np.uint8(TYPE_MASK))
        # income, consumption, wealth
        q = income_quantile[start:end]
        for i in range(size):
            rate[i] = pay[cell[i]]
        for i in range(size):
            luck[i] = t.luck[q[i]]
        for i in range(size):
            extra[i] = t.other_pay[p[i]]
        for i in range(size):
            draw[i] = hash32(u[i], t.money_key)
        for i in range(size):
            workers = np.uint32((word[i] >> np.uint32(WORKER_SHIFT)) & np.uint32(COUNT_MASK))
            persons = np.uint32(word[i] >> np.uint32(PERSON_SHIFT))
            bound[i] = income_units(rate[i], luck[i], workers, extra[i], persons, draw[i])
        w = wealth[start:end]
        before = np.int64(0)
        after = np.int64(0)
        earned = np.int64(0)
        for i in range(size):
            earned += np.int64(bound[i])
            before += np.int64(w[i])
        for i in range(size):
            persons = np.uint32(word[i] >> np.uint32(PERSON_SHIFT))
            floor = np.uint32(persons * t.floor)
            w[i] = np.uint16(wealth_after(np.uint32(w[i]), bound[i], floor, t.keep))
        for i in range(size):
            after += np.int64(w[i])
        income += earned
        consumption += before + earned - after
        # screen of life events
        for i in range(size):
            draw[i] = hash32(u[i], t.life_key) >> np.uint32(32 - HAZARD_BITS)
        for i in range(size):
            if draw[i] < (word[i] & np.uint32(HAZARD_MASK)):
                if lives < room:
                    life[lives] = start + i
                lives += 1
        # screen of considering a move; a shock raises the bound
        for i in range(size):
            bound[i] = threshold[cell[i]]
        for i in range(size):
            if f[i] > np.uint8(TYPE_MASK):
                bound[i] = np.uint32(min(np.uint64(bound[i]) * t.shock_bound, np.uint64(_WORST)))
        for i in range(size):
            draw[i] = hash32(u[i], t.consider_key)
        for i in range(size):
            if draw[i] <= bound[i]:
                if movers < room:
                    mover[movers] = start + i
                movers += 1
    return movers, lives, int(income), int(consumption)


@njit(cache=True, nogil=True)
def own_rows(
    lo: int,
    hi: int,
    uid: NDArray[np.uint64],
    place: NDArray[np.uint16],
    wealth: NDArray[np.uint16],
    member: NDArray[np.uint8],
    income_quantile: NDArray[np.uint8],
    ties: NDArray[np.uint8],
    flags: NDArray[np.uint8],
    t: Tables,
    mover: NDArray[np.int32],
    life: NDArray[np.int32],
    count: NDArray[np.int64],
    room: int,
) -> None:
    """What the households of rows lo..hi go through, block by block; ``count`` (blocks, 4) as `_block` returns."""
    for b in range(count.shape[0]):
        start = lo + b * BLOCK
        count[b, 0], count[b, 1], count[b, 2], count[b, 3] = _block(
            start,
            min(hi, start + BLOCK),
            uid,
            place,
            wealth,
            member,
            income_quantile,
            ties,
            flags,
            t,
            mover[b * room : (b + 1) * room],
            life[b * room : (b + 1) * room],
        )


@kernel
def _list_again(
    lo: int,
    hi: int,
    uid: NDArray[np.uint64],
    place: NDArray[np.uint16],
    member: NDArray[np.uint8],
    flags: NDArray[np.uint8],
    t: Tables,
    mover: NDArray[np.int32],
    life: NDArray[np.int32],
) -> None:
    """The two screens once more, for a block whose rows did not fit their room (unusual parameters)."""
    movers = 0
    lives = 0
    for i in range(lo, hi):
        total = np.uint32(0)
        for m in range(MEMBERS):
            total += t.word[member[i, m]]
        if hash32(uid[i], t.life_key) >> np.uint32(32 - HAZARD_BITS) < (total & np.uint32(HAZARD_MASK)):
            life[lives] = i
            lives += 1
        bound = np.uint64(t.threshold[place[i], flags[i] & np.uint8(TYPE_MASK)])
        if flags[i] > np.uint8(TYPE_MASK):
            bound = min(bound * t.shock_bound, np.uint64(_WORST))
        if np.uint64(hash32(uid[i], t.consider_key)) <= bound:
            mover[movers] = i
            movers += 1


@kernel
def _live_block(
    uid: NDArray[np.uint64],
    place: NDArray[np.uint16],
    member: NDArray[np.uint8],
    attributes: NDArray[np.uint8],
    flags: NDArray[np.uint8],
    t: Tables,
    candidate: NDArray[np.int32],
    mask: NDArray[np.int32],
) -> int:
    """Exact life events of one block's candidates; those to whom something happened replace them."""
    out = 0
    # locals, and few arguments: handing on the tuple of tables costs more than the rule
    urban, year, death, birth, seek, word = t.urban, t.year, t.death, t.birth, t.seek, t.word
    life_key, detail_key, newborn_key, boy_share = t.life_key, t.detail_key, t.newborn_key, t.boy_share
    for c in range(candidate.shape[0]):
        i = candidate[c]
        events = life_events(
            uid[i], member[i], urban[place[i]], year, life_key, detail_key, death, birth, seek
        )
        if events != 0:
            candidate[out] = i
            mask[out] = live_through(
                i, events, uid, member, attributes, flags, word, year, newborn_key, boy_share
            )
            out += 1
    return out


@kernel
def live_rows(
    uid: NDArray[np.uint64],
    place: NDArray[np.uint16],
    member: NDArray[np.uint8],
    attributes: NDArray[np.uint8],
    flags: NDArray[np.uint8],
    t: Tables,
    candidate: NDArray[np.int32],
    count: NDArray[np.int64],
    room: int,
    mask: NDArray[np.int32],
    out: NDArray[np.int64],
) -> None:
    """Exact life events of some blocks; ``out`` (blocks,) says how many happened."""
    for b in range(out.shape[0]):
        lo, hi = b * room, b * room + count[b, 1]
        out[b] = _live_block(uid, place, member, attributes, flags, t, candidate[lo:hi], mask[lo:hi])


@kernel
def _decide_block(
    uid: NDArray[np.uint64],
    place: NDArray[np.uint16],
    home_place: NDArray[np.uint16],
    wealth: NDArray[np.uint16],
    member: NDArray[np.uint8],
    attributes: NDArray[np.uint8],
    ties: NDArray[np.uint8],
    flags: NDArray[np.uint8],
    t: Tables,
    candidate: NDArray[np.int32],
    destination: NDArray[np.uint16],
    who: NDArray[np.int8],
    reason: NDArray[np.uint8],
    alternative: NDArray[np.uint32],
    weight: NDArray[np.float64],
    bits: NDArray[np.uint32],
) -> tuple[int, int]:
    """Exact choice of one block's candidates; movers replace them. Returns movers and considering."""
    hazard, tie_hazard, shock_hazard, key = t.hazard, t.tie_hazard, t.shock_hazard, t.consider_key
    out = 0
    considered = 0
    for c in range(candidate.shape[0]):
        i = candidate[c]
        f = flags[i]
        if f & np.uint8(BUSY):
            continue
        shock = (f >> np.uint8(SHOCK_SHIFT)) & np.uint8(SHOCK_MASK)
        own = hazard[place[i], f & np.uint8(TYPE_MASK)] * tie_hazard[ties[i]] * shock_hazard[shock]
        if not considers(uid[i], key, own):
            continue
        considered += 1
        to, leaves, why = decide(
            i, uid, place, home_place, wealth, member, attributes, ties, flags, t, alternative, weight, bits
        )
        if to >= 0:
            candidate[out] = i
            destination[out] = to
            who[out] = leaves
            reason[out] = why
            out += 1
    return out, considered


@kernel
def decide_rows(
    uid: NDArray[np.uint64],
    place: NDArray[np.uint16],
    home_place: NDArray[np.uint16],
    wealth: NDArray[np.uint16],
    member: NDArray[np.uint8],
    attributes: NDArray[np.uint8],
    ties: NDArray[np.uint8],
    flags: NDArray[np.uint8],
    t: Tables,
    candidate: NDArray[np.int32],
    count: NDArray[np.int64],
    room: int,
    destination: NDArray[np.uint16],
    who: NDArray[np.int8],
    reason: NDArray[np.uint8],
    out: NDArray[np.int64],
    alternative: NDArray[np.uint32],
    weight: NDArray[np.float64],
    bits: NDArray[np.uint32],
) -> None:
    """Exact choices of some blocks; ``out`` (blocks, 2) are movers and considering; working space as in `choose`."""
    for b in range(out.shape[0]):
        lo, hi = b * room, b * room + count[b, 0]
        out[b, 0], out[b, 1] = _decide_block(
            uid,
            place,
            home_place,
            wealth,
            member,
            attributes,
            ties,
            flags,
            t,
            candidate[lo:hi],
            destination[lo:hi],
            who[lo:hi],
            reason[lo:hi],
            alternative,
            weight,
            bits,
        )


@dataclass
class _Part:
    """What one task found; tasks are put together in order, so it does not matter when each was done."""

    moves: list[NDArray[Any]]
    lives: list[NDArray[Any]]
    considered: int
    income: int
    consumption: int
    seconds: tuple[float, float, float]


def _packed(values: NDArray[Any], found: NDArray[np.int64], room: int) -> NDArray[Any]:
    """The used parts of the blocks' rooms, one after another."""
    return np.concatenate([values[b * room : b * room + k] for b, k in enumerate(found)])


def _task(h: Households, tables: Tables, first: int, last: int) -> _Part:
    """All rules for a few blocks, one kernel after the other while their rows are in the cache."""
    started = time.perf_counter()
    blocks, room = last - first, _ROOM
    count = np.zeros((blocks, 4), dtype=np.int64)
    mover = np.empty(blocks * room, dtype=np.int32)
    life = np.empty(blocks * room, dtype=np.int32)
    lo, hi = first * BLOCK, min(h.n, last * BLOCK)
    own_rows(
        lo, hi, h.uid, h.place, h.wealth, h.member, h.income_quantile, h.ties, h.flags, tables, mover, life, count, room
    )  # fmt: skip
    most = int(count[:, :2].max())
    if most > room:  # more than an eighth of a block passed a screen: unusual parameters
        room = most
        mover = np.empty(blocks * room, dtype=np.int32)
        life = np.empty(blocks * room, dtype=np.int32)
        for b in range(blocks):
            part, start = slice(b * room, (b + 1) * room), lo + b * BLOCK
            _list_again(
                start, min(hi, start + BLOCK), h.uid, h.place, h.member, h.flags, tables, mover[part], life[part]
            )  # fmt: skip
    own = time.perf_counter()

    mask = np.empty(blocks * room, dtype=np.int32)
    happened = np.zeros(blocks, dtype=np.int64)
    live_rows(h.uid, h.place, h.member, h.attributes, h.flags, tables, life, count, room, mask, happened)
    lived = time.perf_counter()

    destination = np.empty(blocks * room, dtype=np.uint16)
    who = np.empty(blocks * room, dtype=np.int8)
    reason = np.empty(blocks * room, dtype=np.uint8)
    moved = np.zeros((blocks, 2), dtype=np.int64)
    decide_rows(
        h.uid, h.place, h.home_place, h.wealth, h.member, h.attributes, h.ties, h.flags, tables, mover, count, room,
        destination, who, reason, moved, *buffers(tables),
    )  # fmt: skip
    return _Part(
        moves=[_packed(column, moved[:, 0], room) for column in (mover, destination, who, reason)],
        lives=[_packed(column, happened, room) for column in (life, mask)],
        considered=int(moved[:, 1].sum()),
        income=int(count[:, 2].sum()),
        consumption=int(count[:, 3].sum()),
        seconds=(own - started, lived - own, time.perf_counter() - lived),
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
    )
