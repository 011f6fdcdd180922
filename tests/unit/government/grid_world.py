"""A made-up country of 36 square cells of 4 km, small enough to check by hand.

Each cell is a place and a legacy commune, but for places 0 and 3, which are one legacy commune that the
reform splits. Four districts of 3 x 3 cells, two legacy provinces of two districts; after the reform 12
communes (the rows of a district) in one province. The last district is mountainous; place 35 is empty.
"""

from __future__ import annotations

import numpy as np

from dicu.scenario.vocabulary import MOUNTAIN, PLAIN
from dicu.world.country import made_up
from dicu.world.world import Units, World

SIDE_KM = 4.0


def units(level, generation, kinds, parent, seat_place, position):
    n = len(seat_place)
    return Units(
        level=level,
        generation=generation,
        code=np.array([f"{generation[:1]}{level[:1]}{i:03d}" for i in range(n)]),
        name=np.array([f"{level} {i} of {generation}" for i in range(n)]),
        kind=np.array(kinds),
        parent=np.array(parent, dtype=np.int32),
        seat_place=np.array(seat_place, dtype=np.int32),
        seat_km=position[np.array(seat_place)],
    )


def grid_world() -> World:
    place = np.arange(36)
    district = (place // 9).astype(np.int32)
    within = place % 9
    x = SIDE_KM * (3 * (district // 2) + within % 3)
    y = SIDE_KM * (3 * (district % 2) + within // 3)
    position = np.stack([x, y, np.zeros(36)], axis=-1).astype(np.float64)
    residents = (3000 + 700 * (place % 11) + 1500 * (place % 3 == 1)).astype(np.int64)
    residents[9:12] = 17_001, 20_000, 30_000  # a big ward, and one that changes place by place
    residents[35] = 0

    legacy = np.where(place >= 3, place - 1, place).astype(np.int32)
    legacy[3] = 0  # places 0 and 3 are one commune
    legacy[4:] = np.arange(3, 35)
    new = (place // 3).astype(np.int32)
    legacy_seat = [int(np.flatnonzero(legacy == c)[0]) for c in range(35)]
    new_seat = [int(3 * c + 1) for c in range(12)]
    district_seat = [9 * d + 4 for d in range(4)]
    share = np.ones(36)
    share[[0, 3]] = residents[[0, 3]] / residents[[0, 3]].sum()
    legacy_kind = np.where(np.isin(np.arange(35), [8, 9, 10]), "ward", "commune")
    new_kind = ["ward" if c == 3 else "special zone" if c == 11 else "commune" for c in range(12)]
    place_key = legacy.astype(np.uint64) * np.uint64(100_000) + new.astype(np.uint64)
    return World(
        name="grid",
        year=2019,
        place_key=place_key,
        longitude=100 + x / 100,
        latitude=10 + y / 100,
        position_km=position,
        area_km2=np.full(36, SIDE_KM**2),
        residents=residents,
        urban=np.isin(legacy, [8, 9, 10]),
        terrain=np.where(district == 3, MOUNTAIN, PLAIN).astype(np.uint8),
        district=district,
        legacy_commune=legacy,
        new_commune=new,
        share=share,
        legacy_communes=units("commune", "legacy", legacy_kind, district[legacy_seat], legacy_seat, position),
        new_communes=units("commune", "2025", new_kind, [0] * 12, new_seat, position),
        districts=units("district", "legacy", ["rural district"] * 4, [0, 0, 1, 1], district_seat, position),
        legacy_provinces=units("province", "legacy", ["province"] * 2, [-1, -1], [4, 22], position),
        new_provinces=units("province", "2025", ["province"], [-1], [13], position),
        province_income_mvnd=np.array([4.0, 6.0]),
        region=np.array([0, 0], dtype=np.int32),
        region_names=("everywhere",),
        place_id=place_key.astype(str),
        country=made_up(2019, ()),
    )
