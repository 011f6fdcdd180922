"""Number 11 of the specification: threads, shuffled rows, both engines, twice in a row: the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np
import pytest

from dicu.engine.screens import BLOCK
from dicu.reform.opening import open_world
from states import first_difference, first_households, first_model, sha, shuffled

POLICIES = ("none", "actual", "relabel")


@pytest.fixture(autouse=True)
def _all_threads_again() -> Iterator[None]:
    yield
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)


@pytest.fixture(scope="module")
def large(request: pytest.FixtureRequest) -> Any:
    """A scenario whose rows fill several blocks, through the reform."""
    from dicu.scenario.scenario import Scenario, with_values

    return with_values(
        Scenario(),
        {
            "world.name": "monocentric",
            "population.weight": 1,
            "time.start": "2025Q1",
            "time.end": "2025Q4",
            "reform.policy": "actual",
            "consider.lambda0": 0.1,
            "life_course.lodging_share": 0.6,
            "life_course.parting_rate": 0.1,
        },
    )


@pytest.fixture(scope="module")
def large_sha(large: Any) -> str:
    model = first_model(large)
    rows = model.households.n
    model.run()
    assert rows > 2 * BLOCK, "the point of this scenario is more than one block"
    assert rows % BLOCK
    assert model.households.n > rows + 1000, "the point of this scenario is that many move"
    return sha(model)


@pytest.mark.parametrize("threads", [1, 2])
def test_threads(large: Any, large_sha: str, run_model: Callable[..., Any], threads: int) -> None:
    if threads > numba.config.NUMBA_NUM_THREADS:
        pytest.skip(f"numba may use {numba.config.NUMBA_NUM_THREADS} threads here (NUMBA_NUM_THREADS)")
    numba.set_num_threads(threads)
    assert sha(run_model(large)) == large_sha


def test_twice_in_a_row(large: Any, large_sha: str, run_model: Callable[..., Any]) -> None:
    assert sha(run_model(large)) == large_sha


@pytest.mark.parametrize("shuffle", [1, 2, 3])
def test_rows_shuffled(large: Any, large_sha: str, run_model: Callable[..., Any], shuffle: int) -> None:
    """Row order means nothing: not to the pass, whose blocks are other rows, nor to the commit."""
    households = shuffled(first_households(large), shuffle)
    assert sha(run_model(large, households=households)) == large_sha


def test_rows_backwards_with_spare_room(large: Any, large_sha: str, run_model: Callable[..., Any]) -> None:
    households = first_households(large)
    backwards = households.take(np.arange(households.n)[::-1])
    backwards.grow(backwards.n + 12_345)
    assert sha(run_model(large, households=backwards)) == large_sha


def test_another_seed_is_another_history(
    small_scenario: Callable[..., Any], run_model: Callable[..., Any]
) -> None:
    """The seed of the run changes the moves, not the starting population; that of the synthesis changes it."""
    shas = {
        sha(run_model(small_scenario("monocentric", values)))
        for values in ({}, {"seed": 43}, {"seed": 2**62}, {"population.seed": 43})
    }
    assert len(shas) == 4
    a, b = (first_households(small_scenario("monocentric", {"seed": seed})) for seed in (42, 43))
    assert first_difference(a, b) == ""


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("world", ["monocentric", "ring", "two_places"])
def test_objects_and_threads(
    world: str, policy: str, small_scenario: Callable[..., Any], run_model: Callable[..., Any]
) -> None:
    """The object engine asks one household at a time: the oracle of the columns."""
    weight = 30 if world == "two_places" else 60  # with 94 rows nobody left for good in two years
    scenario = small_scenario(world, {"population.weight": weight, "reform.policy": policy})
    threads, objects = run_model(scenario), run_model(scenario, engine="objects")
    assert first_difference(threads.households, objects.households) == ""
    assert sha(threads) == sha(objects)
    assert threads.households.n > first_households(scenario).n, "nobody moved"


def test_objects_over_shuffled_rows(
    small_scenario: Callable[..., Any], run_model: Callable[..., Any]
) -> None:
    scenario = small_scenario("monocentric", {"population.weight": 60, "reform.policy": "actual"})
    households = shuffled(first_households(scenario), 5)
    assert sha(run_model(scenario, engine="objects", households=households)) == sha(run_model(scenario))


def test_months_are_executed_alike(small_scenario: Callable[..., Any], run_model: Callable[..., Any]) -> None:
    scenario = small_scenario(
        "monocentric", {"population.weight": 60, "time.step": "month", "reform.policy": "actual"}
    )
    assert sha(run_model(scenario)) == sha(run_model(scenario, engine="objects"))


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES)
def test_the_real_country(policy: str, run_model: Callable[..., Any]) -> None:
    """All places and provinces of Viet Nam, from 2025 to 2026: threads, order and both engines."""
    from dicu.scenario.scenario import Scenario, with_values

    scenario = with_values(
        Scenario(),
        {"population.weight": 1000, "reform.policy": policy, "time.start": "2024Q4", "time.end": "2026Q1"},
    )
    world = open_world(scenario)
    expected = sha(run_model(scenario, world=world))
    numba.set_num_threads(1)
    assert sha(run_model(scenario, world=world)) == expected
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    households = shuffled(first_households(scenario, world), 1)
    assert sha(run_model(scenario, world=world, households=households)) == expected
    assert sha(run_model(scenario, world=world, engine="objects")) == expected
