"""Links to a parent household: a side table, 8 bytes a link, for those households that have one.

A link says that the household of one row (the child) came out of, or still belongs to, the household of another (the
parent): money is sent along it and families follow it. Rows are those of the household columns, so the table is
rewritten when rows move; results must depend on the set of links only, never on their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.pool import over_blocks
from sim.population import link_kernels as kernels
from sim.population.columns import Households
from sim.population.hashing import key64
from sim.world.world import World

_NOBODY: Final = 0xFFFFFFFF
_PURPOSE: Final = 0x6C696E6B  # "link"; the purposes of the synthesis and of a run are small numbers
_TURNS: Final = 16


def _as_rows(rows: NDArray[np.integer], what: str) -> NDArray[np.int64]:
    """Row numbers as int64, checked to fit the table."""
    made = np.asarray(rows).astype(np.int64)
    if made.ndim != 1:
        raise ValueError(f"{what}: one row number a link, a 1-D array; got shape {made.shape}")
    if len(made) and not 0 <= int(made.min()) <= int(made.max()) < _NOBODY:
        raise ValueError(
            f"{what}: rows from {int(made.min())} to {int(made.max())}; 0 to {_NOBODY - 1:,} is allowed"
        )
    return made


def _names(rows: NDArray[np.int64], new: NDArray[np.int64], what: str) -> kernels.Names:
    """New names of rows, each of which must stand there once."""
    bits, before, to, twice = kernels.index_rows(rows, new)
    if twice >= 0:
        raise ValueError(f"{what}: row {int(twice)} stands there twice")
    return kernels.Names(bits, before, to)


@dataclass(eq=False)
class Links:
    """Links from a household to its parent household, at most one a child.

    Attributes
    ----------
    n : int
        Links in use; the arrays may be longer, what stands beyond ``n`` is meaningless.
    child, parent : (capacity,) uint32
        Rows of the household columns.
    """

    n: int
    child: NDArray[np.uint32]
    parent: NDArray[np.uint32]

    @classmethod
    def empty(cls, capacity: int = 0) -> Links:
        """No link, with room for ``capacity``."""
        return cls(0, np.empty(capacity, dtype=np.uint32), np.empty(capacity, dtype=np.uint32))

    def __len__(self) -> int:
        return self.n

    @property
    def nbytes(self) -> int:
        """Bytes of the links in use."""
        return self.n * (self.child.itemsize + self.parent.itemsize)

    def _renamed(self, names: kernels.Names, children_too: bool) -> int:
        """Rename rows and close the gaps, in the order the links had; returns how many are gone."""
        child, parent = self.child[: self.n], self.parent[: self.n]
        lost = np.empty(self.n, dtype=np.uint32)  # only the beginnings of its blocks are ever touched
        n_lost = np.zeros(-(-self.n // kernels.BLOCK), dtype=np.int64)
        over_blocks(
            lambda a, b: kernels.rename(a, b, child, parent, names, children_too, lost, n_lost), len(n_lost)
        )
        left = int(kernels.close_gaps(child, parent, lost, n_lost))
        dropped = self.n - left
        self.n = left
        return dropped

    def add(self, child_rows: NDArray[np.integer], parent_rows: NDArray[np.integer]) -> None:
        """Link each child with its parent.

        Parameters
        ----------
        child_rows, parent_rows : (E,) integers
            Rows of households; a child must have no link yet (`check` finds those that have two).

        Raises
        ------
        ValueError
            When the lengths differ, a row cannot be numbered, or a household would be its own parent.
        """
        child, parent = _as_rows(child_rows, "child_rows"), _as_rows(parent_rows, "parent_rows")
        if len(child) != len(parent):
            raise ValueError(f"{len(child)} children and {len(parent)} parents: a link has one of each")
        if bool(np.any(child == parent)):
            raise ValueError(f"row {int(child[child == parent][0])} would be its own parent household")
        total = self.n + len(child)
        if total > len(self.child):
            room = max(total, len(self.child) + len(self.child) // 8)
            for name in ("child", "parent"):
                new = np.empty(room, dtype=np.uint32)
                new[: self.n] = getattr(self, name)[: self.n]
                setattr(self, name, new)
        self.child[self.n : total] = child
        self.parent[self.n : total] = parent
        self.n = total

    def remap(
        self, gone: NDArray[np.integer], source: NDArray[np.integer], target: NDArray[np.integer]
    ) -> int:
        """Follow the compaction of the household rows: all of it happens at once.

        Parameters
        ----------
        gone : (G,) integers
            Rows whose household is no more; a link with one at either end is dropped.
        source, target : (S,) integers
            Rows whose household moves, and where to (usually rows of ``gone``). No row is both gone and moved.

        Returns
        -------
        int
            Links dropped.

        Raises
        ------
        ValueError
            When a row stands twice in ``gone`` and ``source``, or ``source`` and ``target`` differ in length.
        """
        gone, source = _as_rows(gone, "gone"), _as_rows(source, "source")
        target = _as_rows(target, "target")
        if len(source) != len(target):
            raise ValueError(f"{len(source)} source rows and {len(target)} target rows: each moves to one")
        rows = np.concatenate([gone, source])
        to = np.concatenate([np.full(len(gone), -1, dtype=np.int64), target])
        return self._renamed(_names(rows, to, "gone and source"), True) if len(rows) else 0

    def merge_into(self, old_parent_rows: NDArray[np.integer], new_parent_rows: NDArray[np.integer]) -> int:
        """Point links to a parent that joined another household at that household.

        Where that household joined another one too, the link goes to the last of them. A household that would
        become its own parent has no link any more. Links of the joining household to its own parent stay, until
        `remap` drops them with its row.

        Parameters
        ----------
        old_parent_rows, new_parent_rows : (M,) integers
            Rows that were emptied by joining, each once, and the rows they joined.

        Returns
        -------
        int
            Links dropped.

        Raises
        ------
        ValueError
            When the lengths differ, a row joins twice, or households join one another in a circle.
        """
        old, new = _as_rows(old_parent_rows, "old_parent_rows"), _as_rows(new_parent_rows, "new_parent_rows")
        if len(old) != len(new):
            raise ValueError(f"{len(old)} old and {len(new)} new parent rows: each joins one")
        if not len(old):
            return 0
        ends = kernels.ends(new, _names(old, new, "old_parent_rows"))
        if bool(np.any(ends < 0)):
            raise ValueError(f"row {int(old[ends < 0][0])} joins, in the end, itself: a circle of households")
        return self._renamed(_names(old, ends, "old_parent_rows"), False)

    def canonical(self, uid: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """The links by identity, whatever the order of rows and links: child uids ascending, and their parents' uids.

        Parameters
        ----------
        uid : (rows,) uint64
            The households' identities.
        """
        children = uid[self.child[: self.n]]
        order = np.argsort(children, kind="stable")
        return children[order], uid[self.parent[: self.n]][order]

    def permuted(self, new_row_of_old: NDArray[np.integer]) -> Links:
        """The same links after a shuffle of the rows, ``new_row_of_old[old row] = new row``."""
        new = _as_rows(new_row_of_old, "new_row_of_old").astype(np.uint32)
        return Links(self.n, new[self.child[: self.n]], new[self.parent[: self.n]])

    def check(self, n_households: int) -> None:
        """Stop when a link points beyond the households, at itself, or a child has two.

        Raises
        ------
        RuntimeError
            Naming the first offender.
        """
        child, parent = self.child[: self.n], self.parent[: self.n]
        for name, rows in (("child", child), ("parent", parent)):
            if self.n and int(rows.max()) >= n_households:
                k = int(np.argmax(rows >= n_households))
                raise RuntimeError(f"link {k}: {name} row {int(rows[k])}, but {n_households} households")
        if bool(np.any(child == parent)):
            raise RuntimeError(f"link {int(np.argmax(child == parent))}: a household that is its own parent")
        twice = kernels.row_that_repeats(child, n_households)
        if twice >= 0:
            raise RuntimeError(f"row {twice} has more than one link to a parent household")


def _sort_groups(uid: NDArray[np.uint64], start: NDArray[np.int64], rows: NDArray[np.uint32]) -> None:
    over_blocks(lambda a, b: kernels.sort_by_uid(a, b, uid, start, rows), len(start) - 1)


def first_links(households: Households, world: World, seed: int) -> Links:
    """Links at the start: each lifetime migrant household gets a parent household in the place it came from.

    The parent is the k-th native household of the home place in the order of uids, k keyed by the child's uid: a
    function of the set of households, not of their rows. Where no native lives there is no link. Any native
    household may be the one left behind, whatever the ages (assumption A43).

    Parameters
    ----------
    households : Households
        Those with ``home_place != place`` are the migrants.
    seed : int
        Seed of the population.

    Returns
    -------
    Links
        In the order of the children's rows.
    """
    n, n_places = households.n, world.n_places
    uid, place, home_place = households.uid[:n], households.place[:n], households.home_place[:n]
    key = np.uint64(key64(seed, _PURPOSE, 0))
    child = np.flatnonzero(place != home_place).astype(np.uint32)
    parent = np.full(len(child), _NOBODY, dtype=np.uint32)
    natives = kernels.count_natives(place, home_place, n_places)
    total = np.concatenate([[0], np.cumsum(natives)])
    # a few places at a time, so that the lists of natives stay small beside the columns
    edges = np.searchsorted(total, np.linspace(0, total[-1], _TURNS + 1)[1:-1])
    edges = np.unique(np.concatenate([[0], edges, [n_places]]))
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        start = total[first : last + 1] - total[first]
        rows = np.empty(int(start[-1]), dtype=np.uint32)
        kernels.gather_natives(place, home_place, first, start[:-1].copy(), rows)
        _sort_groups(uid, start, rows)
        kernels.pick_parents(key, uid, home_place, child, first, start, rows, parent)
    found = parent != _NOBODY
    links = Links.empty(int(found.sum()) + int(found.sum()) // 8)
    links.add(child[found], parent[found])
    return links


def absent_member_share(links: Links, households: Households, urban: NDArray[np.bool_]) -> float:
    """Share of rural households with a member elsewhere: with at least one link from a household of another place.

    Parameters
    ----------
    urban : (P,) bool
        Class of the places.

    Returns
    -------
    float
        In [0, 1]; nan without rural households. The specification assumes 0.20 (section 1).
    """
    n = households.n
    child, parent = links.child[: links.n], links.parent[: links.n]
    away = households.place[child] != households.place[parent]
    absent = np.zeros(n, dtype=np.bool_)
    absent[parent[away]] = True
    rural = ~urban[households.place[:n]]
    return float(np.count_nonzero(absent & rural) / rural.sum()) if rural.any() else float("nan")


__all__ = ["Links", "absent_member_share", "first_links"]
