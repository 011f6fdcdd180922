"""Births and deaths per 1,000 of a run's whole years beside the published ones, from tables written by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicu.world import facts
from dicu_analysis.people import residents_by_region, vital_rates


def run(is_real: bool) -> Any:
    """Step 0 ends with 2014Q2; six quarters of 2014 and 2015 and two of 2016 follow."""
    national = pd.DataFrame(
        {"births": [0, 9, 9, 1, 2, 3, 4, 9, 9], "deaths": [0, 9, 9, 1, 1, 1, 1, 9, 9], "persons": 1000},
        index=pd.RangeIndex(9, name="step"),
    )
    provinces = facts.provinces_legacy()["code"].astype(str).tolist()
    keys = list(range(len(provinces)))
    people = pd.concat(
        pd.DataFrame({"step": step, "place_key": keys, "persons": 1000 * (step + 1)}) for step in range(9)
    )
    return SimpleNamespace(
        national=national,
        steps_per_year=4,
        year_at_end=lambda step: 2014.5 + np.asarray(step) / 4,
        is_real=is_real,
        places=people,
        world_places=pd.DataFrame({"place_key": keys}),
        unit_of_place=lambda level: pd.Categorical(provinces),
    )


def test_whole_years_alone_are_shown_beside_what_is_published() -> None:
    made = vital_rates(run(True))
    assert made.index.tolist() == [2015], "half of 2014 and half of 2016 are no years"
    assert made.loc[2015].tolist() == pytest.approx([10.0, 4.0, 16.2, 6.8])


def test_nothing_is_published_of_another_country() -> None:
    assert vital_rates(run(False))[["births_published", "deaths_published"]].isna().all(axis=None)
    assert residents_by_region(run(False)).empty


def test_residents_are_those_of_mid_year_by_region() -> None:
    made = residents_by_region(run(True))
    years = [y for y in (2014, 2015, 2016) if y in facts.residents_years()]
    assert made.index.get_level_values("year").unique().tolist() == years
    for year in years:
        step = 4 * (year - 2014)
        assert made.loc[year, "run"].sum() == pytest.approx(63 * (step + 1) / 1000)
        assert made.loc[year, "published"].sum() == pytest.approx(facts.residents(year)["total"].sum() / 1e6)
