"""Rule `consider`: whether a household thinks about moving in this step.

hazard = lambda0 g(stage) exp(theta_G G + theta_S (1 - A) + theta_X X / 7 - theta_T T), chance 1 - exp(-hazard).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.behaviour.draws import happens
from sim.behaviour.numeric import exp64
from sim.behaviour.tables import Tables
from sim.population.hashing import hash32


@njit(cache=True, inline="always")
def considers(uid: np.uint64, place: int, kind: int, ties: np.uint8, shock: int, tables: Tables) -> bool:
    """Whether the household considers moving: its own exact chance against its keyed uniform of the step.

    Parameters
    ----------
    place, kind : int
        Place index and type (life stage, skill, sector).
    ties : uint8
        1/255.
    shock : int
        Steps of the last shock that are left, 0..7.
    """
    hazard = tables.hazard[place, kind] * tables.tie_hazard[ties] * tables.shock_hazard[shock]
    return happens(hash32(uid, tables.consider_key), 1.0 - exp64(-hazard))
