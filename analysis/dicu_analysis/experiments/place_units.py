"""The legacy province and district of each place, by place key: the world of a sweep's runs, opened again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dicu.reform.opening import open_world
from dicu.scenario.scenario import Scenario
from dicu.world.world import World


def world_of(scenario: Scenario) -> World:
    """The world of a sweep's runs, opened again."""
    return open_world(scenario)


def place_province(scenario: Scenario) -> pd.Series:
    """Code of the legacy province of each place, by place key."""
    world = open_world(scenario)
    code = world.legacy_provinces.code[world.province].astype(str)
    return pd.Series(code, index=world.place_key.astype(np.uint64))


def place_district(scenario: Scenario) -> pd.Series:
    """Code of the legacy district of each place, by place key."""
    world = open_world(scenario)
    code = world.districts.code[world.district].astype(str)
    return pd.Series(code, index=world.place_key.astype(np.uint64))


__all__ = ["place_district", "place_province", "world_of"]
