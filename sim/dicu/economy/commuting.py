"""Commuting areas: the labour markets, made of legacy districts.

In descending order of urban residents (ties by code) each district without an area that has enough of them becomes a
centre, and every district without an area whose seat lies within reach of its seat joins it. There is no chaining: a
district reached only through another one stays out. What is left are areas of one district.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicu.scenario.parameters_access import Access
from dicu.scenario.parameters_labour import Labour
from dicu.world.ways import minutes_per_km
from dicu.world.world import World, distance_km


@dataclass(frozen=True, eq=False)
class Commuting:
    """A commuting areas over L districts and P places, numbered in the order of their centres.

    Attributes
    ----------
    area : (L,) int32
        Area of each district.
    centre : (A,) int32
        District of each area's centre; its only one where it has one.
    first_place : (A + 1,) int32
        Places of area a are ``place[first_place[a] : first_place[a + 1]]``.
    place : (P,) int32
        Places by area, in the order of the world within each.
    """

    area: NDArray[np.int32]
    centre: NDArray[np.int32]
    first_place: NDArray[np.int32]
    place: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.centre)

    def exact_sums(self, by_district: NDArray[np.float64]) -> NDArray[np.float64]:
        """Correctly rounded sums over the districts of each area, (A,) float64: the same in any order of districts."""
        out = np.bincount(self.area, by_district, len(self))
        for a in np.flatnonzero(np.bincount(self.area) > 1):
            out[a] = math.fsum(by_district[self.area == a])
        return out

    def sums(self, by_district: NDArray[np.int64]) -> NDArray[np.int64]:
        """Integer sums over the districts of each area, (A,) int64."""
        out = np.zeros(len(self), dtype=np.int64)
        np.add.at(out, self.area, by_district)
        return out


def grouped(
    urban_residents: NDArray[np.int64],
    code: NDArray[np.str_],
    minutes: NDArray[np.float64],
    *,
    most_minutes: float,
    least_residents: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Area of each district, and the centre of each area: (L,), (A,) int32.

    Parameters
    ----------
    minutes : (L, L) float64
        Between the seats of districts.
    """
    n = len(code)
    centre_of = np.full(n, -1, dtype=np.int64)
    for d in sorted(range(n), key=lambda d: (-int(urban_residents[d]), str(code[d]))):
        if centre_of[d] >= 0 or urban_residents[d] < least_residents:
            continue
        joins = (centre_of < 0) & (minutes[d] <= most_minutes)
        joins[d] = True
        centre_of[joins] = d
    alone = centre_of < 0
    centre_of[alone] = np.flatnonzero(alone)
    centre, area = np.unique(centre_of, return_inverse=True)
    return area.astype(np.int32), centre.astype(np.int32)


def commuting(world: World, labour: Labour, access: Access) -> Commuting:
    """The commuting areas of a world; the way between two seats is straight, at the mean slowness of both ends."""
    n = len(world.districts)
    towns = np.zeros(n, dtype=np.int64)
    np.add.at(towns, world.district, world.residents * world.urban)
    seat = world.districts.seat_km
    slow = minutes_per_km(access)[world.terrain[world.districts.seat_place]]
    minutes = distance_km(seat[:, None, :], seat[None, :, :]) * (0.5 * (slow[:, None] + slow[None, :]))
    area, centre = grouped(
        towns,
        world.districts.code,
        minutes,
        most_minutes=labour.commuting_minutes,
        least_residents=labour.centre_residents,
    )
    by_place = area[world.district]
    return Commuting(
        area=area,
        centre=centre,
        first_place=np.searchsorted(np.sort(by_place), np.arange(len(centre) + 1)).astype(np.int32),
        place=np.argsort(by_place, kind="stable").astype(np.int32),
    )


__all__ = ["Commuting", "commuting", "grouped"]
