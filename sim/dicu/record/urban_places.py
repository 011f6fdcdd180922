"""Table ``urban_places``: every change of a place between rural and urban, by which flows are classed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.record.conform import coded
from dicu.record.declare import STEP, Column, Table
from dicu.world.world import World

CAUSES: Final = ("history", "listed", "standard")
_RULE: Final = "sim/dicu/government/urban_status.py"

URBAN_PLACES: Final = Table(
    "urban_places", "urban_places.parquet",
    "one row per place and step at whose beginning its class changed; step 0: places whose class at the start of the "
    "run is not that of world_places, because it changed in the history before; empty where nothing changes",
    (
        *STEP,
        Column("place_key", "uint64", "id", "stable identity of the place", "world_places.parquet"),
        Column("urban", "bool", "1", "urban from then on", _RULE),
        Column("cause", "code", "label", "listed: at a date that the country lists; standard: it passed the country's "
               "standard and the year's quota was left; history: before the run", _RULE),
        Column("persons", "int64", "persons", "persons who lived there then", "household columns", scaled=True),
    ),
)  # fmt: skip


def urban_places_columns(world: World, made: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of the table but step and period.

    Parameters
    ----------
    made : mapping
        ``place`` (K,) indices, ``urban`` (K,) bool, ``persons`` (K,) int64 in members of rows; ``cause``, one of
        `CAUSES`.
    """
    place: NDArray[np.int64] = made["place"]
    return {
        "place_key": world.place_key.astype(np.uint64)[place],
        "urban": made["urban"],
        "cause": coded(CAUSES, np.full(len(place), CAUSES.index(made["cause"]))),
        "persons": made["persons"],
    }


__all__ = ["CAUSES", "URBAN_PLACES", "urban_places_columns"]
