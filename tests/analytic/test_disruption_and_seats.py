"""Number 9: D0 = 0.15 with half-life 4 is 0.0375 after 8 steps; k cells multiply the way by sqrt(k)."""

from __future__ import annotations

import numpy as np
import pytest

from dicu.government.budget import Budget, prices
from dicu.government.offices import COMMUNE, Office
from dicu.government.rules import disruption_left
from dicu.scenario.parameters import Access, Government
from dicu.world.country import shipped_law
from dicu.world.ways import MEAN_DISTANCE_TO_CENTRE, travel_minutes, way_km


def test_disruption_after_two_half_lives():
    assert disruption_left(0.15, 8, 4) == pytest.approx(0.0375, rel=1e-14)


def test_an_office_disrupted_by_0_15_recovers_to_0_9625_in_8_quarters():
    parameters = Government(disruption_half_life_quarters=4)
    budget = Budget.at_start(32, 9000, 0, prices(parameters, 4, shipped_law()))
    office = Office(
        level=COMMUNE,
        seat_place=0,
        seat_km=np.zeros(3),
        staff=32,
        budget=budget,
        official=True,
        posts_at_start=0.0,
        residents_at_start=9000,
        posts_cap=50.0,
        disruption_at_merger=0.15,
        opened_step=25,
        residents=9000,
    )
    for step, left in ((25, 0.15), (29, 0.075), (33, 0.0375)):
        office.work(step, 1.0, parameters)
        assert office.disruption == pytest.approx(left, rel=1e-14)
        assert office.quality == pytest.approx(1 - left, rel=1e-14)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 9, 16, 100])
def test_merging_k_equal_cells_multiplies_the_way_to_the_seat_by_the_root_of_k(k):
    cell, merged = way_km(np.array([12.5]), np.zeros(1)), way_km(np.array([12.5 * k]), np.zeros(1))
    assert merged[0] / cell[0] == pytest.approx(np.sqrt(k), rel=1e-14)
    place, plain = np.zeros((1, 3)), np.zeros(1, dtype=np.uint8)
    minutes = [travel_minutes(np.array([12.5 * n]), place, place, plain, Access())[0] for n in (1, k)]
    assert minutes[1] / minutes[0] == pytest.approx(np.sqrt(k), rel=1e-14)


@pytest.mark.parametrize("n", [3, 5, 11, 21])
def test_fixed_places_under_one_seat_give_the_same_root(n):
    """n x n cells that stay apart, served from the middle: the mean over places is sqrt(k) within 2.5 %."""
    side = 4.0
    axis = side * (np.arange(n) - n // 2)
    x, y = np.meshgrid(axis, axis)
    distance = np.sqrt(x * x + y * y).ravel()
    merged = way_km(np.full(n * n, side * side), distance).mean()
    alone = way_km(np.array([side * side]), np.zeros(1))[0]
    assert merged / alone == pytest.approx(n, rel=0.025)


def test_the_constant_is_the_mean_distance_to_the_centre_of_a_square():
    axis = (np.arange(2000) + 0.5) / 2000 - 0.5
    mean = np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2).mean()
    assert mean == pytest.approx(MEAN_DISTANCE_TO_CENTRE, abs=5e-5)
