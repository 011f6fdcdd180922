"""Classes of urban areas by the standards, and what the table of cities says of the country."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from dicu.government.cities import CLASSES, UrbanAreas, class_of, region_shares, standards
from dicu.reform.opening import load_viet_nam
from dicu.world.country import made_up
from dicu.world.small import monocentric, ring

STANDARDS = standards(made_up(2019, ()))


@pytest.mark.parametrize(
    ("kind", "residents", "inner", "expected"),
    [
        ("municipality", 5_000_000, 3_000_000, "special"),
        ("municipality", 5_000_000, 2_999_999, "I"),
        ("municipality", 4_999_999, 4_000_000, "I"),
        ("municipality", 999_999, 900_000, "none"),
        ("provincial city", 5_000_000, 3_000_000, "I"),
        ("provincial city", 200_000, 100_000, "II"),
        ("provincial city", 200_000, 99_999, "III"),
        ("provincial city", 60_000, 60_000, "none"),
        ("town", 5_000_000, 3_000_000, "III"),
        ("town", 60_000, 20_000, "IV"),
        ("township", 50_000, 50_000, "IV"),
        ("township", 4_000, 4_000, "V"),
        ("township", 3_999, 3_999, "none"),
    ],
)
def test_each_kind_gets_the_highest_class_it_can_have(
    kind: str, residents: int, inner: int, expected: str
) -> None:
    assert class_of(STANDARDS, kind, residents, inner, 1.0)[0] == expected


def test_in_some_regions_less_is_enough() -> None:
    assert class_of(STANDARDS, "town", 60_000, 30_000, 1.0, (0.6, 0.5))[0] == "III"
    assert class_of(STANDARDS, "town", 59_999, 30_000, 1.0, (0.6, 0.5))[0] == "IV"
    assert class_of(STANDARDS, "township", 4_000, 4_000, 4.0) == ("V", True)
    assert class_of(STANDARDS, "township", 4_000, 4_000, 4.01) == ("V", False)
    assert class_of(STANDARDS, "township", 4_000, 4_000, 8.0, (0.7, 0.5)) == ("V", True)
    assert min(region_shares(load_viet_nam().country).values()) == (0.6, 0.5)


def test_the_table_of_standards_falls_from_class_to_class() -> None:
    for kind in {s.kind for s in STANDARDS}:
        mine = [s for s in STANDARDS if s.kind == kind]
        assert [CLASSES.index(s.name) for s in mine] == sorted(CLASSES.index(s.name) for s in mine)
        for higher, lower in itertools.pairwise(mine):
            assert higher.residents > lower.residents
            assert higher.density >= lower.density


def test_the_country_beside_its_official_classes() -> None:
    """30 June 2024: 2 special, 21 I, 38 II, 43 III, 97 IV, 708 V; borders here are those of 2025, residents of 2019."""
    world = load_viet_nam()
    areas = UrbanAreas(world)
    kinds = Counter(areas.kind)
    assert (kinds["municipality"], kinds["township"]) == (6, 617)
    assert kinds["provincial city"] + kinds["town"] == 139
    found = areas.columns(
        world.residents, np.isin(world.legacy_communes.kind, ["ward", "township"])[world.legacy_commune]
    )
    classes = Counter(found["class"])
    assert classes["special"] == 2
    assert {n for n, c in zip(found["name"], found["class"], strict=True) if c == "special"} == {
        "Hà Nội",
        "Hồ Chí Minh",
    }
    assert 30 <= classes["II"] <= 42
    assert 550 <= classes["V"] <= 708
    assert classes["none"] < 25
    inside = np.isin(world.districts.kind, ["provincial city", "town"])[world.district]
    counted = inside | np.isin(world.legacy_communes.kind, ["township"])[world.legacy_commune]
    in_cities = found["residents"][6:].sum()
    assert in_cities == world.residents[counted].sum(), "no place is in two areas below a municipality"
    assert (found["inner_residents"] <= found["residents"]).all()


def test_classes_follow_residents() -> None:
    world = load_viet_nam()
    areas = UrbanAreas(world)
    before, after = areas.columns(world.residents), areas.columns(world.residents * 3)
    rank = [
        (CLASSES.index(a), CLASSES.index(b)) for a, b in zip(before["class"], after["class"], strict=True)
    ]
    assert all(b <= a for a, b in rank)
    assert any(b < a for a, b in rank)


def test_small_worlds() -> None:
    assert [*UrbanAreas(monocentric()).kind] == ["municipality"] + ["township"] * (
        len(UrbanAreas(monocentric())) - 1
    )
    assert len(UrbanAreas(ring())) == 0


@pytest.mark.parametrize(
    ("all_of_it", "area_km2", "expected"),
    [(1.0, 1.0, ("special", True)), (1.0, 1.01, ("special", False)), (0.9, 0.1, ("I", True))],
)
def test_a_city_that_is_a_province_is_held_to_the_full_standards_in_every_region(
    all_of_it: float, area_km2: float, expected: tuple[str, bool]
) -> None:
    """Its townships, where half of residents and density are enough, are not; area in parts of what density allows."""
    special = next(s for s in STANDARDS if s.name == "special")
    township = next(s for s in STANDARDS if s.kind == "township" and s.name == "V")
    world = monocentric()
    rows = [(name, 0.5, 0.5) for name in world.region_names]
    shares = pd.DataFrame(rows, columns=["region", "residents_share", "density_share"])
    city = world.province == 0
    area = np.where(city, area_km2 * special.residents / special.density / city.sum(), 1.0)
    tables = MappingProxyType({**world.country.tables, "urban_regions": shares})
    world = replace(world, country=replace(world.country, tables=tables), area_km2=area)
    people = np.where(city, special.residents * all_of_it / city.sum(), township.residents / 2)
    found = UrbanAreas(world).columns(np.ceil(people).astype(np.int64))
    assert (found["class"][0], bool(found["dense"][0])) == expected
    assert found["class"][1:] == ["V"] * 6
