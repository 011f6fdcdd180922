"""Estates: wealth of households that died out goes to a linked one, else to nobody, and is counted (assumption A41)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.kernel import kernel
from sim.pool import over_blocks
from sim.population.columns import Households
from sim.population.links import Links

_FULL: Final = 65535
_BLOCK: Final = 1 << 16
_NOBODY = np.uint64(0xFFFFFFFFFFFFFFFF)


@kernel
def _mark(rows: NDArray[np.int64], bits: NDArray[np.uint8]) -> None:
    for k in range(rows.shape[0]):
        bits[rows[k] >> 3] |= np.uint8(1) << np.uint8(rows[k] & 7)


@kernel
def _touching(
    first: int,
    last: int,
    child: NDArray[np.uint32],
    parent: NDArray[np.uint32],
    bits: NDArray[np.uint8],
    listed: NDArray[np.uint32],
    found: NDArray[np.int64],
) -> None:
    """List the links of blocks first..last with a marked row at just one end, each block from its own beginning."""
    n = child.shape[0]
    for b in range(first, last):
        begin = b * _BLOCK
        k = np.int64(begin)
        for i in range(begin, min(n, begin + _BLOCK)):
            c, p = child[i], parent[i]
            dead_c = bits[c >> np.uint32(3)] >> np.uint8(c & np.uint32(7))
            dead_p = bits[p >> np.uint32(3)] >> np.uint8(p & np.uint32(7))
            listed[k] = i
            k += np.int64((dead_c ^ dead_p) & np.uint8(1))
        found[b] = k - begin


@kernel
def _heirs(
    child: NDArray[np.uint32],
    parent: NDArray[np.uint32],
    uid: NDArray[np.uint64],
    dead: NDArray[np.int64],
    listed: NDArray[np.uint32],
    found: NDArray[np.int64],
    least: NDArray[np.uint64],
    heir: NDArray[np.int64],
) -> None:
    """For each dead row (ascending) the linked child of least uid, else the linked parent."""
    for b in range(found.shape[0]):
        for f in range(found[b]):
            k = listed[b * _BLOCK + f]
            c, p = np.int64(child[k]), np.int64(parent[k])
            at = _place_of(p, dead)
            if at >= 0:
                if uid[c] < least[at]:
                    least[at] = uid[c]
                    heir[at] = c
            else:
                at = _place_of(c, dead)
                if at >= 0 and heir[at] < 0:
                    heir[at] = p


@kernel
def _place_of(row: np.int64, rows: NDArray[np.int64]) -> int:
    """Where a row stands among ascending ones, -1 if it does not."""
    lo, hi = 0, rows.shape[0]
    while lo < hi:
        middle = (lo + hi) >> 1
        if rows[middle] < row:
            lo = middle + 1
        else:
            hi = middle
    return lo if lo < rows.shape[0] and rows[lo] == row else -1


@kernel
def _hand_on(
    order: NDArray[np.int64], rows: NDArray[np.int64], heir: NDArray[np.int64], wealth: NDArray[np.uint16]
) -> int:
    """Hand estates to the heirs one after another; returns what nobody can take."""
    lost = np.int64(0)
    for k in order:
        left, to = np.int64(wealth[rows[k]]), heir[k]
        if to >= 0:
            taken = min(left, _FULL - np.int64(wealth[to]))
            wealth[to] += np.uint16(taken)
            left -= taken
        wealth[rows[k]] = 0
        lost += left
    return int(lost)


def inherit(households: Households, links: Links, dead: NDArray[np.int64], gone: NDArray[np.int64]) -> int:
    """Hand the wealth of rows that died out to their heirs, in uid order; returns what nobody inherits.

    Parameters
    ----------
    dead : (D,) int64
        Rows that died out.
    gone : (G,) int64
        All rows emptied in this step, the dead included: none of them can inherit.

    Returns
    -------
    int
        Wealth units without an heir, or beyond what the heir's column can hold.
    """
    if len(dead) == 0:
        return 0
    rows = np.sort(dead)
    bits = np.zeros(households.n // 8 + 1, dtype=np.uint8)
    _mark(gone, bits)
    n = links.n
    child, parent = links.child[:n], links.parent[:n]
    listed = np.empty(n + 1, dtype=np.uint32)  # only the beginnings of its blocks are ever touched
    found = np.zeros(-(-n // _BLOCK), dtype=np.int64)
    over_blocks(lambda a, b: _touching(a, b, child, parent, bits, listed, found), len(found))
    heir = np.full(len(rows), -1, dtype=np.int64)
    least = np.full(len(rows), _NOBODY, dtype=np.uint64)
    _heirs(child, parent, households.uid, rows, listed, found, least, heir)
    return int(_hand_on(np.argsort(households.uid[rows], kind="stable"), rows, heir, households.wealth))
