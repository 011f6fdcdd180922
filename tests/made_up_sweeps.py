"""Sweeps made up in memory and on disk, with known effects, in the form `dicu sweep` leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sealing import seal_sweep

Rows = Callable[[str, Mapping[str, Any], int], list[dict[str, Any]]]


def make_sweep(
    folder: Path,
    arms: Sequence[tuple[str, Mapping[str, Any]]],
    replicates: int,
    rows: Rows,
    levels: Sequence[str] = ("nation",),
    missing: int | None = None,
    config: Mapping[str, Any] | None = None,
) -> Path:
    """Write plan, results and manifest; ``rows`` (scenario, values, replicate) gives level, unit, step and columns."""
    folder.mkdir(parents=True)
    plan, results = [], []
    for point, (scenario, values) in enumerate(arms):
        for r in range(replicates):
            run = {
                "run": len(plan),
                "run_id": f"{point:08x}{r:08x}",
                "scenario": scenario,
                "point": point,
                "replicate": r,
                "seed": 1 + r,
                **values,
            }
            plan.append(run)
            if run["run"] != missing:
                results += [{**run, "year": 2020, "name": "x", **row} for row in rows(scenario, values, r)]
    pq.write_table(pa.Table.from_pandas(pd.DataFrame(plan), preserve_index=False), folder / "plan.parquet")
    pq.write_table(
        pa.Table.from_pandas(pd.DataFrame(results), preserve_index=False), folder / "results.parquet"
    )
    manifest = {
        "name": folder.name,
        "varied": list(dict.fromkeys(key for _, values in arms for key in values)),
        "results": {"levels": list(levels)},
        "replications": replicates,
        "config": dict(config or {}),
    }
    seal_sweep(folder, manifest)
    return folder


def luck(replicate: int, n: int, spread: float = 0.01) -> np.ndarray:
    """What arms of a replicate share."""
    return np.random.default_rng(100 + replicate).normal(0, spread, n)


YEARS = range(2024, 2031)
"""Years of `make_options`, a row each, the first of them the start."""


def make_options(
    folder: Path,
    scenarios: Sequence[str],
    replicates: int,
    values: Callable[[str, int, int, int], Mapping[str, float]],
    members: Sequence[int] = (),
    every: str = "year",
    **made: Any,
) -> Path:
    """A sweep of options, which a report can be made of: the first scenario has no reform.

    ``values`` (scenario, member, replicate, year) gives columns of the nation, and ``plain.<column>`` or
    ``mountain.<column>`` those of a terrain.
    """

    def rows(scenario: str, setting: Mapping[str, Any], replicate: int) -> list[dict[str, Any]]:
        told = []
        for k, year in enumerate(YEARS):
            given = values(scenario, int(setting.get("ensemble.member", 0)), replicate, year)
            head = {"step": 4 * k, "period": f"{year}Q4", "year": year, "persons": 100.0}
            nation = {name: value for name, value in given.items() if "." not in name}
            told.append({**head, "level": "nation", "unit": "all", **nation})
            for terrain in sorted({name.partition(".")[0] for name in given if "." in name}):
                mine = {
                    name.partition(".")[2]: value
                    for name, value in given.items()
                    if name.startswith(f"{terrain}.")
                }
                told.append({**head, "level": "terrain", "unit": terrain, **mine})
        return told

    settings: list[dict[str, Any]] = [{"ensemble.member": m} for m in members] or [{}]
    policy = {s: "actual" if k else "none" for k, s in enumerate(scenarios)}
    arms = [(s, {"reform.policy": policy[s], **each}) for s in scenarios for each in settings]
    make_sweep(folder, arms, replicates, rows, levels=("nation", "terrain"), **made)
    runs = len(arms) * replicates
    told = {
        "runs": runs, "distinct": runs, "finished": runs, "failed": {}, "complete": "missing" not in made, "seed": 1,
        "model_version": "0.1.0", "argv": ["dicu", "sweep"],
        "results": {"levels": ["nation", "terrain"], "every": every},
    }  # fmt: skip
    seal_sweep(folder, **told)
    return folder
