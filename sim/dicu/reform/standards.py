"""The standards that units are measured by: persons and area, by what a unit is and where it lies.

Figures stand in ``data/standards.csv`` with their sources, one row a resolution and role; status of each row: "read"
in a source, "recalled" from memory (check before citing), "assumed" by this project.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.world.terrain import MOUNTAINOUS
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

CITY_WARD: Final = "ward of a central city"
EDGE_WARD: Final = "ward in mountains or at the border"

BORDER: Final = frozenset(
    ["22", "38", "40", "42", "44", "45", "46", "49", "70", "72", "80", "87", "89", "91"]
)
"""Legacy provinces at the land border besides those of `MOUNTAINOUS`: Quang Ninh, Thanh Hoa, Nghe An, Ha Tinh,
Quang Binh, Quang Tri, Hue, Quang Nam, Binh Phuoc, Tay Ninh, Long An, Dong Thap, An Giang, Kien Giang. Source: the map
of the country."""
DELTA: Final = "Red River Delta"


@cache
def table() -> pd.DataFrame:
    """All standards: resolution, role, persons, area_km2, delta_area_share, confidence, source."""
    path = files("dicu.reform").joinpath("data/standards.csv")
    with path.open(encoding="utf-8") as file:
        return pd.read_csv(file)


def limits(world: World, resolution: str) -> NDArray[np.float64]:
    """Least persons and least area (km2) of a unit, by legacy province and role.

    Parameters
    ----------
    world
        Kinds of provinces, codes and regions decide the ward's standard and the delta's share.
    resolution
        "1211/2016", "76/2025" or "112/2025".

    Returns
    -------
    (R, 4, 2) float64
        R legacy provinces, `ROLES`, then persons and km2; 0 where nothing is asked.

    Raises
    ------
    ValueError
        For another resolution.
    """
    rows = table()
    if resolution not in set(rows["resolution"]):
        known = ", ".join(rows["resolution"].unique())
        raise ValueError(f"no standards of {resolution!r} (allowed {known})")
    mine = rows[rows["resolution"] == resolution].set_index("role")
    provinces = world.legacy_provinces
    out = np.empty((len(provinces), len(ROLES), 2))
    for r, (code, kind) in enumerate(zip(provinces.code.tolist(), provinces.kind.tolist(), strict=True)):
        in_delta = world.region_names[int(world.region[r])] == DELTA
        ward = "ward"
        if kind == "municipality":
            ward = CITY_WARD
        elif code in MOUNTAINOUS or code in BORDER:
            ward = EDGE_WARD
        for role, name in enumerate((ward, *ROLES[1:])):
            row = mine.loc[name]
            out[r, role] = row["persons"], row["area_km2"] * (row["delta_area_share"] if in_delta else 1.0)
    return out


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
    """Relative shortfall, max(0, 1 - have/least); 0 where nothing is asked."""
    asked = least > 0
    return np.where(asked, np.maximum(0.0, 1.0 - have / np.where(asked, least, 1.0)), 0.0)


__all__ = [
    "BORDER",
    "COMMUNE",
    "ISLAND_UNIT",
    "MOUNTAIN_COMMUNE",
    "ROLES",
    "WARD",
    "WARD_PART",
    "limits",
    "role_of",
    "shortfall",
]
