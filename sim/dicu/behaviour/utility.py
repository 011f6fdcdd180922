"""Systematic utilities and what follows from them in one step: networks, the hazard.

Utilities are relative to the best place of the type, which changes no probability and keeps exponentials in range.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.numeric import exp64, exp_array, log64


@njit(cache=True)
def systematic_utility(
    income_part: NDArray[np.float64],
    access: NDArray[np.float64],
    beta_access: NDArray[np.float64],
    amenity: NDArray[np.float64],
) -> NDArray[np.float64]:
    """v[j, t] = beta_y ln y[j, t] + sum over s of beta_s A[j, s] + a[j], (P, T) float64.

    Parameters
    ----------
    income_part : (P, T)
        beta_y ln y, of `terms.income_part`.
    access : (P, S) in [0, 1.2]
    beta_access : (S,)
    amenity : (P,)
        What makes a place liked besides income and services; zero until it is calibrated.
    """
    n, n_types = income_part.shape
    v = np.empty((n, n_types))
    for j in range(n):
        services = amenity[j]
        for s in range(access.shape[1]):
            services += beta_access[s] * access[j, s]
        for t in range(n_types):
            v[j, t] = income_part[j, t] + services
    return v


@njit(cache=True)
def relative_network(
    stock: NDArray[np.int64], start: NDArray[np.int64], province: NDArray[np.int32], weight: int
) -> NDArray[np.float64]:
    """Households by home province and district of residence, relative to the start, (R, L) float64.

    N / (sum outside the home province) x (that of the start), and likewise within it: a province's people elsewhere
    count as many as at the start for good, or moves would drift upwards with every mover.

    Parameters
    ----------
    stock, start : (R, L) int64
        Rows by home province and district of residence, one step old and at the start.
    weight : int
        Households a row stands for: N counts households, so results do not depend on the sample.
    """
    n, n_districts = stock.shape
    out = np.empty((n, n_districts))
    for h in range(n):
        now, then = np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
        for d in range(n_districts):
            here = 1 if province[d] == h else 0
            now[here] += stock[h, d]
            then[here] += start[h, d]
        for d in range(n_districts):
            here = 1 if province[d] == h else 0
            ratio = float(then[here]) / float(now[here]) if now[here] > 0 and then[here] > 0 else 1.0
            out[h, d] = float(weight * stock[h, d]) * ratio
    return out


@njit(cache=True)
def grown(stock: NDArray[np.float64], nu: float, out: NDArray[np.float64]) -> None:
    """(1 + N)^nu, (n,) into ``out``."""
    for i in range(stock.shape[0]):
        out[i] = nu * log64(1.0 + stock[i])
    for i in range(stock.shape[0]):
        out[i] = exp64(out[i])


@njit(cache=True)
def network_tables(
    stock: NDArray[np.float64], province: NDArray[np.int32], n_provinces: int, nu: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(1 + N)^nu by origin province and destination district, province; ``stock`` (R, L) of `relative_network`."""
    n_districts = stock.shape[1]
    by_district = np.empty((n_provinces, n_districts))
    by_province = np.empty((n_provinces, n_provinces))
    total = np.empty(n_provinces)
    for h in range(n_provinces):
        total[:] = 0.0
        for d in range(n_districts):
            total[province[d]] += stock[h, d]
        grown(stock[h], nu, by_district[h])
        grown(total, nu, by_province[h])
    return by_district, by_province


@njit(cache=True)
def area_network(
    stock: NDArray[np.float64], area: NDArray[np.int32], n_areas: int, nu: float
) -> NDArray[np.float64]:
    """(1 + N)^nu by origin province and commuting area, (R, A)."""
    out = np.empty((stock.shape[0], n_areas))
    total = np.empty(n_areas)
    for h in range(stock.shape[0]):
        total[:] = 0.0
        for d in range(stock.shape[1]):
            total[area[d]] += stock[h, d]
        grown(total, nu, out[h])
    return out


@njit(cache=True)
def usual_network(
    by_district: NDArray[np.float64], by_province: NDArray[np.float64], first_district: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Geometric means of the network factors of each origin province: own districts, other provinces; (R,), (R,)."""
    n = by_province.shape[0]
    district, province = np.ones(n), np.ones(n)
    for h in range(n):
        total = 0.0
        for d in range(first_district[h], first_district[h + 1]):
            total += log64(by_district[h, d])
        district[h] = exp64(total / (first_district[h + 1] - first_district[h]))
        total = 0.0
        for q in range(n):
            if q != h:
                total += log64(by_province[h, q])
        if n > 1:
            province[h] = exp64(total / (n - 1))
    return district, province


@njit(cache=True)
def consider_tables(
    gap: NDArray[np.float64],
    poor_access: NDArray[np.float64],
    base: float,
    theta_gap: float,
    theta_services: float,
    leave: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Hazard of considering of an adult of readiness 1 without ties, (P, T) per step; T may be kinds.

    Parameters
    ----------
    poor_access : (P,)
        1 - mean access.
    base : float
        lambda0 dt.
    leave : (P,)
        Log of the factor of the place's province, 0 for none.
    """
    n, n_types = gap.shape
    hazard = np.empty((n, n_types))
    for j in range(n):
        for t in range(n_types):
            hazard[j, t] = theta_gap * gap[j, t] + theta_services * poor_access[j] + leave[j]
    flat = hazard.reshape(-1)
    for i in range(flat.shape[0]):
        flat[i] = base * exp64(flat[i])
    return hazard


__all__ = [
    "area_network",
    "consider_tables",
    "exp64",
    "exp_array",
    "grown",
    "network_tables",
    "relative_network",
    "systematic_utility",
    "usual_network",
]
