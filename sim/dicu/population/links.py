"""Links to a parent household: a side table, 6 bytes a link, for those households that have one.

A link says that the household of one row (the child) came out of, or still belongs to, the household of another (the
parent): money is sent along it and families follow it. Rows are those of the household columns, so the table is
rewritten when rows move. Links stand in the order of the children's rows, so that of a child's row 16 bits are enough
and whoever reads the columns of all children reads them forwards; results depend on the set of links only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.compute.hashing import key64
from dicu.compute.pool import over_blocks
from dicu.population import link_kernels as kernels
from dicu.population.columns import Households
from dicu.population.few_links import Few, as_rows
from dicu.world.world import World

_NOBODY: Final = 0xFFFFFFFF
_PURPOSE: Final = 0x6C696E6B  # "link"; the purposes of the synthesis and of a run are small numbers
_TURNS: Final = 16


def _firsts(child: NDArray[np.int64], blocks: int) -> NDArray[np.int64]:
    """Which of these children, ascending, is the first of each block of rows, (blocks + 1,)."""
    return np.searchsorted(child, np.arange(blocks + 1, dtype=np.int64) << kernels.LOW_BITS)


def _longer[T: np.generic](array: NDArray[T], n: int, capacity: int) -> NDArray[T]:
    """The first n elements in an array of this length."""
    made = np.empty(capacity, dtype=array.dtype)
    made[:n] = array[:n]
    return made


def _marks(rows: NDArray[np.integer]) -> NDArray[np.uint64]:
    """One bit a row, as `kernels.Marked` has them."""
    marked = as_rows(rows, "rows")
    bits = np.zeros((int(marked.max(initial=-1)) >> 6) + 2, dtype=np.uint64)
    kernels.mark(marked, bits)
    return bits


@dataclass(eq=False)
class Links:
    """Links from a household to its parent household, at most one a child, in the order of the children's rows.

    Attributes
    ----------
    low : (capacity,) uint16
        Last 16 bits of the children's rows; beyond the links in use it is meaningless, as is ``parent``.
    parent : (capacity,) uint32
        Rows of the parents.
    start : (B + 1,) int64
        Where the links of the b-th 65,536 child rows begin.
    """

    low: NDArray[np.uint16]
    parent: NDArray[np.uint32]
    start: NDArray[np.int64]

    @classmethod
    def empty(cls, capacity: int = 0) -> Links:
        """No link, with room for ``capacity``."""
        low, parent = np.empty(capacity, dtype=np.uint16), np.empty(capacity, dtype=np.uint32)
        return cls(low, parent, np.zeros(1, dtype=np.int64))

    @classmethod
    def of(cls, child_rows: NDArray[np.integer], parent_rows: NDArray[np.integer]) -> Links:
        """The links of these rows, see `add`, without spare room."""
        made = cls.empty()
        made.add(child_rows, parent_rows)
        return made

    def copy(self) -> Links:
        """The same links in arrays of their own, spare room included."""
        return Links(self.low.copy(), self.parent.copy(), self.start.copy())

    @property
    def columns(self) -> kernels.LinkColumns:
        """The table as it is now, as one argument of a kernel."""
        return kernels.LinkColumns(self.low, self.parent, self.start)

    @property
    def n(self) -> int:
        """Links in use."""
        return int(self.start[-1])

    def __len__(self) -> int:
        return self.n

    @property
    def blocks(self) -> int:
        """Blocks of child rows, B."""
        return len(self.start) - 1

    @property
    def child(self) -> NDArray[np.uint32]:
        """Rows of the children, (n,), ascending; made anew whenever it is asked for."""
        base = np.arange(self.blocks, dtype=np.uint32) << np.uint32(kernels.LOW_BITS)
        rows: NDArray[np.uint32] = np.repeat(base, np.diff(self.start))
        rows += self.low[: self.n]
        return rows

    @property
    def nbytes(self) -> int:
        """Bytes of the links in use."""
        return self.n * (self.low.itemsize + self.parent.itemsize) + self.start.nbytes

    def few(self, find: Callable[[int, int, NDArray[np.uint32], NDArray[np.int64]], object]) -> Few:
        """Some of the links, by a kernel that reads all of them, block by block.

        Parameters
        ----------
        find : callable
            ``find(first, last, listed, found)`` lists the positions of those in blocks first to last - 1, ascending,
            and says how many there are in each of these blocks; ``listed`` has room for all links of the blocks.
        """
        parts: dict[int, Few] = {}
        columns = self.columns

        def part(first: int, last: int) -> None:
            # a list a part: one of all links would be memory fresh from the system, and cleared, at every call
            listed = np.empty(int(self.start[last] - self.start[first]), dtype=np.uint32)
            found = np.empty(last - first, dtype=np.int64)
            find(first, last, listed, found)
            made = parts[first] = Few.room_for(int(found.sum()))
            kernels.gather(first, columns, listed, found, made.at, made.child, made.parent)

        over_blocks(part, self.blocks)
        return Few.together([parts[first] for first in sorted(parts)])

    def touching(self, rows: NDArray[np.integer], parents: NDArray[np.integer] | None = None) -> Few:
        """The links with one of these rows at either end; or of these children, or of ``parents``."""
        children = _marks(rows)
        marked = kernels.Marked(children, children if parents is None else _marks(parents))
        columns = self.columns
        return self.few(lambda first, last, *out: kernels.touching(first, last, columns, marked, *out))

    def put_back(self, few: Few) -> None:
        """Write links that were found and then changed; nothing else may have been changed meanwhile."""
        out, moved = np.empty(len(few), dtype=np.int64), np.empty(len(few), dtype=np.int64)
        n_out, n_moved = kernels.divide(few.at, few.child, few.parent, self.columns, out, moved)
        moved = moved[:n_moved]
        moved = moved[np.argsort(few.child[moved])]
        if n_out:
            self._rebuild(out[:n_out], few.child[moved], few.parent[moved], len(self.low))

    def _rebuild(
        self, out: NDArray[np.int64], child: NDArray[np.int64], parent: NDArray[np.int64], capacity: int
    ) -> None:
        """Leave out the links at some positions and put in others, both ascending."""
        start = self._starts(child)
        old = kernels.LinkColumns(self.low, self.parent, start)
        leaving = kernels.Leaving(out, np.searchsorted(out, start))
        entering = kernels.Entering(child, parent, _firsts(child, len(start) - 1))
        new = kernels.LinkColumns(
            low=np.empty(capacity, dtype=np.uint16),
            parent=np.empty(capacity, dtype=np.uint32),
            start=start - leaving.first + entering.first,
        )
        over_blocks(lambda a, b: kernels.rebuild(a, b, old, leaving, entering, new), len(start) - 1)
        self.low, self.parent, self.start = new

    def _starts(self, child: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where blocks start, with empty ones at the end as far as these children, ascending, need them."""
        needed = (int(child[-1]) >> kernels.LOW_BITS) + 1 if len(child) else 0
        return np.pad(self.start, (0, max(0, needed - self.blocks)), mode="edge")

    def add(self, child_rows: NDArray[np.integer], parent_rows: NDArray[np.integer]) -> None:
        """Link each child with its parent; where the children stand beyond all others, nothing else is moved.

        Parameters
        ----------
        child_rows, parent_rows : (E,) integers
            Rows of households; a child must have no link yet (`check` finds those that have two).

        Raises
        ------
        ValueError
            When the lengths differ, a row cannot be numbered, or a household would be its own parent.
        """
        child, parent = as_rows(child_rows, "child_rows"), as_rows(parent_rows, "parent_rows")
        if len(child) != len(parent):
            raise ValueError(f"{len(child)} children and {len(parent)} parents: a link has one of each")
        if bool(np.any(child == parent)):
            raise ValueError(f"row {int(child[child == parent][0])} would be its own parent household")
        self.enter(child, parent)

    def enter(self, child: NDArray[np.int64], parent: NDArray[np.int64]) -> None:
        """As `add`, where parents are named otherwise than by rows of this table, as `dicu.population.shard` does."""
        child, parent = as_rows(child, "child"), as_rows(parent, "parent")
        if not len(child):
            return
        if bool(np.any(child[1:] < child[:-1])):
            order = np.argsort(child, kind="stable")
            child, parent = child[order], parent[order]
        n, total, capacity = self.n, self.n + len(child), len(self.low)
        if total > capacity:
            capacity = max(total, capacity + capacity // 8)
        if int(child[0]) <= self._last_child():
            self._rebuild(np.empty(0, dtype=np.int64), child, parent, capacity)
            return
        if capacity > len(self.low):
            self.low = _longer(self.low, n, capacity)
            self.parent = _longer(self.parent, n, capacity)
        self.low[n:total] = (child & kernels.LOW_MASK).astype(np.uint16)
        self.parent[n:total] = parent
        start = self._starts(child)
        self.start = start + _firsts(child, len(start) - 1)

    def _last_child(self) -> int:
        """Row of the last child, -1 without links."""
        if not self.n:
            return -1
        block = int(np.searchsorted(self.start, self.n)) - 1
        return (block << kernels.LOW_BITS) + int(self.low[self.n - 1])

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
        few = self.touching(np.concatenate([gone, source]))
        dropped = few.remap(gone, source, target)
        self.put_back(few)
        return dropped

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
        few = self.touching(old_parent_rows)
        dropped = few.merge_into(old_parent_rows, new_parent_rows)
        self.put_back(few)
        return dropped

    def parents_of(self, rows: NDArray[np.integer]) -> NDArray[np.int64]:
        """Row of the parent household of each of these households, (R,); -1 where there is no link.

        Parameters
        ----------
        rows : (R,) integers
            In any order; not below 0.
        """
        children = as_rows(rows, "rows")
        out = np.empty(len(children), dtype=np.int64)
        kernels.find_parents(children, self.columns, out)
        return out

    def of_parents(self, rows: NDArray[np.integer]) -> Few:
        """The links to any of these parents; for a few rows, by a look at every link."""
        at = np.flatnonzero(np.isin(self.parent[: self.n], rows))
        block = np.searchsorted(self.start, at, side="right") - 1
        child = (block << kernels.LOW_BITS) + self.low[at]
        return Few(at, child, self.parent[at].astype(np.int64))

    def canonical(self, uid: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """The links by identity, whatever the order of rows: child uids ascending, and their parents' uids.

        Parameters
        ----------
        uid : (rows,) uint64
            The households' identities.
        """
        children = uid[self.child]
        order = np.argsort(children)
        return children[order], uid[self.parent[: self.n]][order]

    def check(self, n_households: int) -> None:
        """Stop when a link points beyond the households, at itself, out of the order, or a child has two.

        Raises
        ------
        RuntimeError
            Naming the first offender.
        """
        child, parent = self.child, self.parent[: self.n]
        for name, rows in (("child", child), ("parent", parent)):
            if self.n and int(rows.max()) >= n_households:
                k = int(np.argmax(rows >= n_households))
                raise RuntimeError(f"link {k}: {name} row {int(rows[k])}, but {n_households} households")
        if bool(np.any(child == parent)):
            raise RuntimeError(f"link {int(np.argmax(child == parent))}: a household that is its own parent")
        disorder = child[1:] < child[:-1]
        if bool(np.any(disorder)):
            raise RuntimeError(f"link {int(np.argmax(disorder)) + 1}: before one of a smaller child row")
        twice = child[1:] == child[:-1]
        if bool(np.any(twice)):
            raise RuntimeError(
                f"row {int(child[:-1][twice][0])} has more than one link to a parent household"
            )


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
    child, parent = links.child, links.parent[: links.n]
    away = households.place[child] != households.place[parent]
    absent = np.zeros(n, dtype=np.bool_)
    absent[parent[away]] = True
    rural = ~urban[households.place[:n]]
    return float(np.count_nonzero(absent & rural) / rural.sum()) if rural.any() else float("nan")


__all__ = ["Few", "Links", "absent_member_share", "first_links"]
