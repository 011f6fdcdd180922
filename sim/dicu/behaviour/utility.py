"""Systematic utilities and what follows from them in one step: weights of places and nests, networks, the hazard.

Utilities are relative to the best place of the type, which changes no probability and keeps exponentials in range.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.geography import Geography
from dicu.compute.numeric import exp64, exp_array, log64


class NestTables(NamedTuple):
    """Place and nest weights of one step, and the income that beckons from them."""

    relative: NDArray[np.float64]
    best: NDArray[np.float64]
    place_weight: NDArray[np.float64]
    own_nest: NDArray[np.float64]
    district_nest: NDArray[np.float64]
    province_nest: NDArray[np.float64]
    gap: NDArray[np.float64]


@njit(cache=True)
def systematic_utility(
    income: NDArray[np.float64],
    access: NDArray[np.float64],
    beta_income: float,
    beta_access: NDArray[np.float64],
    amenity: NDArray[np.float64],
) -> NDArray[np.float64]:
    """v[j, t] = beta_y ln y[j, t] + sum over s of beta_s A[j, s] + a[j], (P, T) float64.

    Parameters
    ----------
    income : (P, T) M VND per month and worker
    access : (P, S) in [0, 1.2]
    beta_access : (S,)
    amenity : (P,)
        What makes a place liked besides income and services; zero until it is calibrated.
    """
    n, n_types = income.shape
    v = np.empty((n, n_types))
    for j in range(n):
        services = amenity[j]
        for s in range(access.shape[1]):
            services += beta_access[s] * access[j, s]
        for t in range(n_types):
            v[j, t] = beta_income * log64(income[j, t]) + services
    return v


@njit(cache=True)
def power(x: float, exponent: float) -> float:
    """x^exponent for x >= 0, 0^anything = 0 (an empty nest attracts nobody)."""
    if x <= 0.0:
        return 0.0
    return exp64(exponent * log64(x))


@njit(cache=True)
def nest_tables(
    v: NDArray[np.float64],
    income: NDArray[np.float64],
    g: Geography,
    theta: float,
    leave_district: float,
    leave_province: float,
) -> NestTables:
    """Weights of places and nests, and the log income gap G.

    e[j, t] = H_j exp(v_jt / theta) / sum H; nest weight (sum of e)^theta times its cost; G = ln of the mean income of
    destinations, weighted by nest weight, distance and e, minus ln of the income here.

    Returns
    -------
    NestTables
        ``relative`` (P, T) is v minus the best v of the type, ``best`` (T,); ``gap`` (P, T) is 0 where there is
        nowhere to go.
    """
    n_places, n_types = v.shape
    n_districts = g.province.shape[0]
    n_provinces = g.first_district.shape[0] - 1
    relative = np.empty((n_places, n_types))
    e = np.empty((n_types, n_places))
    own = np.empty((n_places, n_types))
    district_nest = np.empty((n_types, n_districts))
    province_nest = np.empty((n_types, n_provinces))
    gap = np.zeros((n_places, n_types))
    top = np.empty(n_types)
    district_sum = np.empty(n_districts)
    district_pay = np.empty(n_districts)
    province_sum = np.empty(n_provinces)
    province_pay = np.empty(n_provinces)
    for t in range(n_types):
        best = -np.inf
        for j in range(n_places):
            best = max(best, v[j, t])
        top[t] = best
        for j in range(n_places):
            relative[j, t] = v[j, t] - best
            e[t, j] = g.dwellings_share[j] * exp64(relative[j, t] / theta)
        for q in range(n_provinces):
            province_sum[q] = 0.0
            province_pay[q] = 0.0
            for d in range(g.first_district[q], g.first_district[q + 1]):
                total = 0.0
                pay = 0.0
                for j in range(g.first_place[d], g.first_place[d + 1]):
                    total += e[t, j]
                    pay += e[t, j] * income[j, t]
                district_sum[d] = total
                district_pay[d] = pay
                district_nest[t, d] = leave_district * power(total, theta)
                province_sum[q] += total
                province_pay[q] += pay
            province_nest[t, q] = leave_province * power(province_sum[q], theta)
        for d in range(n_districts):
            q0 = g.province[d]
            weight = 0.0
            pay = 0.0
            for l in range(g.first_district[q0], g.first_district[q0 + 1]):
                if l != d and district_sum[l] > 0.0:
                    w = g.near_district[d, l] * district_nest[t, l]
                    weight += w
                    pay += w * district_pay[l] / district_sum[l]
            for q in range(n_provinces):
                if q != q0 and province_sum[q] > 0.0:
                    w = g.near_province[d, q] * province_nest[t, q]
                    weight += w
                    pay += w * province_pay[q] / province_sum[q]
            for j in range(g.first_place[d], g.first_place[d + 1]):
                rest = 0.0
                rest_pay = 0.0
                for i in range(g.first_place[d], g.first_place[d + 1]):
                    if i != j:
                        rest += e[t, i]
                        rest_pay += e[t, i] * income[i, t]
                w = g.near_district[d, d] * power(rest, theta)
                own[j, t] = w
                total = weight + w
                if total > 0.0:
                    around = pay + (w * rest_pay / rest if rest > 0.0 else 0.0)
                    gap[j, t] = log64(around / total / income[j, t])
    return NestTables(relative, top, e, own, district_nest, province_nest, gap)


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
            by_district[h, d] = exp64(nu * log64(1.0 + stock[h, d]))
        for q in range(n_provinces):
            by_province[h, q] = exp64(nu * log64(1.0 + total[q]))
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
        for a in range(n_areas):
            out[h, a] = exp64(nu * log64(1.0 + total[a]))
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
            hazard[j, t] = base * exp64(theta_gap * gap[j, t] + theta_services * poor_access[j] + leave[j])
    return hazard


__all__ = [
    "NestTables",
    "area_network",
    "consider_tables",
    "exp64",
    "exp_array",
    "nest_tables",
    "network_tables",
    "relative_network",
    "systematic_utility",
    "usual_network",
]
