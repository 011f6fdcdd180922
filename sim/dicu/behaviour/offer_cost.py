"""The disutility of taking a job from afar, solved once from the share of offers that is taken at the start."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.geography import Where
from dicu.compute.numeric import exp64, log64
from dicu.population.columns import N_TYPES
from dicu.scenario.scenario import UnfitScenario

# types that differ in pay: skill x farming or not, of the first life stage
_PAID: Final = 4
# the gain of an offer is sorted into bins of 1/256 between -16 and 16 before the cost is sought
_BINS_A_UNIT: Final = 256
_FARTHEST: Final = 16
_BISECTIONS: Final = 60
_LOWEST, _HIGHEST = -60.0, 60.0


class Start(NamedTuple):
    """What is offered to whom at the start (P places, L districts, A areas).

    Attributes
    ----------
    workers : (P, 32) int64
        Weights of those who are asked, by place and kind.
    expected : (P, 32) float64
        What places are believed to be worth.
    place_weight : (T, P) float64
        How likely a newcomer lives in each place of an area.
    spread : (L, A) float64
        Offers for each who looks in a district, by area.
    """

    workers: NDArray[np.int64]
    expected: NDArray[np.float64]
    place_weight: NDArray[np.float64]
    spread: NDArray[np.float64]


@njit(cache=True)
def _worth_there(where: Where, start: Start) -> NDArray[np.float64]:
    """Mean log value of a formal job in each area by skill, weighted by where newcomers live, (A, 2)."""
    areas = where.area_first.shape[0] - 1
    out = np.zeros((areas, 2))
    for a in range(areas):
        for skilled in range(2):
            t = 1 + 2 * skilled
            total = 0.0
            for n in range(where.area_first[a], where.area_first[a + 1]):
                j = where.area_place[n]
                w = start.place_weight[t, j]
                total += w
                out[a, skilled] += w * log64(start.expected[j, N_TYPES + t])
            if total > 0.0:
                out[a, skilled] /= total
    return out


@njit(cache=True)
def _gains(where: Where, start: Start, beta: float) -> NDArray[np.float64]:
    """Offers by what taking them gains, beta (ln V_F - ln V_own), in bins."""
    out = np.zeros(2 * _FARTHEST * _BINS_A_UNIT + 1)
    there = _worth_there(where, start)
    n_districts, areas = start.spread.shape
    own = np.zeros(_PAID)
    asked = np.zeros(_PAID)
    for d in range(n_districts):
        for side in range(2):
            own[:] = 0.0
            asked[:] = 0.0
            for j in range(where.first_place[d], where.first_place[d + 1]):
                if (1 if where.urban[j] else 0) == side:
                    for t in range(N_TYPES):
                        asked[t % _PAID] += start.workers[j, t]
                    for t in range(_PAID):  # the same in all places of one side
                        own[t] = log64(start.expected[j, t])
            for t in range(_PAID):
                if asked[t] > 0.0:
                    for a in range(areas):
                        if start.spread[d, a] > 0.0:
                            x = beta * (there[a, t // 2] - own[t])
                            b = int(np.floor((x + _FARTHEST) * _BINS_A_UNIT + 0.5))
                            out[min(max(b, 0), out.shape[0] - 1)] += asked[t] * start.spread[d, a]
    return out


@njit(cache=True)
def _taken(gains: NDArray[np.float64], cost: float) -> float:
    taken = 0.0
    for b in range(gains.shape[0]):
        if gains[b] > 0.0:
            taken += gains[b] / (1.0 + exp64(cost - (b / _BINS_A_UNIT - _FARTHEST)))
    return taken


def solve_offer_cost(where: Where, start: Start, beta: float, accepted: float) -> float:
    """c at which the share ``accepted`` of the offers that can be paid for is taken; 0 where nothing is offered.

    Raises
    ------
    UnfitScenario
        If no cost gives the share.
    """
    gains = _gains(where, start, beta)
    offered = float(gains.sum())
    if offered == 0.0:
        return 0.0
    low, high = _LOWEST, _HIGHEST
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if _taken(gains, middle) > accepted * offered:
            low = middle
        else:
            high = middle
    if high == _HIGHEST or low == _LOWEST:
        raise UnfitScenario(
            f"labour.accepted: no cost of an offer makes {accepted:.0%} of them taken in this world"
        )
    return 0.5 * (low + high)


__all__ = ["Start", "solve_offer_cost"]
