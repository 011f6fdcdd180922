"""Tables and numbers of the pages that experiments, fits and forecasts write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

RULES: Final = {"l": "---|", "r": "---:|"}


def table(head: Sequence[str], rows: Iterable[Sequence[str]], align: str = "") -> list[str]:
    """Lines of a table.

    Parameters
    ----------
    head : sequence of str
        Names of the columns.
    rows : iterable of sequence of str
        A text a column.
    align : str
        A letter a column, l for words and r for numbers; empty: all are words.

    Raises
    ------
    ValueError
        When there are not as many letters as columns.
    """
    sides = align or "l" * len(head)
    if len(sides) != len(head):
        raise ValueError(f"align has {len(sides)} letters for {len(head)} columns (got {align!r})")
    rule = "|" + "".join(RULES[side] for side in sides)
    return [_line(head), rule, *(_line(row) for row in rows)]


def number(value: float) -> str:
    """Three digits, or whole from a thousand on; nothing for what is not a number."""
    if not np.isfinite(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


__all__ = ["number", "table"]
