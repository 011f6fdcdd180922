"""Properties of the levels of the start on worlds so small that every dong counts."""

from __future__ import annotations

import numpy as np
import pytest

from dicu.economy.market_levels import Levels, initial_levels
from dicu.scenario.parameters import Income
from dicu.world.small import Place, Province, build_small, two_places
from dicu.world.world import World

PREMIUM = 1.4
PERSONS = np.array([120, 80])


def workers_of(*places: dict[int, int]) -> np.ndarray:
    """Workers by place and kind: 0 farmer, 1 informal, 2 and 3 the same with skill, 16 more with a formal job."""
    workers = np.zeros((len(places), 32), dtype=np.int64)
    for place, kinds in enumerate(places):
        for kind, count in kinds.items():
            workers[place, kind] = count
    return workers


def levels_of(world: World, workers: np.ndarray, income: Income, persons: np.ndarray = PERSONS) -> Levels:
    """Levels where each district is a market of its own."""
    area = np.arange(len(world.districts), dtype=np.int32)
    return initial_levels(world, income, workers, persons, premium=PREMIUM, area=area)


def earned(world: World, levels: Levels, workers: np.ndarray) -> np.ndarray:
    """What the workers of each place earn together by these levels, from the rule as it is written."""
    out = np.zeros(world.n_places)
    for j, d in enumerate(world.district.tolist()):
        base = levels.earnings[d, int(world.urban[j])]
        for kind, count in enumerate(workers[j].tolist()):
            farmer = kind % 2 == 0
            times = levels.farming[d] if farmer else PREMIUM if kind >= 16 else 1.0
            out[j] += count * base * levels.by_type[kind % 16] * times
    return out


def test_both_ratios_and_the_income_of_a_province_come_out_for_a_few_people_too() -> None:
    """200 people: a hundredth of a million dong too much on either side would show."""
    world = two_places(same_province=True, urban=(True, False), income=(4.0, 4.0))
    workers = workers_of({1: 20, 3: 10, 17: 15, 19: 5}, {0: 30, 2: 5, 1: 8, 17: 2})
    income = Income(rural_urban_earnings=0.6, rural_urban_income_head=0.8)
    levels = levels_of(world, workers, income)
    assert levels.notes == ()
    money = earned(world, levels, workers)
    a_worker = money / workers.sum(axis=1)
    assert a_worker[1] / a_worker[0] == pytest.approx(0.6, rel=1e-9)
    assert money.sum() == pytest.approx(income.earnings_share * 4.0 * 200, rel=1e-9)
    other = np.array([levels.other[d, int(u)] for d, u in zip(world.district, world.urban, strict=True)])
    a_head = (money + other * PERSONS) / PERSONS
    assert a_head[1] / a_head[0] == pytest.approx(0.8, rel=1e-9)
    assert a_head @ PERSONS == pytest.approx(4.0 * 200, rel=1e-9)


def test_a_province_where_nobody_works_pays_what_its_income_a_head_makes_of_the_nations_workers() -> None:
    """One district, as dense as its province: the level is the share of earnings times people over workers."""
    world = two_places(income=(4.0, 3.0))
    workers = workers_of({1: 40, 17: 20}, {})
    income = Income(district_spread=0.1)
    levels = levels_of(world, workers, income)
    assert levels.earnings[1] == pytest.approx(income.earnings_share * 3.0 * 200 / 60)
    assert np.isfinite(levels.earnings).all()
    assert levels.other[1] == pytest.approx((1 - income.earnings_share) * 3.0)


def test_where_nobody_works_districts_still_differ_by_density_around_their_province() -> None:
    """(D_l / D_r)^spread: of two equal areas one has twice the people, so they are 4/3 and 2/3 as dense as both."""
    places = [Place(k + 1, k + 1, k, 30.0 * k, 0.0, people) for k, people in enumerate((4000, 2000, 9000))]
    districts = [("rural district", 0), ("rural district", 0), ("rural district", 1)]
    world = build_small("idle", places, districts, [Province("Idle", 1, 3.0), Province("Busy", 2, 4.0)])
    income, persons = Income(district_spread=0.1), np.array([40, 20, 90])
    levels = levels_of(world, workers_of({}, {}, {1: 50}), income, persons)
    typical = income.earnings_share * 3.0 * 150 / 50
    assert levels.earnings[:2, 0] == pytest.approx(typical * np.array([4 / 3, 2 / 3]) ** 0.1)


def test_skill_earns_its_premium_and_farming_its_penalty_and_life_nothing() -> None:
    """By household type over an unskilled worker outside farming: bit 0 other work, bit 1 skill, two bits of life."""
    world = two_places()
    income = Income(skill_premium=1.5, agriculture_penalty=0.6)
    by_type = levels_of(world, workers_of({1: 40}, {1: 10}), income).by_type
    for t in range(16):
        assert by_type[t] == pytest.approx((1.5 if t & 2 else 1.0) * (1.0 if t & 1 else 0.6)), t


def test_where_nobody_lives_other_income_is_what_earnings_leave_of_the_provinces() -> None:
    """The first who come to an empty province have it, a head, as everybody has in a province alone."""
    income = Income()
    levels = levels_of(two_places(income=(4.0, 3.0)), workers_of({1: 40}, {}), income, np.array([120, 0]))
    assert levels.other[1] == pytest.approx([(1 - income.earnings_share) * 3.0] * 2)
    assert levels.other[0] == pytest.approx([(1 - income.earnings_share) * 4.0] * 2)
