"""Table ``households``: chosen households one by one, as they are at the end of recorded steps."""

from __future__ import annotations

from typing import Final

from dicu.record.declare import STEP, Column, Table

_ROW: Final = "household columns"

HOUSEHOLDS: Final = Table(
    "households", "households.parquet",
    "one row per chosen household and recorded step, by step and uid; only with record.households.where",
    (
        *STEP,
        Column("uid", "uint64", "id", "the household; the same in scenarios that share population and history", _ROW),
        Column("place", "uint64", "id", "place key of where it lives", _ROW),
        Column("home_place", "uint64", "id", "place key of where it came from; its own place for natives", _ROW),
        Column("households", "int64", "households", "households that the row stands for", _ROW, scaled=True),
        Column("persons", "int32", "persons", "members of the household, not multiplied", _ROW),
        Column("workers", "int32", "persons", "of those, members of working age", _ROW),
        Column("eldest", "int32", "years", "age of the eldest member", _ROW),
        Column("stage", "code", "label", "life stage: young adult, children, other, elderly", _ROW),
        Column("skill", "code", "label", "unskilled or skilled", _ROW),
        Column("sector", "code", "label", "main sector of work", _ROW),
        Column("formal", "bool", "1", "whether its workers have formal jobs", _ROW),
        Column("income_quantile", "int32", "1/256", "rank of its lasting luck in income, 0-255", _ROW),
        Column("ties", "float64", "1", "attachment to the place, 0 to 1; natives have 1", "rule `ties`"),
        Column("wealth_mvnd", "float64", "M VND", "wealth of one household, not multiplied", "rule `wealth`"),
    ),
)  # fmt: skip
