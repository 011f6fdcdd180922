"""Arms of the controls: shocks large enough for a small world, and what switches a mechanism off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dicu.scenario.vocabulary import SERVICES

INCOME_OFF: Final = {
    "choose.beta_income": 0.0,
    "feedback.offers": False,
    "consider.theta_gap": 0.0,
    "money.move_cost": 0.0,
    "money.move_cost_per_km": 0.0,
    "money.rent_months": 0.0,
    "life_course.lodging_share": 0.0,
}
"""Nobody looks at incomes, no purse keeps anybody from moving, and nobody lodges, since lodgers are alike in status
and purse. Incomes also fill local budgets, hence services, which `SERVICES_OFF` takes care of."""
SERVICES_OFF: Final = {
    **{f"choose.beta_{s}": 0.0 for s in SERVICES},
    "consider.theta_services": 0.0,
}
ALL_OFF: Final = {**INCOME_OFF, **SERVICES_OFF}
PUSH: Final = {
    "programme.farm_income_loss": 0.5,
    "programme.farm_income_loss_start": "2024Q1",
    "programme.farm_income_loss_quarters": 8,
}
PULL: Final = {
    "programme.urban_job_growth": 0.05,
    "programme.urban_job_growth_start": "2024Q1",
    "programme.urban_job_growth_quarters": 8,
}
LOSS: Final = {
    "programme.urban_job_loss": 0.4,
    "programme.urban_job_loss_start": "2024Q1",
    "programme.urban_job_loss_quarters": 4,
}
MERGED: Final = {"reform.policy": "actual", "government.severance_quarters": 40}
"""A reform whose severance is paid over ten years: paid at once it takes all that is saved in the six quarters."""
CENTRAL: Final = {
    "cities.central": ["City"],
    "cities.central_date": "2024Q1",
    "cities.central_job_growth": 0.05,
    "cities.central_revenue": 1.0,
}
"""The package of a centrally governed city, larger than that of Viet Nam, so that six quarters suffice to see it."""
CENTRAL_OFF: Final = {**ALL_OFF, "feedback.housing": False}
"""It acts through jobs, through what the budget pays for, and through what may be built (rents and dwellings)."""


@dataclass(frozen=True)
class Bit:
    """A pair of arms that may not differ once ``off`` is set, in words and values."""

    off: Mapping[str, Any]
    treated: Mapping[str, Any]
    untreated: Mapping[str, Any]
    text: str


BITS: Final[dict[str, Bit]] = {
    "h1": Bit(
        ALL_OFF,
        {**PULL, **PUSH},
        {},
        "both shocks, while nobody looks at incomes or services and no purse binds",
    ),
    "h2": Bit(SERVICES_OFF, {"reform.policy": "actual"}, {}, "the merger, while nobody looks at services"),
    "h3": Bit(
        SERVICES_OFF,
        {**MERGED, "government.reinvest_share": 1.0},
        {**MERGED, "government.reinvest_share": 0.0},
        "savings reinvested or not, while nobody looks at services",
    ),
    "h4": Bit(
        CENTRAL_OFF,
        CENTRAL,
        {},
        "a designation, while nobody looks at incomes or services and dwellings and rents stay as they were",
    ),
    "h5": Bit(ALL_OFF, LOSS, {}, "urban jobs lost, while nobody looks at incomes or services"),
    "h6": Bit(
        SERVICES_OFF,
        {"reform.policy": "actual_with_satellites"},
        {},
        "the merger with satellite desks, while nobody looks at services",
    ),
}


UNCUT: Final = {"reform.policy": "actual", "reform.levers": "relabel+pool_budgets+close_offices"}
"""A merger that closes offices and cuts no post, so that there is nothing to reinvest."""
UNAIDED: Final = {
    **CENTRAL,
    "cities.central_job_growth": 0.0,
    "cities.central_revenue": 0.0,
    "cities.central_building": 1.0,
}
"""A designation on paper: no job, no dong and no dwelling comes with it."""


@dataclass(frozen=True)
class PutIn:
    """A treatment whose effect a test must find, in one arm alone, with the words for it."""

    treated: Mapping[str, Any]
    untreated: Mapping[str, Any]
    text: str


PUT_IN: Final[dict[str, PutIn]] = {
    "h3": PutIn(
        {**MERGED, "government.reinvest_share": 1.0},
        {**MERGED, "government.reinvest_share": 0.0},
        "one arm reinvests all that a merger saves, the other nothing",
    ),
    "h4": PutIn(CENTRAL, {}, "one arm gives the city a package larger than that of Viet Nam"),
}


@dataclass(frozen=True)
class Rival:
    """Another cause of the outcome, at work in both arms, while what is asked about is there on paper alone."""

    treated: Mapping[str, Any]
    untreated: Mapping[str, Any]
    text: str
    read: str
    cause: str


RIVALS: Final[dict[str, Rival]] = {
    "h2": Rival(
        {**PUSH, "reform.policy": "relabel"}, PUSH,
        "farm incomes fall in both arms, in one of them borders change on paper",
        "an effect of the merger on leaving", "rural distress on leaving",
    ),
    "h3": Rival(
        {**UNCUT, "government.reinvest_share": 1.0}, {**UNCUT, "government.reinvest_share": 0.0},
        "offices close in both arms and no post is cut, in one of them all savings would be reinvested",
        "an effect of reinvesting on access", "offices that close on access",
    ),
    "h4": Rival(
        {**PULL, **UNAIDED}, PULL,
        "jobs grow in all towns of both arms, in one of them the city is designated on paper",
        "an effect of the designation on the city", "growth of jobs on the city",
    ),
    "h5": Rival(
        {**PUSH, "programme.urban_job_loss": 0.0}, PUSH,
        "farm incomes fall in both arms, and no urban job is lost in either",
        "an effect of lost jobs on the urban share", "rural distress on the urban share",
    ),
    "h6": Rival(
        {**PUSH, "reform.policy": "relabel"}, PUSH,
        "farm incomes fall in both arms, in one of them borders change on paper",
        "an effect of the policy on villages that shrink", "rural distress on villages that shrink",
    ),
}  # fmt: skip
"""Of H1 see `dicu_analysis.experiments.controls.reverse`."""
