"""Open the world a scenario asks for: every country from its folder of tables, the reform's borders included."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from dicu.reform.table import borders_of
from dicu.reform.writing import write_folder
from dicu.scenario.calendar import parse_period
from dicu.scenario.country import FILE
from dicu.scenario.scenario import Scenario
from dicu.world import facts
from dicu.world.cache import cache_folder, code_sha256, inputs_sha256, read_world, write_world
from dicu.world.folder import Opened, folder_sha256, read_folder, read_optional
from dicu.world.own_places import replace_places
from dicu.world.small import make_small
from dicu.world.table_checks import TableError
from dicu.world.validate import validate
from dicu.world.viet_nam import NAME, build_viet_nam
from dicu.world.world import Units, World

SUM: Final = ".sha256"
"""Checksum of a folder that this program wrote, beside its tables."""


def open_world(scenario: Scenario) -> World:
    """World with the residents of the first year that is simulated (of a folder: of the year it states), checked.

    Raises
    ------
    ValueError
        When a user's tables do not fit, with every row named.
    """
    choice = scenario.world
    year = scenario.calendar.year(scenario.calendar.first_step)
    if choice.tables is not None:
        return load_folder(Path(choice.tables))
    if choice.name == NAME:
        world = load_viet_nam(year)
        if choice.places is not None:
            try:
                world = replace_places(world, Path(choice.places), choice.ignore or ())
            except TableError as error:
                raise TableError(f"world.places: {error}") from error
    else:
        size = {} if choice.size is None else {"size": choice.size}
        world = replace(make_small(choice.name, **size), year=year)
    validate(world)
    return world


def load_folder(folder: Path) -> World:
    """The world of a folder of tables; what was made of them before is taken from the user's cache.

    Raises
    ------
    TableError
        Everything that is wrong with the tables.
    """
    key = folder_sha256(folder)
    return _kept(folder, key, cache_folder() / "worlds" / f"{key[:32]}.npz")


def load_viet_nam(year: int = 2019, cache: bool = True) -> World:
    """The world of Viet Nam with the residents of a year, read from its folder of tables.

    The folder is written once to the user's cache, from the gazetteer and the project's figures, and again when it is
    damaged or what it is made of has changed.

    Parameters
    ----------
    cache
        False writes it anew and keeps nothing.
    """
    facts.residents(year)  # refuses an unknown year before any work
    kept = cache_folder() / "worlds" / f"{NAME}-{year}-{inputs_sha256()[:16]}"
    if cache and _whole(kept):
        try:
            return _viet_nam(_kept(kept, (kept / SUM).read_text(), kept.with_suffix(".npz")))
        except (TableError, OSError):
            pass  # damaged in a way that its checksum does not show, or taken away meanwhile: made again
    with tempfile.TemporaryDirectory() as beside:
        folder = _write_viet_nam(Path(beside) / NAME, year)
        world = with_reform(read_folder(folder))
        if cache:
            _keep(folder, kept, world)
    return _viet_nam(world)


def _write_viet_nam(folder: Path, year: int) -> Path:
    """Write Viet Nam as the folder of tables that any country is given as.

    Parameters
    ----------
    folder
        Made if it is missing.
    year
        Of the residents and incomes.
    """
    write_folder(build_viet_nam(year), folder)
    (folder / SUM).write_text(folder_sha256(folder))
    return folder


def _viet_nam(world: World) -> World:
    """By the name that configurations know; what looks odd about this country is known and checked elsewhere."""
    return replace(world, name=NAME, country=replace(world.country, notes=()))


def _whole(folder: Path) -> bool:
    """Whether a folder of the cache is what was written there."""
    try:
        return (folder / FILE).is_file() and (folder / SUM).read_text() == folder_sha256(folder)
    except (OSError, TableError):
        return False


def _keep(made: Path, kept: Path, world: World) -> None:
    """Put a folder into the cache, whole or not at all; a cache is a convenience."""
    beside = kept.with_name(f".{kept.name}.{os.getpid()}")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        if not _whole(kept):  # another process may have written it, and read it now
            shutil.copytree(made, beside)
            shutil.rmtree(kept, ignore_errors=True)
            beside.replace(kept)
    except OSError:
        shutil.rmtree(beside, ignore_errors=True)
        return
    write_world(kept.with_suffix(".npz"), cache_key((kept / SUM).read_text()), world)


def cache_key(folder_key: str) -> str:
    """What the arrays of a folder are made of: its tables and the code that reads them."""
    return hashlib.sha256(f"{folder_key} {code_sha256()}".encode()).hexdigest()


def _kept(folder: Path, folder_key: str, npz: Path) -> World:
    key = cache_key(folder_key)
    if npz.is_file():
        world = read_world(npz, key, read_optional(folder))
        if world is not None:
            return world
    world = with_reform(read_folder(folder))
    write_world(npz, key, world)
    return world


def with_reform(opened: Opened) -> World:
    """The world of a folder with the borders that its reform draws as the second generation.

    Raises
    ------
    TableError
        Everything that is wrong with the table of the reform.
    """
    world, rows, path = opened.world, opened.reform, opened.path
    words = world.country.file.reform
    if rows is None:
        if words is not None:
            raise TableError(
                f"{path.parent / FILE}: reform: there is no table {path.name} (allowed: the table, or no reform)"
            )
        return world
    if words is None:
        raise TableError(
            f"{path.parent / FILE}: reform is missing (name and date of the reform in {path.name})"
        )
    made, notes = borders_of(rows, path, world, words.date)
    if parse_period(made[0].date)[0] != parse_period(words.date)[0]:
        raise TableError(
            f"{path.parent / FILE}: reform.date: not the first date of {path.name} (got {words.date}, allowed "
            f"{made[0].date})"
        )
    last = made[-1]
    wards = (
        frozenset(rows["kind"][rows["ward_like"] == "yes"])
        if {"kind", "ward_like"} <= set(rows)
        else frozenset()
    )
    country = replace(
        world.country,
        notes=(*world.country.notes, *(note.replace(str(path), path.name) for note in notes)),
        ward_kinds=world.country.ward_kinds | wards,
    )
    if len(made) > 1:
        country = replace(country, tables={**country.tables, "reform": rows})
    return validate(
        replace(
            world,
            country=country,
            new_communes=_named(last.communes),
            new_provinces=_named(last.provinces),
            new_commune=last.commune_of_place,
        )
    )


def _named(units: Units) -> Units:
    return replace(units, generation="2025", parent=units.parent.astype(np.int32))
