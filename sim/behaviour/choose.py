"""Rule `choose`: where to, if anywhere. Nested logit, drawn by two exponential races.

First race: staying, going home, the own district, each other district of the province, each other province. Second
race: the places of the nest that won. Errors are keyed by alternative, so making one place better draws nobody into
another nest.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour.draws import hash64, race
from sim.behaviour.tables import Tables

STAY: Final = -1

_STAY = 0
_HOME = 1
_NESTS = 2


@njit(cache=True)
def buffer_size(tables: Tables) -> int:
    """Length of the working space of `choose`: the most alternatives of a race, of nests or of places."""
    most = 0
    places = 0
    for q in range(tables.first_district.shape[0] - 1):
        first, last = tables.first_district[q], tables.first_district[q + 1]
        most = max(most, last - first)
        places = max(places, tables.first_place[last] - tables.first_place[first])
    return int(max(_NESTS + most + tables.first_district.shape[0] - 1, places))


@njit(cache=True)
def nest_weights(
    place: int,
    home: int,
    kind: int,
    ties: np.uint8,
    tables: Tables,
    alternative: NDArray[np.uint32],
    weight: NDArray[np.float64],
) -> int:
    """Fill identities and weights of the first race; returns how many there are.

    Order: stay, home, districts of the own province (the own one included, without the own place), all provinces
    (the own one with weight 0). Weights are relative to the best place of the type.
    """
    d = tables.district[place]
    q = tables.province[d]
    origin = tables.province[tables.district[home]]
    alternative[_STAY] = tables.own_id[0]
    weight[_STAY] = tables.stay[place, kind] * tables.tie_stay[ties]
    alternative[_HOME] = tables.own_id[1]
    weight[_HOME] = 0.0
    if home != place:
        dh = tables.district[home]
        w = tables.home[home, kind] * tables.near_district[d, dh]
        if dh != d:
            w *= tables.leave_district if tables.province[dh] == q else tables.leave_province
        weight[_HOME] = w
    n = _NESTS
    for l in range(tables.first_district[q], tables.first_district[q + 1]):
        alternative[n] = tables.district_id[l]
        if l == d:
            weight[n] = tables.own_nest[place, kind] * tables.net_district[origin, l]
        else:
            weight[n] = (
                tables.district_nest[kind, l] * tables.near_district[d, l] * tables.net_district[origin, l]
            )
        n += 1
    n_provinces = tables.first_district.shape[0] - 1
    for r in range(n_provinces):
        alternative[n + r] = tables.province_id[r]
        weight[n + r] = (
            tables.province_nest[kind, r] * tables.near_province[d, r] * tables.net_province[origin, r]
        )
    weight[n + q] = 0.0
    return int(n + n_provinces)


@njit(cache=True)
def choose(
    uid: np.uint64,
    place: int,
    home: int,
    kind: int,
    ties: np.uint8,
    tables: Tables,
    alternative: NDArray[np.uint32],
    weight: NDArray[np.float64],
    bits: NDArray[np.uint32],
) -> int:
    """Destination place of a household that considers moving, or `STAY`.

    Parameters
    ----------
    alternative, weight, bits : (buffer_size,) uint32, float64, uint32
        Working space.
    """
    n = nest_weights(place, home, kind, ties, tables, alternative, weight)
    winner = race(hash64(tables.nest_key, uid), alternative, weight, n, -1, bits)
    if winner <= _STAY:
        return STAY
    if winner == _HOME:
        return home
    d = tables.district[place]
    q = tables.province[d]
    l = tables.first_district[q] + winner - _NESTS
    if l < tables.first_district[q + 1]:
        first, last = tables.first_place[l], tables.first_place[l + 1]
    else:
        r = winner - _NESTS - (tables.first_district[q + 1] - tables.first_district[q])
        first, last = (
            tables.first_place[tables.first_district[r]],
            tables.first_place[tables.first_district[r + 1]],
        )
    skip = place - first if first <= place < last else -1
    best = race(
        hash64(tables.place_key, uid),
        tables.place_id[first:last],
        tables.place_weight[kind, first:last],
        last - first,
        skip,
        bits,
    )
    return first + best if best >= 0 else STAY
