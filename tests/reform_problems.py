"""Made-up districting problems: communes strewn over a square, neighbours by Delaunay."""

from __future__ import annotations

import numpy as np
from scipy.spatial import Delaunay

from dicu.reform.problem import Problem


def made_up(n: int, units: int, seed: int) -> Problem:
    """A problem of ``n`` communes: towns and hills, some uninhabited; costs of the size of the real ones."""
    rng = np.random.default_rng(seed)
    point = rng.random((n, 2)) * 40
    corners = Delaunay(point).simplices
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    pair = np.unique(np.sort(sides, axis=1), axis=0)
    a, b = np.concatenate([pair, pair[:, ::-1]]).T
    order = np.lexsort((b, a))
    first = np.concatenate([[0], np.cumsum(np.bincount(a, minlength=n))]).astype(np.int32)
    people = (rng.lognormal(9, 0.6, n) * (rng.random(n) < 0.95)).astype(np.int64)
    gap = np.hypot(*(point[:, None] - point[None]).transpose(2, 0, 1))
    count = np.stack(
        [
            people,
            np.where(rng.random(n) < 0.3, people + 1, 0),
            np.where(rng.random(n) < 0.4, people + 1, 0),
            np.zeros(n, dtype=np.int64),
            (rng.lognormal(3, 0.5, n) * 1e6).astype(np.int64),
        ],
        axis=1,
    )
    hour = 60_000 * int(people.sum())
    return Problem(
        province=0,
        key=seed,
        commune=np.arange(n, dtype=np.int32),
        identity=np.arange(n, dtype=np.uint64) + np.uint64(1000),
        first=first,
        beside=b[order].astype(np.int32),
        bridge=np.zeros(len(a), dtype=np.bool_),
        way=(people[:, None] * np.rint(3000 * (gap + 2))).astype(np.int64),
        count=count,
        least=np.array([[21_000, 5.5e6], [16_000, 30e6], [5_000, 100e6], [0, 0]]),
        scale=np.array([1.0, 1.0]) * hour / units,
        units=units,
    )


def contiguous(problem: Problem, group: np.ndarray) -> bool:
    """Whether every unit is one piece, found by walking."""
    for unit in np.unique(group).tolist():
        mine = set(np.flatnonzero(group == unit).tolist())
        todo = [min(mine)]
        seen = set(todo)
        while todo:
            i = todo.pop()
            for j in problem.beside[problem.first[i] : problem.first[i + 1]].tolist():
                if j in mine and j not in seen:
                    seen.add(j)
                    todo.append(j)
        if seen != mine:
            return False
    return True
