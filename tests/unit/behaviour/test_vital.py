"""Fertility and life expectancy of a year: known years hold, then lines, then the parameters; provinces stay apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from dicu.behaviour.vital import Vital, VitalRates, areas, of_parameters
from dicu.reform.opening import load_viet_nam
from dicu.scenario.parameters_household import LifeCourse
from dicu.world.small import make_small
from dicu.world.world import World

PUT_IN = LifeCourse(fertility_rural=2.0, fertility_urban=1.0, life_expectancy=75.0, rates_from=2024)


def world(**tables: dict[str, Sequence[float | str]]) -> World:
    made = make_small("ring")
    own = {name: pd.DataFrame(columns) for name, columns in tables.items()}
    return replace(made, country=replace(made.country, tables=MappingProxyType(own)))


def values(vital: Vital) -> tuple[float, ...]:
    """Rural and urban fertility and life expectancy of the first province."""
    assert (vital.life_expectancy[0::2] == vital.life_expectancy[1::2]).all()
    return (*vital.fertility[:2].tolist(), float(vital.life_expectancy[0]))


def test_without_tables_the_parameters_hold_always() -> None:
    rates = VitalRates(world(), PUT_IN)
    for year in (1995, 2014, 2024, 2060):
        assert values(rates.at(year)) == values(of_parameters(PUT_IN)) == (2.0, 1.0, 75.0)


def test_known_years_hold_and_lines_lead_between_them() -> None:
    """Rows out of order, a row after `rates_from` (which the parameters overrule), a table that lacks a year."""
    given = world(
        fertility={"year": [2019, 2014, 2030], "urban": [1.5, 2.0, 9.0], "rural": [3.0, 2.5, 9.0]},
        mortality={"year": [2016], "life_expectancy": [73.0]},
    )
    rates = VitalRates(given, PUT_IN)
    assert values(rates.at(2010)) == values(rates.at(2014)) == (2.5, 2.0, 73.0)
    assert values(rates.at(2016)) == pytest.approx((2.7, 1.8, 73.0))
    assert values(rates.at(2019)) == pytest.approx((3.0, 1.5, 73.0 + 2.0 * 3 / 8))
    assert values(rates.at(2020)) == pytest.approx((2.8, 1.4, 74.0))
    assert values(rates.at(2024)) == values(rates.at(2040)) == (2.0, 1.0, 75.0)


def test_a_province_keeps_what_sets_it_apart() -> None:
    """Its ratio or years to the country of the same year, on a line between its years, for ever after."""
    plain = world()
    code = plain.legacy_provinces.code.tolist()[0]
    given = world(
        fertility={
            "province": ["", code, code],
            "year": [2014, 2014, 2018],
            "urban": [2.0, 3.0, 1.6],
            "rural": [2.5, 2.5, 2.3],
        },
        mortality={"province": ["", code], "year": [2016, 2016], "life_expectancy": [73.0, 70.0]},
    )
    rates = VitalRates(given, PUT_IN)
    # the country goes from 2.5 and 2.0 in 2014 to 2.0 and 1.0 in 2024: 2.3 and 1.6 in 2018
    assert values(rates.at(2014)) == pytest.approx((2.5, 3.0, 70.0))
    assert values(rates.at(2016)) == pytest.approx((2.4, 1.8 * 1.25, 70.0))
    assert values(rates.at(2018)) == pytest.approx((2.3, 1.6, 70.5))
    assert values(rates.at(2030)) == pytest.approx((2.0, 1.0, 72.0))
    vital, n = rates.at(2014), 2 * len(plain.legacy_provinces)
    assert vital.fertility.shape == vital.life_expectancy.shape == (n,)
    assert n > 2, "the world needs another province for what follows"
    assert vital.fertility[2:].tolist() == [2.5, 2.0] * (n // 2 - 1)
    assert set(vital.life_expectancy[2:].tolist()) == {73.0}


def test_areas_are_those_of_provinces_only_where_these_differ() -> None:
    made = make_small("ring")
    assert (areas(made, made.urban, 2) == made.urban).all()
    n = 2 * len(made.legacy_provinces)
    found = areas(made, made.urban, n)
    assert (found // 2 == made.districts.parent[made.district]).all()
    assert (found % 2 == made.urban).all()


def test_viet_nam_has_the_years_that_are_published() -> None:
    """The nation's table, and provinces of which all women bear what is published of the nation, rural and urban."""
    made = load_viet_nam(2014)
    nation = made.country.own("fertility")
    assert nation is not None
    known = nation[nation["province"] == ""].set_index("year")
    assert known.loc[2014, ["rural", "urban"]].tolist() == [2.21, 1.85]
    assert known.loc[2019, ["rural", "urban"]].tolist() == [2.26, 1.83]
    rates = VitalRates(made, LifeCourse())
    people = np.bincount(areas(made, made.urban, 126), made.residents, 126)
    for year, rural, urban in ((2014, 2.21, 1.85), (2019, 2.26, 1.83), (2024, 2.08, 1.67)):
        found = rates.at(year)
        assert np.average(found.fertility[0::2], weights=people[0::2]) == pytest.approx(rural, rel=0.02)
        assert np.average(found.fertility[1::2], weights=people[1::2]) == pytest.approx(urban, rel=0.02)
        assert np.average(found.life_expectancy, weights=people) == pytest.approx(
            {2014: 73.2, 2019: 73.9, 2024: 74.7}[year],
            abs=0.2,  # deaths of provinces add up, not years
        )
    assert 1.2 < rates.at(2024).fertility.min() < 1.4, "Ho Chi Minh City"
