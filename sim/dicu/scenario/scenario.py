"""A scenario: everything that decides a run, checked, and frozen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field, field_validator, model_validator

from dicu.scenario import fitted
from dicu.scenario.calendar import Calendar, parse_period
from dicu.scenario.contradictions import (
    Problem,
    age_problems,
    city_problems,
    contradiction,
    date_problems,
    folder_problem,
    post_problems,
    reform_date_problem,
    reform_problems,
    world_problems,
)
from dicu.scenario.parameters import (
    Access,
    Choose,
    Consider,
    Government,
    Income,
    Move,
    Section,
    Ties,
    parameter,
)
from dicu.scenario.parameters_city import Cities, Feedback, Housing, Programme
from dicu.scenario.parameters_fit import Ensemble, ProvinceTerms
from dicu.scenario.parameters_household import LifeCourse, Money, Work
from dicu.scenario.parameters_labour import Labour
from dicu.scenario.plugins import plugin_sections
from dicu.scenario.sections import (
    AUTO,
    FIRST_OF_VIET_NAM,
    NO_HISTORY,
    Population,
    Record,
    Reform,
    Time,
    WorldChoice,
)
from dicu.scenario.wording import quoted

if TYPE_CHECKING:
    Plugins = Section
else:
    Plugins = plugin_sections()
NAME_ALLOWED: Final = (
    "up to 80 letters, digits, spaces and . _ + -, beginning with a letter or digit; "
    "not saved, where states are kept"
)
NAME_RULE: Final = re.compile(r"(?!(?i:saved)\Z)[^\W_](?:[\w .+-]{0,78}[\w+-])?")


class UnfitScenario(ValueError):
    """A value that the world does not bear, seen only when the world is there; the message begins with its key."""

    @property
    def key(self) -> str:
        """Dotted key of the value."""
        return str(self).partition(":")[0]


class Scenario(Section):
    """Everything that decides a run: the same scenario, inputs and version give the same bytes.

    Values are checked one by one (type, range) and then against each other. `dicu.scenario.loader.load` reads
    one from YAML and says for each error in which file, line and column it was written.
    """

    name: str = parameter(
        "",
        "name of the scenario and of its folder of runs; empty = name of the file; no part of the run id",
        unit="name",
        status="design",
        source="the user's own",
        allowed=NAME_ALLOWED,
    )
    seed: int = parameter(
        42,
        "luck of the run: every draw is a hash of this seed, a purpose, a household and a step",
        unit="1",
        status="design",
        source="any number does",
        ge=0,
        le=2**63 - 1,
    )
    time: Time = Field(default_factory=Time)
    world: WorldChoice = Field(default_factory=WorldChoice)
    population: Population = Field(default_factory=Population)
    income: Income = Field(default_factory=Income)
    consider: Consider = Field(default_factory=Consider)
    choose: Choose = Field(default_factory=Choose)
    move: Move = Field(default_factory=Move)
    province_terms: ProvinceTerms = Field(default_factory=ProvinceTerms)
    ties: Ties = Field(default_factory=Ties)
    life_course: LifeCourse = Field(default_factory=LifeCourse)
    work: Work = Field(default_factory=Work)
    labour: Labour = Field(default_factory=Labour)
    money: Money = Field(default_factory=Money)
    access: Access = Field(default_factory=Access)
    government: Government = Field(default_factory=Government)
    housing: Housing = Field(default_factory=Housing)
    cities: Cities = Field(default_factory=Cities)
    feedback: Feedback = Field(default_factory=Feedback)
    programme: Programme = Field(default_factory=Programme)
    reform: Reform = Field(default_factory=Reform)
    record: Record = Field(default_factory=Record)
    ensemble: Ensemble = Field(default_factory=Ensemble)
    plugins: Plugins = Field(default_factory=Plugins)

    @field_validator("name")
    @classmethod
    def _is_a_folder_name(cls, value: str) -> str:
        if value and not NAME_RULE.fullmatch(value):
            raise ValueError(
                f"not usable as the name of a folder (got {quoted(value)}, allowed {NAME_ALLOWED})"
            )
        return value

    @model_validator(mode="after")
    def _goes_together(self) -> Scenario:
        problems = tuple(cross_checks(self))
        if problems:
            raise contradiction(problems)
        return self

    @property
    def history(self) -> str | None:
        """Period from which the run is simulated before it begins, with "auto" decided; None where it is not."""
        time, world = self.time, self.world
        if time.history == NO_HISTORY:
            return None
        if time.history != AUTO:
            return time.history
        if world.name != "viet_nam" or world.places is not None:
            return None  # residents of other years are not known
        return FIRST_OF_VIET_NAM if parse_period(FIRST_OF_VIET_NAM) < parse_period(time.start) else None

    @property
    def calendar(self) -> Calendar:
        """Steps of the run, and of the history before it."""
        time = self.time
        return Calendar(time.start, time.end, time.step, self.history)

    @property
    def flow_units(self) -> Literal["place", "district"]:
        """Units between which moves are counted, with "auto" decided: district at weight 1, else place."""
        if self.record.flows == "auto":
            return "district" if self.population.weight == 1 else "place"
        return self.record.flows

    @property
    def arriving(self) -> dict[str, float]:
        """Term of the utility by code of the legacy province; provinces that are not named have 0.

        Those fitted to Viet Nam count where the run is of the package's own country and the scenario gives none.
        """
        return fitted.province_terms("arrive", self.province_terms.arrive, self.world)

    @property
    def leaving(self) -> dict[str, float]:
        """Log of the factor on the hazard by code of the legacy province, likewise."""
        return fitted.province_terms("leave", self.province_terms.leave, self.world)


fitted.take_as_defaults(Scenario, fitted.fitted().best)


def cross_checks(scenario: Scenario) -> Iterator[Problem]:
    """Every contradiction between two values of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Values that are each valid by themselves.

    Yields
    ------
    Problem
        The key to look at, and what is wrong with what is allowed; nothing for a sound scenario.
    """
    if (folder := folder_problem(scenario.world)) is not None:
        yield folder  # and nothing else: dates, names and money of that country are not known
        return
    time, world, reform, history = scenario.time, scenario.world, scenario.reform, scenario.history
    dates = tuple(date_problems(time, history))
    yield from dates
    if not dates:  # without sound dates there is no calendar to look things up in
        calendar = scenario.calendar
        yield from age_problems(time, history, calendar)
        yield from city_problems(scenario.cities, scenario.programme, world, calendar)
        if (late := reform_date_problem(reform, calendar)) is not None:
            yield late
    yield from world_problems(world, time, history)
    yield from reform_problems(reform, world)
    yield from post_problems(scenario.government)


def with_values(scenario: Scenario, values: Mapping[str, object]) -> Scenario:
    """The same scenario with some values changed, and everything checked again.

    Parameters
    ----------
    scenario : Scenario
        The scenario to start from, which stays as it is.
    values : mapping of str to object
        Dotted keys and their values: ``{"reform.policy": "actual", "seed": 7}``.

    Returns
    -------
    Scenario
        The changed scenario.

    Raises
    ------
    KeyError
        When a key leads through something that is not a section.
    pydantic.ValidationError
        When a key is unknown, a value is not allowed, or values contradict each other.
    """
    tree = scenario.model_dump()
    for path, value in fitted.over_member(values).items():
        *parents, last = path.split(".")
        branch: object = tree
        for part in parents:
            branch = branch.get(part) if isinstance(branch, dict) else None
        if not isinstance(branch, dict):
            raise KeyError(f"{path}: {'.'.join(parents)} is not a section of a scenario")
        branch[last] = value
    return Scenario.model_validate(tree)
