"""Comparisons of reforms as tables: printed for people, written for programs."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
from rich.table import Table

from dicu.lab.compare_reforms import Comparison
from dicu.record.folder import write_bytes

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


def comparison_table(made: Comparison) -> Table:
    """Policies side by side, one column each."""
    table = Table(
        title=f"Reforms compared, the day after, for the residents of {made.year}", title_justify="left"
    )
    table.add_column("")
    for name in made.summary["policy"]:
        table.add_column(str(name), justify="right")
    for label, column, form in ROWS:
        cells = [form.format(v) if v == v else "-" for v in made.summary[column].tolist()]
        table.add_row(label, *cells)
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


def write_comparison(made: Comparison, folder: Path) -> None:
    """Write every table as Parquet and as CSV; a table is whole or not there.

    Raises
    ------
    OSError
        When the folder cannot be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "summary": made.summary,
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
