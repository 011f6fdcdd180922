"""The space of a calibration: parameters as standard normal numbers, and back to settings of a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicu.lab.calibrate.file import MOST_TERM, SIDES, TERMS, Calibration, Prior, bounds
from dicu.scenario.fields import leaf_at
from dicu.scenario.fitted import DIGITS

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """One parameter, or the term of one province: prior, and where its values stay."""

    key: str
    prior: Prior
    low: float
    high: float
    whole: bool = False

    def value(self, z: float) -> float:
        """The value at ``z`` standard deviations from the prior, within its bounds, rounded as it is shipped."""
        p = self.prior
        raw = p.prior * np.exp(p.sd * z) if p.scale == "log" else p.prior + p.sd * z
        inside = min(max(float(raw), self.low), self.high)
        return round(inside) if self.whole else float(f"{inside:.{DIGITS}g}")


def axes_of(calibration: Calibration, codes: Sequence[str]) -> tuple[Axis, ...]:
    """Every axis in the order of the file, then the terms of provinces."""
    made = [
        Axis(key, p, *bounds(key, p), whole=leaf_at()[key].kind == "integer")
        for key, p in calibration.parameters.items()
    ]
    for side in SIDES:
        sd = float(getattr(calibration.provinces, side))
        if sd > 0:
            prior = Prior(prior=0.0, sd=sd)
            made += [Axis(f"{TERMS}.{side}.{code}", prior, -MOST_TERM, MOST_TERM) for code in codes]
    return tuple(made)


def first_members(axes: Sequence[Axis], members: int, seed: int) -> Floats:
    """Draws from the prior, (axes, members), centred so that their mean is the prior's middle."""
    z = np.random.default_rng(seed).standard_normal((len(axes), members))
    return np.asarray(z - z.mean(axis=1, keepdims=True))


def values_at(axes: Sequence[Axis], z: Floats) -> dict[str, float]:
    """Values of all parameters at one point of the space."""
    return {axis.key: axis.value(float(x)) for axis, x in zip(axes, z, strict=True)}


__all__ = ["Axis", "axes_of", "first_members", "values_at"]
