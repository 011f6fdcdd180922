"""The sections that say what is run: time, world, population, record; reform stands in a file of its own."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, field_validator

from dicu.scenario.calendar import NOTATION, parse_period
from dicu.scenario.declare import Section, parameter
from dicu.scenario.parameters_reform import PolicyName, Reform
from dicu.scenario.word_lists import words

WorldName = Literal["viet_nam", "one_place", "two_places", "ring", "monocentric", "tables"]

AUTO: Final = "auto"
NO_HISTORY: Final = "none"
FIRST_OF_VIET_NAM: Final = "2014Q2"
"""Where the history of a run of Viet Nam begins."""


class Time(Section):
    """When the run begins and ends, how long a step is, and what is simulated before."""

    start: str = parameter(
        "2019Q2",
        "first period of the run; the state before it is the starting population",
        unit="date",
        status="design",
        source="census of 1 April 2019",
        allowed=NOTATION,
    )
    end: str = parameter(
        "2035Q4",
        "last period of the run, included",
        unit="date",
        status="design",
        source="ten years after the reform of 2025",
        allowed=NOTATION,
    )
    step: Literal["quarter", "month"] = parameter(
        "quarter",
        "length of a step; rates are a quarter and become chances by 1 - exp(-rate dt)",
        unit="name",
        status="design",
        source="labour statistics are quarterly and 1 July is a quarter's edge",
        symbol="dt",
    )

    history: str = parameter(
        AUTO,
        "period from which the run is simulated, without a reform and without a record, before it begins; auto = "
        "2014Q2 for the country of the package when the run begins later, elsewhere none",
        unit="date",
        status="design",
        source="mid-term census of 1 April 2014; a transient of the starting population is not a result",
        allowed=f"auto, none, or {NOTATION}",
    )

    @field_validator("start", "end")
    @classmethod
    def _is_a_date(cls, value: str) -> str:
        parse_period(value)
        return value

    @field_validator("history")
    @classmethod
    def _is_a_word_or_a_date(cls, value: str) -> str:
        if value not in (AUTO, NO_HISTORY):
            parse_period(value)
        return value


class WorldChoice(Section):
    """Where: a country, or a small made-up world for tests and lessons."""

    name: WorldName = parameter(
        "viet_nam",
        "the world: that of the package, a small made-up one, or the one of world.tables",
        unit="name",
        status="design",
        source="model specification, section 1",
    )
    tables: str | None = parameter(
        None,
        "folder of tables of a user's own world (docs/world.md; dicu world new FOLDER writes one to start from)",
        unit="path",
        status="design",
        source="the user's own",
        allowed="null or the path of a folder, relative to the file in which it is written",
    )
    places: str | None = parameter(
        None,
        "a user's own table of places instead of the built-in one of the package's country",
        unit="path",
        status="design",
        source="the user's own",
        allowed="null or the path of a table, relative to the file in which it is written",
    )
    ignore: tuple[str, ...] | None = parameter(
        None,
        "columns of that table that are left aside; any other column that is not known is refused",
        unit="name",
        status="design",
        source="the user's own",
        allowed="null, or a list of columns such as [remark]",
    )
    size: int | None = parameter(
        None,
        "places of a ring (a multiple of 4), villages of a monocentric world (10 or more); null = its default",
        unit="places",
        status="design",
        source="small worlds for tests and lessons",
        ge=4,
        le=10_000,
    )

    @field_validator("ignore", mode="before")
    @classmethod
    def _is_a_list(cls, value: object) -> tuple[str, ...] | None:
        return None if value is None else words(value, "[remark]")


class Population(Section):
    """Who: how many rows stand for the households, and how large households are."""

    weight: int = parameter(
        100,
        "households that one row stands for (1 = every household)",
        unit="households/row",
        status="design",
        source="one row in a hundred keeps a laptop run short",
        ge=1,
        le=100_000,
        symbol="f",
    )
    seed: int = parameter(
        2019,
        "luck of the synthesis, kept apart from the run's seed so that replicates share their population",
        unit="1",
        status="design",
        source="any number does",
        ge=0,
        le=2**63 - 1,
    )
    household_size_urban: float = parameter(
        3.38,
        "persons in a mean urban household in household_size_year",
        unit="persons",
        status="V",
        source="census 2019: 3.3, times 1.024: residents over households are 3.58, and here nobody lives outside them",
        ge=1.1,
        le=5.9,
    )
    household_size_rural: float = parameter(
        3.69,
        "persons in a mean rural household in household_size_year",
        unit="persons",
        status="V",
        source="census 2019: 3.6, times 1.024 as in towns",
        ge=1.1,
        le=5.9,
    )
    household_size_year: int = parameter(
        2019,
        "year of these sizes",
        unit="year",
        status="V",
        source="census 2019",
        ge=1900,
        le=2100,
    )
    household_size_trend: float = parameter(
        -0.0057,
        "by how much households grow a year, so that a run may start in another year; 0 = the same in all",
        unit="1/year",
        status="V",
        source="residents over households: 3.79 in the census of 2009, 3.58 in that of 2019",
        ge=-0.05,
        le=0.05,
    )
    migrant_years: int = parameter(
        15,
        "years of past moves between provinces that the first migrants stand for",
        unit="years",
        status="A",
        source="assumption A21: rates of 2005-2016, no return",
        ge=0,
        le=60,
    )
    migrant_urban_ratio: float = parameter(
        2.5,
        "share of first migrants among urban households over that among rural ones of the province",
        unit="ratio",
        status="A",
        source="assumption A21",
        ge=0.1,
        le=20,
    )
    gravity_exponent: float = parameter(
        1.2,
        "how the first migrants' origins fall with distance",
        unit="1",
        status="A",
        source="model specification, section 8: -1.2 on log distance",
        ge=0,
        le=4,
    )
    gravity_offset_km: float = parameter(
        50.0,
        "distance added to that between provinces, so that neighbours do not take all",
        unit="km",
        status="A",
        source="assumption A21",
        ge=1,
        le=1000,
    )
    wealth_months: float = parameter(
        6.0,
        "median wealth that can be spent on a move, in months of the household's income",
        unit="months",
        status="A",
        source="assumption A22: log-logistic, shape 2",
        ge=0,
        le=120,
    )


class HouseholdRecord(Section):
    """Which households are recorded one by one, and how often."""

    where: tuple[str, ...] | None = parameter(
        None,
        "households that are written one by one into the table households; null = none",
        unit="name",
        status="design",
        source="size of the run's folder",
        allowed="null, or a list of all, units such as province:79, district:760, commune:00001, place:KEY, "
        "province_2025:79, and identities household:0x...",
    )
    every: Literal["step", "year"] = parameter(
        "year",
        "how often: every step, or the last step of each year",
        unit="name",
        status="design",
        source="size of the run's folder",
    )

    @field_validator("where", mode="before")
    @classmethod
    def _is_a_list(cls, value: object) -> tuple[str, ...] | None:
        return None if value is None else words(value, "[province:79, household:0x1f]")


class Record(Section):
    """What is kept of a run, and how often."""

    flows: Literal["auto", "place", "district"] = parameter(
        "auto",
        "units between which moves are counted; auto = district at weight 1, else place",
        unit="name",
        status="design",
        source="size of the run's folder",
    )
    places: Literal["step", "year"] = parameter(
        "year",
        "how often the table of places is written: every step, or the last step of each year",
        unit="name",
        status="design",
        source="size of the run's folder",
    )
    governments: Literal["step", "year"] = parameter(
        "year",
        "how often the table of governments is written: every step, or the last step of each year",
        unit="name",
        status="design",
        source="size of the run's folder",
    )
    moves: Literal["none", "all"] = parameter(
        "none",
        "whether each move is kept with who made it: the household-level counterfactuals of the experiments",
        unit="name",
        status="design",
        source="size of the run's folder",
    )
    households: HouseholdRecord = Field(default_factory=HouseholdRecord)


__all__ = [
    "HouseholdRecord",
    "PolicyName",
    "Population",
    "Record",
    "Reform",
    "Time",
    "WorldChoice",
    "WorldName",
]
