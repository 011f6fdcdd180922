"""What a run is known by besides its configuration: the program, the data files that it reads, the world."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np

from dicu.world.country import Country
from dicu.world.world import World

ROOT: Final = Path(__file__).parents[1]
NOT_THE_MODEL: Final = ("cli", "lab", "configs", "__main__.py", "api.py")
"""Parts of the package that start, repeat, compare or check runs and decide nothing in one; what a shipped scenario
says is in the identity of the run that it is the configuration of."""
SOURCE: Final = ".py"
NO_DATA: Final = (SOURCE, ".pyc", ".md", ".typed")
"""Endings of files that no rule reads; every other file in a room of the model is data."""


def model_files(root: Path = ROOT) -> Iterator[Path]:
    """Files in the rooms that decide a run, in the order of their names."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.relative_to(root).parts[0] not in NOT_THE_MODEL:
            yield path


def files_sha256(paths: Iterator[Path], root: Path = ROOT) -> str:
    """Checksum of files with their names below ``root``."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def source_sha256(root: Path = ROOT) -> str:
    """Checksum of the model's source: every module that can change a result, and those that run many or tell of one."""
    return files_sha256((p for p in model_files(root) if p.suffix == SOURCE), root)


@cache
def data_sha256(root: Path = ROOT) -> str:
    """Checksum of every data file in the rooms of the model: margins, standards, published figures, outlines."""
    return files_sha256((p for p in model_files(root) if p.suffix not in NO_DATA), root)


def model_version() -> str:
    """Version of the package and of its source: part of a run's identity, so that no result outlives its program."""
    return f"{metadata.version('dicu')}+{source_sha256()[:12]}"


def inputs_of(world: World) -> dict[str, str]:
    """Checksums of what a run reads besides its configuration: part of its identity."""
    return {"world": world_sha256(world), "data": data_sha256()}


def world_sha256(world: World) -> str:
    """Checksum of everything a world holds besides its list of repairs."""
    digest = hashlib.sha256()

    def feed(value: Any) -> None:
        if isinstance(value, Country):
            digest.update(value.sha256.encode())
        elif dataclasses.is_dataclass(value):
            for field in dataclasses.fields(value):
                if field.name != "repairs":
                    digest.update(field.name.encode())
                    feed(getattr(value, field.name))
        elif isinstance(value, np.ndarray):
            if value.dtype.kind in "UO":
                digest.update("\0".join(str(v) for v in value.tolist()).encode())
            else:
                digest.update(f"{value.dtype.str}{value.shape}".encode())
                digest.update(np.ascontiguousarray(value).tobytes())
        else:
            digest.update(repr(value).encode())

    feed(world)
    return digest.hexdigest()
