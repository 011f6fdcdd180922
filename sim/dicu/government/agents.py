"""Commune and Province: Mesa agents that work their offices and close their budgets.

What an office and a budget hold stands in columns (`dicu.government.rows`); an agent is the face of its rows. Its
`step` is the rule that every run uses, `work_and_close`: of one government here, in a run of all at once.
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
from dicu.government.closing import can_pay_mobile, close, costs_of_desks, instalments, kept_of_savings
from dicu.government.offices import COMMUNE, Desk, Office, standing, work
from dicu.government.pools import share_pool
from dicu.government.rows import Columns, Rows, taken, where
from dicu.government.rules import fallen_transfers, posts_of_desk, posts_of_desks, yearly_losses
from dicu.scenario.parameters import Government

MONEY = (
    "revenue_tax", "revenue_land", "transfer", "reinvested", "pool", "wages", "running", "desks", "severance",
    "severance_nation", "severance_left", "savings", "investment", "deficit", "capital", "capital_reference",
)  # fmt: skip
"""Amounts of a budget that are added up for its government."""

money_of = attrgetter(*MONEY)
_AMOUNTS = tuple(map(attrgetter, MONEY))


def _add_up(budgets: Sequence[Budget]) -> tuple[int, ...]:
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
        self._people, self._row = np.zeros(1, dtype=np.int64), 0
        self.offices: list[Office] = []
        self.budgets: list[Budget] = []

    @property
    def residents(self) -> int:
        """Persons who live within the borders."""
        return int(self._people[self._row])

    @residents.setter
    def residents(self, persons: int) -> None:
        self._people[self._row] = persons

    def stand_in(self, people: NDArray[np.int64], row: int) -> None:
        """From now on its residents are number ``row`` of ``people`` (n,) int64: all governments of its level."""
        self._people, self._row = people, row

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
        return _add_up(self.budgets)

    @property
    def revenue_local(self) -> int:
        """Raised locally, dong a step: tax and land."""
        return self.revenue_tax + self.revenue_land

    def work_offices(self, now: int) -> None:
        """Let every office work with the capital it has, decide about desks, then close the books; what is
        invested counts next step.
        """
        if self.offices:
            rows, nobody = standing(self.offices), np.zeros(len(self.offices), dtype=np.int64)
            budgets, at = where(self.budgets, Budget)
            work_and_close(self.offices, rows, (budgets, at), (nobody, nobody), now, self.terms)

    def decide_satellite(self, office: Office) -> None:
        """See `decide_satellite`."""
        decide_satellite(office, self.terms)


def work_and_close(
    offices: Sequence[Office],
    rows: Rows,
    budgets: tuple[Columns, NDArray[np.int64]],
    turns: tuple[NDArray[np.int64], NDArray[np.int64]],
    now: int,
    terms: Terms,
) -> None:
    """One step of some governments, each in its turn: its offices work with the capital they have and decide about
    desks, then the budgets that it keeps are closed; what is invested counts next step.

    Parameters
    ----------
    rows
        Where the offices stand, see `dicu.government.offices.standing`.
    budgets
        Columns and rows of the budgets that these governments keep.
    turns
        Of each office, (k,) int64: when the government has its turn that works it, and that keeps its budget. Where one
        budget pays for offices of several governments, those whose turn is later find it closed.
    """
    own, keeper = turns
    order = np.argsort(own, kind="stable")
    late = (own > keeper)[order]

    def work_some(part: NDArray[np.int64]) -> None:
        if len(part):
            some, (o, at, b, pays) = [offices[i] for i in part.tolist()], rows
            work(some, (o, at[part], b, pays[part]), now, terms.quarters_per_step, terms.parameters)
            _decide_desks(some, (o, at[part], b, pays[part]), terms)

    work_some(order[~late])
    close(*budgets, terms.price)
    work_some(order[late])


def _decide_desks(
    offices: Sequence[Office],
    rows: Rows,
    terms: Terms,
) -> None:
    """Let the offices of communes decide about mobile desks, and those about satellites that could pay one."""
    _decide_mobile_desks(rows, terms)
    o, at, b, pays = rows
    p, price = terms.parameters, terms.price
    level, far = taken(o, at, "level", "far_place")
    far_away = np.flatnonzero((level == COMMUNE) & (far >= 0))
    if not len(far_away):
        return
    staff, pays = o["staff"][at[far_away]], pays[far_away]
    at_desks = np.array([offices[i].desk_posts for i in far_away.tolist()], dtype=np.int64)
    posts = posts_of_desks(staff - at_desks, p.satellite_staff_share)
    cost = posts * price.post_vnd + costs_of_desks(posts, np.zeros_like(posts), price)
    savings, left, steps, desk_posts = taken(
        b, pays, "savings", "severance_left", "severance_steps", "desk_posts"
    )
    free = kept_of_savings(savings, price) - instalments(left, steps, price)[0]
    free -= desk_posts * price.post_vnd + costs_of_desks(desk_posts, np.zeros_like(posts), price)
    for i in far_away[free >= cost].tolist():  # a desk that another opens only leaves less
        decide_satellite(offices[i], terms)


def _decide_mobile_desks(rows: Rows, terms: Terms) -> None:
    """Send round a mobile desk where people leave, if it can be paid; else the grant follows the heads.

    It goes on until an office no longer loses anybody over a year, or cannot pay it any more. Of the offices of one
    budget each decides when those before it have.
    """
    o, at, b, pays = rows
    p, price = terms.parameters, terms.price
    lost = yearly_losses(*taken(o, at, "residents", "year_ago"))
    decides = np.flatnonzero((o["level"][at] == COMMUNE) & ((lost > p.mobile_desk_loss) | o["mobile"][at]))
    turn = _turns_within(pays[decides])
    for k in range(int(turn.max(initial=-1)) + 1):
        here = decides[turn == k]
        office, budget, loss = at[here], pays[here], lost[here]
        goes = o["mobile"][office]
        b["mobile_desks"][budget] -= goes
        going, paid, invested, worn, transfer = taken(
            b, budget, "mobile_desks", "mobile_paid", "invested", "worn", "transfer"
        )
        can = can_pay_mobile(going, paid, invested, worn, price, p.mobile_desk_upkeep)
        goes = can & ((loss > p.mobile_desk_loss) | (goes & (loss > 0.0)))
        o["mobile"][office] = goes
        b["mobile_desks"][budget] += goes
        falls = np.where((loss > p.mobile_desk_loss) & ~can, loss, 0.0)
        b["transfer_fall"][budget] += fallen_transfers(transfer, falls, terms.steps_per_year)


def _turns_within(group: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of the same group stand before each; (k,) int64."""
    order = np.argsort(group, kind="stable")
    first = np.searchsorted(group[order], group[order], side="left")
    out = np.empty(len(group), dtype=np.int64)
    out[order] = np.arange(len(group)) - first
    return out


def decide_satellite(office: Office, terms: Terms) -> None:
    """Open a desk in the largest place that is too far from all others, if savings pay for its posts."""
    budget, p, price = office.budget, terms.parameters, terms.price
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
        return _add_up(self.budgets_below)

    def step(self, now: int = 0) -> None:
        """One step, after its communes': its own offices and budgets, then the pool."""
        self.work_offices(now)
        self.share_pools()

    def share_pools(self) -> None:
        """Move the investments of its pools, when all budgets are closed; a run does so for all provinces at once."""
        for offices in self.pools:
            share_pool(offices, self.terms.parameters)
