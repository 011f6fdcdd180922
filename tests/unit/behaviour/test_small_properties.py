"""Properties of rules that only the regression baseline held before: fares, going home, couples, kappa."""

from __future__ import annotations

import numpy as np
import pytest

from dicu.behaviour.couples import HUSBAND_OLDER_YEARS, match
from dicu.behaviour.geography import Distances
from dicu.behaviour.liquidity import move_costs
from dicu.behaviour.nests import NestTables
from dicu.behaviour.staying import solve_kappa
from dicu.behaviour.utility import exp64, usual_network
from dicu.scenario.parameters_household import Money
from nests import make_geography, make_tables, one_row, weights_of


def test_a_move_out_of_the_mountains_is_dear_and_one_into_them_is_not() -> None:
    """The fare follows where one leaves from, not where one goes."""
    money = Money()
    km = np.array([[0.0, 100.0], [100.0, 0.0]], dtype=np.float32)
    ways = Distances(district=km, province=km, from_mountains=np.array([True, False]))
    fare = move_costs(ways, money)
    plain = money.move_cost + money.move_cost_per_km * 100
    assert fare[1, 0] == pytest.approx(10 * plain, abs=1)
    assert fare[0, 1] == pytest.approx(10 * plain * money.mountain_factor, abs=1)
    assert money.mountain_factor > 1


@pytest.mark.parametrize(("home", "cost"), [(1, 1.0), (2, 0.4), (3, 0.9)])
def test_going_home_costs_what_leaving_the_district_or_the_province_costs(home: int, cost: float) -> None:
    """Nothing within the district, c_D within the province, c_P beyond it; the rest of the weight is the same."""
    tables = make_tables(make_geography([[2, 1], [1]]), leave=(-np.log(0.4), -np.log(0.9)))
    _, weight = weights_of(tables, one_row(0, home, 5))
    assert weight[1] == pytest.approx(cost * tables.choose.home[home, 5])


@pytest.mark.parametrize("off", [1, 2, 5])
@pytest.mark.parametrize("younger_first", [False, True])
def test_of_two_men_as_near_to_the_wanted_age_the_older_is_taken(off: int, younger_first: bool) -> None:
    """A tie goes to the older man, whoever has the smaller identity; a nearer one goes before both."""
    wanted = 1995 - HUSBAND_OLDER_YEARS
    born = np.array([1995, wanted - off, wanted + off])
    uid = np.array([1, 3, 2] if younger_first else [1, 2, 3], dtype=np.uint64)
    zeros = np.zeros(3, dtype=np.int32)
    alone = np.zeros(3, dtype=np.bool_)
    female = np.array([True, False, False])
    women, men = match(zeros.astype(np.uint16), zeros, female, born, uid, alone)
    assert (women.tolist(), men.tolist()) == ([0], [1])
    born[2] -= 1  # now the younger is the nearer
    women, men = match(zeros.astype(np.uint16), zeros, female, born, uid, alone)
    assert (women.tolist(), men.tolist()) == ([0], [2])


def test_with_kappa_solved_the_weights_of_the_choice_give_the_wanted_share() -> None:
    """Of natives who consider, `choose.move_share` move by the weights that the choice itself draws from.

    Every factor differs from nest to nest and from one direction to the other: nearness, networks, costs, ties.
    """
    rng = np.random.default_rng(3)
    g = make_geography([[2, 3], [1, 2, 2], [2]], rng.uniform(50, 900, 12).tolist())
    n_places, n_districts, n_provinces, share = 12, 6, 3, 0.35
    g = g._replace(
        near_district=rng.uniform(0.1, 1.0, (n_districts, n_districts)),
        near_province=rng.uniform(0.1, 1.0, (n_districts, n_provinces)),
    )
    nets = (
        rng.uniform(1.0, 30.0, (n_provinces, n_districts)),
        rng.uniform(1.0, 30.0, (n_provinces, n_provinces)),
    )
    tie_hazard, tie_stay = np.exp(-np.arange(256) / 200), np.exp(np.arange(256) / 150)
    v = rng.normal(size=n_places)
    t = make_tables(g, v, leave=(0.4, 0.9))
    # `best` and `gap` are not read here
    none = np.empty(0)
    relative = np.repeat((v - v.max())[:, None], 16, axis=1)
    c = t.choose
    nests = NestTables(relative, none, c.place_weight, c.own_nest, c.district_nest, c.province_nest, relative)
    hazard = rng.uniform(0.01, 0.2, (n_places, 32))
    count = rng.integers(0, 50, (n_places, 32, 16))
    keeps = rng.uniform(1.0, 1.5, (n_places, 16))
    area = np.array([0, 0, 1, 2, 2, 3], dtype=np.int32)
    formal = keeps, area
    kappa = solve_kappa(nests, g, nets, hazard, (tie_hazard, tie_stay), count, share, formal)
    stay = np.vectorize(exp64)(relative + kappa)
    c = c._replace(stay=stay, tie_stay=tie_stay, net_district=nets[0], net_province=nets[1], keeps=keeps)
    t = t._replace(choose=c, where=t.where._replace(area=area))
    movers = considering = 0.0
    for j, kind, b in np.argwhere(count > 0):
        ties = 255 if b == 15 else 16 * b + 8
        row = one_row(j, j, kind % 16, ties)
        row.attributes[0] = 64 * (kind // 16)
        _, weight = weights_of(t, row)
        who = count[j, kind, b] * (1 - np.exp(-hazard[j, kind] * tie_hazard[ties]))
        considering += who
        movers += who * (1 - weight[0] / weight.sum())
    assert movers / considering == pytest.approx(share, rel=1e-9)


def test_the_usual_network_is_the_geometric_mean_of_destinations_of_the_same_kind() -> None:
    """Districts of the own province; the provinces other than one's own, which are one fewer than all."""
    by_district = np.array([[2.0, 8.0, 5.0, 7.0], [3.0, 3.0, 9.0, 4.0], [1.0, 1.0, 1.0, 6.0]])
    by_province = np.array([[50.0, 4.0, 9.0], [2.0, 60.0, 32.0], [5.0, 5.0, 70.0]])
    district, province = usual_network(by_district, by_province, np.array([0, 2, 3, 4], dtype=np.int32))
    assert district == pytest.approx([4.0, 9.0, 6.0])
    assert province == pytest.approx([6.0, 8.0, 5.0])
