"""A population cut by whole districts: which rank has a household, how a row is named elsewhere, and how rows travel.

A rank has the households that live in its districts. A row is known to other ranks by its address, row x ranks + rank;
on one process addresses are rows. Links stand with the child; their parents are addresses.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.compute.ranks import ALONE, Ranks
from dicu.population.columns import COLUMNS, MEMBERS, Households
from dicu.population.links import Links

CUTS: Final = ("together", "dealt")
"""How districts are shared out: neighbours in their list together, or one after the other in turn."""

SHARED_OUT: Final = "DICU_DISTRICTS"
"""Environment variable with one of these words; results do not depend on it."""


def owners(
    district: NDArray[np.integer], residents: NDArray[np.integer], ranks: int, cut: str = CUTS[0]
) -> NDArray[np.int64]:
    """Rank of each place (P,), the same for all places of a district.

    Parameters
    ----------
    district, residents : (P,) integers
    cut : {"together", "dealt"}
        ``together``: each rank gets districts that follow one another, with about as many people.

    Raises
    ------
    ValueError
        For another word.
    """
    if cut not in CUTS:
        raise ValueError(
            f"{SHARED_OUT}: districts cannot be shared out so (got '{cut}', allowed {', '.join(CUTS)})"
        )
    n = int(district.max()) + 1
    if cut == "dealt":
        rank = np.arange(n) % ranks
    else:
        people = np.bincount(district, weights=residents, minlength=n)
        middle = np.cumsum(people) - people / 2
        rank = np.minimum((middle * ranks / max(people.sum(), 1)).astype(np.int64), ranks - 1)
    made: NDArray[np.int64] = rank[district].astype(np.int64)
    return made


@dataclass(frozen=True, eq=False)
class Shard:
    """The part of a population that one rank has.

    Attributes
    ----------
    ranks : Ranks
    owner : (P,) int64
        Rank of each place.
    """

    ranks: Ranks
    owner: NDArray[np.int64]

    @property
    def alone(self) -> bool:
        """Whether this is all of the population."""
        return self.ranks.size == 1

    @property
    def first(self) -> bool:
        """Whether this rank writes."""
        return self.ranks.first

    # ---------------------------------------------------------------- addresses

    def address(self, rows: NDArray[np.integer]) -> NDArray[np.int64]:
        """Addresses of rows of this rank."""
        return rows.astype(np.int64) * self.ranks.size + self.ranks.number

    def row(self, addresses: NDArray[np.integer]) -> NDArray[np.int64]:
        """Rows, on their own ranks, of addresses."""
        return addresses.astype(np.int64) // self.ranks.size

    def rank(self, addresses: NDArray[np.integer]) -> NDArray[np.int64]:
        """Ranks of addresses."""
        return addresses.astype(np.int64) % self.ranks.size

    def here(self, addresses: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Which addresses are rows of this rank."""
        made: NDArray[np.bool_] = self.rank(addresses) == self.ranks.number
        return made

    def ask(
        self,
        kind: str,
        addresses: NDArray[np.integer],
        answer: Callable[[NDArray[np.int64]], NDArray[Any]],
    ) -> NDArray[Any]:
        """What the ranks of some addresses (K,) say of the rows there, in the order of the addresses.

        All ranks call it together.

        Parameters
        ----------
        answer : callable
            From rows of this rank (k,) to numbers or records (k,).
        """
        rank = self.rank(addresses)
        order, parts = self.by_rank(rank, self.row(addresses).astype(np.uint32))
        asked = self.ranks.exchange(kind, parts)
        got = self.ranks.exchange(kind, [answer(rows.astype(np.int64)) for rows in asked])
        told = np.concatenate(got)
        out = np.empty_like(told)
        out[order] = told
        return out

    def send(
        self, kind: str, addresses: NDArray[np.integer], values: NDArray[Any]
    ) -> tuple[NDArray[np.int64], list[NDArray[Any]], NDArray[np.int64]]:
        """Bring values (K,) to the rows of some addresses.

        Returns
        -------
        rows, values by sender, order
            Rows of this rank, in the order of the senders; the values that each sent; and the order in which this
            rank's own values left, for an answer (see `reply`).
        """
        order, rows = self.by_rank(self.rank(addresses), self.row(addresses).astype(np.uint32))
        _, sent = self.by_rank(self.rank(addresses), values)
        to = self.ranks.exchange(kind, rows)
        return np.concatenate(to).astype(np.int64), self.ranks.exchange(kind, sent), order

    def reply(
        self, kind: str, answers: NDArray[Any], counts: list[int], order: NDArray[np.int64]
    ) -> NDArray[Any]:
        """Answer what `send` brought, value by value; returns the answers to what was sent from here."""
        told = np.concatenate(self.ranks.exchange(kind, np.split(answers, np.cumsum(counts)[:-1])))
        out = np.empty_like(told)
        out[order] = told
        return out

    def by_rank(
        self, rank: NDArray[np.int64], values: NDArray[Any]
    ) -> tuple[NDArray[np.int64], list[NDArray[Any]]]:
        """Order in which values (K,) go to the ranks, and those of each."""
        order = np.argsort(rank.astype(np.uint16), kind="stable")
        ends = np.cumsum(np.bincount(rank, minlength=self.ranks.size))[:-1]
        return order, np.split(values[order], ends)

    # ---------------------------------------------------------------- dealt out and gathered

    def deal(self, households: Households, links: Links) -> tuple[Households, Links]:
        """Give each rank its households and their links; the first has all of them, the others none."""
        if self.alone:
            return households, links
        h, n = households, households.n
        spare = float(self.ranks.told("start", np.array([h.capacity / max(n, 1) - 1.0]))[0])
        of_row = self.owner[h.place[:n]]
        order = self._dealing(of_row)
        uid = self.dealt(h.uid[:n], of_row)
        made = Households.empty(len(uid), len(uid) + int(max(spare, 0.0) * len(uid)))
        made.uid[: made.n] = uid
        for name, _, width in COLUMNS[1:]:
            column = getattr(h, name)[:n]
            for k in range(width):
                target = getattr(made, name) if width == 1 else getattr(made, name)[:, k]
                target[: made.n] = self.dealt(column if width == 1 else column[:, k], of_row)
        start = np.concatenate([[0], np.cumsum(np.bincount(of_row, minlength=self.ranks.size))])
        address = np.empty(n, dtype=np.uint32)
        address[order] = (np.arange(n) - start[of_row[order]]) * self.ranks.size + of_row[order]
        child, parent = address[links.child], address[links.parent[: links.n]]
        of_link = self.rank(child)
        mine = self.dealt(child, of_link), self.dealt(parent, of_link)
        table = Links.empty(len(mine[0]) + len(mine[0]) // 8)
        table.enter(self.row(mine[0]), mine[1].astype(np.int64))
        return made, table

    def dealt[T: np.generic](self, column: NDArray[T], of_row: NDArray[np.int64]) -> NDArray[T]:
        """This rank's part of a column (N,) that the first has, by the rank of each row."""
        dtype = column.dtype
        parts = self.by_rank(of_row, column)[1] if self.first else []
        return self.ranks.dealt("start", parts, dtype)

    def _dealing(self, of_row: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.by_rank(of_row, of_row)[0]

    def gather(self, households: Households, links: Links) -> tuple[Households, Links]:
        """All households and links on the first rank, rank by rank; none on the others. All call it together."""
        if self.alone:
            return households, links
        h, ranks = households, self.ranks
        counts = ranks.everyone("state", np.array([h.n], dtype=np.int64))
        before = np.concatenate([[0], np.cumsum(counts)[:-1]])
        n = int(counts.sum()) if self.first else 0
        made = Households.empty(n, n)
        for name, _, width in COLUMNS:
            column, target = getattr(h, name)[: h.n], getattr(made, name)
            for k in range(width):
                if width == 1:
                    target[:n] = ranks.first_gets("state", column)
                else:
                    target[:n, k] = ranks.first_gets("state", column[:, k])
        parent = links.parent[: links.n]
        child = ranks.first_gets("state", links.child + np.uint32(before[ranks.number]))
        whole = ranks.first_gets("state", (before[self.rank(parent)] + self.row(parent)).astype(np.uint32))
        return made, Links.of(child, whole)


def cut_among(ranks: Ranks | None, district: NDArray[np.integer], residents: NDArray[np.integer]) -> Shard:
    """The part of this rank, of districts shared out as `SHARED_OUT` in the environment says.

    Parameters
    ----------
    ranks : Ranks or None
        None: this process has all.
    district, residents : (P,) integers
    """
    if ranks is None:
        return alone(len(district))
    return Shard(ranks, owners(district, residents, ranks.size, os.environ.get(SHARED_OUT) or CUTS[0]))


def alone(n_places: int) -> Shard:
    """All of the population on one process."""
    return Shard(ALONE, np.zeros(n_places, dtype=np.int64))


LUGGAGE: Final = np.dtype(
    [(name, dtype) if width == 1 else (name, dtype, (MEMBERS,)) for name, dtype, width in COLUMNS]
    + [("address", np.uint32), ("parent", np.int64), ("whole", np.uint8)]
)
"""A household on its way: its columns, the address that it had, that of its parent household (-1: none), whether all
of a household moves."""


@dataclass(frozen=True, eq=False)
class Shipment:
    """Households that have changed rank in a step.

    Attributes
    ----------
    sent : (S,) int64
        Rows that left, by the rank they went to; they are holes now.
    counts : (ranks,) int64
        How many went to each.
    first, n : int
        Those that came have rows ``first`` to ``first + n - 1``, by the rank they came from.
    was : (n,) int64
        Addresses that they had.
    whole : (n,) bool
        Which of those that came had moved as a whole.
    """

    ranks: Ranks
    sent: NDArray[np.int64]
    counts: NDArray[np.int64]
    first: int
    n: int
    was: NDArray[np.int64]
    whole: NDArray[np.bool_]

    def carry[T: np.generic](self, kind: str, column: NDArray[T]) -> NDArray[T]:
        """Another column of those that left, brought to their new rank: (n,) of those that came."""
        parts = np.split(column[self.sent], np.cumsum(self.counts)[:-1])
        return np.concatenate(self.ranks.exchange(kind, parts))


def ship(
    shard: Shard,
    households: Households,
    links: Links,
    rows: NDArray[np.int64],
    whole: NDArray[np.bool_],
    kind: str,
    rank: NDArray[np.int64] | None = None,
) -> Shipment:
    """Bring rows to the ranks of the places they live in, or to ``rank``; they are appended there, with their links.

    Parameters
    ----------
    rows : (S,) int64
        Rows of this rank that live on another one now. What they leave is for the caller to free.
    whole : (S,) bool
        Handed on.
    kind : str
        Under which the exchange is counted.
    """
    h = households
    order, parts = shard.by_rank(shard.owner[h.place[rows]] if rank is None else rank, rows)
    rows, whole = rows[order], whole[order]
    packed = np.empty(len(rows), dtype=LUGGAGE)
    for name, _, _ in COLUMNS:
        packed[name] = getattr(h, name)[rows]
    packed["address"], packed["parent"], packed["whole"] = shard.address(rows), links.parents_of(rows), whole
    counts = np.array([len(part) for part in parts], dtype=np.int64)
    came = np.concatenate(shard.ranks.exchange(kind, np.split(packed, np.cumsum(counts)[:-1])))
    first, n = h.n, len(came)
    if first + n > h.capacity:
        h.grow(first + max(n, first // 16))
    for name, _, _ in COLUMNS:
        getattr(h, name)[first : first + n] = came[name]
    h.n = first + n
    linked = np.flatnonzero(came["parent"] >= 0)
    links.enter(first + linked, came["parent"][linked])
    was = came["address"].astype(np.int64)
    return Shipment(shard.ranks, rows, counts, first, n, was, came["whole"] != 0)


__all__ = ["CUTS", "LUGGAGE", "SHARED_OUT", "Shard", "Shipment", "alone", "cut_among", "owners", "ship"]
