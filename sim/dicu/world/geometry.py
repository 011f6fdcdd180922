"""Geometry on maps of degrees: province outlines, points in them, and areas by nearest place.

The outlines are Natural Earth's (public domain), coarse and with known faults (see ``data/README.md``);
they bound the country and draw maps, but never decide by themselves to which province a place belongs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dicu.world.world import EARTH_RADIUS_KM, on_sphere_km

Ring = NDArray[np.float64]
Outline = tuple[str, str, list[Ring]]

CELL_DEGREES: Final = 0.005
"""Side of a raster cell, about 0.55 km."""
FINE: Final = 4
"""Cells in towns are divided into FINE x FINE, about 0.14 km."""
DENSE_KM: Final = 2.0
"""Places with a neighbour nearer than this get fine cells."""
KM_PER_DEGREE: Final = EARTH_RADIUS_KM * np.pi / 180


def rings_by_code(geojson: str) -> dict[str, list[Ring]]:
    """Rings of each unit of a GeoJSON text, by the property ``code``; closed rings, each (n, 2) float64, degrees.

    Raises
    ------
    ValueError
        What is wrong with the text: no collection of features, a feature without a code or without polygons.
    """
    try:
        told = json.loads(geojson)
        features = told["features"]
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError("not a GeoJSON FeatureCollection") from error
    made: dict[str, list[Ring]] = {}
    for number, feature in enumerate(features, start=1):
        code = (feature.get("properties") or {}).get("code")
        geometry = feature.get("geometry") or {}
        kind, polygons = geometry.get("type"), geometry.get("coordinates")
        if not isinstance(code, str) or kind not in ("Polygon", "MultiPolygon"):
            raise ValueError(
                f"feature {number}: needs a property code (text) and a Polygon or MultiPolygon (got {kind})"
            )
        polygons = [polygons] if kind == "Polygon" else polygons or []
        try:
            rings = [np.asarray(ring, dtype=np.float64)[:, :2] for polygon in polygons for ring in polygon]
        except (ValueError, TypeError, IndexError) as error:
            raise ValueError(
                f"feature {number} ({code}): coordinates are not rings of longitude and latitude"
            ) from error
        made.setdefault(code, []).extend(rings)
    return made


@lru_cache(maxsize=1)
def _features() -> tuple[Outline, ...]:
    text = files("dicu.world").joinpath("data/provinces63.geojson").read_text(encoding="utf-8")
    outlines = []
    for feature in json.loads(text)["features"]:
        code = feature["properties"]["province_code"]
        if (
            code is None
        ):  # the Spratly polygon, which belongs to no province outline and has no Paracel partner
            continue
        geometry = feature["geometry"]
        polygons = geometry["coordinates"]
        if geometry["type"] == "Polygon":
            polygons = [polygons]
        rings = [np.asarray(ring, dtype=np.float64)[:, :2] for polygon in polygons for ring in polygon]
        outlines.append((str(code), str(feature["properties"]["province"]), rings))
    return tuple(sorted(outlines, key=lambda outline: outline[0]))


def load_outlines() -> list[Outline]:
    """Outlines of the 63 legacy provinces for maps, sorted by code.

    Returns
    -------
    list of (code, name, rings)
        Two-digit province code; its Vietnamese name with its rank; closed rings, each (n, 2) float64 of
        longitude and latitude in degrees. Source: Natural Earth 1:10m, see ``data/README.md``.
    """
    return [(code, name, [ring.copy() for ring in rings]) for code, name, rings in _features()]


def inside(
    rings: Iterable[Ring], longitude: NDArray[np.float64], latitude: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether points lie inside the rings by the even-odd rule (holes are rings too); (N,) bool."""
    odd = np.zeros(len(longitude), dtype=np.bool_)
    for ring in rings:
        box = (longitude >= ring[:, 0].min()) & (longitude <= ring[:, 0].max())
        box &= (latitude >= ring[:, 1].min()) & (latitude <= ring[:, 1].max())
        at = np.flatnonzero(box)
        if len(at) == 0:
            continue
        x, y = longitude[at, None], latitude[at, None]
        x0, y0, x1, y1 = ring[:-1, 0], ring[:-1, 1], ring[1:, 0], ring[1:, 1]
        spans = (y0 > y) != (y1 > y)
        rise = np.where(y1 == y0, 1.0, y1 - y0)
        crosses = spans & (x < x0 + (x1 - x0) * (y - y0) / rise)
        odd[at] ^= (crosses.sum(axis=1) & 1).astype(np.bool_)
    return odd


def outside_km(
    rings: Iterable[Ring], longitude: NDArray[np.float64], latitude: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distance from points to the area within the rings, km; 0 for points inside it. (N,) float64."""
    distance = np.full(len(longitude), np.inf)
    if len(latitude) == 0:
        return distance
    scale = np.array([KM_PER_DEGREE * np.cos(np.radians(np.mean(latitude))), KM_PER_DEGREE])
    points = np.stack([longitude, latitude], axis=-1) * scale
    for ring in rings:
        start, step = ring[:-1] * scale, np.diff(ring * scale, axis=0)
        length2 = np.maximum((step**2).sum(axis=1), 1e-12)
        along = ((points[:, None, :] - start) * step).sum(axis=2) / length2
        nearest = start + np.clip(along, 0, 1)[..., None] * step
        away = np.sqrt(((points[:, None, :] - nearest) ** 2).sum(axis=2))
        distance = np.minimum(distance, away.min(axis=1))
    distance[inside(rings, longitude, latitude)] = 0.0
    return distance


def raster_centres(ring_sets: Iterable[Iterable[Ring]], step: float = CELL_DEGREES) -> NDArray[np.float64]:
    """Centres of the cells of a grid that lie inside any of the ring sets.

    Parameters
    ----------
    ring_sets
        One iterable of rings for each outline; outlines may touch or overlap, a cell counts once.
    step
        Side of a cell in degrees.

    Returns
    -------
    (C, 2) float64
        Longitude and latitude, degrees, sorted by latitude, then longitude.
    """
    sets = [list(rings) for rings in ring_sets]
    corners = np.concatenate([ring for rings in sets for ring in rings])
    west, south = np.floor(corners.min(axis=0) / step) * step
    columns, rows = np.ceil((corners.max(axis=0) - (west, south)) / step).astype(int) + 1
    mask = np.zeros((rows, columns), dtype=np.bool_)
    for rings in sets:
        toggles = np.zeros((rows, columns + 1), dtype=np.int32)
        for ring in rings:
            _scan(ring, west, south, step, toggles)
        mask |= (np.cumsum(toggles, axis=1)[:, :columns] & 1).astype(np.bool_)
    row, column = np.nonzero(mask)
    return np.stack([west + (column + 0.5) * step, south + (row + 0.5) * step], axis=-1)


def _scan(ring: Ring, west: float, south: float, step: float, toggles: NDArray[np.int32]) -> None:
    """Add 1 at the first cell centre right of each edge crossing; odd running sums are inside (even-odd
    rule)."""
    x0, y0, x1, y1 = ring[:-1, 0], ring[:-1, 1], ring[1:, 0], ring[1:, 1]
    first = np.ceil((np.minimum(y0, y1) - south) / step - 0.5).astype(int)
    count = np.ceil((np.maximum(y0, y1) - south) / step - 0.5).astype(int) - first
    edge = np.repeat(np.arange(len(x0)), count)
    row = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    x = x0[edge] + (x1 - x0)[edge] * (south + (row + 0.5) * step - y0[edge]) / (y1 - y0)[edge]
    np.add.at(toggles, (row, np.ceil((x - west) / step - 0.5).astype(int)), 1)


def nearest_place_areas(
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
    ring_sets: Iterable[Iterable[Ring]],
    step: float = CELL_DEGREES,
) -> NDArray[np.float64]:
    """Area that is nearer to each place than to any other (its Voronoi cell), clipped to the outlines.

    Counted on a raster, finer where places crowd; within 1 % for places that are several cells wide.

    Parameters
    ----------
    longitude, latitude
        (P,) float64, degrees.
    ring_sets, step
        As in `raster_centres`.

    Returns
    -------
    (P,) float64
        km2; 0 for a place that no cell is nearest to (a small island beyond the outlines).
    """
    position = on_sphere_km(longitude, latitude)
    tree = cKDTree(position)
    # The second nearest of a place's own position is its neighbour; inf where there is none.
    near: NDArray[np.float64] = np.asarray(tree.query(position, k=[2])[0], dtype=np.float64)
    spacing = near[:, 0]
    coarse = raster_centres(ring_sets, step)
    query = tree.query(on_sphere_km(coarse[:, 0], coarse[:, 1]))
    km, nearest = np.asarray(query[0]), np.asarray(query[1])
    # Only cells near a crowded place can be cut by its borders; the far ones stay whole.
    fine = (spacing[nearest] < DENSE_KM) & (km < 2 * DENSE_KM)
    areas = np.bincount(nearest[~fine], _cell_km2(coarse[~fine, 1], step), minlength=len(position))
    if fine.any():
        part = step / FINE
        offset = (np.arange(FINE) - (FINE - 1) / 2) * part
        dx, dy = np.meshgrid(offset, offset)
        small = (coarse[fine][:, None, :] + np.stack([dx.ravel(), dy.ravel()], axis=-1)).reshape(-1, 2)
        _, near_small = tree.query(on_sphere_km(small[:, 0], small[:, 1]))
        areas = areas + np.bincount(near_small, _cell_km2(small[:, 1], part), minlength=len(position))
    # Cosines differ in their last bit between machines; rounded to the square metre the areas do not.
    return np.asarray(np.round(areas, 6), dtype=np.float64)


def _cell_km2(latitude: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    return np.cos(np.radians(latitude)) * (KM_PER_DEGREE * step) ** 2
