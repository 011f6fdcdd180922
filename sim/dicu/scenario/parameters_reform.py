"""How borders change, and when: the policy, its levers, and what designs are made by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from pydantic import field_validator

from dicu.scenario.calendar import NOTATION, parse_period
from dicu.scenario.declare import Section, parameter
from dicu.scenario.plugins import policy_names
from dicu.scenario.vocabulary import LEVERS
from dicu.scenario.word_lists import words
from dicu.scenario.wording import quoted

if TYPE_CHECKING:
    PolicyName = str
else:
    PolicyName = Literal[*policy_names()]
RESOLUTIONS: Final = ("1211/2016", "76/2025", "112/2025")
"""Names in the table of standards of Viet Nam; another country's folder has its own."""
LEVERS_ALLOWED: Final = f"null (the policy's own), none, or some of {', '.join(LEVERS)}, joined by +"


class Reform(Section):
    """How borders change, and when."""

    policy: PolicyName = parameter(
        "none",
        "no reform; the country's own reform, whole, with satellite desks from the first day, on paper, not in sparse "
        "mountains, or in half of the provinces; mergers of another design",
        unit="name",
        status="policy",
        source="model specification, section 5",
    )
    date: str = parameter(
        "2025Q3",
        "period at whose beginning the policy acts (of a table: rows without a date); without effect for policy none",
        unit="date",
        status="policy",
        source="restructuring of 1 July 2025",
        allowed=NOTATION,
    )
    table: str | None = parameter(
        None,
        "the user's own reform, for policy table",
        unit="path",
        status="policy",
        source="the user's own",
        allowed="null or the path of a table, relative to the file in which it is written",
    )
    ignore: tuple[str, ...] | None = parameter(
        None,
        "columns of that table that are left aside; any other column that is not known is refused",
        unit="name",
        status="design",
        source="the user's own",
        allowed="null, or a list of columns such as [remark]",
    )
    levers: str | None = parameter(
        None,
        "what changes with the borders, instead of the policy's own",
        unit="name",
        status="policy",
        source="model specification, section 5",
        allowed=LEVERS_ALLOWED,
    )
    seed: int = parameter(
        2025,
        "luck of policies random and optimised, kept apart from the run's seed so that replicates share their map",
        unit="1",
        status="design",
        source="any number does",
        ge=0,
        le=2**63 - 1,
    )
    standard: str = parameter(
        "76/2025",
        "resolution whose standards units are measured by; policies standard and optimised are made by it",
        unit="name",
        status="policy",
        source="Resolution 76/2025, in force on 1 July 2025; figures in sim/dicu/world/data/figures/standards.csv",
        allowed=f"{', '.join(RESOLUTIONS)}, or a resolution in the table of standards of the world's folder",
    )
    waive_merged_from: int = parameter(
        3,
        "a unit merged of so many communes counts as up to the standard in policy standard; 0 = never",
        unit="communes",
        status="V",
        source="Resolution 76/2025: not examined when three or more units merge",
        ge=0,
        le=1000,
    )
    weight_population: float = parameter(
        1.0,
        "weight of the units' mean relative shortfall of persons in the objective",
        unit="1",
        status="policy",
        source="assumption A76",
        ge=0,
        le=1000,
    )
    weight_area: float = parameter(
        1.0,
        "weight of the units' mean relative shortfall of area in the objective",
        unit="1",
        status="policy",
        source="assumption A76",
        ge=0,
        le=1000,
    )
    weight_travel: float = parameter(
        1.0,
        "weight of residents' mean travel time to their seat in the objective",
        unit="1/hour",
        status="policy",
        source="assumption A76",
        ge=0,
        le=1000,
    )
    sweeps: int = parameter(
        5000,
        "proposals per commune in the annealing of policy optimised",
        unit="proposals/commune",
        status="design",
        source="decision 38: more improve the objective by less than 1 %",
        ge=1,
        le=1_000_000,
    )
    sparse_density: float = parameter(
        50.0,
        "communes in mountains with fewer residents a km2 keep their government under "
        "actual_except_sparse_mountains",
        unit="persons/km2",
        status="policy",
        source="assumption A77",
        ge=0,
        le=1e5,
    )

    @field_validator("ignore", mode="before")
    @classmethod
    def _is_a_list(cls, value: object) -> tuple[str, ...] | None:
        return None if value is None else words(value, "[remark]")

    @field_validator("date")
    @classmethod
    def _is_a_date(cls, value: str) -> str:
        parse_period(value)
        return value

    @field_validator("levers")
    @classmethod
    def _are_levers(cls, value: str | None) -> str | None:
        if value is not None:
            names = [] if value == "none" else [name.strip() for name in value.split("+")]
            if not set(names) <= set(LEVERS) or len(set(names)) < len(names):
                raise ValueError(f"no such levers (got {quoted(value)}, allowed {LEVERS_ALLOWED})")
        return value
