"""What can be plotted and compared: named outcomes in both languages, and every column by its own name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import pandas as pd

from dicu.record.codebook import tables
from dicu.record.declare import Column
from dicu.scenario.suggest import suggest
from dicu_analysis.language import SERVICES, Text

PER_YEAR: Final = Text("per year", "mỗi năm")


class UnknownOutcome(ValueError):
    """No such outcome, or not of these units; the message lists what there is."""


@dataclass(frozen=True)
class Outcome:
    """One number of a unit and a period.

    Attributes
    ----------
    name : str
    text, unit : Text
        What it is and its unit, for titles and axes.
    count : callable
        From a frame of `dicu_analysis.compare.sources` to one number per row.
    needs : tuple of str
        Columns that it reads.
    flow : bool
        Happens during the period, so that there is none at the start.
    digits : int
        Decimals that a reader needs.
    """

    name: str
    text: Text
    unit: Text
    count: Callable[[pd.DataFrame], pd.Series]
    needs: tuple[str, ...]
    flow: bool = False
    digits: int = 0

    def of(self, frame: pd.DataFrame) -> pd.Series:
        """One number per row of a frame, not-a-number where there is none."""
        made = self.count(frame).astype(np.float64)
        return made.where(frame["years"] > 0) if self.flow else made


def _share(part: str, whole: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: 100.0 * f[part] / f[whole].where(f[whole] > 0)


def _column(name: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f[name]


def _per_year(*columns: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: sum((f[c] for c in columns[1:]), f[columns[0]]) / f["years"].where(f["years"] > 0)


def _rate(columns: Mapping[str, int]) -> Callable[[pd.DataFrame], pd.Series]:
    """Signed sum of flows per 1,000 persons at the end of the period and year."""

    def count(f: pd.DataFrame) -> pd.Series:
        total = sum((sign * f[c] for c, sign in columns.items()), 0.0 * f["years"])
        exposure = (f["persons"] * f["years"]).where(f["years"] > 0)
        return 1000.0 * total / exposure.where(exposure > 0)

    return count


_PER_1000: Final = Text("per 1,000 residents and year", "trên 1.000 dân mỗi năm")
_PERCENT: Final = Text("%", "%")
_PERSONS: Final = Text("persons per year", "người mỗi năm")
_HOUSEHOLDS: Final = Text("households per year", "hộ mỗi năm")

NAMED: Final = (
    Outcome("urban_share", Text("Residents of urban places", "Dân cư ở đô thị"), _PERCENT,
            _share("urban_persons", "persons"), ("urban_persons", "persons"), digits=2),
    Outcome("residents", Text("Residents", "Dân số"), Text("persons", "người"),
            lambda f: f["persons"], ("persons",)),
    Outcome("moves", Text("Moves of households", "Lượt di chuyển của hộ"), _HOUSEHOLDS,
            _per_year("out_households", "within_households"), ("out_households", "within_households"), flow=True),
    Outcome("move_rate", Text("Persons who moved", "Số người di chuyển"), _PER_1000,
            _rate({"out_persons": 1, "within_persons": 1}), ("out_persons", "within_persons", "persons"),
            flow=True, digits=2),
    Outcome("in_rate", Text("Arrivals", "Nhập cư"), _PER_1000, _rate({"in_persons": 1}), ("in_persons", "persons"),
            flow=True, digits=2),
    Outcome("out_rate", Text("Departures", "Xuất cư"), _PER_1000, _rate({"out_persons": 1}),
            ("out_persons", "persons"), flow=True, digits=2),
    Outcome("net_rate", Text("Net migration", "Di cư thuần"), _PER_1000, _rate({"in_persons": 1, "out_persons": -1}),
            ("in_persons", "out_persons", "persons"), flow=True, digits=2),
    Outcome("net_migration", Text("Net migration", "Di cư thuần"), _PERSONS,
            lambda f: (f["in_persons"] - f["out_persons"]) / f["years"].where(f["years"] > 0),
            ("in_persons", "out_persons"), flow=True),
    Outcome("to_cities", Text("Persons who moved from rural to urban places", "Số người chuyển từ nông thôn ra đô thị"),
            _PERSONS, _per_year("rural_to_urban_persons"), ("rural_to_urban_persons",), flow=True),
    Outcome("between_provinces", Text("Moves between provinces of the start", "Lượt di chuyển giữa các tỉnh ban đầu"),
            _HOUSEHOLDS, _per_year("moves_between_provinces"), ("moves_between_provinces",), flow=True),
    Outcome("formal_share", Text("Workers with a formal job", "Lao động có việc làm chính thức"), _PERCENT,
            _share("formal_workers", "workers"), ("formal_workers", "workers"), digits=2),
    *(Outcome(f"access_{service}", Text(f"Access: {words.en}", f"Khả năng tiếp cận: {words.vi}"),
              Text("index", "chỉ số"), _column(f"access_{service}"), (f"access_{service}",), digits=3)
      for service, words in SERVICES.items()),
)  # fmt: skip
"""Outcomes with a name of their own. `moves` counts each household once: where it left from."""
STANDARD: Final = ("residents", "urban_share", "move_rate", "net_rate", "access_commune_administration")
"""Outcomes of a comparison for which none were asked."""


@cache
def _columns() -> dict[str, Column]:
    """Columns that can be asked for by their own name: those of the country, and those of results of sweeps."""
    made = {c.name: c for c in tables()["national"].columns}
    for prefix, table in (("gov_", "governments"), ("market_", "districts")):
        made |= {f"{prefix}{c.name}": c for c in tables()[table].columns}
    return made


def outcome(name: str, columns: list[str]) -> Outcome:
    """The outcome of that name, where the columns have what it needs.

    Parameters
    ----------
    name : str
        One of `NAMED`, or a column.
    columns : list of str
        Of the frame that it is to be read from.

    Raises
    ------
    UnknownOutcome
        When there is none, or these units have not what it needs; what there is stands in the message.
    """
    there = set(columns)
    known = {o.name: o for o in NAMED}
    found = known.get(name)
    if found is not None and set(found.needs) <= there:
        return found
    if name in there and name in _columns():
        return _plain(name, _columns()[name])
    can = possible(columns)
    near = suggest(name, can)
    hint = f"; did you mean {near}?" if near else ""
    lacking = f" (it needs {', '.join(sorted(set(found.needs) - there))})" if found else ""
    raise UnknownOutcome(
        f"outcome: {name!r} is not known of these units{lacking}, allowed {', '.join(can)}{hint}"
    )


def possible(columns: list[str]) -> list[str]:
    """Names of the outcomes that a frame with these columns has, those in both languages first."""
    there = set(columns)
    named = [o.name for o in NAMED if set(o.needs) <= there]
    plain = [c for c in columns if c in _columns() and c not in named and c not in ("step", "period")]
    return [*named, *plain]


def _plain(name: str, column: Column) -> Outcome:
    """A column as an outcome; one that happens during a step is given per year. Its text is that of the codebook."""
    per = " per year" if column.flow and column.adds else ""
    return Outcome(
        name,
        Text(column.text, column.text),
        Text(f"{column.unit}{per}", f"{column.unit}{f' {PER_YEAR.vi}' if per else ''}"),
        _per_year(name) if per else _column(name),
        (name,),
        flow=column.flow,
        digits=0 if column.dtype.startswith("int") else 2,
    )


def say(text: Text, language: str) -> str:
    """A text in one language."""
    return text.vi if language == "vi" else text.en
