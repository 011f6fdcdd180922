"""What an output table is declared with: columns, data types, and the columns that tables of steps begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

UNITS: Final[dict[str, bool]] = {
    **dict.fromkeys(
        ("persons", "households", "families", "couples", "places", "jobs", "posts", "dwellings", "desks", "M VND"), True
    ),
    **dict.fromkeys(
        (
            "1", "id", "label", "step", "years", "km2", "persons/km2", "degree", "m2/person", "M VND/month", "min",
            "index", "share", "ratio", "probability", "1/256",
        ),
        False,
    ),
}  # fmt: skip
"""Units of columns, and whether such a number adds up over units of government or over markets."""
MONEY: Final = {"M VND": "_mvnd", "M VND/month": "_mvnd_per_month"}
"""How the name of a column of money ends: amounts in million dong, and pay and rents per month."""


@dataclass(frozen=True)
class Column:
    """One output column.

    Attributes
    ----------
    name : str
    dtype : str
        One of `DTYPES`; "code" is a text that repeats, stored as dictionary; "period" is one
        in the order of the calendar, so that it sorts and compares.
    unit : str
        "1" for pure numbers, "id" for identifiers, "label" for text.
    text, source : str
        What it means; the rule or file it comes from.
    scaled : bool
        Counted in rows by the model and multiplied by ``population.weight`` by the recorder.
    flow : bool
        What happened during the step: null at step 0, before anything could.
    tenths : bool
        Counted by the model in 0.1 M VND, written in M VND; tenths come back exactly by rounding.
    sums : bool or None
        Whether it adds up over units of government or markets; None: as its unit says (`UNITS`).

    Raises
    ------
    ValueError
        For a unit that `UNITS` does not know, or money whose unit is not at the end of its name (`MONEY`).
    """

    name: str
    dtype: str
    unit: str
    text: str
    source: str
    scaled: bool = False
    flow: bool = False
    tenths: bool = False
    sums: bool | None = None

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"column {self.name!r}: unknown unit {self.unit!r} (allowed {', '.join(UNITS)})")
        ends = [end for end in MONEY.values() if self.name.endswith(end)]
        if ends != [MONEY[unit] for unit in MONEY if unit == self.unit]:
            raise ValueError(f"column {self.name!r}: the name does not end as its unit {self.unit!r} says")

    @property
    def adds(self) -> bool:
        """Whether it adds up over units; else it is averaged over the people concerned."""
        return UNITS[self.unit] if self.sums is None else self.sums


@dataclass(frozen=True)
class Table:
    """One output table: its file, what one row is, its columns in order."""

    name: str
    file: str
    text: str
    columns: tuple[Column, ...]

    def schema(self) -> pa.Schema:
        """The Arrow schema of the file."""
        return pa.schema([pa.field(c.name, DTYPES[c.dtype], nullable=c.flow) for c in self.columns])


DTYPES: Final[dict[str, pa.DataType]] = {
    "int32": pa.int32(),
    "int64": pa.int64(),
    "uint64": pa.uint64(),
    "float32": pa.float32(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "text": pa.string(),
    "code": pa.dictionary(pa.int32(), pa.string()),
    "period": pa.dictionary(pa.int32(), pa.string(), ordered=True),
}
FRICTIONLESS: Final = {
    "int32": "integer",
    "int64": "integer",
    "uint64": "integer",
    "float32": "number",
    "float64": "number",
    "bool": "boolean",
    "text": "string",
    "code": "string",
    "period": "string",
}

STEP: Final = (
    Column("step", "int32", "step", "0 is the state before the first step; k is the k-th step", "calendar"),
    Column(
        "period",
        "period",
        "label",
        "period of the step, e.g. 2025Q3; at step 0 the period before",
        "calendar",
    ),
)
