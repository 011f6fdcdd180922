"""Parameters of cities: dwellings and rents, privileged cities, feedbacks that can be cut, dated programmes."""

from __future__ import annotations

from typing import Final

from pydantic import field_validator

from dicu.scenario.calendar import NOTATION, parse_period
from dicu.scenario.declare import A9, Section, parameter, word_list
from dicu.scenario.wording import quoted

_SPEC4 = "model specification, section 4"
_SPEC6 = "model specification, section 6"

ALL: Final = ("all",)
"""Everywhere that a programme acts by its nature, as a list of names."""


class Housing(Section):
    """Rule `housing`: dwellings, rents, crowding, floor area."""

    rent_elasticity: float = parameter(
        1.5,
        "elasticity of rents to households per dwelling",
        unit="1",
        status="A",
        source=A9,
        ge=0,
        le=5,
        symbol="chi",
    )
    supply: float = parameter(
        0.02,
        "growth of dwellings per quarter for each log point of rents over those of the start",
        unit="1/quarter",
        status="A",
        source=A9,
        ge=0,
        le=0.2,
        symbol="s",
    )
    growth_cap: float = parameter(
        0.01,
        "most that dwellings can grow by in a quarter",
        unit="1/quarter",
        status="A",
        source=_SPEC4,
        ge=0,
        le=0.1,
    )
    crowding: float = parameter(
        0.3,
        "elasticity of the quality of urban health and education to households per dwelling",
        unit="1",
        status="A",
        source="assumption A66",
        ge=0,
        le=2,
    )
    floor_area_urban_m2: float = parameter(
        31.5,
        "floor area a person of the start, urban",
        unit="m2/person",
        status="V",
        source="model specification, section 0; assumption A67 on its year",
        ge=1,
        le=200,
    )
    floor_area_rural_m2: float = parameter(
        23.6,
        "floor area a person of the start, rural",
        unit="m2/person",
        status="C",
        source="assumption A67: 26.6 m2 in the country in 2024 less what is urban",
        ge=1,
        le=200,
    )


class Cities(Section):
    """Centrally governed cities as a package that any city can be given, and that can be taken away."""

    central: tuple[str, ...] | None = parameter(
        None,
        "provinces (with all districts) or cities that get the package; null = those that the country names, "
        "nobody in a made-up world",
        unit="name",
        status="policy",
        source="Huế became a centrally governed city on 1 January 2025",
        allowed="null, or a list such as [Huế, Thành phố Vinh] or []",
    )
    central_date: str = parameter(
        "2025Q1",
        "period from whose beginning they have it; before the run: from its start",
        unit="date",
        status="policy",
        source="Huế: 1 January 2025",
        allowed=NOTATION,
    )
    central_end: str | None = parameter(
        None,
        "period from whose beginning they have it no more; null = they keep it",
        unit="date",
        status="policy",
        source="a lever",
        allowed=f"null or {NOTATION}",
    )
    central_revenue: float = parameter(
        0.2,
        "local revenue that they keep beyond that of others",
        unit="share",
        status="A",
        source=_SPEC4,
        ge=0,
        le=2,
    )
    central_job_growth: float = parameter(
        0.0025,
        "growth of their formal jobs beyond that of others",
        unit="1/quarter",
        status="A",
        source=_SPEC4,
        ge=-0.05,
        le=0.05,
    )
    central_building: float = parameter(
        1.5,
        "most that their dwellings can grow by, over that of others",
        unit="ratio",
        status="A",
        source=_SPEC4,
        ge=0,
        le=10,
    )

    @field_validator("central", mode="before")
    @classmethod
    def _is_a_list(cls, value: object) -> tuple[str, ...] | None:
        return None if value is None else word_list(value, "[Huế, Thành phố Vinh]")

    @field_validator("central_date", "central_end")
    @classmethod
    def _is_a_date(cls, value: str | None) -> str | None:
        if value is not None:
            parse_period(value)
        return value


class Feedback(Section):
    """Loops from migration back to migration: false cuts one, and households see what populations of the start make."""

    network: bool = parameter(
        True,
        "networks grow with those who moved; false: those of the start for good",
        unit="1",
        status="design",
        source=_SPEC6,
    )
    jobs: bool = parameter(
        True,
        "pay, chances of a formal job and farm incomes follow people and jobs; false: those of the start",
        unit="1",
        status="design",
        source=_SPEC6,
    )
    offers: bool = parameter(
        True,
        "formal jobs are offered to people elsewhere; false: all are filled by who looks for one at home",
        unit="1",
        status="design",
        source=_SPEC6,
    )
    services: bool = parameter(
        True,
        "staff needed, budgets, crowding and quality of services follow residents; false: those of the start",
        unit="1",
        status="design",
        source=_SPEC6,
    )
    housing: bool = parameter(
        True,
        "rents follow households and dwellings; false: those of the start, and only social housing is built",
        unit="1",
        status="design",
        source=_SPEC6,
    )


def _start(text: str, default: str = "2026Q1") -> str:
    """Declare when a programme begins."""
    text = f"period at whose beginning {text}"
    value: str = parameter(default, text, unit="date", status="policy", source=_SPEC6, allowed=NOTATION)
    return value


def _quarters(default: int, text: str) -> int:
    """Declare for how long a programme lasts."""
    text = f"how long {text}"
    value: int = parameter(default, text, unit="quarters", status="policy", source=_SPEC6, ge=1, le=1000)
    return value


class Programme(Section):
    """Dated shocks and programmes, each neutral until it is given a size."""

    urban_job_growth: float = parameter(
        0.0,
        "growth of formal jobs in urban districts, or in the areas named, beyond that elsewhere",
        unit="1/quarter",
        status="policy",
        source=f"{_SPEC6}, H1: 0.005",
        ge=-0.05,
        le=0.05,
    )
    urban_job_growth_areas: tuple[str, ...] = parameter(
        ALL,
        "where formal jobs grow faster: all urban districts, or cities, provinces and codes of districts",
        unit="name",
        status="policy",
        source=_SPEC6,
        allowed="all, or a list such as [Bình Dương, Thành phố Vinh, '760']",
    )
    urban_job_growth_start: str = _start("urban jobs begin to grow faster")
    urban_job_growth_quarters: int = _quarters(40, "urban jobs grow faster")
    farm_income_loss: float = parameter(
        0.0,
        "share of farm income lost everywhere while the loss lasts",
        unit="share",
        status="policy",
        source=f"{_SPEC6}, H1: 0.2",
        ge=0,
        le=0.95,
    )
    farm_income_loss_start: str = _start("farm incomes fall")
    farm_income_loss_quarters: int = _quarters(12, "farm incomes are lower")
    urban_pay_gain: float = parameter(
        0.0,
        "share by which pay outside farming is higher in urban places while the gain lasts",
        unit="share",
        status="policy",
        source="model specification, section 8: the elasticity of rural-to-urban moves to urban wages",
        ge=-0.5,
        le=1,
    )
    urban_pay_gain_start: str = _start("urban pay rises")
    urban_pay_gain_quarters: int = _quarters(40, "urban pay is higher")
    urban_job_loss: float = parameter(
        0.0,
        "share of formal jobs in urban districts that are not there while the loss lasts",
        unit="share",
        status="policy",
        source=f"{_SPEC6}, H5: 0.2",
        ge=0,
        le=0.95,
    )
    urban_job_loss_start: str = _start("urban jobs are lost")
    urban_job_loss_quarters: int = _quarters(8, "urban jobs are lost, all of which come back afterwards")
    social_housing: int = parameter(
        0,
        "social dwellings built in towns, evenly over the time of the programme",
        unit="dwellings",
        status="policy",
        source="Decision 338/QD-TTg of 2023: one million by 2030",
        ge=0,
        le=20_000_000,
    )
    social_housing_start: str = _start("the first social dwellings are finished", "2021Q1")
    social_housing_quarters: int = _quarters(40, "social dwellings are built")
    industrial_zones: tuple[str, ...] = parameter(
        (),
        "zones by when they are begun, and in which province (shared by residents) or district",
        unit="name",
        status="policy",
        source=_SPEC4,
        allowed="a list such as ['2026Q1 Bắc Ninh', '2027Q1 Huyện Yên Phong, Bắc Ninh']",
    )
    zone_jobs: int = parameter(
        10_000,
        "formal jobs of an industrial zone, all there when it is finished; the local multiplier adds to them",
        unit="jobs",
        status="A",
        source=_SPEC4,
        ge=0,
        le=1_000_000,
    )
    zone_quarters: int = parameter(
        8, "time to build an industrial zone", unit="quarters", status="A", source=_SPEC4, ge=0, le=80
    )

    @field_validator(
        "urban_job_growth_start",
        "farm_income_loss_start",
        "urban_pay_gain_start",
        "urban_job_loss_start",
        "social_housing_start",
    )
    @classmethod
    def _is_a_date(cls, value: str) -> str:
        parse_period(value)
        return value

    @field_validator("urban_job_growth_areas", mode="before")
    @classmethod
    def _are_areas(cls, value: object) -> tuple[str, ...]:
        return ALL if value == ALL[0] else word_list(value, "[Bình Dương, Thành phố Vinh, '760']")

    @field_validator("industrial_zones", mode="before")
    @classmethod
    def _are_zones(cls, value: object) -> tuple[str, ...]:
        words = word_list(value, "['2026Q1 Bắc Ninh']")
        for word in words:
            zone_of(word)
        return words


def zone_of(word: str) -> tuple[str, str]:
    """Period and place of an industrial zone, "2026Q1 Bắc Ninh" -> ("2026Q1", "Bắc Ninh").

    Raises
    ------
    ValueError
        When it is not written so.
    """
    period, _, where = word.partition(" ")
    try:
        parse_period(period)
    except ValueError:
        where = ""
    if not where.strip():
        raise ValueError(
            f"not a zone (got {quoted(word)}, allowed a period and a place such as '2026Q1 Bắc Ninh' or "
            "'2026Q1 Huyện Yên Phong, Bắc Ninh')"
        )
    return period, where.strip()
