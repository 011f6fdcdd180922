"""The pass over blocks of rows: at the edges of blocks, when a block overflows, and cut into shards."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from states import first_difference, first_households, first_model, sha

from sim.engine import threads
from sim.engine.commit import commit
from sim.engine.events import Events
from sim.engine.objects import ObjectsEngine
from sim.model import Model
from sim.population.columns import Households
from sim.record.fingerprint import state_sha256

BLOCK = threads.BLOCK


@pytest.fixture(scope="module")
def crowd() -> Any:
    """A model whose households exceed two blocks."""
    from sim.scenario.scenario import Scenario, with_values

    return first_model(
        with_values(Scenario(), {"world.name": "monocentric", "population.weight": 1, "time.start": "2024Q3"})
    )


def said(events: Events, households: Households) -> dict[int, tuple[int, int]]:
    """What each mover decided, by uid: destination and leaver."""
    uid = households.uid[events.row]
    assert len(np.unique(uid)) == len(events), "a household decided twice"
    return {
        int(u): (int(to), int(who)) for u, to, who in zip(uid, events.destination, events.leaver, strict=True)
    }


def one_by_one(model: Model, households: Households) -> tuple[Events, Households]:
    """The pass of the objects engine over a copy: no blocks, no screen."""
    copy = households.take(np.arange(households.n))
    return ObjectsEngine(model, copy).household_pass(copy, model.tables(), {}), copy


@pytest.mark.parametrize("n", [1, 2047, 2048, 2049, BLOCK - 1, BLOCK, BLOCK + 1])
def test_at_the_edges_of_blocks_nobody_is_left_out(crowd: Model, n: int) -> None:
    # the last rows are the point, so begin where the edge is and count back
    households = crowd.households.take(np.arange(n))
    expected, oracle = one_by_one(crowd, households)
    found = threads.household_pass(households, crowd.tables(), {})
    assert said(found, households) == said(expected, oracle)
    assert found.considered == expected.considered
    assert first_difference(households, oracle) == "", "ties grow once a step for every row"


def test_the_last_row_of_a_block_and_the_first_of_the_next_decide(crowd: Model) -> None:
    """Put households known to move on both sides of each edge."""
    every = np.arange(2 * BLOCK + 1)
    everybody = crowd.households.take(every)
    expected = threads.household_pass(everybody, crowd.tables(), {})
    movers = np.sort(expected.row)[:5]
    rest = np.setdiff1d(every, movers)
    places = [0, BLOCK - 1, BLOCK, 2 * BLOCK - 1, 2 * BLOCK]
    order = np.insert(rest, [at - k for k, at in enumerate(places)], movers)
    households = crowd.households.take(order)
    found = threads.household_pass(households, crowd.tables(), {})
    assert set(places) <= set(found.row.tolist())
    assert said(found, households) == said(expected, everybody)


def restless(small_scenario: Callable[..., Any]) -> Any:
    """So many consider that more than an eighth of a block passes the screen."""
    return small_scenario(
        "monocentric",
        {"consider.lambda0": 1.0, "population.weight": 7, "time.start": "2025Q2", "time.end": "2025Q3",
         "reform.policy": "actual"},
    )  # fmt: skip


def test_a_block_that_overflows_is_screened_again_with_enough_room(
    small_scenario: Callable[..., Any],
) -> None:
    scenario = restless(small_scenario)
    model = first_model(scenario)
    households = model.households.take(np.arange(model.households.n))
    expected, oracle = one_by_one(model, households)
    assert expected.considered > BLOCK // 8, "the point of these parameters is that a block overflows"
    found = threads.household_pass(households, model.tables(), {})
    assert said(found, households) == said(expected, oracle)
    assert found.considered == expected.considered
    assert first_difference(households, oracle) == "", "the second screening grew ties again"


def test_a_restless_country_gives_the_same_bytes_in_both_engines(
    small_scenario: Callable[..., Any], run_model: Callable[..., Any]
) -> None:
    scenario = restless(small_scenario)
    assert sha(run_model(scenario)) == sha(run_model(scenario, engine="objects"))


def in_shards(households: Households, model: Model, cuts: list[int]) -> tuple[Households, Events]:
    """Run the pass on slices of the rows, each a shard with the same tables, and merge what they say."""
    tables = model.tables()
    said: list[Events] = []
    shards: list[Households] = []
    for lo, hi in pairwise(cuts):
        shard = households.take(np.arange(lo, hi))
        events = threads.household_pass(shard, tables, {})
        shards.append(shard)
        said.append(Events(events.row + np.int32(lo), events.destination, events.leaver, events.considered))
    whole = Households.empty(households.n, households.n)
    for name in ("uid", "place", "home_place", "wealth", "member", "attributes", "income_quantile", "ties",
                 "flags"):  # fmt: skip
        getattr(whole, name)[:] = np.concatenate([getattr(s, name) for s in shards])
    merged = Events(
        row=np.concatenate([e.row for e in said]),
        destination=np.concatenate([e.destination for e in said]),
        leaver=np.concatenate([e.leaver for e in said]),
        considered=sum(e.considered for e in said),
    )
    return whole, merged


@pytest.mark.parametrize("pieces", ["quarters", "uneven", "backwards"])
def test_four_shards_and_one_give_the_same_bytes(small_scenario: Callable[..., Any], pieces: str) -> None:
    """Commit in uid order: it does not matter which shard found a move, nor which reports first."""
    scenario = small_scenario("monocentric", {"population.weight": 5, "consider.lambda0": 0.2})
    alone, sharded = first_model(scenario), first_model(scenario)
    n = alone.households.n
    cuts = {"uneven": [0, 1, n // 3, n - 2, n]}.get(pieces, [n * k // 4 for k in range(5)])

    events = threads.household_pass(alone.households, alone.tables(), {})
    moves = commit(alone.households, events, alone.tables(), alone.stocks)
    assert moves.splits > 50
    assert moves.whole > 50

    whole, merged = in_shards(sharded.households, sharded, cuts)
    if pieces == "backwards":
        merged = Events(merged.row[::-1], merged.destination[::-1], merged.leaver[::-1], merged.considered)
    again = commit(whole, merged, sharded.tables(), sharded.stocks)
    assert merged.considered == events.considered
    assert state_sha256(whole) == state_sha256(alone.households)
    for name in ("origin", "destination", "persons"):
        assert np.array_equal(getattr(again, name), getattr(moves, name)), "moves are listed in uid order"
    for name in ("households", "persons", "network", "wealth"):
        assert np.array_equal(getattr(sharded.stocks, name), getattr(alone.stocks, name))


def test_the_screen_only_bounds(crowd: Model) -> None:
    """Whoever considers passes the screen: its bound is above the exact chance for any ties."""
    from sim.behaviour.numeric import exp64

    tables = crowd.tables()
    for ties in (0, 128, 255):
        exact = np.array([1.0 - exp64(-h * tables.tie_hazard[ties]) for h in tables.hazard.reshape(-1)])
        assert (tables.threshold.reshape(-1) >= exact * 2.0**32).all()
    # and it is no wider than two units of 2^-32 above the chance of who has no ties: it does screen
    loosest = np.array([1.0 - exp64(-h) for h in tables.hazard.reshape(-1)])
    assert (tables.threshold.reshape(-1) <= loosest * 2.0**32 + 2.0).all()


def test_few_rows_and_households_beyond_n_are_not_touched(crowd: Model) -> None:
    households = first_households(crowd.settings, crowd.world)
    households.n = 1000
    before = households.ties[1000:].copy()
    found = threads.household_pass(households, crowd.tables(), {})
    assert (found.row < 1000).all()
    assert np.array_equal(households.ties[1000:], before)
