"""Cross-sections of provinces: arrivals on the formal share of workers, departures on market access.

The same regressors stand on both sides: the formal share is official where the run starts, access is residents over
kilometres of 2014. Only the rates differ: official ones of 2012-16, or the run's.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.estimators.gravity import Coefficient, fit
from dicu_analysis.load import Run
from dicu_analysis.targets.measure import Measured, NotInRun, formal_share, log_rates, market_access
from dicu_analysis.targets.table import Figure, targets
from dicu_analysis.validation.published import mean_rates

Floats = NDArray[np.float64]
WORDS: Final = {
    "in_rate_on_formal_share": "ln in-rate on the formal share of workers",
    "out_rate_on_access": "ln out-rate on ln market access",
}
SIDES: Final = {"in_rate_on_formal_share": ("in", 0), "out_rate_on_access": ("out", 1)}
YEARS: Final = (2012, 2016)


def regressors(run: Run) -> dict[str, Floats]:
    """What rates are regressed on, by province, (R,) each."""
    m = Measured(run)
    return {"in_rate_on_formal_share": formal_share(m), "out_rate_on_access": market_access(m)}


def official(run: Run) -> dict[str, Coefficient]:
    """Slopes of official rates of 2012-16; the run gives the regressors of the start.

    Raises
    ------
    dicu_analysis.targets.measure.NotInRun
        When the run's provinces are not those that have official rates.
    """
    codes = Measured(run).codes
    table = mean_rates(*YEARS).reindex(codes)
    if table.isna().to_numpy().all():
        raise NotInRun("official rates are not known for these provinces")
    x = regressors(run)
    return {
        name: slope(x[name], np.log(table[side].to_numpy(np.float64))) for name, (side, _) in SIDES.items()
    }


def simulated(run: Run) -> dict[str, Coefficient]:
    """The same slopes of a run's rates."""
    m, x = Measured(run), regressors(run)
    return {name: slope(x[name], log_rates(m, target(name), axis)) for name, (_, axis) in SIDES.items()}


def target(name: str) -> Figure:
    """The figure of that name among the package's targets."""
    return next(f for f in targets() if f.figure == name)


def slope(x: Floats, y: Floats) -> Coefficient:
    """Least squares over the provinces (n,) that have both, errors robust to heteroskedasticity.

    Raises
    ------
    NotInRun
        For fewer than four of them, or one value alone.
    """
    data = pd.DataFrame({"x": x, "y": y}).replace([np.inf, -np.inf], np.nan).dropna()
    if len(data) < 4 or data["x"].nunique() < 2:
        raise NotInRun("fewer than four provinces with different values")
    return fit("ols", "y ~ x", data, None)["x"]


__all__ = ["WORDS", "official", "simulated", "slope"]
