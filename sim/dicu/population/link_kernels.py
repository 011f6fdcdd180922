"""Kernels of the links: those of some rows found and put elsewhere, and the first parents chosen."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.hashing import hash64
from dicu.compute.kernel import kernel

LOW_BITS: Final = 16
BLOCK: Final = 1 << LOW_BITS
"""Child rows whose links stand together; of a child's row only the bits that tell it from its neighbours are kept."""
LOW_MASK: Final = BLOCK - 1


class LinkColumns(NamedTuple):
    """The table of links as one argument of a kernel, see `dicu.population.links.Links`.

    Attributes
    ----------
    low : (n or more,) uint16
        Last 16 bits of the children's rows.
    parent : (n or more,) uint32
        Rows of the parents.
    start : (B + 1,) int64
        Where blocks of child rows begin.
    """

    low: NDArray[np.uint16]
    parent: NDArray[np.uint32]
    start: NDArray[np.int64]


class Leaving(NamedTuple):
    """Links left out when blocks are written anew.

    Attributes
    ----------
    at : (D,) int64
        Their positions, ascending.
    first : (B + 1,) int64
        Which of them is the first of each block.
    """

    at: NDArray[np.int64]
    first: NDArray[np.int64]


class Entering(NamedTuple):
    """Links put in when blocks are written anew.

    Attributes
    ----------
    child, parent : (E,) int64
        Their rows, ascending by child.
    first : (B + 1,) int64
        Which of them is the first of each block.
    """

    child: NDArray[np.int64]
    parent: NDArray[np.int64]
    first: NDArray[np.int64]


class Marked(NamedTuple):
    """Rows that are looked for at the ends of links, a bit each; the last word is 0 and stands for all rows beyond.

    Attributes
    ----------
    child, parent : (W,), (V,) uint64
    """

    child: NDArray[np.uint64]
    parent: NDArray[np.uint64]


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


@kernel
def renamed(rows: NDArray[np.int64], names: Names) -> None:
    """Give rows their new names, in place; those below 0 stay."""
    for k in range(rows.shape[0]):
        if rows[k] >= 0:
            rows[k] = _new_name(rows[k], names)


@kernel
def mark(rows: NDArray[np.int64], bits: NDArray[np.uint64]) -> None:
    """Set the bits of rows."""
    for k in range(rows.shape[0]):
        bits[rows[k] >> 6] |= np.uint64(1) << np.uint64(rows[k] & 63)


@kernel
def touching(
    first: int,
    last: int,
    links: LinkColumns,
    marked: Marked,
    listed: NDArray[np.uint32],
    found: NDArray[np.int64],
) -> None:
    """List the links with a marked row at either end, as `Links.few` asks; without a branch, as they are few."""
    low, parent, start = links
    bits, parents = marked
    end, parents_end = np.uint32(bits.shape[0] - 1), np.uint32(parents.shape[0] - 1)
    in_word = np.uint32(63)
    k = np.int64(0)
    for b in range(first, last):
        base = np.uint32(b << LOW_BITS)
        begin = k
        for i in range(start[b], start[b + 1]):
            c = np.uint32(base + low[i])
            p = parent[i]
            touched = parents[min(np.uint32(p >> np.uint32(6)), parents_end)] >> np.uint64(p & in_word)
            touched |= bits[min(np.uint32(c >> np.uint32(6)), end)] >> np.uint64(c & in_word)
            listed[k] = i
            k += np.int64(touched & np.uint64(1))
        found[b - first] = k - begin


@kernel
def gather(
    first: int,
    links: LinkColumns,
    listed: NDArray[np.uint32],
    found: NDArray[np.int64],
    at: NDArray[np.int64],
    child: NDArray[np.int64],
    parent_row: NDArray[np.int64],
) -> None:
    """Write down the links listed of blocks from first on, see `Links.few`: where they stand, and their rows.

    Parameters
    ----------
    at, child, parent_row : (sum of found,) int64
        Written here, ascending in ``at`` and so in ``child``.
    """
    k = 0
    for j in range(found.shape[0]):
        base = np.int64(first + j) << LOW_BITS
        for _ in range(found[j]):
            i = listed[k]
            at[k] = i
            child[k] = base + np.int64(links.low[i])
            parent_row[k] = links.parent[i]
            k += 1


@kernel
def divide(
    at: NDArray[np.int64],
    child: NDArray[np.int64],
    parent_row: NDArray[np.int64],
    links: LinkColumns,
    out: NDArray[np.int64],
    moved: NDArray[np.int64],
) -> tuple[int, int]:
    """Write the parents of listed links that stay, list those that go; returns how many go and how many of them move.

    Parameters
    ----------
    at, child, parent_row : (K,) int64
        Positions, ascending, and the rows now; a child below 0 has no link any more.
    out : (K,) int64
        Positions that are left; written here.
    moved : (K,) int64
        Which of the listed belong to another child row than the one they stand at; written here.
    """
    low, parent, start = links
    b = 0
    n_out = 0
    n_moved = 0
    for k in range(at.shape[0]):
        i = at[k]
        while i >= start[b + 1]:
            b += 1
        if child[k] == (np.int64(b) << LOW_BITS) + np.int64(low[i]):
            parent[i] = np.uint32(parent_row[k])
        else:
            out[n_out] = i
            n_out += 1
            if child[k] >= 0:
                moved[n_moved] = k
                n_moved += 1
    return n_out, n_moved


@kernel
def rebuild(
    first: int, last: int, old: LinkColumns, leaving: Leaving, entering: Entering, new: LinkColumns
) -> None:
    """Write blocks first..last of the links anew, in the order of the children, without some and with others.

    Both tables have a ``start`` of every block; ``low`` and ``parent`` of the new one are written.
    """
    low, parent, start = old
    new_low, new_parent, new_start = new
    out, child_in, parent_in = leaving.at, entering.child, entering.parent
    for b in range(first, last):
        to = new_start[b]
        d, d_end = leaving.first[b], leaving.first[b + 1]
        e, e_end = entering.first[b], entering.first[b + 1]
        i, end = start[b], start[b + 1]
        while True:
            # everything up to the next link that is left out, with those put in that come before it
            gap = out[d] if d < d_end else end
            while e < e_end:
                newcomer = np.uint16(child_in[e] & LOW_MASK)
                while i < gap and low[i] <= newcomer:
                    new_low[to] = low[i]
                    new_parent[to] = parent[i]
                    to += 1
                    i += 1
                if i == gap and gap < end:
                    break
                new_low[to] = newcomer
                new_parent[to] = np.uint32(parent_in[e])
                to += 1
                e += 1
            for j in range(i, gap):
                new_low[to + j - i] = low[j]
                new_parent[to + j - i] = parent[j]
            to += gap - i
            if gap == end:
                break
            i = gap + 1
            d += 1


@kernel
def find_parents(rows: NDArray[np.int64], links: LinkColumns, out: NDArray[np.int64]) -> None:
    """Parent row of each child row, -1 where there is no link."""
    low, parent, start = links
    for k in range(rows.shape[0]):
        b = rows[k] >> LOW_BITS
        out[k] = -1
        if b >= start.shape[0] - 1:
            continue
        wanted = np.uint16(rows[k] & LOW_MASK)
        lo, hi = start[b], start[b + 1]
        while lo < hi:
            middle = (lo + hi) >> 1
            if low[middle] < wanted:
                lo = middle + 1
            else:
                hi = middle
        if lo < start[b + 1] and low[lo] == wanted:
            out[k] = parent[lo]


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
