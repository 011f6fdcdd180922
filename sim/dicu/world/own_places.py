"""A user's own figures of places in place of modelled ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from dicu.scenario.vocabulary import TERRAINS
from dicu.world.assemble import KEY, MODELLED, positions
from dicu.world.table_checks import Problems, checked, unique_column, without_columns
from dicu.world.table_files import read_raw
from dicu.world.validate import validate
from dicu.world.world import World, on_sphere_km

REPLACE_COLUMNS: Final = (KEY, *(dataclasses.replace(c, required=False) for c in MODELLED))
"""Columns of a table for `replace_places`: the key and any of the modelled ones."""


def replace_places(world: World, path: str | Path, ignore: Sequence[str] = ()) -> World:
    """Put a user's own figures in place of modelled ones (``world.places: my_places.parquet``).

    The table has ``place_key`` and any of the columns residents, area_km2, terrain, urban, longitude,
    latitude; it may list some places only. Where residents are replaced, the shares of the legacy communes
    concerned follow.

    ``ignore`` names columns that are left aside.

    Returns
    -------
    World
        Valid, otherwise unchanged.

    Raises
    ------
    TableError
        Every wrong cell, unknown column or place, place named twice; also a table that replaces nothing.
    ValueError
        The world would no longer be valid (for example half a legacy commune urban).
    """
    path = Path(path)
    problems = Problems()
    raw = without_columns(read_raw(path), path, ignore, REPLACE_COLUMNS, problems)
    table = checked(raw, path, REPLACE_COLUMNS, problems)
    unique_column(table, path, ["place_key"], problems)
    given = [c.name for c in MODELLED if c.name in table.columns]
    if not given or table.empty:
        problems.note(f"{path}: replaces nothing (allowed: {', '.join(c.name for c in REPLACE_COLUMNS)})")
    problems.stop()
    order = np.argsort(world.place_key)
    at = np.searchsorted(world.place_key, table["place_key"].to_numpy(np.uint64), sorter=order)
    index = order[np.minimum(at, len(order) - 1)]
    for row in np.flatnonzero(world.place_key[index] != table["place_key"].to_numpy(np.uint64)).tolist():
        value = int(table["place_key"].iloc[row])
        problems.cell(path, row + 1, "place_key", value, f"a place of the world {world.name!r}")
    problems.stop()
    changed: dict[str, Any] = {}
    for column in given:
        new = getattr(world, column).copy()
        values = table[column]
        if column == "terrain":
            new[index] = positions(TERRAINS, values.tolist())
        else:
            new[index] = values.to_numpy(new.dtype)
        changed[column] = new
    if "longitude" in given or "latitude" in given:
        lon, lat = changed.get("longitude", world.longitude), changed.get("latitude", world.latitude)
        changed["position_km"] = on_sphere_km(lon, lat)
    if "residents" in given:
        changed["share"] = _shares(world, changed["residents"], np.unique(world.legacy_commune[index]))
    made = dataclasses.replace(world, **changed)
    check_sense(made, str(path), problems)
    problems.stop()
    return validate(made)


def check_sense(world: World, where: str, problems: Problems) -> None:
    """Note what no cell shows: that nobody lives anywhere, or that all places are at one point."""
    if not world.residents.any():
        problems.note(
            f"{where}: residents: nobody lives anywhere (allowed: at least one place with residents)"
        )
    if world.n_places > 1 and len(np.unique(world.position_km, axis=0)) == 1:
        problems.note(
            f"{where}: longitude, latitude: all {world.n_places} places at one point "
            "(allowed: places apart, since distances decide where people go)"
        )


def _shares(
    world: World,
    residents: np.ndarray[Any, np.dtype[np.int64]],
    communes: np.ndarray[Any, np.dtype[np.int32]],
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Shares after residents changed in ``communes``: residents over the commune's, unless one would be 0."""
    total = np.zeros(len(world.legacy_communes), np.int64)
    np.add.at(total, world.legacy_commune, residents)
    least = np.full(len(world.legacy_communes), np.iinfo(np.int64).max)
    np.minimum.at(least, world.legacy_commune, residents)
    concerned = np.isin(world.legacy_commune, communes) & (least[world.legacy_commune] > 0)
    share = world.share.copy()
    share[concerned] = residents[concerned] / total[world.legacy_commune[concerned]]
    return share
