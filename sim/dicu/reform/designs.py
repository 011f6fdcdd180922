"""Designs: maps of units made by a rule from the communes of before, province by province.

A design is one array, the number of the unit of every legacy commune; `overlay_of` makes governments of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dicu.compute.draws import Purpose
from dicu.compute.hashing import key64
from dicu.compute.pool import over_blocks
from dicu.government.overlay import Levers, Overlay
from dicu.reform.annealing import anneal
from dicu.reform.kernels import costs_of, grow, join_worst
from dicu.reform.problem import Problem, objective_hour, problems
from dicu.reform.standards import ISLAND_UNIT, WARD, role_of
from dicu.scenario.parameters import Access
from dicu.scenario.sections import Reform
from dicu.world.neighbours import Neighbours, neighbours
from dicu.world.world import Units, World


@dataclass(frozen=True, eq=False)
class Country:
    """All that designs are made of: a world, its neighbour graph and one problem a legacy province.

    Attributes
    ----------
    world : World
        Its residents are those designed for.
    settings : Reform
    access : Access
    step_of : callable or None
        Step at whose beginning a date lies, for a user's table.
    """

    world: World
    settings: Reform
    access: Access
    step_of: Callable[[str], int] | None = None

    @cached_property
    def graph(self) -> Neighbours:
        """Neighbours of the places."""
        return neighbours(self.world)

    @cached_property
    def problems(self) -> list[Problem]:
        """One a legacy province."""
        return problems(self.world, self.graph, self.settings, self.access)

    def cost(self, unit: NDArray[np.int32]) -> float:
        """Objective of a design with as many units (C,) as the actual reform has (see `dicu.reform.objective`)."""
        total = 0
        for problem in self.problems:
            local = np.unique(unit[problem.commune], return_inverse=True)[1].astype(np.int32)
            total += int(unit_costs(problem, local)[0].sum())
        return total / objective_hour(self.world)


def unit_costs(problem: Problem, group: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cost of each unit of one province and the commune (of the problem) in which its seat is best; two (k,) int64.

    Parameters
    ----------
    group
        (n,) int32, units 0..k-1.
    """
    k = int(group.max()) + 1
    cost, seat = np.zeros(k, dtype=np.int64), np.zeros(k, dtype=np.int64)
    costs_of(group, k, problem.costs, cost, seat)
    return cost, seat


def random_units(country: Country, seed: int) -> NDArray[np.int32]:
    """Random contiguous units, in each legacy province as many as the actual reform made; (C,) int32."""
    return _each(country, lambda problem: _grown(problem, seed))


def standard_units(country: Country) -> NDArray[np.int32]:
    """Units (C,) by the standard's rule: the worst joins the nearest until none falls short or none can join."""

    def make(problem: Problem) -> NDArray[np.int32]:
        group = np.zeros(len(problem), dtype=np.int32)
        waived = country.settings.waive_merged_from
        join_worst(waived, problem.graph, problem.bridge, problem.costs, group)
        return group

    return _each(country, make)


def optimised_units(country: Country, seed: int, sweeps: int) -> NDArray[np.int32]:
    """Units (C,) by merge-split annealing, in each legacy province as many as the actual reform made.

    Parameters
    ----------
    seed
        Luck of the start and of the chain.
    sweeps
        Proposals a commune.
    """

    def make(problem: Problem) -> NDArray[np.int32]:
        group = _grown(problem, seed)
        key = np.uint64(key64(seed, Purpose.ANNEALING, problem.key))
        anneal(key, problem.units, sweeps * len(problem), problem.graph, problem.costs, group)
        return group

    return _each(country, make)


def _grown(problem: Problem, seed: int) -> NDArray[np.int32]:
    group = np.zeros(len(problem), dtype=np.int32)
    key = np.uint64(key64(seed, Purpose.RANDOM_UNITS, problem.key))
    grow(key, problem.units, problem.identity, problem.graph, group)
    return group


def _each(country: Country, make: Callable[[Problem], NDArray[np.int32]]) -> NDArray[np.int32]:
    """Solve every province, on all threads, and number the units of the country; each writes only its own."""
    todo = country.problems
    unit = np.full(len(country.world.legacy_communes), -1, dtype=np.int32)
    found: list[NDArray[np.int32]] = [np.empty(0, dtype=np.int32)] * len(todo)

    def work(begin: int, end: int) -> None:
        for i in range(begin, end):
            found[i] = make(todo[i])

    over_blocks(work, len(todo))
    base = 0
    for problem, group in zip(todo, found, strict=True):
        unit[problem.commune] = group + base
        base += int(group.max()) + 1
    return unit


def _kinds(world: World, role: NDArray[np.int64], member: NDArray[np.str_]) -> NDArray[np.str_]:
    """What designed units are called: by role where the country has wards, else as the member they are named after."""
    if "ward" not in world.country.ward_kinds:
        return member
    return np.select([role == ISLAND_UNIT, role == WARD], ["special zone", "ward"], "commune")


def overlay_of(
    country: Country, unit: NDArray[np.int32], *, name: str, step: int, date: str, levers: Levers
) -> Overlay:
    """Governments of a design: communes with their seats, under the provinces of 2025.

    The seat of a unit is that of the member to which its people have the shortest way, and the unit has that member's
    code and name (new units bear the code of one of their members in fact too). What a unit is follows from where its
    people live (`dicu.reform.standards.role_of`): a special zone on islands, a ward, or a commune; there are no
    townships any more.

    Parameters
    ----------
    unit
        (C,) int32, number of the unit of each legacy commune, without gaps.
    """
    world, n = country.world, int(unit.max()) + 1
    old = world.legacy_communes
    seat = np.zeros(n, dtype=np.int64)
    role = np.zeros(n, dtype=np.int64)
    for problem in country.problems:
        numbers, local = np.unique(unit[problem.commune], return_inverse=True)
        seat[numbers] = problem.commune[unit_costs(problem, local.astype(np.int32))[1]]
        sums = np.zeros((len(numbers), problem.count.shape[1]), dtype=np.int64)
        np.add.at(sums, local, problem.count)
        whole = sums[:, 0] + np.bincount(local)
        role[numbers] = role_of(whole, sums[:, 1], sums[:, 2], sums[:, 3])
    kind = _kinds(world, role, old.kind[seat])
    parent = world.new_communes.parent[world.new_commune[old.seat_place[seat]]]
    order = np.lexsort((old.code[seat], parent))
    number = np.empty(n, dtype=np.int32)
    number[order] = np.arange(n)
    communes = Units(
        level="commune",
        generation=name,
        code=old.code[seat][order],
        name=old.name[seat][order],
        kind=kind[order],
        parent=parent[order],
        seat_place=old.seat_place[seat][order],
        seat_km=old.seat_km[seat][order],
    )
    commune_of_place = number[unit[world.legacy_commune]]
    return Overlay(
        name=name,
        generation=name,
        step=step,
        date=date,
        communes=communes,
        provinces=world.new_provinces,
        commune_of_place=commune_of_place,
        province_of_place=communes.parent[commune_of_place],
        levers=levers,
    )
