"""Properties of offices that only the regression baseline held before, or nothing at all: one property per test."""

from __future__ import annotations

import numpy as np
import pytest

from dicu.behaviour import access as rule
from dicu.government import Levers
from dicu.government.budget import Budget, prices
from dicu.government.offices import COMMUNE, DISTRICT, Office
from dicu.government.pools import share_pool
from dicu.government.revenue import Revenue
from dicu.government.services import Services
from dicu.reform import apply, to_2025
from dicu.scenario.parameters import Access, Government
from dicu.scenario.vocabulary import SERVICES


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
        services.fill(access, np.ones(n), np.ones(n))
        hospital = rule.left_by_distance(services.minutes["hospital"], Access())
        for service, facility in ((better, near), (worse, far)):
            way = rule.left_by_distance(services.minutes[facility], Access())
            assert access[:, service] == pytest.approx(0.5 * (way + hospital))
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
    budget = Budget.at_start(21, max(residents, 1), 0, prices(Government(), 4))
    budget.investment = 1000
    return Office(
        level=COMMUNE, seat_place=seat, seat_km=np.zeros(3), staff=21, budget=budget, official=False,
        posts_at_start=21.0, residents_at_start=residents, posts_cap=50.0, residents=residents, access=access,
    )  # fmt: skip


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
    """People have moved since the start: an office needs what it needed for those it serves now, plus the new posts."""
    g = govern()
    people = world.residents.copy()
    people[::2] *= 2
    people[1::4] //= 2
    g.step(people, 0)
    before = {o.seat_place: (o.posts_needed(g.parameters), o.staff) for o in g.offices if o.level == COMMUNE}
    assert any(need != pytest.approx(21.0) for need, _ in before.values()), "growth changes the need"
    assert any(o.level == DISTRICT for o in g.offices)
    apply(g, to_2025("test", world, 0, Levers(move_services=True)), 0, people)
    g.network.serve(people)
    for o in g.offices:
        need, staff = before[o.seat_place]
        assert o.posts_needed(g.parameters) == pytest.approx(need + o.staff - staff)
    assert sum(o.staff for o in g.offices) == 35 * 21 + 4 * 100


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
