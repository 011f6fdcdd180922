"""Rule `ties`: attachment to the place grows towards 1 and breaks with a move.

T' = T + growth (1 - T), in units of 1/255 and rounded up, so that everybody becomes a native in the end.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from dicu.population.columns import NATIVE_TIES
from dicu.scenario.parameters import Ties


def growth_256(ties: Ties, dt_quarters: float) -> int:
    """Growth of ties a step in 1/256 of what is missing, the integer the kernels use."""
    still_missing: float = (1.0 - ties.growth) ** dt_quarters
    return round((1.0 - still_missing) * 256.0)


@njit(cache=True, inline="always")
def grown(ties: np.uint8, growth: np.uint16) -> np.uint8:
    """Ties after one more step in the place, 1/255 units, rounded up."""
    missing = np.uint16(np.uint16(NATIVE_TIES) - np.uint16(ties))
    # at most 255 * 256 + 255 = 65,535: it just fits
    return np.uint8(np.uint16(ties) + np.uint16(np.uint16(missing * growth + np.uint16(255)) >> np.uint16(8)))
