"""Comparisons of reforms as tables: printed for people, written for programs."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import pandas as pd
from rich.table import Table

from dicu.lab.compare_reforms import Comparison
from dicu.record.folder import write_bytes
from dicu.record.local import Local
from dicu_analysis.terms import DECLARED, Terms

ROWS = (
    ("Units", "units", "{:,.0f}"),
    ("  communes", "communes", "{:,.0f}"),
    ("  wards", "wards", "{:,.0f}"),
    ("  others (zones, townships)", "other_units", "{:,.0f}"),
    ("People of the median unit", "median_people", "{:,.0f}"),
    ("Area of the median unit, km2", "median_area_km2", "{:,.1f}"),
    ("Below the standard", "below_standard", "{:,.0f}"),
    ("  not waived", "below_standard_waived", "{:,.0f}"),
    ("Contiguous units, %", "contiguous_share", "{:.1%}"),
    ("Way to the commune office or its nearest desk, min", "commune_minutes", "{:.1f}"),
    ("  plains", "commune_minutes_plain", "{:.1f}"),
    ("  mountains", "commune_minutes_mountain", "{:.1f}"),
    ("  islands", "commune_minutes_island", "{:.1f}"),
    ("  over an hour, % of people", "commune_over_60_share", "{:.2%}"),
    ("  nearer than before, % of people", "commune_nearer_share", "{:.1%}"),
    ("  farther than before, % of people", "commune_farther_share", "{:.1%}"),
    ("Way to what districts did or its nearest desk, min", "district_minutes", "{:.1f}"),
    ("  plains", "district_minutes_plain", "{:.1f}"),
    ("  mountains", "district_minutes_mountain", "{:.1f}"),
    ("  islands", "district_minutes_island", "{:.1f}"),
    ("  over an hour, % of people", "district_over_60_share", "{:.2%}"),
    ("  nearer than before, % of people", "district_nearer_share", "{:.1%}"),
    ("  farther than before, % of people", "district_farther_share", "{:.1%}"),
    ("Satellite desks", "satellite_desks", "{:,.0f}"),
    ("Posts", "posts", "{:,.0f}"),
    ("Posts cut", "posts_cut", "{:,.0f}"),
    ("Savings, bn VND per year", "savings_bn_vnd_per_year", "{:,.0f}"),
    ("Satellite desks, bn VND per year", "desks_bn_vnd_per_year", "{:,.0f}"),
    ("Severance, bn VND", "severance_bn_vnd", "{:,.0f}"),
    ("Payback, desks paid from the savings, years", "payback_years", "{:.2f}"),
)
"""Rows of the printed table: label, column of the summary, format."""


OF_KINDS: Final = ("communes", "wards", "other_units")
"""Rows that count kinds of units which other countries do not have."""
BILLION: Final = 1e3
"""Million dong in the unit of the columns of money of a summary, a billion dong."""


def _in_money(summary: pd.DataFrame, local: Local) -> pd.DataFrame:
    """A summary with its columns of money in that of the country, and named so."""
    if not local.own:
        return summary
    money = [str(c) for c in summary.columns if "bn_vnd" in str(c)]
    made = summary.assign(**{c: BILLION * local.factor * summary[c] for c in money})
    return made.rename(columns={c: c.replace("bn_vnd", local.suffix) for c in money})


def comparison_table(made: Comparison, terms: Terms = DECLARED, local: Local | None = None) -> Table:
    """Policies side by side, one column each, in the words and the money of the country."""
    local = local or Local()
    summary = _in_money(made.summary, local)
    table = Table(
        title=f"Reforms compared, the day after, for the residents of {made.year}", title_justify="left"
    )
    table.add_column("")
    for name in made.summary["policy"]:
        table.add_column(str(name), justify="right")
    for label, column, form in ROWS:
        if local.own and column in OF_KINDS:
            continue
        if local.own:
            label, column = label.replace("bn VND", local.unit), column.replace("bn_vnd", local.suffix)
        cells = [form.format(v) if v == v else "-" for v in summary[column].tolist()]
        table.add_row(terms.en(label), *cells)
    return table


def objective_table(made: Comparison) -> Table:
    """The objective of every map, best first."""
    title = "Objective (smaller is better), all maps on the same neighbour graph"
    table = Table(title=title, title_justify="left")
    heads = ["map", "objective", "short of persons", "short of area", "hours to the seat"]
    if len(made.draws):
        heads.append(f"% of {len(made.draws)} random maps worse")
    for head in heads:
        table.add_column(head, justify="left" if head == "map" else "right")
    for row in made.objectives.sort_values("objective", kind="stable").itertuples(index=False):
        name, *values = row
        cells = [f"{value:.4f}" for value in values[:4]]
        table.add_row(str(name), *cells, *(f"{value:.1%}" for value in values[4:]))
    return table


def write_comparison(made: Comparison, folder: Path, local: Local | None = None) -> None:
    """Write every table as Parquet and as CSV, in the money of the country; a table is whole or not there.

    Raises
    ------
    OSError
        When the folder cannot be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "summary": _in_money(made.summary, local or Local()),
        "units": made.units,
        "places": made.places,
        "objectives": made.objectives,
        "random_maps": pd.DataFrame({"objective": made.draws}),
    }
    for name, table in tables.items():
        for suffix in (".parquet", ".csv"):
            write_frame(table, folder / f"{name}{suffix}")


def write_frame(table: pd.DataFrame, path: Path) -> None:
    """Write one table, as CSV or Parquet by its suffix; whole or not there.

    Raises
    ------
    OSError
        When its folder cannot be made or written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        write_bytes(path, table.to_csv(index=False).encode())
        return
    data = io.BytesIO()
    table.to_parquet(data, index=False)
    write_bytes(path, data.getvalue())


def frame_table(frame: pd.DataFrame, title: str) -> Table:
    """A data frame as a printed table."""
    table = Table(title=title, title_justify="left")
    for column in frame.columns:
        table.add_column(str(column), overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*(str(value) for value in row))
    return table
