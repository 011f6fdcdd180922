"""Ways to seats: minutes known by hand, and what counts as farther."""

from __future__ import annotations

import numpy as np
import pytest

from dicu.scenario.parameters import Access
from dicu.world.ways import farther, mean_over, nearer, travel_minutes, way_km

PARAMETERS = Access()


def one(x):
    return np.array([x], dtype=np.float64)


def test_way_within_the_place_and_to_the_seat():
    assert way_km(one(100.0), one(0.0))[0] == pytest.approx(3.826)
    assert way_km(one(0.0), one(7.0))[0] == 7.0
    assert way_km(one(100.0), one(9.6))[0] == pytest.approx(np.hypot(3.826, 9.6))


@pytest.mark.parametrize(
    ("terrain", "minutes"), [(0, 60 * 1.3 * 5 / 30), (1, 60 * 1.6 * 5 / 15), (2, 60 * 1.3 * 5 / 12)]
)
def test_travel_time_by_terrain(terrain, minutes):
    seat = np.array([[3.0, 4.0, 0.0]])
    got = travel_minutes(one(0.0), np.zeros((1, 3)), seat, np.array([terrain], dtype=np.uint8), PARAMETERS)
    assert got[0] == pytest.approx(minutes, rel=1e-14)


def test_an_unknown_terrain_is_refused():
    with pytest.raises(ValueError, match="terrain of place 0 is 3"):
        travel_minutes(
            one(1.0), np.zeros((1, 3)), np.zeros((1, 3)), np.array([3], dtype=np.uint8), PARAMETERS
        )


def test_farther_and_nearer_are_by_more_than_a_minute_both_ways():
    before, after = np.array([10.0, 10.0, 10.0, 10.0]), np.array([11.0, 11.01, 8.99, 9.0])
    assert farther(before, after).tolist() == [False, True, False, False]
    assert nearer(before, after).tolist() == [False, False, True, False]


def test_means_are_over_people_and_unknown_where_nobody_lives():
    assert mean_over(np.array([1.0, 4.0]), np.array([2, 1])) == 2.0
    assert mean_over(np.array([True, False]), np.array([1, 3])) == 0.25
    assert np.isnan(mean_over(np.array([1.0]), np.array([0])))
