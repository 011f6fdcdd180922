"""Threads over blocks: every block once, on one thread or many, and no error is swallowed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numba
import pytest

from dicu.compute.pool import over_blocks

MOST = numba.config.NUMBA_NUM_THREADS


@pytest.fixture(autouse=True)
def _all_threads_again() -> Iterator[None]:
    yield
    numba.set_num_threads(MOST)


@pytest.mark.parametrize("threads", [1, min(2, MOST)])
@pytest.mark.parametrize("blocks", [1, 2, 3, 15, 16, 17, 100])
def test_ranges_cover_every_block_once(threads: int, blocks: int) -> None:
    numba.set_num_threads(threads)
    ranges: list[tuple[int, int]] = []
    over_blocks(lambda a, b: ranges.append((a, b)), blocks)
    assert all(a < b for a, b in ranges), "an empty range"
    assert sorted(k for a, b in ranges for k in range(a, b)) == list(range(blocks))


@pytest.mark.parametrize("threads", [1, min(2, MOST)])
def test_no_blocks_no_work(threads: int) -> None:
    numba.set_num_threads(threads)
    ranges: list[tuple[int, int]] = []
    over_blocks(lambda a, b: ranges.append((a, b)), 0)
    assert not [r for r in ranges if r[0] < r[1]]


@pytest.mark.skipif(MOST < 2, reason="numba may use one thread here (NUMBA_NUM_THREADS)")
def test_two_threads_do_work_at_the_same_time() -> None:
    """Each waits until the other has begun: on one thread this would never end."""
    numba.set_num_threads(2)
    together = threading.Barrier(2, timeout=20)
    over_blocks(lambda a, b: together.wait(), 2)


@pytest.mark.parametrize("threads", [1, min(2, MOST)])
@pytest.mark.parametrize("bad", [0, 7, 39])
def test_an_error_of_any_block_is_raised(threads: int, bad: int) -> None:
    numba.set_num_threads(threads)

    def work(first: int, last: int) -> None:
        if first <= bad < last:
            raise ValueError(f"block {bad}")

    with pytest.raises(ValueError, match=f"block {bad}"):
        over_blocks(work, 40)
    over_blocks(lambda a, b: None, 40)  # and the threads are still there


def test_results_are_there_when_it_returns() -> None:
    done = [False] * 50

    def work(first: int, last: int) -> None:
        for k in range(first, last):
            done[k] = True

    over_blocks(work, 50)
    assert all(done)
