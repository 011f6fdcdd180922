"""Properties of what a reform does to offices, and of the desks that it opens or that savings pay for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import mesa
import numpy as np
import pytest

from dicu.government import Commune, Governments, Levers, books, legacy_overlay
from dicu.government.adoption import adopt, open_satellites
from dicu.government.offices import Desk
from dicu.reform import to_2025
from dicu.scenario.vocabulary import MOUNTAIN, PLAIN
from dicu.world.world import World

Govern = Callable[..., Governments]


@pytest.mark.parametrize(
    ("high", "posts"),
    [(0, 2), (8_000, 2), (9_999, 2), (10_000, 2), (10_001, 4), (20_000, 4)],
)
def test_a_commune_is_staffed_as_mountains_are_when_more_than_half_live_in_them(
    govern: Govern, world: World, high: int, posts: int
) -> None:
    """20,000 people, 4,000 beyond the base: a post for each 2,000, in mountains for each 1,000."""
    g = govern(staff_bodies=0.0)
    people = world.residents.copy()
    people[12:15] = high, (20_000 - high) // 2, (20_000 - high + 1) // 2
    g.network.terrain = np.where(np.arange(36) == 12, MOUNTAIN, PLAIN).astype(np.uint8)
    adopt(g, to_2025("test", world, 0, Levers(True, close_offices=True, cut_staff=True)), 0, people)
    office = g.offices[g.network.commune_office_of_place[12]]
    assert people[12:15].sum() == office.residents == 20_000
    assert office.staff == 32 + posts


def test_a_reform_into_the_borders_of_before_leaves_every_office_as_it_is(
    govern: Govern, world: World
) -> None:
    """Also that of a commune of two places, which is neither merged nor split; a moved seat makes a new office."""
    g = govern()
    before = list(g.offices)
    told = [(o.staff, o.seat_place, o.disruption_at_merger, o.budget.transfer) for o in before]
    same = replace(legacy_overlay(world), step=0, levers=Levers(relabel=True, close_offices=True))
    assert np.bincount(world.legacy_commune).max() == 2
    adopt(g, same, 0, world.residents)
    assert all(now is then for now, then in zip(g.offices, before, strict=True))
    assert [(o.staff, o.seat_place, o.disruption_at_merger, o.budget.transfer) for o in g.offices] == told
    seats = world.legacy_communes.seat_place.copy()
    seats[0] = 3  # the other of its two places
    moved = replace(same, step=1, communes=replace(world.legacy_communes, seat_place=seats))
    adopt(g, moved, 1, world.residents)
    assert [now is then for now, then in zip(g.offices, before, strict=True)] == [False] + [True] * 38


@pytest.mark.parametrize("empty", [False, True])
def test_the_work_of_a_district_goes_to_its_communes_whole_even_where_nobody_lives(
    govern: Govern, world: World, empty: bool
) -> None:
    """By people, and in equal parts where there are none."""
    people = world.residents.copy()
    if empty:
        people[27:] = 0
    g = govern(residents=people, district_to_province=0.0)
    adopt(g, to_2025("test", world, 0, Levers(move_services=True)), 0, people)
    needs = [office.posts_needed(g.parameters) for office in g.offices]
    last = [needs[i] for i in np.unique(g.network.commune_office_of_place[27:])]
    assert sum(needs) == pytest.approx(35 * 21 + 4 * 142)
    assert sum(last) == pytest.approx(9 * 21 + 142)
    if empty:
        assert last == pytest.approx([21 + 142 / 9] * 9)


@pytest.mark.parametrize("far", [0, 1, 20, 34])
def test_a_desk_is_opened_wherever_the_way_is_too_long(govern: Govern, world: World, far: int) -> None:
    """In the one place from which it is, the first as well as any other, by the office that serves it."""
    g = govern(satellite_minutes=60.0, satellite_most=1, satellite_posts="budget")
    g.reach.commune_minutes = np.where(np.arange(36) == far, 61.0, 60.0)
    added, _ = open_satellites(g)
    opened = {(i, desk.place): desk.posts for i, office in enumerate(g.offices) for desk in office.desks}
    assert opened == {(int(g.network.commune_office_of_place[far]), far): 3}
    assert added == 3


@pytest.mark.parametrize("source", ["savings", "budget"])
def test_posts_of_a_desk_are_cut_less_or_granted_anew(govern: Govern, world: World, source: str) -> None:
    """Of ten posts cut two stay, neither saved nor owed; or all ten are cut and the nation pays two more."""
    g = govern(satellite_minutes=60.0, satellite_most=1, satellite_posts=source)
    g.reach.commune_minutes = np.where(np.arange(36) == 20, 61.0, 60.0)
    office, price = g.offices[g.network.commune_office_of_place[20]], g.terms.price
    budget, granted = office.budget, office.budget.transfer
    office.staff, office.posts_cut = office.staff - 10, 10
    budget.cut(10, price)
    assert open_satellites(g, cut_now=True) == (2, price.desk_vnd(2))
    cut = 8 if source == "savings" else 10
    assert (office.staff, office.desk_posts) == (21 - 10 + 2, 2)
    assert budget.savings == cut * price.post_vnd
    assert budget.severance_left == cut * price.severance_vnd
    assert budget.transfer == granted - 8 * price.post_vnd + price.desk_vnd(2), "the same grant both ways"


@pytest.mark.parametrize("short", [0, 1])
def test_a_further_desk_is_opened_as_soon_as_what_is_saved_pays_for_both(govern: Govern, short: int) -> None:
    """To the dong: 3 posts of a desk that is there, 3 of 20 at the seat besides, wages and running costs."""
    g = govern(reinvest_share=1.0)
    government = next(iter(g.communes))
    office, price = government.offices[0], g.terms.price
    office.staff, office.far_place = 23, 0
    office.desks = [Desk(1, g.world.position_km[1], 3)]
    g.network.count_posts()
    office.budget.savings = 2 * (3 * price.post_vnd + price.desk_vnd(3)) - short
    government.decide_satellite(office)
    assert [desk.posts for desk in office.desks] == ([3] if short else [3, 3])
    books.check(g)  # whoever works there is paid


def test_a_government_has_nobody_until_it_is_told_of_somebody(govern: Govern) -> None:
    """Two that are made alone count for themselves."""
    g = govern()
    one, two = (Commune(mesa.Model(rng=1), "1", "One", "commune", 0, g.terms) for _ in range(2))
    assert (one.residents, two.residents) == (0, 0)
    one.residents = 5
    assert (one.residents, two.residents) == (5, 0)


def test_in_the_step_of_a_merger_a_pool_already_goes_to_the_worst_served(
    govern: Govern, world: World
) -> None:
    """New offices count as served by the access of their people, not as served whole until the step is over."""
    g = govern(pool_share=0.1, worst_served_share=0.2)
    merger = to_2025("test", world, 0, Levers(True, pool_budgets=True, close_offices=True))
    adopt(g, merger, 0, world.residents)
    new = [office for office in g.offices if office.opened_step == 0]
    assert new
    assert all(office.access < 1.0 for office in new)
    served = {id(office): office.access for office in g.offices}
    g.step(world.residents, 0)
    for pool in (pool for province in g.provinces for pool in province.pools):
        getting = {id(o) for o in pool if o.budget.pool_next > -0.1 * o.budget.investment + 1.0}
        peopled = [o for o in pool if o.residents]
        worst = sorted(served[id(o)] for o in peopled)[len(getting) - 1]
        assert getting == {id(o) for o in peopled if served[id(o)] <= worst}
