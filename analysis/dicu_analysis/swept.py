"""One run of a sweep as if it had a folder of its own: read from the tables that the sweep kept of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from dicu.record.local import local_of_manifest
from dicu.record.reading import Files
from dicu_analysis.load import Run
from dicu_analysis.sweep import Sweep


class NothingKept(ValueError):
    """A sweep that did not keep a table that is needed of its runs."""


class SweptRun(Run):
    """One run of a sweep, read from the tables that the sweep kept of it.

    Parameters
    ----------
    sweep : Sweep
    row : mapping
        Its row of ``plan.parquet``.
    needed : sequence of str
        Tables without which it is of no use.
    use : str
        What they are needed for, for messages.

    Raises
    ------
    NothingKept
        When a table that is needed was not kept, or the run has no result.
    """

    def __init__(self, sweep: Sweep, row: dict[str, Any], needed: Sequence[str], use: str) -> None:
        identity = str(row["run_id"])
        path = sweep.folder / "runs" / f"{identity}.json"
        if not path.is_file():
            raise NothingKept(f"{path}: missing, the run has no result; run the sweep again")
        said = json.loads(path.read_bytes())
        prefix = f"tables/{identity}/"
        sums = {n.removeprefix(prefix): d for n, d in said["sha256"].items() if n.startswith(prefix)}
        missing = [n for n in needed if f"{n}.parquet" not in sums]
        if missing:
            raise NothingKept(
                f"{sweep.folder}: results.keep lacks {', '.join(missing)}, which {use} needs of every run (say in the "
                f"file of the sweep results: {{keep: [{', '.join(needed)}]}} and run it again)"
            )
        self.folder = sweep.folder / "tables" / identity
        config = _with(sweep.config, {path: row[path] for path in sweep.varied})
        config |= {"seed": int(row["seed"]), "name": str(row["scenario"] or sweep.name)}
        m = sweep.manifest
        state = pq.read_schema(sweep.folder / "runs" / f"{identity}.parquet").metadata or {}
        self.manifest = {
            **{key: m.get(key) for key in ("inputs_sha256", "argv", "versions", "machine", "git", "country")},
            "name": f"{sweep.name}/{row['scenario']}",
            "run_id": identity,
            "config": config,
            "weight": int(config["population"]["weight"]),
            "history": (config.get("history") or {}).get("start"),
            "ended": m.get("written"),
            "state_sha256": state.get(b"dicu.state_sha256", b"").decode(),
            "outputs": {n: {"bytes": _size(self.folder / n), "sha256": d} for n, d in sums.items()},
        }
        self.files = Files(self.folder, self.manifest["outputs"])
        self.__dict__["local"] = local_of_manifest(m)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def _with(config: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A configuration with dotted keys put in."""
    made: dict[str, Any] = json.loads(json.dumps(config))
    for path, value in values.items():
        *above, key = path.split(".")
        section = made
        for name in above:
            section = section.setdefault(name, {})
        section[key] = value
    return made


def plan_of(sweep: Sweep) -> list[dict[str, Any]]:
    """Rows of the plan of a sweep, one a run."""
    rows: list[dict[str, Any]] = pq.read_table(sweep.files.path("plan.parquet")).to_pylist()
    return rows


__all__ = ["NothingKept", "SweptRun", "plan_of"]
