"""Areas of places and of units, small enough for a page: cells of the nearest place, cut at outlines and merged.

Places have no outlines in the sources. Each is drawn as the part of its province that is nearer to it than to any
other place of the province; units are the union of the cells of their places. So borders of provinces agree with the
outlines, and those of communes show how units lie, not where a border runs.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from dicu_analysis.figures.areas import GRID_DEGREES, areas_of_points, merged
from dicu_analysis.figures.province_map import matching_outlines
from dicu_analysis.load import Run

TOLERANCE_DEGREES: Final = 0.004
"""How far a coast may lie from its outline: half a pixel of a map of the country on a large screen."""


def areas_of_places(run: Run) -> NDArray[Any]:
    """The area of each place (P,), shapely polygons in degrees; none is empty."""
    places = run.world_places
    return areas_of_points(
        places[["longitude", "latitude"]].to_numpy(dtype=np.float64),
        places["legacy_province"].astype(str).to_numpy(dtype=np.str_),
        matching_outlines(run, TOLERANCE_DEGREES),
    )


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


__all__ = ["GRID_DEGREES", "areas_of_places", "deflated", "encoded", "merged", "variable_length"]
