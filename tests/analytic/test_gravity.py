"""Number 5 of the specification: Poisson gravity on flows of the run recovers the coefficients put in.

Forty provinces of one place each; everybody considers and leaves. With utilities alike, nest weights are
(H / sum H)^theta times nearness, so theta = 0.8 is the coefficient of log mass, and nearness is set to km^-1.2. The
estimator is the usual one of the trade: Poisson pseudo-maximum likelihood (Santos Silva & Tenreyro 2006) with a
fixed effect for each origin, here iterated in a few lines of numpy. A logit with given departures has exactly this
likelihood.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dicu.behaviour.frozen import freeze
from dicu.engine import threads
from dicu.execution.starting import first_model
from dicu.world.small import Place, Province, build_small

PLACES = 40
MASS, DISTANCE = 0.8, -1.2

ALIKE = {
    **{
        f"choose.beta_{s}": 0.0
        for s in (
            "income",
            "commune_administration",
            "district_administration",
            "health",
            "education",
            "water",
        )
    },
    # everybody goes, and all adults are equally ready
    "move.alone": 0.0,
    "consider.floor": 1.0,
    "consider.women_readiness": 10.0,
    "consider.partnered_readiness": 1.0,
    **{f"consider.theta_{s}": 0.0 for s in ("gap", "services", "shock", "ties")},
    "consider.lambda0": 1.0,
    "choose.theta": MASS,
    "choose.network": 0.0,
    "choose.cost_other_province": 0.0,
    "choose.kappa": -40.0,
    "feedback.offers": False,
    "money.move_cost": 0.0,
    "money.move_cost_per_km": 0.0,
    "money.rent_months": 0.0,
    "life_course.parting_rate": 0.0,  # who parts from parents does not consider
    "population.weight": 2,
    "population.migrant_years": 0,
}


def poisson(y: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of E[y] = exp(x b) by Newton's method, and their standard errors robust to any variance."""
    b = np.linalg.lstsq(x, np.log(y + 0.5), rcond=None)[0]
    for _ in range(50):
        mean = np.exp(x @ b)
        bread = np.linalg.inv(x.T @ (mean[:, None] * x))
        step = bread @ (x.T @ (y - mean))
        b += step
        if np.abs(step).max() < 1e-10:
            break
    else:
        raise AssertionError("no convergence")
    meat = x.T @ ((y - mean)[:, None] ** 2 * x)
    return b, np.sqrt(np.diag(bread @ meat @ bread))


@pytest.fixture(scope="module")
def flows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Households that moved from place to place in one step, (P, P); dwellings; km between places."""
    from dicu.scenario.scenario import Scenario, with_values

    rng = np.random.default_rng(11)
    where = rng.uniform(-400, 400, (PLACES, 2))
    people = np.exp(rng.normal(8.5, 0.9, PLACES)).astype(int) + 500
    places = [
        Place(i + 1, i + 1, i, float(x), float(y), int(n))
        for i, ((x, y), n) in enumerate(zip(where, people, strict=True))
    ]
    provinces = [Province(f"P{i}", i + 1, 4.0) for i in range(PLACES)]
    world = build_small("gravity", places, [("rural district", i) for i in range(PLACES)], provinces)
    scenario = with_values(Scenario(), {"world.name": "monocentric", **ALIKE})
    model, _ = first_model(scenario, world)
    c = model.choosing
    km = model.distances.district.astype(float)
    assert np.array_equal(c.geography.province, np.arange(PLACES))
    c.geography = c.geography._replace(near_province=km**DISTANCE)
    model.markets.step(model.workers, model.residents, 0, model.moment)
    tables = freeze(
        c,
        model.markets,
        model.access(),
        model.stocks.network,
        model.housing.homes,
        model.life,
        looking=model.looking,
        kappa=model.kappa,
        offer_cost=model.offer_cost,
        moment=model.moment,
        ages=model.ages,
    )
    h = model.households
    events = threads.household_pass(h, tables, {})
    assert len(events) > 0.95 * events.considered > 0.9 * h.n, "nearly everybody leaves"
    out = np.zeros((PLACES, PLACES))
    np.add.at(out, (h.place[events.row].astype(int), events.destination.astype(int)), 1)
    return out, model.geography.dwellings_share, km


def fit(flow: np.ndarray, mass: np.ndarray, km: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(log mass, log distance): estimates and standard errors; one fixed effect an origin."""
    i, j = np.nonzero(~np.eye(PLACES, dtype=bool))
    origin = (i[:, None] == np.arange(PLACES)).astype(float)
    x = np.column_stack([np.log(mass[j]), np.log(km[i, j]), origin])
    b, error = poisson(flow[i, j], x)
    return b[:2], error[:2]


def test_number_5_coefficients_are_recovered(flows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    flow, mass, km = flows
    assert flow.sum() > 30_000
    assert not flow.diagonal().any()
    b, error = fit(flow, mass, km)
    assert (error < 0.02).all(), "so precise that a coefficient off by a tenth would be seen"
    assert (np.abs(b - (MASS, DISTANCE)) < 4 * error).all(), (b, error)


def test_number_5_departures_are_those_who_live_there(
    flows: tuple[np.ndarray, np.ndarray, np.ndarray], small_scenario: Callable[..., Any]
) -> None:
    """Origin sizes are no part of the choice: they are in the fixed effects, and differ by more than tenfold."""
    flow, mass, _ = flows
    out = flow.sum(axis=1)
    assert out.max() > 10 * out.min()
    assert np.corrcoef(out, mass)[0, 1] > 0.99


def test_the_estimator_knows_a_table_made_by_formula() -> None:
    """Expected flows without any chance give back the coefficients exactly: the regression itself is right."""
    rng = np.random.default_rng(2)
    mass, where = np.exp(rng.normal(0, 1, PLACES)), rng.uniform(0, 300, (PLACES, 2))
    km = np.hypot(*(where[:, None] - where[None]).transpose(2, 0, 1)) + np.eye(PLACES)
    flow = mass[None] ** 0.5 * km**-0.9 * rng.uniform(1, 9, PLACES)[:, None]
    assert fit(flow, mass, km)[0] == pytest.approx([0.5, -0.9], abs=1e-8)
