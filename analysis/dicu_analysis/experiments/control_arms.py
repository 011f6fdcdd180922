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
