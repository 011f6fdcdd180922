"""The world: places that never move, and the governments' borders drawn over them.

A *place* is the piece of a pre-merger commune that went whole into one post-merger commune. Every array below is
frozen; a reform changes which government a place belongs to, never the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.compute.hashing import identity_of
from dicu.world.country import Country

EARTH_RADIUS_KM: Final = 6371.0


@dataclass(frozen=True, eq=False)
class Units:
    """Administrative units of one level and one generation (U units).

    Attributes
    ----------
    code, name, kind
        (U,) str. ``kind`` is what such a unit is called in its country; the country says which kinds are towns.
    parent
        (U,) int32, index of the unit one level up in the same generation (communes of 2025 point to provinces,
        there being no districts); -1 for provinces.
    seat_place
        (U,) int32, index of the place in which the seat stands.
    seat_km
        (U, 3) float64, position of the seat, see `World.position_km`.
    """

    level: str
    generation: str
    code: NDArray[np.str_]
    name: NDArray[np.str_]
    kind: NDArray[np.str_]
    parent: NDArray[np.int32]
    seat_place: NDArray[np.int32]
    seat_km: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True)
class Repair:
    """One thing that was wrong in the source and the rule that mended it."""

    kind: str
    unit: str
    detail: str


@dataclass(frozen=True, eq=False)
class World:
    """P places, L districts (the labour and housing markets), and both generations of governments.

    Places are sorted by (legacy province, district, place_key), so each district and each legacy province is one
    contiguous slice. Positions are points on a sphere in km, rounded to the metre so that distances are
    the same bits on every machine.

    Attributes
    ----------
    year : int
        Year of the residents.
    place_key : (P,) uint64
        Stable identity of a place: legacy commune code * 100,000 + new commune code. Draws are keyed by it.
    longitude, latitude : (P,) float64, degrees
    position_km : (P, 3) float64
        Point on the sphere of radius 6,371 km, rounded to 0.001 km.
    area_km2 : (P,) float64
    residents : (P,) int64
        Official residents of ``year``, modelled within province x urban/rural.
    urban : (P,) bool
        Class in the middle of ``year``: in a ward or township then. What changes it later, see
        `dicu.government.urban_status`.
    terrain : (P,) uint8
        0 plain, 1 mountain, 2 island.
    district, legacy_commune, new_commune : (P,) int32
        Index into `districts`, `legacy_communes`, `new_communes`.
    share : (P,) float64
        Share of the legacy commune's residents that live in this place.
    province_income_mvnd : (R,) float64
        Income a head by legacy province, M VND per month.
    region : (R,) int32
        Region of each legacy province, index into `region_names`.
    place_id : (P,) str
        Key of each place as its table writes it; `place_key` is made of it (`key_of`).
    country : Country
        Words, money and optional tables.
    has_districts : bool
        Whether districts govern; without, a district is a labour and housing market only.
    """

    name: str
    year: int
    place_key: NDArray[np.uint64]
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    position_km: NDArray[np.float64]
    area_km2: NDArray[np.float64]
    residents: NDArray[np.int64]
    urban: NDArray[np.bool_]
    terrain: NDArray[np.uint8]
    district: NDArray[np.int32]
    legacy_commune: NDArray[np.int32]
    new_commune: NDArray[np.int32]
    share: NDArray[np.float64]
    legacy_communes: Units
    new_communes: Units
    districts: Units
    legacy_provinces: Units
    new_provinces: Units
    province_income_mvnd: NDArray[np.float64]
    region: NDArray[np.int32]
    region_names: tuple[str, ...]
    place_id: NDArray[np.str_]
    country: Country
    repairs: tuple[Repair, ...] = ()
    has_districts: bool = True

    @property
    def n_places(self) -> int:
        """Number of places, P."""
        return len(self.place_key)

    @property
    def travel_rows(self) -> list[tuple[int, int, float]]:
        """Rows of the table ``travel``: keys of the place and of the place of the seat, minutes."""
        table = self.country.own("travel")
        if table is None:
            return []
        return [
            (key_of(o), key_of(d), float(m))
            for o, d, m in zip(table["from"], table["to"], table["minutes"], strict=True)
        ]

    @property
    def province(self) -> NDArray[np.int32]:
        """(P,) int32, legacy province of each place."""
        return self.districts.parent[self.district]


def key_of(place: str) -> int:
    """Identity of a place, 64 bits: a whole number without leading zeros is itself, any other text its hash."""
    if place.isascii() and place.isdigit() and (place == "0" or place[0] != "0") and int(place) < 1 << 64:
        return int(place)
    return identity_of(place)


def on_sphere_km(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points on the sphere, (N, 3) km rounded to the metre; distances between them are chords (0.1 % at 1,000 km)."""
    lon, lat = np.radians(longitude), np.radians(latitude)
    xyz = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    return np.asarray(np.round(EARTH_RADIUS_KM * xyz, 3), dtype=np.float64)


def distance_km(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Straight-line distances (n,) in km between points (n, 3) of `on_sphere_km` (broadcasts over the leading axes)."""
    d = a - b
    return np.sqrt(d[..., 0] * d[..., 0] + d[..., 1] * d[..., 1] + d[..., 2] * d[..., 2])
