"""Statistics of replicated, paired simulation experiments.

The unit of error is the replicate: two arms of one replicate share their luck household by household, so an effect is
the mean of differences within replicates. How many households there are never enters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

ALPHA: Final = 0.05
BOUNDS: Final = 0.99
"""Coverage of the bounds within which a rejection rate must lie (1,000 placebos: 3.3-6.9 %)."""
LEAST: Final = 2
"""Replicates without which there is no error to speak of."""

Verdict = Literal[
    "negligible", "present, negligible", "present", "substantial", "undecided", "none, to the bit"
]
VERDICTS: Final[dict[str, str]] = {
    "negligible": "smaller than the smallest effect of interest (equivalence shown), not distinguishable from zero",
    "present, negligible": "distinguishable from zero, and smaller than the smallest effect of interest",
    "present": "distinguishable from zero; whether it reaches the smallest effect of interest is open",
    "substantial": "distinguishable from zero, and larger than the smallest effect of interest",
    "undecided": "neither distinguishable from zero nor shown to be smaller than the smallest effect of interest",
    "none, to the bit": "every replicate has exactly the same outcome in both arms",
}


@dataclass(frozen=True)
class Effect:
    """A mean over replicates with its Monte Carlo error.

    Attributes
    ----------
    mean, error : float
        Mean over replicates and its standard error (Monte Carlo error).
    low, high : float
        Interval of Student's t with n - 1 degrees of freedom.
    p : float
        Two-sided, against no effect.
    sd : float
        Standard deviation between replicates.
    n : int
    """

    mean: float
    error: float
    low: float
    high: float
    p: float
    sd: float
    n: int
    level: float = 1 - ALPHA

    @property
    def exact(self) -> bool:
        """Whether all replicates agree to the bit, so that there is no error."""
        return self.sd == 0.0

    def interval(self, level: float) -> tuple[float, float]:
        """Interval at another level."""
        half = 0.0 if self.exact else float(stats.t.ppf((1 + level) / 2, self.n - 1)) * self.error
        return self.mean - half, self.mean + half


def paired(differences: ArrayLike, level: float = 1 - ALPHA) -> Effect:
    """Effect from one difference a replicate.

    Parameters
    ----------
    differences : (n,) float
        Treated less untreated, within replicates.

    Raises
    ------
    ValueError
        For fewer than two replicates, or values that are not finite.
    """
    x = np.asarray(differences, dtype=np.float64)
    if x.ndim != 1 or len(x) < LEAST:
        raise ValueError(f"an effect needs at least {LEAST} replicates, got {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"replicate {int(np.flatnonzero(~np.isfinite(x))[0])} has no finite outcome")
    n, mean = len(x), float(x.mean())
    if (x == x[0]).all():
        return Effect(float(x[0]), 0.0, float(x[0]), float(x[0]), 1.0 if x[0] == 0 else 0.0, 0.0, n, level)
    sd = float(x.std(ddof=1))
    error = sd / math.sqrt(n)
    half = float(stats.t.ppf((1 + level) / 2, n - 1)) * error
    p = float(2 * stats.t.sf(abs(mean) / error, n - 1))
    return Effect(mean, error, mean - half, mean + half, p, sd, n, level)


def second_difference(
    both: ArrayLike, first: ArrayLike, second: ArrayLike, neither: ArrayLike
) -> NDArray[np.float64]:
    """(both - first) - (second - neither) within each replicate: the interaction of a 2 x 2 design."""
    a, b, c, d = (np.asarray(x, dtype=np.float64) for x in (both, first, second, neither))
    return (a - b) - (c - d)


@dataclass(frozen=True)
class Equivalence:
    """Two one-sided tests against a smallest effect of interest (Schuirmann 1987).

    Attributes
    ----------
    sesoi : float
        Smallest effect of interest, in the unit of the effect.
    p : float
        The larger of both one-sided p-values: small when the effect is shown to lie within.
    equivalent : bool
    """

    sesoi: float
    p: float
    equivalent: bool


def equivalence(effect: Effect, sesoi: float, alpha: float = ALPHA) -> Equivalence:
    """Whether an effect is shown to be smaller than ``sesoi`` in size."""
    if not sesoi > 0:
        raise ValueError(f"the smallest effect of interest must be above 0, got {sesoi}")
    if effect.exact:
        within = abs(effect.mean) < sesoi
        return Equivalence(sesoi, 0.0 if within else 1.0, within)
    df = effect.n - 1
    below = float(stats.t.sf((effect.mean + sesoi) / effect.error, df))
    above = float(stats.t.cdf((effect.mean - sesoi) / effect.error, df))
    p = max(below, above)
    return Equivalence(sesoi, p, p < alpha)


def verdict(effect: Effect, sesoi: float, p: float | None = None, alpha: float = ALPHA) -> Verdict:
    """What may be said of an effect; ``p`` stands for its own when it was adjusted for several tests."""
    if effect.exact and effect.mean == 0:
        return "none, to the bit"
    told_apart = (effect.p if p is None else p) < alpha
    small = equivalence(effect, sesoi, alpha).equivalent
    if not told_apart:
        return "negligible" if small else "undecided"
    if small:
        return "present, negligible"
    low, high = effect.interval(1 - alpha)
    return "substantial" if low >= sesoi or high <= -sesoi else "present"


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
    """Fewest replicates that find an effect of d standard deviations with the wanted power (exact, by t)."""
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
    """How many of many experiments, one row of differences each, reject at ``alpha``."""
    return sum(paired(row).p < alpha for row in samples)
