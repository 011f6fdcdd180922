"""Commune and Province: Mesa agents that work their offices and close their budgets.

Their `step` is the rule that every run uses; there is no second, faster version of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from dicu.compute.mesa_import import mesa
from dicu.government.budget import Budget, Prices
from dicu.government.offices import COMMUNE, Desk, Office
from dicu.government.pools import share_pool
from dicu.government.rules import fallen_transfer, posts_of_desk, yearly_loss
from dicu.scenario.parameters import Government

MONEY = (
    "revenue_tax", "revenue_land", "transfer", "reinvested", "pool", "wages", "running", "desks", "severance",
    "severance_nation", "severance_left", "savings", "investment", "deficit", "capital", "capital_reference",
)  # fmt: skip
"""Amounts of a budget that are added up for its government."""

money_of = attrgetter(*MONEY)
_AMOUNTS = tuple(map(attrgetter, MONEY))


def add_up(budgets: Sequence[Budget]) -> tuple[int, ...]:
    """Each of `MONEY`, summed over some budgets."""
    if len(budgets) == 1:  # that of a commune, by far the most
        return cast("tuple[int, ...]", money_of(budgets[0]))
    return tuple(sum(map(amount, budgets)) for amount in _AMOUNTS)


class Counts(NamedTuple):
    """What offices have, added up."""

    staff: int
    posts_cut: int
    satellites: int
    mobile_desks: int
    need: float


def count(offices: Iterable[Office]) -> Counts:
    """Add up what some offices have."""
    staff = posts_cut = satellites = mobile_desks = 0
    need = 0.0
    for office in offices:
        staff += office.staff
        posts_cut += office.posts_cut
        satellites += len(office.desks)
        mobile_desks += office.mobile
        need += office.need
    return Counts(staff, posts_cut, satellites, mobile_desks, need)


class Amount:
    """One of `MONEY` of a government, under its name."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._at = MONEY.index(name)

    def __get__(self, government: LocalGovernment, owner: type | None = None) -> int:
        return government.amounts[self._at]


@dataclass(frozen=True)
class Terms:
    """What every government is told and none decides: parameters, prices of a step, length of a step,
    where places are, (P, 3) km, and which kinds of units are staffed as towns.
    """

    parameters: Government
    price: Prices
    quarters_per_step: float
    steps_per_year: int
    position_km: NDArray[np.float64]
    ward_kinds: frozenset[str]


class LocalGovernment(mesa.Agent):  # type: ignore[misc]  # mesa is untyped
    """What communes and provinces share: people within their borders, offices seated there, the books.

    It keeps what the law gives it; what its offices and budgets hold is added up when somebody asks.

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
    counts : Counts
        Posts, desks and posts needed of its offices; each also by its name (staff, posts_cut, satellites, mobile_desks,
        need).
    quality, disruption : float
        Means over its offices, weighted by the residents they serve; nan without an office.
    amounts : tuple of int
        Sums over its budgets, in the order of `MONEY`; each also by its name (revenue_tax, ...), dong a step (capital,
        severance left: dong).
    """

    revenue_tax = Amount()
    revenue_land = Amount()
    transfer = Amount()
    reinvested = Amount()
    pool = Amount()
    wages = Amount()
    running = Amount()
    desks = Amount()
    severance = Amount()
    severance_nation = Amount()
    severance_left = Amount()
    savings = Amount()
    investment = Amount()
    deficit = Amount()
    capital = Amount()
    capital_reference = Amount()

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

    @property
    def counts(self) -> Counts:
        """What its offices have."""
        return count(self.offices)

    @property
    def staff(self) -> int:
        """Posts."""
        return self.counts.staff

    @property
    def posts_cut(self) -> int:
        """Posts cut by the last reform."""
        return self.counts.posts_cut

    @property
    def satellites(self) -> int:
        """Satellite desks open."""
        return self.counts.satellites

    @property
    def mobile_desks(self) -> int:
        """Mobile desks that go round."""
        return self.counts.mobile_desks

    @property
    def need(self) -> float:
        """Posts needed."""
        return self.counts.need

    @property
    def quality(self) -> float:
        """Quality of its offices, a mean over those served."""
        return self._mean_of_offices("quality")

    @property
    def disruption(self) -> float:
        """Disruption of its offices, a mean over those served."""
        return self._mean_of_offices("disruption")

    def _mean_of_offices(self, name: str) -> float:
        served, total = 0, 0.0
        for office in self.offices:
            people = max(office.residents, 1)  # an office without people counts as one person, not as nothing
            served += people
            total += people * getattr(office, name)
        return total / served if served else math.nan

    @property
    def amounts(self) -> tuple[int, ...]:
        """The money of its budgets."""
        return add_up(self.budgets)

    @property
    def revenue_local(self) -> int:
        """Raised locally, dong a step: tax and land."""
        return self.revenue_tax + self.revenue_land

    def work_offices(self, now: int) -> None:
        """Let every office work with the capital it has, decide about desks, then close the books; what is
        invested counts next step.
        """
        terms = self.terms
        quarters, parameters, price = terms.quarters_per_step, terms.parameters, terms.price
        for office in self.offices:
            office.work(now, quarters, parameters)
            if office.level == COMMUNE:
                self.decide_mobile_desk(office)
                if office.far_place >= 0:
                    self.decide_satellite(office)
        for budget in self.budgets:
            budget.close_step(price)

    def decide_mobile_desk(self, office: Office) -> None:
        """Send round a mobile desk where people leave, if it can be paid; else the grant follows the heads.

        It goes on until an office no longer loses anybody over a year, or cannot pay it any more.
        """
        terms = self.terms
        p = terms.parameters
        lost = yearly_loss(office.residents, office.year_ago)
        if lost <= p.mobile_desk_loss and not office.mobile:  # by far the most
            return
        budget = office.budget
        budget.mobile_desks -= office.mobile
        pays = budget.can_pay_mobile(terms.price, p.mobile_desk_upkeep)
        office.mobile = pays and (lost > p.mobile_desk_loss or (office.mobile and lost > 0.0))
        budget.mobile_desks += office.mobile
        if lost > p.mobile_desk_loss and not pays:
            budget.transfer_fall += fallen_transfer(budget.transfer, lost, terms.steps_per_year)

    def decide_satellite(self, office: Office) -> None:
        """Open a desk in the largest place that is too far from all others, if savings pay for its posts."""
        terms, budget = self.terms, office.budget
        p, price = terms.parameters, terms.price
        if len(office.desks) >= p.satellite_most:
            return
        posts = posts_of_desk(office.staff - office.desk_posts, p.satellite_staff_share)
        if budget.free_for_desks(price) < posts * price.post_vnd + price.desk_vnd(posts):
            return
        office.desks.append(Desk(office.far_place, terms.position_km[office.far_place], posts))
        office.staff += posts
        budget.posts += posts
        budget.desk_posts += posts


class Commune(LocalGovernment):
    """A commune, ward, township or special zone: the government people meet."""

    def step(self, now: int = 0) -> None:
        """One step: staff needed, disruption, quality; then the budget is closed."""
        self.work_offices(now)


class Province(LocalGovernment):
    """A province: it runs the districts' offices, as long as there are any, moves investments between its
    communes, and shows the books of all below it.

    Its money, staff and need are consolidated, as the state budget law has it: its own and those of its communes.
    Quality and disruption are those of its own offices.
    """

    def __init__(self, model: Any, code: str, name: str, kind: str, seat_place: int, terms: Terms) -> None:
        super().__init__(model, code, name, kind, seat_place, terms)
        self.communes: list[Commune] = []
        self.pools: list[list[Office]] = []

    @property
    def counts(self) -> Counts:
        """What its own offices and those of its communes have."""
        return Counts(*map(sum, zip(count(self.offices), *(c.counts for c in self.communes), strict=True)))

    @property
    def budgets_below(self) -> list[Budget]:
        """Its own budgets and those of its communes."""
        return [*self.budgets, *(budget for commune in self.communes for budget in commune.budgets)]

    @property
    def amounts(self) -> tuple[int, ...]:
        """The money of its own budgets and of those of its communes."""
        return add_up(self.budgets_below)

    def step(self, now: int = 0) -> None:
        """One step, after its communes': its own offices and budgets, then the pool."""
        self.work_offices(now)
        for offices in self.pools:
            share_pool(offices, self.terms.parameters)
