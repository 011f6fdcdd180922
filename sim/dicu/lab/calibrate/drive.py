"""A calibration from its file to a table of fitted values: passes of the smoother, the members kept, the best set.

Nothing is remembered but the figures of each run: the same command makes every pass again from the runs that stand
there, and goes on with those that do not.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.execution.identity import model_version
from dicu.lab.calibrate.file import Calibration
from dicu.lab.calibrate.passes import write_passes
from dicu.lab.calibrate.runs import FIGURES, Job, fitted_to, make_all
from dicu.lab.calibrate.smoother import library, one_pass
from dicu.lab.calibrate.space import Axis, axes_of, first_members, values_at
from dicu.record.folder import write_bytes
from dicu.reform.opening import open_world
from dicu.scenario.fitted import TERMS, Fitted, settings, write_fitted
from dicu.scenario.scenario import with_values
from dicu.sweeps.executors import Executor
from dicu_analysis.targets import table
from dicu_analysis.targets.table import Figure, read_figures
from dicu_analysis.validation.fit_page import TOLD, write_fit_page

Floats = NDArray[np.float64]
FITTED, PREDICTED, POSTERIOR, SUMMARY = "fitted.csv", "predicted.csv", "posterior.csv", "fit.json"
OF: Final = "calibration.txt"
"""Names the file of the calibration to which a folder belongs."""
TENTH: Final = 10.0
LEAST_SPREAD: Final = 1e-9
OTHER_LUCK: Final = 4
"""Runs of the best set with luck that no pass had: what is left of a fit that follows the luck of its own runs."""


@dataclass(frozen=True)
class Fit:
    """What a calibration found.

    Attributes
    ----------
    z : (axes, members)
        After the last pass.
    made : (figures, members)
        Figures of the members after the last pass.
    luck : (figures,)
        Variance of each figure between runs that differ in luck alone.
    kept : (keep,) int
        Members of the ensemble, the nearest first.
    best : (axes,)
        See `best_set`.
    best_made : (figures,)
        Figures of the best set with the luck that all passes share.
    other_luck : (figures, `OTHER_LUCK`)
        The same with luck of their own.
    distance : (members,)
        Mean squared misfit of each, its errors and luck counted as one.
    """

    axes: tuple[Axis, ...]
    figures: list[Figure]
    z: Floats
    made: Floats
    luck: Floats
    kept: NDArray[np.int64]
    best: Floats
    best_made: Floats
    other_luck: Floats
    distance: Floats
    passes: list[float]
    prior_made: Floats
    responses: Floats


class OtherCalibration(Exception):
    """The folder belongs to the calibration of another file."""


def _claim(folder: Path, mine: Path) -> None:
    """Make the folder that of a calibration, which no other file of the same name may share."""
    folder.mkdir(parents=True, exist_ok=True)
    said = folder / OF
    if said.exists():
        other = Path(said.read_text(encoding="utf-8").strip())
        if other != mine.resolve() and other.exists():
            raise OtherCalibration(
                f"{folder}: holds the calibration of {other} (got {mine}; allowed another --out)"
            )
    write_bytes(said, f"{mine.resolve()}\n".encode())


def best_set(axes: Sequence[Axis], z: Floats) -> Floats:
    """Mean of all members, (axes,); a parameter that the figures do not tell keeps the middle of its prior.

    An ensemble of this size narrows by a tenth, and once by a fifth, even what acts on no figure (severance,
    disruption): see `TOLD`, and ``told`` of a parameter in the file. Terms of provinces are shrunken by their
    prior already and are taken as they are.
    """
    narrowed = 1.0 - z.std(axis=1, ddof=1) > TOLD
    said = [axis.prior.told for axis in axes]
    told = np.array([n if s is None else s for n, s in zip(narrowed, said, strict=True)], dtype=bool)
    terms = np.array([axis.key.startswith(f"{TERMS}.") for axis in axes])
    return np.where(told | terms, z.mean(axis=1), 0.0)


class _Stage:
    """The runs of one calibration: where they stand, and how they are made."""

    def __init__(
        self, c: Calibration, folder: Path, executor: Executor, deadline: float, tell: Callable[[str], None]
    ) -> None:
        self.c, self.folder, self.executor, self.deadline, self.tell = c, folder, executor, deadline, tell
        _claim(folder, c.path)
        shutil.copyfile(table.PATH if c.figures is None else c.figures, folder / FIGURES)
        self.all_figures = read_figures(folder / FIGURES)
        self.figures = fitted_to(self.all_figures)
        world = open_world(c.base)
        codes, names = (
            [str(x) for x in column] for column in (world.legacy_provinces.code, world.legacy_provinces.name)
        )
        self.names = dict(zip(codes, names, strict=True))
        self.axes = axes_of(c, codes)
        self.observed = np.array([f.value for f in self.figures])
        self.error = np.array([1.0 / f.weight for f in self.figures])

    def runs(self, z: Floats, label: str, seeds: Sequence[int] = (), *, responses: bool = False) -> Floats:
        """Figures of a run at each column of ``z``, or at its only one with each seed, (figures, runs)."""
        points = [settings(values_at(self.axes, column)) for column in z.T]
        chosen = list(seeds) or [self.c.method.run_seed] * len(points)
        points = points * len(seeds) if seeds else points
        jobs = [
            Job(with_values(self.c.base, {**p, "seed": seed}), responses)
            for p, seed in zip(points, chosen, strict=True)
        ]
        made = make_all(self.folder, jobs, self.executor, self.deadline, self.tell, label)
        return np.array(made, dtype=np.float64).T

    def distance(self, made: Floats, variance: Floats) -> Floats:
        """Mean of squared misfits over their variance, for each column: 1 is as far off as errors and luck are."""
        return np.asarray(((made - self.observed[:, None]) ** 2 / variance[:, None]).mean(axis=0))


def calibrate(
    c: Calibration,
    folder: Path,
    executor: Executor,
    *,
    deadline: float = float("inf"),
    tell: Callable[[str], None] = lambda text: None,
) -> Fit:
    """Fit the parameters of a calibration, or go on with it, and write its tables into the folder.

    Parameters
    ----------
    folder : Path
        Of this calibration: the figures, one small file a run, and the tables of the fit.
    deadline : float
        `time.monotonic` after which no run is begun.

    Raises
    ------
    dicu.lab.calibrate.runs.OutOfTime
        When the time is over; the same command goes on.
    """
    began = time.monotonic()
    library()  # a missing package is told before the runs of an hour
    stage, m = _Stage(c, folder, executor, deadline, tell), c.method
    middle = np.zeros((len(stage.axes), 1))
    seeds = range(m.run_seed, m.run_seed + m.luck)
    prior = stage.runs(middle, "luck", seeds)
    luck = prior.var(axis=1, ddof=1)
    variance = stage.error + luck
    z = first_members(stage.axes, m.members, m.seed)
    means, passes = [], []
    for k in range(m.passes):
        made = stage.runs(z, f"pass {k + 1} of {m.passes}")
        passes.append((z, made))
        means.append(float(stage.distance(made, variance).mean()))
        tell(f"pass {k + 1}: mean squared misfit {means[-1]:.2f} (1: as far off as errors and luck are)")
        z = one_pass(z, made, stage.observed, variance, passes=m.passes, seed=m.seed + k, localize=m.localize)
    made = stage.runs(z, "after the last pass")
    write_passes(folder, stage.axes, stage.figures, [*passes, (z, made)])
    distance = stage.distance(made, variance)
    means.append(float(distance.mean()))
    order = np.argsort(distance, kind="stable")
    best = best_set(stage.axes, z)
    best_made = stage.runs(best[:, None], "the best set")[:, 0]
    others = range(m.run_seed + m.luck, m.run_seed + m.luck + OTHER_LUCK)
    other_luck = stage.runs(best[:, None], "the best set with other luck", others)
    kept = order[: m.keep]
    responses = np.zeros((0, len(kept)))
    if any(f.role == "response" for f in stage.all_figures):
        both = stage.runs(z[:, kept], "responses", responses=True)
        responses = both[len(stage.figures) :]
    fit = Fit(
        stage.axes, stage.figures, z, made, luck, kept, best, best_made, other_luck, distance, means, prior[:, 0],
        responses,
    )  # fmt: skip
    write(c, fit, stage.all_figures, folder, time.monotonic() - began)
    write_fit_page(folder, stage.names, f"dicu calibrate {c.path}")
    return fit


def write(c: Calibration, fit: Fit, figures: Sequence[Figure], folder: Path, seconds: float) -> None:
    """Write the fitted values, the predicted figures, the posterior, and a summary."""
    members = [values_at(fit.axes, fit.z[:, k]) for k in fit.kept]
    best = values_at(fit.axes, fit.best)
    write_fitted(folder / FITTED, Fitted(best, tuple(members)))
    predicted(fit, figures).to_csv(folder / PREDICTED, index=False, float_format="%.6g")
    posterior(fit, best, members).to_csv(folder / POSTERIOR, index=False, float_format="%.6g")
    error = np.array([1.0 / f.weight for f in fit.figures])
    summary: dict[str, Any] = {
        "version": model_version(),
        "weight": c.base.population.weight,
        "method": c.method.model_dump(),
        "axes": len(fit.axes),
        "figures": len(fit.figures),
        "misfit_by_pass": [round(x, 4) for x in fit.passes],
        "misfit_best": round(float(((fit.best_made - _values(fit)) ** 2 / (error + fit.luck)).mean()), 4),
        "misfit_other_luck": round(
            float(((fit.other_luck - _values(fit)[:, None]) ** 2 / (error + fit.luck)[:, None]).mean()), 4
        ),
        "misfit_cut": round(float(fit.distance[fit.kept].max()), 4),
        "luck_over_error": round(float(np.median(np.sqrt(fit.luck / error))), 4),
        "luck_over_misfit": round(
            float(np.median(np.sqrt(fit.luck) / (np.abs(fit.prior_made - _values(fit)) + LEAST_SPREAD))), 4
        ),
        "seconds_of_last_stage": round(seconds, 1),
    }
    (folder / SUMMARY).write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")


def _values(fit: Fit) -> Floats:
    return np.array([f.value for f in fit.figures])


def predicted(fit: Fit, figures: Sequence[Figure]) -> pd.DataFrame:
    """Each figure as observed, with its error and a run's luck, before the fit, in the best set, in the ensemble."""
    ensemble = fit.made[:, fit.kept]
    rows = [
        (f, np.sqrt(fit.luck[k]), fit.prior_made[k], fit.best_made[k], fit.other_luck[k], ensemble[k])
        for k, f in enumerate(fit.figures)
    ]
    responses = [f for f in figures if f.role == "response"]
    unknown = np.full(OTHER_LUCK, np.nan)
    if fit.responses.size:
        rows += [
            (f, np.nan, np.nan, np.nan, unknown, row) for f, row in zip(responses, fit.responses, strict=True)
        ]
    return pd.DataFrame(
        [
            {
                "figure": f.figure, "unit": f.unit, "area": f.area, "from": f.since, "to": f.until, "role": f.role,
                "observed": f.value, "error": f.error, "luck": luck, "before": before, "best": best,
                **{f"other_luck_{k + 1}": value for k, value in enumerate(others)},
                "mean": values.mean(), "low": np.percentile(values, TENTH), "high": np.percentile(values, 100 - TENTH),
            }
            for f, luck, before, best, others, values in rows
        ]
    )  # fmt: skip


def posterior(fit: Fit, best: dict[str, float], members: Sequence[dict[str, float]]) -> pd.DataFrame:
    """Each parameter: prior, best, mean and spread of the ensemble that ships; ``narrowed`` is by how much the
    spread of all members fell from the prior's."""
    rows = []
    for k, axis in enumerate(fit.axes):
        values = np.array([member[axis.key] for member in members])
        rows.append(
            {
                "key": axis.key, "prior": axis.prior.prior, "prior_sd": axis.prior.sd, "scale": axis.prior.scale,
                "best": best[axis.key], "mean": values.mean(), "sd": values.std(ddof=1),
                "low": np.percentile(values, TENTH), "high": np.percentile(values, 100 - TENTH),
                "narrowed": 1.0 - float(fit.z[k].std(ddof=1)),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


__all__ = ["FITTED", "POSTERIOR", "PREDICTED", "SUMMARY", "Fit", "OtherCalibration", "best_set", "calibrate"]
