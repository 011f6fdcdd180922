"""What people get besides administration: clinics, schools, hospitals, clean water; and the ways to all of it.

Clinics and primary schools stand where the seats of the legacy communes were, hospitals and upper schools at the
seats of the districts (of the provinces, where no districts govern). A merger leaves them there, unless
`Government.clinics`, `.schools` or `.hospitals` say that it closes them. How good they are follows the public capital
of the budget that keeps them, clinics and hospitals with another elasticity than schools; and more of schooling than of
health care is had near the commune's seat (`Access.school_near`, `Access.health_near`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour import access as rule
from dicu.government.rules import water_after
from dicu.scenario.parameters import Access, Government
from dicu.world.ways import known_ways, travel_minutes
from dicu.world.world import World

FACILITIES: Final = ("clinic", "school", "hospital")
"""Those with ways of their own; an upper school stands beside each hospital."""


class Services:
    """Where facilities stand, the ways to them, and clean-water coverage, by place.

    Parameters
    ----------
    world, parameters
        The section `Access`.

    Attributes
    ----------
    seat_km : dict of str to (P, 3) float64
        The facility of each kind of `FACILITIES` that serves a place.
    minutes : dict of str to (P,) float64
        Travel time to it.
    water : (P,) float64
        Share of households with clean water.
    """

    def __init__(self, world: World, parameters: Access) -> None:
        self.world, self.parameters = world, parameters
        self._known = known_ways(world.travel_rows, world.place_key, world.position_km)
        near = world.legacy_communes.seat_km[world.legacy_commune]
        units, of_place = (
            (world.districts, world.district)
            if world.has_districts
            else (world.legacy_provinces, world.province)
        )
        far = units.seat_km[of_place]
        self.water = rule.clean_water(world.urban, parameters)
        self.seat_km: dict[str, NDArray[np.float64]] = {}
        self.minutes: dict[str, NDArray[np.float64]] = {}
        self._left: dict[str, NDArray[np.float64]] = {}
        for facility, seat_km in (("clinic", near), ("school", near), ("hospital", far)):
            self.locate(facility, seat_km)

    def travel_minutes(
        self, seat_km: NDArray[np.float64], parts: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Travel time of each place's residents to a point each, (P, 3) km; (P,) float64.

        Known ways are as they are stated.

        ``parts`` (P,): into how many equal areas with a point of their own each place falls; None: one.
        """
        w = self.world
        area = w.area_km2 if parts is None else w.area_km2 / parts
        return self._known.put(
            travel_minutes(area, w.position_km, seat_km, w.terrain, self.parameters), seat_km
        )

    def locate(self, facility: str, seat_km: NDArray[np.float64]) -> None:
        """Say where the facility stands that serves each place, (P, 3) km."""
        self.seat_km[facility] = np.array(seat_km, dtype=np.float64)
        self.minutes[facility] = self.travel_minutes(seat_km)
        self._left[facility] = rule.left_by_distance(self.minutes[facility], self.parameters)

    def close(
        self,
        parameters: Government,
        commune_km: NDArray[np.float64] | None,
        province_km: NDArray[np.float64] | None,
    ) -> None:
        """Move what a merger closes to the new seats of communes (P, 3) and of provinces (P, 3); None: no merger."""
        if commune_km is not None:
            if parameters.clinics == "close":
                self.locate("clinic", commune_km)
            if parameters.schools == "close":
                self.locate("school", commune_km)
        if province_km is not None and parameters.hospitals == "close":
            self.locate("hospital", province_km)

    def improve_water(self, effort: NDArray[np.float64], closing: float) -> None:
        """One step of clean water; ``effort`` (P,): investment over upkeep of the budget that serves a place."""
        self.water = water_after(self.water, self.parameters.clean_water_target, closing, effort)

    def fill(
        self,
        access: NDArray[np.float64],
        health: tuple[NDArray[np.float64], NDArray[np.float64]],
        education: tuple[NDArray[np.float64], NDArray[np.float64]],
    ) -> None:
        """Write access to health, education and water into (P, S) ``access``.

        Parameters
        ----------
        health, education
            Quality of what stands at commune and of what stands at district seats, (P,) float64 each.
        """
        p = self.parameters
        for service, facility, (near, far), nearby in (
            (rule.HEALTH, "clinic", health, p.health_near),
            (rule.EDUCATION, "school", education, p.school_near),
        ):
            one = rule.access_to_service(near, self._left[facility], 0.0)
            other = rule.access_to_service(far, self._left["hospital"], 0.0)
            access[:, service] = nearby * one + (1.0 - nearby) * other
        access[:, rule.WATER] = self.water
