"""Kernels of the links: rows renamed after a compaction or a merge, and the first parents chosen."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from sim.population.hashing import hash64

BLOCK: Final = 1 << 16
"""Links that one thread rewrites at a time."""


@njit(cache=True, parallel=True)
def rename(
    child: NDArray[np.uint32],
    parent: NDArray[np.uint32],
    bits: NDArray[np.uint64],
    rows: NDArray[np.int64],
    to: NDArray[np.int64],
    children_too: bool,
    kept: NDArray[np.int64],
) -> None:
    """Rename rows in place, block by block; what is lost leaves no gap within its block.

    Parameters
    ----------
    bits : (W,) uint64
        One bit a row, set for those in ``rows``; the last word is 0 and stands for all rows beyond.
    rows, to : (K,) int64
        Rows to rename, ascending, and their new names; -1 = gone.
    kept : (blocks,) int64
        Links left in each block, written here.
    """
    n = child.shape[0]
    last = np.uint32(bits.shape[0] - 1)
    low = np.uint32(63)
    for b in prange(kept.shape[0]):
        begin = b * BLOCK
        k = begin
        for i in range(begin, min(begin + BLOCK, n)):
            c = child[i]
            p = parent[i]
            touched = bits[min(np.uint32(p >> np.uint32(6)), last)] >> np.uint64(p & low)
            if children_too:
                touched |= bits[min(np.uint32(c >> np.uint32(6)), last)] >> np.uint64(c & low)
            if touched & np.uint64(1):
                new_c = np.int64(c)
                new_p = np.int64(p)
                at = np.searchsorted(rows, new_p)
                if at < rows.shape[0] and rows[at] == new_p:
                    new_p = to[at]
                if children_too:
                    at = np.searchsorted(rows, new_c)
                    if at < rows.shape[0] and rows[at] == new_c:
                        new_c = to[at]
                if new_c < 0 or new_p < 0 or new_c == new_p:
                    continue
                c = np.uint32(new_c)
                p = np.uint32(new_p)
            child[k] = c
            parent[k] = p
            k += 1
        kept[b] = k - begin


@njit(cache=True)
def bits_of(rows: NDArray[np.int64]) -> NDArray[np.uint64]:
    """One bit a row up to the last of ``rows`` (ascending), and a word of zeros."""
    bits = np.zeros((rows[-1] >> 6) + 2, dtype=np.uint64)
    for k in range(rows.shape[0]):
        bits[rows[k] >> 6] |= np.uint64(1) << np.uint64(rows[k] & 63)
    return bits


@njit(cache=True)
def ends(old: NDArray[np.int64], new: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of ``old`` (ascending) ends when the one it joined joins another; -1 in a circle."""
    out = np.empty(new.shape[0], dtype=np.int64)
    for k in range(new.shape[0]):
        row = new[k]
        out[k] = -1
        for _ in range(old.shape[0]):
            at = np.searchsorted(old, row)
            if at == old.shape[0] or old[at] != row:
                out[k] = row
                break
            row = new[at]
    return out


@njit(cache=True)
def gather_natives(
    place: NDArray[np.uint16],
    home_place: NDArray[np.uint16],
    first: int,
    fill: NDArray[np.int64],
    out: NDArray[np.uint32],
) -> None:
    """Rows of the natives of places first, first + 1, ..., grouped by place; ``fill`` holds where each group begins."""
    n = fill.shape[0]
    for i in range(place.shape[0]):
        j = np.int64(place[i]) - first
        if j >= 0 and j < n and place[i] == home_place[i]:
            out[fill[j]] = i
            fill[j] += 1


@njit(cache=True, parallel=True)
def sort_by_uid(uid: NDArray[np.uint64], start: NDArray[np.int64], rows: NDArray[np.uint32]) -> None:
    """Sort each group of rows by uid: an order that belongs to the households, not to their rows."""
    for j in prange(start.shape[0] - 1):
        group = rows[start[j] : start[j + 1]]
        rows[start[j] : start[j + 1]] = group[np.argsort(uid[group])]


@njit(cache=True, parallel=True)
def pick_parents(
    key: np.uint64,
    uid: NDArray[np.uint64],
    home_place: NDArray[np.uint16],
    child: NDArray[np.uint32],
    first: int,
    start: NDArray[np.int64],
    rows: NDArray[np.uint32],
    parent: NDArray[np.uint32],
) -> None:
    """Each child from one of these places takes one of its natives; the rank among them is keyed by the child's uid."""
    for k in prange(child.shape[0]):
        j = np.int64(home_place[child[k]]) - first
        if j >= 0 and j < start.shape[0] - 1 and start[j + 1] > start[j]:
            rank = hash64(key, uid[child[k]]) % np.uint64(start[j + 1] - start[j])
            parent[k] = rows[start[j] + np.int64(rank)]


@njit(cache=True)
def count_natives(
    place: NDArray[np.uint16], home_place: NDArray[np.uint16], n_places: int
) -> NDArray[np.int64]:
    count = np.zeros(n_places, dtype=np.int64)
    for i in range(place.shape[0]):
        if place[i] == home_place[i]:
            count[place[i]] += 1
    return count


@njit(cache=True)
def row_that_repeats(rows: NDArray[np.uint32], n: int) -> int:
    """The first row, all below ``n``, that stands there for the second time; -1 if none does."""
    bits = np.zeros((n >> 6) + 1, dtype=np.uint64)
    for k in range(rows.shape[0]):
        r = np.int64(rows[k])
        bit = np.uint64(1) << np.uint64(r & 63)
        if bits[r >> 6] & bit:
            return int(r)
        bits[r >> 6] |= bit
    return -1
