"""Official figures of work: employment, informality and pay, each with its source.

The table stands in ``sim/dicu/world/data`` (see its README.md). Figures that were searched for and not found are rows
of ``missing.csv``: nothing fills them.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import pandas as pd

from dicu.world.facts import read_figures

LABOUR_COLUMNS: Final = ("province", "year", "figure", "value", "confidence", "source")


@cache
def _labour_figures() -> pd.DataFrame:
    return read_figures("labour", LABOUR_COLUMNS, key=("province", "year", "figure"))


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
