"""Properties of what is solved once at the start: kappa of staying, the cost of an offer from afar."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from dicu.behaviour.nests import NestTables
from dicu.behaviour.offer_cost import Start, solve_offer_cost
from dicu.behaviour.staying import solve_kappa
from dicu.scenario.scenario import UnfitScenario
from nests import make_geography, make_tables

# ---------------------------------------------------------------- kappa

SHARE = 0.3
TYPES = 2


def made_up() -> dict[str, Any]:
    """Five places in four districts of two provinces, two types; every factor differs from one pair to another.

    The first two districts of the first province are one commuting area.
    """
    rng = np.random.default_rng(11)
    g = make_geography([[1, 1, 2], [1]])
    g = g._replace(near_district=rng.uniform(0.1, 1.0, (4, 4)), near_province=rng.uniform(0.1, 1.0, (4, 2)))
    relative, none = rng.normal(size=(5, TYPES)), np.empty(0)
    own, district = rng.uniform(0.1, 1.0, (5, TYPES)), rng.uniform(0.1, 1.0, (TYPES, 4))
    count = np.zeros((5, 2 * TYPES, 16), dtype=np.int64)
    for j in range(5):
        for kind in range(2 * TYPES):
            # a few sixteenths of ties, the last one, of natives, among them
            count[j, kind, [(3 * j + kind) % 15, 15]] = rng.integers(1, 40, 2)
    return {
        "nests": NestTables(relative, none, none, own, district, rng.uniform(0.1, 1.0, (TYPES, 2)), relative),
        "g": g,
        "networks": (rng.uniform(1.0, 9.0, (2, 4)), rng.uniform(1.0, 9.0, (2, 2))),
        "hazard": rng.uniform(0.05, 0.9, (5, 2 * TYPES)),
        "ties": (np.exp(-np.arange(256) / 200), np.exp(np.arange(256) / 150)),
        "count": count,
        "move_share": SHARE,
        "formal": (rng.uniform(1.2, 2.0, (5, TYPES)), np.array([0, 0, 1, 2], dtype=np.int32)),
    }


def moving(kappa: float, w: dict[str, Any]) -> float:
    """Share of those who consider that moves, by the weights of the specification (its section on the choice)."""
    nests, g = w["nests"], w["g"]
    (net_d, net_p), (keeps, area), (tie_hazard, tie_stay) = w["networks"], w["formal"], w["ties"]
    movers = considering = 0.0
    for j, kind, sixteenth in np.argwhere(w["count"] > 0).tolist():
        t, d = kind % TYPES, int(g.district[j])
        q = int(g.province[d])
        # what keeps a formal job: the own place and what lies in its commuting area
        job = keeps[j, t] if kind >= TYPES else 1.0
        ties = 255 if sixteenth == 15 else 16 * sixteenth + 8
        leaving = nests.own_nest[j, t] * net_d[q, d] * job
        for k in np.flatnonzero(g.province == q):
            if k != d:
                same = job if area[k] == area[d] else 1.0
                leaving += nests.district_nest[t, k] * g.near_district[d, k] * net_d[q, k] * same
        for r in range(2):
            if r != q:
                leaving += nests.province_nest[t, r] * g.near_province[d, r] * net_p[q, r]
        stay = math.exp(nests.relative[j, t] + kappa) * tie_stay[ties] * job
        who = w["count"][j, kind, sixteenth] * (1 - math.exp(-w["hazard"][j, kind] * tie_hazard[ties]))
        considering += who
        movers += who * leaving / (leaving + stay)
    return movers / considering


@pytest.mark.parametrize("share", [0.05, SHARE, 0.8])
def test_the_wanted_share_of_those_who_consider_moves_at_kappa(share: float) -> None:
    w = made_up() | {"move_share": share}
    assert moving(solve_kappa(**w), w) == pytest.approx(share, rel=1e-9)


def test_households_that_are_not_there_do_not_count_and_twice_as_many_count_alike() -> None:
    w = made_up()
    kappa = solve_kappa(**w)
    assert solve_kappa(**w | {"count": 2 * w["count"]}) == pytest.approx(kappa, abs=1e-12)
    assert solve_kappa(**w | {"count": 0 * w["count"]}) == 0.0, "nobody considers, so kappa decides nothing"


def test_where_there_is_nowhere_to_go_kappa_is_0_and_where_hardly_anywhere_it_is_refused() -> None:
    w = made_up()
    nests = w["nests"]
    nowhere = {name: 0 * getattr(nests, name) for name in ("own_nest", "district_nest", "province_nest")}
    assert solve_kappa(**w | {"nests": nests._replace(**nowhere)}) == 0.0
    for scale in (1e-40, 1e40):
        far = {name: scale * getattr(nests, name) for name in nowhere}
        with pytest.raises(UnfitScenario, match="move_share"):
            solve_kappa(**w | {"nests": nests._replace(**far)})


# ---------------------------------------------------------------- the cost of an offer

BETA = 2.2
# half a bin of the gains, 1/512, moves a logistic share by at most a quarter of it
ROUGHLY = 0.25 / 512
# skilled or not, farming (even) or not: what they have where they are, in the country and in town
OWN = {False: (1.0, 2.0, 1.5, 3.0), True: (4.0, 5.0, 6.0, 7.0)}
NEWCOMERS = ((30.0, 1.0), (90.0, 3.0))
"""Places of the area that offers: what a job is believed to be worth there, and how likely one lives there."""


def offered(
    workers: dict[tuple[int, int], int], spread: float = 0.01, worth: float = 1.0
) -> tuple[Any, Start]:
    """Two districts, of which the first has a rural and an urban place and is offered jobs from the second.

    ``workers`` by place (0 rural, 1 urban) and type; ``worth`` times what the jobs are worth.
    """
    where = make_tables(make_geography([[2], [2]])).where
    where = where._replace(urban=np.array([False, True, False, False]))
    asked, expected = np.zeros((4, 32), dtype=np.int64), np.ones((4, 32))
    for (place, t), n in workers.items():
        asked[place, t] = n
    weight = np.ones((16, 4))
    for place, urban in enumerate((False, True)):
        expected[place, :16] = np.tile(OWN[urban], 4)
    for k, (value, share) in enumerate(NEWCOMERS):
        expected[2 + k, 16:] = worth * value
        weight[:, 2 + k] = share
    return where, Start(asked, expected, weight, np.array([[0.0, spread], [0.0, 0.0]]))


def gain(place: int, t: int, worth: float = 1.0) -> float:
    """beta (ln V_F - ln V_own), the former on average over those who live there."""
    total = sum(share for _, share in NEWCOMERS)
    there = sum(share * math.log(worth * value) for value, share in NEWCOMERS) / total
    return BETA * (there - math.log(OWN[place == 1][t % 4]))


@pytest.mark.parametrize("accepted", [0.2, 0.6])
@pytest.mark.parametrize(
    "workers",
    [
        {(0, 0): 7},
        {(1, 3): 7},
        {(0, 2): 30, (1, 1): 20},
        {(0, 0): 5, (0, 1): 9, (0, 14): 4, (1, 0): 8, (1, 7): 11},
    ],
)
def test_at_the_cost_the_wanted_share_of_offers_is_taken(
    workers: dict[tuple[int, int], int], accepted: float
) -> None:
    """Weight exp(gain - cost) against 1, of each who is asked, in the country and in town."""
    cost = solve_offer_cost(*offered(workers), BETA, accepted)
    taken = sum(n / (1 + math.exp(cost - gain(*who))) for who, n in workers.items())
    assert taken / sum(workers.values()) == pytest.approx(accepted, abs=ROUGHLY)


def test_the_cost_does_not_depend_on_how_many_offers_there_are() -> None:
    workers = {(0, 1): 3, (1, 0): 5}
    costs = [solve_offer_cost(*offered(workers, spread), BETA, 0.5) for spread in (1e-9, 1e-5, 1.0, 1e6)]
    assert costs == pytest.approx([costs[0]] * 4, abs=1e-9)
    assert solve_offer_cost(*offered(workers, 0.0), BETA, 0.5) == 0.0
    assert solve_offer_cost(*offered({}), BETA, 0.5) == 0.0


def test_jobs_worth_more_cost_as_much_more_to_take() -> None:
    """A fixed share of takers: the cost rises by beta times the log of the worth, up to the rounding of gains."""
    workers = {(0, 3): 4, (1, 2): 6}
    usual, dear = (solve_offer_cost(*offered(workers, worth=w), BETA, 0.4) for w in (1.0, 10.0))
    assert dear - usual == pytest.approx(BETA * math.log(10.0), abs=2 / 256)


@pytest.mark.parametrize("accepted", [0.0, 1.0])
def test_a_share_that_no_cost_gives_is_refused(accepted: float) -> None:
    with pytest.raises(UnfitScenario, match="accepted"):
        solve_offer_cost(*offered({(0, 1): 3}), BETA, accepted)


@pytest.mark.parametrize(("worth", "counts"), [(1e9, 16.0), (1e-9, -16.0)])
def test_a_gain_beyond_16_either_way_counts_as_16(worth: float, counts: float) -> None:
    """At the cost that half of them take, the cost is the gain: so hopeless an offer is still asked for its price."""
    workers = {(0, 1): 3}
    assert abs(gain(0, 1, worth)) > 30
    assert solve_offer_cost(*offered(workers, worth=worth), BETA, 0.5) == pytest.approx(counts, abs=1e-9)
