"""Household columns: what one row of 24 bytes holds, and how its bits are read.

A structure of arrays; row order carries no meaning. ``uid`` is the identity, by which luck is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

MEMBERS: Final = 6
"""Most people in a household; larger ones are spread over the sizes below, with the persons kept."""

BIRTH_YEAR_ZERO: Final = 1910
N_TYPES: Final = 16
N_KINDS: Final = 2 * N_TYPES
"""Types without and, from N_TYPES on, with a formal job: the columns of tables by status."""

SECTORS: Final = ("agriculture", "industry", "service", "none")
TENURES: Final = ("own", "rent", "social", "lodging")

# attributes: bit 0 skilled, bits 1-2 sector, bits 3-4 tenure, bit 5 newly-weds live with the parents,
# bit 6 the workers outside farming have formal jobs (never set in farming), bit 7 somebody's partner lives elsewhere
SKILL_MASK: Final = 0x01
SECTOR_SHIFT: Final = 1
SECTOR_MASK: Final = 0x03
TENURE_SHIFT: Final = 3
TENURE_MASK: Final = 0x03
LODGING: Final = 0x03 << TENURE_SHIFT
"""Bits of the tenure of adults without kin who share rooms: they have no partners there, and each decides alone."""
NEWLY_WED: Final = 0x20
FORMAL: Final = 0x40
FORMAL_SHIFT: Final = 6
APART: Final = 0x80
"""A member is married to somebody who took a job elsewhere, or is the one who took it (`dicu.behaviour.kin`)."""
APART_SHIFT: Final = 7

# flags: bits 0-3 type = stage * 4 + skilled * 2 + (sector is not agriculture), bits 4-6 shock in steps left,
# bit 7 busy: touched by another event of this step, cleared by the next pass
TYPE_MASK: Final = 0x0F
SHOCK_SHIFT: Final = 4
SHOCK_MASK: Final = 0x07

BUSY: Final = 0x80

NATIVE_TIES: Final = 255
"""Ties are stored in units of 1/255; natives have 1."""

COLUMNS: Final[tuple[tuple[str, type, int], ...]] = (
    ("uid", np.uint64, 1),
    ("place", np.uint16, 1),
    ("home_place", np.uint16, 1),
    ("wealth", np.uint16, 1),
    ("member", np.uint8, MEMBERS),
    ("attributes", np.uint8, 1),
    ("income_quantile", np.uint8, 1),
    ("ties", np.uint8, 1),
    ("flags", np.uint8, 1),
)


class Rows(NamedTuple):
    """The household columns as one argument of a kernel, see `Households`; rows are its indices."""

    uid: NDArray[np.uint64]
    place: NDArray[np.uint16]
    home_place: NDArray[np.uint16]
    wealth: NDArray[np.uint16]
    member: NDArray[np.uint8]
    attributes: NDArray[np.uint8]
    income_quantile: NDArray[np.uint8]
    ties: NDArray[np.uint8]
    flags: NDArray[np.uint8]


def _column(capacity: int, dtype: type, width: int) -> NDArray[Any]:
    """One column; those with several fields keep each field contiguous, so that loops over rows vectorise."""
    return np.empty(capacity if width == 1 else (capacity, width), dtype=dtype, order="F")


def of_lodgers(attributes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which of some households (N,) lodge, by their attributes; one by one in kernels: `dicu.commit.rows.lodges`."""
    return np.asarray(attributes & np.uint8(LODGING) == LODGING)


@dataclass(eq=False)
class Households:
    """N households in columns, 24 bytes per row, with room to grow.

    Attributes
    ----------
    n : int
        Rows in use; the arrays may be longer (capacity), rows beyond ``n`` are meaningless.
    uid : uint64
        Identity, never reused.
    place, home_place : uint16
        Where the household lives; where it came from (its own place for natives).
    wealth : uint16, 0.1 M VND
    member : (capacity, 6) uint8, each of the six contiguous
        ``(birth year - 1910) << 1 | female``, 0 = nobody; eldest first, nobody last.
    attributes, flags : uint8
        Bit fields, see the constants of this module.
    income_quantile : uint8
        Rank of the household's lasting luck in income, 0..255.
    ties : uint8
        Attachment to the place in units of 1/255.
    """

    n: int
    uid: NDArray[np.uint64]
    place: NDArray[np.uint16]
    home_place: NDArray[np.uint16]
    wealth: NDArray[np.uint16]
    member: NDArray[np.uint8]
    attributes: NDArray[np.uint8]
    income_quantile: NDArray[np.uint8]
    ties: NDArray[np.uint8]
    flags: NDArray[np.uint8]

    @classmethod
    def empty(cls, n: int, capacity: int) -> Households:
        """Allocate ``capacity`` rows, ``n`` of them in use; contents are for the caller to write."""
        if not 0 <= n <= capacity:
            raise ValueError(f"need 0 <= n <= capacity, got n={n}, capacity={capacity}")
        return cls(n=n, **{name: _column(capacity, dtype, width) for name, dtype, width in COLUMNS})

    @property
    def nbytes(self) -> int:
        """Bytes of the rows in use."""
        return self.n * sum(np.dtype(dtype).itemsize * width for _, dtype, width in COLUMNS)

    @property
    def capacity(self) -> int:
        """Rows that fit without growing."""
        return len(self.uid)

    @property
    def rows(self) -> Rows:
        """The columns as they are now; taken anew after `grow`."""
        return Rows(*(getattr(self, name) for name in Rows._fields))

    def grow(self, capacity: int) -> None:
        """Make room for ``capacity`` rows, column by column, so that the peak is one column above the state."""
        for name, dtype, width in COLUMNS:
            old = getattr(self, name)
            new = _column(capacity, dtype, width)
            new[: self.n] = old[: self.n]
            setattr(self, name, new)

    def take(self, rows: NDArray[np.integer]) -> Households:
        """A copy with only ``rows``, in that order (a shuffle, a shard, a sample)."""
        made = Households.empty(len(rows), len(rows))
        for name, _, _ in COLUMNS:
            getattr(made, name)[:] = getattr(self, name)[: self.n][rows]
        return made
