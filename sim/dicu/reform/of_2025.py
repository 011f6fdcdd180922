"""The borders of 1 July 2025, as they are and with exceptions."""

from __future__ import annotations

import numpy as np

from dicu.government.offices import sum_by
from dicu.government.overlay import Levers, Overlay
from dicu.reform.designs import Country
from dicu.scenario.vocabulary import MOUNTAIN
from dicu.world.world import Units, World


def to_2025(name: str, world: World, step: int, levers: Levers, date: str = "") -> Overlay:
    """The governments of 1 July 2025 (2,621 communes, 687 wards, 13 special zones; 34 provinces) with any
    levers.

    Parameters
    ----------
    name, step, date
        As in `policy`.
    levers
        What changes with the borders.
    """
    communes = world.new_communes
    return Overlay(
        name=name,
        generation="2025",
        step=step,
        date=date or f"step {step}",
        communes=communes,
        provinces=world.new_provinces,
        commune_of_place=world.new_commune,
        province_of_place=communes.parent[world.new_commune],
        levers=levers,
    )


def except_sparse_mountains(country: Country, *, step: int, date: str, levers: Levers) -> Overlay:
    """The governments of 2025, but communes in mountains below a density of residents keep theirs.

    What is left of a new unit is a unit still, with its own seat, or that of the left member of most people when its
    own stands in a commune that is kept. Districts are gone here as everywhere.
    """
    world = country.world
    old, new = world.legacy_communes, world.new_communes
    people = sum_by(world.legacy_commune, world.residents, len(old))
    area = np.bincount(world.legacy_commune, world.area_km2, len(old))
    terrain = world.terrain[old.seat_place]
    kept = (terrain == MOUNTAIN) & (people < country.settings.sparse_density * area)
    # numbers: new units first, then kept ones
    unit = np.where(kept[world.legacy_commune], len(new) + world.legacy_commune, world.new_commune)
    held, unit = np.unique(unit, return_inverse=True)
    own = held >= len(new)
    legacy = held[own] - len(new)
    left = held[~own]
    seat_place, seat_km = new.seat_place[left].copy(), new.seat_km[left].copy()
    for u in np.flatnonzero(unit[seat_place] != np.arange(len(left))).tolist():
        mine = np.flatnonzero(unit == u)
        largest = mine[np.argmax(people[world.legacy_commune[mine]])]
        seat_place[u], seat_km[u] = largest, old.seat_km[world.legacy_commune[largest]]
        if old.seat_place[world.legacy_commune[largest]] != largest:
            seat_km[u] = world.position_km[largest]
    parent = np.concatenate([new.parent[left], new.parent[world.new_commune[old.seat_place[legacy]]]])
    code = np.concatenate([new.code[left], old.code[legacy]])
    twice = np.isin(old.code[legacy], new.code[left])  # a new unit bears the code of one of its members
    code[len(left) :][twice] = np.char.add(code[len(left) :][twice].astype("U32"), "k")
    communes = Units(
        level="commune",
        generation="actual_except_sparse_mountains",
        code=code,
        name=np.concatenate([new.name[left], old.name[legacy]]),
        kind=np.concatenate([new.kind[left], old.kind[legacy]]),
        parent=parent.astype(np.int32),
        seat_place=np.concatenate([seat_place, old.seat_place[legacy]]).astype(np.int32),
        seat_km=np.concatenate([seat_km, old.seat_km[legacy]]),
    )
    return Overlay(
        name="actual_except_sparse_mountains",
        generation="actual_except_sparse_mountains",
        step=step,
        date=date,
        communes=communes,
        provinces=world.new_provinces,
        commune_of_place=unit.astype(np.int32),
        province_of_place=communes.parent[unit],
        levers=levers,
    )
