"""Which government an office, its budget and a pool belong to: that within whose borders they stand."""

from __future__ import annotations

from typing import Any

import numpy as np
from mesa.agent import AgentSet
from numpy.typing import NDArray

from dicu.compute.mesa_import import mesa
from dicu.government.agents import Commune, Province, Terms
from dicu.government.network import Network
from dicu.government.offices import COMMUNE, Office
from dicu.government.overlay import Overlay
from dicu.world.world import Units


def elect(model: mesa.Model, overlay: Overlay, terms: Terms) -> tuple[AgentSet, AgentSet]:
    """Create the Mesa agents of the communes and provinces of ``overlay``, in the order of its units."""

    def made(kind: type[Any], units: Units) -> list[Any]:
        rows = zip(
            units.code.tolist(),
            units.name.tolist(),
            units.kind.tolist(),
            units.seat_place.tolist(),
            strict=True,
        )
        return [kind(model, *row, terms) for row in rows]

    communes: list[Commune] = made(Commune, overlay.communes)
    provinces: list[Province] = made(Province, overlay.provinces)
    for commune, province in zip(communes, overlay.province_of_commune.tolist(), strict=True):
        provinces[province].communes.append(commune)
    return AgentSet(communes, random=model.random), AgentSet(provinces, random=model.random)


def turns(network: Network, overlay: Overlay) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """By number of the government, communes first, then provinces: who works each office, who keeps each budget.

    As `seat` hands them out: who works the first office that a budget pays for keeps it.

    Returns
    -------
    (n,) int64
        Of each office.
    (m,) int64
        Of each budget of ``network.laid()``.
    """
    laid, communes = network.laid(), len(overlay.communes)
    at = laid.office["seat_place"]
    own = np.where(
        laid.office["level"] == COMMUNE,
        overlay.commune_of_place[at],
        communes + overlay.province_of_place[at].astype(np.int64),
    ).astype(np.int64)
    first = np.unique(laid.pays, return_index=True)[1]
    return own, own[first]


def seat(network: Network, overlay: Overlay, communes: list[Commune], provinces: list[Province]) -> None:
    """Hand each office, each budget once, and each pool to the government within whose borders it stands."""
    for agent in [*communes, *provinces]:
        agent.offices, agent.budgets = [], []
    everybody, laid = [*communes, *provinces], network.laid()
    own, keeper = turns(network, overlay)
    for office, number in zip(network.offices, own.tolist(), strict=True):
        everybody[number].offices.append(office)
    for budget, number in zip(laid.budgets, keeper.tolist(), strict=True):
        everybody[number].budgets.append(budget)
    pools: dict[int, list[Office]] = {}
    of_commune = np.flatnonzero(laid.office["level"] == COMMUNE)
    for i, pool in zip(of_commune.tolist(), laid.office["pool"][of_commune].tolist(), strict=True):
        pools.setdefault(pool, []).append(network.offices[i])
    for agent in provinces:
        agent.pools = []
    for pool in sorted(pools):  # run by the province in which its seat stands
        provinces[overlay.province_of_place[network.pool_seat[pool]]].pools.append(pools[pool])
