"""Numbers out of cells of data frames, whose static type may be anything."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def as_int(cell: Any) -> int:
    """A cell as int."""
    return int(cell)


def as_float(cell: Any) -> float:
    """A cell as float."""
    return float(cell)


def floats(values: ArrayLike) -> NDArray[np.float64]:
    """A column, list or array as float64, of the same shape."""
    return np.asarray(values, dtype=np.float64)
