"""Threads over blocks of rows: plain threads around kernels that release the interpreter's lock.

Why not numba's own: a parallel kernel with some eighty arguments takes a minute to compile. Blocks write only their own
room, so results depend neither on the number of threads nor on which takes which block.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from itertools import pairwise

import numba

_TASKS_A_THREAD = 8


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="dicu")


def over_blocks(work: Callable[[int, int], object], blocks: int) -> int:
    """Call ``work(first, last)`` over ranges that cover all blocks, on as many threads as numba is set to.

    An error of any call is raised here.

    Returns
    -------
    int
        Threads used.
    """
    threads = numba.get_num_threads()
    if blocks == 0:
        return threads  # nothing to do: no household has a link, say
    tasks = min(blocks, threads * _TASKS_A_THREAD)
    edges = [blocks * k // tasks for k in range(tasks + 1)]
    if threads == 1:
        work(0, blocks)
        return 1
    asked = [_pool(threads).submit(work, a, b) for a, b in pairwise(edges)]
    wait(asked)  # also where one fails: nobody goes on writing when the error is told
    for done in asked:
        done.result()
    return threads
