"""Tables of figures: what was observed, where and when, by whom, and what it is used for."""

from __future__ import annotations

import csv
import datetime
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from dicu.scenario.suggest import suggest
from dicu_analysis.targets.catalogue import CATALOGUE

PATH: Final = Path(__file__).parents[1] / "data" / "targets.csv"
COLUMNS: Final = ("figure", "unit", "area", "from", "to", "value", "source", "role")
WEIGHT: Final = "weight"
"""One over the square of the standard error that is allowed, in the figure's unit: of sampling, rounding and
model (assumption A122)."""
ROLES: Final = ("fit", "response", "shown")
FIVE: Final = 5
MIDYEAR: Final = 0.5
CENSUS_DAY: Final = 0.25
"""1 April: the day of censuses and surveys of Viet Nam."""


class BadFigures(ValueError):
    """Everything that is wrong with a table of figures, one message a line."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = list(messages)


@dataclass(frozen=True)
class Figure:
    """One observed figure.

    Attributes
    ----------
    first, last : float
        Begin and end of the period in decimal years; equal for a stock.
    weight : float
        See `WEIGHT`; 1 where the table has no such column.
    line : int
        In its file, from 1.
    """

    figure: str
    unit: str
    area: str
    since: str
    until: str
    first: float
    last: float
    value: float
    weight: float
    source: str
    role: str
    line: int

    @property
    def key(self) -> str:
        """What tells it from the others of its table."""
        return "|".join((self.figure, self.unit, self.area, self.since, self.until))

    @property
    def error(self) -> float:
        """Standard error that is allowed, in the figure's unit."""
        return 1.0 / math.sqrt(self.weight)


def moment(text: str, *, ends: bool, stock: bool, census: bool) -> float:
    """A year or an ISO date in decimal years.

    A bare year is its middle for a stock; 1 April for a question about residence five years before; otherwise its
    begin where a period begins and its end where one ends.

    Raises
    ------
    ValueError
        For other text.
    """
    if len(text) == 4 and text.isdigit():
        year = int(text)
        if stock:
            return year + MIDYEAR
        return year + CENSUS_DAY if census else float(year + ends)
    day = datetime.date.fromisoformat(text)
    start = datetime.date(day.year, 1, 1)
    return day.year + (day - start).days / (datetime.date(day.year + 1, 1, 1) - start).days


def read_figures(path: Path) -> list[Figure]:
    """Read and check a table of figures.

    Raises
    ------
    BadFigures
        Everything that is wrong, each with file, line, column, value and what is allowed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFigures([f"{path}: cannot be read ({error})"]) from error
    reader = csv.reader(text.splitlines())
    head = next(reader, [])
    if missing := [name for name in COLUMNS if name not in head]:
        raise BadFigures(
            [f"{path}:1: no column {', '.join(missing)} (allowed {', '.join(COLUMNS)}, {WEIGHT})"]
        )
    wrong: list[str] = []
    made: list[Figure] = []
    seen: dict[str, int] = {}
    for line, cells in enumerate(reader, start=2):
        if not any(cells):
            continue
        if len(cells) != len(head):
            wrong.append(
                f"{path}:{line}: {len(cells)} cells (allowed {len(head)}, as many as the first line has)"
            )
            continue
        row = dict(zip(head, (cell.strip() for cell in cells), strict=True))
        problems = list(_problems(row))
        wrong += [f"{path}:{line}: column {column}: {text}" for column, text in problems]
        if problems:
            continue
        figure = _figure(row, line)
        if figure.key in seen:
            wrong.append(f"{path}:{line}: the same figure as in line {seen[figure.key]} (allowed each once)")
        seen.setdefault(figure.key, line)
        made.append(figure)
    if not made and not wrong:
        wrong.append(f"{path}: no figure in it")
    if wrong:
        raise BadFigures(wrong)
    return made


def _figure(row: dict[str, str], line: int) -> Figure:
    kind = CATALOGUE[row["figure"]]
    unit = unit_of(row)
    assert unit is not None
    census = kind.census(unit)
    since, until = row["from"], row["to"] or row["from"]
    first = moment(since, ends=False, stock=kind.stock, census=census)
    last = first if kind.stock else moment(until, ends=True, stock=False, census=census)
    return Figure(
        row["figure"], unit, row["area"], since, until, first, last, float(row["value"]),
        float(row.get(WEIGHT) or 1.0), row["source"], row["role"], line,
    )  # fmt: skip


def unit_of(row: dict[str, str]) -> str | None:
    """The unit of a row as the catalogue has it; None where it is none of the figure's.

    Signs of per mille and percent count, and one without a time is that of the row's period: five years or one.
    """
    text = row["unit"].lower().replace(",", "").replace("‰", "per 1000").replace("per mille", "per 1000")
    text = re.sub(
        r"\s+", " ", text.replace("permille", "per 1000").replace("%", "percent").replace("/", " per ")
    ).strip()
    text = re.sub(r" (per|in a|in one|a) (year|annum)$| (yearly|annually)$", " a year", text)
    text = re.sub(r" (over|per|in|within)? ?(5|five) years$", " in five years", text)
    kinds = CATALOGUE[row["figure"]].units
    known = {unit.replace(",", ""): unit for unit in kinds}
    if text in known:
        return known[text]
    since, until = row["from"][:4], row["to"][:4]
    length = int(until) - int(since) if since.isdigit() and until.isdigit() else 0
    found = known.get(f"{text} in five years" if length == FIVE else f"{text} a year")
    if found is None and text == "percent" and len(kinds) == 1 and kinds[0].startswith("percent"):
        return kinds[0]
    return found


def _problems(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    kind = CATALOGUE.get(row["figure"])
    if kind is None:
        near = suggest(row["figure"], tuple(CATALOGUE))
        hint = f"; did you mean {near}" if near else ""
        yield "figure", f"not a figure (got {row['figure']!r}, allowed {', '.join(CATALOGUE)}{hint})"
        return
    unit = unit_of(row)
    if unit is None:
        yield "unit", f"not a unit of {row['figure']} (got {row['unit']!r}, allowed {', '.join(kind.units)})"
    if not row["role"]:
        yield "role", f"nothing there (allowed a word: {', '.join(ROLES)}, or another that means shown)"
    for column in ("value", *((WEIGHT,) if row.get(WEIGHT) else ())):
        try:
            number = float(row[column])
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or (column == WEIGHT and number <= 0):
            above = " above 0" if column == WEIGHT else ""
            yield column, f"not a number (got {row[column]!r}, allowed a finite number{above})"
    times: list[float] = []
    for column in ("from", "to"):
        text = row[column] or (row["from"] if column == "to" else "")
        try:
            times.append(moment(text, ends=column == "to", stock=kind.stock, census=kind.census(unit or "")))
        except ValueError:
            yield (
                column,
                f"not a date (got {text!r}, allowed a year such as 2014 or a date such as 2014-04-01)",
            )
    if len(times) == 2 and not kind.stock and times[1] <= times[0]:
        yield (
            "to",
            f"the period ends before it begins (got {row['to']!r}, allowed a time after {row['from']!r})",
        )
    if len(times) == 2 and kind.stock and times[1] != times[0]:
        yield "to", f"a stock has one moment (got {row['to']!r}, allowed {row['from']!r} or nothing)"


@cache
def targets() -> tuple[Figure, ...]:
    """The figures that come with the program: what defaults are fitted to, and what is shown beside them."""
    return tuple(read_figures(PATH))


__all__ = ["COLUMNS", "PATH", "ROLES", "WEIGHT", "BadFigures", "Figure", "moment", "read_figures", "targets"]
