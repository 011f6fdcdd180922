from __future__ import annotations

import importlib.util
from pathlib import Path

import mesa
import pytest

from dicu.government import Governments
from dicu.scenario.parameters import Access, Government

spec = importlib.util.spec_from_file_location(
    "grid_world", Path(__file__).parents[1] / "government" / "grid_world.py"
)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)


@pytest.fixture
def world():
    return module.grid_world()


@pytest.fixture
def govern(world):
    """Governments of the grid world at the start; keyword arguments change parameters of section
    Government.

    Nothing is pooled, reinvested or dug for water unless a test asks for it, so that each rule shows alone.
    """

    def made(residents=None, steps_per_year=4, access=None, **parameters):
        return Governments(
            mesa.Model(rng=1),
            world,
            Government(**{"pool_share": 0.0, "reinvest_share": 0.0, **parameters}),
            access or Access(clean_water_closing=0.0),
            world.residents if residents is None else residents,
            steps_per_year,
        )

    return made
