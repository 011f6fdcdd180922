"""Tables of a run or a sweep for other programs: CSV, or an Excel workbook with a sheet that says what columns mean."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Final

import pandas as pd

from dicu.record.codebook import tables
from dicu.record.folder import replacing, write_bytes
from dicu.scenario.suggest import suggest
from dicu_analysis.load import Run
from dicu_analysis.sweep import Sweep

KINDS: Final = ("csv", "xlsx")
ALL: Final = "all"
RESULTS: Final = "results"
"""The one table of a sweep."""
MOST_ROWS: Final = 1_048_575
"""Rows below the head that a sheet of Excel holds."""
EXACT: Final = 2**53
"""From here on Excel does not hold every whole number: identities are written as text."""


class CannotExport(ValueError):
    """No such table or kind of file, or too many rows for it; the message says what is allowed."""


def export_tables(run: Run | Sweep, table: str, to: str, out: Path | None = None) -> list[Path]:
    """Write one table or all.

    Parameters
    ----------
    run : Run or Sweep
    table : str
        Name of a table of the run, "results" of a sweep, or "all".
    to : {"csv", "xlsx"}
        UTF-8 CSV; or a workbook per table, with the sheet "codebook".
    out : Path, optional
        Folder; ``export`` in that of the run by default.

    Returns
    -------
    list of Path
        Files written, one per table.

    Raises
    ------
    CannotExport
    """
    if to not in KINDS:
        raise CannotExport(f"--to: no such kind of file (got {to!r}, allowed {', '.join(KINDS)})")
    if to == "xlsx" and importlib.util.find_spec("openpyxl") is None:
        raise CannotExport("--to xlsx needs openpyxl (pip install 'dicu[xlsx]'; allowed without it: csv)")
    known = names(run)
    if table not in (*known, ALL):
        near = suggest(table, known)
        hint = f"; did you mean {near}?" if near else ""
        raise CannotExport(f"no such table (got {table!r}, allowed {', '.join(known)}, all{hint})")
    folder = run.folder / "export" if out is None else out
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name in known if table == ALL else [table]:
        frame = run.table if isinstance(run, Sweep) else run.table(name)
        path = folder / f"{name}.{to}"
        if to == "csv":
            made.append(write_bytes(path, frame.to_csv(index=False, lineterminator="\n").encode()))
        else:
            made.append(_workbook(frame, name, path))
    return made


def names(run: Run | Sweep) -> list[str]:
    """Tables that a run wrote, or the one of a sweep."""
    if isinstance(run, Sweep):
        return [RESULTS]
    return [n.removesuffix(".parquet") for n in run.manifest["outputs"] if n.endswith(".parquet")]


def _workbook(frame: pd.DataFrame, name: str, path: Path) -> Path:
    if len(frame) > MOST_ROWS:
        raise CannotExport(
            f"{name}: {len(frame):,} rows, a sheet of Excel holds {MOST_ROWS:,}; allowed --to csv for this table"
        )
    shown = frame.copy()
    for column in shown.columns:
        values = shown[column]
        if pd.api.types.is_integer_dtype(values) and len(values) and int(values.max()) >= EXACT:
            shown[column] = values.astype(str)
    with replacing(path) as tmp, pd.ExcelWriter(tmp, engine="openpyxl") as book:
        shown.to_excel(book, sheet_name=name[:31], index=False, freeze_panes=(1, 0))
        codebook(name, list(frame.columns)).to_excel(book, sheet_name="codebook", index=False)
    return path


def codebook(name: str, columns: list[str]) -> pd.DataFrame:
    """What the columns of a table mean, as far as they are declared: ``column, unit, meaning``."""
    declared = {t.name: {c.name: c for c in t.columns} for t in tables().values()}
    known = declared.get(name, declared["national"])
    rows = [(c, known[c].unit, known[c].text) if c in known else (c, "", "") for c in columns]
    return pd.DataFrame(rows, columns=["column", "unit", "meaning"])
