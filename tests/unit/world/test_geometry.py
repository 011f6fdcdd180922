"""Outlines, points in polygons, rasters and nearest-place areas, against shapes whose measures are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicu.world.geometry import (
    KM_PER_DEGREE,
    inside,
    load_outlines,
    nearest_place_areas,
    outside_km,
    raster_centres,
)


def square(west: float, south: float, side: float) -> np.ndarray:
    east, north = west + side, south + side
    return np.array([[west, south], [east, south], [east, north], [west, north], [west, south]])


def test_outlines_are_the_63_legacy_provinces() -> None:
    outlines = load_outlines()
    assert len(outlines) == 63
    assert [code for code, _, _ in outlines] == sorted({code for code, _, _ in outlines})
    for _, _, rings in outlines:
        for ring in rings:
            assert ring.shape[1] == 2
            assert np.array_equal(ring[0], ring[-1]), "closed"
    hanoi = next(rings for code, _, rings in outlines if code == "01")
    assert inside(hanoi, np.array([105.8342, 108.2]), np.array([21.0278, 16.05])).tolist() == [True, False]


def test_outlines_are_copies() -> None:
    first = load_outlines()[0][2][0]
    first[:] = 0
    assert load_outlines()[0][2][0].any()


def test_inside_knows_holes() -> None:
    rings = [square(0, 0, 4), square(1, 1, 2)]
    x = np.array([0.5, 2.0, 3.5, 5.0])
    assert inside(rings, x, np.full(4, 2.0)).tolist() == [True, False, True, False]


def test_outside_km_is_zero_inside_and_the_distance_outside() -> None:
    away = outside_km([square(0, 0, 1)], np.array([0.5, 2.0]), np.array([0.001, 0.001]))
    assert away[0] == 0
    assert away[1] == pytest.approx(KM_PER_DEGREE, rel=1e-6)
    assert len(outside_km([square(0, 0, 1)], np.array([]), np.array([]))) == 0


@given(
    west=st.floats(100, 110),
    south=st.floats(8, 23),
    side=st.floats(0.05, 0.6),
)
def test_raster_agrees_with_points_in_polygon(west: float, south: float, side: float) -> None:
    triangle = np.array(
        [[west, south], [west + side, south + 0.2 * side], [west, south + side], [west, south]]
    )
    cells = raster_centres([[triangle]], 0.01)
    # A centre exactly on an edge may fall on either side of it.
    assert outside_km([triangle], cells[:, 0], cells[:, 1]).max() < 1e-6
    exact = 0.5 * side * side
    assert len(cells) * 1e-4 == pytest.approx(exact, abs=0.01 * 4 * side + 2e-4)


def test_overlapping_outlines_count_once() -> None:
    one = raster_centres([[square(105, 21, 0.1)]], 0.01)
    both = raster_centres([[square(105, 21, 0.1)], [square(105, 21, 0.1)]], 0.01)
    assert np.array_equal(one, both)


def test_areas_of_four_quarters_and_a_town() -> None:
    box = square(105.0, 21.0, 0.4)
    lon = np.array([105.1, 105.3, 105.1, 105.3])
    lat = np.array([21.1, 21.1, 21.3, 21.3])
    area = nearest_place_areas(lon, lat, [[box]])
    whole = 0.4 * KM_PER_DEGREE * KM_PER_DEGREE * 0.4 * np.cos(np.radians(21.2))
    assert area.sum() == pytest.approx(whole, rel=0.03)
    assert area == pytest.approx(whole / 4, rel=0.05)
    # Nine places 0.01 degrees apart: the middle one has a square of 0.01, finer than the coarse raster.
    x, y = np.meshgrid([105.19, 105.2, 105.21], [21.19, 21.2, 21.21])
    town = nearest_place_areas(x.ravel(), y.ravel(), [[box]])
    middle = (0.01 * KM_PER_DEGREE) ** 2 * np.cos(np.radians(21.2))
    assert town[4] == pytest.approx(middle, rel=0.1)


def test_areas_do_not_depend_on_the_order_of_places() -> None:
    box = square(105.0, 21.0, 0.2)
    place = np.array([[105.05, 21.03], [105.11, 21.17], [105.15, 21.08], [105.152, 21.081]])
    area = nearest_place_areas(place[:, 0], place[:, 1], [[box]])
    assert np.array_equal(nearest_place_areas(place[::-1, 0], place[::-1, 1], [[box]]), area[::-1])


def test_a_place_off_the_map_has_no_area() -> None:
    area = nearest_place_areas(np.array([105.1, 112.0]), np.array([21.1, 16.0]), [[square(105, 21, 0.2)]])
    assert area[1] == 0
    assert area[0] > 400
