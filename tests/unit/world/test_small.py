"""Made-up worlds: valid, with every level of government, and with the parameters they promise."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicu.scenario.vocabulary import MOUNTAIN
from dicu.world.small import SMALL_WORLDS, make_small, monocentric, one_place, ring, two_places
from dicu.world.validate import validate
from dicu.world.world import World, distance_km


@pytest.mark.parametrize("name", list(SMALL_WORLDS))
def test_every_small_world_is_valid_and_the_same_twice(name: str) -> None:
    world, again = make_small(name), make_small(name)
    assert validate(world) is world
    for field in dataclasses.fields(World):
        a, b = getattr(world, field.name), getattr(again, field.name)
        if isinstance(a, np.ndarray):
            assert np.array_equal(a, b), field.name


def test_one_place_is_alone() -> None:
    world = one_place(residents=77, income=2.5, urban=True)
    assert (world.n_places, world.residents.tolist(), world.urban.tolist()) == (1, [77], [True])
    assert world.province_income_mvnd.tolist() == [2.5]


def test_two_places_are_as_far_and_as_rich_as_asked() -> None:
    world = two_places(
        (100, 300), (2.0, 5.0), distance_km=80.0, urban=(False, True), terrain=("mountain", "plain")
    )
    assert world.residents.tolist() == [100, 300]
    assert world.province_income_mvnd[world.province].tolist() == [2.0, 5.0]
    assert distance_km(world.position_km[0], world.position_km[1]) == pytest.approx(80.0, abs=0.01)
    assert world.urban.tolist() == [False, True]
    assert world.terrain.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("same_district", "same_province", "districts", "provinces"),
    [(True, False, 1, 1), (False, True, 2, 1), (False, False, 2, 2)],
)
def test_two_places_stand_at_each_level_of_nest(
    same_district: bool, same_province: bool, districts: int, provinces: int
) -> None:
    for merged in (False, True):
        world = two_places(same_district=same_district, same_province=same_province, merged=merged)
        assert (len(world.districts), len(world.legacy_provinces)) == (districts, provinces)
        assert len(world.new_communes) == (1 if merged else 2)


def test_ring_is_symmetric() -> None:
    world = ring(12, residents=500)
    assert (world.residents == 500).all()
    assert len(world.districts) == len(world.new_communes) == 6
    # from every place, the same distances
    between = np.sort(distance_km(world.position_km[:, None], world.position_km[None]), axis=1)
    assert np.ptp(between, axis=0).max() < 0.003  # km: positions are rounded to the metre
    assert len(ring(16).new_provinces) == 2  # four legacy ones, merged in pairs


@settings(max_examples=25, deadline=None)
@given(
    villages=st.integers(10, 60),
    residents=st.integers(2, 20_000),
    city=st.integers(4, 10**6),
    radius=st.floats(20, 300),
)
def test_monocentric_has_every_kind_of_unit(villages: int, residents: int, city: int, radius: float) -> None:
    world = monocentric(villages, residents, city, radius_km=radius)
    assert world.n_places == villages + 5  # four wards, and one village in two pieces
    assert world.residents[:4].sum() == city
    assert len(world.legacy_provinces) == 3
    assert len(world.new_provinces) == 2
    assert len(world.new_communes) < len(world.legacy_communes) == villages + 4
    assert set(world.legacy_communes.kind) == {"ward", "township", "commune"}
    split = np.flatnonzero(np.bincount(world.legacy_commune) == 2)
    pieces = world.legacy_commune == split[0]
    assert len(split) == 1
    assert world.share[pieces].tolist() == [0.75, 0.25]
    hills = world.legacy_provinces.name[world.province] == "Hills"
    assert hills[world.terrain == MOUNTAIN].all()
    assert (world.longitude[hills] < 105).all()


@pytest.mark.parametrize(
    ("name", "sizes", "message"),
    [
        ("square", {}, "no small world 'square'; there are one_place, two_places, ring, monocentric"),
        ("ring", {"m": 3}, r"'ring' has no size m \(allowed: n, residents"),
        ("two_places", {"size": 3}, "'two_places' has no size size"),
        ("ring", {"size": 8, "n": 8}, "either size or n"),
        ("ring", {"n": 6}, "multiple of 4, at least 4, got 6"),
        ("ring", {"residents": 0}, "residents must be at least 1, got 0"),
        ("monocentric", {"villages": 9}, "at least 10.*got 9"),
        ("two_places", {"income": (1.0, 2.0), "same_district": True}, "two incomes need two provinces"),
        ("two_places", {"terrain": ("plain", "swamp")}, "one of plain, mountain, island, got 'swamp'"),
        ("two_places", {"residents": (5, 0)}, "residents of the second place"),
    ],
)
def test_what_small_worlds_refuse(name: str, sizes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_small(name, **sizes)


def test_size_stands_for_the_number_of_places() -> None:
    assert make_small("ring", size=8).n_places == 8
    assert make_small("monocentric", size=12).n_places == monocentric(12).n_places
