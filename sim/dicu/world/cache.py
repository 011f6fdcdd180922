"""A built world in the user's cache folder: a checksummed .npz without pickle, keyed by all it was made
of."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dicu.compute.compiled import cache_folder
from dicu.world.country import Country
from dicu.world.gazetteer import package_files
from dicu.world.validate import validate
from dicu.world.world import Repair, Units, World

MAGIC: Final = b"dicu world 2\n"
DIGEST: Final = 64
"""Length of a sha256 in hexadecimal, which stands before and protects the arrays."""


@lru_cache(maxsize=1)
def code_sha256() -> str:
    """Sha256 of the code that makes a world of tables: this room, the borders of reforms, and the libraries.

    The versions of numpy and scipy are part of it: they decide the last bit of a raster.
    """
    import scipy

    room = Path(__file__).parent
    own = [*room.glob("*.py"), *room.parent.joinpath("reform").glob("*.py")]
    total = hashlib.sha256(f"numpy {np.__version__} scipy {scipy.__version__}\n".encode())
    for path in sorted(own, key=lambda path: path.as_posix()):
        name = path.relative_to(room.parent).as_posix()
        total.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


@lru_cache(maxsize=1)
def inputs_sha256() -> str:
    """Sha256 of all that the folder of Viet Nam is made of: the gazetteer's files, the room's tables, and the code."""
    room = Path(__file__).parent
    data = [
        p for p in room.joinpath("data").rglob("*") if p.is_file() and p.suffix != ".md"
    ]  # prose makes no world
    total = hashlib.sha256(f"{code_sha256()}\n".encode())
    files = [(name, path) for name, path in sorted(package_files().items())]
    files += [
        (path.relative_to(room).as_posix(), path) for path in sorted(data, key=lambda path: path.as_posix())
    ]
    for name, path in files:
        total.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def write_world(path: Path, key: str, world: World) -> bool:
    """Write ``world`` beside ``path``, flush it to the disk and rename: the file is whole or not there.

    Returns
    -------
    bool
        False when the folder cannot be written (read-only home, full disk): a cache is a convenience, and the
        caller has the world already.
    """
    buffer = io.BytesIO()
    np.savez(buffer, **_arrays(world))
    body = key.encode() + buffer.getvalue()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
        beside = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(MAGIC + hashlib.sha256(body).hexdigest().encode() + body)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def read_world(path: Path, key: str, country: Country) -> World | None:
    """World kept in ``path`` under ``key``; None when it is absent, of other inputs, or damaged in any
    byte."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, body = data[len(MAGIC) : len(MAGIC) + DIGEST], data[len(MAGIC) + DIGEST :]
    if not data.startswith(MAGIC) or hashlib.sha256(body).hexdigest().encode() != digest:
        return None
    if body[:DIGEST] != key.encode():
        return None
    try:
        with np.load(io.BytesIO(body[DIGEST:]), allow_pickle=False) as arrays:
            return validate(_world(dict(arrays), country))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _arrays(world: World) -> dict[str, Any]:
    arrays: dict[str, Any] = {}
    for name, value in _items(world):
        if isinstance(value, Units):
            text = [value.level, value.generation]
            arrays |= {f"{name}.{part}": array for part, array in _items(value)[2:]}
            arrays[f"{name}.text"] = np.array(text)
        elif name == "repairs":
            repairs = [[repair.kind, repair.unit, repair.detail] for repair in value]
            arrays[name] = np.frombuffer(json.dumps(repairs).encode(), dtype=np.uint8)
        elif isinstance(value, Country):
            said = {part: _plain(getattr(value, part)) for part in _OF_COUNTRY}
            dated = value.own("reform")
            said["reform"] = None if dated is None else dated.to_dict("records")
            arrays[name] = np.frombuffer(json.dumps(said).encode(), dtype=np.uint8)
        else:
            arrays[name] = np.asarray(value)
    return arrays


_OF_COUNTRY: Final = ("ward_kinds", "ward_standard", "reduced_area", "notes")
"""What of a country follows from the tables of places and units; the rest is read each time."""


def _plain(value: Any) -> Any:
    return (
        dict(value)
        if isinstance(value, Mapping)
        else sorted(value)
        if isinstance(value, frozenset)
        else list(value)
    )


def _items(thing: Any) -> list[tuple[str, Any]]:
    return [(field.name, getattr(thing, field.name)) for field in fields(thing)]


def _world(arrays: dict[str, Any], country: Country) -> World:
    said = json.loads(arrays["country"].tobytes())
    if said["reform"] is not None:
        country = replace(country, tables={**country.tables, "reform": pd.DataFrame(said["reform"])})
    made: dict[str, Any] = {
        "country": replace(
            country,
            ward_kinds=frozenset(said["ward_kinds"]),
            ward_standard=said["ward_standard"],
            reduced_area=frozenset(said["reduced_area"]),
            notes=tuple(said["notes"]),
        )
    }
    for field in fields(World):
        name = field.name
        if name == "country":
            continue
        if f"{name}.text" in arrays:
            level, generation = (str(text) for text in arrays[f"{name}.text"])
            columns = {part.name: arrays[f"{name}.{part.name}"] for part in fields(Units)[2:]}
            made[name] = Units(level=level, generation=generation, **columns)
        elif name == "repairs":
            made[name] = tuple(Repair(*row) for row in json.loads(arrays[name].tobytes()))
        elif name in ("name", "year", "has_districts"):
            made[name] = arrays[name].item()
        elif name == "region_names":
            made[name] = tuple(str(text) for text in arrays[name])
        else:
            made[name] = arrays[name]
    return World(**made)


__all__ = ["cache_folder", "code_sha256", "inputs_sha256", "read_world", "write_world"]
