"""The formulas of the rule `markets`: scalars first, then their loops over districts and places.

`dicu.economy.markets` states the whole rule and calls these in order.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.draws import happens
from dicu.compute.hashing import hash64
from dicu.compute.numeric import exp64, log64

QUARTERS_A_YEAR: Final = 4.0
"""A unit: rates are a quarter or a year."""


@njit(cache=True)
def employment_chance(jobs: float, workers: float) -> float:
    """Chance of a job, e = min(1, jobs / workers); 1 where there are no workers to want them."""
    return 1.0 if jobs >= workers else jobs / workers


@njit(cache=True)
def expected_wage(wage: float, chance: float, out_of_work: float) -> float:
    """Harris-Todaro: w (e + (1 - e) mu), mu = income without a job over the wage (Harris & Todaro 1970)."""
    return wage * (chance + (1.0 - chance) * out_of_work)


@njit(cache=True)
def jobs_after(jobs: float, workers: float, growth: float, closed: float, full_employment: float) -> float:
    """Jobs a step later, J growth + closed (ebar L - J); ``growth`` and ``closed`` are those of one step."""
    return jobs * growth + closed * (full_employment * workers - jobs)


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
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Workers in farming and in other work by district, two (L,) int64."""
    farm, other = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for j in range(district.shape[0]):
        for t in range(0, workers.shape[1], 2):
            farm[district[j]] += workers[j, t]
            other[district[j]] += workers[j, t + 1]
    return farm, other


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


class Labour(NamedTuple):
    """Jobs outside farming by district, each (L,) float64.

    Attributes
    ----------
    jobs
        All jobs, those that a programme takes away for a time included.
    there
        Share of them that is there to be had.
    employment
        Chance of having one.
    tightness
        Jobs per worker where there are more jobs than workers, else 1.
    """

    jobs: NDArray[np.float64]
    there: NDArray[np.float64]
    employment: NDArray[np.float64]
    tightness: NDArray[np.float64]


class PayRule(NamedTuple):
    """What pay follows, as in `dicu.scenario.parameters_household.Work`."""

    agglomeration: float
    scarcity: float
    land_share: float
    full_employment: float
    out_of_work: float


class PayFactors(NamedTuple):
    """What has become by district of the earnings of the start, each (L,) float64.

    Attributes
    ----------
    wage
        Pay of a job over those earnings.
    outside, farming
        Earnings outside farming, the chance of a job included, and in it.
    """

    wage: NDArray[np.float64]
    outside: NDArray[np.float64]
    farming: NDArray[np.float64]


@njit(cache=True)
def update_jobs(
    labour: Labour,
    workers: NDArray[np.int64],
    growth: NDArray[np.float64],
    closed: float,
    full_employment: float,
    new: NDArray[np.float64],
) -> None:
    """Jobs a step later and the chance of one, by district; no workers count as one, and jobs are never below 0.

    ``growth`` (L,) is the log growth of one step, ``new`` (L,) are the jobs of zones finished in it. All of ``labour``
    but ``there`` is written.
    """
    jobs, there, employment, tightness = labour
    for d in range(jobs.shape[0]):
        wanted = float(max(workers[d], 1))
        grown = max(jobs_after(jobs[d], wanted, exp64(growth[d]), closed, full_employment), 0.0)
        jobs[d] = grown + new[d]
        employment[d] = employment_chance(there[d] * jobs[d], wanted)
        tightness[d] = max(1.0, there[d] * jobs[d] / wanted)


@njit(cache=True)
def update_factors(
    now: tuple[NDArray[np.int64], NDArray[np.int64]],
    start: tuple[NDArray[np.int64], NDArray[np.int64]],
    labour: Labour,
    log_loss: NDArray[np.float64],
    price: float,
    rule: PayRule,
    out: PayFactors,
) -> None:
    """Write what has become by district of the earnings of the start into ``out``.

    ``now`` and ``start`` are (people, farmers). The level of the start includes the chance of a job of then, ebar.
    """
    wage, outside, farming = out
    at_start = expected_wage(1.0, rule.full_employment, rule.out_of_work)
    for d in range(wage.shape[0]):
        scarce = exp64(rule.scarcity * log64(labour.tightness[d]))
        wage[d] = scarce * relative_to_start(now[0][d], start[0][d], rule.agglomeration) / at_start
        outside[d] = expected_wage(wage[d], labour.employment[d], rule.out_of_work)
        crowding = relative_to_start(now[1][d], start[1][d], rule.land_share - 1.0)
        farming[d] = crowding * exp64(price + log_loss[d])


@njit(cache=True)
def fill_earnings(
    district: NDArray[np.int32],
    urban: NDArray[np.bool_],
    level: NDArray[np.float64],
    by_type: NDArray[np.float64],
    outside: NDArray[np.float64],
    farming: NDArray[np.float64],
    earnings: NDArray[np.float64],
) -> None:
    """Earnings by place and type: level of the start times what has become of it, by sector."""
    for j in range(district.shape[0]):
        d = district[j]
        start = level[d, 1 if urban[j] else 0]
        for t in range(0, by_type.shape[0], 2):
            earnings[j, t] = start * by_type[t] * farming[d]
            earnings[j, t + 1] = start * by_type[t + 1] * outside[d]


@njit(cache=True)
def adapt_beliefs(
    earnings: NDArray[np.float64],
    share: float,
    urban: NDArray[np.bool_],
    expected: NDArray[np.float64],
    potential: NDArray[np.float64],
) -> None:
    """Beliefs close ``share`` of their gap to earnings; in urban places newcomers count on work outside farming."""
    for j in range(earnings.shape[0]):
        for t in range(0, earnings.shape[1], 2):
            expected[j, t] = adapted(expected[j, t], earnings[j, t], share)
            expected[j, t + 1] = adapted(expected[j, t + 1], earnings[j, t + 1], share)
            potential[j, t] = expected[j, t + 1] if urban[j] else expected[j, t]
            potential[j, t + 1] = expected[j, t + 1]


def code_number(code: str) -> int:
    """Number of 64 bits for a unit's code, all of its bytes hashed: the identity its shocks are keyed by."""
    raw = code.encode()
    number = np.uint64(len(raw))
    for i in range(0, len(raw), 8):
        number = np.uint64(hash64(number, np.uint64(int.from_bytes(raw[i : i + 8], "little"))))
    return int(number)
