"""Rule `consider`: whether a household thinks about moving in this step.

hazard = lambda0 g(stage) exp(theta_G G + theta_S (1 - A) + theta_X X / 7 - theta_T T), chance 1 - exp(-hazard).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.draws import happens_at
from dicu.compute.hashing import hash32
from dicu.population.columns import SHOCK_MASK, SHOCK_SHIFT


class ConsiderTable(NamedTuple):
    """What `considers` and its screen read in one step (P places, T types, 2 T kinds).

    Attributes
    ----------
    hazard : (P, 2 T) float64, per step
        lambda of considering a move for a household without ties, by kind.
    threshold : (P, 2 T) uint32
        Upper bound on the chance to consider, in 2^-32: the screen.
    tie_hazard : (256,) float64
        exp(-theta_T T) for T in 1/255.
    shock_hazard : (8,) float64
        exp(theta_X X / 7); ``shock_bound`` is the integer above its largest.
    key : uint64
        Of this step's draws.
    """

    hazard: NDArray[np.float64]
    threshold: NDArray[np.uint32]
    tie_hazard: NDArray[np.float64]
    shock_hazard: NDArray[np.float64]
    shock_bound: np.uint64
    key: np.uint64


@njit(cache=True, inline="always")
def calm_hazard(place: int, kind: np.uint8, ties: np.uint8, t: ConsiderTable) -> float:
    """Hazard of considering a move, per step, before shocks: that of the place and kind times that of the ties."""
    return float(t.hazard[place, kind] * t.tie_hazard[ties])


@njit(cache=True, inline="always")
def shocked(flags: np.uint8, t: ConsiderTable) -> float:
    """By how much what is left of a shock raises the hazard; 1 without one."""
    return float(t.shock_hazard[(flags >> np.uint8(SHOCK_SHIFT)) & np.uint8(SHOCK_MASK)])


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
