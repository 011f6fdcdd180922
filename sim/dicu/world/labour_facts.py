"""Official figures of work: employment, informality and pay, each with its source.

The tables stand in ``sim/dicu/world/data`` (see its README.md). Figures that exist and were not found are rows of
``missing.csv``: nothing fills them.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import pandas as pd

from dicu.world.facts import CONFIDENCES, DATA, provinces_legacy, sources

LABOUR_COLUMNS: Final = ("province", "year", "figure", "value", "confidence", "source")


@cache
def _labour_figures() -> pd.DataFrame:
    path = DATA / "labour.csv"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: table of facts missing; the installation is not complete")
    table = pd.read_csv(path, dtype={"province": str}, keep_default_na=False)
    if tuple(table.columns) != LABOUR_COLUMNS:
        raise ValueError(f"{path}: columns {list(table.columns)}, expected {list(LABOUR_COLUMNS)}")
    allowed = {
        "province": {"", *provinces_legacy()["code"]},
        "confidence": set(CONFIDENCES),
        "source": set(sources().index),
    }
    for column, known in allowed.items():
        odd = table.index[~table[column].isin(known)]
        if len(odd):
            # the header is line 1
            raise ValueError(f"{path}: line {odd[0] + 2}: unknown {column} {table[column].iloc[odd[0]]!r}")
    twice = table.index[table.duplicated(["province", "year", "figure"])]
    if len(twice):
        raise ValueError(f"{path}: line {twice[0] + 2}: province, year and figure stand twice")
    return table


def labour_figures() -> pd.DataFrame:
    """Published figures of work, one a row: employment, informality, schooling, unemployment, pay, zones.

    Returns
    -------
    pandas.DataFrame
        ``province`` (2 digits, text; empty for the nation), ``year``, ``figure`` (a name with ``share`` is in
        0..1, with ``mvnd_per_month`` in M VND per month, the rest are persons or ratios), ``value``,
        ``confidence``, ``source`` (an id of `dicu.world.facts.sources`). Not every figure is known for every
        province and year.
    """
    return _labour_figures().copy()


__all__ = ["LABOUR_COLUMNS", "labour_figures"]
