"""Properties of programmes by themselves, without a market: where they act, when, and how much in all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dicu.economy.central import Central
from dicu.economy.commuting import commuting
from dicu.economy.programmes import Programmes, shared, urban_districts
from dicu.scenario.calendar import Calendar
from dicu.scenario.parameters_city import Cities, Programme
from dicu.scenario.scenario import Scenario
from dicu.world.small import monocentric, two_places
from dicu.world.world import World

THREE_YEARS = Calendar("2025Q1", "2027Q4")


def programmes(world: World, calendar: Calendar = THREE_YEARS, **values: Any) -> Programmes:
    """What the markets would ask for the effects of."""
    scenario = Scenario()
    areas = commuting(world, scenario.labour, scenario.access)
    return Programmes(Programme(**values), calendar, world, Central(Cities(), calendar, world), areas)


@pytest.mark.parametrize(
    ("rural", "urban", "is_urban"), [(60, 40, False), (51, 49, False), (50, 50, True), (10, 90, True)]
)
def test_a_district_is_urban_from_half_of_its_residents_on(rural: int, urban: int, is_urban: bool) -> None:
    world = two_places(residents=(rural, urban), same_district=True, urban=(False, True))
    assert urban_districts(world).tolist() == [is_urban]


@pytest.mark.parametrize("amount", [0, 1, 7, 1000, 999_983])
@pytest.mark.parametrize("weight", [[1], [0, 1, 0], [1, 1], [3, 0, 5, 2], [10**9, 1, 10**9]])
def test_whatever_is_shared_adds_up_and_nobody_is_off_by_more_than_one(
    amount: int, weight: list[int]
) -> None:
    parts = shared(amount, np.array(weight, dtype=np.int64))
    assert parts.sum() == amount
    exact = amount * np.array(weight) / sum(weight)
    assert np.abs(parts - exact).max() <= 1
    assert (parts[np.array(weight) == 0] == 0).all()


@pytest.mark.parametrize("weight", [[], [0], [0, 0, 0]])
def test_nothing_is_shared_where_nobody_has_weight(weight: list[int]) -> None:
    assert shared(12, np.array(weight, dtype=np.int64)).tolist() == [0] * len(weight)


@pytest.mark.parametrize("step", ["quarter", "month"])
def test_social_dwellings_are_built_evenly_to_the_last_one_and_in_towns_alone(step: Any) -> None:
    world, calendar = monocentric(), Calendar("2025Q1", "2027Q4", step)
    found = programmes(
        world, calendar, social_housing=1000, social_housing_start="2025Q3", social_housing_quarters=7
    )
    built = np.array([found.social_housing(now) for now in calendar.steps])
    acts = np.isin(np.arange(len(built)), np.arange(calendar.step_of("2025Q3"), calendar.step_of("2027Q2")))
    assert acts.sum() == 7 / calendar.dt_quarters
    assert (built >= 0).all()
    assert built.sum() == 1000
    assert np.abs(built.sum(axis=1)[acts] - 1000 / acts.sum()).max() < 1
    assert not built[~acts].any()
    assert not built[:, ~world.urban].any()


def test_of_urban_jobs_alone_a_share_is_away_while_the_loss_lasts_and_all_are_back_after_it() -> None:
    world = monocentric()
    loss = {"urban_job_loss_start": "2025Q3", "urban_job_loss_quarters": 3}
    found = programmes(world, urban_job_loss=0.2, **loss)
    urban = urban_districts(world)
    assert 0 < urban.sum() < len(urban)
    for now in range(12):
        there = found.jobs_there(now)
        assert (there[~urban] == 1.0).all()
        assert there[urban] == pytest.approx(0.8 if now in (2, 3, 4) else 1.0, abs=0)


def named(world: World) -> list[tuple[tuple[str, ...], list[int]]]:
    """Lists of names and codes, and the districts that each stands for."""
    code, province = world.districts.code, world.districts.parent
    name = str(world.legacy_provinces.name[2])
    whole = np.flatnonzero(province == 2).tolist()
    return [((str(code[3]),), [3]), ((name,), whole), ((name, str(code[0])), [0, *whole])]


def test_jobs_grow_in_all_urban_districts_or_in_those_that_are_named() -> None:
    world = monocentric()
    grows = {"urban_job_growth": 0.01, "urban_job_growth_start": "2025Q1"}
    everywhere = programmes(world, **grows).job_growth(0)
    assert everywhere.tolist() == np.where(urban_districts(world), 0.01, 0.0).tolist()
    for names, where in named(world):
        some = programmes(world, urban_job_growth_areas=names, **grows).job_growth(0)
        assert np.flatnonzero(some).tolist() == where, names
        assert some.sum() == pytest.approx(0.01 * len(where))


def test_farm_income_falls_everywhere_or_where_it_is_named() -> None:
    world = monocentric()
    falls = {"farm_income_loss": 0.25, "farm_income_loss_start": "2025Q1", "farm_income_loss_quarters": 2}
    everywhere = programmes(world, **falls)
    assert np.exp(everywhere.log_farm_income(1)) == pytest.approx(np.full(len(world.districts), 0.75))
    assert not everywhere.log_farm_income(2).any()
    for names, where in named(world):
        some = programmes(world, farm_income_loss_areas=names, **falls).log_farm_income(0)
        assert np.flatnonzero(some).tolist() == where, names
