"""Contradictions: values of a scenario that are each valid, and do not go together.

Each function looks at the sections that it is given; `dicu.scenario.scenario.cross_checks` asks all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic_core import PydanticCustomError

from dicu.scenario.calendar import LAST_AGE_YEAR, Calendar, edge_problems, history_problem, parse_period
from dicu.scenario.cities import known_cities, known_districts, known_sites, unknown
from dicu.scenario.parameters import Government
from dicu.scenario.parameters_city import ALL, Cities, Programme, zone_of
from dicu.scenario.parameters_reform import RESOLUTIONS
from dicu.scenario.plugins import installed
from dicu.scenario.sections import Reform, Time, WorldChoice
from dicu.scenario.suggest import suggest
from dicu.scenario.wording import quoted

FIRST_OFFICIAL_YEAR: Final = 2014
LAST_OFFICIAL_YEAR: Final = 2024
FIRST_YEAR: Final = 1995
"""Of a run; its last year is bounded by the ages that can be held (`Calendar.age_year`)."""
DATES: Final = ("time.start", "time.end", "time.step")
"""Keys that decide which steps there are."""
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


def folder_problem(world: WorldChoice) -> Problem | None:
    """What is missing of the folder of a world's tables."""
    if world.tables is None or os.path.isfile(os.path.join(world.tables, COUNTRY)):
        return None
    what = f"no {COUNTRY} there" if os.path.isdir(world.tables) else "no such folder"
    return Problem(
        "world.tables",
        f"{what} (got {quoted(world.tables, PATH)}, allowed the folder of a world's tables, dicu world new FOLDER "
        f"writes one; or an installed world: {', '.join(installed('worlds')) or 'none'})",
    )


def date_problems(time: Time, history: str | None) -> Iterator[Problem]:
    """A start, an end and a history between which there are no steps; ``history`` as `Scenario.history` decides it."""
    edges = edge_problems(time.start, time.end, time.step)
    for which, text in edges:
        yield Problem(f"time.{which}", text, DATES)
    if edges or history is None:
        return
    if text := history_problem(history, time.start, time.step):
        yield Problem("time.history", text, DATES)


def age_problems(time: Time, history: str | None, calendar: Calendar) -> Iterator[Problem]:
    """Years in which members have ages that no row can hold."""
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


def city_problems(
    cities: Cities, programme: Programme, world: WorldChoice, calendar: Calendar
) -> Iterator[Problem]:
    """Programmes outside the run, and places that are not there (in a made-up world the model finds those)."""
    sizes = ("urban_job_growth", "farm_income_loss", "urban_pay_gain", "urban_job_loss", "social_housing")
    for size in sizes:
        if getattr(programme, size) == 0:
            continue  # it never acts, so its date is without effect
        try:
            calendar.step_of(getattr(programme, f"{size}_start"))
        except ValueError as error:
            key = f"programme.{size}"
            yield Problem(f"{key}_start", f"the programme {size} begins {error}", (*DATES, key))
    for word in programme.industrial_zones:
        try:
            calendar.step_of(zone_of(word)[0])
        except ValueError as error:
            yield Problem("programme.industrial_zones", f"the zone {quoted(word)} is begun {error}", DATES)
    if cities.central_end is not None and (
        parse_period(cities.central_end)[0] <= parse_period(cities.central_date)[0]
    ):
        yield Problem(
            "cities.central_end",
            f"not after the beginning (got {quoted(cities.central_end)}, allowed null, or a period after "
            f"cities.central_date = {quoted(cities.central_date)})",
            ("cities.central_date",),
        )
    if world.name != "viet_nam":
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


def reform_date_problem(reform: Reform, calendar: Calendar) -> Problem | None:
    """A policy that acts at no step of the run."""
    if reform.policy == "none":
        return None
    try:
        calendar.step_of(reform.date)
    except ValueError as error:
        return Problem("reform.date", f"the policy {reform.policy} acts {error}", (*DATES, "reform.policy"))
    return None


def reform_problems(reform: Reform, world: WorldChoice) -> Iterator[Problem]:
    """A policy with the table, the levers and the standards that it does not take, or without those it needs."""
    if world.tables is None and reform.standard not in RESOLUTIONS:
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


def world_problems(world: WorldChoice, time: Time, history: str | None) -> Iterator[Problem]:
    """Sizes, tables and years that the chosen world does not have; ``history`` as `Scenario.history` decides it."""
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
        first = history or time.start
        if not FIRST_OFFICIAL_YEAR <= int(first[:4]) <= LAST_OFFICIAL_YEAR:
            yield Problem(
                "time.start" if history is None else "time.history",
                f"no official residents of that year to start from (got {first!r}, allowed years "
                f"{FIRST_OFFICIAL_YEAR} to {LAST_OFFICIAL_YEAR} for world viet_nam)",
                ("world.name", "time.history"),
            )


def post_problems(government: Government) -> Iterator[Problem]:
    """Communes that may have fewer posts than every one of them has."""
    for kind in ("staff_cap_commune", "staff_cap_ward"):
        cap = getattr(government, kind)
        if cap < government.staff_base:
            yield Problem(
                f"government.{kind}",
                f"the most posts are fewer than the base (got {cap!r}, allowed government.staff_base = "
                f"{government.staff_base!r} or more)",
                ("government.staff_base",),
            )
