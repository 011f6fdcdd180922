"""Official figures beside which results are shown, each with where it was read (`data/official.csv`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import pandas as pd

from dicu_analysis.scalars import as_int

PATH: Final = Path(__file__).parent / "data" / "official.csv"
COLUMNS: Final = ("subject", "key", "year", "value", "unit", "status", "what", "source")
STATUSES: Final = {"V": "source read", "L": "recalled, check before citing"}


@cache
def table() -> pd.DataFrame:
    """All figures, one a row.

    Raises
    ------
    ValueError
        When the file has other columns, an unknown status, or a figure twice; the row is named.
    """
    made = pd.read_csv(PATH)
    if tuple(made.columns) != COLUMNS:
        raise ValueError(f"{PATH}: columns must be {', '.join(COLUMNS)}, got {', '.join(made.columns)}")
    for at, row in made.iterrows():
        if row["status"] not in STATUSES:
            raise ValueError(
                f"{PATH}:{as_int(at) + 2}: status {row['status']!r}, allowed are {', '.join(STATUSES)}"
            )
    twice = made.duplicated(["subject", "key", "year"])
    if twice.any():
        raise ValueError(f"{PATH}:{int(twice.to_numpy().argmax()) + 2}: stands there twice")
    return made


def figures(subject: str) -> pd.DataFrame:
    """The figures on one subject, in the order of the file.

    Raises
    ------
    KeyError
        For an unknown subject; the message lists the known ones.
    """
    made = table()
    mine = made[made["subject"] == subject]
    if mine.empty:
        raise KeyError(f"no official figures on {subject!r}; there are {sorted(set(made['subject']))}")
    return mine.reset_index(drop=True)


def value(subject: str, key: str, year: int) -> float:
    """One figure.

    Raises
    ------
    KeyError
        When there is none of that subject, key and year.
    """
    mine = figures(subject)
    found = mine[(mine["key"] == key) & (mine["year"] == year)]
    if found.empty:
        raise KeyError(f"no official figure on {subject}, {key!r} in {year}")
    return float(found["value"].iloc[0])


def cited(subject: str) -> str:
    """Where the figures on a subject stand, for the foot of a drawing: each source once, without its address."""
    sources = []
    for source in figures(subject)["source"]:
        short = source.split(": http")[0]
        if short not in sources:
            sources.append(short)
    return "; ".join(sources)
