"""By what the urban population grew each year: natural increase, net moves, places that became urban."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from dicu_analysis.figures import palette, style
from dicu_analysis.language import Text
from dicu_analysis.load import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PARTS: Final = {
    "urban_natural": (Text("births less deaths", "tăng tự nhiên (sinh trừ chết)"), palette.SOFT),
    "urban_net_moves": (Text("net moves", "di cư thuần"), palette.URBAN),
    "urban_reclassified": (Text("places that became urban", "nơi được nâng lên đô thị"), palette.RURAL),
}


def by_year(run: Run) -> pd.DataFrame:
    """Persons by part of urban growth (columns) and calendar year (index); a first or last year may be a part of one.

    Raises
    ------
    style.NothingToDraw
        When nobody was born, moved or reclassified, or the run was made before the parts were told apart.
    """
    national = run.national
    if not set(PARTS) <= set(national):
        raise style.NothingToDraw(f"{run.folder}: urban growth was not told apart")
    flows = national[list(PARTS)].iloc[1:].astype(np.int64)
    if not flows.to_numpy().any():
        raise style.NothingToDraw(f"{run.folder}: the urban population did not change")
    year = np.floor(run.year_at_end(flows.index.to_numpy()) - 1e-9).astype(int)
    return flows.groupby(year).sum()


def draw(run: Run) -> Figure:
    """Stacked bars of persons by year; what is below zero takes people away."""
    years = by_year(run)
    total = years.to_numpy().sum()
    w = run.words
    unit, scale = style.counted_in(float(abs(years.to_numpy()).max()), w)
    said = ", ".join(
        w.t(f"{n} by {w.say(name)}", f"{n} do {w.say(name)}")
        for n, name in ((w.num(years[k].sum() / scale, 1), name) for k, (name, _) in PARTS.items())
    )
    size = w.num(abs(total) / scale, 1)
    title = w.t(
        f"Towns {'gain' if total >= 0 else 'lose'} {size} {unit} persons: {said}",
        f"Dân số thành thị {'tăng' if total >= 0 else 'giảm'} {size} {unit} người: {said}",
    )
    foot = [
        w.t(
            "Net moves: people who came to urban places from rural ones less those who left, partners and families "
            "that followed included.",
            "Di cư thuần: người từ nông thôn đến thành thị trừ người rời thành thị, kể cả vợ chồng và gia đình đi "
            "theo.",
        ),
        style.run_line(run),
    ]
    fig, (bottom, top) = style.sheet(
        5.2,
        title,
        w.t(
            f"Growth of the urban population by year, {unit} persons",
            f"Mức tăng dân số thành thị theo năm, {unit} người",
        ),
        foot,
    )
    ax = fig.add_axes((0.08, bottom + 0.08, 0.86, top - bottom - 0.2))
    at = years.index.to_numpy(dtype=float)
    up, down = np.zeros(len(at)), np.zeros(len(at))
    for key, (name, colour) in PARTS.items():
        values = years[key].to_numpy(dtype=np.float64) / scale
        ax.bar(
            at, values, bottom=np.where(values >= 0, up, down), color=colour, width=0.75, label=w.say(name)
        )
        up, down = up + np.maximum(values, 0.0), down + np.minimum(values, 0.0)
    ax.axhline(0.0, color=palette.INK, linewidth=0.8)
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.3, ncol=3, frameon=False)
    style.years(ax, float(min(at)) - 0.6, float(max(at)) + 0.6, 10, w=w)
    return fig


__all__ = ["PARTS", "by_year", "draw"]
