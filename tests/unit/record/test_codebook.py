from __future__ import annotations

import csv
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dicu.record.codebook import tables, write_codebook
from dicu.record.conform import conform
from dicu.record.declare import DTYPES, FRICTIONLESS, Column, Table

SMALL = Table(
    "small",
    "small.parquet",
    "one row a thing",
    (
        Column("n", "int64", "places", "how many", "count"),
        Column("x", "float64", "km2", "how far", "measure"),
        Column("who", "code", "label", "name", "list"),
    ),
)
GOOD = {"n": np.arange(3), "x": np.zeros(3), "who": ["a", "b", "a"]}


def test_every_column_of_every_table_is_described() -> None:
    for layout in ("place", "district"):
        for table in tables(flows=layout).values():
            names = [c.name for c in table.columns]
            assert len(names) == len(set(names))
            for c in table.columns:
                assert c.dtype in DTYPES
                assert c.dtype in FRICTIONLESS
                assert all((c.unit, c.text, c.source)), (table.name, c.name)
                assert not c.scaled or c.tenths or c.dtype == "int64"


def test_conform_keeps_values_and_order_of_columns() -> None:
    made = conform(SMALL, dict(reversed(GOOD.items())))
    assert made.column_names == ["n", "x", "who"]
    assert made.schema == SMALL.schema()
    assert made.to_pylist()[2] == {"n": 2, "x": 0.0, "who": "a"}


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"extra": np.zeros(3)}, ValueError, "undeclared columns ['extra']"),
        ({"n": None}, ValueError, "missing columns ['n']"),
        ({"n": np.zeros(3)}, TypeError, "declared int64, got float64"),
        ({"x": np.zeros(3, dtype=np.int64)}, TypeError, "declared float64, got int64"),
        ({"who": [1, 2, 3]}, TypeError, "declared code"),
        ({"who": ["a", None, "b"]}, TypeError, "declared code"),
        ({"x": np.zeros(4)}, ValueError, "unequal length"),
        ({"n": np.array([2**63], dtype=np.uint64)}, TypeError, "does not fit int64"),
        ({"x": pa.array([1.0, None, 2.0])}, TypeError, "1 missing values"),
        ({"x": pa.array([1, 2, 3])}, TypeError, "declared float64, got int64"),
    ],
)
def test_conform_refuses(change: dict, error: type[Exception], words: str) -> None:
    data = {k: v for k, v in (GOOD | change).items() if v is not None}
    with pytest.raises(error) as raised:
        conform(SMALL, data)
    assert words in str(raised.value)


def test_unknown_service_and_layout_are_refused_with_what_is_allowed() -> None:
    with pytest.raises(ValueError, match=r"unknown services \['trams'\].*commune_administration"):
        tables(("trams",))
    with pytest.raises(ValueError, match="'place', 'district'"):
        tables(flows="village")


@pytest.mark.parametrize("layout", ["place", "district"])
def test_codebook_of_a_run_describes_exactly_its_files(synthetic, tmp_path, layout) -> None:
    folder = synthetic.make_run(tmp_path, flows=layout)
    with open(folder / "codebook.csv", encoding="utf-8", newline="") as f:
        rows = [(r["table"], r["column"], r["dtype"]) for r in csv.DictReader(f)]
    actual = []
    for path in sorted(folder.glob("*.parquet")):
        for field in pq.read_schema(path):
            actual.append((path.stem, field.name, field.type))
    assert [(t, c) for t, c, _ in rows] == [(t, c) for t, c, _ in actual]
    assert [DTYPES[d] for _, _, d in rows] == [t for _, _, t in actual]
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    fields = [(r["name"], f["name"]) for r in package["resources"] for f in r["schema"]["fields"]]
    assert fields == [(t, c) for t, c, _ in rows]
    assert all(f["unit"] for r in package["resources"] for f in r["schema"]["fields"])


def test_a_file_that_is_not_declared_is_an_error(tmp_path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "mine.parquet")
    with pytest.raises(ValueError, match="no such table in the codebook"):
        write_codebook(tmp_path)


def test_a_file_with_other_columns_is_an_error(tmp_path) -> None:
    pq.write_table(pa.table({"step": [1]}), tmp_path / "national.parquet")
    with pytest.raises(ValueError, match="columns differ from the codebook"):
        write_codebook(tmp_path)
