"""Partings: a man who lives with his parents leaves them with wife and children, for a home in the place (A127)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.ages import Ages
from dicu.behaviour.events import PARTING_MASK, PARTING_SHIFT, Events
from dicu.behaviour.geography import Where
from dicu.behaviour.kin import couples_of, family_of
from dicu.behaviour.tables import Tables
from dicu.commit.rows import refresh, size_of
from dicu.commit.stocks import Carried, Stocks, carry
from dicu.compute.kernel import kernel
from dicu.population.columns import APART, MEMBERS, NEWLY_WED, Rows


@dataclass(frozen=True, eq=False)
class Partings:
    """The K families of a step that part from parents.

    Attributes
    ----------
    row, slot : (K,) int64
        Rows they leave, and the man's slot in them.
    """

    row: NDArray[np.int64]
    slot: NDArray[np.int64]

    @classmethod
    def of(cls, events: Events) -> Partings:
        """Those that the life events of the step name."""
        slot = (events.life_mask.astype(np.int64) >> PARTING_SHIFT & PARTING_MASK) - 1
        some = np.flatnonzero(slot >= 0)
        return cls(events.life_row[some].astype(np.int64), slot[some])

    def __len__(self) -> int:
        return len(self.row)

    def settle(self, h: Rows, n: int, uids: NDArray[np.uint64], tables: Tables, stocks: Stocks) -> None:
        """Set up their households, with ``uids`` (K,), in rows from ``n`` on."""

        def work(_: int, first: int, last: int, sums: Carried) -> None:
            _set_up((first, last), h, n, (self.row, self.slot, uids), tables.where, tables.ages, sums)

        carry(stocks, len(self), work)


@kernel
def _set_up(
    part: tuple[int, int],
    h: Rows,
    n: int,
    families: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64]],
    where: Where,
    ages: Ages,
    sums: Carried,
) -> None:
    """Families ``part`` = (first, last) take their members, and what they own a head, to rows of their own."""
    row, slot, uid = families
    households, network = sums.households, sums.network
    district, province = where.district, where.province
    for k in range(part[0], part[1]):
        i, c = row[k], n + k
        mask = family_of(h.member[i], slot[k], ages, couples_of(h.member[i], ages, h.attributes[i]))
        before = size_of(h, i)
        gone = 0
        kept = 0
        for m in range(MEMBERS):
            h.member[c, m] = 0
        for m in range(before):
            code = h.member[i, m]
            h.member[i, m] = 0
            if (mask >> m) & 1:
                h.member[c, gone] = code
                gone += 1
            else:
                h.member[i, kept] = code
                kept += 1
        share = np.uint16(np.int64(h.wealth[i]) * gone // before)
        h.wealth[i] -= share
        h.attributes[i] &= np.uint8(0xFF ^ NEWLY_WED)
        h.uid[c] = uid[k]
        h.place[c] = h.place[i]
        h.home_place[c] = h.home_place[i]
        h.wealth[c] = share
        h.attributes[c] = h.attributes[i] & np.uint8(0xFF ^ APART)
        h.income_quantile[c] = h.income_quantile[i]
        h.ties[c] = h.ties[i]
        h.flags[c] = 0
        refresh(h, c, ages.year)
        refresh(h, i, ages.year)
        here = district[h.place[i]]
        households[h.place[i]] += 1
        network[province[district[h.home_place[i]]], here] += 1


__all__ = ["Partings"]
