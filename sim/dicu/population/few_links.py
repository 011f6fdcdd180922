"""A few of the links, taken out of the table to be changed: a step looks for them once and changes them twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.population import link_kernels as kernels

_END: Final = 0xFFFFFFFF


def as_rows(rows: NDArray[np.integer], what: str) -> NDArray[np.int64]:
    """Row numbers as int64, checked to fit the table."""
    made = np.asarray(rows).astype(np.int64)
    if made.ndim != 1:
        raise ValueError(f"{what}: one row number a link, a 1-D array; got shape {made.shape}")
    if len(made) and not 0 <= int(made.min()) <= int(made.max()) < _END:
        raise ValueError(
            f"{what}: rows from {int(made.min())} to {int(made.max())}; 0 to {_END - 1:,} is allowed"
        )
    return made


def _names(rows: NDArray[np.int64], new: NDArray[np.int64], what: str) -> kernels.Names:
    """New names of rows, each of which must stand there once."""
    bits, before, to, twice = kernels.index_rows(rows, new)
    if twice >= 0:
        raise ValueError(f"{what}: row {int(twice)} stands there twice")
    return kernels.Names(bits, before, to)


@dataclass(eq=False)
class Few:
    """Some of the links, written out: found by `Links.few`, changed here, given back by `Links.put_back`.

    Attributes
    ----------
    at : (K,) int64
        Where they stand in the table, ascending.
    child, parent : (K,) int64
        Rows; a child of -1 has no link any more.
    """

    at: NDArray[np.int64]
    child: NDArray[np.int64]
    parent: NDArray[np.int64]

    @classmethod
    def room_for(cls, k: int) -> Few:
        """Room for K links, yet to be written."""
        return cls(*(np.empty(k, dtype=np.int64) for _ in range(3)))

    @classmethod
    def together(cls, parts: Sequence[Few]) -> Few:
        """The links of several parts, one after the other."""
        none = np.empty(0, dtype=np.int64)
        return cls(
            np.concatenate([none, *(part.at for part in parts)]),
            np.concatenate([none, *(part.child for part in parts)]),
            np.concatenate([none, *(part.parent for part in parts)]),
        )

    def __len__(self) -> int:
        return len(self.at)

    def _drop(self) -> int:
        """Drop those that lack an end or whose ends are the same; returns how many."""
        lost = (self.child >= 0) & ((self.parent < 0) | (self.child == self.parent))
        self.child[lost] = -1
        return int(np.count_nonzero(lost))

    def rename_parents(self, old: NDArray[np.integer], new: NDArray[np.integer]) -> None:
        """Give parents that are known by other rows, or addresses, now their new names: (M,) each, none twice."""
        if len(old):
            kernels.renamed(self.parent, _names(as_rows(old, "old"), as_rows(new, "new"), "old"))

    def merge_into(self, old_parent_rows: NDArray[np.integer], new_parent_rows: NDArray[np.integer]) -> int:
        """As `Links.merge_into`, for these links."""
        old, new = as_rows(old_parent_rows, "old_parent_rows"), as_rows(new_parent_rows, "new_parent_rows")
        if len(old) != len(new):
            raise ValueError(f"{len(old)} old and {len(new)} new parent rows: each joins one")
        if not len(old):
            return 0
        ends = kernels.ends(new, _names(old, new, "old_parent_rows"))
        if bool(np.any(ends < 0)):
            raise ValueError(f"row {int(old[ends < 0][0])} joins, in the end, itself: a circle of households")
        kernels.renamed(self.parent, _names(old, ends, "old_parent_rows"))
        return self._drop()

    def remap(
        self, gone: NDArray[np.integer], source: NDArray[np.integer], target: NDArray[np.integer]
    ) -> int:
        """As `Links.remap`, for these links."""
        gone, source = as_rows(gone, "gone"), as_rows(source, "source")
        target = as_rows(target, "target")
        if len(source) != len(target):
            raise ValueError(f"{len(source)} source rows and {len(target)} target rows: each moves to one")
        rows = np.concatenate([gone, source])
        if not len(rows):
            return 0
        to = np.concatenate([np.full(len(gone), -1, dtype=np.int64), target])
        names = _names(rows, to, "gone and source")
        left = self.child >= 0
        kernels.renamed(self.child, names)
        kernels.renamed(self.parent, names)
        return int(np.count_nonzero(left & (self.child < 0))) + self._drop()


__all__ = ["Few", "as_rows"]
