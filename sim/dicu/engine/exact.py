"""The exact rules for the few who passed a screen: life events and choices, block by block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.consider import considers
from dicu.behaviour.household_rules import decide, live_through
from dicu.behaviour.life_course import life_events
from dicu.behaviour.tables import Tables
from dicu.compute.kernel import kernel
from dicu.population.columns import BUSY, NEWLY_WED, SHOCK_MASK, SHOCK_SHIFT, TYPE_MASK


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
            uid[i], member[i], urban[place[i]], year, life_key, detail_key, death, birth, seek,
            attributes[i] & NEWLY_WED,
        )  # fmt: skip
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


__all__ = ["decide_rows", "live_rows"]
