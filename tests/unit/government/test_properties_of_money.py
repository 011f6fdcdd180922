"""Properties of prices, budgets and the books: what is saved, owed and paid comes out to the dong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dicu.government import Governments, Levers
from dicu.government.books import columns
from dicu.government.budget import Budget
from dicu.government.prices import Prices, pay_mvnd, prices
from dicu.government.severance import mean_months
from dicu.reform import apply, to_2025
from dicu.scenario.parameters import Government
from dicu.world.country import shipped_law
from dicu.world.world import World

LAW = shipped_law()
PRICE = prices(Government(), 4, LAW)


def test_severance_is_reckoned_by_the_pay_of_a_month_a_twelfth_of_a_years() -> None:
    """Of what a post costs a year, 96 M VND, three quarters are pay that counts: 6 M VND a month."""
    given = Government(cost_per_post=96.0, severance_pay_share=0.75)
    assert pay_mvnd(given) == pytest.approx(6.0)
    assert prices(given, 4, LAW).severance_vnd == pytest.approx(mean_months(given, LAW) * 6_000_000, abs=1)


@pytest.mark.parametrize("decay", [0.0, 0.015, 0.2])
def test_capital_decays_in_three_months_as_in_a_quarter(decay: float) -> None:
    given = Government(capital_depreciation=decay)
    quarter, month = (prices(given, steps, LAW) for steps in (4, 12))
    assert quarter.depreciation == decay
    assert (1 - month.depreciation) ** 3 == pytest.approx(1 - decay, rel=1e-12)


@pytest.mark.parametrize(("at_desks", "mobile"), [(0, 0), (5, 0), (0, 2), (5, 2)])
def test_every_desk_costs_what_it_does_whatever_other_desks_there_are(at_desks: int, mobile: int) -> None:
    """Running costs of the posts at desks, and all of the mobile ones; closed in one step, they are what is booked."""
    budget = Budget.at_start(100, 20_000, 0, PRICE)
    budget.desk_posts, budget.mobile_desks = at_desks, mobile
    want = PRICE.desk_vnd(at_desks) + mobile * PRICE.mobile_vnd
    assert (want > 0) == (at_desks + mobile > 0)
    assert budget.desk_costs(PRICE) == want
    budget.close_step(PRICE)
    assert budget.desks == want


@pytest.mark.parametrize("grant", [0.0, 1.0])
def test_what_comes_in_and_the_deficit_are_what_goes_out_also_with_desks(grant: float) -> None:
    budget = Budget.at_start(100, 20_000, 10**9, PRICE)
    budget.revenue_tax, budget.revenue_land = 7 * 10**8, 3 * 10**8
    budget.desk_posts, budget.mobile_desks, budget.severance_left, budget.severance_steps = 10, 1, 10**9, 7
    budget.transfer = round(budget.transfer * grant)
    budget.close_step(PRICE)
    assert min(budget.desks, budget.severance, budget.running) > 0
    assert (budget.deficit > 0) == (grant == 0.0)
    assert budget.income + budget.deficit == budget.spending
    assert budget.gap == 0


@pytest.mark.parametrize("kept", [0, 3, 10])
def test_posts_that_are_kept_on_the_day_of_a_cut_were_never_cut(kept: int) -> None:
    """Grant, savings and severance are those of a cut of so many fewer, to the dong."""
    budget, fewer = (Budget.at_start(100, 20_000, 0, PRICE) for _ in range(2))
    at_start = budget.transfer
    budget.cut(10, PRICE)
    budget.keep_posts(kept, PRICE)
    fewer.cut(10 - kept, PRICE)
    for name in ("transfer", "savings", "severance_left"):
        assert getattr(budget, name) == getattr(fewer, name), name
    assert at_start - budget.transfer == budget.savings == (10 - kept) * PRICE.post_vnd


@pytest.mark.parametrize("reinvested", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("owed", [0, 1, 19, 1_000_003, 10**12 + 7])
def test_severance_is_paid_out_over_its_quarters_and_no_more(reinvested: float, owed: int) -> None:
    """The budget bears its share of it, the nation the rest; what is left is never less than nothing."""
    price: Prices = replace(PRICE, reinvested=reinvested)
    budget = Budget.at_start(100, 20_000, 0, price)
    budget.severance_left, budget.severance_steps = owed, 20
    paid = nation = 0
    for step in range(25):
        budget.close_step(price)
        paid, nation = paid + budget.severance, nation + budget.severance_nation
        assert paid + nation + budget.severance_left == owed
        assert (step < 19) or budget.severance_left == 0
    assert paid == pytest.approx(reinvested * owed, abs=20)


def test_a_reform_pays_back_in_severance_over_a_years_savings(
    govern: Callable[..., Governments], world: World
) -> None:
    """For every government that saved; the same number of years for each, as every post costs and is owed the same."""
    g = govern(staff_bodies=0.0, steps_per_year=12)
    apply(g, to_2025("test", world, 0, Levers(True, close_offices=True, cut_staff=True)), 0, world.residents)
    found = columns(g)
    saved, owed = found["savings_mvnd"], found["severance_left_mvnd"]
    some = saved > 0
    assert some.sum() > 3
    assert found["payback_years"][some] == pytest.approx(owed[some] / (12 * saved[some]))
    assert found["payback_years"][some].min() > 0.1
    assert found["payback_years"][some] == pytest.approx(found["payback_years"][-1]), "that of the nation"
    assert np.isnan(found["payback_years"][~some]).all()
