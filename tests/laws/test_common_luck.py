"""Counterfactuals: a better place draws people to it and its nest, and moves nobody between the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dicu.engine import threads
from dicu.model import Model
from nests import keys_of
from states import copy_of, first_households, first_model, tables_of

# considering does not see the change, and nobody is too poor: so all that differs is the choice
BLIND = {
    "consider.theta_gap": 0.0,
    "consider.theta_services": 0.0,
    "population.weight": 2,
    "money.move_cost": 0.0,
    "money.move_cost_per_km": 0.0,
    "money.rent_months": 0.0,
    "feedback.offers": False,  # whether a job elsewhere is taken is another decision, which sees one's own place
}
# and one chance to consider for everybody, so that independence is a product
ALIKE = {
    **BLIND,
    "consider.floor": 1.0,
    "consider.women_readiness": 1.0,
    "consider.partnered_readiness": 1.0,
    "consider.theta_ties": 0.0,
    "consider.lambda0": 0.1,
    "choose.kappa": -50.0,
}
RESTLESS = {"consider.lambda0": 1.0, "choose.cost_other_district": 0.5, "choose.cost_other_province": 0.5}
STAYS = -1


def decisions(model: Model) -> np.ndarray:
    """Destination of every household in the step that comes, `STAYS` for who stays; rows as at the start."""
    households = copy_of(model.households)
    events = threads.household_pass(households, tables_of(model), {})
    to = np.full(households.n, STAYS)
    to[events.row] = events.destination
    return to


def nest(model: Model, origin: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Nest of a destination as seen from an origin: a district of the own province, or another province."""
    g = model.geography
    district, province = g.district[to], g.province[g.district[to]]
    here = g.province[g.district[origin]]
    names = np.where(province == here, district, len(g.province) + province)
    return np.where(to == STAYS, -1 - origin, np.where(to == origin, -1 - origin, names))


def raise_place(model: Model, what: str, place: int) -> None:
    if what == "amenity":
        model.choosing.amenity[place] += 0.7
    elif what == "income":
        model.markets.potential[place] *= 1.5
    else:
        model.choosing.amenity[place] -= 0.7


@pytest.mark.parametrize("what", ["amenity", "income"])
@pytest.mark.parametrize("place", [1, 6, 20])
def test_a_better_place_draws_to_its_nest_and_changes_nothing_else(
    what: str, place: int, small_scenario: Callable[..., Any]
) -> None:
    model = first_model(small_scenario("monocentric", {**BLIND, **RESTLESS}))
    h = model.households
    origin, home = h.place[: h.n].astype(int), h.home_place[: h.n].astype(int)
    before = decisions(model)
    raise_place(model, what, place)
    after = decisions(model)

    target = nest(model, origin, np.full(h.n, place))
    was, now = nest(model, origin, before), nest(model, origin, after)
    # who went home and now goes elsewhere in the nest of the home is drawn into a nest that was another option
    went_home = (before == home) & (home != origin)
    changed = before != after
    assert changed.sum() > 10
    assert (before >= 0).sum() > 1000
    drawn = changed & ~((now == was) & went_home)
    assert np.array_equal(now[drawn], target[drawn]), "somebody went to a nest that had not changed"
    within = changed & (was == target) & ~went_home
    assert (after[within] == place).all(), (
        "somebody bound for the nest now goes to a place that had not changed"
    )
    # of the place's own residents, nobody leaves who stayed before
    own = origin == place
    assert (after[own & (before == STAYS)] == STAYS).all()


@pytest.mark.parametrize("place", [1, 6, 20])
def test_a_worse_place_loses_and_changes_nothing_else(place: int, small_scenario: Callable[..., Any]) -> None:
    model = first_model(small_scenario("monocentric", {**BLIND, **RESTLESS}))
    h = model.households
    origin, home = h.place[: h.n].astype(int), h.home_place[: h.n].astype(int)
    before = decisions(model)
    raise_place(model, "worse", place)
    after = decisions(model)
    changed = before != after
    target = nest(model, origin, np.full(h.n, place))
    left = nest(model, origin, before)[changed & ~((before == home) & (home != origin))]
    assert changed.sum() > 10
    assert (left == target[changed & ~((before == home) & (home != origin))]).all()
    assert not (after[changed & (origin != place)] == place).any()


def test_who_considers_is_the_same_household_by_household(small_scenario: Callable[..., Any]) -> None:
    """Raising the hazard only adds households that consider: nobody stops."""
    low, high = (
        first_model(
            small_scenario(
                "monocentric",
                {**BLIND, "population.weight": 4, "consider.lambda0": rate, "choose.kappa": -50.0},
            )
        )
        for rate in (0.1, 0.13)
    )  # with kappa so low, all that consider move
    a, b = decisions(low) != STAYS, decisions(high) != STAYS
    assert (b | ~a).all()
    assert a.sum() > 500
    assert 1.1 < b.sum() / a.sum() < 1.4
    moved = a & (decisions(low) == decisions(high))
    assert moved.sum() == a.sum(), "where they go does not depend on how restless they are"


def test_luck_is_new_every_step_and_for_every_purpose(small_scenario: Callable[..., Any]) -> None:
    """Without new keys a step, the same households would consider for ever."""
    model = first_model(small_scenario("ring", ALIKE))
    first = decisions(model) != STAYS
    model.now += 1
    second = decisions(model) != STAYS
    p, q = first.mean(), second.mean()
    both = (first & second).mean()
    assert p > 0.05
    assert abs(both - p * q) < 4 * np.sqrt(p * q / len(first))
    keys = keys_of(tables_of(model))
    # the split and leaver keys and that of new households stand twice: who leaves for a job is drawn with the same luck
    assert len(keys) == 20
    assert len(set(keys.values())) == 17


def test_replicates_share_their_population_but_not_their_luck(small_scenario: Callable[..., Any]) -> None:
    scenarios = [small_scenario("ring", {**ALIKE, "seed": seed}) for seed in (1, 2)]
    models = [first_model(s) for s in scenarios]
    assert np.array_equal(*(first_households(s).uid for s in scenarios))
    a, b = (decisions(m) != STAYS for m in models)
    assert abs((a & b).mean() - a.mean() * b.mean()) < 4 * np.sqrt(a.mean() * b.mean() / len(a))
