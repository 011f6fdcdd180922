"""Emulators of a sweep that varied parameters: polynomials of the paired difference, and how far they are off.

An emulator stands for runs that were not made. It is fitted to the points of the sweep (means over replicates), and its
error is that of points left out of the fit one by one, so it holds both what the polynomial misses and luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.scenario.table import parameter_table
from dicu_analysis.language import Words
from dicu_analysis.load import flat
from dicu_analysis.report.assumptions import WHY
from dicu_analysis.report.comparison import NAMES, Comparison, balanced
from dicu_analysis.report.sweep_contents import name_of, unit_of
from dicu_analysis.view.options import Options

Floats = NDArray[np.float64]
Terms = tuple[tuple[int, ...], ...]
"""Each term of a polynomial by the keys whose product it is; () is the constant."""

SPARE: Final = 2
"""Points beyond the number of terms without which there is no error to speak of."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A polynomial of scaled keys, -1 at their lowest value and 1 at their highest.

    Attributes
    ----------
    terms : tuple
    weights : (T,) float64
    error : float
        Root mean square of what each point is off when it is left out of the fit.
    """

    terms: Terms
    weights: Floats
    error: float


def fit(x: Floats, y: Floats) -> Fit | None:
    """The polynomial with the least error at left-out points: linear, or with products and squares.

    Parameters
    ----------
    x : (N, K) float64
        Scaled keys.
    y : (N,) float64

    Returns
    -------
    Fit or None
        None where there are too few points even for a linear one.
    """
    n, k = x.shape
    linear: Terms = ((), *((j,) for j in range(k)))
    squares = tuple((j, j) for j in range(k) if len(np.unique(x[:, j])) > 2)
    tried = (linear, linear + squares, linear + squares + tuple(combinations(range(k), 2)))
    found = [_least_squares(t, x, y) for t in dict.fromkeys(tried) if n >= len(t) + SPARE]
    return min((f for f in found if f is not None), key=lambda f: f.error, default=None)


def _least_squares(terms: Terms, x: Floats, y: Floats) -> Fit | None:
    design = np.stack([np.prod(x[:, list(t)], axis=1) for t in terms], axis=1)
    if np.linalg.matrix_rank(design) < len(terms):
        return None
    orthogonal, triangle = np.linalg.qr(design)
    weights: Floats = np.linalg.solve(triangle, orthogonal.T @ y)
    leverage = (orthogonal**2).sum(axis=1)
    if (leverage > 1 - 1e-9).any():  # a point that a term stands on alone cannot be left out
        return None
    off = (y - design @ weights) / (1 - leverage)
    return Fit(terms, weights, float(np.sqrt((off**2).mean())))


def emulators(options: Options, words: dict[str, Words]) -> dict[str, Any] | None:
    """Fits for the sliders of the page on assumptions; None where the sweep varied too little for any."""
    if options.sweep is None:
        return None
    comparison = Comparison(options.sweep)
    frame = balanced(comparison.matched(options.labels[0]), options.sweep.free)
    table = frame.reset_index()
    groups = [g for g in options.sweep.tied if options.sweep.aligned(g) and _varies(table[g[0]])]
    paths = [g[0] for g in groups]
    if not paths or len(groups) < len(options.sweep.tied):
        return None  # a key that no slider stands for would be luck of the emulator
    points = table.groupby(paths)[list(frame.columns)].mean()
    values = points.index.to_frame(index=False).to_numpy(dtype=np.float64)
    low, high = values.min(axis=0), values.max(axis=0)
    scaled = 2 * (values - low) / (high - low) - 1
    fits = {
        o: f for o in points.columns if (f := fit(scaled, points[o].to_numpy(dtype=np.float64))) is not None
    }
    if not fits:
        return None
    return {
        "points": len(points),
        "keys": [_key(options, words, group, low[j], high[j]) for j, group in enumerate(groups)],
        "outcomes": [
            {
                "name": {c: name_of(w, o) for c, w in words.items()},
                "unit": {c: unit_of(w, o) for c, w in words.items()},
                "digits": NAMES[o].digits,
                "terms": [list(t) for t in f.terms],
                "weights": f.weights.tolist(),
                "error": f.error,
            }
            for o, f in fits.items()
        ],
    }


def _varies(values: pd.Series[Any]) -> bool:
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return bool(numeric and values.nunique() > 1)


def _key(
    options: Options, words: dict[str, Words], group: tuple[str, ...], low: float, high: float
) -> dict[str, Any]:
    """A slider: over the declared range of its parameter, of which the part between low and high was run."""
    path = group[0]
    row = {r.path: r for r in parameter_table()}[path]
    first, to, last = row.range.partition(" to ")
    least, most = (min(float(first), low), max(float(last), high)) if to else (low, high)
    default = flat(options.first.run.config).get(path)
    named = WHY.get(path)
    return {
        "paths": list(group),
        "name": {c: w.say(named[0]) if named else row.path for c, w in words.items()},
        "low": low,
        "high": high,
        "least": float(least),
        "most": float(most),
        "start": float(np.clip(float(default if default is not None else low), low, high)),
    }
