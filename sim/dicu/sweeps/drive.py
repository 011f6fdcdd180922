"""The driver of a sweep: what is missing, who does it, what came of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from dicu.sweeps.executors import Executor, Work
from dicu.sweeps.plan import Plan, Run
from dicu.sweeps.store import compact, failures, note, opened, write_manifest, write_plan
from dicu.sweeps.work import Status, Task, is_done, layout, run_task


class NoRoom(OSError):
    """The disk is full; finished runs are kept."""


class Told(Protocol):
    """What a sweep tells while it works."""

    def start(self, missing: int, done: int) -> None:
        """So many runs are to be done, so many are there."""

    def ended(self, run: Run, status: Status) -> None:
        """A run came to its end, good or bad."""


@dataclass(frozen=True)
class Quiet:
    """Tells nothing."""

    def start(self, missing: int, done: int) -> None:
        """Nothing."""

    def ended(self, run: Run, status: Status) -> None:
        """Nothing."""


@dataclass
class Summary:
    """How a sweep ended: runs that are there, those done by this call, errors of those that failed."""

    folder: Path
    total: int
    finished: int = 0
    done_now: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every run of the plan is there."""
        return self.finished == self.total


def standing(plan: Plan, folder: Path) -> set[str]:
    """Runs of the plan whose result is there."""
    form = layout(plan.results)
    return {run.run_id for run in plan.distinct if is_done(folder, run.run_id, form)}


def run_sweep(
    plan: Plan,
    out: Path,
    *,
    executor: Executor,
    retry_failed: bool = False,
    threads: int | None = None,
    tell: Told | None = None,
    work: Work = run_task,
    argv: Sequence[str] | None = None,
) -> Summary:
    """Do all runs of a plan that are missing, and join the results.

    Parameters
    ----------
    plan : Plan
    out : Path
        Parent of the sweep's folder.
    executor : Executor
        Where runs are done, see `dicu.sweeps.executors`.
    retry_failed : bool
        Do runs again that failed before.
    threads : int or None
        Threads of a run; None: the executor's share of the cores for each of its processes.
    tell : Told or None
    work : callable
        What a worker does with a task.
    argv : sequence of str, optional
        The command line, for the manifest; this process's own by default.

    Raises
    ------
    Busy
        When another process works on this sweep.
    NoRoom
        When the disk is full: the sweep stops, what is finished stays, the same command goes on later.
    """
    folder = (out / plan.name).absolute()
    with opened(folder):
        write_plan(folder, plan)
        done = standing(plan, folder)
        failed = failures(folder, [run.run_id for run in plan.distinct if run.run_id not in done])
        missing = [
            run
            for run in plan.distinct
            if run.run_id not in done and (retry_failed or run.run_id not in failed)
        ]
        tell = tell if tell is not None else Quiet()
        tell.start(len(missing), len(done))
        summary = Summary(folder, len(plan.distinct), len(done))
        if missing:
            of = {run.run_id: run for run in missing}
            form = layout(plan.results)
            begins = plan.saved.absolute() if plan.saved is not None else None
            tasks = (
                Task(run.run_id, run.scenario, folder, plan.results, plan.version, form, threads, begins)
                for run in missing
            )
            for status in executor(work, tasks):
                if status.state == "no room":
                    raise NoRoom(f"{folder}: no room left on the disk ({status.error})")
                note(folder, status)
                tell.ended(of[status.run_id], status)
                if status.state == "done":
                    done.add(status.run_id)
                    failed.pop(status.run_id, None)
                    summary.done_now += 1
                else:
                    failed[status.run_id] = status.error
        summary.finished, summary.failed = len(done), failed
        compact(folder, plan, done)
        write_manifest(folder, plan, done, failed, sys.argv if argv is None else argv)
    return summary
