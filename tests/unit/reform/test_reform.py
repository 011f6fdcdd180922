from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicu.behaviour import access as rule
from dicu.government import Commune, Governments, Levers, NotConserved, Province, books
from dicu.government.state import export
from dicu.reform import POLICIES, apply, check_conservation, policy, to_2025
from dicu.scenario.parameters import Access, Government
from dicu.scenario.parameters_reform import PolicyName


def same_state(a: Governments, b: Governments) -> bool:
    one, two = export(a), export(b)
    return list(one) == list(two) and all(np.array_equal(one[k], two[k]) for k in one)


def grown(world, step):
    """Residents that change differently in every place."""
    return np.round(world.residents * (1 + 0.01 * step * np.sin(np.arange(36)))).astype(np.int64)


def test_policies(world):
    assert set(POLICIES) == set(get_args(PolicyName))
    assert policy("none", world, 25) == []
    (actual,) = policy("actual", world, 25, "2025Q3")
    assert (actual.step, actual.date, actual.generation) == (25, "2025Q3", "2025")
    assert actual.levers.pulled == ("relabel", "pool_budgets", "close_offices", "cut_staff", "move_services")
    (relabel,) = policy("relabel", world, 25)
    assert relabel.levers.pulled == ("relabel",)
    assert relabel.date == "step 25"
    with pytest.raises(
        ValueError,
        match=r"no such policy \(got 'merge', allowed none, actual, actual_with_satellites, relabel",
    ):
        policy("merge", world, 25)
    with pytest.raises(ValueError, match="before the start"):
        policy("actual", world, -1)


def test_relabel_changes_not_one_bit_of_access_quality_or_state(govern, world):
    none, relabel = govern(), govern()
    (overlay,) = policy("relabel", world, 2)
    for step in range(6):
        residents = grown(world, step)
        if step == 2:
            apply(relabel, overlay, step, residents)
        none.step(residents, step)
        relabel.step(residents, step)
        books.check(relabel)
        assert none.access().tobytes() == relabel.access().tobytes()
        assert same_state(none, relabel)
    assert none.generation == "legacy"
    assert relabel.generation == "2025"
    assert np.array_equal(relabel.commune_of_place, world.new_commune)
    assert len(relabel.communes) == 12
    assert len(relabel.offices) == 39
    money = [sum(a.transfer for a in g.provinces) for g in (none, relabel)]
    assert money[0] == money[1]


def test_the_agents_of_the_old_borders_leave_the_model(govern, world):
    g = govern()
    apply(g, policy("actual", world, 0)[0], 0, world.residents)
    assert len(g.model.agents_by_type[Commune]) == 12
    assert len(g.model.agents_by_type[Province]) == 1


def test_actual_closes_pools_cuts_and_moves(govern, world):
    g = govern(need="dispatch", district_to_province=0.0, staff_bodies=0.0, staff_legacy_district=100.0)
    g.step(world.residents, 0)
    done = apply(g, policy("actual", world, 1)[0], 1, world.residents)
    g.step(world.residents, 1)
    books.check(g)
    assert len(g.offices) == len(g.communes) == 12
    for c, commune in enumerate(g.communes):
        assert commune.offices[0].seat_place == 3 * c + 1
        assert commune.staff == commune.need
    # the ward of 67,001 residents on the plain: 32 + 25 = 57 posts; in a commune it would be 50
    assert list(g.communes)[3].staff == 57
    assert [c.staff for i, c in enumerate(g.communes) if c.residents < 16_000] == [32] * sum(
        c.residents < 16_000 for c in g.communes
    )
    before = 35 * 21 + 4 * 100
    assert done.transition.before.posts == before
    assert done.transition.posts_cut == before - sum(c.staff for c in g.communes)
    assert done.transition.savings_vnd == done.transition.posts_cut * 23_750_000
    assert sum(c.posts_cut for c in g.communes) == done.transition.posts_cut


def test_actual_moves_the_way_and_disrupts(govern, world):
    g = govern(disruption=0.25, disruption_half_life_quarters=4.0, need="dispatch", district_to_province=0.0)
    before = g.access().copy()
    minutes = g.district_minutes.copy()
    apply(g, policy("actual", world, 1)[0], 1, world.residents)
    g.step(world.residents, 1)
    p = 2
    assert g.commune_minutes[p] == pytest.approx(60 * 1.3 * np.hypot(0.3826 * 4, 4) / 30)
    assert g.district_minutes[p] == g.commune_minutes[p] < minutes[p], "what the district did is now nearer"
    # communes 0 and 1 share the fragments of a split commune: three offices of before make each
    assert [round(c.disruption / 0.25, 12) for c in g.communes] == [round(2 / 3, 12)] * 12
    assert all(c.quality == pytest.approx(1 - c.disruption, rel=1e-6) for c in g.communes)
    fixed = [rule.HEALTH, rule.EDUCATION, rule.WATER]
    assert np.array_equal(before[:, fixed], g.access()[:, fixed]), "clinics and schools stay"
    g.step(world.residents, 5)
    assert all(c.disruption == pytest.approx(0.25 / 3, rel=1e-12) for c in g.communes)


def test_savings_lower_the_transfer_and_investment_stays(govern, world):
    g = govern()
    invested = sum(p.investment for p in g.provinces)
    wages = sum(p.wages for p in g.provinces)
    transfer = sum(p.transfer for p in g.provinces)
    done = apply(g, policy("actual", world, 1)[0], 1, world.residents)
    g.step(world.residents, 1)
    assert sum(p.investment for p in g.provinces) == invested
    assert sum(p.wages for p in g.provinces) == wages - done.transition.savings_vnd
    assert sum(p.transfer for p in g.provinces) == transfer - done.transition.savings_vnd
    assert all(o.budget.capital == pytest.approx(o.budget.capital_reference, rel=1e-9) for o in g.offices)


def test_lineage(govern, world):
    became = apply(govern(), policy("actual", world, 0, "2025Q3")[0], 0, world.residents).lineage
    assert became.date == "2025Q3"
    commune = became.level == "commune"
    assert commune.sum() == 36
    assert (became.kind[commune] == "split").sum() == 2
    assert (became.kind[commune] == "merged").sum() == 34
    assert became.kind[~commune].tolist() == ["merged", "merged"]
    assert became.persons[commune].sum() == became.persons[~commune].sum() == world.residents.sum()
    assert became.area_km2[commune].sum() == pytest.approx(36 * 16)
    assert became.places[~commune].tolist() == [18, 18]
    split = became.predecessor == "lc000"
    assert became.successor[split].tolist() == ["2c000", "2c001"]
    assert became.persons[split].tolist() == world.residents[[0, 3]].tolist()


def test_a_unit_left_alone_is_unchanged_and_undisturbed(govern, world):
    same = to_2025("same", world, 0, Levers(relabel=True, close_offices=True))
    same = replace(
        same,
        communes=world.legacy_communes,
        commune_of_place=world.legacy_commune,
        provinces=world.legacy_provinces,
        province_of_place=world.province,
    )
    g = govern()
    became = apply(g, same, 0, world.residents).lineage
    assert set(became.kind.tolist()) == {"unchanged"}
    g.step(world.residents, 0)
    assert all(c.disruption == 0 for c in g.communes)


def test_conservation_names_the_difference(govern, world):
    done = apply(govern(), policy("actual", world, 0)[0], 0, world.residents)
    t = done.transition
    for name, change in (
        ("residents", 3),
        ("area_m2", -2),
        ("posts", 1),
        ("capital_vnd", 9),
        ("transfer_vnd", -4),
    ):
        wrong = replace(t, after=replace(t.after, **{name: getattr(t.after, name) + change}))
        with pytest.raises(NotConserved, match=f"reform actual: {name} should be .* difference {change}"):
            check_conservation(wrong, done.lineage)
    persons = done.lineage.persons.copy()
    persons[0] -= 1
    with pytest.raises(NotConserved, match=r"lineage of the communes holds .* persons: difference -1"):
        check_conservation(t, replace(done.lineage, persons=persons))


def test_a_reform_on_the_wrong_day_is_refused(govern, world):
    with pytest.raises(ValueError, match="dated at step 3, not 4"):
        apply(govern(), policy("actual", world, 3)[0], 4, world.residents)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    relabel=st.booleans(),
    pool=st.booleans(),
    close=st.booleans(),
    cut=st.booleans(),
    move=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_levers_lose_nothing(govern, world, relabel, pool, close, cut, move, seed):
    rng = np.random.default_rng(seed)
    residents = rng.integers(0, 40_000, 36) * (rng.random(36) < 0.8)
    g = govern(residents=residents.astype(np.int64) + (np.arange(36) == 0))
    levers = Levers(relabel, pool, close, cut, move)
    for step in range(4):
        residents = rng.integers(0, 40_000, 36).astype(np.int64)
        if step in (1, 3):  # a second reform over the first
            apply(g, to_2025("mixed", world, step, levers), step, residents)
        g.step(residents, step)
        books.check(g)
        assert ((g.access() >= 0) & (g.access() <= 1.2)).all()
    assert len(g.communes) == (12 if relabel else 35)
    assert len(g.offices) == (12 if close else 35) + (0 if move else 4)


def test_each_lever_does_its_own_thing(govern, world):
    def after(**levers):
        g = govern()
        apply(g, to_2025("one", world, 0, Levers(relabel=True, **levers)), 0, world.residents)
        g.step(world.residents, 0)
        books.check(g)
        return g

    start, cut, pooled, moved = (
        govern(),
        after(cut_staff=True),
        after(pool_budgets=True),
        after(move_services=True),
    )
    assert np.array_equal(pooled.access(), start.access())
    assert len(pooled.network.budgets) == 12 + 4
    assert cut.access()[:, 0].mean() < start.access()[:, 0].mean(), "fewer posts for the same work"
    assert sum(o.staff for o in moved.offices) == sum(o.staff for o in start.offices)
    assert np.array_equal(moved.access()[:, 0], start.access()[:, 0])
    assert not np.array_equal(moved.access()[:, 1], start.access()[:, 1])


def test_without_costs_of_a_merger_nobody_at_the_seat_loses(govern, world):
    """Signs are free: with no disruption and enough posts, who lives at the new seat gains the district's services."""
    g = govern(disruption=0.0, need="dispatch", district_to_province=0.0)
    before = g.access()[:, rule.DISTRICT_ADMINISTRATION].copy()
    apply(g, policy("actual", world, 0)[0], 0, world.residents)
    g.step(world.residents, 0)
    seats = world.new_communes.seat_place
    assert (g.access()[seats, rule.DISTRICT_ADMINISTRATION] >= before[seats] - 1e-9).all()


def test_parameters_are_used(world, govern):
    access = Access(online=0.7)
    more = govern(access=access).access()[:, 0]
    assert (more > govern().access()[:, 0]).all()
    assert Government().disruption == 0.25
