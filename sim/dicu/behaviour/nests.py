"""Weights of places and nests in one step, and the income that beckons from them.

Sums keep the order that the formulas have, place after place; loops run over many sums at once instead, so that a
processor adds several numbers with one instruction and yet no bit depends on how many.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.geography import Geography
from dicu.compute.numeric import exp64, log64

_TILE: Final = 16
"""Places of a district that are summed at once: about as many as a district has, and a whole number of vectors."""


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
    """Of the districts or provinces, for one type: weight of the nest, sum of e, sum of e times income."""

    weight: NDArray[np.float64]
    total: NDArray[np.float64]
    pay: NDArray[np.float64]


class _Pull(NamedTuple):
    """What draws out of each district (L,): weights of all other nests, and those weights times their mean income."""

    weight: NDArray[np.float64]
    pay: NDArray[np.float64]


@njit(cache=True)
def _nests(n: int) -> _Nests:
    return _Nests(np.zeros(n), np.zeros(n), np.zeros(n))


@njit(cache=True, error_model="numpy")
def _powers(x: NDArray[np.float64], exponent: float, out: NDArray[np.float64]) -> None:
    """x^exponent of numbers >= 0 into ``out``, 0^anything = 0 (an empty nest attracts nobody)."""
    for i in range(x.shape[0]):
        out[i] = exponent * log64(x[i])
    for i in range(x.shape[0]):
        out[i] = exp64(out[i])
    for i in range(x.shape[0]):
        out[i] = out[i] if x[i] > 0.0 else 0.0


@njit(cache=True)
def _sums_of_others(x: NDArray[np.float64], first: NDArray[np.int32], out: NDArray[np.float64]) -> None:
    """For each place the sum of ``x`` over the other places of its district, (P,) into ``out``."""
    tile = np.empty(_TILE)
    for d in range(first.shape[0] - 1):
        for start in range(first[d], first[d + 1], _TILE):
            for k in range(_TILE):
                tile[k] = 0.0
            for i in range(first[d], first[d + 1]):
                one, own = x[i], i - start
                for k in range(_TILE):
                    tile[k] += 0.0 if k == own else one
            for j in range(start, min(start + _TILE, first[d + 1])):
                out[j] = tile[j - start]


@njit(cache=True)
def _sums(
    e: NDArray[np.float64], pay: NDArray[np.float64], g: Geography, districts: _Nests, provinces: _Nests
) -> None:
    """Sums over the places of each district, and over the districts of each province."""
    for q in range(provinces.total.shape[0]):
        provinces.total[q] = 0.0
        provinces.pay[q] = 0.0
        for d in range(g.first_district[q], g.first_district[q + 1]):
            total, earned = 0.0, 0.0
            for j in range(g.first_place[d], g.first_place[d + 1]):
                total += e[j]
                earned += pay[j]
            districts.total[d] = total
            districts.pay[d] = earned
            provinces.total[q] += total
            provinces.pay[q] += earned


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
    out: NDArray[np.float64],
) -> None:
    """Mean income where one might go over that here, 1 where there is nowhere to go, (P,) into ``out``."""
    others, others_pay = rest
    for j in range(own.shape[0]):
        d = district[j]
        total = pull.weight[d] + own[j]
        around = pull.pay[d] + (own[j] * others_pay[j] / others[j] if others[j] > 0.0 else 0.0)
        out[j] = around / total / income[j] if total > 0.0 else 1.0


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
    n_districts, n_provinces = g.province.shape[0], g.first_district.shape[0] - 1
    best = np.full(n_types, -np.inf)
    for j in range(n_places):
        for t in range(n_types):
            best[t] = max(best[t], v[j, t])
    relative = v - best
    # one type after the other, each a row of its own
    e, earned = relative.T.copy(), income.T.copy()
    district_nest, province_nest = np.empty((n_types, n_districts)), np.empty((n_types, n_provinces))
    own, gap = np.empty((n_types, n_places)), np.empty((n_types, n_places))
    near_to = g.near_province.T.copy()
    districts, provinces = _nests(n_districts), _nests(n_provinces)
    pull = _Pull(np.empty(n_districts), np.empty(n_districts))
    pay, rest = np.empty(n_places), (np.empty(n_places), np.empty(n_places))
    for t in range(n_types):
        for j in range(n_places):
            e[t, j] = g.dwellings_share[j] * exp64(e[t, j] / theta)
        for j in range(n_places):
            pay[j] = e[t, j] * earned[t, j]
        _sums(e[t], pay, g, districts, provinces)
        _powers(districts.total, theta, districts.weight)
        _powers(provinces.total, theta, provinces.weight)
        for d in range(n_districts):
            districts.weight[d] = leave_district * districts.weight[d]
        for q in range(n_provinces):
            provinces.weight[q] = leave_province * provinces.weight[q]
        district_nest[t], province_nest[t] = districts.weight, provinces.weight
        _pulls(g, near_to, districts, provinces, pull)
        _sums_of_others(e[t], g.first_place, rest[0])
        _sums_of_others(pay, g.first_place, rest[1])
        _powers(rest[0], theta, own[t])
        for d in range(n_districts):
            for j in range(g.first_place[d], g.first_place[d + 1]):
                own[t, j] = g.near_district[d, d] * own[t, j]
        _beckoning(own[t], rest, g.district, pull, earned[t], gap[t])
        for j in range(n_places):
            gap[t, j] = log64(gap[t, j])
    return NestTables(relative, best, e, own.T.copy(), district_nest, province_nest, gap.T.copy())


__all__ = ["NestTables", "nest_tables"]
