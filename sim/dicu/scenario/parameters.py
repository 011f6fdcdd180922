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
        0.065,
        "base hazard of considering a move, of an adult of the readiest age",
        unit="1/quarter",
        status="fit",
        source=A9,
        ge=0,
        le=1,
        symbol="lambda0",
    )
    peak_age: float = parameter(
        22.0,
        "age at which an adult is readiest to think of moving",
        unit="years",
        status="A",
        source="assumption A100: ages of movers, census 2019; peak at 20-24",
        ge=18,
        le=40,
        symbol="a*",
    )
    rise: float = parameter(
        0.25,
        "how steeply readiness rises to its peak",
        unit="1/year",
        status="A",
        source="assumption A100: shape of Rogers and Castro 1981; .1-.4",
        ge=0.01,
        le=2,
        symbol="lambda_2",
    )
    fall: float = parameter(
        0.1,
        "how fast readiness falls after its peak",
        unit="1/year",
        status="A",
        source="assumption A100: shape of Rogers and Castro 1981; .05-.15",
        ge=0,
        le=1,
        symbol="alpha_2",
    )
    floor: float = parameter(
        0.03,
        "readiness that no age falls below, over that at the peak",
        unit="ratio",
        status="A",
        source="assumption A100: .01-.1",
        ge=0,
        le=1,
        symbol="c",
    )
    women_readiness: float = parameter(
        1.25,
        "readiness of women to think of moving over that of men of the same age",
        unit="ratio",
        status="A",
        source="assumption A101: women 52.4 % of migrants of 15-59 (migration survey 2015); .8-2",
        ge=0.1,
        le=10,
    )
    partnered_readiness: float = parameter(
        0.3,
        "readiness of an adult with a partner in the household to think of moving, over that of one without",
        unit="ratio",
        status="A",
        source="assumption A71: .1-1",
        ge=0,
        le=1,
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

    alone: float = parameter(
        1.0,
        "chance that the adult who thinks of moving leaves alone, without a partner and where another adult stays",
        unit="probability",
        status="A",
        source="assumption A100: .8-1",
        ge=0,
        le=1,
        symbol="psi",
    )
    alone_partnered: float = parameter(
        0.2,
        "chance that an adult with a partner leaves alone, over that of one without",
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
