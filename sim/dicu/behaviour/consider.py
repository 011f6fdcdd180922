"""Rule `consider`: whether a household thinks about moving in this step.

hazard = lambda0 g(stage) exp(theta_G G + theta_S (1 - A) + theta_X X / 7 - theta_T T), chance 1 - exp(-hazard).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from dicu.compute.draws import happens_at
from dicu.compute.hashing import hash32


@njit(cache=True, inline="always")
def considers(uid: np.uint64, key: np.uint64, hazard: float) -> bool:
    """Whether the household considers moving: its own exact chance against its keyed uniform of the step.

    Parameters
    ----------
    key : uint64
        Of the step's draws for this purpose.
    hazard : float
        A step, ties and shock included.
    """
    return bool(happens_at(hash32(uid, key), hazard))
