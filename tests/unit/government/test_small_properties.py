"""Properties of offices that only the regression baseline held before, or nothing at all: one property per test."""

from __future__ import annotations

import numpy as np
import pytest

from dicu.behaviour import access as rule
from dicu.government import Levers
from dicu.government.adoption import open_satellites
from dicu.government.budget import Budget, prices, spread
from dicu.government.offices import COMMUNE, DISTRICT, Desk, Office
from dicu.government.pools import share_pool
from dicu.government.revenue import Revenue
from dicu.government.services import Services
from dicu.government.waves import by_standard, merge_wave
from dicu.reform import apply, to_2025
from dicu.scenario.parameters import Access, Government
from dicu.scenario.vocabulary import MOUNTAIN, SERVICES
from dicu.world.country import shipped_law


def test_the_school_decides_education_and_the_clinic_health(world):
    """Each service by its own way: a school at the doorstep helps education alone, a clinic health alone."""
    at_home = world.position_km
    far_away = world.position_km + np.array([0.0, 0.0, 60.0])
    n = world.n_places
    access = np.empty((n, len(SERVICES)))
    for near, far, better, worse in (
        ("school", "clinic", rule.EDUCATION, rule.HEALTH),
        ("clinic", "school", rule.HEALTH, rule.EDUCATION),
    ):
        services = Services(world, Access())
        services.locate(near, at_home)
        services.locate(far, far_away)
        services.fill(access, (np.ones(n), np.ones(n)), (np.ones(n), np.ones(n)))
        hospital = rule.left_by_distance(services.minutes["hospital"], Access())
        for service, facility in ((better, near), (worse, far)):
            way = rule.left_by_distance(services.minutes[facility], Access())
            share = 0.75 if facility == "school" else 0.5
            assert access[:, service] == pytest.approx(share * way + (1 - share) * hospital)
        assert (access[:, better] > access[:, worse] + 0.1).all()


def test_each_administration_has_the_quality_the_way_and_the_desk_of_its_own_office(govern, world):
    """Commune and district offices differ in all three; access to each follows its own office alone."""
    g = govern()
    for office in g.offices:
        office.quality = 0.9 if office.level == COMMUNE else 0.5
        office.mobile = office.level == COMMUNE and office.seat_place % 2 == 0
    p = Government(mobile_desk_share=0.25)
    reach = g.reach
    reach._government = p
    reach.measure(g.network, world.residents)
    online = Access().online
    mobile = np.array([g.offices[i].mobile for i in g.network.commune_office_of_place])
    assert mobile.any()
    assert not mobile.all()
    brought = np.where(mobile, online + (1 - online) * 0.25, online)
    near = rule.left_by_distance(reach.commune_minutes, Access())
    far = rule.left_by_distance(reach.district_minutes, Access())
    assert np.abs(near - far).max() > 0.1, "the two ways differ"
    access = reach.access
    assert access[:, rule.COMMUNE_ADMINISTRATION] == pytest.approx(0.9 * (brought + (1 - brought) * near))
    assert access[:, rule.DISTRICT_ADMINISTRATION] == pytest.approx(0.5 * (online + (1 - online) * far))


def office(seat: int, residents: int, access: float) -> Office:
    """A commune office that has just invested 1,000."""
    budget = Budget.at_start(21, max(residents, 1), 0, prices(Government(), 4, shipped_law()))
    budget.investment = 1000
    return Office(
        level=COMMUNE,
        seat_place=seat,
        seat_km=np.zeros(3),
        staff=21,
        budget=budget,
        official=False,
        posts_at_start=21.0,
        residents_at_start=residents,
        posts_cap=50.0,
        residents=residents,
        access=access,
    )


@pytest.mark.parametrize(
    ("peopled", "empty", "favoured"), [(6, 0, 2), (5, 0, 1), (6, 5, 2), (1, 9, 1), (11, 4, 3)]
)
def test_the_worst_served_share_is_of_the_offices_that_serve_anybody_rounded_up(peopled, empty, favoured):
    """A fifth of 6 offices is 2 of them; offices that serve nobody neither get nor count."""
    offices = [office(i, 100, 0.9 - 0.01 * i) for i in range(peopled)]
    offices += [office(peopled + i, 0, 0.0) for i in range(empty)]
    share_pool(offices, Government(pool_share=0.1, worst_served_share=0.2))
    got = [o.seat_place for o in offices if o.budget.pool_next > -100]
    assert got == list(range(peopled - favoured, peopled)), "the worst served, and only so many"


def test_an_office_of_two_points_counts_as_two_in_the_disruption(govern, world):
    """Until a wave makes it one, an office with two points is two offices: a merger of 2 + 1 + 1 disrupts as four."""
    g = govern(disruption=0.3)
    two = g.network.commune_office_of_place[15]
    g.offices[two].points = 2
    apply(g, to_2025("test", world, 0, Levers(relabel=True, close_offices=True)), 0, world.residents)
    of = g.network.commune_office_of_place
    at_merger = {place: g.offices[of[place]].disruption_at_merger for place in (15, 18)}
    assert at_merger[18] == pytest.approx(0.3 * (1 - 1 / 3))
    assert at_merger[15] == pytest.approx(0.3 * (1 - 1 / 4))


def test_the_work_of_districts_comes_on_top_of_the_need_of_today(govern, world):
    """People have moved since the start: an office needs what it needed for those it serves now, plus its part of what
    the district needed for them, less the share that goes to the province."""
    g = govern(district_to_province=0.3)
    people = world.residents.copy()
    people[::2] *= 2
    people[1::4] //= 2
    g.step(people, 0)
    before = {o.seat_place: o.posts_needed(g.parameters) for o in g.offices if o.level == COMMUNE}
    of_district = g.network.district_office_of_place
    needed = np.array([o.posts_needed(g.parameters) for o in g.offices])[of_district]
    served = np.array([o.residents for o in g.offices])[of_district]
    assert any(need != pytest.approx(21.0) for need in before.values()), "growth changes the need"
    assert any(o.level == DISTRICT for o in g.offices)
    apply(g, to_2025("test", world, 0, Levers(move_services=True)), 0, people)
    g.network.serve(people)
    for o in g.offices:
        places = g.network.commune_office_of_place == g.network.commune_office_of_place[o.seat_place]
        work = (needed * people / served)[places].sum()
        assert o.posts_needed(g.parameters) == pytest.approx(before[o.seat_place] + 0.7 * work)
    assert sum(o.staff for o in g.offices) == 35 * 21 + 4 * 142
    assert g.network.province.posts.sum() == pytest.approx(0.3 * (needed * people / served).sum())


def test_a_city_that_keeps_more_keeps_more_of_its_tax_and_of_its_land_alike():
    """`kept` multiplies both; where it is 1 neither changes by a dong."""
    plain, kept = (Revenue(np.array([1000, 3000]), 0.3, None) for _ in range(2))
    people = np.array([100, 200])
    plain.raise_from(people, None)
    kept.raise_from(people, None, None, np.array([1.0, 1.2]))
    assert kept.tax == pytest.approx(plain.tax * [1.0, 1.2], rel=1e-5)
    assert kept.land == pytest.approx(plain.land * [1.0, 1.2], rel=1e-5)
    assert plain.land[1] > 0


def test_what_is_left_of_an_earlier_disruption_counts_only_where_it_is_larger(govern, world):
    """Of the offices that become one the worst disrupted decides, wherever it comes in their order."""
    for worst in (15, 16, 17):
        g = govern(disruption=0.3)
        office = g.offices[g.network.commune_office_of_place[worst]]
        office.disruption_at_merger, office.opened_step = 0.28, 0
        apply(g, to_2025("test", world, 0, Levers(relabel=True, close_offices=True)), 0, world.residents)
        made = g.offices[g.network.commune_office_of_place[15]]
        assert made.disruption_at_merger == pytest.approx(0.28)


@pytest.mark.parametrize(("staff", "desks"), [(1, []), (2, [1]), (3, [1, 1]), (10, [2, 2, 2])])
def test_an_office_keeps_a_post_at_its_seat(govern, world, staff, desks):
    """Desks opened on the day take posts from the seat until one is left there, and no more; the staff stays."""
    g = govern(satellite_minutes=10.0, satellite_most=3, satellite_posts="seat", satellite_staff_share=0.15)
    far = world.position_km[0] + np.array([100.0, 0.0, 0.0])
    for office in g.offices:
        office.staff = staff if office.level == COMMUNE else office.staff
        office.seat_km = far
    g.network.commune_office_of_place[:6] = 0  # more far places than desks
    g.reach.locate(g.network)
    open_satellites(g)
    assert [desk.posts for desk in g.offices[0].desks] == desks
    assert g.offices[0].staff == staff


def test_what_a_shared_budget_pays_for_goes_with_its_offices(govern, world):
    """Pooling parts a budget of several offices: wages in the transfer by posts, the rest by residents."""
    g = govern()
    offices, price = g.offices, g.terms.price
    for i, staff in ((4, 40), (5, 10), (8, 7)):  # places 5, 6 (communes 1, 2) and 9 (commune 3)
        offices[i].staff = staff
    shared = Budget.at_start(
        57,
        sum(offices[i].residents for i in (4, 5, 8)),
        0,
        prices(g.parameters, g.steps_per_year, shipped_law()),
    )
    for i in (4, 5, 8):
        offices[i].budget = shared
    grants = shared.transfer - 57 * price.post_vnd
    people = [offices[i].residents for i in (4, 5, 8)]
    seats = [offices[i].seat_place for i in (4, 5, 8)]
    assert len({int(world.new_commune[s]) for s in seats}) == 3, "each into another commune"
    others = {
        i: sum(
            o.budget.transfer
            for o in offices
            if o.level == COMMUNE
            and o.budget is not shared
            and world.new_commune[o.seat_place] == world.new_commune[offices[i].seat_place]
        )
        for i in (4, 5, 8)
    }
    apply(g, to_2025("test", world, 0, Levers(pool_budgets=True)), 0, world.residents)
    for i, staff, part in zip((4, 5, 8), (40, 10, 7), spread(grants, people), strict=True):
        assert offices[i].budget.transfer == others[i] + staff * price.post_vnd + part


def test_waves_take_first_who_is_nearest_to_the_standard_from_below(world):
    """At or below the standard first, the nearest at the head; then those above it, again the nearest first."""
    kinds, standard = ("commune",), ((6_000, 1e9), (7_000, 1e9))
    order = by_standard(world, world.legacy_communes, world.legacy_commune, standard, kinds).tolist()
    ratio = {}
    for unit in range(len(world.legacy_communes)):
        mine = world.legacy_commune == unit
        people = int(world.residents[mine].sum())
        if world.legacy_communes.kind[unit] == "commune" and people:
            mountain = 2 * int(world.residents[mine & (world.terrain == MOUNTAIN)].sum()) > people
            ratio[unit] = people / (6_000 if mountain else 7_000)
    below = sorted((u for u in ratio if ratio[u] <= 1), key=lambda u: (-ratio[u], u))
    above = sorted((u for u in ratio if ratio[u] > 1), key=lambda u: (ratio[u], u))
    assert len({ratio[u] for u in below}) > 3 < len({ratio[u] for u in above})
    assert order == below + above


def test_the_disruption_of_a_wave_halves_from_the_day_of_the_wave(govern):
    """The half-life runs from the step at which two offices became one, whenever that is."""
    g = govern(disruption=0.4, disruption_half_life_quarters=2.0)
    office = g.offices[3]
    office.wave, office.points, office.staff = 0, 2, 42
    assert merge_wave(g.network, 0, 5, g.parameters, g.terms.price) == 21
    left = [office.disruption_now(step, 1.0, g.parameters) for step in (5, 7, 9)]
    assert left == pytest.approx([0.2, 0.1, 0.05])


def test_a_further_desk_is_as_large_as_the_first(govern):
    """Its share is of those at the seat: posts of desks that are there already make the next no larger."""
    g = govern(reinvest_share=1.0, satellite_most=3)
    government = next(iter(g.communes))
    office = government.offices[0]
    office.staff, office.far_place, office.budget.savings = 40, 0, 10**12
    for _ in range(3):
        government.decide_satellite(office)
    assert [desk.posts for desk in office.desks] == [6, 6, 6]
    assert (office.staff, office.budget.desk_posts) == (58, 18)


def test_a_mobile_desk_is_paid_out_of_what_the_upkeep_leaves_itself_counted():
    """To the dong: upkeep and the desk asked for, besides those decided on since the last step."""
    price = prices(Government(), 4, shipped_law())
    for decided in (0, 2):
        budget = Budget.at_start(100, 1000, 0, price)
        budget.worn, budget.mobile_desks = 1000, decided
        budget.invested = 750 + (decided + 1) * price.mobile_vnd
        assert budget.can_pay_mobile(price, 0.75)
        budget.invested -= 1
        assert not budget.can_pay_mobile(price, 0.75)


def test_capital_goes_with_what_it_is_measured_by():
    """Whatever weights part the capital, K/K* of each part is that of the whole: no office is better for a parting."""
    price = prices(Government(), 4, shipped_law())
    whole = Budget.at_start(80, 8000, 0, price)
    whole.capital = whole.capital * 9 // 10
    parts = [Budget.empty(), Budget.empty()]
    for part, people in zip(parts, (2000, 6000), strict=True):
        part.residents = people
    whole.pour_into(parts, [2000, 6000], [20, 60], price, capital=[3, 1])
    assert parts[0].capital == pytest.approx(0.75 * whole.capital, rel=1e-9)
    for part in parts:
        assert part.capital_ratio == pytest.approx(0.9, rel=1e-6)


@pytest.mark.parametrize("order", [(3, 20), (20, 3)])
def test_severance_of_several_is_paid_as_long_as_the_longest_of_them(order):
    """In whatever order budgets are poured together: none falls due sooner for the company it is in."""
    price, target = prices(Government(), 4, shipped_law()), Budget.empty()
    target.residents = 2000
    for steps in order:
        budget = Budget.at_start(20, 1000, 0, price)
        budget.severance_left, budget.severance_steps = 1_000_000, steps
        budget.pour_into([target], [1000], [20], price)
    assert (target.severance_left, target.severance_steps) == (2_000_000, 20)


def test_a_cut_of_staff_ends_the_desks_and_their_costs(govern, world):
    """The official rule counts all posts at the seat: a desk of before stands no longer, and nobody pays for it."""
    g = govern()
    office = g.offices[4]
    office.desks = [Desk(int(office.seat_place), office.seat_km, 3)]
    g.network.count_posts()
    assert office.budget.desk_posts == 3
    apply(g, to_2025("test", world, 0, Levers(relabel=True, cut_staff=True)), 0, world.residents)
    assert not any(o.desks for o in g.offices)
    assert all(o.budget.desk_posts == 0 for o in g.offices)
