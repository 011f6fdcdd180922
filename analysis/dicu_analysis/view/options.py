"""What a view is about: one or several options, each with the arm that it is held against, over its replicates.

A run is one option. A sweep has one for each of its scenarios but the one that others are compared with; its runs are
read from the tables that it kept (``results.keep``), as if each had a folder of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dicu_analysis.report.arms import Arms, collect
from dicu_analysis.report.subject import CannotCompare, Subject, check_comparable, differing, gather
from dicu_analysis.sweep import Sweep, is_sweep
from dicu_analysis.swept import SweptRun, plan_of

NEEDED: Final = (
    "national", "places", "flows", "governments", "lineage", "world_places", "world_units",
)  # fmt: skip
"""Tables of each run that a view of a sweep is made from."""


@dataclass(frozen=True, eq=False)
class Options:
    """What a view shows.

    Attributes
    ----------
    arms : tuple of Arms
        One an option, in the order of the plan; the first is the one that maps and pages of communes show.
    labels : tuple of str
        Scenario of each; empty for a run.
    sweep : Sweep or None
    point : dict
        Values of the keys that the sweep varied besides, at which the options are shown.
    """

    arms: tuple[Arms, ...]
    labels: tuple[str, ...]
    sweep: Sweep | None = None
    point: dict[str, Any] | None = None

    @property
    def first(self) -> Arms:
        """The option that maps and pages of communes show."""
        return self.arms[0]


def options(
    folder: Path,
    *,
    against: Path | None = None,
    scenario: str | None = None,
    tell: Callable[[str], None] | None = None,
) -> Options:
    """The options of a run or of a sweep.

    Parameters
    ----------
    folder : Path
        A finished run, or a sweep.
    against : Path, optional
        Of a run: the run to compare with.
    scenario : str, optional
        Of a sweep: the scenario that maps and pages of communes show; the first by default.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun, dicu_analysis.report.subject.CannotCompare, NothingKept
    """
    if not is_sweep(folder):
        if scenario is not None:
            raise CannotCompare(f"--scenario: {folder} is a run; only a sweep has scenarios")
        return Options((collect(gather(folder, against), tell),), ("",))
    if against is not None:
        raise CannotCompare(f"--against: {folder} is a sweep, whose scenarios are compared with each other")
    return _of_sweep(Sweep(folder), scenario, tell)


def _of_sweep(sweep: Sweep, scenario: str | None, tell: Callable[[str], None] | None) -> Options:
    if sweep.baseline is None:
        raise CannotCompare(f"{sweep.folder}: one scenario only, so there is nothing to compare it with")
    shown = [s for s in sweep.scenarios if s != sweep.baseline]
    if scenario is not None:
        if scenario not in shown:
            raise CannotCompare(f"--scenario: unknown (got '{scenario}', allowed {', '.join(shown)})")
        shown = [scenario, *(s for s in shown if s != scenario)]
    point, chosen = _runs_at_one_point(sweep)
    made, labels = [], []
    for label in shown:
        seeds = sorted(chosen.get(label, {}).keys() & chosen.get(sweep.baseline, {}).keys())
        pairs = tuple((chosen[label][s], chosen[sweep.baseline][s]) for s in seeds)
        if not pairs:
            continue
        run, twin = pairs[0]
        check_comparable(run, twin)
        subject = Subject(run, twin, pairs, "found", differing(run.config, twin.config))
        made.append(collect(subject, tell))
        labels.append(label)
    if not made:
        raise CannotCompare(
            f"{sweep.folder}: no scenario shares a replicate with {sweep.baseline}; see failed/, then run it again"
        )
    return Options(tuple(made), tuple(labels), sweep, point)


def _runs_at_one_point(sweep: Sweep) -> tuple[dict[str, Any], dict[str, dict[int, SweptRun]]]:
    """Runs by scenario and replicate, where the freely varied keys have the values of the first run."""
    plan = plan_of(sweep)
    done = set(sweep.runs["run_id"].astype(str))
    point = {path: plan[0][path] for path in sweep.free}
    made: dict[str, dict[int, SweptRun]] = {}
    for row in plan:
        if str(row["run_id"]) in done and all(row[path] == value for path, value in point.items()):
            made.setdefault(str(row["scenario"]), {})[int(row["replicate"])] = SweptRun(
                sweep, row, NEEDED, "a view"
            )
    return point, made
