"""Identities of new households: hashes that are never given twice."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour.draws import hash64_2
from sim.pool import over_blocks

_FILTER_BITS = 24
_PARTS = 32


@njit(cache=True)
def _filter(new: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """One bit for the top bits of each new identity, so small that it stays in the cache."""
    bits = np.zeros(1 << (_FILTER_BITS - 3), dtype=np.uint8)
    for k in range(new.shape[0]):
        top = new[k] >> np.uint64(64 - _FILTER_BITS)
        bits[top >> np.uint64(3)] |= np.uint8(1) << np.uint8(top & np.uint64(7))
    return bits


@njit(cache=True, nogil=True)
def _look(
    lo: int,
    hi: int,
    existing: NDArray[np.uint64],
    new: NDArray[np.uint64],
    bits: NDArray[np.uint8],
    taken: NDArray[np.bool_],
) -> None:
    """Mark which of the sorted ``new`` stand among existing[lo:hi]: first the filter, then a search."""
    shift = np.uint64(64 - _FILTER_BITS)
    for i in range(lo, hi):
        top = existing[i] >> shift
        if bits[top >> np.uint64(3)] & (np.uint8(1) << np.uint8(top & np.uint64(7))):
            k = np.searchsorted(new, existing[i])
            if k < new.shape[0] and new[k] == existing[i]:
                taken[k] = True


def _taken(existing: NDArray[np.uint64], new: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which of the sorted ``new`` uids stand among ``existing``."""
    taken = np.zeros(len(new), dtype=np.bool_)
    bits, n = _filter(new), len(existing)
    over_blocks(lambda a, b: _look(n * a // _PARTS, n * b // _PARTS, existing, new, bits, taken), _PARTS)
    return taken


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
    while True:
        uid = _children(key, parents, ordinal)
        order = np.lexsort((parents, uid))
        ranked = uid[order]
        again = np.zeros(len(uid), dtype=np.bool_)
        again[order] = _taken(existing, ranked)
        again[order[1:]] |= ranked[1:] == ranked[:-1]  # the first of them keeps its identity
        if not again.any():
            return uid
        ordinal[again] += 1
