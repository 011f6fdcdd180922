"""Rows put back in the order of places: neighbours in memory read the same rows of every table.

The order of rows carries no meaning, but a row that stands far from its place's others costs several times as much in
every pass: moves, and rows from the end that fill holes, scatter a place's households. Counting by place, within a
place in the order of before; links and other columns of rows follow.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.compute.kernel import kernel
from dicu.compute.pool import over_blocks
from dicu.population.columns import COLUMNS, MEMBERS, Households
from dicu.population.link_kernels import BLOCK, LOW_BITS, LOW_MASK, LinkColumns
from dicu.population.links import Links

_NO_LINK: Final = 0xFFFFFFFF
_SEGMENTS: Final = 32


class Order(NamedTuple):
    """A permutation of N rows.

    Attributes
    ----------
    old : (N,) uint32
        Row of before, by row of now.
    new : (N,) uint32
        Row of now, by row of before.
    """

    old: NDArray[np.uint32]
    new: NDArray[np.uint32]


@kernel
def _count_places(place: NDArray[np.uint16], count: NDArray[np.int64]) -> None:
    """Rows of each place, into ``count`` (P,)."""
    for i in range(place.shape[0]):
        count[place[i]] += 1


@kernel
def _put_in_order(
    lo: int, hi: int, place: NDArray[np.uint16], next_row: NDArray[np.int64], order: Order
) -> None:
    """Rows lo..hi of before take the next rows of their places; ``next_row`` (P,) is carried on."""
    for i in range(lo, hi):
        to = next_row[place[i]]
        next_row[place[i]] = to + 1
        order.old[to] = i
        order.new[i] = to


def order_by_place(place: NDArray[np.uint16], n_places: int) -> Order:
    """Rows by place, and within a place in the order they are in.

    Parameters
    ----------
    place : (N,) uint16
    n_places : int
    """
    n = len(place)
    count = np.zeros((_SEGMENTS, n_places), dtype=np.int64)
    edges = [n * k // _SEGMENTS for k in range(_SEGMENTS + 1)]

    def counted(first: int, last: int) -> None:
        for k in range(first, last):
            _count_places(place[edges[k] : edges[k + 1]], count[k])

    over_blocks(counted, _SEGMENTS)
    # a segment's first row of each place: behind all smaller places, and this place's rows of earlier segments
    ahead = np.cumsum(count, axis=0) - count
    place_from = np.cumsum(count.sum(axis=0)) - count.sum(axis=0)
    next_row = place_from + ahead
    order = Order(np.empty(n, dtype=np.uint32), np.empty(n, dtype=np.uint32))

    def put(first: int, last: int) -> None:
        for k in range(first, last):
            _put_in_order(edges[k], edges[k + 1], place, next_row[k], order)

    over_blocks(put, _SEGMENTS)
    return order


@kernel
def _gather[T: np.generic](
    lo: int, hi: int, column: NDArray[T], old: NDArray[np.uint32], into: NDArray[T]
) -> None:
    """Entries lo..hi of a column in another order."""
    for i in range(lo, hi):
        into[i] = column[old[i]]


def _reorder(column: NDArray[Any], old: NDArray[np.uint32], into: NDArray[Any]) -> None:
    """Write the first N entries of a column (N or more,) in the new order, ``old`` of `Order`."""
    n = len(old)

    def part(first: int, last: int) -> None:
        _gather(n * first // _SEGMENTS, n * last // _SEGMENTS, column, old, into)

    over_blocks(part, _SEGMENTS)


def _reorder_columns(h: Households, old: NDArray[np.uint32]) -> None:
    """Every column anew, one at a time: one more column of memory is the most that it takes."""
    for name, _, width in COLUMNS:
        column = getattr(h, name)
        made = np.empty_like(column)
        if width == 1:
            _reorder(column, old, made)
        else:
            for m in range(MEMBERS):
                _reorder(column[:, m], old, made[:, m])
        setattr(h, name, made)


@kernel
def _spread_parents(
    first: int, last: int, links: LinkColumns, new: NDArray[np.uint32], parent: NDArray[np.uint32]
) -> None:
    """New rows of the parents, by new row of the child, of blocks first..last of the links."""
    for b in range(first, last):
        base = np.int64(b) << LOW_BITS
        for k in range(links.start[b], links.start[b + 1]):
            parent[new[base + np.int64(links.low[k])]] = new[links.parent[k]]


@kernel
def _count_linked(first: int, last: int, parent: NDArray[np.uint32], found: NDArray[np.int64]) -> None:
    """Links of blocks first..last of child rows, into ``found`` (B,)."""
    for b in range(first, last):
        n = np.int64(0)
        for i in range(b << LOW_BITS, min(parent.shape[0], (b + 1) << LOW_BITS)):
            n += np.int64(parent[i] != np.uint32(_NO_LINK))
        found[b] = n


@kernel
def _gather_linked(first: int, last: int, parent: NDArray[np.uint32], links: LinkColumns) -> None:
    """Write the links of blocks first..last, by row of the child."""
    for b in range(first, last):
        k = links.start[b]
        for i in range(b << LOW_BITS, min(parent.shape[0], (b + 1) << LOW_BITS)):
            if parent[i] != np.uint32(_NO_LINK):
                links.low[k] = np.uint16(i & LOW_MASK)
                links.parent[k] = parent[i]
                k += 1


def _reorder_links(links: Links, order: Order) -> None:
    """Links between the new rows, in the order of the children."""
    n = len(order.old)
    if not n:
        return
    parent = np.full(n, _NO_LINK, dtype=np.uint32)
    over_blocks(lambda a, b: _spread_parents(a, b, links.columns, order.new, parent), links.blocks)
    blocks = -(-n // BLOCK)
    found = np.zeros(blocks, dtype=np.int64)
    over_blocks(lambda a, b: _count_linked(a, b, parent, found), blocks)
    links.start = np.concatenate([[0], np.cumsum(found)])
    over_blocks(lambda a, b: _gather_linked(a, b, parent, links.columns), blocks)


def put_in_order(
    households: Households, links: Links, n_places: int, others: tuple[NDArray[Any], ...] = ()
) -> None:
    """Put all rows in the order of their places; the columns are new arrays then, ``others`` are written in place.

    Parameters
    ----------
    households, links
        Parents of links are rows of these households.
    others : tuple of (N,) arrays
        Further columns of the rows, such as where each lived five years ago.
    """
    order = order_by_place(households.place[: households.n], n_places)
    _reorder_links(links, order)
    old = order.old
    del order  # four bytes of a row that columns have no use for
    _reorder_columns(households, old)
    for column in others:
        made = np.empty(households.n, dtype=column.dtype)
        _reorder(column, old, made)
        column[:] = made


__all__ = ["Order", "order_by_place", "put_in_order"]
