"""Parameters of those who govern: access to services, staff, disruption and budgets.

Sections of `sim.scenario.parameters`, which is where to import them from.
"""

from __future__ import annotations

from sim.scenario.declare import A9, Section, parameter


class Access(Section):
    """Rule `access`: quality of a service times what distance leaves of it."""

    half_time_minutes: float = parameter(
        30.0,
        "travel time at which half of the use is left",
        unit="min",
        status="V",
        source="model specification, section 9: use halves at 3.5 km",
        ge=1,
        le=600,
        symbol="h",
    )
    speed_plain_kmh: float = parameter(
        30.0,
        "travel speed on plains",
        unit="km/h",
        status="A",
        source=A9,
        ge=1,
        le=120,
    )
    speed_mountain_kmh: float = parameter(
        15.0,
        "travel speed in mountains",
        unit="km/h",
        status="A",
        source=A9,
        ge=1,
        le=120,
    )
    speed_island_kmh: float = parameter(
        12.0,
        "travel speed to and on islands",
        unit="km/h",
        status="A",
        source=A9,
        ge=1,
        le=120,
    )
    detour_plain: float = parameter(
        1.3,
        "road length over straight line, plains",
        unit="ratio",
        status="A",
        source=A9,
        ge=1,
        le=4,
        symbol="kappa_g",
    )
    detour_mountain: float = parameter(
        1.6,
        "road length over straight line, mountains",
        unit="ratio",
        status="A",
        source=A9,
        ge=1,
        le=4,
        symbol="kappa_g",
    )
    detour_island: float = parameter(
        1.3,
        "route length over straight line, islands",
        unit="ratio",
        status="A",
        source=A9,
        ge=1,
        le=4,
        symbol="kappa_g",
    )
    online: float = parameter(
        0.2,
        "share of administration done on line, whatever the distance",
        unit="share",
        status="A",
        source=A9,
        ge=0,
        le=1,
        symbol="delta",
    )
    clean_water_rural: float = parameter(
        0.58,
        "rural households with clean water",
        unit="share",
        status="V",
        source="model specification, section 0: about 58 %, target 60 %",
        ge=0,
        le=1,
    )
    clean_water_urban: float = parameter(
        0.95,
        "urban households with clean water",
        unit="share",
        status="A",
        source="assumption A4",
        ge=0,
        le=1,
    )


class Government(Section):
    """Staff, disruption and budget of communes and provinces."""

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
        100.0,
        "posts of a district's pool before the reform",
        unit="posts",
        status="A",
        source="assumption A5",
        ge=0,
        le=1000,
    )
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
    cost_per_post_mvnd: float = parameter(
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
