"""The raw cells of a table as people keep it: text of several encodings and separators, Parquet, spreadsheets.

What a file does not say of itself is recognised where only one reading is possible; what was taken for granted is told
in one line (`TableNote`). Everything else is refused.
"""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import re
import warnings
import zlib
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dicu.scenario.table_files import ENDINGS, PACKED, SHEETS, ending
from dicu.scenario.wording import clip, quoted, visible
from dicu.world.table_checks import DECIMAL_COMMA, GROUPED, Problems, TableError

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of one file, unpacked: a thousand times a table of all places."""
SEPARATORS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}
"""What spreadsheets write between cells instead of commas."""
PLAIN: Final = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


class TableNote(UserWarning):
    """What was assumed about a file that could be read in one way only."""


def read_raw(path: Path, said: list[str] | None = None) -> pd.DataFrame:
    """Read a table: every cell as text, or as Parquet has it.

    Parameters
    ----------
    path
        Ending in one of `dicu.scenario.table_files.ENDINGS`.
    said
        Gets a line on what was assumed; without it that is warned of.

    Raises
    ------
    TableError
        When it cannot be read, or in more than one way.
    """
    if not path.is_file():
        raise TableError(f"{clip(str(path), 400)}: no such file")
    end = ending(path)
    if not end:
        raise TableError(
            f"{path}: is neither .csv nor .parquet (got {quoted(path.suffix)}, allowed {', '.join(ENDINGS)})"
        )
    assumed: list[str] = []
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TableError(f"{path}: too large (allowed {MOST_BYTES:,} bytes)")
        if end == ".parquet":
            made = _parquet(path)
        elif end in SHEETS:
            made = _sheet(path, assumed)
        else:
            made = _text(path, _bytes(path, end), assumed)
    except (ValueError, OSError, EOFError, zlib.error, csv.Error, pa.ArrowException) as error:
        if isinstance(error, TableError):
            raise
        raise TableError(f"{path}: cannot be read: {visible(clip(str(error), 400))}") from error
    if assumed:
        line = f"{path.name}: {', '.join(assumed)}"
        if said is None:
            warnings.warn(line, TableNote, stacklevel=2)
        else:
            said.append(line)
    return made


def _bytes(path: Path, end: str) -> bytes:
    if not end.endswith(PACKED):
        return path.read_bytes()
    with gzip.open(path) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise TableError(f"{path}: too large once unpacked (allowed {MOST_BYTES:,} bytes)")
    return data


def _parquet(path: Path) -> pd.DataFrame:
    """Columns of a parquet file; what another library noted about them for itself is left aside."""
    with pq.ParquetFile(path) as file:
        table = file.read()
    return pd.DataFrame({name: table[name].to_pylist() for name in table.column_names}, dtype=object)


def _sheet(path: Path, assumed: list[str]) -> pd.DataFrame:
    """The first sheet of a spreadsheet; cells as a CSV file would have them."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as error:
        raise TableError(
            f"{path}: reading spreadsheets needs python-calamine (pip install 'dicu[spreadsheets]'), or save it as CSV"
        ) from error
    try:
        book = CalamineWorkbook.from_path(str(path))
        rows: list[list[Any]] = book.get_sheet_by_index(0).to_python(skip_empty_area=True)
    except CalamineError as error:
        raise ValueError(str(error)) from error
    if len(book.sheet_names) > 1:
        others = ", ".join(book.sheet_names[1:])
        assumed.append(f"the first sheet is read, {book.sheet_names[0]} (not {clip(others, 100)})")
    return _table(path, [[_cell(value) for value in row] for row in rows if any(v != "" for v in row)])


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _text(path: Path, data: bytes, assumed: list[str]) -> pd.DataFrame:
    """Cells of a text file; every row has as many as the header (blank lines are left out)."""
    text = _decoded(path, data, assumed)
    first = next((row for row in csv.reader(io.StringIO(text, newline="")) if row), [])
    sign = next((s for s in SEPARATORS if len(first) == 1 and s in first[0]), ",")
    rows = _rows(text, sign)
    if not rows:
        raise TableError(f"{path}: empty (allowed: a header and rows)")
    made = _table(path, rows)
    if sign != ",":
        if not (sign == "\t" and ".tsv" in path.name.lower()):
            assumed.append(f"cells are separated by {SEPARATORS[sign]}")
        _decimal_commas(made, assumed)
    return made


def _rows(text: str, sign: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    return [row for row in reader if row]


def _decoded(path: Path, data: bytes, assumed: list[str]) -> str:
    """Text of UTF-8; of UTF-16 with its mark; of Windows-1252 where no byte speaks for UTF-8."""
    if data.startswith(UTF16):
        assumed.append("read as UTF-16")
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # some letters are UTF-8 and some bytes are not: a damaged file, not one in another encoding
        damaged = any(ord(c) > 127 for c in data.decode("utf-8", errors="ignore"))
        try:
            text = "" if damaged or b"\0" in data else data.decode("cp1252")
        except UnicodeDecodeError:
            text = ""
        if not text:
            raise TableError(
                f"{path}: not UTF-8 at byte {error.start} (got {data[error.start]:#04x}; in a spreadsheet, save it as "
                "CSV UTF-8)"
            ) from error
        assumed.append("not UTF-8, read as Windows-1252 (Latin 1)")
        return text


def _table(path: Path, rows: list[list[str]]) -> pd.DataFrame:
    if not rows:
        raise TableError(f"{path}: empty (allowed: a header and rows)")
    header = [name.strip() for name in rows[0]]
    problems = Problems()
    for at, row in enumerate(rows[1:], start=1):
        if len(row) != len(header):
            problems.note(f"{path}: row {at}: {len(row)} cells (allowed: {len(header)}, as in the header)")
    problems.stop()
    return pd.DataFrame(rows[1:], columns=header, dtype=object)


def _decimal_commas(table: pd.DataFrame, assumed: list[str]) -> None:
    """Turn decimal commas of a column into points, where one of them at least cannot separate thousands."""
    turned = []
    for at, name in enumerate(table.columns):
        cells = [str(cell).strip() for cell in table.iloc[:, at].tolist()]
        told = [cell for cell in cells if cell]
        commas = [cell for cell in told if DECIMAL_COMMA.fullmatch(cell)]
        if not commas or all(GROUPED.fullmatch(cell) for cell in commas):
            continue
        if all(cell in commas or (PLAIN.fullmatch(cell) and "." not in cell) for cell in told):
            table.isetitem(at, [cell.replace(",", ".") for cell in cells])
            turned.append(str(name))
    if turned:
        assumed.append(f"decimal commas in {', '.join(turned)}")
