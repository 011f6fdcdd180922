"""Policies: each is a list of dated tables place -> government, with the levers pulled on that date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.government.overlay import Levers, Overlay
from dicu.reform import half
from dicu.reform.designs import Country, optimised_units, overlay_of, random_units, standard_units
from dicu.reform.of_2025 import except_sparse_mountains, to_2025
from dicu.reform.opening import load_viet_nam
from dicu.reform.standards import need_standards
from dicu.reform.table import OWN_LEVERS, ReformTableError, overlays_of, read_table
from dicu.scenario.contradictions import FIRST_OFFICIAL_YEAR, LAST_OFFICIAL_YEAR
from dicu.scenario.parameters import Access
from dicu.scenario.plugin_use import settings_of
from dicu.scenario.plugins import BadPlugin, plugin, policy_names
from dicu.scenario.scenario import Scenario, UnfitScenario
from dicu.scenario.sections import Reform
from dicu.world.viet_nam import NAME
from dicu.world.world import World

ALL: Final = Levers(relabel=True, pool_budgets=True, close_offices=True, cut_staff=True, move_services=True)


@dataclass(frozen=True)
class Case:
    """What a policy is made of.

    Attributes
    ----------
    name : str
        Of the policy.
    world : World
        Holds the crosswalk to the governments of 2025; designs are made for its residents.
    step : int
        Step at whose beginning the policy acts.
    date : str
        The same as it is written in tables, "2025Q3".
    levers : Levers
        Pulled on that date.
    settings : Reform
    access : Access
        How people travel: designs are made by it.
    step_of : callable or None
        Step at whose beginning a date lies; needed by tables.
    own : object
        Settings of a plug-in's policy; None for a policy of the program.
    """

    name: str
    world: World
    step: int
    date: str
    levers: Levers
    settings: Reform
    access: Access
    step_of: Callable[[str], int] | None
    own: Any = None

    @cached_property
    def country(self) -> Country:
        """The country as designers see it."""
        return Country(self.world, self.settings, self.access)


@dataclass(frozen=True)
class Policy:
    """A way to redraw the map: the levers it pulls by itself, the dated borders it makes, and what a country must have.

    Each of ``needs`` raises UnfitScenario for a world that lacks something. ``by_residents``: its borders
    depend on how many live where. With ``reads_rows`` they come from rows that a person wrote, and are made once before
    any work, to find what is wrong with them.

    A new one is declared here and named, in both languages, in `dicu.scenario.vocabulary.POLICY_WORDS`.
    """

    levers: Levers
    make: Callable[[Case], list[Overlay]]
    needs: tuple[Callable[[World, str], None], ...] = ()
    by_residents: bool = False
    reads_rows: bool = False

    def check(self, world: World, name: str) -> None:
        """Raise UnfitScenario when the world lacks what the policy, known by this name, needs."""
        for need in self.needs:
            need(world, name)


def need_reform(world: World, policy: str) -> None:
    """Refuse a policy that repeats the country's own reform, or makes as many units as it, where there is none.

    Raises
    ------
    UnfitScenario
    """
    country = world.country
    if not country.made_up and country.file.reform is None:
        raise UnfitScenario(
            f"reform.policy: {world.name} has no reform of its own: country.yaml names none and there is no table "
            f"reform (got {policy!r}, allowed none, standard, table)"
        )


def _new_borders(case: Case) -> list[Overlay]:
    rows = case.world.country.own("reform")
    if rows is not None and case.step_of is not None:  # of a country whose reform has several dates
        shown = "world.tables: table reform"
        return overlays_of(rows, case.name, case.world, case.date, case.step_of, case.levers, shown)
    return [to_2025(case.name, case.world, case.step, case.levers, case.date)]


def _designed(units: Callable[[Country], NDArray[np.int32]]) -> Callable[[Case], list[Overlay]]:
    """A policy by the unit that a design gives each legacy commune, (C,) int32."""

    def make(case: Case) -> list[Overlay]:
        made = units(case.country)
        return [
            overlay_of(case.country, made, name=case.name, step=case.step, date=case.date, levers=case.levers)
        ]

    return make


def _random(country: Country) -> NDArray[np.int32]:
    return random_units(country, country.settings.seed)


def _optimised(country: Country) -> NDArray[np.int32]:
    return optimised_units(country, country.settings.seed, country.settings.sweeps)


def _sparse(case: Case) -> list[Overlay]:
    return [except_sparse_mountains(case.country, step=case.step, date=case.date, levers=case.levers)]


def _half(case: Case) -> list[Overlay]:
    rows = half.half_country(case.world, case.date, case.settings.seed)
    return overlays_of(rows, case.name, case.world, case.date, lambda _: case.step, case.levers)


def _table(case: Case) -> list[Overlay]:
    settings = case.settings
    if settings.table is None or case.step_of is None:
        raise ValueError("the policy table needs reform.table and a calendar")
    given = None if settings.levers is None else case.levers
    try:
        return read_table(
            Path(settings.table), case.world, case.date, case.step_of, given, settings.ignore or ()
        )
    except ReformTableError as error:
        raise ReformTableError(f"reform.table: {error}") from error


POLICIES: Final = MappingProxyType(
    {
        "none": Policy(Levers(), lambda _: []),
        "relabel": Policy(Levers(relabel=True), _new_borders, (need_reform,), reads_rows=True),
        "actual": Policy(ALL, _new_borders, (need_reform,), reads_rows=True),
        "random": Policy(ALL, _designed(_random), (need_reform,)),
        "standard": Policy(ALL, _designed(standard_units), (need_standards,), by_residents=True),
        "optimised": Policy(ALL, _designed(_optimised), (need_reform, need_standards), by_residents=True),
        "actual_with_satellites": Policy(
            replace(ALL, open_satellites=True), _new_borders, (need_reform,), reads_rows=True
        ),
        "actual_except_sparse_mountains": Policy(ALL, _sparse, (need_reform,), by_residents=True),
        "actual_in_half": Policy(OWN_LEVERS, _half, (need_reform,)),
        "table": Policy(OWN_LEVERS, _table, reads_rows=True),
    }
)
"""Every policy by its name; ``none`` keeps everything as it was."""


def policy_named(name: str) -> Policy:
    """A policy of the program, or of an installed plug-in.

    Raises
    ------
    BadPlugin
        When the plug-in gives something else than a `Policy`.
    ValueError
        When there is none; the message lists those that there are.
    """
    if name in POLICIES:
        return POLICIES[name]
    if name not in policy_names():
        raise ValueError(f"no such policy (got {name!r}, allowed {', '.join(policy_names())})")
    made = plugin("policies", name).load()
    if not isinstance(made, Policy):
        raise BadPlugin(f"plug-in policy {name}: is {made!r}, allowed a dicu.reform.policies.Policy")
    return made


def check_rows(scenario: Scenario, world: World) -> None:
    """Refuse before any work what is wrong with the rows that a scenario's policy reads: a date outside the run, ...

    Raises
    ------
    TableError
        Everything that is wrong, by row.
    """
    own = scenario.reform.policy == "table" or world.country.own("reform") is not None
    if own and policy_named(scenario.reform.policy).reads_rows:  # those of the package are right
        plan_of(scenario, world)


def plan_of(scenario: Scenario, world: World) -> list[Overlay]:
    """The dated borders of a scenario's policy; raises what is wrong with a user's table."""
    reform, calendar = scenario.reform, scenario.calendar
    if (
        policy_named(reform.policy).by_residents
        and scenario.world.name == NAME
        and scenario.world.places is None
    ):
        # those who design know the country as it was counted last, not as the model began, nor as it became there
        counted = min(max(int(reform.date[:4]), FIRST_OFFICIAL_YEAR), LAST_OFFICIAL_YEAR)
        if counted != world.year:
            world = replace(world, residents=load_viet_nam(counted).residents)
    step = calendar.step_of(reform.date) if reform.policy != "none" else 0
    return policy(
        reform.policy,
        world,
        step,
        reform.date,
        settings=reform,
        access=scenario.access,
        step_of=calendar.step_of,
        own=None if reform.policy in POLICIES else settings_of(scenario, reform.policy),
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
    own: Any = None,
) -> list[Overlay]:
    """The dated overlays of a policy, in order of their dates; empty for ``none``.

    Parameters
    ----------
    name
        One of `POLICIES`, or of a plug-in.
    world, step, settings, access, step_of, own
        As in `Case`; defaults of the sections.
    date
        As in `Case`; the step's number when empty (a table: ``reform.date``).

    Raises
    ------
    ValueError
        When there is no such policy, the step lies before the start, or a table is wrong (every row is named).
    UnfitScenario
        When the country has no reform of its own, or no standards, which the policy needs.
    """
    made = policy_named(name)
    if step < 0:
        raise ValueError(f"a policy cannot act before the start (got step {step}, allowed 0 or later)")
    settings = Reform() if settings is None else settings
    levers = _levers_of(name, settings.levers)
    if not levers.pulled:
        return []
    written = date or (settings.date if name == "table" else f"step {step}")
    access = Access() if access is None else access
    made.check(world, name)
    return made.make(Case(name, world, step, written, levers, settings, access, step_of, own))


def _levers_of(name: str, given: str | None) -> Levers:
    """The levers of a policy: those given in the scenario ("relabel+cut_staff", "none"), else its own."""
    if given is None:
        return policy_named(name).levers
    names = [] if given == "none" else [lever.strip() for lever in given.split("+")]
    return Levers(**dict.fromkeys(names, True))
