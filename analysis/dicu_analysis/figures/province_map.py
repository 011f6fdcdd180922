"""Provinces filled by a value: outlines where the world has them, points where it is made up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.world.geometry import Ring, inside, load_outlines, rings_by_code
from dicu.world.schema import OUTLINES
from dicu_analysis.figures import palette
from dicu_analysis.figures.areas import areas_of_points, unit_rings
from dicu_analysis.figures.outlines import TOLERANCE_DEGREES, chained, outer_segments, simplified
from dicu_analysis.load import Map, Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OUTLYING_DEGREES: Final = 0.35
"""Districts with all their places farther than this from every outline are drawn as points."""
MOST_POINTS: Final = 1_000
"""Places of a country without outlines that are drawn as points; of more, the areas of provinces are drawn."""
HATCH: Final = "////"
RANKS: Final = ("Tỉnh ", "Thành phố ", "Thành Phố ", "tỉnh ", "thành phố ")
"""How names of provinces begin in the tables and outlines of Viet Nam."""
MIDDLE_LATITUDE: Final = 16.0
"""Latitude at which a map of the country is drawn true to scale, degrees."""


@dataclass(frozen=True, eq=False)
class Filling:
    """What a map shows: a value for each unit, and the classes that it is drawn in.

    Attributes
    ----------
    values : Series by code of the unit
    borders : Map
        The borders that the units belong to.
    colours, norm : matplotlib colour map and norm
    within : Series of bool by code, or None
        Units whose value luck alone may have made: drawn grey, whatever their value.
    """

    values: pd.Series[float]
    borders: Map
    colours: Any
    norm: Any
    within: pd.Series[bool] | None = None

    def face(self, unit: str) -> Any:
        """Colour of a unit."""
        value = float(self.values.get(unit, np.nan))
        if np.isnan(value):
            return palette.UNKNOWN
        return palette.WITHIN if self.unsure(unit) else self.colours(self.norm(value))

    def unsure(self, unit: str) -> bool:
        """Whether luck alone may have made the value."""
        return self.within is not None and bool(self.within.get(unit, False))

    def hatched(self, unit: str) -> bool:
        """Whether the value is below 0 and means it."""
        return float(self.values.get(unit, np.nan)) < 0 and not self.unsure(unit)


def classed(edges: NDArray[np.float64], colours: NDArray[np.float64]) -> tuple[Any, Any]:
    """Colour map and norm of classes that are open at both ends: edges (k,), colours (k + 1, 4)."""
    from matplotlib.colors import BoundaryNorm, ListedColormap

    made = ListedColormap(colours)
    return made, BoundaryNorm(edges, made.N, extend="both")


@cache
def _simplified(tolerance: float) -> dict[str, list[Ring]]:
    """Outlines by legacy province code, as drawn."""
    return simplified({code: rings for code, _, rings in load_outlines()}, tolerance)


def matching_outlines(run: Run, tolerance: float = TOLERANCE_DEGREES) -> dict[str, list[Ring]]:
    """Outlines by legacy province code, or nothing where the world is not the one they belong to."""
    own = run.folder / OUTLINES
    if own.is_file():
        return simplified(rings_by_code(own.read_text(encoding="utf-8")), tolerance)
    outlines = _simplified(tolerance)
    codes = {str(c) for c in run.world_places["legacy_province"]}
    places = run.world_places
    if not run.is_real or not codes <= set(outlines):
        return {}
    lon, lat = places["longitude"].to_numpy(), places["latitude"].to_numpy()
    box = (lon > 101) & (lon < 119) & (lat > 6) & (lat < 25)
    return outlines if box.all() else {}


def _unit_of_outline(run: Run, borders: Map) -> dict[str, str]:
    """Unit that each legacy province is drawn in: the one in which most of its residents live."""
    places = run.world_places
    frame = pd.DataFrame(
        {
            "old": places["legacy_province"].astype(str),
            "new": np.asarray(run.unit_of_place("province", borders)).astype(str),
            "people": places["residents"].to_numpy(),
        }
    )
    total = frame.groupby(["old", "new"])["people"].sum().reset_index()
    largest = total.sort_values(["people", "new"]).groupby("old").last()["new"]
    return {str(old): str(new) for old, new in largest.items()}


def draw_map(ax: Axes, run: Run, filling: Filling, outlines: dict[str, list[Ring]]) -> None:
    """Fill every province by its value; negative ones are hatched, those within luck grey, unknown ones pale."""
    if outlines:
        _draw_outlines(ax, run, filling, outlines)
    elif len(run.world_places) > MOST_POINTS:
        _draw_areas(ax, run, filling)
    else:
        _draw_points(ax, run, filling)


def _draw_outlines(ax: Axes, run: Run, filling: Filling, outlines: dict[str, list[Ring]]) -> None:
    groups: dict[str, list[Ring]] = {}
    for code, unit in _unit_of_outline(run, filling.borders).items():
        groups.setdefault(unit, []).extend(outlines[code])
    _fill(ax, filling, groups)
    every = [ring for rings in outlines.values() for ring in rings]
    unit_of = np.asarray(run.unit_of_place("province", filling.borders)).astype(str)
    districts = run.unit_of_place("district")
    first = {
        str(districts.categories[k]): unit_of[np.flatnonzero(districts.codes == k)[0]]
        for k in range(len(districts.categories))
    }
    names = run.names("district")
    for code, lon, lat in outlying(run.world_places, every):
        mark_outlying(ax, lon, lat, names[str(code)], filling.face(first[str(code)]))
    ax.set_aspect(1 / np.cos(np.radians(_middle_latitude(run))))
    ax.autoscale_view()
    ax.set_axis_off()


def _middle_latitude(run: Run) -> float:
    """Latitude at which a map of the country is drawn true to scale, degrees."""
    if run.is_real:
        return MIDDLE_LATITUDE
    latitude = run.world_places["latitude"].to_numpy(dtype=np.float64)
    return float(latitude.min() + latitude.max()) / 2


def _fill(ax: Axes, filling: Filling, groups: dict[str, list[Ring]]) -> None:
    """Fill units, each of some rings, and draw the lines between them."""
    from matplotlib.collections import LineCollection
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    borders = []
    for unit, rings in sorted(groups.items()):
        shape = Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))
        face = filling.face(unit)
        ax.update_datalim(shape.vertices)  # `add_patch` would look for the extremes of every edge
        ax.add_artist(PathPatch(shape, facecolor=face, edgecolor=face, linewidth=0.3, zorder=2))
        if filling.hatched(unit):
            ax.add_artist(
                PathPatch(
                    shape, facecolor="none", edgecolor=(0, 0, 0, 0.28), linewidth=0, hatch=HATCH, zorder=3
                )
            )
        borders.append(outer_segments(rings))
    lines = chained(np.concatenate(borders))
    ax.add_collection(LineCollection(lines, colors=palette.EDGE, linewidths=0.5, zorder=4))


def outlying(
    places: pd.DataFrame, rings: list[Ring], by: str | list[str] = "district"
) -> list[tuple[Any, float, float]]:
    """Island districts that the outlines leave out: key, longitude, latitude of the middle of their places."""
    vertices = np.concatenate(rings)
    centre = places.groupby(by, observed=True)[["longitude", "latitude"]].mean()
    made = []
    for code, lon, lat in centre.itertuples():
        near = np.hypot(vertices[:, 0] - lon, vertices[:, 1] - lat).min() < OUTLYING_DEGREES
        if not near and not inside(rings, np.array([lon]), np.array([lat]))[0]:  # the costly question last
            made.append((code, float(lon), float(lat)))
    return made


def mark_outlying(ax: Axes, lon: float, lat: float, name: str, face: Any) -> None:
    """An island district as a point with its name."""
    ax.plot(lon, lat, "o", ms=6, mfc=face, mec=palette.EDGE, mew=0.6, zorder=5)
    ax.annotate(
        name,
        (lon, lat),
        xytext=(0, -6),
        textcoords="offset points",
        fontsize=9,
        ha="center",
        va="top",
        color=palette.SOFT,
    )


def _draw_areas(ax: Axes, run: Run, filling: Filling) -> None:
    """Too many places for points: each province is the land that is nearest to its places."""
    places = run.world_places
    areas = areas_of_points(
        places[["longitude", "latitude"]].to_numpy(dtype=np.float64), np.empty(len(places), dtype=str), {}
    )
    rings = unit_rings(areas, run.unit_of_place("province", filling.borders))
    _fill(ax, filling, simplified(rings))
    ax.set_aspect(1 / np.cos(np.radians(_middle_latitude(run))))
    ax.autoscale_view()
    ax.set_axis_off()


def _draw_points(ax: Axes, run: Run, filling: Filling) -> None:
    """A made-up world has no outlines: every place as a point, sized by its residents."""
    places = run.world_places
    unit = np.asarray(run.unit_of_place("province", filling.borders)).astype(str)
    people = places["residents"].to_numpy(dtype=np.float64)
    size = 30 + 300 * people / max(people.max(), 1.0)
    lon, lat = places["longitude"].to_numpy(), places["latitude"].to_numpy()
    for code in dict.fromkeys(unit.tolist()):
        mine = unit == code
        ax.scatter(
            lon[mine],
            lat[mine],
            s=size[mine],
            color=[filling.face(code)],
            edgecolors=palette.EDGE,
            linewidths=0.7,
            hatch=HATCH if filling.hatched(code) else "",
        )
    ax.set_aspect(1 / np.cos(np.radians(float(lat.mean()))), adjustable="datalim")
    ax.margins(0.15)
    ax.set_axis_off()


def plain_name(name: str) -> str:
    """A province's name without its rank (Tỉnh, Thành phố), which a title does not need."""
    for rank in RANKS:
        name = name.removeprefix(rank)
    return name
