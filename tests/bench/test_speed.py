"""The cases of `dicu bench` under pytest-benchmark: `uv run pytest tests/bench/test_speed.py --benchmark-only`.

The same functions, so the same numbers: what to track is ``extra_info["ratio"]``, the CPU time in calls of a yardstick
timed in turns with it. The times that pytest-benchmark prints are on the clock. Nothing here fails on time.
DICU_BENCH_ROWS and DICU_BENCH_SECONDS say how many rows and how long.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from dicu.lab.bench.cases import CASES, Bench, one_thread
from dicu.lab.bench.measure import measure
from dicu.lab.bench.yardstick import NoCompiler


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(
        os.environ.get("DICU_BENCH_ROWS", "small"), float(os.environ.get("DICU_BENCH_SECONDS", "0.5"))
    )


@pytest.mark.parametrize("name", CASES)
def test_case(benchmark: Any, bench: Bench, name: str) -> None:
    with one_thread():
        try:
            work, beside = bench.pair(name)
        except NoCompiler as error:
            pytest.skip(str(error))
        benchmark.pedantic(work.spend, (1,), rounds=3, iterations=1, warmup_rounds=1)
        measured = measure(work, beside, seconds=bench.seconds)
    benchmark.extra_info.update(vars(measured))
    assert measured.ratio > 0
