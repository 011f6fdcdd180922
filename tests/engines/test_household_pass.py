"""The pass over blocks of rows: at the edges of blocks, when a block overflows, and cut into shards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicu.behaviour.ages import Ages
from dicu.behaviour.consider import may_consider, readiness_of
from dicu.behaviour.events import Events, WorkTally
from dicu.behaviour.kin import couples_of, heads_young_family, single_with
from dicu.behaviour.life_course import LifeHazards, LifeTable
from dicu.behaviour.move import Readiness
from dicu.behaviour.screening import READY_SHIFT, bounds_of, screen_table, sure_couple
from dicu.compute.numeric import exp64
from dicu.engine import threads
from dicu.engine.objects import ObjectsEngine
from dicu.model import Model
from dicu.population.columns import COLUMNS, SHOCK_SHIFT, Households
from dicu.population.life_stage import kind_of
from states import assert_sound, copy_of, first_difference, first_model, sha, tables_of

BLOCK = threads.BLOCK


@pytest.fixture(scope="module")
def crowd() -> Any:
    """A model whose households exceed two blocks."""
    from dicu.scenario.scenario import Scenario, with_values

    return first_model(
        with_values(
            Scenario(),
            {
                "world.name": "monocentric",
                "population.weight": 1,
                "time.start": "2024Q3",
                "consider.lambda0": 0.2,
            },
        )
    )


def said(events: Events, households: Households) -> dict[str, Any]:
    """Everything that a pass says, by uid instead of row."""
    uid = households.uid
    parts = {
        "moves": (uid[events.row], events.destination, events.leaver, events.reason),
        "lives": (uid[events.life_row], events.life_mask),
    }
    for who, *_ in parts.values():
        assert len(np.unique(who)) == len(who), "a household spoke twice"
    told: dict[str, Any] = {k: sorted(zip(*(c.tolist() for c in p), strict=True)) for k, p in parts.items()}
    work = {k: v.tolist() for k, v in events.work._asdict().items()}
    return told | work | {k: getattr(events, k) for k in ("considered", "income", "consumption")}


def one_by_one(model: Model, households: Households) -> tuple[Events, Households]:
    """The pass of the objects engine over a copy: no blocks, no screens."""
    copy = copy_of(households)
    return ObjectsEngine(model, copy).household_pass(copy, tables_of(model), {}), copy


FAR = [
    pytest.param(BLOCK - 1, marks=pytest.mark.slow),
    BLOCK,
    pytest.param(BLOCK + 1, marks=pytest.mark.slow),
]


@pytest.mark.parametrize("n", [1, 2047, 2048, 2049, *FAR])
def test_at_the_edges_of_blocks_nobody_is_left_out(crowd: Model, n: int) -> None:
    households = crowd.households.take(np.arange(n))
    expected, oracle = one_by_one(crowd, households)
    found = threads.household_pass(households, tables_of(crowd), {})
    assert said(found, households) == said(expected, oracle)
    assert first_difference(households, oracle) == "", "every row lives through the step once"
    assert n < 2000 or (len(found) > 5 and len(found.life_row) > 5)


@pytest.mark.parametrize("what", ["row", "life_row"])
def test_the_last_row_of_a_block_and_the_first_of_the_next_count(crowd: Model, what: str) -> None:
    """Put households known to move, or to live through something, on both sides of each edge."""
    every = np.arange(2 * BLOCK + 1)
    everybody = crowd.households.take(every)
    expected = threads.household_pass(everybody, tables_of(crowd), {})
    known = np.sort(getattr(expected, what))[:5]
    rest = np.setdiff1d(every, known)
    places = [0, BLOCK - 1, BLOCK, 2 * BLOCK - 1, 2 * BLOCK]
    order = np.insert(rest, [at - k for k, at in enumerate(places)], known)
    households = crowd.households.take(order)
    found = threads.household_pass(households, tables_of(crowd), {})
    assert set(places) <= set(getattr(found, what).tolist())
    assert said(found, households) == said(expected, everybody)


RESTLESS = {
    "consider.lambda0": 1.0,
    "consider.theta_ties": 0.0,
    "population.weight": 5,
    "time.start": "2025Q2",
    "time.end": "2025Q3",
    "life_course.lodging_share": 0.5,
    "life_course.parting_rate": 0.2,
}


def test_a_block_that_overflows_is_screened_again_with_enough_room(
    small_scenario: Callable[..., Any],
) -> None:
    """So many consider that more than an eighth of a block passes the screen."""
    model = first_model(small_scenario("monocentric", RESTLESS))
    households = copy_of(model.households)
    expected, oracle = one_by_one(model, households)
    assert expected.considered > BLOCK // 8, "the point of these parameters is that a block overflows"
    found = threads.household_pass(households, tables_of(model), {})
    assert said(found, households) == said(expected, oracle)
    assert first_difference(households, oracle) == "", "the second screening lived through the step again"


def test_a_restless_country_gives_the_same_bytes_in_both_engines(
    small_scenario: Callable[..., Any], run_model: Callable[..., Any]
) -> None:
    scenario = small_scenario("monocentric", {**RESTLESS, "population.weight": 8, "reform.policy": "actual"})
    assert sha(run_model(scenario)) == sha(run_model(scenario, engine="objects"))


def sharded(cuts: Callable[[int], list[int]], *, backwards: bool) -> Callable[..., Events]:
    """A household pass that hands slices of the rows to separate populations, and merges what they say."""
    whole_pass = threads.household_pass

    def run(households: Households, tables: Any, seconds: dict[str, float]) -> Events:
        said: list[Events] = []
        for lo, hi in pairwise(cuts(households.n)):
            shard = households.take(np.arange(lo, hi))
            events = whole_pass(shard, tables, seconds)
            for name, _, _ in COLUMNS:
                getattr(households, name)[lo:hi] = getattr(shard, name)
            rows = {k: getattr(events, k) + np.int32(lo) for k in ("row", "life_row")}
            said.append(Events(**{f.name: getattr(events, f.name) for f in fields(events)} | rows))
        order = -1 if backwards else 1
        merged = {
            f.name: np.concatenate([getattr(e, f.name) for e in said])[::order]
            if isinstance(getattr(said[0], f.name), np.ndarray)
            else sum(getattr(e, f.name) for e in said)
            for f in fields(Events)
            if f.name != "work"
        }
        merged["work"] = WorkTally(*(sum(parts) for parts in zip(*(e.work for e in said), strict=True)))
        return Events(**merged)

    return run


SHARDS = {
    "quarters": lambda n: [n * k // 4 for k in range(5)],
    "uneven": lambda n: [0, 1, n // 3, n - 2, n],
}


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("pieces", list(SHARDS))
def test_four_shards_and_one_give_the_same_bytes(
    pieces: str,
    backwards: bool,
    small_scenario: Callable[..., Any],
    run_model: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It does not matter which shard found an event, nor which reports first."""
    scenario = small_scenario(
        "monocentric",
        {"population.weight": 8, "consider.lambda0": 0.2, "time.end": "2025Q4", "reform.policy": "actual"},
    )
    alone = run_model(scenario)
    assert alone.changes.splits > 50
    assert alone.changes.whole > 20
    monkeypatch.setattr(threads, "household_pass", sharded(SHARDS[pieces], backwards=backwards))
    pieced = run_model(scenario)
    assert_sound(pieced)
    assert first_difference(alone.households, pieced.households) == ""
    assert sha(alone) == sha(pieced)
    columns = ("origin", "destination", "persons", "reason")
    one, two = (
        sorted(zip(*(getattr(m.changes, c).tolist() for c in columns), strict=True)) for m in (alone, pieced)
    )
    assert one == two
    assert np.array_equal(alone.changes.movers_by_age, pieced.changes.movers_by_age)


def test_the_screen_only_bounds(crowd: Model) -> None:
    """Whoever considers passes the screen: its bound is above the exact chance for any kin, ties and shock."""
    tables = tables_of(crowd)
    c, screen, rows, n = tables.consider, tables.screen, crowd.households.rows, crowd.households.n
    checked, pairs = 0, 0
    for i in range(0, n, max(1, n // 500)):
        kind = int(kind_of(rows.flags[i], rows.attributes[i]))
        total = int(bounds_of(i, rows, screen))
        most = np.float32(total >> READY_SHIFT) * screen.unit
        ready = readiness_of(i, rows, tables.move.ready, tables.ages)
        assert ready <= most
        pairs += couples_of(rows.member[i], tables.ages, rows.attributes[i]) != 0 and ready > 0
        for shock in range(8):
            flags, hazard = np.uint8(shock << SHOCK_SHIFT), c.hazard[rows.place[i], kind] * ready
            for ties in (0, 128, 255):
                chance = 1.0 - exp64(-hazard * c.tie_hazard[ties] * c.shock_hazard[shock])
                last = np.uint32(max(0, min(np.ceil(chance * 2.0**32) - 1, 2**32 - 1)))
                bound = c.bound[rows.place[i], kind] * screen.ties[ties]
                assert may_consider(last, bound, most, flags, c.shock_bound)
                checked += 1
    assert checked > 5000
    assert pairs > 50, "among them are people with partners"
    assert (c.bound.astype(float) <= c.hazard * 2.0**32 * (1 + 1e-5)).all()
    assert (screen.ties <= c.tie_hazard * (1 + 1e-5)).all()


def test_whom_the_screen_takes_for_a_couple_is_one(crowd: Model) -> None:
    """The bytes of the members say so for certain, or not: those for whom they do are partners by the exact rule."""
    tables = tables_of(crowd)
    rows, year = crowd.households.rows, tables.ages.year
    found = grown_children = 0
    for i in range(crowd.households.n):
        m, attributes = rows.member[i], rows.attributes[i]
        if sure_couple(m[0], m[1], m[2], m[2:].max(), attributes, tables.screen):
            assert couples_of(m, tables.ages, attributes) & 0xFF == 2 | 1 << 4
            found += 1
            grown_children += m[2] != 0 and year - 1910 - (int(m[2]) >> 1) >= 18
    assert found > 0.3 * crowd.households.n
    assert grown_children > 0


@given(
    ages=st.lists(st.integers(0, 90), min_size=2, max_size=6),
    sexes=st.integers(0, 63),
    attributes=st.sampled_from([0, 0x20, 0x18]),
    marriage=st.integers(15, 40),
)
def test_any_household_that_the_screen_takes_for_a_couple_is_one(
    ages: list[int], sexes: int, attributes: int, marriage: int
) -> None:
    law = Ages(2024, 18, marriage)
    member = np.zeros(6, dtype=np.uint8)
    codes = sorted((2024 - 1910 - age) << 1 | (sexes >> k & 1) for k, age in enumerate(ages))
    member[: len(codes)] = codes
    none = np.zeros((1, 256))
    hazards = LifeHazards(none, none, none, none[0], none[0], np.uint64(0), np.uint64(0))
    life = LifeTable(np.zeros(1, np.int32), hazards, np.zeros(256, np.uint32), 0.5, np.uint64(0))
    ready = Readiness(none[0], 0.3)
    screen = screen_table(life, ready, np.zeros(256, np.uint16), np.zeros(1), np.ones(256), law)
    eldest, second, third = member[:3]
    if sure_couple(eldest, second, third, member[2:].max(), np.uint8(attributes), screen):
        couples = couples_of(member, law, attributes)
        assert couples & 0xFF == 2 | 1 << 4
        assert not any(single_with(member, m, law, couples) for m in (0, 1))
        assert not any(heads_young_family(member, m, law, couples) for m in (0, 1))


def test_rows_beyond_the_last_household_are_not_touched(crowd: Model) -> None:
    households = copy_of(crowd.households)
    households.n = 1000
    before = {name: getattr(households, name)[1000:].copy() for name, _, _ in COLUMNS}
    found = threads.household_pass(households, tables_of(crowd), {})
    assert max(found.row.max(), found.life_row.max()) < 1000
    for name, values in before.items():
        assert np.array_equal(getattr(households, name)[1000:], values), name
