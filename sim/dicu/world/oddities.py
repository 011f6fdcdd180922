"""What looks odd in the places of a world's folder though it is allowed: units and axes that were meant otherwise."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from dicu.scenario.wording import some
from dicu.world.world import distance_km, on_sphere_km

DENSE: Final = 100_000.0
"""Residents per km2 that no municipality of the world reaches."""
THOUSANDS: Final = 25.0
"""A median commune of fewer residents was probably given in thousands."""
SCATTERED: Final = 0.45
"""Distance to the nearest place over the width of one where settlements lie by chance; of municipalities about one."""
SETTLEMENTS: Final = 2
"""Places are settlements where a commune has more than so many."""
SURER: Final = 0.25
"""By so much, in logs, must axes fit better the other way round."""
SPREAD: Final = 4.0
"""Areas that add up to so many times the box around the places are not in km2."""


def oddities(places: pd.DataFrame) -> tuple[str, ...]:
    """What no single cell shows: units of measure that were probably meant otherwise, axes swapped."""
    notes = []
    people = places.groupby("commune")["residents"].sum()
    area = places["area_km2"].to_numpy(np.float64)
    if 0 < float(people.median()) < THOUSANDS:
        notes.append(
            f"places: half of the communes have fewer than {people.median():g} residents: given in thousands? (column "
            "residents: persons)"
        )
    lon, lat = places["longitude"].to_numpy(np.float64), places["latitude"].to_numpy(np.float64)
    if len(places) > 2:
        here, swapped = _box_km2(lon, lat), _box_km2(lat, lon) if (np.abs(lon) <= 90).all() else np.inf
        total = float(area.sum())
        if here > 1.0 and total > SPREAD * here:
            notes.append(
                f"places: areas add up to {total:,.0f} km2, {total / here:,.0f} times the box around the places: in "
                "another unit? (column area_km2: km2), or longitude and latitude swapped?"
            )
        near = _neighbour_km(lon, lat)
        mirrored = _neighbour_km(lat, lon) if np.isfinite(swapped) else near
        width = float(np.median(np.sqrt(area)))
        least = SCATTERED if len(places) > SETTLEMENTS * len(people) else 1.0
        if _unlikely(mirrored / width, least) + SURER < _unlikely(near / width, least):
            notes.append(
                f"places: neighbours are {near:,.0f} km apart, but would be {mirrored:,.0f} km with longitude and "
                f"latitude swapped, and a place is {width:,.0f} km wide: are the columns swapped?"
            )
    crowded = np.flatnonzero(places["residents"].to_numpy() > DENSE * area)
    if len(crowded):
        notes.append(
            f"places: more than {DENSE:,.0f} residents per km2: {some(places['place'].iloc[crowded].tolist())}"
        )
    return tuple(notes)


def _unlikely(ratio: float, least: float) -> float:
    """How far neighbours are from what is usual, by the log of their distance over the width of a place."""
    return float(max(np.log(least / ratio), np.log(ratio), 0.0))


def _box_km2(lon: np.ndarray[Any, Any], lat: np.ndarray[Any, Any]) -> float:
    """Area of the box around points, km2."""
    tall = (lat.max() - lat.min()) * 111.2
    wide = (lon.max() - lon.min()) * 111.2 * np.cos(np.radians(np.clip(lat, -89.0, 89.0).mean()))
    return float(tall * wide)


def _neighbour_km(lon: np.ndarray[Any, Any], lat: np.ndarray[Any, Any]) -> float:
    """Median distance of a place to its nearest one, km (of a sample of at most 300)."""
    some = np.linspace(0, len(lon) - 1, min(len(lon), 300)).astype(int)
    at = on_sphere_km(lon, np.clip(lat, -90.0, 90.0))
    far = distance_km(at[some, None, :], at[None, :, :])
    far[np.arange(len(some)), some] = np.inf
    return max(float(np.median(far.min(axis=1))), 1e-3)
