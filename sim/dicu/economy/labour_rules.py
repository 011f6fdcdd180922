"""The formulas of formal and informal work: scalars first, then their loops over commuting areas and places.

`dicu.economy.formal_jobs` and `dicu.economy.markets` state the whole rule and call these in order. Groups of those who
look for a formal job are informal unskilled, informal skilled, farming unskilled and farming skilled workers.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.draws import chance_of
from dicu.compute.numeric import exp64, log64
from dicu.economy.market_rules import relative_to_start
from dicu.population.columns import N_TYPES

# groups of those who look for a formal job: how many, and columns of tables by group
GROUPS: Final = 4
INFORMAL: Final = 0
SKILLED_INFORMAL: Final = 1
FARMING: Final = 2
SKILLED_FARMING: Final = 3

# bits of a household type
_OTHER_WORK: Final = 1
_SKILLED: Final = 2


class Labourers(NamedTuple):
    """Members of working age by commuting area (A areas), real persons, int64.

    Attributes
    ----------
    looking : (A, 4)
        By group of those who look for a formal job.
    formal : (A,)
        With one.
    """

    looking: NDArray[np.int64]
    formal: NDArray[np.int64]

    @property
    def informal(self) -> NDArray[np.int64]:
        """(A,) informal workers outside farming."""
        return self.looking[:, INFORMAL] + self.looking[:, SKILLED_INFORMAL]


class Turnover(NamedTuple):
    """Parameters of a step's flows, rates for its length; see `dicu.scenario.parameters_labour.Labour`.

    Attributes
    ----------
    kept : float
        e^(-delta dt), share of formal workers who keep their job.
    most : float
        Most likely that somebody who looks finds one.
    new, old : float
        xi_n, xi_r: shares of new jobs and of those to be filled again that are offered afar.
    search : (4,) float64
        How often each group finds a job, over informal unskilled workers.
    """

    kept: float
    most: float
    new: float
    old: float
    search: NDArray[np.float64]


class Flows(NamedTuple):
    """What a step brings each area (A,), float64 real persons but for chances.

    Attributes
    ----------
    lose : chance that a formal worker loses the job
    find : chance that an informal unskilled worker finds one, before the cap
    offers : jobs offered to people elsewhere
    unfilled : jobs that the cap leaves unfilled
    """

    lose: NDArray[np.float64]
    find: NDArray[np.float64]
    offers: NDArray[np.float64]
    unfilled: NDArray[np.float64]


@njit(cache=True)
def labourers(
    area: NDArray[np.int32], workers: NDArray[np.int64], n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Those who look by group (n, 4), and formal workers (n,); ``workers`` (P, 32), ``area`` (P,)."""
    looking = np.zeros((n, GROUPS), dtype=np.int64)
    formal = np.zeros(n, dtype=np.int64)
    for j in range(area.shape[0]):
        a = area[j]
        for t in range(N_TYPES):
            skilled = 1 if t & _SKILLED else 0
            if t & _OTHER_WORK:
                looking[a, INFORMAL + skilled] += workers[j, t]
                formal[a] += workers[j, N_TYPES + t]
            else:
                looking[a, FARMING + skilled] += workers[j, t]
    return looking, formal


@njit(cache=True)
def vacancies(jobs: float, filled: float, kept: float) -> float:
    """Jobs that a step has to fill, V = max(0, F' - E e^(-delta dt))."""
    return max(0.0, jobs - filled * kept)


@njit(cache=True)
def chance_to_find(unit: float, search: float, most: float) -> float:
    """h_i = min(cap, s_i V / Q), with ``unit`` = V / Q."""
    return min(most, search * unit)


@njit(cache=True)
def fill_flows(
    people: tuple[NDArray[np.int64], NDArray[np.int64]],
    before: NDArray[np.float64],
    jobs: NDArray[np.float64],
    left: NDArray[np.float64],
    rule: Turnover,
    out: Flows,
) -> None:
    """Chances and offers of a step by area, written to ``out``.

    Parameters
    ----------
    people : (looking, formal) of `Labourers`.
    before, jobs : (A,) float64
        Formal jobs of the last step and of this one.
    left : (A,) float64
        Share of the last step's jobs that a programme does not take away in this one.
    out : Flows
        ``unfilled`` is read as that of the last step.
    """
    looking, formal = people
    for a in range(jobs.shape[0]):
        kept = rule.kept * left[a]
        out.lose[a] = 1.0 - kept
        wanted = vacancies(jobs[a], float(formal[a]), kept)
        new = min(wanted, max(0.0, jobs[a] - before[a]))
        afar = rule.new * new + rule.old * (wanted - new)
        out.offers[a] = afar + (out.unfilled[a] if rule.new + rule.old > 0.0 else 0.0)
        home = wanted - afar
        searching = 0.0
        for g in range(GROUPS):
            searching += rule.search[g] * float(looking[a, g])
        out.find[a] = home / searching if searching > 0.0 else 0.0
        found = 0.0
        for g in range(GROUPS):
            found += float(looking[a, g]) * chance_to_find(out.find[a], rule.search[g], rule.most)
        out.unfilled[a] = max(0.0, home - found)


@njit(cache=True)
def informal_pay(workers: float, demand: float, eps: float) -> float:
    """w_I over that of the start, [I / (I_0 + m (F - F_0))]^(-eps); less than one person counts as one."""
    return float(exp64(-eps * log64(max(workers, 1.0) / max(demand, 1.0))))


@njit(cache=True)
def formal_pay(informal: float, premium: float, chance: float, curve: float) -> float:
    """w_F over informal pay of the start, pi (h / h_0)^curve; never below informal pay, as nobody would work for it."""
    relative = exp64(curve * log64(chance)) if chance > 0.0 else 0.0
    return max(informal, premium * relative)


@njit(cache=True)
def value_informal(informal: float, formal: float, find: float, lose: float, discount: float) -> float:
    """What an informal worker's place is worth, w_I + (w_F - w_I) h / (h + delta + rho); rates a quarter."""
    return informal + (formal - informal) * find / (find + lose + discount)


@njit(cache=True)
def value_formal(informal: float, formal: float, find: float, lose: float, discount: float) -> float:
    """What a formal worker's place is worth, w_I + (w_F - w_I) (h + rho) / (h + delta + rho); rates a quarter."""
    return informal + (formal - informal) * (find + discount) / (find + lose + discount)


class Pay(NamedTuple):
    """Pay and chances by area (A,) float64: over informal pay of the start, and V / Q a step.

    Attributes
    ----------
    informal, formal : pay
    find : chance to find a formal job, `Flows.find`
    """

    informal: NDArray[np.float64]
    formal: NDArray[np.float64]
    find: NDArray[np.float64]


class LabourStart(NamedTuple):
    """What pay is relative to, by area (A,): informal workers, formal jobs, people, chance to find one (adapted)."""

    informal: NDArray[np.int64]
    jobs: NDArray[np.float64]
    people: NDArray[np.int64]
    find: NDArray[np.float64]


class PayRule(NamedTuple):
    """What pay follows: m, eps and pi of the module's text, the wage curve, gamma of density."""

    multiplier: float
    eps: float
    premium: float
    curve: float
    agglomeration: float


@njit(cache=True)
def fill_pay(now: LabourStart, start: LabourStart, rule: PayRule, out: Pay) -> None:
    """Pay by area over informal pay of the start; where nobody was informal then, it stays."""
    for a in range(out.informal.shape[0]):
        dense = relative_to_start(now.people[a], start.people[a], rule.agglomeration)
        low = 1.0
        if start.informal[a] > 0:
            demand = float(start.informal[a]) + rule.multiplier * (now.jobs[a] - start.jobs[a])
            low = informal_pay(float(now.informal[a]), demand, rule.eps)
        chance = now.find[a] / start.find[a] if start.find[a] > 0.0 else 1.0
        out.informal[a] = dense * low
        out.formal[a] = dense * formal_pay(low, rule.premium, chance, rule.curve)


class Level(NamedTuple):
    """What pay is a multiple of, by district (L,) or place (P,), and household type (16,).

    Attributes
    ----------
    district, area : (P,) int32
    side : (P,) int64
        0 rural, 1 urban.
    start : (L, 2) float64, M VND per month
        Of an unskilled informal worker at the start, rural and urban.
    by_type : (16,) float64
    farming : (L,) float64
        What farm incomes of now are over that of an unskilled informal worker at the start.
    gain : (2,) float64
        What programmes multiply pay outside farming by, rural and urban.
    """

    district: NDArray[np.int32]
    area: NDArray[np.int32]
    side: NDArray[np.int64]
    start: NDArray[np.float64]
    by_type: NDArray[np.float64]
    farming: NDArray[np.float64]
    gain: NDArray[np.float64]


class Worth(NamedTuple):
    """How places are valued: rates a quarter, steps in quarters, search of the unskilled and the skilled (2,), cap."""

    lose: float
    discount: float
    dt_quarters: float
    search: tuple[float, float]
    most: float


@njit(cache=True)
def fill_earnings(
    level: Level, pay: Pay, worth: Worth, earnings: NDArray[np.float64], values: NDArray[np.float64]
) -> None:
    """Earnings of a worker, and what the place is worth to one, by place and kind: (P, 32) each, written.

    Farming has no status: its columns are the same twice.
    """
    for j in range(earnings.shape[0]):
        d, a = level.district[j], level.area[j]
        base = level.start[d, level.side[j]]
        for t in range(0, N_TYPES, 2):
            farm = base * level.by_type[t] * level.farming[d]
            earnings[j, t] = farm
            earnings[j, N_TYPES + t] = farm
            values[j, t] = farm
            values[j, N_TYPES + t] = farm
            unit = base * level.by_type[t + 1] * level.gain[level.side[j]]
            low, high = unit * pay.informal[a], unit * pay.formal[a]
            search = worth.search[1] if t & _SKILLED else worth.search[0]
            find = chance_to_find(pay.find[a], search, worth.most) / worth.dt_quarters
            earnings[j, t + 1] = low
            earnings[j, N_TYPES + t + 1] = high
            values[j, t + 1] = value_informal(low, high, find, worth.lose, worth.discount)
            values[j, N_TYPES + t + 1] = value_formal(low, high, find, worth.lose, worth.discount)


@njit(cache=True)
def adapt_beliefs(
    values: NDArray[np.float64],
    share: float,
    urban: NDArray[np.bool_],
    expected: NDArray[np.float64],
    potential: NDArray[np.float64],
) -> None:
    """Beliefs (P, 32) close ``share`` of their gap; newcomers (P, 16) count on informal work, in towns all of them."""
    for j in range(values.shape[0]):
        for k in range(values.shape[1]):
            expected[j, k] += share * (values[j, k] - expected[j, k])
        for t in range(0, N_TYPES, 2):
            potential[j, t] = expected[j, t + 1] if urban[j] else expected[j, t]
            potential[j, t + 1] = expected[j, t + 1]


def kept_of(rate: float, dt_quarters: float) -> float:
    """e^(-rate dt), as 1 - `chance_of`."""
    return float(1.0 - chance_of(rate * dt_quarters))
