"""What the household pass emits: who moves where, and who of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Events:
    """E moves of one step, in no particular order: the commit sorts them by uid.

    Attributes
    ----------
    row : (E,) int32
        Row of the household that decided.
    destination : (E,) uint16
        Place index.
    leaver : (E,) int8
        Member who leaves alone, -1 for everybody.
    considered : int
        Households that considered moving, movers included.
    """

    row: NDArray[np.int32]
    destination: NDArray[np.uint16]
    leaver: NDArray[np.int8]
    considered: int

    def __len__(self) -> int:
        return len(self.row)
