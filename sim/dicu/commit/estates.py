"""Estates: wealth of households that died out goes to a linked one, else to nobody, and is counted (assumption A41)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.wealth import MOST_WEALTH
from dicu.compute.kernel import kernel
from dicu.population.columns import Households

_NOBODY = np.uint64(0xFFFFFFFFFFFFFFFF)


@kernel
def _mark(rows: NDArray[np.int64], bits: NDArray[np.uint8]) -> None:
    for k in range(rows.shape[0]):
        bits[rows[k] >> 3] |= np.uint8(1) << np.uint8(rows[k] & 7)


@kernel
def _heirs(
    child: NDArray[np.int64],
    parent: NDArray[np.int64],
    uid: NDArray[np.uint64],
    dead: NDArray[np.int64],
    gone: NDArray[np.uint8],
    least: NDArray[np.uint64],
    heir: NDArray[np.int64],
) -> None:
    """For each dead row (ascending) the linked child of least uid, else the linked parent, who are not gone."""
    for k in range(child.shape[0]):
        c, p = child[k], parent[k]
        if c < 0 or _is_marked(c, gone) == _is_marked(p, gone):
            continue
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
def _is_marked(row: np.int64, bits: NDArray[np.uint8]) -> bool:
    return bool((bits[row >> 3] >> np.uint8(row & 7)) & np.uint8(1))


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
            taken = min(left, MOST_WEALTH - np.int64(wealth[to]))
            wealth[to] += np.uint16(taken)
            left -= taken
        wealth[rows[k]] = 0
        lost += left
    return int(lost)


def inherit(
    households: Households,
    child: NDArray[np.int64],
    parent: NDArray[np.int64],
    dead: NDArray[np.int64],
    gone: NDArray[np.int64],
) -> int:
    """Hand the wealth of rows that died out to their heirs, in uid order; returns what nobody inherits.

    Parameters
    ----------
    child, parent : (K,) int64
        Ends of the links, all that touch a dead row and any others; a child below 0 is not a link.
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
    heir = np.full(len(rows), -1, dtype=np.int64)
    least = np.full(len(rows), _NOBODY, dtype=np.uint64)
    _heirs(child, parent, households.uid, rows, bits, least, heir)
    return int(_hand_on(np.argsort(households.uid[rows]), rows, heir, households.wealth))
