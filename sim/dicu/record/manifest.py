"""The manifest: what was run, on what, with what, for how long, and the checksums by which to know it again.

``manifest.json`` is written last: a run folder without one is unfinished. Beside it stands
``ro-crate-metadata.json``, the same provenance as a Process Run Crate (https://w3id.org/ro/wfrun/process/0.5).
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from dicu.record.folder import write_bytes

PACKAGES: Final = (
    "dicu", "mesa", "networkx", "numpy", "numba", "llvmlite", "pandas", "scipy", "pyarrow", "pydantic",
    "ruamel.yaml", "matplotlib",
)  # fmt: skip
GAZETTEER: Final = "vietnamadminunits"
"""The geography of the package's own country; a result of another one does not depend on it."""
SOURCES: Final = ("sim", "analysis", "pyproject.toml", "uv.lock")
"""What of a checkout decides a result."""
FORMAT: Final = 2
"""Of a run's folder; another one is not read."""
SOURCE: Final = Path(__file__).resolve().parents[3]
"""Folder that holds ``sim``: the project's root in a checkout."""


def now() -> datetime:
    """The present moment, UTC; for ``started`` and ``ended``."""
    return datetime.now(UTC)


def build_manifest(
    *,
    name: str,
    run_id: str,
    config: Mapping[str, Any],
    config_sha256: str,
    inputs_sha256: Mapping[str, str],
    state_sha256: str,
    households: int,
    persons: int,
    weight: int,
    steps: int,
    seconds: Mapping[str, float],
    engine: str,
    threads: int,
    started: datetime,
    ended: datetime,
    argv: Sequence[str] | None = None,
    root: Path = SOURCE,
) -> dict[str, Any]:
    """Collect what the run reports with what can be asked of the machine.

    Parameters
    ----------
    config : mapping
        The resolved configuration, as JSON would hold it.
    config_sha256, state_sha256 : str
        Of the canonical configuration, and of the state at the end (`fingerprint.state_sha256`).
    inputs_sha256 : mapping of file or data set to sha256
    households, persons : int
        At the end, in the country (rows times weight).
    steps : int
        Steps done, without the start.
    seconds : mapping of phase to seconds
    started, ended : datetime
        With a time zone, see `now`.
    argv : sequence of str, optional
        The command line; this process's own by default.
    root : Path
        Where to look for the version of the source (git) and ``uv.lock``.

    Raises
    ------
    ValueError
        For a digest that is none, or a moment without a time zone.
    """
    for what, digest in (
        ("config_sha256", config_sha256),
        ("state_sha256", state_sha256),
        *inputs_sha256.items(),
    ):
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise ValueError(f"{what}: {digest!r} is not a sha256 of 64 lower-case hexadecimal digits")
    if started.tzinfo is None or ended.tzinfo is None:
        raise ValueError("started and ended need a time zone: use dicu.record.manifest.now()")
    lock = root / "uv.lock"
    return {
        "format": FORMAT,
        "name": name,
        "run_id": run_id,
        "config_sha256": config_sha256,
        "inputs_sha256": dict(sorted(inputs_sha256.items())),
        "state_sha256": state_sha256,
        "households": int(households),
        "persons": int(persons),
        "weight": int(weight),
        "steps": int(steps),
        "seconds": {k: round(float(v), 4) for k, v in seconds.items()},
        "peak_memory_mb": peak_memory_mb(),
        "engine": engine,
        "threads": int(threads),
        "started": started.astimezone(UTC).isoformat(timespec="seconds"),
        "ended": ended.astimezone(UTC).isoformat(timespec="seconds"),
        "argv": list(sys.argv if argv is None else argv),
        "versions": versions(),
        "machine": machine(),
        "uv_lock_sha256": file_sha256(lock) if lock.is_file() else None,
        "git": git_version(root),
        "config": dict(config),
    }


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> Path:
    """Add size and sha256 of every file in ``folder``, write the crate, and the manifest, sealed, last of all.

    Files that are drawn or written from a finished run (figures, reports) are none of its outputs.
    """
    write_bytes(folder / "ro-crate-metadata.json", _json(_ro_crate(folder, manifest)))
    outputs = {
        str(p.relative_to(folder)): {"bytes": p.stat().st_size, "sha256": file_sha256(p)}
        for p in _outputs(folder)
    }
    return write_bytes(folder / "manifest.json", _json(sealed({**manifest, "outputs": outputs})))


def sealed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest with the checksum of all else that it says, by which a changed byte is noticed."""
    body = {key: value for key, value in manifest.items() if key != "manifest_sha256"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return {**body, "manifest_sha256": hashlib.sha256(text.encode()).hexdigest()}


def _ro_crate(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The run as a Process Run Crate: one action, the software it used, what it read and what it wrote."""
    files = [p.relative_to(folder).as_posix() for p in _outputs(folder) if p.name != "ro-crate-metadata.json"]
    inputs = list(manifest["inputs_sha256"].items())
    ids = [{"@id": f} for f in files]
    return {
        "@context": ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"],
        "@graph": [
            {
                "@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            },
            {
                "@id": "./", "@type": "Dataset", "name": f"dicu run {manifest['name']} {manifest['run_id']}",
                "description": "Simulated households and local governments under one administrative map.",
                "datePublished": manifest["ended"], "license": {"@id": "https://spdx.org/licenses/Apache-2.0"},
                "conformsTo": {"@id": "https://w3id.org/ro/wfrun/process/0.5"},
                "hasPart": ids, "mentions": {"@id": "#run"},
            },
            {"@id": "https://w3id.org/ro/wfrun/process/0.5", "@type": "CreativeWork",
             "name": "Process Run Crate", "version": "0.5"},
            {"@id": "#dicu", "@type": "SoftwareApplication", "name": "dicu",
             "softwareVersion": manifest["versions"]["dicu"] or "not installed",
             "identifier": (manifest["git"] or {}).get("sha") or "no git"},
            {
                "@id": "#run", "@type": "CreateAction", "name": " ".join(manifest["argv"]) or "dicu run",
                "instrument": {"@id": "#dicu"}, "startTime": manifest["started"],
                "endTime": manifest["ended"],
                "object": [{"@id": f"#input-{i}"} for i in range(len(inputs))], "result": ids,
            },
            *({"@id": f"#input-{i}", "@type": "CreativeWork", "name": k, "sha256": v}
              for i, (k, v) in enumerate(inputs)),
            *({"@id": f, "@type": "File", "contentSize": str((folder / f).stat().st_size),
               "sha256": file_sha256(folder / f)} for f in files),
        ],
    }  # fmt: skip


def _outputs(folder: Path) -> list[Path]:
    return sorted(
        p for p in folder.iterdir() if p.is_file() and p.name != "manifest.json" and p.name[0] != "."
    )


def _json(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def file_sha256(path: Path) -> str:
    """Sha256 of a file's bytes."""
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def peak_memory_mb() -> dict[str, float | None]:
    """Peak resident memory of this process in MB: as getrusage reports it, and as Linux's VmHWM."""
    usage: float | None = None
    if sys.platform != "win32":
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        usage = round(peak / (1e6 if sys.platform == "darwin" else 1e6 / 1024), 1)
    status = Path("/proc/self/status")
    high = None
    if status.is_file():
        lines = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        high = round(int(lines[0].split()[1]) * 1024 / 1e6, 1) if lines else None
    return {"getrusage": usage, "VmHWM": high}


def versions(gazetteer: bool = True) -> dict[str, str | None]:
    """Version of Python and of every package that a result can depend on; None when not installed."""
    made: dict[str, str | None] = {"python": platform.python_version()}
    for package in (*PACKAGES, *((GAZETTEER,) if gazetteer else ())):
        try:
            made[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            made[package] = None
    return made


def machine() -> dict[str, Any]:
    """Processor, cores and operating system."""
    model = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [
            x.split(":", 1)[1].strip() for x in info.read_text().splitlines() if x.startswith("model name")
        ]
        model = names[0] if names else model
    return {"cpu": model, "cores": os.cpu_count(), "system": platform.platform()}


def git_version(root: Path) -> dict[str, Any] | None:
    """Commit of the checkout that ``root`` is the top of, and whether it was changed since; None without git.

    ``sha`` is None before the first commit. A copy installed inside somebody else's repository has no version
    of its own and gives None.
    """
    top = _git(root, "rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != root.resolve():
        return None
    # a user's own scenarios, tables and runs beside the sources do not make these any less those of the commit
    status = _git(root, "status", "--porcelain", "--", *SOURCES)
    sha = _git(root, "rev-parse", "--verify", "-q", "HEAD")
    return {"sha": sha, "dirty": None if status is None else bool(status)}


def _git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
