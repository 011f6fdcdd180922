"""Figures of the experiments: points with intervals over replicates, readable in grey."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.world.geometry import load_outlines
from dicu.world.world import World
from dicu_analysis.experiments import stored
from dicu_analysis.experiments.assemble import Facts
from dicu_analysis.experiments.result import Estimate, Figure
from dicu_analysis.figures.outlines import simplified
from dicu_analysis.figures.palette import FAINT, INK, PAPER, REACH, SOFT, WITH
from dicu_analysis.figures.province_map import mark_outlying, outlying
from dicu_analysis.figures.style import RC, label_ends, save, sheet, styled
from dicu_analysis.figures.style import finish as in_signs
from dicu_analysis.language import ENGLISH, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PER_CENT: Final = 100.0
FOLDER: Final = "figures"
LONGEST: Final = 42
"""Characters that a name beside a row has room for where there is one panel."""
ROOM: Final = 36
"""The same where there are two panels; more of them have as much less."""
AXIS: Final = 90
"""Characters of a line below all panels together."""


def foot(facts: Facts, replicates: int, *, bars: bool = True) -> list[str]:
    """What stands at the foot of every figure of an experiment; ``bars``: whether it shows intervals."""
    w = facts.words
    quick = w.t(" QUICK: for trying out, never for citing.", " CHẠY NHANH: chỉ để thử, không trích dẫn.")
    intervals = w.t(
        " Bars and bands: 95 % intervals over replicates.",
        " Thanh và dải màu: khoảng tin cậy 95% qua các lần lặp.",
    )
    more = (intervals if bars else "") + (quick if facts.quick else "")
    return [
        w.t(
            f"Simulated with dicu {facts.model_version}: {facts.world}, {facts.first} to {facts.last}, each row stands "
            f"for {facts.weight:,} households; {replicates} replicates an arm, arms of a replicate share their luck."
            f"{more} Not a forecast.",
            f"Mô phỏng bằng dicu {facts.model_version}: {stored.world(w, facts.world)}, {w.step(facts.first)} đến "
            f"{w.step(facts.last)}, mỗi dòng đại diện {w.num(facts.weight)} hộ; {replicates} lần lặp mỗi kịch bản, các "
            f"kịch bản của một lần lặp chịu cùng các yếu tố ngẫu nhiên.{more} Không phải dự báo.",
        )
    ]


def folder_of(w: Words) -> str:
    """Where figures of a language stand below the folder of the sweep."""
    return f"{FOLDER}/{w.code}" if w.vi else FOLDER


def finish(fig: Any, folder: Path, name: str, title: str, alt: str, w: Words = ENGLISH) -> Figure:
    """Save as SVG and PNG below the folder of the sweep, with numbers as the language writes them."""
    from matplotlib import rc_context

    below = folder_of(w)
    (folder / below).mkdir(exist_ok=True, parents=True)
    # it is written outside of the style that it was drawn in, which alone makes ids the same each time
    with rc_context({"svg.hashsalt": RC["svg.hashsalt"]}):
        save(in_signs(fig, w), folder / below, name)
    return Figure(svg=f"{below}/{name}.svg", png=f"{below}/{name}.png", title=title, alt=alt)


def share(w: Words, value: float) -> str:
    """A share as whole per cent."""
    return w.t(f"{value:.0%}", w.pct(PER_CENT * value))


def as_map(ax: Axes, latitude: NDArray[np.float64]) -> None:
    """Degrees of longitude as wide as they are at the middle of some latitudes (n,), and no axes."""
    if len(latitude):
        ax.set_aspect(1.0 / np.cos(np.radians(float(np.median(latitude)))))
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def room_for_key(fig: Any, box: tuple[float, float, float, float]) -> Axes:
    """Room from 0 to 1 either way, beside a map, for marks and what they mean; ``box``: left, bottom, width, height."""
    key: Axes = fig.add_axes(box)
    key.set(xlim=(0, 1), ylim=(0, 1))
    key.axis("off")
    return key


def names_of(estimates: Sequence[Estimate], w: Words, panels: int) -> list[str]:
    """What stands beside the rows of one of some panels; a translated name is broken where it would be too long."""
    if not w.vi:
        return [e.name.replace("_", " ") for e in estimates]
    wide = LONGEST if panels == 1 else 2 * ROOM // panels
    return [_broken(stored.said(w, e.name), wide) for e in estimates]


def _broken(text: str, wide: int) -> str:
    """A text in rows of about equal length that are at most ``wide`` characters."""
    rows = -(-len(text) // wide)
    return textwrap.fill(text, min(wide, len(text) // rows + 5))


def line(w: Words) -> int:
    """Characters of a line below a title: Vietnamese ones are a little wider."""
    return 140 if w.vi else 150


def forest(ax: Axes, estimates: Sequence[Estimate], names: Sequence[str], sesoi: float | None = None) -> None:
    """Estimates with intervals, one a line from the top; the band of the smallest effect of interest in grey."""
    from matplotlib.ticker import MaxNLocator

    if sesoi is not None:
        ax.axvspan(-sesoi, sesoi, color=FAINT, alpha=0.6, linewidth=0)
    ax.axvline(0, color=SOFT, linewidth=1)
    for k, e in enumerate(estimates):
        if e.effect is None:
            continue
        low, high = e.interval
        if low is not None and high is not None:
            ax.plot([low, high], [-k, -k], color=WITH, linewidth=2)
        ax.plot([e.effect], [-k], "o", color=WITH, markersize=6)
    ax.set_yticks([-k for k in range(len(estimates))], names)
    ax.set_ylim(-len(estimates) + 0.4, 0.6)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")


def effects(
    folder: Path,
    name: str,
    title: str,
    subtitle: str,
    panels: Sequence[tuple[str, Sequence[Estimate], float | None]],
    facts: Facts,
    replicates: int,
) -> Figure:
    """Panels of effects with intervals side by side: (unit at the axis, estimates, smallest effect of interest)."""
    w = facts.words
    rows = max(len(estimates) for _, estimates, _ in panels)
    names = [names_of(estimates, w, len(panels)) for _, estimates, _ in panels]
    each = 0.42 if any("\n" in name for some in names for name in some) else 0.34
    with styled():
        fig, (bottom, top) = sheet(
            max(3.4, 1.9 + each * rows), title, subtitle, foot(facts, replicates), line(w)
        )
        width = 1.0 / len(panels)
        label = 0.26 if len(panels) == 1 else 0.45
        for k, (unit, estimates, sesoi) in enumerate(panels):
            left = width * (k + label)
            ax = fig.add_axes((left, bottom + 0.15, width * (0.95 - label), top - bottom - 0.2))
            forest(ax, estimates, names[k], sesoi)
            ax.tick_params(axis="y", labelsize=8.5)
            ax.set_xlabel(_broken(unit, AXIS // len(panels)) if w.vi else unit)
            if sesoi is not None:
                ax.annotate(
                    w.t("grey: smaller than matters", "xám: nhỏ hơn mức đáng quan tâm"),
                    (0, 1.0),
                    xycoords="axes fraction",
                    fontsize=7.5,
                    color=SOFT,
                    va="bottom",
                )
    alt = f"{title}: " + "; ".join(
        f"{stored.said(w, e.name)} {w.signs(f'{e.effect:.3g}')} {unit}"
        for unit, estimates, _ in panels
        for e in estimates
        if e.effect is not None
    )
    return finish(fig, folder, name, title, alt, w)


def paths(
    folder: Path,
    name: str,
    title: str,
    subtitle: str,
    lines: Mapping[str, NDArray[np.float64]],
    shaded: tuple[int, int],
    unit: str,
    facts: Facts,
    replicates: int,
) -> Figure:
    """Mean paths (n, steps + 1) with 95 % bands over replicates; the time of the shock in grey."""
    from scipy import stats

    from dicu.scenario.calendar import parse_period

    styles = (*reversed(REACH), (INK, (0, (8, 2, 1, 2))))
    w = facts.words
    start = parse_period(facts.first)[0] / 12
    with styled():
        fig, (bottom, top) = sheet(5.2, title, subtitle, foot(facts, replicates), line(w))
        ax = fig.add_axes((0.08, bottom + 0.08, 0.72, top - bottom - 0.14))
        ends = []
        year = start + np.arange(next(iter(lines.values())).shape[1]) / facts.scenario.calendar.steps_per_year
        ax.axvspan(year[shaded[0]], year[shaded[1]], color=FAINT, alpha=0.6, linewidth=0)
        ax.axhline(0, color=SOFT, linewidth=1)
        for (label, values), (colour, dash) in zip(lines.items(), styles, strict=False):
            mean, n = values.mean(axis=0), len(values)
            half = stats.t.ppf(0.975, n - 1) * values.std(axis=0, ddof=1) / np.sqrt(n)
            ax.fill_between(year, mean - half, mean + half, color=colour, alpha=0.15, linewidth=0)
            ax.plot(year, mean, color=colour, linestyle=dash)
            ends.append((float(year[-1]), float(mean[-1]), label, colour))
        ax.set_ylabel(unit)
        label_ends(ax, ends)
    at = w.t("ends at", "kết thúc ở")
    alt = f"{title}: " + "; ".join(f"{label} {at} {w.signs(f'{y:.3g}')} {unit}" for _, y, label, _ in ends)
    return finish(fig, folder, name, title, alt, w)


def outlines(ax: Axes, world: World) -> None:
    """Provinces in grey, and the island districts that the outlines leave out as named points."""
    rings = [ring for rings in simplified({c: r for c, _, r in load_outlines()}).values() for ring in rings]
    for ring in rings:
        ax.plot(*np.asarray(ring).T, color=FAINT, linewidth=0.6, zorder=0)
    places = pd.DataFrame(
        {"district": world.district, "longitude": world.longitude, "latitude": world.latitude}
    )
    for d, lon, lat in outlying(places, rings):
        mark_outlying(ax, lon, lat, str(world.districts.name[d]), PAPER)


__all__ = ["INK", "effects", "finish", "folder_of", "foot", "forest", "line", "outlines", "paths", "share"]
