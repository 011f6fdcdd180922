"""Paired differences over replicates: mean, Monte Carlo error, interval, and what may be said of them.

The unit is the replicate (a seed): a pair of runs is one observation, however many households it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

Verdict = Literal["up", "down", "unclear", "unknown", "none"]
Size = Literal["more", "less", "same", "some_more", "some_less", "unclear", "unknown", "none"]
LEVEL: Final = 0.95
"""Confidence of every interval in the report."""
FEWEST: Final = 3
"""Replicates from which an interval is told: from two, a t interval is 12.7 standard errors wide on each side."""


@dataclass(frozen=True)
class Estimate:
    """A mean over replicates; error and interval are None for fewer than `FEWEST`.

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
    values : tuple of float
        Each replicate, where there are too few for an interval.
    key : str
        What it is an estimate of, "difference:access.health.all.end"; empty where nobody asks.
    factor : float
        What it was multiplied by since it was read from the tables.
    """

    value: float
    error: float | None
    low: float | None
    high: float | None
    n: int
    values: tuple[float, ...] = ()
    key: str = ""
    factor: float = 1.0

    @property
    def verdict(self) -> Verdict:
        """Its sign, if the interval leaves out 0; "unknown" without one, "none" when all are exactly 0."""
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

    def beyond(self, cut: float) -> Size:
        """What may be said of its size beside a threshold: a word only where the whole interval lies on one side.

        Returns
        -------
        {"more", "less", "same", "some_more", "some_less", "unclear", "unknown", "none"}
            All of the interval above ``cut``, below ``-cut`` or between; of a known sign but on both sides of a
            threshold; of neither known sign nor size; without interval; exactly 0.
        """
        if self.low is None or self.high is None:
            return "unknown"
        if self.low == self.high == 0:
            return "none"
        if self.low > cut:
            return "more"
        if self.high < -cut:
            return "less"
        if self.within(cut):
            return "same"
        return {"up": "some_more", "down": "some_less"}.get(self.verdict, "unclear")  # type: ignore[return-value]

    def times(self, factor: float) -> Estimate:
        """The same in another unit."""
        values = tuple(v * factor for v in self.values)
        made = replace(self, value=self.value * factor, values=values, factor=self.factor * factor)
        if self.error is None or self.low is None or self.high is None:
            return made
        low, high = sorted((self.low * factor, self.high * factor))
        return replace(made, error=self.error * abs(factor), low=low, high=high)


def estimate(values: Sequence[float], key: str = "") -> Estimate:
    """Mean over replicates with its t interval from `FEWEST` on; values that are not finite make it unknown.

    Raises
    ------
    ValueError
        For no values at all.
    """
    given = np.asarray(values, dtype=np.float64)
    if not len(given):
        raise ValueError("no replicates to estimate from")
    mean = float(given.mean())
    if len(given) < FEWEST or not np.isfinite(given).all():
        return Estimate(mean, None, None, None, len(given), tuple(given.tolist()), key)
    from scipy.stats import t

    error = float(given.std(ddof=1) / np.sqrt(len(given)))
    reach = float(t.ppf(0.5 + LEVEL / 2, len(given) - 1)) * error
    return Estimate(mean, error, mean - reach, mean + reach, len(given), key=key)


def paired(treated: Sequence[dict[str, float]], base: Sequence[dict[str, float]]) -> dict[str, Estimate]:
    """Mean paired difference of each measure that every run of both arms has."""
    shared = set.intersection(*(set(m) for m in (*treated, *base)))
    keys = [k for k in treated[0] if k in shared]
    return {
        k: estimate([a[k] - b[k] for a, b in zip(treated, base, strict=True)], f"difference:{k}")
        for k in keys
    }


def levels(runs: Sequence[dict[str, float]], arm: str = "level") -> dict[str, Estimate]:
    """Mean of each measure over the runs of one arm."""
    keys = [k for k in runs[0] if all(k in m for m in runs)]
    return {k: estimate([m[k] for m in runs], f"{arm}:{k}") for k in keys}


def sizes(low: Floats, high: Floats, cut: float) -> dict[Size, Bools]:
    """`Estimate.beyond` of many estimates at once, by their bounds.

    Parameters
    ----------
    low, high : (K,) float64
        Bounds of the intervals; both the value itself where there is no interval.
    cut : float
        Threshold.

    Returns
    -------
    dict of (K,) bool
        "more", "less", "same", and "unclear" for those that lie on both sides of a threshold.
    """
    more, less = low > cut, high < -cut
    same = (low >= -cut) & (high <= cut)
    return {"more": more, "less": less, "same": same, "unclear": ~(more | less | same)}
