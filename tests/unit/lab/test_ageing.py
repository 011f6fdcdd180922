"""Moves that a population's ages explain."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from dicu.lab import ageing


def test_expected_movers_are_those_of_the_first_years_rates_by_age() -> None:
    persons = np.array([[[100.0, 100.0]], [[100.0, 300.0]], [[50.0, 400.0]]])
    moved = np.array([[[10.0, 1.0]], [[10.0, 3.0]], [[9.0, 9.0]]])
    found = ageing.expected(moved, persons, first=2)
    assert found == pytest.approx([10 + 1, 10 + 3, 5 + 4])


def test_nobody_of_an_age_in_the_first_years_is_expected_to_move() -> None:
    assert ageing.expected(np.array([[0.0], [5.0]]), np.array([[0.0], [10.0]]), first=1).tolist() == [
        0.0,
        0.0,
    ]


def test_the_command_writes_a_row_a_year(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(ageing.main)
    out = tmp_path / "ageing.json"
    done = CliRunner().invoke(
        app, [str(out), "population.weight=5000", "--seeds", "1", "--years", "2", "time.history=none"]
    )
    assert done.exit_code == 0, done.output
    rows = json.loads(out.read_text(encoding="utf-8"))
    assert [row["year"] for row in rows] == [1, 2]
    assert sum(r["moved"] for r in rows) == pytest.approx(sum(r["expected"] for r in rows))
    assert all(90e6 < r["persons"] < 110e6 and r["moved"] > 0 for r in rows)
