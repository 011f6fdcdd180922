"""Borders to draw on, from the files that people keep: GeoJSON, GeoParquet and GeoPackage."""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

DEGREES: Final = ("OGC:CRS84", "EPSG:4326")
"""Longitude and latitude on the ellipsoid of GPS; what GeoParquet means where it says nothing."""
POLYGON: Final = 3
MULTIPOLYGON: Final = 6
_HEAD: Final = 8
"""Bytes of a GeoPackage's geometry before its box."""
_BOX: Final = (0, 32, 48, 48, 64)
"""Bytes of the box, by its kind."""
MOST_POINTS: Final = 5_000_000


def as_geojson(path: Path) -> str:
    """The outlines of a file as a GeoJSON text, features with the property ``code``.

    Raises
    ------
    ValueError
        What is wrong with the file: no column ``code``, no polygons, another system of coordinates.
    """
    if path.suffix == ".geojson":
        return path.read_text(encoding="utf-8-sig")
    rows = _geopackage(path) if path.suffix == ".gpkg" else _geoparquet(path)
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": _geometry(bytes(shape))}
        for code, shape in rows
        if shape is not None
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def _geoparquet(path: Path) -> list[tuple[Any, Any]]:
    try:
        table = pq.read_table(path)
    except pa.ArrowException as error:
        raise ValueError(f"cannot be read as Parquet ({error})") from error
    try:
        told = json.loads((table.schema.metadata or {})[b"geo"])
        name = told["primary_column"]
        column = told["columns"][name]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("not GeoParquet: its metadata `geo` name no column of geometries") from error
    if column.get("encoding") != "WKB":
        raise ValueError(f"geometries are encoded as {column.get('encoding')} (allowed: WKB)")
    crs = column.get("crs", {"id": {"authority": "OGC", "code": "CRS84"}})
    if crs is not None:
        known = crs.get("id", {}) if isinstance(crs, dict) else {}
        _in_degrees(f"{known.get('authority')}:{known.get('code')}")
    if "code" not in table.column_names:
        raise ValueError(f"no column code (got {', '.join(table.column_names)})")
    return list(zip(table["code"].to_pylist(), table[name].to_pylist(), strict=True))


def _geopackage(path: Path) -> list[tuple[Any, Any]]:
    """The first layer of features; its geometries without the head that a GeoPackage puts before them."""
    try:
        with closing(sqlite3.connect(f"file:{path.resolve().as_posix()}?mode=ro", uri=True)) as file:
            layers = file.execute(
                "SELECT g.table_name, g.column_name, s.organization, s.organization_coordsys_id FROM "
                "gpkg_geometry_columns g JOIN gpkg_spatial_ref_sys s ON g.srs_id = s.srs_id ORDER BY g.table_name"
            ).fetchall()
            if len(layers) != 1:
                raise ValueError(
                    f"{len(layers)} layers: {', '.join(row[0] for row in layers)} (allowed: one)"
                )
            layer, shape, authority, number = layers[0]
            _in_degrees(f"{authority}:{number}")
            columns = [row[1] for row in file.execute(f"PRAGMA table_info({_quoted(layer)})")]
            if "code" not in columns:
                raise ValueError(f"layer {layer}: no column code (got {', '.join(columns)})")
            rows = file.execute(f"SELECT code, {_quoted(shape)} FROM {_quoted(layer)}").fetchall()
    except sqlite3.Error as error:
        raise ValueError(f"cannot be read as GeoPackage ({error})") from error
    return [(code, None if blob is None else _without_head(bytes(blob))) for code, blob in rows]


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _without_head(blob: bytes) -> bytes:
    kind = (blob[3] >> 1) & 7 if len(blob) > _HEAD else len(_BOX)
    if blob[:2] != b"GP" or kind >= len(_BOX):
        raise ValueError("a geometry is not one of GeoPackage")
    return blob[_HEAD + _BOX[kind] :]


def _in_degrees(crs: str) -> None:
    if crs.upper() not in DEGREES:
        raise ValueError(
            f"coordinates in {crs} (allowed: longitude and latitude, {' or '.join(DEGREES)}: reproject the file)"
        )


class _Bytes:
    """Well-known binary, read from front to back."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> Any:
        size = struct.calcsize(form)
        if self.at + size > len(self.data):
            raise ValueError("a geometry ends too early")
        made = struct.unpack_from(form, self.data, self.at)
        self.at += size
        return made


def _geometry(data: bytes) -> dict[str, Any]:
    polygons = list(_polygons(_Bytes(data)))
    return {"type": "MultiPolygon", "coordinates": polygons}


def _polygons(data: _Bytes) -> Iterator[list[list[list[float]]]]:
    order = "<" if data.take("B")[0] == 1 else ">"
    code = data.take(f"{order}I")[0]
    extra = bool(code & 0x80000000 or code // 1000 in (1, 3)) + bool(
        code & 0x40000000 or code // 1000 in (2, 3)
    )
    kind = (code & 0x0FFFFFFF) % 1000
    if code & 0x20000000:
        data.take(f"{order}I")  # EWKB names its system of coordinates again
    if kind == MULTIPOLYGON:
        for _ in range(data.take(f"{order}I")[0]):
            yield from _polygons(data)
    elif kind == POLYGON:
        rings = []
        for _ in range(data.take(f"{order}I")[0]):
            points = data.take(f"{order}I")[0]
            if points > MOST_POINTS:
                raise ValueError(f"a ring of {points:,} points (allowed: {MOST_POINTS:,})")
            wide = 2 + extra
            flat = data.take(f"{order}{wide * points}d")
            rings.append([[flat[i], flat[i + 1]] for i in range(0, wide * points, wide)])
        yield rings
    else:
        raise ValueError(f"a geometry of type {kind} (allowed: polygons and multipolygons)")


__all__ = ["as_geojson"]
