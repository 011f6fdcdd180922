"""Numbers 4 and 6 of the specification, through the functions of the run.

Number 4. A mover's chain between two places with chances p (out of A) and q (out of B) a step: the share in B obeys
s' = s (1 - p - q) + p, so s(t) = s* + (s(0) - s*) (1 - p - q)^t with s* = p / (p + q) = 0.8, and the distance to s*
halves every ln 2 / -ln(1 - p - q) = 27.4 steps. Households are independent and all start in A, so the number in B at t
is binomial(n, s(t)): the Monte Carlo error is known exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from dicu.behaviour.member_word import HAZARD_MASK
from dicu.behaviour.tables import Tables
from dicu.commit.stocks import retype
from dicu.population.columns import BIRTH_YEAR_ZERO
from dicu.world.small import ring, two_places
from nests import rescreened
from states import first_households, first_model

P, Q = 0.02, 0.005
N_STEPS = 200
CONSIDERS = 1.0 - np.exp(-10.0 / 3.0)  # lambda0 g = 1 x 10 a quarter, steps of a month

QUIET = {
    # no memory, no pull of others, no distance, no services: what is left is one constant utility a place
    "consider.theta_gap": 0.0,
    "consider.theta_services": 0.0,
    "consider.theta_ties": 0.0,
    "choose.kappa_ties": 0.0,
    "choose.network": 0.0,
    "choose.beta_income": 0.0,
    "choose.beta_distance": 0.0,
    "choose.cost_other_district": 0.0,
    "choose.cost_other_province": 0.0,
    **{
        f"choose.beta_{s}": 0.0
        for s in ("commune_administration", "district_administration", "health", "education", "water")
    },
    # women live alone, all of readiness 10
    "consider.floor": 1.0,
    "consider.women_readiness": 10.0,
    "consider.lambda0": 1.0,
    "population.migrant_years": 0,
    # moves cost nothing, no disaster is a reason, and changing work is out of the question (1e-4 of staying)
    "money.move_cost": 0.0,
    "money.move_cost_per_km": 0.0,
    "money.rent_months": 0.0,
    "work.disaster_per_year": 0.0,
    "work.switch_cost": 10.0,
    "feedback.offers": False,
    # the chain's places keep their size
    "feedback.housing": False,
}


def two_place_model(small_scenario: Callable[..., Any], values: dict[str, Any] | None = None) -> Any:
    """Two equal places with the chances P and Q; everybody lives in the first.

    With hazard h = lambda0 r dt, a household considers with chance c = 1 - exp(-h); choosing between staying,
    weight exp(v_o + kappa), and the other place, weight (1/2)^theta exp(v_d) as it has half of the dwellings, its odds
    are o = 2^-theta exp(v_d - v_o - kappa). So the two odds o_A = (P/c) / (1 - P/c) and o_B fix kappa and v_B - v_A.
    """
    months = {"time.start": "2019-04", "time.end": "2035-12", "time.step": "month"}
    scenario = small_scenario("two_places", {**QUIET, "population.weight": 1, **months, **(values or {})})
    odds = [x / CONSIDERS / (1.0 - x / CONSIDERS) for x in (P, Q)]
    kappa = -scenario.choose.theta * np.log(2.0) - 0.5 * (np.log(odds[0]) + np.log(odds[1]))
    # going home is left out altogether; its parameter's range ends at -5, where it still pulls a little
    choose = scenario.choose.model_copy(update={"kappa": float(kappa), "home": -60.0})
    scenario = scenario.model_copy(update={"choose": choose})
    world = two_places((36_000, 36_000))
    households = first_households(scenario, world)
    households.place[:] = 0
    households.home_place[:] = 0
    households.member[:] = 0
    households.member[:, 0] = (1979 - BIRTH_YEAR_ZERO) << 1 | 1
    retype(households, 2019)
    model = first_model(scenario, world=world, households=households)
    model.choosing.amenity[1] = 0.5 * (np.log(odds[0]) - np.log(odds[1]))
    return model


@pytest.fixture(scope="module", autouse=True)
def _nobody_is_born_dies_or_pairs() -> Iterator[None]:
    """Leave the life course out of the tables of every step of this module; everything else is the run's."""
    import dicu.parts as module

    real = module.freeze

    def without_lives(*args: Any, **options: Any) -> Tables:
        tables = real(*args, **options)
        life = tables.life
        none = {name: np.zeros_like(getattr(life.hazards, name)) for name in ("death", "birth", "seek")}
        still = life.hazards._replace(**none)
        word = life.word & ~np.uint32(HAZARD_MASK)
        return rescreened(tables._replace(life=life._replace(hazards=still, word=word)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "freeze", without_lives)
        yield


@pytest.fixture(scope="module")
def path() -> np.ndarray:
    """Share of the households in B after 0, 1, ..., N_STEPS steps, and how many there are."""
    from dicu.scenario.scenario import Scenario, with_values

    model = two_place_model(lambda world, values: with_values(Scenario(), {"world.name": world, **values}))
    n = model.households.n
    share = [model.stocks.households[1] / n]
    for _ in range(N_STEPS):
        model.step()
        share.append(model.stocks.households[1] / n)
    assert model.households.n == n, "somebody founded a household though everybody lives alone"
    assert n > 19_000
    return np.array([*share, n])


def test_number_4_the_share_follows_the_chain_at_every_step(path: np.ndarray) -> None:
    share, n = path[:-1], path[-1]
    t = np.arange(N_STEPS + 1)
    expected = P / (P + Q) * (1.0 - (1.0 - P - Q) ** t)
    z = (share - expected)[1:] / np.sqrt(expected * (1.0 - expected) / n)[1:]
    assert np.abs(z).max() < 4.5, f"step {int(np.abs(z).argmax()) + 1}: {np.abs(z).max():.1f} standard errors"
    assert np.abs(z).max() > 0.5, "so close that nothing can be random"


def test_number_4_the_share_ends_at_0_8(path: np.ndarray) -> None:
    """The last 50 steps: still (1 - p - q)^175 = 0.012 of the way to go in the middle."""
    assert pytest.approx(0.8) == P / (P + Q)
    t = np.arange(N_STEPS - 49, N_STEPS + 1)
    expected = 0.8 * (1.0 - (1.0 - P - Q) ** t).mean()
    # one standard error of a single step bounds that of the (correlated) mean
    assert abs(path[:-1][t].mean() - expected) < 4 * np.sqrt(0.16 / path[-1])


def test_number_4_half_life_is_27_4_steps(path: np.ndarray) -> None:
    half_life = np.log(2.0) / -np.log(1.0 - P - Q)
    assert half_life == pytest.approx(27.4, abs=0.03)
    share, n = path[:-1], path[-1]
    at = 40  # ln(0.8 / left) is t / half-life * ln 2; at 1 to 2 half-lives its relative error is smallest
    left = 0.8 - share[at]
    found = at * np.log(2.0) / np.log(0.8 / left)
    error = found / np.log(0.8 / left) * np.sqrt(share[at] * (1 - share[at]) / n) / left
    assert error < 0.5
    assert abs(found - half_life) < 4 * error


def test_number_4_those_who_consider_move_with_the_chances_put_in(small_scenario: Callable[..., Any]) -> None:
    model = two_place_model(small_scenario)
    n = model.households.n
    model.step()
    considered = model.events.considered / n
    assert abs(considered - CONSIDERS) < 4 * np.sqrt(CONSIDERS * (1 - CONSIDERS) / n)
    assert abs(len(model.changes) / n - P) < 4 * np.sqrt(P * (1 - P) / n)


@pytest.mark.parametrize("urban", [False, True])
def test_number_6_one_place_no_move(urban: bool, small_scenario: Callable[..., Any]) -> None:
    """People think of moving and have nowhere to go."""
    from dicu.world.small import one_place

    scenario = small_scenario(
        "one_place", {"consider.lambda0": 1.0, "population.weight": 5, "time.end": "2029Q4"}
    )
    model = first_model(scenario, world=one_place(20_000, urban=urban))
    considered = 0
    for _ in range(model.calendar.n_steps):
        model.step()
        considered += model.events.considered
        assert len(model.events) == len(model.changes) == 0
        assert model.changes.splits == model.changes.whole == model.changes.move_costs == 0
    assert considered > 1000
    h = model.households
    assert not h.place[: h.n].any()
    assert not h.home_place[: h.n].any()


SEEDS = 6

ALIKE = {
    # what makes places of a ring differ: which of them holds the seats, and sampled incomes of its provinces
    **{
        key: value
        for key, value in QUIET.items()
        if key.startswith("choose.beta") or key.startswith("consider.theta")
    },
    "choose.beta_distance": 1.0,
    "choose.kappa_ties": 0.0,
    "choose.home": -5.0,
    "consider.lambda0": 0.4,
    "work.disaster_per_year": 0.0,
    "money.follow_chance": 0.0,
    "population.weight": 1,
    "population.migrant_years": 0,
    "time.start": "2024Q3",
    "time.end": "2024Q4",
}


def pooled(small_scenario: Callable[..., Any], values: dict[str, Any], amenity: float = 0.0) -> np.ndarray:
    """Arrivals and departures, (2, 12), of the places of a ring over all steps and seeds; place 5 a little nicer."""
    world = ring(12, 6_000)
    counts = np.zeros((2, 12))
    for seed in range(SEEDS):
        model = first_model(small_scenario("ring", {**ALIKE, **values, "seed": seed}), world=world)
        model.choosing.amenity[5] += amenity
        for _ in range(model.calendar.n_steps):
            model.step()
            counts[0] += np.bincount(model.changes.destination, minlength=12)
            counts[1] += np.bincount(model.changes.origin, minlength=12)
    assert counts[0].sum() == counts[1].sum() > 10_000
    return counts


@pytest.mark.parametrize("network", [0.0, 0.4])
def test_number_6_equal_places_without_a_gap_net_migration_is_nought(
    network: float, small_scenario: Callable[..., Any]
) -> None:
    """Net migration of each of 12 places, pooled over seeds, in units of its standard deviation.

    Departures and arrivals of a place are sums of rare independent events with equal means, so net / sqrt(in + out)
    is standard normal; the nets of R places sum to 0, so that the sum of their squares is chi-square with R - 1
    degrees of freedom, times R / (R - 1) since nets are correlated by -1 / (R - 1).
    """
    into, out = pooled(small_scenario, {"choose.network": network})
    z = (into - out) / np.sqrt(into + out)
    assert np.abs(z).max() < 4.0, z.round(1)
    square = float((z * z).sum()) * 11 / 12
    # chi-square, 11 degrees of freedom: 99.9 % lie between 1.6 and 33.1
    assert 1.6 < square < 33.1, square


def test_number_6_would_see_a_small_gap(small_scenario: Callable[..., Any]) -> None:
    """The same count with one place a little nicer: the test above can fail."""
    into, out = pooled(small_scenario, {"choose.network": 0.0}, amenity=0.2)
    z = (into - out) / np.sqrt(into + out)
    assert z.argmax() == 5
    assert z[5] > 5.0
