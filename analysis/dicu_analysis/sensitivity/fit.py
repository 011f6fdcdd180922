"""What a calibration's runs tell of each parameter: which figures hang on it, and which parameters none tells.

Told by an emulator of the runs, not by new ones: each figure is a ridge regression on all parameters and on the
squares of those that are no term of a province, over every member of every pass. Its error at left-out runs counts as
error of the figure (assumption A153). In the space of the prior (independent standard normal parameters) shares of
variance and the information of the figures are closed forms of its coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.sensitivity.design import NotAllowed

Floats = NDArray[np.float64]
AXIS, FIGURE = "z:", "f:"
PASSES: Final = "passes.parquet"
TERMS: Final = "province_terms"
ALPHAS: Final = tuple(float(a) for a in np.logspace(-2, 4, 25))
SQUARE: Final = 2.0
"""Variance of the square of a standard normal number."""
CUT: Final = 3.84
"""-2 log likelihood from the best at which a 95 % interval ends (chi-squared, one degree of freedom)."""
GRID: Final = np.linspace(-3.0, 3.0, 31)
ROUNDS: Final = 20
FEWEST: Final = 20


@dataclass(frozen=True)
class Emulator:
    """Figures as ``constant + linear z + square z^2``; in standard errors of each figure.

    Attributes
    ----------
    constant : (figures,)
    linear, square : (figures, axes)
    error : (figures,)
        Root mean square at left-out runs, in standard errors of the figure.
    told : (figures,)
        Share of the variance over runs that the emulator has at left-out runs.
    """

    constant: Floats
    linear: Floats
    square: Floats
    error: Floats
    told: Floats

    def at(self, z: Floats) -> Floats:
        """Figures at one point."""
        return np.asarray(self.constant + self.linear @ z + self.square @ z**2)

    def slopes(self, z: Floats) -> Floats:
        """(figures, axes)"""
        return np.asarray(self.linear + 2 * self.square * z)


@dataclass(frozen=True)
class FitRuns:
    """Runs of a calibration.

    Attributes
    ----------
    keys : tuple of str
        Parameters, terms of provinces among them.
    figures : DataFrame
        ``figure, unit, area, observed, error`` (standard error, luck of a run included), one row a figure.
    z : (runs, axes)
        In standard deviations from the prior.
    made : (runs, figures)
    """

    keys: tuple[str, ...]
    figures: pd.DataFrame
    z: Floats
    made: Floats

    @cached_property
    def is_term(self) -> NDArray[np.bool_]:
        """Which parameters (K,) are terms of a province."""
        return np.array([key.startswith(f"{TERMS}.") for key in self.keys], dtype=bool)

    @cached_property
    def observed(self) -> Floats:
        """In standard errors."""
        return np.asarray(self.figures["observed"] / self.figures["error"], dtype=np.float64)

    @cached_property
    def emulator(self) -> Emulator:
        """Fitted to all runs by ridge regression, its strength per figure chosen at left-out runs (scikit-learn)."""
        from sklearn.linear_model import RidgeCV

        y = self.made / self.figures["error"].to_numpy(np.float64)
        plain = np.flatnonzero(~self.is_term)
        x = np.column_stack([self.z, self.z[:, plain] ** 2])
        centre, scale = x.mean(axis=0), x.std(axis=0)
        scale[scale == 0] = 1.0
        model = RidgeCV(alphas=ALPHAS, alpha_per_target=True, store_cv_results=True)
        model.fit((x - centre) / scale, y)
        best = np.searchsorted(ALPHAS, model.alpha_)
        squared = np.take_along_axis(model.cv_results_, best[None, :, None], axis=2)[:, :, 0]
        error = np.sqrt(squared.mean(axis=0))
        spread = y.var(axis=0)
        told = np.where(spread > 0, 1 - error**2 / np.where(spread > 0, spread, 1.0), 0.0)
        weights = np.atleast_2d(model.coef_) / scale
        n = len(self.keys)
        square = np.zeros((y.shape[1], n))
        square[:, plain] = weights[:, n:]
        constant = model.intercept_ - weights @ centre
        return Emulator(constant, weights[:, :n], square, error, np.clip(told, 0.0, 1.0))

    @cached_property
    def shares(self) -> Floats:
        """First-order Sobol indices of the emulator under the prior, (figures, axes)."""
        e = self.emulator
        parts = e.linear**2 + SQUARE * e.square**2
        total = parts.sum(axis=1, keepdims=True)
        return np.asarray(parts / np.where(total > 0, total, 1.0))

    @cached_property
    def weight(self) -> Floats:
        """One over the variance of each figure in squared standard errors: its own, and that of the emulator."""
        return np.asarray(1.0 / (1.0 + self.emulator.error**2))

    @cached_property
    def best(self) -> Floats:
        """The point of highest posterior by the emulator, (axes,)."""
        return self._fit(np.zeros(len(self.keys)), None)[0]

    def _fit(self, z: Floats, fixed: int | None) -> tuple[Floats, float]:
        """Least of misfit and prior by damped Gauss-Newton steps; one parameter may be held, free of its prior."""
        e, free = self.emulator, np.arange(len(self.keys)) != (-1 if fixed is None else fixed)
        z = z.copy()

        def objective(at: Floats) -> float:
            off = e.at(at) - self.observed
            return float((self.weight * off**2).sum() + (at[free] ** 2).sum())

        value = objective(z)
        for _ in range(ROUNDS):
            j = e.slopes(z)[:, free]
            off = self.observed - e.at(z)
            left = (j * self.weight[:, None]).T @ j + np.eye(int(free.sum()))
            step = np.linalg.solve(left, (j * self.weight[:, None]).T @ off - z[free])
            length = 1.0
            while length > 1e-3:
                tried = z.copy()
                tried[free] += length * step
                if objective(tried) < value:
                    break
                length /= 2
            else:
                break
            gained = value - objective(tried)
            z, value = tried, objective(tried)
            if gained < 1e-6:
                break
        return z, value

    @cached_property
    def information(self) -> Floats:
        """Of the figures on the parameters at the best point, in units of the prior's, (axes, axes)."""
        j = self.emulator.slopes(self.best)
        return np.asarray((j * self.weight[:, None]).T @ j)

    @cached_property
    def covariance(self) -> Floats:
        """Of the parameters given figures and prior, (axes, axes); 1 on the diagonal is the prior's."""
        return np.asarray(np.linalg.inv(self.information + np.eye(len(self.keys))))

    @property
    def narrowed(self) -> Floats:
        """Share by which the figures narrow each parameter's standard deviation, others unknown too, (axes,)."""
        return np.asarray(1.0 - np.sqrt(np.diag(self.covariance)))

    def profile(self, axis: int) -> Floats:
        """-2 log likelihood of one parameter over `GRID`, less its least, others at their best within priors."""
        start = self.best
        middle = int(np.argmin(np.abs(GRID - start[axis])))
        values = np.empty(len(GRID))
        for steps in (range(middle, len(GRID)), range(middle, -1, -1)):
            z = start
            for k in steps:
                z = z.copy()
                z[axis] = GRID[k]
                z, values[k] = self._fit(z, axis)
        return np.asarray(values - values.min())


def interval(profile: Floats) -> tuple[float, float]:
    """Where a profile is below `CUT`, on lines between points of `GRID`; infinite where it does not end inside."""
    inside = np.flatnonzero(profile <= CUT)
    low, high = int(inside[0]), int(inside[-1])

    def ends(a: int, b: int) -> float:
        """Between a, inside, and b, outside."""
        share = (CUT - profile[a]) / (profile[b] - profile[a])
        return float(GRID[a] + share * (GRID[b] - GRID[a]))

    return (
        -np.inf if low == 0 else ends(low, low - 1),
        np.inf if high == len(GRID) - 1 else ends(high, high + 1),
    )


def read_fit(folder: Path) -> FitRuns:
    """Read the runs of a calibration and the errors of its figures.

    Raises
    ------
    NotAllowed
        Where its runs were not kept together: calibrations of earlier versions have no such table.
    """
    path = folder / PASSES
    if not path.is_file():
        raise NotAllowed(
            f"{path}: missing; the same `dicu calibrate` command, with the model's source as it was, writes it without "
            "making a run again"
        )
    table = pd.read_parquet(path)
    predicted = pd.read_csv(folder / "predicted.csv", dtype={"area": str, "from": str, "to": str})
    predicted = predicted[predicted["role"] == "fit"].reset_index(drop=True)
    names = [c for c in table if str(c).startswith(FIGURE)]
    if len(names) != len(predicted):
        raise NotAllowed(
            f"{path}: {len(names)} figures, predicted.csv has {len(predicted)}: not of one calibration"
        )
    if len(table) < FEWEST:
        raise NotAllowed(f"{path}: {len(table)} runs (allowed {FEWEST} or more)")
    luck = predicted["luck"].fillna(0.0)
    error = np.sqrt(predicted["error"] ** 2 + luck**2)
    keys = [c for c in table if str(c).startswith(AXIS)]
    return FitRuns(
        tuple(str(c).removeprefix(AXIS) for c in keys),
        predicted[["figure", "unit", "area", "from", "to", "observed"]].assign(error=error),
        table[keys].to_numpy(np.float64),
        table[names].to_numpy(np.float64),
    )


__all__ = ["CUT", "GRID", "Emulator", "FitRuns", "interval", "read_fit"]
