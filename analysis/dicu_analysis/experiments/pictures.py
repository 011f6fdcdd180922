"""Figures of the experiments: points with intervals over replicates, readable in grey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.world.geometry import load_outlines
from dicu.world.world import World
from dicu_analysis.experiments.assemble import Facts
from dicu_analysis.experiments.result import Estimate, Figure
from dicu_analysis.figures.outlines import simplified
from dicu_analysis.figures.palette import FAINT, INK, PAPER, REACH, SOFT, WITH
from dicu_analysis.figures.province_map import mark_outlying, outlying
from dicu_analysis.figures.style import label_ends, save, sheet, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PER_CENT: Final = 100.0
FOLDER: Final = "figures"


def foot(facts: Facts, replicates: int, *, bars: bool = True) -> list[str]:
    """What stands at the foot of every figure of an experiment; ``bars``: whether it shows intervals."""
    quick = " QUICK: for trying out, never for citing." if facts.quick else ""
    return [
        f"Simulated with dicu {facts.model_version}: {facts.world}, {facts.first} to {facts.last}, each row stands for "
        f"{facts.weight:,} households; {replicates} replicates an arm, arms of a replicate share their luck."
        f"{' Bars and bands: 95 % intervals over replicates.' if bars else ''}{quick} Not a forecast."
    ]


def finish(fig: Any, folder: Path, name: str, title: str, alt: str) -> Figure:
    """Save as SVG and PNG below the folder of the sweep."""
    (folder / FOLDER).mkdir(exist_ok=True)
    save(fig, folder / FOLDER, name)
    return Figure(svg=f"{FOLDER}/{name}.svg", png=f"{FOLDER}/{name}.png", title=title, alt=alt)


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


def forest(ax: Axes, estimates: Sequence[Estimate], sesoi: float | None = None, colour: str = WITH) -> None:
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
            ax.plot([low, high], [-k, -k], color=colour, linewidth=2)
        ax.plot([e.effect], [-k], "o", color=colour, markersize=6)
    ax.set_yticks([-k for k in range(len(estimates))], [e.name.replace("_", " ") for e in estimates])
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
    rows = max(len(estimates) for _, estimates, _ in panels)
    with styled():
        fig, (bottom, top) = sheet(max(3.4, 1.9 + 0.34 * rows), title, subtitle, foot(facts, replicates))
        width = 1.0 / len(panels)
        label = 0.26 if len(panels) == 1 else 0.45
        for k, (unit, estimates, sesoi) in enumerate(panels):
            left = width * (k + label)
            ax = fig.add_axes((left, bottom + 0.15, width * (0.95 - label), top - bottom - 0.2))
            forest(ax, estimates, sesoi)
            ax.tick_params(axis="y", labelsize=8.5)
            ax.set_xlabel(unit)
            if sesoi is not None:
                ax.annotate(
                    "grey: smaller than matters",
                    (0, 1.0),
                    xycoords="axes fraction",
                    fontsize=7.5,
                    color=SOFT,
                    va="bottom",
                )
    alt = f"{title}: " + "; ".join(
        f"{e.name} {e.effect:.3g} {unit}"
        for unit, estimates, _ in panels
        for e in estimates
        if e.effect is not None
    )
    return finish(fig, folder, name, title, alt)


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
    start = parse_period(facts.first)[0] / 12
    with styled():
        fig, (bottom, top) = sheet(5.2, title, subtitle, foot(facts, replicates))
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
    alt = f"{title}: " + "; ".join(f"{label} ends at {y:.3g} {unit}" for _, y, label, _ in ends)
    return finish(fig, folder, name, title, alt)


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


__all__ = ["INK", "effects", "finish", "foot", "forest", "outlines", "paths"]
