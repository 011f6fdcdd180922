"""The gazetteer: every administrative unit of Viet Nam before and after 1 July 2025, as the source has it.

Source: the data files of the PyPI package ``vietnamadminunits`` 1.0.4 (MIT). Its Python modules are never
imported (they pull in geocoders); the files are found through the installed distribution. Nothing is mended
here: `dicu.world.corrections` and `dicu.world.repairs` do that, and count it.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.scenario.suggest import canonical

PACKAGE: Final = "vietnamadminunits"
DATA_FILES: Final = ("dataset.db", "converter_2025.json")
"""The data files that the world is made of; the package's other files only help it to parse addresses."""

ISLAND_DISTRICT: Final = "island district"
ISLAND_CODE_BASE: Final = 90_000
"""An island district without communes gets the pseudo commune code 90,000 + district code (real codes end
at 32,248)."""

LEGACY_KINDS: Final = {"Xã": "commune", "Phường": "ward", "Thị trấn": "township"}
NEW_KINDS: Final = {"Xã": "commune", "Phường": "ward", "Đặc khu": "special zone"}
DISTRICT_KINDS: Final = {
    "Huyện": "rural district",
    "Quận": "urban district",
    "Thị xã": "town",
    "Thành phố": "provincial city",
}


class GazetteerError(ValueError):
    """The source is not what the builder knows how to read; the message names file, key and value."""


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Units and links as the source has them, each table sorted by code with a plain integer index.

    Attributes
    ----------
    legacy : DataFrame
        10,035 communes and 5 island districts without communes: code, name, full (name with its rank, empty
        for the districts), kind, district (code), province (code), latitude, longitude (degrees, NaN when
        missing), address (what the geocoder understood).
    new : DataFrame
        3,321 units: code, name, full, kind, province (code), latitude, longitude, area_km2 (NaN when
        missing).
    districts : DataFrame
        696: code, name, kind, province; sorted by province, then code.
    legacy_provinces, new_provinces : DataFrame
        63 and 34: code, name, kind.
    links : DataFrame
        One row for each legacy unit and new unit that the source's converter pairs: legacy, new (row
        numbers of the tables above), default (True for the unit that holds most of the legacy one).
    """

    legacy: pd.DataFrame
    new: pd.DataFrame
    districts: pd.DataFrame
    legacy_provinces: pd.DataFrame
    new_provinces: pd.DataFrame
    links: pd.DataFrame


def package_files() -> dict[str, Path]:
    """Paths of the source's data files, by name; raises GazetteerError when the package is not installed
    whole."""
    try:
        installed = distribution(PACKAGE)
    except PackageNotFoundError as error:
        raise GazetteerError(f"package {PACKAGE} is not installed: run `uv sync`") from error
    paths = {name: Path(str(installed.locate_file(f"{PACKAGE}/data/{name}"))) for name in DATA_FILES}
    for path in paths.values():
        if not path.is_file():
            raise GazetteerError(f"{path}: missing from package {PACKAGE} {installed.version}: run `uv sync`")
    return paths


def read_gazetteer() -> Gazetteer:
    """Read the source's tables and join its name-keyed converter to codes.

    Raises
    ------
    GazetteerError
        When a type, key or code is unknown, duplicated, or left without a partner.
    """
    paths = package_files()
    # mode=ro: a data file of another package is never written to, not even a journal
    with closing(sqlite3.connect(f"{paths['dataset.db'].as_uri()}?mode=ro", uri=True)) as base:
        old = pd.read_sql("select * from admin_units_legacy", base)
        now = pd.read_sql("select * from admin_units", base)
    old_keys = old["provinceKey"] + "_" + old["districtKey"] + "_" + old["wardKey"].fillna("")
    new_keys = now["provinceKey"] + "_" + now["wardKey"]
    legacy = _legacy(old)
    new = _new(now)
    links = _links(
        json.loads(paths["converter_2025.json"].read_text(encoding="utf-8")),
        _index(old_keys, legacy, "admin_units_legacy"),
        _index(new_keys, new, "admin_units"),
    )
    legacy, legacy_row = _by_code(legacy)
    new, new_row = _by_code(new)
    links = pd.DataFrame(
        {"legacy": legacy_row[links["legacy"]], "new": new_row[links["new"]], "default": links["default"]}
    )
    links = links.sort_values(["legacy", "new"], ignore_index=True)
    districts = (
        pd.DataFrame(
            {
                "code": old["districtCode"],
                "name": old["districtShort"].map(canonical),
                "kind": _kinds(old["districtType"], DISTRICT_KINDS, "districtType"),
                "province": old["provinceCode"],
            }
        )
        .drop_duplicates("code")
        .sort_values(["province", "code"], ignore_index=True)
    )
    return Gazetteer(legacy, new, districts, _provinces(old), _provinces(now), links)


def _kinds(types: pd.Series, known: dict[str, str], column: str) -> pd.Series:
    unknown = sorted(set(types) - set(known))
    if unknown:
        raise GazetteerError(f"dataset.db: {column}: unknown {unknown}, allowed {sorted(known)}")
    return types.map(known)


def _legacy(old: pd.DataFrame) -> pd.DataFrame:
    island = old["wardCode"].isna()
    pseudo = ISLAND_CODE_BASE + old["districtCode"].astype(int)
    numbers = np.where(island, pseudo, old["wardCode"].fillna("0").astype(int))
    kinds = _kinds(old["wardType"].fillna("Xã"), LEGACY_KINDS, "wardType")
    return pd.DataFrame(
        {
            "code": [f"{n:05d}" for n in numbers],
            "name": old["wardShort"].fillna(old["districtShort"]).map(canonical),
            "full": old["ward"].fillna("").map(canonical),
            "kind": kinds.mask(island, ISLAND_DISTRICT),
            "district": old["districtCode"],
            "province": old["provinceCode"],
            # An island district has no commune to locate: its own point stands in.
            "latitude": old["wardLat"].fillna(old["districtLat"]).astype(float),
            "longitude": old["wardLon"].fillna(old["districtLon"]).astype(float),
            "address": old["wardGeoAddress"].fillna(old["districtGeoAddress"]).fillna(""),
        }
    )


def _new(now: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": now["wardCode"],
            "name": now["wardShort"].map(canonical),
            "full": now["ward"].map(canonical),
            "kind": _kinds(now["wardType"], NEW_KINDS, "wardType"),
            "province": now["provinceCode"],
            "latitude": now["wardLat"].astype(float),
            "longitude": now["wardLon"].astype(float),
            "area_km2": now["wardAreaKm2"].astype(float),
        }
    )


def _provinces(units: pd.DataFrame) -> pd.DataFrame:
    return (
        pd.DataFrame(
            {
                "code": units["provinceCode"],
                "name": units["provinceShort"].map(canonical),
                "kind": np.where(units["province"].str.startswith("Thành phố"), "municipality", "province"),
            }
        )
        .drop_duplicates("code")
        .sort_values("code", ignore_index=True)
    )


def _index(keys: pd.Series, table: pd.DataFrame, name: str) -> dict[str, int]:
    """Row of each name key; a key or code that stands twice would join silently to the wrong unit."""
    for what, values in (("key", keys), ("code", table["code"])):
        twice = sorted(values[values.duplicated()])
        if twice:
            raise GazetteerError(f"dataset.db: {name}: duplicated {what} {twice[:5]}")
    return {key: row for row, key in enumerate(keys)}


def _by_code(table: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Sort by code; also the new row number of each old row."""
    order = np.argsort(table["code"].to_numpy(dtype=str), kind="stable")
    row = np.empty(len(order), dtype=np.int64)
    row[order] = np.arange(len(order))
    return table.iloc[order].reset_index(drop=True), row


def _links(converter: dict[str, Any], legacy_row: dict[str, int], new_row: dict[str, int]) -> pd.DataFrame:
    rows: list[tuple[int, int, bool]] = []

    def pair(province: str, old_key: str, new_key: str, default: bool) -> None:
        new = f"{province}_{new_key}"
        for key, table in ((old_key, legacy_row), (new, new_row)):
            if key not in table:
                raise GazetteerError(f"converter_2025.json: {province}: key {key!r} is not in dataset.db")
        rows.append((legacy_row[old_key], new_row[new], default))

    for province, whole in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for new_key, old_keys in whole.items():
            for old_key in old_keys:
                pair(province, old_key, new_key, True)
    for province, split in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old_key, parts in split.items():
            for part in parts:
                pair(province, old_key, part["newWardKey"], bool(part["isDefaultNewWard"]))
    links = pd.DataFrame(rows, columns=["legacy", "new", "default"])
    if links.duplicated(["legacy", "new"]).any():
        raise GazetteerError("converter_2025.json: a pair of legacy and new unit stands twice")
    for column, table in (("legacy", legacy_row), ("new", new_row)):
        lost = len(table) - links[column].nunique()
        if lost:
            raise GazetteerError(f"converter_2025.json: {lost} {column} units are paired with nothing")
    if (links.groupby("legacy")["default"].sum() != 1).any():
        raise GazetteerError("converter_2025.json: a legacy unit needs exactly one default new unit")
    return links
