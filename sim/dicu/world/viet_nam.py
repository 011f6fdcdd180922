"""The real Viet Nam: 10,040 legacy units, 3,321 new ones, and the places that are the pieces of both.

`build_viet_nam` reads the gazetteer, mends it by counted rules, gives every place a position, area, terrain
and residents, and seats to every government. `dicu.reform.opening` writes it once as a folder of tables, and reads it
as any other country's.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.scenario.suggest import fold
from dicu.scenario.vocabulary import TERRAINS
from dicu.world import facts, labour_facts, population_facts, urban_changes
from dicu.world.assemble import build_world
from dicu.world.corrections import correct
from dicu.world.country import CITY_WARD, SHIPPED, Country, shipped_file, shipped_table
from dicu.world.gazetteer import Gazetteer, read_gazetteer
from dicu.world.geometry import load_outlines, nearest_place_areas
from dicu.world.repairs import Mended, mend, mend_areas, radius_km
from dicu.world.residents import island_residents, spread_residents
from dicu.world.seats import district_seats, legacy_commune_seats, new_commune_seats
from dicu.world.terrain import MOUNTAINOUS, classify_terrain, commune_grain_km2, largest_place
from dicu.world.vital_facts import vital_tables
from dicu.world.world import World, distance_km, on_sphere_km

NAME: Final = "viet_nam"
DEFAULT_WEIGHT: Final = 3.5
"""Land of a split commune in its default part counts this many times: it keeps the name, the centre and
most people. Assumption, chosen with sight of a published crosswalk in which default parts hold 0.74."""
EDGE_WARD: Final = "ward in mountains or at the border"
BORDER: Final = frozenset(
    ["22", "38", "40", "42", "44", "45", "46", "49", "70", "72", "80", "87", "89", "91"]
)
"""Legacy provinces at the land border besides those of `MOUNTAINOUS`: Quang Ninh, Thanh Hoa, Nghe An, Ha Tinh,
Quang Binh, Quang Tri, Hue, Quang Nam, Binh Phuoc, Tay Ninh, Long An, Dong Thap, An Giang, Kien Giang. Source: the map
of the country."""
AGES_OF_2019_FROM: Final = 2017
"""Worlds of earlier years have the age structure of 2014, the others that of the census of 2019."""
SPLIT_STEP: Final = 0.5
"""Parts of a split commune lie this many of its radii towards their new units, and at most half of the
way."""


def build_viet_nam(year: int = 2019) -> World:
    """Build the world of Viet Nam from the installed gazetteer and the project's tables of facts.

    Parameters
    ----------
    year
        Year of residents and incomes; one of `facts.residents_years()`.

    Returns
    -------
    World
        Valid; `World.repairs` lists everything that was mended.

    Raises
    ------
    GazetteerError, ValueError
        When the sources do not hold what is needed; the message names it.
    """
    facts.residents(year)  # refuses an unknown year before any work
    source, corrections = correct(read_gazetteer())
    mended = mend(source)
    places = _places(source, mended, year)
    unit = places["new"].to_numpy()
    position = on_sphere_km(places["longitude"].to_numpy(), places["latitude"].to_numpy())
    repairs = [*corrections, *mended.repairs]

    outlines = [rings for _, _, rings in load_outlines()]
    drawn = nearest_place_areas(places["longitude"].to_numpy(), places["latitude"].to_numpy(), outlines)
    places["share"] = split_shares(drawn, places["legacy"].to_numpy(), places["default"].to_numpy())
    unit_area, _, found = mend_areas(source, unit, drawn)
    repairs += found
    places["area_km2"] = _areas(places, drawn, unit_area)

    district = places["district"].to_numpy()
    grain = commune_grain_km2(places["area_km2"].to_numpy(), places["share"].to_numpy(), unit, district)
    main = places["province"].to_numpy(dtype=str)[largest_place(places["area_km2"].to_numpy(), unit)]
    kind = source.new["kind"].to_numpy(dtype=str)
    point = mended.new_point
    places["terrain"] = classify_terrain(main, kind, grain, point[:, 0], point[:, 1])[unit]
    places["residents"] = _residents(places, source, year)

    seats = {
        "legacy": legacy_commune_seats(places["legacy"].to_numpy(), places["default"].to_numpy()),
        "new": new_commune_seats(places, source.new, position, on_sphere_km(point[:, 0], point[:, 1])),
        "district": district_seats(places, source.districts, position, places["residents"].to_numpy()),
    }
    units = _units(source, places, seats, year)
    table = places.assign(
        legacy_commune=source.legacy["code"].to_numpy()[places["legacy"]],
        new_commune=source.new["code"].to_numpy()[unit],
        terrain=np.array(TERRAINS)[places["terrain"]],
    )
    country = viet_nam(year, units)
    changes = urban_changes.changes_of(
        places["place_key"].to_numpy().astype(str), places["code"].to_numpy(str), places["kind"].to_numpy(str)
    )
    country = replace(country, tables=MappingProxyType({**country.tables, urban_changes.NAME: changes}))
    return build_world(NAME, year, table, units, tuple(facts.REGIONS), country, tuple(repairs))


def viet_nam(year: int, units: pd.DataFrame) -> Country:
    """The country's own words and figures (``data/country.yaml``, ``data/figures``).

    Parameters
    ----------
    units
        Of both generations, with the incomes of legacy provinces.
    """
    residents = facts.residents(year).set_index("code")["total"]
    income = facts.income_mvnd(year)
    mean = float((residents * income).sum() / residents.sum())
    file = shipped_file().model_copy(update={"year": year, "income": round(mean, 3)})
    waves = [(k, int(facts.official(f"wave_{k}_communes_cut")), int(facts.official(f"wave_{k}_districts_cut")))
             for k in ("2019_21", "2023_25")]  # fmt: skip
    tables = {p.stem: shipped_table(p.stem) for p in sorted(SHIPPED.glob("*.csv"))}
    ages = _ages_2014()
    tables["age_sex_province"] = _ages_of_provinces(
        ages, ages if year < AGES_OF_2019_FROM else tables["age_sex"]
    )
    if year < AGES_OF_2019_FROM:
        tables["age_sex"] = ages
    tables["labour"] = _labour()
    tables["fertility"], tables["mortality"] = vital_tables()
    tables["earlier_waves"] = pd.DataFrame(waves, columns=["wave", "communes", "districts"]).assign(
        commune_kinds="commune", district_kinds="rural district+town"
    )
    legacy = units[(units["level"] == "province") & (units["generation"] == "legacy")]
    standard = {}
    for code, kind in zip(legacy["code"], legacy["kind"], strict=True):
        if kind == "municipality":
            standard[code] = CITY_WARD
        elif code in MOUNTAINOUS or code in BORDER:
            standard[code] = EDGE_WARD
    return Country(
        file=file,
        tables=MappingProxyType(tables),
        ward_kinds=frozenset(("ward", "special zone")),
        ward_standard=MappingProxyType(standard),
        reduced_area=frozenset(legacy["code"][legacy["region"] == "RRD"]),
    )


def _labour() -> pd.DataFrame:
    """Employed people and the share of informal ones by province and year, where both are stated."""
    told = labour_facts.labour_figures()
    told = told[told["figure"].isin(["employed_persons", "informal_share"])]
    wide = told.pivot_table(
        index=["province", "year"], columns="figure", values="value", aggfunc="first"
    ).dropna()
    wide = wide.reset_index()
    return pd.DataFrame(
        {
            "province": wide["province"].astype(str),
            "year": wide["year"].to_numpy(np.int64),
            "employed": wide["employed_persons"].to_numpy(np.float64),
            "informal_share": wide["informal_share"].to_numpy(np.float64),
        }
    )


def _ages_2014() -> pd.DataFrame:
    """Men and women by age group in 2014, persons, as the table ``age_sex`` has them."""
    told = population_facts.age_sex_2014()
    nation = told[(told["province"] == "") & (told["residence"] == "total")]
    wide = nation.pivot_table(index="age_from", columns="sex", values="persons", aggfunc="sum")
    return pd.DataFrame(
        {
            "age_from": wide.index.to_numpy(np.int64),
            "male": wide["men"].to_numpy(np.float64),
            "female": wide["women"].to_numpy(np.float64),
        }
    )


def _ages_of_provinces(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Men and women of each province by age group, as the table ``age_sex_province`` has them.

    Known of 2014 alone. For a later start each group changes as the nation's did, ``now`` over ``then``: who moved
    since is left out (assumption A130).
    """
    told = population_facts.age_sex_2014()
    own = told[(told["province"] != "") & (told["residence"] == "total")]
    wide = own.pivot_table(
        index=["province", "age_from"], columns="sex", values="persons", aggfunc="sum"
    ).reset_index()
    share = [t.sort_values("age_from")[["male", "female"]].to_numpy(np.float64) for t in (now, then)]
    change = (share[0] / share[0].sum()) / (share[1] / share[1].sum())
    group = wide["age_from"].to_numpy(np.int64) // 5
    return pd.DataFrame(
        {
            "province": wide["province"].astype(str),
            "age_from": wide["age_from"].to_numpy(np.int64),
            "male": wide["men"].to_numpy(np.float64) * change[group, 0],
            "female": wide["women"].to_numpy(np.float64) * change[group, 1],
        }
    )


def split_shares(
    area_km2: NDArray[np.float64], legacy: NDArray[np.integer], default: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Share of each legacy commune that lies in each of its places.

    Rule (assumption): in proportion to the land nearest to each part, counted DEFAULT_WEIGHT times for the
    default part. 1 for a commune that was not split.

    Parameters
    ----------
    area_km2 : (P,) float64
        Voronoi areas of the places.
    legacy : (P,) int
    default : (P,) bool

    Returns
    -------
    (P,) float64, above 0, summing to 1 in each legacy commune
    """
    # No part vanishes, not even one that no cell of the raster is nearest to.
    land = np.maximum(area_km2, 0.02 * np.bincount(legacy, area_km2)[legacy] + 1e-3)
    weight = land * np.where(default, DEFAULT_WEIGHT, 1.0)
    return np.asarray(weight / np.bincount(legacy, weight)[legacy], dtype=np.float64)


def _places(source: Gazetteer, mended: Mended, year: int) -> pd.DataFrame:
    """One row a place, sorted by place key: legacy and new unit, names, position, class in the year; see `World`."""
    links = mended.links
    legacy, new = links["legacy"].to_numpy(), links["new"].to_numpy()
    parts = np.bincount(legacy)[legacy]
    start, goal = mended.legacy_point[legacy], mended.new_point[new]
    members = np.bincount(new)[new]
    radius = (radius_km(source.new["area_km2"].to_numpy()))[new] / np.sqrt(members)
    gap = distance_km(on_sphere_km(start[:, 0], start[:, 1]), on_sphere_km(goal[:, 0], goal[:, 1]))
    step = np.where(parts > 1, np.minimum(0.5, SPLIT_STEP * radius / np.maximum(gap, 1e-3)), 0.0)
    point = np.round(start + step[:, None] * (goal - start), 5)
    units = source.legacy.iloc[legacy].reset_index(drop=True)
    code = source.new["code"].to_numpy()[new].astype(np.uint64)
    row = {name: i for i, name in enumerate(source.districts["code"])}
    return pd.DataFrame(
        {
            "place_key": units["code"].to_numpy().astype(np.uint64) * np.uint64(100_000) + code,
            "legacy": legacy,
            "new": new,
            "default": links["default"].to_numpy(),
            "code": units["code"],
            "name": units["name"],
            "kind": units["kind"],
            "urban": urban_changes.urban_in(year, units["code"].to_numpy(str), units["kind"].to_numpy(str)),
            "district": units["district"].map(row).to_numpy(dtype=np.int64),
            "province": units["province"],
            "longitude": point[:, 0],
            "latitude": point[:, 1],
        }
    )


def _areas(
    places: pd.DataFrame, drawn: NDArray[np.float64], unit_area: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Areas of places: parts of their new unit's area, then scaled to the official area of the legacy
    province."""
    unit, legacy = places["new"].to_numpy(), places["legacy"].to_numpy()
    members = np.bincount(unit)[unit]
    # Off the raster (small islands) a place counts as an equal part of its unit.
    land = np.where(drawn > 0, drawn, unit_area[unit] / members)
    land = np.bincount(legacy, land)[legacy] * places["share"].to_numpy()
    area = land / np.bincount(unit, land)[unit] * unit_area[unit]
    official = facts.provinces_legacy().set_index("code")["area_km2"]
    province = places["province"]
    factor = province.map(official) / _area_by(province, area)
    return np.asarray(area * factor.to_numpy(dtype=np.float64), dtype=np.float64)


def _area_by(group: pd.Series[str], area_km2: NDArray[np.float64]) -> pd.Series[float]:
    """Total area of the group of each row, km2."""
    return pd.Series(area_km2, index=group.index).groupby(group).transform("sum")


def _residents(places: pd.DataFrame, source: Gazetteer, year: int) -> NDArray[np.int64]:
    official = facts.residents(year).set_index("code").loc[source.legacy_provinces["code"]]
    row = {code: i for i, code in enumerate(source.legacy_provinces["code"])}
    total = int(official["urban"].sum() + official["rural"].sum())
    key = places["place_key"].to_numpy(dtype=np.uint64)
    spread = partial(
        spread_residents,
        place_key=key,
        province=places["province"].map(row).to_numpy(dtype=np.int32),
        district=places["district"].to_numpy(dtype=np.int32),
        legacy_commune=places["legacy"].to_numpy(dtype=np.int32),
        kind=places["kind"].to_numpy(dtype=str),
        urban=places["urban"].to_numpy(dtype=np.bool_),
        terrain=places["terrain"].to_numpy(dtype=np.uint8),
        area_km2=places["area_km2"].to_numpy(),
        share=places["share"].to_numpy(),
        official_urban=official["urban"].to_numpy(dtype=np.int64),
        official_rural=official["rural"].to_numpy(dtype=np.int64),
        province_name=source.legacy_provinces["name"].to_numpy(dtype=str),
    )
    return spread(fixed=island_residents(key, total, modelled=spread()))


def _units(
    source: Gazetteer, places: pd.DataFrame, seats: dict[str, NDArray[np.int64]], year: int
) -> pd.DataFrame:
    """Table of all units of both generations with the columns of `dicu.world.assemble.UNIT_COLUMNS`."""
    key = places["place_key"].to_numpy(dtype=np.uint64)
    old, new = facts.provinces_legacy().set_index("code"), facts.provinces_2025().set_index("code")
    district_row = {code: i for i, code in enumerate(source.districts["code"])}
    income = facts.income_mvnd(year)
    named = old["seat_name"].map(fold).loc[new["seat_province"]].to_numpy()
    wrong = new.index[new["seat_name"].map(fold) != named]
    if len(wrong):
        raise ValueError(f"provinces_2025.csv: seat_name of {list(wrong)} is not its seat_province's seat")

    def province_seat(code: str) -> int:
        return int(seats["district"][district_row[old["seat_district"][code]]])

    def table(
        level: str, generation: str, units: pd.DataFrame, parent: str | pd.Series[str], seat: object
    ) -> pd.DataFrame:
        made = units[["code", "name", "kind"]].assign(level=level, generation=generation, parent=parent)
        return made.assign(seat_place=key[np.asarray(seat, dtype=np.int64)])

    codes = list(source.legacy_provinces["code"])
    home = [province_seat(code) for code in codes]
    legacy = table("province", "legacy", source.legacy_provinces, "", home)
    regions = [str(old["region"][code]) for code in codes]
    legacy = legacy.assign(income_mvnd=[repr(float(income[code])) for code in codes], region=regions)
    home = [province_seat(str(new["seat_province"][code])) for code in source.new_provinces["code"]]
    return pd.concat(
        [
            legacy,
            table("province", "2025", source.new_provinces, "", home),
            table("district", "legacy", source.districts, source.districts["province"], seats["district"]),
            table("commune", "legacy", source.legacy, source.legacy["district"], seats["legacy"]),
            table("commune", "2025", source.new, source.new["province"], seats["new"]),
        ],
        ignore_index=True,
    )
