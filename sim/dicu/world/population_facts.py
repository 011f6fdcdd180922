"""Official figures of people: age and sex in 2014, fertility, mortality, households, each with its source.

The tables stand in ``sim/dicu/world/data`` (see its README.md).
"""

from __future__ import annotations

from functools import cache
from typing import Final

import pandas as pd

from dicu.world.facts import read_figures

RESIDENCES: Final = ("total", "urban", "rural")


@cache
def _age_sex_2014() -> pd.DataFrame:
    columns = ("province", "residence", "age_from", "age_to", "sex", "persons", "confidence", "source")
    return read_figures("age_sex_2014", columns, key=("province", "residence", "age_from", "sex"))


def age_sex_2014() -> pd.DataFrame:
    """Residents on 1 April 2014 by five-year group of ages and sex.

    Returns
    -------
    pandas.DataFrame
        ``province`` (2 digits, text; empty for the nation), ``residence`` (total; for the nation also urban,
        rural), ``age_from`` and ``age_to`` (years, both within the group; no ``age_to`` from 80), ``sex`` (men,
        women), ``persons`` (of the nation in whole thousands), ``confidence``, ``source``.
    """
    return _age_sex_2014().copy()


@cache
def _fertility_mortality() -> pd.DataFrame:
    columns = (
        "province",
        "residence",
        "first_year",
        "last_year",
        "figure",
        "value",
        "confidence",
        "source",
    )
    return read_figures("fertility_mortality", columns, key=columns[:5])


def fertility_mortality() -> pd.DataFrame:
    """Fertility, life expectancy, births and deaths, one figure a row.

    Returns
    -------
    pandas.DataFrame
        ``province`` (2 digits, text; empty for the nation), ``residence`` (total, urban, rural), ``first_year``
        and ``last_year`` (of the mean; equal for a single year), ``figure`` (children per woman, years, or per
        1,000 residents; a name with ``projected`` is an assumption of the projection of 2014, no statistic),
        ``value``, ``confidence``, ``source``.
    """
    return _fertility_mortality().copy()


@cache
def _households() -> pd.DataFrame:
    columns = ("residence", "year", "figure", "value", "confidence", "source")
    return read_figures("households", columns, key=columns[:3])


def households() -> pd.DataFrame:
    """Numbers of households and their mean sizes in the nation, one figure a row.

    Returns
    -------
    pandas.DataFrame
        ``residence`` (total, urban, rural), ``year``, ``figure`` (``households``; ``mean_size`` is residents
        over households, ``mean_size_published`` rounded by the census, ``mean_size_survey`` of a survey with a
        wider concept; ``share_of_2_to_4`` members), ``value``, ``confidence``, ``source``.
    """
    return _households().copy()


__all__ = ["RESIDENCES", "age_sex_2014", "fertility_mortality", "households"]
