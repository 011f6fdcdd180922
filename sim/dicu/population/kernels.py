"""Kernels of the synthesis: households of a place by size, and the writing of their columns."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.hashing import hash64, hash64_2
from dicu.population.columns import BIRTH_YEAR_ZERO, MEMBERS, NATIVE_TIES, SECTOR_SHIFT, TENURE_SHIFT, Rows
from dicu.population.life_stage import WORKING_FROM, WORKING_UNTIL, stage_of, type_of

GRID_BITS: Final = 31
AGE_CELLS: Final = 34

# Columns of the tally of a place, all integers.
SIZE: Final = 0
AGE: Final = SIZE + MEMBERS
ADULTS: Final = AGE + AGE_CELLS
ADULTS_SKILLED: Final = ADULTS + 1
WORKERS: Final = ADULTS + 2  # agriculture, industry, service
RENTERS: Final = WORKERS + 3
MIGRANTS: Final = RENTERS + 1
STAGE: Final = MIGRANTS + 1  # four
TALLY: Final = STAGE + 4

_OLDEST_GROUP = 16
_FEW = 12  # persons that at most four households are sought for


@njit(cache=True)
def _close(counts, missing, left):  # type: ignore[no-untyped-def]
    """Add the one to four households of ``left`` persons in all that leave the least squared error."""
    least = np.inf
    found = (0, 0, 0, 0)
    for a in range(1, MEMBERS + 1):
        for b in range(a + 1):
            for c in range(b + 1):
                d = left - a - b - c
                if 0 <= d <= c:
                    chosen = (a, b, c, d)
                    error = 0.0
                    for k in range(
                        4
                    ):  # one more of size s changes (missing - taken)^2 by 1 - 2 (missing - taken)
                        if chosen[k] > 0:
                            taken = 0
                            for before in range(k):
                                taken += 1 if chosen[before] == chosen[k] else 0
                            error += 1.0 - 2.0 * (missing[chosen[k] - 1] - taken)
                    if error < least:
                        least = error
                        found = chosen
    for k in range(4):
        if found[k] > 0:
            counts[found[k] - 1] += 1


@njit(cache=True)
def count_by_size(persons, urban, province, share):  # type: ignore[no-untyped-def]
    """Households of each place by size 1..6, whose members sum exactly to the persons of the place.

    Controlled rounding by carrying the error along: within a province's rural or urban places, each place
    makes up for what those before it have too few or too many of, so that the sizes of the province agree
    with ``share`` to within a few households even where a place has room for only two or three. Where a
    place has hardly the persons of one household (weights above about 500 in Viet Nam) they come out smaller.

    Parameters
    ----------
    persons : (P,) int64
    urban : (P,) bool
    province : (P,) int64
        0..R-1.
    share : (2, 6) float64
        Share of households by size, rural and urban.

    Returns
    -------
    (P, 6) int64
    """
    n_places = len(persons)
    counts = np.zeros((n_places, MEMBERS), dtype=np.int64)
    n_provinces = 0
    for p in range(n_places):
        n_provinces = max(n_provinces, int(province[p]) + 1)
    so_far = np.zeros((n_provinces, 2), dtype=np.int64)
    made = np.zeros((n_provinces, 2, MEMBERS), dtype=np.int64)
    missing = np.zeros(MEMBERS)
    for p in range(n_places):
        if persons[p] == 0:
            continue
        area = 1 if urban[p] else 0
        r = province[p]
        mean = 0.0
        for s in range(MEMBERS):
            mean += share[area, s] * (s + 1)
        so_far[r, area] += persons[p]
        left = persons[p]
        for s in range(MEMBERS):
            missing[s] = so_far[r, area] / mean * share[area, s] - made[r, area, s]
            counts[p, s] = max(0, int(np.floor(missing[s])))
            missing[s] -= counts[p, s]
            left -= counts[p, s] * (s + 1)
        while left < 0 or left > _FEW:
            best = -1
            for s in range(MEMBERS):
                if left < 0 and counts[p, s] > 0 and (best < 0 or missing[s] < missing[best]):
                    best = s
                if left > 0 and (best < 0 or missing[s] > missing[best]):
                    best = s
            change = 1 if left > 0 else -1
            counts[p, best] += change
            missing[best] -= change
            left -= change * (best + 1)
        if left > 0:
            _close(counts[p], missing, left)
        for s in range(MEMBERS):
            made[r, area, s] += counts[p, s]
    return counts


@njit(cache=True)
def _members(row, archetype, size, luck, start_year, old_age, tally):  # type: ignore[no-untyped-def]
    """Write the birth years and sexes of one household, eldest first; return members 15+ and 15-64."""
    adults = 0
    workers = 0
    for c in range(MEMBERS):
        row[c] = 0
    for c in range(size):
        code = int(archetype[c]) - 1
        group = code >> 1
        draw = int((luck >> np.uint64(10 * c)) & np.uint64(1023))
        age = 80 + int(old_age[draw]) if group == _OLDEST_GROUP else 5 * group + ((draw * 5) >> 10)
        adults += 1 if age >= WORKING_FROM else 0
        workers += 1 if WORKING_FROM <= age <= WORKING_UNTIL else 0
        tally[AGE + code] += 1
        born = np.uint8(((start_year - age - BIRTH_YEAR_ZERO) << 1) | (code & 1))
        k = c
        while k > 0 and row[k - 1] > born:
            row[k] = row[k - 1]
            k -= 1
        row[k] = born
    return adults, workers


class Composition(NamedTuple):
    """Who lives where at the start (P places, A archetypes).

    Attributes
    ----------
    counts : (P, 6) int64
        Households by size.
    row_start : (P + 1,) int64
        First row of each place.
    place_key : (P,) uint64
        Identity of each place, for draws.
    group, province : (P,) int64
        As `dicu.population.province_ages.Groups.of`; legacy province.
    archetype : (A, 6) uint8
        As `Archetypes.member`, sorted by size; those of size s + 1 begin at ``archetype_start[s]``, (7,) int64.
    cumulative : (G, A) uint64
        Their weights by group, summed within each size on the integer grid.
    old_age : (1024,) uint8
        Years above 80 of the oldest group, by a draw of ten bits.
    start_year : int
    """

    counts: NDArray[np.int64]
    row_start: NDArray[np.int64]
    place_key: NDArray[np.uint64]
    group: NDArray[np.int64]
    province: NDArray[np.int64]
    archetype: NDArray[np.uint8]
    cumulative: NDArray[np.uint64]
    archetype_start: NDArray[np.int64]
    old_age: NDArray[np.uint8]
    start_year: int


class Arrivals(NamedTuple):
    """Where the migrants of the start came from, and how long ago (P places, R provinces, Q quarters).

    Attributes
    ----------
    cumulative : (R, R) uint64
        As `Origins.cumulative`: by province of residence (row) and of origin.
    province_start : (R + 1,) int64
        First place of each province.
    resident_cumulative : (P + 1,) int64
        Residents of the places before each: a place of origin is drawn by them.
    tie_of_quarter : (Q,) uint8
        Ties by quarters since arrival, in 1/255.
    """

    cumulative: NDArray[np.uint64]
    province_start: NDArray[np.int64]
    resident_cumulative: NDArray[np.int64]
    tie_of_quarter: NDArray[np.uint8]


class Chances(NamedTuple):
    """What is drawn for a household (P places, 4 life stages, native or migrant, Q quarters since arrival).

    Attributes
    ----------
    migrant, skilled, farm : (P, 4), (P, 4, 2), (P, 2) int64
        Chances in 1/65,536, as in `PlaceRates`.
    industry, rent_native, rent_migrant : (P,), (P,), (Q,) int64
        The same; of industry given work outside agriculture.
    wealth_head : (P,) float64
        Median wealth per member, 0.1 M VND.
    wealth_rank, wealth_luck : (256,) float64
        Factors of it by the rank of lasting luck, and by a draw.
    """

    migrant: NDArray[np.int64]
    skilled: NDArray[np.int64]
    farm: NDArray[np.int64]
    industry: NDArray[np.int64]
    rent_native: NDArray[np.int64]
    rent_migrant: NDArray[np.int64]
    wealth_head: NDArray[np.float64]
    wealth_rank: NDArray[np.float64]
    wealth_luck: NDArray[np.float64]


@njit(cache=True, nogil=True)
def fill(
    begin: int,
    end: int,
    h: Rows,
    tally: NDArray[np.int64],
    who: Composition,
    came_from: Arrivals,
    chance: Chances,
    keys: NDArray[np.uint64],
) -> None:
    """Write every column of every household of places begin..end; a place never reads another's rows.

    Archetypes are drawn systematically: within a place and size, the i-th of H households takes the archetype
    at (U + i)/H of the cumulative weights, U keyed by the place. Everything else is keyed by the uid.
    The shapes are those of `dicu.population.synthesis`, the only caller.
    """
    grid = np.uint64(1) << np.uint64(GRID_BITS)
    low16 = np.uint64(0xFFFF)
    for p in range(begin, end):
        row = who.row_start[p]
        mine = tally[p]
        here = who.province[p]
        for s in range(MEMBERS):
            households = who.counts[p, s]
            mine[SIZE + s] += households
            offset = hash64_2(keys[1], who.place_key[p], s) >> np.uint64(64 - GRID_BITS)
            a = who.archetype_start[s]
            for i in range(households):
                at = (offset + np.uint64(i) * grid) // np.uint64(households)
                while who.cumulative[who.group[p], a] <= at:
                    a += 1
                name = hash64_2(keys[0], who.place_key[p], row - who.row_start[p])
                h.uid[row] = name
                h.place[row] = p
                adults, workers = _members(
                    h.member[row],
                    who.archetype[a],
                    s + 1,
                    hash64(keys[2], name),
                    who.start_year,
                    who.old_age,
                    mine,
                )
                stage = stage_of(h.member[row], who.start_year)
                mine[STAGE + stage] += 1

                came = hash64(keys[3], name)
                moved = int(came & low16) < chance.migrant[p, stage]
                quarter = 0
                home = p
                if moved:
                    quarter = 1 + int(
                        (((came >> np.uint64(16)) & low16) * np.uint64(len(came_from.tie_of_quarter) - 1))
                        >> np.uint64(16)
                    )
                    draw = came >> np.uint64(64 - GRID_BITS)
                    o = np.searchsorted(came_from.cumulative[here], draw, side="right")
                    first = came_from.province_start[o]
                    last = came_from.province_start[o + 1]
                    people = came_from.resident_cumulative[last] - came_from.resident_cumulative[first]
                    pick = (
                        np.int64(hash64(keys[4], name) % np.uint64(people))
                        + came_from.resident_cumulative[first]
                    )
                    home = first + np.searchsorted(
                        came_from.resident_cumulative[first + 1 : last + 1], pick, side="right"
                    )
                    mine[MIGRANTS] += 1
                h.home_place[row] = home
                h.ties[row] = came_from.tie_of_quarter[quarter] if moved else NATIVE_TIES

                luck = hash64(keys[5], name)
                origin = 1 if moved else 0
                skilled = int(luck & low16) < chance.skilled[p, stage, origin]
                mine[ADULTS] += adults
                if skilled:
                    mine[ADULTS_SKILLED] += adults
                sector = 3
                if workers > 0:
                    draw16 = int((luck >> np.uint64(16)) & low16)
                    farm = chance.farm[p, origin]
                    other = 65536 - farm
                    if draw16 < farm:
                        sector = 0
                    elif (draw16 - farm) * 65536 < chance.industry[p] * other:
                        sector = 1
                    else:
                        sector = 2
                    mine[WORKERS + sector] += workers
                rent_chance = chance.rent_migrant[quarter] if moved else chance.rent_native[p]
                rents = int((luck >> np.uint64(32)) & low16) < rent_chance
                if rents:
                    mine[RENTERS] += 1
                h.attributes[row] = (
                    (1 if skilled else 0) | (sector << SECTOR_SHIFT) | ((1 if rents else 0) << TENURE_SHIFT)
                )
                h.flags[row] = type_of(stage, h.attributes[row])
                rank = int((luck >> np.uint64(48)) & np.uint64(0xFF))
                h.income_quantile[row] = rank
                amount = (
                    chance.wealth_head[p]
                    * (s + 1)
                    * chance.wealth_rank[rank]
                    * chance.wealth_luck[int(luck >> np.uint64(56))]
                )
                h.wealth[row] = int(min(np.floor(amount + 0.5), 65535.0))
                row += 1
