"""Which places were urban when: the dated changes of communes to wards and townships, and back.

Residents of a world are of the middle of its year, and so is `World.urban`; later changes act in a run
(`dicu.government.urban_status`).
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.scenario.calendar import parse_period
from dicu.world import facts

NAME: Final = "urban_changes"
URBAN_KINDS: Final = ("ward", "township")
MID_YEAR: Final = 6
"""Months of a year that are over when its residents are counted."""


@cache
def _listed() -> pd.DataFrame:
    path = facts.DATA / f"{NAME}.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    columns = ["code", "date", "before", "after", "name", "source", "confidence"]
    if table.columns.tolist() != columns:
        raise ValueError(f"{path}: columns {table.columns.tolist()}, expected {columns}")
    for line, row in enumerate(table.to_dict("records"), start=2):
        try:
            parse_period(row["date"])
        except ValueError as error:
            raise ValueError(f"{path}: line {line}: date: {error}") from error
        if (row["before"] in URBAN_KINDS) == (row["after"] in URBAN_KINDS):
            raise ValueError(
                f"{path}: line {line}: {row['before']!r} to {row['after']!r} changes nothing (allowed: from commune to "
                "ward or township, or back)"
            )
    table["urban"] = table["after"].isin(URBAN_KINDS)
    return table.sort_values(["date", "code"], ignore_index=True)


def listed_changes() -> pd.DataFrame:
    """Every listed change of a commune of Viet Nam between rural and urban, 2009 to March 2025.

    Returns
    -------
    pandas.DataFrame
        ``code`` (of before July 2025), ``date`` (month of the list that has it first), ``before``, ``after`` (kinds),
        ``name``, ``source``, ``confidence``, ``urban`` (bool: what it is from then on); sorted by date and code.
    """
    return _listed().copy()


def month_of(date: str) -> int:
    """Months since January of year 0 at which a date lies."""
    return parse_period(date)[0]


def months_counted(year: int) -> int:
    """Month, as `month_of` counts, before which changes are already in the state of a world of this year."""
    return 12 * year + MID_YEAR


def contradicted(code: NDArray[np.str_], kind: NDArray[np.str_]) -> list[str]:
    """Codes of listed changes that the units of 2025 (their codes and kinds, (U,) each) do not know, or whose last
    change they contradict; sorted.
    """
    last = _listed().drop_duplicates("code", keep="last")
    now = dict(zip(code.tolist(), np.isin(kind, URBAN_KINDS).tolist(), strict=True))
    return sorted(c for c, urban in zip(last["code"], last["urban"], strict=True) if now.get(c) is not urban)


def urban_in(year: int, code: NDArray[np.str_], kind: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Whether communes were urban in the middle of a year: by the kinds of 2025, less the changes since.

    Parameters
    ----------
    code, kind : (C,) str
        Of the communes just before July 2025.

    Returns
    -------
    (C,) bool
    """
    made = np.isin(kind, URBAN_KINDS)
    later = _listed()
    later = later[[month_of(date) >= months_counted(year) for date in later["date"]]]
    first = later.drop_duplicates("code")  # the first change since says what the unit was before it
    before = dict(zip(first["code"], (~first["urban"]).tolist(), strict=True))
    wrong = set(contradicted(code, kind))
    for i, c in enumerate(code.tolist()):
        if c in before and c not in wrong:
            made[i] = before[c]
    return made


def changes_of(place: NDArray[np.str_], commune: NDArray[np.str_], kind: NDArray[np.str_]) -> pd.DataFrame:
    """The listed changes as the table ``urban_changes`` of a world has them, a row for each place of the commune.

    Parameters
    ----------
    place, commune, kind : (P,) str
        Keys of places, codes and kinds of their communes just before July 2025.

    Returns
    -------
    pandas.DataFrame
        ``date``, ``place``, ``urban``; sorted by date and place.
    """
    at = pd.DataFrame({"place": place, "code": commune})
    rows = _listed()
    rows = rows[~rows["code"].isin(contradicted(commune, kind))]
    made = rows[["date", "code", "urban"]].merge(at, on="code")[["date", "place", "urban"]]
    return made.sort_values(["date", "place"], ignore_index=True)


__all__ = [
    "NAME", "URBAN_KINDS", "changes_of", "contradicted", "listed_changes", "month_of", "months_counted", "urban_in",
]  # fmt: skip
