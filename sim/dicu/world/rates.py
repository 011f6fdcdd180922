"""The names of the table ``rates``, each declared once: what it is, its keys and what may stand in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from dicu.scenario.numbers import number
from dicu.scenario.suggest import suggest
from dicu.scenario.vocabulary import STAGES, TERRAINS
from dicu.world.table_checks import Column, Problems

MOST: Final = 0.95
"""No chance of a first household's attribute goes beyond: every place has some of each."""


@dataclass(frozen=True)
class Rate:
    """One name of the table.

    Attributes
    ----------
    value : Column
        What it says, and what is allowed.
    keys : tuple of str
        Its classes, each of which must be there; () without.
    threshold : str
        What its keys count, from which on a row holds; "" where keys are words.
    by_province : bool
        Whether provinces may have one of their own beside the country's.
    some : bool
        Whether one of its rows at least must be above 0.
    """

    value: Column
    keys: tuple[str, ...] = ()
    threshold: str = ""
    by_province: bool = False
    some: bool = False

    def rank(self, key: str) -> float:
        """Where a key stands among those of its name, whatever the order of the rows."""
        if self.threshold:
            return float(key)
        return float(self.keys.index(key)) if key in self.keys else 0.0

    def keys_in_words(self) -> str:
        """What is allowed as a key."""
        if self.threshold:
            return f"{self.threshold}: a number, one of them 0"
        return f"one of {', '.join(self.keys)}" if self.keys else "empty"


def _share(text: str, low: float = 0.0, high: float = 1.0) -> Column:
    return Column("value", "number", text, low=low, high=high)


def _ratio(text: str, zero: bool) -> Column:
    return Column("value", "number", text, low=0.0, high=100.0, above=None if zero else 0.0)


_STAGE: Final = _ratio("relative to the mean", zero=True)
_CHANCE: Final = _ratio("relative chance of work in agriculture", zero=False)

RATES: Final[dict[str, Rate]] = {
    "urban_person_share": Rate(
        _share("share of persons in towns that weighs the two household sizes", 0.001, 0.999)
    ),
    "urban_male_share": Rate(_share("men among persons in towns", 0.001, 0.999)),
    "trained_share": Rate(_share("workers with a certificate"), by_province=True),
    "trained_urban_over_rural": Rate(_ratio("the same in towns over that outside", zero=False)),
    "trained_migrant_ratio": Rate(_ratio("the same of migrants over that of others", zero=True)),
    "trained_by_stage": Rate(_STAGE, STAGES, some=True),
    "migrant_by_stage": Rate(_STAGE, STAGES, some=True),
    "agriculture_urban": Rate(_share("share of work in agriculture in towns", high=MOST)),
    "agriculture_rural": Rate(_share("share of work in agriculture outside", high=MOST)),
    "agriculture_by_density": Rate(_CHANCE, threshold="residents per km2 from which it holds"),
    "agriculture_by_terrain": Rate(_CHANCE, TERRAINS),
    "agriculture_migrant_ratio": Rate(_ratio("agriculture of migrants over that of others", zero=True)),
    "industry_of_other_urban": Rate(_share("industry in work outside agriculture, in towns")),
    "industry_of_other_rural": Rate(_share("industry in work outside agriculture, elsewhere")),
    "rent_native_urban": Rate(_share("households in towns, not migrants, who rent")),
    "rent_native_rural": Rate(_share("households elsewhere, not migrants, who rent")),
    "rent_migrant_from_year": Rate(
        _share("migrants who rent"), threshold="years since arrival from which it holds"
    ),
    "in_migration_per_mille_year": Rate(
        Column("value", "number", "moves between provinces per 1,000 residents and year", low=0.0, high=500.0)
    ),
    "within_region_moves": Rate(
        Column("value", "number", "moves between provinces of one region a year, persons", low=0.0, high=1e9)
    ),
}
"""Every name by which a chance of the first households is known."""


def check_rates(table: pd.DataFrame, path: Path, problems: Problems) -> None:
    """Note every row of a country's own ``rates`` that no rule would read, or that says what cannot be.

    Parameters
    ----------
    table
        Its cells parsed.
    path
        Of its file, for messages.
    """
    stated: dict[str, list[tuple[int, str, str, float]]] = {}
    keys = table["key"] if "key" in table else [""] * len(table)
    provinces = table["province"] if "province" in table else [""] * len(table)
    for row, (name, key, province, value) in enumerate(
        zip(table["name"], keys, provinces, table["value"], strict=True), start=1
    ):
        rate = RATES.get(name)
        if rate is None:
            near = suggest(name, RATES)
            hint = f"; did you mean {near}?" if near else ""
            problems.cell(path, row, "name", name, f"one of {', '.join(RATES)}{hint}")
            continue
        if not _is_key(rate, key):
            near = suggest(key, rate.keys)
            problems.cell(
                path, row, "key", key, rate.keys_in_words(), f"; did you mean {near}?" if near else ""
            )
            continue
        if province and not rate.by_province:
            problems.cell(path, row, "province", province, f"empty: {name} holds for the country")
        _check_value(rate, row, float(value), path, problems)
        stated.setdefault(name, []).append((row, key, province, float(value)))
    if problems.found:
        return
    for name, rows in stated.items():
        _check_whole(name, rows, path, problems)


def _is_key(rate: Rate, key: str) -> bool:
    if rate.threshold:
        at = number(key)
        return at is not None and 0.0 <= at < 1e9
    return key in rate.keys if rate.keys else key == ""


def _check_value(rate: Rate, row: int, value: float, path: Path, problems: Problems) -> None:
    try:
        rate.value.parse(value)
    except ValueError:
        percent = rate.value.high <= 1.0 < value <= 100.0
        hint = f"; in percent? write {value / 100:g}" if percent else ""
        problems.cell(path, row, "value", value, f"{rate.value.allowed()}: {rate.value.text}", hint)


def _check_whole(name: str, rows: list[tuple[int, str, str, float]], path: Path, problems: Problems) -> None:
    """A name that a country states is its own with all its keys, and holds where no province says otherwise."""
    rate = RATES[name]
    where = f"{path}: rows {', '.join(str(row) for row, *_ in rows)}: {name}"
    country = [(row, key) for row, key, province, _ in rows if not province]
    if not country:
        problems.note(
            f"{where}: no row for the country (allowed: one with an empty province beside the others)"
        )
        return
    if rate.threshold:
        at = [float(key) for _, key in country]
        if 0.0 not in at:
            problems.note(f"{where}: no row with key 0 (allowed: {rate.keys_in_words()})")
        for (row, key), own in zip(country, at, strict=True):
            if at.index(own) < country.index((row, key)):
                problems.cell(
                    path, row, "key", key, f"each only once: row {country[at.index(own)][0]} says the same"
                )
    elif missing := _without(rate.keys, (key for _, key in country)):
        problems.note(
            f"{where}: no row with key {', '.join(missing)} (allowed: all of {', '.join(rate.keys)})"
        )
    if rate.some and not any(value for *_, value in rows):
        problems.note(f"{where}: all 0 (allowed: one of them above 0)")


def _without(wanted: tuple[str, ...], there: Iterable[str]) -> list[str]:
    known = set(there)
    return [key for key in wanted if key not in known]


def names_in_words() -> str:
    """Every name with its keys, as Markdown."""
    lines = [
        "Own rates replace a whole name, all its keys; names that are left out are borrowed. Rows may stand in any "
        "order.",
        "",
        "| name | keys | what | allowed |",
        "|---|---|---|---|",
    ]
    for name, rate in RATES.items():
        keys = f"{rate.threshold}; one of them 0" if rate.threshold else ", ".join(rate.keys)
        where = "; country, and provinces that have their own" if rate.by_province else ""
        lines.append(f"| `{name}` | {keys} | {rate.value.text}{where} | {rate.value.allowed()} |")
    return "\n".join([*lines, ""])


__all__ = ["MOST", "RATES", "Rate", "check_rates", "names_in_words"]
