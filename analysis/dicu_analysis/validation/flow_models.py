"""Flows between areas by two models of geography: Poisson gravity and radiation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Gravity:
    """Flows between regions by Poisson regression on log residents of both ends and log distance."""

    constant: float
    origin: float
    destination: float
    distance: float

    def flows(self, persons: Floats, far: Floats) -> Floats:
        """Persons a year between areas of these residents, (R, R)."""
        with np.errstate(divide="ignore"):
            log = self.origin * np.log(persons)[:, None] + self.destination * np.log(persons)[None, :]
            made = np.exp(self.constant + log - self.distance * np.log(far))
        np.fill_diagonal(made, 0.0)
        return np.asarray(made)


def fit_gravity(flows: Floats, persons: Floats, far: Floats) -> Gravity:
    """Poisson pseudo-maximum likelihood on the pairs of different areas (statsmodels)."""
    import statsmodels.api as sm

    o, d = np.nonzero(~np.eye(len(persons), dtype=bool))
    x = np.column_stack([np.ones(len(o)), np.log(persons[o]), np.log(persons[d]), -np.log(far[o, d])])
    found = sm.GLM(flows[o, d], x, family=sm.families.Poisson()).fit().params
    return Gravity(*(float(v) for v in found))


def radiation(persons: Floats, far: Floats, leaving: Floats) -> Floats:
    """Flows of Simini et al. (2012), (R, R): no parameter but how many leave each area."""
    n = len(persons)
    made = np.zeros((n, n))
    for i in range(n):
        order = [j for j in np.argsort(far[i], kind="stable") if j != i]
        between = 0.0
        for j in order:
            made[i, j] = (
                persons[i] * persons[j] / ((persons[i] + between) * (persons[i] + between + persons[j]))
            )
            between += persons[j]
    total = made.sum(axis=1, keepdims=True)
    return np.asarray(leaving[:, None] * made / np.where(total > 0, total, 1.0))


__all__ = ["Gravity", "fit_gravity", "radiation"]
