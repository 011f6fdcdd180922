"""A world from a folder of tables, whatever the country; `dicu.world.schema` says what the tables hold.

Only the governments of before the reform are made here; those of after it follow from the table ``reform``, which
`dicu.reform.opening` applies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pandas as pd

from dicu.scenario.country import FILE, CountryError, CountryFile, read_country
from dicu.scenario.dump import tables_sha256
from dicu.scenario.suggest import suggest
from dicu.scenario.table_files import OUTLINES, ending, stem
from dicu.world.assemble import build_world
from dicu.world.country import Country
from dicu.world.folder_checks import check_links, check_optional
from dicu.world.geometry import rings_by_code
from dicu.world.oddities import oddities
from dicu.world.outline_files import as_geojson
from dicu.world.own_places import check_sense
from dicu.world.schema import TABLES, Schema
from dicu.world.shares import split_by_share
from dicu.world.table_checks import Problems, TableError, checked, unique_column, without_columns
from dicu.world.table_files import read_raw
from dicu.world.world import Repair, World, key_of

BESIDE: Final = (FILE, *OUTLINES)
"""Files of a folder that are not tables."""
MOST_MARKETS: Final = 2_500
"""Labour and housing markets; what is kept for each pair of them grows with the square."""


@dataclass(frozen=True, eq=False)
class Opened:
    """A folder that was read: the world before the reform, and the rows of the reform (None: there is none)."""

    world: World
    reform: pd.DataFrame | None
    path: Path


def folder_sha256(folder: Path) -> str:
    """Checksum of everything in a folder that a world is made of.

    Raises
    ------
    TableError
        When the folder cannot be read.
    """
    try:
        return tables_sha256(folder)
    except OSError as error:
        raise TableError(f"{folder}: cannot be read ({error.strerror or error})") from error


def read_folder(folder: Path) -> Opened:
    """Read a world from its folder.

    Parameters
    ----------
    folder
        With ``country.yaml`` and the tables of `dicu.world.schema.TABLES`, each .csv or .parquet.

    Raises
    ------
    TableError
        Everything that is wrong: file, row, column, value and what is allowed.
    """
    try:
        file, _ = read_country(folder)
    except CountryError as error:
        raise TableError(str(error)) from error
    problems = Problems()
    said: list[str] = []
    raw = _tables(folder, file, problems, said)
    problems.stop()
    places, units = raw.pop("places"), raw.pop("units")
    reform, mended = raw.pop("reform", None), raw.pop("repairs", None)
    paths = {stem: _path(folder, stem) for stem in TABLES}
    links = check_links(places, units, file, paths, problems)
    problems.stop()
    check_optional(raw, units, places, paths, problems)
    problems.stop()
    repairs: tuple[Repair, ...] = ()
    if mended is not None:
        repairs = tuple(Repair(*row) for row in mended.itertuples(index=False))
    if reform is not None and "share" in reform:
        split = split_by_share(places, reform, paths["reform"], problems)
        problems.stop()
        places, reform, repairs = split.places, split.reform, (*repairs, *split.repairs)
        links.units["seat"] = [split.first(place) for place in links.units["seat"]]
        if "travel" in raw:
            rows = raw["travel"].to_dict("records")
            raw["travel"] = pd.DataFrame(
                [
                    {**row, "from": piece, "to": split.first(row["to"])}
                    for row in rows
                    for piece in split.all_of(row["from"])
                ]
            )
    notes = (*said, *links.notes, *oddities(places))
    outlines = _outlines(folder, set(places["province"]))
    country = Country(
        file=file,
        tables=MappingProxyType(raw),
        ward_kinds=links.ward_kinds,
        ward_standard=MappingProxyType(links.ward_standard),
        reduced_area=links.reduced_area,
        notes=notes,
        outlines=outlines,
    )
    world = _assemble(file, country, places, links.units, "district" in places, repairs, folder)
    check_sense(world, str(paths["places"]), problems)
    problems.stop()
    return Opened(world, reform, paths["reform"])


def read_optional(folder: Path) -> Country:
    """The country of a folder without its places and units, which a cache holds.

    Raises
    ------
    TableError
        As `read_folder`.
    """
    try:
        file, _ = read_country(folder)
    except CountryError as error:
        raise TableError(str(error)) from error
    problems = Problems()
    made = _tables(folder, file, problems, [], but=("places", "units", "reform", "repairs"))
    problems.stop()
    return Country(file=file, tables=MappingProxyType(made), outlines=_outlines(folder, None))


def _outlines(folder: Path, provinces: set[str] | None) -> str:
    """Text of the borders to draw on, "" without; checked when the codes of the provinces are given.

    Raises
    ------
    TableError
    """
    there = [folder / name for name in OUTLINES if (folder / name).is_file()]
    if not there:
        return ""
    path = there[0]
    if len(there) > 1:
        raise TableError(
            f"{folder}: {', '.join(p.name for p in there)}: which one holds? (allowed: one of them)"
        )
    try:
        text = as_geojson(path)
        if provinces is not None:
            found = set(rings_by_code(text))
            if odd := sorted(found ^ provinces):
                raise ValueError(
                    f"property code: the provinces of before the reform, each once (missing or unknown: {odd})"
                )
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: {error}") from error
    return text


def _path(folder: Path, name: str) -> Path:
    """The file of a table, which need not be there."""
    found = _files(folder).get(name, [])
    return found[0] if found else folder / f"{name}.csv"


def _files(folder: Path) -> dict[str, list[Path]]:
    """The files of each table, by its name."""
    made: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and ending(path) and path.name not in BESIDE:
            made.setdefault(stem(path), []).append(path)
    return made


def _tables(
    folder: Path, file: CountryFile, problems: Problems, said: list[str], but: tuple[str, ...] = ()
) -> dict[str, pd.DataFrame]:
    """Every table of a folder, its cells parsed; what is wrong is noted."""
    for path in sorted(folder.iterdir()):
        if (
            path.is_dir()
            or path.name in BESIDE
            or path.name.startswith(".")
            or path.suffix in (".md", ".txt")
        ):
            continue
        if not ending(path) or stem(path) not in TABLES:
            near = suggest(stem(path), TABLES)
            hint = f"; did you mean {near}.csv?" if near else ""
            problems.note(
                f"{path}: no table of a world (allowed: {', '.join(TABLES)}, each .csv or .parquet{hint})"
            )
    made = {}
    files = _files(folder)
    for name in sorted(set(file.ignore) - set(TABLES)):
        near = suggest(name, TABLES)
        problems.note(
            f"{folder / FILE}: ignore.{name}: no table of a world (allowed: {', '.join(TABLES)}"
            f"{f'; did you mean {near}?' if near else ''})"
        )
    for name, schema in TABLES.items():
        if name in but:
            continue
        found = files.get(name, [])
        if len(found) > 1:
            problems.note(
                f"{folder}: {' and '.join(p.name for p in found)}: which one holds? (allowed: one of them)"
            )
        elif not found and schema.required:
            problems.note(f"{folder}: {name}.csv is missing ({schema.text})")
        elif found:
            raw = read_raw(found[0], said) if found[0].stat().st_size else pd.DataFrame()
            if not len(raw):
                problems.note(f"{found[0]}: no rows (allowed: {_without(name, schema)})")
                continue
            raw = raw.drop(columns=[c for c in raw.columns if str(c).strip().lower() in schema.notes and
                                    str(c).strip().lower() not in {k.name for k in schema.columns}])  # fmt: skip
            raw = without_columns(raw, found[0], file.ignore.get(name, ()), schema.columns, problems)
            made[name] = checked(raw, found[0], schema.columns, problems)
            if schema.unique:
                unique_column(made[name], found[0], [c for c in schema.unique if c in made[name]], problems)
    return made


def _without(name: str, schema: Schema) -> str:
    """What may stand in place of a table without rows."""
    if schema.required:
        return f"rows, each {schema.text}"
    also = f" and no `reform` in {FILE}" if name == "reform" else ""
    return f"rows, each {schema.text}; or no such file{also}: {schema.missing}"


def _assemble(
    file: CountryFile,
    country: Country,
    places: pd.DataFrame,
    units: pd.DataFrame,
    districts: bool,
    repairs: tuple[Repair, ...],
    folder: Path,
) -> World:
    """The world before the reform; its second generation is the first, until a reform is applied."""
    keys = {p: key_of(p) for p in places["place"]}
    if len(set(keys.values())) < len(keys):
        raise TableError(f"{folder}: places: two keys have the same hash (allowed: other keys)")
    if not districts:
        n = places["commune"].nunique()
        if n > MOST_MARKETS:
            raise TableError(
                f"{folder}: places: column district is missing: each commune would be a labour market of its own (got "
                f"{n:,} communes, allowed {MOST_MARKETS:,}; give districts, or labour market areas with "
                f"districts_govern: false in {FILE})"
            )
        same = units[units["level"] == "commune"].assign(level="district")
        units = pd.concat([units, same.assign(code=same["code"])], ignore_index=True)
        places = places.assign(district=places["commune"])
    by_commune = places.groupby("commune")["residents"].transform("sum")
    share = places.get("share", None)
    if share is None:
        even = 1.0 / places.groupby("commune")["residents"].transform("size")
        share = (places["residents"] / by_commune.where(by_commune > 0, 1)).where(by_commune > 0, even)
        share = share.where(share > 0, 1e-9)
        share = share / share.groupby(places["commune"]).transform("sum")
    above = {
        "commune": dict(zip(places["commune"], places["district"], strict=True)),
        "district": dict(zip(places["district"], places["province"], strict=True)),
    }
    province_of = dict(zip(places["commune"], places["province"], strict=True))
    units = units.assign(seat_place=[keys[p] for p in units["seat"]], generation="legacy")
    units["parent"] = [
        above.get(level, {}).get(code, "") for level, code in zip(units["level"], units["code"], strict=True)
    ]
    after = units[units["level"] != "district"].assign(generation="2025")
    after["parent"] = [
        province_of[c] if level == "commune" else ""
        for level, c in zip(after["level"], after["code"], strict=True)
    ]
    regions = tuple(dict.fromkeys(units.loc[units["level"] == "province", "region"]))
    declared = tuple(file.regions)
    table = places.assign(
        place_key=[keys[p] for p in places["place"]],
        place_id=places["place"],
        legacy_commune=places["commune"],
        new_commune=places["commune"],
        share=share,
        terrain=places.get("terrain", "plain"),
    )
    try:
        return build_world(
            _name(file),
            file.year,
            table,
            pd.concat([units, after], ignore_index=True),
            tuple(
                dict.fromkeys((*(r for r in declared if r in regions), *sorted(set(regions) - set(declared))))
            ),
            country,
            repairs,
            districts and file.districts_govern,
        )
    except ValueError as error:
        raise TableError(f"{folder}: {error}") from error


def _name(file: CountryFile) -> str:
    names: Mapping[str, str] = file.name
    return names.get("en") or next(iter(names.values()))


__all__ = ["Opened", "folder_sha256", "read_folder"]
