"""A figure: the share of large households over time."""

from __future__ import annotations

from typing import Any

from dicu_analysis.figures import palette, style
from dicu_analysis.load import Run


def draw(run: Run) -> Any:
    """A line per area.

    Raises
    ------
    NothingToDraw
        When the observer was not used.
    """
    if "plugin_large_households.parquet" not in run.manifest["outputs"]:
        raise style.NothingToDraw("the observer large_households was not used")
    table = run.table("plugin_large_households")
    fig, (bottom, top) = style.sheet(5.0, "Large households", "% of households", [style.run_line(run)])
    ax = fig.add_axes((0.07, bottom + 0.1, 0.75, top - bottom - 0.14))
    ends = []
    for area, colour in (("urban", palette.URBAN), ("rural", palette.RURAL)):
        mine = table[table["area"] == area]
        x = run.year_at_end(mine["step"].to_numpy())
        y = 100.0 * mine["large"].to_numpy() / mine["households"].to_numpy()
        ax.plot(x, y, color=colour)
        ends.append((float(x[-1]), float(y[-1]), area, colour))
    style.years(ax, float(run.year_at_end(0)), float(run.year_at_end(len(run.labels) - 1)), 8)
    style.label_ends(ax, ends)
    return fig
