"""What a map of units is worth: shortfalls against the standard, and the way of the people to their seat.

    J = weight_population x mean shortfall of persons + weight_area x mean shortfall of area + weight_travel x hours

Shortfalls are relative, max(0, 1 - have/least), and their means are over units; hours are the mean one-way travel time
of a resident to the seat of the commune that governs her. Any map can be measured, whatever made it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicu.government.offices import sum_by
from dicu.government.overlay import Overlay
from dicu.reform.problem import HOUR_MINUTES, MILLI
from dicu.reform.standards import limits, role_of, shortfall
from dicu.scenario.parameters import Access
from dicu.scenario.sections import Reform
from dicu.scenario.vocabulary import ISLAND, MOUNTAIN
from dicu.world.neighbours import Neighbours, parts
from dicu.world.ways import known_ways, travel_minutes
from dicu.world.world import World


@dataclass(frozen=True, eq=False)
class Measured:
    """A map of U units, measured.

    Attributes
    ----------
    people : (U,) int64
    area_km2 : (U,) float64
    role : (U,) int64
        Index into `dicu.reform.standards.ROLES`.
    merged : (U,) int64
        Legacy communes of which the unit holds at least half of the residents.
    least : (U, 2) float64
        Persons and km2 that the standard asks for.
    short_people, short_area : (U,) float64
        Relative shortfalls.
    contiguous : (U,) bool
    minutes : (P,) float64
        Way of each place's residents to the seat of their unit.
    hours : float
        Mean over residents.
    objective : float
        J; smaller is better.
    """

    people: NDArray[np.int64]
    area_km2: NDArray[np.float64]
    role: NDArray[np.int64]
    merged: NDArray[np.int64]
    least: NDArray[np.float64]
    short_people: NDArray[np.float64]
    short_area: NDArray[np.float64]
    contiguous: NDArray[np.bool_]
    minutes: NDArray[np.float64]
    hours: float
    objective: float

    def below(self, waived: int) -> NDArray[np.bool_]:
        """(U,) bool, units that fall short of persons or area; those made of ``waived`` communes or more are not
        measured (0: all are).
        """
        short = (self.short_people > 0) | (self.short_area > 0)
        return short & (self.merged < waived) if waived else short


def measure(world: World, overlay: Overlay, graph: Neighbours, settings: Reform, access: Access) -> Measured:
    """Measure the communes of an overlay with the residents of a world.

    Parameters
    ----------
    world, overlay
        Units without a place do not count.
    graph
        Of the places; whether a unit is contiguous is judged by it, bridges included.
    settings
        Standard and weights.
    access
        Speeds and detours.
    """
    held, unit = np.unique(overlay.commune_of_place, return_inverse=True)
    n, people = len(held), world.residents
    place = np.arange(world.n_places)
    first = np.full(len(world.legacy_communes), world.n_places)
    np.minimum.at(first, world.legacy_commune, place)
    inhabited = people + (place == first[world.legacy_commune])
    whole = sum_by(unit, inhabited, n)
    in_ward = np.isin(world.legacy_communes.kind, sorted(world.country.ward_kinds))[world.legacy_commune]
    role = role_of(
        whole,
        sum_by(unit, np.where(in_ward, inhabited, 0), n),
        sum_by(unit, np.where(world.terrain == MOUNTAIN, inhabited, 0), n),
        sum_by(unit, np.where(world.terrain == ISLAND, inhabited, 0), n),
    )
    persons = sum_by(unit, people, n)
    area_m2 = sum_by(unit, np.rint(world.area_km2 * 1e6).astype(np.int64), n)
    seat = overlay.communes.seat_place[held]
    least = limits(world, settings.standard)[world.province[seat], role]
    short_people = shortfall(persons.astype(np.float64), least[:, 0])
    short_area = shortfall(area_m2.astype(np.float64), least[:, 1] * 1e6)
    minutes = travel_minutes(
        world.area_km2,
        world.position_km,
        overlay.communes.seat_km[overlay.commune_of_place],
        world.terrain,
        access,
    )
    minutes = known_ways(world.travel_rows, world.place_key, world.position_km).put(
        minutes, overlay.communes.seat_km[overlay.commune_of_place]
    )
    milli = int((people * np.rint(minutes * MILLI).astype(np.int64)).sum())
    hours = milli / (max(int(people.sum()), 1) * HOUR_MINUTES * MILLI)
    same = unit[graph.pair[:, 0]] == unit[graph.pair[:, 1]]
    part = parts(world.n_places, graph.pair[same])
    pieces = np.bincount(unit[np.unique(part, return_index=True)[1]], minlength=n)
    return Measured(
        people=persons,
        area_km2=area_m2 / 1e6,
        role=role,
        merged=_merged(world, unit, n),
        least=least,
        short_people=short_people,
        short_area=short_area,
        contiguous=pieces == 1,
        minutes=minutes,
        hours=hours,
        objective=(
            settings.weight_population * float(short_people.mean())
            + settings.weight_area * float(short_area.mean())
            + settings.weight_travel * hours
        ),
    )


def _merged(world: World, unit: NDArray[np.integer], n: int) -> NDArray[np.int64]:
    """Legacy communes that went into each unit by at least half."""
    key, way = np.unique(
        unit.astype(np.int64) * len(world.legacy_communes) + world.legacy_commune, return_inverse=True
    )
    held = np.bincount(way, world.share)
    return np.bincount((key // len(world.legacy_communes))[held >= 0.5], minlength=n).astype(np.int64)
