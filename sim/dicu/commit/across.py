"""The commit where the population is cut among ranks: what of a step's events concerns households of two of them.

Moves, couples and orphans happen within a rank: who moves to another one is applied where it was, then brought there,
before anybody of the new place is looked at. Families that follow are brought to their child's rank first. At the end
all ranks hear which rows have new addresses or are gone, as far as links can point at them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.remit import Follows
from dicu.behaviour.wealth import MOST_WEALTH
from dicu.commit.identity import new_uids, unique
from dicu.commit.rows import without_holes
from dicu.compute.kernel import kernel
from dicu.population.columns import BUSY, Households
from dicu.population.few_links import Few
from dicu.population.links import Links
from dicu.population.shard import Shard, Shipment, ship

_MOVES = "moves"
_REFERENCES = "link references"
_ESTATES = "estates"
_NOBODY = np.uint64(0xFFFFFFFFFFFFFFFF)


class Closing(NamedTuple):
    """What a step leaves to be tidied up: rows of this rank, int64.

    Attributes
    ----------
    merged, hosts : (M,)
        Households that were joined to others, and those others.
    bequeathing : (D,)
        Rows whose wealth goes to heirs.
    gone : (G,)
        All rows that are empty now, those that left for another rank included; ascending.
    """

    merged: NDArray[np.int64]
    hosts: NDArray[np.int64]
    bequeathing: NDArray[np.int64]
    gone: NDArray[np.int64]


class Closed(NamedTuple):
    """Wealth units without an heir, and the rows that were moved into holes, and where to."""

    estates: int
    source: NDArray[np.int64]
    target: NDArray[np.int64]


def identities(
    shard: Shard, existing: NDArray[np.uint64], parents: NDArray[np.uint64], key: np.uint64
) -> NDArray[np.uint64]:
    """As `new_uids`, where identities in use and new ones are on all ranks."""
    if shard.alone:
        return new_uids(existing, parents, key)
    ranks = shard.ranks
    uids = new_uids(existing, parents, key)
    every = ranks.everyone("new uids", uids)
    met = np.array([not unique(existing, every)], dtype=np.int64)
    if not ranks.sum("new uids", met)[0]:
        return uids
    # two would get one identity, which almost never happens: all are told apart where all are known
    counts = ranks.everyone("new uids", np.array([len(parents)], dtype=np.int64))
    first = int(counts[: ranks.number].sum())
    whole = new_uids(ranks.everyone("new uids", existing), ranks.everyone("new uids", parents), key)
    return whole[first : first + len(parents)]


@dataclass(eq=False)
class Across:
    """What one step exchanges between the ranks, in its order.

    Attributes
    ----------
    shipments : list of Shipment
        Those who moved, then families that follow.
    """

    shard: Shard
    households: Households
    links: Links
    shipments: list[Shipment] = field(default_factory=list)

    @property
    def departed(self) -> NDArray[np.int64]:
        """Rows that left for other ranks, (S,) int64."""
        none = np.empty(0, dtype=np.int64)
        return np.concatenate([none, *(s.sent for s in self.shipments)])

    def movers(
        self, moved: NDArray[np.integer], split: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Bring who moved to another rank there.

        Returns rows of this rank whose household moved as a whole, and of those who left others.

        Parameters
        ----------
        moved, split : (M,), (S,) integers
            Rows that moved as a whole; new rows of those who left others.
        """
        rows = np.concatenate([moved.astype(np.int64), split])
        whole = np.arange(len(rows)) < len(moved)
        away = self.shard.owner[self.households.place[rows]] != self.shard.ranks.number
        made = ship(self.shard, self.households, self.links, rows[away], whole[away], _MOVES)
        self.shipments.append(made)
        all_came = np.concatenate([rows[whole & ~away], made.first + np.flatnonzero(made.whole)])
        alone = np.concatenate([rows[~whole & ~away], made.first + np.flatnonzero(~made.whole)])
        return all_came, alone

    def families(self, called: Follows) -> Follows:
        """Bring parents who can follow to the rank of their child; returns the families that are here now, as rows.

        Parameters
        ----------
        called : Follows
            Of all ranks, as addresses.
        """
        shard, h = self.shard, self.households
        parent, child = shard.row(called.parent), shard.row(called.child)
        at_parent, at_child = shard.here(called.parent), shard.here(called.child)
        seen = np.zeros((4, len(called)), dtype=np.int64)
        for k, (row, here) in enumerate(((parent, at_parent), (child, at_child))):
            seen[2 * k, here] = h.flags[row[here]] & np.uint8(BUSY)
            seen[2 * k + 1, here] = h.place[row[here]]
        busy_p, place_p, busy_c, place_c = shard.ranks.sum("follow", seen)
        come = (busy_p == 0) & (busy_c == 0) & (place_p != place_c)
        leaving = come & at_parent & ~at_child
        goes = np.flatnonzero(leaving)
        made = self._ship_to(parent[goes], shard.rank(called.child)[goes])
        self.shipments.append(made)
        # those who came are found by the addresses that they had
        rows = parent.copy()
        order = np.argsort(made.was)
        came = np.flatnonzero(come & at_child & ~at_parent)
        rows[came] = made.first + order[np.searchsorted(made.was[order], called.parent[came])]
        mine = np.flatnonzero(come & at_child)
        return Follows(rows[mine], child[mine], called.joins[mine])

    def _ship_to(self, rows: NDArray[np.int64], rank: NDArray[np.int64]) -> Shipment:
        """Bring rows to given ranks, although they still live where they did."""
        whole = np.ones(len(rows), dtype=np.bool_)
        return ship(self.shard, self.households, self.links, rows, whole, _MOVES, rank)

    # ---------------------------------------------------------------- the end of a step

    def close(self, closing: Closing) -> Closed:
        """Links of the merged and of those who moved, estates, no holes, links of the rows that fill them."""
        shard, h, gone = self.shard, self.households, closing.gone
        source, target = _into_holes(gone, h.n)
        was = self._told(np.concatenate([s.was for s in self.shipments]))
        now = self._told(
            shard.address(np.concatenate([np.arange(s.first, s.first + s.n) for s in self.shipments]))
        )
        merged, hosts = self._told(shard.address(closing.merged)), self._told(shard.address(closing.hosts))
        freed = self._told(shard.address(gone))
        moved, to = self._told(shard.address(source)), self._told(shard.address(target))

        concerned = self.links.touching(np.concatenate([gone, source]), np.concatenate([was, freed, moved]))
        few = Few(concerned.at, shard.address(concerned.child), concerned.parent)
        few.rename_parents(was, now)
        few.merge_into(merged, hosts)
        estates = self._inherit(few, closing.bequeathing, freed)
        source, target, h.n = without_holes(h.rows, gone, h.n)
        few.remap(freed, moved, to)
        few.child = np.where(few.child >= 0, shard.row(few.child), -1)
        self.links.put_back(few)
        return Closed(estates, source, target)

    def _told(self, addresses: NDArray[np.int64]) -> NDArray[np.int64]:
        """Addresses of all ranks; they are sent in four bytes each."""
        return self.shard.ranks.everyone(_REFERENCES, addresses.astype(np.uint32)).astype(np.int64)

    def _inherit(self, few: Few, bequeathing: NDArray[np.int64], freed: NDArray[np.int64]) -> int:
        """As `dicu.commit.estates.inherit`; returns this rank's part of what nobody inherits.

        The part may be below 0: what heirs take is deducted where they live.
        """
        shard, h, ranks = self.shard, self.households, self.shard.ranks
        mine = bequeathing[h.wealth[bequeathing] > 0]
        told = np.stack(
            [shard.address(mine), h.uid[mine].view(np.int64), h.wealth[mine].astype(np.int64)], axis=1
        )
        dead = ranks.everyone(_ESTATES, told.reshape(-1)).reshape(-1, told.shape[1])
        dead = dead[np.argsort(dead[:, 0])]
        linked = few.child >= 0
        child, parent = few.child[linked], few.parent[linked]
        left, without = np.isin(child, freed), np.isin(parent, freed)
        heir = _heirs(shard, h.uid, dead[:, 0], (child[~left & without], parent[~left & without]))
        of_parent = np.full(len(dead), -1, dtype=np.int64)
        at, known = _found(child[left & ~without], dead[:, 0])
        of_parent[at] = parent[left & ~without][known]
        of_parent = ranks.most(_ESTATES, of_parent)
        heir = np.where(heir >= 0, heir, of_parent)
        here = np.flatnonzero((heir >= 0) & shard.here(heir))
        here = here[np.argsort(dead[here, 1].copy().view(np.uint64), kind="stable")]
        taken = _hand_on(shard.row(heir[here]), dead[here, 2], h.wealth)
        left_behind = int(h.wealth[mine].sum(dtype=np.int64))
        h.wealth[mine] = 0
        return left_behind - taken


@kernel
def _hand_on(heir: NDArray[np.int64], amount: NDArray[np.int64], wealth: NDArray[np.uint16]) -> int:
    """Hand estates to rows of this rank one after another; returns what they can take."""
    taken = np.int64(0)
    for k in range(heir.shape[0]):
        some = min(amount[k], MOST_WEALTH - np.int64(wealth[heir[k]]))
        wealth[heir[k]] += np.uint16(some)
        taken += some
    return int(taken)


def _heirs(
    shard: Shard,
    uid: NDArray[np.uint64],
    dead: NDArray[np.int64],
    ends: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> NDArray[np.int64]:
    """Address of the linked child of least identity of each of the dead (D,), ascending; -1 where there is none.

    Parameters
    ----------
    ends : (K,), (K,) int64
        Addresses of children of this rank who live, and of their parents who do not.
    """
    at, known = _found(ends[1], dead)
    child = ends[0][known]
    mine = uid[shard.row(child)]
    least = np.full(len(dead), _NOBODY, dtype=np.uint64)
    np.minimum.at(least, at, mine)
    least = shard.ranks.least(_ESTATES, least)
    heir = np.full(len(dead), -1, dtype=np.int64)
    won = mine == least[at]
    heir[at[won]] = child[won]
    return shard.ranks.most(_ESTATES, heir)


def _found(
    wanted: NDArray[np.int64], among: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where those of ``wanted`` that are ``among`` some, ascending, stand there; and which they are."""
    at = np.searchsorted(among, wanted)
    inside = at < len(among)
    known = np.flatnonzero(inside)[among[at[inside]] == wanted[inside]]
    return at[known], known


def _into_holes(gone: NDArray[np.int64], n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which rows `without_holes` will move, and where to: the last go into the first holes."""
    left = n - len(gone)
    target = gone[: np.searchsorted(gone, left)]
    stay = np.ones(n - left, dtype=np.bool_)
    stay[gone[len(target) :] - left] = False
    return (left + np.flatnonzero(stay))[::-1], target


__all__ = ["Across", "Closed", "Closing", "identities"]
