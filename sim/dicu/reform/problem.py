"""The districting problem of one legacy province: its communes, who is beside whom, and what a unit costs.

All in integers, so that a sum is the same in any order and a change of two units is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.compute.hashing import identity_of
from dicu.government.offices import sum_by
from dicu.reform.kernels import Costs, Graph
from dicu.reform.standards import limits
from dicu.scenario.parameters import Access
from dicu.scenario.sections import Reform
from dicu.scenario.vocabulary import ISLAND, MOUNTAIN
from dicu.world.neighbours import Neighbours
from dicu.world.ways import travel_minutes
from dicu.world.world import World

MILLI: Final = 1000
"""Travel times are counted in whole thousandths of a minute."""
HOUR_MINUTES: Final = 60
"""The objective's unit of travel is the hour a person."""


@dataclass(frozen=True, eq=False)
class Problem:
    """The communes of one legacy province (n of them) and the cost of any unit made of them.

    Cost of a unit = weight_travel x people x minutes to the best seat, plus its relative shortfalls of persons and
    area x ``scale``: person-thousandths of a minute, so that over the country the sum divided by ``hour`` is the
    objective of `dicu.reform.objective`.

    Attributes
    ----------
    province : int
        Index of the legacy province.
    key : int
        Identity for draws, a hash of the province's code.
    commune : (n,) int32
        Index into the world's legacy communes.
    identity : (n,) uint64
        Of each commune, for draws.
    first, beside, bridge : (n + 1,) int32, (2E,) int32, (2E,) bool
        Neighbours of node i: ``beside[first[i]:first[i + 1]]``, sorted; whether only a bridge leads there.
    way : (n, n) int64
        Weighted person-milliminutes of the residents of row's commune to the seat of column's.
    count : (n, 5) int64
        Persons; persons in wards, in mountains, on islands (each with one more a commune, so that an uninhabited one
        has a terrain too); area, m2.
    least : (4, 2) float64
        Least persons and m2 by role.
    scale : (2,) float64
        Cost of a whole shortfall of persons and of area.
    units : int
        How many units the actual reform made here.
    """

    province: int
    key: int
    commune: NDArray[np.int32]
    identity: NDArray[np.uint64]
    first: NDArray[np.int32]
    beside: NDArray[np.int32]
    bridge: NDArray[np.bool_]
    way: NDArray[np.int64]
    count: NDArray[np.int64]
    least: NDArray[np.float64]
    scale: NDArray[np.float64]
    units: int

    def __len__(self) -> int:
        return len(self.commune)

    @property
    def graph(self) -> Graph:
        """Neighbours, as one argument of a kernel."""
        return Graph(self.first, self.beside)

    @property
    def costs(self) -> Costs:
        """What decides the cost of a unit, as one argument of a kernel."""
        return Costs(self.way, self.count, self.least, self.scale)

    def pairs(self) -> NDArray[np.int32]:
        """Pairs of neighbours, (E, 2), each once."""
        a = np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.first))
        return np.stack([a, self.beside], axis=1)[a < self.beside]


def problems(world: World, graph: Neighbours, settings: Reform, access: Access) -> list[Problem]:
    """One problem a legacy province.

    Parameters
    ----------
    world
        Its residents are those the design is made for.
    graph
        Of the places, from `dicu.world.neighbours`.
    settings
        Standard and weights of the objective.
    access
        Speeds and detours.
    """
    communes = world.legacy_communes
    n = len(communes)
    group, people = world.legacy_commune, world.residents
    in_ward = np.isin(communes.kind, sorted(world.country.ward_kinds))[group]
    terrain = world.terrain
    seat_of = np.zeros(n, dtype=np.int64)
    seat_of[group[::-1]] = np.arange(len(group))[::-1]  # terrain and province of a commune are its places'
    area_m2 = np.rint(world.area_km2 * 1e6).astype(np.int64)
    inhabited = people + (np.arange(len(group)) == seat_of[group])
    count = np.stack(
        [
            sum_by(group, people, n),
            sum_by(group, np.where(in_ward, inhabited, 0), n),
            sum_by(group, np.where(terrain == MOUNTAIN, inhabited, 0), n),
            sum_by(group, np.where(terrain == ISLAND, inhabited, 0), n),
            sum_by(group, area_m2, n),
        ],
        axis=1,
    )
    identity = np.array([identity_of(code) for code in communes.code.tolist()], dtype=np.uint64)
    between = graph.between(group)
    province_of_commune = world.province[seat_of]
    units = np.bincount(world.province[world.new_communes.seat_place], minlength=len(world.legacy_provinces))
    least = limits(world, settings.standard) * (1.0, 1e6)
    hour = objective_hour(world)
    scale = np.array([settings.weight_population, settings.weight_area]) * hour / len(world.new_communes)
    made = []
    for r in range(len(world.legacy_provinces)):
        mine = np.flatnonzero(province_of_commune == r).astype(np.int32)
        if len(mine) == 0:
            continue
        first, beside, bridge = _rows(mine, between, n)
        made.append(
            Problem(
                province=r,
                key=identity_of(str(world.legacy_provinces.code[r])),
                commune=mine,
                identity=identity[mine],
                first=first,
                beside=beside,
                bridge=bridge,
                way=_ways(world, mine, access, settings.weight_travel),
                count=count[mine],
                least=least[r],
                scale=scale,
                units=min(max(int(units[r]), 1), len(mine)),
            )
        )
    return made


def objective_hour(world: World) -> int:
    """Person-milliminutes of one hour of everybody's: what the sum of costs is divided by."""
    return max(int(world.residents.sum()), 1) * HOUR_MINUTES * MILLI


def _rows(
    mine: NDArray[np.int32], graph: Neighbours, n: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.bool_]]:
    """Neighbours of some nodes among themselves, as rows one after the other."""
    local = np.full(n, -1, dtype=np.int32)
    local[mine] = np.arange(len(mine))
    ends = local[graph.pair]
    inside = (ends >= 0).all(axis=1)
    one, two = ends[inside, 0], ends[inside, 1]
    a, b = np.concatenate([one, two]), np.concatenate([two, one])
    bridge = np.tile(graph.bridge[inside], 2)
    order = np.lexsort((b, a))
    first = np.zeros(len(mine) + 1, dtype=np.int32)
    np.cumsum(np.bincount(a, minlength=len(mine)), out=first[1:])
    return first, b[order].astype(np.int32), bridge[order]


def _ways(world: World, mine: NDArray[np.int32], access: Access, weight: float) -> NDArray[np.int64]:
    """Weighted person-milliminutes of each commune's residents to each commune's seat; (n, n) int64."""
    local = np.full(len(world.legacy_communes), -1, dtype=np.int32)
    local[mine] = np.arange(len(mine))
    place = np.flatnonzero(local[world.legacy_commune] >= 0)
    here, n = local[world.legacy_commune[place]], len(mine)
    out = np.zeros((n, n), dtype=np.int64)
    area, position, terrain = world.area_km2[place], world.position_km[place], world.terrain[place]
    people = world.residents[place]
    for s, seat in enumerate(world.legacy_communes.seat_km[mine]):
        minutes = travel_minutes(area, position, np.broadcast_to(seat, position.shape), terrain, access)
        milli = np.rint(minutes * MILLI).astype(np.int64)
        out[:, s] = sum_by(here, people * milli, n)
    return out if weight == 1.0 else np.rint(out * weight).astype(np.int64)


__all__ = ["HOUR_MINUTES", "MILLI", "Problem", "objective_hour", "problems"]
