"""Who moves between urban and rural places, over time and beside published shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from dicu_analysis import labour, official
from dicu_analysis.figures import bands, palette, style
from dicu_analysis.figures.names import sources
from dicu_analysis.language import Text, Words
from dicu_analysis.load import Run
from dicu_analysis.replicates import Lines, over
from dicu_analysis.scalars import as_float

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WORDS: Final = {
    "rural_to_urban": Text("rural to urban", "nông thôn ra thành thị"),
    "urban_to_urban": Text("urban to urban", "thành thị đến thành thị"),
    "urban_to_rural": Text("urban to rural", "thành thị về nông thôn"),
    "rural_to_rural": Text("rural to rural", "nông thôn đến nông thôn"),
}
PARTS: Final = {
    "rural to urban": ("rural_to_urban",),
    "urban to urban": ("urban_to_urban",),
    "to rural": ("urban_to_rural", "rural_to_rural"),
}
"""The parts that are published, of the streams that are simulated."""
NAMES: Final = {
    "rural to urban": WORDS["rural_to_urban"],
    "urban to urban": WORDS["urban_to_urban"],
    "to rural": Text("to rural", "đến nông thôn"),
}
"""What the published parts are called."""
PUBLISHED: Final = {
    2009: Text("published,\n2004\u201309", "công bố,\n2004\u201309"),
    2020: Text("published,\n12 months to\nApril 2020", "công bố,\n12 tháng đến\ntháng 4/2020"),
}
LEAST_WRITTEN: Final = 4.0
"""Percent from which a part of a bar has room for its number."""
SURVEYED: Final = (2019.25, 2020.25)
"""The twelve months before the survey of April 2020."""


def by_year(run: Run) -> pd.DataFrame:
    """Percent of persons who moved, by way (columns) and calendar year (index); years without a move are left out.

    Raises
    ------
    style.NothingToDraw
        When nobody moved, or ways were not counted.
    """
    persons = labour.streams(run)
    if persons.empty or not persons.to_numpy().sum():
        raise style.NothingToDraw(f"{run.folder}: nobody moved, or ways were not counted")
    year = np.floor(run.year_at_end(persons.index.to_numpy()) - 1e-9).astype(int)
    total = persons.groupby(year).sum()
    total = total[total.sum(axis=1) > 0]
    return total.div(total.sum(axis=1), axis=0) * labour.PER


def bars(run: Run) -> dict[str, pd.Series]:
    """Percent by published part: what is published, the same months simulated, the first and the last year of the run.

    Simulated shares are those of the mean persons of a run and its replicates.

    Published shares stand beside runs of the real country alone.
    """
    w, persons = run.words, over(run, labour.streams).middle
    ends = run.year_at_end(persons.index.to_numpy())
    made = {}
    if run.is_real:
        figures = official.figures("streams")
        for year, published in PUBLISHED.items():
            of = figures[figures["year"] == year].set_index("key")["value"]
            made[w.say(published)] = of[list(PARTS)].astype(float)
    windows = {}
    n = run.steps_per_year
    same = (ends > SURVEYED[0] + 1e-9) & (ends <= SURVEYED[1] + 1e-9)
    if run.is_real and same.sum() == n:
        months = w.t("simulated,\n12 months to\nApril 2020", "mô phỏng,\n12 tháng đến\ntháng 4/2020")
        windows[months] = same
    else:
        end = w.step(run.labels[min(n, len(ends))])
        told = w.t(f"simulated,\nfirst year\n(to {end})", f"mô phỏng,\nnăm đầu (đến\n{end})")
        windows[told] = np.arange(len(ends)) < n
    if len(ends) > n:
        end = w.step(run.labels[-1])
        told = w.t(f"simulated,\nlast year\n(to {end})", f"mô phỏng,\nnăm cuối (đến\n{end})")
        windows[told] = np.arange(len(ends)) >= len(ends) - n
    for label, chosen in windows.items():
        share = labour.shares(persons[chosen])
        if share.notna().all():
            made[label] = pd.Series({part: share[list(ways)].sum() for part, ways in PARTS.items()})
    return made


def draw(run: Run) -> Figure:
    """Left: shares of the four ways by year. Right: as they are published, beside the run."""
    w, lines = run.words, over(run, by_year)
    years = lines.middle
    beside = bars(run)
    first, last = years.iloc[0], years.iloc[-1]
    said = []
    for way, words in list(WORDS.items())[:2]:
        of, then = w.say(words), style.percent(as_float(first[way]), 0, w)
        text = w.t(f"{then} {of} in {years.index[0]}", f"{then} {of} năm\u00a0{years.index[0]}")
        if len(years) > 1:
            now = style.percent(as_float(last[way]), 0, w)
            text += w.t(f", {now} in {years.index[-1]}", f", {now} năm\u00a0{years.index[-1]}")
        said.append(text)
    title = w.t(f"Of persons who move: {'; '.join(said)}", f"Trong số người di chuyển: {'; '.join(said)}")
    foot = [
        w.t(
            "Simulated: every person who moves from one place to another, mostly to another commune; urban: places in "
            "wards and townships at the start, whatever they become later. The first and the last year may be cut "
            "short.",
            "Mô phỏng: mọi người chuyển từ địa điểm này sang địa điểm khác, phần lớn sang xã khác; thành thị: địa điểm "
            "là phường hoặc thị trấn khi bắt đầu mô phỏng, giữ cố định. Năm đầu và năm cuối có thể không đủ cả năm.",
        ),
    ]
    if run.is_real:
        cited = sources(official.cited("streams"), w)
        foot.append(
            w.t(
                f"Published: {cited}; press texts, which do not say which moves count; five-year and "
                "twelve-month migrants are different people. To rural: what the two other shares leave of 100.",
                f"Công bố: {cited}; báo chí không nói rõ di chuyển nào được tính; người di cư trong 5 năm và trong 12 "
                "tháng là những người khác nhau. Đến nông thôn: phần còn lại của 100 sau hai tỷ lệ kia.",
            )
        )
    foot += [*bands.foot(run), style.run_line(run)]
    fig, (bottom, top) = style.sheet(
        6.2,
        run.told(title),
        w.t("Percent of all persons who moved", "Phần trăm tổng số người di chuyển"),
        [run.told(text) for text in foot],
    )
    grid = fig.add_gridspec(
        1,
        2,
        left=0.05,
        right=0.985,
        bottom=bottom + 0.15,
        top=top - 0.08,
        wspace=0.34,
        width_ratios=(1.15, 1),
    )
    _lines(fig.add_subplot(grid[0]), run, lines)
    _bars(fig.add_subplot(grid[1]), beside, w)
    return fig


def _lines(ax: Axes, run: Run, lines: Lines) -> None:
    w, years = run.words, lines.middle
    at = years.index.to_numpy(dtype=np.float64) + labour.MIDYEAR
    ends = []
    for way, words in WORDS.items():
        colour, dash = palette.BETWEEN[way]
        bands.fill(ax, at, lines, way, colour)
        ax.plot(at, years[way], color=colour, linestyle=dash, marker="o", ms=3.5)
        ends.append(
            (float(at[-1]), float(years[way].iloc[-1]), _in_two(w.say(words)) if w.vi else words.en, colour)
        )
    ax.set_ylim(0, 1.1 * float(lines.high.to_numpy().max()))
    ax.set_title(w.t("By calendar year, simulated", "Theo năm dương lịch, mô phỏng"))
    style.years(ax, float(at[0]) - 0.5, float(at[-1]), 7, w=w)
    style.mark_reform(ax, run)
    style.label_ends(ax, ends, gap=0.12 if w.vi else 0.06)


def _in_two(name: str) -> str:
    """A name of four words in two lines."""
    words = name.split()
    return " ".join(words[:3]) + "\n " + " ".join(words[3:])


def _bars(ax: Axes, beside: dict[str, pd.Series], w: Words) -> None:
    looks = {
        "rural to urban": palette.BETWEEN["rural_to_urban"][0],
        "urban to urban": palette.BETWEEN["urban_to_urban"][0],
        "to rural": palette.BETWEEN["rural_to_rural"][0],
    }
    at, known = np.arange(len(beside)), {w.say(text) for text in PUBLISHED.values()}
    below = np.zeros(len(beside))
    for part, colour in looks.items():
        values = np.array([shares[part] for shares in beside.values()])
        drawn = ax.bar(at, values, 0.72, below, color=colour, edgecolor="white", label=w.say(NAMES[part]))
        for k, (patch, label) in enumerate(zip(drawn, beside, strict=True)):
            published = label in known
            if published:
                patch.set_hatch("//")
            if values[k] >= LEAST_WRITTEN:
                ax.annotate(
                    w.num(float(values[k]), int(published)),
                    (at[k], below[k] + values[k] / 2),
                    ha="center",
                    va="center",
                    fontsize=9.5,
                    fontweight="bold",
                    color=palette.on(colour),
                    bbox={"facecolor": colour, "edgecolor": "none", "pad": 1.2},
                )
        below += values
    ax.set_xticks(at, list(beside), fontsize=9)
    ax.set_ylim(0, 100)
    ax.set_title(
        w.t("Beside what is published", "So với số liệu công bố")
        if len(beside) > 2
        else w.t("First and last year", "Năm đầu và năm cuối")
    )
    room: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.2)}
    if w.vi:  # wider than the bars: room is to their left
        room = {"loc": "upper right", "bbox_to_anchor": (1.015, -0.2), "columnspacing": 1.2}
    ax.legend(frameon=False, ncols=3, fontsize=9, handlelength=1.2, **room)
