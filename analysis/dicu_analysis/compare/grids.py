"""The heat map of a sweep's grid: an outcome over two varied keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dicu_analysis.compare.arms import Arm, CannotCompare, at_period, configurations
from dicu_analysis.compare.outcomes import Outcome, say
from dicu_analysis.figures import palette, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def heat(
    arms: Sequence[Arm],
    values: pd.DataFrame,
    what: Outcome,
    language: str,
    period: str | None,
    by: Sequence[str],
) -> tuple[Figure, pd.DataFrame]:
    """The mean over replicates at one period, on a grid of two keys.

    Raises
    ------
    CannotCompare
        When the arms do not differ in two keys, or one cell of the grid has several arms.
    """
    table = configurations(arms)
    keys = list(by) or list(table.index)
    if len(keys) != 2 or not set(keys) <= set(table.index):
        raise CannotCompare(
            f"by: a heat map has two keys in which the arms differ (got {', '.join(keys) or 'none'}; they differ in "
            f"{', '.join(table.index) or 'none'})"
        )
    data = at_period(values, period)
    means = data.groupby("arm", sort=False)["value"].agg(["mean", "count"])
    cells = table.loc[keys].T.assign(mean=means["mean"], n=means["count"])
    if cells.duplicated(keys).any():
        raise CannotCompare(
            f"by: several arms have the same {' and '.join(keys)}; name the keys in which they differ"
        )
    grid = cells.pivot(index=keys[0], columns=keys[1], values="mean")
    grid = grid.loc[_ordered(grid.index), _ordered(grid.columns)]
    shape = grid.shape
    notes = ["Simulated: mean over replicates. Not a forecast."]
    if language == "vi":
        notes = ["Kết quả mô phỏng: trung bình các lần lặp. Không phải dự báo."]
    title = f"{say(what.text, language)}, {data['period'].iloc[0]}"
    height = 2.2 + 0.6 * shape[0]
    fig, (bottom, top) = style.sheet(height, title, say(what.unit, language), notes)
    wide = min(0.7, 0.12 * shape[1])
    ax = fig.add_axes((0.2, bottom + 0.55 / height, wide, top - bottom - 0.75 / height))
    cmap = palette.streams()
    body = grid.to_numpy(dtype=np.float64)
    low, high = np.nanmin(body), np.nanmax(body)
    ax.imshow(body, cmap=cmap, aspect="auto", vmin=low, vmax=high)
    for (i, j), value in np.ndenumerate(body):
        if not np.isnan(value):
            ground = cmap((value - low) / (high - low or 1.0))
            text = style.number(float(value), what.digits)
            ax.text(j, i, text, ha="center", va="center", fontsize=9, color=palette.on(ground))
    ax.set_xticks(range(shape[1]), [str(c) for c in grid.columns])
    ax.set_yticks(range(shape[0]), [str(c) for c in grid.index])
    ax.set_xlabel(keys[1])
    ax.set_ylabel(keys[0])
    ax.grid(visible=False)
    return fig, cells.reset_index(names="arm").assign(period=data["period"].iloc[0])


def _ordered(values: Any) -> list[str]:
    """Values of a key in their order: numbers by size, words as they come."""
    words = [str(v) for v in values]
    try:
        return sorted(words, key=float)
    except ValueError:
        return words
