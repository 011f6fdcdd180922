"""Reforms side by side: numbers known by hand, files, figures, the command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.lab.compare_reforms import compare, with_best_seats
from dicu.reform.designs import Country
from dicu.reform.objective import measure
from dicu.reform.policies import POLICIES, policy
from dicu.scenario.parameters import Access, Government
from dicu.scenario.sections import Reform

NAMES = [name for name in POLICIES if name != "table"]


@pytest.fixture
def country(world):
    return Country(world, Reform(sweeps=30), Access())


def test_every_policy_beside_every_other(country):
    world = country.world
    made = compare(country, Government(), NAMES, draws=5)
    rows = made.summary.set_index("policy")
    assert rows.index.tolist() == NAMES
    assert rows.loc["none", "units"] == 35
    assert (rows.loc[["relabel", "actual", "random", "optimised"], "units"] == 12).all()
    assert rows.loc["none", "posts"] == rows.loc["relabel", "posts"] == 35 * 21 + 4 * 142
    assert (rows["posts"] == rows.loc["none", "posts"] - rows["posts_cut"]).all()
    assert rows.loc["relabel", "commune_minutes"] == rows.loc["none", "commune_minutes"]
    assert rows.loc["actual", "commune_minutes"] > rows.loc["none", "commune_minutes"]
    saved = rows.loc["actual", "posts_cut"] * 95e6 / 1e9
    assert rows.loc["actual", "savings_bn_vnd_per_year"] == pytest.approx(saved)
    owed = rows.loc["actual", "severance_bn_vnd"]
    assert rows.loc["actual", "payback_years"] == pytest.approx(owed / saved)
    assert (rows["objective"].idxmin() == "optimised") or rows["objective"].min() == rows.loc[
        "optimised", "objective"
    ]
    mean = np.average(made.places["actual:commune_minutes"], weights=made.places["residents"])
    assert mean == pytest.approx(rows.loc["actual", "commune_minutes"])
    people = made.units.groupby("policy")["persons"].sum()
    assert set(people) == {world.residents.sum()}, "no policy loses anybody"
    assert made.units.groupby("policy")["area_km2"].sum().to_numpy() == pytest.approx(36 * 16)
    assert len(made.draws) == 5


def test_objective_is_the_sum_of_costs(country):
    """Two ways to the same number: units' integer costs in the kernels, and the measured overlay."""
    from dicu.reform.designs import random_units

    unit = random_units(country, 3)
    (overlay,) = policy("random", country.world, 0, settings=Reform(seed=3), access=country.access)
    measured = measure(country.world, overlay, country.graph, country.settings, country.access)
    assert country.cost(unit) == pytest.approx(measured.objective, rel=1e-6)
    assert measured.contiguous.all()


def test_best_seats_are_no_farther(country):
    (actual,) = policy("actual", country.world, 0)
    best = with_best_seats(country, actual)
    hours = [
        measure(country.world, o, country.graph, country.settings, country.access).hours
        for o in (actual, best)
    ]
    assert hours[1] <= hours[0]
    assert np.array_equal(actual.commune_of_place, best.commune_of_place)


def test_satellites_bring_the_office_near(country):
    far = Government(satellite_minutes=5.0, staff_bodies=0.0)
    made = compare(country, far, ["actual", "actual_with_satellites"])
    actual, desks = made.summary.to_dict("records")
    assert desks["satellite_desks"] > 0 == actual["satellite_desks"]
    assert desks["commune_minutes"] < actual["commune_minutes"]
    posts = desks["desks_bn_vnd_per_year"] * 1e9 / (95e6 / 0.6)
    assert desks["posts"] - actual["posts"] == pytest.approx(posts), "so many fewer are cut"
    assert desks["posts"] + desks["posts_cut"] == actual["posts"] + actual["posts_cut"]
    assert desks["severance_bn_vnd"] < actual["severance_bn_vnd"]
    assert desks["payback_years"] > actual["payback_years"], "their running costs are to be paid"


@pytest.fixture
def runner(monkeypatch):
    for name, value in (("COLUMNS", "220"), ("TERM", "dumb"), ("NO_COLOR", "1")):
        monkeypatch.setenv(name, value)
    return CliRunner()


SMALL = ["world.name=monocentric", "reform.sweeps=20"]


def test_the_command_prints_writes_and_draws(runner, tmp_path):
    config = tmp_path / "c.yaml"
    config.write_text("time: {start: 2024Q2, end: 2026Q4}\n")
    out = tmp_path / "out"
    words = [
        "reform",
        "compare",
        "none",
        "actual",
        "optimised",
        *SMALL,
        "--config",
        str(config),
        "--draws",
        "3",
    ]
    done = runner.invoke(app, [*words, "--out", str(out), "--province", "Plain"])
    assert done.exit_code == 0, done.output
    assert "Below the standard" in done.output
    assert "% of 3 random maps worse" in done.output
    for name in ("summary", "units", "places", "objectives", "random_maps"):
        csv, parquet = pd.read_csv(out / f"{name}.csv"), pd.read_parquet(out / f"{name}.parquet")
        assert len(csv) == len(parquet) > 0
        assert list(csv.columns) == list(parquet.columns)
    for name in ("reforms_compared", "objectives", "province"):
        assert (out / f"{name}.png").stat().st_size > 3_000
        assert f"{out / name}.svg" in done.output
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    # by its code the same province
    runner.invoke(app, [*words, "--out", str(out), "--province", "02", "--threads", "1"])
    assert {path.name: path.read_bytes() for path in out.iterdir()} == first, (
        "the same bytes, whatever the threads"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["compare", "none", "actuall"],
            "no such policy (got actuall, allowed none, actual, actual_with_satellites",
        ),
        (["compare", "none", "none"], "each policy once"),
        (["compare", "seed=3"], "no policy to compare"),
        (["compare", "none", "reform.sweeps=0"], "reform.sweeps: out of range"),
        (["lineage", "none", "actual"], "one policy"),
        (["lineage", "actual", "--level", "district"], "--level: no such level"),
        (["lineage", "actual", "--date", "2050Q1"], "--date:"),
        (["lineage", "actual", "--out", "a.txt"], "--out: neither .csv nor .parquet"),
    ],
)
def test_the_command_refuses(runner, words, message):
    done = runner.invoke(app, ["reform", *words])
    assert done.exit_code == 2
    assert message in done.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--province", "Plane"], "--province: no legacy province of that code or name (got 'Plane'; did"),
        (["--province", "7"], "--province: no legacy province of that code or name (got '7'"),
        (["world.places=none.csv"], "world.places: the world monocentric takes no table of places"),
    ],
)
def test_what_the_comparison_refuses_before_any_work(runner, tmp_path, monkeypatch, words, message):
    monkeypatch.setattr("dicu.lab.compare_reforms.compare", lambda *_, **__: pytest.fail("work has begun"))
    config = tmp_path / "c.yaml"
    config.write_text("time: {start: 2024Q2, end: 2026Q4}\n")
    given = [
        "reform",
        "compare",
        "none",
        *SMALL,
        "--config",
        str(config),
        "--out",
        str(tmp_path / "o"),
        *words,
    ]
    done = runner.invoke(app, given)
    assert done.exit_code == 2
    assert message in done.output


@pytest.mark.parametrize("command", ["compare", "lineage"])
def test_a_wrong_table_of_places_is_refused(runner, tmp_path, command):
    config, places = tmp_path / "c.yaml", tmp_path / "p.csv"
    config.write_text("time: {start: 2024Q2, end: 2026Q4}\n")
    places.write_text("place_key;residents\n1;2\n")
    done = runner.invoke(
        app, ["reform", command, "actual", f"world.places={places}", "--config", str(config)]
    )
    assert done.exit_code == 2
    assert f"world.places: {places}: row 1: column place_key: got 1" in done.output


def test_lineage_is_written_and_a_unit_rebuilt(runner, tmp_path):
    config = tmp_path / "c.yaml"
    config.write_text("time: {start: 2024Q2, end: 2026Q4}\nworld: {name: monocentric}\n")
    base = ["reform", "lineage", "actual", "--config", str(config)]
    done = runner.invoke(app, [*base, "--out", str(tmp_path / "h.csv")])
    assert done.exit_code == 0, done.output
    assert len(pd.read_csv(tmp_path / "h.csv")) > 28
    done = runner.invoke(app, [*base, "--unit", "00001", "--date", "2024Q2"])
    assert "Places of commune 00001" in done.output
    done = runner.invoke(app, [*base, "--unit", "77777"])
    assert done.exit_code == 2
    table = tmp_path / "t.csv"
    assert runner.invoke(app, [*base, "--as-table", "--out", str(table)]).exit_code == 0
    done = runner.invoke(
        app, ["reform", "lineage", "table", f"reform.table={table}", "--config", str(config)]
    )
    assert done.exit_code == 0, done.output
    assert Path(table).read_text().startswith("date,level,from,to")
