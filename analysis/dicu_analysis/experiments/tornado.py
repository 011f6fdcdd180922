"""How far each assumption moves an effect: bars from the value as declared to those at the ends of its range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dicu_analysis.experiments import stored
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.pictures import finish, line
from dicu_analysis.experiments.result import Figure, Robust, SignGrid, Tile
from dicu_analysis.figures.palette import INK, PAPER, SOFT, WITH, WITH_PALE
from dicu_analysis.figures.style import sheet, styled
from dicu_analysis.language import Text, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME: Final = "tornado"
"""How the file of such a figure ends."""
CASES_GRID: Final = 1
"""Which grid of an outcome holds assumptions one at a time; its first row is the default."""
_LINE: Final = 0.235
"""Inches a bar."""


@dataclass(frozen=True)
class Bar:
    """One assumption: its name, and the values tried with what each gave."""

    name: Text
    ends: tuple[tuple[str, Tile], ...]

    def reach(self, default: float) -> float:
        """The farthest that it moves the effect."""
        return max(abs(t.effect - default) for _, t in self.ends if t.effect is not None)


def bars(cases: SignGrid, column: int) -> tuple[Tile, list[Bar]] | None:
    """The default and the assumptions of a column, the one that moves most first; None where nothing was run."""
    default = cases.tiles[0][column]
    if default is None or default.effect is None:
        return None
    found: dict[str, tuple[Text, list[tuple[str, Tile]]]] = {}
    for text, row in zip(cases.rows[1:], cases.tiles[1:], strict=True):
        tile = row[column]
        if tile is None or tile.effect is None:
            continue
        en, _, value = text.en.rpartition(": ")
        name = Text(en, text.vi.rpartition(": ")[0])
        found.setdefault(en, (name, []))[1].append((value, tile))
    made = [Bar(name, tuple(ends)) for name, ends in found.values()]
    effect = default.effect
    return (default, sorted(made, key=lambda b: -b.reach(effect))) if made else None


def draw(ax: Axes, default: Tile, listed: Sequence[Bar | None], w: Words) -> None:
    """Bars from the default to each end with 95 % intervals; the value of the assumption stands at its end.

    Where both ends lie on one side of the default their values stand together beyond the farther one.
    """
    assert default.effect is not None
    ax.axvline(0, color=INK, linewidth=1.4, zorder=1)
    ax.axvline(default.effect, color=SOFT, linewidth=1.0, linestyle=(0, (2, 2)), zorder=1)
    for k, bar in enumerate(listed):
        if bar is None:
            continue
        for more in (True, False):
            side = [
                (v, t) for v, t in bar.ends if t.effect is not None and (t.effect >= default.effect) == more
            ]
            side.sort(key=lambda end: abs((end[1].effect or 0.0) - (default.effect or 0.0)))
            if side:
                _side(ax, k, default.effect, side, w)
    ax.set_yticks(
        [-k for k in range(len(listed))], ["" if b is None else stored.say(w, b.name) for b in listed]
    )
    ax.tick_params(axis="y", labelsize=8)
    ax.set_ylim(-len(listed) + 0.4, 0.6)
    ax.margins(x=0.24)
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")


def _side(ax: Axes, k: int, default: float, side: Sequence[tuple[str, Tile]], w: Words) -> None:
    """The ends of line k on one side of the default, the farthest last."""
    more = (side[-1][1].effect or 0.0) >= default
    edge = default
    for _, tile in reversed(side):
        effect, (low, high) = tile.effect or 0.0, tile.interval
        ax.barh(-k, effect - default, left=default, height=0.62, color=WITH if more else WITH_PALE, zorder=2)
        ends = [effect]
        if low is not None and high is not None:
            ax.plot([low, high], [-k, -k], color=INK, linewidth=0.9, zorder=3)
            ends = [low, high]
        edge = max(edge, *ends) if more else min(edge, *ends)
    values = list(dict.fromkeys(_value(value, w) for value, _ in side))
    ax.annotate(
        w.t(", ", "; ").join(values if more else values[::-1]), (edge, -k), xytext=(3 if more else -3, 0),
        textcoords="offset points", va="center", ha="left" if more else "right", fontsize=7.5, color=INK, zorder=4,
        bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.4},
    )  # fmt: skip


def _value(value: str, w: Words) -> str:
    """A value of an assumption as the language writes it: "0,6", "4 quý"."""
    return stored.say(w, Text(value, w.signs(value)))


def picture(
    folder: Path,
    name: str,
    title: str,
    robust: Sequence[Robust],
    columns: Sequence[int],
    sweep: FinishedSweep,
    version: str,
    w: Words,
) -> Figure | None:
    """A panel an outcome (down) and column of its table of cases (across); None where no case was run.

    Parameters
    ----------
    columns : sequence of int
        Of the tables of cases, which are alike for all outcomes.
    sweep : FinishedSweep
        One of those that the cases are of, whose time and rows are told.
    """
    panels = [
        (x, c, found)
        for x in robust
        if len(x.grids) > CASES_GRID
        for c in columns
        if (found := bars(x.grids[CASES_GRID], c)) is not None
    ]
    if not panels:
        return None
    across = len({c for _, c, _ in panels})
    down = [[p for p in panels if p[0] is x] for x in {id(p[0]): p[0] for p in panels}.values()]
    heights = [_LINE * max(len(found[1]) for _, _, found in row) for row in down]
    gap, label = 0.86, 0.29
    time, weight = sweep.config["time"], sweep.config["population"]["weight"]
    n = sweep.replicates
    foot = [
        w.t(
            f"Simulated with dicu {version}: {time['start']} to {time['end']}, each row stands for {weight:,} "
            f"households; {n} replicates an arm, arms of a replicate share their luck. One assumption at a time at "
            "both ends of its declared range (A140). Thin lines: 95 % intervals. Not a forecast.",
            f"Mô phỏng bằng dicu {version}: {w.step(time['start'])} đến {w.step(time['end'])}, mỗi dòng đại diện "
            f"{w.num(weight)} hộ; {n} lần lặp mỗi kịch bản, các kịch bản của một lần lặp chịu cùng các yếu tố ngẫu "
            "nhiên. Từng giả định ở hai đầu khoảng đã khai báo (A140). Nét mảnh: khoảng tin cậy 95%. Không phải dự "
            "báo.",
        )
    ]
    subtitle = w.t(
        "Solid line: no effect; dashed: all assumptions as declared. Each bar goes to the effect with one assumption "
        "at the value that stands at its end; dark to the right of the dashed line, pale to its left.",
        "Nét liền: không tác động; nét đứt: mọi giả định như đã khai báo. Mỗi thanh kéo tới tác động khi một giả định "
        "ở giá trị ghi tại đầu thanh; đậm ở bên phải nét đứt, nhạt ở bên trái.",
    )
    with styled():
        high = 1.6 + sum(heights) + gap * (len(down) + 0.4)
        fig, (bottom, top) = sheet(high, title, subtitle, foot, line(w))
        inch = (top - bottom) / (sum(heights) + gap * (len(down) + 0.4))
        y = top - 0.42 * gap * inch
        width = (0.97 - label) / across
        for row, height in zip(down, heights, strict=True):
            y -= height * inch
            for k, (x, column, (default, listed)) in enumerate(row):
                ax = fig.add_axes((label + k * width + 0.02, y, width - 0.05, height * inch))
                draw(ax, default, _in_order(listed, row[0][2][1]), w)
                if k:
                    ax.set_yticklabels([])
                ax.set_title("\n".join(_heads(x, column, w)), fontsize=8.5)
                ax.set_xlabel(stored.said(w, x.unit), fontsize=8)
                ax.tick_params(axis="x", labelsize=8)
            y -= gap * inch
    most = w.t("most by", "thay đổi nhiều nhất bởi")
    alt = f"{title}: " + "; ".join(
        f"{', '.join(_heads(x, c, w))}: {w.signs(f'{d.effect:.3g}')} {stored.said(w, x.unit)}, {most} "
        f"{stored.say(w, listed[0].name)}"
        for x, c, (d, listed) in panels
    )
    return finish(fig, folder, name, title, alt, w)


def _heads(x: Robust, column: int, w: Words) -> list[str]:
    """Outcome and contrast of a panel."""
    return [stored.say(w, x.outcome), stored.say(w, x.grids[CASES_GRID].columns[column])]


def _in_order(listed: Sequence[Bar], like: Sequence[Bar]) -> list[Bar | None]:
    """Bars on the lines of those beside them, whose names they share; None on a line that was not run here."""
    mine = {bar.name: bar for bar in listed}
    return [mine.get(bar.name) for bar in like]


__all__ = ["Bar", "bars", "draw", "picture"]
