"""Properties of offices of the start, of what they need, of how good they are, and of the ways to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest

from dicu.behaviour import access as rule
from dicu.government import Levers, legacy_overlay
from dicu.government.adoption import adopt
from dicu.government.cities import class_of, standards
from dicu.government.governments import Governments
from dicu.government.offices import COMMUNE, DISTRICT, standing, work
from dicu.government.provincial import ProvinceWork
from dicu.government.rules import official_posts, power, powers
from dicu.government.services import Services
from dicu.government.state import export, restore
from dicu.government.waves import Wave, by_standard, chosen
from dicu.reform import apply, to_2025
from dicu.scenario.parameters import Access, Government
from dicu.scenario.vocabulary import PLAIN
from dicu.world.country import made_up
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


@pytest.mark.parametrize(("said", "posts"), [(0.0, 32), (0.44, 32), (12.49, 44), (12.5, 45), (12.51, 45)])
def test_posts_of_party_and_mass_bodies_are_whole_rounded_to_the_nearest(said: float, posts: int) -> None:
    """On top of the 32 of a commune of fewer people than the base."""
    assert official_posts(100, False, 50.0, Government(staff_bodies=said)) == posts


@pytest.mark.parametrize("cut", [False, True])
def test_the_staff_of_a_province_that_is_split_goes_to_its_parts_by_places(world: World, cut: bool) -> None:
    """Three provinces of 6, 18 and 12 places become two of 18: 1 and 2/3 of 60 posts, 1/3 and 1.

    Work that takes 25 and 120 posts comes on top: 100 of 125 posts are there, and 80 of 200; less those that are cut.
    """
    given = Government(staff_legacy_province=60.0, staff_province_left=0.9, need="work")
    before = np.repeat(np.arange(3), (6, 18, 12)).astype(np.int32)
    overlay = replace(legacy_overlay(world), levers=Levers(cut_staff=cut))
    assert overlay.province_of_place.tolist() == [0] * 18 + [1] * 18
    done = ProvinceWork.none(world.legacy_provinces.seat_km[world.province])
    done.take(
        np.ones(36, dtype=np.bool_),
        np.where(np.arange(36) == 3, 25.0, np.where(np.arange(36) == 30, 120.0, 0)),
        0.5,
    )
    done.organise(overlay, before, 3, 0, given)
    left = 0.9 if cut else 1.0
    assert done.staffed == pytest.approx(np.repeat([left * 100 / 125, left * 80 / 200], 18))


@pytest.mark.parametrize("scale", [0.6, 1.0])
def test_a_merger_saves_a_share_of_the_work_and_a_moved_seat_none_of_it(
    govern: Govern, world: World, scale: float
) -> None:
    """Three communes of 21 posts do with ``scale`` of 63; one that only moves still needs what it needed."""
    g = govern(need="work", need_scale=scale)
    adopt(g, to_2025("test", world, 0, Levers(True, close_offices=True)), 0, world.residents)
    whole = g.offices[g.network.commune_office_of_place[20]]
    assert whole.posts_needed(g.parameters) == pytest.approx(63 * scale)
    g = govern(need="work", need_scale=scale)
    seats = world.legacy_communes.seat_place.copy()
    seats[0] = 3  # the other of its two places
    borders = legacy_overlay(world)
    borders = replace(borders, communes=replace(borders.communes, seat_place=seats))
    adopt(g, replace(borders, step=0, levers=Levers(relabel=True, close_offices=True)), 0, world.residents)
    moved = g.offices[g.network.commune_office_of_place[3]]
    assert moved.seat_place == 3
    assert moved.posts_needed(g.parameters) == pytest.approx(21)


def test_an_area_of_no_class_reaches_no_density() -> None:
    """However many live in how little space: there is no density that it would have to reach."""
    known = standards(made_up(2019, ()))
    assert class_of(known, "township", 3_999, 3_999, 0.01) == ("none", False)
    assert class_of(known, "township", 4_000, 4_000, 0.01) == ("V", True)
    assert class_of((), "township", 4_000, 4_000, 0.01) == ("none", False)


def test_a_country_may_have_had_a_single_wave_of_mergers(world: World) -> None:
    """Of its kinds alone, as many units as its row says."""
    row = {"wave": ["only"], "communes": [4], "districts": [1], "commune_kinds": ["commune"]}
    tables = MappingProxyType({"earlier_waves": pd.DataFrame(row)})
    country = replace(world, country=replace(world.country, tables=tables))
    (wave,) = chosen(country, [2, 9])
    assert (wave.key, wave.step, len(wave.communes), len(wave.districts)) == ("only", 2, 4, 1)
    assert set(world.legacy_communes.kind[wave.communes].tolist()) == {"commune"}


def test_each_wave_takes_units_of_its_own_kinds_and_none_twice(world: World) -> None:
    """A second wave may be of other kinds than the first."""
    kinds = sorted(set(world.legacy_communes.kind.tolist()))
    assert len(kinds) > 1, "the world has kinds to tell apart"
    row = {
        "wave": ["first", "second", "third"],
        "communes": [2, 3, 2],
        "districts": [1, 1, 1],
        "commune_kinds": [kinds[0], kinds[1], kinds[0]],
        "district_kinds": ["", None, float("nan")],  # nothing said: all
    }
    tables = MappingProxyType({"earlier_waves": pd.DataFrame(row)})
    country = replace(world, country=replace(world.country, tables=tables))
    made = chosen(country, [1, 2, 3])
    for wave, n, kind in zip(made, row["communes"], row["commune_kinds"], strict=True):
        assert len(wave.communes) == n
        assert set(world.legacy_communes.kind[wave.communes].tolist()) == {kind}
    assert [len(w.districts) for w in made] == row["districts"]
    for units in ([w.communes for w in made], [w.districts for w in made]):
        whole = np.concatenate(units)
        assert len(np.unique(whole)) == len(whole)


@pytest.mark.parametrize("known", [True, False])
def test_governments_that_go_on_from_a_state_know_the_income_that_taxes_follow(
    world: World, known: bool
) -> None:
    """Half as much again as at the start brings half as much tax again; an income that nobody knew, none."""
    income = 4.0 + np.arange(36) % 5

    def started(income: np.ndarray | None) -> Governments:
        given = Government(pool_share=0.0)
        return Governments(mesa.Model(rng=1), world, given, Access(), world.residents, income=income)

    before = started(income if known else None)
    at_start = before.revenue.tax.copy()
    after = started(None if known else income)
    restore(after, export(before), None)
    for g in (before, after):
        g.step(world.residents, 0, 1.5 * income)
    assert after.revenue.tax == pytest.approx(at_start * (1.5 if known else 1.0), abs=1)
    assert after.revenue.tax.tolist() == before.revenue.tax.tolist()
    assert at_start.min() == 0 < at_start.max()
