"""Weights of places and nests in one step, and the income that beckons from them.

Sums keep the order that the formulas have, place after place; loops run over many sums at once instead (all types of a
place, or all districts of a province), so that a processor adds several numbers with one instruction and yet no bit
depends on how many.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.geography import Geography
from dicu.compute.numeric import exp64, log64


class NestTables(NamedTuple):
    """Place and nest weights of one step, and the income that beckons from them."""

    relative: NDArray[np.float64]
    best: NDArray[np.float64]
    place_weight: NDArray[np.float64]
    own_nest: NDArray[np.float64]
    district_nest: NDArray[np.float64]
    province_nest: NDArray[np.float64]
    gap: NDArray[np.float64]


class _Nests(NamedTuple):
    """Of the districts or provinces (K,), for one type: weight of the nest, sum of e, sum of e times income."""

    weight: NDArray[np.float64]
    total: NDArray[np.float64]
    pay: NDArray[np.float64]


class _Pull(NamedTuple):
    """What draws out of each district: weights of all other nests, and those weights times their mean income."""

    weight: NDArray[np.float64]
    pay: NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def _powers(x: NDArray[np.float64], exponent: float, out: NDArray[np.float64]) -> None:
    """x^exponent of numbers >= 0 into ``out``, 0^anything = 0 (an empty nest attracts nobody)."""
    flat, made = x.reshape(-1), out.reshape(-1)
    for i in range(flat.shape[0]):
        made[i] = exponent * log64(flat[i])
    for i in range(flat.shape[0]):
        made[i] = exp64(made[i])
    for i in range(flat.shape[0]):
        made[i] = made[i] if flat[i] > 0.0 else 0.0


@njit(cache=True)
def _add(x: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    for t in range(x.shape[0]):
        out[t] += x[t]


@njit(cache=True)
def _sums(x: NDArray[np.float64], first: NDArray[np.int32]) -> NDArray[np.float64]:
    """Sums of rows (n, T) by nest, whose rows are first[k] : first[k + 1]; (K, T)."""
    out = np.zeros((first.shape[0] - 1, x.shape[1]))
    for k in range(out.shape[0]):
        for j in range(first[k], first[k + 1]):
            _add(x[j], out[k])
    return out


@njit(cache=True)
def _sums_of_others(x: NDArray[np.float64], first: NDArray[np.int32]) -> NDArray[np.float64]:
    """For each place the sum over the other places of its district, (P, T); those before it are added once for all."""
    out, before = np.empty_like(x), np.empty(x.shape[1])
    for d in range(first.shape[0] - 1):
        before[:] = 0.0
        for j in range(first[d], first[d + 1]):
            out[j] = before
            for i in range(j + 1, first[d + 1]):
                _add(x[i], out[j])
            _add(x[j], before)
    return out


@njit(cache=True)
def _nests(
    total: NDArray[np.float64], pay: NDArray[np.float64], theta: float, leave: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Weight, sum of e and sum of e times income of nests, a row for each type, from sums (K, T)."""
    weight = np.empty_like(total)
    _powers(total, theta, weight)
    for k in range(weight.shape[0]):
        for t in range(weight.shape[1]):
            weight[k, t] = leave * weight[k, t]
    return weight.T.copy(), total.T.copy(), pay.T.copy()


@njit(cache=True, error_model="numpy")
def _add_province(
    near: NDArray[np.float64], first: int, end: int, there: tuple[float, float, float], pull: _Pull
) -> None:
    """Add the nest of one province (weight, sum, pay) to what draws out of districts ``first`` to ``end``."""
    nest, total, earned = there
    for d in range(first, end):
        w = near[d] * nest
        pull.weight[d] += w
        pull.pay[d] += w * earned / total


@njit(cache=True)
def _pulls(
    g: Geography, near_to: NDArray[np.float64], districts: _Nests, provinces: _Nests, pull: _Pull
) -> None:
    """The nests of the other districts of the province first, then those of the other provinces."""
    n = pull.weight.shape[0]
    for d in range(n):
        q = g.province[d]
        weight, pay = 0.0, 0.0
        for l in range(g.first_district[q], g.first_district[q + 1]):
            if l != d and districts.total[l] > 0.0:
                w = g.near_district[d, l] * districts.weight[l]
                weight += w
                pay += w * districts.pay[l] / districts.total[l]
        pull.weight[d] = weight
        pull.pay[d] = pay
    for q in range(provinces.total.shape[0]):
        if provinces.total[q] > 0.0:
            there = (provinces.weight[q], provinces.total[q], provinces.pay[q])
            _add_province(near_to[q], 0, g.first_district[q], there, pull)
            _add_province(near_to[q], g.first_district[q + 1], n, there, pull)


@njit(cache=True, error_model="numpy")
def _beckoning(
    own: NDArray[np.float64],
    rest: tuple[NDArray[np.float64], NDArray[np.float64]],
    district: NDArray[np.int32],
    pull: _Pull,
    income: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Mean income where one might go over that here, 1 where there is nowhere to go, (P, T); ``pull`` (L, T)."""
    others, others_pay = rest
    out = np.empty_like(own)
    for j in range(own.shape[0]):
        d = district[j]
        for t in range(own.shape[1]):
            total = pull.weight[d, t] + own[j, t]
            near = own[j, t] * others_pay[j, t] / others[j, t] if others[j, t] > 0.0 else 0.0
            out[j, t] = (pull.pay[d, t] + near) / total / income[j, t] if total > 0.0 else 1.0
    return out


@njit(cache=True, error_model="numpy")
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
    best = np.full(n_types, -np.inf)
    for j in range(n_places):
        for t in range(n_types):
            best[t] = max(best[t], v[j, t])
    relative = v - best
    e, pay = np.empty(v.shape), np.empty(v.shape)
    flat, powers = relative.reshape(-1), e.reshape(-1)
    for i in range(flat.shape[0]):
        powers[i] = exp64(flat[i] / theta)
    for j in range(n_places):
        for t in range(n_types):
            e[j, t] = g.dwellings_share[j] * e[j, t]
            pay[j, t] = e[j, t] * income[j, t]
    of_district, earned = _sums(e, g.first_place), _sums(pay, g.first_place)
    of_province, earned_there = _sums(of_district, g.first_district), _sums(earned, g.first_district)
    district = _nests(of_district, earned, theta, leave_district)
    province = _nests(of_province, earned_there, theta, leave_province)
    near_to = g.near_province.T.copy()
    pull = _Pull(np.empty((n_types, n_districts)), np.empty((n_types, n_districts)))
    for t in range(n_types):
        districts = _Nests(district[0][t], district[1][t], district[2][t])
        provinces = _Nests(province[0][t], province[1][t], province[2][t])
        _pulls(g, near_to, districts, provinces, _Pull(pull.weight[t], pull.pay[t]))
    rest = _sums_of_others(e, g.first_place), _sums_of_others(pay, g.first_place)
    own = np.empty(v.shape)
    _powers(rest[0], theta, own)
    for j in range(n_places):
        d = g.district[j]
        for t in range(n_types):
            own[j, t] = g.near_district[d, d] * own[j, t]
    pulls = _Pull(pull.weight.T.copy(), pull.pay.T.copy())
    gap = _beckoning(own, rest, g.district, pulls, income)
    ratio = gap.reshape(-1)
    for i in range(ratio.shape[0]):
        ratio[i] = log64(ratio[i])
    return NestTables(relative, best, e.T.copy(), own, district[0], province[0], gap)


__all__ = ["NestTables", "nest_tables"]
