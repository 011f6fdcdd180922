"""A scenario: everything that decides a run, checked, and frozen."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from dicu.scenario import fitted
from dicu.scenario.calendar import LAST_AGE_YEAR, Calendar, edge_problems, history_problem, parse_period
from dicu.scenario.cities import known_cities, known_districts, known_sites, unknown
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
from dicu.scenario.parameters_city import ALL, Cities, Feedback, Housing, Programme, zone_of
from dicu.scenario.parameters_fit import Ensemble, ProvinceTerms
from dicu.scenario.parameters_household import LifeCourse, Money, Work
from dicu.scenario.parameters_labour import Labour
from dicu.scenario.parameters_reform import RESOLUTIONS
from dicu.scenario.plugins import installed, plugin_sections
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
from dicu.scenario.suggest import suggest
from dicu.scenario.wording import quoted

if TYPE_CHECKING:
    Plugins = Section
else:
    Plugins = plugin_sections()
FIRST_OFFICIAL_YEAR: Final = 2014
LAST_OFFICIAL_YEAR: Final = 2024
FIRST_YEAR: Final = 1995
"""Of a run; its last year is bounded by the ages that can be held (`Calendar.age_year`)."""
NAME_ALLOWED: Final = (
    "up to 80 letters, digits, spaces and . _ + -, beginning with a letter or digit; "
    "not saved, where states are kept"
)
NAME_RULE: Final = re.compile(r"(?!(?i:saved)\Z)[^\W_](?:[\w .+-]{0,78}[\w+-])?")

COUNTRY: Final = "country.yaml"
PATH: Final = 400
"""Signs of a path that a message shows."""


@dataclass(frozen=True)
class Problem:
    """Two values that do not go together.

    ``path`` is the key to look at first, ``also`` the other keys that take part in the contradiction.
    """

    path: str
    text: str
    also: tuple[str, ...] = ()


def contradiction(problems: Sequence[Problem]) -> PydanticCustomError:
    """What a validator raises for values that do not go together; the loader tells each where it was written."""
    text = "; ".join(f"{p.path}: {p.text}" for p in problems)
    # a message template: braces of the text itself must not be read as placeholders
    return PydanticCustomError("cross_check", "{text}", {"text": text, "problems": tuple(problems)})


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
    if (folder := _folder_problem(scenario.world)) is not None:
        yield folder  # and nothing else: dates, names and money of that country are not known
        return
    yield from _time_problems(scenario)
    yield from _world_problems(scenario)
    yield from _reform_problems(scenario)
    government = scenario.government
    for kind in ("staff_cap_commune", "staff_cap_ward"):
        cap = getattr(government, kind)
        if cap < government.staff_base:
            yield Problem(
                f"government.{kind}",
                f"the most posts are fewer than the base (got {cap!r}, allowed government.staff_base = "
                f"{government.staff_base!r} or more)",
                ("government.staff_base",),
            )


def _time_problems(scenario: Scenario) -> Iterator[Problem]:
    time, reform = scenario.time, scenario.reform
    keys = ("time.start", "time.end", "time.step")
    edges = edge_problems(time.start, time.end, time.step)
    for which, text in edges:
        yield Problem(f"time.{which}", text, keys)
    history = None if edges else scenario.history
    if history is not None and (text := history_problem(history, time.start, time.step)):
        yield Problem("time.history", text, keys)
        return
    if not edges:
        calendar = scenario.calendar
        first = calendar.year(calendar.first_step)
        last = LAST_AGE_YEAR - (calendar.age_year(calendar.first_step) - first)
        begins = "start" if history is None else "history"
        years = (
            (begins, history or time.start, first),
            ("end", time.end, calendar.year(calendar.n_steps - 1)),
        )
        for key, date, year in years:
            if not FIRST_YEAR <= year <= last:
                yield Problem(
                    f"time.{key}",
                    f"members of that year have ages that cannot be held (got {quoted(date)}, allowed years "
                    f"{FIRST_YEAR} to {last})",
                )
    if edges:
        return
    yield from _city_problems(scenario, keys)
    if reform.policy == "none":
        return
    try:
        scenario.calendar.step_of(reform.date)
    except ValueError as error:
        yield Problem("reform.date", f"the policy {reform.policy} acts {error}", (*keys, "reform.policy"))


def _city_problems(scenario: Scenario, keys: tuple[str, ...]) -> Iterator[Problem]:
    """Programmes outside the run, and places that are not there (in a made-up world the model finds those)."""
    programme, cities, calendar = scenario.programme, scenario.cities, scenario.calendar
    sizes = ("urban_job_growth", "farm_income_loss", "urban_pay_gain", "urban_job_loss", "social_housing")
    for size in sizes:
        if getattr(programme, size) == 0:
            continue  # it never acts, so its date is without effect
        try:
            calendar.step_of(getattr(programme, f"{size}_start"))
        except ValueError as error:
            key = f"programme.{size}"
            yield Problem(f"{key}_start", f"the programme {size} begins {error}", (*keys, key))
    for word in programme.industrial_zones:
        try:
            calendar.step_of(zone_of(word)[0])
        except ValueError as error:
            yield Problem("programme.industrial_zones", f"the zone {quoted(word)} is begun {error}", keys)
    if cities.central_end is not None and (
        parse_period(cities.central_end)[0] <= parse_period(cities.central_date)[0]
    ):
        yield Problem(
            "cities.central_end",
            f"not after the beginning (got {quoted(cities.central_end)}, allowed null, or a period after "
            f"cities.central_date = {quoted(cities.central_date)})",
            ("cities.central_date",),
        )
    if scenario.world.name != "viet_nam":
        return
    for name in cities.central or ():
        if problem := unknown(name, known_cities()):
            yield Problem("cities.central", problem, ("world.name",))
    for key in ("urban_job_growth_areas", "farm_income_loss_areas"):
        areas = getattr(programme, key)
        for name in () if areas == ALL else areas:
            if problem := unknown(name, (*known_cities(), *known_districts())):
                yield Problem(f"programme.{key}", problem, ("world.name",))
    for word in programme.industrial_zones:
        if problem := unknown(zone_of(word)[1], known_sites()):
            yield Problem("programme.industrial_zones", problem, ("world.name",))


def _reform_problems(scenario: Scenario) -> Iterator[Problem]:
    reform = scenario.reform
    if scenario.world.tables is None and reform.standard not in RESOLUTIONS:
        near = suggest(reform.standard, RESOLUTIONS)
        hint = f"; did you mean {near}" if near else ""
        yield Problem(
            "reform.standard",
            f"not one of the choices (got {quoted(reform.standard)}, allowed {', '.join(RESOLUTIONS)}{hint})",
        )
    if reform.policy == "none" and reform.levers not in (None, "none"):
        yield Problem(
            "reform.levers",
            f"the policy none changes nothing (got {quoted(reform.levers)}, allowed null, or another reform.policy)",
            ("reform.policy",),
        )
    if reform.policy == "table" and reform.table is None:
        yield Problem(
            "reform.policy", "the policy table needs a table (allowed with reform.table)", ("reform.table",)
        )
    elif reform.policy != "table" and reform.table is not None:
        yield Problem(
            "reform.table",
            f"the policy {reform.policy} takes no table (got {quoted(reform.table, PATH)}, allowed null, or "
            "reform.policy table)",
            ("reform.policy",),
        )
    elif reform.table is not None and not os.path.isfile(reform.table):
        yield Problem(
            "reform.table", f"no such file (got {quoted(reform.table, PATH)}, allowed the path of a table)"
        )


def _folder_problem(world: WorldChoice) -> Problem | None:
    """What is missing of the folder of a world's tables."""
    if world.tables is None or os.path.isfile(os.path.join(world.tables, COUNTRY)):
        return None
    what = f"no {COUNTRY} there" if os.path.isdir(world.tables) else "no such folder"
    return Problem(
        "world.tables",
        f"{what} (got {quoted(world.tables, PATH)}, allowed the folder of a world's tables, dicu world new FOLDER "
        f"writes one; or an installed world: {', '.join(installed('worlds')) or 'none'})",
    )


def _world_problems(scenario: Scenario) -> Iterator[Problem]:
    world, time = scenario.world, scenario.time
    if world.size is not None and world.name not in ("ring", "monocentric"):
        yield Problem(
            "world.size",
            f"the world {world.name} has no size to choose (got {world.size}, allowed null, or world.name "
            "ring or monocentric)",
            ("world.name",),
        )
    elif world.size is not None and world.name == "ring" and world.size % 4:
        yield Problem(
            "world.size", f"a ring has four places a province (got {world.size}, allowed 4, 8, 12, ...)"
        )
    elif world.size is not None and world.name == "monocentric" and world.size < 10:
        yield Problem(
            "world.size",
            f"too few villages for two provinces to have mergers (got {world.size}, allowed 10 or more)",
        )
    if (world.name == "tables") != (world.tables is not None):
        yield Problem(
            "world.name",
            f"the world of a folder is called tables, and only that (got {world.name} with world.tables = "
            f"{quoted(world.tables, PATH)}, allowed world.tables alone, or another world.name alone)",
            ("world.tables",),
        )
    if world.places is not None:
        if world.name != "viet_nam":
            yield Problem(
                "world.places",
                f"the world {world.name} takes no table of places (got {quoted(world.places, PATH)}, allowed null, or "
                "world.name viet_nam)",
                ("world.name",),
            )
        elif not os.path.isfile(world.places):
            yield Problem(
                "world.places",
                f"no such file (got {quoted(world.places, PATH)}, allowed the path of a table)",
            )
    if world.name == "viet_nam":
        first = scenario.history or time.start
        if not FIRST_OFFICIAL_YEAR <= int(first[:4]) <= LAST_OFFICIAL_YEAR:
            yield Problem(
                "time.start" if scenario.history is None else "time.history",
                f"no official residents of that year to start from (got {first!r}, allowed years "
                f"{FIRST_OFFICIAL_YEAR} to {LAST_OFFICIAL_YEAR} for world viet_nam)",
                ("world.name", "time.history"),
            )


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
