"""The standards that units are measured by: persons and area, by what a unit is and where it lies.

Figures stand in the table ``standards`` of a world, one row a resolution and role; a country without one has none.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.scenario.scenario import UnfitScenario
from dicu.world.world import World

WARD: Final = 0
COMMUNE: Final = 1
MOUNTAIN_COMMUNE: Final = 2
ISLAND_UNIT: Final = 3
ROLES: Final = ("ward", "commune", "mountain commune", "island")
"""What a unit is measured as; position in every array by role."""

WARD_PART: Final = 5
"""A unit is a ward when more than one in so many of its people lived in a ward: the rule that fits best what the units
of July 2025 became (99.6 % of 3,321 as they are, 8 wards missed, 6 too many; computed, in-sample)."""


def limits(world: World, resolution: str) -> NDArray[np.float64]:
    """Least persons and least area (km2) of a unit, by legacy province and role.

    Parameters
    ----------
    world
        Its table ``standards``; ``ward_standard`` and ``reduced_area`` of its provinces say which rows hold where.
    resolution
        Name of a resolution in that table.

    Returns
    -------
    (R, 4, 2) float64
        R legacy provinces, `ROLES`, then persons and km2; 0 where nothing is asked, as in a country without standards.

    Raises
    ------
    UnfitScenario
        For another resolution, or a role without a row.
    """
    out = np.zeros((len(world.legacy_provinces), len(ROLES), 2))
    rows = world.country.own("standards")
    if rows is None:
        return out
    if resolution not in set(rows["resolution"]):
        known = ", ".join(rows["resolution"].unique())
        raise UnfitScenario(
            f"reform.standard: no standards of that name (got {resolution!r}, allowed {known})"
        )
    mine = rows[rows["resolution"] == resolution].set_index("role")
    columns = ["persons", "area_km2", *(["reduced_area_share"] if "reduced_area_share" in mine else [])]
    asked = {
        str(role): tuple(map(float, row))
        for role, row in zip(mine.index, mine[columns].to_numpy(), strict=True)
    }
    country, codes = world.country, world.legacy_provinces.code.tolist()
    for r, code in enumerate(codes):
        for role, name in enumerate((country.ward_standard.get(code, ROLES[0]), *ROLES[1:])):
            if name not in asked:
                if name == ROLES[ISLAND_UNIT] or name == ROLES[MOUNTAIN_COMMUNE]:
                    continue  # not measured
                raise UnfitScenario(
                    f"reform.standard: {resolution} says nothing of the role {name!r} (allowed "
                    f"{', '.join(asked)})"
                )
            persons, area, *share = asked[name]
            reduced = share[0] if share and code in country.reduced_area else 1.0
            out[r, role] = persons, area * reduced
    return out


def need_standards(world: World, policy: str) -> None:
    """Refuse a policy that measures units where the country has no standards to measure them by.

    Raises
    ------
    UnfitScenario
    """
    if world.country.own("standards") is None:
        raise UnfitScenario(
            f"reform.policy: {world.name} has no table of standards to measure units by (got {policy!r}, allowed "
            "none, relabel, actual, random, table)"
        )


def role_of(
    people: NDArray[np.int64],
    in_wards: NDArray[np.int64],
    in_mountains: NDArray[np.int64],
    on_islands: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Role of units by where their people live: most on islands, else a fifth in former wards, else most in mountains.

    Parameters
    ----------
    people, in_wards, in_mountains, on_islands
        (U,) int64, people, and those of them in former wards, in mountains and on islands.

    Returns
    -------
    (U,) int64
        Index into `ROLES`.
    """
    more = [2 * on_islands > people, WARD_PART * in_wards > people, 2 * in_mountains > people]
    return np.select(more, [ISLAND_UNIT, WARD, MOUNTAIN_COMMUNE], COMMUNE).astype(np.int64)


def shortfall(have: NDArray[np.float64], least: NDArray[np.float64]) -> NDArray[np.float64]:
    """Relative shortfall (n,) of what n have, max(0, 1 - have/least); 0 where nothing is asked."""
    asked = least > 0
    return np.where(asked, np.maximum(0.0, 1.0 - have / np.where(asked, least, 1.0)), 0.0)


__all__ = [
    "COMMUNE",
    "ISLAND_UNIT",
    "MOUNTAIN_COMMUNE",
    "ROLES",
    "WARD",
    "WARD_PART",
    "limits",
    "need_standards",
    "role_of",
    "shortfall",
]
