"""Offices: where people are served. Quality belongs to the office, never to a border or a name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.government.budget import Budget
from sim.government.rules import disruption_left, legacy_need, official_posts, quality_of_office
from sim.scenario.parameters import Government

COMMUNE = 0
DISTRICT = 1
LEVELS = ("commune", "district")


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
        Need by the official rule (an office made by a merger) or by what it had at the start.
    posts_at_start, residents_at_start
        The base of the need of an office of before the reform.
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
    need, disruption, quality
        Of the last step.
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

    def work(self, now: int, quarters_per_step: float, parameters: Government) -> None:
        """One step of the office: what it needs, what is left of the disruption, how good its work is."""
        self.need = self.posts_needed(parameters)
        self.disruption = self.disruption_now(now, quarters_per_step, parameters)
        self.quality = quality_of_office(
            self.disruption,
            self.staff,
            self.need,
            self.budget.capital_ratio,
            parameters.staff_elasticity,
            parameters.quality_cap,
        )

    def posts_needed(self, parameters: Government) -> float:
        """Posts needed for the residents served now."""
        if self.official:
            return float(official_posts(self.residents, self.mountain, self.posts_cap, parameters))
        return legacy_need(self.posts_at_start, self.residents, self.residents_at_start)

    def disruption_now(self, now: int, quarters_per_step: float, parameters: Government) -> float:
        """Disruption left at step ``now``."""
        if self.disruption_at_merger == 0.0:
            return 0.0
        quarters = (now - self.opened_step) * quarters_per_step
        return disruption_left(self.disruption_at_merger, quarters, parameters.disruption_half_life_quarters)


def posts_cap(kind: str, parameters: Government) -> float:
    """Most posts by the official rule: 70 in wards and special zones, 50 in the other communes."""
    return parameters.staff_cap_ward if kind in ("ward", "special zone") else parameters.staff_cap_commune


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
    return list({id(office.budget): office.budget for office in offices}.values())


def office_arrays(offices: list[Office]) -> dict[str, NDArray[np.generic]]:
    """All that an office is, as columns (one row an office) in a fixed order."""

    def column(name: str, dtype: type) -> NDArray[np.generic]:
        return np.array([getattr(office, name) for office in offices], dtype=dtype)

    return {
        "office_level": column("level", np.uint8),
        "office_seat_place": column("seat_place", np.int32),
        "office_seat_km": np.array([office.seat_km for office in offices], dtype=np.float64).reshape(-1, 3),
        "office_staff": column("staff", np.int64),
        "office_official": column("official", np.bool_),
        "office_posts_at_start": column("posts_at_start", np.float64),
        "office_residents_at_start": column("residents_at_start", np.int64),
        "office_posts_cap": column("posts_cap", np.float64),
        "office_disruption_at_merger": column("disruption_at_merger", np.float64),
        "office_opened_step": column("opened_step", np.int32),
        "office_residents": column("residents", np.int64),
        "office_quality": column("quality", np.float64),
    }


def budget_arrays(budgets: list[Budget]) -> dict[str, NDArray[np.generic]]:
    """All that decides a budget's future, as columns (one row a budget) in a fixed order; dong."""
    names = (
        "posts", "residents", "running_base", "residents_base", "transfer", "capital", "capital_reference",
        "revenue_local", "investment", "deficit",
    )  # fmt: skip
    return {
        f"budget_{name}": np.array([getattr(budget, name) for budget in budgets], dtype=np.int64)
        for name in names
    }
