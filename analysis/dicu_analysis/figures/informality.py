"""Workers without a formal job by province and year, beside the labour force survey."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from dicu_analysis import labour
from dicu_analysis.figures import names, palette, style
from dicu_analysis.load import Run
from dicu_analysis.scalars import as_float

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW: Final = 4
"""Panels in a row."""


def draw(run: Run) -> Figure:
    """One panel per year: a circle per province, official across and simulated upwards.

    Raises
    ------
    style.NothingToDraw
        For another country, which has no survey to stand beside, and for a run of other years.
    """
    if not run.is_real or labour.districts(run).empty:
        raise style.NothingToDraw(f"{run.folder}: no survey of work to set beside it")
    told = labour.compared(run)
    if told.empty:
        raise style.NothingToDraw(f"{run.folder}: no year of the survey has its middle in it")
    mine, (theirs, cited) = labour.informality(run), labour.official_informality()
    years = [int(year) for year in told.index]
    one, two = told.iloc[0], told.iloc[-1]
    w = run.words
    ends = [
        w.t(f"{mine_of} in {year} (survey {survey})", f"{mine_of} năm\u00a0{year} (điều tra: {survey})")
        for year, mine_of, survey in (
            (year, *(style.percent(as_float(row[key]), 1, w) for key in ("simulated", "official")))
            for year, row in ((years[0], one), (years[-1], two))
        )
    ]
    said = w.t(" and ", " và ").join(ends[: len(set(years))])
    low_r, high_r = w.num(told["r"].min(), 2), w.num(told["r"].max(), 2)
    between = low_r if len(years) == 1 else w.t(f"{low_r} to {high_r}", f"{low_r} đến {high_r}")
    title = w.t(
        f"Workers without a formal job: {said}; over provinces r = {between}",
        f"Lao động không có việc làm chính thức: {said}; hệ số tương quan qua các tỉnh r = {between}",
    )
    cited = names.sources(cited, w)
    foot = [
        w.t(
            "Percent of all workers, farmers among them; circles: provinces before the merger, cross: the country, "
            "whose difference in points stands above. Simulated: between recorded steps on the straight line, at "
            "mid-year.",
            "Phần trăm mọi lao động, kể cả nông nghiệp; vòng tròn: tỉnh trước khi sáp nhập, dấu chéo: cả nước, chênh "
            "lệch tính bằng điểm phần trăm ghi phía trên. Mô phỏng: giữa các bước được ghi tính theo đường thẳng, vào "
            "giữa năm.",
        ),
        w.t(
            f"Official: all employed, {cited}. Formal jobs by province start from these figures and grow partly as "
            "they do from the first to the last year: agreement is in part by construction. The survey's definition of "
            "who is employed changed in 2021.",
            f"Điều tra: mọi người có việc làm, {cited}. Việc làm chính thức theo tỉnh bắt đầu từ các số liệu này và "
            "tăng một phần như chúng từ năm đầu đến năm cuối: mức khớp một phần là do cách lập. Định nghĩa người có "
            "việc làm của điều tra thay đổi năm 2021.",
        ),
        style.run_line(run),
    ]
    rows = -(-len(years) // ROW)
    height = 1.9 + 3.05 * rows
    fig, (bottom, top) = style.sheet(
        height,
        title,
        w.t(
            "Share of workers without a formal job, percent, simulated over official",
            "Tỷ lệ lao động không có việc làm chính thức, phần trăm: mô phỏng (trục đứng) và điều tra (trục ngang)",
        ),
        foot,
    )
    inch = 1 / height
    grid = fig.add_gridspec(
        rows, ROW, left=0.06, right=0.985, bottom=bottom + 0.45 * inch, top=top - 0.35 * inch, hspace=0.42,
        wspace=0.25,
    )  # fmt: skip
    both = np.concatenate([frame[years].to_numpy().ravel() for frame in (mine, theirs)])
    low = 5 * np.floor(np.nanmin(both) / 5) - 2
    for k, year in enumerate(years):
        ax = fig.add_subplot(grid[k // ROW, k % ROW])
        r, off = (as_float(told.at[year, name]) for name in ("r", "difference"))
        _panel(ax, _by_code(theirs[year]), _by_code(mine[year]), float(low))
        r_of, nation = w.num(r, 2), w.num(off, 1, sign=True)
        head = w.t(f"{year}: r = {r_of}, country {nation}", f"{year}: r = {r_of}, cả nước {nation}")
        ax.set_title(head, fontsize=9.5)
        if k // ROW == rows - 1 or k + ROW >= len(years):
            ax.set_xlabel(w.t("official", "điều tra"))
        if k % ROW == 0:
            ax.set_ylabel(w.t("simulated", "mô phỏng"))
    return fig


def _by_code(values: pd.Series) -> dict[str, float]:
    return {str(code): float(value) for code, value in values.items()}


def _panel(ax: Axes, official: dict[str, float], simulated: dict[str, float], low: float) -> None:
    ax.plot([low, 100], [low, 100], color=palette.SOFT, linewidth=0.8, zorder=1)
    codes = [code for code in simulated if code and code in official]
    ax.scatter(
        [official[c] for c in codes], [simulated[c] for c in codes], s=18, facecolors="none",
        edgecolors=palette.WITH, linewidths=1.0, zorder=3,
    )  # fmt: skip
    ax.scatter(official[""], simulated[""], s=70, marker="x", color=palette.INK, linewidths=2.0, zorder=4)
    ax.set_xlim(low, 100)
    ax.set_ylim(low, 100)
    ax.set_aspect("equal")
    ax.grid(axis="x", color=palette.GRID)
