"""Generalised raking: weights of archetypes nearest to their priors that meet the margins."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicu.compute import numeric
from dicu.population.archetypes import Archetypes
from dicu.population.columns import MEMBERS
from dicu.population.margins import AGE_GROUPS, Margins, MarginsError

CELLS = 2 * AGE_GROUPS


@dataclass(frozen=True, eq=False)
class Raked:
    """Weights of A archetypes in rural and urban areas, and how they meet the margins.

    Attributes
    ----------
    weight : (A, 2) float64
        Share of all households of the nation; sums to 1.
    size_target : (2, 6) float64
        Share of the households of rural and urban areas by size, after tilting to the mean sizes.
    label : tuple of str
        Margins fitted, one each.
    target, fitted : (K,) float64
        Households or persons a household of the nation.
    pyramid : (2, 17, 2) float64
        Share of the persons of rural and urban areas by age group and sex that the weights make; their mix at
        the nation's urban share is the pyramid fitted to.
    iterations : int
    """

    weight: NDArray[np.float64]
    size_target: NDArray[np.float64]
    label: tuple[str, ...]
    target: NDArray[np.float64]
    fitted: NDArray[np.float64]
    pyramid: NDArray[np.float64]
    iterations: int


def _constraints(
    library: Archetypes,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], tuple[str, ...]]:
    """Sparse constraint matrix as (unit, constraint, count); a unit is archetype * 2 + area."""
    a = len(library)
    units: list[NDArray[np.int64]] = []
    rows: list[NDArray[np.int64]] = []
    counts: list[NDArray[np.float64]] = []
    codes = library.member.astype(np.int64) - 1
    person = np.zeros((a, CELLS))
    for column in range(MEMBERS):
        here = codes[:, column] >= 0
        np.add.at(person, (np.flatnonzero(here), codes[here, column]), 1.0)
    males = person[:, 0::2].sum(axis=1)
    label = [
        f"households of {s} persons, {area}" for area in ("rural", "urban") for s in range(1, MEMBERS + 1)
    ]
    label += [f"persons {5 * (c // 2)}-{5 * (c // 2) + 4}, {('men', 'women')[c % 2]}" for c in range(CELLS)]
    label = [name.replace("80-84", "80+") for name in label] + ["men, urban"]
    for area in (0, 1):
        unit = np.arange(a, dtype=np.int64) * 2 + area
        units.append(unit)
        rows.append(area * MEMBERS + library.size - 1)
        counts.append(np.ones(a))
        at, cell = np.nonzero(person)
        units.append(unit[at])
        rows.append(2 * MEMBERS + cell)
        counts.append(person[at, cell])
        if area == 1:
            some = np.flatnonzero(males)
            units.append(unit[some])
            rows.append(np.full(len(some), 2 * MEMBERS + CELLS, dtype=np.int64))
            counts.append(males[some])
    return np.concatenate(units), np.concatenate(rows), np.concatenate(counts), tuple(label)


def rake(
    library: Archetypes,
    margins: Margins,
    size_target: NDArray[np.float64],
    *,
    tolerance: float = 1e-10,
    limit: int = 60,
) -> Raked:
    """Fit weights w = prior exp(x'lambda) to the margins (Deville & Sarndal 1992, exponential distance).

    Solved by Newton steps on the dual with step halving; every sum runs in a fixed order, so the weights are
    the same bits on every machine. Margins: household size by rural and urban, age group by sex, men in
    urban areas. One age cell follows from the others (persons are counted by the sizes too) and is left
    out of the system but reported.

    Parameters
    ----------
    size_target : (2, 6) float64
        Share of the households of rural and urban areas by size; rows sum to 1.
    tolerance : float
        Largest gap left, persons or households per household.

    Raises
    ------
    MarginsError
        When the margins cannot be met by the library.
    """
    unit, row, count, label = _constraints(library)
    n_units, k = 2 * len(library), len(label)
    sizes = np.arange(1, MEMBERS + 1, dtype=np.float64)
    mean = (size_target * sizes).sum(axis=1)
    urban_persons = margins.rates("urban_person_share")
    households = np.array([(1 - urban_persons) / mean[0], urban_persons / mean[1]])
    households /= households.sum()
    persons = float((households * mean).sum())
    target = np.concatenate(
        [
            (households[:, None] * size_target).ravel(),
            persons * margins.pyramid.ravel(),
            [households[1] * mean[1] * margins.rates("urban_male_share")],
        ]
    )
    free = np.ones(k, dtype=bool)
    free[2 * MEMBERS + CELLS - 1] = False
    prior = (library.prior * households[None, :]).ravel()
    pair_a, pair_b, pair_unit, pair_value = _pairs(unit, row, count, n_units)

    def weights(lam: NDArray[np.float64]) -> NDArray[np.float64]:
        eta = np.bincount(unit, weights=count * lam[row], minlength=n_units)
        return np.asarray(prior * numeric.exp_of(np.clip(eta, -40.0, 40.0)))

    def fit(w: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(row, weights=count * w[unit], minlength=k))

    lam = np.zeros(k)
    w = weights(lam)
    potential = math.fsum(w)
    for iteration in range(1, limit + 1):
        gap = np.where(free, target - fit(w), 0.0)
        if float(np.abs(gap).max()) < tolerance:
            break
        hessian = np.bincount(pair_a * k + pair_b, weights=pair_value * w[pair_unit], minlength=k * k)
        system = hessian.reshape(k, k)[free][:, free]
        step = np.zeros(k)
        step[free] = numeric.solve(system + np.eye(len(system)) * 1e-13, gap[free])
        size = 1.0
        while True:
            trial = lam + size * step
            w_trial = weights(trial)
            potential_trial = math.fsum(w_trial) - math.fsum(trial * target * free)
            if potential_trial <= potential + 1e-12:
                break
            size /= 2
            if size < 1e-9:
                raise MarginsError(
                    f"raking stalled after {iteration} steps; largest gap at {_worst(gap, label)}"
                )
        lam, w, potential = trial, w_trial, potential_trial
    else:
        raise MarginsError(f"raking: margins not met in {limit} steps; largest gap at {_worst(gap, label)}")
    weight = w.reshape(-1, 2)
    return Raked(weight, size_target, label, target, fit(w), _pyramid(library, weight), iteration)


def _pyramid(library: Archetypes, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Age and sex of the persons of each area, (2, 17, 2), each area summing to 1."""
    made = np.zeros((2, CELLS))
    for area in (0, 1):
        for column in range(MEMBERS):
            codes = library.member[:, column].astype(np.int64)
            made[area] += np.bincount(codes, weights=weight[:, area], minlength=CELLS + 1)[1:]
    return np.asarray((made / made.sum(axis=1, keepdims=True)).reshape(2, AGE_GROUPS, 2))


def _pairs(
    unit: NDArray[np.int64], row: NDArray[np.int64], count: NDArray[np.float64], n_units: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Products of the constraints that meet in one unit: (constraint, constraint, unit, product)."""
    order = np.argsort(unit, kind="stable")
    unit, row, count = unit[order], row[order], count[order]
    start = np.searchsorted(unit, np.arange(n_units + 1))
    length = np.diff(start)
    left = np.repeat(np.arange(len(unit)), length[unit])
    offset = np.arange(len(left)) - np.repeat(np.cumsum(length[unit]) - length[unit], length[unit])
    right = start[unit[left]] + offset
    return row[left], row[right], unit[left], count[left] * count[right]


def _worst(gap: NDArray[np.float64], label: tuple[str, ...]) -> str:
    at = int(np.abs(gap).argmax())
    return f"'{label[at]}' ({gap[at]:+.2e} a household)"
