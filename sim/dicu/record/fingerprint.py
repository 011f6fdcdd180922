"""The fingerprint of a state: one sha256, the same for the same households in any row order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.population.columns import COLUMNS, Households

BLOCK: Final = 1 << 20
"""Rows sorted and gathered at a time; the digest does not depend on it."""

type Block = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Row numbers, ascending, and the order in which their uid ascend."""


def state_sha256(columns: Households, extra: Mapping[str, NDArray[Any]] | None = None) -> str:
    """Sha256 of all household columns in uid order, then of further arrays by name.

    The state is cut into ranges of uid; each range is sorted and its rows streamed into one sha256 a column.
    So the whole order of 28 M rows is never held: 3-5 s on two cores and 0.26 GB beyond the state.

    Parameters
    ----------
    columns : Households
        N rows in use; order and capacity do not matter.
    extra : mapping of str to array
        Stocks, prices and the like: hashed with name, dtype and shape, in the order of their names.

    Returns
    -------
    str
        64 hexadecimal digits; the same on machines of either byte order.

    Raises
    ------
    ValueError
        When two rows carry one uid: then there is no order, and the state is broken.
    TypeError
        When an extra array holds objects.
    """
    n = columns.n
    parts = {name: hashlib.sha256() for name, _, _ in COLUMNS}
    data = {name: getattr(columns, name)[:n] for name, _, _ in COLUMNS}
    names = list(parts)
    with ThreadPoolExecutor(2) as pool:

        def feed(name: str, rows: NDArray[np.int64], order: NDArray[np.int64]) -> None:
            parts[name].update(_little_endian(_rows(data[name], rows, order)))

        last: list[Any] = []
        for block in _in_order(data["uid"], pool):
            for job in last:
                job.result()  # a column's blocks must enter its hash one after another
            last = [pool.submit(feed, name, *block) for name in names]
        for job in last:
            job.result()
    whole = hashlib.sha256(f"households {n}\n".encode())
    for name, dtype, width in COLUMNS:
        whole.update(f"{name} {np.dtype(dtype).name} {width} {parts[name].hexdigest()}\n".encode())
    for name, array in sorted((extra or {}).items()):
        a = np.asarray(array)
        if a.dtype.hasobject:
            raise TypeError(f"extra array {name!r} holds objects: its bytes do not say what it is")
        whole.update(f"{name} {a.dtype.newbyteorder('<').str} {a.shape}\n".encode())
        whole.update(_little_endian(a))
    return whole.hexdigest()


def _rows(column: NDArray[Any], rows: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[Any]:
    """Rows ``rows[order]`` of a column, field by field: numpy would first bring all of a column of fields into another
    order.

    ``rows`` ascend, so they are read from the long column one after another, and put in order where they are few.
    """
    if column.ndim == 1:
        return column.take(rows).take(order)
    out = np.empty((len(rows), column.shape[1]), dtype=column.dtype)
    for k in range(column.shape[1]):
        out[:, k] = column[:, k].take(rows).take(order)
    return out


def _little_endian(a: NDArray[Any]) -> NDArray[np.uint8]:
    """Bytes of an array, C order, little endian."""
    return np.ascontiguousarray(a, dtype=a.dtype.newbyteorder("<")).reshape(-1).view(np.uint8)


def _in_order(uid: NDArray[np.uint64], pool: ThreadPoolExecutor) -> Iterator[Block]:
    """All rows in ascending uid, about `BLOCK` at a time."""
    n = len(uid)
    cuts = max(1, -(-n // BLOCK))
    sample = np.sort(uid[:: max(1, n // (cuts * 256))])
    edges = [0, *(int(sample[len(sample) * k // cuts]) for k in range(1, cuts)), 2**64] if n else []
    ranges = [(lo, hi) for lo, hi in pairwise(edges) if lo < hi]
    ahead = [pool.submit(_sorted_rows, uid, *r) for r in ranges[:2]]
    before: int | None = None
    for k in range(len(ranges)):
        rows, order = ahead.pop(0).result()
        if k + 2 < len(ranges):
            ahead.append(pool.submit(_sorted_rows, uid, *ranges[k + 2]))
        if len(rows):
            if before is not None and before >= int(uid[rows[order[0]]]):
                raise AssertionError("ranges of uid out of order")
            before = int(uid[rows[order[-1]]])
            yield rows, order


def _sorted_rows(uid: NDArray[np.uint64], lo: int, hi: int) -> Block:
    """Rows with lo <= uid < hi and their order in ascending uid.

    The leading bits of the uid and the row's number go into one word, since sorting words is several times as
    fast as sorting an index; the few rows that the leading bits do not tell apart are put right by a second,
    stable sort.
    """
    inside = uid >= np.uint64(lo)
    if hi < 2**64:
        inside &= uid < np.uint64(hi)
    rows = np.flatnonzero(inside)
    mine = uid[rows]
    bits = np.uint64(max(1, int(len(rows) - 1).bit_length()))
    low = np.uint64((1 << int(bits)) - 1)
    word = (mine & ~low) | np.arange(len(rows), dtype=np.uint64)
    word.sort()
    order = (word & low).astype(np.int64)
    ordered = mine[order]
    if (ordered[1:] < ordered[:-1]).any():
        fix = np.argsort(ordered, kind="stable")
        order, ordered = order[fix], ordered[fix]
    same = np.flatnonzero(ordered[1:] == ordered[:-1])
    if len(same):
        raise ValueError(f"uid {int(ordered[same[0]])} is carried by more than one household")
    return rows, order
