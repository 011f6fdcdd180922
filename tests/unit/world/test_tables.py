"""Worlds as tables: what is written is read back bit for bit, and every wrong cell is named."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicu.scenario.vocabulary import MOUNTAIN
from dicu.world.small import SMALL_WORLDS, make_small, monocentric
from dicu.world.table_checks import TableError
from dicu.world.tables import read_world_tables, replace_places, world_tables, write_world_tables
from dicu.world.world import Repair, Units, World, on_sphere_km


def same(a: World, b: World) -> None:
    """Every column of two worlds equal to the bit."""
    for field in dataclasses.fields(World):
        x, y = getattr(a, field.name), getattr(b, field.name)
        if isinstance(x, Units):
            for column in dataclasses.fields(Units):
                assert np.array_equal(getattr(x, column.name), getattr(y, column.name)), (
                    field.name,
                    column.name,
                )
        elif isinstance(x, np.ndarray):
            assert x.dtype == y.dtype, field.name
            assert np.array_equal(x, y), field.name
        else:
            assert x == y, field.name


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("name", list(SMALL_WORLDS))
def test_round_trip(name: str, suffix: str, tmp_path: Path) -> None:
    repairs = (Repair("area missing", "00001 A, B", 'said "0"'), Repair("empty", "", ""))
    world = dataclasses.replace(make_small(name), repairs=repairs)
    folder = write_world_tables(world, tmp_path / "w", suffix)
    same(read_world_tables(folder), world)
    same(read_world_tables(folder / "world.json"), world)


def test_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    world = monocentric()
    folder = write_world_tables(world, tmp_path, "csv")
    for stem in ("places", "units"):
        table = pd.read_csv(folder / f"{stem}.csv", dtype=str, keep_default_na=False)
        table.iloc[::-1].to_csv(folder / f"{stem}.csv", index=False)
    same(read_world_tables(folder), world)


def test_a_seat_without_a_position_stands_at_its_place(tmp_path: Path) -> None:
    folder = write_world_tables(monocentric(), tmp_path, "csv")
    units = pd.read_csv(folder / "units.csv", dtype=str, keep_default_na=False)
    units.drop(columns=["seat_x_km", "seat_y_km", "seat_z_km"]).to_csv(folder / "units.csv", index=False)
    world = read_world_tables(folder)
    assert np.array_equal(world.districts.seat_km, world.position_km[world.districts.seat_place])
    units.drop(columns=["seat_x_km"]).to_csv(folder / "units.csv", index=False)
    with pytest.raises(TableError, match="come together"):
        read_world_tables(folder)


def spoil(folder: Path, stem: str, row: int, column: str, value: str) -> None:
    """Change one cell of a CSV table; rows count from 1."""
    table = pd.read_csv(folder / f"{stem}.csv", dtype=str, keep_default_na=False)
    table.loc[row - 1, column] = value
    table.to_csv(folder / f"{stem}.csv", index=False)


WRONG = (
    ("places", "terrain", "hill", "got 'hill' (allowed: one of plain, mountain, island)"),
    ("places", "residents", "12.5", "got '12.5' (allowed: a whole number within 0..1e+09)"),
    ("places", "residents", "-1", "got '-1' (allowed: a whole number within 0..1e+09)"),
    ("places", "area_km2", "0", "got '0' (allowed: a number above 0 and at most 1e+07)"),
    ("places", "area_km2", "nan", "got 'nan' (allowed: a number above 0 and at most 1e+07; no value: leave"),
    ("places", "urban", "maybe", "got 'maybe' (allowed: true or false, yes or no)"),
    ("places", "longitude", "200", "got '200' (allowed: a number within -180..180)"),
    ("places", "place_key", str(2**64), f"got '{2**64}' (allowed: a whole number within 0..2**64-1)"),
    ("places", "place_key", "100001", "got '100001' (allowed: each only once)"),
    ("places", "legacy_commune", "7", "got '7' (allowed: the code of a commune of generation legacy"),
    ("places", "new_commune", "", "got '' (allowed: a text that is not empty)"),
    ("units", "region", "Moon", "got 'Moon' (allowed: one of Mountains, Plains)"),
    ("units", "income_mvnd", "-2", "got '-2' (allowed: a number above 0)"),
    ("units", "seat_place", "5", "got 5 (allowed: a key of places.csv)"),
    ("units", "parent", "01", "got '01' (allowed: empty for a province)"),
    ("units", "level", "county", "got 'county' (allowed: one of commune, district, province"),
)


@pytest.mark.parametrize(("stem", "column", "value", "message"), WRONG)
def test_a_wrong_cell_is_named(stem: str, column: str, value: str, message: str, tmp_path: Path) -> None:
    folder = write_world_tables(monocentric(), tmp_path, "csv")
    units = pd.read_csv(folder / "units.csv", dtype=str, keep_default_na=False)
    first = units["generation"].eq("legacy") & units["level"].eq("province")
    pd.concat([units[first], units[~first]]).to_csv(folder / "units.csv", index=False)
    read_world_tables(folder)  # the third unit is a legacy province now, and nothing is wrong yet
    spoil(folder, stem, 3, column, value)
    with pytest.raises(TableError, match=re.escape(f"{stem}.csv: row 3: column {column}: {message}")):
        read_world_tables(folder)


def test_every_problem_at_once_and_then_a_count(tmp_path: Path) -> None:
    folder = write_world_tables(monocentric(), tmp_path, "csv")
    for row in range(1, 26):
        spoil(folder, "places", row, "terrain", f"t{row}")
    with pytest.raises(TableError) as error:
        read_world_tables(folder)
    lines = str(error.value).splitlines()
    assert len(lines) == 21
    assert "row 20: column terrain: got 't20'" in lines[19]
    assert lines[20] == "... and 5 more"


def test_unknown_and_missing_columns_and_keys(tmp_path: Path) -> None:
    folder = write_world_tables(monocentric(), tmp_path, "csv")
    table = pd.read_csv(folder / "places.csv", dtype=str, keep_default_na=False)
    table.rename(columns={"residents": "residants"}).to_csv(folder / "places.csv", index=False)
    with pytest.raises(
        TableError, match=r"(?s)'residants'.*did you mean residents\?.*column residents is missing"
    ):
        read_world_tables(folder)
    (folder / "world.json").write_text(json.dumps({"name": "x", "year": "2019", "regions": []}))
    with pytest.raises(TableError, match=r"(?s)unknown key 'regions'.*key year: got '2019' \(allowed: int\)"):
        read_world_tables(folder)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"world\.json: cannot be read"):
        read_world_tables(tmp_path)
    folder = write_world_tables(monocentric(), tmp_path, "csv")
    (folder / "places.parquet").write_bytes(b"x")
    with pytest.raises(TableError, match="both are there"):
        read_world_tables(folder)
    (folder / "places.csv").unlink()
    with pytest.raises(TableError, match=r"places\.parquet: cannot be read"):
        read_world_tables(folder)


def replacement(world: World, columns: dict[str, Any], path: Path) -> Path:
    """A table that replaces figures of the first places."""
    n = len(next(iter(columns.values())))
    table = pd.DataFrame({"place_key": world.place_key[:n]} | columns)
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    else:
        table.to_parquet(path, index=False)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_replace_places(suffix: str, tmp_path: Path) -> None:
    world = monocentric()
    columns = {
        "residents": [5, 6],
        "terrain": ["mountain", "plain"],
        "area_km2": [1.5, 2.5],
        "latitude": [16.5, 16.25],
    }
    new = replace_places(world, replacement(world, columns, tmp_path / f"mine{suffix}"))
    assert new.residents[:2].tolist() == [5, 6]
    assert new.terrain[:2].tolist() == [MOUNTAIN, 0]
    assert new.area_km2[:2].tolist() == [1.5, 2.5]
    assert np.array_equal(new.position_km[:2], on_sphere_km(world.longitude[:2], np.array([16.5, 16.25])))
    for column in ("residents", "terrain", "area_km2", "latitude", "position_km"):
        assert np.array_equal(getattr(new, column)[2:], getattr(world, column)[2:])
    assert np.array_equal(new.urban, world.urban)
    assert world.residents[0] == 50_000, "the world handed in is not changed"


def test_shares_follow_replaced_residents(tmp_path: Path) -> None:
    world = monocentric()
    pieces = np.flatnonzero(world.share < 1)
    path = tmp_path / "mine.csv"
    keys = world.place_key[pieces]
    pd.DataFrame({"place_key": keys, "residents": [100, 300]}).to_csv(path, index=False)
    assert replace_places(world, path).share[pieces].tolist() == [0.25, 0.75]
    pd.DataFrame({"place_key": keys, "residents": [0, 300]}).to_csv(path, index=False)
    assert replace_places(world, path).share[pieces].tolist() == world.share[pieces].tolist()


def test_what_replace_places_refuses(tmp_path: Path) -> None:
    world = monocentric()
    path = replacement(world, {"residents": ["7", "x"], "urban": ["true", "perhaps"]}, tmp_path / "mine.csv")
    with pytest.raises(
        TableError, match=r"(?s)row 2: column residents: got 'x'.*row 2: column urban: got 'perhaps'"
    ):
        replace_places(world, path)
    path.write_text("place_key,residents\n100001,5\n100001,6\n")
    with pytest.raises(
        TableError, match=r"row 2: column place_key: got '100001' \(allowed: each only once\)"
    ):
        replace_places(world, path)
    path.write_text("place_key,residents\n123,5\n100001,6\n999999999999,6\n")
    message = r"(?s)row 1: column place_key: got 123 \(allowed: a place of the world 'monocentric'\).*row 3"
    with pytest.raises(TableError, match=message):
        replace_places(world, path)
    path.write_text("place_key,income\n100001,5\n")
    with pytest.raises(TableError, match=r"(?s)unknown column 'income'.*replaces nothing"):
        replace_places(world, path)
    with pytest.raises(TableError, match="no such file"):
        replace_places(world, tmp_path / "none.csv")
    (tmp_path / "mine.xlsx").write_text("")
    with pytest.raises(TableError, match=r"neither \.csv nor \.parquet"):
        replace_places(world, tmp_path / "mine.xlsx")


def test_replacing_half_of_a_split_commune_by_urban_is_refused(tmp_path: Path) -> None:
    world = monocentric()
    piece = int(world.place_key[world.share == 0.25][0])
    (tmp_path / "mine.csv").write_text(f"place_key,urban\n{piece},true\n")
    with pytest.raises(TableError, match=r"row 1: column urban: got True \(allowed: the same for all places"):
        replace_places(world, tmp_path / "mine.csv")


def test_the_tables_hold_what_the_schema_says() -> None:
    places, units = world_tables(monocentric())
    assert places["residents"].sum() == monocentric().residents.sum()
    assert (units.loc[units["level"] == "province", "parent"] == "").all()
    assert set(units["generation"]) == {"legacy", "2025"}


@pytest.mark.parametrize(
    ("column", "written", "message"),
    [
        ("residents", "1'941", "thousands separators: write 1941"),
        ("residents", "12\u202f146", "thousands separators: write 12146"),
        ("residents", "1.941", "thousands separators: write 1941"),
        ("residents", "1_000", "write 1000"),
        ("residents", "0b11", "write 3"),
        ("residents", "\u0663\u0664\u0665", "write 345"),
        ("area_km2", "\uff11\uff12", "write 12"),
        ("area_km2", '"0,68"', "decimal comma: write 0.68"),
        ("residents", "..", "no value: leave the row out"),
        ("terrain", "n/a", "no value: leave the row out"),
        ("terrain", "Mountain", "did you mean mountain?"),
        ("urban", "Urban", "true or false, yes or no; write true for Urban"),
        ("urban", "RURAL", "true or false, yes or no; write false for RURAL"),
        ("urban", "ye", "did you mean yes?"),
    ],
)
def test_what_was_meant_by_a_wrong_cell(column: str, written: str, message: str, tmp_path: Path) -> None:
    world = monocentric()
    path = tmp_path / "mine.csv"
    path.write_text(f"place_key,{column}\n{int(world.place_key[0])},{written}\n", encoding="utf-8")
    with pytest.raises(TableError, match=re.escape(message)):
        replace_places(world, path)


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("a.CSV", b"place_key,residents\n{key},5\n", "endings are in lower case: rename it to a.csv)"),
        ("a.tsv", b"place_key\tresidents\n{key}\t5\n", "(got '.tsv', allowed cells separated by commas in"),
        ("a.csv", b"place_key\tresidents\n{key}\t5\n", "cells are separated by tabs (allowed: commas"),
        ("a.csv", b"place_key;area_km2\n{key};0,68\n", "cells are separated by semicolons (allowed: commas"),
        ("a.csv", b"place_key,terrain\n{key},n\xfai\n", "not UTF-8 at byte 26 (got 0xfa; in a spreadsheet"),
        ("a.csv", "place_key,residents\n".encode("utf-16"), "not UTF-8 at byte 0 (got 0xff"),
    ],
)
def test_what_another_program_wrote_is_refused_with_what_to_do(
    name: str, raw: bytes, message: str, tmp_path: Path
) -> None:
    world = monocentric()
    path = tmp_path / name
    path.write_bytes(raw.replace(b"{key}", str(int(world.place_key[0])).encode()))
    with pytest.raises(TableError) as error:
        replace_places(world, path)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_headers_in_any_case_and_words_for_truth(tmp_path: Path) -> None:
    world = monocentric()
    path = tmp_path / "mine.csv"
    path.write_text(f"Place_Key,RESIDENTS,Urban\n{int(world.place_key[0])},77,Yes\n", encoding="utf-8")
    made = replace_places(world, path)
    assert made.residents[0] == 77
    assert made.urban[0]


def test_worlds_without_sense_are_refused(tmp_path: Path) -> None:
    for changes, message in (
        ({"residents": "0"}, "nobody lives anywhere"),
        ({"longitude": "105.0", "latitude": "16.0"}, "at one point"),
    ):
        folder = write_world_tables(monocentric(), tmp_path / message[:6], "csv")
        places = pd.read_csv(folder / "places.csv", dtype=str, keep_default_na=False)
        places.assign(**changes).to_csv(folder / "places.csv", index=False)
        with pytest.raises(TableError, match=message):
            read_world_tables(folder)


def test_an_unknown_kind_of_unit_is_refused(tmp_path: Path) -> None:
    folder = write_world_tables(monocentric(), tmp_path, "csv")
    spoil(folder, "units", 1, "kind", "spaceport")
    with pytest.raises(TableError, match=r"row 1: column kind: got 'spaceport' \(allowed: one of"):
        read_world_tables(folder)
