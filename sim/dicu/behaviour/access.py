"""Rule `access`: how much of a service a resident gets, its quality times what the way there leaves of it.

A_js = Q_gs [delta_s + (1 - delta_s) 2^(-tau_js / h)] (model specification, section 3), for the five
`SERVICES`. Travel times are static for a pair (place, office): they are computed once, and again only when a
reform moves a seat.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.compute.numeric import LN2, exp_array
from dicu.scenario.parameters import Access
from dicu.scenario.vocabulary import ISLAND, MOUNTAIN, PLAIN, TERRAINS
from dicu.world.world import distance_km

# position of each service in every array by service, see `dicu.scenario.vocabulary`
COMMUNE_ADMINISTRATION: Final = 0
DISTRICT_ADMINISTRATION: Final = 1
HEALTH: Final = 2
EDUCATION: Final = 3
WATER: Final = 4

MINUTES_AN_HOUR: Final = 60.0
"""A unit: speeds are in km/h, travel times in minutes."""

MEAN_DISTANCE_TO_CENTRE: Final = 0.3826
"""Mean straight-line distance from the points of a square of side 1 to its centre (a constant of
geometry).
"""


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


def left_by_distance(minutes: NDArray[np.float64], parameters: Access) -> NDArray[np.float64]:
    """Share of the use that the way leaves, 2^(-tau / h), in (0, 1]; (P,) float64.

    Computed by `exp64`, pure arithmetic, so that no decision depends on a library's last bit.
    """
    halvings = np.ascontiguousarray(minutes, dtype=np.float64) / parameters.half_time_minutes
    return np.asarray(exp_array(-halvings * LN2), dtype=np.float64)


def access_to_service(
    quality: NDArray[np.float64], left: NDArray[np.float64], online: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Access A = Q [delta + (1 - delta) 2^(-tau/h)] of each place to one service.

    Parameters
    ----------
    quality
        (P,) float64, quality of the office that serves the place, in [0, 1.2].
    left
        (P,) float64, `left_by_distance`.
    online
        Share done on line whatever the distance, delta, one number or (P,) (a mobile desk brings more to its places);
        0 for all but the two administrations.

    Returns
    -------
    (P,) float64.
    """
    return np.asarray(quality * (online + (1.0 - online) * left), dtype=np.float64)


def clean_water(urban: NDArray[np.bool_], parameters: Access) -> NDArray[np.float64]:
    """Share of a place's households with clean water at the start, by urban or rural; (P,) float64. There is no
    way to travel.
    """
    return np.where(urban, parameters.clean_water_urban, parameters.clean_water_rural).astype(np.float64)
