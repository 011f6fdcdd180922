"""`dicu doctor`: what is installed, where caches are, how many threads there are, and how fast this machine is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Final

import typer

from dicu.cli.app import app

CORE: Final = ("dicu", "numpy", "numba", "mesa", "pandas", "pyarrow", "matplotlib")
ROWS: Final = 1_000_000
REPEATS: Final = 5


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def extras(requirements: list[str]) -> dict[str, list[str]]:
    """Packages that each extra asks for, from the requirements in a package's metadata.

    Parameters
    ----------
    requirements : list of str
        As `importlib.metadata.requires` gives them: ``bokeh>=3.7; extra == 'view'``.
    """
    from packaging.requirements import Requirement

    made: dict[str, list[str]] = {}
    for needed in map(Requirement, requirements):
        found = re.search(r"""extra == ["']([^"']+)["']""", str(needed.marker or ""))
        if found and needed.marker is not None and needed.marker.evaluate({"extra": found[1]}):
            made.setdefault(found[1], []).append(needed.name)
    return made


def _bytes(folder: Path) -> int:
    """Bytes of all files below a folder; 0 where there is none.

    Others write there at the same time: a file or folder that is gone when it is looked at counts for nothing.
    """
    total = 0
    for above, _, names in folder.walk():
        for name in names:
            with suppress(FileNotFoundError):
                total += (above / name).lstat().st_size
    return total


def _nanoseconds() -> float:
    """CPU time of one keyed draw on this machine: the best of some passes, after one that compiles."""
    import time

    import numpy as np

    from dicu.compute.draws import stable_id

    key = np.arange(ROWS, dtype=np.uint64)
    stable_id("place", key)
    best = float("inf")
    for _ in range(REPEATS):
        start = time.process_time_ns()
        stable_id("place", key)
        best = min(best, (time.process_time_ns() - start) / ROWS)
    return best


def _lines() -> Iterator[str]:
    import os
    import platform
    import shutil

    from dicu.compute.compiled import cache_folder

    yield f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    yield ", ".join(f"{name} {_version(name) or 'MISSING'}" for name in CORE)
    for extra, packages in extras(metadata.requires("dicu") or []).items():
        absent = [name for name in packages if _version(name) is None]
        yield f"extra {extra}: " + (
            f"lacks {', '.join(absent)} (pip install 'dicu[{extra}]')" if absent else "there"
        )
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    yield f"threads: {threads} (results do not depend on it; --threads)"
    folder = cache_folder()
    yield f"cache: {folder} ({_bytes(folder) / 1e6:,.0f} MB; DICU_CACHE moves it, and it may be deleted)"
    for name in ("kernels", "histories", "worlds"):
        if (folder / name).is_dir():
            yield f"  {name}: {_bytes(folder / name) / 1e6:,.0f} MB"
    free = shutil.disk_usage(Path.cwd()).free
    yield f"disk: {free / 1e9:,.1f} GB free here ({Path.cwd()})"
    yield f"speed: {_nanoseconds():.2f} ns of CPU per keyed draw (give it with any report on speed)"


@app.command(epilog="Example: `dicu doctor`, before you report that something is slow or does not work.")
def doctor() -> None:
    """Say what is installed, where caches are, how many threads there are, and how fast this machine is."""
    for line in _lines():
        typer.echo(line)


__all__ = ["doctor"]
