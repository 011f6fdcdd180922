"""What happens within one household in a step, in order: the scalar rules that both engines call.

All read the frozen tables and write only the household's own row.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.ages import Ages
from dicu.behaviour.choose import OTHER_WORK, STAY, Buffers, choose
from dicu.behaviour.consider import calm_hazard, considers, readiness
from dicu.behaviour.events import DEAD_WORKERS_SHIFT, PARTING_SHIFT, WorkTally
from dicu.behaviour.kin import couples_of, parts_newly_weds, takes_mark
from dicu.behaviour.life_course import PART_SHIFT, LifeTable, apply_life, has_adult
from dicu.behaviour.member_word import COUNT_MASK, WORKER_SHIFT
from dicu.behaviour.move import leaver
from dicu.behaviour.tables import Tables
from dicu.behaviour.work import NO_OFFER, answer, offer
from dicu.compute.kernel import kernel
from dicu.population.columns import (
    APART,
    BUSY,
    FORMAL,
    MEMBERS,
    NEWLY_WED,
    SECTOR_MASK,
    SECTOR_SHIFT,
    SHOCK_MASK,
    SHOCK_SHIFT,
    TYPE_MASK,
    Rows,
)
from dicu.population.life_stage import WORKING_UNTIL, kind_of, of_working_age, stage_of, type_of
from dicu.scenario.vocabulary import REASON_SHOCK

FULL_SHOCK: Final = 7
"""Steps that a shock lasts, fading by one per step (model specification, section 3); fills its three bits."""

# most units of a 16-bit column; unit of the 24 bits of a draw that are exact in 32-bit floats; sectors
_MOST: Final = np.float32(65535.0)
_TWO_M24: Final = np.float32(2.0**-24)
_AGRICULTURE: Final = 0
_SERVICE: Final = 2

# what `decide` reports besides a destination
EVERYBODY_STAYS: Final = -1


@njit(cache=True, inline="always")
def faded(flags: np.uint8, struck: np.uint8) -> np.uint8:
    """Flags after the shock faded by a step, or began anew for farm households where a disaster strikes; not busy."""
    shock = np.uint8((flags >> np.uint8(SHOCK_SHIFT)) & np.uint8(SHOCK_MASK))
    left = np.uint8(shock - np.uint8(1)) if shock > np.uint8(0) else np.uint8(0)
    hit = struck & np.uint8(~flags) & np.uint8(1)  # bit 0 of the type: not farming
    now = np.uint8(FULL_SHOCK) if hit > np.uint8(0) else left
    return np.uint8((flags & np.uint8(TYPE_MASK)) | np.uint8(now << np.uint8(SHOCK_SHIFT)))


@njit(cache=True, inline="always")
def income_units(
    pay: np.float32,
    luck: np.float32,
    workers: np.uint32,
    other: np.float32,
    persons: np.uint32,
    bits: np.uint32,
) -> np.uint32:
    """Income of a step in wealth units, stochastically rounded: its expectation is exact.

    In 32-bit floats throughout; 24 bits of the draw are exact in them.
    """
    amount = np.float32(np.float32(pay * luck) * np.float32(workers)) + np.float32(
        other * np.float32(persons)
    )
    chance = np.float32(np.float32(bits >> np.uint32(8)) * _TWO_M24)
    return np.uint32(min(np.float32(amount + chance), _MOST))


@kernel
def words_of(member: NDArray[np.uint8], word: NDArray[np.uint32]) -> np.uint32:
    """Sum of the members' packed words: bound of life events, workers, persons."""
    total = np.uint32(0)
    for m in range(MEMBERS):
        total = np.uint32(total + word[member[m]])
    return total


@kernel
def live_through(i: int, mask: int, h: Rows, t: LifeTable, ages: Ages) -> int:
    """Apply the life events of row i (`life_events`, not 0) to the row; returns what the commit needs to know.

    The death of somebody of working age is a shock. A household to which anything happens is busy: it considers no
    move in the same step (so that what it may do follows from its state at the start of the step alone).

    Returns
    -------
    int
        Bits 0-5 deaths and 6-11 births by slot before; 12-15 1 + the slot, after deaths, of who seeks; 16-18 how many
        of those who died were of working age; 19-21 1 + the slot of the man who parts from the parents with his family.
    """
    seeker = -1
    parting = 0
    gone = 0
    workers = 0
    wed = h.attributes[i] & np.uint8(NEWLY_WED)
    apart = h.attributes[i] & np.uint8(APART)
    couples = couples_of(h.member[i], ages, h.attributes[i]) if apart else 0
    for m in range(MEMBERS):
        if mask >> m & 1:
            gone += 1
            if wed and parts_newly_weds(h.member[i], m, ages):
                h.attributes[i] &= np.uint8(0xFF ^ NEWLY_WED)
            if apart and takes_mark(h.member[i], m, ages, couples):
                h.attributes[i] &= np.uint8(0xFF ^ APART)
            workers += int((t.word[h.member[i, m]] >> np.uint32(WORKER_SHIFT)) & np.uint32(COUNT_MASK))
        elif mask >> (2 * MEMBERS + m) & 1:
            seeker = m - gone
        elif mask >> (PART_SHIFT + m) & 1:
            parting = m + 1  # nothing else happens to the household
    f = h.flags[i]
    if mask & 0xFFF:
        apply_life(h.member[i], mask, ages.year, h.uid[i], t.newborn_key, t.boy_share)
        kind = type_of(stage_of(h.member[i], ages.year), h.attributes[i])
        f = np.uint8((f & ~np.uint8(TYPE_MASK)) | np.uint8(kind))
    if workers > 0:
        f = np.uint8(f | np.uint8(FULL_SHOCK << SHOCK_SHIFT))
    h.flags[i] = np.uint8(f | np.uint8(BUSY))
    happened = (mask & 0xFFF) | ((seeker + 1) << (2 * MEMBERS)) | (workers << DEAD_WORKERS_SHIFT)
    return happened | parting << PARTING_SHIFT


@njit(cache=True, inline="always")
def decide(i: int, h: Rows, tables: Tables, space: Buffers) -> tuple[int, int, int]:
    """What row i does, which considers moving: destination (or -1), who leaves (-1: everybody), reason.

    Changing between farming and other work in the same place is written to the row at once: who takes up farming gives
    up a formal job, who leaves it begins without one.
    """
    f = h.flags[i]
    origin = int(h.place[i])
    kind = int(f & np.uint8(TYPE_MASK))
    home = int(h.home_place[i])
    to, reason = choose(i, h, tables.where, tables.choose, space)
    if to == OTHER_WORK:
        sector = _SERVICE if not kind & 1 else _AGRICULTURE
        h.attributes[i] = np.uint8(
            (h.attributes[i] & ~np.uint8(SECTOR_MASK << SECTOR_SHIFT | FORMAL))
            | np.uint8(sector << SECTOR_SHIFT)
        )
        h.flags[i] = np.uint8(f ^ np.uint8(1))
        return EVERYBODY_STAYS, 0, 0
    if to == STAY or not has_adult(h.member[i], tables.ages):
        return EVERYBODY_STAYS, 0, 0
    couples = couples_of(h.member[i], tables.ages, h.attributes[i])
    if (f >> np.uint8(SHOCK_SHIFT)) & np.uint8(SHOCK_MASK) > 0:
        ready = readiness(h.member[i], couples, tables.move.ready)
        calm = calm_hazard(origin, kind_of(h.flags[i], h.attributes[i]), h.ties[i], ready, tables.consider)
        if not considers(h.uid[i], tables.consider.key, calm):
            reason = REASON_SHOCK  # without the shock it would not even have considered
    who = leaver(h.uid[i], h.member[i], to == home, couples, tables.ages, tables.move)
    return to, who, reason


@kernel
def hear(i: int, h: Rows, tables: Tables, tally: WorkTally, space: Buffers) -> tuple[int, int]:
    """What row i makes of an offer from afar, if it gets one: place it goes to (or -1), who leaves (-1: everybody).

    One offer is one adult's job: who can leaves alone, couples as seldom as `labour.leaves_partner` says; of a
    household that comes as a whole all workers have formal jobs. Who takes one is busy: it considers no other move in
    the step. Offers made, taken and lapsed are entered in ``tally``.
    """
    where = tables.where
    to = offer(i, h, where, tables.work, tables.choose, space)
    if to == NO_OFFER:
        return EVERYBODY_STAYS, 0
    district = where.district[to]
    tally.made[district] += 1
    if not has_adult(h.member[i], tables.ages) or not answer(i, h, to, where, tables.work, tables.choose):
        tally.lapsed[district] += 1
        return EVERYBODY_STAYS, 0
    tally.taken[district] += 1
    h.flags[i] |= np.uint8(BUSY)
    couples = couples_of(h.member[i], tables.ages, h.attributes[i])
    home = to == int(h.home_place[i])
    return to, leaver(h.uid[i], h.member[i], home, couples, tables.ages, tables.work.move)


@kernel
def settle(i: int, h: Rows, tables: Tables, tally: WorkTally, space: Buffers) -> tuple[int, int, int]:
    """`decide`, with a formal job given up for farming entered in ``tally``."""
    before = h.attributes[i] & np.uint8(FORMAL)
    decision = decide(i, h, tables, space)
    if before and not h.attributes[i] & np.uint8(FORMAL):
        jobs = of_working_age(h.member[i], tables.ages.year, WORKING_UNTIL)
        tally.left[tables.where.district[h.place[i]]] += jobs
    return decision
