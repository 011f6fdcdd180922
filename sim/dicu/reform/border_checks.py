"""Rows of a table of reforms: what is suspicious in them, and what was probably meant by a wrong cell."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from dicu.scenario.numbers import number, otherwise_written, plainly
from dicu.scenario.suggest import same, suggest
from dicu.scenario.wording import some
from dicu.world.table_checks import DECIMAL_COMMA

SHOWN: Final = 5
"""Places and rows named in one message; the rest are counted."""
Row = dict[str, Any]


class ReformWarning(UserWarning):
    """A table of reforms is allowed, but perhaps not meant."""


@dataclass
class Unit:
    """A government while its borders are being drawn; ``seat`` is an index of a place."""

    name: str
    kind: str
    seat: int
    seat_km: tuple[float, float, float]


def seats_taken_along(
    rows: list[Row], provinces: Mapping[str, Unit], of_place: Mapping[str, Any]
) -> Iterator[tuple[Row, str]]:
    """Rows by which a commune takes the place of its province's seat into another province.

    Parameters
    ----------
    rows
        Of one date.
    provinces
        By code.
    of_place
        Codes of the governments of each place once the rows hold, by level.

    Yields
    ------
    row, allowed
        The row to look at, and what its column ``province`` may hold instead.
    """
    for code in sorted(set(of_place["province"].tolist())):
        unit = provinces.get(code)
        if unit is None or of_place["province"][unit.seat] == code:
            continue  # nobody has named the province, which is noted elsewhere, or all is well
        taker = of_place["commune"][unit.seat]
        movers = [row for row in rows if row["level"] == "commune" and row["to"] == taker]
        row = next((row for row in movers if row["province"]), movers[0] if movers else rows[0])
        yield (
            row,
            f"{code}, since {taker} holds the seat of that province; give {code} another seat on an earlier date "
            f"(level province, from {code}, to {code}, seat) to move it",
        )


def warn_of_renamed(
    path: Path, rows: list[Row], held: Mapping[str, Collection[str]], units: Mapping[str, Mapping[str, Unit]]
) -> None:
    """Warn of each new unit that takes over from one unit alone and has no name: probably a wrong ``to``.

    Parameters
    ----------
    path, rows
        The table, and its rows of one date.
    held
        Codes in force the day before, by level.
    units
        Units by code, by level.
    """
    for level, codes in held.items():
        by_unit: dict[str, list[Row]] = {}
        for row in rows:
            if row["level"] == level and row["to"] not in codes:
                by_unit.setdefault(row["to"], []).append(row)
        for code, mine in by_unit.items():
            if len({row["from"] for row in mine}) > 1 or any(row["name"] for row in mine):
                continue
            warnings.warn(
                f"{path}: row {row_of(mine[0])}: column to: {code!r} is a new {level} that takes over from "
                f"{mine[0]['from']} alone and has no name (give it one, or write the code of a {level} in force"
                f"{meant(code, codes, units[level])})",
                ReformWarning,
                stacklevel=7,
            )


def meant(word: str, known: Iterable[Any], units: Mapping[str, Unit] | None = None) -> str:
    """What was probably meant by a code that is not known, as the end of a message; "" when nothing is near.

    A code that lost its leading zeros, the name of a unit, or a code spelled alike.
    """
    codes = sorted(str(code) for code in known)
    if code := padded(word, codes):
        return lost_zeros(code)
    if plain := otherwise_written(word):
        return f"; write {plain if plain in codes else padded(plain, codes) or plain}"
    named = [c for c in codes if c in units and same(word, [units[c].name])] if units is not None else []
    if named:
        return f"; {word} is the name of {listed(named)}"
    shortest = min(map(len, codes), default=0)
    if word.isdigit() and len(word) < shortest and all(map(str.isdigit, codes)):
        return f"; codes have {shortest} digits or more, so leading zeros may be lost"
    near = suggest(word, codes)
    return f"; did you mean {near}?" if near else ""


def padded(word: str, known: Iterable[str]) -> str:
    """The code in force that a number was before its leading zeros were lost ("101": "0101"), "" for none."""
    if not (word.isascii() and word.isdigit()):
        return ""
    bare = word.lstrip("0")
    return next(
        (c for c in sorted(known) if len(c) > len(word) and c.isdigit() and c.lstrip("0") == bare), ""
    )


def lost_zeros(code: str) -> str:
    """End of a message about a code without its leading zeros."""
    return f"; {code} is in force: leading zeros seem to be lost"


def share_of(text: str) -> float | None:
    """A share as it is written, None when it is none."""
    value = number(text)
    return value if value is not None and 0.0 <= value <= 1.0 else None


def share_meant(text: str) -> str:
    """How a wrong share is written, as "; write ...", or nothing."""
    comma = DECIMAL_COMMA.fullmatch(text.strip())
    plain = text.strip().replace(",", ".") if comma else plainly(text)
    return f"; write {plain}" if plain and plain != text and share_of(plain) is not None else ""


def rows_of(table: pd.DataFrame) -> list[Row]:
    """Rows of a table as mappings of column to value."""
    return [{str(column): value for column, value in row.items()} for row in table.to_dict("records")]


def row_of(row: Row) -> int:
    """Number of a data row as messages count it, from 1."""
    return int(row["row"])


def listed(items: Iterable[Any]) -> str:
    """Some items in words: the first of them, and how many more."""
    return some(list(items), SHOWN)
