"""Parameters of those who govern: staff, disruption, budgets, desks.

Sections of `dicu.scenario.parameters`, which is where to import them from.
"""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from dicu.scenario.calendar import NOTATION, parse_period
from dicu.scenario.declare import A9, parameter
from dicu.scenario.parameters_posts import Posts


class Government(Posts):
    """Staff, disruption and budget of communes and provinces."""

    disruption: float = parameter(
        0.25,
        "quality lost at once by a merger of very many units",
        unit="share",
        status="A",
        source=A9,
        ge=0,
        le=0.5,
        symbol="Dbar",
    )
    disruption_half_life_quarters: float = parameter(
        4.0,
        "time in which disruption halves",
        unit="quarter",
        status="A",
        source=A9,
        ge=0.5,
        le=40,
        symbol="h_D",
    )
    staff_elasticity: float = parameter(
        0.6,
        "weight of staff in quality, the rest being capital",
        unit="1",
        status="A",
        source=A9,
        ge=0,
        le=1,
        symbol="a",
    )
    quality_cap: float = parameter(
        1.2,
        "most quality an office can reach (more capital than at the start)",
        unit="1",
        status="A",
        source="model specification, section 4",
        ge=1,
        le=3,
    )
    recurrent_share: float = parameter(
        0.70,
        "share of the budget that is wages and running costs",
        unit="share",
        status="V",
        source="often-quoted figure, about 70 % (2024)",
        ge=0.05,
        le=1,
    )
    cost_per_post: float = parameter(
        95.0,
        "cost of a post",
        unit="M VND/year",
        status="C",
        source="2019-21 wave: 2 trn VND / 7,018 posts / 3 years",
        ge=10,
        le=500,
    )
    wage_share_of_recurrent: float = parameter(
        0.6,
        "share of recurrent spending that is wages, the rest running costs",
        unit="share",
        status="A",
        source="assumption A6",
        ge=0.05,
        le=1,
    )
    local_revenue_share: float = parameter(
        0.35,
        "share of the national mean budget a head that a place of mean income raises itself",
        unit="share",
        status="A",
        source="assumption A7",
        ge=0,
        le=1,
    )
    capital_depreciation: float = parameter(
        0.015,
        "decay of public capital",
        unit="1/quarter",
        status="A",
        source=A9,
        ge=0,
        le=0.2,
        symbol="d_K",
    )

    reinvest_share: float = parameter(
        0.5,
        "share of the savings of posts cut that stays in the budget; it bears the same share of the severance",
        unit="share",
        status="policy",
        source=A9,
        ge=0,
        le=1,
        symbol="phi_R",
    )
    satellite_minutes: float = parameter(
        60.0,
        "travel time to the office above which savings are first put into a satellite desk",
        unit="min",
        status="policy",
        source="model specification, section 4",
        ge=5,
        le=600,
    )
    satellite_staff_share: float = parameter(
        0.15,
        "posts at a satellite desk, of the staff of its office",
        unit="share",
        status="A",
        source=A9,
        ge=0.01,
        le=0.5,
    )
    satellite_most: int = parameter(
        3,
        "most satellite desks of an office",
        unit="desks",
        status="A",
        source="assumption A56",
        ge=0,
        le=20,
    )
    satellite_posts: Literal["savings", "budget", "seat"] = parameter(
        "savings",
        "where desks opened on the day of a reform get their posts: fewer are cut; the nation pays more; they leave "
        "the seat",
        unit="name",
        status="policy",
        source="model specification, section 4: a desk makes nobody worse off by construction",
    )
    mobile_desk_loss: float = parameter(
        0.01,
        "loss of residents in a year above which a commune sends round a mobile desk",
        unit="share",
        status="A",
        source="model specification, section 4",
        ge=0,
        le=1,
    )
    mobile_desk_posts: float = parameter(
        2.0,
        "cost of a mobile desk, in posts with their running costs",
        unit="posts",
        status="A",
        source="assumption A57",
        ge=0,
        le=50,
    )
    mobile_desk_share: float = parameter(
        0.2,
        "share of what people need of an office that a mobile desk brings to them",
        unit="share",
        status="A",
        source="assumption A57",
        ge=0,
        le=1,
    )
    mobile_desk_upkeep: float = parameter(
        0.75,
        "share of the upkeep of its capital that a commune must still be able to invest beside a mobile desk",
        unit="share",
        status="A",
        source="assumption A57",
        ge=0,
        le=2,
    )
    digital_start: str = parameter(
        "2025Q3",
        "period in which the programme of digital service begins",
        unit="date",
        status="policy",
        source="one public service centre a commune since 1 July 2025",
        allowed=NOTATION,
    )
    digital_per_year: float = parameter(
        0.0,
        "share of administration that the programme moves on line each year",
        unit="1/year",
        status="policy",
        source="none unless a scenario asks for it",
        ge=0,
        le=0.5,
    )
    digital_most: float = parameter(
        0.7,
        "most of administration that can be done on line",
        unit="share",
        status="A",
        source=A9,
        ge=0,
        le=1,
    )
    land_revenue_share: float = parameter(
        0.2,
        "share of local revenue that comes from land, the rest from tax on incomes",
        unit="share",
        status="A",
        source="assumption A58",
        ge=0,
        le=1,
    )
    province_policy: Literal["equalise", "growth"] = parameter(
        "equalise",
        "where a province moves a part of its investments: to the worst-served fifth, or to where people go",
        unit="name",
        status="policy",
        source="model specification, section 4",
    )
    pool_share: float = parameter(
        0.10,
        "share of its communes' investments that a province moves (0 = none)",
        unit="share",
        status="policy",
        source="model specification, section 4",
        ge=0,
        le=1,
    )
    worst_served_share: float = parameter(
        0.2,
        "share of a province's commune offices that count as the worst served",
        unit="share",
        status="A",
        source="model specification, section 4",
        ge=0.01,
        le=1,
    )
    clinics: Literal["stay", "close"] = parameter(
        "stay",
        "what a merger that closes commune offices does with their clinics; closed, those at the new seats are left",
        unit="name",
        status="policy",
        source="model specification, section 4: they stay unless a scenario closes them",
    )
    schools: Literal["stay", "close"] = parameter(
        "stay",
        "the same for primary schools",
        unit="name",
        status="policy",
        source="model specification, section 4",
    )
    hospitals: Literal["stay", "close"] = parameter(
        "stay",
        "what moving the districts' services does with their hospitals and upper schools; closed, those at the seats "
        "of provinces are left",
        unit="name",
        status="policy",
        source="model specification, section 4",
    )

    earlier_waves: Literal["by_date", "merged"] = parameter(
        "by_date",
        "whether the units that earlier waves merged (the country's table earlier_waves) have two offices until their "
        "dates, whatever the policy, or are merged from the start",
        unit="name",
        status="A",
        source="assumption A60: which units is a rule",
    )
    first_wave: str = parameter(
        "2020Q1",
        "period in which the first earlier wave acts",
        unit="date",
        status="A",
        source="assumption A60",
        allowed=NOTATION,
    )
    second_wave: str = parameter(
        "2025Q1",
        "period in which the second earlier wave acts",
        unit="date",
        status="A",
        source="assumption A60",
        allowed=NOTATION,
    )

    @field_validator("digital_start", "first_wave", "second_wave")
    @classmethod
    def _is_a_date(cls, value: str) -> str:
        parse_period(value)
        return value
