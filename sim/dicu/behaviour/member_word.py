"""Layout of the packed word of a member: what the household pass sums over the members of a row.

Bits 0-25 bound the member's hazard of a life event in 2^-26, bits 26-28 count members of working age, bits 29-31
members. Six members, as many as a row has, are summed without an overflow from one part into the next.
"""

from __future__ import annotations

from typing import Final

# bits of each part and where it begins
HAZARD_BITS: Final = 26
HAZARD_MASK: Final = (1 << HAZARD_BITS) - 1
WORKER_SHIFT: Final = HAZARD_BITS
PERSON_SHIFT: Final = WORKER_SHIFT + 3
COUNT_MASK: Final = 0x07
