"""Second opinions on H2 on made-up histories: where a study lands, and what it cannot see."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.experiments import study
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts
from made_up_sweeps import make_sweep

PROVINCES, STEPS, FIRST = 24, 32, 13
EFFECT, SPILL, SLOPE = 0.6, 0.2, -0.05
"""Points a year in reformed provinces and in the others; points a year a point of access."""
CHANGE = np.linspace(-6.0, 6.0, PROVINCES)
"""Points of access that the reform of all brings, by province."""


def rate(scenario: str, province: int, step: int, replicate: int) -> float:
    noise = np.random.default_rng([replicate, province, step]).normal(0, 0.05)
    base = 4.0 + 0.1 * province + noise
    if step < FIRST or scenario == "none":
        return base
    if scenario == "actual":
        return base + SLOPE * CHANGE[province]
    return base + (EFFECT if province % 2 else SPILL)


def access(scenario: str, province: int, step: int) -> float:
    if step < FIRST or scenario == "none":
        return 0.5
    return 0.5 + (CHANGE[province] / 100 if scenario == "actual" else 0.01 * (province % 2))


def rows(scenario: str, values: Mapping[str, Any], replicate: int) -> list[dict[str, Any]]:
    return [
        {
            "level": "province",
            "unit": f"{p:02d}",
            "step": step,
            "rural_persons": 1e7,
            **{f"access_{s}": access(scenario, p, step) for s in study.SERVICES},
        }
        for step in range(STEPS + 1)
        for p in range(PROVINCES)
    ]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[FinishedSweep, Facts]:
    arms = [(name, {"reform.policy": name}) for name in ("none", "actual", "half")]
    sweep = FinishedSweep(make_sweep(tmp_path / "h2", arms, 3, rows, levels=("province",)))
    for _, run in sweep.plan.iterrows():
        moves = pd.DataFrame(
            [
                (step, p + 1, False, round(1e7 / 4 / 100 * rate(run["scenario"], p, step, run["replicate"])))
                for step in range(1, STEPS + 1)
                for p in range(PROVINCES)
            ],
            columns=["step", "origin_place", "origin_urban", "persons"],
        ).astype({"origin_place": np.uint64})
        folder = sweep.folder / "tables" / run["run_id"]
        folder.mkdir(parents=True)
        moves.to_parquet(folder / "moves.parquet", index=False)
    places = pd.Series(
        [f"{p:02d}" for p in range(PROVINCES)], index=np.arange(1, PROVINCES + 1, dtype=np.uint64)
    )
    monkeypatch.setattr(study, "place_province", lambda _: places)
    scenario = with_values(
        Scenario(), {"time.start": "2022Q3", "time.end": "2030Q2", "reform.policy": "actual"}
    )
    return sweep, Facts(scenario, "0.0", True)


def test_the_study_misses_what_reaches_the_unreformed(made: tuple[FinishedSweep, Facts]) -> None:
    """Truth for the reformed is 0.6; the difference in differences says 0.6 - 0.2."""
    found = {o.estimator: o for o in study.opinions(*made, (FIRST, STEPS))}
    did = found["difference in differences, event study"]
    assert did.truth == pytest.approx(EFFECT, abs=0.01)
    assert did.estimate == pytest.approx(EFFECT - SPILL, abs=0.05)
    assert did.covers is False
    assert "by +0.2000" in did.note


def test_the_dose_panel_finds_the_slope(made: tuple[FinishedSweep, Facts]) -> None:
    dose = study.opinions(*made, (FIRST, STEPS))[0]
    assert dose.truth == pytest.approx(SLOPE, abs=1e-3)
    assert dose.estimate == pytest.approx(SLOPE, abs=0.01)
    assert dose.covers is True


def test_too_few_provinces_have_no_clusters(
    made: tuple[FinishedSweep, Facts], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study, "place_province", lambda _: pd.Series(["01", "02"], index=[1, 2]))
    assert study.opinions(*made, (FIRST, STEPS)) == []
