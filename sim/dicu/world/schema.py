"""The tables that a world's folder may hold, each declared once: columns, units, ranges, and what a missing one means.

`dicu.world.folder` reads them, `dicu world new` writes them, and docs/world.md is generated from here. Add a table by
declaring it in `TABLES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dicu.scenario.vocabulary import TERRAINS
from dicu.world.table_checks import Column

LEVELS: Final = ("commune", "district", "province")
"""Tiers of government, the lowest first; `country.yaml` says what they are called."""


@dataclass(frozen=True)
class Schema:
    """One table of a world's folder.

    Attributes
    ----------
    text : str
        What one row is.
    columns : tuple of Column
    unique : tuple of str
        Columns that together tell rows apart; () when rows may repeat.
    missing : str
        What the model does without the table; "" for a table that must be there.
    borrowed : bool
        Without the table, figures of another country stand in, and every output says so.
    notes : tuple of str
        Columns for a reader only (``source``, ``status``), which nothing checks.
    """

    text: str
    columns: tuple[Column, ...]
    unique: tuple[str, ...] = ()
    missing: str = ""
    borrowed: bool = False
    notes: tuple[str, ...] = ("status", "source", "confidence")

    @property
    def required(self) -> bool:
        """Whether no world is read without it."""
        return not self.missing


def _share(name: str, text: str, required: bool = True) -> Column:
    return Column(name, "number", text, required=required, low=0.0, high=1.0)


TABLES: Final[dict[str, Schema]] = {
    "places": Schema(
        "a place: a municipality, or the part of one that a reform takes elsewhere; people live in places, and places "
        "never move",
        (
            Column("place", "text", "its key, unique and for ever: all luck is drawn by it"),
            Column("commune", "text", "code of its unit of the lowest tier before the reform"),
            Column("district", "text", "code of its district before the reform; leave the column out in a country "
                   "without districts", required=False),
            Column("province", "text", "code of its province before the reform"),
            Column("residents", "count", "persons who live there", low=0, high=1e9),
            Column("area_km2", "number", "land area, km2", above=0.0, high=1e7),
            Column("longitude", "number", "degrees east of the middle of the settled land", low=-180, high=180),
            Column("latitude", "number", "degrees north", low=-90, high=90),
            Column("urban", "bool", "whether it counts as a town", opposite="rural"),
            Column("terrain", "choice", "terrain class; without the column: plain", required=False, choices=TERRAINS),
            Column("share", "number", "share of the commune's residents; without the column: by residents",
                   required=False, above=0.0, high=1.0),
        ),
        unique=("place",),
        notes=("name", "status", "source", "confidence"),
    ),
    "units": Schema(
        "a unit of government before the reform",
        (
            Column("level", "choice", "tier", choices=LEVELS),
            Column("code", "text", "unique within its tier; leading zeros count"),
            Column("name", "text", "name"),
            Column("kind", "text", "what such a unit is called (town, rural municipality, ...); empty: its tier",
                   required=False, empty=True),
            Column("ward_like", "flag", "yes where offices of this kind are staffed as those of towns; all units of a "
                   "kind alike", required=False, empty=True),
            Column("parent", "text", "code one tier up, which the places say as well", required=False, empty=True),
            Column("seat", "text", "key of the place in which its seat stands; empty: where most of its people live",
                   required=False, empty=True),
            Column("income", "text", "provinces: mean income per person and month, in the unit of country.yaml; "
                   "empty: the country's", required=False, empty=True),
            Column("region", "text", "provinces: code of the region; empty: the country is one", required=False,
                   empty=True),
            Column("ward_standard", "text", "provinces: row of `standards` that holds for their towns; empty: ward",
                   required=False, empty=True),
            Column("reduced_area", "flag", "provinces: yes where the reduced area of `standards` holds",
                   required=False, empty=True),
        ),
        unique=("level", "code"),
    ),
    "reform": Schema(
        "a unit, or a part of one, that changes on the date of the reform; units without a row stay as they are",
        (
            Column("date", "text", "day (2020-01-01), month or quarter at whose beginning the row holds; empty: the "
                   "date in country.yaml", required=False, empty=True),
            Column("level", "choice", "commune or province; without the column: commune", required=False,
                   choices=("commune", "province")),
            Column("from", "text", "code of a unit in force the day before"),
            Column("to", "text", "code of the unit that takes over, new or in force"),
            Column("place", "text", "key of the one place that goes this way; empty: all, or the rest",
                   required=False, empty=True),
            Column("share", "text", "share of the people who go this way where no place tells them apart; the shares "
                   "of a unit add up to 1", required=False, empty=True),
            Column("name", "text", "name of the unit that takes over", required=False, empty=True),
            Column("kind", "text", "kind of that unit", required=False, empty=True),
            Column("ward_like", "flag", "yes where its kind is staffed as towns are, and `units` has none of that kind",
                   required=False, empty=True),
            Column("province", "text", "code of its province from then on", required=False, empty=True),
            Column("seat", "text", "its seat: a place, or the code of a unit whose seat it takes over",
                   required=False, empty=True),
            *(Column(f"{what}_share", "text", f"share of the {text} that goes this way; empty: by residents",
                     required=False, empty=True)
              for what, text in (("money", "grant"), ("capital", "public capital"), ("running", "running costs"),
                                 ("staff", "posts"))),
            Column("levers", "text", "what changes on that date, joined by +", required=False, empty=True),
        ),
        missing="the country has no reform of its own; only the policies none, standard and table work",
    ),
    "age_sex": Schema(
        "an age group of five years",
        (
            Column("age_from", "count", "0, 5, 10, ... 80; the last one is 80 and over", low=0, high=80),
            Column("male", "number", "men of that age: persons, or percent of all", above=0.0, high=1e10),
            Column("female", "number", "women of that age, in the same unit", above=0.0, high=1e10),
        ),
        unique=("age_from",),
        missing="the age structure of Viet Nam in 2019",
        borrowed=True,
    ),
    "age_sex_province": Schema(
        "an age group of five years in a province; a province has all of them, or none",
        (
            Column("province", "text", "code before the reform"),
            Column("age_from", "count", "0, 5, 10, ... 80; the last one is 80 and over", low=0, high=80),
            Column("male", "number", "men of that age: persons, or percent of the province", above=0.0, high=1e10),
            Column("female", "number", "women of that age, in the same unit", above=0.0, high=1e10),
        ),
        unique=("province", "age_from"),
        missing="every province has the ages of the country",
    ),
    "household_size": Schema(
        "a size of household",
        (
            Column("size", "count", "persons: 1 to 6, the last one stands for 6 and more", low=1, high=6),
            Column("urban", "number", "share or percent of the households in towns", above=0.0, high=1e10),
            Column("rural", "number", "share or percent of the others", above=0.0, high=1e10),
        ),
        unique=("size",),
        missing="the sizes of households in Viet Nam in 2019, at the means population.household_size_*",
        borrowed=True,
    ),
    "rates": Schema(
        "a share that the first households are given: training, sector, tenure",
        (
            Column("name", "text", "which share"),
            Column("key", "text", "its class, where it has some", required=False, empty=True),
            Column("province", "text", "code of the province it holds for; empty: the country", required=False,
                   empty=True),
            Column("value", "number", "the share (0..1), or what the name says", low=0.0, high=1e9),
        ),
        unique=("name", "key", "province"),
        missing="the shares of Viet Nam in 2019",
        borrowed=True,
    ),
    "migration_rates": Schema(
        "a province",
        (
            Column("province", "text", "code before the reform"),
            Column("in_migration", "number", "people who move in from other provinces a year, per 1,000 residents",
                   low=0.0, high=500.0),
        ),
        unique=("province",),
        missing="one rate for all provinces (in_migration_per_mille_year of `rates`)",
        notes=("name", "status", "source", "confidence"),
    ),
    "region_flows": Schema(
        "a pair of regions",
        (
            Column("origin", "text", "region of `units`"),
            Column("destination", "text", "another region"),
            Column("persons", "number", "people who moved between them in a year", low=0.0, high=1e9),
        ),
        unique=("origin", "destination"),
        missing="past moves follow distance and size alone",
    ),
    "labour": Schema(
        "a province in a year",
        (
            Column("province", "text", "code before the reform; empty: the country", empty=True),
            Column("year", "count", "of the figures", low=1900, high=2199),
            Column("employed", "number", "people who work", above=0.0, high=1e10),
            _share("informal_share", "share of them without a formal job (contract and social insurance)"),
        ),
        unique=("province", "year"),
        missing="labour.informal_share for all provinces, and formal jobs grow everywhere as labour.formal_growth says",
    ),
    "fertility": Schema(
        "a year, of the country or of a province",
        (
            Column("province", "text", "code before the reform; empty: the country", required=False, empty=True),
            Column("year", "count", "of the rates", low=1900, high=2199),
            Column("urban", "number", "children per woman in urban places", low=0.0, high=10.0),
            Column("rural", "number", "children per woman in rural places", low=0.0, high=10.0),
        ),
        unique=("province", "year"),
        missing="life_course.fertility_urban and fertility_rural in every year; with it they hold from "
                "life_course.rates_from on, and a line leads from year to year; a province keeps its ratio to the "
                "country",
    ),
    "mortality": Schema(
        "a year, of the country or of a province",
        (
            Column("province", "text", "code before the reform; empty: the country", required=False, empty=True),
            Column("year", "count", "of the rates", low=1900, high=2199),
            Column("life_expectancy", "number", "life expectancy at birth, years", low=40.0, high=95.0),
        ),
        unique=("province", "year"),
        missing="life_course.life_expectancy in every year; with it that holds from life_course.rates_from on, and a "
                "line leads from year to year; a province keeps its distance in years from the country",
    ),
    "migration_abroad": Schema(
        "a year, of the country or of a province: how many persons leave it for abroad and come to it from there",
        (
            Column("province", "text", "code before the reform; empty: the country; either all rows name one, or none",
                   required=False, empty=True),
            Column("year", "count", "in which they do", low=1900, high=2199),
            Column("emigrants", "number", "persons who leave the country in the year", low=0.0, high=1e8),
            Column("immigrants", "number", "persons who come to it", low=0.0, high=1e8),
        ),
        unique=("province", "year"),
        missing="nobody leaves the country or comes to it; with it a line leads from year to year, and before the "
                "first and after the last the numbers are those of that year",
    ),
    "standards": Schema(
        "what a resolution asks of a kind of unit",
        (
            Column("resolution", "text", "its name, as reform.standard says it"),
            Column("role", "text", "ward, commune, mountain commune, island, or another name that ward_standard of "
                   "`units` gives"),
            Column("persons", "number", "least residents", low=0.0, high=1e9),
            Column("area_km2", "number", "least area, km2", low=0.0, high=1e7),
            _share("reduced_area_share", "share of the area that is enough where reduced_area of `units` is yes",
                   required=False),
        ),
        unique=("resolution", "role"),
        missing="units are measured by no standard; the policies standard, random and optimised need one",
    ),
    "urban_standards": Schema(
        "what a class of urban areas asks of a kind of unit, the highest class first",
        (
            Column("class", "text", "name of the class"),
            Column("kind", "text", "kind of unit in `units`"),
            Column("residents", "count", "residents in all", low=0, high=1e9),
            Column("inner_residents", "count", "residents of its towns", low=0, high=1e9),
            Column("density_km2", "count", "residents per km2", low=0, high=1e6),
        ),
        unique=("class", "kind"),
        missing="towns have no classes",
    ),
    "urban_regions": Schema(
        "a region in which less is enough for a class",
        (
            Column("region", "text", "code of the region"),
            _share("residents_share", "share of the residents that is enough"),
            _share("density_share", "share of the density that is enough"),
        ),
        unique=("region",),
        missing="the standards of `urban_standards` hold everywhere",
    ),
    "urban_changes": Schema(
        "a place that becomes urban, or rural again, at a date; what is dated before 1 July of the country's year is "
        "already in the column urban of `places`",
        (
            Column("date", "text", "day (2020-01-01), month or quarter; acts at the beginning of the step it lies in"),
            Column("place", "text", "key of the place"),
            Column("urban", "bool", "whether it is urban from then on", opposite="rural"),
        ),
        unique=("date", "place"),
        missing="no place changes its class at a known date",
    ),
    "urban_standard": Schema(
        "what a rural commune must have to become urban, once no change is listed any more: all of one row",
        (
            Column("class", "text", "name of the standard"),
            Column("residents", "count", "least residents", low=0, high=1e9),
            Column("density_km2", "number", "least residents per km2", low=0.0, high=1e6),
            _share("non_farm_share", "least share of workers outside farming"),
        ),
        unique=("class",),
        missing="no place becomes urban by itself, whatever cities.urban_status says",
    ),
    "earlier_waves": Schema(
        "a wave of mergers before the reform whose units are known by number only",
        (
            Column("wave", "text", "its name"),
            Column("communes", "count", "units fewer after it", low=0, high=1e6),
            Column("districts", "count", "districts fewer after it", low=0, high=1e6),
            Column("commune_kinds", "text", "kinds that took part, joined by +; empty: all", required=False,
                   empty=True),
            Column("district_kinds", "text", "kinds of districts that took part", required=False, empty=True),
        ),
        unique=("wave",),
        missing="nothing was merged before",
    ),
    "travel": Schema(
        "a way whose time is known: it replaces the time computed from distance and terrain",
        (
            Column("from", "text", "key of a place"),
            Column("to", "text", "key of the place in which a seat stands"),
            Column("minutes", "number", "one way", above=0.0, high=10_000.0),
        ),
        unique=("from", "to"),
        missing="ways are computed from distance, terrain and access.speed_*",
    ),
    "repairs": Schema(
        "one thing that was wrong in the sources of the other tables, and what was done about it",
        (
            Column("kind", "text", "what was wrong"),
            Column("unit", "text", "where", empty=True),
            Column("detail", "text", "what was done", empty=True),
        ),
        missing="nothing was mended, or nobody says what",
    ),
    "official": Schema(
        "a published figure beside which `dicu world check` puts the world",
        (
            Column("figure", "choice", "what is counted",
                   choices=("units", "residents", "urban_residents", "area_km2")),
            Column("level", "text", "tier of the unit or units; empty: the country", required=False, empty=True),
            Column("code", "text", "code of the unit; empty: the country, or all units of the tier", required=False,
                   empty=True),
            Column("after", "flag", "yes for a figure of after the reform", required=False, empty=True),
            Column("value", "number", "the figure", low=0.0),
            _share("tolerance", "relative difference that is accepted; without the column: 0.005", required=False),
        ),
        missing="nothing is compared",
    ),
}  # fmt: skip
"""Every table by the stem of its file (.csv, .tsv or .parquet)."""

OUTLINES: Final = "outlines.geojson"
"""Borders of the provinces to draw maps on; without it maps show points."""


__all__ = ["LEVELS", "OUTLINES", "TABLES", "Schema"]
