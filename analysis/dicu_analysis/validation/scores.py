"""How near predictions are to figures: error, correlation, rank, sign, slope, and CRPS of several runs."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MODEL: Final = "model"
HEAD: Final = (
    "group", "figure", "unit", "area", "from", "to", "role", "source", "in_sample", "observed", MODEL, "low", "high",
)  # fmt: skip
"""Columns of a table of predictions that are no rival."""
FLAT: Final = 1e-9
LEAST: Final = 3
"""Figures of a kind from which on correlations are told."""


def crps(values: Floats, observed: Floats) -> float:
    """Mean continuous ranked probability score of an ensemble (runs, figures), in the figures' unit.

    E|X - x| - E|X - X'| / 2 over all pairs (Gneiting and Raftery 2007); the mean absolute error for a single run.
    """
    near = np.abs(values - observed).mean(axis=0)
    apart = np.abs(values[:, None, :] - values[None, :, :]).mean(axis=(0, 1))
    return float((near - apart / 2).mean())


def score(predicted: Floats, observed: Floats, ensemble: Floats | None = None) -> dict[str, float]:
    """Scores of one method on the figures of one kind.

    Parameters
    ----------
    predicted, observed : (figures,)
    ensemble : (runs, figures), optional
        Of which ``predicted`` is the mean; by default the prediction alone.
    """
    off = predicted - observed
    many = (
        len(observed) >= LEAST and np.ptp(predicted) > FLAT * np.abs(predicted).max() and np.ptp(observed) > 0
    )
    rank = pd.Series(predicted).rank().corr(pd.Series(observed).rank()) if many else float("nan")
    return {
        "n": float(len(observed)),
        "rmse": float(np.sqrt((off**2).mean())),
        "bias": float(off.mean()),
        "r": float(np.corrcoef(predicted, observed)[0, 1]) if many else float("nan"),
        "rank": float(rank),
        "sign": float((np.sign(predicted) == np.sign(observed)).mean()),
        "slope": float(np.polyfit(predicted, observed, 1)[0]) if many else float("nan"),
        "log_rmse": _log_rmse(predicted, observed),
        "crps": crps(predicted[None] if ensemble is None else ensemble, observed),
    }


def _log_rmse(predicted: Floats, observed: Floats) -> float:
    """Root mean square error of logarithms; nan where something is not above 0."""
    if predicted.min() <= 0 or observed.min() <= 0:
        return float("nan")
    return float(np.sqrt((np.log(predicted / observed) ** 2).mean()))


def scored(table: pd.DataFrame, ensemble: dict[int, Floats]) -> pd.DataFrame:
    """Every method on every kind of figure, on the figures that it and the model both speak of.

    Parameters
    ----------
    table : DataFrame
        One row a figure: `HEAD`, and a column for each rival. ``in_sample`` names, with ``;`` between, methods that
        were fitted on the figure's own years.
    ensemble : dict of int to (runs,)
        Values of the runs by row of the table.

    Returns
    -------
    DataFrame
        ``group``, ``method``, the scores, ``model_rmse`` on the same figures, ``in_sample``, and ``wins``: whether the
        root mean square error is the smallest of all that speak of as many figures. A method in sample wins only
        where the model is in sample too.
    """
    rows = []
    for group, part in table.groupby("group", sort=False):
        known = part[part[MODEL].notna()]
        if known.empty:
            continue
        mine: list[dict[str, Any]] = []
        for method in (MODEL, *(c for c in table.columns if c not in HEAD)):
            both = known[known[method].notna()]
            if both.empty:
                continue
            observed = both["observed"].to_numpy(np.float64)
            runs = np.array([ensemble[int(i)] for i in both.index]).T if method == MODEL else None
            made = score(both[method].to_numpy(np.float64), observed, runs)
            beside = score(both[MODEL].to_numpy(np.float64), observed)["rmse"]
            fitted = bool(both["in_sample"].str.split(";").map(lambda names: method in names).any())  # noqa: B023
            row = {"group": group, "method": method, **made, "model_rmse": beside, "in_sample": fitted}
            mine.append(row)
        most = max(row["n"] for row in mine)
        too = mine[0]["in_sample"]
        able = [row for row in mine if row["n"] == most and (too or not row["in_sample"])]
        nearest = min((row["rmse"] for row in able), default=float("nan"))
        for row in mine:
            row["wins"] = any(row is other for other in able) and row["rmse"] == nearest
        rows += mine
    return pd.DataFrame(rows)


def best(part: pd.DataFrame, column: str) -> NDArray[np.bool_]:
    """Which methods of one group are best by a score, of those that may win (see `scored`), (rows,)."""
    too = bool(part.loc[part["method"] == MODEL, "in_sample"].iloc[0])
    able = (part["n"] == part["n"].max()) & (too | ~part["in_sample"])
    by_column: dict[str, pd.Series[float]] = {
        "rmse": part["rmse"], "log_rmse": part["log_rmse"], "crps": part["crps"], "bias": part["bias"].abs(),
        "slope": (part["slope"] - 1).abs(), "r": -part["r"], "rank": -part["rank"], "sign": -part["sign"],
    }  # fmt: skip
    values = by_column[column].where(able)
    return np.asarray(values.notna() & (values == values.min()), dtype=np.bool_)


__all__ = ["HEAD", "MODEL", "best", "crps", "score", "scored"]
