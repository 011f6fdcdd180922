"""Every parameter of the model, declared once: value, unit, range, status and source.

A rule of the model never holds a number of its own: it is handed one of the sections below.
Status letters follow the specification: V a source was read; C computed from data; A assumption;
L literature from memory; fit = to be calibrated; policy = a lever;
design = a choice of how to run, not a claim about the world.
"""

from __future__ import annotations

from dicu.scenario.declare import A9, Section, Status, parameter
from dicu.scenario.parameters_access import Access
from dicu.scenario.parameters_government import Government
from dicu.scenario.parameters_household import Income

__all__ = [
    "A9",
    "Access",
    "Choose",
    "Consider",
    "Government",
    "Income",
    "Move",
    "Section",
    "Status",
    "Ties",
    "parameter",
]


class Consider(Section):
    """Rule `consider`: the hazard with which a household thinks about moving at all."""

    lambda0: float = parameter(
        0.033,
        "base hazard of considering a move",
        unit="1/quarter",
        status="fit",
        source=A9,
        ge=0,
        le=1,
        symbol="lambda0",
    )
    g_young_adult: float = parameter(
        3.0,
        "multiplier of the hazard, a member aged 15-34 present and no child",
        unit="1",
        status="A",
        source="assumption A1: age profile of movers, census 2019",
        ge=0,
        le=10,
        symbol="g",
    )
    g_children: float = parameter(
        0.4,
        "multiplier of the hazard, a child under 15 present",
        unit="1",
        status="A",
        source="assumption A1",
        ge=0,
        le=10,
        symbol="g",
    )
    g_other: float = parameter(
        0.25,
        "multiplier of the hazard, neither young adult, nor child, nor all 60+",
        unit="1",
        status="A",
        source="assumption A1",
        ge=0,
        le=10,
        symbol="g",
    )
    g_elderly: float = parameter(
        0.1,
        "multiplier of the hazard, everybody 60 or older",
        unit="1",
        status="A",
        source="assumption A1",
        ge=0,
        le=10,
        symbol="g",
    )
    theta_gap: float = parameter(
        0.5,
        "effect of the log income gap between destinations and home",
        unit="1/ln(income)",
        status="A",
        source=A9,
        ge=-3,
        le=3,
        symbol="theta_G",
    )
    theta_services: float = parameter(
        0.5,
        "effect of poor access to services, on 1 - mean access",
        unit="1",
        status="A",
        source=A9,
        ge=-3,
        le=3,
        symbol="theta_S",
    )
    theta_shock: float = parameter(
        0.7,
        "effect of a shock, fading over 7 steps",
        unit="1",
        status="A",
        source=A9,
        ge=0,
        le=3,
        symbol="theta_X",
    )
    theta_ties: float = parameter(
        1.0,
        "effect of local ties, which hold people back",
        unit="1",
        status="A",
        source=A9,
        ge=0,
        le=3,
        symbol="theta_T",
    )


class Choose(Section):
    """Rule `choose`: nested logit over staying, the own district, other districts, other provinces, home."""

    beta_income: float = parameter(
        1.5,
        "utility of log perceived income",
        unit="1/ln(income)",
        status="L",
        source="Tombe & Zhu 2019; Bryan & Morten 2019",
        ge=0,
        le=5,
        symbol="beta_y",
    )
    theta: float = parameter(
        0.6,
        "scale of the nests (1 = plain logit)",
        unit="1",
        status="A",
        source=A9,
        ge=0.1,
        le=1,
        symbol="theta",
    )
    beta_distance: float = parameter(
        1.0,
        "disutility of ln(1 + travel time / tau0)",
        unit="1",
        status="L",
        source="Huy & Nonneman 2013: inverse distance",
        ge=0,
        le=5,
        symbol="beta_d",
    )
    tau0_hours: float = parameter(
        1.0,
        "travel time at which distance begins to count",
        unit="h",
        status="A",
        source=A9,
        ge=0.1,
        le=10,
        symbol="tau0",
    )
    cost_other_district: float = parameter(
        3.3,
        "disutility of leaving the district within the province",
        unit="1",
        status="fit",
        source=A9,
        ge=0,
        le=5,
        symbol="c_D",
    )
    cost_other_province: float = parameter(
        2.75,
        "disutility of leaving the province",
        unit="1",
        status="fit",
        source=A9,
        ge=0,
        le=5,
        symbol="c_P",
    )
    network: float = parameter(
        0.4,
        "exponent of 1 + households of the same origin province already there",
        unit="1",
        status="V",
        source="urn model: below 1 spreads, above 1 locks in",
        ge=0,
        le=1,
        symbol="nu",
    )
    home: float = parameter(
        1.0,
        "attraction of the place one came from",
        unit="1",
        status="fit",
        source=A9,
        ge=-5,
        le=5,
        symbol="omega",
    )
    kappa_ties: float = parameter(
        1.0,
        "how much ties add to the utility of staying",
        unit="1",
        status="fit",
        source=A9,
        ge=0,
        le=3,
        symbol="kappa_T",
    )
    move_share: float = parameter(
        0.35,
        "share of those who consider that moves at the start; kappa is solved from it",
        unit="share",
        status="fit",
        source=A9,
        ge=0.01,
        le=0.9,
        symbol="",
    )
    kappa: float | None = parameter(
        None,
        "utility of staying; null = solved from move_share at the start",
        unit="1",
        status="fit",
        source=A9,
        ge=-50,
        le=50,
        symbol="kappa",
    )
    beta_commune_administration: float = parameter(
        0.3,
        "utility of access to commune administration",
        unit="1",
        status="A",
        source=A9,
        ge=0,
        le=1,
        symbol="beta_s",
    )
    beta_district_administration: float = parameter(
        0.3,
        "utility of access to what the district used to do",
        unit="1",
        status="A",
        source=A9,
        ge=0,
        le=1,
        symbol="beta_s",
    )
    beta_health: float = parameter(
        0.3,
        "utility of access to health care",
        unit="1",
        status="A",
        source=A9,
        ge=0,
        le=1,
        symbol="beta_s",
    )
    beta_education: float = parameter(
        0.3,
        "utility of access to schools",
        unit="1",
        status="A",
        source=A9,
        ge=0,
        le=1,
        symbol="beta_s",
    )
    beta_water: float = parameter(
        0.3,
        "utility of access to clean water",
        unit="1",
        status="A",
        source=A9,
        ge=0,
        le=1,
        symbol="beta_s",
    )


class Move(Section):
    """Rule `move`: one adult leaves and founds a household, or everybody goes."""

    psi_young_adult: float = parameter(
        1.0,
        "chance that one adult leaves alone, stage young adult",
        unit="probability",
        status="A",
        source=A9,
        ge=0,
        le=1,
        symbol="psi",
    )
    psi_children: float = parameter(
        0.455,
        "chance that one adult leaves alone, stage children",
        unit="probability",
        status="A",
        source=A9,
        ge=0,
        le=1,
        symbol="psi",
    )
    psi_other: float = parameter(
        0.9,
        "chance that one adult leaves alone, stage other",
        unit="probability",
        status="A",
        source=A9,
        ge=0,
        le=1,
        symbol="psi",
    )
    psi_elderly: float = parameter(
        0.39,
        "chance that one adult leaves alone, stage elderly",
        unit="probability",
        status="A",
        source=A9,
        ge=0,
        le=1,
        symbol="psi",
    )

    leaver_young_weight: float = parameter(
        40.0,
        "how much likelier an adult of 18-22 is the one who leaves than one of 35 or older, falling in between",
        unit="ratio",
        status="A",
        source="assumption A8: age profile of movers, census 2019",
        ge=0.01,
        le=1000,
    )
    leaver_partnered_weight: float = parameter(
        0.2,
        "readiness of an adult with a partner in the household to leave alone, over that of one without",
        unit="ratio",
        status="A",
        source="assumption A71",
        ge=0,
        le=1,
    )


class Ties(Section):
    """Rule `ties`: attachment to the place, from 0 (just arrived) to 1 (native)."""

    growth: float = parameter(
        0.0625,
        "share of the missing ties gained a quarter (1/16)",
        unit="1/quarter",
        status="A",
        source="model specification, section 3",
        ge=0,
        le=1,
        symbol="",
    )
