"""Layout of the packed word of a member: what the household pass sums over the members of a row.

Bits 0-25 bound the member's hazard of a life event in 2^-26, bits 26-28 count members of working age, bits 29-31
members. Six members, as many as a row has, are summed without an overflow from one part into the next.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.population.columns import BIRTH_YEAR_ZERO
from dicu.population.life_stage import WORKING_FROM, WORKING_UNTIL

# bits of each part and where it begins
HAZARD_BITS: Final = 26
HAZARD_MASK: Final = (1 << HAZARD_BITS) - 1
WORKER_SHIFT: Final = HAZARD_BITS
PERSON_SHIFT: Final = WORKER_SHIFT + 3
COUNT_MASK: Final = 0x07


def ages_of_bytes(year: int) -> NDArray[np.int64]:
    """Age in a year by member byte (256,), int64; that of byte 0, which is nobody, means nothing."""
    age: NDArray[np.int64] = np.maximum(0, year - BIRTH_YEAR_ZERO - (np.arange(256) >> 1))
    return age


def counting_words(year: int) -> NDArray[np.uint32]:
    """Words by member byte (256,) at the ages of a year, uint32: who is a member and of working age, no hazard yet."""
    age = ages_of_bytes(year)
    working = (age >= WORKING_FROM) & (age <= WORKING_UNTIL)
    word: NDArray[np.uint32] = working.astype(np.uint32) << np.uint32(WORKER_SHIFT)
    word |= np.uint32(1 << PERSON_SHIFT)
    word[0] = 0  # nobody
    return word
