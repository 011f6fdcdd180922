"""Work in the largest commuting areas over time: formal jobs, informality, offers to people elsewhere, pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from dicu_analysis import labour
from dicu_analysis.figures import bands, palette, style
from dicu_analysis.figures.work import of_the_country
from dicu_analysis.language import Text, Words
from dicu_analysis.load import Run
from dicu_analysis.replicates import Lines, over

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST: Final = 12
Line = tuple[str, str, palette.Dash]
COLUMNS: Final[tuple[tuple[Text, tuple[Line, ...], int], ...]] = (
    (
        Text(
            "Formal jobs; dashed: formal\nworkers; jobs at the start = 100",
            "Việc làm chính thức; nét đứt:\nlao động; việc đầu kỳ = 100",
        ),
        (("jobs", palette.FORMAL, palette.SOLID), ("having", palette.FORMAL, palette.DASHED)),
        0,
    ),
    (
        Text(
            "Informal, percent of workers\noutside farming", "Phi chính thức, % lao động\nngoài nông nghiệp"
        ),
        (("informality", palette.INFORMAL, palette.SOLID),),
        0,
    ),
    (
        Text(
            "Offers taken; dashed: made;\nper 100 formal jobs and year",
            "Chào việc được nhận; nét đứt:\nđã chào; trên 100 việc mỗi năm",
        ),
        (("made", palette.FORMAL, palette.DASHED), ("taken", palette.FORMAL, palette.SOLID)),
        1,
    ),
    (
        Text(
            "Pay, formal; dashed: informal;\nM VND per month",
            "Tiền công; nét đứt: phi chính\nthức; triệu đồng mỗi tháng",
        ),
        (
            ("pay_formal_mvnd_per_month", palette.FORMAL, palette.SOLID),
            ("pay_informal_mvnd_per_month", palette.INFORMAL, palette.DASHED),
        ),
        1,
    ),
)
"""Heading, lines and decimals; each with the number at its end."""


def _of_areas(run: Run, codes: list[str] | None = None) -> pd.DataFrame:
    """Sums by (step, area) of some areas (the largest by default), jobs and who has one over the jobs of the start."""
    of_the_country(run)
    made = labour.summed(run, labour.areas(run))
    codes = labour.largest(run, MOST) if codes is None else codes
    made = made[made.index.get_level_values("area").isin(codes)]
    start = made.xs(made.index.get_level_values("step").min(), level="step")["formal_jobs"]
    jobs = start.where(start > 0).reindex(made.index.get_level_values("area")).to_numpy()
    return made.assign(
        jobs=labour.PER * made["formal_jobs"] / jobs, having=labour.PER * made["formal_workers"] / jobs
    )


def draw(run: Run) -> Figure:
    """One row per area, the largest first, four small panels each on the same scale in every row."""
    of_the_country(run)
    codes = labour.largest(run, MOST)
    over_runs = over(run, lambda r: _of_areas(r, codes))
    table = over_runs.middle
    names = labour.area_names(run, codes)
    n = len(codes)
    last = table.index.get_level_values("step").max()
    end = table.xs(last, level="step")["informality"].dropna()
    w, say = run.words, run.told
    all_of_them = n == labour.areas(run).nunique()
    head = w.t(
        f"In {'all' if all_of_them else 'the'} {n} {'' if all_of_them else 'largest '}commuting areas",
        f"Ở {'cả ' if all_of_them else ''}{n} khu vực đi lại làm việc{'' if all_of_them else ' lớn nhất'}",
    )
    if n == 1:
        head = w.t("In the only commuting area", "Ở khu vực đi lại làm việc duy nhất")
    ended = w.step(run.labels[int(last)])
    title = (
        w.t(
            f"{head}, {_between(end, w)} % of workers outside farming have no formal job in {ended}",
            f"{head}, {_between(end, w)}% lao động ngoài nông nghiệp không có việc làm chính thức vào {ended}",
        )
        if len(end)
        else w.t(f"{head} nobody works outside farming", f"{head}, không ai làm việc ngoài nông nghiệp")
    )
    foot = [
        w.t(
            "Commuting areas are labour markets: a district with many urban residents and those whose seat is near "
            "enough (named by the former; + how many others), the largest by workers outside farming at the start.",
            "Khu vực đi lại làm việc là thị trường lao động: một huyện đông dân thành thị và các huyện có trụ sở đủ "
            "gần (gọi theo huyện trước; + số huyện còn lại), lớn nhất theo lao động ngoài nông nghiệp lúc đầu kỳ.",
        ),
        w.t(
            "Numbers are those of the end, as drawn. Offers are those of the recorded steps alone, so that single "
            "areas vary by luck. Pay: of an unskilled urban worker at the prices of the start, mean of their parts by "
            "workers outside farming.",
            "Số ghi là của cuối kỳ, như đã vẽ. Chào việc chỉ của các bước được ghi, nên từng khu vực dao động do ngẫu "
            "nhiên. Tiền công: của lao động giản đơn ở thành thị, giá lúc đầu kỳ, trung bình các phần theo lao động "
            "ngoài nông nghiệp.",
        ),
        *bands.foot(run),
        style.run_line(run),
    ]
    height = 2.7 + 0.78 * n
    fig, (bottom, top) = style.sheet(
        height,
        say(title),
        w.t(
            "At the end of the steps in which labour markets are recorded; scales are the same for all areas",
            "Cuối các bước có ghi thị trường lao động; mọi khu vực dùng cùng thang đo",
        ),
        [say(text) for text in foot],
    )
    inch = 1 / height
    grid = fig.add_gridspec(
        n, len(COLUMNS), left=0.185, right=0.955, bottom=bottom + 0.55 * inch, top=top - 0.6 * inch,
        wspace=0.34, hspace=0.28,
    )  # fmt: skip
    for c, (heading, lines, digits) in enumerate(COLUMNS):
        names_of = [name for name, _, _ in lines]
        values = np.stack([f[names_of].to_numpy(dtype=np.float64) for f in (over_runs.low, over_runs.high)])
        finite = values[np.isfinite(values)]
        limits = _limits(finite)
        for r, code in enumerate(codes):
            ax = fig.add_subplot(grid[r, c])
            of_area = over_runs.of(code, "area")
            _small(ax, run, of_area, lines, limits, digits)
            if r == 0:
                ax.set_title(say(w.say(heading)), fontsize=8.5)
            if r < n - 1:
                ax.set_xticklabels([])
                ax.set_xlabel("")
            if c == 0:
                ax.annotate(
                    names[code], (-0.2, 0.5), xycoords="axes fraction", ha="right", va="center", fontsize=8.5
                )
    return fig


def _between(values: pd.Series, w: Words) -> str:
    low, high = (w.num(float(v)) for v in (values.min(), values.max()))
    return low if low == high else w.t(f"{low} to {high}", f"{low} đến {high}")


def _limits(values: np.ndarray) -> tuple[float, float]:
    """From a little below the lowest to a little above the highest value, never below 0."""
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    room = max(high - low, 0.05 * abs(high), 1e-9)
    return max(0.0, low - 0.1 * room), high + 0.1 * room


def _small(
    ax: Axes, run: Run, of_area: Lines, lines: tuple[Line, ...], limits: tuple[float, float], digits: int
) -> None:
    area = of_area.middle
    at = run.year_at_end(area.index.to_numpy())
    ax.set_ylim(*limits)
    style.years(ax, float(at[0]) - 0.15, float(at[-1]), 4, w=run.words)
    style.mark_reform(ax, run, label=False)
    ends = []
    for name, colour, dash in lines:
        values = area[name].to_numpy(dtype=np.float64)
        there = np.isfinite(values)
        if not there.any():
            continue
        marker = "o" if there.sum() == 1 else ""
        bands.fill(ax, at, of_area, name, colour)
        ax.plot(at[there], values[there], color=colour, linestyle=dash, linewidth=1.5, marker=marker, ms=3)
        ends.append((float(at[there][-1]), float(values[there][-1]), colour))
    low, high = limits
    above = sorted(ends, key=lambda e: e[1])
    ys: list[float] = []
    for _, y, _ in above:
        ys.append(max(y, ys[-1] + 0.26 * (high - low)) if ys else y)
    for (x, value, colour), y in zip(above, ys, strict=True):
        ax.annotate(
            f" {run.words.num(value, digits)}", (x, y), va="center", ha="left", fontsize=7.5,
            color=palette.text(colour), annotation_clip=False,
        )  # fmt: skip
    ax.tick_params(labelsize=7.5)
    ax.xaxis.label.set_fontsize(8)
