"""How the bench measures: CPU time of chunks of equal length, work and yardstick in turns.

Seconds on the clock say little on a machine that others use, and CPU time alone depends on what the caches and the
other hyperthread were doing. So a case is measured in short chunks, each beside a chunk of a yardstick that takes
equally long and needs the same of the machine (computing, random reads, scattered adds, arrays, objects, the
interpreter, a process). The number to track is the ratio of the minima. Where the first half of the chunks does not
say what the second half says, more are timed.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

NANO: Final = 1e-9
CHUNK: Final = 0.001
"""CPU seconds of a chunk, if one call of the case is not longer: well within one time slice of the scheduler."""
FEWEST: Final = 6
AGREE: Final = 0.01
PATIENCE: Final = 5.0


@dataclass(frozen=True)
class Work:
    """Something whose CPU time is measured.

    Attributes
    ----------
    name : str
    kind : str
        What it needs of the machine: the key of its yardstick in `dicu.lab.bench.yardstick.YARDSTICKS`.
    spend : callable
        ``spend(calls)`` does it so many times and returns the CPU time in ns.
    rows : int
        Rows (or places, processes, ...) that one call goes through.
    """

    name: str
    kind: str
    spend: Callable[[int], int]
    rows: int = 1

    def named(self, name: str) -> Work:
        """The same work under another name."""
        return replace(self, name=name)


@dataclass(frozen=True)
class Measured:
    """A case beside its yardstick.

    Attributes
    ----------
    case, yardstick : str
    ratio : float
        CPU time of one call of the case in calls of the yardstick.
    spread : float
        By what share the ratios of the first half of the chunks and of the second differ.
    ns_a_row : float
        Least CPU time of a row, ns.
    yardstick_ns : float
        Least CPU time of a call of the yardstick, ns.
    rows, chunks : int
        Rows of a call; pairs of chunks that were timed.
    """

    case: str
    yardstick: str
    ratio: float
    spread: float
    ns_a_row: float
    yardstick_ns: float
    rows: int
    chunks: int


def again_and_again(run: Callable[[], object]) -> Callable[[int], int]:
    """Spend CPU time on calls that leave things as they were."""

    def spend(calls: int) -> int:
        began = time.process_time_ns()
        for _ in range(calls):
            run()
        return time.process_time_ns() - began

    return spend


def each_prepared(prepare: Callable[[], object], run: Callable[[], object]) -> Callable[[int], int]:
    """Spend CPU time on calls that change things, which ``prepare`` puts back before each, off the clock."""

    def spend(calls: int) -> int:
        total = 0
        for _ in range(calls):
            prepare()
            began = time.process_time_ns()
            run()
            total += time.process_time_ns() - began
        return total

    return spend


def measure(
    work: Work, yardstick: Work, *, seconds: float = 2.0, chunk: float = CHUNK, fewest: int = FEWEST
) -> Measured:
    """Time a case in turns with its yardstick, until the first half of the chunks says what the second half does.

    Parameters
    ----------
    seconds : float
        CPU time to spend on both: at least so much, with ``fewest`` pairs of chunks at least, and `PATIENCE` times as
        much while the halves differ by more than `AGREE`.
    chunk : float
        CPU seconds of a chunk; one call of the case if that takes longer.
    """
    one, other = _least(work), _least(yardstick)
    calls = max(1, round(chunk / NANO / one))
    beside = max(1, round(calls * one / other))
    per_call = _pairs(work, yardstick, (calls, beside), seconds=seconds, fewest=fewest) / (calls, beside)
    return Measured(
        case=work.name,
        yardstick=yardstick.name,
        ratio=quiet_ratio(per_call),
        spread=spread(per_call),
        ns_a_row=float(per_call[:, 0].min()) / work.rows,
        yardstick_ns=float(per_call[:, 1].min()),
        rows=work.rows,
        chunks=len(per_call),
    )


def _pairs(
    work: Work, yardstick: Work, calls: tuple[int, int], *, seconds: float, fewest: int
) -> NDArray[np.float64]:
    """(K, 2) CPU time in ns of chunks of the case and of the yardstick, A B A B."""
    pairs: list[tuple[int, int]] = []
    collecting = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        spent, wanted = 0.0, seconds
        while len(pairs) < fewest or spent < wanted:
            pairs.append((work.spend(calls[0]), yardstick.spend(calls[1])))
            spent += sum(pairs[-1]) * NANO
            over = len(pairs) >= fewest and wanted <= spent < seconds * PATIENCE
            if over and spread(np.array(pairs) / calls) > AGREE:
                wanted = spent + seconds
    finally:
        if collecting:
            gc.enable()
    return np.array(pairs, dtype=np.float64)


def quiet_ratio(per_call: NDArray[np.float64]) -> float:
    """Ratio of the case to the yardstick where the machine was quietest: of the minima of both.

    Nothing makes a chunk take less than it needs, and whatever else runs makes it take more.

    Parameters
    ----------
    per_call : (K, 2) float64
        CPU time of a call of the case and of the yardstick, chunk by chunk.
    """
    case, yardstick = per_call.min(axis=0)
    return float(case / yardstick)


def spread(per_call: NDArray[np.float64]) -> float:
    """By what share the ratios (n,) of the first half of the chunks and of the second differ; infinite for one pair."""
    half = len(per_call) // 2
    if half == 0:
        return float("inf")
    return abs(quiet_ratio(per_call[:half]) / quiet_ratio(per_call[half:]) - 1)


def _least(work: Work) -> int:
    """CPU time of a call, ns: the best of three after one that compiles and fills the caches."""
    work.spend(1)
    return max(1, min(work.spend(1) for _ in range(3)))


__all__ = [
    "CHUNK",
    "Measured",
    "Work",
    "again_and_again",
    "each_prepared",
    "measure",
    "quiet_ratio",
    "spread",
]
