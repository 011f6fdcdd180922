"""Weights of archetypes by province, where the country says how old its provinces are.

The weights of the nation (`dicu.population.raking`) are the prior; they are raked once more for each province, to its
ages and sexes. Sizes of rural and urban households stay those of the nation, for no source has them by province.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute import numeric
from dicu.compute.numeric import exp64
from dicu.population.archetypes import Archetypes
from dicu.population.columns import MEMBERS
from dicu.population.margins import AGE_GROUPS, MarginsError

AREAS: Final = 2
CELLS: Final = 2 * AGE_GROUPS
SIZES: Final = AREAS * MEMBERS
TOLERANCE: Final = 1e-10
"""Largest gap left, persons or households per household of the province."""
_STEPS: Final = 80
_HALVINGS: Final = 40
_RIDGE: Final = 1e-13
_STRAIGHT: Final = 1e-12


@dataclass(frozen=True, eq=False)
class Groups:
    """Who lives with whom by group of places: rural and urban, of every province in turn where provinces differ.

    Attributes
    ----------
    weight : (G, A) float64
        Share of the households of the group by archetype; rows sum to 1.
    pyramid : (G, 17, 2) float64
        Share of its persons by five-year age group and sex (male, female).
    misfit : float
        Largest gap to the ages of a province, persons or households per household; 0 without provinces.
    """

    weight: NDArray[np.float64]
    pyramid: NDArray[np.float64]
    misfit: float = 0.0

    def of(self, urban: NDArray[np.bool_], province: NDArray[np.integer]) -> NDArray[np.int64]:
        """Group of each place, (P,) int64."""
        ours = AREAS * province if len(self.weight) > AREAS else np.zeros(len(urban), dtype=np.int64)
        return np.asarray(ours + urban, dtype=np.int64)


def nation_alone(library: Archetypes, weight: NDArray[np.float64]) -> Groups:
    """The two groups of a country whose provinces do not differ, from weights (A, 2) of the nation."""
    return _groups(library, weight.T, 0.0)


def rake_provinces(
    library: Archetypes,
    weight: NDArray[np.float64],
    size_target: NDArray[np.float64],
    pyramid: Mapping[str, NDArray[np.float64]],
    urban: Mapping[str, float],
) -> Groups:
    """Weights nearest to those of the nation in relative entropy that have the ages and sexes of each province.

    Newton steps on the dual with step halving, as `dicu.population.raking.rake`; every sum runs in a fixed order.

    Parameters
    ----------
    weight : (A, 2) float64
        Of the nation, rural and urban.
    size_target : (2, 6) float64
        Share of the households of rural and urban areas by size.
    pyramid : province code -> (17, 2) float64
        Share of the persons of a province by age group and sex; sums to 1. One without has the weights of the nation.
    urban : province code -> float
        Of every province in their order: share of its persons who live in urban places.

    Raises
    ------
    MarginsError
        When households of these sizes cannot have the ages of a province; the message names it.
    """
    mean = (size_target * np.arange(1, MEMBERS + 1)).sum(axis=1)
    total = np.array([math.fsum(weight[:, area]) for area in range(AREAS)])
    made = np.tile(weight.T, (len(urban), 1))
    worst = 0.0
    for r, (code, towns) in enumerate(urban.items()):
        if code not in pyramid:
            continue
        households = np.array([(1.0 - towns) / mean[0], towns / mean[1]])
        households /= households.sum()
        target = np.concatenate(
            [
                (households[:, None] * size_target).ravel(),
                float((households * mean).sum()) * pyramid[code].ravel(),
            ]
        )
        prior = weight / total * households
        free = target > 0.0
        free[-1] = False  # follows from the others: sizes count the persons too
        fitted, gap = _newton(library, prior, target, free, code)
        worst = max(worst, gap)
        # where nobody lives the archetypes of the nation stand in; no household is drawn from them
        made[AREAS * r : AREAS * (r + 1)] = np.where(households > 0.0, fitted, weight).T
    return _groups(library, made, worst)


def _groups(library: Archetypes, weight: NDArray[np.float64], misfit: float) -> Groups:
    share = weight / np.array([[math.fsum(mine)] for mine in weight])
    people = np.zeros((len(share), CELLS))
    for column in range(MEMBERS):
        codes = library.member[:, column].astype(np.int64)
        for group, mine in enumerate(share):
            people[group] += np.bincount(codes, weights=mine, minlength=CELLS + 1)[1:]
    people /= np.array([[math.fsum(mine)] for mine in people])
    pyramid = people.reshape(-1, AGE_GROUPS, 2)
    return Groups(np.ascontiguousarray(share), pyramid, misfit)


def _newton(
    library: Archetypes,
    prior: NDArray[np.float64],
    target: NDArray[np.float64],
    free: NDArray[np.bool_],
    code: str,
) -> tuple[NDArray[np.float64], float]:
    """Weights (A, 2) that meet the targets, and the largest gap left."""
    lam = np.zeros(len(target))
    w, fit, hessian = _terms(library.member, library.size, prior, lam)
    potential = math.fsum(fit[:SIZES])
    for _ in range(_STEPS):
        gap = np.where(free, target - fit, 0.0)
        if float(np.abs(gap).max()) < TOLERANCE:
            return w, float(np.abs(target - fit).max())
        system = hessian[free][:, free]
        step = np.zeros(len(target))
        try:
            step[free] = numeric.solve(system + np.eye(len(system)) * _RIDGE, gap[free])
        except ValueError:
            break
        size = 1.0
        for _ in range(_HALVINGS):
            trial = lam + size * step
            found = _terms(library.member, library.size, prior, trial)
            reached = math.fsum(found[1][:SIZES]) - math.fsum(trial * target * free)
            if reached <= potential + _STRAIGHT:
                break
            size /= 2.0
        else:
            break
        lam, potential = trial, reached
        w, fit, hessian = found
    raise MarginsError(
        f"age_sex_province: province {code}: households of the sizes of the country cannot have these ages; largest "
        f"gap {float(np.abs(gap).max()):.1e} persons a household"
    )


@njit(cache=True)
def _terms(
    member: NDArray[np.uint8],
    size: NDArray[np.int64],
    prior: NDArray[np.float64],
    lam: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Weights (A, 2) under the multipliers (K,) of 12 sizes and 34 cells of age and sex, what they add up to (K,), and
    the second derivatives (K, K).
    """
    k = lam.shape[0]
    w = np.zeros(prior.shape)
    fit = np.zeros(k)
    hessian = np.zeros((k, k))
    row = np.zeros(MEMBERS + 1, dtype=np.int64)
    for a in range(prior.shape[0]):
        n = 1
        for column in range(MEMBERS):
            code = member[a, column]
            if code > 0:
                row[n] = SIZES + code - 1
                n += 1
        for area in range(AREAS):
            if prior[a, area] == 0.0:
                continue
            row[0] = area * MEMBERS + size[a] - 1
            eta = 0.0
            for i in range(n):
                eta += lam[row[i]]
            value = prior[a, area] * exp64(min(max(eta, -40.0), 40.0))
            w[a, area] = value
            for i in range(n):
                fit[row[i]] += value
                for j in range(n):
                    hessian[row[i], row[j]] += value
    return w, fit, hessian


__all__ = ["Groups", "nation_alone", "rake_provinces"]
