"""Residents of places: a model that spreads official urban and rural residents over the places of a province.

No commune's population is official here. Province x urban/rural totals are exact; inside them a legacy
commune gets residents in proportion to

.. math:: w = a^{1/8} \\; d^{-1/4} \\; 0.6^{[mountain]} \\quad (rural), \\qquad
          w = a^{1/8} \\; d^{-1/8} \\; 0.8^{[township]} \\quad (urban),

with a its area and d the mean area of the communes of its district. Communes were drawn so that each had
people enough to govern; where they are small there are many people on the land, so d stands for sparsity,
and it tells more than the commune's own area. The exponents were chosen among eighths, and the factors among
fifths, so that the sizes of the 3,321 new units agree with the published medians (24,441 and 49,205
registered residents, rescaled to residents; both within 2 % in 2024). Against registered residents, unit by
unit, the error is 0.37 in logarithms (correlation 0.88; half of the units are within 23 % once provinces are
rescaled): right on average for terrain, distance and size, not for what one commune is.
`sim/dicu/world/data/README.md` says more. Eighths need square roots only, which every machine rounds alike; all
sums are of integers.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.scenario.vocabulary import MOUNTAIN
from dicu.world import facts

Int = NDArray[np.int64]
Float = NDArray[np.float64]

MOUNTAIN_FACTOR: Final = 0.6
"""Residents of a rural commune in mountains over one elsewhere of the same area and sparsity."""
TOWNSHIP_FACTOR: Final = 0.8
"""Residents of a township over a ward of the same area and sparsity."""
WEIGHT_ONE: Final = 1 << 24
"""Weights and shares are kept as integers in units of 1/2**24."""
SMALLEST_AREA_KM2: Final = 0.05
"""Areas below this are taken as this: an error of the source must not empty a ward."""


def largest_remainder(total: Int, group: Int, weight: Int, key: NDArray[np.uint64]) -> Int:
    """Divide the whole number ``total[g]`` among the members of each group g in proportion to weights.

    Everybody gets the floor of the quota; what is left goes to the largest remainders, ties to the smallest
    key. The result sums to ``total`` exactly and does not depend on the order of the rows.

    Parameters
    ----------
    total : (G,) int64, at least 0
    group : (N,) int64, in 0..G-1
    weight : (N,) int64, at least 0, at most 2**32; a group with a total above 0 needs a weight above 0
    key : (N,) uint64, unique within a group

    Returns
    -------
    (N,) int64

    Raises
    ------
    ValueError
        A group has something to divide and nobody to receive it (its index is named), or a total is
        negative, or the product of a total and a weight would not fit in 63 bits.
    """
    n_groups = len(total)
    if np.any(total < 0) or np.any(weight < 0):
        raise ValueError("totals and weights must be at least 0")
    sums = np.zeros(n_groups, np.int64)
    np.add.at(sums, group, weight)
    orphan = np.flatnonzero((total > 0) & (sums == 0))
    if len(orphan):
        raise ValueError(f"nobody to receive the total of group(s) {orphan[:20].tolist()}")
    if len(weight) and float(total.max(initial=0)) * float(weight.max(initial=0)) >= 2.0**63:
        raise ValueError(f"total {total.max()} x weight {weight.max()} does not fit in 63 bits")
    divisor = np.maximum(sums, 1)[group]
    product = total[group] * weight
    quota = product // divisor
    remainder = product - quota * divisor
    given = np.zeros(n_groups, np.int64)
    np.add.at(given, group, quota)
    left = total - given
    # a remainder of r/divisor: within a group the divisor is one number, so remainders compare as integers
    order = np.lexsort((key, -remainder, group))
    ordered = group[order]
    starts = np.searchsorted(ordered, np.arange(n_groups))
    rank = np.arange(len(group)) - starts[ordered]
    quota[order[rank < left[ordered]]] += 1
    return quota


def _root(x: Float, halvings: int) -> Float:
    """x to the power 2**-halvings by square roots, which IEEE 754 rounds correctly everywhere."""
    for _ in range(halvings):
        x = np.sqrt(x)
    return x


def island_residents(place_key: NDArray[np.uint64], country_residents: int, modelled: Int) -> Int:
    """Residents of the islands of `facts.islands`, -1 for every other place.

    Parameters
    ----------
    place_key : (P,) uint64
        Legacy commune code * 100,000 + new commune code.
    country_residents : int
        Official residents of the country in the year of the world.
    modelled : (P,) int64
        Residents by the rule alone: the places of one island share its residents in proportion.

    Returns
    -------
    (P,) int64, to be handed to `spread_residents` as ``fixed``.
    """
    fixed = np.full(len(place_key), -1, np.int64)
    new_code = (place_key % np.uint64(100_000)).astype(np.int64)
    for code, total in facts.island_totals(country_residents).items():
        mine = np.flatnonzero(new_code == int(code))
        if len(mine):
            weight = np.maximum(modelled[mine], 1)
            group = np.zeros(len(mine), np.int64)
            fixed[mine] = largest_remainder(np.array([total], np.int64), group, weight, place_key[mine])
    return fixed


def commune_weight(
    area_km2: Float,
    sparsity_km2: Float,
    urban: NDArray[np.bool_],
    kind: NDArray[np.str_],
    mountain: NDArray[np.bool_],
) -> Int:
    """Weight of each legacy commune within its province x urban/rural, in units of 1/2**24 (see the module).

    Parameters
    ----------
    area_km2, sparsity_km2 : (C,) float64, km2
        Own area; mean area of the communes of the district.
    urban : (C,) bool
    kind : (C,) str, legacy kind ("township" matters)
    mountain : (C,) bool

    Returns
    -------
    (C,) int64
    """
    own = _root(np.maximum(area_km2, SMALLEST_AREA_KM2), 3)
    sparse = np.maximum(sparsity_km2, SMALLEST_AREA_KM2)
    rural_weight = own / _root(sparse, 2) * np.where(mountain, MOUNTAIN_FACTOR, 1.0)
    urban_weight = own / _root(sparse, 3) * np.where(kind == "township", TOWNSHIP_FACTOR, 1.0)
    return np.rint(np.where(urban, urban_weight, rural_weight) * WEIGHT_ONE).astype(np.int64)


def _check(
    province: NDArray[np.int32],
    legacy_commune: NDArray[np.int32],
    urban: NDArray[np.bool_],
    area_km2: Float,
    share: Float,
    first: Int,
) -> None:
    """Refuse inputs whose sums would be meaningless; ``first`` is a place of each legacy commune."""
    bad = np.flatnonzero(~(np.isfinite(area_km2) & (area_km2 > 0)))
    if len(bad):
        raise ValueError(f"area_km2 must be above 0 and finite; not so at places {bad[:20].tolist()}")
    bad = np.flatnonzero(~((share >= 0) & (share <= 1)))
    if len(bad):
        raise ValueError(f"share must be within 0..1; not so at places {bad[:20].tolist()}")
    mixed = (province != province[first[legacy_commune]]) | (urban != urban[first[legacy_commune]])
    if mixed.any():
        odd = sorted(set(legacy_commune[mixed].tolist()))[:20]
        raise ValueError(f"legacy communes {odd} lie in two provinces or are both urban and rural")


def spread_residents(
    *,
    place_key: NDArray[np.uint64],
    province: NDArray[np.int32],
    district: NDArray[np.int32],
    legacy_commune: NDArray[np.int32],
    kind: NDArray[np.str_],
    urban: NDArray[np.bool_],
    terrain: NDArray[np.uint8],
    area_km2: Float,
    share: Float,
    official_urban: Int,
    official_rural: Int,
    province_name: NDArray[np.str_],
    fixed: Int | None = None,
) -> Int:
    """Model the residents of every place so that each province's urban and rural totals are exact.

    Parameters
    ----------
    place_key : (P,) uint64
        Breaks ties, so that the result does not depend on the order of the places.
    province, district, legacy_commune : (P,) int32
        Indices of the legacy province, district and commune of each place.
    kind : (P,) str
        Kind of the legacy commune: "commune", "ward", "township", "special zone".
    urban : (P,) bool
    terrain : (P,) uint8, see `dicu.world.world`
    area_km2 : (P,) float64
    share : (P,) float64
        Share of the legacy commune's residents that live in the place.
    official_urban, official_rural : (R,) int64
        Residents of each legacy province, persons.
    province_name : (R,) str
        For errors.
    fixed : (P,) int64, optional
        Places whose residents are stated (`island_residents`); -1 where they are to be modelled.

    Returns
    -------
    (P,) int64, persons

    Raises
    ------
    ValueError
        A province has urban residents and no urban place (or rural and no rural), or stated residents
        exceed the province's; the provinces are named. Areas not above 0, shares outside 0..1, a legacy
        commune in two provinces.

    Notes
    -----
    Modelled, not observed: see the module for the rule and its error.
    """
    n_provinces = len(province_name)
    _, first = np.unique(legacy_commune, return_index=True)
    index_of = np.full(int(legacy_commune.max()) + 1, -1, np.int64)
    index_of[legacy_commune[first]] = np.arange(len(first))
    commune = index_of[legacy_commune]
    first_of = np.zeros(len(index_of), np.int64)
    first_of[legacy_commune[first]] = first
    _check(province, legacy_commune, urban, area_km2, share, first_of)

    group = (province.astype(np.int64) * 2) + urban
    total = np.empty(2 * n_provinces, np.int64)
    total[0::2], total[1::2] = official_rural, official_urban
    stated = np.full(len(place_key), -1, np.int64) if fixed is None else fixed
    free = stated < 0
    np.subtract.at(total, group[~free], stated[~free])

    def named(groups: Int) -> str:
        return ", ".join(f"{province_name[g // 2]} ({'urban' if g % 2 else 'rural'})" for g in groups[:20])

    over = np.flatnonzero(total < 0)
    if len(over):
        raise ValueError(f"stated residents exceed the official ones in {named(over)}")
    has_place = np.zeros(2 * n_provinces, bool)
    has_place[group[free]] = True
    empty = np.flatnonzero((total > 0) & ~has_place)
    if len(empty):
        raise ValueError(f"residents without a place to live in: {named(empty)}")

    # areas in whole m2, so that sums over places do not depend on their order
    area_m2 = np.rint(area_km2 * 1e6).astype(np.int64)
    n_communes = len(first)
    commune_area = np.zeros(n_communes, np.int64)
    np.add.at(commune_area, commune, area_m2)
    commune_district = district[first].astype(np.int64)
    district_area = np.zeros(int(district.max()) + 1, np.int64)
    district_count = np.zeros_like(district_area)
    np.add.at(district_area, commune_district, commune_area)
    np.add.at(district_count, commune_district, 1)
    sparsity_km2 = district_area[commune_district] / (district_count[commune_district] * 1e6)

    share_unit = np.where(free, np.rint(share * WEIGHT_ONE).astype(np.int64), 0)
    commune_share = np.zeros(n_communes, np.int64)
    np.add.at(commune_share, commune, share_unit)
    commune_key = np.full(n_communes, np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(commune_key, commune, place_key)
    mountain = terrain[first] == MOUNTAIN
    weight = commune_weight(commune_area / 1e6, sparsity_km2, urban[first], kind[first], mountain)
    # a commune whose residents are all stated has no share left to fill
    weight = np.where(commune_share > 0, weight, 0)
    in_commune = largest_remainder(total, group[first], weight, commune_key)
    modelled = largest_remainder(in_commune, commune, share_unit, place_key)
    return np.where(free, modelled, stated)
