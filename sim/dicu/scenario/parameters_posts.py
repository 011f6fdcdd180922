"""Parameters of posts: how many, what they are needed for, who goes when they are cut and with what.

The first half of the section `dicu.scenario.parameters.Government`.
"""

from __future__ import annotations

from typing import Literal

from dicu.scenario.declare import Section, parameter


class Posts(Section):
    """Staff of communes, districts and provinces, and severance."""

    staff_base: float = parameter(
        32.0,
        "posts of a new commune up to 16,000 residents",
        unit="posts",
        status="V",
        source="Dispatch 09/CV-BCD, 30 May 2025",
        ge=1,
        le=200,
    )
    staff_base_residents: float = parameter(
        16000.0,
        "residents that the base posts serve",
        unit="persons",
        status="V",
        source="Dispatch 09/CV-BCD, 30 May 2025",
        ge=0,
        le=1e6,
    )
    residents_per_post_mountain: float = parameter(
        1000.0,
        "residents for each further post, mountains",
        unit="persons/post",
        status="V",
        source="Dispatch 09/CV-BCD, 30 May 2025",
        ge=100,
        le=1e5,
    )
    residents_per_post_other: float = parameter(
        2000.0,
        "residents for each further post, elsewhere",
        unit="persons/post",
        status="V",
        source="Dispatch 09/CV-BCD, 30 May 2025",
        ge=100,
        le=1e5,
    )
    staff_cap_commune: float = parameter(
        50.0,
        "most posts of a commune",
        unit="posts",
        status="V",
        source="Dispatch 09/CV-BCD, 30 May 2025",
        ge=1,
        le=1000,
    )
    staff_cap_ward: float = parameter(
        70.0,
        "most posts of a ward or special zone",
        unit="posts",
        status="V",
        source="Dispatch 09/CV-BCD, 30 May 2025",
        ge=1,
        le=1000,
    )
    staff_bodies: float = parameter(
        23.0,
        "posts of party and mass bodies of a new commune, beside those of the official rule",
        unit="posts",
        status="V",
        source="Instruction 31 of the Central Organising Committee, 2025: 23 to 30 a unit; assumption A115",
        ge=0,
        le=200,
    )
    staff_legacy_commune: float = parameter(
        21.0,
        "posts of a commune before the reform",
        unit="posts",
        status="V",
        source="model specification, section 4",
        ge=1,
        le=200,
    )
    staff_legacy_district: float = parameter(
        142.0,
        "posts of a district's pool before the reform",
        unit="posts",
        status="C",
        source="(199,000 posts after + 110,786 cut - 21 of 10,035 communes) / 696; assumption A5",
        ge=0,
        le=1000,
    )
    staff_legacy_province: float = parameter(
        1750.0,
        "posts of a province's agencies before the reform, which are in no budget of the model",
        unit="posts",
        status="V",
        source="Ministry of Home Affairs, 9 May 2025: 91,784 left and 18,449 cut, over 63 provinces",
        ge=1,
        le=100_000,
    )
    staff_province_left: float = parameter(
        0.833,
        "share of these posts that is left when staff is cut",
        unit="share",
        status="V",
        source="Ministry of Home Affairs, 9 May 2025: 91,784 of 110,233",
        ge=0.1,
        le=1.5,
    )
    need: Literal["work", "dispatch"] = parameter(
        "work",
        "posts that an office made by a merger needs: those that did the same work before, or those that the "
        "official rule gives it",
        unit="name",
        status="design",
        source="model specification, section 4; decision 62",
    )
    need_scale: float = parameter(
        1.0,
        "work of merged offices and of dissolved districts that is still to be done, the rest being what merging saves",
        unit="share",
        status="A",
        source="assumption A115",
        ge=0.6,
        le=1,
    )
    district_to_province: float = parameter(
        0.3,
        "share of the work of dissolved districts that goes to the provinces, the rest to the communes",
        unit="share",
        status="A",
        source="assumption A116: a third was planned in March 2025; of 161 tasks of home affairs 32 went",
        ge=0,
        le=0.6,
    )
    leavers_retired: float = parameter(
        0.4877,
        "share of those whose posts are cut who retire early, the rest quit",
        unit="share",
        status="V",
        source="Ministry of Home Affairs, 28 October 2025: 71,610 of 146,847",
        ge=0,
        le=1,
    )
    officials_under_45: float = parameter(
        0.5909,
        "share of officials under 45 years of age",
        unit="share",
        status="V",
        source="Ministry of Home Affairs, 206,707 cadres and civil servants of communes, 31 December 2024",
        ge=0,
        le=0.75,
    )
    officials_over_55: float = parameter(
        0.1033,
        "share of officials over 55 years of age",
        unit="share",
        status="V",
        source="Ministry of Home Affairs, 206,707 cadres and civil servants of communes, 31 December 2024",
        ge=0,
        le=0.25,
    )
    officials_women: float = parameter(
        0.35,
        "share of women among officials, who retire earlier",
        unit="share",
        status="A",
        source="assumption A117",
        ge=0,
        le=1,
    )
    officials_first_age: float = parameter(
        25.0,
        "age from which an official has been insured",
        unit="years",
        status="A",
        source="assumption A117",
        ge=18,
        le=40,
    )
    severance_pay_share: float = parameter(
        0.81,
        "pay of which severance is so many months, of the cost of a post; the rest is what the employer insures",
        unit="share",
        status="V",
        source="Law on Social Insurance: 23.5 % of pay with health, unemployment and trade union, 1 / 1.235",
        ge=0.3,
        le=1,
    )
    severance_quarters: float = parameter(
        20.0,
        "time over which severance is paid",
        unit="quarter",
        status="A",
        source="assumption A55: published as the outlay of 2026-30",
        ge=1,
        le=80,
    )
