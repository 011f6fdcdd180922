"""A user's own figures of places: what replaces a modelled figure, and what is refused."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicu.scenario.vocabulary import MOUNTAIN
from dicu.world.own_places import replace_places
from dicu.world.small import monocentric
from dicu.world.table_checks import TableError
from dicu.world.table_files import TableNote
from dicu.world.world import World, on_sphere_km


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
    (tmp_path / "mine.doc").write_text("")
    with pytest.raises(TableError, match=r"neither \.csv nor \.parquet"):
        replace_places(world, tmp_path / "mine.doc")


def test_half_of_a_split_commune_may_be_urban(tmp_path: Path) -> None:
    """A municipality with a town in it: each place has its own state."""
    world = monocentric()
    piece = int(world.place_key[world.share == 0.25][0])
    (tmp_path / "mine.csv").write_text(f"place_key,urban\n{piece},true\n")
    made = replace_places(world, tmp_path / "mine.csv")
    assert made.urban[made.place_key == piece].all()
    assert int((made.urban != world.urban).sum()) == 1


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
        (
            "a.doc",
            b"place_key,residents\n{key},5\n",
            "is neither .csv nor .parquet (got '.doc', allowed .csv, .tsv",
        ),
        ("a.csv", b"place_key;residents\n{key};1,941\n", "thousands separators: write 1941"),
        (
            "a.csv",
            b"place_key,terrain\n{key},n\xc3\xbai\xfa\n",
            "not UTF-8 at byte 29 (got 0xfa; in a spreadsheet",
        ),
        ("a.csv", b"\xff\xfe\x00", "cannot be read"),
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


@pytest.mark.parametrize(
    ("name", "raw", "told"),
    [
        ("a.CSV", "place_key,residents,area_km2\n{key},5,0.68\n", ""),
        ("a.tsv", "place_key\tresidents\tarea_km2\n{key}\t5\t0,68\n", "decimal commas in area_km2"),
        (
            "a.csv",
            "place_key;residents;area_km2\n{key};5;0,68\n",
            "separated by semicolons, decimal commas in area_km2",
        ),
    ],
)
def test_what_another_program_wrote_is_read_in_the_one_way_there_is(
    name: str, raw: str, told: str, tmp_path: Path
) -> None:
    """And what was assumed is warned of in one line."""
    world = monocentric()
    path = tmp_path / name
    path.write_text(raw.replace("{key}", str(int(world.place_key[0]))))
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        made = replace_places(world, path)
    assert (made.residents[0], made.area_km2[0]) == (5, 0.68)
    assert [issubclass(w.category, TableNote) for w in found] == [True] * bool(told)
    assert all(told in str(w.message) for w in found)


def test_headers_in_any_case_and_words_for_truth(tmp_path: Path) -> None:
    world = monocentric()
    path = tmp_path / "mine.csv"
    path.write_text(f"Place_Key,RESIDENTS,Urban\n{int(world.place_key[0])},77,Yes\n", encoding="utf-8")
    made = replace_places(world, path)
    assert made.residents[0] == 77
    assert made.urban[0]
