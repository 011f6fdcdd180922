"""Commune and Province: Mesa agents that work their offices and close their budgets.

Their `step` is the rule that every run uses; there is no second, faster version of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import mesa

from sim.government.budget import Budget, Prices
from sim.government.offices import Office
from sim.scenario.parameters import Government

MONEY = (
    "revenue_local",
    "transfer",
    "wages",
    "running",
    "investment",
    "deficit",
    "capital",
    "capital_reference",
)


@dataclass(frozen=True)
class Terms:
    """What every government is told and none decides: parameters, prices of a step, length of a step in
    quarters.
    """

    parameters: Government
    price: Prices
    quarters_per_step: float


class LocalGovernment(mesa.Agent):  # type: ignore[misc]  # mesa is untyped
    """What communes and provinces share: people within their borders, offices seated there, the books.

    Attributes
    ----------
    code, name, kind : str
    residents : int
        Persons who live within the borders.
    seat_place : int
        Place of the seat by law; the offices may (still) stand elsewhere.
    offices : list of Office
        Those seated within the borders, of its level.
    budgets : list of Budget
        Those that pay for its offices. (One that pays for offices of several governments is kept by the one
        in which the first of these stands.)
    staff : int
        Posts.
    need : float
        Posts needed.
    quality, disruption : float
        Means over its offices, weighted by the residents they serve; nan without an office.
    revenue_local, transfer, wages, running, investment, deficit, capital, capital_reference : int
        Sums over its budgets, dong a step (capital: dong).
    """

    def __init__(self, model: Any, code: str, name: str, kind: str, seat_place: int, terms: Terms) -> None:
        super().__init__(model)
        self.code = code
        self.name = name
        self.kind = kind
        self.seat_place = seat_place
        self.terms = terms
        self.residents = 0
        self.offices: list[Office] = []
        self.budgets: list[Budget] = []
        self.staff = 0
        self.need = 0.0
        self.quality = math.nan
        self.disruption = math.nan
        self.posts_cut = 0
        self.revenue_local = 0
        self.transfer = 0
        self.wages = 0
        self.running = 0
        self.investment = 0
        self.deficit = 0
        self.capital = 0
        self.capital_reference = 0

    def work_offices(self, now: int) -> None:
        """Let every office work with the capital it has, then close the books; what is invested counts
        next step.
        """
        terms = self.terms
        for office in self.offices:
            office.work(now, terms.quarters_per_step, terms.parameters)
        for budget in self.budgets:
            budget.close_step(terms.price)

    def add_up(self) -> None:
        """Sum the offices and the budgets into the attributes of the government."""
        self.staff = self.posts_cut = served = 0
        self.need = quality = disruption = 0.0
        for office in self.offices:
            people = max(office.residents, 1)  # an office without people counts as one person, not as nothing
            served += people
            self.staff += office.staff
            self.posts_cut += office.posts_cut
            self.need += office.need
            quality += people * office.quality
            disruption += people * office.disruption
        self.quality = quality / served if served else math.nan
        self.disruption = disruption / served if served else math.nan
        self.revenue_local = self.transfer = self.wages = self.running = 0
        self.investment = self.deficit = self.capital = self.capital_reference = 0
        for budget in self.budgets:
            self.revenue_local += budget.revenue_local
            self.transfer += budget.transfer
            self.wages += budget.wages
            self.running += budget.running
            self.investment += budget.investment
            self.deficit += budget.deficit
            self.capital += budget.capital
            self.capital_reference += budget.capital_reference


class Commune(LocalGovernment):
    """A commune, ward, township or special zone: the government people meet."""

    def step(self, now: int = 0) -> None:
        """One step: staff needed, disruption, quality; then the budget is closed."""
        self.work_offices(now)
        self.add_up()


class Province(LocalGovernment):
    """A province: it runs the districts' offices, as long as there are any, and shows the books of all below
    it.

    The attributes of its money, staff and need are consolidated, as the state budget law has it: its own and
    those of its communes. Quality and disruption are those of its own offices.
    """

    def __init__(self, model: Any, code: str, name: str, kind: str, seat_place: int, terms: Terms) -> None:
        super().__init__(model, code, name, kind, seat_place, terms)
        self.communes: list[Commune] = []

    def step(self, now: int = 0) -> None:
        """One step, after its communes': its own offices and budgets, then the consolidated books."""
        self.work_offices(now)
        self.add_up()
        for commune in self.communes:
            self.staff += commune.staff
            self.posts_cut += commune.posts_cut
            self.need += commune.need
            self.revenue_local += commune.revenue_local
            self.transfer += commune.transfer
            self.wages += commune.wages
            self.running += commune.running
            self.investment += commune.investment
            self.deficit += commune.deficit
            self.capital += commune.capital
            self.capital_reference += commune.capital_reference
