"""Properties of what the markets tell of each district: they tell what people there earn."""

from __future__ import annotations

import numpy as np
import pytest

from dicu.economy.commuting import commuting
from dicu.economy.markets import Markets
from dicu.scenario.parameters import Income
from dicu.scenario.parameters_household import Work
from dicu.scenario.parameters_labour import Labour
from dicu.scenario.scenario import Scenario
from dicu.world.small import Place, Province, build_small

# three districts far apart: one with a rural and an urban place, a town by itself, one of two rural places
DISTRICT = np.array([0, 0, 1, 2, 2])
TOWNS = (1, 2)
FARMER, INFORMAL, FORMAL = 0, 1, 17
PERSONS = np.full(5, 900)


def workers(seed: int) -> np.ndarray:
    """Of every kind somebody in every place; no farmer has a formal job."""
    out = np.random.default_rng(seed).integers(1, 40, (5, 32))
    out[:, 16::2] = 0
    return out


@pytest.fixture
def markets() -> Markets:
    """After a step with shocks, so that nothing is 1 any more."""
    places = [
        Place(k + 1, k + 1, d, 300.0 * d + k, 0.0, 5_000 + 900 * k, "ward" if k in TOWNS else "commune")
        for k, d in enumerate(DISTRICT.tolist())
    ]
    districts = [("rural district", 0), ("provincial city", 0), ("rural district", 1)]
    world = build_small("three", places, districts, [Province("North", 1, 4.0), Province("South", 2, 3.0)])
    labour = Labour()
    areas = commuting(world, labour, Scenario().access)
    work = Work(price_spread=0.15, disaster_per_year=0.15)
    income = Income(agriculture_penalty=0.6, skill_premium=1.5)
    made = Markets(
        world, work, income, labour, areas, workers=workers(1), persons=PERSONS, dt_quarters=1.0, seed=3
    )
    made.step(workers(2), PERSONS, 0, 80)
    return made


def test_output_is_what_all_workers_earn(markets: Markets) -> None:
    """Of those of now; in a district without any, nothing."""
    now = workers(5)
    now[2] = 0
    earned = [0.0, 0.0, 0.0]
    for place, district in enumerate(DISTRICT):
        for kind in range(32):
            earned[district] += now[place, kind] * markets.earnings[place, kind]
    assert markets.columns(now)["output_mvnd_per_month"] == pytest.approx(earned)
    assert earned[1] == 0.0 < earned[0] != earned[2]


def test_farm_income_is_that_of_an_unskilled_farmer_of_rural_places_or_else_of_the_towns(
    markets: Markets,
) -> None:
    """One rural place is enough, and farming in town counts only where there is none."""
    farming = markets.earnings[:, FARMER]
    told = markets.columns()["farm_income_mvnd_per_month"]
    assert told == pytest.approx(farming[[0, 2, 3]])
    assert farming[4] == farming[3]
    assert abs(farming[1] / farming[0] - 1) > 0.01, "else town and country could not be told apart"


def test_pay_is_that_of_an_unskilled_worker_of_the_town(markets: Markets) -> None:
    told = markets.columns()
    for kind, name in ((INFORMAL, "informal"), (FORMAL, "formal")):
        assert told[f"pay_{name}_mvnd_per_month"][:2] == pytest.approx(markets.earnings[[1, 2], kind])
