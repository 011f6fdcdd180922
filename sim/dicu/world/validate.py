"""What must hold in every world, real or made up: checked once, when a world is built or read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dicu.scenario.vocabulary import TERRAINS
from dicu.scenario.wording import some
from dicu.world.world import Units, World, on_sphere_km

SHARE_TOLERANCE = 1e-9
POSITION_TOLERANCE_KM = 0.002


def _some(index: NDArray[np.intp], names: NDArray[np.generic] | None = None) -> str:
    """First few of the offenders, by name where they have one."""
    return some([str(i if names is None else names[i]) for i in index])


def _check_lengths(world: World, problems: list[str]) -> None:
    n = world.n_places
    if n == 0:
        problems.append("there are no places")
    for column in (
        "longitude",
        "latitude",
        "area_km2",
        "residents",
        "urban",
        "terrain",
        "district",
        "legacy_commune",
        "new_commune",
        "share",
        "place_id",
    ):
        shape = np.shape(getattr(world, column))
        if shape != (n,):
            problems.append(f"{column} has shape {shape}, expected ({n},)")
    if world.position_km.shape != (n, 3):
        problems.append(f"position_km has shape {world.position_km.shape}, expected ({n}, 3)")
    r = len(world.legacy_provinces)
    for column in ("province_income_mvnd", "region"):
        shape = np.shape(getattr(world, column))
        if shape != (r,):
            problems.append(f"{column} has shape {shape}, expected ({r},)")


def _check_range(what: str, index: NDArray[np.integer], length: int, problems: list[str]) -> None:
    bad = np.flatnonzero((index < 0) | (index >= length))
    if len(bad):
        problems.append(f"{what} must be within 0..{length - 1}, got {_some(bad, index)} at {_some(bad)}")


def _check_units(what: str, units: Units, parents: int | None, n_places: int, problems: list[str]) -> None:
    """Lengths, unique codes and index ranges of one table of units; ``parents`` None = a province."""
    u = len(units)
    if u == 0:
        problems.append(f"{what}: there are none")
    for column in ("name", "kind", "parent", "seat_place"):
        if np.shape(getattr(units, column)) != (u,):
            problems.append(f"{what}.{column} has shape {np.shape(getattr(units, column))}, expected ({u},)")
            return
    if units.seat_km.shape != (u, 3) or not np.isfinite(units.seat_km).all():
        problems.append(f"{what}.seat_km must be ({u}, 3) and finite")
    codes, counts = np.unique(units.code, return_counts=True)
    twice = np.flatnonzero(counts > 1)
    if len(twice):
        problems.append(f"{what}.code stands twice: {_some(twice, codes)}")
    if parents is None:
        if (units.parent != -1).any():
            problems.append(f"{what}.parent must be -1: provinces have none")
    else:
        _check_range(f"{what}.parent", units.parent, parents, problems)
    _check_range(f"{what}.seat_place", units.seat_place, n_places, problems)


def _check_values(world: World, problems: list[str]) -> None:
    key = world.place_key
    if key.dtype != np.uint64:
        problems.append(f"place_key must be uint64, got {key.dtype}")
    values, counts = np.unique(key, return_counts=True)
    twice = np.flatnonzero(counts > 1)
    if len(twice):
        problems.append(f"place_key stands twice: {_some(twice, values)}")
    if world.residents.dtype != np.int64:
        problems.append(f"residents must be int64, got {world.residents.dtype}")
    rules: tuple[tuple[str, NDArray[np.bool_]], ...] = (
        ("longitude must be within -180..180", np.abs(world.longitude) <= 180),
        ("latitude must be within -90..90", np.abs(world.latitude) <= 90),
        ("area_km2 must be above 0 and finite", (world.area_km2 > 0) & np.isfinite(world.area_km2)),
        ("residents must be at least 0", world.residents >= 0),
        (f"terrain must be within 0..{len(TERRAINS) - 1}", world.terrain < len(TERRAINS)),
        ("share must be above 0 and at most 1", (world.share > 0) & (world.share <= 1)),
        ("position_km must be finite", np.isfinite(world.position_km).all(axis=1)),
    )
    for text, good in rules:
        bad = np.flatnonzero(~good)
        if len(bad):
            problems.append(f"{text}; not so at place {_some(bad, key)}")
    away = np.abs(world.position_km - on_sphere_km(world.longitude, world.latitude)).max(axis=1)
    bad = np.flatnonzero(~(away <= POSITION_TOLERANCE_KM))
    if len(bad):
        problems.append(f"position_km is not that of longitude and latitude at place {_some(bad, key)}")
    income = world.province_income_mvnd
    bad = np.flatnonzero(~((income > 0) & np.isfinite(income)))
    if len(bad):
        names = world.legacy_provinces.name
        problems.append(f"province_income_mvnd must be above 0 and finite; not so in {_some(bad, names)}")
    _check_range("region", world.region, len(world.region_names), problems)


def _check_order(world: World, problems: list[str]) -> None:
    """Districts and legacy provinces are contiguous slices, in the order of their indices."""
    order = np.lexsort((world.place_key, world.district, world.province))
    bad = np.flatnonzero(order != np.arange(world.n_places))
    if len(bad):
        problems.append(
            "places must be sorted by (legacy province, district, place_key); the first out of order is "
            f"place {world.place_key[bad[0]]}"
        )
    if (np.diff(world.district) < 0).any():
        problems.append("districts must be sorted by their province: the index of a district falls somewhere")


def _check_nesting(world: World, problems: list[str]) -> None:
    legacy = world.legacy_commune
    bad = np.flatnonzero(world.legacy_communes.parent[legacy] != world.district)
    if len(bad):
        problems.append(f"district is not that of the legacy commune at place {_some(bad, world.place_key)}")
    total = np.zeros(len(world.legacy_communes))
    np.add.at(total, legacy, world.share)
    bad = np.flatnonzero(np.abs(total - 1.0) > SHARE_TOLERANCE)
    if len(bad):
        names = _some(bad, world.legacy_communes.name)
        problems.append(f"shares of a legacy commune must sum to 1; not so in {names}")


def _check_seats(world: World, problems: list[str]) -> None:
    """Every unit has a place, and its seat stands in one of its own."""
    new_province = world.new_communes.parent[world.new_commune]
    for what, units, unit_of_place in (
        ("legacy_communes", world.legacy_communes, world.legacy_commune),
        ("new_communes", world.new_communes, world.new_commune),
        ("districts", world.districts, world.district),
        ("legacy_provinces", world.legacy_provinces, world.province),
        ("new_provinces", world.new_provinces, new_province),
    ):
        empty = np.flatnonzero(np.bincount(unit_of_place, minlength=len(units)) == 0)
        if len(empty):
            problems.append(f"{what} without a place: {_some(empty, units.name)}")
        outside = np.flatnonzero(unit_of_place[units.seat_place] != np.arange(len(units)))
        if len(outside):
            problems.append(f"{what} whose seat stands outside them: {_some(outside, units.name)}")


def validate(world: World) -> World:
    """Check everything the model takes for granted about a world, and return it.

    Districts and legacy provinces are contiguous slices of the places; every index is in range; shares sum
    to 1 in each legacy commune; positions are finite and on the sphere; areas are positive; seats stand in
    their own unit; place keys and codes are unique; every unit has a place. A legacy province may fall into several new
    ones, and a legacy commune be urban in part.

    Raises
    ------
    ValueError
        Naming every rule that is broken, and where (the first ten offenders of each).
    """
    problems: list[str] = []
    _check_lengths(world, problems)
    n = world.n_places
    if not problems:
        _check_units("legacy_provinces", world.legacy_provinces, None, n, problems)
        _check_units("new_provinces", world.new_provinces, None, n, problems)
        _check_units("districts", world.districts, len(world.legacy_provinces), n, problems)
        _check_units("legacy_communes", world.legacy_communes, len(world.districts), n, problems)
        _check_units("new_communes", world.new_communes, len(world.new_provinces), n, problems)
        _check_range("district", world.district, len(world.districts), problems)
        _check_range("legacy_commune", world.legacy_commune, len(world.legacy_communes), problems)
        _check_range("new_commune", world.new_commune, len(world.new_communes), problems)
    if not problems:  # the rest indexes with what was just checked
        _check_values(world, problems)
        _check_order(world, problems)
        _check_nesting(world, problems)
        _check_seats(world, problems)
    if problems:
        raise ValueError(f"world {world.name!r} is not valid:\n  " + "\n  ".join(problems))
    return world
