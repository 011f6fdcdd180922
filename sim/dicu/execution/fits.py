"""Whether a world has what a scenario asks of it: asked before any work, by a single run as by a sweep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from dicu.behaviour.life_tables import death_rates, union_rates
from dicu.economy.central import Central
from dicu.economy.commuting import commuting
from dicu.economy.programmes import Programmes
from dicu.observe.chosen import chosen
from dicu.population import synthesis
from dicu.population.margins import mean_sizes
from dicu.reform.policies import check_rows, policy_named
from dicu.scenario.country import FILE
from dicu.scenario.fitted import fitted
from dicu.scenario.fitted import terms as of_side
from dicu.scenario.loader import ConfigurationErrors, load
from dicu.scenario.scenario import Scenario, UnfitScenario
from dicu.scenario.wording import quoted
from dicu.world.country import LENT_BY
from dicu.world.world import World


def check_fits(scenario: Scenario, world: World) -> None:
    """Refuse before any work what a scenario asks of a world that it does not have.

    Raises
    ------
    UnfitScenario
        Cities and zones that are not there, ages at union that the law does not allow, more residents per row than
        there are, margins that no population has, a policy that needs a reform or standards which the country does not
        have; the message names the key.
    dicu.world.table_checks.TableError
        What is wrong with the rows of the reform, a date outside the run among it.
    """
    Programmes(
        scenario.programme,
        scenario.calendar,
        world,
        Central(scenario.cities, scenario.calendar, world),
        commuting(world, scenario.labour, scenario.access),
    )
    _check_terms(scenario, world)
    calendar = scenario.calendar
    _check_unions(scenario, world)
    synthesis.check_population(world, scenario.population, calendar.age_year(calendar.first_step))
    policy_named(scenario.reform.policy).check(world, scenario.reform.policy)
    check_rows(scenario, world)
    chosen(world, scenario.record.households.where)


def _check_unions(scenario: Scenario, world: World) -> None:
    """Refuse mean ages at first union that the least age at marriage of the country does not allow."""
    life, dt = scenario.life_course, scenario.calendar.dt_quarters
    try:
        union_rates(life, dt, death_rates(life, dt), world.country.law.marriage)
    except ValueError as error:
        raise UnfitScenario(str(error)) from error


def _check_terms(scenario: Scenario, world: World) -> None:
    """Refuse terms of provinces that the world does not have."""
    there = [str(code) for code in world.legacy_provinces.code]
    for side, terms in (("arrive", scenario.arriving), ("leave", scenario.leaving)):
        for code in terms:
            if code not in there:
                number = scenario.ensemble.member
                if number is not None and code in of_side(fitted().members[number - 1], side):
                    raise UnfitScenario(
                        "ensemble.member: the sets of the ensemble (sweep.ensemble in a sweep) are fitted to the "
                        f"provinces of Viet Nam as they come with the package (got {number} in the "
                        f"world {world.name}, allowed null)"
                    )
                raise UnfitScenario(
                    f"province_terms.{side}: no such province (got {quoted(code)}, allowed {', '.join(there)})"
                )


def check_settings(folder: Path, world: World) -> None:
    """Check a folder's own settings as a run checks them: with its reform if it has one.

    Raises
    ------
    ConfigurationErrors
        Unknown settings, values out of range, dates outside the run, each at its line of ``country.yaml``.
    UnfitScenario, dicu.world.table_checks.TableError
        What the world does not have or no population can be.
    """
    path = json.dumps(str(folder.absolute()), ensure_ascii=False)
    scenario = load("none", [f"world.tables={path}", "population.weight=1"]).scenario
    words = world.country.file.reform
    if words is not None:
        try:
            scenario.calendar.step_of(words.date)
        except ValueError as error:
            raise ConfigurationErrors(
                [
                    f"{folder / FILE}: reform.date: the reform is {error}; parameters.time says when a run begins and "
                    "ends"
                ]
            ) from error
        scenario = scenario.model_copy(
            update={"reform": scenario.reform.model_copy(update={"policy": "actual"})}
        )
    check_fits(scenario, world)


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
    calendar = scenario.calendar
    persons, _ = mean_sizes(scenario.population, calendar.age_year(calendar.first_step))
    rows = world.residents / persons / scenario.population.weight
    few = int(((rows < FEW_ROWS) & (world.residents > 0)).sum())
    if few:
        lines.append(
            f"{world.name}: {few} of {world.n_places} places have fewer than {FEW_ROWS} rows at population.weight="
            f"{scenario.population.weight}: what happens in single places is mostly luck (a smaller weight helps)"
        )
    return lines
