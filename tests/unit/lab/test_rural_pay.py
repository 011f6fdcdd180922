"""Rural beside urban pay: closed forms, and a small run in which nobody is paid more in the country."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from dicu.lab import rural_pay

URBAN = np.array([True, False, True, False, False])
MARKET = np.array([0, 0, 1, 1, 2])


def test_the_highest_ratio_is_within_a_market_and_a_kind_of_work() -> None:
    earnings = np.array([[2.0, 9.0], [1.0, 9.9], [4.0, 5.0], [3.0, 4.0], [99.0, 99.0]])
    # market 2 has no urban side, and 9.9 over 2.0 would be another kind of work
    assert rural_pay.highest_same_work(earnings, URBAN, MARKET) == (pytest.approx(1.1), 2)
    assert rural_pay.highest_same_work(earnings, ~URBAN, MARKET)[0] == pytest.approx(2.0)
    assert rural_pay.highest_same_work(earnings, np.ones(5, dtype=np.bool_), MARKET) == (0.0, 0)


def test_ratios_weigh_by_workers_and_by_persons() -> None:
    earnings = np.array([[4.0, 8.0], [2.0, 8.0]])
    workers = np.array([[10, 10], [30, 10]])
    other, persons = np.array([1.0, 0.5]), np.array([30, 60])
    earned, head = rural_pay.ratios(earnings, other, workers, persons, np.array([True, False]))
    assert earned == pytest.approx((140 / 40) / (120 / 20))
    assert head == pytest.approx((170 / 60) / (150 / 30))


def test_a_run_has_a_row_a_year_and_pays_nobody_more_in_the_country(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(rural_pay.main)
    out = tmp_path / "pay.json"
    small = ["world.name=monocentric", "population.weight=50", "time.end=2026Q4"]
    told = CliRunner().invoke(app, [str(out), *small, "--seeds", "2", "--quarters", "8"])
    assert told.exit_code == 0, told.output
    rows = json.loads(out.read_text(encoding="utf-8"))
    assert [(row["seed"], row["quarter"]) for row in rows] == [(s, q) for s in (1, 2) for q in (0, 4, 8)]
    for row in rows:
        assert row["areas"] > 0
        assert row["districts"] > 0
        assert 0 < row["highest_other"] <= 1
        assert 0 < row["highest_farming"] <= 1
    assert rows[0]["earnings"] != rows[2]["earnings"]
    refused = CliRunner().invoke(app, [str(out), "population.wait=50"])
    assert refused.exit_code == 2
    assert "population.wait" in refused.output
