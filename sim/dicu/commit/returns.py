"""Returns: who left alone and comes home alone moves in with the parents again (assumption A72)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.geography import Where
from dicu.behaviour.tables import Tables
from dicu.behaviour.wealth import MOST_WEALTH
from dicu.commit.rows import formal_workers, put_in, refresh, take_out
from dicu.commit.stocks import JOINED, Carried, Stocks
from dicu.compute.kernel import kernel
from dicu.population.columns import APART, BUSY, MEMBERS, Households, Rows
from dicu.population.links import Links
from dicu.population.shard import Shard


@dataclass(frozen=True, eq=False)
class Returned:
    """Who came home to the parents: (K,) int64 rows left empty, and the rows they joined, in uid order."""

    emptied: NDArray[np.int64]
    parent: NDArray[np.int64]


@kernel
def _move_in(
    h: Rows, row: NDArray[np.int64], parent: NDArray[np.int64], year: int, where: Where, sums: Carried
) -> int:
    """Bring each of ``row`` into its parents' row, in order; those who did come first in both lists after."""
    households, network, jobs = sums.households, sums.network, sums.jobs
    district, province = where.district, where.province
    done = 0
    for k in range(row.shape[0]):
        i, p = row[k], parent[k]
        # parents touched by another event of this step, or who live elsewhere themselves, take nobody in
        if h.flags[p] & np.uint8(BUSY) or h.place[p] != h.place[i]:
            continue
        if h.member[p, MEMBERS - 1] != 0 or np.int64(h.wealth[p]) + np.int64(h.wealth[i]) > MOST_WEALTH:
            continue
        here = district[h.place[i]]
        jobs[JOINED, here] -= formal_workers(h, i, year) + formal_workers(h, p, year)
        put_in(h, p, take_out(h, i, 0))
        # both had the mark: a couple is together again; one who is not, or no longer, married to somebody here stays so
        h.attributes[p] &= np.uint8(0xFF ^ (h.attributes[i] & np.uint8(APART)))
        jobs[JOINED, here] += formal_workers(h, p, year)
        h.wealth[p] += h.wealth[i]
        h.wealth[i] = 0
        refresh(h, p, year)
        at = h.place[i]
        households[at] -= 1
        network[province[district[h.home_place[i]]], district[at]] -= 1
        row[done], parent[done] = i, p
        done += 1
    return done


def come_home(
    households: Households,
    links: Links,
    moved: NDArray[np.integer],
    tables: Tables,
    stocks: Stocks,
    shard: Shard,
) -> Returned:
    """After the moves: people who came home alone join their parents where these live there, are not busy, and have
    room and a purse that holds what both own. Of several children of one household the least uid does, the others
    are neighbours.

    Parameters
    ----------
    moved : (M,) integers
        Rows whose household moved as a whole.
    shard : Shard
        Parents on another rank live elsewhere, or have just moved and take nobody in.
    """
    h, rows = households, moved
    alone = rows[(h.place[rows] == h.home_place[rows]) & (h.member[rows, 1] == 0)].astype(np.int64)
    parent = links.parents_of(alone)
    near = (parent >= 0) & shard.here(parent)
    row, parent = alone[near], shard.row(parent[near])
    order = np.argsort(h.uid[row])
    row, parent = row[order], parent[order]
    done = int(_move_in(h.rows, row, parent, tables.ages.year, tables.where, stocks.carried))
    return Returned(row[:done], parent[:done])
