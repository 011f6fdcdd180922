"""Whether a world has what a scenario asks of it: asked before any work, by a single run as by a sweep."""

from __future__ import annotations

from dicu.economy.central import Central
from dicu.economy.programmes import Programmes
from dicu.population import synthesis
from dicu.scenario.scenario import Scenario
from dicu.world.world import World


def check_fits(scenario: Scenario, world: World) -> None:
    """Refuse before any work what a scenario asks of a world that it does not have.

    Raises
    ------
    UnfitScenario
        Cities and zones that are not there, more residents per row than there are; the message names the key.
    """
    Programmes(
        scenario.programme, scenario.calendar, world, Central(scenario.cities, scenario.calendar, world)
    )
    synthesis.check_weight(world, scenario.population)
