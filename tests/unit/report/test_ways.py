from __future__ import annotations

import numpy as np
import pytest

from dicu.scenario.parameters import Access
from dicu.scenario.vocabulary import TERRAINS
from dicu.world.ways import FARTHER_MINUTES, travel_minutes
from dicu.world.world import on_sphere_km
from dicu_analysis.load import Run
from dicu_analysis.report import ways
from dicu_analysis.report.measures import Sheet

ACCESS = Access()
CONFIG = {"access": ACCESS.model_dump()}


def test_minutes_are_those_of_the_model(made, tmp_path) -> None:
    run = Run(made(tmp_path, "actual", 42, **CONFIG))
    assert ways.applies(run)
    places, units = run.world_places, run.world_units
    found = ways.minutes(run)
    here = on_sphere_km(places["longitude"].to_numpy(), places["latitude"].to_numpy())
    terrain = np.array([list(TERRAINS).index(t) for t in places["terrain"].astype(str)], dtype=np.uint8)
    for name, (level, generation, column) in ways.COLUMNS.items():
        mine = units[(units["level"] == level) & (units["generation"] == generation)].set_index("code")
        seat = mine.loc[places[column].astype(str)]
        there = on_sphere_km(seat["seat_longitude"].to_numpy(), seat["seat_latitude"].to_numpy())
        expected = travel_minutes(places["area_km2"].to_numpy(), here, there, terrain, ACCESS)
        assert np.array_equal(found[name], expected)


def test_shares_are_of_the_people_of_the_eve(made, tmp_path) -> None:
    sheet = Sheet(Run(made(tmp_path, "actual", 42, **CONFIG)))
    table = ways.by_terrain(sheet)
    way, weight = ways.minutes(sheet.run), sheet.persons(sheet.moments.eve)
    farther = way["new_commune"] - way["old_commune"] > FARTHER_MINUTES
    assert table.loc["all", "office_farther"] == pytest.approx(100 * weight[farther].sum() / weight.sum())
    assert (table[["office_farther", "office_nearer"]].sum(axis=1) <= 100).all()


def test_other_reforms_have_other_seats_and_are_left_out(made, tmp_path) -> None:
    assert not ways.applies(Run(made(tmp_path, "none", 42, **CONFIG)))
    assert not ways.applies(Run(made(tmp_path, "actual", 43)))  # its parameters of travel are unknown
