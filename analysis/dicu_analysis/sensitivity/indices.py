"""Indices of sensitivity by SALib, each with its confidence interval, as the design allows them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.sensitivity.design import Design, Kind

Floats = NDArray[np.float64]
RESAMPLES: Final = 500
SEED: Final = 1
LEVELS: Final = 4
"""Of Morris's grid, as `dicu sweep` draws it."""
METHOD: Final[dict[Kind, str]] = {
    "saltelli": "Sobol indices by Saltelli's design",
    "morris": "Morris's elementary effects",
    "given": "first-order Sobol indices of given data (RBD-FAST)",
}
COLUMNS: Final[dict[Kind, dict[str, str]]] = {
    "saltelli": {"S1": "first order", "ST": "total"},
    "morris": {"mu_star": "mean absolute effect", "mu": "mean effect", "sigma": "spread of effects"},
    "given": {"S1": "first order"},
}
LEADING: Final[dict[Kind, str]] = {"saltelli": "ST", "morris": "mu_star", "given": "S1"}
"""The index that parameters are ordered by, and by which one is found to matter."""
_CONF: Final = {"S1": "S1_conf", "ST": "ST_conf", "mu_star": "mu_star_conf"}


def indices(design: Design) -> pd.DataFrame:
    """Indices of every parameter, the one that matters most first.

    Returns
    -------
    DataFrame
        ``key``, the indices of `COLUMNS` with ``_conf`` (half of the 95 % interval) where there is one, ``direction``
        (rank correlation with the outcome; for Morris the sign of the mean effect), and ``matters``: whether the
        interval of the leading index leaves out 0.
    """
    problem = {
        "num_vars": len(design.keys),
        "names": list(design.keys),
        "bounds": [[float(column.min()), float(column.max())] for column in design.x.T],
    }
    found = _analyse(design, problem)
    made = pd.DataFrame({"key": list(design.keys)})
    for name in COLUMNS[design.kind]:
        made[name] = np.asarray(found[name], dtype=np.float64)
        if name in _CONF:
            made[f"{name}_conf"] = np.asarray(found[_CONF[name]], dtype=np.float64)
    made["direction"] = _direction(design, found)
    lead = LEADING[design.kind]
    made["matters"] = made[lead] - made[f"{lead}_conf"] > 0
    return made.sort_values(lead, ascending=False, kind="stable", ignore_index=True)


def _analyse(design: Design, problem: dict[str, Any]) -> Any:
    if design.kind == "saltelli":
        from SALib.analyze import sobol

        return sobol.analyze(problem, design.y, calc_second_order=False, num_resamples=RESAMPLES, seed=SEED)
    if design.kind == "morris":
        from SALib.analyze import morris

        steps = np.array([np.searchsorted(np.unique(column), column) for column in design.x.T]).T
        return morris.analyze(
            problem, steps.astype(np.float64), design.y, num_resamples=RESAMPLES, num_levels=LEVELS, seed=SEED
        )
    from SALib.analyze import rbd_fast

    # it orders points by each parameter: equal values must not stand in the order of the plan, which is one of others
    order = np.random.default_rng(SEED).permutation(len(design.y))
    return rbd_fast.analyze(problem, design.x[order], design.y[order], num_resamples=RESAMPLES, seed=SEED)


def _direction(design: Design, found: Any) -> Floats:
    if design.kind == "morris":
        return np.sign(np.asarray(found["mu"], dtype=np.float64))
    ranks = pd.Series(design.y).rank()
    return np.array([pd.Series(column).rank().corr(ranks) for column in design.x.T])


__all__ = ["COLUMNS", "LEADING", "METHOD", "indices"]
