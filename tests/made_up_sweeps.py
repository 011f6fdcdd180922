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
