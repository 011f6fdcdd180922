"""Parameters of feedbacks that can be cut and of dated programmes (sections `Feedback`, `Programme`)."""

from __future__ import annotations

from pydantic import field_validator

from sim.scenario.calendar import NOTATION, parse_period
from sim.scenario.declare import Section, parameter

_SPEC6 = "model specification, section 6"


class Feedback(Section):
    """Loops from migration back to migration: false cuts one, and households see what populations of the start make."""

    network: bool = parameter(
        True, "networks grow with those who moved; false: those of the start for good", unit="1", status="design",
        source=_SPEC6,
    )  # fmt: skip
    jobs: bool = parameter(
        True, "chances of a job, wages and farm incomes follow people; false: as if nobody had moved or been born",
        unit="1", status="design", source=_SPEC6,
    )  # fmt: skip
    services: bool = parameter(
        True, "staff needed, budgets and quality of services follow residents; false: those of the start",
        unit="1", status="design", source=_SPEC6,
    )  # fmt: skip


def _start(text: str) -> str:
    """Declare when a programme begins."""
    value: str = parameter(
        "2026Q1",
        f"period at whose beginning {text}",
        unit="date",
        status="policy",
        source=_SPEC6,
        allowed=NOTATION,
    )
    return value


def _quarters(default: int, text: str) -> int:
    """Declare for how long a programme lasts."""
    value: int = parameter(
        default, f"how long {text}", unit="quarters", status="policy", source=_SPEC6, ge=1, le=1000
    )
    return value


class Programme(Section):
    """Dated shocks and programmes, each neutral until it is given a size."""

    urban_job_growth: float = parameter(
        0.0, "growth of jobs in urban districts beyond that elsewhere", unit="1/quarter", status="policy",
        source=f"{_SPEC6}, H1: 0.005", ge=-0.05, le=0.05,
    )  # fmt: skip
    urban_job_growth_start: str = _start("urban jobs begin to grow faster")
    urban_job_growth_quarters: int = _quarters(40, "urban jobs grow faster")
    farm_income_loss: float = parameter(
        0.0, "share of farm income lost everywhere while the loss lasts", unit="share", status="policy",
        source=f"{_SPEC6}, H1: 0.2", ge=0, le=0.95,
    )  # fmt: skip
    farm_income_loss_start: str = _start("farm incomes fall")
    farm_income_loss_quarters: int = _quarters(12, "farm incomes are lower")
    urban_job_loss: float = parameter(
        0.0, "share of jobs in urban districts that are not there while the loss lasts", unit="share",
        status="policy", source=f"{_SPEC6}, H5: 0.2", ge=0, le=0.95,
    )  # fmt: skip
    urban_job_loss_start: str = _start("urban jobs are lost")
    urban_job_loss_quarters: int = _quarters(8, "urban jobs are lost, all of which come back afterwards")

    @field_validator("urban_job_growth_start", "farm_income_loss_start", "urban_job_loss_start")
    @classmethod
    def _is_a_date(cls, value: str) -> str:
        parse_period(value)
        return value
