"""Counts that cross households, as integers: exact in any order, on any number of threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.member_word import COUNT_MASK, PERSON_SHIFT, WORKER_SHIFT
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
"""Parts in which events are carried into the stocks, at most."""
_EVENTS_A_PART: Final = 1 << 10
"""Fewer are not worth the sums of a part, .4 MB."""
_PARTS: Final = 4
"""Parts in which rows are counted, at most, each with tables of its own (2.9 MB where there are 10,600 places)."""
_ROWS_A_PART: Final = 1 << 17
_RETYPED: Final = 1 << 18
_CHUNK: Final = 1 << 11
_HALF: Final = 32
_LOW: Final = (1 << _HALF) - 1
# parts of a member's packed number: readiness of six fits 16 bits
_LOOKING: Final = (1 << 16) - 1
_PEOPLE: Final = 16
_WORKING: Final = 24
_COUNT: Final = 0xFF
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
    parts = min(CARRIED, -(-n // _EVENTS_A_PART))
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
    sizes : (2, 7) int64
        Rows by members, two tables in turn.
    members : (chunk,) uint32
        Members, those of working age and readiness, see `_packed_members`.
    """

    kinds: NDArray[np.int64]
    persons: NDArray[np.int64]
    network: NDArray[np.int32]
    sizes: NDArray[np.int64]
    members: NDArray[np.uint32]


@kernel
def _count_part(
    lo: int,
    hi: int,
    h: Rows,
    each: NDArray[np.uint32],
    district: NDArray[np.int32],
    province_of_place: NDArray[np.int32],
    counting: Counting,
) -> int:
    """Count rows lo..hi; returns their wealth. ``each`` (256,) says of each member what `_packed_members` packs."""
    kinds, persons, network, sizes, members = counting
    place, home_place, wealth, flags = h.place, h.home_place, h.wealth, h.flags
    attributes = h.attributes
    money = np.int64(0)
    for start in range(lo, hi, _CHUNK):
        end = min(hi, start + _CHUNK)
        size = end - start
        c0, c1, c2 = h.member[start:end, 0], h.member[start:end, 1], h.member[start:end, 2]
        c3, c4, c5 = h.member[start:end, 3], h.member[start:end, 4], h.member[start:end, 5]
        for i in range(size):
            members[i] = each[c0[i]] + each[c1[i]] + each[c2[i]]
        for i in range(size):
            members[i] += each[c3[i]] + each[c4[i]] + each[c5[i]]
        w = wealth[start:end]
        for i in range(size):
            money += np.int64(w[i])
        # neighbours in memory are often of one place: two tables in turn, so that no addition waits for the last one
        for i in range(size):
            j = np.int64(place[start + i])
            people = np.int64((members[i] >> np.uint32(_PEOPLE)) & np.uint32(_COUNT))
            working = np.int64(members[i] >> np.uint32(_WORKING))
            looking = np.int64(members[i] & np.uint32(_LOOKING))
            formal = np.int64((attributes[start + i] >> np.uint8(FORMAL_SHIFT)) & np.uint8(1))
            t = np.int64(flags[start + i] & np.uint8(TYPE_MASK)) + formal * N_TYPES
            # one cell for both: scattered writes are what costs
            kinds[j, t] += np.int64(1) + (working << _HALF)
            persons[i & 1, j] += people + ((looking * (1 - formal)) << _HALF)
            sizes[i & 1, people] += 1
            network[i & 1, province_of_place[home_place[start + i]], district[j]] += np.int32(1)
    return int(money)


@kernel
def _fold(
    lo: int,
    hi: int,
    kinds: NDArray[np.int64],
    rows: NDArray[np.int64],
    workers: NDArray[np.int64],
    by_place: NDArray[np.int64],
) -> None:
    """Add up the parts of ``kinds`` (parts, P, 2 T) at places lo..hi: rows, members of working age, and rows by place.

    ``by_place`` (2, P) gets rows of all kinds, and members of working age with a formal job.
    """
    for j in range(lo, hi):
        there, formal = np.int64(0), np.int64(0)
        for t in range(N_KINDS):
            both = np.int64(0)
            for part in range(kinds.shape[0]):
                both += kinds[part, j, t]
            rows[j, t] = both & np.int64(_LOW)
            workers[j, t] = both >> np.int64(_HALF)
            there += rows[j, t]
            formal += workers[j, t] if t >= N_TYPES else np.int64(0)
        by_place[0, j] = there
        by_place[1, j] = formal


def _packed_members(word: NDArray[np.uint32], looks: NDArray[np.uint16]) -> NDArray[np.uint32]:
    """By member byte (256,): from bit 0 on readiness as offers see it, whether a person, whether of working age."""
    person = (word >> np.uint32(PERSON_SHIFT)) & np.uint32(COUNT_MASK)
    working = (word >> np.uint32(WORKER_SHIFT)) & np.uint32(COUNT_MASK)
    made: NDArray[np.uint32] = (
        looks.astype(np.uint32) | person << np.uint32(_PEOPLE) | working << np.uint32(_WORKING)
    )
    return made


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
    rows, n, province_of_place = households.rows, households.n, province[district]
    parts = max(1, min(_PARTS, -(-n // _ROWS_A_PART)))
    kinds = np.zeros((parts, n_places, N_KINDS), dtype=np.int64)
    persons = np.zeros((parts, 2, n_places), dtype=np.int64)
    network = np.zeros((parts, 2, int(province.max()) + 1, n_districts), dtype=np.int32)
    each = _packed_members(word, looks)
    money = np.zeros(parts, dtype=np.int64)
    sizes = np.zeros((parts, 2, MEMBERS + 1), dtype=np.int64)

    def work(first: int, last: int) -> None:
        for part in range(first, last):
            members = np.empty(_CHUNK, dtype=np.uint32)
            counting = Counting(kinds[part], persons[part], network[part], sizes[part], members)
            lo, hi = n * part // parts, n * (part + 1) // parts
            money[part] = _count_part(lo, hi, rows, each, district, province_of_place, counting)

    over_blocks(work, parts)
    by_kind, working = np.empty((2, n_places, N_KINDS), dtype=np.int64)
    there, with_job = by_place = np.empty((2, n_places), dtype=np.int64)
    over_blocks(lambda a, b: _fold(a, b, kinds, by_kind, working, by_place), n_places)
    people = persons.sum(axis=(0, 1))
    formal, looking = np.zeros(n_districts, dtype=np.int64), np.zeros(n_districts, dtype=np.int64)
    np.add.at(formal, district, with_job)
    np.add.at(looking, district, people >> _HALF)
    return Stocks(
        households=there,
        persons=people & _LOW,
        kinds=by_kind,
        workers=working,
        network=network.sum(axis=(0, 1), dtype=np.int64),
        formal=formal,
        looking=looking,
        sizes=sizes.sum(axis=(0, 1))[1:],
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
