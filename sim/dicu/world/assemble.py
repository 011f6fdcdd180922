"""How a world is assembled from a table of places and a table of the units of both generations.

`dicu.world.folder` makes these of a folder's tables, the builders of Viet Nam and of small worlds by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.scenario.vocabulary import TERRAINS
from dicu.world.country import Country
from dicu.world.table_checks import Column
from dicu.world.validate import validate
from dicu.world.world import Repair, Units, World, on_sphere_km

TABLES: Final[dict[str, tuple[str, str]]] = {
    "legacy_communes": ("commune", "legacy"),
    "new_communes": ("commune", "2025"),
    "districts": ("district", "legacy"),
    "legacy_provinces": ("province", "legacy"),
    "new_provinces": ("province", "2025"),
}
"""Units of a world by attribute: level and generation; ``2025`` is the map after the reform."""

MODELLED: Final = (
    Column("residents", "count", "persons living in the place", low=0, high=1e9),
    Column("area_km2", "number", "land area, km2", above=0.0, high=1e7),
    Column("terrain", "choice", "terrain class", choices=TERRAINS),
    Column("urban", "bool", "in a ward or township at the start", opposite="rural"),
    Column("longitude", "number", "degrees east", low=-180, high=180),
    Column("latitude", "number", "degrees north", low=-90, high=90),
)
KEY: Final = Column("place_key", "key", "identity of the place, unique; all luck is drawn by it")


def positions(codes: Sequence[str], wanted: Sequence[str]) -> NDArray[np.int32]:
    """Index in ``codes`` of each of k ``wanted``, (k,) int32.

    Raises
    ------
    KeyError
        Naming the one that is not there.
    """
    index = {code: i for i, code in enumerate(codes)}
    return np.array([index[w] for w in wanted], np.int32)


def build_world(
    name: str,
    year: int,
    places: pd.DataFrame,
    units: pd.DataFrame,
    region_names: tuple[str, ...],
    country: Country,
    repairs: tuple[Repair, ...] = (),
    has_districts: bool = True,
) -> World:
    """Make a `World` of two tables, sorting places and units as a world wants them.

    Parameters
    ----------
    name, year, region_names, country, has_districts
        See `World`.
    places, units
        Their links already checked. Places: place_key, legacy_commune, new_commune, residents, area_km2, terrain,
        urban, longitude, latitude, share, [place_id]. Units: level, generation, code, name, kind, parent, seat_place,
        and for legacy provinces income_mvnd and region.

    Returns
    -------
    World
        Valid (`validate` was run).

    Raises
    ------
    ValueError
        From `validate`.
    """
    new_code = dict(zip(places["place_key"].tolist(), places["new_commune"], strict=True))

    def of(what: str) -> pd.DataFrame:
        level, generation = TABLES[what]
        return units.loc[(units["level"] == level) & (units["generation"] == generation)]

    lp = of("legacy_provinces").sort_values("code", ignore_index=True)
    np_ = of("new_provinces").sort_values("code", ignore_index=True)
    # parents sort first, so that districts and communes follow the order of their provinces
    di = of("districts").sort_values(["parent", "code"], ignore_index=True)
    lc = of("legacy_communes")
    lc = lc.assign(at=positions(di["code"].tolist(), lc["parent"].tolist()))
    lc = lc.sort_values(["at", "code"], ignore_index=True)
    nc = of("new_communes").sort_values(["parent", "code"], ignore_index=True)
    assert len(new_code) == len(places), "place keys are unique by now"

    legacy = positions(lc["code"].tolist(), places["legacy_commune"].tolist())
    district = positions(di["code"].tolist(), lc["parent"].tolist())[legacy]
    order = np.lexsort((places["place_key"].to_numpy(np.uint64), district))
    places = places.iloc[order].reset_index(drop=True)
    legacy, district = legacy[order], district[order]
    new = positions(nc["code"].tolist(), places["new_commune"].tolist())

    lon, lat = places["longitude"].to_numpy(np.float64), places["latitude"].to_numpy(np.float64)
    position = on_sphere_km(lon, lat)
    place_of = {key: i for i, key in enumerate(places["place_key"].tolist())}

    def make(what: str, table: pd.DataFrame, above: pd.DataFrame | None) -> Units:
        level, generation = TABLES[what]
        seat = np.array([place_of[k] for k in table["seat_place"].tolist()], np.int32)
        seat_km = position[seat]
        parent = (
            np.full(len(table), -1, np.int32)
            if above is None
            else positions(above["code"].tolist(), table["parent"].tolist())
        )
        text = {c: np.array(table[c].tolist(), dtype=np.str_) for c in ("code", "name", "kind")}
        return Units(level, generation, **text, parent=parent, seat_place=seat, seat_km=seat_km)

    world = World(
        name=name,
        year=year,
        place_key=places["place_key"].to_numpy(np.uint64),
        longitude=lon,
        latitude=lat,
        position_km=position,
        area_km2=places["area_km2"].to_numpy(np.float64),
        residents=places["residents"].to_numpy(np.int64),
        urban=places["urban"].to_numpy(np.bool_),
        terrain=positions(TERRAINS, places["terrain"].tolist()).astype(np.uint8),
        district=district,
        legacy_commune=legacy,
        new_commune=new,
        share=places["share"].to_numpy(np.float64),
        legacy_communes=make("legacy_communes", lc, di),
        new_communes=make("new_communes", nc, np_),
        districts=make("districts", di, lp),
        legacy_provinces=make("legacy_provinces", lp, None),
        new_provinces=make("new_provinces", np_, None),
        province_income_mvnd=np.array([float(y) for y in lp["income_mvnd"]], np.float64),
        region=positions(region_names, lp["region"].tolist()),
        region_names=region_names,
        place_id=np.array(
            places["place_id"].tolist()
            if "place_id" in places
            else [str(k) for k in places["place_key"].tolist()],
            dtype=np.str_,
        ),
        country=country,
        repairs=repairs,
        has_districts=has_districts,
    )
    return validate(world)
