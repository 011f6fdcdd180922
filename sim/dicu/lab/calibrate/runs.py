"""The runs of a calibration: each leaves one small file with the figures measured in it, and is never made twice."""

from __future__ import annotations

import hashlib
import json
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dicu.execution.identity import NO_DATA, files_sha256, model_files, model_version
from dicu.record.folder import scratch, write_bytes
from dicu.scenario.dump import canonical_json
from dicu.scenario.fitted import FILE as FITTED
from dicu.scenario.scenario import Scenario, with_values
from dicu.sweeps.executors import Executor
from dicu.sweeps.file import Results
from dicu.sweeps.work import Status, Task

if TYPE_CHECKING:
    from dicu_analysis.targets.measure import Measured
    from dicu_analysis.targets.table import Figure

FIGURES: Final = "figures.csv"
RUNS: Final = "runs"
RESPONSES: Final = "responses"
DIGITS: Final = 6


@dataclass(frozen=True)
class Job:
    """One run to be made: its scenario, and whether responses are measured too."""

    scenario: Scenario
    responses: bool = False


def job_id(job: Job, figures_sha256: str) -> str:
    """What decides the figures of a run: its scenario, the program and its data, and which figures are measured."""
    parts = (
        canonical_json(job.scenario),
        model_version(),
        _data_sha256(),
        figures_sha256,
        str(job.responses),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@cache
def _data_sha256() -> str:
    """Checksum of the model's data but the fit, all of whose values a run says: shipping it makes no run another."""
    return files_sha256(p for p in model_files() if p.suffix not in NO_DATA and p != FITTED)


def _measured_file(folder: Path, identity: str) -> Path:
    """Where the figures of a run stand."""
    return folder / RUNS / f"{identity}.json"


def read_measured(folder: Path, identity: str) -> list[float] | None:
    """Figures of a run in the order of the table, None where it was not made or the file is damaged."""
    try:
        told = json.loads(_measured_file(folder, identity).read_bytes())
        return [float(value) for value in told["figures"]] if told["id"] == identity else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def measure_task(task: Task) -> Status:
    """Make one run and write the file of its figures; errors are told, never raised."""
    began = time.perf_counter()
    try:
        figures = _figures(task)
        said = json.dumps({"id": task.run_id, "figures": figures}, separators=(",", ":"))
        write_bytes(_measured_file(task.folder, task.run_id), said.encode())
        return Status(task.run_id, "done", seconds=time.perf_counter() - began)
    except Exception as error:
        return Status(
            task.run_id,
            "failed",
            seconds=time.perf_counter() - began,
            error=f"{type(error).__name__}: {error}",
            detail=traceback.format_exc(),
        )


def _figures(task: Task) -> list[float]:
    """Figures that are fitted, then the responses if they are asked for, in the order of the table."""
    from dicu.execution.execute import execute
    from dicu_analysis.load import Run
    from dicu_analysis.targets.measure import Measured, NotInRun, measure
    from dicu_analysis.targets.table import read_figures

    table = read_figures(task.folder / FIGURES)
    made: list[float] = []
    with scratch(task.folder / RUNS, task.run_id) as room:

        def run(values: dict[str, object]) -> Measured:
            scenario = with_values(task.scenario, values) if values else task.scenario
            return Measured(Run(execute(scenario, out=room, threads=task.threads)))

        base = run({})
        for figure in fitted_to(table):
            try:
                made.append(measure(base, figure))
            except NotInRun as error:
                raise ValueError(f"{FIGURES}:{figure.line}: {error}") from error
        if task.layout == RESPONSES:
            made += [
                measure(base, figure, run(treatment(figure.figure, task.scenario)))
                for figure in table
                if figure.role == "response"
            ]
    return [float(f"{value:.{DIGITS}g}") for value in made]


def fitted_to(figures: Sequence[Figure]) -> list[Figure]:
    """Figures that every run is compared with."""
    return [figure for figure in figures if figure.role == "fit"]


def treatment(figure: str, scenario: Scenario) -> dict[str, object]:
    """Settings of the second run of a response: the treatment lasts from the run's start."""
    from dicu_analysis.targets.catalogue import CATALOGUE

    made: dict[str, object] = dict(CATALOGUE[figure].response)
    starts = {f"{key}_start": scenario.time.start for key in made if not key.endswith("_quarters")}
    return {**made, **starts}


class OutOfTime(Exception):
    """The minutes of this stage are over; what was made is kept."""


def make_all(
    folder: Path,
    jobs: Sequence[Job],
    executor: Executor,
    deadline: float,
    tell: Callable[[str], None],
    labels: str,
) -> list[list[float]]:
    """Figures of every job, in their order; those that stand there already are not made again.

    Parameters
    ----------
    deadline : float
        `time.monotonic` after which no run is begun.

    Raises
    ------
    OutOfTime
        When the time is over before all are made.
    RuntimeError
        When a run failed; the first error is told.
    """
    digest = hashlib.sha256((folder / FIGURES).read_bytes()).hexdigest()
    ids = [job_id(job, digest) for job in jobs]
    todo = {i: job for i, job in zip(ids, jobs, strict=True) if read_measured(folder, i) is None}
    (folder / RUNS).mkdir(parents=True, exist_ok=True)

    def tasks() -> Any:
        for identity, job in todo.items():
            if time.monotonic() >= deadline:
                return
            layout = RESPONSES if job.responses else ""
            yield Task(identity, job.scenario, folder, Results(), model_version(), layout)

    failed: list[Status] = []
    done = 0
    if todo:
        for status in executor(measure_task, tasks()):
            done += 1
            if status.state != "done":
                failed.append(status)
            tell(f"{labels}: {len(ids) - len(todo) + done} of {len(ids)} ({status.seconds:.0f} s)")
    if failed:
        raise RuntimeError(
            f"{len(failed)} runs failed; {failed[0].run_id}: {failed[0].error}\n{failed[0].detail}"
        )
    found = [read_measured(folder, i) for i in ids]
    missing = sum(f is None for f in found)
    if missing:
        raise OutOfTime(f"{labels}: {missing} of {len(ids)} runs are left")
    return [f for f in found if f is not None]


__all__ = [
    "Job",
    "OutOfTime",
    "fitted_to",
    "job_id",
    "make_all",
    "measure_task",
    "read_measured",
    "treatment",
]
