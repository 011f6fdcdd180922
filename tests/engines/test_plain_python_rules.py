"""Each rule of a household's step against plain Python written from the specification: tests/oracle.py."""

from __future__ import annotations

import copy
import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicu.behaviour.consider import may_consider, rounded_up
from dicu.behaviour.household_rules import faded, income_units
from dicu.behaviour.terms import ties_effect
from dicu.behaviour.ties import grown, growth_256
from dicu.behaviour.utility import consider_tables, network_tables, relative_network
from dicu.behaviour.wealth import wealth_after
from dicu.compute import draws, hashing
from dicu.engine import threads
from dicu.model import Model
from dicu.population.columns import BUSY, COLUMNS, Households
from dicu.scenario.parameters import Ties
from dicu.scenario.vocabulary import REASONS
from nests import keys_of, one_row, rescreened, weights_of
from oracle import Country, Sight
from oracle_luck import Law, chance, hash32, hash64, key64, mix32, race
from oracle_model import STEPS, lively
from oracle_work import Market

WORDS = st.integers(0, 2**64 - 1)


# ---------------------------------------------------------------- luck


@given(a=WORDS, b=WORDS, c=WORDS)
@settings(max_examples=200, deadline=None)
def test_hashes_are_those_of_whole_number_arithmetic(a: int, b: int, c: int) -> None:
    assert int(np.uint64(hashing.key64(np.uint64(a), np.uint64(b), np.uint64(c)))) == key64(a, b, c)
    assert int(np.uint64(hashing.hash64(np.uint64(a), np.uint64(b)))) == hash64(a, b)
    assert int(hashing.hash32(np.uint64(a), np.uint64(b))) == hash32(a, b)
    assert int(hashing.mix32(np.uint32(a & 0xFFFFFFFF))) == mix32(a & 0xFFFFFFFF)


@given(
    key=WORDS,
    names=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=30, unique=True),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=100, deadline=None)
def test_the_race_is_won_by_the_least_time(key: int, names: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    weight = np.exp(rng.normal(0, 3, len(names))) * (rng.random(len(names)) < 0.8)
    expected = race(key, {k: (a, float(w)) for k, (a, w) in enumerate(zip(names, weight, strict=True))})
    ids, bits = np.array(names, dtype=np.uint32), np.empty(len(names), dtype=np.uint32)
    assert draws.race(np.uint64(key), ids, weight, len(names), -1, bits) == (
        -1 if expected is None else expected
    )


# ---------------------------------------------------------------- scalar rules


@pytest.mark.parametrize("dt", [1.0, 1 / 3, 4.0])
def test_ties_close_a_sixteenth_of_what_is_missing_a_quarter(dt: float) -> None:
    growth = np.uint16(growth_256(Ties(), dt))
    share = 1.0 - (15 / 16) ** dt
    for t in range(256):
        after = int(grown(np.uint8(t), growth))
        assert t + (255 - t) * share - 0.6 <= after <= t + (255 - t) * share + 1.6
        assert after > t or t == 255, "everybody becomes a native in the end"
    assert growth_256(Ties(), 1.0) == 16


def test_a_shock_falls_by_one_a_step_and_begins_anew_on_struck_farms() -> None:
    for flags in range(256):
        kind, shock = flags & 15, flags >> 4 & 7
        farming = kind % 2 == 0
        for struck in (0, 1):
            left = 7 if struck and farming else max(shock - 1, 0)
            assert int(faded(np.uint8(flags), np.uint8(struck))) == kind | left << 4, "and nobody is busy"


@given(
    pay=st.floats(0, 900),
    luck=st.floats(0.05, 8),
    other=st.floats(0, 90),
    workers=st.integers(0, 6),
    children=st.integers(0, 6),
    bits=st.integers(0, 2**32 - 1),
)
@settings(max_examples=300, deadline=None)
def test_income_sums_workers_and_heads_and_is_rounded_by_luck(
    pay: float, luck: float, other: float, workers: int, children: int, bits: int
) -> None:
    persons = min(workers + children, 6)
    found = int(
        income_units(
            np.float32(pay),
            np.float32(luck),
            np.uint32(workers),
            np.float32(other),
            np.uint32(persons),
            np.uint32(bits),
        )
    )
    exact = pay * luck * workers + other * persons + (bits >> 8) / 2**24
    slack = 1e-6 * (1 + exact)
    assert math.floor(exact - slack) <= found <= math.floor(exact + slack)


@given(
    wealth=st.integers(0, 65_535),
    income=st.integers(0, 65_535),
    floor=st.integers(0, 2_000),
    s=st.floats(0, 0.6),
    m=st.floats(0, 1),
)
@settings(max_examples=300, deadline=None)
def test_wealth_is_what_came_in_less_the_floor_or_what_is_not_saved(
    wealth: int, income: int, floor: int, s: float, m: float
) -> None:
    keep, draw = round(s * 65_536), round(m * 65_536)
    kept, drawn = (math.floor(x * rate / 65_536 + 0.5) for x, rate in ((income, keep), (wealth, draw)))
    consumed = min(max(floor, income - kept + drawn), wealth + income)
    found = wealth_after(*(np.uint32(x) for x in (wealth, income, floor, keep, draw)))
    assert int(found) == min(wealth + income - consumed, 65_535)


# ---------------------------------------------------------------- considering


@given(
    seed=st.integers(0, 2**32 - 1),
    theta=st.tuples(*[st.floats(-3, 3)] * 2),
    ties=st.floats(0, 3),
    shock=st.floats(0, 3),
)
@settings(max_examples=40, deadline=None)
def test_the_bound_is_never_below_the_exact_chance(
    seed: int, theta: tuple[float, float], ties: float, shock: float
) -> None:
    """Random gaps, access, ties and shocks: who considers passes the screen."""
    rng = np.random.default_rng(seed)
    gap, poor = rng.normal(0, 1, (5, 16)), rng.uniform(-0.2, 1, 5)
    leave = rng.normal(0, 0.5, 5)
    base = float(10 ** rng.uniform(-6, 1))
    hazard = consider_tables(gap, poor, base, *theta, leave)
    expected = base * np.exp(theta[0] * gap + (theta[1] * poor + leave)[:, None])
    assert hazard == pytest.approx(expected, rel=1e-12)
    bound, ready = rounded_up(hazard * 2.0**32), rounded_up(np.array([0.03, 1.0, 6.3]))
    held = ties_effect(-ties)
    assert held == pytest.approx(np.exp(-ties * np.arange(256) / 255), rel=1e-12)
    most = np.float32(math.ceil(math.exp(shock)) + 1)
    for t in (0, 1, 100, 255):
        for x in range(8):
            factor = held[t] * math.exp(shock * x / 7)
            for r, r_bound in zip((0.03, 1.0, 6.3), ready, strict=True):
                exact = np.array([[chance(h * r * factor) for h in row] for row in expected]) * 2.0**32
                # draws are whole numbers: all below the exact chance must pass
                last = np.clip(np.ceil(exact) - 1, 0, 2**32 - 1).astype(np.uint32)
                flags = np.uint8(x << 4)
                passes = [
                    may_consider(b, m, r_bound, flags, most)
                    for b, m in zip(last.flat, bound.flat, strict=True)
                ]
                assert all(passes)


# ---------------------------------------------------------------- a whole step, household by household


class Replay:
    """Looks on in one step: what the country saw before the pass, and what the pass made of it."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.wanted = False

    def frozen(self, tables: Any, followers: Any) -> None:
        """Copy everything that the oracle is given."""
        m = self.model
        rows = {name: getattr(m.households, name)[: m.households.n].tolist() for name, _, _ in COLUMNS}
        self.tables = tables
        self.seen = Sight(
            rows=rows,
            potential=m.markets.potential.copy(),
            expected=m.markets.expected.copy(),
            earnings=m.markets.earnings.copy(),
            other_income_head=m.markets.other_income_head.copy(),
            struck=m.markets.struck.copy(),
            access=m.access().copy(),
            dwellings=m.housing.dwellings.copy(),
            rent=m.housing.homes.rent.copy(),
            death=tables.life.hazards.death,
            birth=tables.life.hazards.birth,
            later=tables.life.hazards.birth_later,
            seek=tables.life.hazards.seek,
            part=tables.life.hazards.part,
            luck=tables.money.luck.astype(float),
            kappa=m.kappa,
            market=Market(
                area=m.commuting.area.tolist(),
                centre=m.commuting.centre.tolist(),
                find=m.markets.formal.flows.find.copy(),
                lose=m.markets.formal.flows.lose.copy(),
                offers=m.markets.formal.flows.offers.copy(),
                cost=m.offer_cost,
                looking=m.looking.copy(),
                network_start=m.network_start.copy(),
            ),
            step=m.moment,
            year=m.year,
            law=Law(m.ages.majority, m.ages.marriage),
        )

    def passed(self, events: Any) -> None:
        """Copy the rows as the pass left them."""
        h = self.model.households
        self.rows = {name: getattr(h, name)[: h.n].tolist() for name, _, _ in COLUMNS}
        self.events = events

    def committed(self, changes: Any) -> None:
        """Nothing of the commit is of interest here."""


@pytest.fixture(scope="module", params=STEPS)
def replay(request: pytest.FixtureRequest) -> Any:
    """One step of the lively model; and what the oracle says."""
    scenario, model = lively(request.param)
    replay = Replay(model)
    model.watch = replay
    model.step()
    country = Country(scenario, model.world, replay.seen)
    said = [country.step(i) for i in range(len(replay.seen.rows["uid"]))]
    for i, done in enumerate(said):
        done["offer"] = country.work.hear(done, replay.rows["wealth"][i])
        if done["considers"]:
            country.decide(i, done, replay.rows["wealth"][i])
    return replay, country, said


def test_the_frozen_tables_are_those_of_the_formulas(replay: Any) -> None:
    seen, country, _ = replay
    t = seen.tables
    close = {"rel": 1e-9}
    assert t.where.near_district == pytest.approx(country.near_district, **close)
    assert t.where.near_province == pytest.approx(country.near_province, **close)
    assert t.consider.hazard == pytest.approx(country.hazard, **close)
    assert t.choose.net_district == pytest.approx(country.net_district, **close)
    assert t.choose.net_province == pytest.approx(country.net_province, **close)
    assert np.asarray(t.choose.place_weight.T) == pytest.approx(country.e, **close)
    assert t.choose.need_district.diagonal().tolist() == t.choose.need_own.tolist()
    for d, q in enumerate(country.province):
        inside = country.districts[q]
        assert t.choose.need_district[d, inside].tolist() == [country.need_district[d][k] for k in inside]
        other = [r for r in country.districts if r != q]
        assert t.choose.need_province[d, other].tolist() == [country.need_province[d][r] for r in other]
    assert np.abs(country.gap).max() > 0.1, "incomes that differ"
    assert t.work.spread == pytest.approx(country.work.spread, **close)
    assert len(set(keys_of(t).values())) == 17


def test_every_option_has_the_weight_of_the_formulas(replay: Any) -> None:
    """Rows as nest_weights lists them: stay, home, other work, own province's districts, all provinces."""
    seen, country, said = replay
    kinds = set()
    for i in range(0, len(said), 7):
        rows, wealth = seen.rows, seen.rows["wealth"][i]
        place, home, kind, ties = (
            rows["place"][i],
            rows["home_place"][i],
            seen.seen.rows["flags"][i] & 15,
            rows["ties"][i],
        )
        row = one_row(place, home, kind, ties, wealth)
        formal = bool(rows["attributes"][i] & 64) and kind % 2 == 1
        row.attributes[0] = 64 * formal
        name, weight = weights_of(seen.tables, row)
        found = {int(a): w for a, w in zip(name, weight, strict=True) if w > 0}
        options = country.options(place, home, kind, ties, wealth, formal)
        assert found == pytest.approx(dict(options.values()), rel=1e-9)
        kinds |= {what for what, _ in options}
    assert kinds == {"stay", "home", "work", "own", "district", "province"}


def test_ties_and_shocks(replay: Any) -> None:
    seen, _, said = replay
    assert seen.rows["ties"] == [d["ties"] for d in said]
    assert [f >> 4 & 7 for f in seen.rows["flags"]] == [d["shock"] for d in said]
    assert {d["shock"] for d in said} >= {0, 7}
    assert len({d["ties"] for d in said}) > 10


def test_income_and_consumption(replay: Any) -> None:
    seen, country, said = replay
    before = seen.seen.rows["wealth"]
    total, poor = [0, 0], 0
    for i, done in enumerate(said):
        persons = sum(1 for b in seen.seen.rows["member"][i] if b)
        allowed = [done["income"]] + ([done["income"] - 1, done["income"] + 1] if done["either"] else [])
        after = {before[i] + y - country.consumed(before[i], y, persons): y for y in allowed}
        assert seen.rows["wealth"][i] in after
        income = after[seen.rows["wealth"][i]]
        total[0] += income
        total[1] += before[i] + income - seen.rows["wealth"][i]
        poor += seen.rows["wealth"][i] == 0
    unsure = sum(done["either"] for done in said)
    assert abs(seen.events.income - total[0]) <= unsure
    assert abs(seen.events.consumption - total[1]) <= unsure
    assert unsure < 0.01 * len(said)
    assert 20 < poor < 0.6 * len(said), "some cannot pay the floor"


def assert_lives(events: Any, rows: dict[str, list[Any]], said: list[dict[str, Any]]) -> None:
    """Events, members and life stages of every household; who seeks is named by the slot after deaths."""
    found = {int(r): int(m) for r, m in zip(events.life_row, events.life_mask, strict=True)}
    expected = {}
    for i, done in enumerate(said):
        mask = sum(1 << r for r in done["life"] if r < 12)
        for slot in (r - 12 for r in done["life"] if 12 <= r < 18):
            mask |= (slot - sum(1 for r in done["life"] if r < slot) + 1) << 12
        mask |= done["gone"] << 16
        mask |= sum((r - 18 + 1) << 19 for r in done["life"] if r >= 18)
        if mask:
            expected[i] = mask
    assert found == expected
    assert rows["member"] == [d["member"] for d in said]
    busy = {i for i, flags in enumerate(rows["flags"]) if flags & BUSY}
    assert busy - {i for i, d in enumerate(said) if d.get("offer", "") == "taken"} == expected.keys()
    busy &= expected.keys()
    for i in busy:
        assert rows["flags"][i] & 15 == said[i]["kind"]
        assert rows["flags"][i] >> 4 & 7 == said[i]["shock"]


def test_births_deaths_and_who_seeks(replay: Any) -> None:
    seen, _, said = replay
    assert_lives(seen.events, seen.rows, said)
    assert {r // 6 for d in said for r in d["life"]} == {0, 1, 2, 3}, "deaths, births, searches and partings"


def test_lives_in_which_much_happens_at_once(replay: Any) -> None:
    """The same rows under hazards so large that deaths, births and searches meet in one household."""
    seen, country, _ = replay
    somebody = np.arange(256) > 0
    each = np.tile(0.05 * somebody, (2, 1))
    death, birth, seek, part = each, each, 0.08 * somebody, 0.06 * somebody
    bound = np.ceil((death[0] + np.maximum(birth[0] + part, seek)) * 2.0**26).astype(np.uint32) + np.uint32(1)
    word = np.where(somebody, seen.tables.life.word >> 26 << 26 | bound, 0).astype(np.uint32)
    life = seen.tables.life
    hazards = life.hazards._replace(death=death, birth=birth, birth_later=0.5 * birth, seek=seek, part=part)
    life = life._replace(hazards=hazards, word=word)
    # offers are left out: what becomes of them is of another test
    work = seen.tables.work._replace(hazard=np.zeros_like(seen.tables.work.hazard))
    tables = rescreened(seen.tables._replace(life=life, work=work))
    h = Households.empty(len(seen.seen.rows["uid"]), len(seen.seen.rows["uid"]))
    for name, values in seen.seen.rows.items():
        getattr(h, name)[:] = values
    events = threads.household_pass(h, tables, {})

    fatal = copy.copy(country)
    fatal.seen = dataclasses.replace(
        seen.seen, death=death, birth=birth, later=0.5 * birth, seek=seek, part=part
    )
    said = [fatal.step(i) for i in range(h.n)]
    assert_lives(events, {name: getattr(h, name).tolist() for name in seen.rows}, said)
    at_once = [{r // 6 for r in d["life"]} for d in said]
    for kinds in ({0, 1}, {0, 2}):
        assert sum(kinds <= k for k in at_once) > 3, f"{kinds} never come together"
    assert {3} in at_once
    assert all(k == {3} for k in at_once if 3 in k), "who parts lives through nothing else"


def test_everybody_decides_the_same(replay: Any) -> None:
    """Who considers; destination, who leaves and the reason of every move; who changes work; and nobody else."""
    seen, _, said = replay
    e = seen.events
    assert e.considered == sum(d["considers"] for d in said)
    found = {
        int(row): (int(to), int(who), REASONS[why])
        for row, to, who, why in zip(e.row, e.destination, e.leaver, e.reason, strict=True)
    }
    expected = {i: (d["to"], d["leaver"], d["reason"]) for i, d in enumerate(said) if d["to"] >= 0}
    assert found == expected
    assert seen.rows["attributes"] == [d["attributes"] for d in said]
    assert [f & 15 for f in seen.rows["flags"]] == [d["kind"] for d in said]
    for name in ("uid", "place", "home_place", "income_quantile"):
        assert seen.rows[name] == seen.seen.rows[name], f"the pass wrote {name}"


def test_the_step_holds_every_kind_of_decision(replay: Any) -> None:
    """Otherwise the tests above would pass for rules that never come up."""
    _, _, said = replay
    choices = [d["choice"] for d in said if d["considers"]]
    assert set(choices) == {"stay", "home", "work", "own", "district", "province"}
    reasons = {d["reason"] for d in said if d["to"] >= 0}
    assert reasons >= {"chance", "income", "services", "network", "home", "shock", "work"}
    assert {d["offer"] for d in said} == {"", "taken", "lapsed"}
    assert {d["leaver"] for d in said if d["to"] >= 0} >= {-1, 0, 1, 2}


def test_networks_count_households_not_rows() -> None:
    stock = np.array([[0, 3, 5], [2, 0, 9]])
    province = np.array([0, 0, 1], dtype=np.int32)
    households = relative_network(stock, stock, province, 50)
    assert np.array_equal(households, 50.0 * stock)
    by_district, by_province = network_tables(households, province, 2, 0.4)
    assert by_district == pytest.approx((1 + 50 * stock) ** 0.4)
    assert by_province == pytest.approx((1 + 50 * np.array([[3, 5], [2, 9]])) ** 0.4)


def test_networks_are_relative_to_the_start() -> None:
    """Twice as many elsewhere, in the same places, weigh as much as at the start: only where they are counts."""
    province = np.array([0, 0, 1, 1], dtype=np.int32)
    start = np.array([[40, 60, 3, 5], [2, 4, 70, 30]])
    now = np.array([[40, 60, 6, 10], [2, 10, 70, 30]])
    found = relative_network(now, start, province, 1)
    assert found[0] == pytest.approx(start[0])
    assert found[1] == pytest.approx([1, 5, 70, 30])


def test_changes_and_offers_are_those_of_the_formulas(replay: Any) -> None:
    """Workers who found and lost a job, and offers made, taken and lapsed, counted one household at a time."""
    seen, _, said = replay
    work = seen.events.work
    changed = [d["changed"] for d in said]
    assert work.found.sum() == sum(k for k in changed if k > 0) > 20
    assert work.lost.sum() == -sum(k for k in changed if k < 0) > 5
    for what in ("taken", "lapsed"):
        assert getattr(work, what).sum() == sum(d["offer"] == what for d in said) > 0
    assert work.made.sum() == work.taken.sum() + work.lapsed.sum()
