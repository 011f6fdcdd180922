"""H6 made up: villages half of which shrink, by how much in each arm, over ten years on a small world."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dicu.reform.opening import open_world
from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.h6.typology import Communes, Floats
from made_up_sweeps import make_sweep

YEARS = 10
SCENARIO = with_values(
    Scenario(), {"world.name": "monocentric", "time.start": "2025Q1", "time.end": "2034Q4"}
)
LOST = {"none": 0.20, "actual": 0.22, "actual_with_satellites": 0.22, "zones": 0.14}
"""Share of their people that shrinking villages lose, by arm."""
SPENT = {"none": 100.0, "actual": 90.0, "actual_with_satellites": 95.0, "zones": 90.0}
"""Billion dong a step, by arm."""


def make_h6(folder: Path, lost: Mapping[str, float]) -> FinishedSweep:
    """A sweep with the tables that it kept; every second village shrinks."""
    world = open_world(SCENARIO)
    communes = Communes.of(world)
    shrink = (np.arange(len(communes)) % 2 == 0)[communes.of_place] & ~world.urban
    districts = [str(c) for c in world.districts.code]

    def rows(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
        spent = SPENT.get(scenario, 93.0)
        columns = ("wages", "running", "desks", "severance", "severance_nation", "investment")
        return [
            {
                "level": "nation",
                "unit": "all",
                "step": s,
                **{f"gov_{c}_mvnd": 1e3 * (spent + 0.01 * r) / 6 for c in columns},
            }
            for s in range(3)
        ]

    arms = [(a, {"programme.industrial_zones": "('2025Q3 A',)" if a == "zones" else "()"}) for a in lost]
    made = make_sweep(folder, arms, 3, rows, config={"time": {"start": "2025Q1", "end": "2034Q4"}})
    sweep = FinishedSweep(made)
    for point, (arm, _) in enumerate(arms):
        for r in range(3):
            out = made / "tables" / sweep.run_of(point, r)
            out.mkdir(parents=True)
            luck = np.random.default_rng(r).normal(0, 0.001, world.n_places)
            end = 10_000 * np.where(shrink, 1 - lost[arm], 1.0) * (1 + luck)
            _write(out / "places.parquet", _places(world.place_key, np.full(world.n_places, 10_000.0), end))
            people = np.bincount(world.district, end, len(districts))
            start = np.bincount(world.district, minlength=len(districts)) * 1e4
            _write(out / "districts.parquet", _districts(districts, start, people))
    return sweep


def _places(keys: Any, start: Floats, end: Floats) -> list[pd.DataFrame]:
    return [
        pd.DataFrame(
            {"step": step, "place_key": keys, "persons": persons.astype(np.int64), "access_health": 0.5}
        )
        for step, persons in ((0, start), (4 * YEARS, end))
    ]


def _districts(codes: list[str], start: Floats, end: Floats) -> list[pd.DataFrame]:
    return [
        pd.DataFrame({"step": s, "district": codes, "workers_other": 0.0, "workers_farm": 0.6 * n})
        for s, n in ((0, start), (4 * YEARS, end))
    ]


def _write(path: Path, parts: list[pd.DataFrame]) -> None:
    pq.write_table(pa.Table.from_pandas(pd.concat(parts), preserve_index=False), path)
