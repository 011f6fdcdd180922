"""Properties of prices, budgets and the books: what is saved, owed and paid comes out to the dong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import mesa
import numpy as np
import pytest

from dicu.government import Governments, Levers
from dicu.government.adoption import adopt
from dicu.government.books import columns
from dicu.government.budget import Budget
from dicu.government.offices import COMMUNE, distinct_budgets
from dicu.government.prices import Prices, pay_mvnd, prices
from dicu.government.severance import early_retirement, mean_months
from dicu.government.transition import Savings
from dicu.reform import apply, to_2025
from dicu.scenario.parameters import Access, Government
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


@pytest.mark.parametrize(
    ("insured", "months"),
    [(240, 30 + 12.5 + 5), (234, 30 + 12.5 + 4 + 4.5 / 2), (180, 30 + 12.5 + 4), (174, 30 + 12.5)],
)
def test_twenty_years_of_insurance_are_enough_for_what_is_paid_from_twenty_years_on(
    insured: int, months: float
) -> None:
    """Two and a half years early: 30 months, 5 a year, and for 20 years 5, for 15 years 4, each to the day."""
    assert early_retirement(30, insured) == pytest.approx(months)


def test_savings_are_told_by_the_year_and_severance_once_both_in_billions(
    govern: Callable[..., Governments], world: World
) -> None:
    """A post costs 96 M VND a year, whatever a step is; what is told is what the budgets saved and owe."""
    for steps in (4, 12):
        g = govern(staff_bodies=0.0, steps_per_year=steps, cost_per_post=96.0)
        reform = to_2025("test", world, 0, Levers(True, close_offices=True, cut_staff=True))
        told = Savings.of(adopt(g, reform, 0, world.residents))
        budgets = distinct_budgets(g.offices)
        assert told.posts_cut > 100
        assert told.bn_per_year == pytest.approx(0.096 * told.posts_cut)
        owed = sum(budget.severance_left for budget in budgets)
        assert told.severance_bn * 1e9 == pytest.approx(owed, abs=1)
        assert told.severance_bn > 1


@pytest.mark.parametrize("steps", [4, 12])
def test_a_mobile_desk_costs_its_wages_and_what_else_its_posts_use(steps: int) -> None:
    """Three posts at 96 M VND a year; wages are 60 % of what is spent each year: 480 M VND a year in all."""
    given = Government(mobile_desk_posts=3.0, cost_per_post=96.0, wage_share_of_recurrent=0.6)
    price = prices(given, steps, LAW)
    assert price.mobile_vnd * steps == pytest.approx(480_000_000)
    assert price.mobile_vnd == 3 * price.post_vnd + price.desk_vnd(3), (
        "a desk with wages, posts beside the others"
    )


def test_the_step_of_governments_is_a_quarter_where_nothing_else_is_said(world: World) -> None:
    """The default step of the specification: prices are those of three months, and a year ago is four steps ago."""
    given = Government()
    g = Governments(mesa.Model(rng=1), world, given, Access(), world.residents)
    assert 4 * g.terms.price.post_vnd == pytest.approx(given.cost_per_post * 1_000_000)
    for step in range(6):
        g.step(world.residents + step, step)
    old = [office.year_ago for office in g.offices if office.level == COMMUNE]
    assert sum(old) == (world.residents + 1).sum()


@pytest.mark.parametrize("pays", [True, False])
def test_where_a_mobile_desk_goes_round_the_grant_does_not_follow_those_who_leave(
    govern: Callable[..., Governments], world: World, pays: bool
) -> None:
    """A fiftieth of a commune leaves at once: for the year it counts either the desk goes or the grant falls."""
    g = govern(mobile_desk_upkeep=0.5 if pays else 1.5)
    office = g.offices[world.legacy_commune[20]]
    granted, went = office.budget.transfer, 0
    residents = world.residents.copy()
    residents[20] = int(0.98 * residents[20])
    for step in range(9):
        g.step(residents, step)
        went += office.mobile
    if pays:
        assert went >= 4
        assert office.budget.transfer == granted
    else:
        assert went == 0
        assert office.budget.transfer == pytest.approx(granted * (1 - 0.02 / 4) ** 4, rel=1e-4)
