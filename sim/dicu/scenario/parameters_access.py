"""Parameters of access to services: travel, what is done on line, clean water.

Sections of `dicu.scenario.parameters`, which is where to import them from.
"""

from __future__ import annotations

from dicu.scenario.declare import A9, Section, parameter


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
        source="model specification, section 9; assumption A119: 75 % of dossiers in 2025, 5 % of adults in 2022",
        ge=0,
        le=1,
        symbol="delta",
    )
    health_near: float = parameter(
        0.5,
        "share of health care that is had at the clinic near the commune's seat, the rest at the district's hospital",
        unit="share",
        status="A",
        source="assumption A118",
        ge=0,
        le=1,
    )
    school_near: float = parameter(
        0.75,
        "share of schooling that is had near the commune's seat, the rest at upper schools beside the hospital",
        unit="share",
        status="C",
        source="9 of 12 grades; one primary and lower secondary school per unit at least (MOET, 2025); assumption A118",
        ge=0,
        le=1,
    )
    health_capital: float = parameter(
        0.4,
        "elasticity of the quality of clinics and hospitals to public capital, the rest being staff, which no reform "
        "changes",
        unit="1",
        status="A",
        source="assumption A118",
        ge=0,
        le=1,
    )
    school_capital: float = parameter(
        0.2,
        "the same for schools, whose work is that of teachers",
        unit="1",
        status="A",
        source="assumption A118",
        ge=0,
        le=1,
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
    clean_water_target: float = parameter(
        0.60,
        "share of households with clean water that is aimed at, in places that have less",
        unit="share",
        status="V",
        source="model specification, section 0: about 58 %, target 60 %",
        ge=0,
        le=1,
    )
    clean_water_closing: float = parameter(
        0.05,
        "share of the gap to that target which a budget closes that keeps up its capital",
        unit="1/quarter",
        status="A",
        source="assumption A59",
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
