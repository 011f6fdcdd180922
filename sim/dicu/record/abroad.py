"""Table ``abroad``: who left the country and who came to it, by province; only where the country says how many do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from dicu.record.conform import coded
from dicu.record.declare import STEP, Column, Table
from dicu.world.world import World

_RULE: Final = "rule `abroad`"

ABROAD: Final = Table(
    "abroad", "abroad.parquet",
    "one row per step and legacy province: migration abroad during the step; only in a country with a table "
    "migration_abroad",
    (
        *STEP,
        Column("province", "code", "id", "code of the legacy province", "world_units.parquet"),
        Column("emigrants", "int64", "persons", "persons who left the country from there", _RULE, scaled=True,
               flow=True),
        Column("immigrants", "int64", "persons", "persons who came to it from abroad", _RULE, scaled=True, flow=True),
        Column("urban_emigrants", "int64", "persons", "of the emigrants, out of urban places", _RULE, scaled=True,
               flow=True),
        Column("urban_immigrants", "int64", "persons", "of the immigrants, into urban places", _RULE, scaled=True,
               flow=True),
        Column("emigrated_households", "int64", "households", "households that left", _RULE, scaled=True, flow=True),
        Column("immigrated_households", "int64", "households", "households that came", _RULE, scaled=True, flow=True),
    ),
)  # fmt: skip


def abroad_columns(world: World, urban: Any, made: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of the table but step and period.

    Parameters
    ----------
    urban : (P,) bool
        Class of places in the step.
    made : mapping
        ``emigrants``, ``immigrants`` (P,) int64 members by place; ``left_place``, ``place`` (K,) int32, the places of
        households that left and of those that came.
    """
    n, province = len(world.legacy_provinces), world.province

    def persons(name: str, some: Any) -> Any:
        total = np.zeros(n, dtype=np.int64)
        np.add.at(total, province, np.where(some, made[name], 0))
        return total

    everywhere = np.ones(world.n_places, dtype=np.bool_)
    return {
        "province": coded(world.legacy_provinces.code, np.arange(n)),
        "emigrants": persons("emigrants", everywhere),
        "immigrants": persons("immigrants", everywhere),
        "urban_emigrants": persons("emigrants", urban),
        "urban_immigrants": persons("immigrants", urban),
        "emigrated_households": np.bincount(province[made["left_place"]], minlength=n).astype(np.int64),
        "immigrated_households": np.bincount(province[made["place"]], minlength=n).astype(np.int64),
    }


__all__ = ["ABROAD", "abroad_columns"]
