"""Rule `choose`: where to, if anywhere. Nested logit, drawn by two exponential races.

First race: staying, going home, other work in the same place, the own district, each other district of the province,
each other province. Second race: the places of the nest that won. Errors are keyed by alternative, so making one place
better draws nobody into another nest. A nest that the household cannot pay the way to is closed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.geography import Where
from dicu.compute.draws import exponential, hash64, race
from dicu.compute.kernel import kernel
from dicu.compute.numeric import log64
from dicu.population.columns import FORMAL, TYPE_MASK, Rows
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


class ChooseTable(NamedTuple):
    """What `choose` reads in one step (P places, T types, L districts, R provinces).

    Utilities are relative to the best place of the type, which changes no probability and keeps exponentials in range.

    Attributes
    ----------
    tie_stay : (256,) float64
        exp(kappa_T T) for T in 1/255.
    stay, home, other_work : (P, T) float64
        exp(v + kappa), exp(v + omega), exp(v' + kappa - cost of switching) with v' that of the other kind of work
        (0 in towns, where there is no farming).
    keeps : (P, T) float64
        (V_F / V_I)^beta_y, by how much a formal job weighs in what keeps it: staying and the nests of the commuting
        area within the province; 1 in farming.
    income_part, service_part : (P, T), (P,) float64
        beta_y (ln y - alpha_h ln r) and the sum of beta_s A: the terms of v, for the reasons of a move.
    need_own, need_district, need_province : (L,), (L, L), (L, R) uint16
        Wealth without which a nest is closed, 0.1 M VND.
    place_weight : (T, P) float64
        e = H exp(v / theta) / sum H.
    own_nest : (P, T) float64
        Weight of the own district without the own place, distance included.
    district_nest, province_nest : (T, L), (T, R) float64
        (sum e)^theta with the cost of leaving the district, the province.
    net_district, net_province : (R, L), (R, R) float64
        (1 + N)^nu by origin province (row) and destination; ``usual_district``, ``usual_province`` (R,) their
        geometric means over the districts of the own, and over the other, provinces.
    leave_district, leave_province : float
        exp(-c_D), exp(-c_P), for those who go home.
    nest_key, place_key : uint64
        Of this step's draws.
    """

    tie_stay: NDArray[np.float64]
    stay: NDArray[np.float64]
    home: NDArray[np.float64]
    other_work: NDArray[np.float64]
    keeps: NDArray[np.float64]
    income_part: NDArray[np.float64]
    service_part: NDArray[np.float64]
    need_own: NDArray[np.uint16]
    need_district: NDArray[np.uint16]
    need_province: NDArray[np.uint16]
    place_weight: NDArray[np.float64]
    own_nest: NDArray[np.float64]
    district_nest: NDArray[np.float64]
    province_nest: NDArray[np.float64]
    net_district: NDArray[np.float64]
    net_province: NDArray[np.float64]
    usual_district: NDArray[np.float64]
    usual_province: NDArray[np.float64]
    leave_district: float
    leave_province: float
    nest_key: np.uint64
    place_key: np.uint64


@kernel
def buffer_size(where: Where) -> int:
    """Length of the working space of `choose`: the most alternatives of a race, of nests or of places."""
    most = 0
    places = 0
    for q in range(where.first_district.shape[0] - 1):
        first, last = where.first_district[q], where.first_district[q + 1]
        most = max(most, last - first)
        places = max(places, where.first_place[last] - where.first_place[first])
    areas = where.area_first.shape[0] - 1
    for a in range(areas):
        places = max(places, where.area_first[a + 1] - where.area_first[a])
    return int(max(_NESTS + most + where.first_district.shape[0] - 1, places, areas))


class Buffers(NamedTuple):
    """Working space of `choose`: the alternatives of a race, `buffer_size` of them.

    Attributes
    ----------
    alternative, weight, bits : (K,) uint32, float64, uint32
        Identities, weights (0: closed) and draws.
    """

    alternative: NDArray[np.uint32]
    weight: NDArray[np.float64]
    bits: NDArray[np.uint32]


def buffers(where: Where) -> Buffers:
    """Working space of `choose`."""
    n = buffer_size(where)
    return Buffers(np.empty(n, dtype=np.uint32), np.empty(n, dtype=np.float64), np.empty(n, dtype=np.uint32))


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
def nest_weights(i: int, h: Rows, where: Where, t: ChooseTable, space: Buffers) -> int:
    """Fill identities and weights of the first race; returns how many there are.

    Order: stay, home, other work here, districts of the own province (the own one included, without the own place),
    all provinces (the own one with weight 0). Weights are relative to the best place of the type; 0 = closed.
    """
    alternative, weight = space.alternative, space.weight
    place, home, ties, wealth = int(h.place[i]), int(h.home_place[i]), h.ties[i], h.wealth[i]
    kind = int(h.flags[i] & np.uint8(TYPE_MASK))
    d = where.district[place]
    q = where.province[d]
    origin = where.province[where.district[home]]
    tie = t.tie_stay[ties]
    alternative[_STAY] = where.own_id[0]
    formal = h.attributes[i] & np.uint8(FORMAL) != 0
    keeps = t.keeps[place, kind] if formal else 1.0
    weight[_STAY] = t.stay[place, kind] * tie * keeps
    alternative[_HOME] = where.own_id[1]
    weight[_HOME] = 0.0
    if home != place:
        dh = where.district[home]
        near = where.province[dh] == q
        if wealth >= (t.need_district[d, dh] if near else t.need_province[d, where.province[dh]]):
            w = t.home[home, kind] * where.near_district[d, dh]
            if dh != d:
                w *= t.leave_district if near else t.leave_province
            weight[_HOME] = w
    alternative[_WORK] = where.own_id[2]
    weight[_WORK] = t.other_work[place, kind] * tie
    n = _NESTS
    first, last = where.first_district[q], where.first_district[q + 1]
    n_own = last - first
    _fill(
        where.district_id[first:last],
        t.district_nest[kind, first:last],
        where.near_district[d, first:last],
        t.net_district[origin, first:last],
        t.need_district[d, first:last],
        wealth,
        alternative[n : n + n_own],
        weight[n : n + n_own],
    )
    own = t.own_nest[place, kind] * t.net_district[origin, d]
    weight[n + d - first] = own if wealth >= t.need_own[d] else 0.0
    if formal:
        for l in range(n_own):
            if where.area[first + l] == where.area[d]:
                weight[n + l] *= keeps
    n += n_own
    n_provinces = where.first_district.shape[0] - 1
    _fill(
        where.province_id,
        t.province_nest[kind],
        where.near_province[d],
        t.net_province[origin],
        t.need_province[d],
        wealth,
        alternative[n : n + n_provinces],
        weight[n : n + n_provinces],
    )
    weight[n + q] = 0.0
    return int(n + n_provinces)


@njit(cache=True, inline="always")
def choose(i: int, h: Rows, where: Where, t: ChooseTable, space: Buffers) -> tuple[int, int]:
    """Destination place of row i, which considers moving, or `STAY` or `OTHER_WORK`; and the reason."""
    alternative, weight, bits = space.alternative, space.weight, space.bits
    uid, place, home = h.uid[i], int(h.place[i]), int(h.home_place[i])
    kind = int(h.flags[i] & np.uint8(TYPE_MASK))
    n = nest_weights(i, h, where, t, space)
    winner = race(hash64(t.nest_key, uid), alternative, weight, n, -1, bits)
    if winner <= _STAY:
        return STAY, REASON_CHANCE
    if winner == _WORK:
        return OTHER_WORK, REASON_CHANCE
    # ln(W / E) of the winner over that of staying: how much it won by
    margin = log64(weight[winner] / exponential(bits[winner])) - log64(
        weight[_STAY] / exponential(bits[_STAY])
    )
    if winner == _HOME:
        return home, _reason(place, home, kind, margin, 0.0, _job_lost(i, h, home, where, t), t, True)
    d = where.district[place]
    q = where.province[d]
    origin = where.province[where.district[home]]
    l = where.first_district[q] + winner - _NESTS
    if l < where.first_district[q + 1]:
        first, last = where.first_place[l], where.first_place[l + 1]
        network = t.net_district[origin, l] / t.usual_district[origin]
    else:
        r = winner - _NESTS - (where.first_district[q + 1] - where.first_district[q])
        first, last = (
            where.first_place[where.first_district[r]],
            where.first_place[where.first_district[r + 1]],
        )
        network = t.net_province[origin, r] / t.usual_province[origin]
    skip = place - first if first <= place < last else -1
    best = race(
        hash64(t.place_key, uid),
        where.place_id[first:last],
        t.place_weight[kind, first:last],
        last - first,
        skip,
        bits,
    )
    if best < 0:
        return STAY, REASON_CHANCE
    to = first + best
    return to, _reason(place, to, kind, margin, log64(network), _job_lost(i, h, to, where, t), t, False)


@njit(cache=True, inline="always")
def _job_lost(i: int, h: Rows, to: int, where: Where, t: ChooseTable) -> float:
    """Utility of a formal job that row i gives up by moving to a place; 0 without one and within its area."""
    place = int(h.place[i])
    if h.attributes[i] & np.uint8(FORMAL) == 0:
        return 0.0
    if where.area[where.district[place]] == where.area[where.district[to]]:
        return 0.0
    return float(log64(t.keeps[place, int(h.flags[i] & np.uint8(TYPE_MASK))]))


@njit(cache=True, inline="always")
def _reason(
    origin: int,
    destination: int,
    kind: int,
    margin: float,
    network: float,
    lost: float,
    t: ChooseTable,
    goes_home: bool,
) -> int:
    """The term of the utility that tipped the move: the largest one without which staying would have won.

    Terms: income beta_y (ln y_d - ln y_o), less what a formal job left behind is worth;
    services sum of beta_s (A_d - A_o); network nu ln(1 + N) less its mean over
    destinations of the same kind: more of one's own people than elsewhere. When none alone is decisive, going home
    counts as such and anything else as chance (size, variety and luck together).
    """
    best = 0.0
    reason = REASON_HOME if goes_home else REASON_CHANCE
    income = t.income_part[destination, kind] - t.income_part[origin, kind] - lost
    services = t.service_part[destination] - t.service_part[origin]
    if income > best and margin - income < 0.0:
        best, reason = income, REASON_INCOME
    if services > best and margin - services < 0.0:
        best, reason = services, REASON_SERVICES
    if network > best and margin - network < 0.0:
        reason = REASON_NETWORK
    return reason
