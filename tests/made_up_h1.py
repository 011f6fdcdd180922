"""H1 made up over a small world: known effects of growth and of lost farm income, by district and half."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts
from dicu_analysis.experiments.h1.estimands import COLUMNS
from dicu_analysis.experiments.h1.panel import Districts
from dicu_analysis.experiments.h1.treatment import GROWTH, LOSS
from made_up_sweeps import luck, make_sweep

SCENARIO = with_values(
    Scenario(), {"world.name": "monocentric", "time.start": "2020Q1", "time.end": "2024Q4"}
)
FACTS = Facts(SCENARIO, "0.0", False)
DISTRICTS, WORLD = Districts.open(SCENARIO)
RURAL = np.bincount(WORLD.district, WORLD.residents * ~WORLD.urban, len(DISTRICTS))
BASE, LOST, CROSSED = 20.0, 3.0, 0.4
"""Per 1,000 a year: without anything, what lost farm income adds where it is lost, what both add beyond that."""
PULL = {True: 2.0, False: 1.0}
"""What growth adds, in struggling districts and elsewhere."""
ARMS = ["neither", "urban", "rural_1", "rural_2", "both_1", "both_2"]
POOR = np.flatnonzero(RURAL > 0)[:2]
"""Districts that earn least and have the worst access in the made-up runs."""


def rows(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
    """Five years of every district."""
    arm, _, draw = scenario.partition("_")
    noise = luck(r, len(DISTRICTS), 0.5)
    made = []
    for year in range(6):
        for d, code in enumerate(DISTRICTS.code):
            poor = d in POOR
            rate = BASE + noise[d]
            grows = arm in ("urban", "both")
            loses = draw != "" and bool(DISTRICTS.halves[int(draw)][d])
            rate += PULL[poor] * grows + LOST * loses + CROSSED * (grows and loses)
            rate += 0.01 * np.random.default_rng([r, len(scenario), d, year]).normal()
            jobs = 1000.0 * (1.1 if grows and DISTRICTS.urban[d] and year else 1.0)
            row = {"level": "district", "unit": code, "step": 4 * year} | dict.fromkeys(COLUMNS, 1.0)
            row |= {
                "rural_persons": RURAL[d], "rural_to_urban_persons": RURAL[d] * rate / 1000 if year else np.nan,
                "market_formal_jobs": jobs, "persons": 5000.0 + (60.0 if jobs > 1000.0 else 0.0),
                "market_output_mvnd_per_month": 1.0 if poor else 2.0, "access_health": 0.2 if poor else 0.8,
            }  # fmt: skip
            made.append(row)
    return made


def values_of(arm: str, growth: float = 0.005, loss: float = 0.2) -> dict[str, float]:
    """What the design of the sweep gives an arm."""
    kind = arm.partition("_")[0]
    return {GROWTH: growth * (kind in ("urban", "both")), LOSS: loss * (kind in ("rural", "both"))}


def sweep_of(folder: Path, arms: list[str], replicates: int = 6) -> FinishedSweep:
    return FinishedSweep(
        make_sweep(folder, [(a, values_of(a)) for a in arms], replicates, rows, ("district",))
    )
