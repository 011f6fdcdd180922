"""The offices, posts and money of the start, before any reform."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dicu.government.budget import Budget, Prices
from dicu.government.network import Network
from dicu.government.offices import COMMUNE, DISTRICT, NEW, Office, posts_cap, sum_by
from dicu.government.provincial import ProvinceWork
from dicu.government.revenue import local_revenue
from dicu.government.rows import Columns
from dicu.government.waves import Wave, more_offices
from dicu.scenario.parameters import Government
from dicu.world.world import Units, World

_Tier = tuple[int, Units, NDArray[np.int32], int, NDArray[np.int64], NDArray[np.int64]]
"""A level, its units, the unit of each place, posts of an office, second offices, and the wave that merges them."""


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
    both: tuple[_Tier, ...] = (
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
    founded = [_founded(world, residents, revenue_vnd_per_head, level, parameters, price) for level in levels]
    office, budget = (
        {name: np.concatenate([each[i][name] for each in founded]) for name in founded[0][i]} for i in (0, 1)
    )
    seats_km = np.concatenate([units.seat_km for _, units, *_ in levels])
    offices = Office.of(office, seats_km, Budget.faces(budget))
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


def _founded(
    world: World,
    residents: NDArray[np.int64],
    revenue_vnd_per_head: NDArray[np.int64],
    tier: _Tier,
    parameters: Government,
    price: Prices,
) -> tuple[Columns, Columns]:
    """Rows of the offices of one level, and of their budgets."""
    level, units, of_place, posts, others, wave = tier
    n = len(units)
    people, points = sum_by(of_place, residents, n), others + 1
    office, budget = Office.columns_for(n), Budget.columns_for(n)
    for name, value in NEW.items():
        office[name][:] = value
    office["level"][:] = level
    office["seat_place"][:] = units.seat_place
    office["staff"][:] = budget["posts"][:] = staff = posts * points
    office["posts_at_start"][:] = staff
    office["residents_at_start"][:] = people
    office["posts_cap"][:] = [
        posts_cap(kind, world.country.ward_kinds, parameters) for kind in units.kind.tolist()
    ]
    office["points"][:] = points
    office["wave"][:] = wave
    budget["residents"][:] = budget["residents_base"][:] = people
    for size in np.unique(staff).tolist():
        one, here = Budget.at_start(size, 0, 0, price), staff == size
        for name in ("running_base", "transfer", "capital", "capital_reference"):
            budget[name][here] = getattr(one, name)
    if level == COMMUNE:
        office["pool"][:] = world.province[units.seat_place]
        budget["transfer"] -= sum_by(of_place, residents * revenue_vnd_per_head, n)
    return office, budget
