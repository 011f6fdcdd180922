"""What the household pass emits: who moves where, whose life changed, and the money that came and went."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Events:
    """E moves and V life events of one step, in no particular order: the commit sorts them by uid.

    Attributes
    ----------
    row, destination, leaver, reason : (E,) int32, uint16, int8, uint8
        Row of the household that decided; place index; member who leaves alone (-1: everybody); index into `REASONS`.
    life_row, life_mask : (V,) int32
        Rows whose life changed (already written there) and how: bits 0-5 deaths by slot before, 6-11 births by mother,
        from 12 on 1 + the slot of who seeks a partner.
    considered : int
        Households that considered moving, movers included.
    income, consumption : int
        Of all households in the step, wealth units.
    """

    row: NDArray[np.int32]
    destination: NDArray[np.uint16]
    leaver: NDArray[np.int8]
    reason: NDArray[np.uint8]
    life_row: NDArray[np.int32]
    life_mask: NDArray[np.int32]
    considered: int
    income: int
    consumption: int

    def __len__(self) -> int:
        return len(self.row)
