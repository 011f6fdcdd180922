"""What processes of one run say to one another: sums, lists and buffers, in the order of their numbers.

`Ranks` is the run on one process, where there is nobody to talk to: every exchange gives back what went in. The same
calls among many processes are in `dicu.compute.mpi`. Nothing but arrays is exchanged, and no order depends on time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Spent(NamedTuple):
    """What one kind of exchange cost a process: how often, bytes that it sent to others, seconds until it was done."""

    calls: int
    bytes: int
    seconds: float


@dataclass(eq=False)
class Ranks:
    """One process, alone: rank 0 of 1.

    Attributes
    ----------
    number, size : int
        Rank of this process, and how many there are.
    spent : dict of str to Spent
        By kind of exchange.
    """

    number: int = 0
    size: int = 1
    spent: dict[str, Spent] = field(default_factory=dict)

    @property
    def first(self) -> bool:
        """Whether this is the process that writes."""
        return self.number == 0

    def sum(self, kind: str, array: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sum of arrays of one shape over the ranks, element by element: integers, so exact, and the same on all."""
        return array

    def total(self, kind: str, *numbers: int) -> list[int]:
        """Sums of a few numbers over the ranks."""
        return [int(k) for k in self.sum(kind, np.array(numbers, dtype=np.int64))]

    def least[T: np.generic](self, kind: str, array: NDArray[T]) -> NDArray[T]:
        """Least of arrays of one shape and dtype over the ranks, element by element."""
        return array

    def most[T: np.generic](self, kind: str, array: NDArray[T]) -> NDArray[T]:
        """Largest of arrays of one shape and dtype over the ranks, element by element."""
        return array

    def everyone[T: np.generic](self, kind: str, array: NDArray[T]) -> NDArray[T]:
        """The arrays (k,) of all ranks one after another, on each of them."""
        return array

    def first_gets[T: np.generic](self, kind: str, array: NDArray[T]) -> NDArray[T]:
        """The arrays (k,) of all ranks one after another on the first; nothing on the others."""
        return array

    def exchange[T: np.generic](self, kind: str, parts: Sequence[NDArray[T]]) -> list[NDArray[T]]:
        """Send the k-th of some arrays (k,) of one dtype to rank k; returns what each rank sent here."""
        return list(parts)

    def dealt[T: np.generic](self, kind: str, parts: Sequence[NDArray[T]], dtype: Any) -> NDArray[T]:
        """The first gives each rank its array (k,); the others give nothing. Returns the one of this rank."""
        return parts[0]

    def told[T: np.generic](self, kind: str, array: NDArray[T] | None) -> NDArray[T]:
        """What the first says, on all: any shape and dtype without objects; the others give None."""
        assert array is not None
        return array


ALONE = Ranks()
"""For whoever runs on one process."""

__all__ = ["ALONE", "Ranks", "Spent"]
