"""Rule `life_course`: who of a household dies, gives birth, looks for a partner or parts from parents in a step.

Who is whose partner and who is single is inferred from ages and sexes, see `dicu.behaviour.kin`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.ages import Ages, age_of
from dicu.behaviour.kin import (
    can_give_birth,
    couples_of,
    has_children,
    heads_young_family,
    is_single,
    mothers_of,
    partner_of,
    single_with,
)
from dicu.behaviour.life_tables import FERTILE_AGES, FERTILE_FROM, LAST_BIRTH_YEAR, MANY_CHILDREN, WOMEN
from dicu.compute.draws import TWO_32, chance_of, happens, happens_at, hash64_2
from dicu.compute.hashing import hash32
from dicu.compute.kernel import kernel
from dicu.compute.pool import over_blocks
from dicu.population.columns import BIRTH_YEAR_ZERO, MEMBERS, Households, Rows

# bits of a mask of events, a slot each: deaths, births, searches, partings; draws 0.._RISKS-1 of a key are
# of these risks
BIRTH_SHIFT: Final = MEMBERS
SEEK_SHIFT: Final = 2 * MEMBERS
PART_SHIFT: Final = 3 * MEMBERS
_RISKS: Final = 4 * MEMBERS
_SEX_DRAW: Final = 32

# rows that a thread takes at a time, without effect on results; cells of the count of women
_BLOCK: Final = 1 << 16
COUNTED_ROWS: Final = 1 << 21
"""Up to so many rows all women are counted before a step, .06 s per million rows on two cores."""
SAMPLED: Final = 1 << 4
"""Of more rows, those of one identity in so many are, a power of two."""

_ONE_LESS_SLACK: Final = 1.0 - 1e-11
"""Far above the rounding of a chance."""


class LifeHazards(NamedTuple):
    """What `life_events` reads in one step.

    Attributes
    ----------
    death, birth, birth_later, seek, part : (A, 256) thrice, (256,), (256,) float64
        Hazards per step by area and member byte, see `dicu.behaviour.life_tables`.
    key, detail_key : uint64
        Of this step's draws: whether anything happens, and what.
    """

    death: NDArray[np.float64]
    birth: NDArray[np.float64]
    birth_later: NDArray[np.float64]
    seek: NDArray[np.float64]
    part: NDArray[np.float64]
    key: np.uint64
    detail_key: np.uint64


class LifeTable(NamedTuple):
    """What the life course reads in one step.

    Attributes
    ----------
    area : (P,) int32
        Area of each place, whose births and deaths it has (`dicu.behaviour.vital`).
    hazards : LifeHazards
        Apart from the rest, so that `life_events`, called per household, is handed nothing that it does not read.
    word : (256,) uint32
        Bound of all life events (26 bits), working age (3 bits), person (3 bits).
    boy_share : float
    newborn_key : uint64
        Of this step's draws.
    """

    area: NDArray[np.int32]
    hazards: LifeHazards
    word: NDArray[np.uint32]
    boy_share: float
    newborn_key: np.uint64


@njit(cache=True, inline="always")
def _first_happens(bits: np.uint32, hazard: float, rest: float) -> bool:
    """Whether a risk happens, given that one of it and those after it does: p / (1 - exp(-rest)), rest >= hazard."""
    if np.float64(bits) * (rest * (1.0 - 0.5 * rest)) * _ONE_LESS_SLACK >= hazard * TWO_32:
        return False  # p <= hazard and rest - rest^2 / 2 <= 1 - exp(-rest): mostly no exponential is needed
    return bool(happens(bits, chance_of(hazard) / chance_of(rest)))


@kernel
def birth_hazard(member: NDArray[np.uint8], m: int, area: int, ages: Ages, t: LifeHazards) -> float:
    """Hazard a step that member m, who can give birth, does."""
    if has_children(member, m, ages, MANY_CHILDREN):
        return float(t.birth_later[area, member[m]])
    return float(t.birth[area, member[m]])


@kernel
def has_adult(member: NDArray[np.uint8], ages: Ages) -> bool:
    """Whether anybody in the household is of full age."""
    for m in range(MEMBERS):
        if member[m] != 0 and age_of(member[m], ages.year) >= ages.majority:
            return True
    return False


@kernel
def life_events(
    uid: np.uint64, member: NDArray[np.uint8], area: int, ages: Ages, t: LifeHazards, attributes: int = 0
) -> int:
    """What happens to a household in a step: independent risks, drawn exactly and in two stages.

    Every risk r (slot x kind) happens with chance p_r = 1 - exp(-h_r), independently. The household's keyed uniform is
    compared with the chance of anything at all, 1 - exp(-H), H the sum of h_r; given that something happens, the
    risks are drawn in a fixed order, r with chance p_r / (1 - exp(-sum of h_s, s >= r)) up to the first that
    happens, the later ones with p_r. Of several who look for a partner only the first does; the dead do not. A family
    parts from the parents only where nothing else happens to the household in the step.

    Parameters
    ----------
    uid : uint64
        The first stage draws ``hash32(uid, t.key)``, as the screen does; risk r ``hash64_2(t.detail_key, uid, r)``.
    member : (6,) uint8
    area : int
        Area of the place, for births and deaths (`LifeTable.area`).
    ages : Ages
    attributes : int
        Of the household, see `dicu.behaviour.kin.couples_of`.

    Returns
    -------
    int
        Bits 0-5: who dies; 6-11: who gives birth; 12-17: who looks for a partner; 18-23: the man who parts from the
        parents with his wife and children. Whenever it is not 0,
        ``hash32(uid, t.key) >> 6`` is below the sum of the members' low 26 bits of `LifeTable.word`.
    """
    couples = couples_of(member, ages, attributes)
    mothers = mothers_of(member, ages.year, couples)
    possible = 0
    rest = 0.0
    for m in range(MEMBERS):
        byte = member[m]
        if byte == 0:
            break
        if t.death[area, byte] > 0.0:
            possible |= 1 << m
            rest += t.death[area, byte]
        if (mothers >> m) & 1:
            bearing = birth_hazard(member, m, area, ages, t)
            if bearing > 0.0:
                possible |= 1 << (BIRTH_SHIFT + m)
                rest += bearing
        if t.seek[byte] > 0.0 and single_with(member, m, ages, couples):
            possible |= 1 << (SEEK_SHIFT + m)
            rest += t.seek[byte]
        if t.part[byte] > 0.0 and heads_young_family(member, m, ages, couples):
            possible |= 1 << (PART_SHIFT + m)
            rest += t.part[byte]
    if not happens_at(hash32(uid, t.key), rest):
        return 0
    mask = 0
    for r in range(_RISKS):
        if not (possible >> r) & 1:
            continue
        if r < BIRTH_SHIFT:
            hazard = t.death[area, member[r]]
        elif r < SEEK_SHIFT:
            hazard = birth_hazard(member, r - BIRTH_SHIFT, area, ages, t)
        elif r < PART_SHIFT:
            hazard = t.seek[member[r - SEEK_SHIFT]]
        else:
            hazard = t.part[member[r - PART_SHIFT]]
        bits = np.uint32(hash64_2(t.detail_key, uid, r) >> np.uint64(32))
        if mask == 0:
            # something happens: the last possible risk for certain. Differences of sums may round below the hazard.
            if possible >> (r + 1) == 0 or _first_happens(bits, hazard, max(rest, hazard)):
                mask = 1 << r
            rest -= hazard
        elif happens_at(bits, hazard):
            mask |= 1 << r
    seekers = (mask >> SEEK_SHIFT) & ~mask & ((1 << MEMBERS) - 1)
    first = seekers & -seekers
    others = (mask & ((1 << SEEK_SHIFT) - 1)) | (first << SEEK_SHIFT)
    if others != 0:
        return others
    parting = mask >> PART_SHIFT
    return (parting & -parting) << PART_SHIFT


@kernel
def apply_life(
    member: NDArray[np.uint8], mask: int, year: int, uid: np.uint64, key: np.uint64, boy_share: float
) -> int:
    """Take out the dead and add the newborns, in place; the row stays left-packed, eldest first.

    A child whose mother dies in the same step lives.

    Parameters
    ----------
    member : (6,) uint8
        Changed in place.
    mask : int
        From `life_events`; the bits of those who look for a partner or part are without effect here.
    year : int
        Birth year of the newborns, 1911 to 2037.
    uid, key : uint64
        The sex of the child of slot m is drawn from ``hash64_2(key, uid, 32 + m)``; ``key`` may be the
        ``detail_key`` of `life_events`.
    boy_share : float
        Boys among births, boys / (boys + girls).

    Returns
    -------
    int
        Births. Deaths are the set bits 0-5.

    Raises
    ------
    ValueError
        When an empty slot is said to die or give birth, the newborns find no room, or the year does not fit a byte.
    """
    births = 0
    size = 0
    for m in range(MEMBERS):
        risen = ((mask >> m) | (mask >> (BIRTH_SHIFT + m))) & 1
        if risen and member[m] == 0:
            raise ValueError("a life event of an empty slot")
        births += (mask >> (BIRTH_SHIFT + m)) & 1
        size += (member[m] != 0) & (((mask >> m) & 1) == 0)
    if births > 0 and (year <= BIRTH_YEAR_ZERO or year > LAST_BIRTH_YEAR):
        raise ValueError("a newborn's birth year must lie between 1911 and 2037")
    if size + births > MEMBERS:
        raise ValueError("no room for the newborns in the household")
    kept = 0
    for m in range(MEMBERS):
        byte = member[m]
        member[m] = 0
        if ((mask >> m) & 1) == 0 and byte != 0:
            member[kept] = byte
            kept += 1
    for m in range(MEMBERS):
        if (mask >> (BIRTH_SHIFT + m)) & 1:
            boy = happens(np.uint32(hash64_2(key, uid, _SEX_DRAW + m) >> np.uint64(32)), boy_share)
            newborn = np.uint8(((year - BIRTH_YEAR_ZERO) << 1) | (0 if boy else 1))
            k = kept
            while k > 0 and member[k - 1] > newborn:
                member[k] = member[k - 1]
                k -= 1
            member[k] = newborn
            kept += 1
    return births


@kernel
def _expose(
    lo: int,
    hi: int,
    h: Rows,
    area: NDArray[np.int32],
    turn: tuple[np.uint64, np.uint64],
    ages: Ages,
    count: NDArray[np.int64],
    space: tuple[NDArray[np.int64], NDArray[np.uint8]],
) -> None:
    """Count the women of those of rows lo..hi-1 whose turn it is into ``count`` (A * 35 * 3,).

    ``turn`` is (r, m - 1): the households whose identity is r modulo m, a power of two. ``space`` is a list of rows
    (hi - lo + 1,) and of members (6,).
    """
    mine, others = turn
    listed, row = space
    year = ages.year
    youngest = (year - BIRTH_YEAR_ZERO - FERTILE_FROM) << 1 | 1
    eldest = (year - BIRTH_YEAR_ZERO - (FERTILE_FROM + FERTILE_AGES - 1)) << 1
    n = np.int64(0)
    for i in range(lo, hi):
        listed[n] = i
        n += np.int64(h.uid[i] & others == mine)
    for k in range(n):
        i = listed[k]
        women = 0
        for m in range(MEMBERS):
            byte = h.member[i, m]
            row[m] = byte
            if byte & 1 and byte >= eldest and byte <= youngest:
                women |= 1 << m
        if women == 0:
            continue
        base = area[h.place[i]] * FERTILE_AGES
        # a full household has no room for a birth
        mothers = 0
        if row[MEMBERS - 1] == 0:
            mothers = mothers_of(row, year, couples_of(row, ages, h.attributes[i]))
        for m in range(MEMBERS):
            if (women >> m) & 1:
                at = (base + age_of(row[m], year) - FERTILE_FROM) * WOMEN
                count[at] += 1
                if (mothers >> m) & 1:
                    count[at + 1] += 1
                    count[at + 2] += has_children(row, m, ages, MANY_CHILDREN)


def exposure(
    households: Households,
    area: NDArray[np.int32],
    areas: int,
    ages: Ages,
    step: int = 0,
    of: int | None = None,
) -> NDArray[np.int64]:
    """Women of 15-49 by area and single age, (A, 35, 3) int64: all, who can give birth, of these who have two children.

    Counted before every step for `dicu.behaviour.life_tables.life_tables`, which smooths over five-year groups;
    integers, so neither threads nor the order of rows matter. Of more than `COUNTED_ROWS` rows those of one in
    `SAMPLED` are counted, by their identities, which are hashes, and others in every step: of the whole country's women
    that leaves the births that are expected within .1 % of those put in, in each step anew.

    Parameters
    ----------
    area : (P,) int32
        Area of each place, of ``areas`` (A).
    ages : Ages
    step : int
        Says whose turn it is.
    of : int or None
        Rows of the country, where these are a part of them.
    """
    rows, n = households.rows, households.n
    sampled = SAMPLED if (n if of is None else of) > COUNTED_ROWS else 1
    turn = np.uint64(step % sampled), np.uint64(sampled - 1)
    blocks = (n + _BLOCK - 1) // _BLOCK
    count = np.zeros((blocks, areas * FERTILE_AGES * WOMEN), dtype=np.int64)

    def work(first: int, last: int) -> None:
        space = np.empty(_BLOCK + 1, dtype=np.int64), np.empty(MEMBERS, dtype=np.uint8)
        for b in range(first, last):
            _expose(b * _BLOCK, min(n, (b + 1) * _BLOCK), rows, area, turn, ages, count[first], space)

    over_blocks(work, blocks)
    return np.asarray(count.sum(axis=0).reshape((areas, FERTILE_AGES, WOMEN)))


__all__ = [
    "BIRTH_SHIFT",
    "PART_SHIFT",
    "SEEK_SHIFT",
    "LifeHazards",
    "LifeTable",
    "apply_life",
    "can_give_birth",
    "exposure",
    "has_adult",
    "is_single",
    "life_events",
    "partner_of",
]
