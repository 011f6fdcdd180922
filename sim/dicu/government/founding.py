"""The offices, posts and money of the start, before any reform."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dicu.government.budget import Budget, Prices
from dicu.government.network import Network
from dicu.government.offices import COMMUNE, DISTRICT, Office, posts_cap, sum_by
from dicu.government.provincial import ProvinceWork
from dicu.government.revenue import local_revenue
from dicu.government.waves import Wave, more_offices
from dicu.scenario.parameters import Government
from dicu.world.world import World


def found(
    world: World,
    residents: NDArray[np.int64],
    parameters: Government,
    price: Prices,
    waves: tuple[Wave, ...] = (),
) -> tuple[Network, NDArray[np.int64]]:
    """Offices and budgets before the reform: one office a legacy commune, one pool of posts a district.

    Communes raise all local revenue; the districts' pools live on transfers alone (an assumption: who kept
    what differed by province).

    Parameters
    ----------
    world
        Places, seats and legacy borders.
    residents
        (P,) int64, persons at the start.
    waves
        Waves to come, whose communes and districts have two offices.

    Returns
    -------
    Network
        All offices, those of the communes first, and the office of each place.
    (P,) int64
        Local revenue a resident raises, dong a step.
    """
    communes, districts = world.legacy_communes, world.districts
    more = more_offices(waves, world)
    both = (
        (
            COMMUNE,
            communes,
            world.legacy_commune,
            int(parameters.staff_legacy_commune + 0.5),
            more[0],
            more[2],
        ),
        (DISTRICT, districts, world.district, int(parameters.staff_legacy_district + 0.5), more[1], more[3]),
    )
    levels = both if world.has_districts else both[:1]
    whole_vnd = sum(
        len(units) * Budget.at_start(posts, 0, 0, price).transfer for _, units, _, posts, *_ in levels
    )
    revenue_vnd_per_head = local_revenue(world, residents, whole_vnd, parameters.local_revenue_share)
    offices: list[Office] = []
    pool = world.province[communes.seat_place].tolist()
    for level, units, of_place, posts, others, wave in levels:
        people = sum_by(of_place, residents, len(units)).tolist()
        revenue = [0] * len(units)
        if level == COMMUNE:
            revenue = sum_by(of_place, residents * revenue_vnd_per_head, len(units)).tolist()
        points = (others + 1).tolist()
        seats, kinds = units.seat_place.tolist(), units.kind.tolist()
        for u in range(len(units)):
            offices.append(
                Office(
                    level=level,
                    seat_place=seats[u],
                    seat_km=units.seat_km[u],
                    staff=posts * points[u],
                    budget=Budget.at_start(posts * points[u], people[u], revenue[u], price),
                    official=False,
                    posts_at_start=float(posts * points[u]),
                    residents_at_start=people[u],
                    posts_cap=posts_cap(kinds[u], world.country.ward_kinds, parameters),
                    points=points[u],
                    wave=int(wave[u]),
                    pool=pool[u] if level == COMMUNE else -1,
                )
            )
    network = Network(
        offices=offices,
        commune_office_of_place=world.legacy_commune.astype(np.int32),
        district_office_of_place=(
            (world.district + len(communes)) if world.has_districts else world.legacy_commune
        ).astype(np.int32),
        terrain=world.terrain,
        pool_seat=world.legacy_provinces.seat_place.astype(np.int32),
        province=ProvinceWork.none(world.legacy_provinces.seat_km[world.province]),
    )
    return network, revenue_vnd_per_head
