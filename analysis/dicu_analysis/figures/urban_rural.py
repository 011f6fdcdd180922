"""Urban and rural population over time, beside the official figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dicu.world import facts
from dicu_analysis import seed_spread
from dicu_analysis.figures import bands, palette, style
from dicu_analysis.figures.names import URBAN_SHARE, heading, sources
from dicu_analysis.language import AREAS
from dicu_analysis.load import Run
from dicu_analysis.replicates import over

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


def by_step(run: Run) -> pd.DataFrame:
    """Persons urban and rural, and the urban share in percent (nobody: 0), by step."""
    table = run.national
    made = table[["urban_persons", "rural_persons"]].astype(np.float64)
    made.columns = pd.Index(["urban", "rural"])
    total = made.sum(axis=1)
    return made.assign(share=100 * made["urban"] / total.where(total > 0, 1.0))


def draw(run: Run) -> Figure:
    """Left: persons, urban and rural. Right: urban share in percent. Circles: official figures."""
    w, lines = run.words, over(run, by_step)
    at = run.year_at_end(lines.middle.index.to_numpy())
    most = float(lines.middle[["urban", "rural"]].to_numpy().max())
    unit, scale = style.counted_in(most, w)
    lines = lines.map(lambda f: f / pd.Series({"urban": scale, "rural": scale, "share": 1.0}))
    urban, rural, share = (lines.middle[k].to_numpy() for k in ("urban", "rural", "share"))
    if not (urban + rural).all():
        raise style.NothingToDraw(f"{run.folder}: nobody lives here")
    real = run.is_real
    points = official() if real else None
    if points is not None:
        moment = points["year"] + 0.5
        points = points[(moment >= at[0]) & (moment <= at[-1])]
        points = None if points.empty else points

    digits = seed_spread.digits_of("share.urban.end", run, 1)
    gain, fall = urban[-1] - urban[0], rural[-1] - rural[0]
    said = [
        w.t(
            f"{en} {'gain' if v >= 0 else 'lose'} {w.num(abs(v), 1)} {unit} persons",
            f"{vi} {'tăng' if v >= 0 else 'giảm'} {w.num(abs(v), 1)} {unit} người",
        )
        for en, vi, v in (("towns", "thành thị", gain), ("rural areas", "nông thôn", fall))
    ]
    ended, began = (style.percent(share[k], digits, w) for k in (-1, 0))
    first, last = w.step(run.labels[0]), w.step(run.labels[-1])
    title = w.t(
        f"{ended} live in towns by {last}, after {began} in {first}: {said[0]}, {said[1]}",
        f"{ended} dân số sống ở thành thị vào {last}, so với {began} vào {first}: {said[0]}, {said[1]}",
    )
    still = np.ptp(urban + rural) <= 1e-9 * (urban[0] + rural[0])
    foot = []
    if points is not None:
        span = f"{points['year'].min()}\u2013{points['year'].max()}"
        cited = sources("; ".join(sorted(set(points["source"]))), w)
        foot.append(
            w.t(
                f"Circles: official mid-year residents {span}, {cited}.",
                f"Chấm tròn: dân số trung bình chính thức {span}, {cited}.",
            )
        )
        foot.append(
            w.t(
                "Urban = place that is a ward or township at the time: some become so each year, without a move, as in "
                "the official figures.",
                "Thành thị = nơi là phường hoặc thị trấn vào thời điểm đó: mỗi năm có nơi được nâng lên đô thị mà "
                "không có ai chuyển đi, như trong số liệu chính thức.",
            )
        )
    if still:
        foot.append(
            w.t(
                "No births or deaths in this run: the total stays as it began.",
                "Lần mô phỏng này không có sinh và chết: tổng dân số giữ nguyên như ban đầu.",
            )
        )
    foot += [*bands.foot(run), style.run_line(run)]
    fig, (bottom, top) = style.sheet(
        6.3,
        title,
        w.t(
            "Residents at the end of each step, by whether their place is urban then",
            "Dân số cuối mỗi bước, theo nơi ở khi đó là thành thị hay nông thôn",
        ),
        foot,
    )
    grid = fig.add_gridspec(
        1, 2, left=0.06, right=0.93, bottom=bottom + 0.08, top=top - 0.07, wspace=0.32, width_ratios=(1.25, 1)
    )
    left, right = fig.add_subplot(grid[0]), fig.add_subplot(grid[1])
    looks = (("urban", urban, palette.URBAN, palette.SOLID), ("rural", rural, palette.RURAL, palette.DASHED))
    ends = []
    for name, values, colour, dash in looks:
        bands.fill(left, at, lines, name, colour)
        left.plot(at, values, color=colour, linestyle=dash)
        ends.append((float(at[-1]), float(values[-1]), w.of(AREAS, name), colour))
        if points is not None:
            left.plot(
                points["year"] + 0.5, points[name] / scale, "o", mfc="white", mec=colour, mew=1.4, ms=5.5
            )
    left.set_ylim(0, 1.14 * float(lines.high[["urban", "rural"]].to_numpy().max()))
    left.set_title(w.t(f"{heading(unit)} persons", f"{heading(unit)} người"))
    style.label_ends(left, ends)
    bands.fill(right, at, lines, "share", palette.INK)
    right.plot(at, share, color=palette.INK)
    seen = np.r_[lines.low["share"], lines.high["share"]]
    if points is not None:
        real_share = 100 * points["urban"] / (points["urban"] + points["rural"])
        right.plot(points["year"] + 0.5, real_share, "o", mfc="white", mec=palette.INK, mew=1.4, ms=5.5)
        above = float(real_share.iloc[-1]) > float(np.interp(points["year"].iloc[-1] + 0.5, at, share))
        right.annotate(
            w.t("official", "công bố"),
            (points["year"].iloc[-1] + 0.5, real_share.iloc[-1]),
            xytext=(-7, 3) if above else (-4, -9),  # a share that rises leaves room below its last points
            textcoords="offset points",
            fontsize=9,
            ha="right" if above else "center",
            va="bottom" if above else "top",
            color=palette.SOFT,
        )
        seen = np.r_[seen, real_share]
    low, high = float(seen.min()), float(seen.max())
    room = max(high - low, 1.0)
    right.set_ylim(max(0.0, low - 0.25 * room), min(100.0, high + 0.25 * room))
    style.break_axis(right, w)
    right.set_title(w.say(URBAN_SHARE))
    right.annotate(
        f" {style.percent(share[-1], 1, w)}",
        (at[-1], share[-1]),
        va="center",
        ha="left",
        fontweight="bold",
        fontsize=9.5,
        annotation_clip=False,
    )
    for ax in (left, right):
        style.years(ax, float(at[0]) - 0.15, float(at[-1]), 9, w=w)
        style.mark_reform(ax, run, label=ax is left)
    return fig
