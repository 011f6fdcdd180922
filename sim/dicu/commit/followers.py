"""Families that follow a child who moved away, as rule `follow` named them: into its household, or as neighbours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.geography import Where
from dicu.behaviour.remit import Follows
from dicu.behaviour.tables import Tables
from dicu.behaviour.wealth import MOST_WEALTH
from dicu.commit.rows import formal_workers, lodges, put_in, refresh, settled, size_of, take_out, without_job
from dicu.commit.stocks import JOINED, KEPT, LEFT, Carried, Stocks
from dicu.compute.kernel import kernel
from dicu.population.columns import APART, BUSY, MEMBERS, NEWLY_WED, Households, Rows


class Followed(NamedTuple):
    """What became of the families of a step.

    Attributes
    ----------
    origin, destination : (E,) int32
        Places of those who followed; ``people`` (E, 6) uint8, ``which`` (E,) int64 of the families named.
    emptied, host : (M,) int64
        Rows left empty by those who fit into the child's household, and its row.
    """

    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    people: NDArray[np.uint8]
    which: NDArray[np.int64]
    emptied: NDArray[np.int64]
    host: NDArray[np.int64]


@kernel
def _join(
    h: Rows,
    parent_row: NDArray[np.int64],
    child_row: NDArray[np.int64],
    where: Where,
    year: int,
    sums: Carried,
    out: Followed,
) -> tuple[int, int]:
    """Parents join a child who moved away: into its household if all fit and it does not lodge, else as neighbours.

    Returns how many followed (their positions in ``out.which``) and how many households were merged (their rows are
    listed in ``out.emptied``, those they joined in ``out.host``).
    """
    urban, district, province, area = where.urban, where.district, where.province, where.area
    households, persons, network, jobs = sums
    origin, destination, people, which = out.origin, out.destination, out.people, out.which
    done = 0
    emptied = 0
    for k in range(parent_row.shape[0]):
        i, c = parent_row[k], child_row[k]
        # whoever was touched by another event of this step stays; so do full units of wealth that would not fit
        if (h.flags[i] & np.uint8(BUSY)) or (h.flags[c] & np.uint8(BUSY)) or h.place[i] == h.place[c]:
            continue
        o, d = np.int64(h.place[i]), np.int64(h.place[c])
        n_i, n_c = size_of(h, i), size_of(h, c)
        home = province[district[h.home_place[i]]]
        origin[done] = o
        destination[done] = d
        which[done] = k
        for m in range(MEMBERS):
            people[done, m] = h.member[i, m]
        persons[o] -= n_i
        persons[d] += n_i
        households[o] -= 1
        network[home, district[o]] -= 1
        mine, theirs = formal_workers(h, i, year), formal_workers(h, c, year)
        fit = n_i + n_c <= MEMBERS and np.int64(h.wealth[i]) + np.int64(h.wealth[c]) <= MOST_WEALTH
        if fit and not lodges(h.attributes[c]):
            for _ in range(n_i):
                put_in(h, c, take_out(h, i, 0))
            h.wealth[c] += h.wealth[i]
            h.wealth[i] = 0
            h.attributes[c] |= h.attributes[i] & np.uint8(NEWLY_WED)
            h.attributes[c] ^= h.attributes[i] & np.uint8(APART)  # both had it: they are together again
            h.flags[i] = np.uint8(h.flags[i] | np.uint8(BUSY))
            refresh(h, c, year)
            jobs[JOINED, district[o]] -= mine
            jobs[JOINED, district[d]] += formal_workers(h, c, year) - theirs
            out.emptied[emptied] = i
            out.host[emptied] = c
            emptied += 1
        else:
            h.place[i] = d
            h.ties[i] = 0
            h.attributes[i] = settled(h.attributes[i], urban[d], True)
            if area[district[o]] == area[district[d]]:
                jobs[KEPT, district[o]] -= mine
                jobs[KEPT, district[d]] += mine
            else:
                h.attributes[i] = without_job(h.attributes[i])
                jobs[LEFT, district[o]] -= mine
            refresh(h, i, year)
            h.flags[c] = np.uint8(h.flags[c] | np.uint8(BUSY))
            households[d] += 1
            network[home, district[d]] += 1
        done += 1
    return done, emptied


def follow_children(households: Households, families: Follows, tables: Tables, stocks: Stocks) -> Followed:
    """Bring the families to their children, in the order given; rows and stocks are changed in place."""
    at_most = len(families)
    places = np.empty(at_most, dtype=np.int32), np.empty(at_most, dtype=np.int32)
    rows = (np.empty(at_most, dtype=np.int64) for _ in range(3))
    out = Followed(*places, np.zeros((at_most, MEMBERS), dtype=np.uint8), *rows)
    done, merged = _join(
        households.rows, families.parent, families.child, tables.where, tables.ages.year, stocks.carried, out
    )
    return Followed(
        out.origin[:done],
        out.destination[:done],
        out.people[:done],
        out.which[:done],
        out.emptied[:merged],
        out.host[:merged],
    )
