"""Parameters of the households' life course, work and money (sections `LifeCourse`, `Income`, `Work`, `Money`)."""

from __future__ import annotations

from dicu.scenario.declare import A9, Section, parameter

_SPEC3 = "model specification, section 3"


class LifeCourse(Section):
    """Rules `life_course` and `couples`: births, deaths, leaving home, couples."""

    fertility_urban: float = parameter(
        1.67, "total fertility rate, urban", unit="children/woman", status="V", source=_SPEC3, ge=0, le=10
    )
    fertility_rural: float = parameter(
        2.08, "total fertility rate, rural", unit="children/woman", status="V", source=_SPEC3, ge=0, le=10
    )
    rates_from: int = parameter(
        2024,
        "year from which fertility_urban, fertility_rural and life_expectancy hold; before it those of the country's "
        "tables fertility and mortality do, where it has them",
        unit="year",
        status="V",
        source="survey of population change of 2024: 1.67, 2.08 and 74.7 are of that year",
        ge=1995,
        le=2100,
    )
    fertility_mode_age: float = parameter(
        27.0, "age at which fertility peaks", unit="years", status="V", source=_SPEC3, ge=18, le=45
    )
    fertility_spread: float = parameter(
        5.5,
        "standard deviation of the gamma shape of fertility by age",
        unit="years",
        status="A",
        source="assumption A30",
        ge=2,
        le=12,
    )
    boys_per_100_girls: float = parameter(
        111.0,
        "sex ratio at birth",
        unit="boys/100 girls",
        status="L",
        source="population change survey 2019: 111.5",
        ge=90,
        le=130,
    )
    life_expectancy: float = parameter(
        74.7,
        "life expectancy at birth, to which Gompertz mortality is solved",
        unit="years",
        status="V",
        source=_SPEC3,
        ge=40,
        le=95,
    )
    mortality_slope: float = parameter(
        0.095,
        "growth of the force of mortality with age",
        unit="1/year",
        status="A",
        source="assumption A31: Gompertz slopes of 0.08-0.11",
        ge=0.03,
        le=0.2,
    )
    union_age_women: float = parameter(
        25.2, "mean age of women at first union", unit="years", status="V", source=_SPEC3, ge=21, le=45
    )
    union_age_men: float = parameter(
        29.4, "mean age of men at first union", unit="years", status="V", source=_SPEC3, ge=21, le=45
    )
    union_age_last: int | None = parameter(
        None,
        "age after which nobody looks for a partner; null = 45, or 3.4 standard deviations beyond the mean age",
        unit="years",
        status="A",
        source="assumption A32: first unions beyond 45 are too few to matter where the mean age is below 30",
        ge=40,
        le=60,
    )
    patrilocal_share: float = parameter(
        0.85,
        "share of couples who begin with the man's parents, where neither lives alone and there is room",
        unit="share",
        status="A",
        source="assumption A50",
        ge=0,
        le=1,
    )
    beyond_share: float = parameter(
        0.15,
        "share of those looking for a partner who look beyond their place from the start",
        unit="share",
        status="A",
        source="assumption A70",
        ge=0,
        le=1,
    )
    later_births: float = parameter(
        0.2,
        "rate of births of women with two or more children at home over that of others of the same age",
        unit="ratio",
        status="A",
        source="assumption A129",
        ge=0,
        le=1,
    )
    parting_rate: float = parameter(
        0.1,
        "rate at which a man below 40 parts, with wife and children, from parents with whom they live",
        unit="1/year",
        status="A",
        source="assumption A127",
        ge=0,
        le=0.5,
    )
    lodging_share: float = parameter(
        0.6,
        "share of those who leave alone who lodge with others where they arrive instead of living alone",
        unit="share",
        status="A",
        source="assumption A128",
        ge=0,
        le=1,
    )
    apart_share: float = parameter(
        1.0,
        "share of couples who stay one where a job takes one of them elsewhere",
        unit="share",
        status="A",
        source="assumption A155",
        ge=0,
        le=1,
    )
    union_age_spread: float = parameter(
        4.5,
        "standard deviation of the age at first union",
        unit="years",
        status="A",
        source="assumption A32",
        ge=1.5,
        le=8,
    )


class Income(Section):
    """Incomes at the start: earnings a worker by district, urban or rural, skill and sector; other income a head."""

    rural_urban_earnings: float = parameter(
        0.72,
        "earnings per worker, rural over urban",
        unit="ratio",
        status="V",
        source="labour force survey 2024: 6.7 against 9.3 M VND per month",
        ge=0.2,
        le=2,
    )
    rural_urban_income_head: float = parameter(
        0.65,
        "income a head from all sources, rural over urban, at the start",
        unit="ratio",
        status="V",
        source="living-standards survey 2022 and 2024: 0.649 and 0.652",
        ge=0.1,
        le=2,
    )
    earnings_share: float = parameter(
        0.88,
        "earnings over income from all sources at the start; the rest are pensions, rents, gifts",
        unit="share",
        status="V",
        source="provincial yearbooks, other sources of income: 11.4 % in Quang Ngai 2016, 12.1 % in Da Nang 2019",
        ge=0.1,
        le=0.99,
    )
    skill_premium: float = parameter(
        1.6,
        "earnings of skilled over unskilled workers of the same place",
        unit="ratio",
        status="A",
        source="assumption A2",
        ge=1,
        le=4,
    )
    agriculture_penalty: float = parameter(
        0.7,
        "earnings in agriculture over other work of the same place and skill",
        unit="ratio",
        status="A",
        source="assumption A3",
        ge=0.2,
        le=1.5,
    )
    district_spread: float = parameter(
        0.05,
        "elasticity of earnings to the density of the district within its province",
        unit="1",
        status="V",
        source="model specification, section 9: gamma",
        ge=0,
        le=0.3,
        symbol="gamma",
    )


class Work(Section):
    """Rule `markets`: density, farm income, shocks, and what people come to expect; jobs stand in `Labour`."""

    agglomeration: float = parameter(
        0.05, "elasticity of wages to density", unit="1", status="V", source=A9, ge=0, le=0.3, symbol="gamma"
    )
    land_share: float = parameter(
        0.6,
        "elasticity of farm output to labour; income a worker falls with its complement",
        unit="1",
        status="A",
        source=A9,
        ge=0.1,
        le=1,
        symbol="alpha",
    )
    price_persistence: float = parameter(
        0.8,
        "persistence of the national farm price (AR(1), log)",
        unit="1/quarter",
        status="A",
        source=A9,
        ge=0,
        le=0.999,
    )
    price_spread: float = parameter(
        0.08,
        "standard deviation of the log farm price in the long run",
        unit="ln",
        status="A",
        source=A9,
        ge=0,
        le=0.5,
    )
    disaster_per_year: float = parameter(
        0.05,
        "chance a year that a disaster strikes a district's farms",
        unit="1/year",
        status="A",
        source=A9,
        ge=0,
        le=1,
    )
    disaster_loss: float = parameter(
        0.3,
        "share of farm income lost in the step of the disaster",
        unit="share",
        status="A",
        source="assumption A33",
        ge=0,
        le=0.95,
    )
    disaster_recovery: float = parameter(
        0.5,
        "share of the loss that is left a quarter later",
        unit="1/quarter",
        status="A",
        source="assumption A33",
        ge=0,
        le=0.99,
    )
    adaptation: float = parameter(
        0.25,
        "share of the gap to actual income by which beliefs adapt",
        unit="1/quarter",
        status="A",
        source=A9,
        ge=0,
        le=1,
        symbol="eta",
    )
    luck_spread: float = parameter(
        0.6,
        "standard deviation of a household's lasting luck in log income",
        unit="ln",
        status="A",
        source=A9,
        ge=0,
        le=1.5,
        symbol="sigma_z",
    )
    switch_cost: float = parameter(
        1.0,
        "disutility of changing between farming and other work",
        unit="1",
        status="fit",
        source="assumption A34",
        ge=0,
        le=10,
    )


class Money(Section):
    """Rules `wealth` and `remit`: saving, consumption floor, liquidity, remittances."""

    saving_rate: float = parameter(
        0.15,
        "share of income saved when the floor is covered",
        unit="share",
        status="A",
        source=A9,
        ge=0,
        le=0.6,
        symbol="s",
    )
    target_years: float = parameter(
        1.1,
        "wealth at which a household consumes what it earns; below it saves, above it consumes out of its wealth",
        unit="years of income",
        status="A",
        source="assumption A107: buffer-stock saving, Carroll 1997",
        ge=0.1,
        le=100,
        symbol="T",
    )
    consumption_floor: float = parameter(
        1.2, "least consumption", unit="M VND/person/month", status="A", source=A9, ge=0, le=10
    )
    move_cost: float = parameter(
        3.0, "fixed cost of a move", unit="M VND", status="A", source=A9, ge=0, le=100, symbol="c1"
    )
    move_cost_per_km: float = parameter(
        0.003, "cost of a move by distance", unit="M VND/km", status="A", source=A9, ge=0, le=1, symbol="c2"
    )
    rent_months: float = parameter(
        2.0, "months of rent to be paid in advance", unit="months", status="A", source=_SPEC3, ge=0, le=24
    )
    rent_share: float = parameter(
        0.27,
        "rent of the start over what a worker earns, weight of ln rent in utility",
        unit="share",
        status="V",
        source=A9,
        ge=0,
        le=1,
        symbol="alpha_h",
    )
    mountain_factor: float = parameter(
        2.0,
        "how much dearer a move out of the mountains is",
        unit="ratio",
        status="A",
        source=_SPEC3,
        ge=1,
        le=10,
    )
    remit_chance: float = parameter(
        0.08,
        "chance a quarter that a household that moved sends money to its parents",
        unit="1/quarter",
        status="A",
        source="assumption A156",
        ge=0,
        le=1,
        symbol="q",
    )
    remit_share: float = parameter(
        0.6,
        "share of a quarter's income sent when money is sent",
        unit="share",
        status="V",
        source="assumption A156: Niimi, Pham and Reilly 2009, 17 % of a year's earnings",
        ge=0,
        le=1,
    )
    remit_after_shock: float = parameter(
        3.0,
        "how much likelier money is sent to parents struck by a shock",
        unit="ratio",
        status="A",
        source="assumption A35",
        ge=1,
        le=12,
    )
    follow_chance: float = parameter(
        0.0015,
        "chance a quarter that parents follow a child who moved away",
        unit="1/quarter",
        status="A",
        source="assumption A36: 35.5 % of moves in 2019 follow family",
        ge=0,
        le=0.5,
    )
