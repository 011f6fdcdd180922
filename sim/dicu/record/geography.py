"""Tables of the fixed geography: the places, and every unit of both generations of governments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dicu.record.conform import coded
from dicu.scenario.vocabulary import TERRAINS
from dicu.world.world import Units, World


def world_places(world: World) -> dict[str, Any]:
    """Columns of table ``world_places``: each place and the governments it belongs to, before and after."""
    legacy_province, new_province = world.province, world.new_communes.parent[world.new_commune]
    return {
        "place_key": world.place_key.astype(np.uint64),
        "longitude": world.longitude,
        "latitude": world.latitude,
        "area_km2": world.area_km2,
        "terrain": coded(TERRAINS, world.terrain),
        "urban": world.urban,
        "residents": world.residents,
        "region": coded(world.region_names, world.region[legacy_province]),
        "legacy_commune": coded(world.legacy_communes.code, world.legacy_commune),
        "district": coded(world.districts.code, world.district),
        "legacy_province": coded(world.legacy_provinces.code, legacy_province),
        "new_commune": coded(world.new_communes.code, world.new_commune),
        "new_province": coded(world.new_provinces.code, new_province),
    }


def of_districts(world: World, index: NDArray[np.integer[Any]]) -> Any:
    """Text column of the codes of legacy districts, dictionary-encoded in the order in which the world has them.

    Parameters
    ----------
    index : (N,) integers
        0 to the number of districts less one.
    """
    codes = pa.array(world.districts.code.tolist(), type=pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), codes)


def world_units(world: World) -> dict[str, Any]:
    """Columns of table ``world_units``: every unit of both generations with its name, parent and seat."""
    levels: tuple[tuple[str, str, Units, Units | None], ...] = (
        ("commune", "legacy", world.legacy_communes, world.districts),
        ("district", "legacy", world.districts, world.legacy_provinces),
        ("province", "legacy", world.legacy_provinces, None),
        ("commune", "2025", world.new_communes, world.new_provinces),
        ("province", "2025", world.new_provinces, None),
    )
    made: dict[str, list[Any]] = {k: [] for k in (
        "level", "generation", "code", "name", "kind", "parent", "seat_place", "seat_longitude",
        "seat_latitude",
    )}  # fmt: skip
    for level, generation, units, above in levels:
        n = len(units)
        x, y, z = np.moveaxis(units.seat_km, -1, 0)
        made["level"] += [level] * n
        made["generation"] += [generation] * n
        made["code"] += units.code.tolist()
        made["name"] += units.name.tolist()
        made["kind"] += units.kind.tolist()
        made["parent"] += [""] * n if above is None else above.code[units.parent].tolist()
        made["seat_place"] += world.place_key[units.seat_place].tolist()
        made["seat_longitude"] += np.degrees(np.arctan2(y, x)).tolist()
        made["seat_latitude"] += np.degrees(np.arctan2(z, np.hypot(x, y))).tolist()
    made["seat_place"] = np.array(made["seat_place"], dtype=np.uint64)  # type: ignore[assignment]
    return made
