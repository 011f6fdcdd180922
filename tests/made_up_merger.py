"""The merger made up: access of rural people and leaving, by what offices need and what is done with the savings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.experiments import merger
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts
from made_up_sweeps import luck, make_sweep

SERVICES = ("commune_administration", "district_administration", "health", "education", "water")
STEPS = 24
PLAIN = ("plain rural",)
FACTS = Facts(with_values(Scenario(), {"time.start": "2024Q3", "time.end": "2030Q2"}), "0.0", True)


def rows(effect: Any, units: Sequence[str] = PLAIN) -> Any:
    """Access of rural people in the plains and leaving, with ``effect(scenario, values)`` from the reform on."""

    def made(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
        shift = effect(scenario, values)
        own = np.random.default_rng([r, len(scenario)]).normal(0, 1e-4, STEPS)
        out = []
        for step in range(STEPS + 1):
            access = 0.6 + luck(r, STEPS + 1)[step] + own[step - 1] + (shift if step >= 5 else 0.0)
            for level, unit in (("area", "rural"), *(("terrain_area", unit) for unit in units)):
                out.append(
                    {
                        "level": level, "unit": unit, "step": step, "persons": 1e6,
                        "out_persons": 1e3 * (1 - shift + own[step - 1]), "within_persons": 2e3,
                        **{f"access_{s}": access for s in SERVICES},
                    }
                )  # fmt: skip
        return out

    return made


def sweep(
    folder: Path,
    arms: list[tuple[str, dict[str, Any]]],
    effect: Any,
    n: int = 4,
    units: Sequence[str] = PLAIN,
) -> FinishedSweep:
    time = {"time": {"start": "2024Q3", "end": "2030Q2"}, "population": {"weight": 250}}
    return FinishedSweep(
        make_sweep(folder, arms, n, rows(effect, units), levels=("area", "terrain_area"), config=time)
    )


REINVEST = {"none": 0.0, "merged": 0.0, "half": 0.5, "full": 1.0}


def by_options(loss: Mapping[str, float]) -> Any:
    """Merging takes access away by the need of offices; all savings give 0.04 back."""

    def effect(scenario: str, values: Mapping[str, Any]) -> float:
        arm = scenario.rpartition(" ")[2]
        if arm == "none":
            return 0.0
        cut = -0.02 if scenario.startswith("disruption 50") else 0.0
        return 0.04 * REINVEST[arm] - loss[values["government.need"]] + cut

    return effect


def all_sweeps(
    folder: Path, loss: Mapping[str, float], units: Sequence[str] = PLAIN
) -> dict[str, FinishedSweep]:
    effect = by_options(loss)
    options = [(arm, {"government.need": need}) for need in merger.NEEDS for arm in REINVEST]
    made = {merger.OPTIONS: sweep(folder / "o", options, effect, units=units)}
    for need in merger.NEEDS:
        arms = [
            (f"{c.label} {arm}", {"government.need": need, "government.disruption": float(k)})
            for k, c in enumerate(merger.CASES)
            for arm in ("none", "merged", "full")
            if (need, c.label) != ("dispatch", "saved 80")
        ]
        made[merger.ASSUMED[need]] = sweep(folder / f"a{need}", arms, effect, 3, units)
        fitted = [
            (arm, {"ensemble.member": m, "government.need": need})
            for m in range(1, 11)
            for arm in ("none", "merged", "full")
        ]
        made[merger.FITTED[need]] = sweep(folder / f"e{need}", fitted, effect, 1, units)
    return made
