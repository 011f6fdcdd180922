from __future__ import annotations

import numpy as np
import pytest

from dicu.behaviour import access as rule
from dicu.government import Commune, Levers, NotConserved, Province, books
from dicu.government.overlay import Overlay, legacy_overlay
from dicu.government.state import export
from dicu.scenario.parameters import Access, Government
from dicu.scenario.vocabulary import SERVICES


def test_start(govern, world):
    g = govern()
    assert g.generation == "legacy"
    assert len(g.communes) == 35
    assert len(g.provinces) == 2
    assert len(g.offices) == 35 + 4
    assert all(isinstance(a, Commune) for a in g.communes)
    assert sum(a.residents for a in g.communes) == world.residents.sum()
    assert [a.staff for a in g.communes] == [21] * 35
    assert [a.staff for a in g.provinces] == [2 * 142 + 18 * 21 - 21, 2 * 142 + 18 * 21]
    assert all(a.quality == 1.0 for a in [*g.communes, *g.provinces])
    books.check(g)


def test_governments_are_mesa_agents_of_the_model(govern):
    g = govern()
    assert len(g.model.agents_by_type[Commune]) == 35
    assert len(g.model.agents_by_type[Province]) == 2


def test_seventy_per_cent_recurrent_and_local_revenue_share(govern):
    g = govern()
    provinces = list(g.provinces)
    whole = sum(a.wages + a.running + a.investment for a in provinces)
    assert sum(a.wages + a.running for a in provinces) / whole == pytest.approx(0.7, abs=1e-9)
    assert sum(a.revenue_local for a in provinces) / whole == pytest.approx(0.35, abs=1e-4)
    a_head = [a.revenue_local / a.residents for a in provinces]
    assert a_head[1] / a_head[0] == pytest.approx(6 / 4, abs=1e-4), "revenue a head follows income"


def test_nothing_changes_while_nobody_moves(govern, world):
    g = govern()
    before, state = g.access().copy(), export(g)
    for step in range(6):
        g.step(world.residents, step)
        books.check(g)
    assert np.array_equal(before, g.access())
    after = export(g)
    assert list(state) == list(after)
    assert all(np.array_equal(state[k], after[k]) for k in state)


def test_access_by_hand(govern, world):
    g = govern()
    a = Access()
    p = 2  # its own cell: 4 km square, seat of its district at (4, 4), itself at (8, 0)
    near = 60 * 1.3 * 0.3826 * 4 / 30
    far = 60 * 1.3 * np.hypot(0.3826 * 4, np.hypot(4, 4)) / 30
    one, two = 2 ** (-near / 30), 2 ** (-far / 30)
    got = dict(zip(SERVICES, g.access()[p], strict=True))
    assert got["commune_administration"] == pytest.approx(a.online + (1 - a.online) * one, rel=1e-13)
    assert got["district_administration"] == pytest.approx(a.online + (1 - a.online) * two, rel=1e-13)
    assert got["health"] == pytest.approx((one + two) / 2, rel=1e-13)
    assert got["education"] == pytest.approx(0.75 * one + 0.25 * two, rel=1e-13)
    assert got["water"] == 0.58
    assert g.access()[10, rule.WATER] == 0.95
    assert not g.access().flags.writeable


def test_growth_crowds_an_office_and_leaves_the_others_alone(govern, world):
    g = govern()
    before = g.access().copy()
    residents = world.residents.copy()
    residents[20] *= 2
    g.step(residents, 0)
    commune = list(g.communes)[world.legacy_commune[20]]
    assert commune.need == 42
    assert commune.quality == pytest.approx(0.5**0.6, rel=1e-13)
    changed = np.flatnonzero(
        g.access()[:, rule.COMMUNE_ADMINISTRATION] != before[:, rule.COMMUNE_ADMINISTRATION]
    )
    assert changed.tolist() == [20]
    district = np.flatnonzero(
        g.access()[:, rule.DISTRICT_ADMINISTRATION] != before[:, rule.DISTRICT_ADMINISTRATION]
    )
    assert district.tolist() == list(range(18, 27))
    books.check(g)


def test_capital_follows_the_budget(govern, world):
    g = govern()
    g.step(world.residents // 2, 0)
    books.check(g)
    losing = list(g.communes)[5]
    assert losing.capital != losing.capital_reference
    k = losing.capital / losing.capital_reference
    g.step(world.residents // 2, 1)
    assert losing.quality == pytest.approx(min(1.2, k**0.4), rel=1e-12)


def test_columns(govern, world):
    g = govern()
    columns = books.columns(g)
    assert {len(v) for v in columns.values()} == {35 + 2 + 1}
    commune, province = columns["level"] == "commune", columns["level"] == "province"
    assert (
        columns["residents"][commune].sum() == columns["residents"][province].sum() == world.residents.sum()
    )
    comes = sum(columns[f"{name}_mvnd"] for name in ("revenue_local", "transfer", "reinvested", "pool"))
    goes = sum(columns[f"{name}_mvnd"] for name in ("wages", "running", "desks", "severance", "investment"))
    assert np.allclose(comes - goes, columns["balance_mvnd"], atol=1e-6)
    for name in ("residents", "posts", "transfer_mvnd", "wages_mvnd", "investment_mvnd", "capital_mvnd"):
        assert columns[name][-1] == pytest.approx(columns[name][province].sum()), (
            "the nation is all provinces"
        )
    assert columns["posts"][province].sum() == columns["posts"][commune].sum() + 4 * 142
    assert np.isfinite(columns["travel_minutes"]).all()
    people = world.residents[:18]
    expected = (people * g.commune_minutes[:18]).sum() / people.sum()
    assert columns["travel_minutes"][35] == pytest.approx(expected)
    for name in (
        "quality",
        "disruption",
        "posts_needed",
        "capital_mvnd",
        "capital_ratio",
        "seat_minutes",
        "code",
    ):
        assert name in columns


def test_bad_residents_are_refused(govern, world):
    g = govern()
    with pytest.raises(ValueError, match=r"must be \(36,\) int64"):
        g.step(world.residents[:5], 0)
    with pytest.raises(ValueError, match="int64"):
        g.step(world.residents.astype(np.float64), 0)
    negative = world.residents.copy()
    negative[7] = -1
    with pytest.raises(ValueError, match="place 7 has -1"):
        g.step(negative, 0)
    with pytest.raises(ValueError, match="nobody lives"):
        govern(residents=np.zeros(36, dtype=np.int64))


def test_check_names_what_is_lost(govern):
    def broken(spoil):
        g = govern()
        spoil(g)
        with pytest.raises(NotConserved) as error:
            books.check(g)
        return str(error.value)

    def budget(g):
        g.offices[3].budget.wages += 7

    def capital(g):
        g.offices[3].budget.capital += 5

    def posts(g):
        g.offices[3].staff += 2

    def served(g):
        g.offices[3].residents -= 4

    def governed(g):
        next(iter(g.communes)).residents += 3

    def place(g):
        g.network.district_office_of_place[9] = -1

    def revenue(g):
        g.offices[3].budget.revenue_tax += 11
        g.offices[3].budget.transfer -= 11

    def pool(g):
        g.offices[3].budget.pool_next += 13

    def kept(g):
        next(iter(g.communes)).budgets.clear()

    def twice(g):
        one, other = list(g.communes)[:2]
        one.budgets.append(other.budgets[0])

    assert "1 of these are kept by none" in broken(kept)
    assert "provinces keep 40 budgets, offices have 39" in broken(twice)
    assert "place 4 does not close: -7 dong" in broken(budget)
    assert "does not close: -5 dong" in broken(capital)
    assert "posts are filled" in broken(posts)
    assert "difference -2" in broken(posts)
    assert "difference -4" in broken(served)
    assert "communes govern" in broken(governed)
    assert "place 9" in broken(place)
    assert "difference 11" in broken(revenue)
    assert "moves 13 dong more than it takes" in broken(pool)


def test_a_month_is_a_third_of_a_quarter(govern):
    quarter, month = govern(), govern(steps_per_year=12)
    ratio = [sum(a.wages for a in g.provinces) for g in (month, quarter)]
    assert ratio[0] / ratio[1] == pytest.approx(1 / 3, rel=1e-6)
    assert month.terms.quarters_per_step == pytest.approx(1 / 3)


def overlay_with(world, **changed):
    base = {
        "name": "mine",
        "generation": "x",
        "step": 3,
        "date": "",
        "communes": world.new_communes,
        "provinces": world.new_provinces,
        "commune_of_place": world.new_commune,
        "province_of_place": np.zeros(36, dtype=np.int32),
        "levers": Levers(relabel=True),
    }
    return Overlay(**{**base, **changed})


def test_an_overlay_that_cannot_be_is_refused(world):
    bad = world.new_commune.copy()
    bad[5] = 12
    with pytest.raises(ValueError, match="place 5 has commune 12; allowed: 0 to 11"):
        overlay_with(world, commune_of_place=bad)
    moved = world.new_commune.copy()
    moved[4] = 0
    with pytest.raises(
        ValueError, match="the seat of commune 2c001 stands in place 4, which belongs to 2c000"
    ):
        overlay_with(world, commune_of_place=moved)
    with pytest.raises(ValueError, match="lies in two provinces"):
        overlay_with(
            world,
            provinces=world.legacy_provinces,
            commune_of_place=np.where(np.arange(36) == 35, 0, world.new_commune).astype(np.int32),
            province_of_place=world.province,
        )
    assert legacy_overlay(world).levers.pulled == ()


def test_parameters_change_what_is_done(govern):
    assert [a.staff for a in govern(staff_legacy_commune=30).communes] == [30] * 35
    assert Government().quality_cap == 1.2
