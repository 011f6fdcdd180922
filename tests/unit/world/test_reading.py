"""Tables as people keep them: read where one reading is possible, and what was assumed is told; else refused."""

from __future__ import annotations

import gzip
import json
import sqlite3
import struct
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dicu.scenario.table_files import ending, stem
from dicu.world.geometry import rings_by_code
from dicu.world.outline_files import as_geojson
from dicu.world.own_places import REPLACE_COLUMNS
from dicu.world.table_checks import Problems, TableError, checked, without_columns
from dicu.world.table_files import read_raw

READ: tuple[tuple[str, bytes, list[list[str]], str], ...] = (
    ("plain.csv", b"a,b\n1,2\n", [["1", "2"]], ""),
    ("plain.CSV", b"a,b\n1,2\n", [["1", "2"]], ""),
    ("bom.csv", "\ufeffa,b\nø,2\n".encode(), [["ø", "2"]], ""),
    ("semicolons.csv", b'"a";"b"\n"3001";"Halden"\n', [["3001", "Halden"]], "separated by semicolons"),
    ("latin1.csv", "a;b\n01\xa0-\xa0Moss;Våler\n".encode("latin-1"), [["01\xa0-\xa0Moss", "Våler"]], "Windows-1252"),
    ("tab.tsv", b"a\tb\n400004\t1941\n", [["400004", "1941"]], ""),
    ("tab.csv", b"a\tb\n1\t2\n", [["1", "2"]], "separated by tabs"),
    ("bars.csv", b"a|b\n1|2\n", [["1", "2"]], "separated by bars"),
    ("decimals.csv", b"a;b\n0,68;105,84\n1;7,5\n", [["0.68", "105.84"], ["1", "7.5"]], "decimal commas in a, b"),
    ("thousands.csv", b"a;b\nx;1,941\ny;12,146\n", [["x", "1,941"], ["y", "12,146"]], "separated by semicolons"),
    ("mixed.csv", b"a;b\nx;1,5\ny;1.941\n", [["x", "1,5"], ["y", "1.941"]], "separated by semicolons"),
    ("utf16.csv", "a,b\nø,2\n".encode("utf-16"), [["ø", "2"]], "UTF-16"),
    ("packed.csv.gz", gzip.compress(b"a,b\n1,2\n"), [["1", "2"]], ""),
    ("packed.TSV.GZ", gzip.compress(b"a\tb\n1\t2\n"), [["1", "2"]], ""),
    ("commas_in_cells.csv", b'a,b\n"1;2",3\n', [["1;2", "3"]], ""),
)  # fmt: skip


@pytest.mark.parametrize(("name", "data", "rows", "told"), READ, ids=[r[0] for r in READ])
def test_what_can_be_read_in_one_way_only_is_read(
    name: str, data: bytes, rows: list[list[str]], told: str, tmp_path: Path
) -> None:
    """Cells as they are, and one line on what was taken for granted, or none."""
    (tmp_path / name).write_bytes(data)
    said: list[str] = []
    table = read_raw(tmp_path / name, said)
    assert table.columns.tolist() == ["a", "b"]
    assert table.to_numpy().tolist() == rows
    assert len(said) == bool(told)
    assert all(told in line and name in line for line in said), said


WRONG: tuple[tuple[str, bytes, str], ...] = (
    ("damaged.csv", "a,b\nø,ø\n".encode()[:-2] + b"\n", "not UTF-8 at byte"),
    ("zeros.csv", b"a,b\n\xff\0,2\n", "not UTF-8 at byte"),
    ("ragged.csv", b"a;b\n1;2;3\n", "row 1: 3 cells (allowed: 2"),
    ("cut.csv.gz", gzip.compress(b"a,b\n" * 99)[:20], "cannot be read"),
    ("no.csv.gz", b"a,b\n", "cannot be read"),
    ("notes.docx", b"a", "allowed .csv, .tsv, .csv.gz, .tsv.gz, .parquet, .xlsx, .ods"),
    ("empty.tsv", b"", "empty (allowed: a header and rows)"),
    ("no.xlsx", b"PK", "cannot be read"),
)


@pytest.mark.parametrize(("name", "data", "message"), WRONG, ids=[r[0] for r in WRONG])
def test_what_cannot_be_read_is_refused(name: str, data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(TableError) as error:
        read_raw(tmp_path / name)
    assert message in str(error.value)
    assert name in str(error.value)


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dicu.world.table_files.MOST_BYTES", 1000)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"a" * 2000))
    with pytest.raises(TableError, match="too large once unpacked"):
        read_raw(tmp_path / "a.csv.gz")


CELLS: tuple[tuple[str, str, str, str], ...] = (
    ("residents", "1'941", "1941", "thousands separators"),
    ("residents", "1\xa0941", "1941", "thousands separators"),
    ("residents", "NA", "", "no value: leave the row out"),
    ("residents", "..", "", "no value"),
    ("area_km2", "0,68", "0.68", "decimal comma"),
    ("urban", "yes", "", ""),
    ("urban", "Urban", "true", "write true for Urban"),
    ("terrain", "n/a", "", "no value"),
)


@pytest.mark.parametrize(("column", "cell", "meant", "hint"), CELLS)
def test_a_cell_is_read_or_its_writing_is_explained(column: str, cell: str, meant: str, hint: str) -> None:
    """Headers without regard to case; yes and no; numbers written otherwise and words for no value get a hint."""
    problems = Problems()
    checked(
        pd.DataFrame({"Place_Key": ["400004"], column.upper(): [cell]}),
        Path("t.csv"),
        REPLACE_COLUMNS,
        problems,
    )
    if not hint:
        assert not problems.found
        return
    assert len(problems.found) == 1
    assert hint in problems.found[0]
    assert meant in problems.found[0]


def test_columns_are_left_aside_by_name_only() -> None:
    """What `ignore` names goes; what it does not name is refused as ever; a column that is read cannot be named."""
    raw = pd.DataFrame({"place_key": ["1"], "residents": ["2"], "typemodif": ["f"], "ratio": ["1.0"]})
    problems = Problems()
    kept = without_columns(raw, Path("t.csv"), ("typemodif",), REPLACE_COLUMNS, problems)
    assert kept.columns.tolist() == ["place_key", "residents", "ratio"]
    checked(kept, Path("t.csv"), REPLACE_COLUMNS, problems)
    assert len(problems.found) == 1
    assert "unknown column 'ratio'" in problems.found[0]
    problems = Problems()
    without_columns(raw, Path("t.csv"), ("Residents", "typemodiff"), REPLACE_COLUMNS, problems)
    assert "'Residents' is read" in problems.found[0]
    assert "did you mean typemodif?" in problems.found[1]


def xlsx(path: Path, sheets: dict[str, list[list[str | float]]]) -> None:
    """A workbook by hand, as small as the format allows."""
    head = '<?xml version="1.0"?>'
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    names, links = "", ""
    with zipfile.ZipFile(path, "w") as file:
        for n, (name, rows) in enumerate(sheets.items(), start=1):
            cells = "".join(
                "<row>" + "".join(
                    f"<c><v>{v!r}</v></c>" if isinstance(v, float)
                    else f'<c t="inlineStr"><is><t>{v}</t></is></c>' for v in row
                ) + "</row>" for row in rows
            )  # fmt: skip
            file.writestr(
                f"xl/worksheets/s{n}.xml",
                f"{head}<worksheet {main}><sheetData>{cells}</sheetData></worksheet>",
            )
            names += f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>'
            links += f'<Relationship Id="r{n}" Type="{rel}/worksheet" Target="worksheets/s{n}.xml"/>'
        file.writestr(
            "xl/workbook.xml", f'{head}<workbook {main} xmlns:r="{rel}"><sheets>{names}</sheets></workbook>'
        )
        package = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
        file.writestr("xl/_rels/workbook.xml.rels", f"{head}<Relationships {package}>{links}</Relationships>")
        root = f'<Relationship Id="r" Type="{rel}/officeDocument" Target="xl/workbook.xml"/>'
        file.writestr("_rels/.rels", f"{head}<Relationships {package}>{root}</Relationships>")
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        types = 'xmlns="http://schemas.openxmlformats.org/package/2006/content-types"'
        file.writestr(
            "[Content_Types].xml",
            f'{head}<Types {types}><Default Extension="xml" ContentType="{kind}.sheet.main+xml"/></Types>',
        )


def test_a_spreadsheet_is_its_first_sheet(tmp_path: Path) -> None:
    """Whole numbers are whole, text keeps its zeros, and that there are other sheets is told."""
    path = tmp_path / "places.xlsx"
    xlsx(path, {"facts": [["code", "residents", "area"], ["0101", 31177.0, 634.5]], "notes": [["x"]]})
    said: list[str] = []
    table = read_raw(path, said)
    assert table.to_dict("records") == [{"code": "0101", "residents": "31177", "area": "634.5"}]
    assert said == ["places.xlsx: the first sheet is read, facts (not notes)"]


def test_an_open_document_is_read(tmp_path: Path) -> None:
    path = tmp_path / "places.ods"
    row = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{v}</text:p></table:table-cell>'
        for v in ("code", "n")
    )
    cells = (
        '<table:table-cell office:value-type="string"><text:p>0101</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell>'
    )
    names = "".join(
        f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w") as file:
        media = "application/vnd.oasis.opendocument.spreadsheet"
        kind = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{media}"/>'
        space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        file.writestr(
            "META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{space}">{kind}</manifest:manifest>'
        )
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content{names}><office:body><office:spreadsheet><table:table '
            f'table:name="a"><table:table-row>{row}</table:table-row><table:table-row>{cells}</table:table-row>'
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    assert read_raw(path).to_dict("records") == [{"code": "0101", "n": "7"}]


def test_names_of_tables() -> None:
    assert [stem(Path(n)) for n in ("places.csv.gz", "places.CSV", "places.parquet", "a.b.tsv")] == [
        "places",
        "places",
        "places",
        "a.b",
    ]
    assert ending(Path("places.gz")) == ""


RING = [(10.0, 59.0), (11.0, 59.0), (11.0, 60.0), (10.0, 59.0)]


def wkb(order: str = "<") -> bytes:
    """A multipolygon of one triangle."""
    mark = b"\1" if order == "<" else b"\0"
    ring = struct.pack(f"{order}I", len(RING)) + b"".join(struct.pack(f"{order}2d", *p) for p in RING)
    polygon = mark + struct.pack(f"{order}II", 3, 1) + ring
    return mark + struct.pack(f"{order}II", 6, 1) + polygon


def geoparquet(path: Path, crs: object = "absent", code: str = "code", shape: bytes | None = None) -> None:
    column: dict[str, object] = {"encoding": "WKB", "geometry_types": ["MultiPolygon"]}
    if crs != "absent":
        column["crs"] = crs
    geo = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": column}}
    table = pa.table({code: ["01"], "geometry": [shape or wkb()]})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)


def geopackage(path: Path, number: int = 4326) -> None:
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INT)")
        file.execute(
            "CREATE TABLE gpkg_spatial_ref_sys (srs_id INT, organization TEXT, organization_coordsys_id INT)"
        )
        file.execute("INSERT INTO gpkg_geometry_columns VALUES ('counties', 'geom', 7)")
        file.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (7, 'EPSG', ?)", (number,))
        file.execute("CREATE TABLE counties (code TEXT, geom BLOB)")
        head = b"GP\0" + bytes([0b011]) + struct.pack("<i", 7) + struct.pack("<4d", 10, 11, 59, 60)
        file.execute("INSERT INTO counties VALUES ('01', ?)", (head + wkb(">"),))


def test_outlines_of_three_formats_are_the_same(tmp_path: Path) -> None:
    geoparquet(tmp_path / "outlines.parquet")
    geopackage(tmp_path / "outlines.gpkg")
    for path in sorted(tmp_path.iterdir()):
        rings = rings_by_code(as_geojson(path))
        assert list(rings) == ["01"]
        assert [tuple(p) for p in rings["01"][0]] == RING


def test_outlines_in_other_coordinates_are_refused(tmp_path: Path) -> None:
    """And so are a missing column, another geometry and one that is cut."""
    geoparquet(tmp_path / "a.parquet", crs={"id": {"authority": "EPSG", "code": 25833}})
    geopackage(tmp_path / "a.gpkg", number=25833)
    for name in ("a.parquet", "a.gpkg"):
        with pytest.raises(ValueError, match=r"EPSG:25833 \(allowed: longitude and latitude"):
            as_geojson(tmp_path / name)
    geoparquet(tmp_path / "b.parquet", code="kode")
    with pytest.raises(ValueError, match=r"no column code \(got kode, geometry"):
        as_geojson(tmp_path / "b.parquet")
    geoparquet(tmp_path / "c.parquet", shape=wkb()[:-9])
    with pytest.raises(ValueError, match="ends too early"):
        as_geojson(tmp_path / "c.parquet")
    geoparquet(tmp_path / "d.parquet", shape=struct.pack("<BIdd", 1, 1, 10.0, 59.0))
    with pytest.raises(ValueError, match="geometry of type 1"):
        as_geojson(tmp_path / "d.parquet")
