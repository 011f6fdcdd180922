"""Households, births, deaths and couples over time, beside the official numbers of households."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dicu_analysis import official, seed_spread
from dicu_analysis.figures import bands, palette, style
from dicu_analysis.figures.names import heading, sources
from dicu_analysis.load import Run
from dicu_analysis.replicates import over

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CENSUS_DAY = 0.25
"""Censuses and mid-term surveys count on 1 April."""


def by_year(run: Run, columns: list[str]) -> pd.DataFrame:
    """What happened a year, by calendar year; a year of which only a part was run is scaled up to a whole one."""
    table = run.national.iloc[1:]
    year = np.floor(run.year_at_end(table.index.to_numpy()) - 1e-9).astype(np.int64)
    summed = table.groupby(year)[columns]
    made: pd.DataFrame = summed.sum().mul(run.steps_per_year / summed.size(), axis=0)
    return made


def draw(run: Run) -> Figure:
    """Left: households. Middle: births and deaths a year. Right: new couples a year. Circles: official figures."""
    table = run.national
    if not int(table["births"].sum() + table["deaths"].sum()):
        raise style.NothingToDraw(f"{run.folder}: nobody is born and nobody dies in this run")
    at = run.year_at_end(table.index.to_numpy())
    stocks = over(run, lambda r: r.national[["households", "persons"]])
    households, persons = (stocks.middle[c].to_numpy(np.float64) for c in ("households", "persons"))
    w = run.words
    unit, scale = style.counted_in(households.max(), w)
    real = run.is_real
    size = persons / households
    count = seed_spread.digits_of("households.end", run, 1, 1 / scale)
    each = seed_spread.digits_of("persons_per_household.end", run, 2)
    last, first = w.step(run.labels[-1]), w.step(run.labels[0])
    ended, began = (w.num(households[k] / scale, count) for k in (-1, 0))
    now, then = (w.num(size[k], each) for k in (-1, 0))
    title = w.t(
        f"{ended} {unit} households in {last}, after {began} in {first}: {now} persons each, after {then}",
        f"{ended} {unit} hộ vào {last}, so với {began} vào {first}: bình quân {now} người một hộ, so với {then}",
    )
    events = over(run, lambda r: by_year(r, ["births", "deaths", "couples"]))
    yearly = events.middle
    per = 1e3 if yearly.to_numpy().max() >= 1e4 else 1.0
    foot = []
    points = official.figures("households") if real else None
    if points is not None:
        recalled = sorted(points.loc[points["status"] == "L", "year"].astype(str))
        cited, open_ones = sources(official.cited("households"), w), ", ".join(recalled)
        foot.append(
            w.t(
                f"Circles: official households on 1 April, {cited}",
                f"Chấm tròn: số hộ chính thức ngày 1/4, {cited}",
            )
            + (w.t(f" (open circle: {open_ones}).", f" (chấm rỗng: {open_ones}).") if recalled else ".")
        )
    foot += [
        w.t(
            "Births, deaths and couples by calendar year; a year of which only a part was run is scaled up to a whole "
            "one.",
            "Sinh, chết và cặp vợ chồng mới theo năm dương lịch; năm chỉ được mô phỏng một phần được quy ra cả năm.",
        ),
        *bands.foot(run),
        style.run_line(run),
    ]
    fig, (bottom, top) = style.sheet(
        5.6,
        title,
        w.t("Households at the end of each step; events a year", "Số hộ cuối mỗi bước; số sự kiện mỗi năm"),
        foot,
    )
    grid = fig.add_gridspec(1, 3, left=0.05, right=0.95, bottom=bottom + 0.1, top=top - 0.08, wspace=0.3)
    one, two, three = (fig.add_subplot(grid[k]) for k in range(3))
    stocks, events = stocks.map(lambda f: f / scale), events.map(lambda f: f / per)
    bands.fill(one, at, stocks, "households", palette.WITH)
    one.plot(at, households / scale, color=palette.WITH)
    seen = np.r_[stocks.low["households"], stocks.high["households"]]
    if points is not None:
        for _, p in points.iterrows():
            known = p["status"] == "V"
            one.plot(
                p["year"] + CENSUS_DAY,
                p["value"],
                "o",
                mfc=palette.INK if known else "white",
                mec=palette.INK,
                mew=1.4,
                ms=5.5,
            )
            one.annotate(
                w.num(p["value"], 1),
                (p["year"] + CENSUS_DAY, p["value"]),
                xytext=(6, -3),
                textcoords="offset points",
                ha="left",
                va="top",
                fontsize=9,
                color=palette.SOFT,
            )
        seen = np.r_[seen, points["value"]]
    room = max(float(np.ptp(seen)), 0.02 * float(seen.max()))
    one.set_ylim(float(seen.min()) - 0.25 * room, float(seen.max()) + 0.15 * room)
    style.break_axis(one, w)
    one.set_title(w.t(f"{heading(unit)} households", f"{heading(unit)} hộ"))
    middle = yearly.index.to_numpy() + 0.5
    ends = []
    for name, told, colour, dash in (
        ("births", w.t("births", "sinh"), palette.WITH, palette.SOLID),
        ("deaths", w.t("deaths", "chết"), palette.WITH_DARK, palette.DASHED),
    ):
        bands.fill(two, middle, events, name, colour)
        two.plot(
            middle, yearly[name] / per, color=colour, linestyle=dash, marker="." if len(middle) < 3 else ""
        )
        ends.append((float(middle[-1]), float(yearly[name].iloc[-1] / per), told, colour))
    two.set_ylim(0, None)
    two.set_title(
        w.t(
            "Births and deaths, thousand a year" if per > 1 else "Births and deaths a year",
            "Sinh và chết, nghìn người mỗi năm" if per > 1 else "Sinh và chết, người mỗi năm",
        )
    )
    bands.fill(three, middle, events, "couples", palette.WITH)
    three.plot(middle, yearly["couples"] / per, color=palette.WITH, marker="." if len(middle) < 3 else "")
    three.set_ylim(0, None)
    three.set_title(
        w.t(
            "New couples, thousand a year" if per > 1 else "New couples a year",
            "Cặp vợ chồng mới, nghìn mỗi năm" if per > 1 else "Cặp vợ chồng mới mỗi năm",
        )
    )
    for ax in (one, two, three):
        style.years(ax, float(at[0]) - 0.3, float(at[-1]), 6, w=w)
    style.label_ends(two, ends)
    return fig
