"""Life expectancy of provinces is the one at which their people of 2014 die as published: made again here."""

from __future__ import annotations

import numpy as np
import pytest

from dicu.behaviour.life_tables import death_rates
from dicu.population.synthesis import _old_ages
from dicu.scenario.parameters_household import LifeCourse
from dicu.world import facts, population_facts

YEARS = (2014, 2015, 2016)


def people_by_age() -> dict[str, np.ndarray]:
    """Share of the persons of each province, and of the nation (""), by single age of 2014, as in the synthesis."""
    told = population_facts.age_sex_2014()
    told = told[told["residence"] == "total"]
    groups = told.pivot_table(
        index="province", columns="age_from", values="persons", aggfunc="sum"
    ).to_numpy()
    oldest = np.bincount(_old_ages(), minlength=20) / 1024
    single = np.zeros((len(groups), 128))
    single[:, :80] = np.repeat(groups[:, :16] / 5, 5, axis=1)
    single[:, 80:100] = groups[:, 16:] * oldest
    codes = sorted(told["province"].unique())
    return dict(zip(codes, single / single.sum(axis=1, keepdims=True), strict=True))


def life_expectancy_of_deaths() -> dict[str, float]:
    """At which each province has its published share of the nation's deaths; the nation dies by its own figure."""
    told = population_facts.fertility_mortality()
    lives = told[(told["figure"] == "life_expectancy") & (told["province"] == "")].set_index("first_year")[
        "value"
    ]
    deaths = told[
        (told["figure"] == "deaths_per_1000")
        & (told["residence"] == "total")
        & told["first_year"].isin(YEARS)
    ]
    deaths = deaths[deaths["province"] != ""].groupby("province")["value"].mean()
    residents = facts.residents(YEARS[0]).set_index("code")["total"][deaths.index]
    people = people_by_age()
    of_nation = float((people[""] * death_rates(LifeCourse(), 1.0, float(lives[YEARS[0]]))).sum())
    scale = of_nation / np.average(deaths.to_numpy(), weights=residents.to_numpy())
    found = {}
    for code, rate in deaths.items():
        low, high = 55.0, 90.0
        for _ in range(30):
            middle = 0.5 * (low + high)
            dying = float((people[str(code)] * death_rates(LifeCourse(), 1.0, middle)).sum())
            low, high = (middle, high) if dying > scale * rate else (low, middle)
        found[str(code)] = round(middle, 1)
    return found


def test_life_expectancy_of_provinces_is_that_of_their_deaths() -> None:
    told = population_facts.fertility_mortality()
    shipped = told[told["figure"] == "life_expectancy_of_deaths"].set_index("province")["value"]
    assert shipped.to_dict() == pytest.approx(life_expectancy_of_deaths(), abs=0.051)
