"""Policies: each is a list of dated tables place -> government, with the levers pulled on that date."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from sim.government.overlay import Levers, Overlay
from sim.world.world import World

POLICIES: Final = MappingProxyType(
    {
        "none": Levers(),
        "relabel": Levers(relabel=True),
        "actual": Levers(
            relabel=True, pool_budgets=True, close_offices=True, cut_staff=True, move_services=True
        ),
    }
)
"""What each policy takes with the borders of 2025; ``none`` keeps everything as it was."""


def policy(name: str, world: World, step: int, date: str = "") -> list[Overlay]:
    """The dated overlays of a policy, in order of their dates; empty for ``none``.

    Parameters
    ----------
    name
        One of `POLICIES`.
    world
        Holds the crosswalk to the governments of 2025.
    step
        Step at whose beginning the policy acts.
    date
        The same as it is to be written in tables, "2025Q3"; the step's number when empty.

    Raises
    ------
    ValueError
        When there is no such policy, or the step lies before the start.
    """
    if name not in POLICIES:
        raise ValueError(f"no such policy (got {name!r}, allowed {', '.join(POLICIES)})")
    if step < 0:
        raise ValueError(f"a policy cannot act before the start (got step {step}, allowed 0 or later)")
    if not POLICIES[name].pulled:
        return []
    return [to_2025(name, world, step, POLICIES[name], date)]


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
