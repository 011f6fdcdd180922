"""Urban and rural population over time, beside the official figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dicu.world import facts
from dicu_analysis import seed_spread
from dicu_analysis.figures import palette, style
from dicu_analysis.load import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def official() -> pd.DataFrame:
    """Official mid-year residents of the country by year, in persons, and where they are published."""
    titles = facts.sources()["title"]
    rows = []
    for year in facts.residents_years():
        table = facts.residents(year)
        urban, rural = int(table["urban"].sum()), int(table["rural"].sum())
        cited = "; ".join(titles.get(s, s) for s in sorted(set(table["source"])))
        rows.append({"year": year, "urban": urban, "rural": rural, "source": cited})
    return pd.DataFrame(rows)


def draw(run: Run) -> Figure:
    """Left: persons, urban and rural. Right: urban share in percent. Circles: official figures."""
    table = run.national
    at = run.year_at_end(table.index.to_numpy())
    counts = {k: table[f"{k}_persons"].to_numpy().astype(np.float64) for k in ("urban", "rural")}
    unit, scale = ("million", 1e6) if max(c.max() for c in counts.values()) >= 1e6 else ("thousand", 1e3)
    urban, rural = counts["urban"] / scale, counts["rural"] / scale
    if not (urban + rural).all():
        raise style.NothingToDraw(f"{run.folder}: nobody lives here")
    share = 100 * urban / (urban + rural)
    real = run.is_real
    points = official() if real else None
    if points is not None:
        moment = points["year"] + 0.5
        points = points[(moment >= at[0]) & (moment <= at[-1])]
        points = None if points.empty else points

    digits = seed_spread.digits_of("share.urban.end", run, 1)
    gain, fall = urban[-1] - urban[0], rural[-1] - rural[0]
    said = [
        f"{who} {'gain' if v >= 0 else 'lose'} {style.number(abs(v))} {unit} persons"
        for who, v in (("towns", gain), ("rural areas", fall))
    ]
    title = (
        f"{style.number(share[-1], digits)} % live in towns by {run.labels[-1]}, after "
        f"{style.number(share[0], digits)} % in {run.labels[0]}: {said[0]}, {said[1]}"
    )
    still = np.ptp(urban + rural) <= 1e-9 * (urban[0] + rural[0])
    foot = []
    if points is not None:
        foot.append(
            f"Circles: official mid-year residents {points['year'].min()}\u2013{points['year'].max()}, "
            f"{'; '.join(sorted(set(points['source'])))}."
        )
        foot.append(
            "Urban = place that is a ward or township at the time: some become so each year, without a move, as in the "
            "official figures."
        )
    if still:
        foot.append("No births or deaths in this run: the total stays as it began.")
    foot.append(style.run_line(run))
    fig, (bottom, top) = style.sheet(
        6.3, title, "Residents at the end of each step, by whether their place is urban then", foot
    )
    grid = fig.add_gridspec(
        1, 2, left=0.06, right=0.93, bottom=bottom + 0.08, top=top - 0.07, wspace=0.32, width_ratios=(1.25, 1)
    )
    left, right = fig.add_subplot(grid[0]), fig.add_subplot(grid[1])
    lines = (("urban", urban, palette.URBAN, palette.SOLID), ("rural", rural, palette.RURAL, palette.DASHED))
    ends = []
    for name, values, colour, dash in lines:
        left.plot(at, values, color=colour, linestyle=dash)
        ends.append((float(at[-1]), float(values[-1]), name, colour))
        if points is not None:
            left.plot(
                points["year"] + 0.5, points[name] / scale, "o", mfc="white", mec=colour, mew=1.4, ms=5.5
            )
    left.set_ylim(0, 1.14 * float(max(urban.max(), rural.max())))
    left.set_title(f"{unit.capitalize()} persons")
    style.label_ends(left, ends)
    right.plot(at, share, color=palette.INK)
    seen = share
    if points is not None:
        real_share = 100 * points["urban"] / (points["urban"] + points["rural"])
        right.plot(points["year"] + 0.5, real_share, "o", mfc="white", mec=palette.INK, mew=1.4, ms=5.5)
        above = float(real_share.iloc[-1]) > float(np.interp(points["year"].iloc[-1] + 0.5, at, share))
        right.annotate(
            "official",
            (points["year"].iloc[-1] + 0.5, real_share.iloc[-1]),
            xytext=(-7, 3 if above else -4),
            textcoords="offset points",
            fontsize=9,
            ha="right",
            va="bottom" if above else "top",
            color=palette.SOFT,
        )
        seen = np.r_[share, real_share]
    low, high = float(seen.min()), float(seen.max())
    room = max(high - low, 1.0)
    right.set_ylim(max(0.0, low - 0.25 * room), min(100.0, high + 0.25 * room))
    style.break_axis(right)
    right.set_title("Urban share, percent of all persons")
    right.annotate(
        f" {style.number(share[-1])} %",
        (at[-1], share[-1]),
        va="center",
        ha="left",
        fontweight="bold",
        fontsize=9.5,
        annotation_clip=False,
    )
    for ax in (left, right):
        style.years(ax, float(at[0]) - 0.15, float(at[-1]), 9)
        style.mark_reform(ax, run, label=ax is left)
    return fig
