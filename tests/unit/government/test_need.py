"""What an office needs: the work of the people served, whatever their borders; and the share that provinces take."""

from __future__ import annotations

import numpy as np
import pytest

from dicu.behaviour import access as rule
from dicu.government import Levers, books
from dicu.reform import apply, policy, to_2025
from dicu.scenario.parameters import Access, Government

EVERYTHING_BUT_CUTS = Levers(relabel=True, pool_budgets=True, close_offices=True, move_services=True)


def after(g, world, levers=None, people=None):
    people = world.residents if people is None else people
    overlay = policy("actual", world, 0)[0] if levers is None else to_2025("test", world, 0, levers)
    apply(g, overlay, 0, people)
    g.step(people, 0)
    books.check(g)
    return g


def needs(g):
    return sum(o.posts_needed(g.parameters) for o in g.offices)


@pytest.mark.parametrize("grown", [1, 3])
def test_no_reform_redefines_the_work(govern, world, grown):
    """Merging, moving and pooling leave the work to the post; the share of provinces is the one part that goes."""
    for share in (0.0, 0.3):
        g = govern(district_to_province=share)
        people = world.residents * grown
        g.step(people, 0)
        before = needs(g)
        after(g, world, EVERYTHING_BUT_CUTS, people)
        assert needs(g) + g.network.province.posts.sum() == pytest.approx(before)
        assert g.network.province.posts.sum() == pytest.approx(share * 4 * 142 * grown)


def test_the_work_of_before_is_staffed_by_fewer_and_so_done_worse(govern, world):
    """The same cut under both readings of need: by the dispatch nobody lacks a post, by the work everybody does."""
    by = {need: after(govern(need=need, disruption=0.0), world) for need in ("work", "dispatch")}
    staff = [[o.staff for o in g.offices] for g in by.values()]
    assert staff[0] == staff[1], "posts do not depend on what is needed"
    assert all(o.quality == pytest.approx(1.0) for o in by["dispatch"].offices if o.residents)
    for office in by["work"].offices:
        if office.residents:
            assert office.quality == pytest.approx(min(1.0, office.staff / office.need) ** 0.6)
    assert min(o.quality for o in by["work"].offices) < 0.9


def test_what_merging_saves_scales_the_work_of_those_merged(govern, world):
    """Of offices that are merged and of districts that go: 0.7 of the work, and no less of the posts."""
    whole, less = (after(govern(need_scale=scale), world, EVERYTHING_BUT_CUTS) for scale in (1.0, 0.7))
    assert needs(less) == pytest.approx(0.7 * needs(whole))
    assert less.network.province.posts.sum() == pytest.approx(0.7 * whole.network.province.posts.sum())
    assert sum(o.staff for o in less.offices) == sum(o.staff for o in whole.offices)


def test_a_provinces_share_is_done_at_its_seat_by_its_own_agencies(govern, world):
    """Access to the districts' work is the mean of both parts; the province's has its way, its posts, its merger."""
    p = {"district_to_province": 0.4, "disruption": 0.2, "disruption_half_life_quarters": 4.0}
    g, alone = after(govern(**p), world), after(govern(**{**p, "district_to_province": 0.0}), world)
    taken = 0.4 * 4 * 142
    need = 2 * 1750 + taken
    assert g.network.province.staffed == pytest.approx(2 * 1750 * 0.833 / need)
    quality = (1 - 0.2 / 2) * (2 * 1750 * 0.833 / need) ** 0.6
    assert g.network.province.quality == pytest.approx(quality)
    seat = world.position_km[13]
    minutes = 60 * 1.3 * np.hypot(0.3826 * 4, np.linalg.norm(world.position_km[0] - seat)) / 30
    online = Access().online
    theirs = quality * (online + (1 - online) * 2 ** (-minutes / 30))
    office = g.offices[g.network.commune_office_of_place[0]]
    before = alone.offices[alone.network.commune_office_of_place[0]]
    ours = alone.access()[0, rule.DISTRICT_ADMINISTRATION] * office.quality / before.quality
    assert office.quality > before.quality, "less work is left to the commune"
    assert g.access()[0, rule.DISTRICT_ADMINISTRATION] == pytest.approx(0.6 * ours + 0.4 * theirs)


def test_provinces_do_nothing_where_districts_stay(govern, world):
    g = after(govern(), world, Levers(relabel=True, close_offices=True))
    assert not g.network.province.share.any()
    assert (g.network.province.quality == 1.0).all()


@pytest.mark.parametrize("source", ["savings", "budget"])
def test_a_desk_makes_nobody_worse_off_by_construction(govern, world, source):
    """Beside the reform without desks: the seat keeps its posts, the budget its investment, access falls nowhere."""
    p = {"satellite_minutes": 10.0, "satellite_posts": source, "staff_bodies": 0.0}
    whole = Levers(*(True,) * 6)
    plain = after(govern(**p), world)
    desks = after(govern(**p), world, whole)
    assert sum(len(o.desks) for o in desks.offices) > 0
    for one, two in zip(plain.offices, desks.offices, strict=True):
        assert two.staff - two.desk_posts == one.staff
        assert two.budget.investment >= one.budget.investment
        assert two.quality == one.quality
    assert (desks.access() >= plain.access() - 1e-12).all()
    cut = [sum(o.posts_cut for o in g.offices) for g in (plain, desks)]
    added = sum(o.desk_posts for o in desks.offices)
    assert cut[0] - cut[1] == added, "so many fewer are cut, net"
    owed = [
        sum(b.severance_left + b.severance + b.severance_nation for b in g.network.budgets)
        for g in (plain, desks)
    ]
    assert (owed[1] < owed[0]) == (source == "savings")


def test_health_and_schools_have_qualities_of_their_own(govern, world):
    """The same loss of capital hurts clinics more than schools, and both by their stated elasticity."""
    g = govern()
    for office in g.offices:
        office.capital_ratio = 0.5
    full = g.access().copy()
    g.reach.measure(g.network, world.residents)
    a = Access()
    assert g.access()[:, rule.HEALTH] == pytest.approx(full[:, rule.HEALTH] * 0.5**a.health_capital)
    assert g.access()[:, rule.EDUCATION] == pytest.approx(full[:, rule.EDUCATION] * 0.5**a.school_capital)
    assert a.school_capital < a.health_capital


def test_need_is_one_of_two_words():
    with pytest.raises(ValueError, match="need"):
        Government(need="posts")
