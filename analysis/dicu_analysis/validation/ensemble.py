"""Runs as an ensemble over luck or parameters: those of a sweep, or of several folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from dicu_analysis.load import Run, UnfinishedRun
from dicu_analysis.sweep import Sweep, is_sweep
from dicu_analysis.swept import SweptRun, plan_of

NEEDED: Final = ("national", "places", "flows", "governments", "world_places", "world_units")
"""Tables of each run that figures are measured in."""
BESIDES: Final = ("movers", "five_year", "five_year_flows", "districts")
"""Tables that some figures need."""


def runs_of(sweep: Sweep, scenario: str | None = None) -> list[SweptRun]:
    """Every run of one scenario of a sweep.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun
        When the sweep has several scenarios and none is named, or no such scenario, or a run is missing: an ensemble
        that lacks those that failed is another one.
    dicu_analysis.swept.NothingKept
        When tables that figures are measured in were not kept.
    """
    plan = plan_of(sweep)
    there = list(dict.fromkeys(str(row["scenario"]) for row in plan))
    if scenario is None and len(there) > 1:
        raise UnfinishedRun(f"{sweep.folder}: several scenarios (allowed --scenario {', '.join(there)})")
    if scenario is not None and scenario not in there:
        raise UnfinishedRun(f"--scenario: unknown (got {scenario!r}, allowed {', '.join(there)})")
    mine = [row for row in plan if scenario is None or str(row["scenario"]) == scenario]
    if not sweep.manifest.get("complete", True):
        lost = len(mine) - sum(str(row["run_id"]) in set(sweep.runs["run_id"].astype(str)) for row in mine)
        if lost:
            raise UnfinishedRun(
                f"{sweep.folder}: {lost} of {len(mine)} runs have no result; run the sweep again"
            )
    one_each = {str(row["run_id"]): row for row in mine}
    return [SweptRun(sweep, row, (*NEEDED, *BESIDES), "a score") for row in one_each.values()]


def several(folders: Sequence[Path], scenario: str | None = None) -> list[Run]:
    """Runs in these folders, all of one country and the same periods; those of a sweep, of one of its scenarios.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun, dicu_analysis.swept.NothingKept
        For a folder without finished runs, and for runs that do not go together.
    """
    runs: list[Run] = []
    for folder in folders:
        if is_sweep(folder):
            runs += runs_of(Sweep(folder), scenario)
        elif (folder / "manifest.json").is_file():
            runs.append(Run(folder))
        else:
            inside = sorted(path.parent for path in folder.glob("*/manifest.json"))
            if not inside:
                raise UnfinishedRun(
                    f"{folder}: no finished run (allowed the folder of a run or of a sweep, or one that holds runs)"
                )
            runs += [Run(path) for path in inside]
    first = runs[0]
    for run in runs[1:]:
        if run.config["world"] != first.config["world"] or run.labels != first.labels:
            raise UnfinishedRun(
                f"{run.folder}: of another country or other periods than {first.folder} (allowed runs that differ in "
                "luck or parameters)"
            )
    return runs


__all__ = ["BESIDES", "NEEDED", "runs_of", "several"]
