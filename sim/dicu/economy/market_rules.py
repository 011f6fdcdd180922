"""The formulas of the rule `markets`: scalars first, then their loops over districts and places.

`dicu.economy.markets` states the whole rule and calls these in order.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.draws import happens
from dicu.compute.hashing import hash64
from dicu.compute.numeric import exp64, log64
from dicu.population.columns import N_TYPES

QUARTERS_A_YEAR: Final = 4.0
"""A unit: rates are a quarter or a year."""


@njit(cache=True)
def relative_to_start(now: int, start: int, elasticity: float) -> float:
    """(now / start)^elasticity of two counts; nobody now counts as one person, nobody at the start makes it 1."""
    if start <= 0:
        return 1.0
    return float(exp64(elasticity * log64(max(now, 1) / start)))


@njit(cache=True)
def power(base: float, exponent: float) -> float:
    """base^exponent for base >= 0 and exponent > 0, portable; 0 for base 0."""
    return float(exp64(exponent * log64(base)))


@njit(cache=True)
def price_after(price: float, persistence: float, spread: float, normal: float) -> float:
    """Log farm price a step later: AR(1) whose long-run standard deviation is ``spread``."""
    return float(price * persistence + spread * np.sqrt(1.0 - persistence * persistence) * normal)


@njit(cache=True)
def adapted(belief: float, actual: float, share: float) -> float:
    """Belief a step later, having closed ``share`` of its gap to what is."""
    return belief + share * (actual - belief)


def share_of_step(rate: float, dt_quarters: float) -> float:
    """Share of a gap closed in a step of ``dt_quarters`` when ``rate`` of it is closed in a quarter."""
    return float(1.0 - power(1.0 - rate, dt_quarters))


# ------------------------------------------------------------------ over districts and places


@njit(cache=True)
def sum_workers(
    district: NDArray[np.int32], workers: NDArray[np.int64], n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Workers in farming, and informal and formal ones outside it, by district, three (L,) int64.

    ``workers`` (P, 32) by place and kind.
    """
    farm, informal, formal = (
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
    )
    for j in range(district.shape[0]):
        for t in range(0, N_TYPES, 2):
            farm[district[j]] += workers[j, t]
            informal[district[j]] += workers[j, t + 1]
            formal[district[j]] += workers[j, N_TYPES + t + 1]
    return farm, informal, formal


@njit(cache=True)
def sum_people(district: NDArray[np.int32], people: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """People by district, (L,) int64."""
    out = np.zeros(n, dtype=np.int64)
    for j in range(district.shape[0]):
        out[district[j]] += people[j]
    return out


@njit(cache=True)
def strike(
    key: np.uint64,
    code: NDArray[np.uint64],
    chance: float,
    worst: float,
    left: float,
    log_loss: NDArray[np.float64],
    struck: NDArray[np.bool_],
) -> None:
    """Which districts a disaster strikes in this step, keyed by their codes, and what is left of earlier ones.

    ``worst`` is ln(1 - loss), ``left`` the share of a log loss that is left a step later.
    """
    for d in range(code.shape[0]):
        struck[d] = happens(np.uint32(hash64(key, code[d]) >> np.uint64(32)), chance)
        log_loss[d] = worst if struck[d] else log_loss[d] * left


@njit(cache=True)
def fill_farming(
    farmers: NDArray[np.int64],
    start: NDArray[np.int64],
    log_loss: NDArray[np.float64],
    price: NDArray[np.float64],
    land_share: float,
    out: NDArray[np.float64],
) -> None:
    """What has become by district of the farm income of the start, (L,): crowding on the land, log price, disasters."""
    for d in range(out.shape[0]):
        crowding = relative_to_start(farmers[d], start[d], land_share - 1.0)
        out[d] = crowding * exp64(price[d] + log_loss[d])


def code_number(code: str) -> int:
    """Number of 64 bits for a unit's code, all of its bytes hashed: the identity its shocks are keyed by."""
    raw = code.encode()
    number = np.uint64(len(raw))
    for i in range(0, len(raw), 8):
        number = np.uint64(hash64(number, np.uint64(int.from_bytes(raw[i : i + 8], "little"))))
    return int(number)
