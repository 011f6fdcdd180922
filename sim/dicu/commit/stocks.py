"""Counts that cross households, as integers: exact in any order, on any number of threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.member_word import COUNT_MASK, WORKER_SHIFT
from dicu.compute.kernel import kernel
from dicu.compute.pool import over_blocks
from dicu.population.columns import (
    BIRTH_YEAR_ZERO,
    FORMAL_SHIFT,
    MEMBERS,
    N_KINDS,
    N_TYPES,
    SECTOR_MASK,
    SECTOR_SHIFT,
    SKILL_MASK,
    TYPE_MASK,
    Households,
    Rows,
)
from dicu.population.life_stage import (
    CHILD_BELOW,
    CHILDREN,
    ELDERLY,
    ELDERLY_FROM,
    OTHER,
    YOUNG_ADULT,
    YOUNG_BELOW,
    kind_of,
)

CARRIED: Final = 8
"""Parts in which events are carried into the stocks."""
_PARTS: Final = 4
_RETYPED: Final = 1 << 18
_CHUNK: Final = 1 << 11
_HALF: Final = 32
_LOW: Final = (1 << _HALF) - 1
_NOT_TYPE: Final = 0xFF ^ TYPE_MASK


ARRIVED: Final = 0
LEFT: Final = 1
KEPT: Final = 2
DIED: Final = 3
JOINED: Final = 4
JOB_FLOWS: Final = 5
"""Rows of `Stocks.jobs`, formal workers: came to a job that was offered; moved away from theirs; moved within the
commuting area and kept it; died; changed household, whose status they now have (couples, orphans, families)."""


class Carried(NamedTuple):
    """What events change of the stocks, see `Stocks`: (P,), (P,), (R, L) and (5, L) int64."""

    households: NDArray[np.int64]
    persons: NDArray[np.int64]
    network: NDArray[np.int64]
    jobs: NDArray[np.int64]


@dataclass(eq=False)
class Stocks:
    """Rows and people as they stand: all int64.

    Attributes
    ----------
    households, persons : (P,)
        Rows and their members by place.
    kinds, workers : (P, 2 T)
        Rows, and members of working age, by place and kind: household type, from T on with a formal job.
    network : (R, L)
        Rows by province of the home place and district of residence.
    formal, looking : (L,)
        Members of working age in households with a formal job; readiness of the adults of all others, in 1/256.
    sizes : (6,)
        Rows of one to six members.
    jobs : (5, L)
        How events of the commit changed ``formal``, by `ARRIVED`, `LEFT`, `KEPT`, `DIED`, `JOINED`; 0 after a count.
    wealth : int
        0.1 M VND, over all rows.
    """

    households: NDArray[np.int64]
    persons: NDArray[np.int64]
    kinds: NDArray[np.int64]
    workers: NDArray[np.int64]
    network: NDArray[np.int64]
    formal: NDArray[np.int64]
    looking: NDArray[np.int64]
    sizes: NDArray[np.int64]
    jobs: NDArray[np.int64]
    wealth: int

    @property
    def carried(self) -> Carried:
        """What events change of them, as one argument of a kernel; changed in place."""
        return Carried(self.households, self.persons, self.network, self.jobs)


def carry(
    stocks: Stocks,
    n: int,
    work: Callable[[int, int, int, Carried], None],
) -> None:
    """Work on n events that touch rows of their own, on several threads, each with sums of its own.

    Parameters
    ----------
    work : callable
        ``work(part, first, last, sums)`` adds what events first..last change to its sums, which are added to
        ``stocks`` at the end: integers, so neither parts nor threads matter.
    """
    parts = min(CARRIED, n)
    sums = [Carried(*(np.zeros_like(whole) for whole in stocks.carried)) for _ in range(parts)]

    def some(first: int, last: int) -> None:
        for part in range(first, last):
            work(part, n * part // parts, n * (part + 1) // parts, sums[part])

    over_blocks(some, parts)
    for part in sums:
        for whole, change in zip(stocks.carried, part, strict=True):
            whole += change


class Counting(NamedTuple):
    """What `_count_part` counts into, for one part of the rows, and its working space.

    Attributes
    ----------
    kinds : (P, 2 T) int64
        Rows, and from bit 32 on their members of working age.
    persons, network : (2, P) int64, (2, R, L) int32
        Two tables in turn each, see `_count_part`; from bit 32 on of ``persons`` the readiness of those without a
        formal job.
    at_least : (6,) int64
        Rows of one member or more, two or more, and so on.
    people, working, looking : (chunk,) uint8, uint8, uint16
    """

    kinds: NDArray[np.int64]
    persons: NDArray[np.int64]
    network: NDArray[np.int32]
    at_least: NDArray[np.int64]
    people: NDArray[np.uint8]
    working: NDArray[np.uint8]
    looking: NDArray[np.uint16]


@kernel
def _count_part(
    lo: int,
    hi: int,
    h: Rows,
    workers: tuple[np.uint8, np.uint8, NDArray[np.uint16]],
    district: NDArray[np.int32],
    province_of_place: NDArray[np.int32],
    counting: Counting,
) -> int:
    """Count rows lo..hi; returns their wealth. ``workers`` is what `_codes_of_workers` says, and readiness in
    units of 1/256 by member byte.
    """
    first_worker, more_workers, looks = workers
    kinds, persons, network, at_least, people, working, looking = counting
    place, home_place, member, wealth, flags = h.place, h.home_place, h.member, h.wealth, h.flags
    attributes = h.attributes
    money = np.int64(0)
    for start in range(lo, hi, _CHUNK):
        end = min(hi, start + _CHUNK)
        size = end - start
        for i in range(size):
            people[i] = 0
        for i in range(size):
            working[i] = 0
        for i in range(size):
            looking[i] = 0
        for m in range(MEMBERS):
            column = member[start:end, m]
            there = np.int64(0)
            for i in range(size):
                people[i] += np.uint8(column[i] != 0)
            for i in range(size):
                there += np.int64(column[i] != 0)
            at_least[m] += there
            for i in range(size):
                working[i] += np.uint8(np.uint8(column[i] - first_worker) <= more_workers)
            for i in range(size):
                looking[i] += looks[column[i]]
        w = wealth[start:end]
        for i in range(size):
            money += np.int64(w[i])
        # neighbours in memory are often of one place: two tables in turn, so that no addition waits for the last one
        for i in range(size):
            j = np.int64(place[start + i])
            formal = np.int64((attributes[start + i] >> np.uint8(FORMAL_SHIFT)) & np.uint8(1))
            t = np.int64(flags[start + i] & np.uint8(TYPE_MASK)) + formal * N_TYPES
            # one cell for both: scattered writes are what costs
            kinds[j, t] += np.int64(1) + (np.int64(working[i]) << _HALF)
            persons[i & 1, j] += np.int64(people[i]) + ((np.int64(looking[i]) * (1 - formal)) << _HALF)
            network[i & 1, province_of_place[home_place[start + i]], district[j]] += np.int32(1)
    return int(money)


def _codes_of_workers(word: NDArray[np.uint32]) -> tuple[np.uint8, np.uint8]:
    """The first member code of working age, and how many more follow it: ages, and so codes, without a gap.

    Raises
    ------
    ValueError
        When the packed words of the members say otherwise.
    """
    working = (word >> np.uint32(WORKER_SHIFT)) & np.uint32(COUNT_MASK)
    codes = np.flatnonzero(working)
    if len(codes) == 0 or codes[0] == 0 or int(np.ptp(codes)) != len(codes) - 1 or int(working.max()) != 1:
        raise ValueError(
            f"codes of working age must follow one another and stand for one person; got {codes}"
        )
    return np.uint8(codes[0]), np.uint8(len(codes) - 1)


def count(
    households: Households,
    word: NDArray[np.uint32],
    looks: NDArray[np.uint16],
    district: NDArray[np.int32],
    province: NDArray[np.int32],
) -> Stocks:
    """Count everything from the rows.

    Parameters
    ----------
    word : (256,) uint32
        Packed words of the members, see `dicu.behaviour.life_tables`.
    looks : (256,) uint16
        Readiness of members in units of 1/256 (`dicu.behaviour.consider.looks_table`).
    district : (P,) int32
    province : (L,) int32
        Province of each district.
    """
    n_places, n_districts = len(district), len(province)
    kinds = np.zeros((_PARTS, n_places, N_KINDS), dtype=np.int64)
    persons = np.zeros((_PARTS, 2, n_places), dtype=np.int64)
    network = np.zeros((_PARTS, 2, int(province.max()) + 1, n_districts), dtype=np.int32)
    workers = (*_codes_of_workers(word), looks)
    money = np.zeros(_PARTS, dtype=np.int64)
    at_least = np.zeros((_PARTS, MEMBERS), dtype=np.int64)
    rows, n, province_of_place = households.rows, households.n, province[district]

    def work(first: int, last: int) -> None:
        for part in range(first, last):
            people, working = np.empty((2, _CHUNK), dtype=np.uint8)
            looking = np.empty(_CHUNK, dtype=np.uint16)
            counting = Counting(
                kinds[part], persons[part], network[part], at_least[part], people, working, looking
            )
            lo, hi = n * part // _PARTS, n * (part + 1) // _PARTS
            money[part] = _count_part(lo, hi, rows, workers, district, province_of_place, counting)

    over_blocks(work, _PARTS)
    both = kinds.sum(axis=0)
    by_kind, working = both & _LOW, both >> _HALF
    people = persons.sum(axis=(0, 1))
    formal, looking = np.zeros(n_districts, dtype=np.int64), np.zeros(n_districts, dtype=np.int64)
    np.add.at(formal, district, working[:, N_TYPES:].sum(axis=1))
    np.add.at(looking, district, people >> _HALF)
    return Stocks(
        households=by_kind.sum(axis=1),
        persons=people & _LOW,
        kinds=by_kind,
        workers=working,
        network=network.sum(axis=(0, 1), dtype=np.int64),
        formal=formal,
        looking=looking,
        sizes=-np.diff(at_least.sum(axis=0), append=0),
        jobs=np.zeros((JOB_FLOWS, n_districts), dtype=np.int64),
        wealth=int(money.sum()),
    )


@njit(cache=True)
def by_kind_and_ties(n: int, h: Rows, n_places: int) -> NDArray[np.int64]:
    """Rows by place, kind and sixteenth of ties, (P, 2 T, 16) int64."""
    out = np.zeros((n_places, N_KINDS, 16), dtype=np.int64)
    for i in range(n):
        out[h.place[i], kind_of(h.flags[i], h.attributes[i]), h.ties[i] >> 4] += 1
    return out


def _first_code_below(age: int, year: int) -> np.uint8:
    """The least member code of somebody younger than this age; codes rise with the year of birth."""
    return np.uint8(max((year - BIRTH_YEAR_ZERO - age + 1) << 1, 1))


def retype(households: Households, year: int) -> None:
    """Life stage of every household at its members' ages of a new year, as `stage_of` tells it."""
    h, n = households, households.n
    child, young, not_old = (_first_code_below(age, year) for age in (CHILD_BELOW, YOUNG_BELOW, ELDERLY_FROM))
    limits = child, young, not_old

    def work(first: int, last: int) -> None:
        space = np.empty((3, _CHUNK), dtype=np.uint8)
        _retype_part(first * _RETYPED, min(n, last * _RETYPED), h.rows, limits, space)

    over_blocks(work, -(-n // _RETYPED))


@kernel
def _retype_part(
    lo: int, hi: int, h: Rows, limits: tuple[np.uint8, np.uint8, np.uint8], space: NDArray[np.uint8]
) -> None:
    """Types of rows lo..hi by comparing member codes with those at the limits of ages; ``space`` is (3, chunk)."""
    child_from, young_from, not_old_from = limits
    child, young, not_old = space[0], space[1], space[2]
    for start in range(lo, hi, _CHUNK):
        end = min(hi, start + _CHUNK)
        size = end - start
        for i in range(size):
            child[i] = 0
        for i in range(size):
            young[i] = 0
        for i in range(size):
            not_old[i] = 0
        for m in range(MEMBERS):
            column = h.member[start:end, m]
            for i in range(size):
                child[i] |= np.uint8(column[i] >= child_from)
            for i in range(size):
                young[i] |= np.uint8((column[i] >= young_from) & (column[i] < child_from))
            for i in range(size):
                not_old[i] |= np.uint8(column[i] >= not_old_from)
        a, f = h.attributes[start:end], h.flags[start:end]
        for i in range(size):
            young[i] = np.uint8(OTHER) if young[i] == 0 else np.uint8(YOUNG_ADULT)
        for i in range(size):
            young[i] = young[i] if child[i] == 0 else np.uint8(CHILDREN)
        for i in range(size):
            young[i] = young[i] if not_old[i] != 0 else np.uint8(ELDERLY)
        for i in range(size):
            child[i] = np.uint8((a[i] >> np.uint8(SECTOR_SHIFT)) & np.uint8(SECTOR_MASK)) != 0
        for i in range(size):
            child[i] |= np.uint8((a[i] & np.uint8(SKILL_MASK)) << np.uint8(1))
        for i in range(size):
            child[i] |= np.uint8(young[i] << np.uint8(2))
        for i in range(size):
            f[i] = np.uint8((f[i] & np.uint8(_NOT_TYPE)) | child[i])
