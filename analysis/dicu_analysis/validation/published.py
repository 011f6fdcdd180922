"""Published figures of Viet Nam that simple methods go on from: rates by year, residents, the projection of 2014."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from dicu.world import facts, population_facts

DATA: Final = Path(__file__).parents[1] / "data"
BEFORE: Final = 2014
"""Last year of the table of earlier residents; later years are those of the world."""


@cache
def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"{name}.csv", dtype={"code": str})


def rate_years() -> list[int]:
    """Years of which rates between provinces are known, in order."""
    return sorted(int(year) for year in _table("rates_by_year")["year"].unique())


@cache
def mean_rates(first: int, last: int) -> pd.DataFrame:
    """Mean yearly rates between provinces per 1,000 by code: ``in``, ``out``, ``net``; shared, not to be changed."""
    table = _table("rates_by_year")
    made = table[table["year"].between(first, last)].groupby("code")[["in", "out"]].mean()
    return made.assign(net=made["in"] - made["out"])


@cache
def residents(year: int) -> pd.DataFrame:
    """Official residents by code: ``persons``, ``urban``; shared, not to be changed."""
    if year <= BEFORE:
        table = _table("residents_before")
        return table[table["year"] == year].set_index("code")[["persons", "urban"]].astype(np.float64)
    table = facts.residents(year).assign(code=lambda t: t["code"].astype(str)).set_index("code")
    return pd.DataFrame({"persons": table["urban"] + table["rural"], "urban": table["urban"]})


@cache
def counted_in_2014() -> pd.Series[float]:
    """Residents of 1 April 2014 by code, as counted then; shared, not to be changed.

    The base of the projection of 2014 (mid-term survey). The series of `residents` was written anew between the
    censuses of 2009 and 2019: where it gives a province the same growth before and after 2014, it knows 2019.
    """
    table = population_facts.age_sex_2014()
    mine = table[(table["province"] != "") & (table["residence"] == "total")]
    return mine.groupby("province")["persons"].sum().astype(np.float64)


def projection() -> pd.DataFrame:
    """Official projection of 2014, medium variant: ``code``, ``year``, ``persons``."""
    return _table("projection_2014")


__all__ = ["counted_in_2014", "mean_rates", "projection", "rate_years", "residents"]
