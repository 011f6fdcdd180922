"""Places become urban by the standard: who passes, best first, no more than the quota."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from dicu.government.urban_status import Reclassified, UrbanStatus
from dicu.scenario.calendar import Calendar
from dicu.scenario.parameters_city import Cities
from dicu.world.small import ring
from dicu.world.world import World

YEARS = Calendar("2024Q1", "2027Q4")
JANUARY = (0, 4, 8, 12)


@dataclass
class People:
    """Stocks as the rule reads them."""

    persons: NDArray[np.int64]
    workers: NDArray[np.int64]


def land(
    *, regions: tuple[float, float] | None = None, changes: list[tuple[str, int, bool]] | None = None
) -> World:
    """A ring of rural places of one km2 each, with a standard of 1,000 persons, 500 per km2 and half off the farm."""
    world = ring()
    world = replace(world, urban=np.zeros_like(world.urban), area_km2=np.ones(world.n_places))
    tables = {
        "urban_standard": pd.DataFrame(
            [("V", 1000, 500.0, 0.5)], columns=["class", "residents", "density_km2", "non_farm_share"]
        )
    }
    if regions is not None:
        rows = [(world.region_names[0], *regions)]
        tables["urban_regions"] = pd.DataFrame(rows, columns=["region", "residents_share", "density_share"])
    if changes is not None:
        listed = [(date, str(world.place_id[j]), urban) for date, j, urban in changes]
        tables["urban_changes"] = pd.DataFrame(listed, columns=["date", "place", "urban"])
    return replace(world, country=replace(world.country, tables=MappingProxyType(tables)))


def people(world: World, residents: dict[int, int], non_farm: float = 1.0) -> People:
    """So many persons in some places, all of working age, and a share of them outside farming."""
    persons = np.zeros(world.n_places, dtype=np.int64)
    workers = np.zeros((world.n_places, 32), dtype=np.int64)
    for place, count in residents.items():
        persons[place] = count
        workers[place, 1] = round(count * non_farm)
        workers[place, 0] = count - workers[place, 1]
    return People(persons, workers)


def test_the_best_come_first_up_to_the_quota_of_each_january() -> None:
    world = land()
    status = UrbanStatus(world, Cities(urban_quota=1), YEARS)
    here = people(world, {1: 1100, 2: 1900, 3: 999, 4: 1500})
    became = []
    for step in YEARS.steps:
        if status.step(step, here, 1):
            assert step in JANUARY
            assert status.last is not None
            became.append(status.last.place.tolist())
    assert became == [[2], [4], [1]], "999 residents are not enough in any year"


def test_ties_are_broken_by_code() -> None:
    world = land()
    status = UrbanStatus(world, Cities(urban_quota=2), YEARS)
    assert status.step(0, people(world, {5: 1200, 3: 1200, 4: 1200}), 1)
    code = world.legacy_communes.code[world.legacy_commune]
    assert status.last is not None
    assert code[status.last.place].tolist() == sorted(code[[3, 4, 5]].tolist())[:2]


@pytest.mark.parametrize(
    ("residents", "non_farm", "weight", "passes"),
    [(1000, 0.5, 1, True), (999, 0.5, 1, False), (1000, 0.499, 1, False), (100, 0.5, 10, True)],
)
def test_every_part_of_the_standard_is_asked_of_real_persons(
    residents: int, non_farm: float, weight: int, passes: bool
) -> None:
    world = land()
    status = UrbanStatus(world, Cities(), YEARS)
    assert status.step(0, people(world, {1: residents}, non_farm), weight) is passes


def test_density_is_asked_too_and_less_where_the_region_has_less() -> None:
    wide = land()
    wide = replace(wide, area_km2=np.full(wide.n_places, 4.0))
    here = people(wide, {1: 1600})
    assert not UrbanStatus(wide, Cities(), YEARS).step(0, here, 1)  # 400 per km2
    less = replace(land(regions=(1.0, 0.8)), area_km2=wide.area_km2)
    assert UrbanStatus(less, Cities(), YEARS).step(0, here, 1)
    fewer = land(regions=(0.6, 1.0))
    assert UrbanStatus(fewer, Cities(), YEARS).step(0, people(fewer, {1: 600}), 1)


def test_a_row_of_the_standard_that_asks_nothing_of_work_is_passed_without_workers() -> None:
    """Of two rows one is enough: the other, which asks for work off the farm, is only failed where nobody works."""
    strict, easy = ("V", 1000, 500.0, 0.5), ("V", 1000, 500.0, 0.0)
    for rows, passes in (([strict], False), ([easy], True), ([strict, easy], True), ([easy, strict], True)):
        world = land()
        columns = ["class", "residents", "density_km2", "non_farm_share"]
        tables = {"urban_standard": pd.DataFrame(rows, columns=columns)}
        world = replace(world, country=replace(world.country, tables=MappingProxyType(tables)))
        idle = People(people(world, {1: 2000}).persons, np.zeros((world.n_places, 32), dtype=np.int64))
        for here in (idle, people(world, {1: 2000}, non_farm=0.0)):
            status = UrbanStatus(world, Cities(), YEARS)
            assert status.step(0, here, 1) is passes, rows
            assert np.flatnonzero(status.now).tolist() == ([1] if passes else [])


def test_towns_gain_the_people_of_what_became_urban_less_those_of_what_became_rural() -> None:
    place, persons = np.array([2, 5, 9]), np.array([100, 30, 7])
    for urban, gained in (
        ((True, True, True), 137),
        ((False, False, False), -137),
        ((True, False, True), 77),
    ):
        assert Reclassified(place, np.array(urban), persons, "listed").gained == gained


def test_a_change_dated_before_the_middle_of_the_worlds_year_is_in_its_state_already() -> None:
    world = land(changes=[("2019-06", 1, True), ("2019-07", 2, True), ("2025-05", 3, True)])
    assert world.year == 2019
    status = UrbanStatus(world, Cities(), YEARS)
    nobody = people(world, {})
    changed = [step for step in YEARS.steps if status.step(step, nobody, 1)]
    assert changed == [0, 5], "what lies before the first step acts in it; May 2025 lies in its sixth quarter"
    assert np.flatnonzero(status.now).tolist() == [2, 3]


def test_without_tables_or_with_fixed_status_nothing_can_change() -> None:
    assert not UrbanStatus(ring(), Cities(), YEARS).changes
    assert not UrbanStatus(land(), Cities(urban_status="fixed"), YEARS).changes
    assert not UrbanStatus(land(), Cities(urban_quota=0), YEARS).changes
    assert UrbanStatus(land(), Cities(), YEARS).changes
