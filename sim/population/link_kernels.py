"""Kernels of the links: rows renamed after a compaction or a merge, and the first parents chosen."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.population.hashing import hash64

BLOCK: Final = 1 << 16
"""Links that one thread rewrites at a time."""


class Names(NamedTuple):
    """A dictionary from rows to new names that needs no sorting: one bit a row, and the names by rank.

    Attributes
    ----------
    bits : (W,) uint64
        Set for the rows that have one; the last word is 0 and stands for all rows beyond.
    before : (W,) int64
        Bits set in the words before.
    to : (K,) int64
        Names in the order of the rows; -1 = gone.
    """

    bits: NDArray[np.uint64]
    before: NDArray[np.int64]
    to: NDArray[np.int64]


@njit(cache=True, inline="always")
def _ones(x: np.uint64) -> int:
    """Number of bits set in a word."""
    x = np.uint64(x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555)))
    x = np.uint64((x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333)))
    x = np.uint64((x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F))
    return int(np.uint64(x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, inline="always")
def _rank(row: int, bits: NDArray[np.uint64], before: NDArray[np.int64]) -> int:
    """How many of the indexed rows are smaller than this one."""
    below = (np.uint64(1) << np.uint64(row & 63)) - np.uint64(1)
    return int(before[row >> 6] + _ones(bits[row >> 6] & below))


@njit(cache=True)
def index_rows(
    rows: NDArray[np.int64], new: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64], int]:
    """The parts of `Names`, and a row that stands there twice (-1 if none does; the rest is then meaningless).

    Parameters
    ----------
    rows, new : (K,) int64
        Rows in any order, at least one, and their names.
    """
    bits = np.zeros((rows.max() >> 6) + 2, dtype=np.uint64)
    before = np.zeros(bits.shape[0], dtype=np.int64)
    to = np.empty(rows.shape[0], dtype=np.int64)
    for k in range(rows.shape[0]):
        bit = np.uint64(1) << np.uint64(rows[k] & 63)
        if bits[rows[k] >> 6] & bit:
            return bits, before, to, rows[k]
        bits[rows[k] >> 6] |= bit
    for w in range(1, bits.shape[0]):
        before[w] = before[w - 1] + _ones(bits[w - 1])
    for k in range(rows.shape[0]):
        to[_rank(rows[k], bits, before)] = new[k]
    return bits, before, to, -1


@njit(cache=True, inline="always")
def _new_name(row: int, names: Names) -> int:
    """The new name of a row, its own if it has none."""
    word = row >> 6
    if word >= names.bits.shape[0] or not (names.bits[word] >> np.uint64(row & 63)) & np.uint64(1):
        return row
    return int(names.to[_rank(row, names.bits, names.before)])


@njit(cache=True, nogil=True)
def rename(
    first: int,
    last: int,
    child: NDArray[np.uint32],
    parent: NDArray[np.uint32],
    names: Names,
    children_too: bool,
    lost: NDArray[np.uint32],
    n_lost: NDArray[np.int64],
) -> None:
    """Rename rows in place and list the links that are lost, block by block.

    Most links are not touched: a first loop only reads, and lists the few for the second, without a branch.

    Parameters
    ----------
    children_too : bool
        Whether children are renamed as well as parents.
    lost : (n,) uint32
        The links lost, ascending, from the beginning of each block on; written here.
    n_lost : (blocks,) int64
        How many in each block; written here.
    """
    n = child.shape[0]
    bits = names.bits
    end = np.uint32(bits.shape[0] - 1)
    low = np.uint32(63)
    for b in range(first, last):
        begin = b * BLOCK
        size = min(BLOCK, n - begin)
        listed = np.empty(size + 1, dtype=np.uint32)
        k = np.int64(0)
        if children_too:
            for i in range(size):
                c = child[begin + i]
                p = parent[begin + i]
                touched = bits[min(np.uint32(p >> np.uint32(6)), end)] >> np.uint64(p & low)
                touched |= bits[min(np.uint32(c >> np.uint32(6)), end)] >> np.uint64(c & low)
                listed[k] = i
                k += np.int64(touched & np.uint64(1))
        else:
            for i in range(size):
                p = parent[begin + i]
                touched = bits[min(np.uint32(p >> np.uint32(6)), end)] >> np.uint64(p & low)
                listed[k] = i
                k += np.int64(touched & np.uint64(1))
        gone = 0
        for f in range(k):
            i = begin + listed[f]
            c = int(child[i])
            p = _new_name(int(parent[i]), names)
            if children_too:
                c = _new_name(c, names)
            if c < 0 or p < 0 or c == p:
                lost[begin + gone] = i
                gone += 1
            else:
                child[i] = c
                parent[i] = p
        n_lost[b] = gone


@njit(cache=True)
def close_gaps(
    child: NDArray[np.uint32],
    parent: NDArray[np.uint32],
    lost: NDArray[np.uint32],
    n_lost: NDArray[np.int64],
) -> int:
    """Move the links left to the front, in the order they had; returns how many they are."""
    n = child.shape[0]
    at = np.int64(-1)  # nothing moves before the first gap
    begin = np.int64(0)
    for b in range(n_lost.shape[0]):
        for f in range(n_lost[b]):
            gap = np.int64(lost[b * BLOCK + f])
            if at < 0:
                at = gap
            else:
                for i in range(begin, gap):
                    child[at + i - begin] = child[i]
                    parent[at + i - begin] = parent[i]
                at += gap - begin
            begin = gap + 1
    if at < 0:
        return int(n)
    for i in range(begin, n):
        child[at + i - begin] = child[i]
        parent[at + i - begin] = parent[i]
    return int(at + n - begin)


@njit(cache=True)
def ends(new: NDArray[np.int64], names: Names) -> NDArray[np.int64]:
    """Where those who joined ``new`` end when these join others by ``names``; -1 in a circle."""
    out = np.empty(new.shape[0], dtype=np.int64)
    for k in range(new.shape[0]):
        row = new[k]
        out[k] = -1
        for _step in range(names.to.shape[0] + 1):
            after = _new_name(row, names)
            if after == row:
                out[k] = row
                break
            row = after
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


@njit(cache=True, nogil=True)
def sort_by_uid(
    first: int, last: int, uid: NDArray[np.uint64], start: NDArray[np.int64], rows: NDArray[np.uint32]
) -> None:
    """Sort each group of rows by uid: an order that belongs to the households, not to their rows."""
    for j in range(first, last):
        group = rows[start[j] : start[j + 1]]
        rows[start[j] : start[j + 1]] = group[np.argsort(uid[group])]


@njit(cache=True)
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
    for k in range(child.shape[0]):
        j = np.int64(home_place[child[k]]) - first
        if j >= 0 and j < start.shape[0] - 1 and start[j + 1] > start[j]:
            rank = hash64(key, uid[child[k]]) % np.uint64(start[j + 1] - start[j])
            parent[k] = rows[start[j] + np.int64(rank)]


@njit(cache=True)
def count_natives(
    place: NDArray[np.uint16], home_place: NDArray[np.uint16], n_places: int
) -> NDArray[np.int64]:
    """Households that live where they come from, (P,) int64."""
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
