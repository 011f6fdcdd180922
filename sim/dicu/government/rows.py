"""Objects that are rows: an office or a budget is a face, its numbers stand in columns that a rule reads at once.

A new object gets a free row somewhere; `lay` puts those of a network side by side, in order, so that a rule works on
whole columns. Whoever holds an object reads and writes its row by the names of its fields, and notices nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]
Rows = tuple[Columns, NDArray[np.int64], Columns, NDArray[np.int64]]
"""Where offices stand: columns, the row of each, columns of budgets, the row of that of each."""

_FREE_ROWS: Final = 1024
"""Rows made at a time for objects that stand in no network."""


class Structure:
    """How often objects were laid out anew or handed over since the process began: what was looked up is stale."""

    number = 0

    @classmethod
    def changed(cls) -> None:
        """From now on, what was looked up is stale."""
        cls.number += 1


class _Field[T]:
    """One number of a row, under its name."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, row: Row, owner: type | None = None) -> T:
        return row._columns[self._name].item(row._at)  # type: ignore[no-any-return]

    def __set__(self, row: Row, value: T) -> None:
        row._columns[self._name][row._at] = value


class Whole(_Field[int]):
    """A whole number: posts, persons, dong."""

    dtype: ClassVar[type[np.generic]] = np.int64


class Real(_Field[float]):
    """A real number."""

    dtype: ClassVar[type[np.generic]] = np.float64


class Flag(_Field[bool]):
    """Yes or no."""

    dtype: ClassVar[type[np.generic]] = np.bool_


class Row:
    """An object whose fields (`Whole`, `Real`, `Flag`) stand in a row of shared columns."""

    __slots__ = ("_at", "_columns")
    _columns: Columns
    _at: int
    _free: ClassVar[tuple[Columns, count[int]]]

    @classmethod
    def columns_for(cls, n: int) -> Columns:
        """Columns of zeros for ``n`` rows, by name of the field."""
        fields = {name: field for name, field in vars(cls).items() if isinstance(field, _Field)}
        return {name: np.zeros(n, dtype=field.dtype) for name, field in fields.items()}  # type: ignore[attr-defined]

    def __init__(self) -> None:
        columns, rows = type(self).__dict__.get("_free") or self._more()
        at = next(rows)
        if at >= _FREE_ROWS:
            columns, rows = self._more()
            at = next(rows)
        self._columns, self._at = columns, at

    @classmethod
    def faces(cls, columns: Columns) -> list[Self]:
        """Objects for rows that are filled already, in their order; what a class holds besides is not set."""
        made = []
        for at in range(len(next(iter(columns.values())))):
            face = cls.__new__(cls)
            face._columns, face._at = columns, at
            made.append(face)
        return made

    @classmethod
    def _more(cls) -> tuple[Columns, count[int]]:
        cls._free = cls.columns_for(_FREE_ROWS), count()
        return cls._free


def lay(rows: Sequence[Row], kind: type[Row]) -> Columns:
    """Columns in which these objects, each once, stand in this order and nobody else does.

    They are laid out anew unless they stand so already.
    """
    if rows:
        columns = rows[0]._columns
        first = next(iter(columns.values()))
        if len(first) == len(rows) and all(r._columns is columns and r._at == i for i, r in enumerate(rows)):
            return columns
    made = kind.columns_for(len(rows))
    places: dict[int, tuple[Columns, list[int], list[int]]] = {}
    for i, row in enumerate(rows):
        _, to, at = places.setdefault(id(row._columns), (row._columns, [], []))
        to.append(i)
        at.append(row._at)
    for old, to, at in places.values():
        for name, column in made.items():
            column[to] = old[name][at]
    for i, row in enumerate(rows):
        row._columns, row._at = made, i
    Structure.changed()
    return made


def where(rows: Sequence[Row], kind: type[Row]) -> tuple[Columns, NDArray[np.int64]]:
    """Columns in which some objects stand, and the row of each, (k,) int64; laid out if they stand in several."""
    columns = rows[0]._columns if rows else kind.columns_for(0)
    if any(row._columns is not columns for row in rows):
        columns = lay(list(dict.fromkeys(rows)), kind)
    return columns, np.array([row._at for row in rows], dtype=np.int64)


def taken(columns: Mapping[str, NDArray[Any]], at: NDArray[np.int64], *names: str) -> list[NDArray[Any]]:
    """Some columns at some rows (k,), a copy each."""
    return [columns[name][at] for name in names]
