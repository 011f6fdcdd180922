"""Maps of the provinces: net migration before and after, and what the reform did to access."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.figures import palette
from dicu_analysis.figures.province_map import Filling, classed, draw_map, matching_outlines, plain_name
from dicu_analysis.language import Words
from dicu_analysis.load import Map, Run
from dicu_analysis.report import svg
from dicu_analysis.report.svg import Drawing

TOLERANCE_DEGREES: Final = 0.02
"""How far a drawn border may lie from the outline: a fifth of a point at the width of a page's column."""


def provinces(
    w: Words, run: Run, values: pd.Series[float], borders: Map, edges: NDArray[np.float64], *,
    colours: Callable[[int], NDArray[np.float64]], title: str, note: str, unit: str, digits: int, more: str, less: str,
    within: pd.Series[bool] | None = None,
) -> Drawing:  # fmt: skip
    """One map on a diverging scale; provinces with negative values are hatched, so that a grey print can be read.

    Parameters
    ----------
    values : Series by province code
    edges : (E,) float64
        Edges of the colour classes.
    colours : function
        The colours of so many classes, `palette.gains` or `palette.changes`.
    within : Series of bool by province code, or None
        Provinces whose value luck alone may have made: grey.
    more, less : str
        What positive and negative mean.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.patches import Patch

    names = run.names("province", borders)
    outlines = matching_outlines(run, TOLERANCE_DEGREES)
    written: Callable[[float], str] = lambda v: w.num(v, digits, sign=True)  # noqa: E731
    ordered = values.dropna().sort_values(ascending=False)
    luck = w.t("within luck", "trong phạm vi ngẫu nhiên")
    unsure = set() if within is None else set(within.index[within])
    rows = tuple(
        (plain_name(names[str(c)]), written(float(v)) + (f" ({luck})" if c in unsure else ""))
        for c, v in ordered.items()
    )
    head = (w.t("province", "tỉnh, thành phố"), unit)
    with svg.styled():
        fig = svg.canvas(5.3 if outlines else 3.4)
        grid = fig.add_gridspec(2, 1, height_ratios=(1, 0.035))
        ax, bar = fig.add_subplot(grid[0]), fig.add_subplot(grid[1])
        scheme, norm = classed(edges, colours(len(edges) + 1))
        draw_map(ax, run, Filling(values, borders, scheme, norm, within), outlines)
        if within is not None:
            grey = Patch(
                facecolor=palette.WITHIN, label=w.t("luck alone may do it", "có thể chỉ do ngẫu nhiên")
            )
            ax.legend(handles=[grey], loc="upper right", frameon=False, handlelength=1.2)
        scale = fig.colorbar(
            ScalarMappable(norm, scheme),
            cax=bar,
            extend="both",
            ticks=edges[:: 2 if len(edges) > 9 else 1],
            orientation="horizontal",
        )
        scale.ax.set_xticklabels([written(float(e)) for e in edges[:: 2 if len(edges) > 9 else 1]])
        scale.outline.set_visible(False)
        bar.set_title(
            f"\u2190 {less} ({w.t('hatched', 'gạch chéo')})",
            fontsize=svg.SMALL,
            fontweight="normal",
            loc="left",
        )
        bar.set_title(f"{more} \u2192", fontsize=svg.SMALL, fontweight="normal", loc="right")
        picture = svg.to_svg(fig, title, f"{told(w, ordered, within, written)} ({unit})")
    if outlines and run.terms.own:
        note += " " + w.t("Outlines: the country's own.", "Đường biên: theo tệp của đất nước này.")
    elif outlines:
        note += " " + w.t(
            "Outlines: Natural Earth 1:10m, coarse.", "Đường biên: Natural Earth 1:10m, sơ lược."
        )
    return Drawing(picture, title, note, head, rows)


def told(
    w: Words, values: pd.Series[float], within: pd.Series[bool] | None, written: Callable[[float], str]
) -> str:
    """How many provinces lie on each side of 0 and how far, without the name of one that luck may have put in front."""
    if values.empty:
        return w.t("no province has a value", "không tỉnh nào có giá trị")
    sure = values if within is None else values[~within.reindex(values.index).fillna(True).astype(bool)]
    above, below = int((sure > 0).sum()), int((sure < 0).sum())
    low, high = written(float(values.min())), written(float(values.max()))
    return w.t(
        f"From {low} to {high}: {above} of {len(values)} provinces above 0 and {below} below it",
        f"Từ {low} đến {high}: {above} trong {len(values)} tỉnh, thành phố lớn hơn 0 và {below} nhỏ hơn 0",
    ) + ("" if within is None else w.t(", beyond luck", ", ngoài phạm vi ngẫu nhiên"))
