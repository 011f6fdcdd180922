"""Number 14 of the specification: urban growth = natural + net moves + reclassification, to the person, every year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicu.commit.accounts import NotConserved, check_urban
from dicu.commit.changes import UrbanGrowth
from dicu.execution.saved import arrays_of, restore
from dicu.model import Model
from dicu.population.links import first_links
from dicu.population.synthesis import synthesise
from dicu.record.national import Seen, counted
from dicu.reform.opening import open_world
from dicu.world.world import World
from states import first_difference

VALUES = {"consider.lambda0": 0.15, "time.end": "2027Q4", "cities.urban_quota": 1, "population.weight": 50}


def growing(world: World) -> World:
    """The world with two places that change at a date, one of them and back, and a standard that others pass later."""
    rural = np.flatnonzero(~world.urban)[:2]
    town = int(np.flatnonzero(world.urban)[0])
    rows = [
        ("2024Q4", world.place_id[rural[0]], True),
        ("2025-02", world.place_id[rural[1]], True),
        ("2025Q3", world.place_id[town], False),
        ("2025-08", world.place_id[rural[1]], False),
    ]
    tables = {
        **world.country.tables,
        "urban_changes": pd.DataFrame(rows, columns=["date", "place", "urban"]),
        "urban_standard": pd.DataFrame(
            [("V", 1, 0.001, 0.05)], columns=["class", "residents", "density_km2", "non_farm_share"]
        ),
    }
    return replace(world, country=replace(world.country, tables=MappingProxyType(tables)))


def made(scenario: Any, **options: Any) -> Model:
    """A model of the scenario on its world with changes of class."""
    world = growing(open_world(scenario))
    rest = {"income": scenario.income, "ties": scenario.ties, "labour": scenario.labour}
    rows, _ = synthesise(world, scenario.population, start_year=world.year, **rest)
    return Model(scenario, world, rows, first_links(rows, world, scenario.population.seed), **options)


def in_towns(model: Model) -> int:
    """Members who live in urban places, counted row by row."""
    h = model.households
    return int(np.count_nonzero(h.member[: h.n][model.urban.now[h.place[: h.n]]]))


@pytest.fixture
def lived(small_scenario: Callable[..., Any]) -> list[tuple[str, int, dict[str, int]]]:
    """Label, people in towns at the end by rows, and what was recorded, of each step."""
    model = made(small_scenario("monocentric", VALUES))
    steps = [("start", in_towns(model), {})]
    while model.now < model.calendar.n_steps:
        label = model.calendar.label(model.now)
        model.step()
        g = model.geography
        province = g.province[g.district]
        seen = Seen(model.stocks, model.urban.now, g.district, province, 0, model.changes)
        steps.append((label, in_towns(model), counted(seen)))
    return steps


def test_urban_growth_is_the_sum_of_its_three_parts_every_year(
    lived: list[tuple[str, int, dict[str, int]]],
) -> None:
    parts = ("urban_natural", "urban_net_moves", "urban_reclassified")
    assert all(any(row[p] for _, _, row in lived[1:]) for p in parts), "nothing to tell apart"
    before = lived[0][1]
    for year in ("2024", "2025", "2026", "2027"):
        rows = [step for step in lived[1:] if step[0].startswith(year)]
        after = rows[-1][1]
        assert after - before == sum(row[p] for _, _, row in rows for p in parts), year
        before = after
    for _, people, row in lived[1:]:
        assert people == row["urban_persons"]


def test_listed_changes_act_at_their_dates_and_the_standard_only_afterwards(
    lived: list[tuple[str, int, dict[str, int]]],
) -> None:
    changed = [label for label, _, row in lived[1:] if row["urban_reclassified"]]
    assert changed == ["2024Q4", "2025Q1", "2025Q3", "2026Q1", "2027Q1"]


def test_a_step_whose_parts_do_not_add_up_stops_the_run() -> None:
    check_urban(
        10, 15, UrbanGrowth(2, 3, 100)
    )  # what was reclassified is in the number of the beginning already
    with pytest.raises(NotConserved, match=r"urban places: 15 expected, 16 counted, \+1"):
        check_urban(10, 16, UrbanGrowth(2, 3, 0))


def test_fixed_status_leaves_every_place_in_its_class(small_scenario: Callable[..., Any]) -> None:
    model = made(small_scenario("monocentric", {**VALUES, "cities.urban_status": "fixed"}))
    for _ in range(7):
        model.step()
    assert np.array_equal(model.urban.now, model.world.urban)
    assert not any(name.startswith("urban.") for name in model.state()), "a fixed class is no state"


def test_both_engines_and_a_saved_state_go_the_same_way(small_scenario: Callable[..., Any]) -> None:
    scenario = small_scenario("monocentric", {**VALUES, "population.weight": 200, "time.end": "2026Q2"})
    whole, by_one, again = made(scenario), made(scenario, engine="objects"), made(scenario)
    for _ in range(4):
        whole.step()
    assert not np.array_equal(whole.urban.now, whole.world.urban)
    restore(again, {name: array.copy() for name, array in arrays_of(whole).items()}, 0.1)
    for model in (whole, by_one, again):
        model.run()
    for other in (by_one, again):
        assert first_difference(whole.households, other.households) == ""
        mine, theirs = whole.state(), other.state()
        assert sorted(mine) == sorted(theirs)
        assert all(np.array_equal(mine[name], theirs[name]) for name in mine)
