"""What an output table is declared with: columns, data types, and the columns that tables of steps begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa  # type: ignore[import-untyped]


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
    """

    name: str
    dtype: str
    unit: str
    text: str
    source: str
    scaled: bool = False


@dataclass(frozen=True)
class Table:
    """One output table: its file, what one row is, its columns in order."""

    name: str
    file: str
    text: str
    columns: tuple[Column, ...]

    def schema(self) -> pa.Schema:
        """The Arrow schema of the file."""
        return pa.schema([pa.field(c.name, DTYPES[c.dtype], nullable=False) for c in self.columns])


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
    "int32": "integer", "int64": "integer", "uint64": "integer", "float32": "number", "float64": "number",
    "bool": "boolean", "text": "string", "code": "string",
    "period": "string",
}  # fmt: skip

STEP: Final = (
    Column("step", "int32", "step", "0 is the state before the first step; k is the k-th step", "calendar"),
    Column("period", "period", "label", "period of the step, e.g. 2025Q3; at step 0 the period before",
           "calendar"),
)  # fmt: skip
