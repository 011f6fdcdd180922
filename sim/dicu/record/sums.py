"""Exact integer sums by key, without sorting where most keys occur."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

DENSE: Final = 4
"""Possible keys for each row, up to which sums by key are made without sorting."""


def sum_by(
    key: NDArray[np.int64], *values: NDArray[np.int64]
) -> tuple[NDArray[np.int64], tuple[NDArray[np.int64], ...]]:
    """Exact integer sums of ``values`` (E,) for each distinct ``key`` (E,), keys ascending."""
    size = int(key.max()) + 1 if len(key) and key.min() >= 0 else 0
    if 0 < size <= DENSE * len(key):  # room for each possible key is cheaper than a sort of those there are
        there = np.zeros(size, dtype=np.bool_)
        there[key] = True
        sums = np.zeros((len(values), size), dtype=np.int64)
        for total, value in zip(sums, values, strict=True):
            np.add.at(total, key, value)
        return np.flatnonzero(there), tuple(total[there] for total in sums)
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    first = (
        np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        if len(ordered)
        else np.zeros(0, dtype=np.int64)
    )
    return ordered[first], tuple(np.add.reduceat(v[order], first) if len(v) else v for v in values)
