"""Policies: each is a list of dated tables place -> government, with the levers pulled on that date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.government.offices import sum_by
from dicu.government.overlay import Levers, Overlay
from dicu.reform.designs import Country, optimised_units, overlay_of, random_units, standard_units
from dicu.reform.table import OWN_LEVERS, read_table
from dicu.scenario.parameters import Access
from dicu.scenario.scenario import Scenario
from dicu.scenario.sections import Reform
from dicu.scenario.vocabulary import MOUNTAIN
from dicu.world.world import Units, World

ALL: Final = Levers(relabel=True, pool_budgets=True, close_offices=True, cut_staff=True, move_services=True)

POLICIES: Final = MappingProxyType(
    {
        "none": Levers(),
        "relabel": Levers(relabel=True),
        "actual": ALL,
        "random": ALL,
        "standard": ALL,
        "optimised": ALL,
        "actual_with_satellites": replace(ALL, open_satellites=True),
        "actual_except_sparse_mountains": ALL,
        "table": OWN_LEVERS,
    }
)
"""The levers each policy pulls by itself; ``none`` keeps everything as it was."""


def plan_of(scenario: Scenario, world: World) -> list[Overlay]:
    """The dated borders of a scenario's policy; raises what is wrong with a user's table."""
    reform, calendar = scenario.reform, scenario.calendar
    step = calendar.step_of(reform.date) if reform.policy != "none" else 0
    return policy(
        reform.policy,
        world,
        step,
        reform.date,
        settings=reform,
        access=scenario.access,
        step_of=calendar.step_of,
    )


def policy(
    name: str,
    world: World,
    step: int,
    date: str = "",
    *,
    settings: Reform | None = None,
    access: Access | None = None,
    step_of: Callable[[str], int] | None = None,
) -> list[Overlay]:
    """The dated overlays of a policy, in order of their dates; empty for ``none``.

    Parameters
    ----------
    name
        One of `POLICIES`.
    world
        Holds the crosswalk to the governments of 2025; designs are made for its residents.
    step
        Step at whose beginning the policy acts.
    date
        The same as it is to be written in tables, "2025Q3"; the step's number when empty.
    settings, access
        What designs are made by; defaults of the sections.
    step_of
        Step at whose beginning a date lies, for policy ``table``.

    Raises
    ------
    ValueError
        When there is no such policy, the step lies before the start, or a table is wrong (every row is named).
    """
    if name not in POLICIES:
        raise ValueError(f"no such policy (got {name!r}, allowed {', '.join(POLICIES)})")
    if step < 0:
        raise ValueError(f"a policy cannot act before the start (got step {step}, allowed 0 or later)")
    if name == "none":
        return []
    settings = Reform() if settings is None else settings
    levers = levers_of(name, settings.levers)
    if not levers.pulled:
        return []
    if name == "table":
        if settings.table is None or step_of is None:
            raise ValueError("the policy table needs reform.table and a calendar")
        given = None if settings.levers is None else levers
        return read_table(Path(settings.table), world, date or settings.date, step_of, given)
    date = date or f"step {step}"
    country = Country(world, settings, Access() if access is None else access)
    if name == "actual_except_sparse_mountains":
        return [except_sparse_mountains(country, step=step, date=date, levers=levers)]
    if name in ("actual", "actual_with_satellites", "relabel"):
        return [to_2025(name, world, step, levers, date)]
    return [overlay_of(country, design(name, country), name=name, step=step, date=date, levers=levers)]


def levers_of(name: str, given: str | None) -> Levers:
    """The levers of a policy: those given in the scenario ("relabel+cut_staff", "none"), else its own."""
    if given is None:
        return POLICIES[name]
    names = [] if given == "none" else [lever.strip() for lever in given.split("+")]
    return Levers(**dict.fromkeys(names, True))


def design(name: str, country: Country) -> NDArray[np.int32]:
    """The unit of each legacy commune, (C,) int32, under one of the policies that are designs."""
    settings = country.settings
    if name == "random":
        return random_units(country, settings.seed)
    if name == "standard":
        return standard_units(country)
    if name == "optimised":
        return optimised_units(country, settings.seed, settings.sweeps)
    raise ValueError(f"no such design (got {name!r}, allowed random, standard, optimised)")


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
