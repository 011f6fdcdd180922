"""A user's table, row by row: wrong cells are named by file, row, column and value, with what is allowed."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from dicu.scenario.numbers import INTEGER, number, plainly
from dicu.scenario.suggest import canonical, suggest
from dicu.scenario.wording import quoted

SHOWN: Final = 20
"""Problems printed in full; the rest are counted."""
NO_VALUE_HINT: Final = "; no value: leave the row out, or give the figure"
LONGEST: Final = 200
"""Characters of a text in a cell."""

Kind = Literal["key", "text", "number", "count", "bool", "flag", "choice"]
DTYPES: Final[dict[Kind, type]] = {
    "key": np.uint64,
    "text": str,
    "number": np.float64,
    "count": np.int64,
    "bool": np.bool_,
    "flag": str,
    "choice": str,
}


TRUE_WORDS: Final = ("true", "yes", "1")
FALSE_WORDS: Final = ("false", "no", "0")
NO_VALUE: Final = frozenset(
    {"", "na", "n/a", "nan", "null", "none", "missing", ".", "..", "...", "-", "?", "#n/a"}
)
"""What other tables write for a missing figure."""
GROUPED: Final = re.compile(r"[-+]?[0-9]{1,3}(?:([,.'\u2019\s])[0-9]{3})(?:\1[0-9]{3})*")
DECIMAL_COMMA: Final = re.compile(r"[-+]?[0-9]+,[0-9]+")


class TableError(ValueError):
    """A table of the user is wrong; the message lists every problem found."""


@dataclass(frozen=True)
class Column:
    """One column of a table: what a cell may hold.

    A flag is a text, "yes", "no" or "" for a cell that is left empty. ``above`` is exclusive, ``low`` and ``high`` are
    inclusive; ``empty`` says whether a cell may be left empty; ``opposite`` is the word for false where the column's
    name is the word for true (urban, rural).
    """

    name: str
    kind: Kind
    text: str
    required: bool = True
    low: float = -math.inf
    high: float = math.inf
    above: float | None = None
    choices: tuple[str, ...] = ()
    empty: bool = False
    opposite: str = ""

    def allowed(self) -> str:
        """What is allowed in a cell, in words."""
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        if self.kind == "bool":
            return "true or false, yes or no"
        if self.kind == "flag":
            return "yes or no, true or false, or empty"
        if self.kind == "text":
            return f"a text of up to {LONGEST} characters" if self.empty else "a text that is not empty"
        noun = "a number" if self.kind == "number" else "a whole number"
        if self.kind == "key":
            return "a whole number within 0..2**64-1"
        if self.above is not None:
            return f"{noun} above {self.above:g}" + (
                "" if self.high == math.inf else f" and at most {self.high:g}"
            )
        if self.high == math.inf:
            return noun if self.low == -math.inf else f"{noun}, at least {self.low:g}"
        return f"{noun} within {self.low:g}..{self.high:g}"

    def parse(self, value: Any) -> Any:
        """The cell's value in the column's type; raises ValueError or TypeError when it is not allowed."""
        if self.kind in ("text", "choice"):
            text = _text(value)
            if not (text or self.empty) or (self.kind == "choice" and text not in self.choices):
                raise ValueError(text)
            return text
        if self.kind in ("bool", "flag"):
            word = (str(value) if isinstance(value, bool | np.bool_) else _text(value)).lower()
            if self.kind == "flag" and word == "":
                return word
            if word not in TRUE_WORDS + FALSE_WORDS:
                raise ValueError(value)
            if self.kind == "flag":
                return "yes" if word in TRUE_WORDS else "no"
            return word in TRUE_WORDS
        if isinstance(value, bool | np.bool_):
            raise ValueError(value)
        if self.kind == "number":
            plain = number(value.strip()) if isinstance(value, str) else float(value)
            if plain is None:
                raise ValueError(value)
            parsed: float | int = plain
        elif isinstance(value, float | np.floating):
            # a whole number may come as a float from parquet, but a key above 2**53 would have lost digits
            if not float(value).is_integer() or self.kind == "key":
                raise ValueError(value)
            parsed = int(value)
        else:
            text = str(value).strip()
            if len(text) > LONGEST or not INTEGER.fullmatch(text):
                raise ValueError(value)
            parsed = int(text)
        low: float | int = 0 if self.kind == "key" else self.low
        high: float | int = 2**64 - 1 if self.kind == "key" else self.high
        if not math.isfinite(parsed) or not low <= parsed <= high:
            raise ValueError(value)
        if self.above is not None and not parsed > self.above:
            raise ValueError(value)
        return parsed

    def hint(self, value: Any) -> str:
        """What was probably meant by a wrong cell, as "; ...", or nothing."""
        text = " ".join(str(value).split())
        if not isinstance(value, str) and value is not None:
            return ""
        if self.kind in ("choice", "bool", "flag"):
            if text.lower() in NO_VALUE:
                return "; leave the cell empty" if self.kind == "flag" else NO_VALUE_HINT
            words = self.choices if self.kind == "choice" else (*TRUE_WORDS, *FALSE_WORDS)
            if self.kind == "bool" and text.lower() in filter(None, (self.name, self.opposite)):
                return f"; write {'true' if text.lower() == self.name else 'false'} for {text}"
            near = suggest(text, words)
            return f"; did you mean {near}?" if near else ""
        if self.kind == "text":
            return ""
        if value is None or text.lower() in NO_VALUE:
            return NO_VALUE_HINT
        if GROUPED.fullmatch(text):
            return f"; thousands separators: write {re.sub('[^-+0-9]', '', text)}"
        if DECIMAL_COMMA.fullmatch(text):
            return f"; decimal comma: write {text.replace(',', '.')}"
        meant = plainly(text)
        return f"; write {meant}" if meant and meant != text else ""

    def blank(self) -> Any:
        """A value to go on with after a problem was noted, so that all problems are found at once."""
        return self.choices[0] if self.kind == "choice" else np.zeros((), DTYPES[self.kind]).item()


def _text(value: Any) -> str:
    """A cell as text in canonical form; ValueError for what is not a text or number, or cannot be printed."""
    if value is None or value is pd.NA or (isinstance(value, float | np.floating) and math.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_) or not isinstance(value, str | int | float | np.number):
        raise ValueError(value)
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)  # a column of codes with gaps comes as floats
    text = canonical(str(value))
    if len(text) > LONGEST or not text.isprintable():
        raise ValueError(value)
    return text


@dataclass
class Problems:
    """Collects what is wrong, to say it all at once."""

    found: list[str] = field(default_factory=list)

    def cell(self, file: Path, row: int, column: str, value: Any, allowed: str, hint: str = "") -> None:
        """Note one wrong cell; ``row`` counts data rows from 1 (in a CSV file the line is row + 1)."""
        self.found.append(
            f"{file}: row {row}: column {column}: got {quoted(value)} (allowed: {allowed}{hint})"
        )

    def note(self, text: str) -> None:
        """Note a problem that is not one cell's."""
        self.found.append(text)

    def stop(self) -> None:
        """Raise TableError if anything was noted: the first twenty in full, then how many more."""
        if self.found:
            more = len(self.found) - SHOWN
            tail = [f"... and {more} more"] if more > 0 else []
            raise TableError("\n".join(self.found[:SHOWN] + tail))


def checked(raw: pd.DataFrame, path: Path, columns: tuple[Column, ...], problems: Problems) -> pd.DataFrame:
    """Parse every known column of a table cell by cell.

    Unknown columns, missing required ones and wrong cells are noted in ``problems``; the caller decides
    when to stop.

    Returns
    -------
    pandas.DataFrame
        The known columns that are present, each in the dtype of its kind.
    """
    known = {c.name: c for c in columns}
    lower = {str(name): str(name).strip().lower() for name in raw.columns}
    raw = raw.rename(columns={name: low for name, low in lower.items() if low in known})
    for name in raw.columns:
        if str(name) not in known:
            near = suggest(str(name), known)
            hint = f"; did you mean {near}?" if near else ""
            problems.note(f"{path}: unknown column {str(name)!r} (allowed: {', '.join(known)}{hint})")
    twice = raw.columns[raw.columns.duplicated()].tolist()
    if twice:
        problems.note(f"{path}: columns {twice} stand twice")
        problems.stop()
    parsed: dict[str, Any] = {}
    for column in columns:
        if column.name not in raw.columns:
            if column.required:
                problems.note(f"{path}: column {column.name} is missing ({column.text}; {column.allowed()})")
            continue
        values = []
        for row, value in enumerate(raw[column.name].tolist(), start=1):
            try:
                values.append(column.parse(value))
            except (ValueError, TypeError, KeyError, OverflowError):
                problems.cell(path, row, column.name, value, column.allowed(), column.hint(value))
                values.append(column.blank())
        dtype = object if DTYPES[column.kind] is str else DTYPES[column.kind]
        parsed[column.name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(parsed)


def without_columns(
    raw: pd.DataFrame, path: Path, ignored: Sequence[str], columns: tuple[Column, ...], problems: Problems
) -> pd.DataFrame:
    """A table without the columns that the user wants left aside; one that is read or is not there is noted."""
    known = {c.name for c in columns}
    for name in ignored:
        if name.lower() in known:
            problems.note(f"{path}: column {name!r} is read (allowed in `ignore`: columns that are not)")
        elif name not in raw.columns:
            near = suggest(name, [str(c) for c in raw.columns])
            hint = f"; did you mean {near}?" if near else ""
            problems.note(f"{path}: no column {name!r}, which `ignore` names{hint}")
    return raw.drop(columns=[c for c in ignored if c in raw.columns and c.lower() not in known])


def unique_column(table: pd.DataFrame, path: Path, names: list[str], problems: Problems) -> None:
    """Note every row whose cells in ``names`` repeat those of an earlier row."""
    if not names or not set(names) <= set(table.columns):
        return  # what is missing is noted where cells are parsed
    for row in np.flatnonzero(table.duplicated(names)):
        value = ", ".join(str(table[n].iloc[row]) for n in names)
        problems.cell(path, int(row) + 1, "+".join(names), value, "each only once")
