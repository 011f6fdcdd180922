"""Gravity of migration by Poisson pseudo-maximum likelihood (Santos Silva and Tenreyro 2006), with interactions."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd


@dataclass(frozen=True)
class Coefficient:
    """An estimated coefficient with its cluster-robust error and 95 % interval."""

    name: str
    estimate: float
    se: float
    low: float
    high: float
    n: int

    def distance(self, truth: float) -> float:
        """How many standard errors it lies from the truth."""
        return (self.estimate - truth) / self.se

    def covers(self, truth: float) -> bool:
        """Whether its interval holds the truth."""
        return self.low <= truth <= self.high


def coefficients(model: Any) -> dict[str, Coefficient]:
    """Coefficients of a fitted pyfixest model by name."""
    table, n = model.tidy(), int(model._N)
    return {
        str(name): Coefficient(
            str(name),
            float(row["Estimate"]),
            float(row["Std. Error"]),
            float(row["2.5%"]),
            float(row["97.5%"]),
            n,
        )
        for name, row in table.iterrows()
    }


def fit(
    kind: Literal["ols", "poisson"],
    formula: str,
    data: pd.DataFrame,
    cluster: str | None,
    weights: str | None = None,
) -> dict[str, Coefficient]:
    """Fit with pyfixest; errors clustered, or robust to heteroskedasticity when there is no cluster."""
    import pyfixest as pf

    errors: Any = {"CRV1": cluster} if cluster else "hetero"
    more: dict[str, Any] = {"weights": weights} if weights else {}
    with warnings.catch_warnings():
        # pyfixest's own use of pandas, which is no business of a reader of results
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        warnings.filterwarnings("ignore", message="The inplace keyword")
        # pairs that never have a flow say nothing beside their own fixed effect, and are left out
        warnings.filterwarnings("ignore", message=".*observations removed because of separation")
        run = pf.fepois if kind == "poisson" else pf.feols
        return coefficients(run(formula, data, vcov=errors, **more))


def ppml(
    flows: pd.DataFrame,
    outcome: str,
    regressors: str,
    fixed: tuple[str, ...] = (),
    cluster: str | None = None,
) -> dict[str, Coefficient]:
    """Poisson regression of flows, fixed effects absorbed.

    Parameters
    ----------
    flows : DataFrame
        One row a pair (and period, arm); zeros are data and must be there.
    outcome, regressors : str
        Column of flows, and the right-hand side in formula notation (``x + z + x:z``).
    fixed : tuple of str
        Columns whose fixed effects are absorbed; interactions as ``a^b``.
    cluster : str or None
        Column by which errors are clustered; None gives heteroskedasticity-robust errors.

    Raises
    ------
    ValueError
        For negative flows or a column that is missing.
    """
    if (flows[outcome] < 0).any():
        raise ValueError(f"{outcome}: flows cannot be negative")
    formula = f"{outcome} ~ {regressors}" + (f" | {' + '.join(fixed)}" if fixed else "")
    return fit("poisson", formula, flows, cluster)
