"""Damaged tables of reforms, and what reading them must keep: no traceback, no silent acceptance."""

from __future__ import annotations

import csv
import io
import itertools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dicu.reform.history import as_table
from dicu.reform.table import COLUMNS, ReformTableError, ReformWarning, read_table
from dicu.scenario.calendar import Calendar
from dicu.scenario.suggest import canonical
from dicu.world.world import World
from faults.fuzzing import WORDS, damage_bytes, damage_lines

CALENDAR = Calendar("2024Q1", "2030Q4")
DATE = "2025Q3"


@dataclass(frozen=True)
class Table:
    """The bytes of a file and how its name ends."""

    raw: bytes
    suffix: str


def valid_tables(world: World) -> list[list[list[str]]]:
    """Tables that are right: a merger, two dates, a split with shares, provinces, seats; each with its header."""
    communes, provinces = world.legacy_communes.code.tolist(), world.legacy_provinces.code.tolist()
    of_first = np.flatnonzero(world.legacy_commune == 0).tolist()
    a, b, c, d = communes[0], communes[1], communes[2], communes[3]
    key = str(world.place_key[of_first[-1]])
    return [
        [["from", "to"], [a, b]],
        [["date", "from", "to", "name"], ["2025Q3", a, "N1", "Một"], ["", b, "N1", "Một"], ["2026-01", "N1", c, ""]],
        [["from", "to", "place", "name", "staff_share", "money_share"],
         [a, "east", key, "East", "0.25", "0.5"], [a, "west", "", "West", "0.75", "0.5"]],
        [["level", "from", "to", "name", "levers"],
         ["province", provinces[0], provinces[1], "Both", "relabel+cut_staff"], ["commune", c, d, "", ""]],
        [["from", "to", "kind", "seat"], [b, c, "ward", b], [c, c, "ward", b]],
    ]  # fmt: skip


def reform_tables(n: int, seed: int, world: World) -> Iterator[Table]:
    """``n`` damaged tables, the same for the same seed: each a valid one after up to five damages."""
    rng = Random(seed)
    valid = valid_tables(world)
    codes = [*world.legacy_communes.code.tolist(), *world.legacy_provinces.code.tolist()]
    words = [
        *WORDS,
        *codes,
        *map(str, world.place_key.tolist()),
        "2025Q3",
        "2026Q1",
        "2040Q1",
        "province",
        "relabel",
    ]
    for _ in range(n):
        rows = [list(row) for row in rng.choice(valid)]
        for _ in range(rng.randint(0, 3)):
            _damage_cells(rows, rng, words, codes)
        if rng.random() < 0.25:
            raw = _parquet(rows, rng)
            yield Table(damage_bytes(raw, rng) if rng.random() < 0.3 else raw, ".parquet")
            continue
        file = io.StringIO(newline="")
        csv.writer(file, lineterminator=rng.choice(("\n", "\r\n"))).writerows(rows)
        text = file.getvalue()
        if rng.random() < 0.3:
            text = damage_lines(text, rng, ("", ",", '"', ";", " "))
        if rng.random() < 0.15:
            text = text.replace(",", rng.choice((";", "\t", "|", ",,")))
        raw = text.encode("utf-8", "surrogatepass")
        yield Table(
            damage_bytes(raw, rng) if rng.random() < 0.25 else raw, rng.choice((".csv",) * 9 + (".txt",))
        )


def _damage_cells(rows: list[list[str]], rng: Random, words: list[str], codes: list[str]) -> None:
    i = rng.randrange(len(rows))
    match rng.randrange(7):
        case 0 | 1 if rows[i]:
            rows[i][rng.randrange(len(rows[i]))] = rng.choice(words)
        case 2:
            rows.append([rng.choice(codes) if rng.random() < 0.7 else rng.choice(words) for _ in rows[0]])
        case 3:
            name = rng.choice(COLUMNS).name
            rows[0].append(name)
            for row in rows[1:]:
                row.append(rng.choice(words) if rng.random() < 0.5 else "")
        case 4:
            rows.insert(rng.randrange(1, len(rows) + 1), list(rng.choice(rows)))
        case 5 if len(rows[i]) > 1:
            del rows[i][rng.randrange(len(rows[i]))]
        case _:
            rows[0] = [name.upper() if rng.random() < 0.1 else name for name in rows[0]]
            rows[1:] = rng.sample(rows[1:], len(rows) - 1)


def _column(cells: list[str | None], kind: str) -> pa.Array:
    """Cells as a column of parquet of some type."""
    texts = [None if c is None else c.encode("utf-8", "replace").decode() for c in cells]
    match kind:
        case "int":
            return pa.array([len(c or "") for c in texts], pa.int64())
        case "float":
            return pa.array([0.5 if c else float("nan") for c in texts])
        case "list":
            return pa.array([[c] for c in texts], pa.list_(pa.string()))
        case "bytes":
            return pa.array([None if c is None else c.encode() for c in texts], pa.binary())
        case "null":
            return pa.nulls(len(texts))
        case "category":
            return pa.array(texts, pa.string()).dictionary_encode()
    return pa.array(texts, pa.string())


def _parquet(rows: list[list[str]], rng: Random) -> bytes:
    """Rows as a parquet file, some columns in another type, some with what pandas or others note about them."""
    columns: dict[str, Any] = {}
    kinds = ("text", "text", "text", "int", "float", "list", "bytes", "null", "category")
    for k, name in enumerate(dict.fromkeys(rows[0])):
        columns[name] = _column([row[k] if k < len(row) else None for row in rows[1:]], rng.choice(kinds))
    notes = rng.choice((None, None, b"[]", b"{", b"{}", b'{"columns": 3}', b"\xff"))
    table = pa.table(columns).replace_schema_metadata(None if notes is None else {b"pandas": notes})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


class Reader:
    """Reads tables in a folder for a world, and checks what came of it."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder, self.world = folder, world

    def accepts(self, given: Table) -> bool:
        """Whether a table is taken; AssertionError where it is taken or refused wrongly."""
        path = self.folder / f"fuzzed{given.suffix}"
        path.write_bytes(given.raw)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReformWarning)
            try:
                overlays = read_table(path, self.world, DATE, CALENDAR.step_of)
            except ReformTableError as error:
                for line in str(error).splitlines():
                    assert line.startswith((str(path), "... and ")), line
                    assert line.isprintable(), repr(line)
                return False
            self._same_members(path, overlays)
            self._reads_back(overlays)
        return True

    def _same_members(self, path: Path, overlays: list[Any]) -> None:
        """The rows, followed one by one without the reader's code, give the same governments of places."""
        world = self.world
        codes = {
            "commune": world.legacy_communes.code[world.legacy_commune].astype(object),
            "province": world.legacy_provinces.code[world.province].astype(object),
        }
        keys = [str(key) for key in world.place_key.tolist()]
        rows = _rows(path)
        order = sorted(rows, key=lambda row: CALENDAR.step_of(row["date"]))
        dated = [
            list(group) for _, group in itertools.groupby(order, lambda row: CALENDAR.step_of(row["date"]))
        ]
        assert len(dated) == len(overlays)
        for group, overlay in zip(dated, overlays, strict=True):
            before = {level: of_place.copy() for level, of_place in codes.items()}
            for row in sorted(group, key=lambda row: row["place"] != ""):
                mine = before[row["level"]] == row["from"]
                assert mine.any(), f"{row} is of nobody"
                if row["place"]:
                    mine &= np.array([key == row["place"] for key in keys])
                codes[row["level"]][mine] = row["to"]
            for row in group:
                if row["level"] == "commune" and row["province"]:
                    codes["province"][codes["commune"] == row["to"]] = row["province"]
            assert overlay.communes.code[overlay.commune_of_place].tolist() == codes["commune"].tolist()
            assert overlay.provinces.code[overlay.province_of_place].tolist() == codes["province"].tolist()

    def _reads_back(self, overlays: list[Any]) -> None:
        """Written down as a table and read again, the borders are the same on each date."""
        path = self.folder / "again.csv"
        table = as_table(self.world, overlays)
        if not len(table):
            return  # a table may rename nothing
        table.to_csv(path, index=False)
        last = read_table(path, self.world, DATE, CALENDAR.step_of)[-1]
        for level in ("commune", "province"):
            codes = [
                getattr(o, f"{level}s").code[getattr(o, f"{level}_of_place")] for o in (overlays[-1], last)
            ]
            assert codes[0].tolist() == codes[1].tolist()


def _rows(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".parquet":
        table = pq.ParquetFile(path).read()
        raw = [{name: table[name][i].as_py() for name in table.column_names} for i in range(len(table))]
    else:
        text = _text(path.read_bytes())
        lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=_mark(text))
        raw = [{str(k).strip().lower(): v for k, v in row.items()} for row in lines]
    made = []
    for row in raw:
        cells = {c.name: _cell(row.get(c.name)) for c in COLUMNS}
        cells["date"] = cells["date"] or DATE
        cells["level"] = cells["level"] or "commune"
        made.append(cells)
    return made


def _text(raw: bytes) -> str:
    """A file as the encodings that the reader takes would have it."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def _mark(text: str) -> str:
    """What stands most often in the first line of all that may stand between cells."""
    return max(",;\t|", key=text.partition("\n")[0].count)


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    return canonical(str(int(value) if isinstance(value, float) and value.is_integer() else value))
