"""Offices: where people are served. Quality belongs to the office, never to a border or a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.government.budget import Budget
from dicu.government.closing import capital_ratios
from dicu.government.rows import Columns, Flag, Real, Row, Rows, Structure, Whole, taken, where
from dicu.government.rules import (
    disruption_left,
    disruptions_left,
    legacy_need,
    official_posts,
    powers,
    quality_of_offices,
)
from dicu.scenario.parameters import Government

COMMUNE = 0
DISTRICT = 1
LEVELS = ("commune", "district")


@dataclass(slots=True, eq=False)
class Desk:
    """A satellite desk: a counter of an office that stands in another place and does all of its work.

    Attributes
    ----------
    place : int
    km : (3,) float64
        Where it stands.
    posts : int
        Those who work there, part of the staff of the office.
    """

    place: int
    km: NDArray[np.float64]
    posts: int


class Office(Row):
    """A service point: its seat, its staff and the people it serves. Its numbers stand in a row of columns.

    Attributes
    ----------
    level : int
        0 the commune's office, 1 the district's pool.
    seat_place : int
        Place in which the seat stands.
    seat_km : (3,) float64
    staff : int
        Posts.
    budget : Budget
        What pays for it; several offices may share one.
    official : bool
        Made by a merger: under `Government.need` = "dispatch" its need is what the official rule gives it.
    posts_at_start, residents_at_start
        The base of its need: posts that did the work it does, and the residents that they did it for.
    posts_cap : float
        Most posts by the official rule.
    disruption_at_merger : float
    opened_step : int
        Step of the merger; -1 for the offices of the start.
    posts_cut : int
        Posts cut (negative: added) by the last reform that pulled the lever.
    residents : int
        Persons served.
    mountain : bool
        Whether most of them live in mountains.
    points : int
        Offices that stand within its area and were counted as one with it before the waves of 2019-25; each serves
        an equal part of the area.
    wave : int
        The wave that makes one of them, -1 for none.
    pool : int
        Province whose investments are pooled with its own, counted from 0; -1 for districts' offices.
    desks : list of Desk
    mobile : bool
        Whether a mobile desk goes round.
    year_ago : int
        Persons in the places it serves, a year before.
    access : float
        Mean access to it of those it serves, in the last step.
    far_place : int
        Of the places it serves that are farther than they should be, the one with most residents; -1 for none.
    need, disruption, quality, capital_ratio
        Of the last step; ``capital_ratio`` is K/K*, by which clinics and schools are equipped.
    """

    __slots__ = ("_budget", "desks", "seat_km")

    level = Whole()
    seat_place = Whole()
    staff = Whole()
    official = Flag()
    posts_at_start = Real()
    residents_at_start = Whole()
    posts_cap = Real()
    disruption_at_merger = Real()
    opened_step = Whole()
    posts_cut = Whole()
    residents = Whole()
    mountain = Flag()
    need = Real()
    disruption = Real()
    quality = Real()
    capital_ratio = Real()
    points = Whole()
    wave = Whole()
    pool = Whole()
    mobile = Flag()
    year_ago = Whole()
    access = Real()
    far_place = Whole()

    def __init__(
        self,
        *,
        level: int,
        seat_place: int,
        seat_km: NDArray[np.float64],
        staff: int,
        budget: Budget,
        official: bool,
        posts_at_start: float,
        residents_at_start: int,
        posts_cap: float,
        **others: float,
    ) -> None:
        super().__init__()
        self.seat_km, self.budget = seat_km, budget
        self.desks: list[Desk] = []
        self.level, self.seat_place, self.staff, self.official = level, seat_place, staff, official
        self.posts_at_start, self.residents_at_start = posts_at_start, residents_at_start
        self.posts_cap = posts_cap
        for name, value in {**NEW, **others}.items():
            setattr(self, name, value)

    @classmethod
    def of(cls, columns: Columns, seats_km: NDArray[np.float64], budgets: Sequence[Budget]) -> list[Office]:
        """Offices for rows that are filled already, with their seats (n, 3) and the budget of each."""
        offices = cls.faces(columns)
        for office, seat_km, budget in zip(offices, seats_km, budgets, strict=True):
            office.seat_km, office.desks, office._budget = seat_km, [], budget
        Structure.changed()
        return offices

    @property
    def budget(self) -> Budget:
        """What pays for it; several offices may share one."""
        return self._budget

    @budget.setter
    def budget(self, budget: Budget) -> None:
        self._budget = budget
        Structure.changed()

    @property
    def desk_posts(self) -> int:
        """Posts at its satellite desks."""
        return sum(desk.posts for desk in self.desks)

    def work(self, now: int, quarters_per_step: float, parameters: Government) -> None:
        """One step of the office: what it needs, what is left of the disruption, how good its work is."""
        work([self], standing([self]), now, quarters_per_step, parameters)

    def posts_needed(self, parameters: Government) -> float:
        """Posts needed for the residents served now."""
        if self.official and parameters.need == "dispatch":
            return float(official_posts(self.residents, self.mountain, self.posts_cap, parameters))
        return self.work_of_before()

    def work_of_before(self) -> float:
        """Posts that did the same work before any reform, for the residents served now."""
        return legacy_need(self.posts_at_start, self.residents, self.residents_at_start)

    def disruption_now(self, now: int, quarters_per_step: float, parameters: Government) -> float:
        """Disruption left at step ``now``."""
        if self.disruption_at_merger == 0.0:
            return 0.0
        quarters = (now - self.opened_step) * quarters_per_step
        return disruption_left(self.disruption_at_merger, quarters, parameters.disruption_half_life_quarters)


NEW: Final = {"opened_step": -1, "quality": 1.0, "capital_ratio": 1.0, "points": 1, "wave": -1, "pool": -1,
               "access": 1.0, "far_place": -1}  # fmt: skip
"""What an office begins with where nothing else is said, besides zeros."""


def work(
    offices: Sequence[Office],
    rows: Rows,
    now: int,
    quarters_per_step: float,
    parameters: Government,
) -> None:
    """One step of some offices: what each needs, what is left of its disruption, how good its work is.

    Parameters
    ----------
    rows
        Where they stand, see `standing`.
    """
    o, at, b, pays = rows
    residents, start, posts = taken(o, at, "residents", "residents_at_start", "posts_at_start")
    need = np.where(start == 0, posts, posts * residents / np.where(start == 0, 1, start))
    if parameters.need == "dispatch":
        for i in np.flatnonzero(o["official"][at]).tolist():
            need[i] = offices[i].posts_needed(parameters)
    at_merger, opened = taken(o, at, "disruption_at_merger", "opened_step")
    quarters = (now - opened) * quarters_per_step
    disruption = disruptions_left(at_merger, quarters, parameters.disruption_half_life_quarters)
    ratio = capital_ratios(*taken(b, pays, "capital", "capital_reference"))
    elasticity = parameters.staff_elasticity
    at_seat = o["staff"][at]
    for i, office in enumerate(offices):
        if office.desks:
            at_seat[i] -= office.desk_posts
    equipped = powers(ratio, 1.0 - elasticity)
    o["quality"][at] = quality_of_offices(
        disruption, at_seat, need, equipped, elasticity, parameters.quality_cap
    )
    o["need"][at], o["disruption"][at], o["capital_ratio"][at] = need, disruption, ratio


def standing(offices: Sequence[Office]) -> Rows:
    """Columns of some offices and the row of each, columns of their budgets and the row of that of each."""
    o, at = where(offices, Office)
    return o, at, *where([office.budget for office in offices], Budget)


def posts_cap(kind: str, ward_kinds: frozenset[str], parameters: Government) -> float:
    """Most posts by the official rule: in units that are staffed as towns are (`Country.ward_kinds`), and in others."""
    return parameters.staff_cap_ward if kind in ward_kinds else parameters.staff_cap_commune


def sum_by(index: NDArray[np.integer], values: NDArray[np.integer], n: int) -> NDArray[np.int64]:
    """Exact integer sums of ``values`` (k,) by ``index`` (k,), 0 to n - 1; (n,) int64."""
    out = np.zeros(n, dtype=np.int64)
    np.add.at(out, index, values)
    return out


def fractions(
    part: NDArray[np.int32], whole: NDArray[np.int32], residents: NDArray[np.int64]
) -> dict[int, list[tuple[int, int]]]:
    """Into which parts each whole falls, with the residents of each: whole -> [(part, residents), ...].

    Parameters
    ----------
    part, whole
        (P,) int32, the part and the whole that each place belongs to.
    residents
        (P,) int64.
    """
    n = int(part.max()) + 1
    key, place = np.unique(whole.astype(np.int64) * n + part, return_inverse=True)
    people = sum_by(place, residents, len(key))
    out: dict[int, list[tuple[int, int]]] = {}
    for pair, persons in zip(key.tolist(), people.tolist(), strict=True):
        out.setdefault(pair // n, []).append((pair % n, persons))
    return out


def distinct_budgets(offices: Iterable[Office]) -> list[Budget]:
    """The budgets of some offices, each once, in the order of the offices."""
    return list(dict.fromkeys(map(attrgetter("budget"), offices)))
