"""Properties of offices of the start, of what they need, of how good they are, and of the ways to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mesa
import numpy as np
import pytest

from dicu.behaviour import access as rule
from dicu.government import Levers
from dicu.government.governments import Governments
from dicu.government.offices import COMMUNE, DISTRICT, standing, work
from dicu.government.rules import power, powers
from dicu.government.services import Services
from dicu.government.state import export
from dicu.government.waves import Wave, by_standard
from dicu.reform import apply, to_2025
from dicu.scenario.parameters import Access, Government
from dicu.scenario.vocabulary import PLAIN
from dicu.world.ways import MEAN_DISTANCE_TO_CENTRE, minutes_per_km
from dicu.world.world import World

Govern = Callable[..., Governments]


@pytest.mark.parametrize("exponent", [0.0, 0.4, 1.0, 2.5])
def test_powers_of_many_are_those_of_each_and_rise_with_the_base(exponent: float) -> None:
    base = np.arange(300) / 100
    found = powers(base, exponent)
    assert found == pytest.approx(base**exponent, rel=1e-13)
    assert found.tolist() == [power(b, exponent) for b in base.tolist()], "the same bits"
    assert (np.diff(found) > 0).all() == (exponent > 0)


def test_an_office_needs_what_it_had_for_the_people_it_had_and_all_of_it_where_it_had_none(
    govern: Govern,
) -> None:
    """21 posts for 0, 1, 2 or 1,000 residents of the start; columns at once say what each office says of itself."""
    g = govern()
    some = [office for office in g.offices if office.level == COMMUNE][:4]
    for office, people in zip(some, (0, 1, 2, 1000), strict=True):
        office.residents_at_start, office.residents = people, 3
    work(some, standing(some), 0, 1.0, g.parameters)
    assert [office.need for office in some] == pytest.approx([21, 63, 31.5, 0.063])
    assert [office.need for office in some] == [office.posts_needed(g.parameters) for office in some]


@pytest.mark.parametrize("quarters_per_step", [1.0, 1 / 3])
def test_disruption_halves_with_its_half_life_however_long_a_step_is(
    govern: Govern, quarters_per_step: float
) -> None:
    """After 0, 2 and 4 quarters; what an office says of itself is what the columns hold."""
    g = govern(disruption_half_life_quarters=2.0)
    office = g.offices[3]
    office.disruption_at_merger, office.opened_step = 0.4, 7
    for quarters, left in ((0, 0.4), (2, 0.2), (4, 0.1)):
        now = 7 + round(quarters / quarters_per_step)
        assert office.disruption_now(now, quarters_per_step, g.parameters) == pytest.approx(left)
        office.work(now, quarters_per_step, g.parameters)
        assert office.disruption == pytest.approx(left)


@pytest.mark.parametrize(("merged", "at_once"), [(True, 0.2 * (1 - 1 / 2)), (False, 0.0)])
def test_what_provinces_do_is_as_good_as_ever_but_for_their_merger(
    govern: Govern, world: World, merged: bool, at_once: float
) -> None:
    """Two provinces become one, with enough posts: (1 - D), which halves; without a merger all of it."""
    g = govern(district_to_province=0.4, disruption=0.2, disruption_half_life_quarters=4.0, need="dispatch")
    apply(g, to_2025("test", world, 0, Levers(True, move_services=True)), 0, world.residents)
    if not merged:
        g.network.province.disruption_at_merger[:] = 0.0
    for step in range(9):
        g.step(world.residents, step)
        want = 1 - at_once * 2 ** (-step / 4)
        assert export(g)["province_quality"] == pytest.approx(np.full(36, want)), step


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_where_a_province_does_the_work_as_well_and_as_near_its_share_changes_nothing(
    govern: Govern, world: World, share: float
) -> None:
    """And what is done better changes access by that share of the work."""
    g = govern()
    for office in g.offices:
        office.quality = 0.8
    g.reach.measure(g.network, world.residents)
    before = g.access()[:, rule.DISTRICT_ADMINISTRATION].copy()
    assert before.max() < 0.8
    seats = np.array([office.seat_km for office in g.offices])
    province = g.network.province
    province.seat_km = seats[g.network.district_office_of_place]
    province.share[:] = share
    g.reach.locate(g.network)
    for quality in (0.8, 1.0):
        province.quality[:] = quality
        g.reach.measure(g.network, world.residents)
        want = before * (1 + share * (quality / 0.8 - 1))
        assert g.access()[:, rule.DISTRICT_ADMINISTRATION] == pytest.approx(want)


@pytest.mark.parametrize("parts", [1, 2, 4])
def test_offices_that_part_an_area_have_a_shorter_way_within_it(world: World, parts: int) -> None:
    """A part of an area is that much smaller: its way from within is the root of it, at its own speed."""
    services = Services(world, Access())
    minutes = services.travel_minutes(world.position_km, np.full(36, float(parts)))
    slow = minutes_per_km(Access())[world.terrain]
    assert minutes == pytest.approx(MEAN_DISTANCE_TO_CENTRE * 4.0 / np.sqrt(parts) * slow)
    assert (minutes[world.terrain == PLAIN] <= services.travel_minutes(world.position_km)[0]).all()


def test_a_unit_that_just_meets_the_standard_is_the_likeliest_product_of_a_merger(world: World) -> None:
    """It is not above it: of all at or below the standard it is the nearest."""
    people = np.bincount(world.legacy_commune, world.residents)
    for unit in (2, 12, 20):
        exact = int(people[unit])
        order = by_standard(
            world, world.legacy_communes, world.legacy_commune, ((exact, 1e9), (exact, 1e9)), ("commune",)
        ).tolist()
        ties = np.flatnonzero((people == exact) & (world.legacy_communes.kind == "commune")).tolist()
        assert order[: len(ties)] == ties, unit
        assert (people[order] < exact).any(), "else nothing could come before it"


def governments(world: World, waves: tuple[Wave, ...] = (), **parameters: Any) -> Governments:
    """All that governs a world at its start."""
    given = Government(pool_share=0.0, **parameters)
    return Governments(mesa.Model(rng=1), world, given, Access(), world.residents, waves=waves)


def test_units_of_a_wave_to_come_have_two_offices_and_its_number(world: World) -> None:
    """Communes and districts apart, and all others one office and no wave."""
    waves = (
        Wave("first", 3, np.array([5, 17]), np.array([1])),
        Wave("second", 6, np.array([30]), np.array([], dtype=np.int64)),
    )
    g = governments(world, waves)
    for level, posts, waits in ((COMMUNE, 21, {5: 0, 17: 0, 30: 1}), (DISTRICT, 142, {1: 0})):
        offices = [office for office in g.offices if office.level == level]
        assert {i: o.wave for i, o in enumerate(offices) if o.wave >= 0} == waits
        assert {i for i, o in enumerate(offices) if o.points == 2} == set(waits)
        assert [o.staff for o in offices] == [posts * o.points for o in offices]
        assert [o.posts_at_start for o in offices] == [o.staff for o in offices]
    assert sum(budget.posts for budget in g.network.budgets) == (35 + 3) * 21 + (4 + 1) * 142


@pytest.mark.parametrize(("said", "posts"), [(141.5, 142), (142.0, 142), (142.45, 142), (142.5, 143)])
def test_posts_of_the_start_are_whole_rounded_to_the_nearest(world: World, said: float, posts: int) -> None:
    g = governments(world, staff_legacy_district=said, staff_legacy_commune=said)
    assert {office.staff for office in g.offices} == {posts}
