"""Each rule of a valid world is enforced, and its message says where."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dicu.world.small import monocentric
from dicu.world.validate import validate
from dicu.world.world import World


def put(column: str, index: int, value: Any) -> Callable[[World], dict[str, Any]]:
    """One cell of a column changed."""

    def change(world: World) -> dict[str, Any]:
        new = getattr(world, column).copy()
        new[index] = value
        return {column: new}

    return change


def put_unit(units: str, column: str, index: int, value: Any) -> Callable[[World], dict[str, Any]]:
    """One cell of a table of units changed."""

    def change(world: World) -> dict[str, Any]:
        table = getattr(world, units)
        new = getattr(table, column).copy()
        new[index] = value
        return {units: dataclasses.replace(table, **{column: new})}

    return change


def swap_two_places(world: World) -> dict[str, Any]:
    """Two places of one district change rows, all columns together."""
    order = np.arange(world.n_places)
    order[[4, 5]] = order[[5, 4]]
    names = ("place_key", "longitude", "latitude", "position_km", "area_km2", "residents", "urban", "terrain",
             "district", "legacy_commune", "new_commune", "share")  # fmt: skip
    return {name: getattr(world, name)[order] for name in names}


BROKEN: dict[str, tuple[Callable[[World], dict[str, Any]], str]] = {
    "area": (put("area_km2", 3, 0.0), "area_km2 must be above 0 and finite; not so at place 400002"),
    "nan area": (put("area_km2", 3, np.nan), "area_km2 must be above 0"),
    "residents": (put("residents", 3, -1), "residents must be at least 0"),
    "share": (put("share", 3, 0.5), "shares of a legacy commune must sum to 1; not so in Ward 4"),
    "latitude": (put("latitude", 3, 95.0), "latitude must be within -90..90"),
    "position": (put("latitude", 3, 17.0), "position_km is not that of longitude and latitude"),
    "nan position": (put("position_km", (3, 0), np.nan), "position_km must be finite"),
    "twice": (put("place_key", 3, 300_002), "place_key stands twice: 300002"),
    "terrain": (put("terrain", 3, 3), "terrain must be within 0..2"),
    "district": (put("district", 3, 99), "district must be within 0..7, got 99"),
    "other district": (put("district", 3, 0), "district is not that of the legacy commune at place 400002"),
    "income": (put("province_income_mvnd", 1, 0.0), "province_income_mvnd .* not so in Plain"),
    "region": (put("region", 1, 2), "region must be within 0..1"),
    "seat outside": (put_unit("districts", "seat_place", 0, 3), "seat stands outside them: District 1"),
    "seat nowhere": (put_unit("districts", "seat_place", 0, 99), "districts.seat_place must be within"),
    "parent": (put_unit("new_communes", "parent", 0, 7), "new_communes.parent must be within 0..1, got 7"),
    "province parent": (put_unit("new_provinces", "parent", 0, 0), "new_provinces.parent must be -1"),
    "code twice": (put_unit("districts", "code", 1, "001"), "districts.code stands twice: 001"),
    "seat position": (put_unit("districts", "seat_km", (0, 0), np.inf), "districts.seat_km must be"),
    "order": (swap_two_places, "places must be sorted by"),
}


@pytest.mark.parametrize("case", list(BROKEN))
def test_a_broken_world_is_refused(case: str) -> None:
    change, message = BROKEN[case]
    world = monocentric()
    with pytest.raises(ValueError, match=message):
        validate(dataclasses.replace(world, **change(world)))


def test_all_problems_are_told_at_once() -> None:
    world = monocentric()
    changes = put("area_km2", 3, 0.0)(world) | put("residents", 4, -5)(world) | put("share", 3, 0.5)(world)
    with pytest.raises(ValueError, match=r"(?s)area_km2.*residents.*shares"):
        validate(dataclasses.replace(world, **changes))
