"""Terrain of the new communes by rule: island, mountain or plain.

Officially 858 units are mountain and 537 highland (both are "mountain" here) and 24 island, of 3,321. The
rule does not read the official list, but province classes and thresholds were chosen with sight of it (the
agreement is in-sample). It reads the relief class of the legacy province, how large communes were drawn (they
are large where land is steep and people few), and how far inland a unit lies.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.scenario.vocabulary import ISLAND, MOUNTAIN, PLAIN
from dicu.world.geometry import KM_PER_DEGREE, load_outlines, outside_km

MOUNTAINOUS: Final = frozenset(
    ["02", "04", "06", "08", "10", "11", "12", "14", "15", "17", "20", "62", "64", "66", "67", "68"]
)
"""Legacy provinces that are all mountain or highland: Ha Giang, Cao Bang, Bac Kan, Tuyen Quang, Lao Cai,
Dien Bien, Lai Chau, Son La, Yen Bai, Hoa Binh, Lang Son, and the five of the Central Highlands (Kon Tum,
Gia Lai, Dak Lak, Dak Nong, Lam Dong). Source: the geography of the country; all of them lie in the regions
named Northern Midlands and Mountains and Central Highlands by the statistics office."""
MIDLAND: Final = frozenset(["19", "22", "24", "25"])
"""Hills that rise from the delta's edge: Thai Nguyen, Quang Ninh, Bac Giang, Phu Tho."""
RANGE: Final = frozenset(["38", "40", "42", "44", "45", "46", "49", "51", "52", "54", "56", "58", "60", "70"])
"""A plain on the east and the Truong Son range, or its foothills, on the west: Thanh Hoa to Binh Thuan, and
Binh Phuoc."""
MIDLAND_GRAIN_KM2: Final = 12.0
"""In midland provinces units of coarser grain than this are mountain (for the grain see
`commune_grain_km2`)."""
RANGE_GRAIN_KM2: Final = 20.0
RANGE_INLAND_KM: Final = 30.0
"""In range provinces a unit is mountain when its grain is coarser, it is farther inland, and it is no
ward."""
ISLAND_KM: Final = 8.0
"""A commune whose point is farther than this off the outlined land is an island."""


def commune_grain_km2(
    area_km2: NDArray[np.float64],
    share: NDArray[np.float64],
    unit: NDArray[np.integer],
    district: NDArray[np.integer],
) -> NDArray[np.float64]:
    """Typical size of the legacy communes in each new unit and around it.

    The geometric mean of two mean areas of legacy communes: those in the unit, and those in the legacy
    district that holds the largest part of the unit.

    Parameters
    ----------
    area_km2, share : (P,) float64
        Area of each place and its share of its legacy commune.
    unit, district : (P,) int
        New unit and legacy district of each place.

    Returns
    -------
    (U,) float64, km2
    """
    n_units = int(unit.max()) + 1
    # A sliver of a split commune must not make its new unit look like one of giant communes.
    own = np.bincount(unit, area_km2, n_units) / np.maximum(np.bincount(unit, share, n_units), 0.3)
    around = np.bincount(district, area_km2) / np.bincount(district, share)
    return np.asarray(np.sqrt(own * around[district[largest_place(area_km2, unit)]]), dtype=np.float64)


def largest_place(area_km2: NDArray[np.float64], unit: NDArray[np.integer]) -> NDArray[np.int64]:
    """Index of the largest place of each unit, (U,) int64; the last one wins a tie."""
    order = np.argsort(area_km2, kind="stable")
    largest = np.zeros(int(unit.max()) + 1, dtype=np.int64)
    largest[unit[order]] = order
    return largest


def _inland_km(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance due east to the last land of the outlines, km; how far inland a point of the east-facing
    coast lies.

    (N,) float64; negative for a point east of all land, -inf where no land lies on its latitude.
    """
    east = np.full(len(longitude), -np.inf)
    for _, _, rings in load_outlines():
        for ring in rings:
            at = np.flatnonzero((latitude > ring[:, 1].min()) & (latitude <= ring[:, 1].max()))
            if len(at) == 0:
                continue
            x0, y0, x1, y1 = ring[:-1, 0], ring[:-1, 1], ring[1:, 0], ring[1:, 1]
            y = latitude[at, None]
            spans = (y0 > y) != (y1 > y)
            x = x0 + (x1 - x0) * (y - y0) / np.where(y1 == y0, 1.0, y1 - y0)
            east[at] = np.maximum(east[at], np.where(spans, x, -np.inf).max(axis=1))
    return np.asarray((east - longitude) * np.cos(np.radians(latitude)) * KM_PER_DEGREE, dtype=np.float64)


def classify_terrain(
    province: NDArray[np.str_],
    kind: NDArray[np.str_],
    grain_km2: NDArray[np.float64],
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
) -> NDArray[np.uint8]:
    """Terrain class of each new unit.

    Parameters
    ----------
    province : (U,) str
        Code of the legacy province that holds most of the unit.
    kind : (U,) str
        "commune", "ward" or "special zone".
    grain_km2 : (U,) float64
        From `commune_grain_km2`.
    longitude, latitude : (U,) float64
        The unit's own point, degrees.

    Returns
    -------
    (U,) uint8
        0 plain, 1 mountain, 2 island.
    """
    terrain = np.full(len(province), PLAIN, dtype=np.uint8)
    terrain[np.isin(province, sorted(MOUNTAINOUS))] = MOUNTAIN
    terrain[np.isin(province, sorted(MIDLAND)) & (grain_km2 > MIDLAND_GRAIN_KM2)] = MOUNTAIN
    ranged = np.isin(province, sorted(RANGE)) & (grain_km2 > RANGE_GRAIN_KM2) & (kind != "ward")
    ranged[ranged] = _inland_km(longitude[ranged], latitude[ranged]) > RANGE_INLAND_KM
    terrain[ranged] = MOUNTAIN
    off = np.full(len(province), np.inf)
    for _, _, rings in load_outlines():
        # Boxes first: a unit well inside one province need not be measured against the other 62.
        corners = np.concatenate(rings)
        near = (longitude > corners[:, 0].min() - 0.2) & (longitude < corners[:, 0].max() + 0.2)
        near &= (latitude > corners[:, 1].min() - 0.2) & (latitude < corners[:, 1].max() + 0.2)
        near &= off > 0
        off[near] = np.minimum(off[near], outside_km(rings, longitude[near], latitude[near]))
    terrain[(off > ISLAND_KM) | (kind == "special zone")] = ISLAND
    return terrain
