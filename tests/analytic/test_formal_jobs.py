"""Numbers 12 and 13: what places are worth, a closed area that stands still, and how many people a formal job draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dicu.economy.labour_rules import informal_pay, value_formal, value_informal
from dicu.population.columns import FORMAL, Households
from dicu.population.links import Links
from dicu.scenario.scenario import Scenario, with_values
from dicu.world.small import make_small
from states import first_model

DELTA, RHO = 0.05, 0.02


def test_what_a_place_is_worth() -> None:
    """At pi = 1.5, h = delta = .05, rho = .02: 1.2083 w_I without a formal job and 1.2917 w_I with one."""
    assert value_informal(1.0, 1.5, 0.05, DELTA, RHO) == pytest.approx(1.2083, abs=5e-5)
    assert value_formal(1.0, 1.5, 0.05, DELTA, RHO) == pytest.approx(1.2917, abs=5e-5)


# ------------------------------------------------------------------ 12: a closed area


CLOSED = {
    "world.name": "one_place",
    "population.weight": 1,
    "time.start": "2024Q1",
    "time.end": "2033Q4",
    "labour.formal_growth": 0.0,
    "labour.turnover": DELTA,
    "labour.vacant": 0.0,
    "labour.skill_odds": 1.0,
    "feedback.offers": False,
    "consider.lambda0": 0.0,
    # nobody is born, dies or seeks a partner within what is asked for
    "life_course.fertility_urban": 0.0,
    "life_course.fertility_rural": 0.0,
    "work.price_spread": 0.0,
    "work.disaster_per_year": 0.0,
}


def pairs(n: int, formal: float) -> Households:
    """Households of two workers of the same age and sex, who neither die soon nor marry; a share with formal jobs."""
    h = Households.empty(n, n + 10)
    h.uid[:n] = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    h.place[:n] = h.home_place[:n] = 0
    h.wealth[:n], h.income_quantile[:n], h.ties[:n] = 100, 128, 255
    h.member[:n] = 0
    h.member[:n, :2] = (2024 - 50 - 1910) << 1
    h.attributes[:n] = 2 << 1
    h.attributes[: int(n * formal)] |= FORMAL
    h.flags[:n] = 2 * 4 + 1
    return h


@pytest.fixture(scope="module")
def closed() -> Any:
    from dicu.model import Model

    scenario = with_values(Scenario(), CLOSED)
    world = make_small("one_place", residents=20_000)
    model = Model(scenario, world, pairs(10_000, 0.45), Links.empty(16))
    shares, found = [], []
    for _ in range(8):  # before anybody of fifty dies in number
        model.step()
        w = model.workers.sum()
        shares.append(model.stocks.formal.sum() / w)
        found.append(float(model.markets.formal.flows.find[0]))
    return np.array(shares), np.array(found)


def test_a_closed_area_stands_still(closed: Any) -> None:
    """F/L = .45, g = 0, xi = 0: the chance of a job is that of replacing who lost theirs, .0399, and E/L stays.

    10,000 households of two: its standard deviation is .0021, of one step, since what is missing is found in the next.
    """
    shares, found = closed
    assert found[0] == pytest.approx(0.45 * (1 - np.exp(-DELTA)) / 0.55, rel=1e-9)
    assert found[0] == pytest.approx(0.0399, abs=5e-5)
    assert np.abs(shares - 0.45).max() < 4 * 0.0021
    assert np.abs(shares - 0.45).max() > 0.0, "somebody must have lost or found a job"


# ------------------------------------------------------------------ 13: Todaro


def people_per_job(eps: float, premium: float = 1.5) -> float:
    """dL/dF at F = I, newcomers' value held at that of the start, by small steps of the rules themselves."""

    def value(formal: float, informal: float) -> float:
        find = DELTA * formal / informal  # who loses a job makes room for who finds one
        return value_informal(informal_pay(informal, 1e6, eps), premium, find, DELTA, RHO)

    outside = value(1e6, 1e6)
    more = 1e6 * (1 + 1e-4)
    low, high = 0.5e6, 2e6
    for _ in range(200):  # the more are informal, the less a place is worth
        middle = 0.5 * (low + high)
        low, high = (middle, high) if value(more, middle) > outside else (low, middle)
    return 1.0 + (low - 1e6) / (more - 1e6)


@pytest.mark.parametrize(("eps", "people"), [(0.0, 2.000), (0.4, 1.342)])
def test_people_per_formal_job(eps: float, people: float) -> None:
    """dL/dF = 1 + (I/F)(pi - 1)x / ((pi - 1)x + eps), x = h/(h + delta + rho)."""
    x = 0.05 / (0.05 + DELTA + RHO)
    assert 1 + 0.5 * x / (0.5 * x + eps) == pytest.approx(people, abs=1e-3)
    assert people_per_job(eps) == pytest.approx(people, abs=2e-3)


def test_a_job_draws_more_than_one_whatever_the_premium() -> None:
    for premium in (1.05, 1.2, 1.86):
        assert people_per_job(0.4, premium) > 1.0


QUIET = {
    "world.name": "monocentric",
    "population.weight": 20,
    "time.start": "2024Q3",
    "time.end": "2026Q2",
    "consider.lambda0": 0.0,
    "money.follow_chance": 0.0,
}


def test_who_moves_took_an_offer() -> None:
    """lambda0 = 0 and nobody who follows: beside couples exactly as many households move as offers were taken."""
    model = first_model(with_values(Scenario(), QUIET))
    taken = 0
    for _ in range(8):
        model.step()
        work, changes = model.events.work, model.changes
        assert work.made.sum() == work.taken.sum() + work.lapsed.sum()
        assert changes.whole + changes.splits == work.taken.sum() == changes.by_reason["work"]
        taken += int(work.taken.sum())
    assert taken > 50


def test_without_growth_and_offers_nobody_moves() -> None:
    """No offers: silence, whatever jobs are lost and found at home."""
    model = first_model(
        with_values(Scenario(), QUIET | {"labour.formal_growth": 0.0, "feedback.offers": False})
    )
    for _ in range(8):
        model.step()
        assert model.changes.whole + model.changes.splits == 0
        assert model.events.work.made.sum() == 0
        assert model.events.work.found.sum() > 0


def test_growth_of_jobs_brings_more_offers() -> None:
    """The dose: what is offered afar follows new formal jobs, xi_n of each."""

    def made(growth: float) -> int:
        values = {"labour.formal_growth": growth, "labour.vacant": 0.0}
        model = first_model(with_values(Scenario(), QUIET | values))
        total = 0
        for _ in range(8):
            model.step()
            total += int(model.events.work.made.sum())
        return total

    none, some = made(0.0), made(0.08)
    assert some > none + 100
