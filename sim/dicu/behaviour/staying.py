"""How strongly people stay: kappa, solved at the start so that the wanted share of those who consider moves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.geography import Geography
from dicu.behaviour.nests import NestTables
from dicu.compute.numeric import exp64
from dicu.scenario.scenario import UnfitScenario

# the range of the parameter choose.kappa, halved until doubles end
_BISECTIONS = 50
_LOWEST, _HIGHEST = -50.0, 50.0


@njit(cache=True)
def _leaving_weight(
    nests: NestTables,
    g: Geography,
    net_district: NDArray[np.float64],
    net_province: NDArray[np.float64],
    keeps: NDArray[np.float64],
    area: NDArray[np.int32],
) -> NDArray[np.float64]:
    """Sum of the weights of all nests for a native of each place and kind, (P, 2 T)."""
    n_districts = g.province.shape[0]
    n_provinces = g.first_district.shape[0] - 1
    n_places, n_types = nests.relative.shape
    out = np.empty((n_places, 2 * n_types))
    for d in range(n_districts):
        q0 = g.province[d]
        for t in range(n_types):
            others = 0.0
            near = 0.0
            for l in range(g.first_district[q0], g.first_district[q0 + 1]):
                if l != d and area[l] == area[d]:
                    near += nests.district_nest[t, l] * g.near_district[d, l] * net_district[q0, l]
                elif l != d:
                    others += nests.district_nest[t, l] * g.near_district[d, l] * net_district[q0, l]
            for q in range(n_provinces):
                if q != q0:
                    others += nests.province_nest[t, q] * g.near_province[d, q] * net_province[q0, q]
            for j in range(g.first_place[d], g.first_place[d + 1]):
                inside = near + nests.own_nest[j, t] * net_district[q0, d]
                out[j, t] = others + inside
                out[j, n_types + t] = others + inside * keeps[j, t]
    return out


@njit(cache=True)
def _staying_weight(relative: NDArray[np.float64], keeps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight of staying at kappa = 0 by place and kind, (P, 2 T)."""
    n_places, n_types = relative.shape
    out = np.empty((n_places, 2 * n_types))
    for j in range(n_places):
        for t in range(n_types):
            out[j, t] = exp64(relative[j, t])
            out[j, n_types + t] = out[j, t] * keeps[j, t]
    return out


class _Cells(NamedTuple):
    """The C cells of place, kind and sixteenth of ties in which somebody lives.

    Attributes
    ----------
    chance : (C,) float64
        How many households of it consider moving.
    leaving, staying, tie : (C,) float64
        Weight of all nests, of staying at kappa = 0 and without ties, and by how much ties multiply that.
    considering : float
        Of all of them.
    """

    chance: NDArray[np.float64]
    leaving: NDArray[np.float64]
    staying: NDArray[np.float64]
    tie: NDArray[np.float64]
    considering: float


@njit(cache=True)
def _cells(
    leaving: NDArray[np.float64],
    staying: NDArray[np.float64],
    hazard: NDArray[np.float64],
    tie_hazard: NDArray[np.float64],
    tie_stay: NDArray[np.float64],
    count: NDArray[np.int64],
) -> _Cells:
    """What does not depend on kappa; ``staying`` (P, 2 T) is the weight of staying at kappa = 0."""
    n = np.count_nonzero(count)
    chance, nests, stay, tie = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    considering = 0.0
    k = 0
    for j in range(leaving.shape[0]):
        for t in range(leaving.shape[1]):
            for b in range(count.shape[2]):
                if count[j, t, b] == 0:
                    continue
                ties = 255 if b == 15 else b * 16 + 8
                chance[k] = count[j, t, b] * (1.0 - exp64(-hazard[j, t] * tie_hazard[ties]))
                nests[k], stay[k], tie[k] = leaving[j, t], staying[j, t], tie_stay[ties]
                considering += chance[k]
                k += 1
    return _Cells(chance, nests, stay, tie, considering)


@njit(cache=True, error_model="numpy")
def _share(kappa: float, cells: _Cells) -> float:
    """Share of those who consider that moves; nan where nobody does."""
    weight = exp64(kappa)
    movers = 0.0
    for k in range(cells.chance.shape[0]):
        stay = cells.staying[k] * weight * cells.tie[k]
        movers += cells.chance[k] * cells.leaving[k] / (cells.leaving[k] + stay)
    return movers / cells.considering if cells.considering > 0.0 else np.nan


def solve_kappa(
    nests: NestTables,
    g: Geography,
    networks: tuple[NDArray[np.float64], NDArray[np.float64]],
    hazard: NDArray[np.float64],
    ties: tuple[NDArray[np.float64], NDArray[np.float64]],
    count: NDArray[np.int64],
    move_share: float,
    formal: tuple[NDArray[np.float64], NDArray[np.int32]],
) -> float:
    """Kappa at which ``move_share`` of the households that consider moving would move, taken as natives.

    Parameters
    ----------
    networks : ((R, L), (R, R)) float64
    ties : ((256,), (256,)) float64
        Effects of ties on considering and on staying.
    hazard : (P, 2 T) float64
        By kind, as ``count``.
    count : (P, 2 T, 16) int64
        Households by place, kind and sixteenth of ties.
    formal : ((P, T) float64, (L,) int32)
        How much a formal job weighs in what keeps it, and the commuting area of each district.

    Raises
    ------
    UnfitScenario
        If there is nowhere to go, so that no kappa gives the share.
    """
    keeps, area = formal
    leaving = _leaving_weight(nests, g, *networks, keeps, area)
    staying = _staying_weight(nests.relative, keeps)
    if not (leaving > 0).any():
        return 0.0  # one place: nobody can move whatever kappa is
    cells = _cells(leaving, staying, hazard, *ties, count)
    if np.isnan(_share(0.0, cells)):
        return 0.0  # nobody considers moving, so kappa decides nothing
    low, high = _LOWEST, _HIGHEST
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if _share(middle, cells) > move_share:
            low = middle
        else:
            high = middle
    if high == _HIGHEST or low == _LOWEST:
        raise UnfitScenario(
            f"choose.move_share: no kappa in [{_LOWEST:g}, {_HIGHEST:g}] makes {move_share:.0%} of those who "
            "consider move in this world: are too few places inhabited to choose among?"
        )
    return 0.5 * (low + high)
