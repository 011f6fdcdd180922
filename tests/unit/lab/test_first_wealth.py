"""Quarters of households by wealth at the start of a run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import typer
from typer.testing import CliRunner

from dicu.lab import first_wealth


def test_quarters_are_equally_large_and_in_the_order_of_wealth() -> None:
    wealth = np.array([5, 0, 0, 9, 7, 0, 3, 1], dtype=np.uint16)
    uid = np.array([1, 9, 3, 4, 5, 2, 7, 8], dtype=np.uint64)
    found = first_wealth.quarter_of(wealth, uid)
    # of the three that have nothing, the one with the largest uid is in the second quarter
    assert found.tolist() == [3, 2, 1, 4, 4, 1, 3, 2]
    many = first_wealth.quarter_of(np.arange(400), np.arange(400, dtype=np.uint64))
    assert np.bincount(many).tolist() == [0, 100, 100, 100, 100]


def test_every_rural_household_of_each_seed_is_there_once(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(first_wealth.main)
    out = tmp_path / "wealth.parquet"
    told = CliRunner().invoke(
        app, [str(out), "world.name=monocentric", "population.weight=50", "--seeds", "2"]
    )
    assert told.exit_code == 0, told.output
    found = pd.read_parquet(out)
    assert not found.duplicated(["seed", "uid"]).any()
    sizes = found.groupby(["seed", "quarter"]).size().unstack()
    assert sizes.columns.tolist() == [1, 2, 3, 4]
    assert (sizes.max(axis=1) - sizes.min(axis=1) <= 1).all()
