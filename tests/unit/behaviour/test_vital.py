"""Fertility and life expectancy of a year: known years hold, then lines, then the parameters."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pandas as pd
import pytest

from dicu.behaviour.vital import Vital, VitalRates, of_parameters
from dicu.reform.opening import load_viet_nam
from dicu.scenario.parameters_household import LifeCourse
from dicu.world.small import make_small
from dicu.world.world import World

PUT_IN = LifeCourse(fertility_rural=2.0, fertility_urban=1.0, life_expectancy=75.0, rates_from=2024)


def world(**tables: dict[str, list[float]]) -> World:
    made = make_small("ring")
    own = {name: pd.DataFrame(columns) for name, columns in tables.items()}
    return replace(made, country=replace(made.country, tables=MappingProxyType(own)))


def test_without_tables_the_parameters_hold_always() -> None:
    rates = VitalRates(world(), PUT_IN)
    assert {rates.at(year) for year in (1995, 2014, 2024, 2060)} == {of_parameters(PUT_IN)}


def test_known_years_hold_and_lines_lead_between_them() -> None:
    """Rows out of order, a row after `rates_from` (which the parameters overrule), a table that lacks a year."""
    given = world(
        fertility={"year": [2019, 2014, 2030], "urban": [1.5, 2.0, 9.0], "rural": [3.0, 2.5, 9.0]},
        mortality={"year": [2016], "life_expectancy": [73.0]},
    )
    rates = VitalRates(given, PUT_IN)
    assert rates.at(2010) == rates.at(2014) == Vital(2.5, 2.0, 73.0)
    assert rates.at(2016) == pytest.approx((2.7, 1.8, 73.0))
    assert rates.at(2019) == pytest.approx((3.0, 1.5, 73.0 + 2.0 * 3 / 8))
    assert rates.at(2020) == pytest.approx((2.8, 1.4, 74.0))
    assert rates.at(2024) == rates.at(2040) == of_parameters(PUT_IN)


def test_viet_nam_has_the_years_that_are_published() -> None:
    rates = VitalRates(load_viet_nam(2014), LifeCourse())
    assert rates.at(2014) == (2.21, 1.85, 73.2)
    assert rates.at(2019)[:2] == (2.26, 1.83)
    assert rates.at(2024) == (2.08, 1.67, 74.7)
