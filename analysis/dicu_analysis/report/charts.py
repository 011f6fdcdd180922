"""Charts of the report, each drawn in the language asked for, with its numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from dicu_analysis.effects import Effect
from dicu_analysis.figures import palette, style
from dicu_analysis.figures.access_by_terrain import mean_access
from dicu_analysis.language import NARROW, SERVICES, TERRAINS, Words
from dicu_analysis.load import Run
from dicu_analysis.report import svg
from dicu_analysis.report.measures import OUTCOMES, Sheet
from dicu_analysis.report.saying import interval, interval_head, value
from dicu_analysis.report.svg import Drawing
from dicu_analysis.scalars import as_float

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WITHOUT: Final[Any] = (0, (2, 2))
"""Dash of the arm without the reform, which is drawn thin and grey beside the other."""
LABEL: Final = 31
"""Letters in a line of a label beside a bar: more would take the room of the bars."""
LEGEND: Final = 56
"""Letters in a line of a legend below a chart."""
HATCHES: Final = {
    "both_better": (palette.BETTER, ""),
    "office_worse_district_better": (palette.BETTER_PALE, "----"),
    "little": (palette.WITHIN, ""),
    "undecided": (palette.UNDECIDED, "...."),
    "office_better_district_worse": (palette.WORSE_PALE, "\\\\\\\\"),
    "both_worse": (palette.WORSE, "////"),
}


def reform_line(ax: Axes, w: Words, run: Run, reform: int) -> None:
    """The day the borders change."""
    at = float(run.year_at_end(reform - 1))
    ax.axvline(at, color=palette.INK, linewidth=0.9)
    ax.annotate(
        w.day_of(run.labels[reform]),
        (at, 1),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0),
        textcoords="offset points",
        va="top",
        fontsize=svg.SMALL,
        color=palette.SOFT,
    )


def years(ax: Axes, first: float, last: float) -> None:
    """Whole years on the axis."""
    ax.set_xlim(first, last)
    style.whole_years(ax, 6, to_the_edge=False)


def access(w: Words, sheet: Sheet, twin: Sheet | None, service: str, other: str) -> Drawing:
    """Access to one service by terrain over time; dotted grey beside each line: the other arm, as ``other`` names it."""
    run = sheet.run
    tables = [(mean_access(run), True)] + ([(mean_access(twin.run), False)] if twin else [])
    name = w.of(SERVICES, service)
    with svg.styled():
        fig = svg.canvas(3.0)
        ax = fig.subplots()
        ends = []
        for table, own in tables:
            for terrain in (t for t in sheet.groups if t != "all"):
                line = table[table["terrain"] == terrain].sort_values("step")
                at = run.year_at_end(line["step"].to_numpy())
                colour, dash = palette.TERRAIN[terrain]
                ax.plot(
                    at,
                    line[service],
                    color=colour if own else palette.WITHOUT,
                    linestyle=dash if own else WITHOUT,
                    linewidth=2.0 if own else 1.0,
                    zorder=3 if own else 2,
                )
                if own:
                    ends.append(
                        (float(at[-1]), float(line[service].iloc[-1]), w.of(TERRAINS, terrain), colour)
                    )
        years(
            ax,
            float(run.year_at_end(max(0, sheet.reform - 1 - 3 * run.steps_per_year))),
            float(run.year_at_end(len(run.labels) - 1)),
        )
        seen = [table.loc[table["step"] >= sheet.reform - 1, service].max() for table, _ in tables]
        ax.set_ylim(0, max(1.1, 1.05 * float(np.nanmax(seen))))
        svg.numbers(ax, w.num)
        reform_line(ax, w, run, sheet.reform)
        style.label_ends(ax, ends, gap=0.07)
        head = (w.t("terrain", "địa hình"), *(_moment(w, sheet, m) for m in sheet.moments.named()))
        by_terrain = tables[0][0].set_index(["step", "terrain"])[service]
        rows = [
            (
                w.of(TERRAINS, t),
                *(w.num(as_float(by_terrain[(s, t)]), 2) for s in sheet.moments.named().values()),
            )
            for t in sheet.groups
            if t != "all"
        ]
        title = w.t(
            f"Access to the {name}: index, 1 = at the door of an office at the norm",
            f"Mức tiếp cận {name}: chỉ số, 1 = ngay cạnh một cơ quan đạt định mức",
        )
        if service == "district_administration":
            title = w.t(
                "Access to what the district office did: index, 1 = at the door of an office at the norm",
                "Mức tiếp cận thủ tục trước đây do cấp huyện giải quyết: chỉ số, 1 = ngay cạnh một cơ quan đạt định mức",
            )
        picture = svg.to_svg(fig, title, told(head, rows))
    note = w.t(
        "Mean over persons where they live at the time.", "Trung bình theo người dân tại nơi họ sống khi đó."
    )
    if twin:
        note += " " + w.t(f"Thin dotted grey: {other}.", f"Nét chấm xám mảnh: {other}.")
    return Drawing(picture, title, note, head, tuple(rows))


def effects(
    w: Words,
    title: str,
    rows: Sequence[tuple[str, Effect]],
    *,
    digits: int,
    note: str,
    unit: str,
    smallest: float | None = None,
) -> Drawing:
    """Paired differences as points with their 95 % intervals; a hollow point has no interval (one pair only)."""
    with svg.styled():
        shown = [svg.wrapped(label, LABEL) for label, _ in rows]
        fig = svg.canvas(0.75 + 0.36 * len(rows) + 0.1 * sum(max(0, t.count("\n") - 1) for t in shown))
        ax = fig.subplots()
        for k, (_, e) in enumerate(rows):
            y = len(rows) - 1 - k
            if e.known:
                ax.plot([e.low, e.high], [y, y], color=palette.WITH, linewidth=2.4, solid_capstyle="butt")
            ax.plot(
                e.mean,
                y,
                "o",
                ms=6.5,
                mfc=palette.WITH if e.known else "white",
                mec=palette.WITH,
                mew=1.6,
            )
            ax.annotate(
                w.num(e.mean, digits, sign=True),
                (e.mean, y),
                xytext=(0, 5),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=svg.SMALL,
            )
        if smallest is not None:
            ax.axvspan(-smallest, smallest, color=palette.WITHIN, zorder=0)
        ax.axvline(0, color=palette.INK, linewidth=0.9, zorder=1)
        ax.set_yticks(range(len(rows)), shown[::-1])
        ax.set_ylim(-0.6, len(rows) - 0.35)
        ax.margins(x=0.14)
        ax.grid(visible=False, axis="y")
        ax.grid(visible=True, axis="x")
        ax.spines["left"].set_visible(False)
        ax.set_xlabel(unit)
        from matplotlib.ticker import MaxNLocator

        ax.xaxis.set_major_locator(MaxNLocator(nbins=5))
        svg.numbers(ax, lambda v, d: w.num(v, d, sign=True), "x")
        head = (
            w.t("what", "chỉ tiêu"),
            w.t("difference", "chênh lệch"),
            interval_head(w, max((e.n for _, e in rows), default=1)),
            w.t("replicates", "số lần lặp"),
        )
        table = tuple((label, value(w, e, digits), interval(w, e, digits), str(e.n)) for label, e in rows)
        picture = svg.to_svg(fig, title, told(head, table))
    return Drawing(picture, title, note, head, table)


def _outcome_words(w: Words, both: bool = True) -> dict[str, str]:
    """Names of what became of people's access, to two services or, in a country without districts, to one."""
    if not both:
        return {
            "both_better": w.t("better", "tốt hơn"),
            "little": w.t("changed by less than 0.05", "thay đổi chưa đến 0,05"),
            "undecided": w.t("not decided (interval holds 0.05)", "chưa kết luận (khoảng tin cậy chứa 0,05)"),
            "both_worse": w.t("worse", "kém đi"),
        }
    return {
        "both_better": w.t(
            "better in one or both, worse in neither", "tốt hơn ở một hoặc cả hai, không kém đi ở việc nào"
        ),
        "office_worse_district_better": w.t(
            "commune office worse, district business better",
            "trụ sở xã kém đi, thủ tục trước đây do cấp huyện giải quyết tốt hơn",
        ),
        "little": w.t("changed by less than 0.05 in both", "thay đổi chưa đến 0,05 ở cả hai việc"),
        "undecided": w.t("not decided (interval holds 0.05)", "chưa kết luận (khoảng tin cậy chứa 0,05)"),
        "office_better_district_worse": w.t(
            "commune office better, district business worse",
            "trụ sở xã tốt hơn, thủ tục trước đây do cấp huyện giải quyết kém đi",
        ),
        "both_worse": w.t(
            "worse in one or both, better in neither", "kém đi ở một hoặc cả hai, không tốt hơn ở việc nào"
        ),
    }


def outcome_bars(w: Words, table: pd.DataFrame, title: str, other: str, *, both: bool = True) -> Drawing:
    """Shares of people by what became of their access, a bar a terrain."""
    from matplotlib.patches import Patch

    words = _outcome_words(w, both)
    order = [
        k
        for k in HATCHES
        if k in OUTCOMES and k in words and (k != "undecided" or bool((table[k] > 0).any()))
    ]
    with svg.styled():
        fig = svg.canvas(1.9 + 0.42 * len(table))
        ax = fig.subplots()
        for k, (_, row) in enumerate(table.iterrows()):
            left = 0.0
            for kind in order:
                colour, hatch = HATCHES[kind]
                value = float(row[kind])
                ax.barh(
                    -k, value, 0.66, left=left, color=colour, hatch=hatch, edgecolor="white", linewidth=0.6
                )
                if value >= 8:
                    ax.text(
                        left + value / 2,
                        -k,
                        w.pct(value),
                        ha="center",
                        va="center",
                        fontsize=svg.SMALL,
                        bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.88},
                    )
                left += value
        ax.set_yticks([-k for k in range(len(table))], [w.of(TERRAINS, str(t)) for t in table.index])
        ax.set_xlim(0, 100)
        ax.grid(visible=False)
        ax.spines["left"].set_visible(False)
        svg.numbers(ax, w.pct, "x")
        handles = [
            Patch(
                facecolor=HATCHES[k][0],
                hatch=HATCHES[k][1],
                edgecolor="white",
                label=svg.wrapped(words[k], LEGEND),
            )
            for k in order
        ]
        fig.legend(
            handles=handles,
            loc="outside lower left",
            frameon=False,
            ncols=1,
            fontsize=svg.SMALL,
            handlelength=1.6,
            labelspacing=0.25,
        )
        head = (w.t("terrain", "địa hình"), *(words[k] for k in order))
        rows = tuple(
            (w.of(TERRAINS, str(t)), *(w.pct(float(r[k]), 1) for k in order)) for t, r in table.iterrows()
        )
        picture = svg.to_svg(fig, title, told(head, rows))
    note = w.t(
        f"Percent of people, where they lived before the reform. Better or worse: access differs by more than 0.05 "
        f"of the index from: {other}.",
        f"Phần trăm dân số, theo nơi ở ngay trước khi sắp xếp. Tốt hơn hoặc kém đi: mức tiếp cận lệch hơn 0,05 điểm chỉ số "
        f"so với: {other}.",
    )
    return Drawing(picture, title, note, head, rows)


def _moment(w: Words, sheet: Sheet, name: str) -> str:
    return w.period(sheet.run.labels[sheet.moments.named()[name]])


def told(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The numbers of a drawing in a sentence a row, for those who hear the page."""
    return "; ".join(
        f"{row[0]}: " + ", ".join(f"{h} {v}" for h, v in zip(head[1:], row[1:], strict=True)) for row in rows
    ).replace(NARROW, " ")
