"""What the household pass emits: who moves where, whose life changed, and the money that came and went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

SEEKER_MASK: Final = 0x0F
DEAD_WORKERS_SHIFT: Final = 16
DEAD_WORKERS_MASK: Final = 0x07
PARTING_SHIFT: Final = 19
PARTING_MASK: Final = 0x07
"""Where in a life event's mask who seeks, how many of those who died were of working age, and who parts from the
parents, begin and end."""


class WorkTally(NamedTuple):
    """What a pass did to formal jobs, in workers of rows, and which offers it made, in rows; each (L,) int64.

    Attributes
    ----------
    found, lost, left
        Workers who found a formal job at home, lost theirs, or gave it up for farming, by district of residence.
    made, taken, lapsed
        Jobs offered from afar, those taken and those not, by the district of the place they were offered in.
    """

    found: NDArray[np.int64]
    lost: NDArray[np.int64]
    left: NDArray[np.int64]
    made: NDArray[np.int64]
    taken: NDArray[np.int64]
    lapsed: NDArray[np.int64]


def no_work(n_districts: int) -> WorkTally:
    """A tally of nothing."""
    return WorkTally(*(np.zeros(n_districts, dtype=np.int64) for _ in WorkTally._fields))


@dataclass(frozen=True, eq=False)
class Events:
    """E moves and V life events of one step, in no particular order: the commit sorts them by uid.

    Attributes
    ----------
    row, destination, leaver, reason : (E,) int32, uint16, int8, uint8
        Row of the household that decided; place index; member who leaves alone (-1: everybody); index into `REASONS`.
    life_row, life_mask : (V,) int32
        Rows whose life changed (already written there) and how: bits 0-5 deaths by slot before, 6-11 births by mother,
        12-15 1 + the slot of who seeks a partner, 16-18 how many of the dead were of working age, 19-21 1 + the slot of
        the man who parts from the parents with his family.
    considered : int
        Households that considered moving, movers included.
    income, consumption : int
        Of all households in the step, wealth units.
    work : WorkTally
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
    work: WorkTally

    def __len__(self) -> int:
        return len(self.row)
