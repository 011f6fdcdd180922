"""All six experiments on made-up sweeps, each from its folders to a page, small enough for a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import made_up_h1 as m1
import made_up_h6 as m6
import made_up_merger as mm
import made_up_shocks as ms
from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.experiments import h4
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts
from dicu_analysis.experiments.h1.robustness import MECHANISMS
from dicu_analysis.experiments.h1.treatment import GROWTH
from made_up_sweeps import make_sweep

Made = tuple[dict[str, Path], Facts]
"""Folders of an experiment's sweeps by name, the one with its result first, and what is known of them."""
UNITS = ("plain rural", "mountain rural", "island rural")
POLICIES = (
    "none", "relabel", "actual", "random", "standard", "optimised", "actual_with_satellites",
    "actual_except_sparse_mountains", "actual_in_half", "housing", "zones",
)  # fmt: skip


def _folders(sweeps: Mapping[str, FinishedSweep | Path]) -> dict[str, Path]:
    return {name: s if isinstance(s, Path) else s.folder for name, s in sweeps.items()}


def make_h1(out: Path) -> Made:
    """With sizes, mechanisms, members of the ensemble, randomised areas and who moved where."""

    def of_arm(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
        return m1.rows(scenario.rpartition(" ")[2], values, r)

    def of_half(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
        draw = int(scenario.rpartition("_")[2]) if scenario != "none" else 0
        grown = np.random.default_rng(draw).random(len(m1.DISTRICTS.area_name)) < 0.5
        made = m1.rows("neither", values, r)
        for k, row in enumerate(made):
            if draw and row["step"]:
                d = k % len(m1.DISTRICTS)
                row["market_formal_jobs"] = 1200.0 if grown[m1.DISTRICTS.area[d]] else 1000.0
                row["rural_to_urban_persons"] *= 1.0 + 0.1 * grown.mean() + 0.01 * (d % 3)
        return made

    fitted = [(a, {**m1.values_of(a), "ensemble.member": float(m)}) for m in range(1, 7) for a in m1.ARMS]
    cuts = [(f"{name} {a}", m1.values_of(a)) for name in MECHANISMS for a in ("neither", "urban")]
    small = [("none", {GROWTH: 0.0}), ("urban", {GROWTH: 0.0025})]
    halves = [("none", {"draw": 0}), *((f"half_{k}", {"draw": k}) for k in range(1, 5))]
    level = ("district",)
    moves = m1.sweep_of(out / "h1_moves", ["neither", "urban"], 2)
    for run in moves.plan["run_id"]:
        _moves(out / "h1_moves" / "tables" / run)
    sweeps = {
        "h1": m1.sweep_of(out / "h1", m1.ARMS),
        "h1_dose": make_sweep(out / "h1_dose", small, 6, m1.rows, level),
        "h1_areas": make_sweep(out / "h1_areas", halves, 2, of_half, level),
        "h1_moves": moves,
        "h1_cuts": make_sweep(out / "h1_cuts", cuts, 6, of_arm, level),
        "h1_ensemble": make_sweep(out / "h1_ensemble", fitted, 1, of_arm, level),
    }
    return _folders(sweeps), m1.FACTS


def _moves(folder: Path, n: int = 400) -> None:
    """Moves of rural people to towns, no two runs alike."""
    rng = np.random.default_rng(int(folder.name, 16) % 2**32)
    world = m1.WORLD
    urban = np.flatnonzero(world.urban)
    origin = rng.choice(np.flatnonzero(~world.urban), n)
    made = pd.DataFrame(
        {
            "step": rng.integers(1, 20, n),
            "uid": rng.permutation(np.arange(n, dtype=np.uint64)) + rng.integers(0, 100),
            "origin_place": world.place_key[origin],
            "destination_place": world.place_key[rng.choice(urban, n)],
            "origin_terrain": rng.choice(["plain", "mountain", "island"], n),
            "origin_urban": False,
            "destination_urban": True,
            "persons": rng.integers(50, 300, n),
            "households": 100,
            "age": rng.integers(18, 80, n),
            "income_quantile": rng.integers(0, 256, n),
        }
    )
    folder.mkdir(parents=True)
    made.to_parquet(folder / "moves.parquet", index=False)


def _merger(out: Path, units: Sequence[str]) -> dict[str, FinishedSweep]:
    return mm.all_sweeps(out, {"work": 0.03, "dispatch": -0.05}, units)


def make_h2(out: Path) -> Made:
    """With all sweeps of the merger; no moves are kept, so no study of them and nobody who moved."""
    arms: list[tuple[str, dict[str, Any]]] = [
        (name, {"reform.policy": name, "government.need": "work"}) for name in ("none", "actual")
    ]
    core = mm.sweep(out / "h2", arms, lambda s, _: 0.0 if s == "none" else -0.03, units=UNITS)
    return _folders({"h2": core, **_merger(out / "of_h2", UNITS)}), mm.FACTS


def make_h3(out: Path) -> Made:
    """What is lost is made up for by two fifths."""
    arms: list[tuple[str, dict[str, Any]]] = [
        (name, {"government.reinvest_share": share, "government.need": "work"})
        for name, share in mm.REINVEST.items()
    ]
    core = mm.sweep(out / "h3", arms, mm.by_options({"work": 0.1}), units=UNITS)
    return _folders({"h3": core, **_merger(out / "of_h3", mm.PLAIN)}), mm.FACTS


def make_h4(out: Path) -> Made:
    """With other candidates, parts of the package and the ensemble."""

    def rows(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
        return ms.h4_rows("Hue" if scenario in ("package", "jobs", "Hue") else "nobody", values, r)

    parts = [(arm, {"feedback.offers": on}) for on in (True, False) for arm in ("nobody", *h4.PARTS)]
    fitted = [(arm, {"ensemble.member": m}) for m in range(1, 6) for arm in ("nobody", "Hue")]
    level = ("province",)
    sweeps = {
        "h4": ms.h4_sweep(out / "h4", ("nobody", "Hue"), 6),
        "h4_placebos": ms.h4_sweep(out / "h4_placebos", tuple(h4.PLACEBOS), 3),
        h4.PACKAGE: make_sweep(out / h4.PACKAGE, parts, 3, rows, level),
        h4.FITTED: make_sweep(out / h4.FITTED, fitted, 1, rows, level),
    }
    values = {"time.start": "2024Q1", "time.end": "2031Q4"}
    return _folders(sweeps), Facts(with_values(Scenario(), values), "0.0", False)


def make_h5(out: Path) -> Made:
    """With jobs lost and given back step by step, and the ensemble."""
    arms = [(name, {"programme.urban_job_loss": abs(v)}) for name, v in ms.LOST.items()]
    fitted = [(arm, {"ensemble.member": m}) for m in range(1, 6) for arm in ("none", "loss20")]
    core = make_sweep(out / "h5", arms, 5, ms.h5_rows)
    ms.written(core, 0.5)
    sweeps = {"h5": core, "h5_ensemble": make_sweep(out / "h5_ensemble", fitted, 1, ms.h5_rows)}
    return _folders(sweeps), Facts(with_values(Scenario(), {"time.end": "2032Q1"}), "0.0", True)


def make_h6(out: Path) -> Made:
    """All eleven arms."""
    lost = {name: m6.LOST.get(name, 0.20 + 0.004 * k) for k, name in enumerate(POLICIES)}
    return _folders({"h6": m6.make_h6(out / "h6", lost)}), Facts(m6.SCENARIO, "0.0", False)


MAKE = {"h1": make_h1, "h2": make_h2, "h3": make_h3, "h4": make_h4, "h5": make_h5, "h6": make_h6}

__all__ = ["MAKE", "Made"]
