"""One run of a sweep, as a worker does it: from its scenario to its own file, written whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import socket
import time
import traceback
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow.parquet as pq

from dicu.record.folder import replacing, write_bytes
from dicu.record.local import Local, local_of
from dicu.record.manifest import file_sha256
from dicu.record.reading import inside
from dicu.scenario.dump import run_id
from dicu.scenario.scenario import Scenario
from dicu.sweeps.file import Results

State = Literal["done", "failed", "no room"]
NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
WRITER: Final = {"compression": "zstd", "compression_level": 3, "version": "2.6", "data_page_version": "1.0"}
"""Settings of every Parquet file of a sweep, fixed so that equal tables are equal bytes."""


@dataclass(frozen=True)
class Task:
    """What a worker is told: one run, where its result goes, and on how many threads (None: all of numba's)."""

    run_id: str
    scenario: Scenario
    folder: Path
    results: Results
    version: str
    layout: str
    threads: int | None = None
    saved: Path | None = None


@dataclass(frozen=True)
class Status:
    """What a worker tells back; the result itself stays in its file."""

    run_id: str
    state: State
    seconds: float = 0.0
    start_seconds: float = 0.0
    steps: int = 0
    rows: int = 0
    error: str = ""
    detail: str = ""
    worker: str = ""


@cache
def _layout_sha256() -> str:
    """Checksum of what turns a run's tables into its result: another layout is another result."""
    import hashlib

    from dicu.sweeps import outcomes

    return hashlib.sha256(Path(outcomes.__file__).read_bytes()).hexdigest()


def layout(results: Results) -> str:
    """Identity of the form of a result."""
    return f"{_layout_sha256()[:16]} {results.every} {' '.join(results.levels)}; {' '.join(results.keep)}"


def result_path(folder: Path, identity: str) -> Path:
    """Where the result of one run stands."""
    return folder / "runs" / f"{identity}.parquet"


def _sum_path(folder: Path, identity: str) -> Path:
    """Where the checksums of one run's files stand: written last, so a result without one is not done."""
    return folder / "runs" / f"{identity}.json"


def is_done(folder: Path, identity: str, form: str) -> bool:
    """Whether a result of this form stands there, and it and the tables kept beside are what was written."""
    try:
        told = json.loads(_sum_path(folder, identity).read_bytes())
        if told["run_id"] != identity or told["layout"] != form:
            return False
        files = told["sha256"].items()
        return all(file_sha256(inside(folder, name)) == digest for name, digest in files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False  # missing or damaged: made again


_starts: Any = None


def run_task(task: Task) -> Status:
    """Do one run and write its file; errors of the run are told, never raised."""
    began = time.perf_counter()
    worker = f"{socket.gethostname()}:{os.getpid()}"
    try:
        return _run(task, began, worker)
    except Exception as error:
        full = isinstance(error, OSError) and error.errno in NO_ROOM
        return Status(
            task.run_id,
            "no room" if full else "failed",
            seconds=time.perf_counter() - began,
            error=f"{type(error).__name__}: {error}",
            detail=traceback.format_exc(),
            worker=worker,
        )


def _run(task: Task, began: float, worker: str) -> Status:
    from dicu.execution.execute import new_recorder, use_threads
    from dicu.execution.identity import data_sha256, model_version
    from dicu.execution.saved import read_saved
    from dicu.execution.starting import begin
    from dicu.record.fingerprint import state_sha256
    from dicu.record.folder import scratch
    from dicu.sweeps.outcomes import outcomes
    from dicu.sweeps.start import Starts

    global _starts
    _starts = Starts() if _starts is None else _starts
    import numba

    most = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    use_threads(None if task.threads is None else min(task.threads, most))
    scenario = task.scenario
    world = _starts.world(scenario)
    saved = read_saved(task.saved) if task.saved is not None else None
    after = saved.identity if saved is not None else ""
    mine = run_id(scenario, _starts.world_sha256(scenario) + data_sha256(), model_version(), after)
    if mine != task.run_id or layout(task.results) != task.layout:
        raise RuntimeError(
            f"this worker has another version of the program or of its inputs ({model_version()}, asked for "
            f"{task.version}): install the same on every machine"
        )
    start = _starts.start(scenario if saved is None else saved.origin)
    with scratch(task.folder / "runs", task.run_id) as folder:
        with new_recorder(folder, world, scenario, scratch=True, kept=task.results.keep) as recorder:
            model, _ = begin(scenario, world, recorder, saved=saved, start=start)
            started = time.perf_counter() - began
            model.run()
            recorder.finish()
        table = outcomes(folder, world, scenario.calendar, task.results)
        kept = [
            _keep(folder / f"{name}.parquet", task.folder / "tables" / task.run_id, local_of(world))
            for name in task.results.keep
        ]
    told = {
        "dicu.run_id": task.run_id,
        "dicu.layout": task.layout,
        "dicu.version": task.version,
        "dicu.state_sha256": state_sha256(model.households, model.state()),
    }
    table = table.replace_schema_metadata(told)
    path = result_path(task.folder, task.run_id)
    with replacing(path) as tmp:
        pq.write_table(table, tmp, **WRITER)
    sums = {p.relative_to(task.folder).as_posix(): file_sha256(p) for p in (path, *kept)}
    said = {"run_id": task.run_id, "layout": task.layout, "sha256": sums}
    write_bytes(_sum_path(task.folder, task.run_id), json.dumps(said, indent=1).encode())
    return Status(
        task.run_id,
        "done",
        seconds=time.perf_counter() - began,
        start_seconds=started,
        steps=model.now,
        rows=model.households.n,
        worker=worker,
    )


def _keep(table: Path, folder: Path, local: Local) -> Path:
    """Keep a whole table of the run beside its result, as its country writes it."""
    if not table.is_file():
        raise FileNotFoundError(
            f"{table.name}: the run wrote no such table, so it cannot be kept (results.keep); see section record"
        )
    folder.mkdir(parents=True, exist_ok=True)
    if not local.own:
        return write_bytes(folder / table.name, table.read_bytes())
    with replacing(folder / table.name) as tmp:
        pq.write_table(local.written(pq.ParquetFile(table).read(use_threads=False)), tmp, **WRITER)
    return folder / table.name
