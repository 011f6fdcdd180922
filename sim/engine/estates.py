"""Estates: wealth of households that died out goes to a linked one, else to nobody, and is counted (assumption A41)."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.population.columns import Households
from sim.population.links import Links

_FULL = 65535
_NOBODY = np.uint64(0xFFFFFFFFFFFFFFFF)


@njit(cache=True)
def _heirs(
    child: NDArray[np.uint32],
    parent: NDArray[np.uint32],
    uid: NDArray[np.uint64],
    dead: NDArray[np.int64],
    is_dead: NDArray[np.uint8],
    heir: NDArray[np.int64],
) -> None:
    """For each dead row (ascending) the linked child of least uid, else the linked parent."""
    least = np.full(dead.shape[0], _NOBODY, dtype=np.uint64)
    for k in range(child.shape[0]):
        c, p = np.int64(child[k]), np.int64(parent[k])
        c_dead = is_dead[c >> 3] >> np.uint8(c & 7) & np.uint8(1)
        p_dead = is_dead[p >> 3] >> np.uint8(p & 7) & np.uint8(1)
        if p_dead and not c_dead:
            at = np.searchsorted(dead, p)
            if at < dead.shape[0] and dead[at] == p and uid[c] < least[at]:
                least[at] = uid[c]
                heir[at] = c
        elif c_dead and not p_dead:
            at = np.searchsorted(dead, c)
            if at < dead.shape[0] and dead[at] == c and heir[at] < 0:
                heir[at] = p


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
    np.bitwise_or.at(bits, gone >> 3, (1 << (gone & 7)).astype(np.uint8))
    heir = np.full(len(rows), -1, dtype=np.int64)
    _heirs(links.child[: links.n], links.parent[: links.n], households.uid, rows, bits, heir)
    wealth = households.wealth
    lost = 0
    for k in np.argsort(households.uid[rows], kind="stable"):
        left, to = int(wealth[rows[k]]), int(heir[k])
        if to >= 0:
            taken = min(left, _FULL - int(wealth[to]))
            wealth[to] += taken
            left -= taken
        wealth[rows[k]] = 0
        lost += left
    return lost
