from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicu.behaviour.access import access_to_service, clean_water, left_by_distance
from dicu.scenario.parameters import Access
from dicu.scenario.vocabulary import SERVICES
from dicu.world.ways import travel_minutes

PARAMETERS = Access()


def test_the_services_and_their_order():
    assert SERVICES == ("commune_administration", "district_administration", "health", "education", "water")


def test_half_is_left_after_the_half_time():
    left = left_by_distance(np.array([0.0, 30.0, 60.0, 90.0]), PARAMETERS)
    assert left == pytest.approx([1, 0.5, 0.25, 0.125], rel=1e-14)


def test_what_is_done_on_line_does_not_travel():
    left = np.array([1.0, 0.5, 0.0])
    assert access_to_service(np.ones(3), left, 0.2) == pytest.approx([1, 0.6, 0.2])
    assert access_to_service(np.full(3, 0.5), left, 0.0) == pytest.approx([0.5, 0.25, 0.0])


def test_clean_water_by_urban_and_rural():
    assert clean_water(np.array([True, False]), PARAMETERS).tolist() == [0.95, 0.58]


@given(
    st.floats(0, 2000),
    st.floats(0, 300),
    st.floats(0, 300),
    st.floats(0, 1.2),
    st.floats(0, 0.7),
    st.integers(0, 2),
)
def test_farther_is_never_better_and_access_is_bounded(area, near, further, quality, online, terrain):
    place, ground = np.zeros((2, 3)), np.full(2, terrain, dtype=np.uint8)
    seat = np.array([[near, 0.0, 0.0], [near + further, 0.0, 0.0]])
    minutes = travel_minutes(np.full(2, area), place, seat, ground, PARAMETERS)
    access = access_to_service(np.full(2, quality), left_by_distance(minutes, PARAMETERS), online)
    assert access[1] <= access[0] <= quality
    assert access[1] >= quality * online * (1 - 1e-15)
