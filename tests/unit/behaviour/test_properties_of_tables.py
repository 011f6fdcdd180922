"""Properties of the tables of a step: means, networks, nests, purses, offers, who crosses the border, incomes."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicu.behaviour.abroad import TABLE, Abroad
from dicu.behaviour.choose import buffer_size, buffers
from dicu.behaviour.consider import mean_readiness
from dicu.behaviour.household_rules import income_units
from dicu.behaviour.move import Readiness
from dicu.behaviour.nests import nest_tables
from dicu.behaviour.terms import mean_income
from dicu.behaviour.utility import relative_network
from dicu.behaviour.vital import VitalRates
from dicu.behaviour.wealth import wealth_after
from dicu.behaviour.work import NO_OFFER, offer
from dicu.population.columns import Rows
from dicu.scenario.parameters_household import LifeCourse
from dicu.scenario.scenario import Scenario, with_values
from dicu.world.small import make_small
from dicu.world.world import World
from nests import make_geography, make_tables, one_row, weights_of
from states import by_law, people

AGES = by_law(2019)
A_WOMAN_OF_30 = (2019 - 30 - 1910) << 1 | 1

# ---------------------------------------------------------------- means and networks


def test_the_mean_income_is_that_of_workers_and_without_any_that_of_the_places() -> None:
    """Three districts, of which the last has no worker; a province without workers has 0."""
    income = np.array([[10.0, 20.0], [30.0, 40.0], [50.0, 60.0], [70.0, 80.0]])
    workers = np.array([[1, 3], [0, 0], [0, 5], [0, 0]])
    districts = np.array([0, 0, 1, 2], dtype=np.int32)
    district, province = mean_income(income, workers, districts, np.array([0, 0, 1], dtype=np.int32), 2)
    assert district == pytest.approx([(10 + 3 * 20) / 4, 60.0, 75.0])
    assert province == pytest.approx([(10 + 3 * 20 + 5 * 60) / 9, 0.0])


def test_a_network_is_counted_as_it_is_where_there_was_none_at_the_start() -> None:
    """Else it is scaled to the total of its kind at the start, at home and abroad each."""
    province = np.array([0, 0, 1], dtype=np.int32)
    start = np.array([[6, 2, 0], [0, 0, 8]])
    stock = np.array([[8, 8, 3], [5, 2, 2]])
    found = relative_network(stock, start, province, 10)
    assert found[0] == pytest.approx([10 * 8 * 8 / 16, 10 * 8 * 8 / 16, 30.0])
    assert found[1] == pytest.approx([50.0, 20.0, 10 * 2 * 8 / 2])
    nobody = relative_network(np.zeros_like(stock), start, province, 10)
    assert not nobody.any()


@pytest.mark.parametrize("few", [1.0, 1e-3, 1e-6])
def test_weights_of_nests_scale_with_dwellings_however_few_there_are(few: float) -> None:
    """(sum of e)^theta times its cost: a share of all dwellings as small as that of a commune counts."""
    theta, leave = 0.5, (0.8, 0.6)
    sizes = np.array([1.0, 2.0, 3.0, 4.0])
    g = make_geography([[2, 1], [1]])._replace(dwellings_share=few * sizes)
    flat = np.zeros((4, 1))
    t = nest_tables(flat, flat + 1.0, g, theta, *leave)
    root = few**theta
    assert t.district_nest[0] == pytest.approx(0.8 * root * np.sqrt([3.0, 3.0, 4.0]))
    assert t.province_nest[0] == pytest.approx(0.6 * root * np.sqrt([6.0, 4.0]))
    assert t.own_nest[:, 0] == pytest.approx(root * np.sqrt([2.0, 1.0, 0.0, 0.0]))
    assert t.gap == pytest.approx(0.0), "income is the same everywhere"


# ---------------------------------------------------------------- the choice

WORLDS: dict[str, tuple[list[list[int]], list[int]]] = {
    "many districts": ([[1, 1, 1, 1, 1], [1, 1]], [0, 1, 2, 3, 4, 5, 6]),
    "many places of a province": ([[2], [20, 3]], [0, 1, 2]),
    "many places of an area": ([[9], [1], [9]], [0, 0, 0]),
    "many places of the last area": ([[2], [12], [12]], [0, 1, 1]),
    "a last area of its own": ([[1], [1], [8], [9]], [1, 0, 2, 2]),
}


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_the_working_space_is_as_long_as_the_longest_race(world: tuple[list[list[int]], list[int]]) -> None:
    """Of nests (three, the districts of a province, all provinces), of a province's or an area's places, of areas."""
    shape, area = world
    where = make_tables(make_geography(shape)).where
    places = [n for province in shape for n in province]
    n_areas = max(area) + 1
    of_area = [sum(n for n, a in zip(places, area, strict=True) if a == k) for k in range(n_areas)]
    first = np.concatenate([[0], np.cumsum(of_area)]).astype(np.int32)
    where = where._replace(area=np.array(area, dtype=np.int32), area_first=first)
    nests = 3 + max(len(province) for province in shape) + len(shape)
    longest = max(nests, *(sum(province) for province in shape), *of_area, n_areas)
    assert buffer_size(where) == longest
    assert {len(column) for column in buffers(where)} == {longest}


@pytest.mark.parametrize("home", [1, 2, 3])
def test_a_nest_is_open_to_whoever_has_just_what_the_way_costs(home: int) -> None:
    """Home in the own district, in the next one, in the other province; every nest has its own price."""
    t = make_tables(make_geography([[2, 1], [1, 1]]))
    own = np.array([30, 1, 1, 1], dtype=np.uint16)
    district = np.array([[30, 50, 1, 1]] * 4, dtype=np.uint16)
    province = np.array([[1, 70]] * 4, dtype=np.uint16)
    t = t._replace(choose=t.choose._replace(need_own=own, need_district=district, need_province=province))
    needs = {1: {1: 30, 2: 50, 3: 70}[home], 3: 30, 4: 50, 6: 70}
    for wealth in (0, 29, 30, 31, 49, 50, 51, 69, 70, 71, 65_535):
        _, weight = weights_of(t, one_row(0, home, 5, wealth=wealth))
        opened = {k for k in needs if weight[k] > 0}
        assert opened == {k for k, need in needs.items() if wealth >= need}, wealth


def seeker(kind: int) -> Rows:
    """A woman of 30 in place 0."""
    row = one_row(0, 0, kind, uid=9)
    row.member[0, 0] = A_WOMAN_OF_30
    return row


def test_a_job_is_offered_where_people_like_one_live_who_do_not_farm() -> None:
    """One place for each stage and skill; whoever farms would leave farming."""
    t = make_tables(make_geography([[1], [8]]))
    lives_in = np.zeros((16, 9))
    for kind in range(16):
        lives_in[kind, 1 + kind // 2 if kind % 2 else 0] = 1.0
    spread = np.array([[0.0, 1.0], [0.0, 0.0]])
    work = t.work._replace(hazard=np.array([1e9, 0.0]), spread=spread)
    choice = t.choose._replace(place_weight=lives_in)
    space = buffers(t.where)
    found = [offer(0, seeker(kind), t.where, work, choice, space) for kind in range(16)]
    assert found == [1 + kind // 2 for kind in range(16)]
    nowhere = t.choose._replace(place_weight=np.zeros((16, 9)))
    assert offer(0, seeker(3), t.where, work, nowhere, space) == NO_OFFER


# ---------------------------------------------------------------- readiness, incomes


def test_the_mean_readiness_of_alike_is_that_of_one_and_0_where_there_is_none() -> None:
    ready = Readiness(np.where(np.arange(256) > 0, 0.75, 0.0), 0.5)
    member = np.zeros((5, 6), dtype=np.uint8)
    member[:, 0] = A_WOMAN_OF_30
    member[4, 1] = A_WOMAN_OF_30
    h = people(member, np.zeros(5, dtype=np.int64))
    h.flags[:] = [1, 1, 1, 6, 6]
    h.attributes[3:] = 0x40
    expected = np.zeros(32)
    expected[1], expected[16 + 6] = 0.75, (0.75 + 1.5) / 2
    assert mean_readiness(5, h.rows, ready, AGES) == pytest.approx(expected, abs=2**-20)
    assert mean_readiness(3, h.rows, ready, AGES)[16 + 6] == 0.0
    assert not mean_readiness(0, h.rows, ready, AGES).any()


def test_an_income_fits_its_column_and_is_whole_units_of_what_is_earned() -> None:
    """Rounded down or up by the draw; never beyond 65,535, whatever is paid."""
    low, high = np.uint32(0), np.uint32(2**32 - 1)
    one, none = np.uint32(1), np.uint32(0)

    def units(pay: float, bits: np.uint32, workers: np.uint32 = one, other: float = 0.0) -> int:
        return int(income_units(np.float32(pay), np.float32(1.0), workers, np.float32(other), one, bits))

    for pay in (0.0, 1.25, 99.5, 3_000.75):
        assert units(pay, low) == int(pay)
        assert units(pay, high) == int(np.ceil(pay))
        assert units(0.5 * pay, low, np.uint32(2), 7.0) == int(pay + 7.0)
    for pay in (65_534.0, 65_535.0, 65_536.0, 7e4, 1e9):
        for bits in (low, high):
            assert units(pay, bits) <= 65_535
            assert units(0.0, bits, none, pay) <= 65_535
        assert units(pay, low) == min(int(pay), 65_535)


def test_what_is_saved_and_drawn_is_rounded_to_the_nearest_unit() -> None:
    """Shares in 65,536ths that lie beside a half of a unit, or on it, where it is a whole one."""
    floor = np.uint32(0)
    for amount in (1, 2, 3, 7, 40, 999, 65_535):
        half = 32_768 // amount
        for share in {half - 1, half, half + 1, 32_767, 32_768, 0, 65_536} - {-1}:
            given, rate = np.uint32(amount), np.uint32(share)
            saved = int(wealth_after(np.uint32(0), given, floor, rate, floor))
            kept = int(wealth_after(given, np.uint32(0), floor, floor, rate))
            for units in (saved, amount - kept):
                assert abs(units * 65_536 - amount * share) <= 32_768, (amount, share)
                assert units * 65_536 - amount * share != -32_768, "a half is rounded up"


# ---------------------------------------------------------------- what a country gives


def with_tables(**tables: dict[str, Any]) -> World:
    made = make_small("ring")
    own = {name: pd.DataFrame(columns) for name, columns in tables.items()}
    return replace(made, country=replace(made.country, tables=MappingProxyType(own)))


@pytest.mark.parametrize(("step", "steps"), [("quarter", 4), ("month", 12)])
def test_the_steps_of_a_year_ask_for_the_persons_of_the_year(step: str, steps: int) -> None:
    """Of the country, or of each province that has rows; rows of the population stand for several persons."""
    code = make_small("ring").legacy_provinces.code.tolist()
    scenario = with_values(Scenario(), {"world.name": "ring", "time.step": step, "population.weight": 50})
    ready = Readiness(np.ones(256), 0.5)
    numbers = {"year": [2020], "emigrants": [6000.0], "immigrants": [9000.0]}
    whole = Abroad(with_tables(**{TABLE: numbers}), scenario).table(2020, 3, ready)
    assert whole is not None
    assert whole.wanted * 50 * steps == pytest.approx(np.array([[6000.0, 9000.0]]))
    part = Abroad(with_tables(**{TABLE: {"province": [code[1]], **numbers}}), scenario).table(2020, 3, ready)
    assert part is not None
    expected = np.zeros((len(code), 2))
    expected[1] = 6000.0, 9000.0
    assert part.wanted * 50 * steps == pytest.approx(expected)


@pytest.mark.parametrize("area", ["rural", "urban"])
@pytest.mark.parametrize("country", [2.0, 0.02, 0.002])
def test_a_province_bears_twice_as_many_as_the_country_however_few_these_are(
    area: str, country: float
) -> None:
    code = make_small("ring").legacy_provinces.code.tolist()
    both = {name: [country, 2 * country] for name in ("rural", "urban")}
    world = with_tables(fertility={"province": ["", code[1]], "year": [2014, 2014], **both})
    rates = VitalRates(world, LifeCourse(fertility_rural=2.0, fertility_urban=1.0, rates_from=2024))
    at = 2 + (area == "urban")
    for year in (2014, 2019, 2024, 2040):
        found = rates.at(year).fertility
        assert found[at] == pytest.approx(2 * found[at - 2]), year


@pytest.mark.parametrize("area", ["rural", "urban"])
def test_a_province_follows_a_country_that_bore_none(area: str) -> None:
    """No ratio to 0 sets it apart, so it is on the country's line later on."""
    code = make_small("ring").legacy_provinces.code.tolist()
    world = with_tables(
        fertility={"province": ["", code[1]], "year": [2014, 2014], "rural": [0.0, 1.5], "urban": [0.0, 1.5]}
    )
    rates = VitalRates(world, LifeCourse(fertility_rural=2.0, fertility_urban=1.0, rates_from=2024))
    at = 2 + (area == "urban")
    for year in (2014, 2019, 2024):
        found = rates.at(year).fertility
        assert found[at] == found[at - 2], year
