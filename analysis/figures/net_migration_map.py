"""Net migration by province on a map, before and after the reform."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.figures import style
from analysis.figures.outlines import TOLERANCE_DEGREES, chained, outer_segments, simplified
from analysis.figures.placing import label_apart
from analysis.flows import rates
from analysis.load import Generation, Run
from sim.world.geometry import Ring, inside, load_outlines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STEPS = (0.5, 1, 2, 2.5, 5, 10, 20, 25, 50, 100, 200, 500)
"""Widths of a colour class that read well, per 1,000 residents a year."""
CLASSES_A_SIDE = 4
OUTLYING_DEGREES = 0.35
"""Districts with all their places farther than this from every outline are drawn as points."""


@dataclass(frozen=True)
class Panel:
    """One map: rates by unit of one generation over one period."""

    name: str
    generation: Generation
    period: tuple[str, str]
    table: pd.DataFrame

    @property
    def net(self) -> pd.Series[float]:
        """Net migration per 1,000 residents a year, by province code."""
        return self.table["net_per_1000_a_year"]


def panels(run: Run) -> tuple[Panel, Panel]:
    """Before and after: the legacy provinces, then those in force after the reform (legacy without one)."""
    cut, labels = run.comparison_step, run.labels
    cut = min(max(cut, 2), len(labels) - 1)
    after: Generation = "legacy" if run.reform_step is None else "2025"
    made = []
    spans: tuple[tuple[Generation, tuple[str, str]], ...] = (
        ("legacy", (labels[1], labels[cut - 1])), (after, (labels[cut], labels[-1])),
    )  # fmt: skip
    for generation, period in spans:
        table = rates(run, "province", generation, period)
        name = f"{len(table)} provinces, {period[0]} to {period[1]}"
        made.append(Panel(name, generation, period, table))
    return made[0], made[1]


def draw(run: Run) -> Figure:
    """Two maps on one diverging symmetric scale; provinces that lose people are also hatched."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.patches import Patch

    before, after = panels(run)
    edges = class_edges(np.r_[before.net.to_numpy(), after.net.to_numpy()])
    colours = ListedColormap(class_colours(len(edges) + 1))
    norm = BoundaryNorm(edges, colours.N, extend="both")
    outlines = matching_outlines(run)
    names = {g: run.names("province", g) for g in ("legacy", "2025")}
    foot = [
        "The same recorded moves counted on each map: what a merger makes internal is no longer counted, and "
        "nobody moves because a border does. Rates per 1,000 mean residents of the period.",
        ("Outlines: Natural Earth 1:10m, public domain; coarse. " if outlines else "")
        + "Choice of destination, costs and networks are assumptions: see the parameters in config.yaml.",
        style.run_line(run),
    ]
    fig, (bottom, top) = style.sheet(
        8.4,
        _finding(run, before, after, names),
        "Net migration by province, per 1,000 residents a year",
        foot,
    )
    height = top - bottom - 0.06
    for k, panel in enumerate((before, after)):
        ax = fig.add_axes((0.02 + 0.425 * k, bottom + 0.015, 0.41, height))
        draw_map(ax, run, panel.net, panel.generation, outlines, colours, norm)
        ax.set_title(panel.name, loc="left", x=0.02)
        _name_extremes(ax, run, panel, names[panel.generation], outlines)
    bar = fig.add_axes((0.895, bottom + 0.17, 0.016, height - 0.3))
    scale = fig.colorbar(ScalarMappable(norm, colours), cax=bar, extend="both", ticks=edges)
    scale.ax.set_yticklabels(
        [style.signed(e, 0 if float(e).is_integer() else 1) if e else "0" for e in edges]
    )
    scale.outline.set_visible(False)
    bar.text(0, 1.09, "gains people", transform=bar.transAxes, fontsize=9, va="bottom")
    bar.text(0, -0.09, "loses people\n(hatched)", transform=bar.transAxes, fontsize=9, va="top")
    fig.legend(
        handles=[Patch(facecolor="white", edgecolor=style.SOFT, hatch=HATCH, label="net loss")],
        loc="lower right", bbox_to_anchor=(0.985, bottom + 0.01), frameon=False, fontsize=9,
    )  # fmt: skip
    return fig


HATCH = "////"


def class_edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges of colour classes, symmetric about 0, wide enough for all but the most extreme twentieth."""
    known = np.abs(values[np.isfinite(values)])
    reach = float(np.quantile(known, 0.95)) if len(known) else 1.0
    width = next((s for s in STEPS if s * CLASSES_A_SIDE >= reach), reach / CLASSES_A_SIDE)
    return np.arange(-CLASSES_A_SIDE, CLASSES_A_SIDE + 1, dtype=np.float64) * np.float64(width)


def class_colours(n: int) -> NDArray[np.float64]:
    """(n, 4) colours of classes from most negative to most positive."""
    from matplotlib import colormaps

    half = n // 2
    at = np.r_[np.linspace(0.05, 0.43, half), np.linspace(0.57, 0.95, n - half)]
    return np.asarray(colormaps["PuOr_r"](at))


@cache
def _simplified(tolerance: float) -> dict[str, list[Ring]]:
    """Outlines by legacy province code, as drawn."""
    return simplified({code: rings for code, _, rings in load_outlines()}, tolerance)


def matching_outlines(run: Run, tolerance: float = TOLERANCE_DEGREES) -> dict[str, list[Ring]]:
    """Outlines by legacy province code, or nothing where the world is not the one they belong to."""
    outlines = _simplified(tolerance)
    codes = {str(c) for c in run.world_places["legacy_province"]}
    places = run.world_places
    if not codes <= set(outlines) or run.config.get("world", {}).get("name", "viet_nam") != "viet_nam":
        return {}
    lon, lat = places["longitude"].to_numpy(), places["latitude"].to_numpy()
    box = (lon > 101) & (lon < 119) & (lat > 6) & (lat < 25)
    return outlines if box.all() else {}


def draw_map(
    ax: Axes, run: Run, values: pd.Series[float], generation: Generation, outlines: dict[str, list[Ring]],
    colours: Any, norm: Any,
) -> None:  # fmt: skip
    """Fill every province of a generation by its value; negative ones are hatched, unknown ones pale."""
    if outlines:
        _draw_outlines(ax, run, values, generation, outlines, colours, norm)
    else:
        _draw_points(ax, run, values, generation, colours, norm)


def _draw_outlines(
    ax: Axes, run: Run, values: pd.Series[float], generation: Generation, outlines: dict[str, list[Ring]],
    colours: Any, norm: Any,
) -> None:  # fmt: skip
    from matplotlib.collections import LineCollection
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    places = run.world_places
    column = "legacy_province" if generation == "legacy" else "new_province"
    member = dict(zip(places["legacy_province"].astype(str), places[column].astype(str), strict=True))
    groups: dict[str, list[Ring]] = {}
    for code, unit in member.items():
        groups.setdefault(unit, []).extend(outlines[code])
    borders = []
    for unit, rings in sorted(groups.items()):
        value = float(values.get(unit, np.nan))
        shape = Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))
        face = "#f4f4f4" if np.isnan(value) else colours(norm(value))
        ax.update_datalim(shape.vertices)  # `add_patch` would look for the extremes of every edge
        ax.add_artist(PathPatch(shape, facecolor=face, edgecolor=face, linewidth=0.3, zorder=2))
        if value < 0:
            hatch = (0, 0, 0, 0.28)
            ax.add_artist(
                PathPatch(shape, facecolor="none", edgecolor=hatch, linewidth=0, hatch=HATCH, zorder=3)
            )
        borders.append(outer_segments(rings))
    ax.add_collection(
        LineCollection(chained(np.concatenate(borders)), colors="#4a4a4a", linewidths=0.5, zorder=4)
    )
    _draw_outlying(ax, run, values, outlines, column, colours, norm)
    ax.set_aspect(1 / np.cos(np.radians(16.0)))
    ax.autoscale_view()
    ax.set_axis_off()


def _draw_outlying(
    ax: Axes, run: Run, values: pd.Series[float], outlines: dict[str, list[Ring]], column: str, colours: Any,
    norm: Any,
) -> None:  # fmt: skip
    """Island districts that the outlines leave out, as points with their names in their province's colour."""
    places = run.world_places
    names = run.names("district")
    vertices = np.concatenate([r for rings in outlines.values() for r in rings])
    every = [r for rings in outlines.values() for r in rings]
    centre = places.groupby("district", observed=True)[["longitude", "latitude"]].mean()
    unit = places.groupby("district", observed=True)[column].first().astype(str)
    for code, lon, lat in centre.itertuples():
        if np.hypot(vertices[:, 0] - lon, vertices[:, 1] - lat).min() < OUTLYING_DEGREES:
            continue  # before the costly question
        if inside(every, np.array([lon]), np.array([lat]))[0]:
            continue
        value = float(values.get(unit[code], np.nan))
        face = "#f4f4f4" if np.isnan(value) else colours(norm(value))
        ax.plot(lon, lat, "o", ms=6, mfc=face, mec="#4a4a4a", mew=0.6, zorder=5)
        ax.annotate(
            names[str(code)], (lon, lat), xytext=(0, -6), textcoords="offset points", fontsize=7.5,
            ha="center", va="top", color=style.SOFT,
        )  # fmt: skip


def _draw_points(
    ax: Axes, run: Run, values: pd.Series[float], generation: Generation, colours: Any, norm: Any
) -> None:
    """A made-up world has no outlines: every place as a point, sized by its residents."""
    places = run.world_places
    column = "legacy_province" if generation == "legacy" else "new_province"
    unit = places[column].astype(str)
    value = unit.map(values).to_numpy(dtype=np.float64)
    people = places["residents"].to_numpy(dtype=np.float64)
    size = 30 + 300 * people / max(people.max(), 1.0)
    lon, lat = places["longitude"].to_numpy(), places["latitude"].to_numpy()
    face = colours(norm(np.nan_to_num(value)))
    for mine, hatch in ((value >= 0, ""), (value < 0, HATCH)):
        if mine.any():
            ax.scatter(
                lon[mine],
                lat[mine],
                s=size[mine],
                c=face[mine],
                edgecolors="#4a4a4a",
                linewidths=0.7,
                hatch=hatch,
            )
    ax.set_aspect(1 / np.cos(np.radians(float(lat.mean()))), adjustable="datalim")
    ax.margins(0.15)
    ax.set_axis_off()


def _name_extremes(
    ax: Axes, run: Run, panel: Panel, names: dict[str, str], outlines: dict[str, list[Ring]]
) -> None:
    """Name the province that gains most and the one that loses most, with a line to the middle of its people."""
    net = panel.net.dropna()
    if net.empty or net.abs().max() == 0:
        return
    places = run.world_places
    unit = (
        places["legacy_province" if panel.generation == "legacy" else "new_province"].astype(str).to_numpy()
    )
    points = places[["longitude", "latitude"]].to_numpy(dtype=np.float64)
    land = [points, *(ring for rings in outlines.values() for ring in rings)]
    for code in dict.fromkeys((str(net.idxmax()), str(net.idxmin()))):
        mine = unit == code
        lon, lat = np.average(points[mine], axis=0, weights=places["residents"].to_numpy()[mine] + 1.0)
        text = f"{plain_name(names[code])} {style.signed(float(net[code]))}"
        label_apart(ax, text, (float(lon), float(lat)), np.concatenate(land), style.INK)


def plain_name(name: str) -> str:
    """A province's name without its rank (Tỉnh, Thành phố), which a title does not need."""
    for rank in ("Tỉnh ", "Thành phố ", "Thành Phố "):
        name = name.removeprefix(rank)
    return name


def _finding(run: Run, before: Panel, after: Panel, names: dict[str, dict[str, str]]) -> str:
    def told(panel: Panel) -> str:
        gaining = int((panel.net > 0).sum())
        return f"{gaining} of {len(panel.net)} provinces gain people"

    net = after.net.dropna()
    if net.empty or net.abs().max() == 0:
        return "Nobody moved from one province to another"
    best, worst = (plain_name(names[after.generation][str(c)]) for c in (net.idxmax(), net.idxmin()))
    what = "the merger" if run.reform_step is not None else after.period[0]
    return (
        f"{told(before)} before {what}, {told(after).split(' provinces')[0]} after; {best} then gains most, "
        f"{style.signed(float(net.max()))} per 1,000 residents a year, {worst} loses most, "
        f"{style.signed(float(net.min()))}"
    )
