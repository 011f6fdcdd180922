"""Reforms side by side, on the day: units, ways, standards, posts and money of each policy for the same people.

Nothing moves here: every policy is applied to the same residents, and what they meet the day after is measured. What
people do about it later is for a run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.compute.mesa_import import mesa
from dicu.government import books
from dicu.government.governments import Governments
from dicu.government.overlay import Overlay, legacy_overlay
from dicu.government.transition import VND_PER_BILLION, Savings
from dicu.reform.designs import Country, random_units
from dicu.reform.engine import apply
from dicu.reform.objective import Measured, measure
from dicu.reform.policies import policy
from dicu.reform.problem import MILLI
from dicu.reform.standards import ROLES
from dicu.scenario.parameters import Government
from dicu.scenario.vocabulary import TERRAINS
from dicu.world.ways import farther, mean_over, nearer, travel_minutes
from dicu.world.world import World

FAR_MINUTES: Final = 60.0
"""Beyond an hour's way an office counts as far: the limit of satellite desks (model specification, section 4)."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What some policies do to one country.

    Attributes
    ----------
    summary : DataFrame
        One row a policy, see `dicu.reform.codebook`.
    units : DataFrame
        One row a policy and unit.
    places : DataFrame
        One row a place; for each policy the code of its unit and its minutes to the offices.
    objectives : DataFrame
        One row a map: the objective and its parts, and which share of random maps is worse.
    draws : (D,) float64
        Objective of each random map, empty without any.
    year : int
        Year of the residents.
    """

    summary: pd.DataFrame
    units: pd.DataFrame
    places: pd.DataFrame
    objectives: pd.DataFrame
    draws: NDArray[np.float64]
    year: int


@dataclass(frozen=True, eq=False)
class _Day:
    """One policy, the day after."""

    name: str
    overlay: Overlay
    measured: Measured
    commune_minutes: NDArray[np.float64]
    district_minutes: NDArray[np.float64]
    numbers: dict[str, Any]


def compare(
    country: Country,
    government: Government,
    names: Sequence[str],
    *,
    draws: int = 0,
    tell: Callable[[str], object] = lambda text: None,
) -> Comparison:
    """Apply each policy to the residents of a world and measure what they meet.

    Parameters
    ----------
    country
        World, standard, weights, speeds.
    government
        Staff, costs.
    names
        Policies, in the order of the tables; ``none`` is the yardstick of what changes and is computed in any case.
    draws
        Random maps to compare objectives with.
    tell
        Told what is being done.
    """
    start = _day("none", country, government, None)
    days = []
    for name in names:
        tell(name)
        days.append(start if name == "none" else _day(name, country, government, start))
    objectives, scores = _objectives(country, days, draws, tell)
    return Comparison(
        summary=pd.DataFrame([day.numbers for day in days]),
        units=pd.concat([_units(country.world, day) for day in days], ignore_index=True),
        places=_places(country.world, days),
        objectives=objectives,
        draws=scores,
        year=country.world.year,
    )


def _day(name: str, country: Country, government: Government, start: _Day | None) -> _Day:
    world, settings, access = country.world, country.settings, country.access
    governments = Governments(mesa.Model(rng=1), world, government, access, world.residents)
    transitions = []
    overlay = legacy_overlay(world)
    for due in policy(name, world, 0, settings=settings, access=access, step_of=country.step_of):
        done = apply(governments, due, due.step, world.residents)
        transitions.append(done.transition)
        overlay = governments.overlay
    savings = Savings.of(*transitions)
    minutes = governments.commune_minutes, governments.district_minutes
    posts = sum(office.staff for office in governments.offices)
    desks = sum(len(office.desks) for office in governments.offices)
    price = governments.terms.price
    at_desks = [office.desk_posts for office in governments.offices]
    running = sum(price.desk_vnd(n) for n in at_desks) * governments.steps_per_year
    paid = sum(at_desks) * price.post_vnd * governments.steps_per_year + running
    governments.step(world.residents, 0)
    books.check(governments)
    measured = measure(world, overlay, country.graph, settings, access)
    people = world.residents
    kinds = overlay.communes.kind[np.unique(overlay.commune_of_place)]
    numbers: dict[str, Any] = {
        "policy": name,
        "units": len(measured.people),
        "communes": int((kinds == "commune").sum()),
        "wards": int((kinds == "ward").sum()),
        "other_units": int((~np.isin(kinds, ["commune", "ward"])).sum()),
        "median_people": float(np.median(measured.people)),
        "median_area_km2": float(np.median(measured.area_km2)),
        "below_standard": int(measured.below(0).sum()),
        "below_standard_waived": int(measured.below(settings.waive_merged_from).sum()),
        "contiguous_share": float(measured.contiguous.mean()),
    }
    for level, way in zip(("commune", "district"), minutes, strict=True):
        numbers[f"{level}_minutes"] = mean_over(way, people)
        for code, terrain in enumerate(TERRAINS):
            numbers[f"{level}_minutes_{terrain}"] = mean_over(way, np.where(world.terrain == code, people, 0))
        numbers[f"{level}_over_60_share"] = mean_over(way > FAR_MINUTES, people)
        before = way if start is None else getattr(start, f"{level}_minutes")
        numbers[f"{level}_nearer_share"] = mean_over(nearer(before, way), people)
        numbers[f"{level}_farther_share"] = mean_over(farther(before, way), people)
    numbers |= {
        "satellite_desks": desks,
        "posts": posts,
        "posts_cut": savings.posts_cut,
        "savings_bn_vnd_per_year": savings.bn_per_year,
        "severance_bn_vnd": savings.severance_bn,
        "desks_bn_vnd_per_year": paid / VND_PER_BILLION,
        "payback_years": savings.payback_years(running),
        "objective": measured.objective,
    }
    return _Day(name, overlay, measured, *minutes, numbers)


def _units(world: World, day: _Day) -> pd.DataFrame:
    held = np.unique(day.overlay.commune_of_place)
    communes, m = day.overlay.communes, day.measured
    province = day.overlay.province_of_commune[held]
    return pd.DataFrame(
        {
            "policy": day.name,
            "province": day.overlay.provinces.name[province],
            "legacy_province": world.legacy_provinces.name[world.province[communes.seat_place[held]]],
            "code": communes.code[held],
            "name": communes.name[held],
            "kind": communes.kind[held],
            "role": np.array(ROLES)[m.role],
            "legacy_communes": m.merged,
            "persons": m.people,
            "area_km2": m.area_km2,
            "least_persons": m.least[:, 0],
            "least_area_km2": m.least[:, 1],
            "short_persons": m.short_people,
            "short_area": m.short_area,
            "contiguous": m.contiguous,
            "minutes": _unit_minutes(day, world),
            "seat_longitude": world.longitude[communes.seat_place[held]],
            "seat_latitude": world.latitude[communes.seat_place[held]],
        }
    )


def _unit_minutes(day: _Day, world: World) -> NDArray[np.float64]:
    """Mean way of the residents of each unit to its seat."""
    unit = np.unique(day.overlay.commune_of_place, return_inverse=True)[1]
    people = np.bincount(unit, world.residents)
    travelled = np.bincount(unit, world.residents * day.measured.minutes)
    out = np.full(len(people), np.nan)
    np.divide(travelled, people, out=out, where=people > 0)
    return out


def _places(world: World, days: list[_Day]) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "place_key": world.place_key,
        "longitude": world.longitude,
        "latitude": world.latitude,
        "area_km2": world.area_km2,
        "residents": world.residents,
        "terrain": np.array(TERRAINS)[world.terrain],
        "legacy_province": world.legacy_provinces.name[world.province],
        "district": world.districts.name[world.district],
    }
    for day in days:
        columns[f"{day.name}:unit"] = day.overlay.communes.code[day.overlay.commune_of_place]
        columns[f"{day.name}:commune_minutes"] = day.commune_minutes
        columns[f"{day.name}:district_minutes"] = day.district_minutes
    return pd.DataFrame(columns)


def _objectives(
    country: Country, days: list[_Day], draws: int, tell: Callable[[str], object]
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Every map's objective with its parts, and the share of random maps that are worse."""
    rows = [(day.name, day.measured) for day in days]
    for day in days:
        if day.name == "actual":
            best = with_best_seats(country, day.overlay)
            mine = measure(country.world, best, country.graph, country.settings, country.access)
            rows.append(("actual, best seats", mine))
    scores = np.empty(draws)
    for i in range(draws):
        if i == 0:
            tell(f"{draws} random maps")
        scores[i] = country.cost(random_units(country, country.settings.seed + 1 + i))
    table = pd.DataFrame(
        {
            "map": [name for name, _ in rows],
            "objective": [m.objective for _, m in rows],
            "short_persons": [float(m.short_people.mean()) for _, m in rows],
            "short_area": [float(m.short_area.mean()) for _, m in rows],
            "hours": [m.hours for _, m in rows],
        }
    )
    if draws:
        table["share_of_random_maps_worse"] = [float((scores > m.objective).mean()) for _, m in rows]
    return table, scores


def with_best_seats(country: Country, overlay: Overlay) -> Overlay:
    """The same borders with the seat of each unit where its people have the shortest way.

    Candidates are the seats of legacy communes that stand in the unit, as for designs; a unit without one keeps its
    own.
    """
    world, access = country.world, country.access
    old, unit = world.legacy_communes, overlay.commune_of_place
    seat_place, seat_km = overlay.communes.seat_place.copy(), overlay.communes.seat_km.copy()
    order = np.argsort(unit, kind="stable")
    start = np.searchsorted(unit[order], np.arange(len(overlay.communes) + 1))
    of_seat = unit[old.seat_place]
    by_unit = np.argsort(of_seat, kind="stable")
    first = np.searchsorted(of_seat[by_unit], np.arange(len(overlay.communes) + 1))
    for u in range(len(overlay.communes)):
        place = order[start[u] : start[u + 1]]
        best: tuple[int, int] | None = None
        for s in by_unit[first[u] : first[u + 1]].tolist():
            seat = np.broadcast_to(old.seat_km[s], (len(place), 3))
            minutes = travel_minutes(
                world.area_km2[place], world.position_km[place], seat, world.terrain[place], access
            )
            milli = int((np.rint(minutes * MILLI).astype(np.int64) * world.residents[place]).sum())
            best = (milli, s) if best is None else min(best, (milli, s))
        if best is not None:
            seat_place[u], seat_km[u] = old.seat_place[best[1]], old.seat_km[best[1]]
    return replace(overlay, communes=replace(overlay.communes, seat_place=seat_place, seat_km=seat_km))
