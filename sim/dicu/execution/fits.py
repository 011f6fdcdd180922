"""Whether a world has what a scenario asks of it: asked before any work, by a single run as by a sweep."""

from __future__ import annotations

from typing import Final

from dicu.economy.central import Central
from dicu.economy.programmes import Programmes
from dicu.population import synthesis
from dicu.reform.policies import POLICIES
from dicu.scenario.scenario import Scenario
from dicu.world.country import LENT_BY
from dicu.world.world import World


def check_fits(scenario: Scenario, world: World) -> None:
    """Refuse before any work what a scenario asks of a world that it does not have.

    Raises
    ------
    UnfitScenario
        Cities and zones that are not there, more residents per row than there are, margins that no population has, a
        policy that needs a reform or standards which the country does not have; the message names the key.
    """
    Programmes(
        scenario.programme, scenario.calendar, world, Central(scenario.cities, scenario.calendar, world)
    )
    synthesis.check_population(world, scenario.population)
    POLICIES[scenario.reform.policy].check(world, scenario.reform.policy)


FEW_ROWS: Final = 10
"""Rows per place below which what happens in single places is mostly luck."""


def about_country(scenario: Scenario, world: World) -> list[str]:
    """What a person should know before the run of a user's own country: what is borrowed, and what looks odd.

    Empty for the worlds of the package.
    """
    if scenario.world.tables is None:
        return []
    country = world.country
    lines = [f"{world.name}: {text}" for text in country.notes]
    if country.borrowed:
        lines.append(f"{world.name}: not its own, borrowed from {LENT_BY}: {', '.join(country.borrowed)}")
    start = scenario.calendar.year(scenario.calendar.first_step)
    if start != country.file.year:
        lines.append(f"{world.name}: the residents of {country.file.year} stand in for those of {start}")
    if country.own("standards") is None and country.file.reform is None:
        lines.append(f"{world.name}: has no reform of its own and no standards")
    persons = float(scenario.population.household_size_rural)
    rows = world.residents / persons / scenario.population.weight
    few = int(((rows < FEW_ROWS) & (world.residents > 0)).sum())
    if few:
        lines.append(
            f"{world.name}: {few} of {world.n_places} places have fewer than {FEW_ROWS} rows at population.weight="
            f"{scenario.population.weight}: what happens in single places is mostly luck (a smaller weight helps)"
        )
    return lines
