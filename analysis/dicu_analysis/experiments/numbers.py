"""Numbers and tables of an experiment's page, as the language of its reader writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dicu_analysis import markdown
from dicu_analysis.language import MINUS, Words


def value(w: Words, x: float | None) -> str:
    """A number to four figures, whole where English would write a power of ten."""
    if x is None:
        return "-"
    text = f"{x:.4g}"
    if w.vi and "e+" in text:
        return w.num(x)
    return w.signs(text).replace("-", MINUS)


def count(w: Words, x: float | None) -> str:
    """A whole number."""
    return "-" if x is None else w.signs(f"{x:,.0f}").replace("-", MINUS)


def interval(w: Words, x: tuple[float | None, float | None]) -> str:
    """Both ends of an interval."""
    if None in x:
        return w.t("none", "không có")
    low, high = (value(w, end) for end in x)
    return w.t(f"{low} to {high}", f"từ {low} đến {high}")


def p_value(w: Words, x: float | None) -> str:
    """A p-value to four decimals."""
    if x is None:
        return "-"
    return w.signs("< 0.0001" if x < 1e-4 else f"{x:.4f}")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table and the empty line below it."""
    return [*markdown.table(head, rows), ""]


__all__ = ["count", "interval", "p_value", "table", "value"]
