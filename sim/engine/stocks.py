"""Counts that cross households, as integers: exact in any order, on any number of threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from sim.population.columns import MEMBERS, N_TYPES, TYPE_MASK, Households

_PARTS: Final = 8


@dataclass(eq=False)
class Stocks:
    """Rows and persons by place, migrant stock by home province and district, wealth: all int64.

    Attributes
    ----------
    households, persons : (P,)
    network : (R, L)
        Rows by province of the home place and district of residence.
    wealth : int
        0.1 M VND, over all rows.
    """

    households: NDArray[np.int64]
    persons: NDArray[np.int64]
    network: NDArray[np.int64]
    wealth: int


@njit(cache=True, parallel=True)
def _count(
    n: int,
    place: NDArray[np.uint16],
    home_place: NDArray[np.uint16],
    member: NDArray[np.uint8],
    wealth: NDArray[np.uint16],
    district: NDArray[np.int32],
    province_of_place: NDArray[np.int32],
    n_provinces: int,
    n_districts: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], int]:
    n_places = district.shape[0]
    households = np.zeros((_PARTS, n_places), dtype=np.int64)
    persons = np.zeros((_PARTS, n_places), dtype=np.int64)
    network = np.zeros((_PARTS, n_provinces, n_districts), dtype=np.int64)
    money = np.zeros(_PARTS, dtype=np.int64)
    for part in prange(_PARTS):
        for i in range(n * part // _PARTS, n * (part + 1) // _PARTS):
            j = place[i]
            people = 0
            for m in range(MEMBERS):
                people += member[i, m] != 0
            households[part, j] += 1
            persons[part, j] += people
            network[part, province_of_place[home_place[i]], district[j]] += 1
            money[part] += wealth[i]
    return households.sum(0), persons.sum(0), network.sum(0), money.sum()  # type: ignore[return-value]


def count(households: Households, district: NDArray[np.int32], province: NDArray[np.int32]) -> Stocks:
    """Recount everything from the rows.

    Parameters
    ----------
    district : (P,) int32
    province : (L,) int32
        Province of each district.
    """
    rows, persons, network, wealth = _count(
        households.n,
        households.place,
        households.home_place,
        households.member,
        households.wealth,
        district,
        province[district],
        int(province.max()) + 1,
        len(province),
    )
    return Stocks(rows, persons, network, int(wealth))


@njit(cache=True)
def by_type_and_ties(
    n: int, place: NDArray[np.uint16], flags: NDArray[np.uint8], ties: NDArray[np.uint8], n_places: int
) -> NDArray[np.int64]:
    """Rows by place, type and sixteenth of ties, (P, T, 16) int64."""
    out = np.zeros((n_places, N_TYPES, 16), dtype=np.int64)
    for i in range(n):
        out[place[i], flags[i] & TYPE_MASK, ties[i] >> 4] += 1
    return out
