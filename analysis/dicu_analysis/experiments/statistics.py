"""What the statistics of experiments need beside effects: interactions, ratios, power, and rates of rejection."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from dicu_analysis.effects import ALPHA, LEAST, paired

BOUNDS: Final = 0.99
"""Coverage of the bounds within which a rejection rate must lie (1,000 placebos: 3.3-6.9 %)."""


def second_difference(
    both: ArrayLike, first: ArrayLike, second: ArrayLike, neither: ArrayLike
) -> NDArray[np.float64]:
    """(both - first) - (second - neither) within each replicate, (n,) each: the interaction of a 2 x 2 design."""
    a, b, c, d = (np.asarray(x, dtype=np.float64) for x in (both, first, second, neither))
    return (a - b) - (c - d)


@dataclass(frozen=True)
class Ratio:
    """A ratio of two paired means with Fieller's interval.

    Attributes
    ----------
    kind : {"bounded", "outside", "all"}
        The set of ratios that are not rejected: between ``low`` and ``high``; everything but what lies between
        them; or every number. Only the first is an interval: the denominator was distinguishable from zero.
    g : float
        (critical value x error of the denominator / denominator) squared; the interval is bounded below 1.
    """

    estimate: float
    low: float
    high: float
    kind: Literal["bounded", "outside", "all"]
    g: float
    n: int


def fieller(numerator: ArrayLike, denominator: ArrayLike, level: float = 1 - ALPHA) -> Ratio:
    """Fieller's (1954) confidence set for mean(numerator) / mean(denominator), paired by replicate.

    It is the set of r for which numerator - r denominator is not distinguishable from zero.

    Parameters
    ----------
    numerator, denominator : (n,)

    Raises
    ------
    ValueError
        For unequal lengths, or fewer replicates than `LEAST`.
    """
    x, y = (np.asarray(v, dtype=np.float64) for v in (numerator, denominator))
    if x.shape != y.shape or x.ndim != 1 or len(x) < LEAST:
        raise ValueError(f"a ratio needs at least {LEAST} paired replicates, got {x.shape} and {y.shape}")
    n = len(x)
    t2 = float(stats.t.ppf((1 + level) / 2, n - 1)) ** 2
    cov = np.cov(x, y, ddof=1) / n
    a, b = float(x.mean()), float(y.mean())
    # r solves (a - r b)^2 <= t2 var(a - r b)
    quadratic = b * b - t2 * cov[1, 1]
    linear = a * b - t2 * cov[0, 1]
    constant = a * a - t2 * cov[0, 0]
    g = math.inf if b == 0 else float(t2 * cov[1, 1] / (b * b))
    estimate = math.nan if b == 0 else a / b
    under = linear * linear - quadratic * constant
    if quadratic == 0 or under < 0:
        return Ratio(estimate, -math.inf, math.inf, "all", g, n)
    roots = sorted((linear + sign * math.sqrt(under)) / quadratic for sign in (-1, 1))
    return Ratio(estimate, roots[0], roots[1], "bounded" if quadratic > 0 else "outside", g, n)


def power(d: float, n: int, alpha: float = ALPHA) -> float:
    """Chance that a paired t test of n replicates finds an effect of d standard deviations of a difference."""
    if n < LEAST:
        return 0.0
    critical, shift = stats.t.ppf(1 - alpha / 2, n - 1), d * math.sqrt(n)
    above = float(stats.nct.sf(critical, n - 1, shift))
    below = float(stats.nct.cdf(-critical, n - 1, shift))
    # scipy has no number for the far tail that an effect so large never reaches
    return (1.0 if math.isnan(above) else above) + (0.0 if math.isnan(below) else below)


def replicates_for(d: float, wanted: float = 0.9, alpha: float = ALPHA) -> int:
    """Fewest replicates that find an effect of d standard deviations with the wanted power (exact, by t).

    Raises
    ------
    ValueError
        When d is not above 0.
    """
    if not d > 0:
        raise ValueError(f"an effect above 0 is needed, got {d}")
    high = LEAST
    while power(d, high, alpha) < wanted:
        high *= 2
    if high == LEAST:
        return LEAST
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power(d, middle, alpha) >= wanted else (middle, high)
    return high


def detectable(sd: float, n: int, wanted: float = 0.9, alpha: float = ALPHA) -> float:
    """Smallest effect that n replicates with this standard deviation find with the wanted power."""
    if sd == 0:
        return 0.0
    top = 1.0
    while power(top, n, alpha) < wanted:
        top *= 2
    found = optimize.brentq(lambda d: power(d, n, alpha) - wanted, 0.0, top)
    return float(found) * sd


def shared_luck(treated: ArrayLike, untreated: ArrayLike) -> float:
    """How many times smaller the variance of a difference is than without shared luck."""
    a, b = (np.asarray(x, dtype=np.float64) for x in (treated, untreated))
    between = float(np.var(a - b, ddof=1))
    return math.inf if between == 0 else float((a.var(ddof=1) + b.var(ddof=1)) / between)


def rejection_bounds(tests: int, alpha: float = ALPHA, coverage: float = BOUNDS) -> tuple[float, float]:
    """Rates between which the rejections of ``tests`` true nulls lie with ``coverage``."""
    low, high = stats.binom.interval(coverage, tests, alpha)
    return float(low) / tests, float(high) / tests


def power_bound(tests: int, promised: float, coverage: float = BOUNDS) -> float:
    """Lowest rate of rejections among ``tests`` that is still compatible with the promised power."""
    return float(stats.binom.ppf(1 - coverage, tests, promised)) / tests


def rejections(samples: Sequence[ArrayLike] | NDArray[np.float64], alpha: float = ALPHA) -> int:
    """How many of m experiments, one row (n,) of differences each, reject at ``alpha``."""
    return sum(paired(row).p < alpha for row in samples)
