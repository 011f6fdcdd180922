"""Paired differences over replicates: mean, Monte Carlo error, interval, and what may be said of them.

The unit is the replicate (a seed): a pair of runs is one observation, however many households it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

Verdict = Literal["up", "down", "unclear", "unknown", "none"]
LEVEL: Final = 0.95
"""Confidence of every interval in the report."""


@dataclass(frozen=True)
class Estimate:
    """A mean over replicates; error and interval are None for a single one.

    Attributes
    ----------
    value : float
        Mean over replicates.
    error : float or None
        Monte Carlo standard error of the mean.
    low, high : float or None
        Bounds of the 95 % t interval of the mean.
    n : int
        Replicates.
    """

    value: float
    error: float | None
    low: float | None
    high: float | None
    n: int

    @property
    def verdict(self) -> Verdict:
        """Its sign, if the replicates agree on it; "unknown" when there is one only, "none" when all are exactly 0."""
        if self.low is None or self.high is None:
            return "unknown"
        if self.low == self.high == 0:
            return "none"
        if self.low > 0:
            return "up"
        return "down" if self.high < 0 else "unclear"

    def within(self, smallest: float) -> bool:
        """Whether the whole interval lies inside plus and minus a smallest effect of interest."""
        return (
            self.low is not None and self.high is not None and -smallest < self.low and self.high < smallest
        )

    def times(self, factor: float) -> Estimate:
        """The same in another unit."""
        if self.error is None or self.low is None or self.high is None:
            return Estimate(self.value * factor, None, None, None, self.n)
        low, high = sorted((self.low * factor, self.high * factor))
        return Estimate(self.value * factor, self.error * abs(factor), low, high, self.n)


def estimate(values: Sequence[float]) -> Estimate:
    """Mean over replicates with its t interval; values that are not finite make it unknown.

    Raises
    ------
    ValueError
        For no values at all.
    """
    given = np.asarray(values, dtype=np.float64)
    if not len(given):
        raise ValueError("no replicates to estimate from")
    mean = float(given.mean())
    if len(given) == 1 or not np.isfinite(given).all():
        return Estimate(mean, None, None, None, len(given))
    from scipy.stats import t

    error = float(given.std(ddof=1) / np.sqrt(len(given)))
    reach = float(t.ppf(0.5 + LEVEL / 2, len(given) - 1)) * error
    return Estimate(mean, error, mean - reach, mean + reach, len(given))


def paired(treated: Sequence[dict[str, float]], base: Sequence[dict[str, float]]) -> dict[str, Estimate]:
    """Mean paired difference of each measure that every run of both arms has."""
    shared = set.intersection(*(set(m) for m in (*treated, *base)))
    keys = [k for k in treated[0] if k in shared]
    return {k: estimate([a[k] - b[k] for a, b in zip(treated, base, strict=True)]) for k in keys}


def levels(runs: Sequence[dict[str, float]]) -> dict[str, Estimate]:
    """Mean of each measure over the runs of one arm."""
    keys = [k for k in runs[0] if all(k in m for m in runs)]
    return {k: estimate([m[k] for m in runs]) for k in keys}
