"""The design of a sweep, as its plan shows it: which parameters were varied how, and what that allows to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.scenario.vocabulary import MEMBER
from dicu_analysis.compare.sources import NATION, unit_level
from dicu_analysis.sweep import Sweep
from dicu_analysis.swept import plan_of

Floats = NDArray[np.float64]
Kind = Literal["saltelli", "morris", "given"]
FEWEST: Final = 8
"""Points without which nothing is told of a design that is neither Saltelli's nor Morris's."""
ALIKE: Final = 0.999
"""Rank correlation over the points from which on two parameters are taken for one."""


class NotAllowed(ValueError):
    """The design of the sweep does not allow what is asked; the message says what does."""


@dataclass(frozen=True)
class Design:
    """Points of a sweep and their outcome.

    Attributes
    ----------
    kind : {"saltelli", "morris", "given"}
        Found from the points themselves.
    keys : tuple of str
    x : (points, keys)
        In the order of the plan.
    y : (points,)
        Mean over replicates.
    outcome : str
        In words.
    luck : float
        Standard error of a point that comes of luck; nan with one replicate.
    """

    kind: Kind
    keys: tuple[str, ...]
    x: Floats
    y: Floats
    outcome: str
    luck: float


def kind_of(x: Floats) -> Kind:
    """Saltelli's matrix, Morris's trajectories, or neither: by which values change between points.

    Saltelli: blocks of D + 2 points A, AB_1, ..., AB_D, B, where AB_j is A with the value j of B. Morris: blocks of
    D + 1 points, each unlike the one before in exactly one value, every value once.
    """
    n, d = x.shape
    if n and n % (d + 2) == 0:
        blocks = x.reshape(-1, d + 2, d)
        a, b = blocks[:, :1], blocks[:, -1:]
        if np.array_equal(blocks[:, 1:-1], np.where(np.eye(d, dtype=bool)[None], b, a)) and (a != b).any():
            return "saltelli"
    if n and n % (d + 1) == 0:
        changed = np.diff(x.reshape(-1, d + 1, d), axis=1) != 0
        if (changed.sum(axis=1) == 1).all() and (changed.sum(axis=2) == 1).all():
            return "morris"
    return "given"


def read_design(
    sweep: Sweep,
    outcome: str,
    unit: str = NATION,
    years: tuple[int, int] | None = None,
    scenario: str | None = None,
    against: str | None = None,
) -> Design:
    """The design and one outcome of a sweep.

    Parameters
    ----------
    outcome : str
        Column of ``results.parquet``.
    unit : str
        Such as ``province:79``.
    years : tuple of int, optional
        First and last year over whose periods the outcome is averaged; the last period by default.
    scenario, against : str, optional
        Of a sweep with several scenarios: whose outcome, or which two's difference.

    Raises
    ------
    NotAllowed
        For parameters that were varied together, are no numbers or are whole sets of others; for points without result
        in a design that needs all; for an unknown outcome, unit or scenario.
    """
    keys = _keys(sweep)
    values = _values(sweep, outcome, unit, years)
    there = list(sweep.scenarios)
    chosen = _scenario(there, scenario, "--scenario")
    frame = _points(sweep, keys, values, chosen)
    told = f"{outcome} of {unit}"
    if against is not None:
        other = _points(sweep, keys, values, _scenario(there, against, "--minus"))
        if not np.array_equal(frame[list(keys)].to_numpy(), other[list(keys)].to_numpy()):
            raise NotAllowed(f"{sweep.folder}: {chosen} and {against} were not run at the same points")
        frame = frame.assign(y=frame["y"] - other["y"].to_numpy())
        told += f", {chosen} less {against}"
    grouped = frame.groupby("order", sort=True)
    y = grouped["y"].mean().to_numpy(np.float64)
    x = grouped[list(keys)].first().to_numpy(np.float64)
    sd = grouped["y"].std(ddof=1).to_numpy(np.float64)
    replicates = int(grouped.size().max())
    luck = float(np.sqrt(np.nanmean(sd**2) / replicates)) if replicates > 1 else float("nan")
    kind = kind_of(x)
    missing = np.isnan(y)
    if missing.any():
        if kind != "given":
            raise NotAllowed(
                f"{sweep.folder}: {missing.sum()} of {len(y)} points have no result, and {kind} needs all"
            )
        x, y = x[~missing], y[~missing]
    if len(y) < FEWEST:
        raise NotAllowed(f"{sweep.folder}: {len(y)} points (allowed {FEWEST} or more; see sweep.sample)")
    if np.ptp(y) == 0:
        raise NotAllowed(f"{sweep.folder}: {told} is the same at every point")
    return Design(kind, keys, x, y, told, luck)


def _keys(sweep: Sweep) -> tuple[str, ...]:
    if not sweep.free:
        raise NotAllowed(f"{sweep.folder}: varies no parameter (allowed a sweep with sweep.sample)")
    for key in sweep.free:
        values = sweep.runs[key]
        if key == MEMBER:
            raise NotAllowed(
                f"{key}: a member is many parameters at once (allowed the folder of the calibration itself: "
                "dicu sensitivity runs/calibration/NAME)"
            )
        if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            raise NotAllowed(f"{key}: not a number (got {values.iloc[0]!r}; allowed parameters with bounds)")
    together = _together(sweep)
    if together:
        raise NotAllowed(
            f"{sweep.folder}: varied together, so no design tells their effects apart: {' and '.join(together)} "
            "(allowed sweep.sample, which varies each by itself)"
        )
    return tuple(sweep.free)


def _together(sweep: Sweep) -> list[str]:
    """Keys of a zip, or two that rise or fall together over all points; none where each was varied by itself."""
    zipped = [key for key in sweep.free if key in sweep.zipped]
    if len(zipped) > 1:
        return zipped
    ranks = sweep.runs[list(sweep.free)].drop_duplicates().rank()
    r = np.atleast_2d(ranks.corr().abs().to_numpy())
    close = np.argwhere(np.triu(r > ALIKE, 1))
    return [sweep.free[k] for k in close[0]] if len(close) else []


def _scenario(there: Sequence[str], name: str | None, option: str) -> str:
    if name is None:
        if len(there) > 1:
            raise NotAllowed(f"{option}: several scenarios (allowed {', '.join(there)})")
        return there[0]
    if name not in there:
        raise NotAllowed(f"{option}: unknown (got {name!r}, allowed {', '.join(there)})")
    return name


def _values(sweep: Sweep, outcome: str, unit: str, years: tuple[int, int] | None) -> pd.Series[float]:
    """The outcome of each run, by its id."""
    level, code = unit_level(unit)
    table = sweep.level(level)
    if table.empty:
        raise NotAllowed(
            f"--unit: no such level in the results (got {level!r}, see results.levels of the sweep)"
        )
    numeric = [c for c in table if pd.api.types.is_numeric_dtype(table[c]) and c not in sweep.varied]
    if outcome not in numeric:
        raise NotAllowed(
            f"--outcome: no such column (got {outcome!r}, allowed {', '.join(map(str, numeric))})"
        )
    units = list(dict.fromkeys(table["unit"].astype(str)))
    if code is None and len(units) > 1:
        raise NotAllowed(f"--unit: {level} has several (allowed {level}:CODE with {', '.join(units)})")
    if code is not None and code not in units:
        raise NotAllowed(f"--unit: no such {level} (got {code!r}, allowed {', '.join(units)})")
    mine = table if code is None else table[table["unit"].astype(str) == code]
    if years is None:
        mine = mine[mine["step"] == mine["step"].max()]
    else:
        mine = mine[mine["year"].between(*years)]
    if mine[outcome].notna().sum() == 0:
        raise NotAllowed(f"--outcome: {outcome} of {unit} has no value then")
    return mine.drop_duplicates(["run_id", "step"]).groupby(mine["run_id"].astype(str))[outcome].mean()


def _points(sweep: Sweep, keys: tuple[str, ...], values: pd.Series[Any], scenario: str) -> pd.DataFrame:
    """One row a run of a scenario in the order of the plan: ``order`` of its point, keys, ``y``."""
    rows = [row for row in plan_of(sweep) if str(row["scenario"]) == scenario]
    made = pd.DataFrame(rows)
    order = {point: k for k, point in enumerate(dict.fromkeys(made["point"]))}
    return made.assign(
        order=made["point"].map(order), y=made["run_id"].astype(str).map(values).to_numpy(np.float64)
    )[["order", *keys, "y"]]


__all__ = ["Design", "Kind", "NotAllowed", "kind_of", "read_design"]
