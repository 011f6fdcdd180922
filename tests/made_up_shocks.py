"""H4 and H5 made up: cities that gain from others, and an urban share that comes back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dicu.lab.ladder import FILE
from dicu_analysis.experiments import h5_ladder
from dicu_analysis.experiments.arms import FinishedSweep
from made_up_sweeps import luck, make_sweep

LOST = {
    "none": 0.0,
    "loss10": -0.5,
    "loss20": -1.0,
    "loss40": -2.0,
    "push20": 0.6,
    "none cut": 0.0,
    "loss20 cut": -1.0,
}


def h5_rows(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
    """The gap opens with the shock and halves every ten quarters, unless feedbacks are cut: then it stays."""
    noise, own = luck(r, 53, 1e-4), np.random.default_rng([r, len(scenario)]).normal(0, 1e-5)
    made = []
    for step in range(53):
        gap = 0.01 * LOST[scenario] * min(max(step - 4, 0) / 8, 1.0)
        if step > 12 and "cut" not in scenario:
            gap *= 0.5 ** ((step - 12) / 10)
        share = 0.35 + noise[step] + own + gap
        made.append(
            {"level": "nation", "unit": "all", "step": step, "urban_persons": share * 1e8, "persons": 1e8}
        )
    return made


CITIES = ["Thừa Thiên Huế", "Khánh Hòa", "Bắc Ninh", "Quảng Ninh", "Hà Nội", "Other", "Another"]


def h4_rows(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
    """The city of the arm gains 9,000 in towns and loses 3,000 in its countryside; six others lose 500 in each."""
    of = {"Hue": 0, "Khanh Hoa": 1, "Bac Ninh": 2, "Quang Ninh": 3}
    made = []
    for step in (0, 4, 8):
        for k, name in enumerate(CITIES):
            given = 1.0 if scenario in of and step == 8 else 0.0
            mine = scenario in of and of[scenario] == k
            noise = np.random.default_rng([r, k, step, len(scenario) if step else 0]).normal(0, 5, 2)
            urban = 5e5 + luck(r, 99, 100)[k] + given * (9_000 if mine else -500) + noise[0]
            rural = 5e5 + given * (-3_000 if mine else -500) + noise[1]
            made.append(
                {
                    "level": "province",
                    "unit": str(k),
                    "name": name,
                    "step": step,
                    "persons": urban + rural,
                    "urban_persons": urban,
                    "rural_persons": rural,
                    "market_formal_jobs": 3e5 + given * (10_000 if mine else -100) + noise[0],
                }
            )
    return made


def h4_sweep(folder: Path, arms: tuple[str, ...], replicates: int) -> FinishedSweep:
    named = [(name, {"cities.central": name}) for name in arms]
    return FinishedSweep(make_sweep(folder, named, replicates, h4_rows, levels=("province",)))


def written(folder: Path, lag: float) -> Path:
    """Ladders whose urban share is -0.01 times what is lost, and follows it the later the larger ``lag`` is."""
    rows: list[dict[str, Any]] = []
    length = 4 + 8 * len(h5_ladder.LOSSES) + 8
    for r in range(4):
        luck = np.random.default_rng(r).normal(0, 1e-3, length + 1)
        noise = np.random.default_rng(50 + r).normal(0, 1e-6, length + 1)
        for name, quarters in (("slow", 6), ("fast", 3), ("still", 6)):
            path = [
                (0.0, 4),
                *((x if name != "still" else 0.0, quarters) for x in h5_ladder.LOSSES),
                (0.0, 8),
            ]
            step, gap = 0, 0.0
            for rung, (loss, time) in enumerate(path):
                for _ in range(time):
                    step += 1
                    gap = lag * gap + (1 - lag) * -0.01 * loss
                    moved = gap + (noise[step] * loss if name != "still" else 0.0)
                    rows.append(
                        {
                            "name": name,
                            "replicate": r,
                            "quarters": quarters,
                            "rung": rung,
                            "step": step,
                            "loss": loss,
                            "share": 0.35 + luck[step] + moved,
                        }
                    )
    pq.write_table(pa.Table.from_pylist(rows), folder / FILE)
    return folder
