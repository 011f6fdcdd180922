"""Worlds as tables: any country can be given so, and modelled figures of Viet Nam replaced by a user's own.

A folder holds ``world.json`` (name, year, region_names), ``places`` and ``units`` (each .parquet or .csv)
and, when a builder mended something, ``repairs``. The columns are `PLACE_COLUMNS` and `UNIT_COLUMNS`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dicu.scenario.vocabulary import TERRAINS
from dicu.world.assemble import KEY, MODELLED, PLACE_COLUMNS, TABLES, UNIT_COLUMNS, build_world, positions
from dicu.world.table_checks import Column, Problems, TableError, checked, read_raw, unique_column
from dicu.world.validate import validate
from dicu.world.world import Repair, Units, World, on_sphere_km

REPLACE_COLUMNS: Final = (KEY, *(dataclasses.replace(c, required=False) for c in MODELLED))
"""Columns of a table for `replace_places`: the key and any of the modelled ones."""


KINDS: Final[dict[str, tuple[str, ...]]] = {
    "commune": ("commune", "ward", "township", "special zone", "island district"),
    "district": ("rural district", "urban district", "town", "provincial city"),
    "province": ("province", "municipality"),
}
"""Kinds that rules know, by level: of any other kind nobody could say what standards and staff it has."""


def _find(folder: Path, stem: str) -> Path:
    """The table ``stem`` of a folder, parquet or CSV but not both."""
    found = [p for p in (folder / f"{stem}.parquet", folder / f"{stem}.csv") if p.is_file()]
    if len(found) != 1:
        state = "neither is there" if not found else "both are there"
        raise TableError(f"{folder}: needs one of {stem}.parquet and {stem}.csv, {state}")
    return found[0]


def _read_meta(path: Path, problems: Problems) -> tuple[str, int, tuple[str, ...]]:
    try:
        meta: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise TableError(f"{path}: cannot be read: {error}") from error
    allowed = {"name": str, "year": int, "region_names": list}
    if not isinstance(meta, dict):
        raise TableError(f"{path}: must hold an object with the keys {', '.join(allowed)}")
    for key in set(meta) - set(allowed):
        problems.note(f"{path}: unknown key {key!r} (allowed: {', '.join(allowed)})")
    for key, kind in allowed.items():
        if not isinstance(meta.get(key), kind) or isinstance(meta.get(key), bool):
            problems.note(f"{path}: key {key}: got {meta.get(key)!r} (allowed: {kind.__name__})")
    problems.stop()
    return meta["name"], meta["year"], tuple(str(r) for r in meta["region_names"])


def _check_links(
    places: pd.DataFrame,
    units: pd.DataFrame,
    regions: Sequence[str],
    paths: tuple[Path, Path],
    problems: Problems,
) -> None:
    """Codes that are referred to exist; legacy provinces have an income and a region."""
    place_path, unit_path = paths
    codes = {
        (level, generation): set(group["code"])
        for (level, generation), group in units.groupby(["level", "generation"])
    }
    for column, generation in (("legacy_commune", "legacy"), ("new_commune", "2025")):
        known = codes.get(("commune", generation), set())
        for row in np.flatnonzero(~places[column].isin(known)).tolist():
            what = f"the code of a commune of generation {generation} in {unit_path.name}"
            problems.cell(place_path, row + 1, column, places[column].iloc[row], what)
    keys = set(places["place_key"].tolist())
    for row, unit in enumerate(units.to_dict("records"), start=1):
        if unit["seat_place"] not in keys:
            problems.cell(unit_path, row, "seat_place", unit["seat_place"], f"a key of {place_path.name}")
        above: str | None = {"commune": "district", "district": "province", "province": None}[unit["level"]]
        if unit["level"] == "commune" and unit["generation"] == "2025":
            above = "province"
        if above is None:
            if unit["parent"] != "":
                problems.cell(unit_path, row, "parent", unit["parent"], "empty for a province")
        elif unit["parent"] not in codes.get((above, unit["generation"]), set()):
            what = f"the code of a {above} of generation {unit['generation']}"
            problems.cell(unit_path, row, "parent", unit["parent"], what)
        kinds = KINDS[unit["level"]]
        if unit["kind"] not in kinds:
            problems.cell(unit_path, row, "kind", unit["kind"], f"one of {', '.join(kinds)}")
        if unit["level"] == "district" and unit["generation"] != "legacy":
            problems.cell(
                unit_path, row, "generation", unit["generation"], "legacy, with which districts end"
            )
        if (unit["level"], unit["generation"]) == ("province", "legacy"):
            if unit.get("region") not in regions:
                problems.cell(unit_path, row, "region", unit.get("region"), f"one of {', '.join(regions)}")
            income = Column("income_mvnd", "number", "", above=0.0)
            try:
                income.parse(unit.get("income_mvnd"))
            except (ValueError, TypeError):
                problems.cell(unit_path, row, "income_mvnd", unit.get("income_mvnd"), income.allowed())


def read_world_tables(path: str | Path) -> World:
    """Read a world from a folder of tables, or from the ``world.json`` within it.

    Returns
    -------
    World
        Valid; its row order does not depend on that of the files.

    Raises
    ------
    TableError
        Every wrong cell (the first twenty in full): file, row, column, value and what is allowed.
        Also when the tables are well-formed but do not make a valid world (`validate`).
    """
    folder = Path(path)
    folder = folder.parent if folder.suffix == ".json" else folder
    problems = Problems()
    name, year, regions = _read_meta(folder / "world.json", problems)
    place_path, unit_path = _find(folder, "places"), _find(folder, "units")
    places = checked(read_raw(place_path), place_path, PLACE_COLUMNS, problems)
    units = checked(read_raw(unit_path), unit_path, UNIT_COLUMNS, problems)
    unique_column(places, place_path, ["place_key"], problems)
    unique_column(units, unit_path, ["level", "generation", "code"], problems)
    seats = {"seat_x_km", "seat_y_km", "seat_z_km"} & set(units.columns)
    if len(seats) in (1, 2):
        problems.note(f"{unit_path}: seat_x_km, seat_y_km and seat_z_km come together: only {sorted(seats)}")
    problems.stop()
    _check_links(places, units, regions, (place_path, unit_path), problems)
    problems.stop()
    repairs: tuple[Repair, ...] = ()
    if (folder / "repairs.csv").is_file():
        text = tuple(Column(c, "text", "", empty=True) for c in ("kind", "unit", "detail"))
        table = checked(read_raw(folder / "repairs.csv"), folder / "repairs.csv", text, problems)
        problems.stop()
        repairs = tuple(Repair(*row) for row in table.itertuples(index=False))
    try:
        world = build_world(name, year, places, units, regions, repairs)
    except ValueError as error:
        raise TableError(f"{folder}: {error}") from error
    _check_sense(world, str(place_path), problems)
    problems.stop()
    return world


def world_tables(world: World) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables ``places`` and ``units`` of a world, with every column that `read_world_tables` knows."""
    places = pd.DataFrame(
        {
            "place_key": world.place_key,
            "legacy_commune": world.legacy_communes.code[world.legacy_commune],
            "new_commune": world.new_communes.code[world.new_commune],
            "residents": world.residents,
            "area_km2": world.area_km2,
            "terrain": np.array(TERRAINS)[world.terrain],
            "urban": world.urban,
            "longitude": world.longitude,
            "latitude": world.latitude,
            "share": world.share,
        }
    )
    parts = []
    for what, (level, generation) in TABLES.items():
        units: Units = getattr(world, what)
        above = {
            "legacy_communes": world.districts,
            "new_communes": world.new_provinces,
            "districts": world.legacy_provinces,
        }.get(what)
        part = pd.DataFrame({"level": level, "generation": generation, "code": units.code})
        part["name"], part["kind"] = units.name, units.kind
        part["parent"] = "" if above is None else above.code[units.parent]
        part["seat_place"] = world.place_key[units.seat_place]
        for i, axis in enumerate("xyz"):
            part[f"seat_{axis}_km"] = units.seat_km[:, i]
        is_province = what == "legacy_provinces"
        part["income_mvnd"] = [repr(float(y)) for y in world.province_income_mvnd] if is_province else ""
        part["region"] = [world.region_names[r] for r in world.region] if is_province else ""
        parts.append(part)
    return places, pd.concat(parts, ignore_index=True)


def write_world_tables(world: World, folder: str | Path, suffix: str = "parquet") -> Path:
    """Write a world as the tables that `read_world_tables` reads back to the same arrays, bit for bit.

    Parameters
    ----------
    world : World
    folder : path
        Made if it is missing; its tables are overwritten.
    suffix : "parquet" or "csv"

    Returns
    -------
    Path of the folder
    """
    if suffix not in ("parquet", "csv"):
        raise ValueError(f"suffix must be parquet or csv, got {suffix!r}")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    meta = {"name": world.name, "year": world.year, "region_names": list(world.region_names)}
    text = json.dumps(meta, ensure_ascii=False, indent=1) + "\n"
    (folder / "world.json").write_text(text, encoding="utf-8")
    for stem, table in zip(("places", "units"), world_tables(world), strict=True):
        other = folder / f"{stem}.{'csv' if suffix == 'parquet' else 'parquet'}"
        other.unlink(missing_ok=True)
        if suffix == "parquet":
            table.to_parquet(folder / f"{stem}.parquet", index=False)
        else:
            table.to_csv(folder / f"{stem}.csv", index=False)
    rows = [(r.kind, r.unit, r.detail) for r in world.repairs]
    pd.DataFrame(rows, columns=["kind", "unit", "detail"]).to_csv(folder / "repairs.csv", index=False)
    return folder


def replace_places(world: World, path: str | Path) -> World:
    """Put a user's own figures in place of modelled ones (``world.places: my_places.parquet``).

    The table has ``place_key`` and any of the columns residents, area_km2, terrain, urban, longitude,
    latitude; it may list some places only. Where residents are replaced, the shares of the legacy communes
    concerned follow.

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
    table = checked(read_raw(path), path, REPLACE_COLUMNS, problems)
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
    if "urban" in given:
        _check_half_urban(made, index, table, path, problems)
    _check_sense(made, str(path), problems)
    problems.stop()
    return validate(made)


def _check_half_urban(
    world: World, index: np.ndarray[Any, Any], table: pd.DataFrame, path: Path, problems: Problems
) -> None:
    """Note every row that leaves its legacy commune both urban and rural."""
    urban_places = np.bincount(world.legacy_commune, weights=world.urban)
    places = np.bincount(world.legacy_commune)
    mixed = (urban_places > 0) & (urban_places < places)
    for row in np.flatnonzero(mixed[world.legacy_commune[index]]).tolist():
        commune = world.legacy_commune[index[row]]
        others = world.place_key[(world.legacy_commune == commune)].tolist()
        rest = ", ".join(str(key) for key in others if key != int(world.place_key[index[row]]))
        name = f"{world.legacy_communes.code[commune]} {world.legacy_communes.name[commune]}"
        allowed = f"the same for all places of the legacy commune {name}: also {rest}"
        problems.cell(path, row + 1, "urban", bool(table["urban"].iloc[row]), allowed)


def _check_sense(world: World, where: str, problems: Problems) -> None:
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
