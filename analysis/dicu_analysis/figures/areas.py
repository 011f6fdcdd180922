"""Areas of places and of units where the sources have none: cells of the nearest place, cut at outlines and merged.

Each place is drawn as the part of its province that is nearer to it than to any other place of the province; units are
the union of the cells of their places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi

from dicu.world.geometry import Ring

GRID_DEGREES: Final = 0.001
"""Vertices are written on a grid of so many degrees, about 100 m."""
ISLET_DEGREES: Final = 0.045
"""Half the width of the diamond that stands for a place outside of every outline, about 5 km."""
HOLLOW: Final = 0.3
"""How far the hull of the places bends inwards, 0 (everywhere) to 1 (nowhere): Norway is no egg."""
MARGIN: Final = 0.06
"""Share of its extent by which a country without outlines reaches beyond its places."""


def cells(
    points: NDArray[np.float64],
) -> tuple[list[NDArray[np.float64]], NDArray[np.int64], NDArray[np.float64]]:
    """Areas nearest to each point, and the lines between them.

    Parameters
    ----------
    points
        (N, 2) float64, longitude and latitude; no two the same.

    Returns
    -------
    list of (n, 2) float64
        Corners of each area; those at the edge reach far out and are to be clipped.
    (E, 2) int64
        Pairs of points with a common line.
    (E, 2, 2) float64
        The lines.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    away = 3.0 * (high - low).max() + 1.0
    middle = (low + high) / 2
    frame = middle + away * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1], [0, -1], [0, 1], [1, 0], [-1, 0]])
    made = Voronoi(np.concatenate([points, frame]))
    areas = [made.vertices[made.regions[made.point_region[i]]] for i in range(len(points))]
    whole = np.array([min(v) >= 0 for v in made.ridge_vertices]) & (made.ridge_points < len(points)).all(
        axis=1
    )
    ends = np.array([v for v, kept in zip(made.ridge_vertices, whole, strict=True) if kept]).reshape(-1, 2)
    return areas, made.ridge_points[whole].astype(np.int64), made.vertices[ends]


def apart(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same points (n, 2) in degrees, those that stand on another moved by some metres: an area needs one point."""
    _, first, times = np.unique(points, axis=0, return_index=True, return_counts=True)
    if (times == 1).all():
        return points
    moved = points.copy()
    twice = np.setdiff1d(np.arange(len(points)), first)
    moved[twice] += 1e-4 * np.stack([np.cos(twice), np.sin(twice)], axis=1)
    return moved


def areas_of_points(
    points: NDArray[np.float64], province: NDArray[np.str_], outlines: Mapping[str, list[Ring]]
) -> NDArray[Any]:
    """The area of each place (P,), shapely polygons in degrees; none is empty.

    Parameters
    ----------
    points : (P, 2) float64
        Longitude and latitude.
    province : (P,) str
        Legacy province of each, by which ``outlines`` are found; without outlines all land lies together.
    """
    points = apart(points)
    groups = province if outlines else np.full(len(points), "all")
    made: NDArray[Any] = np.empty(len(points), dtype=object)
    for group in dict.fromkeys(groups.tolist()):
        mine = np.flatnonzero(groups == group)
        land = _land(outlines.get(group, []), points[mine], bool(outlines))
        corners, _, _ = cells(points[mine])
        cut = shapely.intersection([shapely.Polygon(c) for c in corners], land)
        made[mine] = [
            _islet(*p) if shapely.area(c) == 0 else c for p, c in zip(points[mine], cut, strict=True)
        ]
    away = shapely.distance(made, shapely.points(points)) > ISLET_DEGREES
    made[away] = [shapely.union(c, _islet(*p)) for c, p in zip(made[away], points[away], strict=True)]
    return made


def _land(rings: Sequence[NDArray[np.float64]], points: NDArray[np.float64], real: bool) -> Any:
    """Where the places of a province may lie."""
    if rings:
        return shapely.buffer(shapely.union_all([shapely.make_valid(shapely.Polygon(r)) for r in rings]), 0)
    if real:
        return shapely.Polygon()
    reach = max(MARGIN * float(np.ptp(points, axis=0).max()), ISLET_DEGREES)
    return shapely.buffer(shapely.concave_hull(shapely.multipoints(points), HOLLOW), reach, quad_segs=4)


def _islet(x: float, y: float) -> Any:
    r = ISLET_DEGREES
    return shapely.Polygon([(x - r, y), (x, y + r), (x + r, y), (x, y - r)])


def merged(areas: NDArray[Any], unit: pd.Categorical) -> list[Any]:
    """The area of each unit: of its places (n,) together, in the order of the categories."""
    order = np.argsort(unit.codes, kind="stable")
    first = np.searchsorted(unit.codes[order], np.arange(len(unit.categories) + 1))
    return [
        shapely.union_all(areas[order[a:b]], grid_size=GRID_DEGREES / 4) for a, b in pairwise(first.tolist())
    ]


def unit_rings(areas: NDArray[Any], unit: pd.Categorical) -> dict[str, list[Ring]]:
    """Rings around the area of each unit, closed, by code; ``areas`` (n,) are those of the places."""
    made = {}
    for code, area in zip(unit.categories, merged(areas, unit), strict=True):
        parts = [p for p in shapely.get_parts(area) if isinstance(p, shapely.Polygon)]
        made[str(code)] = [shapely.get_coordinates(r) for p in parts for r in (p.exterior, *p.interiors)]
    return made
