"""Properties of rules that only the regression baseline held before: fares, the costs of going home."""

from __future__ import annotations

import numpy as np
import pytest
from nests import make_geography, make_tables

from sim.behaviour.choose import buffer_size, nest_weights
from sim.behaviour.geography import Distances
from sim.behaviour.liquidity import move_costs
from sim.scenario.parameters_household import Money


def test_a_move_out_of_the_mountains_is_dear_and_one_into_them_is_not() -> None:
    """The fare follows where one leaves from, not where one goes."""
    money = Money()
    km = np.array([[0.0, 100.0], [100.0, 0.0]], dtype=np.float32)
    ways = Distances(district=km, province=km, from_mountains=np.array([True, False]))
    fare = move_costs(ways, money)
    plain = money.move_cost_mvnd + money.move_cost_mvnd_per_km * 100
    assert fare[1, 0] == pytest.approx(10 * plain, abs=1)
    assert fare[0, 1] == pytest.approx(10 * plain * money.mountain_factor, abs=1)
    assert money.mountain_factor > 1


@pytest.mark.parametrize(("home", "cost"), [(1, 1.0), (2, 0.4), (3, 0.9)])
def test_going_home_costs_what_leaving_the_district_or_the_province_costs(home: int, cost: float) -> None:
    """Nothing within the district, c_D within the province, c_P beyond it; the rest of the weight is the same."""
    tables = make_tables(make_geography([[2, 1], [1]]), leave=(-np.log(0.4), -np.log(0.9)))
    n = buffer_size(tables)
    alternative, weight = np.empty(n, dtype=np.uint32), np.empty(n)
    nest_weights(0, home, 5, np.uint8(0), np.uint16(65_535), tables, alternative, weight)
    assert weight[1] == pytest.approx(cost * tables.home[home, 5])
