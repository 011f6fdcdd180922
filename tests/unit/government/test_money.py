"""Savings, severance, desks, pools, water and facilities: each rule alone, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicu.behaviour import access as rule
from dicu.government import Levers, books, pools
from dicu.government.budget import Budget, prices, spread
from dicu.government.offices import COMMUNE, Office
from dicu.government.pools import share_pool
from dicu.government.rules import fallen_transfer, posts_of_desk, share_online, water_after, yearly_loss
from dicu.government.severance import mean_months
from dicu.reform import apply, policy, to_2025
from dicu.scenario.parameters import Access, Government
from dicu.world.country import shipped_law

# ------------------------------------------------------------------ savings and severance


def test_savings_and_severance_are_shared_by_nation_and_budget_in_one_proportion():
    p = Government(reinvest_share=0.25, severance_quarters=20)
    price = prices(p, 4, shipped_law())
    owed = 10 * price.severance_vnd
    assert price.severance_vnd == pytest.approx(mean_months(p, shipped_law()) / 12 * 0.81 * 95_000_000, abs=1)
    budget = Budget.at_start(40, 9000, 0, price)
    transfer = budget.transfer
    budget.cut(10, price)
    saved = 10 * price.post_vnd
    assert budget.transfer == transfer - saved
    assert budget.severance_left == owed
    paid = national = 0
    for step in range(22):
        budget.posts = 30
        budget.close_step(price)
        assert budget.gap == 0
        assert budget.reinvested == pytest.approx(0.25 * saved, abs=1)
        paid += budget.severance
        national += budget.severance_nation
        if step < 20:
            assert budget.severance == pytest.approx(0.25 * owed / 20, abs=2)
        else:
            assert budget.severance == budget.severance_nation == 0
    assert paid + national == owed
    assert paid / (paid + national) == pytest.approx(0.25, rel=1e-6)
    assert budget.severance_left == 0


def test_a_post_added_costs_and_owes_nobody_severance():
    price = prices(Government(), 4, shipped_law())
    budget = Budget.at_start(21, 9000, 0, price)
    transfer = budget.transfer
    budget.cut(-5, price)
    assert budget.transfer == transfer + 5 * price.post_vnd
    assert budget.savings == budget.severance_left == 0


def test_payback_is_severance_over_a_years_savings(govern, world):
    p = {"leavers_retired": 0.3, "staff_bodies": 0.0}
    done = apply(govern(**p), policy("actual", world, 0)[0], 0, world.residents).transition
    # some offices gain posts, which save nothing and owe nobody: payback is over what is saved net of them
    years = mean_months(Government(**p), shipped_law()) / 12 * 0.81
    assert done.severance_vnd > 0 < done.posts_cut
    assert done.payback_years == pytest.approx(done.severance_vnd / (done.posts_cut * 95e6))
    assert done.payback_years >= years * (1 - 1e-9)
    columns = books.columns(govern())
    assert np.isnan(columns["payback_years"]).all(), "nothing was cut"


def test_what_is_reinvested_becomes_capital_and_quality(govern, world):
    def after(share):
        g = govern(reinvest_share=share, disruption=0.0, satellite_most=0)
        apply(g, policy("actual", world, 0)[0], 0, world.residents)
        for step in range(30):
            g.step(world.residents, step)
            books.check(g)
        return g

    none, half, all_of_it = (after(share) for share in (0.0, 0.5, 1.0))
    ratio = [books.columns(g)["capital_ratio"][-1] for g in (none, half, all_of_it)]
    assert ratio[0] == pytest.approx(1.0, abs=1e-6)
    assert 1.0 < ratio[1] < ratio[2]
    quality = [books.columns(g)["quality"][-1] for g in (none, half, all_of_it)]
    assert quality[0] < quality[1] < quality[2]
    assert (all_of_it.access()[:, rule.HEALTH] > none.access()[:, rule.HEALTH]).all(), (
        "capital is in clinics too"
    )


# ------------------------------------------------------------------ desks

AMPLE = {"staff_bodies": 0.0, "severance_quarters": 80.0}
"""Many posts are cut, and little severance a step."""


def test_a_satellite_desk_stands_in_the_largest_far_place_and_shortens_the_way(govern, world):
    g = govern(reinvest_share=1.0, satellite_minutes=10.0, satellite_most=1, **AMPLE)
    apply(g, policy("actual", world, 0)[0], 0, world.residents)
    seat_alone = g.commune_minutes.copy()
    staff = [office.staff for office in g.offices]
    g.step(world.residents, 0)
    books.check(g)
    office = g.offices[2]  # places 6, 7, 8 with its seat in 7; 6 and 8 are 4 km away
    far = [p for p in (6, 8) if seat_alone[p] > 10]
    desk = max(far, key=lambda p: world.residents[p])
    assert [d.place for d in office.desks] == [desk]
    assert office.desks[0].posts == posts_of_desk(staff[2], 0.15)
    assert office.staff == staff[2] + office.desks[0].posts
    within = 60 * 1.3 * 0.3826 * 4 / 30
    assert g.commune_minutes[desk] == g.district_minutes[desk] == pytest.approx(within)
    others = [p for p in (6, 7, 8) if p != desk]
    assert (g.commune_minutes[others] == seat_alone[others]).all()
    assert (g.commune_minutes <= seat_alone).all()
    g.step(world.residents, 1)
    assert len(office.desks) == 1, "no more than satellite_most"
    columns = books.columns(g)
    assert columns["satellites"][-1] == sum(len(o.desks) for o in g.offices) > 0
    assert columns["desks_mvnd"][2] > 0


def test_without_savings_to_spare_no_desk_opens(govern, world):
    for values in ({"reinvest_share": 0.0}, {"reinvest_share": 1.0, "severance_quarters": 1.0}):
        g = govern(satellite_minutes=10.0, staff_bodies=0.0, **values)
        apply(g, policy("actual", world, 0)[0], 0, world.residents)
        g.step(world.residents, 0)
        assert not any(office.desks for office in g.offices), values


def test_desks_opened_on_the_day_take_their_posts_from_the_seat_where_the_scenario_says_so(govern, world):
    actual, with_desks = (govern(satellite_minutes=10.0, satellite_posts="seat") for _ in range(2))
    levers = {
        "relabel": True,
        "pool_budgets": True,
        "close_offices": True,
        "cut_staff": True,
        "move_services": True,
    }
    for g, open_satellites in ((actual, False), (with_desks, True)):
        overlay = to_2025("satellites", world, 0, Levers(**levers, open_satellites=open_satellites))
        apply(g, overlay, 0, world.residents)
        g.step(world.residents, 0)
        books.check(g)
    assert [o.staff for o in actual.offices] == [o.staff for o in with_desks.offices], "no post is added"
    desks = [len(o.desks) for o in with_desks.offices]
    assert max(desks) == 2, "both places of a row beside its seat"
    assert not any(o.desks for o in actual.offices)
    for one, two in zip(actual.offices, with_desks.offices, strict=True):
        assert (two.quality < one.quality) == bool(two.desks)
        assert two.budget.investment <= one.budget.investment
    assert (with_desks.commune_minutes <= actual.commune_minutes).all()
    assert (with_desks.commune_minutes[[6, 8]] < actual.commune_minutes[[6, 8]]).all()
    gain = with_desks.access()[:, 0] - actual.access()[:, 0]
    assert gain.max() > 0 > gain.min(), "nearer for some, thinner at the seat"


def test_a_commune_that_loses_people_sends_round_a_mobile_desk(govern, world):
    g = govern(mobile_desk_upkeep=0.5)
    still = govern()
    residents = world.residents.copy()
    residents[20] = int(0.98 * residents[20])
    for step in range(4):
        g.step(residents, step)
        still.step(world.residents, step)
        books.check(g)
    office = g.offices[world.legacy_commune[20]]
    assert office.mobile
    assert sum(o.mobile for o in g.offices) == 1
    before, after = still.access()[20, 0], g.access()[20, 0]
    assert after > before, "a share is brought to the door"
    assert office.budget.desks == office.budget.mobile_desks * g.terms.price.mobile_vnd > 0
    for step in range(4, 9):
        g.step(residents, step)
    assert not office.mobile, "once nobody is lost over a year"
    assert office.budget.mobile_desks == 0


def test_a_commune_that_cannot_pay_it_loses_its_grant_with_its_people(govern, world):
    """The vicious circle: fewer people, less money, less capital, worse service, fewer people."""
    g = govern(mobile_desk_upkeep=1.5)
    still = govern(mobile_desk_upkeep=1.5)
    share = 1.0
    for step in range(12):
        share *= 0.99
        residents = world.residents.copy()
        residents[20] = int(share * residents[20])
        g.step(residents, step)
        still.step(world.residents, step)
        books.check(g)
    here = world.legacy_commune[20]
    losing, calm = g.offices[here], still.offices[here]
    assert not losing.mobile
    assert losing.budget.transfer < calm.budget.transfer
    assert losing.budget.capital_ratio < 1.0
    assert losing.quality < calm.quality
    assert [o.budget.transfer for o in g.offices if o is not losing] == [
        o.budget.transfer for o in still.offices if o is not calm
    ]


def test_rules_of_desks_by_hand():
    assert posts_of_desk(40, 0.15) == 6
    assert posts_of_desk(2, 0.15) == 1
    assert yearly_loss(980, 1000) == pytest.approx(0.02)
    assert yearly_loss(1000, 980) == yearly_loss(0, 0) == 0.0
    assert fallen_transfer(1_000_000, 0.02, 4) == 5000
    assert fallen_transfer(-1_000_000, 0.02, 4) == 0


# ------------------------------------------------------------------ pools


def pool(n, invested, residents, gained, access, seed=0):
    price = prices(Government(), 4, shipped_law())
    offices = []
    for i in range(n):
        budget = Budget.at_start(21, residents[i], 0, price)
        budget.investment = invested[i]
        offices.append(
            Office(
                level=COMMUNE, seat_place=i, seat_km=np.zeros(3), staff=21, budget=budget, official=False,
                posts_at_start=21.0, residents_at_start=residents[i], posts_cap=50.0, residents=residents[i],
                year_ago=residents[i] - gained[i], access=access[i], pool=0,
            )
        )  # fmt: skip
    return offices


def test_equalise_gives_to_the_worst_served_fifth_by_residents():
    offices = pool(10, [1000] * 10, [100] * 8 + [300, 100], [0] * 10, [0.9] * 8 + [0.2, 0.1])
    share_pool(offices, Government(pool_share=0.1))
    given = [office.budget.pool_next for office in offices]
    assert given == [-100] * 8 + [-100 + 750, -100 + 250]
    assert sum(given) == 0


def test_growth_gives_to_where_people_go():
    offices = pool(4, [1000, 1000, 1000, 0], [500] * 4, [-50, 0, 10, 30], [0.5] * 4)
    share_pool(offices, Government(pool_share=0.1, province_policy="growth"))
    assert [office.budget.pool_next for office in offices] == [-100, -100, -100 + 75, 225]


def test_without_anybody_to_give_to_the_money_stays():
    offices = pool(3, [1000] * 3, [500] * 3, [-1, 0, -9], [0.5] * 3)
    share_pool(offices, Government(pool_share=0.1, province_policy="growth"))
    assert [office.budget.pool_next for office in offices] == [0, 0, 0]


@given(st.data())
def test_a_pool_loses_nothing_and_gives_to_those_it_says(data):
    n = data.draw(st.integers(1, 12))
    many = st.lists(st.integers(0, 10**10), min_size=n, max_size=n)
    invested, residents = data.draw(many), data.draw(many)
    gained = data.draw(st.lists(st.integers(-1000, 1000), min_size=n, max_size=n))
    access = data.draw(st.lists(st.floats(0, 1.2), min_size=n, max_size=n))
    p = Government(
        province_policy=data.draw(st.sampled_from(["equalise", "growth"])),
        pool_share=data.draw(st.floats(0, 1)),
        worst_served_share=data.draw(st.floats(0.01, 1)),
    )
    offices = pool(n, invested, residents, gained, access)
    share_pool(offices, p)
    moved = [office.budget.pool_next for office in offices]
    assert sum(moved) == 0
    assert all(m >= -i for m, i in zip(moved, invested, strict=True)), "nobody gives more than it invests"
    if p.province_policy == "growth":
        assert all(m <= 0 or g > 0 for m, g in zip(moved, gained, strict=True))


def test_provinces_move_investments_until_the_worst_served_are_better_served(govern, world):
    calm, equal = govern(), govern(pool_share=0.1)
    for step in range(40):
        for g in (calm, equal):
            g.step(world.residents, step)
            books.check(g)
    worst = np.argsort(calm.access()[:, 0])[:4]
    assert (equal.access()[worst, 0] > calm.access()[worst, 0]).all()
    assert books.columns(equal)["transfer_mvnd"][-1] == books.columns(calm)["transfer_mvnd"][-1], (
        "the nation pays no more"
    )
    assert equal.access()[:, 0].mean() == pytest.approx(calm.access()[:, 0].mean(), abs=0.03)


# ------------------------------------------------------------------ water, digital, facilities


def test_water_comes_nearer_to_its_target_with_investment():
    one = water_after(np.array([0.58, 0.58, 0.58, 0.95]), 0.60, 0.05, np.array([1.0, 0.0, 3.0, 1.0]))
    assert one == pytest.approx([0.581, 0.58, 0.581, 0.95], rel=1e-14)


def test_water_of_a_country(govern, world):
    g = govern(access=Access())
    for step in range(60):
        g.step(world.residents, step)
    rural = g.access()[~world.urban, rule.WATER]
    assert rural == pytest.approx(0.60 - 0.02 * 0.95**60, rel=1e-9)
    assert (g.access()[world.urban, rule.WATER] == 0.95).all()


def test_the_digital_programme_raises_what_is_done_on_line_and_takes_nothing_away():
    assert share_online(0.2, 0.05, 0.7, -3.0) == 0.2
    assert share_online(0.2, 0.05, 0.7, 4.0) == pytest.approx(0.4)
    assert share_online(0.2, 0.05, 0.7, 40.0) == 0.7
    assert share_online(0.8, 0.05, 0.7, 4.0) == 0.8


def test_digital_service_helps_those_far_away_most(govern, world):
    g, more = govern(), govern(digital_per_year=0.1)
    for step in range(9):
        g.step(world.residents, step)
        more.step(world.residents, step)
    gain = more.access()[:, 1] - g.access()[:, 1]
    assert (gain > 0).all()
    assert np.argmax(gain) == np.argmax(g.district_minutes)


def test_facilities_stay_unless_the_scenario_closes_them(govern, world):
    stay, closed = govern(), govern(clinics="close", hospitals="close")
    before = {name: minutes.copy() for name, minutes in stay.services.minutes.items()}
    for g in (stay, closed):
        apply(g, policy("actual", world, 0)[0], 0, world.residents)
        g.step(world.residents, 0)
    for name, minutes in before.items():
        assert np.array_equal(stay.services.minutes[name], minutes), name
    assert np.array_equal(closed.services.minutes["clinic"], closed.commune_minutes)
    assert np.array_equal(closed.services.minutes["school"], before["school"])
    assert np.array_equal(closed.services.minutes["hospital"], closed.province_minutes)
    assert closed.access()[:, rule.HEALTH].mean() < stay.access()[:, rule.HEALTH].mean()
    columns = books.columns(stay)
    assert columns["commune_office_farther"][-1] > 0
    assert columns["district_office_nearer"][-1] > 0, "one merger, some services farther and others nearer"
    assert columns["district_minutes"][-1] < columns["hospital_minutes"][-1]


# ------------------------------------------------------------------ all together

PARTS = ("reinvest_share", "pool_share", "digital_per_year", "mobile_desk_loss", "severance_quarters")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_dong_is_accounted_for_whatever_happens(govern, world, data):
    """Random levers, parameters and moves: the books close at every step, and the nation pays what is missing."""
    levers = Levers(*(data.draw(st.booleans()) for _ in range(6)))
    values = {
        "reinvest_share": data.draw(st.floats(0, 1)),
        "pool_share": data.draw(st.floats(0, 1)),
        "leavers_retired": data.draw(st.floats(0, 1)),
        "satellite_posts": data.draw(st.sampled_from(["savings", "budget", "seat"])),
        "need": data.draw(st.sampled_from(["work", "dispatch"])),
        "staff_bodies": data.draw(st.sampled_from([0.0, 23.0])),
        "mobile_desk_upkeep": data.draw(st.floats(0, 2)),
        "satellite_minutes": 10.0,
        "province_policy": data.draw(st.sampled_from(["equalise", "growth"])),
    }
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    g = govern(**values, access=Access())
    owed = 0
    for step in range(7):
        residents = rng.integers(0, 40_000, 36).astype(np.int64)
        income = rng.uniform(1, 9, 36)
        if step in (2, 5):
            owed += apply(g, to_2025("mixed", world, step, levers), step, residents).transition.severance_vnd
        g.step(residents, step, income)
        books.check(g)
        owed -= sum(b.severance + b.severance_nation for b in g.network.budgets)
        assert owed == sum(b.severance_left for b in g.network.budgets)
        assert min(b.severance_left for b in g.network.budgets) >= 0
        spent = sum(b.spending for b in g.network.budgets)
        raised = int((g.revenue.tax + g.revenue.land).sum())
        nation = sum(b.transfer + b.reinvested + b.deficit for b in g.network.budgets)
        assert spent == raised + nation, "nothing but places and the nation pays"
        assert ((g.access() >= 0) & (g.access() <= 1.2)).all()


def test_payback_is_what_a_post_costs_to_cut_over_what_it_saves_in_a_year(govern, world):
    """Found by a mutant: the column was never compared with the two prices that make it."""
    g = govern(reinvest_share=1.0)
    residents = np.full(36, 6_000, dtype=np.int64)
    for step in range(4):
        if step == 2:
            apply(g, policy("actual", world, step)[0], step, residents)
        g.step(residents, step, np.full(36, 5.0))
    told = books.columns(g)
    years = told["payback_years"][~np.isnan(told["payback_years"])]
    price = g.terms.price
    assert len(years) > 0
    assert years == pytest.approx(price.severance_vnd / (price.post_vnd * 4))
    assert 0.1 < years[0] < 20


@given(st.data())
def test_many_pools_at_once_are_spread_as_each_alone(data):
    """Whatever their order, ties and signs, also where a product of dong and persons leaves 64 bits."""
    n = data.draw(st.integers(1, 5))
    of = np.array(data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=25)))
    of = np.unique(of, return_inverse=True)[1]
    most = data.draw(st.sampled_from([4, 10**6, 10**11]))
    weight = np.array(data.draw(st.lists(st.integers(1, most), min_size=len(of), max_size=len(of))))
    amount = np.array(data.draw(st.lists(st.integers(-60, 10**12), min_size=n, max_size=n)))[: of.max() + 1]
    parts = pools._spread_each(amount, weight, of)
    for one in range(len(amount)):
        assert parts[of == one].tolist() == spread(int(amount[one]), weight[of == one].tolist())
