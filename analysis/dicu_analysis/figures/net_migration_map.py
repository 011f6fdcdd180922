"""Net migration by province on a map, before and after the reform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from dicu.world.geometry import Ring
from dicu_analysis import seed_spread
from dicu_analysis.borders import UnknownBorders
from dicu_analysis.figures import palette, style
from dicu_analysis.figures.names import heading
from dicu_analysis.figures.placing import label_apart
from dicu_analysis.figures.province_map import (
    HATCH,
    Filling,
    classed,
    draw_map,
    matching_outlines,
    plain_name,
)
from dicu_analysis.flows import rates
from dicu_analysis.load import Map, Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EDGES: Final = np.array([-20.0, -10.0, -5.0, -2.0, 0.0, 2.0, 5.0, 10.0, 20.0])
"""Edges of the classes, per 1,000 residents and year: the same for every run, so that maps can be compared."""
MOST_NAMED: Final = 3
"""Provinces that are named together where luck may have decided which of them comes first."""


@dataclass(frozen=True, eq=False)
class Panel:
    """One map: rates by unit of one set of borders over one period.

    Attributes
    ----------
    borders : Map
    period : (first, last) labels
    table : DataFrame
        As `dicu_analysis.flows.rates` makes it; the mean over runs.
    sd : Series by code
        Standard deviation over seeds of each rate (of their mean over runs).
    note : str
        Why these are not the borders in force, where they are not.
    """

    borders: Map
    period: tuple[str, str]
    table: pd.DataFrame
    sd: pd.Series[float]
    note: str = ""

    @property
    def net(self) -> pd.Series[float]:
        """Net migration per 1,000 residents a year, by province code."""
        return self.table["net_per_1000_a_year"]

    @property
    def within(self) -> pd.Series[bool]:
        """Provinces whose net rate luck alone may have made."""
        return self.net.abs() <= seed_spread.TIMES * self.sd

    @property
    def gaining(self) -> int:
        """Provinces that gain people, beyond luck."""
        return int(((self.net > 0) & ~self.within).sum())

    @property
    def losing(self) -> int:
        """Provinces that lose people, beyond luck."""
        return int(((self.net < 0) & ~self.within).sum())


def panels(run: Run, others: Sequence[Run] = ()) -> list[Panel]:
    """Before and after the reform (or where it would have been), each on the borders in force at its end.

    Parameters
    ----------
    others : sequence of Run
        Replicates: the same run with other seeds.

    Returns
    -------
    list of Panel
        One where the run has no step before, none without any step.
    """
    cut, labels = run.comparison_step, run.labels
    made = []
    for first, last in ((1, min(cut, len(labels)) - 1), (max(cut, 1), len(labels) - 1)):
        if first > last:
            continue
        period = (labels[first], labels[last])
        made.append(_panel(run, others, last, period))
    return made


def _panel(run: Run, others: Sequence[Run], last: int, period: tuple[str, str]) -> Panel:
    borders: Map = last
    note = ""
    try:
        tables = [rates(r, "province", borders, period) for r in (run, *others)]
    except (UnknownBorders, ValueError) as error:
        borders, note = (
            "legacy",
            run.told(
                run.words.t(
                    f"Provinces of the start, since those of {period[1]} cannot be counted ({error}).",
                    f"Các tỉnh lúc đầu kỳ, vì không đếm được theo các tỉnh của {run.words.step(period[1])} ({error}).",
                )
            ),
        )
        tables = [rates(r, "province", borders, period) for r in (run, *others)]
    table = sum(tables[1:], tables[0]) / len(tables)
    first = run.labels.index(period[0])
    years = (last - first + 1) / run.steps_per_year
    sd = seed_spread.of_rates(table["residents"], int(run.manifest["weight"]), years) / np.sqrt(len(tables))
    return Panel(borders, period, table, pd.Series(sd, index=table.index), note)


def draw(run: Run) -> Figure:
    """Two maps on one diverging symmetric scale; provinces that lose people are also hatched."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.patches import Patch

    w, shown = run.words, panels(run)
    colours, norm = classed(EDGES, palette.gains(len(EDGES) + 1))
    outlines = matching_outlines(run)
    foot = [
        w.t(
            "The same recorded moves counted on each map: what a merger makes internal is no longer counted, and "
            "nobody moves because a border does. Rates per 1,000 mean residents of the period.",
            "Cùng các lượt di chuyển đã ghi, đếm trên từng bản đồ: lượt nào thành nội tỉnh do sáp nhập thì không còn "
            "được tính, và không ai chuyển đi chỉ vì địa giới thay đổi. Tỷ suất trên 1.000 dân trung bình của giai "
            "đoạn.",
        ),
        luck(run),
        *dict.fromkeys(p.note for p in shown if p.note),
        (_outlines_of(run) if outlines else "")
        + w.t(
            "Choice of destination, costs and networks are assumptions: see the parameters in config.yaml.",
            "Cách chọn nơi đến, chi phí và mạng lưới là giả định: xem các tham số trong config.yaml.",
        ),
        style.run_line(run),
    ]
    fig, (bottom, top) = style.sheet(
        8.4,
        finding(run, shown),
        run.told(
            w.t(
                "Net migration by province, per 1,000 residents a year",
                "Di cư thuần theo tỉnh, trên 1.000 dân mỗi năm",
            )
        ),
        foot,
    )
    height = top - bottom - 0.06
    for k, panel in enumerate(shown):
        ax = fig.add_axes((0.02 + 0.425 * k, bottom + 0.015, 0.41, height))
        draw_map(ax, run, Filling(panel.net, panel.borders, colours, norm, panel.within), outlines)
        n, early, late = len(panel.table), *(w.step(label) for label in panel.period)
        title = w.t(f"{n} provinces, {early} to {late}", f"{n} tỉnh, thành phố, {early} đến {late}")
        ax.set_title(run.told(title), loc="left", x=0.02)
        _name_extremes(ax, run, panel, outlines)
    bar = fig.add_axes((0.895, bottom + 0.17, 0.016, height - 0.3))
    scale = fig.colorbar(
        ScalarMappable(norm, colours), cax=bar, extend="both", ticks=EDGES, spacing="uniform"
    )
    scale.ax.set_yticklabels([w.num(e, sign=True) for e in EDGES])
    scale.outline.set_visible(False)
    bar.text(
        0, 1.09, w.t("gains people", "di cư thuần\ndương"), transform=bar.transAxes, fontsize=9, va="bottom"
    )
    loses = w.t("loses people\n(hatched)", "di cư thuần âm\n(gạch chéo)")
    bar.text(0, -0.09, loses, transform=bar.transAxes, fontsize=9, va="top")
    fig.legend(
        handles=[
            Patch(
                facecolor=palette.PAPER,
                edgecolor=palette.SOFT,
                hatch=HATCH,
                label=w.t("net loss", "di cư thuần âm"),
            ),
            Patch(
                facecolor=palette.WITHIN,
                edgecolor=palette.SOFT,
                linewidth=0.4,
                label=w.t("luck alone may do it", "có thể chỉ do ngẫu nhiên"),
            ),
        ],
        loc="lower right",
        bbox_to_anchor=(0.995, bottom + 0.005),
        frameon=False,
        fontsize=9,
    )
    return fig


def _outlines_of(run: Run) -> str:
    w = run.words
    if run.terms.own:
        return w.t("Outlines: the country's own. ", "Đường biên: theo tệp của đất nước này. ")
    return w.t(
        "Outlines: Natural Earth 1:10m, public domain; coarse. ",
        "Đường biên: Natural Earth 1:10m, phạm vi công cộng; sơ lược. ",
    )


def luck(run: Run) -> str:
    """How it was decided what luck may have done, for the foot of a figure."""
    w, weight = run.words, int(run.manifest["weight"])
    times, rows, basis = w.num(seed_spread.TIMES), w.num(weight), seed_spread.basis(run, w)
    return w.t(
        f"Grey: within {times} standard deviations of what another seed changes at one row for "
        f"{rows} household{'s' if weight > 1 else ''} ({basis.en}; data/seed_spread.csv).",
        f"Màu xám: không quá {times} độ lệch chuẩn của thay đổi do hạt giống ngẫu nhiên (seed) khác, khi mỗi dòng đại "
        f"diện {rows} hộ ({basis.vi}; data/seed_spread.csv).",
    )


def leaders(values: pd.Series[float], sd: pd.Series[float]) -> list[str]:
    """Units that may have the largest value: all that luck does not tell from the one that has it here.

    Two are told apart where they differ by more than `seed_spread.TIMES` standard deviations of their difference.
    """
    known = values.dropna().sort_values(ascending=False, kind="stable")
    if known.empty:
        return []
    top = known.index[0]
    apart = seed_spread.TIMES * np.hypot(sd[known.index], float(sd[top]))
    return [str(c) for c in known.index[(known.iloc[0] - known) <= apart]]


def _extremes(panel: Panel) -> dict[str, list[str]]:
    """Provinces that may gain most and those that may lose most; none where luck leaves too many of them."""
    made = {}
    for word, sign in (("gain", 1), ("lose", -1)):
        most = leaders(sign * panel.net, panel.sd)
        sure = [c for c in most if sign * panel.net[c] > 0 and not panel.within[c]]
        made[word] = most if len(most) <= MOST_NAMED and sure == most else []
    return made


def _name_extremes(ax: Axes, run: Run, panel: Panel, outlines: dict[str, list[Ring]]) -> None:
    """Name the provinces that gain and lose most, with a line to the middle of their people."""
    names = run.names("province", panel.borders)
    places = run.world_places
    unit = np.asarray(run.unit_of_place("province", panel.borders)).astype(str)
    points = places[["longitude", "latitude"]].to_numpy(dtype=np.float64)
    land = np.concatenate([points, *(ring for rings in outlines.values() for ring in rings)])
    for code in dict.fromkeys(c for most in _extremes(panel).values() for c in most):
        mine = unit == code
        lon, lat = np.average(points[mine], axis=0, weights=places["residents"].to_numpy()[mine] + 1.0)
        rate = run.words.num(float(panel.net[code]), _digits(panel.sd[code]), sign=True)
        text = f"{plain_name(names[code])} {rate}"
        label_apart(ax, text, (float(lon), float(lat)), land, palette.INK)


def _digits(sd: float) -> int:
    return seed_spread.digits(sd, 1)


def finding(run: Run, shown: Sequence[Panel]) -> str:
    """What holds over seeds: how many provinces gain and lose beyond luck, and who leads where that is sure."""
    w = run.words
    if not shown or all(p.table["in_persons"].sum() == 0 for p in shown):
        return run.told(
            w.t(
                "Nobody moved from one province to another in this period",
                "Không ai chuyển từ tỉnh này sang tỉnh khác trong giai đoạn này",
            )
        )
    counted = [
        w.t(
            f"{p.gaining} of {len(p.table)} provinces gain people and {p.losing} lose them, beyond luck",
            f"{p.gaining} trong {len(p.table)} tỉnh, thành phố có di cư thuần dương và {p.losing} có di cư thuần âm, "
            "ngoài phạm vi ngẫu nhiên",
        )
        for p in shown
    ]
    begins, last = w.step(shown[-1].period[0]), shown[-1]
    if len(shown) == 1:
        ends = w.step(last.period[1])
        text = w.t(f"{begins} to {ends}: {counted[0]}", f"{heading(begins)} đến {ends}: {counted[0]}")
    else:
        made = run.reform_step is not None
        what = w.t("the reform", "khi sắp xếp") if made else begins
        n = len(last.table)
        text = w.t(
            f"Before {what} {counted[0]}; after it {last.gaining} of {n} gain and {last.losing} lose them",
            f"Trước {what}, {counted[0]}; sau đó {last.gaining} trong {n} dương và {last.losing} âm",
        )
    text = run.told(text)
    names = run.names("province", last.borders)
    for word, most in _extremes(last).items():
        if most:
            named = style.either([plain_name(names[c]) for c in most], w)
            values = ", ".join(w.num(float(last.net[c]), _digits(last.sd[c]), sign=True) for c in most)
            text += w.t(
                f"; {named} {word}{'s' if len(most) == 1 else ''} most ({values})",
                f"; {named} {'tăng' if word == 'gain' else 'giảm'} nhiều nhất ({values})",
            )
    return text
