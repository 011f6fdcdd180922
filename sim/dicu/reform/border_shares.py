"""Shares that a table of reforms states: what each part of a split commune gets where residents do not decide."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.government.overlay import Shares
from dicu.reform.border_checks import Row, listed, row_of, share_meant, share_of
from dicu.world.table_checks import Problems
from dicu.world.world import Units

SHARED: Final = ("money", "capital", "running", "staff")
"""What a split may divide otherwise than by residents; columns ``money_share`` and so on."""
TOLERANCE: Final = 1e-9
"""Shares may miss 1 by so much: decimals that a person writes."""


@dataclass(frozen=True)
class StatedShares:
    """Shares that the rows of one date state.

    Attributes
    ----------
    source : (P,) int32
        Number of the commune of before, by place; -1 where residents decide.
    given : dict
        Word of `SHARED` -> {(number, code of a commune that takes a part): share}.
    """

    source: NDArray[np.int32]
    given: dict[str, dict[tuple[int, str], float]]

    def among(self, communes: Units) -> Shares | None:
        """The same by the ranks of the communes in force then; None where residents decide everywhere."""
        if not self.given:
            return None
        rank = {code: i for i, code in enumerate(communes.code.tolist())}
        given = {
            what: {(source, rank[to]): share for (source, to), share in parts.items()}
            for what, parts in self.given.items()
        }
        return Shares(self.source, given)


def stated_shares(rows: list[Row], before: Any, path: Path, problems: Problems) -> StatedShares:
    """The shares that rows state; those of one unit add up to 1 and every part of it has one.

    Parameters
    ----------
    rows
        Of the communes of one date.
    before : (P,) object
        Codes of the communes of the day before.
    path, problems
        The table, and where it is noted what is wrong in it.
    """
    source = np.full(len(before), -1, dtype=np.int32)
    given: dict[str, dict[tuple[int, str], float]] = {}
    by_unit: dict[str, list[Row]] = {}
    for row in rows:
        by_unit.setdefault(row["from"], []).append(row)
    for number, (code, mine) in enumerate(sorted(by_unit.items())):
        for what in SHARED:
            parts = _parts_of(code, mine, f"{what}_share", number, path, problems)
            if parts is not None:
                source[before == code] = number
                given.setdefault(what, {}).update(parts)
    return StatedShares(source, given)


def _parts_of(
    code: str, rows: list[Row], column: str, number: int, path: Path, problems: Problems
) -> dict[tuple[int, str], float] | None:
    """Shares of the parts of one unit in one column; None where no row states one."""
    said = [row for row in rows if row[column] != ""]
    if not said:
        return None
    parts: dict[tuple[int, str], float] = {}
    for row in said:
        share = share_of(row[column])
        if share is None:
            problems.cell(
                path, row_of(row), column, row[column], f"a number within 0..1{share_meant(row[column])}"
            )
        parts[number, row["to"]] = parts.get((number, row["to"]), 0.0) + (share or 0.0)
    left = {row["to"] for row in rows} - {to for _, to in parts}
    total = sum(parts.values())
    if abs(total - 1.0) > TOLERANCE or left:
        none = f"; none is stated for {listed(sorted(left))}" if left else ""
        problems.note(
            f"{path}: rows {listed(row_of(row) for row in rows)}: column {column}: the shares of "
            f"{code} add up to {total:.12g} (allowed: 1, with one for every unit that takes a part{none})"
        )
    return parts
