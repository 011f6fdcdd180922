"""Panels with fixed effects: the regression that a study of observed rates would run."""

from __future__ import annotations

import pandas as pd

from dicu_analysis.estimators.gravity import Coefficient, fit


def panel(
    data: pd.DataFrame,
    outcome: str,
    regressors: str,
    unit: str,
    time: str,
    *,
    cluster: str | None = None,
    weights: str | None = None,
) -> dict[str, Coefficient]:
    """Least squares with unit and time fixed effects, errors clustered by unit unless ``cluster`` says otherwise."""
    return fit("ols", f"{outcome} ~ {regressors} | {unit} + {time}", data, cluster or unit, weights)
