"""Identities of new households: hashes that are never given twice."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.draws import hash64_2
from dicu.compute.kernel import kernel
from dicu.compute.pool import over_blocks

_FILTER_BITS: Final = 22
"""Half a megabyte: it stays in the cache of a core."""
_BLOCK: Final = 1 << 14
_ROOM_A_UID: Final = 4


@kernel
def _enter(new: NDArray[np.uint64], filter_bits: NDArray[np.uint8], slots: NDArray[np.int32]) -> bool:
    """Enter new identities in the filter, by top bits, and a table, by low ones; True if one is there twice.

    Parameters
    ----------
    slots : (a power of two,) int32
        Places in ``new``, -1 for none.
    """
    shift = np.uint64(64 - _FILTER_BITS)
    mask = np.uint64(slots.shape[0] - 1)
    for k in range(new.shape[0]):
        top = new[k] >> shift
        filter_bits[top >> np.uint64(3)] |= np.uint8(1) << np.uint8(top & np.uint64(7))
        at = new[k] & mask
        while slots[at] >= 0:
            if new[slots[at]] == new[k]:
                return True
            at = (at + np.uint64(1)) & mask
        slots[at] = k
    return False


@kernel
def _meets(
    existing: NDArray[np.uint64],
    new: NDArray[np.uint64],
    filter_bits: NDArray[np.uint8],
    slots: NDArray[np.int32],
    listed: NDArray[np.int32],
) -> bool:
    """Whether any of ``existing`` is among the new ones: the filter without a branch first, then the table."""
    shift = np.uint64(64 - _FILTER_BITS)
    mask = np.uint64(slots.shape[0] - 1)
    k = np.int64(0)
    for i in range(existing.shape[0]):
        top = existing[i] >> shift
        listed[k] = i
        k += np.int64((filter_bits[top >> np.uint64(3)] >> np.uint8(top & np.uint64(7))) & np.uint8(1))
    for f in range(k):
        uid = existing[listed[f]]
        at = uid & mask
        while slots[at] >= 0:
            if new[slots[at]] == uid:
                return True
            at = (at + np.uint64(1)) & mask
    return False


def unique(existing: NDArray[np.uint64], new: NDArray[np.uint64]) -> bool:
    """Whether all ``new`` identities differ from one another and from the existing ones: almost surely."""
    bits = np.zeros(1 << (_FILTER_BITS - 3), dtype=np.uint8)
    slots = np.full(1 << int(_ROOM_A_UID * max(len(new), 1)).bit_length(), -1, dtype=np.int32)
    if _enter(new, bits, slots):
        return False
    n = len(existing)
    met: list[int] = []

    def work(first: int, last: int) -> None:
        listed = np.empty(_BLOCK + 1, dtype=np.int32)
        for b in range(first, last):
            if _meets(existing[b * _BLOCK : min(n, (b + 1) * _BLOCK)], new, bits, slots, listed):
                met.append(b)

    over_blocks(work, -(-n // _BLOCK))
    return not met


@njit(cache=True)
def _children(key: np.uint64, parents: NDArray[np.uint64], ordinal: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Hash of each parent and ordinal under the step's key."""
    uid = np.empty(parents.shape[0], dtype=np.uint64)
    for k in range(parents.shape[0]):
        uid[k] = hash64_2(key, parents[k], ordinal[k])
    return uid


def new_uids(existing: NDArray[np.uint64], parents: NDArray[np.uint64], key: np.uint64) -> NDArray[np.uint64]:
    """Identities of new households, (E,) uint64: a hash of the parent's uid, the step (in the key) and an ordinal.

    The ordinal counts upwards while the hash is taken; of two that would get one identity the child of the smaller
    parent's uid keeps it. So the same child has the same identity in every scenario, in whatever order they come.

    Parameters
    ----------
    existing : (N,) uint64
        Identities in use.
    parents : (E,) uint64
        One child each.
    """
    ordinal = np.zeros(len(parents), dtype=np.int64)
    uid = _children(key, parents, ordinal)
    while not unique(existing, uid):
        order = np.lexsort((parents, uid))
        ranked = uid[order]
        again = np.zeros(len(uid), dtype=np.bool_)
        again[order] = np.isin(ranked, existing)
        again[order[1:]] |= ranked[1:] == ranked[:-1]  # the first of them keeps its identity
        ordinal[again] += 1
        uid = _children(key, parents, ordinal)
    return uid
