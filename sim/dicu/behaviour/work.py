"""Rule `work`: who finds, loses and is offered a formal job, and who takes an offer from afar.

One keyed uniform u of a household and step: without a formal job it finds one at home if u < h (of its commuting area,
skill and sector; who farmed leaves farming), and is offered one elsewhere if u >= exp(-k R), k the sum of its
adults' readiness to move (`dicu.behaviour.consider`) and R the offers that reach its district for each unit of it;
with one it loses it if u < 1 - e^(-delta dt).

Offers O_a of an area are spread over the districts o outside of it in proportion to those who look there, times
(1 + hours / tau0)^-beta_d, times (1 + N_oa)^nu with N_oa the households from o's province in a. Which area, and which
place of it, two exponential races say, keyed by area and by place. The household takes the offer with weight
(V_F / V_own)^beta_y e^-c against 1, if its purse pays the way; c is solved once, from the share that is taken at the
start. Declining changes nothing: considering a move is another draw.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.choose import Buffers, ChooseTable
from dicu.behaviour.events import WorkTally
from dicu.behaviour.geography import Where
from dicu.behaviour.liquidity import purse
from dicu.behaviour.move import MoveTable
from dicu.compute.draws import TWO_32, happens, happens_at, race
from dicu.compute.hashing import hash32, hash64
from dicu.compute.kernel import kernel
from dicu.compute.numeric import exp64, log64
from dicu.economy.labour_rules import FARMING, INFORMAL, chance_to_find
from dicu.population.columns import (
    BUSY,
    FORMAL,
    FORMAL_SHIFT,
    MEMBERS,
    N_KINDS,
    N_TYPES,
    SECTOR_SHIFT,
    TYPE_MASK,
    Rows,
)

NO_OFFER: Final = -2
DECLINED: Final = -1

_SERVICE: Final = 2
_OTHER_WORK: Final = 1
_SKILLED: Final = 2


class WorkTable(NamedTuple):
    """What `work` reads in one step (P places, L districts, A commuting areas).

    Attributes
    ----------
    change : (P, 32) uint32
        Chance that the status changes by kind, in 2^-32.
    hazard : (L,) float64
        R, offers for each unit of ``looks``.
    looks : (256,) uint16
        Readiness by member byte in units of 1/256 (`dicu.behaviour.consider.looks_table`).
    spread : (L, A) float64
        Where they come from.
    value : (P, 32) float64
        What people believe a place to be worth by kind, M VND per month.
    beta, cost : float
        beta_y, c.
    move : MoveTable
        Who leaves for a job: one adult wherever another stays, if ready to part from a partner.
    key, area_key, place_key, take_key : uint64
        Of this step's draws.
    """

    change: NDArray[np.uint32]
    hazard: NDArray[np.float64]
    looks: NDArray[np.uint16]
    spread: NDArray[np.float64]
    value: NDArray[np.float64]
    beta: float
    cost: float
    move: MoveTable
    key: np.uint64
    area_key: np.uint64
    place_key: np.uint64
    take_key: np.uint64


@njit(cache=True, inline="always")
def changes_status(bits: np.uint32, chance: np.uint32, workers: np.uint32) -> np.uint8:
    """1 if a household finds or loses a formal job under these 32 bits, else 0; without workers it never does."""
    return np.uint8(np.uint8(bits < chance) & np.uint8(workers > np.uint32(0)))


@njit(cache=True, inline="always")
def attributes_after(attributes: np.uint8, flags: np.uint8, changed: np.uint8) -> np.uint8:
    """Attributes after the status changed; who farmed and found a job is in services. Without a branch."""
    farmed = np.uint8(np.uint8(~flags) & np.uint8(1))
    sector = np.uint8(np.uint8(changed & farmed) << np.uint8(SECTOR_SHIFT + 1))
    return np.uint8((attributes ^ np.uint8(changed << np.uint8(FORMAL_SHIFT))) | sector)


@njit(cache=True, inline="always")
def flags_after(flags: np.uint8, changed: np.uint8) -> np.uint8:
    """Flags after the status changed: nobody with a job, found or lost, farms."""
    return np.uint8(flags | changed)


@njit(cache=True, inline="always")
def may_be_offered(bits: np.uint32, bound: np.float32, looks: np.float32, attributes: np.uint8) -> np.uint8:
    """The screen of offers, at the other end of the draw than finding a job: 1 - exp(-h) <= h, factors rounded up.

    1 or 0. ``bound`` and ``looks`` are those of `dicu.behaviour.screening.ScreenTable`.
    """
    free = np.uint8(np.uint8(attributes & np.uint8(FORMAL)) == np.uint8(0))
    return np.uint8(np.uint8(np.float32(np.uint32(~bits)) <= np.float32(bound * looks)) & free)


@njit(cache=True, inline="always")
def takes(bits: np.uint32, value: float, own: float, beta: float, cost: float) -> bool:
    """Whether an offer worth ``value`` is taken by who has a place worth ``own``; more worth only makes more takers."""
    weight = exp64(beta * (log64(value) - log64(own)) - cost)
    return happens(bits, weight / (1.0 + weight))


@kernel
def _place_in(
    area: int, kind: int, uid: np.uint64, where: Where, c: ChooseTable, key: np.uint64, space: Buffers
) -> int:
    """Place of a commuting area to live in, by a race of the places' weights; -1 if nobody can live there."""
    first, last = where.area_first[area], where.area_first[area + 1]
    for n in range(last - first):
        j = where.area_place[first + n]
        space.alternative[n] = where.place_id[j]
        space.weight[n] = c.place_weight[kind, j]
    best = race(hash64(key, uid), space.alternative, space.weight, last - first, -1, space.bits)
    return int(where.area_place[first + best]) if best >= 0 else -1


@kernel
def offer(i: int, h: Rows, where: Where, w: WorkTable, c: ChooseTable, space: Buffers) -> int:
    """Place in which row i is offered a formal job in this step, or `NO_OFFER`."""
    if h.attributes[i] & np.uint8(FORMAL):
        return NO_OFFER
    uid, d = h.uid[i], where.district[h.place[i]]
    looking = 0
    for m in range(MEMBERS):
        looking += int(w.looks[h.member[i, m]])
    if not happens_at(np.uint32(~hash32(uid, w.key)), looking * w.hazard[d]):
        return NO_OFFER
    area = race(hash64(w.area_key, uid), where.area_id, w.spread[d], w.spread.shape[1], -1, space.bits)
    if area < 0:
        return NO_OFFER
    kind = int(h.flags[i] & np.uint8(TYPE_MASK)) | _OTHER_WORK
    to = _place_in(area, kind, uid, where, c, w.place_key, space)
    return to if to >= 0 else NO_OFFER


@kernel
def answer(i: int, h: Rows, to: int, where: Where, w: WorkTable, c: ChooseTable) -> bool:
    """Whether row i takes the job that it is offered in place ``to``: not while anything else happens to it."""
    if h.flags[i] & np.uint8(BUSY):
        return False
    d, there = where.district[h.place[i]], where.district[to]
    r = where.province[there]
    needed = c.need_district[d, there] if r == where.province[d] else c.need_province[d, r]
    if not purse(h.wealth[i], needed):
        return False
    kind = int(h.flags[i] & np.uint8(TYPE_MASK))
    bits = np.uint32(hash64(w.take_key, h.uid[i]) >> np.uint64(32))
    return takes(bits, w.value[to, N_TYPES + (kind | _OTHER_WORK)], w.value[h.place[i], kind], w.beta, w.cost)


@kernel
def tally_change(tally: WorkTally, district: int, attributes: np.uint8, workers: int) -> None:
    """Enter a change of status; ``attributes`` are those after it."""
    if attributes & np.uint8(FORMAL):
        tally.found[district] += workers
    else:
        tally.lost[district] += workers


class Spreading(NamedTuple):
    """Who can be reached by offers, and how easily (L districts, A areas, R provinces).

    Attributes
    ----------
    looking : (L,) float64
        How many look, in units of ``looks`` of `WorkTable`.
    near : (L, A) float64
        (1 + hours / tau0)^-beta_d to the area's centre.
    network : (R, A) float64
        (1 + N)^nu.
    province, area : (L,) int32
    """

    looking: NDArray[np.float64]
    near: NDArray[np.float64]
    network: NDArray[np.float64]
    province: NDArray[np.int32]
    area: NDArray[np.int32]


@njit(cache=True, error_model="numpy")
def spread_offers(
    offers: NDArray[np.float64], s: Spreading
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Offers that reach each district for each unit that looks there, (L,), and by area, (L, A)."""
    n, areas = s.near.shape
    total, heard = np.zeros(areas), np.empty(areas)
    for d in range(n):
        looking, known = s.looking[d], s.network[s.province[d]]
        for a in range(areas):
            heard[a] = looking * s.near[d, a] * known[a]
        heard[s.area[d]] = 0.0  # what is offered in one's own area is no offer from afar
        for a in range(areas):
            total[a] += heard[a]
    made = np.empty(areas)
    for a in range(areas):
        reach = not (offers[a] <= 0.0 or total[a] <= 0.0)
        made[a] = offers[a] if reach else 0.0
        total[a] = total[a] if reach else 1.0
    spread, hazard = np.empty((n, areas)), np.zeros(n)
    for d in range(n):
        known, row = s.network[s.province[d]], spread[d]
        for a in range(areas):
            share = made[a] * s.near[d, a] * known[a] / total[a]
            row[a] = share if made[a] != 0.0 else 0.0
        row[s.area[d]] = 0.0
        for a in range(areas):
            hazard[d] += row[a]
    return hazard, spread


@njit(cache=True)
def change_chances(
    area_of_place: NDArray[np.int32],
    lose: NDArray[np.float64],
    find: NDArray[np.float64],
    search: NDArray[np.float64],
    most: float,
) -> NDArray[np.uint32]:
    """Chance by place and kind that the status changes, (P, 32) uint32 in 2^-32, rounded down."""
    out = np.empty((area_of_place.shape[0], N_KINDS), dtype=np.uint32)
    for j in range(area_of_place.shape[0]):
        a = area_of_place[j]
        for t in range(N_TYPES):
            group = (INFORMAL if t & _OTHER_WORK else FARMING) + (1 if t & _SKILLED else 0)
            out[j, t] = np.uint32(min(chance_to_find(find[a], search[group], most) * TWO_32, TWO_32 - 1.0))
            out[j, N_TYPES + t] = np.uint32(min(lose[a] * TWO_32, TWO_32 - 1.0))
    return out


__all__ = [
    "DECLINED",
    "NO_OFFER",
    "Spreading",
    "WorkTable",
    "answer",
    "attributes_after",
    "change_chances",
    "changes_status",
    "flags_after",
    "may_be_offered",
    "offer",
    "spread_offers",
    "takes",
    "tally_change",
]
