"""Migration abroad: everybody accounted for, as many as the table says, the same bytes however a run is executed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numba
import numpy as np
import pandas as pd
import pytest

from dicu.behaviour.abroad import TABLE, Abroad
from dicu.compute.ranks import Ranks
from dicu.population.columns import FORMAL
from dicu.reform.opening import open_world
from dicu.scenario.scenario import UnfitScenario
from dicu.world.world import World
from states import assert_sound, first_households, first_model, sha, shuffled

OUT, IN = 6_000.0, 9_000.0


def with_table(world: World, rows: list[dict[str, Any]]) -> World:
    tables = MappingProxyType({**world.country.tables, TABLE: pd.DataFrame(rows)})
    return replace(world, country=replace(world.country, tables=tables))


@pytest.fixture
def start(small_scenario: Callable[..., Any]) -> tuple[Any, World]:
    scenario = small_scenario("monocentric", {"time.start": "2024Q1", "time.end": "2024Q4"})
    rows = [{"province": "", "year": 2024, "emigrants": OUT, "immigrants": IN}]
    return scenario, with_table(open_world(scenario), rows)


def test_everybody_is_accounted_for(start: tuple[Any, World]) -> None:
    """The accounts of each step hold (`check_people`, `check_jobs`, `check_urban`), and what a run adds up to."""
    scenario, world = start
    model = first_model(scenario, world=world)
    before = int(model.stocks.persons.sum())
    born = died = left = came = 0
    at_birth = model.households.uid[: model.households.n].copy()
    for _ in range(model.calendar.n_steps):
        model.step()
        changes = model.changes
        assert changes is not None
        assert changes.abroad is not None
        assert_sound(model)
        uid = model.households.uid[: model.households.n]
        assert not np.isin(changes.abroad.uid, uid).any(), "who left is still there"
        assert np.isin(changes.abroad.new_uid, uid).all(), "who came is not there"
        assert not np.isin(changes.abroad.new_uid, at_birth).any(), "an identity is used again"
        rows = np.flatnonzero(np.isin(uid, changes.abroad.new_uid))
        assert not (model.households.attributes[rows] & FORMAL).any()
        assert np.array_equal(model.households.place[rows], model.households.home_place[rows])
        born, died = born + changes.births, died + changes.deaths
        left, came = left + int(changes.abroad.emigrants.sum()), came + int(changes.abroad.immigrants.sum())
    assert left > 0
    assert came > 0
    assert int(model.stocks.persons.sum()) == before + born - died + came - left


def test_as_many_as_the_table_says(start: tuple[Any, World], run_model: Callable[..., Any]) -> None:
    """Within four standard deviations of draws that take one household each, about three members."""
    scenario, world = start
    told = []
    model = first_model(scenario, world=world)
    for _ in range(model.calendar.n_steps):
        model.step()
        abroad = model.changes.abroad  # type: ignore[union-attr]
        told.append((abroad.emigrants.sum(), abroad.immigrants.sum()))  # type: ignore[union-attr]
    weight = scenario.population.weight
    for got, wanted in zip(np.sum(told, axis=0) * weight, (OUT, IN), strict=True):
        assert abs(got - wanted) < 4 * np.sqrt(wanted * weight * 4), (got, wanted)


def test_only_out_of_the_province_that_says_so(small_scenario: Callable[..., Any]) -> None:
    scenario = small_scenario("monocentric", {"time.start": "2024Q1", "time.end": "2024Q2"})
    bare = open_world(scenario)
    code = str(bare.legacy_provinces.code[0])
    world = with_table(bare, [{"province": code, "year": 2024, "emigrants": OUT, "immigrants": 0.0}])
    model = first_model(scenario, world=world)
    model.step()
    abroad = model.changes.abroad  # type: ignore[union-attr]
    assert abroad is not None
    there = world.province == 0
    assert abroad.emigrants[there].sum() > 0
    assert abroad.emigrants[~there].sum() == 0
    assert abroad.immigrants.sum() == 0


def test_a_table_of_nobody_changes_nothing(
    small_scenario: Callable[..., Any], run_model: Callable[..., Any]
) -> None:
    """No other draw is touched, and no row by its way through the rule."""
    scenario = small_scenario("monocentric", {"time.start": "2024Q1", "time.end": "2024Q4"})
    world = open_world(scenario)
    nobody = with_table(world, [{"year": 2024, "emigrants": 0.0, "immigrants": 0.0}])
    assert sha(run_model(scenario, world=nobody)) == sha(run_model(scenario, world=world))


def test_the_same_bytes(start: tuple[Any, World], run_model: Callable[..., Any]) -> None:
    """One thread and two, rows in another order, and one household at a time."""
    scenario, world = start
    want = sha(run_model(scenario, world=world))
    assert sha(run_model(scenario, world=world, engine="objects")) == want
    households = shuffled(first_households(scenario, world), 5)
    assert sha(run_model(scenario, world=world, households=households)) == want
    numba.set_num_threads(1)
    try:
        assert sha(run_model(scenario, world=world)) == want
    finally:
        numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)


def test_several_ranks_are_refused(start: tuple[Any, World]) -> None:
    scenario, world = start

    assert Abroad(world, scenario).known
    with pytest.raises(
        UnfitScenario, match="migration_abroad is drawn among all households, of which each of 2 ranks"
    ):
        Abroad(world, scenario, Ranks(size=2))


def test_lines_lead_from_year_to_year(start: tuple[Any, World]) -> None:
    scenario, world = start
    rows = [
        {"year": 2020, "emigrants": 100.0, "immigrants": 40.0},
        {"year": 2010, "emigrants": 0.0, "immigrants": 80.0},
    ]
    abroad = Abroad(with_table(world, rows), scenario)
    years = [abroad.persons(y).ravel().tolist() for y in (2005, 2010, 2015, 2020, 2030)]
    assert years == [[0.0, 80.0], [0.0, 80.0], [50.0, 60.0], [100.0, 40.0], [100.0, 40.0]]
