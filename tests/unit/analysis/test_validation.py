"""Scores and simple methods: closed forms, what is recovered from flows that are known, and a page of a small run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibrations import figures_of, simulated
from dicu_analysis.targets.table import BadFigures, read_figures
from dicu_analysis.validation.page import PICTURE, SCORES, validate, write
from dicu_analysis.validation.rivals import Gravity, fit_gravity, mean_rates, radiation, residents
from dicu_analysis.validation.scores import crps, score


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
