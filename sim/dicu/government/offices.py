"""Offices: where people are served. Quality belongs to the office, never to a border or a name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from dicu.government.budget import Budget
from dicu.government.rules import disruption_left, legacy_need, official_posts, power, quality_of_office
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


@dataclass(slots=True, eq=False)
class Office:
    """A service point: its seat, its staff and the people it serves.

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

    level: int
    seat_place: int
    seat_km: NDArray[np.float64]
    staff: int
    budget: Budget
    official: bool
    posts_at_start: float
    residents_at_start: int
    posts_cap: float
    disruption_at_merger: float = 0.0
    opened_step: int = -1
    posts_cut: int = 0
    residents: int = 0
    mountain: bool = False
    need: float = 0.0
    disruption: float = 0.0
    quality: float = 1.0
    capital_ratio: float = 1.0
    points: int = 1
    wave: int = -1
    pool: int = -1
    desks: list[Desk] = field(default_factory=list)
    mobile: bool = False
    year_ago: int = 0
    access: float = 1.0
    far_place: int = -1

    @property
    def desk_posts(self) -> int:
        """Posts at its satellite desks."""
        return sum(desk.posts for desk in self.desks)

    def work(self, now: int, quarters_per_step: float, parameters: Government) -> None:
        """One step of the office: what it needs, what is left of the disruption, how good its work is."""
        elasticity = parameters.staff_elasticity
        self.need = need = self.posts_needed(parameters)
        self.disruption = disruption = self.disruption_now(now, quarters_per_step, parameters)
        self.capital_ratio = ratio = self.budget.capital_ratio
        equipped = power(ratio, 1.0 - elasticity)
        at_seat = self.staff - self.desk_posts if self.desks else self.staff
        self.quality = quality_of_office(
            disruption, at_seat, need, equipped, elasticity, parameters.quality_cap
        )

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


def posts_cap(kind: str, ward_kinds: frozenset[str], parameters: Government) -> float:
    """Most posts by the official rule: in units that are staffed as towns are (`Country.ward_kinds`), and in others."""
    return parameters.staff_cap_ward if kind in ward_kinds else parameters.staff_cap_commune


def sum_by(index: NDArray[np.integer], values: NDArray[np.integer], n: int) -> NDArray[np.int64]:
    """Exact integer sums of ``values`` by ``index``; (n,) int64."""
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
