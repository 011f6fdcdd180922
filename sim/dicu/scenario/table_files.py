"""Names of files that hold a table: how they end, and what the table is called."""

from __future__ import annotations

from pathlib import Path
from typing import Final

TEXT: Final = (".csv", ".tsv")
"""Cells as text; each may be packed once more by gzip (``.csv.gz``)."""
SHEETS: Final = (".xlsx", ".ods")
"""Spreadsheets, of which the first sheet is the table; reading them needs the extra ``spreadsheets``."""
PACKED: Final = ".gz"
ENDINGS: Final = (*TEXT, *(f"{e}{PACKED}" for e in TEXT), ".parquet", *SHEETS)
"""How the file of a table may end, in capitals or not."""
OUTLINES: Final = ("outlines.geojson", "outlines.parquet", "outlines.geoparquet", "outlines.gpkg")
"""Files of borders to draw on, any one of which may lie in a world's folder."""


def ending(path: Path) -> str:
    """How a table's file ends, in lower case; "" for a file that holds none."""
    name = path.name.lower()
    return next((e for e in sorted(ENDINGS, key=len, reverse=True) if name.endswith(e)), "")


def stem(path: Path) -> str:
    """What the table is called: the name without its ending."""
    end = ending(path)
    return path.name[: len(path.name) - len(end)] if end else path.stem


def is_input(path: Path) -> bool:
    """Whether a world may be made of a file: the country's own, a table, or outlines; others are for people."""
    return path.suffix == ".yaml" or path.name in OUTLINES or bool(ending(path))
