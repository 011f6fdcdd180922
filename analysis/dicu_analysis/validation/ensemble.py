"""The runs of a sweep as an ensemble over luck or parameters."""

from __future__ import annotations

from typing import Final

from dicu_analysis.load import UnfinishedRun
from dicu_analysis.sweep import Sweep
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


__all__ = ["BESIDES", "NEEDED", "runs_of"]
