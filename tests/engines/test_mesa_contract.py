"""What a user of Mesa may rely on: running, step past the end, DataCollector, agents_by_type, rng, batch_run."""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Iterator
from typing import Any

import mesa
import pytest

import dicu
from dicu.engine.objects import DecidingHousehold
from dicu.model import PastTheEnd
from dicu.record.fingerprint import state_sha256

SMALL = {"population.weight": 200, "time.start": "2025Q1", "time.end": "2025Q3"}


def state(model: Any) -> str:
    return state_sha256(model.households, model.state())


def persons(model: Any) -> int:
    return int(model.residents.sum())


def test_running_ends_with_the_calendar_and_a_step_beyond_it_is_refused() -> None:
    model = dicu.start("monocentric", SMALL)
    steps = 0
    while model.running:
        model.step()
        steps += 1
    assert steps == model.steps == model.calendar.n_steps == 3
    before = state(model)
    for _ in range(2):
        with pytest.raises(PastTheEnd, match=r"the run ended with 2025Q3 \(time.end\)"):
            model.step()
        assert (state(model), model.time) == (before, steps), "a step that is refused changes nothing"


def test_a_user_may_stop_a_model_before_its_end() -> None:
    model = dicu.start("monocentric", SMALL)
    model.step()
    model.running = False
    assert not model.running
    model.run_model()
    assert model.steps == 1


def test_run_model_of_mesa_and_run_of_dicu_end_in_the_same_state() -> None:
    one, other = (dicu.start("monocentric", SMALL) for _ in range(2))
    one.run_model()
    other.run()
    assert state(one) == state(other)


def test_a_data_collector_collects_the_start_and_every_step() -> None:
    model = dicu.start("monocentric", SMALL, collect={"persons": persons, "period": lambda m: m.now})
    model.run_model()
    table = model.datacollector.get_model_vars_dataframe()
    assert table["period"].tolist() == [0, 1, 2, 3]
    assert int(table["persons"].iloc[-1]) == persons(model)


def test_a_collector_that_a_user_sets_collects_agents_of_a_type() -> None:
    model = dicu.start("monocentric", SMALL)
    commune = next(kind for kind in model.agents_by_type if kind.__name__ == "Commune")
    model.datacollector = mesa.DataCollector(agenttype_reporters={commune: {"posts": lambda a: a.unique_id}})
    model.step()
    table = model.datacollector.get_agenttype_vars_dataframe(commune)
    assert len(table) == len(model.agents_by_type[commune]) > 0


def test_households_are_agents_with_the_engine_of_objects() -> None:
    model = dicu.start("monocentric", SMALL, engine="objects")
    assert len(model.agents_by_type[DecidingHousehold]) == model.households.n
    assert DecidingHousehold not in dicu.start("monocentric", SMALL).agents_by_type


def test_what_a_user_draws_from_the_rng_changes_no_result() -> None:
    one, other = (dicu.start("monocentric", SMALL, seed=5) for _ in range(2))
    assert one.rng.random() == other.rng.random(), "the generator of Mesa is seeded by the scenario"
    one.rng.random(1000)
    one.random.random()
    one.run_model()
    other.run_model()
    assert state(one) == state(other)


@pytest.fixture
def start_method() -> Iterator[None]:
    """`mesa.batch_run` sets how this process starts others, for good."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(before, force=True)


@pytest.mark.usefixtures("start_method")
def test_batch_run_takes_scenarios_seeds_and_keys() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        rows = mesa.batch_run(
            dicu.start,  # a model or what makes one: batch_run only calls it
            {
                "config": "monocentric",
                "weight": [200, 400],
                "start": "2025Q1",
                "end": "2025Q3",
                "collect": [{"persons": persons}],
            },
            rng=[1, 2],
            display_progress=False,
        )
    assert [(r["weight"], r["seed"], r["Step"]) for r in rows] == [
        (200, 1, 3),
        (400, 1, 3),
        (200, 2, 3),
        (400, 2, 3),
    ]
    alone = dicu.start("monocentric", weight=400, start="2025Q1", end="2025Q3", seed=2)
    alone.run_model()
    assert rows[-1]["persons"] == persons(alone)
