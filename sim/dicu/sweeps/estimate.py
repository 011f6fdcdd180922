"""How long a sweep will take: from runs of it that are done, or from a pilot of one run's first steps."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dicu.sweeps.plan import Plan, Run
from dicu.sweeps.start import Starts
from dicu.sweeps.store import log_entries

PILOT_STEPS: Final = 3
"""Steps of a pilot; the first loads compiled code and does not count."""


@dataclass(frozen=True)
class Estimate:
    """Seconds of one process for all missing runs, and what they were measured on."""

    seconds: float
    basis: str


def estimate(plan: Plan, missing: list[Run], folder: Path, starts: Starts) -> Estimate:
    """Seconds that the missing runs take on one process.

    Runs of this sweep that are done tell it by seconds per household row and step; without any, the first missing run
    is begun and its first steps are timed.
    """
    if not missing:
        return Estimate(0.0, "nothing is missing")
    load = {run.run_id: _load(run, starts) for run in plan.distinct}
    known = [e for e in log_entries(folder) if e["state"] == "done" and load.get(e["run_id"])]
    if known:
        rate = statistics.median(e["seconds"] / load[e["run_id"]] for e in known)
        total = rate * sum(load[run.run_id] for run in missing)
        return Estimate(total, f"{len(known)} runs of this sweep that are done")
    run = missing[0]
    began = time.perf_counter()
    from dicu.execution.execute import use_threads
    from dicu.execution.starting import first_model

    use_threads(1)
    world = starts.world(run.scenario)
    model, _ = first_model(run.scenario, world, start=starts.start(run.scenario))
    history = model.seconds.get("history", 0.0)
    model.step()
    started = time.perf_counter() - began - history
    steps = min(PILOT_STEPS, run.scenario.calendar.n_steps)
    clock = time.perf_counter()
    while model.now < steps:
        model.step()
    a_step = (time.perf_counter() - clock) / max(steps - 1, 1)
    rate = a_step / (load[run.run_id] / run.scenario.calendar.n_steps)
    total = rate * sum(load[r.run_id] for r in missing)
    return Estimate(
        total + started,
        f"a pilot: {steps} steps of the first run on one thread, {a_step:.3g} s a step; without set-up, histories "
        "and writing",
    )


def _load(run: Run, starts: Starts) -> float:
    """Size of a run: people in its rows times steps."""
    world = starts.world(run.scenario)
    rows = float(world.residents.sum()) / run.scenario.population.weight
    return rows * run.scenario.calendar.n_steps
