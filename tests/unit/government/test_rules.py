from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicu.government.budget import Budget, prices, spread
from dicu.government.rules import (
    disruption_left,
    disruption_of_merger,
    legacy_need,
    official_posts,
    power,
    quality_of_office,
)
from dicu.scenario.parameters import Government
from dicu.world.country import shipped_law

P = Government()


@pytest.mark.parametrize(
    ("residents", "mountain", "cap", "posts"),
    [
        (0, False, 50, 32),
        (16_000, False, 50, 32),
        (17_999, False, 50, 32),
        (18_000, False, 50, 33),
        (18_000, True, 50, 34),
        (30_500, False, 50, 39),
        (52_000, False, 50, 50),
        (90_000, False, 50, 50),
        (90_000, False, 70, 69),
        (900_000, False, 70, 70),
        (34_000, True, 50, 50),
    ],
)
def test_official_posts(residents, mountain, cap, posts):
    assert official_posts(residents, mountain, cap, Government(staff_bodies=0)) == posts
    assert official_posts(residents, mountain, cap, P) == posts + 23, "party and mass bodies, beside the rule"


def test_legacy_need_scales_with_the_people_served():
    assert legacy_need(21, 8000, 8000) == 21
    assert legacy_need(21, 12_000, 8000) == 31.5
    assert legacy_need(21, 500, 0) == 21


def test_disruption_of_merger():
    assert disruption_of_merger(0.25, 1) == 0
    assert disruption_of_merger(0.25, 2) == 0.125
    assert disruption_of_merger(0.25, 5) == pytest.approx(0.2)
    with pytest.raises(ValueError, match="at least 1"):
        disruption_of_merger(0.25, 0)


def test_disruption_halves():
    assert disruption_left(0.15, 0, 4) == 0.15
    assert disruption_left(0.15, 4, 4) == pytest.approx(0.075, rel=1e-14)
    assert disruption_left(0.0, 4, 4) == 0


def test_quality_by_hand():
    assert quality_of_office(0, 21, 21, 1, 0.6, 1.2) == 1
    assert quality_of_office(0, 42, 21, 1, 0.6, 1.2) == 1, "more staff than needed adds nothing"
    assert quality_of_office(0.1, 16, 32, 0.5**0.4, 0.6, 1.2) == pytest.approx(0.9 * 0.5**0.6 * 0.5**0.4)
    assert quality_of_office(0, 21, 21, 100, 0.6, 1.2) == 1.2
    assert quality_of_office(0, 0, 21, 1, 0.6, 1.2) == 0


@given(st.floats(1e-6, 1e6), st.floats(0, 1))
def test_power_is_the_power(base, exponent):
    assert power(base, exponent) == pytest.approx(base**exponent, rel=1e-13)


@given(
    st.integers(-(10**14), 10**14),
    st.lists(st.integers(0, 10**7), min_size=1, max_size=8),
)
def test_spread_loses_nothing_and_is_fair(amount, weights):
    parts = spread(amount, weights)
    assert sum(parts) == amount
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        fair = amount * weight // total if total else amount // len(weights)
        assert fair <= part <= fair + 1


def test_spread_refuses_what_it_cannot_do():
    with pytest.raises(ValueError, match="at least one"):
        spread(5, [])
    with pytest.raises(ValueError, match="none below 0"):
        spread(5, [1, -1])


def test_budget_of_the_start_closes_and_maintains_its_capital():
    price = prices(P, 4, shipped_law())
    assert price.post_vnd == 23_750_000
    budget = Budget.at_start(21, 8000, 100_000_000, price)
    budget.revenue_tax, budget.revenue_land = 70_000_000, 30_000_000
    capital = budget.capital
    for _ in range(8):
        budget.close_step(price)
        assert budget.gap == 0
    assert budget.capital == capital == budget.capital_reference
    assert budget.deficit == 0
    recurrent = budget.wages + budget.running
    assert recurrent / (recurrent + budget.investment) == pytest.approx(0.70, abs=1e-8)
    assert budget.wages / recurrent == pytest.approx(0.6, abs=1e-8)


def test_capital_decays_without_investment_and_the_nation_pays_what_is_lacking():
    price = prices(P, 4, shipped_law())
    budget = Budget.at_start(21, 8000, 0, price)
    capital, lost = budget.capital, budget.transfer
    budget.transfer = 0
    budget.close_step(price)
    assert budget.investment == 0
    assert budget.deficit == budget.wages + budget.running == pytest.approx(0.7 * lost, rel=1e-8)
    assert budget.capital == pytest.approx(capital * 0.985, rel=1e-9)
    assert budget.gap == 0


def test_months_compound_to_quarters():
    month = prices(P, 12, shipped_law()).depreciation
    assert 1 - (1 - month) ** 3 == pytest.approx(P.capital_depreciation, rel=1e-12)


def test_without_depreciation_capital_is_not_reckoned():
    price = prices(Government(capital_depreciation=0), 4, shipped_law())
    budget = Budget.at_start(21, 8000, 0, price)
    budget.close_step(price)
    assert budget.capital_ratio == 1


def test_a_budget_without_recurrent_spending_is_refused():
    with pytest.raises(ValueError, match="recurrent_share"):
        prices(Government().model_copy(update={"recurrent_share": 0.0}), 4, shipped_law())


@given(st.integers(0, 60_000), st.lists(st.integers(0, 9000), min_size=1, max_size=5))
def test_pouring_a_budget_conserves_every_dong(residents, weights):
    price = prices(P, 4, shipped_law())
    source = Budget.at_start(37, 9000, 12_345_678_901, price)
    source.residents = residents
    targets = [Budget.empty() for _ in weights]
    for target, people in zip(targets, weights, strict=True):
        target.residents = people
    source.pour_into(targets, weights, spread(37, weights), price)
    for name in ("transfer", "capital", "capital_reference"):
        assert sum(getattr(target, name) for target in targets) == getattr(source, name)
    assert sum(target.running_costs() for target in targets) == source.running_costs()
