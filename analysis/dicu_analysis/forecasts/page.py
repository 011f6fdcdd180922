"""The page of a forecast: what is forecast of each province, in tables that a reader can check a newspaper against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from dicu_analysis import markdown
from dicu_analysis.forecasts.outlook import GROWTH, HELD, MEAN, OFFICIAL_GROWTH, PERSISTENCE
from dicu_analysis.markdown import number
from dicu_analysis.targets.areas import NATION
from dicu_analysis.targets.catalogue import FIVE_YEARS, YEARLY
from dicu_analysis.validation.scores import MODEL

PAGE: Final = "README.md"
BESIDE: Final = (PERSISTENCE, GROWTH, HELD, OFFICIAL_GROWTH, MEAN)
"""Methods that the page shows; the tables have all."""


def page(table: pd.DataFrame, told: Mapping[str, Any]) -> str:
    """The page as Markdown.

    Parameters
    ----------
    table : DataFrame
        As of `dicu_analysis.forecasts.make.Forecast`.
    told : mapping
        What ``forecast.json`` says.
    """
    lines = [
        f"# Forecasts of {told['made']}", "",
        f"{len(table):,} figures from {told['runs']} runs of `{told['sweep']}` (weight {told['weight']:,}, program "
        f"{told['version']}). Frozen: `dicu score FIGURES.csv --forecast` this folder checks every byte before it "
        f"scores. What is promised: [forecasts](../../forecasts.md).", "",
        f"    {told['manifest_sha256']}", "",
        "Range: the middle 80 % of the runs. It is the spread of parameters that fit and of luck, not of shocks, "
        "of laws to come, or of what the model lacks: read it as too narrow.", "",
    ]  # fmt: skip
    lines += _section(table, "net_migration_rate", YEARLY, _first(table, YEARLY))
    lines += _section(table, "net_migration_rate", FIVE_YEARS, _first(table, FIVE_YEARS))
    for name in ("population", "urban_share", "households", "posts"):
        mine = table[table["figure"] == name]
        for since in (mine["from"].min(), mine["from"].max()) if len(mine) else ():
            lines += _section(table, name, str(mine["unit"].iloc[0]), str(since))
    return "\n".join(lines)


def _first(table: pd.DataFrame, unit: str) -> str:
    return str(table.loc[table["unit"] == unit, "from"].min())


def _section(table: pd.DataFrame, figure: str, unit: str, since: str) -> list[str]:
    mine = table[(table["figure"] == figure) & (table["unit"] == unit) & (table["from"] == since)]
    if mine.empty:
        return []
    until = str(mine["to"].iloc[0])
    beside = [name for name in BESIDE if mine[name].notna().any()]
    when = since if since == until else f"{since} to {until}"
    rows = []
    ordered = mine.assign(first=mine["area"] != NATION).sort_values(["first", "area"], kind="stable")
    for _, row in ordered.iterrows():
        cells = [number(float(row[name])) for name in beside]
        spread = f"{number(float(row['low']))} to {number(float(row['high']))}"
        rows.append((str(row["name"]), number(float(row[MODEL])), spread, *cells))
    head = ("province", "model", "range", *beside)
    return [f"## {figure}, {unit}, {when}", "", *markdown.table(head, rows, "l" + "r" * (len(head) - 1)), ""]


__all__ = ["PAGE", "page"]
