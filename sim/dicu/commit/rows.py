"""Reading and writing one household row within the commit: all numba, all on columns."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.kernel import kernel
from dicu.population.columns import (
    BUSY,
    FORMAL,
    LODGING,
    MEMBERS,
    SECTOR_MASK,
    SECTOR_SHIFT,
    TENURE_MASK,
    TENURE_SHIFT,
    TYPE_MASK,
    Rows,
)
from dicu.population.life_stage import WORKING_UNTIL, of_working_age, stage_of, type_of

_AGRICULTURE = 0
_SERVICE = 2
_RENT = 1

WARMED = 32
"""Rows that are read ahead, see `warm`."""


@kernel
def warm(h: Rows, rows: NDArray[np.integer], lo: int, hi: int) -> int:
    """Read the rows lo..hi of a list, so that misses of the cache overlap before the rows are worked on in turn."""
    seen = np.int64(0)
    for k in range(lo, hi):
        i = rows[k]
        seen ^= (
            np.int64(h.place[i]) ^ np.int64(h.home_place[i]) ^ np.int64(h.wealth[i]) ^ np.int64(h.flags[i])
        )
    for k in range(lo, hi):
        i = rows[k]
        seen ^= np.int64(h.attributes[i]) ^ np.int64(h.income_quantile[i]) ^ np.int64(h.ties[i])
    for m in range(MEMBERS):
        for k in range(lo, hi):
            seen ^= np.int64(h.member[rows[k], m])
    return int(seen)


@kernel
def size_of(h: Rows, i: int) -> int:
    """Persons in row i."""
    n = 0
    while n < MEMBERS and h.member[i, n] != 0:
        n += 1
    return n


@kernel
def take_out(h: Rows, i: int, slot: int) -> np.uint8:
    """Remove a member from row i and return its code; the others move up."""
    code = np.uint8(h.member[i, slot])
    for m in range(slot, MEMBERS - 1):
        h.member[i, m] = h.member[i, m + 1]
    h.member[i, MEMBERS - 1] = 0
    return code


@kernel
def put_in(h: Rows, i: int, code: np.uint8) -> None:
    """Add a member to row i, which must have room: eldest first, and by code among the same age."""
    m = size_of(h, i)
    while m > 0 and h.member[i, m - 1] > code:
        h.member[i, m] = h.member[i, m - 1]
        m -= 1
    h.member[i, m] = code


@kernel
def share_of_wealth(h: Rows, i: int, people: int) -> np.uint16:
    """Take an equal share a head out of row i's wealth for one of its ``people``, rounded down."""
    part = h.wealth[i] // np.uint16(people)
    h.wealth[i] -= part
    return np.uint16(part)


@kernel
def lodges(attributes: np.uint8) -> bool:
    """Whether a household is one of lodgers."""
    return bool(attributes & np.uint8(LODGING) == np.uint8(LODGING))


@kernel
def settled(attributes: np.uint8, urban: bool, tenant: bool) -> np.uint8:
    """Attributes on arrival: no farming in urban places (services instead); movers rent, and who lodged does."""
    if urban and ((attributes >> SECTOR_SHIFT) & SECTOR_MASK) == _AGRICULTURE:
        attributes = np.uint8(
            (attributes & ~np.uint8(SECTOR_MASK << SECTOR_SHIFT)) | np.uint8(_SERVICE << SECTOR_SHIFT)
        )
    if tenant or lodges(attributes):
        attributes = np.uint8(
            (attributes & ~np.uint8(TENURE_MASK << TENURE_SHIFT)) | np.uint8(_RENT << TENURE_SHIFT)
        )
    return attributes


@kernel
def employed(attributes: np.uint8) -> np.uint8:
    """Attributes with a formal job: who farmed does so no more."""
    if ((attributes >> SECTOR_SHIFT) & SECTOR_MASK) == _AGRICULTURE:
        attributes = np.uint8(attributes | np.uint8(_SERVICE << SECTOR_SHIFT))
    return np.uint8(attributes | np.uint8(FORMAL))


@kernel
def without_job(attributes: np.uint8) -> np.uint8:
    """Attributes without a formal job."""
    return np.uint8(attributes & np.uint8(0xFF ^ FORMAL))


@kernel
def formal_workers(h: Rows, i: int, year: int) -> int:
    """Formal jobs that row i fills: one for each member of working age, if it has the status."""
    if h.attributes[i] & np.uint8(FORMAL):
        return int(of_working_age(h.member[i], year, WORKING_UNTIL))
    return 0


@kernel
def refresh(h: Rows, i: int, year: int) -> None:
    """Type of row i after its members or attributes changed; it is busy until the next step."""
    kind = type_of(stage_of(h.member[i], year), h.attributes[i])
    h.flags[i] = np.uint8((h.flags[i] & ~np.uint8(TYPE_MASK)) | np.uint8(kind) | np.uint8(BUSY))


@kernel
def copy_row(h: Rows, source: int, target: int) -> None:
    """Copy every column of a row."""
    h.uid[target] = h.uid[source]
    h.place[target] = h.place[source]
    h.home_place[target] = h.home_place[source]
    h.wealth[target] = h.wealth[source]
    for m in range(MEMBERS):
        h.member[target, m] = h.member[source, m]
    h.attributes[target] = h.attributes[source]
    h.income_quantile[target] = h.income_quantile[source]
    h.ties[target] = h.ties[source]
    h.flags[target] = h.flags[source]


@njit(cache=True)
def without_holes(
    h: Rows, gone: NDArray[np.int64], n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Overwrite freed rows by the last ones; returns (sources, targets) of the rows that moved, and the new n.

    Parameters
    ----------
    gone : (G,) int64
        Freed rows, ascending.
    """
    left = n - gone.shape[0]
    source = np.empty(gone.shape[0], dtype=np.int64)
    target = np.empty(gone.shape[0], dtype=np.int64)
    moved = 0
    last = n - 1
    end = gone.shape[0] - 1
    for k in range(gone.shape[0]):
        if gone[k] >= left:
            break
        while end >= 0 and gone[end] == last:
            last -= 1
            end -= 1
        copy_row(h, last, gone[k])
        source[moved] = last
        target[moved] = gone[k]
        moved += 1
        last -= 1
    return source[:moved], target[:moved], left
