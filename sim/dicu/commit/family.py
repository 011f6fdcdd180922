"""Couples: the part of the commit in which households exchange members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.couples import drawn, match
from dicu.behaviour.events import SEEKER_MASK, Events
from dicu.behaviour.geography import Where
from dicu.behaviour.tables import Tables
from dicu.behaviour.wealth import MOST_WEALTH
from dicu.commit.rows import (
    WARMED,
    formal_workers,
    lodges,
    put_in,
    refresh,
    settled,
    share_of_wealth,
    size_of,
    take_out,
    warm,
)
from dicu.commit.stocks import CARRIED, JOINED, Carried, Stocks, carry
from dicu.compute.kernel import kernel
from dicu.compute.pool import over_blocks
from dicu.population.columns import APART, BIRTH_YEAR_ZERO, MEMBERS, NEWLY_WED, Households, Rows, of_lodgers

# what a thread takes at a time, without effect on results
_BLOCK: Final = 1 << 12


class Seekers(NamedTuple):
    """S members who look for a partner in this step.

    Attributes
    ----------
    row, slot : (S,) int64
        Household row and slot in it.
    place, district, birth_year : (S,) int64
    female : (S,) bool
    uid : (S,) uint64
    """

    row: NDArray[np.int64]
    slot: NDArray[np.int64]
    place: NDArray[np.int64]
    district: NDArray[np.int64]
    female: NDArray[np.bool_]
    birth_year: NDArray[np.int64]
    uid: NDArray[np.uint64]


def seekers_of(households: Households, events: Events, tables: Tables) -> Seekers:
    """Who seeks, from the life events of the step."""
    slot = (events.life_mask.astype(np.int64) >> (2 * MEMBERS) & SEEKER_MASK) - 1
    some = np.flatnonzero(slot >= 0)
    row, slot = events.life_row[some].astype(np.int64), slot[some]
    n = len(row)
    seekers = Seekers(
        row,
        slot,
        place=np.empty(n, dtype=np.int64),
        district=np.empty(n, dtype=np.int64),
        female=np.empty(n, dtype=np.bool_),
        birth_year=np.empty(n, dtype=np.int64),
        uid=np.empty(n, dtype=np.uint64),
    )
    rows, district = households.rows, tables.where.district

    def work(first: int, last: int) -> None:
        _look_up(first * _BLOCK, min(n, last * _BLOCK), rows, district, seekers)

    over_blocks(work, -(-n // _BLOCK))
    return seekers


@kernel
def _look_up(lo: int, hi: int, h: Rows, district: NDArray[np.int32], out: Seekers) -> None:
    """Fill what a market asks of seekers lo..hi, column by column, so that reads from memory overlap."""
    row, slot = out.row, out.slot
    for k in range(lo, hi):
        out.place[k] = np.int64(h.place[row[k]])
    for k in range(lo, hi):
        out.district[k] = district[out.place[k]]
    for k in range(lo, hi):
        code = h.member[row[k], slot[k]]
        out.female[k] = code & 1 != 0
        out.birth_year[k] = BIRTH_YEAR_ZERO + (np.int64(code) >> 1)
    for k in range(lo, hi):
        out.uid[k] = h.uid[row[k]]


class Coupling(NamedTuple):
    """The K couples of a step, and what settling them writes down.

    Attributes
    ----------
    woman, woman_slot, man, man_slot : (K,) int64
        Rows, and slots in them.
    joins : (K,) bool
        She moves in with his parents.
    new_uid : (N,) uint64
        Identities of the households that couples found.
    origin, destination, people : (K,) int32, (K,) int32, (K, 6) uint8
        Written: moves of one partner.
    emptied : (K,) int64
        Written: rows left empty.
    """

    woman: NDArray[np.int64]
    woman_slot: NDArray[np.int64]
    man: NDArray[np.int64]
    man_slot: NDArray[np.int64]
    joins: NDArray[np.bool_]
    new_uid: NDArray[np.uint64]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    people: NDArray[np.uint8]
    emptied: NDArray[np.int64]


@kernel
def _settle_couples(
    part: tuple[int, int, int], h: Rows, n: int, c: Coupling, where: Where, year: int, sums: Carried
) -> tuple[int, int, int]:
    """Settle the couples of ``part`` = (first, last, founded before) in their order; new households from row ``n`` on.

    Moves and emptied rows are listed from ``first`` on. Returns how many they are, and what `warm` read, which is of no
    meaning.
    """
    first, last, born = part
    woman, woman_slot, man, man_slot, joins = c.woman, c.woman_slot, c.man, c.man_slot, c.joins
    origin, destination, people, emptied = c.origin, c.destination, c.people, c.emptied
    urban, district, province = where.urban, where.district, where.province
    households, persons, network, jobs = sums
    warmed = np.int64(0)
    moves = first
    empty = first
    for k in range(first, last):
        if (k - first) % WARMED == 0:
            end = min(last, k + WARMED)
            warmed ^= warm(h, woman, k, end) ^ warm(h, man, k, end)
        w, m = woman[k], man[k]
        n_w, n_m = size_of(h, w), size_of(h, m)
        place_w, place_m = np.int64(h.place[w]), np.int64(h.place[m])
        if n_m == 1 or n_w == 1 or joins[k]:
            # to the one who lives alone, the man if both do; or to the man's parents
            to_man = n_m == 1 or joins[k]
            host, guest = (m, w) if to_man else (w, m)
            n_guest = n_w if to_man else n_m
            slot = woman_slot[k] if to_man else man_slot[k]
            o, d = np.int64(h.place[guest]), np.int64(h.place[host])
            jobs[JOINED, district[o]] -= formal_workers(h, guest, year)
            jobs[JOINED, district[d]] -= formal_workers(h, host, year)
            dowry = share_of_wealth(h, guest, n_guest)
            room = np.uint16(MOST_WEALTH - np.int64(h.wealth[host]))
            brought = min(dowry, room)
            h.wealth[host] += brought
            h.wealth[guest] += dowry - brought
            code = take_out(h, guest, slot)
            put_in(h, host, code)
            if joins[k]:
                h.attributes[host] |= np.uint8(NEWLY_WED)
            if lodges(h.attributes[host]):  # the lodger who lived alone now rents with a partner
                h.attributes[host] = settled(h.attributes[host], urban[d], True)
            refresh(h, host, year)
            if n_guest == 1:
                emptied[empty] = guest
                empty += 1
                households[o] -= 1
                network[province[district[h.home_place[guest]]], district[o]] -= 1
            else:
                refresh(h, guest, year)
            jobs[JOINED, district[o]] += formal_workers(h, guest, year)
            jobs[JOINED, district[d]] += formal_workers(h, host, year)
            if o != d:
                origin[moves] = o
                destination[moves] = d
                people[moves, 0] = code
                moves += 1
                persons[o] -= 1
                persons[d] += 1
        else:
            # both leave home and set up in the man's place (patrilocal: assumption A39)
            row = n + born
            jobs[JOINED, district[place_w]] -= formal_workers(h, w, year)
            jobs[JOINED, district[place_m]] -= formal_workers(h, m, year)
            h.uid[row] = c.new_uid[born]
            born += 1
            h.place[row] = place_m
            h.home_place[row] = h.home_place[m]
            h.ties[row] = h.ties[m]
            h.income_quantile[row] = h.income_quantile[m]
            h.attributes[row] = settled(h.attributes[m], urban[place_m], False) & np.uint8(
                0xFF ^ (NEWLY_WED | APART)
            )
            h.flags[row] = 0
            h.wealth[row] = share_of_wealth(h, m, n_m)
            dowry = share_of_wealth(h, w, n_w)
            brought = min(dowry, np.uint16(MOST_WEALTH - np.int64(h.wealth[row])))
            h.wealth[row] += brought
            h.wealth[w] += dowry - brought
            for s in range(MEMBERS):
                h.member[row, s] = 0
            code = take_out(h, w, woman_slot[k])
            put_in(h, row, take_out(h, m, man_slot[k]))
            put_in(h, row, code)
            refresh(h, row, year)
            refresh(h, w, year)
            refresh(h, m, year)
            jobs[JOINED, district[place_w]] += formal_workers(h, w, year)
            jobs[JOINED, district[place_m]] += formal_workers(h, m, year) + formal_workers(h, row, year)
            households[place_m] += 1
            network[province[district[h.home_place[m]]], district[place_m]] += 1
            if place_w != place_m:
                origin[moves] = place_w
                destination[moves] = place_m
                people[moves, 0] = code
                moves += 1
                persons[place_w] -= 1
                persons[place_m] += 1
    return moves - first, empty - first, int(warmed)


@dataclass(frozen=True, eq=False)
class Couples:
    """What settling the couples did.

    Attributes
    ----------
    origin, destination : (E,) int32
        Places of the moves of one partner, ``people`` (E, 6) uint8.
    emptied : (F,) int64
        Rows.
    new_rows : int
    exchanged : (2, X) int32
        Places from and to which partners went without a move, because their couple stands for one within a place.
    """

    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    people: NDArray[np.uint8]
    emptied: NDArray[np.int64]
    new_rows: int
    exchanged: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Pairs:
    """K couples in the order of the women among the seekers.

    Attributes
    ----------
    woman_row, woman_slot, man_row, man_slot : (K,) int64
    joins : (K,) bool
        Neither lives alone, and she moves in with his parents.
    founds : (K,) bool
        Neither lives alone, and they found a household.
    counts : (K,) bool
        Counts as a move if the partners come from two places, see `dicu.behaviour.couples.moved_share`.
    """

    woman_row: NDArray[np.int64]
    woman_slot: NDArray[np.int64]
    man_row: NDArray[np.int64]
    man_slot: NDArray[np.int64]
    joins: NDArray[np.bool_]
    founds: NDArray[np.bool_]
    counts: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.woman_row)

    def moving(self, h: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(E,) rows out of which a partner moves to another place, and of the other partner, before `settle`."""
        to_man = self.founds | self.joins | (h.member[self.man_row, 1] == 0)
        away = (h.place[self.woman_row] != h.place[self.man_row]) & self.counts
        guest, host = (np.where(to_man == his, self.woman_row, self.man_row)[away] for his in (True, False))
        return guest, host

    def settle(self, h: Rows, n: int, uids: NDArray[np.uint64], tables: Tables, stocks: Stocks) -> Couples:
        """Bring the couples together; new households take ``uids`` from row ``n`` on."""
        counts = self.counts[h.place[self.woman_row] != h.place[self.man_row]]
        coupling = Coupling(
            *(self.woman_row, self.woman_slot, self.man_row, self.man_slot, self.joins, uids),
            origin=np.empty(len(self), dtype=np.int32),
            destination=np.empty(len(self), dtype=np.int32),
            people=np.zeros((len(self), MEMBERS), dtype=np.uint8),
            emptied=np.empty(len(self), dtype=np.int64),
        )
        born = np.concatenate([[0], np.cumsum(self.founds)])
        some = [(0, 0, 0)] * CARRIED

        def work(part: int, first: int, last: int, sums: Carried) -> None:
            mine = first, last, int(born[first])
            moves, empty, _ = _settle_couples(mine, h, n, coupling, tables.where, tables.ages.year, sums)
            some[part] = first, first + moves, first + empty

        carry(stocks, len(self), work)
        moved = np.concatenate([np.arange(first, end) for first, end, _ in some])
        origin, destination = coupling.origin[moved], coupling.destination[moved]
        return Couples(
            origin=origin[counts],
            destination=destination[counts],
            people=coupling.people[moved[counts]],
            emptied=np.concatenate([coupling.emptied[first:end] for first, _, end in some]),
            new_rows=int(born[-1]),
            exchanged=np.stack([origin[~counts], destination[~counts]]),
        )


def pair_up(households: Households, seekers: Seekers, tables: Tables) -> Pairs:
    """Match the seekers, within the place and then the district, and say where each couple lives.

    A household has one seeker a step, so a room that is free now still is when the couples are settled.
    """
    s = seekers
    beyond = drawn(s.uid, tables.couples.reach_key, tables.couples.beyond_share)
    women, men = match(s.place, s.district, s.female, s.birth_year, s.uid, beyond)
    partner = np.full(len(seekers.row), -1, dtype=np.int64)
    partner[women] = men
    w = np.flatnonzero(partner >= 0)  # as they lie in memory: couples are disjoint
    m = partner[w]
    woman_row, man_row = seekers.row[w], seekers.row[m]
    alone = (households.member[woman_row, 1] == 0) | (households.member[man_row, 1] == 0)
    room = households.member[man_row, MEMBERS - 1] == 0
    with_parents = drawn(s.uid[m], tables.couples.home_key, tables.couples.patrilocal_share)
    joins = ~alone & room & with_parents & ~of_lodgers(households.attributes[man_row])
    counts = drawn(s.uid[w], tables.couples.reach_key, tables.couples.moved_share)
    return Pairs(woman_row, s.slot[w], man_row, s.slot[m], joins, ~alone & ~joins, counts)
