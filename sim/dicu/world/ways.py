"""Ways from places to seats: minutes one way, means over people, and who has a longer or shorter one.

The one definition of a travel time and of "farther" for the model, its commands and its reports. Two quantities are
told from these, and never by one name: the way **to the seat**, by the map alone, and the way **to the office or its
nearest desk**, which is what people meet at a step of a run.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.scenario.parameters import Access
from dicu.scenario.vocabulary import ISLAND, MOUNTAIN, PLAIN, TERRAINS
from dicu.world.world import distance_km

FARTHER_MINUTES: Final = 1.0
"""A way is farther or nearer than another when it differs by more than a minute."""
MINUTES_AN_HOUR: Final = 60.0
"""A unit: speeds are in km/h, travel times in minutes."""

MEAN_DISTANCE_TO_CENTRE: Final = 0.3826
"""Mean straight-line distance from the points of a square of side 1 to its centre (a constant of
geometry).
"""


def minutes_per_km(access: Access) -> NDArray[np.float64]:
    """(3,) minutes of travel a straight-line km by terrain: 60 detour / speed."""
    out = np.empty(len(TERRAINS))
    out[PLAIN] = MINUTES_AN_HOUR * access.detour_plain / access.speed_plain_kmh
    out[MOUNTAIN] = MINUTES_AN_HOUR * access.detour_mountain / access.speed_mountain_kmh
    out[ISLAND] = MINUTES_AN_HOUR * access.detour_island / access.speed_island_kmh
    return out


def way_km(area_km2: NDArray[np.float64], distance_to_seat_km: NDArray[np.float64]) -> NDArray[np.float64]:
    """Typical straight way of a resident to a seat, hypot(0.3826 sqrt(area), distance), in km.

    People do not all live at the point of their place: within it they are a mean 0.3826 sqrt(area) from the
    centre.

    Parameters
    ----------
    area_km2
        (P,) float64, area of each place.
    distance_to_seat_km
        (P,) float64, straight line from the point of the place to the seat.

    Returns
    -------
    (P,) float64, km. Products and square roots only, so the same bits on every machine.
    """
    within = MEAN_DISTANCE_TO_CENTRE * np.sqrt(area_km2)
    return np.asarray(np.sqrt(within * within + distance_to_seat_km * distance_to_seat_km), dtype=np.float64)


def travel_minutes(
    area_km2: NDArray[np.float64],
    position_km: NDArray[np.float64],
    seat_km: NDArray[np.float64],
    terrain: NDArray[np.uint8],
    parameters: Access,
) -> NDArray[np.float64]:
    """Travel time tau of each place's residents to the seat that serves them, in minutes.

    tau = 60 kappa_g hypot(0.3826 sqrt(area), distance) / speed, detour kappa_g and speed by the place's
    terrain.

    Parameters
    ----------
    area_km2 : (P,) float64
    position_km, seat_km : (P, 3) float64
        Points of `dicu.world.on_sphere_km`: the place, and the seat that serves it.
    terrain : (P,) uint8
        0 plain, 1 mountain, 2 island.

    Returns
    -------
    (P,) float64, minutes.

    Raises
    ------
    ValueError
        When a terrain is none of the three.
    """
    if terrain.size and int(terrain.max()) > ISLAND:
        place = int(terrain.argmax())
        raise ValueError(
            f"terrain of place {place} is {terrain[place]}; allowed: 0 plain, 1 mountain, 2 island"
        )
    detour, speed = np.empty(len(TERRAINS)), np.empty(len(TERRAINS))
    detour[PLAIN], speed[PLAIN] = parameters.detour_plain, parameters.speed_plain_kmh
    detour[MOUNTAIN], speed[MOUNTAIN] = parameters.detour_mountain, parameters.speed_mountain_kmh
    detour[ISLAND], speed[ISLAND] = parameters.detour_island, parameters.speed_island_kmh
    way = way_km(area_km2, distance_km(position_km, seat_km))
    return np.asarray(MINUTES_AN_HOUR * detour[terrain] * way / speed[terrain], dtype=np.float64)


SAME_KM: Final = 0.01
"""A seat nearer than this to the point of a place stands in it."""


class KnownWays(NamedTuple):
    """Ways whose time is known (K of them): from a place to a seat that stands in another.

    Attributes
    ----------
    origin : (K,) int64
        Index of the place.
    seat_km : (K, 3) float64
        Where the seat stands.
    minutes : (K,) float64
    """

    origin: NDArray[np.int64]
    seat_km: NDArray[np.float64]
    minutes: NDArray[np.float64]

    def put(self, minutes: NDArray[np.float64], seat_km: NDArray[np.float64]) -> NDArray[np.float64]:
        """Replace computed minutes (P,) of ways to seats (P, 3) by those that are known; the rest stays."""
        if not len(self.origin):
            return minutes
        there = distance_km(seat_km[self.origin], self.seat_km) < SAME_KM
        made = minutes.copy()
        made[self.origin[there]] = self.minutes[there]
        return made


def known_ways(
    rows: Iterable[tuple[int, int, float]], place_key: NDArray[np.uint64], position_km: NDArray[np.float64]
) -> KnownWays:
    """Known ways of rows (key of a place, key of the place of a seat, minutes).

    Parameters
    ----------
    place_key : (P,) uint64
    position_km : (P, 3) float64

    Raises
    ------
    KeyError
        For a key that is not there.
    """
    told = list(rows)
    if not told:
        return KnownWays(np.zeros(0, dtype=np.int64), np.zeros((0, 3)), np.zeros(0))
    index = {int(key): i for i, key in enumerate(place_key.tolist())}
    origin = np.array([index[o] for o, _, _ in told], dtype=np.int64)
    seat = np.array([index[d] for _, d, _ in told], dtype=np.int64)
    return KnownWays(
        origin, position_km[seat].reshape(-1, 3), np.array([m for *_, m in told], dtype=np.float64)
    )


def farther(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where a way is longer than before, by more than `FARTHER_MINUTES`; (n,) bool of minutes (n,)."""
    return np.asarray(after - before > FARTHER_MINUTES)


def nearer(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where a way is shorter than before, by more than `FARTHER_MINUTES`; (n,) bool of minutes (n,)."""
    return farther(after, before)


def mean_over(values: NDArray[Any], people: NDArray[Any]) -> float:
    """Mean of what places have, (P,), over the people who live there, (P,); nan where nobody does."""
    total = float(people.sum())
    return float((values * people).sum() / total) if total else float("nan")
