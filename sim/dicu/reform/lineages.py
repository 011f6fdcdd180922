"""Lineage: what became of each unit, as a dated table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicu.government.offices import sum_by
from dicu.government.overlay import Overlay
from dicu.world.world import Units

KINDS = ("unchanged", "merged", "split")


@dataclass(frozen=True, eq=False)
class Lineage:
    """One row a pair (unit before, unit after) that share a place, N rows: communes first, then provinces.

    Attributes
    ----------
    step : int
    date : str
    level, predecessor, successor, predecessor_name, successor_name, kind : (N,) str
        ``kind``: "split" when the unit before went to several units, else "merged" when the unit after was
        made of several, else "unchanged".
    places, persons, area_m2 : (N,) int64
        What went this way.
    """

    step: int
    date: str
    level: NDArray[np.str_]
    predecessor: NDArray[np.str_]
    successor: NDArray[np.str_]
    predecessor_name: NDArray[np.str_]
    successor_name: NDArray[np.str_]
    kind: NDArray[np.str_]
    places: NDArray[np.int64]
    persons: NDArray[np.int64]
    area_m2: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.level)

    @property
    def area_km2(self) -> NDArray[np.float64]:
        """(N,) float64, area that went this way."""
        return self.area_m2 / 1e6


def lineage(
    before: Overlay, after: Overlay, residents: NDArray[np.int64], area_km2: NDArray[np.float64]
) -> Lineage:
    """Follow every commune and province from one overlay to the next.

    Parameters
    ----------
    before, after
        Borders of the same P places.
    residents
        (P,) int64, persons on the day.
    area_km2
        (P,) float64.
    """
    area_m2 = np.rint(area_km2 * 1e6).astype(np.int64)
    units = {
        "commune": (before.communes, after.communes, before.commune_of_place, after.commune_of_place),
        "province": (before.provinces, after.provinces, before.province_of_place, after.province_of_place),
    }
    parts = [_level(level, *borders, residents, area_m2) for level, borders in units.items()]
    return Lineage(
        step=after.step,
        date=after.date,
        **{name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
    )


def _level(
    level: str,
    old_units: Units,
    new_units: Units,
    old_of_place: NDArray[np.int32],
    new_of_place: NDArray[np.int32],
    residents: NDArray[np.int64],
    area_m2: NDArray[np.int64],
) -> dict[str, NDArray[np.generic]]:
    key, way = np.unique(old_of_place.astype(np.int64) * len(new_units) + new_of_place, return_inverse=True)
    old, new = key // len(new_units), key % len(new_units)
    goes_to = np.bincount(old, minlength=len(old_units))[old]
    made_of = np.bincount(new, minlength=len(new_units))[new]
    n = len(key)
    return {
        "level": np.full(n, level, dtype="U8"),
        "predecessor": old_units.code[old],
        "successor": new_units.code[new],
        "predecessor_name": old_units.name[old],
        "successor_name": new_units.name[new],
        "kind": np.where(goes_to > 1, "split", np.where(made_of > 1, "merged", "unchanged")),
        "places": np.bincount(way, minlength=n).astype(np.int64),
        "persons": sum_by(way, residents, n),
        "area_m2": sum_by(way, area_m2, n),
    }
