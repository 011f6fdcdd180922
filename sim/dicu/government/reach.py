"""How people are reached: ways to the offices that serve them, and what they get of each service."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour import access as rule
from dicu.government.network import Network
from dicu.government.offices import COMMUNE
from dicu.government.places import farthest, mean_by, nearest_desk
from dicu.government.rows import taken
from dicu.government.rules import powers
from dicu.government.services import Services
from dicu.scenario.parameters import Access, Government
from dicu.scenario.vocabulary import SERVICES


class Reach:
    """Travel times to offices and their desks, and access to every service, by place.

    Parameters
    ----------
    services : Services
        Where clinics, schools and hospitals stand, and what they give.
    access : Access
        Parameters of travel.
    government : Government
        Those of desks and of quality.

    Attributes
    ----------
    commune_minutes, district_minutes : (P,) float64
        Travel time to the office that serves the place, or its nearest desk.
    has_desk : (P,) bool
    online : float
        Share of administration done on line, delta.
    access : (P, S) float64, read-only
    """

    def __init__(self, services: Services, access: Access, government: Government) -> None:
        self.services, self._rule, self._government = services, access, government
        self.online = access.online
        none: NDArray[np.float64] = np.zeros(0)
        self.commune_minutes, self.district_minutes = none, none
        self._left_commune, self._left_district, self._left_province = none, none, none
        self.has_desk: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self.access: NDArray[np.float64] = none

    def locate(self, network: Network) -> None:
        """Travel times to the offices that serve each place, desks included; only when one has moved."""
        services, offices = self.services, network.offices
        seats = np.array([office.seat_km for office in offices])
        self.has_desk = np.zeros(len(network.terrain), dtype=np.bool_)
        ways = []
        points = np.array([office.points for office in offices], dtype=np.float64)
        near, far = network.commune_office_of_place, network.district_office_of_place
        # two offices in a commune serve half its area each; of two in a district people went to either
        for office_of_place, parts in ((near, points[near]), (far, np.ones(len(far)))):
            minutes = services.travel_minutes(seats[office_of_place], parts)
            nearest_desk(minutes, office_of_place, offices, services, self.has_desk)
            ways.append(minutes)
        self.commune_minutes, self.district_minutes = ways
        ways.append(services.travel_minutes(network.province.seat_km))
        self._left_commune, self._left_district, self._left_province = (
            rule.left_by_distance(m, self._rule) for m in ways
        )

    def far_places(self, network: Network, served: NDArray[np.int64]) -> list[int]:
        """Of each office the largest place, by people (P,), that is too far from it and its desks, -1 for none."""
        too_far = (self.commune_minutes > self._government.satellite_minutes) & ~self.has_desk
        return farthest(network.commune_office_of_place, too_far, served, len(network.offices))

    def improve_water(self, network: Network, closing: float) -> None:
        """One step of clean water, by what each budget invests over what keeps up its capital."""
        laid = network.laid()
        invested, worn = taken(laid.budget, laid.pays, "investment", "depreciation")
        effort = np.divide(invested, worn, out=np.ones(len(worn)), where=worn != 0)
        self.services.improve_water(effort[network.commune_office_of_place], closing)

    def measure(self, network: Network, served: NDArray[np.int64]) -> None:
        """Access of each place to each service, and of each commune office the mean of those it serves, (P,) int64."""
        o, p = network.laid().office, self._government
        quality, ratio = o["quality"], o["capital_ratio"]
        # a mobile desk brings a share of what would have to be fetched
        brought = np.where(o["mobile"], p.mobile_desk_share, 0.0)
        online = self.online + (1.0 - self.online) * brought
        near, far = network.commune_office_of_place, network.district_office_of_place
        access = np.empty((len(near), len(SERVICES)))
        access[:, rule.COMMUNE_ADMINISTRATION] = rule.access_to_service(
            quality[near], self._left_commune, online[near]
        )
        access[:, rule.DISTRICT_ADMINISTRATION] = rule.access_to_service(
            quality[far], self._left_district, online[far]
        )
        province = network.province
        if province.share.any():  # a part of what districts did, at the seat of the province or on line
            theirs = rule.access_to_service(province.quality, self._left_province, self.online)
            access[:, rule.DISTRICT_ADMINISTRATION] = (1.0 - province.share) * access[
                :, rule.DISTRICT_ADMINISTRATION
            ] + province.share * theirs
        if not self.services.world.has_districts:
            access[:, rule.DISTRICT_ADMINISTRATION] = (
                1.0  # nobody does such work, so nothing can come nearer or farther
            )
        health, education = (
            np.minimum(powers(ratio, weight), p.quality_cap)
            for weight in (self._rule.health_capital, self._rule.school_capital)
        )
        self.services.fill(access, (health[near], health[far]), (education[near], education[far]))
        access.setflags(write=False)
        self.access = access
        mean = mean_by(near, access[:, rule.COMMUNE_ADMINISTRATION], served, len(quality))
        of_commune = o["level"] == COMMUNE
        o["access"][of_commune] = mean[of_commune]
