from __future__ import annotations

import math

import numpy as np
import pytest

from dicu.behaviour.geography import distances, geography
from dicu.behaviour.liquidity import MovePrice, needed_tables, needed_units, purse
from dicu.behaviour.wealth import MOST_WEALTH
from dicu.scenario.parameters import Access, Choose
from dicu.scenario.parameters_household import Money
from dicu.scenario.vocabulary import MOUNTAIN, PLAIN
from dicu.world.small import monocentric
from dicu.world.world import distance_km

MONEY = Money()


def test_what_a_move_costs():
    price = MovePrice(3.0, 0.003, rent_months=2.0, mountain_factor=2.0)
    # 3 M + 0.003 x 1000 km + two rents of 2 M = 10 M
    assert needed_units(1000.0, 2.0, False, price) == 100
    assert needed_units(1000.0, 2.0, True, price) == 200
    assert needed_units(0.0, 0.0, False, price) == 30
    assert needed_units(1.0, 0.0, False, price) == 31  # rounded up
    assert needed_units(1e9, 0.0, False, price) == MOST_WEALTH
    assert purse(np.uint16(100), np.uint16(100))
    assert not purse(np.uint16(99), np.uint16(100))


@pytest.fixture(scope="module")
def land():
    world = monocentric()
    dwellings = np.maximum(world.residents // 4, 0)
    g = geography(world, dwellings, Choose(), Access())
    return world, dwellings, g, distances(world, dwellings, g)


def test_distances_are_between_the_dwellings(land):
    world, dwellings, _, ways = land
    n = len(world.districts)
    centre = np.array(
        [
            np.average(world.position_km[world.district == d], axis=0, weights=dwellings[world.district == d])
            for d in range(n)
        ]
    )
    expected = distance_km(centre[:, None], centre[None, :])
    area = np.bincount(world.district, weights=world.area_km2)
    np.fill_diagonal(expected, 0.3826 * np.sqrt(area))
    assert ways.district == pytest.approx(expected, rel=1e-6)
    h = np.bincount(world.district, weights=dwellings)
    for q in range(len(world.legacy_provinces)):
        mine = world.districts.parent == q
        mean = np.average(expected[:, mine], axis=1, weights=h[mine])
        assert ways.province[:, q] == pytest.approx(mean, rel=1e-6)
    high = np.bincount(world.district, weights=dwellings * (world.terrain == MOUNTAIN), minlength=n)
    low = np.bincount(world.district, weights=dwellings * (world.terrain == PLAIN), minlength=n)
    assert ways.from_mountains.tolist() == (high > low).tolist()


def test_tables_hold_the_cost_of_each_nest(land):
    _, _, g, ways = land
    n, r = ways.province.shape
    rng = np.random.default_rng(2)
    by_district, by_province = rng.uniform(3, 12, n), rng.uniform(3, 12, r)
    ways = ways._replace(from_mountains=np.arange(n) % 2 == 0)
    needed = needed_tables(ways, g, by_district, by_province, MONEY)
    assert (needed.own.dtype, needed.district.dtype, needed.province.dtype) == (np.uint16,) * 3

    def cost(km, rent, high):
        mvnd = 3.0 + 0.003 * float(km) + 2.0 * rent
        return math.ceil(mvnd * (2.0 if high else 1.0) * 10)

    for d in range(n):
        high = d % 2 == 0
        assert needed.own[d] == cost(ways.district[d, d], by_district[d], high)
        for to in range(n):
            same = g.province[to] == g.province[d]
            expected = cost(ways.district[d, to], by_district[to], high) if same else MOST_WEALTH
            assert needed.district[d, to] == expected
        for q in range(r):
            assert needed.province[d, q] == cost(ways.province[d, q], by_province[q], high)


def test_rents_of_the_wrong_shape_or_sign_are_refused(land):
    _, _, g, ways = land
    n, r = ways.province.shape
    with pytest.raises(ValueError, match=r"rent_district: shape \(1,\)"):
        needed_tables(ways, g, np.ones(1), np.ones(r), MONEY)
    with pytest.raises(ValueError, match=r"rent_province\[0\] is nan"):
        needed_tables(ways, g, np.ones(n), np.full(r, np.nan), MONEY)
