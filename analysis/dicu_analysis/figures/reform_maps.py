"""Maps of reforms: the units of one province side by side, and the ways of the whole country before and after.

Places have no outlines in the sources: each is drawn as the area nearer to it than to any other, cut at the coarse
outline of its province. Maps show where ways are long and how units lie, not where a border runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.world.geometry import Ring, load_outlines
from dicu.world.ways import FARTHER_MINUTES
from dicu_analysis.figures import palette, style
from dicu_analysis.figures.areas import apart, cells
from dicu_analysis.figures.outlines import simplified
from dicu_analysis.figures.province_map import MIDDLE_LATITUDE, mark_outlying, outlying, plain_name
from dicu_analysis.terms import DECLARED, Terms

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EDGES: Final = (0.0, 10.0, 20.0, 30.0, 60.0, 120.0)
COLOURS: Final = palette.WAYS
LABELS: Final = ("under 10", "10-20", "20-30", "30-60", "60-120", "over 120 min")
"""Classes of travel time: edges in minutes, colours from light to dark (told apart in grey too)."""


def classes(minutes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Class of each travel time (n,) in minutes, 0 to 5."""
    return np.searchsorted(EDGES[1:], minutes, side="right").astype(np.int64)


def _province_outline(name: str) -> list[Ring]:
    """Outline of a legacy province by its name, without its rank; [] where there is none."""
    for _, other, rings in load_outlines():
        if _bare(other) == _bare(name):
            return rings
    return []


def _bare(name: str) -> str:
    return plain_name(name).casefold()


def province_map(
    places: pd.DataFrame,
    units: pd.DataFrame,
    policies: list[str],
    province: str,
    names: dict[str, str],
    terms: Terms = DECLARED,
) -> Figure:
    """Units of one legacy province under several policies: ways by colour, units by lines, seats by dots.

    Raises
    ------
    KeyError
        When no place lies in such a province.
    """
    mine = places[places["legacy_province"] == province]
    if mine.empty:
        raise KeyError(
            f"no places in {province!r} (there are {', '.join(sorted(set(places['legacy_province'])))})"
        )
    district_minutes = _mean(mine, f"{policies[0]}:district_minutes")
    foot = [
        "Colour: one-way travel time to the commune office that serves the place (detour and speed by terrain are "
        "assumptions). Dark lines: units; dots: their seats. Means are over residents.",
        "Places are drawn as the areas nearest to their points: not as their true borders."
        if terms.own
        else "Places are drawn as the areas nearest to their points within a coarse outline (Natural Earth, public "
        "domain): not as their true borders.",
    ]
    after = policies[1] if len(policies) > 1 else policies[0]
    was, now = (style.number(_mean(mine, f"{p}:commune_minutes"), 0) for p in (policies[0], after))
    told = (
        f"{_count(mine, policies[0])} communes become {_count(mine, after)} units; the commune office is "
        f"{now} minutes away instead of {was}, what districts did "
        f"{style.number(_mean(mine, f'{after}:district_minutes'), 0)} instead of {style.number(district_minutes, 0)}"
    )
    columns = len(policies)
    fig, (bottom, top) = style.sheet(
        2.9 + 12.4 / columns,
        f"{province}: {terms.en(told)}",
        terms.en("Way to the commune office, before and after"),
        [terms.en(text) for text in foot],
    )
    points = mine[["longitude", "latitude"]].to_numpy(dtype=np.float64)
    outline = [] if terms.own else _province_outline(province)
    width = 0.96 / columns
    for k, policy in enumerate(policies):
        ax = fig.add_axes((0.03 + k * width, bottom + 0.07, width - 0.02, top - bottom - 0.19))
        _units_of(ax, mine, units[units["policy"] == policy], points, policy, outline)
        minutes = _mean(mine, f"{policy}:commune_minutes")
        far = 100 * _mean(mine.assign(far=mine[f"{policy}:commune_minutes"] > 60.0), "far")
        ax.set_title(
            f"{names.get(policy, policy)}\n{_count(mine, policy)} units, mean {style.number(minutes, 0)} min\n"
            f"{style.number(far, 1)} % of people over an hour",
            fontsize=9.5,
        )
    _legend(fig, bottom)
    return fig


def _count(places: pd.DataFrame, policy: str) -> int:
    return int(places[f"{policy}:unit"].nunique())


def _mean(places: pd.DataFrame, column: str) -> float:
    return float(np.average(places[column].to_numpy(dtype=np.float64), weights=places["residents"]))


def _units_of(
    ax: Axes,
    places: pd.DataFrame,
    units: pd.DataFrame,
    points: NDArray[np.float64],
    policy: str,
    outline: list[Ring],
) -> None:
    from matplotlib.collections import LineCollection, PolyCollection
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    areas, pair, line = cells(apart(points))
    colour = np.array(COLOURS)[classes(places[f"{policy}:commune_minutes"].to_numpy(dtype=np.float64))]
    fill = PolyCollection(areas, facecolors=colour.tolist(), edgecolors=colour.tolist(), linewidths=0.3)
    unit = places[f"{policy}:unit"].to_numpy()
    border = unit[pair[:, 0]] != unit[pair[:, 1]]
    inner = LineCollection(list(line[~border]), colors=palette.PAPER, linewidths=0.4)
    outer = LineCollection(list(line[border]), colors=palette.EDGE, linewidths=0.9)
    for drawn in (fill, inner, outer):
        ax.add_collection(drawn)
    if outline:
        shape = Path.make_compound_path(*(Path(ring, closed=True) for ring in outline))
        edge = PathPatch(shape, facecolor="none", edgecolor=palette.EDGE, linewidth=1.2)
        ax.add_patch(edge)
        for drawn in (fill, inner, outer):
            drawn.set_clip_path(edge)
    seats = units[units["code"].isin(set(unit.tolist()))]
    ax.plot(
        seats["seat_longitude"], seats["seat_latitude"], "o", ms=2.6, mfc=palette.INK, mec="white", mew=0.4
    )
    corners = np.concatenate([points, *outline])
    pad = 0.02 * np.ptp(corners, axis=0).max()
    ax.set_xlim(corners[:, 0].min() - pad, corners[:, 0].max() + pad)
    ax.set_ylim(corners[:, 1].min() - pad, corners[:, 1].max() + pad)
    ax.set_aspect(1 / np.cos(np.radians(float(points[:, 1].mean()))))
    ax.set_axis_off()


def _legend(fig: Figure, bottom: float) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=c, edgecolor=palette.SOFT, linewidth=0.4, label=t)
        for c, t in zip(COLOURS, LABELS, strict=True)
    ]
    fig.legend(
        handles=handles,
        loc="lower center",
        ncol=6,
        bbox_to_anchor=(0.5, bottom + 0.005),
        frameon=False,
        fontsize=9,
    )


def country_map(places: pd.DataFrame, policies: tuple[str, str], names: dict[str, str]) -> Figure:
    """Ways to the commune office and to what districts did, before and after, over the whole country."""
    before, after = policies
    panels = [
        (before, "commune", f"Commune office\n{names.get(before, before)}"),
        (after, "commune", f"Commune office\n{names.get(after, after)}"),
        (before, "district", f"What districts did\n{names.get(before, before)}"),
        (after, "district", f"What districts did\n{names.get(after, after)}"),
    ]
    nearer, farther = (
        100
        * _mean(
            places.assign(
                x=sign * (places[f"{after}:{level}_minutes"] - places[f"{before}:{level}_minutes"])
                > FARTHER_MINUTES
            ),
            "x",
        )
        for level, sign in (("district", -1), ("commune", 1))
    )
    title = (
        f"{names.get(after, after)}: the commune office is farther for {style.number(farther, 0)} % of people, what "
        f"districts did is nearer for {style.number(nearer, 0)} %"
    )
    foot = [
        "One-way travel time from where people live to the office that serves them; detour and speed by terrain are "
        "assumptions. Farther, nearer: by more than a minute. Nobody has moved yet.",
        "Places are drawn as the areas nearest to their points; outlines: Natural Earth, public domain, coarse. Island "
        "districts that the outlines leave out are points, in the class of their mean way.",
    ]
    fig, (bottom, top) = style.sheet(12.2, title, "Travel time to administration", foot)
    points = apart(places[["longitude", "latitude"]].to_numpy(dtype=np.float64))
    areas = cells(points)[0]
    rings = [
        ring
        for outline in simplified({code: r for code, _, r in load_outlines()}).values()
        for ring in outline
    ]
    islands = outlying(places, rings, ["legacy_province", "district"])
    high = (top - bottom - 0.04) / 2
    for k, (policy, level, name) in enumerate(panels):
        left, low = 0.02 + 0.49 * (k % 2), bottom + 0.03 + (1 - k // 2) * high
        ax = fig.add_axes((left, low, 0.47, high - 0.05))
        column = f"{policy}:{level}_minutes"
        minutes = places[column].to_numpy(dtype=np.float64)
        _filled(ax, areas, np.array(COLOURS)[classes(minutes)], rings, [(x, y) for _, x, y in islands])
        for (province, district), lon, lat in islands:
            there = places[(places["legacy_province"] == province) & (places["district"] == district)]
            way = np.array([_mean(there, column) if there["residents"].sum() else there[column].mean()])
            mark_outlying(ax, lon, lat, district, COLOURS[int(classes(way)[0])])
        ax.set_title(f"{name}: {style.number(_mean(places, f'{policy}:{level}_minutes'))} min", fontsize=9.5)
    _legend(fig, bottom)
    return fig


def _filled(
    ax: Axes,
    areas: list[NDArray[np.float64]],
    colour: NDArray[Any],
    rings: list[Ring],
    points: list[tuple[float, float]],
) -> None:
    from matplotlib.collections import PolyCollection
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    fill = PolyCollection(areas, facecolors=colour.tolist(), edgecolors="none", linewidths=0, rasterized=True)
    fill.set_antialiased(False)
    ax.add_collection(fill)
    shape = Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))
    edge = PathPatch(shape, facecolor="none", edgecolor=palette.SOFT, linewidth=0.25)
    ax.add_patch(edge)
    fill.set_clip_path(edge)
    corners = np.concatenate([*rings, np.array(points).reshape(-1, 2)])
    ax.set_xlim(corners[:, 0].min() - 0.4, corners[:, 0].max() + 0.9)
    ax.set_ylim(corners[:, 1].min() - 0.4, corners[:, 1].max() + 0.2)
    ax.set_aspect(1 / np.cos(np.radians(MIDDLE_LATITUDE)))
    ax.set_axis_off()


def on_the_map(places: pd.DataFrame) -> bool:
    """Whether the world of a comparison is the one that the outlines belong to."""
    known = {_bare(name) for _, name, _ in load_outlines()}
    return all(_bare(str(name)) in known for name in places["legacy_province"].unique())
