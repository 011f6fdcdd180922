"""Effects: a mean over replicates with its interval, and what may be said of it.

The unit is the replicate (a seed). Two arms of one replicate share their luck household by household, so an effect is
the mean of differences within replicates; how many households there are never enters.

Three things may be said of an effect, and they differ in substance:

- its sign (`Effect.sign`): whether the 95 % interval leaves out 0;
- its size beside a threshold (`Effect.size`): on which side of it all of the 95 % interval lies;
- the verdict of a test (`verdict`): a p-value, which may be adjusted for several tests (`holm`), together with a
  test of equivalence (`equivalence`: the 90 % interval within the bounds).

A page tells sign and size of many numbers; a verdict is given of the one number that an experiment is about.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dicu_analysis.language import Text

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ALPHA: Final = 0.05
LEVEL: Final = 1 - ALPHA
"""Confidence of intervals."""
LEAST: Final = 2
"""Replicates without which there is no error to speak of."""
FEWEST: Final = 3
"""Replicates from which a page tells an interval: from two, a t interval is 12.7 standard errors wide on each side."""

Sign = Literal["up", "down", "unclear", "unknown", "none"]
Size = Literal["more", "less", "same", "some_more", "some_less", "unclear", "unknown", "none"]
Verdict = Literal[
    "negligible", "present, negligible", "present", "substantial", "undecided", "none, to the bit", "depends"
]
VERDICTS: Final[dict[Verdict, str]] = {
    "negligible": "smaller than the smallest effect of interest (equivalence shown), not distinguishable from zero",
    "present, negligible": "distinguishable from zero, and smaller than the smallest effect of interest",
    "present": "distinguishable from zero; whether it reaches the smallest effect of interest is open",
    "substantial": "distinguishable from zero, and larger than the smallest effect of interest",
    "undecided": "neither distinguishable from zero nor shown to be smaller than the smallest effect of interest",
    "none, to the bit": "every replicate has exactly the same outcome in both arms",
    "depends": "its sign turns within the declared ranges of assumptions, so no one number is an answer: see what "
    "decides it",
}
"""What a verdict means."""
VERDICT_WORDS: Final[dict[Verdict, Text]] = {
    "negligible": Text("too small to matter", "quá nhỏ để đáng kể"),
    "present, negligible": Text("real, but too small to matter", "có thật nhưng quá nhỏ để đáng kể"),
    "present": Text("real; whether it matters is not decided", "có thật; chưa rõ có đáng kể không"),
    "substantial": Text("real and large enough to matter", "có thật và đủ lớn để đáng kể"),
    "undecided": Text("not decided", "chưa kết luận được"),
    "none, to the bit": Text("exactly none", "hoàn toàn không có"),
    "depends": Text(
        "depends on assumptions that nobody can settle yet", "phụ thuộc vào giả định chưa ai xác định được"
    ),
}
"""The same in a few words, in both languages."""


def counted(n: int | str, also: str = "") -> str:
    """Replicates in words: "1 replicate", "3 replicates (seeds)" with ``also``, "2-3 replicates"."""
    end = "" if str(n) == "1" else "s"
    return f"{n} replicate{end}" + (f" ({also.removesuffix('s')}{end})" if also else "")


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
        Replicates.
    level : float
        Confidence of the interval.
    values : tuple of float
        Each replicate, where there are too few for an interval; ``error``, ``low``, ``high``, ``p`` and ``sd`` are
        not-a-number then.
    key : str
        What it is an effect on, "difference:access.health.all.end"; empty where nobody asks.
    factor : float
        What it was multiplied by since it was read from the tables.
    """

    mean: float
    error: float
    low: float
    high: float
    p: float
    sd: float
    n: int
    level: float = LEVEL
    values: tuple[float, ...] = ()
    key: str = ""
    factor: float = 1.0

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return not (math.isnan(self.low) or math.isnan(self.high))

    @property
    def exact(self) -> bool:
        """Whether all replicates agree to the bit, so that there is no error."""
        return self.sd == 0.0

    def interval(self, level: float) -> tuple[float, float]:
        """Interval at another level."""
        half = 0.0 if self.exact else _quantile(level, self.n) * self.error
        return self.mean - half, self.mean + half

    @property
    def sign(self) -> Sign:
        """Its sign, if the interval leaves out 0; "unknown" without one, "none" when all are exactly 0."""
        if not self.known:
            return "unknown"
        if self.low == self.high == 0:
            return "none"
        if self.low > 0:
            return "up"
        return "down" if self.high < 0 else "unclear"

    def size(self, cut: float) -> Size:
        """What may be said of its size beside a threshold: a word only where the whole interval lies on one side.

        Returns
        -------
        {"more", "less", "same", "some_more", "some_less", "unclear", "unknown", "none"}
            All of the interval above ``cut``, below ``-cut`` or between; of a known sign but on both sides of a
            threshold; of neither known sign nor size; without interval; exactly 0.
        """
        sign = self.sign
        if sign in ("unknown", "none"):
            return sign
        if self.low > cut:
            return "more"
        if self.high < -cut:
            return "less"
        if -cut < self.low and self.high < cut:
            return "same"
        return {"up": "some_more", "down": "some_less"}.get(sign, "unclear")  # type: ignore[return-value]

    def times(self, factor: float) -> Effect:
        """The same in another unit."""
        low, high = sorted((self.low * factor, self.high * factor))
        return replace(
            self,
            mean=self.mean * factor,
            error=self.error * abs(factor),
            low=low,
            high=high,
            sd=self.sd * abs(factor),
            values=tuple(v * factor for v in self.values),
            factor=self.factor * factor,
        )


@lru_cache(maxsize=256)
def _quantile(level: float, n: int) -> float:
    """Standard errors that an interval of Student's t reaches to each side of the mean of n replicates."""
    from scipy.stats import t

    return float(t.ppf((1 + level) / 2, n - 1))


def _of(mean: float, sd: float, n: int, level: float, key: str = "") -> Effect:
    """Effect of n replicates with this mean and standard deviation."""
    from scipy.stats import t

    error = sd / math.sqrt(n)
    if error == 0:
        return Effect(mean, error, mean, mean, 1.0 if mean == 0 else 0.0, sd, n, level, key=key)
    half = _quantile(level, n) * error
    p = float(2 * t.sf(abs(mean) / error, n - 1))
    return Effect(mean, error, mean - half, mean + half, p, sd, n, level, key=key)


def paired(differences: ArrayLike, level: float = LEVEL) -> Effect:
    """Effect from one difference per replicate, as a test needs it.

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
    if (x == x[0]).all():
        return _of(float(x[0]), 0.0, len(x), level)
    return _of(float(x.mean()), float(x.std(ddof=1)), len(x), level)


def estimate(values: Sequence[float], key: str = "") -> Effect:
    """Mean over replicates as a page needs it: any number of them, with an interval from `FEWEST` on.

    Values that are not finite leave the interval unknown, as too few do.

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
        unknown = math.nan
        return Effect(
            mean,
            unknown,
            unknown,
            unknown,
            unknown,
            unknown,
            len(given),
            values=tuple(given.tolist()),
            key=key,
        )
    return _of(mean, float(given.std(ddof=1)), len(given), LEVEL, key)


def differences(treated: Sequence[dict[str, float]], base: Sequence[dict[str, float]]) -> dict[str, Effect]:
    """Mean paired difference of each measure that every run of both arms has."""
    shared = set.intersection(*(set(m) for m in (*treated, *base)))
    keys = [k for k in treated[0] if k in shared]
    return {
        k: estimate([a[k] - b[k] for a, b in zip(treated, base, strict=True)], f"difference:{k}")
        for k in keys
    }


def levels(runs: Sequence[dict[str, float]], arm: str = "level") -> dict[str, Effect]:
    """Mean of each measure over the runs of one arm."""
    keys = [k for k in runs[0] if all(k in m for m in runs)]
    return {k: estimate([m[k] for m in runs], f"{arm}:{k}") for k in keys}


def bounds(values: Floats) -> tuple[Floats, Floats]:
    """Bounds (K,) of the intervals of K means over replicates (n, K); the means themselves where n is too small."""
    mean: Floats = values.mean(axis=0)
    if len(values) < FEWEST:
        return mean, mean
    error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    reach = _quantile(LEVEL, len(values)) * error
    return mean - reach, mean + reach


def sizes(low: Floats, high: Floats, cut: float) -> dict[Size, Bools]:
    """`Effect.size` of many effects at once, by their bounds.

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
    """Whether an effect is shown to be smaller than ``sesoi`` in size.

    Raises
    ------
    ValueError
        When ``sesoi`` is not above 0.
    """
    from scipy.stats import t

    if not sesoi > 0:
        raise ValueError(f"the smallest effect of interest must be above 0, got {sesoi}")
    if effect.exact:
        within = abs(effect.mean) < sesoi
        return Equivalence(sesoi, 0.0 if within else 1.0, within)
    df = effect.n - 1
    below = float(t.sf((effect.mean + sesoi) / effect.error, df))
    above = float(t.cdf((effect.mean - sesoi) / effect.error, df))
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


def holm(p: Mapping[str, float], family: int) -> dict[str, float]:
    """p-values adjusted for a family of tests (Holm 1979), in rising order; a missing test counts as larger."""
    missing = family - len(p)
    running, made = 0.0, {}
    for k, name in enumerate(sorted(p, key=lambda name: p[name])):
        running = max(running, min(1.0, (len(p) - k + missing) * p[name]))
        made[name] = running
    return made
