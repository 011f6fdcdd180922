"""Speed of the governments of the country: a quarter of theirs, the reform applied, state out and in.

`uv run pytest tests/bench/test_governments.py --benchmark-only`. Nothing here fails on time. Targets of the issue: a
quarter of 3,321 communes and 34 provinces under 0.3 s, the reform of the whole country under 1 s.

Measured on one core of a shared two-core machine, processor time, November 2026: a quarter of 3,321 + 34 takes 0.05 s,
of 10,040 + 63 it takes 0.10 s; the reform 0.32 s. By the clock, with five times as many processes as cores: 0.17, 0.41
and 1.5 s.
"""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
import pytest

from dicu.government import Governments, books, in_force
from dicu.government.state import export, restore
from dicu.reform import apply, policy
from dicu.scenario.parameters import Access, Government

REFORM_STEP = 4


@pytest.fixture(scope="module")
def world() -> Any:
    from dicu.reform.opening import load_viet_nam

    return load_viet_nam(2024)


@pytest.fixture(scope="module")
def drift(world: Any) -> np.ndarray:
    """People leave the countryside by 1.2 % a year, so that desks and grants change as in a run."""
    return np.where(world.urban, 1.004, 0.997)


def before(world: Any) -> Governments:
    return Governments(mesa.Model(rng=1), world, Government(), Access(), world.residents)


def people(world: Any, drift: np.ndarray, step: int) -> np.ndarray:
    return np.rint(world.residents * drift**step).astype(np.int64)


@pytest.mark.parametrize("reformed", [False, True], ids=["10040+63", "3321+34"])
def test_a_quarter(benchmark: Any, world: Any, drift: np.ndarray, reformed: bool) -> None:
    g = before(world)
    if reformed:
        apply(g, policy("actual", world, REFORM_STEP)[0], REFORM_STEP, people(world, drift, REFORM_STEP))
    steps = iter(range(REFORM_STEP, 10_000))

    def step() -> None:
        now = next(steps)
        g.step(people(world, drift, min(now, 40)), now)

    benchmark.pedantic(step, rounds=10, iterations=1, warmup_rounds=2)
    benchmark.extra_info["agents"] = len(g.communes) + len(g.provinces)
    books.check(g)


def test_accounts(benchmark: Any, world: Any) -> None:
    g = before(world)
    benchmark(g.check)


@pytest.mark.parametrize("name", ["actual", "actual_with_satellites"])
def test_the_reform_of_the_country(benchmark: Any, world: Any, name: str) -> None:
    overlay = policy(name, world, REFORM_STEP)[0]
    benchmark.pedantic(
        lambda g: apply(g, overlay, REFORM_STEP, world.residents),
        setup=lambda: ((before(world),), {}),
        rounds=3,
    )


def test_state_out_and_in(benchmark: Any, world: Any) -> None:
    g = before(world)
    overlays = policy("actual", world, REFORM_STEP)
    apply(g, overlays[0], REFORM_STEP, world.residents)
    g.step(world.residents, REFORM_STEP)
    other = before(world)
    benchmark.pedantic(
        lambda: restore(other, export(g), in_force(overlays, REFORM_STEP + 1)), rounds=3, iterations=1
    )
