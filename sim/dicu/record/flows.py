"""Table ``flows``: moves summed by pair of places, or by pair of districts with those inside of one commune."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from dicu.record.declare import STEP, Column, Table
from dicu.record.geography import of_districts
from dicu.record.national import MOVE
from dicu.record.sums import sum_by
from dicu.world.world import World

FlowLayout = Literal["place", "district"]
GENERATIONS: Final = ("legacy", "2025")
"""Borders before the reform and after; moves inside of one commune of each are counted apart."""


def flows_table(layout: FlowLayout) -> Table:
    """Table ``flows`` with moves between places, or between legacy districts and within communes.

    Raises
    ------
    ValueError
        For another layout.
    """
    moved = (
        Column(
            "households", "int64", "households", "moving households, whole or split off", MOVE, scaled=True
        ),
        Column("persons", "int64", "persons", "persons moving", MOVE, scaled=True),
    )
    if layout == "place":
        ends = tuple(
            Column(f"{end}_place", "uint64", "id", f"place key of the {end}", "world_places.parquet")
            for end in ("origin", "destination")
        )
        return Table(
            "flows",
            "flows.parquet",
            "one row per step and pair of places with at least one move",
            (*STEP, *ends, *moved),
        )
    if layout != "district":
        raise ValueError(f"unknown layout of flows {layout!r}: allowed are 'place', 'district'")
    ends = tuple(
        Column(
            f"{end}_district",
            "code",
            "id",
            f"code of the legacy district of the {end}",
            "world_places.parquet",
        )
        for end in ("origin", "destination")
    )
    internal = tuple(
        replace(
            c,
            name=f"{c.name}_within_{generation}_commune",
            text=f"of these {c.name}, those inside one {generation} commune",
        )
        for generation in GENERATIONS
        for c in moved
    )
    return Table(
        "flows",
        "flows.parquet",
        "one row per step and pair of legacy districts with at least one move",
        (*STEP, *ends, *moved, *internal),
    )


def flows_columns(
    world: World,
    layout: FlowLayout,
    step: int,
    origin: NDArray[np.integer[Any]],
    destination: NDArray[np.integer[Any]],
    persons: NDArray[np.integer[Any]],
) -> dict[str, Any]:
    """Columns of the table but step and period, a row for each pair with a move, in the order of the pairs.

    Sums are integers over sorted pairs, so neither the order of the events nor the threads matter.

    Parameters
    ----------
    step : int
        For messages.
    origin, destination : (E,) integers
        Place indices, one a moving household.
    persons : (E,) integers
        Members who moved with it.

    Raises
    ------
    ValueError
        For unequal lengths, a place that is not there, or a household of nobody.
    """
    if not (np.shape(origin) == np.shape(destination) == np.shape(persons) and np.ndim(origin) == 1):
        raise ValueError(
            f"flows, step {step}: origin, destination and persons must be (E,), got "
            f"{np.shape(origin)}, {np.shape(destination)}, {np.shape(persons)}"
        )
    n = world.n_places
    o, d, people = (a.astype(np.int64) for a in (origin, destination, persons))
    for name, a in (("origin", o), ("destination", d)):
        if a.size and (a.min() < 0 or a.max() >= n):
            raise ValueError(f"flows, step {step}: {name} must be 0 to {n - 1}, got {a.min()} to {a.max()}")
    if people.size and people.min() < 1:
        raise ValueError(
            f"flows, step {step}: a moving household has at least one person, got {people.min()}"
        )
    one = np.ones(len(o), dtype=np.int64)
    if layout == "place":
        pair, (moves, moved) = sum_by(o * n + d, one, people)
        key = world.place_key.astype(np.uint64)
        ends = {"origin_place": key[pair // n], "destination_place": key[pair % n]}
        return {**ends, "households": moves, "persons": moved}
    m = len(world.districts)
    old = world.legacy_commune[o] == world.legacy_commune[d]
    new = world.new_commune[o] == world.new_commune[d]
    between = world.district[o].astype(np.int64) * m + world.district[d]
    pair, sums = sum_by(between, one, people, one * old, people * old, one * new, people * new)
    names = (
        "households",
        "persons",
        *(f"{c}_within_{g}_commune" for g in GENERATIONS for c in ("households", "persons")),
    )
    ends = {
        "origin_district": of_districts(world, pair // m),
        "destination_district": of_districts(world, pair % m),
    }
    return {**ends, **dict(zip(names, sums, strict=True))}
