"""A world written as the folder of tables that `dicu.reform.opening` reads back to the same arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from dicu.government.overlay import Levers
from dicu.reform.history import as_table
from dicu.reform.of_2025 import to_2025
from dicu.scenario.country import FILE
from dicu.scenario.vocabulary import TERRAINS
from dicu.world.country import plain_float
from dicu.world.schema import OUTLINES
from dicu.world.world import World


def write_folder(world: World, folder: Path, ending: str = ".parquet") -> Path:
    """Write a world and all that its country states.

    Parameters
    ----------
    folder
        Made if it is missing; its tables are overwritten.
    ending
        ".parquet" or ".csv" for places, units and reform; the small tables are CSV.
    """
    folder.mkdir(parents=True, exist_ok=True)
    country = world.country
    yaml = YAML()
    yaml.allow_unicode = True
    with (folder / FILE).open("w", encoding="utf-8") as file:
        yaml.dump(country.file.model_dump(mode="json", exclude_defaults=True), file)
    for name, table in (("places", _places(world)), ("units", _units(world)), ("reform", _reform(world))):
        if len(table):
            _write(table, folder / f"{name}{ending}")
    if world.repairs:
        rows = [(r.kind, r.unit, r.detail) for r in world.repairs]
        _write(pd.DataFrame(rows, columns=["kind", "unit", "detail"]), folder / "repairs.csv")
    for name, table in country.tables.items():
        if name != "reform":
            _write(table, folder / f"{name}.csv")
    if country.outlines:
        (folder / OUTLINES).write_text(country.outlines, encoding="utf-8")
    return folder


def _write(table: pd.DataFrame, path: Path) -> None:
    if path.suffix == ".parquet":
        table.to_parquet(path, index=False)
    else:
        table.to_csv(path, index=False, float_format=plain_float, lineterminator="\n")


def _places(world: World) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "place": world.place_id,
        "commune": world.legacy_communes.code[world.legacy_commune],
        "district": world.districts.code[world.district],
        "province": world.legacy_provinces.code[world.province],
        "residents": world.residents,
        "area_km2": world.area_km2,
        "longitude": world.longitude,
        "latitude": world.latitude,
        "urban": world.urban,
        "terrain": np.array(TERRAINS)[world.terrain],
        "share": world.share,
    }
    return pd.DataFrame(columns)


def _units(world: World) -> pd.DataFrame:
    country, parts = world.country, []
    for level, units in (
        ("province", world.legacy_provinces),
        ("district", world.districts),
        ("commune", world.legacy_communes),
    ):
        n = len(units)
        part = pd.DataFrame(
            {"level": [level] * n, "code": units.code, "name": units.name, "kind": units.kind}
        )
        part["ward_like"] = ["yes" if kind in country.ward_kinds else "" for kind in units.kind.tolist()]
        part["seat"] = world.place_id[units.seat_place]
        part["income"] = part["region"] = part["ward_standard"] = part["reduced_area"] = ""
        if level == "province":
            money = country.file.money
            part["income"] = [repr(float(y) * money) for y in world.province_income_mvnd]
            part["region"] = [world.region_names[r] for r in world.region]
            part["ward_standard"] = [country.ward_standard.get(code, "") for code in units.code.tolist()]
            part["reduced_area"] = [
                "yes" if code in country.reduced_area else "" for code in units.code.tolist()
            ]
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _reform(world: World) -> pd.DataFrame:
    """Rows of the reform without a date and without levers: the country's file and the policy say these."""
    if world.country.file.reform is None:
        return pd.DataFrame()
    rows = as_table(world, [to_2025("reform", world, 0, Levers(relabel=True), "reform")])
    rows["ward_like"] = ["yes" if kind in world.country.ward_kinds else "" for kind in rows["kind"]]
    return rows.drop(columns=["date", "levers"])


__all__ = ["write_folder"]
