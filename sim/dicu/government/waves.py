"""The mergers of 2019-21 and 2023-25, by rule: the map of the world is that after both.

How many units there were fewer is published, which ones is not at hand. So as many of today's communes (districts)
are taken to have had two offices before as there were units fewer. On the date of the wave the two become one: the
posts of the second are cut, and the merger disrupts. Which ones is a rule: a wave merged units that fell short of the
standard so that the whole came near to it, hence those come first whose larger ratio to the standards of population
and area is the largest of at most 1 - two halves of them missed both standards by half. The wave of 2019-21 takes
its number from the head of that list, that of 2023-25 the next; a wave of other
kinds of units takes from the list of those.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.government.budget import Prices
from dicu.government.network import Network
from dicu.government.offices import sum_by
from dicu.government.rules import disruption_of_merger
from dicu.scenario.calendar import Calendar
from dicu.scenario.parameters import Government
from dicu.scenario.vocabulary import MOUNTAIN
from dicu.world.world import Units, World

KEYS: Final = ("2019_21", "2023_25")
"""The two waves, as published figures know them."""

# Resolution 1211/2016 as amended in 2022: persons and km2 a unit should have, in mountains and elsewhere
STANDARD_COMMUNE: Final = ((5_000, 50.0), (8_000, 30.0))
STANDARD_DISTRICT: Final = ((80_000, 850.0), (120_000, 450.0))

ALL_KINDS: Final = ""
"""Of a table of waves that names no kinds: every unit of the tier may have taken part."""


@dataclass(frozen=True)
class Wave:
    """One wave: the step at whose beginning it acts, and the units that had two offices before it."""

    key: str
    step: int
    communes: NDArray[np.int64]
    districts: NDArray[np.int64]


def waves(world: World, parameters: Government, calendar: Calendar) -> tuple[Wave, ...]:
    """The waves whose units still have two offices when a simulation begins; those of before it are done.

    None at all in a country without the table ``earlier_waves``, and where `Government.earlier_waves` says
    that all is merged already.
    """
    dates = parameters.first_wave, parameters.second_wave
    if parameters.earlier_waves == "merged" or world.country.own("earlier_waves") is None:
        return ()
    steps = [floor(calendar.steps_until(date)) for date in dates]
    return tuple(wave for wave in chosen(world, steps) if wave.step >= calendar.first_step)


def chosen(world: World, steps: list[int]) -> list[Wave]:
    """The waves of the country's table, at given steps, in its order; each of its own kinds of units, none twice."""
    table = world.country.own("earlier_waves")
    if table is None:
        return []
    tiers = (
        ("communes", "commune_kinds", world.legacy_communes, world.legacy_commune, STANDARD_COMMUNE),
        ("districts", "district_kinds", world.districts, world.district, STANDARD_DISTRICT),
    )
    taken = [np.empty(0, dtype=np.int64) for _ in tiers]
    made = []
    for (_, row), step in zip(table.iterrows(), steps, strict=False):
        mine = []
        for k, (fewer, kinds, units, of_place, standard) in enumerate(tiers):
            order = by_standard(world, units, of_place, standard, _kinds(row, kinds, units))
            mine.append(order[~np.isin(order, taken[k])][: int(row[fewer])])
            taken[k] = np.concatenate([taken[k], mine[k]])
        made.append(Wave(str(row["wave"]), step, *mine))
    return made


def _kinds(row: pd.Series, column: str, units: Units) -> tuple[str, ...]:
    """Kinds of units that take part, all where the table names none."""
    said = row.get(column, ALL_KINDS)
    said = ALL_KINDS if pd.isna(said) else str(said)
    return (
        tuple(part.strip() for part in said.split("+")) if said else tuple(sorted(set(units.kind.tolist())))
    )


def by_standard(
    world: World,
    units: Units,
    of_place: NDArray[np.int32],
    standard: tuple[tuple[int, float], tuple[int, float]],
    kinds: tuple[str, ...],
) -> NDArray[np.int64]:
    """Units of some kinds in the order in which they are likeliest to be the product of a merger.

    Parameters
    ----------
    of_place
        (P,) int32, unit of each place.
    standard
        Persons and km2, in mountains and elsewhere.
    kinds
        Kinds of units that take part.

    Returns
    -------
    (n,) int64, indices into ``units``: those at or below the standard first, the nearest to it at the head; then
    those above it, again the nearest first.
    """
    n = len(units)
    people = sum_by(of_place, world.residents, n)
    high = sum_by(of_place, np.where(world.terrain == MOUNTAIN, world.residents, 0), n)
    area = np.bincount(of_place, weights=world.area_km2, minlength=n)
    persons, km2 = np.where((2 * high > people)[:, None], *np.array(standard)[:, None, :]).T
    ratio = np.maximum(people / persons, area / km2)
    mine = np.flatnonzero(np.isin(units.kind, kinds) & (people > 0))
    above = ratio[mine] > 1.0
    order = np.lexsort((units.code[mine], np.where(above, ratio[mine], -ratio[mine]), above))
    return np.asarray(mine[order], dtype=np.int64)


def more_offices(
    wave: tuple[Wave, ...], world: World
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Second offices of communes (C,) and of districts (L,), and the wave that merges each (-1: none); int64."""
    communes, districts = (np.zeros(len(u), np.int64) for u in (world.legacy_communes, world.districts))
    of_commune, of_district = communes - 1, districts - 1
    for i, each in enumerate(wave):
        communes[each.communes] = 1
        of_commune[each.communes] = i
        districts[each.districts] = 1
        of_district[each.districts] = i
    return communes, districts, of_commune, of_district


def merge_wave(network: Network, number: int, now: int, parameters: Government, price: Prices) -> int:
    """Make one office of two wherever wave ``number`` does; returns the posts cut.

    The work stays what it was, but for what merging saves (`Government.need_scale`); under `Government.need` =
    "dispatch" the office that is left counts as adequate for the residents that it has on the day. Offices that a
    reform has closed since are not touched: their posts went into that reform.
    """
    cut = 0
    for office in network.offices:
        if office.wave != number or office.points == 1:
            continue
        gone = office.staff - office.staff // office.points
        merged = disruption_of_merger(parameters.disruption, office.points)
        office.points, office.staff, office.posts_cut = 1, office.staff - gone, gone
        if parameters.need == "dispatch":
            office.posts_at_start, office.residents_at_start = float(office.staff), office.residents
        else:
            office.posts_at_start *= parameters.need_scale
        office.disruption_at_merger, office.opened_step = merged, now
        office.budget.cut(gone, price)
        cut += gone
    network.count_posts()
    return cut
