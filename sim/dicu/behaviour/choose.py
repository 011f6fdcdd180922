"""Rule `choose`: where to, if anywhere. Nested logit, drawn by two exponential races.

First race: staying, going home, other work in the same place, the own district, each other district of the province,
each other province. Second race: the places of the nest that won. Errors are keyed by alternative, so making one place
better draws nobody into another nest. A nest that the household cannot pay the way to is closed.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.tables import Tables
from dicu.compute.draws import exponential, hash64, race
from dicu.compute.kernel import kernel
from dicu.compute.numeric import log64
from dicu.scenario.vocabulary import (
    REASON_CHANCE,
    REASON_HOME,
    REASON_INCOME,
    REASON_NETWORK,
    REASON_SERVICES,
)

STAY: Final = -1
OTHER_WORK: Final = -2

# order of the alternatives of the first race
_STAY = 0
_HOME = 1
_WORK = 2
_NESTS = 3


@kernel
def buffer_size(tables: Tables) -> int:
    """Length of the working space of `choose`: the most alternatives of a race, of nests or of places."""
    most = 0
    places = 0
    for q in range(tables.first_district.shape[0] - 1):
        first, last = tables.first_district[q], tables.first_district[q + 1]
        most = max(most, last - first)
        places = max(places, tables.first_place[last] - tables.first_place[first])
    return int(max(_NESTS + most + tables.first_district.shape[0] - 1, places))


def buffers(tables: Tables) -> tuple[NDArray[np.uint32], NDArray[np.float64], NDArray[np.uint32]]:
    """Working space of `choose`."""
    size = buffer_size(tables)
    return np.empty(size, dtype=np.uint32), np.empty(size, dtype=np.float64), np.empty(size, dtype=np.uint32)


@kernel
def _fill(
    names: NDArray[np.uint32],
    nests: NDArray[np.float64],
    nears: NDArray[np.float64],
    nets: NDArray[np.float64],
    needs: NDArray[np.uint16],
    wealth: np.uint16,
    alternative: NDArray[np.uint32],
    weight: NDArray[np.float64],
) -> None:
    """Identities and weights of several nests, nest x nearness x network, in loops of few arrays, which vectorise."""
    n = weight.shape[0]
    for l in range(n):
        alternative[l] = names[l]
    for l in range(n):
        weight[l] = nests[l] * nears[l]
    for l in range(n):
        weight[l] *= nets[l]
    for l in range(n):
        weight[l] = weight[l] if wealth >= needs[l] else 0.0


@njit(cache=True, inline="always")
def nest_weights(
    place: int,
    home: int,
    kind: int,
    ties: np.uint8,
    wealth: np.uint16,
    tables: Tables,
    alternative: NDArray[np.uint32],
    weight: NDArray[np.float64],
) -> int:
    """Fill identities and weights of the first race; returns how many there are.

    Order: stay, home, other work here, districts of the own province (the own one included, without the own place),
    all provinces (the own one with weight 0). Weights are relative to the best place of the type; 0 = closed.
    """
    d = tables.district[place]
    q = tables.province[d]
    origin = tables.province[tables.district[home]]
    tie = tables.tie_stay[ties]
    alternative[_STAY] = tables.own_id[0]
    weight[_STAY] = tables.stay[place, kind] * tie
    alternative[_HOME] = tables.own_id[1]
    weight[_HOME] = 0.0
    if home != place:
        dh = tables.district[home]
        near = tables.province[dh] == q
        if wealth >= (tables.need_district[d, dh] if near else tables.need_province[d, tables.province[dh]]):
            w = tables.home[home, kind] * tables.near_district[d, dh]
            if dh != d:
                w *= tables.leave_district if near else tables.leave_province
            weight[_HOME] = w
    alternative[_WORK] = tables.own_id[2]
    weight[_WORK] = tables.other_work[place, kind] * tie
    n = _NESTS
    first, last = tables.first_district[q], tables.first_district[q + 1]
    n_own = last - first
    _fill(
        tables.district_id[first:last],
        tables.district_nest[kind, first:last],
        tables.near_district[d, first:last],
        tables.net_district[origin, first:last],
        tables.need_district[d, first:last],
        wealth,
        alternative[n : n + n_own],
        weight[n : n + n_own],
    )
    own = tables.own_nest[place, kind] * tables.net_district[origin, d]
    weight[n + d - first] = own if wealth >= tables.need_own[d] else 0.0
    n += n_own
    n_provinces = tables.first_district.shape[0] - 1
    _fill(
        tables.province_id,
        tables.province_nest[kind],
        tables.near_province[d],
        tables.net_province[origin],
        tables.need_province[d],
        wealth,
        alternative[n : n + n_provinces],
        weight[n : n + n_provinces],
    )
    weight[n + q] = 0.0
    return int(n + n_provinces)


@njit(cache=True, inline="always")
def choose(
    uid: np.uint64,
    place: int,
    home: int,
    kind: int,
    ties: np.uint8,
    wealth: np.uint16,
    tables: Tables,
    alternative: NDArray[np.uint32],
    weight: NDArray[np.float64],
    bits: NDArray[np.uint32],
) -> tuple[int, int]:
    """Destination place of a household that considers moving, or `STAY` or `OTHER_WORK`; and the reason.

    Parameters
    ----------
    alternative, weight, bits : (buffer_size,) uint32, float64, uint32
        Working space.
    """
    n = nest_weights(place, home, kind, ties, wealth, tables, alternative, weight)
    winner = race(hash64(tables.nest_key, uid), alternative, weight, n, -1, bits)
    if winner <= _STAY:
        return STAY, REASON_CHANCE
    if winner == _WORK:
        return OTHER_WORK, REASON_CHANCE
    # ln(W / E) of the winner over that of staying: how much it won by
    margin = log64(weight[winner] / exponential(bits[winner])) - log64(
        weight[_STAY] / exponential(bits[_STAY])
    )
    if winner == _HOME:
        return home, _reason(place, home, kind, margin, 0.0, True, tables)
    d = tables.district[place]
    q = tables.province[d]
    origin = tables.province[tables.district[home]]
    l = tables.first_district[q] + winner - _NESTS
    if l < tables.first_district[q + 1]:
        first, last = tables.first_place[l], tables.first_place[l + 1]
        network = tables.net_district[origin, l] / tables.usual_district[origin]
    else:
        r = winner - _NESTS - (tables.first_district[q + 1] - tables.first_district[q])
        first, last = (
            tables.first_place[tables.first_district[r]],
            tables.first_place[tables.first_district[r + 1]],
        )
        network = tables.net_province[origin, r] / tables.usual_province[origin]
    skip = place - first if first <= place < last else -1
    best = race(
        hash64(tables.place_key, uid),
        tables.place_id[first:last],
        tables.place_weight[kind, first:last],
        last - first,
        skip,
        bits,
    )
    if best < 0:
        return STAY, REASON_CHANCE
    return first + best, _reason(place, first + best, kind, margin, log64(network), False, tables)


@njit(cache=True, inline="always")
def _reason(
    origin: int, destination: int, kind: int, margin: float, network: float, goes_home: bool, tables: Tables
) -> int:
    """The term of the utility that tipped the move: the largest one without which staying would have won.

    Terms: income beta_y (ln y_d - ln y_o); services sum of beta_s (A_d - A_o); network nu ln(1 + N) less its mean over
    destinations of the same kind: more of one's own people than elsewhere. When none alone is decisive, going home
    counts as such and anything else as chance (size, variety and luck together).
    """
    best = 0.0
    reason = REASON_HOME if goes_home else REASON_CHANCE
    income = tables.income_part[destination, kind] - tables.income_part[origin, kind]
    services = tables.service_part[destination] - tables.service_part[origin]
    if income > best and margin - income < 0.0:
        best, reason = income, REASON_INCOME
    if services > best and margin - services < 0.0:
        best, reason = services, REASON_SERVICES
    if network > best and margin - network < 0.0:
        reason = REASON_NETWORK
    return reason
