"""Commune and Province: Mesa agents that work their offices and close their budgets.

Their `step` is the rule that every run uses; there is no second, faster version of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.government.budget import Budget, Prices
from sim.government.offices import COMMUNE, Desk, Office
from sim.government.pools import share_pool
from sim.government.rules import fallen_transfer, posts_of_desk, yearly_loss
from sim.scenario.parameters import Government

MONEY = (
    "revenue_tax", "revenue_land", "transfer", "reinvested", "pool", "wages", "running", "desks", "severance",
    "severance_nation", "severance_left", "savings", "investment", "deficit", "capital", "capital_reference",
)  # fmt: skip
"""Amounts of a budget that are added up for its government."""

_SUMS = ("staff", "posts_cut", "satellites", "mobile_desks", "need", *MONEY)
_NOTHING = (0,) * len(MONEY)
money_of, _all_sums = attrgetter(*MONEY), attrgetter(*_SUMS)


@dataclass(frozen=True)
class Terms:
    """What every government is told and none decides: parameters, prices of a step, length of a step, and
    where places are, (P, 3) km.
    """

    parameters: Government
    price: Prices
    quarters_per_step: float
    steps_per_year: int
    position_km: NDArray[np.float64]


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
    satellites, mobile_desks : int
    revenue_tax, ..., capital_reference : int
        Sums over its budgets of `MONEY`, dong a step (capital, severance left: dong).
    """

    revenue_tax: int
    revenue_land: int
    transfer: int
    reinvested: int
    pool: int
    wages: int
    running: int
    desks: int
    severance: int
    severance_nation: int
    severance_left: int
    savings: int
    investment: int
    deficit: int
    capital: int
    capital_reference: int

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
        self.satellites = 0
        self.mobile_desks = 0
        for name in MONEY:
            setattr(self, name, 0)

    @property
    def revenue_local(self) -> int:
        """Raised locally, dong a step: tax and land."""
        return self.revenue_tax + self.revenue_land

    def work_offices(self, now: int) -> None:
        """Let every office work with the capital it has, decide about desks, then close the books; what is
        invested counts next step.
        """
        terms = self.terms
        for office in self.offices:
            office.work(now, terms.quarters_per_step, terms.parameters)
            if office.level == COMMUNE:
                self.decide_mobile_desk(office)
                if office.far_place >= 0:
                    self.decide_satellite(office)
        for budget in self.budgets:
            budget.close_step(terms.price)

    def decide_mobile_desk(self, office: Office) -> None:
        """Send round a mobile desk where people leave, if it can be paid; else the grant follows the heads.

        It goes on until an office no longer loses anybody over a year, or cannot pay it any more.
        """
        lost = yearly_loss(office.residents, office.year_ago)
        if not lost and not office.mobile:
            return
        terms, budget = self.terms, office.budget
        p = terms.parameters
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

    def add_up(self) -> None:
        """Sum the offices and the budgets into the attributes of the government."""
        self.staff = self.posts_cut = self.satellites = self.mobile_desks = served = 0
        self.need = quality = disruption = 0.0
        for office in self.offices:
            people = max(office.residents, 1)  # an office without people counts as one person, not as nothing
            served += people
            self.staff += office.staff
            self.posts_cut += office.posts_cut
            self.satellites += len(office.desks)
            self.mobile_desks += office.mobile
            self.need += office.need
            quality += people * office.quality
            disruption += people * office.disruption
        self.quality = quality / served if served else math.nan
        self.disruption = disruption / served if served else math.nan
        amounts = [money_of(budget) for budget in self.budgets]
        if len(amounts) == 1:  # by far the most have one budget
            self.__dict__.update(zip(MONEY, amounts[0], strict=True))
        else:
            self.__dict__.update(
                zip(MONEY, map(sum, zip(*amounts, strict=True)) if amounts else _NOTHING, strict=True)
            )


class Commune(LocalGovernment):
    """A commune, ward, township or special zone: the government people meet."""

    def step(self, now: int = 0) -> None:
        """One step: staff needed, disruption, quality; then the budget is closed."""
        self.work_offices(now)
        self.add_up()


class Province(LocalGovernment):
    """A province: it runs the districts' offices, as long as there are any, moves investments between its
    communes, and shows the books of all below it.

    The attributes of its money, staff and need are consolidated, as the state budget law has it: its own and
    those of its communes. Quality and disruption are those of its own offices.
    """

    def __init__(self, model: Any, code: str, name: str, kind: str, seat_place: int, terms: Terms) -> None:
        super().__init__(model, code, name, kind, seat_place, terms)
        self.communes: list[Commune] = []
        self.pools: list[list[Office]] = []

    def step(self, now: int = 0) -> None:
        """One step, after its communes': its own offices and budgets, the pool, then the consolidated books."""
        self.work_offices(now)
        self.consolidate()
        for offices in self.pools:
            share_pool(offices, self.terms.parameters)

    def consolidate(self) -> None:
        """Add up its own offices and budgets and those of its communes."""
        self.add_up()
        sums = map(sum, zip(*(_all_sums(unit) for unit in (self, *self.communes)), strict=True))
        self.__dict__.update(zip(_SUMS, sums, strict=True))
