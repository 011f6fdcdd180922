"""Speed as ratios to a bandwidth-bound reference kernel, timed interleaved in the same run.

`uv run pytest tests/bench --benchmark-only --benchmark-json runs/bench.json`. Machines are shared and noisy: separate
runs of the same code differ by 70 % in the median, while the ratio of the interleaved minima stays within a few
percent. So the number to track is ``extra_info["ratio_to_reference"]``; nothing here fails on time.
Medians, of wall and of CPU time (all threads), stand beside those of the yardstick; on a busy machine the CPU time is
the fairer one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numba import njit

from dicu.engine.screens import BLOCK, own_rows, space
from dicu.scenario.parameters import Income, Ties

WEIGHT = 10
ROUNDS = 10


@njit
def reference(
    uid: np.ndarray,
    place: np.ndarray,
    wealth: np.ndarray,
    member: np.ndarray,
    quantile: np.ndarray,
    ties: np.ndarray,
    flags: np.ndarray,
) -> int:
    """Touch what the household pass touches and nothing more, on one thread: 21 bytes read, 4 written a household."""
    n = uid.shape[0]
    total = np.uint64(0)
    small = np.uint16(0)
    tiny = np.uint8(0)
    for i in range(n):
        total ^= uid[i]
    for i in range(n):
        small ^= place[i]
    for m in range(6):
        column = member[:, m]
        for i in range(n):
            tiny ^= column[i]
    for i in range(n):
        tiny ^= quantile[i]
    for i in range(n):
        wealth[i] = wealth[i] ^ np.uint16(0)
    for i in range(n):
        ties[i] = ties[i] ^ np.uint8(0)
    for i in range(n):
        flags[i] = flags[i] ^ np.uint8(0)
    return int(total) ^ int(small) ^ int(tiny)


def interleaved(
    benchmark: Any, work: Callable[[], object], yardstick: Callable[[], object], rows: int
) -> None:
    """Time ``work`` with ``yardstick`` between its rounds; record ratios of minima and of rounds, and CPU time.

    The yardstick reads and writes what the pass does and computes nothing: the bound by bandwidth.
    """
    spent: list[tuple[float, float]] = []
    cpu: list[float] = []

    def timed() -> None:
        t0 = time.perf_counter()
        yardstick()
        t1, c1 = time.perf_counter(), time.process_time()
        work()
        spent.append((t1 - t0, time.perf_counter() - t1))
        cpu.append(time.process_time() - c1)

    timed()  # compile
    spent.clear()
    cpu.clear()
    benchmark.pedantic(timed, rounds=ROUNDS, iterations=1)
    reference_s, work_s = np.array(spent).T
    benchmark.extra_info["rows"] = rows
    benchmark.extra_info["ratio_to_reference"] = round(work_s.min() / reference_s.min(), 3)
    benchmark.extra_info["ratio_to_reference_median"] = round(float(np.median(work_s / reference_s)), 3)
    benchmark.extra_info["ns_a_row_min"] = round(work_s.min() / rows * 1e9, 3)
    benchmark.extra_info["ns_a_row_median"] = round(float(np.median(work_s)) / rows * 1e9, 3)
    benchmark.extra_info["reference_ns_a_row_min"] = round(reference_s.min() / rows * 1e9, 3)
    benchmark.extra_info["reference_ns_a_row_median"] = round(float(np.median(reference_s)) / rows * 1e9, 3)
    benchmark.extra_info["cpu_ns_a_row_median"] = round(float(np.median(cpu)) / rows * 1e9, 3)


@pytest.fixture(scope="module")
def model() -> Any:
    """The country, one row for ten households, a step after the start."""
    from dicu.model import Model
    from dicu.population.links import first_links
    from dicu.population.synthesis import synthesise
    from dicu.reform.opening import open_world
    from dicu.scenario.scenario import Scenario, with_values

    scenario = with_values(Scenario(), {"population.weight": WEIGHT})
    world = open_world(scenario)
    households, _ = synthesise(
        world, scenario.population, start_year=2019, income=Income(), ties=Ties(), spare=0.2
    )
    made = Model(scenario, world, households, first_links(households, world, scenario.population.seed))
    made.step()
    return made


@pytest.fixture(scope="module")
def yardstick(model: Any) -> Callable[[], object]:
    """The reference kernel over the same columns."""
    h, n = model.households, model.households.n

    def touch() -> int:
        return int(
            reference(
                h.uid[:n],
                h.place[:n],
                h.wealth[:n],
                h.member[:n],
                h.income_quantile[:n],
                h.ties[:n],
                h.flags[:n],
            )
        )

    return touch


def test_household_pass(benchmark: Any, model: Any, yardstick: Callable[[], object]) -> None:
    """What every household goes through, on one thread: ties, shocks, income, consumption, wealth and two screens."""
    h, tables = model.households, model.tables()
    blocks = -(-h.n // BLOCK)
    room = BLOCK // 2
    mover, life = np.empty(blocks * room, dtype=np.int32), np.empty(blocks * room, dtype=np.int32)
    count = np.zeros((blocks, 4), dtype=np.int64)
    working = space()
    # copies: what is earned here is in no account, and the model has steps to take
    rows = h.rows._replace(wealth=h.wealth.copy(), ties=h.ties.copy(), flags=h.flags.copy())

    def work() -> None:
        own_rows(0, h.n, rows, tables, mover, life, count, working)

    interleaved(benchmark, work, yardstick, h.n)


def test_quarter_of_the_country(benchmark: Any, model: Any, yardstick: Callable[[], object]) -> None:
    """A whole step on all threads: markets, governments, tables, pass, life, choice, commit, accounts."""
    model.seconds.clear()
    interleaved(benchmark, model.step, yardstick, model.households.n)
    steps = ROUNDS + 1
    benchmark.extra_info["seconds_by_phase"] = {k: round(v / steps, 4) for k, v in model.seconds.items()}


def test_synthesis(benchmark: Any, model: Any, yardstick: Callable[[], object]) -> None:
    """Households of the country at the same weight."""
    from dicu.population.synthesis import synthesise

    population = model.settings.population
    rows = synthesise(model.world, population, start_year=2019, income=Income(), ties=Ties())[0].n
    interleaved(
        benchmark,
        lambda: synthesise(model.world, population, start_year=2019, income=Income(), ties=Ties()),
        yardstick,
        rows,
    )


def test_world_building(benchmark: Any, yardstick: Callable[[], object]) -> None:
    """Places, repairs, crosswalk and residents of Viet Nam, without the cache."""
    from dicu.world.viet_nam import build_viet_nam

    interleaved(benchmark, lambda: build_viet_nam(2019), yardstick, build_viet_nam(2019).n_places)
