"""Periods sort and compare by time in every table that has any."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from dicu.execution.execute import execute
from dicu.scenario.scenario import Scenario, with_values

VALUES = {
    "world.name": "monocentric",
    "population.weight": 500,
    "reform.policy": "actual",
    "record.moves": "all",
}


@pytest.mark.parametrize(
    ("step", "start", "end"), [("quarter", "2024Q3", "2026Q2"), ("month", "2024-11", "2025-09")]
)
def test_the_last_period_is_the_largest(tmp_path: Path, step: str, start: str, end: str) -> None:
    scenario = with_values(Scenario(), {**VALUES, "time.step": step, "time.start": start, "time.end": end})
    folder = execute(scenario, out=tmp_path)
    tables = {p.stem: pd.read_parquet(p) for p in sorted(folder.glob("*.parquet"))}
    with_periods = {name: t for name, t in tables.items() if "period" in t and len(t)}
    assert {"national", "flows", "places", "governments", "moves"} <= set(with_periods)
    assert with_periods["national"]["period"].max() == end
    for name, table in with_periods.items():
        last = table.loc[table["step"].idxmax(), "period"]
        assert table["period"].max() == last, name
        assert table["period"].min() == table.loc[table["step"].idxmin(), "period"], name
        shuffled = table.sample(frac=1.0, random_state=1).sort_values("period")
        assert shuffled["step"].is_monotonic_increasing, name
        if last != table["period"].min():
            assert (table["period"] < last).any(), name
