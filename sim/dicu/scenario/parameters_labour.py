"""Parameters of the labour market: commuting areas, formal jobs, turnover, pay by status, offers from afar."""

from __future__ import annotations

from dicu.scenario.declare import A9, Section, parameter

_SPEC3 = "model specification, section 3"


class Labour(Section):
    """Rule `work`: formal and informal work by commuting area, who finds and loses a formal job, and offers."""

    formal_growth: float = parameter(
        0.033,
        "growth of formal jobs, nationally; provinces with figures differ from it by theirs",
        unit="1/year",
        status="C",
        source=f"{A9}: formal workers 2018-24",
        ge=-0.05,
        le=0.1,
        symbol="g",
    )
    growth_kept: float = parameter(
        0.5,
        "share kept of a province's measured deviation from national growth of formal jobs",
        unit="share",
        status="A",
        source="assumption A90",
        ge=0,
        le=1,
    )
    informal_share: float = parameter(
        0.65,
        "share of all workers without a formal job at the start, where a world has no figures by province",
        unit="share",
        status="A",
        source="assumption A91",
        ge=0.05,
        le=1,
    )
    farm_informal: float = parameter(
        0.986,
        "share of workers in agriculture without a formal job: they take no part in formal jobs outside it",
        unit="share",
        status="V",
        source="labour force surveys, informal work in agriculture",
        ge=0.5,
        le=1,
    )
    skill_odds: float = parameter(
        4.0,
        "odds of a formal job of skilled over unskilled workers, and how much more often they find one",
        unit="ratio",
        status="A",
        source=f"{A9}: 2-8",
        ge=1,
        le=16,
    )
    vacant: float = parameter(
        0.01,
        "formal jobs at the start beyond those that are filled",
        unit="share",
        status="fit",
        source=f"{_SPEC3}: E a little below F",
        ge=0,
        le=0.2,
    )
    turnover: float = parameter(
        0.02,
        "rate at which formal workers lose the job and are informal again",
        unit="1/quarter",
        status="A",
        source=f"{A9}: .02-.05",
        ge=0.001,
        le=0.3,
        symbol="delta",
    )
    discount: float = parameter(
        0.02,
        "rate at which later pay is discounted in the value of a place",
        unit="1/quarter",
        status="A",
        source=f"{A9}: .01-.05",
        ge=0.001,
        le=0.3,
        symbol="rho",
    )
    premium: float = parameter(
        1.4,
        "pay of a formal over an informal worker of the same skill and place at the start",
        unit="ratio",
        status="L",
        source=f"{A9}: 1.1-1.86; the raw ratio of means is 1.52",
        ge=1,
        le=3,
        symbol="pi",
    )
    informal_elasticity: float = parameter(
        0.4,
        "elasticity with which informal pay falls in informal workers over the demand for them",
        unit="1",
        status="L",
        source="Imbert and Papp 2015; .2-.7",
        ge=0,
        le=2,
        symbol="eps",
    )
    wage_curve: float = parameter(
        0.1,
        "elasticity of formal pay to the chance of finding a formal job",
        unit="1",
        status="L",
        source="Blanchflower and Oswald 1994; 0-.3",
        ge=0,
        le=1,
    )
    farm_search: float = parameter(
        0.3,
        "chance of a farmer to find a formal job over that of an informal worker of the same skill",
        unit="ratio",
        status="A",
        source=f"{A9}: 0-1",
        ge=0,
        le=1,
        symbol="s_r",
    )
    most_found: float = parameter(
        0.5,
        "most likely that somebody who looks finds a formal job at home within a step",
        unit="share",
        status="A",
        source=_SPEC3,
        ge=0.01,
        le=0.9,
    )
    recruit_new: float = parameter(
        0.9,
        "share of new formal jobs that are offered to people elsewhere",
        unit="share",
        status="fit",
        source=f"{A9}: .4-.95",
        ge=0,
        le=1,
        symbol="xi_n",
    )
    recruit_old: float = parameter(
        0.05,
        "share of formal jobs to be filled again that are offered to people elsewhere",
        unit="share",
        status="fit",
        source=f"{A9}: 0-.2",
        ge=0,
        le=1,
        symbol="xi_r",
    )
    accepted: float = parameter(
        0.6,
        "share of the offers from afar whose way can be paid that is taken at the start; their cost is solved from it",
        unit="share",
        status="A",
        source=f"{A9}: .2-.8; only its product with recruit_new is identified",
        ge=0.01,
        le=0.99,
        symbol="acc",
    )
    leaves_partner: float = parameter(
        0.6,
        "readiness of an adult with a partner to take a job elsewhere alone, over that of one without",
        unit="share",
        status="A",
        source="assumption A92",
        ge=0,
        le=1,
    )
    multiplier: float = parameter(
        0.3,
        "further formal jobs for each one of a zone or programme, and demand for informal work for each formal job",
        unit="1",
        status="L",
        source="Moretti 2010; 0-1.5",
        ge=0,
        le=3,
        symbol="m",
    )
    commuting_minutes: float = parameter(
        45.0,
        "longest way to the centre's seat within a commuting area",
        unit="min",
        status="A",
        source=_SPEC3,
        ge=0,
        le=240,
    )
    centre_residents: int = parameter(
        100_000,
        "least urban residents of a district that is the centre of a commuting area",
        unit="persons",
        status="A",
        source=_SPEC3,
        ge=1,
        le=10_000_000,
    )


__all__ = ["Labour"]
