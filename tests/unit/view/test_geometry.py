"""Areas of places: they tile their province, units are their union, and a page reads back what was written."""

from __future__ import annotations

import base64
import zlib

import numpy as np
import pandas as pd
import shapely

from dicu_analysis.figures.areas import areas_of_points, unit_rings
from dicu_analysis.view.geometry import GRID_DEGREES, areas_of_places, encoded, merged, variable_length

MOST_BYTES_A_PLACE = 60
"""Of the areas of one map of places, as text."""


class _Made:
    """A run of a made-up country of one province."""

    is_real = False

    def __init__(self, tmp_path) -> None:
        draws = np.random.default_rng(1)
        self.folder = tmp_path
        self.world_places = pd.DataFrame(
            {
                "longitude": 105 + draws.random(60),
                "latitude": 20 + draws.random(60),
                "legacy_province": pd.Categorical(["01"] * 60),
            }
        )


def _integers(data: bytes) -> list[int]:
    made, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            made.append((value >> 1) ^ -(value & 1))
            value, shift = 0, 0
    return made


def _decoded(text: str) -> list[list[np.ndarray]]:
    numbers = iter(_integers(zlib.decompress(base64.b64decode(text))))
    made, last = [], np.zeros(2, dtype=np.int64)
    for rings in numbers:
        area = []
        for _ in range(rings):
            steps = np.array([next(numbers) for _ in range(2 * next(numbers))]).reshape(-1, 2)
            ring = last + np.cumsum(steps, axis=0)
            last = ring[0]
            area.append(ring * GRID_DEGREES)
        made.append(area)
    return made


def test_cells_tile_the_country_and_each_holds_its_place(tmp_path) -> None:
    run = _Made(tmp_path)
    areas = areas_of_places(run)
    points = shapely.points(run.world_places[["longitude", "latitude"]].to_numpy())
    assert shapely.contains(areas, points).all()
    whole = shapely.union_all(areas)
    assert np.isclose(shapely.area(areas).sum(), shapely.area(whole), rtol=1e-9), "no two overlap"
    assert shapely.get_num_interior_rings(shapely.get_parts(whole)).sum() == 0, "no gap lies between them"


def test_units_are_the_union_of_their_places_and_are_read_back_to_the_grid(tmp_path) -> None:
    run = _Made(tmp_path)
    areas = areas_of_places(run)
    unit = pd.Categorical(np.where(np.arange(60) % 3 == 0, "a", "b"))
    units = merged(areas, unit)
    for k, code in enumerate(unit.categories):
        mine = shapely.union_all(areas[unit == code])
        assert shapely.area(shapely.symmetric_difference(mine, units[k])) < 2e-3
    back = _decoded(encoded(units))
    for area, rings in zip(units, back, strict=True):
        outer = shapely.area(shapely.polygonize([shapely.LinearRing(r) for r in rings])) if rings else 0
        assert abs(outer - shapely.area(area)) < 0.05
        corners = np.concatenate(rings)
        assert shapely.distance(area.boundary, shapely.points(corners)).max() <= GRID_DEGREES


def test_whole_numbers_of_any_size_and_sign_are_read_back() -> None:
    numbers = [0, -1, 1, 63, 64, -64, -65, 2**31, -(2**31), 3 * 2**31]
    assert _integers(variable_length(numbers)) == numbers


def test_bytes_do_not_grow_faster_than_places() -> None:
    """Of a country of 11,185 places a view has 6 MB for everything, four maps of areas among it."""
    draws = np.random.default_rng(2)
    size = {}
    for n in (500, 4_000):
        side = np.sqrt(n / 100)
        points = draws.random((n, 2)) * side
        areas = areas_of_points(points, np.full(n, ""), {})
        size[n] = len(encoded(merged(areas, pd.Categorical(np.arange(n))))) / n
        provinces = unit_rings(areas, pd.Categorical((points[:, 0] / side * 4).astype(int)))
        # borders of provinces grow with the root of the number of places
        assert sum(map(len, (ring for rings in provinces.values() for ring in rings))) < 25 * np.sqrt(n)
    assert size[4_000] < 1.1 * size[500]
    assert size[4_000] < MOST_BYTES_A_PLACE
