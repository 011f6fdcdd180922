"""Scores and simple methods: closed forms, what is recovered from flows that are known, and a page of a small run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from calibrations import figures_of, simulated
from dicu.cli import app
from dicu.world import facts
from dicu_analysis.targets.measure import Measured, measure
from dicu_analysis.targets.table import BadFigures, Figure, moment, read_figures
from dicu_analysis.validation.flow_models import Gravity, fit_gravity, radiation
from dicu_analysis.validation.page import PICTURE, SCORES, summary, validate, write
from dicu_analysis.validation.published import mean_rates, residents
from dicu_analysis.validation.rivals import BEFORE, COUNTED, FLOWS, GRAVITY, GROWTH, RADIATION, Rivals
from dicu_analysis.validation.scores import HEAD, best, crps, score, scored
from made_up_country import MadeUp


def test_gravity_is_recovered_from_its_own_flows() -> None:
    rng = np.random.default_rng(1)
    persons, at = rng.uniform(1e5, 1e7, 8), rng.uniform(0, 1000, (8, 2))
    far = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    truth = Gravity(-9.0, 0.8, 0.6, 1.2)
    found = fit_gravity(truth.flows(persons, far), persons, far)
    assert [found.constant, found.origin, found.destination, found.distance] == pytest.approx(
        [-9.0, 0.8, 0.6, 1.2]
    )


def test_radiation_sends_out_all_who_leave_and_none_past_a_nearer_equal() -> None:
    """Three equal areas in a row at 0, 1 and 3: from the first 1/2 against 1/2 x 1/3 by the closed form."""
    at = np.array([0.0, 1.0, 3.0])
    made = radiation(np.ones(3), np.abs(at[:, None] - at[None]), np.array([6.0, 0.0, 0.0]))
    assert made[0] == pytest.approx([0.0, 6 * (1 / 2) / (1 / 2 + 1 / 6), 6 * (1 / 6) / (1 / 2 + 1 / 6)])
    assert made.sum() == pytest.approx(6.0)


def test_crps_of_one_run_is_the_absolute_error_and_of_two_the_closed_form() -> None:
    assert crps(np.array([[1.0, 4.0]]), np.array([2.0, 2.0])) == pytest.approx(1.5)
    assert crps(np.array([[0.0], [2.0]]), np.array([1.0])) == pytest.approx(1.0 - 0.5)


def test_scores_of_a_perfect_and_of_a_reversed_prediction() -> None:
    observed = np.array([-1.0, 2.0, 5.0])
    assert score(observed, observed) == pytest.approx(
        {
            "n": 3,
            "rmse": 0,
            "bias": 0,
            "r": 1,
            "rank": 1,
            "sign": 1,
            "slope": 1,
            "crps": 0,
            "log_rmse": np.nan,
        },
        nan_ok=True,
    )
    assert score(-observed, observed)["r"] == pytest.approx(-1.0)
    assert score(-observed, observed)["sign"] == 0.0


def test_what_simple_methods_read_is_of_before_2017_and_adds_up() -> None:
    rates = mean_rates(2012, 2016)
    assert len(rates) == 63
    persons = residents(2014)["persons"]
    assert residents(2009)["persons"].sum() == pytest.approx(86.0e6, rel=0.01)
    assert float((rates["in"] * persons).sum() / persons.sum()) == pytest.approx(7.1, abs=0.4)


def test_a_run_scored_on_its_own_figures_is_right_everywhere(tmp_path: Path) -> None:
    run = simulated({"seed": 6}, tmp_path / "run")
    path = figures_of(run, tmp_path / "figures.csv", list(run.names("province")), (1.0, 1.0))
    found = validate([run], read_figures(path), str(path))
    assert set(found.scores["rmse"].round(9)) == {0.0}
    page = write(found, [run], str(path), tmp_path / "page")
    assert "in sample" in page.read_text()
    assert (tmp_path / "page" / PICTURE).stat().st_size > 1000
    assert (tmp_path / "page" / SCORES).is_file()
    path.write_text(path.read_text().replace(",01,", ",Atlantis,"))
    with pytest.raises(BadFigures, match=r"figures\.csv:2: column area: not an area \(got 'Atlantis'"):
        validate([run], read_figures(path), str(path))


def figure(name: str, unit: str, area: str, since: str, until: str, role: str = "shown") -> Figure:
    stock = not until
    first = moment(since, ends=False, stock=stock, census="five" in unit)
    last = first if stock else moment(until, ends=True, stock=False, census="five" in unit)
    return Figure(name, unit, area, since, until, first, last, 0.0, 1.0, "", role, 1)


@pytest.fixture(scope="module")
def rivals() -> Rivals:
    return Rivals(Measured(MadeUp()))


YEARLY = "per 1,000 a year"
FLOW = "persons a year"


def test_gravity_knows_no_flow_before_those_it_was_fitted_on(rivals: Rivals) -> None:
    then = figure("region_flow", FLOW, "SE>RRD", "2012-04-01", "2013-04-01")
    assert rivals.in_sample(then) == {GRAVITY}
    assert FLOWS not in rivals.predict(then)  # it is the figure itself
    later = figure("region_flow", "persons in five years", "SE>RRD", "2014", "2019")
    assert rivals.in_sample(later) == frozenset()
    assert rivals.predict(later)[FLOWS] == 5 * rivals.known_flows["SE", "RRD"]


def test_an_earlier_figure_is_told_with_the_years_before_it_alone(rivals: Rivals) -> None:
    """Rates of 2012-16 by the mean of 2007-11, and totals of gravity and radiation by that mean too."""
    f = figure("net_migration_rate", YEARLY, "01", "2012", "2016")
    said = rivals.predict(f)
    assert said[BEFORE] == pytest.approx(mean_rates(2007, 2011).loc["01", "net"])
    assert not {"mean 2012-16", "mean 2010-16", "mean 2005-16"} & set(said)
    assert rivals.in_sample(f) == {GRAVITY, GROWTH, COUNTED, "mean of 2012-16 and growth"}
    total = float((mean_rates(2007, 2011)["in"].reindex(rivals.codes) * rivals.persons).sum() / 1000)
    for name in (GRAVITY, RADIATION):
        assert rivals.matrices(2007, 2011)[name].sum() == pytest.approx(total)
    assert rivals.years_for(figure("in_rate", YEARLY, "01", "2006", "2007")) is None
    assert rivals.predict(figure("population", "persons", "01", "2012", "")) == {}


def test_persistence_of_a_merged_province_is_the_mean_over_its_people(rivals: Rivals) -> None:
    f = figure("net_migration_rate", YEARLY, "79", "2025-04-01", "2026-04-01")
    codes = ["74", "77", "79"]
    persons = residents(2014)["persons"][codes]
    by_hand = float((mean_rates(2012, 2016)["net"][codes] * persons).sum() / persons.sum())
    assert rivals.predict(f)["mean 2012-16"] == pytest.approx(by_hand)
    # what came from Binh Duong is no arrival any more, and no rate says how much that was
    arrivals = rivals.predict(figure("in_rate", YEARLY, "79", "2025-04-01", "2026-04-01"))
    assert "mean 2012-16" not in arrivals
    assert arrivals[GRAVITY] < rivals.predict(figure("in_rate", YEARLY, "79", "2018", "2019"))[GRAVITY]


def test_names_mean_the_provinces_of_their_day() -> None:
    areas = Measured(MadeUp()).areas
    assert areas.find("Ho Chi Minh", 2019.5).provinces == ("79",)
    assert areas.find("TP. Hồ Chí Minh", 2026.25).provinces == ("74", "77", "79")
    assert areas.find("2025:79").provinces == ("74", "77", "79")
    assert areas.find("legacy:79", 2026.25).provinces == ("79",)
    assert areas.find("Binh Duong", 2026.25).provinces == ("74",)
    assert len(areas.new) == 34
    assert len(set(areas.province_at(2026.0))) == 34
    assert len(set(areas.province_at(2025.5))) == 63


def test_five_year_flows_inside_an_area_leave_out_who_stayed() -> None:
    """Two provinces of a region: 7 moved between them, 3 came from elsewhere, 100 and 50 live where they lived."""
    here = facts.provinces_legacy()
    a, b = here.loc[here["region"] == "SE", "code"].iloc[:2]
    rows = [(a, a, 100), (b, b, 50), (a, b, 7), ("01", b, 3)]
    table = pd.DataFrame(rows, columns=["origin_province", "destination_province", "persons"]).assign(step=20)
    m = Measured(MadeUp({"five_year_flows": table}))
    unit = "persons in five years"
    assert measure(m, figure("region_flow", unit, "SE>SE", "2014-04-01", "2019-04-01")) == 7
    assert measure(m, figure("region_flow", unit, f"{a}>{a}", "2014-04-01", "2019-04-01")) == 0
    rate = figure("in_rate", "per 1,000 in five years", b, "2014-04-01", "2019-04-01")
    assert measure(m, rate) == pytest.approx(1000 * 10 / 60)
    nation = figure("in_rate", "per 1,000 in five years", "VN", "2014-04-01", "2019-04-01")
    assert measure(m, nation) == pytest.approx(1000 * 10 / 160)


def test_a_method_in_sample_wins_only_where_the_model_is_too() -> None:
    observed, near, far = [1.0, 2.0, 4.0], [1.0, 2.0, 4.1], [2.0, 2.0, 5.0]
    for fitted, winner in ((GRAVITY, "model"), (f"model;{GRAVITY}", GRAVITY)):
        rows = [
            {
                **dict.fromkeys(HEAD, ""),
                "group": "g",
                "in_sample": fitted,
                "observed": o,
                "model": f,
                GRAVITY: n,
            }
            for o, n, f in zip(observed, near, far, strict=True)
        ]
        made = scored(pd.DataFrame(rows), {k: np.array([far[k]]) for k in range(3)})
        assert made.loc[made["wins"], "method"].tolist() == [winner]
        assert made.loc[best(made, "crps"), "method"].tolist() == [winner]
        assert made.set_index("method").loc["model", "rmse"] == pytest.approx((2 / 3) ** 0.5)
        assert f"| {winner} |" in summary(made)[2]


SWEEP = """
base: base.yaml
sweep: {grid: {choose.move_share: [0.3, 0.4]}, replications: 1, seed: 5}
results:
  keep: [national, places, flows, movers, five_year, five_year_flows, districts, governments, world_places, world_units]
"""


def test_a_sweep_is_scored_as_an_ensemble(tmp_path: Path) -> None:
    base = (
        "world: {name: ring, size: 24}\npopulation: {weight: 4}\ntime: {start: 2014Q2, end: 2016Q1}\n"
        "record: {flows: place}\n"
    )
    (tmp_path / "base.yaml").write_text(base)
    (tmp_path / "e.yaml").write_text(SWEEP)
    cli = CliRunner()
    done = cli.invoke(
        app, ["sweep", str(tmp_path / "e.yaml"), "--executor", "serial", "--out", str(tmp_path / "runs")]
    )
    assert done.exit_code == 0, done.output
    rows = [f'out_rate,"{YEARLY}",0{k},2014,2016,{4 + k},s,shown' for k in (1, 2, 3)]
    (tmp_path / "f.csv").write_text("\n".join(["figure,unit,area,from,to,value,source,role", *rows]) + "\n")
    done = cli.invoke(app, ["validate", str(tmp_path / "runs/e"), "--figures", str(tmp_path / "f.csv")])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "runs/e/validation/validation.md").read_text()
    assert "2 run(s) of `e/base`" in page
    made = pd.read_csv(tmp_path / "runs/e/validation/predicted.csv")
    assert (made["low"] < made["high"]).all()
    done = cli.invoke(app, ["validate", str(tmp_path / "runs/e"), "--scenario", "none"])
    assert done.exit_code == 2
    assert "allowed base" in done.output
