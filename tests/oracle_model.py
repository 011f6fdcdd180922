"""The model of which one step is compared with the oracle: some steps after the reform, with all that can happen.

    uv run python tests/oracle_model.py FOLDER

keeps it in a folder; where the environment names that folder (`DICU_ORACLE_MODELS`), it is read instead of being made.
"""

from __future__ import annotations

import dataclasses
import os
import pickle
import sys
from pathlib import Path
from typing import Final

from dicu.execution.starting import first_model
from dicu.model import Model
from dicu.reform.opening import open_world
from dicu.scenario.country_parts import LegalAges
from dicu.scenario.scenario import Scenario, with_values

STEPS: Final = ("quarter", "month")
LIVELY: Final = {
    "world.name": "monocentric",
    "population.weight": 20,
    "population.migrant_years": 30,
    "time.start": "2025Q1",
    "time.end": "2026Q4",
    "reform.policy": "actual",
    "choose.move_share": 0.5,
    "choose.home": 4.5,
    "choose.network": 0.7,
    "choose.cost_other_district": 0.7,
    "choose.cost_other_province": 0.7,
    "work.switch_cost": 0.3,
    "work.disaster_per_year": 0.5,
    "money.consumption_floor": 1.6,
}


def lively(step: str) -> tuple[Scenario, Model]:
    """Four steps after the start, with shocks, migrants and households without means.

    In months under another law than that of Viet Nam.
    """
    if kept := os.environ.get("DICU_ORACLE_MODELS"):
        found: tuple[Scenario, Model] = pickle.loads(Path(kept, step).read_bytes())
        return found
    restless = 0.9 if step == "quarter" else 1.0  # a month is a third of a quarter
    scenario = with_values(Scenario(), {**LIVELY, "time.step": step, "consider.lambda0": restless})
    world = open_world(scenario)
    if step == "month":
        file = world.country.file.model_copy(update={"ages": LegalAges(majority=20, marriage=19)})
        world = dataclasses.replace(world, country=dataclasses.replace(world.country, file=file))
    model, _ = first_model(scenario, world)
    for _ in range(4):
        model.step()
    return scenario, model


if __name__ == "__main__":
    for each in STEPS:
        Path(sys.argv[1], each).write_bytes(pickle.dumps(lively(each)))
