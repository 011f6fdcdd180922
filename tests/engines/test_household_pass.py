"""The pass over blocks of rows: at the edges of blocks, when a block overflows, and cut into shards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from dicu.behaviour.consider import may_consider, readiness_of
from dicu.behaviour.events import Events, WorkTally
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
    c, rows, n = tables.consider, crowd.households.rows, crowd.households.n
    checked = 0
    for i in range(0, n, max(1, n // 500)):
        kind = int(kind_of(rows.flags[i], rows.attributes[i]))
        sure = np.float32(0.0)
        for byte in rows.member[i]:
            sure += c.ready_bound[byte]
        ready = readiness_of(i, rows, tables.move.ready, tables.year)
        assert ready <= sure, "who has a partner is not readier than who has none"
        for shock in range(8):
            flags, hazard = np.uint8(shock << SHOCK_SHIFT), c.hazard[rows.place[i], kind] * ready
            for ties in (0, 128, 255):
                chance = 1.0 - exp64(-hazard * c.tie_hazard[ties] * c.shock_hazard[shock])
                last = np.uint32(max(0, min(np.ceil(chance * 2.0**32) - 1, 2**32 - 1)))
                assert may_consider(last, c.bound[rows.place[i], kind], sure, flags, c.shock_bound)
                checked += 1
    assert checked > 5000
    # and without a shock, ties and partners it is hardly wider than the hazard: it does screen
    ready = c.ready_bound.astype(float)
    assert (ready <= tables.move.ready.by_member * (1 + 1e-5)).all()
    assert (c.bound.astype(float) <= c.hazard * 2.0**32 * (1 + 1e-5)).all()


def test_rows_beyond_the_last_household_are_not_touched(crowd: Model) -> None:
    households = copy_of(crowd.households)
    households.n = 1000
    before = {name: getattr(households, name)[1000:].copy() for name, _, _ in COLUMNS}
    found = threads.household_pass(households, tables_of(crowd), {})
    assert max(found.row.max(), found.life_row.max()) < 1000
    for name, values in before.items():
        assert np.array_equal(getattr(households, name)[1000:], values), name
