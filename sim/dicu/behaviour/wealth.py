"""Rule `wealth`: W' = W + y - c, with c = max(floor, (1 - s) y + m W), never beyond the resources W + y.

m = s / (T steps a year): a household saves while it owns less than T years of its income and consumes out of what it
owns beyond, so that wealth comes to rest at T (assumption A107). This is the straight line through the target of the
consumption function of buffer-stock saving (Carroll 1997, Quarterly Journal of Economics 112: 1-55).

Everything is an integer number of units of 0.1 M VND, and the saving rate a number of 65,536ths, so nothing is
created and both engines and any loop agree. Amounts that are not whole numbers of units are rounded by the
household's luck, so that they are right on average. What does not fit into the 16 bits of wealth (6.55 billion VND)
is consumed.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.draws import TWO_32
from dicu.compute.normal import inverse_normal
from dicu.compute.numeric import exp64
from dicu.economy.market_rules import QUARTERS_A_YEAR
from dicu.scenario.parameters_household import Money

UNITS_PER_MVND: Final = 10
"""Wealth is counted in 0.1 M VND."""

# what 16 bits and 8 bits hold, and the saving rate's unit
MOST_WEALTH: Final = 65_535
WHOLE_65536: Final = 65_536
LUCK_RANKS: Final = 256


class MoneyTable(NamedTuple):
    """Income and consumption of one step, in units of wealth (0.1 M VND).

    Attributes
    ----------
    pay : (P, T) float32
        Income a worker; ``other_pay`` (P,) a person besides.
    luck : (256,) float32
        Lasting luck in income by quantile.
    floor : uint32
        Least consumption a person; ``keep`` is the saving rate in 1/65536, ``draw`` the share of wealth consumed.
    key : uint64
        Of this step's draws.
    """

    pay: NDArray[np.float32]
    other_pay: NDArray[np.float32]
    luck: NDArray[np.float32]
    floor: np.uint32
    keep: np.uint32
    draw: np.uint32
    key: np.uint64


@njit(cache=True, inline="always")
def rounded(units: float, bits: np.uint32) -> int:
    """Stochastic rounding: the whole part, and one more with a chance equal to the rest.

    The expectation over all ``bits`` is ``units`` to within 2^-32 of a unit.

    Parameters
    ----------
    units : float
        Not negative.
    bits : uint32
        32 random bits, keyed by the household, the step and the purpose.
    """
    whole = np.floor(units)
    return int(whole) + int(np.float64(bits) < (units - whole) * TWO_32)


@njit(cache=True, inline="always")
def to_units(amount_mvnd: float, bits: np.uint32) -> int:
    """Units of wealth (0.1 M VND) for an amount in M VND, by stochastic rounding of 10 times the amount.

    Parameters
    ----------
    amount_mvnd : float
        Not negative.
    bits : uint32
        Random bits, see `rounded`.
    """
    return rounded(amount_mvnd * UNITS_PER_MVND, bits)


@njit(cache=True, inline="always")
def income_of(per_worker: float, workers: int, luck: float, per_head: float, persons: int) -> float:
    """A household's income of a step, before rounding: what its workers earn times its luck, and other income a head.

    Parameters
    ----------
    per_worker, per_head : float, units a step
        Earnings of a worker of its type in its place; other income of a person there.
    workers, persons : int
        Members of working age, and all.
    luck : float
        Factor of its rank, `luck_factors`.
    """
    return per_worker * luck * workers + per_head * persons


@njit(cache=True, inline="always")
def wealth_after(
    wealth: np.uint32, income: np.uint32, floor: np.uint32, keep_65536: np.uint32, draw_65536: np.uint32
) -> np.uint32:
    """Wealth after one step, in uint32 arithmetic without a branch, so that a loop over households vectorises.

    W' = min(65535, W + y - min(W + y, max(floor, y - saved + drawn))), saved = y keep / 65,536 and drawn =
    W draw / 65,536, each rounded to the nearest unit.

    Parameters
    ----------
    wealth, income, floor : uint32, units a step
        At most 65,535 each; the product of income and rate then stays below 2^32.
    keep_65536 : uint32
        Share of income kept back (the saving rate s, not 1 - s), in 65,536ths: `saving_65536`.
    draw_65536 : uint32
        Share of wealth consumed in a step, m, in 65,536ths: `draw_65536`.

    Returns
    -------
    uint32
    """
    w = np.uint32(wealth)
    y = np.uint32(income)
    half = np.uint32(32_768)
    saved = np.uint32(np.uint32(np.uint32(y * np.uint32(keep_65536)) + half) >> np.uint32(16))
    drawn = np.uint32(np.uint32(np.uint32(w * np.uint32(draw_65536)) + half) >> np.uint32(16))
    spent = max(np.uint32(floor), np.uint32(np.uint32(y - saved) + drawn))
    resources = np.uint32(w + y)
    return min(np.uint32(resources - min(spent, resources)), np.uint32(MOST_WEALTH))


@njit(cache=True)
def consume(
    wealth: int, income_units: int, floor_units: int, saving_rate_65536: int, draw_65536: int
) -> tuple[int, int]:
    """One household's step: its new wealth and what it consumed, which together are what it had and earned.

    Parameters
    ----------
    wealth, income_units, floor_units : int, units a step
        Between 0 and 65,535.
    saving_rate_65536, draw_65536 : int
        s and m in 65,536ths.

    Returns
    -------
    wealth, consumed : int, int
        wealth + consumed = what came in; a household poorer than the floor consumes all it has.
    """
    after = int(
        wealth_after(
            np.uint32(wealth),
            np.uint32(income_units),
            np.uint32(floor_units),
            np.uint32(saving_rate_65536),
            np.uint32(draw_65536),
        )
    )
    return after, wealth + income_units - after


def saving_65536(money: Money) -> int:
    """The saving rate in 65,536ths, the integer the rule uses."""
    return round(money.saving_rate * WHOLE_65536)


def draw_65536(money: Money, dt_quarters: float) -> int:
    """Share of its wealth that a household consumes in a step, in 65,536ths: s / T of a year's.

    At T years of income it consumes what it earns; at most all of it.
    """
    a_year = money.saving_rate / money.target_years
    return min(round(a_year * (dt_quarters / QUARTERS_A_YEAR) * WHOLE_65536), WHOLE_65536)


def floor_units(money: Money, months_per_step: int) -> int:
    """Least consumption of a person in a step, in units of wealth, to the nearest unit."""
    return round(money.consumption_floor * months_per_step * UNITS_PER_MVND)


def luck_factors(spread: float) -> NDArray[np.float64]:
    """What a household's lasting luck multiplies its income by, (256,) float64, by income_quantile.

    exp(sigma z_k - sigma^2 / 2), z_k the quantile of the normal at (k + 1/2) / 256, divided by their mean: the 256
    ranks, all equally likely, have mean 1.

    Parameters
    ----------
    spread : float
        sigma_z, standard deviation of log income; not negative.

    Raises
    ------
    ValueError
        When ``spread`` is negative.
    """
    if not spread >= 0.0:
        raise ValueError(f"spread of luck {spread}: 0 or more is allowed")
    factor = [
        float(exp64(spread * inverse_normal((k + 0.5) / LUCK_RANKS) - 0.5 * spread * spread))
        for k in range(LUCK_RANKS)
    ]
    mean = math.fsum(factor) / LUCK_RANKS
    return np.array([f / mean for f in factor])


__all__ = [
    "LUCK_RANKS",
    "MOST_WEALTH",
    "UNITS_PER_MVND",
    "MoneyTable",
    "consume",
    "draw_65536",
    "floor_units",
    "income_of",
    "luck_factors",
    "rounded",
    "saving_65536",
    "to_units",
    "wealth_after",
]
