"""Means of the results of a sweep, by hand: who weighs what, and what is left out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dicu.record.codebook import tables
from dicu.record.declare import Column
from dicu.sweeps.outcomes import Level, Periods, _Reader


def reader(**given: Any) -> _Reader:
    """A reader that was handed its tables; two periods, of which the first is the start."""
    made = object.__new__(_Reader)
    made.declared = {(t.name, c.name): c for t in tables().values() for c in t.columns}
    made.periods = Periods(np.array([0, 1]), np.array([0, 1]), ["2019Q1", "2019Q2"], np.array([2018, 2019]))
    made.__dict__ |= given
    return made


def level(name: str, unit: list[int], n: int) -> Level:
    return Level(name, [str(k) for k in range(n)], [str(k) for k in range(n)], np.array(unit))


def test_markets_are_averaged_over_all_their_workers_and_jobs_are_added() -> None:
    """Two districts of one nation: 30 + 10 workers and 50 + 10, outside farming and in it."""
    table = pa.table(
        {
            "step": [0, 0, 1, 1],
            "workers_other": [30, 50, 30, 50],
            "workers_farm": [10, 10, 10, 10],
            "formal_jobs": [20.0, 40.0, 25.0, 45.0],
            "pay_formal_mvnd_per_month": [6.0, 8.0, 6.0, 8.0],
            "output_mvnd_per_month": [100.0, 200.0, 100.0, 200.0],
            "disaster": [None, None, True, True],
        }
    )
    world = SimpleNamespace(districts=range(2), district=np.array([0, 1, 1]))
    found = reader(districts=table, market=np.array([0, 1, 0, 1]), world=world)._markets(
        level("nation", [0, 0, 0], 1)
    )
    assert found["market_formal_jobs"].to_pylist() == [60.0, 70.0]
    mean = (6.0 * 40 + 8.0 * 60) / 100
    assert found["market_pay_formal_mvnd_per_month"].to_pylist() == pytest.approx([mean, mean])
    assert found["market_output_mvnd_per_month"].to_pylist() == [300.0, 300.0]
    assert found["market_disaster"].to_pylist() == [None, 2], (
        "no disaster can have struck before the first step"
    )


def test_governments_are_averaged_over_residents_and_money_is_added() -> None:
    """Two provinces of 100 and 300 residents; one has cut no posts, and so has no payback."""
    table = pa.table(
        {
            "step": [0, 0, 1, 1],
            "level": ["province"] * 4,
            "generation": ["legacy"] * 4,
            "code": ["01", "02"] * 2,
            "residents": [100, 300, 100, 300],
            "posts": [5, 7, 4, 6],
            "quality": [0.5, 0.9, 0.5, 0.9],
            "wages_mvnd": pa.array([None, None, 10.0, 20.0]),
            "payback_years": [float("nan"), float("nan"), 3.0, float("nan")],
        }
    )
    found = reader(provinces=table, communes=table.slice(0, 0))._governments(level("nation", [0], 1))
    assert found["gov_posts"].to_pylist() == [12, 10]
    assert found["gov_quality"].to_pylist() == pytest.approx([0.8, 0.8])
    assert found["gov_wages_mvnd"].to_pylist() == [None, 30.0]
    assert found["gov_payback_years"].to_pylist() == [None, 3.0]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("wages", "M VND"),
        ("wages_mvnd", "posts"),
        ("wages_mvnd", "M VND/month"),
        ("wages_mvnd_per_month", "M VND"),
    ],
)
def test_money_has_its_unit_at_the_end_of_its_name(name: str, unit: str) -> None:
    with pytest.raises(ValueError, match="does not end as its unit"):
        Column(name, "float64", unit, "", "")


def test_a_unit_must_be_known() -> None:
    with pytest.raises(ValueError, match="unknown unit 'dong'"):
        Column("wages", "float64", "dong", "", "")
    units = {c.unit for t in tables(moves=True).values() for c in t.columns}
    assert {"M VND", "M VND/month"} <= units
    assert "0.1 M VND" not in units
