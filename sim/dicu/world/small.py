"""Small made-up worlds for tests and lessons: each a whole `World` with both generations of governments.

Distances are laid out in km around 105 degrees east, 16 degrees north. Nothing here is about Viet Nam.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from dicu.scenario.vocabulary import TERRAINS
from dicu.world.assemble import build_world
from dicu.world.country import made_up
from dicu.world.world import EARTH_RADIUS_KM, World

LONGITUDE: Final = 105.0
LATITUDE: Final = 16.0
YEAR: Final = 2019
REGION: Final = "Nowhere"


@dataclass(frozen=True)
class Place:
    """One place of a made-up world; ``legacy`` and ``new`` are commune numbers, ``district`` an index."""

    legacy: int
    new: int
    district: int
    x_km: float
    y_km: float
    residents: int
    kind: str = "commune"
    terrain: str = "plain"
    area_km2: float = 20.0
    share: float = 1.0

    @property
    def key(self) -> int:
        """Place key, as in the real world: legacy code * 100,000 + new code."""
        return self.legacy * 100_000 + self.new

    @property
    def urban(self) -> bool:
        """Wards and townships are urban."""
        return self.kind in ("ward", "township")


@dataclass(frozen=True)
class Province:
    """One legacy province of a made-up world: ``new`` is the number of the province it becomes."""

    name: str
    new: int
    income_mvnd: float
    kind: str = "province"
    region: str = REGION


def _seat(places: list[Place]) -> int:
    """Key of the place with most residents (the smallest key among equals): where the seat stands."""
    if not places:
        raise ValueError("a unit has no place, so its seat has nowhere to stand")
    return min(places, key=lambda p: (-p.residents, p.key)).key


def _unit(
    level: str, generation: str, code: str, name: str, kind: str, parent: str, within: list[Place]
) -> dict[str, Any]:
    """One row of the table of units (`dicu.world.assemble.UNIT_COLUMNS`)."""
    text = {"level": level, "generation": generation, "code": code, "name": name, "kind": kind}
    return text | {"parent": parent, "seat_place": _seat(within), "income_mvnd": "", "region": ""}


def build_small(
    name: str, places: list[Place], districts: list[tuple[str, int]], provinces: list[Province]
) -> World:
    """Build a world of places, districts (kind, province index) and provinces; seats stand where most live.

    Codes are the numbers, padded with zeros. A district or province without a place is an error.
    """
    units: list[dict[str, Any]] = []
    of_place = [districts[p.district][1] for p in places]
    new_of_place = [provinces[i].new for i in of_place]
    for i, province in enumerate(provinces):
        within = [p for p, j in zip(places, of_place, strict=True) if j == i]
        row = _unit("province", "legacy", f"{i + 1:02d}", province.name, province.kind, "", within)
        units.append(row | {"income_mvnd": repr(province.income_mvnd), "region": province.region})
    for new in sorted({p.new for p in provinces}):
        members = [p for p in provinces if p.new == new]
        kind = "municipality" if any(p.kind == "municipality" for p in members) else "province"
        within = [p for p, j in zip(places, new_of_place, strict=True) if j == new]
        units.append(_unit("province", "2025", f"{new:02d}", members[0].name, kind, "", within))
    for i, (kind, parent) in enumerate(districts):
        within = [p for p in places if p.district == i]
        label = f"District {i + 1}"
        units.append(_unit("district", "legacy", f"{i + 1:03d}", label, kind, f"{parent + 1:02d}", within))
    for legacy in sorted({p.legacy for p in places}):
        within = [p for p in places if p.legacy == legacy]
        kind, above = within[0].kind, f"{within[0].district + 1:03d}"
        label = f"{kind.capitalize()} {legacy}"
        units.append(_unit("commune", "legacy", f"{legacy:05d}", label, kind, above, within))
    for new in sorted({p.new for p in places}):
        within = [p for p in places if p.new == new]
        town = 2 * sum(p.residents for p in within if p.urban) > sum(p.residents for p in within)
        kind, above = "ward" if town else "commune", f"{new_of_place[places.index(within[0])]:02d}"
        units.append(_unit("commune", "2025", f"{new:05d}", f"New {kind} {new}", kind, above, within))

    table = pd.DataFrame(
        {
            "place_key": np.array([p.key for p in places], np.uint64),
            "legacy_commune": [f"{p.legacy:05d}" for p in places],
            "new_commune": [f"{p.new:05d}" for p in places],
            "residents": [p.residents for p in places],
            "area_km2": [p.area_km2 for p in places],
            "terrain": [p.terrain for p in places],
            "urban": [p.urban for p in places],
            "longitude": [_on_earth(p.x_km, p.y_km)[0] for p in places],
            "latitude": [_on_earth(p.x_km, p.y_km)[1] for p in places],
            "share": [p.share for p in places],
        }
    )
    regions = tuple(sorted({p.region for p in provinces}))
    cities = [f"{i + 1:02d}" for i, province in enumerate(provinces) if province.kind == "municipality"]
    return build_world(name, YEAR, table, pd.DataFrame(units), regions, made_up(YEAR, cities))


def _on_earth(x_km: float, y_km: float) -> tuple[float, float]:
    """Longitude and latitude x km east and y km north of the centre: true distance and bearing from it.

    Rounded to a millionth of a degree (0.1 m), so that the last bit of a sine matters nowhere.
    """
    r = math.hypot(x_km, y_km)
    if r == 0.0:
        return LONGITUDE, LATITUDE
    arc, north = r / EARTH_RADIUS_KM, math.radians(LATITUDE)
    sine = math.sin(north) * math.cos(arc) + math.cos(north) * math.sin(arc) * y_km / r
    east = math.atan2(math.sin(arc) * math.cos(north) * x_km / r, math.cos(arc) - math.sin(north) * sine)
    return round(LONGITUDE + math.degrees(east), 6), round(math.degrees(math.asin(sine)), 6)


def _at_least(what: str, value: float, low: float) -> None:
    if not value >= low:
        raise ValueError(f"{what} must be at least {low:g}, got {value!r}")


def one_place(residents: int = 10_000, income: float = 4.0, urban: bool = False) -> World:
    """One place, one of every government: nobody has anywhere to go.

    Parameters
    ----------
    residents : int, persons
    income : float, M VND per head and month
    urban : bool
    """
    _at_least("residents", residents, 1)
    kind = "ward" if urban else "commune"
    place = Place(1, 1, 0, 0.0, 0.0, residents, kind)
    return build_small("one_place", [place], [("rural district", 0)], [Province("Alone", 1, income)])


def two_places(
    residents: tuple[int, int] = (10_000, 10_000),
    income: tuple[float, float] = (4.0, 4.0),
    *,
    same_district: bool = False,
    same_province: bool = False,
    merged: bool = False,
    distance_km: float = 50.0,
    urban: tuple[bool, bool] = (False, False),
    terrain: tuple[str, str] = ("plain", "plain"),
) -> World:
    """Two places, by default in two provinces, so that all that separates them can be set.

    Parameters
    ----------
    residents : (2,) int, persons
    income : (2,) float, M VND per head and month, of the places' provinces; one province has one income
    same_district, same_province : bool
        Put both in one district (hence one province), or in two districts of one province.
    merged : bool
        Both become one commune in 2025; needs one province then, so two legacy provinces merge as well.
    distance_km : float
    urban : (2,) bool
    terrain : (2,) str, of `TERRAINS`

    Raises
    ------
    ValueError
        Two incomes in one province, no residents, no distance, an unknown terrain.
    """
    for who, name in zip(residents, ("first", "second"), strict=True):
        _at_least(f"residents of the {name} place", who, 1)
    _at_least("distance_km", distance_km, 0.01)
    for t in terrain:
        if t not in TERRAINS:
            raise ValueError(f"terrain must be one of {', '.join(TERRAINS)}, got {t!r}")
    one_province = same_district or same_province
    if one_province and income[0] != income[1]:
        raise ValueError(f"one province has one income a head, got {income}: two incomes need two provinces")
    places = [
        Place(
            i + 1,
            1 if merged else i + 1,
            0 if same_district else i,
            i * distance_km,
            0.0,
            residents[i],
            "ward" if urban[i] else "commune",
            terrain[i],
        )
        for i in range(2)
    ]
    districts = [("rural district", 0)]
    if not same_district:
        districts.append(("rural district", 0 if same_province else 1))
    provinces = [Province("West", 1, income[0])]
    if not one_province:
        provinces.append(Province("East", 1 if merged else 2, income[1]))
    return build_small("two_places", places, districts, provinces)


def ring(n: int = 12, residents: int = 10_000, income: float = 4.0, radius_km: float = 60.0) -> World:
    """Places alike on a circle: whatever flows, no place may gain on another but by chance.

    Two neighbours form a district and, in 2025, one commune; four form a province; two provinces merge in
    2025, when there is an even number of them.

    Parameters
    ----------
    n : int, a multiple of 4
    residents : int, persons in each
    income : float, M VND per head and month
    radius_km : float

    Raises
    ------
    ValueError
        For a number that is not allowed.
    """
    if n < 4 or n % 4:
        raise ValueError(f"n must be a multiple of 4, at least 4, got {n!r}")
    _at_least("residents", residents, 1)
    _at_least("radius_km", radius_km, 0.01)
    places = []
    for i in range(n):
        angle = 2 * math.pi * i / n
        x, y = radius_km * math.cos(angle), radius_km * math.sin(angle)
        places.append(Place(i + 1, i // 2 + 1, i // 2, x, y, residents))
    districts = [("rural district", i // 2) for i in range(n // 2)]
    count = n // 4
    provinces = [
        Province(f"Arc {i + 1}", i // 2 + 1 if count % 2 == 0 else i + 1, income) for i in range(count)
    ]
    return build_small("ring", places, districts, provinces)


def monocentric(
    villages: int = 24,
    residents: int = 8_000,
    city_residents: int = 200_000,
    income: tuple[float, float, float] = (8.0, 4.5, 2.5),
    radius_km: float = 75.0,
) -> World:
    """A city among villages, hills to the west: every level of nest, every kind of unit, one split commune.

    The city (a province of four wards in two districts) lies in the middle; villages spiral outwards, those
    in the east half in one province on the plain, those in the west in another, in mountains beyond 25 km.
    Four villages form a district, the first of them its township. In 2025 the city's wards become two,
    three villages of a province at a time become one commune, the plain joins the city's province, and the
    hills stay alone. One commune of the plain is split between two new ones (shares 3/4 and 1/4).

    Parameters
    ----------
    villages : int, at least 10
    residents : int
        Persons in a village; those farther out are smaller, down to half.
    city_residents : int
        Persons in the four wards together.
    income : (3,) float, M VND per head and month
        City, plain, hills.
    radius_km : float
        Distance of the outermost village.

    Raises
    ------
    ValueError
        For a number that is not allowed.
    """
    if villages < 10:
        raise ValueError(f"villages must be at least 10, for both sides to have mergers, got {villages!r}")
    _at_least("residents", residents, 2)
    _at_least("city_residents", city_residents, 4)
    _at_least("radius_km", radius_km, 20.0)
    parts = [city_residents // 4 + (i < city_residents % 4) for i in range(4)]
    corners = ((-1.5, -1.5), (-1.5, 1.5), (1.5, -1.5), (1.5, 1.5))
    places = [
        Place(i + 1, i // 2 + 1, i // 2, x, y, parts[i], "ward", area_km2=9.0)
        for i, (x, y) in enumerate(corners)
    ]
    districts = [("urban district", 0), ("urban district", 0)]
    sides: tuple[list[tuple[float, float, float]], list[tuple[float, float, float]]] = ([], [])
    for i in range(villages):
        # alternate sides, and spread each side over its half circle by the golden ratio
        turn = (i // 2 * 0.618034 + 0.1) % 1.0
        angle = math.pi * (turn - 0.5) + (math.pi if i % 2 else 0.0)
        r = 10.0 + (radius_km - 10.0) * math.sqrt((i + 1) / villages)
        sides[i % 2].append((r * math.cos(angle), r * math.sin(angle), r))
    legacy, new = 100, 100
    for side, spots in enumerate(sides):
        for i, (x, y, r) in enumerate(spots):
            first = i % 4 == 0 and len(spots) - i >= 4
            if first:
                districts.append(("rural district", side + 1))
            if i % 3 == 0 and len(spots) - i >= 2:
                new += 1
            legacy += 1
            who = residents - int(residents * 0.5 * r / radius_km)
            kind = "township" if first else "commune"
            terrain = "mountain" if side == 1 and r > 25.0 else "plain"
            place = Place(legacy, new, len(districts) - 1, x, y, who, kind, terrain, 12.0 if first else 30.0)
            if side == 0 and i == 2:  # the last village of the first merged commune lies astride the next one
                quarter = who // 4
                rest = Place(legacy, new + 1, place.district, x + 2.0, y, quarter, kind, terrain, 7.5, 0.25)
                place = Place(legacy, new, place.district, x, y, who - quarter, kind, terrain, 22.5, 0.75)
                places.append(rest)
            places.append(place)
    provinces = [
        Province("City", 1, income[0], "municipality", "Plains"),
        Province("Plain", 1, income[1], region="Plains"),
        Province("Hills", 2, income[2], region="Mountains"),
    ]
    return build_small("monocentric", places, districts, provinces)


SMALL_WORLDS: Final[dict[str, Callable[..., World]]] = {
    "one_place": one_place,
    "two_places": two_places,
    "ring": ring,
    "monocentric": monocentric,
}
"""Made-up worlds by name, for `make_small` and for ``world.name`` in a configuration."""


SIZE: Final = {"ring": "n", "monocentric": "villages"}
"""Which parameter ``size`` stands for in `make_small`; the other worlds have one size only."""


def make_small(name: str, **sizes: Any) -> World:
    """Build one of `SMALL_WORLDS` by name.

    Parameters
    ----------
    name : str
    **sizes
        Parameters of the world's function; ``size`` stands for the one of `SIZE`.

    Raises
    ------
    ValueError
        An unknown name or an unknown size; what exists is listed.
    """
    if name not in SMALL_WORLDS:
        raise ValueError(f"no small world {name!r}; there are {', '.join(SMALL_WORLDS)}")
    allowed = list(inspect.signature(SMALL_WORLDS[name]).parameters)
    if "size" in sizes and name in SIZE:
        if SIZE[name] in sizes:
            raise ValueError(f"small world {name!r}: give either size or {SIZE[name]}, not both")
        sizes[SIZE[name]] = sizes.pop("size")
    unknown = sorted(set(sizes) - set(allowed))
    if unknown:
        raise ValueError(
            f"small world {name!r} has no size {', '.join(unknown)} (allowed: {', '.join(allowed)})"
        )
    return SMALL_WORLDS[name](**sizes)
