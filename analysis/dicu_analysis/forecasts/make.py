"""Forecasts from the runs of an ensemble, beside what simple methods say of the same figures."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.forecasts.outlook import AVERAGED, JUMP, MEAN, METHODS, OWN, Outlook
from dicu_analysis.forecasts.wanted import wanted
from dicu_analysis.load import Run, UnfinishedRun
from dicu_analysis.targets.measure import Measured, NotInRun, measure
from dicu_analysis.targets.table import Figure
from dicu_analysis.validation.scores import MODEL

Floats = NDArray[np.float64]
KEY: Final = ("figure", "unit", "area", "name", "from", "to")
SPREAD: Final = ("sd", "low", "high")
"""Of the runs: standard deviation, 10th and 90th percentile."""
GOES_ON: Final = ("population", "urban_share")
FEWEST: Final = 2


@dataclass(frozen=True)
class Forecast:
    """Predictions of every method, and of every run.

    Attributes
    ----------
    table : DataFrame
        `KEY`, `MODEL`, `SPREAD`, and a column for each of `METHODS`; one row a figure.
    members : (figures, runs)
        What each run says, in the order of the table.
    """

    table: pd.DataFrame
    members: Floats


def forecast(runs: Sequence[Run], figures: Sequence[Figure] | None = None) -> Forecast:
    """Forecast figures of the future from runs that reach it.

    Parameters
    ----------
    runs : sequence of Run
        Of the real country, under the borders in force; their spread is the forecast's.
    figures : sequence of Figure, optional
        Of after 2024; all that are wanted by default.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun
        For runs of another country, fewer than two, or that lack a figure: a forecast is whole or is none.
    """
    if len(runs) < FEWEST:
        raise UnfinishedRun(f"{len(runs)} run (allowed {FEWEST} or more: one says nothing of its error)")
    if not runs[0].is_real:
        raise UnfinishedRun(f"{runs[0].folder}: not of the country that comes with the program")
    measured = [Measured(run) for run in runs]
    chosen = wanted(measured[0].areas) if figures is None else figures
    outlook = Outlook(measured[0])
    rows: list[dict[str, object]] = []
    made: list[Floats] = []
    for f in chosen:
        try:
            own = np.array([measure(m, f) for m in measured], dtype=np.float64)
            said = outlook.predict(f)
            values = own
            if f.figure in GOES_ON:
                then = dataclasses.replace(f, first=JUMP, last=JUMP, area=_legacy_safe(measured[0], f))
                values = outlook.going_on(f, own, np.array([measure(m, then) for m in measured]))
                said[OWN] = float(own.mean())
        except NotInRun as error:
            raise UnfinishedRun(
                f"{runs[0].folder}: {f.figure} of {f.area}, {f.since} to {f.until}, cannot be forecast: {error} "
                "(allowed runs under the borders in force that begin in 2024Q2 or before and end in 2029Q2 or later)"
            ) from error
        said[MODEL] = float(values.mean())
        averaged = [said[name] for name in AVERAGED if name in said]
        if len(averaged) > 1:
            said[MEAN] = float(np.mean(averaged))
        low, high = np.percentile(values, [10.0, 90.0])
        area = measured[0].areas.find(f.area, f.last)
        rows.append(
            {
                "figure": f.figure, "unit": f.unit, "area": f.area, "name": area.name, "from": f.since, "to": f.until,
                MODEL: said.pop(MODEL), "sd": values.std(ddof=1), "low": low, "high": high,
                **{name: said.get(name, np.nan) for name in METHODS},
            }
        )  # fmt: skip
        made.append(values)
    return Forecast(pd.DataFrame(rows), np.array(made))


def _legacy_safe(m: Measured, f: Figure) -> str:
    """The figure's area by a name that means the same before the reform."""
    area = m.areas.find(f.area, f.last)
    return f"2025:{area.code}" if area.level == "province_2025" else f.area


__all__ = ["KEY", "SPREAD", "Forecast", "forecast"]
