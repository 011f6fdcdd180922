"""The folder of a sweep: ``plan.parquet``, one file per run, ``log.jsonl``, ``results.parquet``, ``manifest.json``.

Finished runs stand in ``runs/<run id>.parquet`` and are never written twice; failed ones in ``failed/<run id>.json``
with their error. Everything else can be made again from the plan and the runs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from dicu.record.folder import replacing, sweep, write_bytes
from dicu.record.local import country_block
from dicu.record.locks import Busy, locked
from dicu.record.manifest import SOURCE, file_sha256, git_version, machine, now, sealed, versions
from dicu.reform.opening import open_world
from dicu.sweeps.plan import Plan
from dicu.sweeps.work import WRITER, Status, result_path

ROWS_A_GROUP: Final = 10_000
"""Rows of `results.parquet` that are joined at a time: 150 columns of them are 12 MB."""
_ENTRY: Final[dict[str, Any]] = {
    "run_id": str,
    "state": str,
    "seconds": int | float,
    "start_seconds": int | float,
    "steps": int,
    "rows": int,
}
"""What every entry of the log says."""


@contextmanager
def opened(folder: Path) -> Iterator[None]:
    """Hold the folder of a sweep for this process, and remove what dead ones left half written.

    Raises
    ------
    Busy
        When another process holds it.
    """
    (folder / "runs").mkdir(parents=True, exist_ok=True)
    (folder / "failed").mkdir(exist_ok=True)
    try:
        with locked(folder / ".lock"):
            for part in (folder, folder / "runs", folder / "failed"):
                sweep(part, held=True)
            yield
            sweep(folder / "runs")  # a worker may outlive a killed driver by a moment
    except Busy as error:
        raise Busy(f"{folder}: another process works on this sweep") from error


def write_plan(folder: Path, plan: Plan) -> None:
    """What is to be run: a table, and the file of the sweep as it was."""
    with replacing(folder / "plan.parquet") as tmp:
        pq.write_table(plan.table(), tmp, **WRITER)
    write_bytes(folder / "sweep.yaml", plan.path.read_bytes())


def _failed_path(folder: Path, identity: str) -> Path:
    """Where it is told why a run failed."""
    return folder / "failed" / f"{identity}.json"


def note(folder: Path, status: Status) -> None:
    """Append a status to the log, and keep or remove the record of a failure."""
    entry = {
        "run_id": status.run_id,
        "state": status.state,
        "seconds": round(status.seconds, 4),
        "start_seconds": round(status.start_seconds, 4),
        "steps": status.steps,
        "rows": status.rows,
        "worker": status.worker,
        "at": now().isoformat(timespec="seconds"),
    }
    path = _failed_path(folder, status.run_id)
    if status.state == "failed":
        told = {**entry, "error": status.error, "detail": status.detail}
        write_bytes(path, (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode())
    elif status.state == "done":
        path.unlink(missing_ok=True)
    with open(folder / "log.jsonl", "ab") as log:
        log.write((json.dumps(entry) + "\n").encode())
        log.flush()
        os.fsync(log.fileno())


def log_entries(folder: Path) -> list[dict[str, Any]]:
    """Entries of the log that are whole; a kill may have cut one short, a disk may have changed one."""
    path = folder / "log.jsonl"
    made = []
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict) and all(isinstance(entry.get(key), kind) for key, kind in _ENTRY.items()):
            made.append(entry)
    return made


def failures(folder: Path, identities: Sequence[str]) -> dict[str, str]:
    """Errors of runs that are recorded as failed, by run id."""
    found = {}
    for identity in identities:
        path = _failed_path(folder, identity)
        if path.is_file():
            try:
                found[identity] = str(json.loads(path.read_bytes())["error"])
            except (ValueError, KeyError, TypeError, RecursionError):
                found[identity] = f"{path}: not readable"
    return found


def compact(folder: Path, plan: Plan, done: set[str]) -> Path:
    """Join the results of all finished runs, in the order of the plan, to ``results.parquet``.

    The bytes are decided by the plan and the results alone: fixed order, fixed settings, no moment of writing.
    """
    path = folder / "results.parquet"
    table = plan.table()
    runs = [run for run in plan.runs if run.run_id in done]
    with replacing(path) as tmp:
        writer: Any = None
        waiting: list[pa.Table] = []
        rows = 0
        for run in runs:
            part = pq.read_table(result_path(folder, run.run_id))
            row = table.slice(run.index, 1)
            index = pa.array([0] * len(part), pa.int32())
            head = {name: _coded(row[name].combine_chunks()).take(index) for name in row.column_names}
            body = {
                name: column if name == "period" else _coded(column)
                for name, column in ((name, part[name].combine_chunks()) for name in part.column_names)
            }
            waiting.append(pa.table({**head, **body}))
            rows += len(part)
            if rows >= ROWS_A_GROUP or run is runs[-1]:
                whole = pa.concat_tables(waiting).unify_dictionaries().combine_chunks()
                if writer is None:
                    writer = pq.ParquetWriter(tmp, whole.schema, **WRITER)
                writer.write_table(whole, row_group_size=max(len(whole), 1))
                waiting, rows = [], 0
        if writer is None:  # nothing finished: a table without rows is still a table
            writer = pq.ParquetWriter(tmp, table.schema, **WRITER)
        writer.close()
    return path


def _coded(column: Any) -> Any:
    """Text as dictionary: it repeats for every row of a run."""
    if isinstance(column, pa.DictionaryArray):
        return column
    return column.dictionary_encode() if pa.types.is_string(column.type) else column


def write_manifest(
    folder: Path, plan: Plan, done: set[str], failed: dict[str, str], argv: Sequence[str]
) -> None:
    """Provenance of a sweep: what was run, with what, how much of it is there, and checksums of the files."""
    entries = [e for e in log_entries(folder) if e["state"] == "done" and e["run_id"] in done]
    outputs = {
        name: {"bytes": (folder / name).stat().st_size, "sha256": file_sha256(folder / name)}
        for name in ("plan.parquet", "sweep.yaml", "results.parquet")
    }
    manifest = {
        "format": 1,
        "name": plan.name,
        "plan_sha256": plan.sha256,
        "files_sha256": {str(f.path): f.sha256 for f in plan.files},
        "inputs_sha256": plan.inputs_sha256,
        "model_version": plan.version,
        "runs": len(plan.runs),
        "distinct": len(plan.distinct),
        "finished": sum(run.run_id in done for run in plan.distinct),
        "failed": failed,
        "complete": all(run.run_id in done for run in plan.distinct),
        "replications": plan.replications,
        "seed": plan.seed,
        "varied": list(plan.paths),
        "config": plan.config,
        "results": {
            "every": plan.results.every,
            "levels": list(plan.results.levels),
            "keep": list(plan.results.keep),
        },
        "seconds_of_runs": round(sum(e["seconds"] for e in entries), 2),
        "written": now().isoformat(timespec="seconds"),
        "argv": list(argv),
        "versions": versions(),
        "machine": machine(),
        "git": git_version(SOURCE),
        "outputs": outputs,
    }
    first = plan.runs[0].scenario
    if first.world.tables is not None:
        manifest["country"] = country_block(open_world(first))
    text = json.dumps(sealed(manifest), indent=1, ensure_ascii=False)
    write_bytes(folder / "manifest.json", (text + "\n").encode())
