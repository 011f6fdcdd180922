"""The offices, posts and money of the start, before any reform."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.government.budget import VND_PER_MVND, Budget, Prices
from sim.government.merge import Network
from sim.government.offices import COMMUNE, DISTRICT, Office, posts_cap, sum_by
from sim.scenario.parameters import Government
from sim.world.world import World


def found(
    world: World, residents: NDArray[np.int64], parameters: Government, price: Prices
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

    Returns
    -------
    Network
        All offices, those of the communes first, and the office of each place.
    (P,) int64
        Local revenue a resident raises, dong a step.
    """
    communes, districts = world.legacy_communes, world.districts
    levels = (
        (COMMUNE, communes, world.legacy_commune, int(parameters.staff_legacy_commune + 0.5)),
        (DISTRICT, districts, world.district, int(parameters.staff_legacy_district + 0.5)),
    )
    whole_vnd = sum(
        len(units) * Budget.at_start(posts, 0, 0, price).transfer for _, units, _, posts in levels
    )
    revenue_vnd_per_head = local_revenue(world, residents, whole_vnd, parameters.local_revenue_share)
    offices: list[Office] = []
    for level, units, of_place, posts in levels:
        people = sum_by(of_place, residents, len(units)).tolist()
        revenue = [0] * len(units)
        if level == COMMUNE:
            revenue = sum_by(of_place, residents * revenue_vnd_per_head, len(units)).tolist()
        seats, kinds = units.seat_place.tolist(), units.kind.tolist()
        for u in range(len(units)):
            offices.append(
                Office(
                    level=level,
                    seat_place=seats[u],
                    seat_km=units.seat_km[u],
                    staff=posts,
                    budget=Budget.at_start(posts, people[u], revenue[u], price),
                    official=False,
                    posts_at_start=float(posts),
                    residents_at_start=people[u],
                    posts_cap=posts_cap(kinds[u], parameters),
                )
            )
    network = Network(
        offices=offices,
        commune_office_of_place=world.legacy_commune.astype(np.int32),
        district_office_of_place=(world.district + len(communes)).astype(np.int32),
        terrain=world.terrain,
    )
    return network, revenue_vnd_per_head


def local_revenue(
    world: World, residents: NDArray[np.int64], national_budget_vnd: int, share: float
) -> NDArray[np.int64]:
    """Revenue a head that each place raises: a share of the national mean budget a head, by its province's
    income.

    Returns
    -------
    (P,) int64, dong a step.
    """
    income_vnd = np.rint(world.province_income_mvnd * VND_PER_MVND).astype(np.int64)[world.province]
    people = int(residents.sum())
    mean_income = int((income_vnd * residents).sum()) / people
    revenue = share * (national_budget_vnd / people) * (income_vnd / mean_income)
    return np.asarray(np.floor(revenue), dtype=np.int64)
