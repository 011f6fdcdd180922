"""Runs a second of a sweep on one process and on two, each with one thread, measured in turns.

    uv run pytest tests/bench/test_sweep.py --benchmark-only -m slow -s

Workers start before the clock: counted is from the first finished run to the last. Nothing is asserted about time; on
a quiet machine of two cores the ratio is to be 1.8 or more.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

import pytest

from dicu.sweeps.drive import run_sweep
from dicu.sweeps.executors import over_dask
from dicu.sweeps.plan import Run, make_plan
from dicu.sweeps.work import Status
from sweeps import write_files

ROUNDS = 3
SIZES = [
    pytest.param(
        "monocentric", 20, 40, id="a fifth of a second"
    ),  # where all that is not the model weighs most
    pytest.param("viet_nam", 1000, 5, id="seconds"),
]
"""World, weight and replications of sweeps by how long one of their runs takes."""


class Clock:
    """Moments at which runs ended."""

    def __init__(self) -> None:
        self.moments: list[float] = []

    def start(self, missing: int, done: int) -> None:
        pass

    def ended(self, run: Run, status: Status) -> None:
        assert status.state == "done", status.detail
        self.moments.append(time.perf_counter())

    @property
    def runs_a_second(self) -> float:
        # two processes end their first runs together: begin with the second end
        return (len(self.moments) - 2) / (self.moments[-1] - self.moments[1])


@pytest.mark.slow
@pytest.mark.parametrize(("world", "weight", "replications"), SIZES)
def test_two_processes(world: str, weight: int, replications: int, benchmark: Any, tmp_path: Path) -> None:
    base = f"""
time: {{start: 2024Q1, end: 2028Q4}}
world: {{name: {world}}}
population: {{weight: {weight}}}
reform: {{policy: actual}}
"""
    sweep = f"""
base: base.yaml
sweep: {{scenarios: {{none: {{reform.policy: none}}, actual: null}}, replications: {replications}}}
"""
    plan = make_plan(write_files(tmp_path, sweep, base))
    rates: dict[int, list[float]] = {1: [], 2: []}

    def one_round() -> None:
        for workers in rates:
            clock = Clock()
            out = tmp_path / f"{workers}-{len(rates[workers])}"
            run_sweep(plan, out, executor=over_dask(workers), threads=1, tell=clock)
            rates[workers].append(clock.runs_a_second)

    benchmark.pedantic(one_round, rounds=ROUNDS, iterations=1)
    ratios = [two / one for one, two in zip(rates[1], rates[2], strict=True)]
    benchmark.extra_info["runs_a_second"] = {str(k): [round(r, 3) for r in v] for k, v in rates.items()}
    benchmark.extra_info["ratio"] = round(statistics.median(ratios), 3)
    print("\nruns a second", benchmark.extra_info["runs_a_second"], "ratios", [round(r, 2) for r in ratios])
