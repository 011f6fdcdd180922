"""Open the world a scenario asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dicu.scenario.scenario import Scenario
from dicu.world.small import make_small
from dicu.world.tables import replace_places
from dicu.world.validate import validate
from dicu.world.viet_nam import load_viet_nam
from dicu.world.world import World


def open_world(scenario: Scenario) -> World:
    """World with the residents of the scenario's first year, checked.

    Raises
    ------
    ValueError
        When a user's table of places does not fit, with every row named.
    """
    choice = scenario.world
    year = scenario.calendar.year(0)
    if choice.name == "viet_nam":
        world = load_viet_nam(year)
        if choice.places is not None:
            world = replace_places(world, Path(choice.places))
    else:
        size = {} if choice.size is None else {"size": choice.size}
        world = replace(make_small(choice.name, **size), year=year)
    validate(world)
    return world
