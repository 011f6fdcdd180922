"""Properties of the formulas of work that a mutant could break unseen: jobs add up, pay follows its formula."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dicu.economy.labour_rules import (
    Flows,
    LabourStart,
    Level,
    Pay,
    PayRule,
    Turnover,
    Worth,
    adapt_beliefs,
    fill_earnings,
    fill_flows,
    fill_pay,
    vacancies,
)
from dicu.economy.market_rules import code_number, price_after, relative_to_start

KEPT, MOST = 0.98, 0.5
SEARCH = np.array([1.0, 4.0, 0.3, 1.2])


def flows_of(
    people: tuple[np.ndarray, np.ndarray],
    before: np.ndarray,
    jobs: np.ndarray,
    *,
    left: float = 1.0,
    offered: tuple[float, float] = (0.9, 0.05),
    unfilled: float = 0.0,
    search: np.ndarray = SEARCH,
) -> Flows:
    """What a step brings some areas, of shares of new and of old jobs that are offered afar."""
    n = len(jobs)
    out = Flows(*(np.zeros(n) for _ in Flows._fields))
    out.unfilled[:] = unfilled
    fill_flows(people, before, jobs, np.full(n, left), Turnover(KEPT, MOST, *offered, search), out)
    return out


def areas(seed: int = 1, n: int = 40) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray, np.ndarray]:
    """People who look, people with a formal job, and jobs of before and now: more, as many and fewer than people."""
    rng = np.random.default_rng(seed)
    looking = rng.integers(0, 300, (n, 4))
    formal = rng.integers(0, 1000, n)
    return (looking, formal), formal * rng.uniform(0.9, 1.1, n), formal * rng.uniform(0.8, 1.5, n)


def test_jobs_to_be_filled_are_fewer_by_each_who_keeps_one_and_never_below_none() -> None:
    assert vacancies(100.0, 90.0, 0.9) == pytest.approx(100 - 81)
    assert vacancies(100.0, 0.0, 0.9) == 100.0
    assert vacancies(50.0, 90.0, 0.9) == 0.0
    assert vacancies(100.0, 91.0, 0.9) == pytest.approx(vacancies(100.0, 90.0, 0.9) - 0.9)


@pytest.mark.parametrize("left", [1.0, 0.7])
@pytest.mark.parametrize("offered", [(0.9, 0.05), (0.0, 0.3), (0.0, 0.0)])
def test_every_job_to_be_filled_is_offered_afar_or_found_at_home_or_left(
    left: float, offered: tuple[float, float]
) -> None:
    """What stayed unfilled is offered afar once more, where anything is offered at all."""
    people, before, jobs = areas()
    looking, formal = people
    out = flows_of(people, before, jobs, left=left, offered=offered, unfilled=3.5)
    wanted = np.maximum(jobs - formal * KEPT * left, 0.0)
    again = 3.5 if any(offered) else 0.0
    found = (looking * np.minimum(out.find[:, None] * SEARCH, MOST)).sum(axis=1)
    assert out.lose == pytest.approx(1 - KEPT * left)
    assert out.offers - again + found + out.unfilled == pytest.approx(wanted)
    assert (out.unfilled > 0).any(), "else the cap is not tested"
    assert (out.unfilled == 0).any()
    fresh = np.clip(jobs - before, 0, wanted)
    assert out.offers - again == pytest.approx(offered[0] * fresh + offered[1] * (wanted - fresh))


def test_where_nothing_is_offered_afar_nobody_elsewhere_hears_of_a_job() -> None:
    people, before, jobs = areas()
    assert not flows_of(people, before, jobs, offered=(0.0, 0.0), unfilled=7.0).offers.any()


@pytest.mark.parametrize("seldom", [1.0, 0.005])
def test_who_looks_has_a_chance_however_seldom_he_looks(seldom: float) -> None:
    """A single farmer: the chance of the group is the jobs at home for each who looks, up to the cap."""
    looking = np.array([[0, 0, 1, 0], [0, 0, 0, 0]])
    people, jobs = (looking, np.zeros(2, dtype=np.int64)), np.array([0.2, 0.2])
    search = np.array([1.0, 4.0, seldom, 4 * seldom])
    out = flows_of(people, jobs, jobs, offered=(0.0, 0.0), search=search)
    assert out.find * seldom == pytest.approx([0.2, 0.0])
    assert out.unfilled == pytest.approx([0.0, 0.2]), "where nobody looks nobody finds"


def test_pay_follows_density_supply_over_demand_and_the_chance_to_find() -> None:
    """Written anew from the specification, section 3; informal pay falls in informal workers and rises in density."""
    m, eps, premium, curve, gamma = 0.3, 0.4, 1.4, 0.1, 0.05
    start = LabourStart(
        np.array([1000, 1000, 0, 500]),
        np.array([400.0, 400, 100, 50]),
        np.array([5000, 5000, 900, 0]),
        np.array([0.04, 0.04, 0.0, 0.1]),
    )
    now = LabourStart(
        np.array([2000, 800, 70, 1500]),
        np.array([500.0, 300, 150, 50]),
        np.array([9000, 4000, 1000, 10]),
        np.array([0.02, 0.08, 0.3, 1e-5]),
    )
    pay = Pay(np.ones(4), np.ones(4), np.zeros(4))
    fill_pay(now, start, PayRule(m, eps, premium, curve, gamma), pay)
    for a in range(4):
        dense = (now.people[a] / start.people[a]) ** gamma if start.people[a] else 1.0
        low, chance = 1.0, 1.0
        if start.informal[a]:
            demand = start.informal[a] + m * (now.jobs[a] - start.jobs[a])
            low = (now.informal[a] / demand) ** -eps
        if start.find[a]:
            chance = now.find[a] / start.find[a]
        assert pay.informal[a] == pytest.approx(dense * low)
        assert pay.formal[a] == pytest.approx(dense * max(low, premium * chance**curve))
    assert pay.informal[0] < 1 < pay.informal[1], "twice the workers, and fewer of them"


@pytest.mark.parametrize("dt", [1.0, 1 / 3])
def test_earnings_and_the_worth_of_a_place_are_those_of_each_kind(dt: float) -> None:
    """Of all 32 kinds in both sides of a district; chances of a step count for a quarter, whatever its length."""
    rng = np.random.default_rng(2)
    by_type, start, gain = rng.uniform(0.5, 2, 16), rng.uniform(3, 6, (2, 2)), np.array([1.0, 1.1])
    level = Level(
        np.array([0, 0, 1], dtype=np.int32),
        np.array([1, 1, 0], dtype=np.int32),
        np.array([0, 1, 1], dtype=np.int64),
        start,
        by_type,
        np.array([0.9, 1.2]),
        gain,
    )
    pay = Pay(np.array([0.9, 1.05]), np.array([1.3, 1.5]), np.array([0.02, 0.2]))
    lose, discount, search = 0.05, 0.02, (1.0, 4.0)
    earnings, values = np.zeros((3, 32)), np.zeros((3, 32))
    fill_earnings(level, pay, Worth(lose, discount, dt, search, MOST), earnings, values)
    for j in range(3):
        d, a, side = level.district[j], level.area[j], level.side[j]
        for kind in range(32):
            t, formal = kind % 16, kind >= 16
            farmer, skilled = t % 2 == 0, t // 2 % 2
            base = start[d, side] * by_type[t]
            if farmer:
                want = worth = base * level.farming[d]
            else:
                low, high = (base * gain[side] * p[a] for p in (pay.informal, pay.formal))
                h = min(MOST, search[skilled] * pay.find[a]) / dt
                want = high if formal else low
                worth = low + (high - low) * (h + discount * formal) / (h + lose + discount)
            assert earnings[j, kind] == pytest.approx(want), (j, kind)
            assert values[j, kind] == pytest.approx(worth), (j, kind)


def test_a_count_is_relative_to_that_of_the_start_and_nobody_counts_as_one_person() -> None:
    for now, start, elasticity in ((200, 100, 0.5), (1, 100, 0.5), (50, 100, -0.4), (7, 3, 1.0)):
        assert relative_to_start(now, start, elasticity) == pytest.approx((now / start) ** elasticity)
    assert relative_to_start(0, 100, 0.5) == relative_to_start(1, 100, 0.5)
    assert relative_to_start(5, 0, 0.5) == 1.0


def test_the_farm_price_rises_with_its_draw_and_keeps_its_long_run_spread() -> None:
    """Variance s^2 of before gives variance s^2: p^2 s^2 + (1 - p^2) s^2."""
    persistence, spread = 0.8, 0.15
    after = [price_after(0.0, persistence, spread, z) for z in (-1.0, 0.0, 1.0, 2.0)]
    assert after == sorted(set(after))
    assert after[1] == 0.0
    assert math.hypot(persistence * spread, after[2]) == pytest.approx(spread)
    assert price_after(0.1, persistence, spread, 1.0) == pytest.approx(0.08 + after[2])


@pytest.mark.parametrize("length", [1, 5, 8, 9, 20])
def test_the_number_of_a_code_depends_on_every_byte_of_it(length: int) -> None:
    """Also on how many there are: shocks of two units are never the same for a part of their codes that is."""
    code = "".join(chr(ord("a") + i) for i in range(length))
    others = {code_number(code[:i] + "Z" + code[i + 1 :]) for i in range(length)}
    others |= {code_number(code + "\0"), code_number(code[:-1])}
    assert len(others) == length + 2
    assert code_number(code) not in others
    assert code_number(code) == code_number(str(code))


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_beliefs_close_their_share_of_the_gap_and_newcomers_count_on_them(share: float) -> None:
    """From above and from below; farm types count on farming in the country, on informal work in town."""
    rng = np.random.default_rng(3)
    values, expected = rng.uniform(1.0, 9.0, (2, 2, 32))
    before, potential = expected.copy(), np.zeros((2, 16))
    adapt_beliefs(values, share, np.array([False, True]), expected, potential)
    assert values - expected == pytest.approx((1 - share) * (values - before))
    assert {bool(gap > 0) for gap in (values - before).ravel()} == {False, True}
    for t in range(16):
        assert potential[0, t] == expected[0, t]
        assert potential[1, t] == expected[1, t | 1]
