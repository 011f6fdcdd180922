"""Official figures of Viet Nam: provinces, residents, incomes and counts, each with its source.

The tables stand in ``sim/dicu/world/data`` (see its README.md). A figure that no source states is either absent,
which is an error, or marked ``imputed`` with the rule that made it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

DATA: Final = Path(__file__).parent / "data"
REGIONS: Final[dict[str, str]] = {
    "RRD": "Red River Delta",
    "NMM": "Northern Midlands and Mountains",
    "NCC": "North and South Central Coast",
    "CH": "Central Highlands",
    "SE": "Southeast",
    "MRD": "Mekong Delta",
}
"""The six regions before July 2025, by code, in the order of the statistics office."""

CONFIDENCES: Final = ("retrieved", "derived", "recalled", "imputed")


def _read(name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read one table of facts with codes kept as text, or say what is missing from it."""
    path = DATA / f"{name}.csv"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: table of facts missing; the installation is not complete")
    text = ["code", "code_2025", "members", "seat_province", "seat_district", "rule", "legacy", "new"]
    table = pd.read_csv(path, dtype=dict.fromkeys(text, str), keep_default_na=False, na_values={})
    missing = [c for c in columns if c not in table.columns]
    if missing:
        raise ValueError(f"{path}: columns {missing} missing (has {list(table.columns)})")
    return table


@cache
def _sources() -> pd.DataFrame:
    return _read("sources", ("id", "title", "address")).set_index("id")


def sources() -> pd.DataFrame:
    """Sources by id: columns ``title`` and ``address``; the column ``source`` elsewhere refers to them."""
    return _sources().copy()


@cache
def _provinces_legacy() -> pd.DataFrame:
    columns = ("code", "name", "name_en", "kind", "region", "code_2025", "area_km2", "seat_district")
    return _read("provinces_legacy", columns).sort_values("code", ignore_index=True)


def provinces_legacy() -> pd.DataFrame:
    """The 63 provinces before July 2025, sorted by code.

    Returns
    -------
    pandas.DataFrame
        ``code`` (2 digits, text), ``name``, ``name_en``, ``kind`` (province, municipality), ``region`` (key
        of `REGIONS`), ``code_2025``, ``area_km2``, ``n_communes``, ``n_wards``, ``n_townships``,
        ``seat_district`` (3 digits, text), ``seat_name``, ``source``, ``confidence`` (one word a source, in
        its order).
    """
    return _provinces_legacy().copy()


def read_figures(name: str, columns: tuple[str, ...], key: tuple[str, ...]) -> pd.DataFrame:
    """A table of figures with ``province``, ``confidence`` and ``source`` in each row, checked row by row.

    Parameters
    ----------
    name : str
        File in ``data`` without its ending.
    columns : tuple of str
        The columns it must have, in this order.
    key : tuple of str
        Columns that name a row: no two rows may agree in all of them.

    Raises
    ------
    ValueError
        Columns differ; a province, confidence or source is unknown; a row stands twice.
    """
    path = DATA / f"{name}.csv"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: table of facts missing; the installation is not complete")
    # an empty province is the nation, so nothing empty in a text column is a missing value
    table = pd.read_csv(path, dtype={"province": str}, keep_default_na=False, na_values={"age_to": [""]})
    if tuple(table.columns) != columns:
        raise ValueError(f"{path}: columns {list(table.columns)}, expected {list(columns)}")
    allowed = {
        "province": {"", *_provinces_legacy()["code"]},
        "confidence": set(CONFIDENCES),
        "source": set(_sources().index),
    }
    for column, known in allowed.items():
        for line, value in enumerate(table[column] if column in columns else (), start=2):  # line 1: header
            if value not in known:
                raise ValueError(f"{path}: line {line}: unknown {column} {value!r}")
    twice = table.index[table.duplicated(list(key))]
    if len(twice):
        raise ValueError(f"{path}: line {int(twice[0]) + 2}: the same {', '.join(key)} as in a line above")
    return table


@cache
def _provinces_2025() -> pd.DataFrame:
    columns = ("code", "name", "name_en", "kind", "members", "n_units", "n_wards", "n_communes", "n_special")
    return _read("provinces_2025", columns).sort_values("code", ignore_index=True)


def provinces_2025() -> pd.DataFrame:
    """The 34 provinces since 1 July 2025, sorted by code.

    Returns
    -------
    pandas.DataFrame
        ``code``, ``name``, ``name_en``, ``kind``, ``members`` (legacy codes joined by ``+``), ``n_units``,
        ``n_wards``, ``n_communes``, ``n_special``, ``seat_province`` (legacy code), ``seat_name``,
        ``source``, ``confidence``.
    """
    return _provinces_2025().copy()


@cache
def _residents_table() -> pd.DataFrame:
    table = _read("residents", ("code", "year", "total_thousand", "urban_thousand", "source", "confidence"))
    # Published in thousands with one to three decimals: whole persons after rounding.
    table["total"] = np.rint(table["total_thousand"].to_numpy(np.float64) * 1000.0).astype(np.int64)
    table["urban"] = np.rint(table["urban_thousand"].to_numpy(np.float64) * 1000.0).astype(np.int64)
    # The published parts miss the published total by up to 100 persons: the total and the urban part are
    # kept, the rural part is what remains.
    table["rural"] = table["total"] - table["urban"]
    if bool((table[["urban", "rural"]] < 0).any(axis=None)):
        bad = table.loc[(table["urban"] < 0) | (table["rural"] < 0), ["code", "year"]].to_dict("records")
        raise ValueError(f"{DATA / 'residents.csv'}: urban residents outside 0..total in {bad}")
    return table


def residents_years() -> tuple[int, ...]:
    """Years for which residents of every province are stated."""
    return tuple(int(y) for y in sorted(_residents_table()["year"].unique()))


@cache
def _residents(year: int) -> pd.DataFrame:
    table = _residents_table()
    if year not in residents_years():
        raise ValueError(f"residents are stated for the years {residents_years()}, got {year}")
    chosen = table.loc[table["year"] == year].sort_values("code", ignore_index=True)
    wanted = provinces_legacy()["code"].tolist()
    if chosen["code"].tolist() != wanted:
        odd = sorted(set(wanted) ^ set(chosen["code"]))
        raise ValueError(f"{DATA / 'residents.csv'}: year {year}: provinces missing, unknown or twice: {odd}")
    return chosen[["code", "urban", "rural", "total", "source", "confidence"]]


def residents(year: int) -> pd.DataFrame:
    """Official mid-year residents by legacy province, in persons.

    Returns
    -------
    pandas.DataFrame
        63 rows sorted by code: ``code``, ``urban``, ``rural``, ``total`` (int64, persons), ``source``,
        ``confidence``. ``rural`` is ``total - urban``: the parts are published to 100 persons in 2019.

    Raises
    ------
    ValueError
        The year is not stated.
    """
    return _residents(year).copy()


@cache
def _income_stated() -> pd.DataFrame:
    table = _read("income", ("code", "year", "income_mvnd", "confidence", "rule", "source"))
    twice = table.loc[table.duplicated(["code", "year"]), ["code", "year"]]
    if len(twice):
        raise ValueError(f"{DATA / 'income.csv'}: stated twice: {twice.to_dict('records')}")
    no_rule = table.loc[(table["confidence"] == "imputed") & (table["rule"] == ""), ["code", "year"]]
    if len(no_rule):
        raise ValueError(f"{DATA / 'income.csv'}: imputed without a rule: {no_rule.to_dict('records')}")
    return table.sort_values(["code", "year"], ignore_index=True)


@cache
def _income(year: int) -> pd.DataFrame:
    stated = _income_stated()
    first, last = int(stated["year"].min()), int(stated["year"].max())
    if not first <= year <= last:
        raise ValueError(f"incomes are known between {first} and {last}, got {year}")
    rows: list[dict[str, object]] = []
    for code in provinces_legacy()["code"]:
        own = stated.loc[stated["code"] == code]
        exact = own.loc[own["year"] == year]
        if len(exact):
            rows.append(dict(exact.iloc[0][["code", "income_mvnd", "confidence", "rule", "source"]]))
            continue
        before, after = own.loc[own["year"] < year], own.loc[own["year"] > year]
        if before.empty or after.empty:
            raise ValueError(f"{DATA / 'income.csv'}: province {code}: no figures around {year}")
        low, high = before.iloc[-1], after.iloc[0]
        y0, y1 = int(low["year"]), int(high["year"])
        value = low["income_mvnd"] + (high["income_mvnd"] - low["income_mvnd"]) * ((year - y0) / (y1 - y0))
        both = low["source"] if low["source"] == high["source"] else f"{low['source']};{high['source']}"
        rule = f"linear between {y0} ({low['confidence']}) and {y1} ({high['confidence']})"
        rows.append(
            # the survey prints thousands of VND: nothing finer is claimed
            {
                "code": code,
                "income_mvnd": round(float(value), 3),
                "confidence": "imputed",
                "rule": rule,
                "source": both,
            }
        )
    return pd.DataFrame(rows)


def income_table(year: int) -> pd.DataFrame:
    """Income a head by legacy province with its standing: stated by the survey, or imputed and by which rule.

    Returns
    -------
    pandas.DataFrame
        63 rows sorted by code: ``code``, ``income_mvnd`` (M VND per month), ``confidence``, ``rule`` (empty
        unless imputed), ``source``.

    Raises
    ------
    ValueError
        The year lies outside the stated ones (2018 to 2024).
    """
    return _income(year).copy()


def income_mvnd(year: int) -> pd.Series[float]:
    """Income a head (M VND per month) by legacy province code, sorted; `income_table` tells how it is known."""
    table = _income(year)
    return pd.Series(table["income_mvnd"].to_numpy(np.float64), index=pd.Index(table["code"], name="code"))


@cache
def _official_counts() -> pd.DataFrame:
    table = _read("official_counts", ("key", "value", "unit", "year", "what", "source", "confidence"))
    if table["key"].duplicated().any():
        raise ValueError(f"{DATA / 'official_counts.csv'}: a key stands twice")
    return table.set_index("key")


def official_counts() -> pd.DataFrame:
    """Figures the world is checked against, by key: value, unit, year, what, source, confidence."""
    return _official_counts().copy()


def official(key: str) -> float:
    """One official figure by its key in `official_counts`; a KeyError lists what exists."""
    table = _official_counts()
    if key not in table.index:
        raise KeyError(f"no official figure {key!r}; there are {list(table.index)}")
    return float(table["value"].to_numpy(np.float64)[table.index.get_loc(key)])


@cache
def _islands() -> pd.DataFrame:
    columns = ("code_2025", "name", "residents_2019", "registered_2025", "rule", "source", "confidence")
    table = _read("islands", columns)
    given = table[["residents_2019", "registered_2025"]] != ""
    if bool((given.sum(axis=1) != 1).any()):
        raise ValueError(
            f"{DATA / 'islands.csv'}: each line states residents_2019 or registered_2025, not both"
        )
    return table.sort_values("code_2025", ignore_index=True)


def islands() -> pd.DataFrame:
    """Islands that are a unit of 2025 by themselves: no rule of area or density finds how few live there.

    Returns
    -------
    pandas.DataFrame
        ``code_2025`` (5 digits, text) of the unit, ``name``, ``residents_2019`` and ``registered_2025``
        (text, persons; one of the two is empty), ``rule``, ``source``, ``confidence``.
    """
    return _islands().copy()


def island_totals(country_residents: int) -> dict[str, int]:
    """Residents of each island by its code of 2025, in a year in which the country has ``country_residents``.

    Residents of 2019 change as the country's do; registered residents are scaled as the country's
    registered residents are to its residents.
    """
    base = {"residents_2019": official("residents_2019"), "registered_2025": official("registered_2025")}
    totals = {}
    for line in _islands().to_dict("records"):
        column = "residents_2019" if line["residents_2019"] else "registered_2025"
        totals[str(line["code_2025"])] = int(line[column]) * country_residents // int(base[column])
    return totals


@cache
def _units_january_2025() -> pd.DataFrame:
    columns = ("code", "n_communes", "n_wards", "n_townships", "source", "confidence")
    return _read("units_january_2025", columns).sort_values("code", ignore_index=True)


def units_january_2025() -> pd.DataFrame:
    """Numbers of communes, wards and townships on 1 January 2025, of provinces that changed none before July.

    Returns
    -------
    pandas.DataFrame
        ``code`` of the legacy province, ``n_communes``, ``n_wards``, ``n_townships``, ``source``,
        ``confidence``. It comes from another copy of the office's list than the gazetteer does.
    """
    return _units_january_2025().copy()


@cache
def _crosswalk_digests() -> pd.DataFrame:
    table = _read("crosswalk_digests", ("code_2025", "pairs", "digest", "source", "confidence"))
    return table.sort_values("code_2025", ignore_index=True)


def crosswalk_digests() -> pd.DataFrame:
    """How the pairs of legacy and new communes of each province of 2025 read in two of three crosswalks, the
    gazetteer one of them.

    Returns
    -------
    pandas.DataFrame
        ``code_2025`` of the province, ``pairs`` (number), ``digest`` (`pairs_digest` of them), ``source``,
        ``confidence``.
    """
    return _crosswalk_digests().copy()


def pairs_digest(pairs: Iterable[tuple[str, str]]) -> str:
    """First 16 digits of the sha256 of sorted lines "legacy new", the codes of each pair."""
    text = "\n".join(sorted(f"{legacy} {new}" for legacy, new in pairs))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _stated_links() -> pd.DataFrame:
    columns = ("legacy", "legacy_name", "new", "new_name", "belongs", "source", "where", "confidence")
    table = _read("links", columns)
    odd = sorted(set(table["belongs"]) - {"yes", "no"})
    if odd:
        raise ValueError(f"{DATA / 'links.csv'}: belongs: got {odd}, allowed yes or no")
    return table


def stated_links() -> pd.DataFrame:
    """What resolutions say of single legacy communes: whether they have a part in a new unit.

    Returns
    -------
    pandas.DataFrame
        ``legacy``, ``legacy_name``, ``new``, ``new_name``, ``belongs`` (yes or no), ``source``, ``where`` (in
        the source), ``confidence``.
    """
    return _stated_links().copy()
