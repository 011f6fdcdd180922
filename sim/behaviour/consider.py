"""Rule `consider`: whether a household thinks about moving in this step.

hazard = lambda0 g(stage) exp(theta_G G + theta_S (1 - A) + theta_X X / 7 - theta_T T), chance 1 - exp(-hazard).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from sim.behaviour.draws import happens
from sim.numeric import exp64
from sim.population.hashing import hash32

_SLACK: Final = 1e-9
"""Far above the rounding of the exponential."""


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
    bits = hash32(uid, key)
    # h - h^2 / 2 <= 1 - exp(-h) <= h: an exponential only for the few between
    if not happens(bits, hazard + _SLACK):
        return False
    return happens(bits, hazard - 0.5 * hazard * hazard - _SLACK) or happens(bits, 1.0 - exp64(-hazard))
