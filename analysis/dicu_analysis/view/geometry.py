"""Areas of places and of units, small enough for a page: cells of the nearest place, cut at outlines and merged.

Places have no outlines in the sources. Each is drawn as the part of its province that is nearer to it than to any
other place of the province; units are the union of the cells of their places. So borders of provinces agree with the
outlines, and those of communes show how units lie, not where a border runs.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from dicu_analysis.figures.province_map import matching_outlines
from dicu_analysis.figures.reform_maps import apart, cells
from dicu_analysis.load import Run

GRID_DEGREES: Final = 0.001
"""Vertices are written on a grid of so many degrees, about 100 m."""
TOLERANCE_DEGREES: Final = 0.004
"""How far a coast may lie from its outline: half a pixel of a map of the country on a large screen."""
ISLET_DEGREES: Final = 0.045
"""Half the width of the diamond that stands for a place outside of every outline, about 5 km."""
MARGIN: Final = 0.06
"""Share of its extent by which a made-up country, which has no outline, reaches beyond its places."""


def areas_of_places(run: Run) -> NDArray[Any]:
    """The area of each place (P,), shapely polygons in degrees; none is empty."""
    places = run.world_places
    points = apart(places[["longitude", "latitude"]].to_numpy(dtype=np.float64))
    outlines = matching_outlines(run, TOLERANCE_DEGREES)
    groups = places["legacy_province"].astype(str).to_numpy() if outlines else np.full(len(places), "all")
    made: NDArray[Any] = np.empty(len(places), dtype=object)
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
    return shapely.buffer(shapely.convex_hull(shapely.multipoints(points)), reach, quad_segs=4)


def _islet(x: float, y: float) -> Any:
    r = ISLET_DEGREES
    return shapely.Polygon([(x - r, y), (x, y + r), (x + r, y), (x, y - r)])


def merged(areas: NDArray[Any], unit: pd.Categorical) -> list[Any]:
    """The area of each unit: of its places together, in the order of the categories."""
    order = np.argsort(unit.codes, kind="stable")
    first = np.searchsorted(unit.codes[order], np.arange(len(unit.categories) + 1))
    return [
        shapely.union_all(areas[order[a:b]], grid_size=GRID_DEGREES / 4) for a, b in pairwise(first.tolist())
    ]


def encoded(areas: Iterable[Any]) -> str:
    """Areas as text: on the grid, each ring as differences of its vertices, deflated, base64.

    Per area the number of rings, per ring the number of its vertices (the last not repeated) and their differences,
    x and y, from the vertex before (the first from the last first); all as zigzag variable-length integers.
    """
    numbers: list[int] = []
    last = np.zeros(2, dtype=np.int64)
    for area in areas:
        rings = [r for part in shapely.get_parts(area) for r in _rings(part)]
        numbers.append(len(rings))
        for ring in rings:
            steps = np.diff(ring, axis=0, prepend=last[None])
            last = ring[0]
            numbers.append(len(ring))
            numbers += steps.reshape(-1).tolist()
    return deflated(variable_length(numbers))


def _rings(part: Any) -> list[NDArray[np.int64]]:
    """Rings of a polygon on the grid, those that vanish there left out unless nothing would be left."""
    if shapely.get_type_id(part) != 3:  # lines and points that a cut leaves have no area
        return []
    whole = [part.exterior, *part.interiors]
    made = []
    for k, ring in enumerate(whole):
        points = np.round(shapely.get_coordinates(ring)[:-1] / GRID_DEGREES).astype(np.int64)
        kept = points[np.any(points != np.roll(points, 1, axis=0), axis=1)]
        if len(kept) >= 3:
            made.append(kept)
        elif k == 0:
            return []
    return made


def variable_length(numbers: Sequence[int]) -> bytes:
    """Whole numbers as zigzag variable-length integers, seven bits a byte, the lowest first."""
    made = bytearray()
    for n in numbers:
        rest = (n << 1) ^ (n >> 63)
        while rest > 127:
            made.append(rest & 127 | 128)
            rest >>= 7
        made.append(rest)
    return bytes(made)


def deflated(data: bytes) -> str:
    """Bytes as base64 text that a page inflates with its own ``DecompressionStream``."""
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")
