"""Counts that cross households, as integers: exact in any order, on any number of threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour.household_rules import COUNT_MASK, PERSON_SHIFT, WORKER_SHIFT
from sim.pool import over_blocks
from sim.population.columns import MEMBERS, N_TYPES, TYPE_MASK, Households
from sim.population.life_stage import stage_of, type_of

_PARTS: Final = 8
_CHUNK: Final = 1 << 11
_HALF: Final = 32


@dataclass(eq=False)
class Stocks:
    """Rows and people as they stand: all int64.

    Attributes
    ----------
    households, persons : (P,)
        Rows and their members by place.
    kinds, workers : (P, T)
        Rows, and members of working age, by place and household type.
    network : (R, L)
        Rows by province of the home place and district of residence.
    wealth : int
        0.1 M VND, over all rows.
    """

    households: NDArray[np.int64]
    persons: NDArray[np.int64]
    kinds: NDArray[np.int64]
    workers: NDArray[np.int64]
    network: NDArray[np.int64]
    wealth: int


@njit(cache=True, nogil=True)
def _count_part(
    lo: int,
    hi: int,
    place: NDArray[np.uint16],
    home_place: NDArray[np.uint16],
    member: NDArray[np.uint8],
    wealth: NDArray[np.uint16],
    flags: NDArray[np.uint8],
    word: NDArray[np.uint32],
    district: NDArray[np.int32],
    province_of_place: NDArray[np.int32],
    kinds: NDArray[np.int64],
    persons: NDArray[np.int32],
    network: NDArray[np.int32],
) -> int:
    """Count rows lo..hi into the given tables; returns their wealth."""
    total = np.empty(_CHUNK, dtype=np.uint32)
    money = np.int64(0)
    for start in range(lo, hi, _CHUNK):
        end = min(hi, start + _CHUNK)
        size = end - start
        total[:size] = np.uint32(0)
        for m in range(MEMBERS):
            column = member[start:end, m]
            for i in range(size):
                total[i] += word[column[i]]
        w = wealth[start:end]
        for i in range(size):
            money += np.int64(w[i])
        for i in range(size):
            j = np.int64(place[start + i])
            t = np.int64(flags[start + i] & np.uint8(TYPE_MASK))
            working = np.int64((total[i] >> np.uint32(WORKER_SHIFT)) & np.uint32(COUNT_MASK))
            kinds[j, t] += np.int64(1) + (
                working << _HALF
            )  # one cell for both: scattered writes are what costs
            persons[j] += np.int32(total[i] >> np.uint32(PERSON_SHIFT))
            network[province_of_place[home_place[start + i]], district[j]] += np.int32(1)
    return int(money)


def count(
    households: Households, word: NDArray[np.uint32], district: NDArray[np.int32], province: NDArray[np.int32]
) -> Stocks:
    """Count everything from the rows.

    Parameters
    ----------
    word : (256,) uint32
        Packed words of the members, see `sim.behaviour.life_tables`.
    district : (P,) int32
    province : (L,) int32
        Province of each district.
    """
    n_places, n_districts = len(district), len(province)
    kinds = np.zeros((_PARTS, n_places, N_TYPES), dtype=np.int64)
    persons = np.zeros((_PARTS, n_places), dtype=np.int32)
    network = np.zeros((_PARTS, int(province.max()) + 1, n_districts), dtype=np.int32)
    money = np.zeros(_PARTS, dtype=np.int64)
    h, n, province_of_place = households, households.n, province[district]

    def work(first: int, last: int) -> None:
        for part in range(first, last):
            money[part] = _count_part(
                n * part // _PARTS,
                n * (part + 1) // _PARTS,
                h.place,
                h.home_place,
                h.member,
                h.wealth,
                h.flags,
                word,
                district,
                province_of_place,
                kinds[part],
                persons[part],
                network[part],
            )

    over_blocks(work, _PARTS)
    both = kinds.sum(axis=0)
    by_kind = both & ((1 << _HALF) - 1)
    return Stocks(
        households=by_kind.sum(axis=1),
        persons=persons.sum(axis=0, dtype=np.int64),
        kinds=by_kind,
        workers=both >> _HALF,
        network=network.sum(axis=0, dtype=np.int64),
        wealth=int(money.sum()),
    )


@njit(cache=True)
def by_type_and_ties(
    n: int, place: NDArray[np.uint16], flags: NDArray[np.uint8], ties: NDArray[np.uint8], n_places: int
) -> NDArray[np.int64]:
    """Rows by place, type and sixteenth of ties, (P, T, 16) int64."""
    out = np.zeros((n_places, N_TYPES, 16), dtype=np.int64)
    for i in range(n):
        out[place[i], flags[i] & TYPE_MASK, ties[i] >> 4] += 1
    return out


def retype(households: Households, year: int) -> None:
    """Life stage of every household at its members' ages of a new year."""
    h, n, parts = households, households.n, _PARTS * 4

    def work(first: int, last: int) -> None:
        _retype_part(n * first // parts, n * last // parts, h.member, h.attributes, h.flags, year)

    over_blocks(work, parts)


@njit(cache=True, nogil=True)
def _retype_part(
    lo: int,
    hi: int,
    member: NDArray[np.uint8],
    attributes: NDArray[np.uint8],
    flags: NDArray[np.uint8],
    year: int,
) -> None:
    for i in range(lo, hi):
        kind = type_of(stage_of(member[i], year), attributes[i])
        flags[i] = np.uint8((flags[i] & ~np.uint8(TYPE_MASK)) | np.uint8(kind))
