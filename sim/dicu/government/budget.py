"""The budget of an office or of several that share one: whole dong, closed at every step.

    local revenue + transfer + savings kept + provincial pool + deficit paid by the nation
        = wages + running costs + desks + severance + investment
    capital' = capital - depreciation + investment

Posts stay as the last reform set them, but for those of satellite desks; wages follow posts, running costs follow
the residents served. The transfer is a grant, set at the start so that recurrent spending is 70 % of the whole (it is
negative where a place raises more than it spends, and then pays into the nation). The posts a reform cuts lower the
transfer by their cost, and of that cost a share phi_R is given back: it is what the budget reinvests. Whoever has a
share of the savings bears the same share of the severance.
"""

from __future__ import annotations

from math import floor

import numpy as np

from dicu.government.closing import can_pay_mobile, close, gaps
from dicu.government.prices import HALF, QUARTERS_A_YEAR, VND_PER_MVND, Prices, pay_mvnd, prices
from dicu.government.rows import Row, Whole, taken

__all__ = ["QUARTERS_A_YEAR", "VND_PER_MVND", "Budget", "Prices", "pay_mvnd", "prices", "spread"]


class Budget(Row):
    """One budget, a row of columns; all amounts in dong a step (capital, severance left: dong).

    Attributes
    ----------
    posts, residents
        Posts paid from it and people served by its offices (those of the step being closed).
    running_base, residents_base
        Running costs when the budget was made, and the residents served then.
    transfer
        Grant of the nation a step.
    capital, capital_reference
        Public capital K and the K* at which quality is 1.
    transfer_fall
        By how much the transfer falls before the next step is closed.
    savings
        Wages of the posts that reforms cut.
    severance_left, severance_steps
        Severance still to be paid, in all, and the steps in which that is done.
    pool, pool_next
        What the province gave (negative: took) in the last step closed, and will in the next; zero over a pool.
    revenue_tax, revenue_land
        Raised locally this step.
    desk_posts, mobile_desks, mobile_paid
        Posts at satellite desks (part of ``posts``) and mobile desks that it pays for; those paid last.
    invested, worn
        Investment and depreciation of the last step, in which budgets that were poured into this one have part.
    capital_before, reinvested, wages, running, desks, severance, severance_nation, investment, deficit, depreciation
        Of the last step closed. ``desks``: running costs of satellite desks and all of mobile ones;
        ``severance_nation``: paid by the nation beside the budget.
    """

    __slots__ = ()

    posts = Whole()
    residents = Whole()
    running_base = Whole()
    residents_base = Whole()
    transfer = Whole()
    capital = Whole()
    capital_reference = Whole()
    transfer_fall = Whole()
    savings = Whole()
    severance_left = Whole()
    severance_steps = Whole()
    pool = Whole()
    pool_next = Whole()
    revenue_tax = Whole()
    revenue_land = Whole()
    desk_posts = Whole()
    mobile_desks = Whole()
    mobile_paid = Whole()
    invested = Whole()
    worn = Whole()
    reinvested = Whole()
    wages = Whole()
    running = Whole()
    desks = Whole()
    severance = Whole()
    severance_nation = Whole()
    investment = Whole()
    deficit = Whole()
    depreciation = Whole()
    capital_before = Whole()

    def __init__(
        self,
        posts: int,
        residents: int,
        running_base: int,
        residents_base: int,
        transfer: int,
        capital: int,
        capital_reference: int,
        **others: int,
    ) -> None:
        super().__init__()
        self.posts, self.residents = posts, residents
        self.running_base, self.residents_base = running_base, residents_base
        self.transfer, self.capital, self.capital_reference = transfer, capital, capital_reference
        for name, value in others.items():
            setattr(self, name, value)

    @classmethod
    def at_start(cls, posts: int, residents: int, revenue_local: int, price: Prices) -> Budget:
        """The budget whose recurrent share is the given one, with capital that its investment just maintains.

        The transfer closes it; K = K* = investment / depreciation, so that K/K* stays 1 until the budget
        changes.
        """
        wages = posts * price.post_vnd
        recurrent = floor(wages / price.wages_over_recurrent + 0.5)
        whole = floor(recurrent / price.recurrent_over_whole + 0.5)
        decay = price.depreciation
        capital = floor((whole - recurrent) / decay + 0.5) if decay > 0.0 else 0
        return cls(
            posts=posts,
            residents=residents,
            running_base=recurrent - wages,
            residents_base=residents,
            transfer=whole - revenue_local,
            capital=capital,
            capital_reference=capital,
        )

    @classmethod
    def empty(cls) -> Budget:
        """A budget with nothing in it, to be filled from others."""
        return cls(0, 0, 0, 0, 0, 0, 0)

    @property
    def revenue_local(self) -> int:
        """Raised locally this step: tax and land."""
        return self.revenue_tax + self.revenue_land

    @property
    def capital_ratio(self) -> float:
        """K/K*; 1 where no capital is reckoned (K* = 0, that is without depreciation or investment)."""
        return self.capital / self.capital_reference if self.capital_reference > 0 else 1.0

    def running_costs(self) -> int:
        """Running costs of the residents served now, dong a step."""
        if self.residents_base == 0:
            return self.running_base
        return self.running_base * self.residents // self.residents_base

    def desk_costs(self, price: Prices) -> int:
        """Running costs of the satellite desks and all of the mobile ones, dong a step."""
        if not (self.desk_posts or self.mobile_desks):
            return 0
        return price.desk_vnd(self.desk_posts) + self.mobile_desks * price.mobile_vnd

    def pour_into(
        self,
        targets: list[Budget],
        weights: list[int],
        posts: list[int],
        price: Prices,
        *,
        capital: list[int] | None = None,
        running: list[int] | None = None,
    ) -> None:
        """Give all that is in this budget to others, to the dong; local revenue follows the places by itself.

        Capital, running costs, savings and severance are given in proportion to ``weights``. So is the transfer,
        but for the wages in it, which go with the posts: whole posts do not divide as money does, and no target may
        gain or lose by that rounding.

        Parameters
        ----------
        targets
            Budgets that receive; they must know the residents they serve from now on.
        weights
            Residents that each takes over.
        posts
            Posts that each takes over.
        price
            Cost of a post.
        capital, running
            Weights of public capital and of running costs, where they are others.
        """
        wages = [n * price.post_vnd for n in posts]
        self._give("transfer", self.transfer - sum(wages), targets, weights)
        for target, amount in zip(targets, wages, strict=True):
            target.transfer += amount
        self._give("capital", self.capital, targets, capital or weights)
        self._give("capital_reference", self.capital_reference, targets, capital or weights)
        self._give("invested", self.invested, targets, capital or weights)
        self._give("worn", self.worn, targets, capital or weights)
        self._give("transfer_fall", self.transfer_fall, targets, weights)
        self._give("savings", self.savings, targets, weights)
        self._give("severance_left", self.severance_left, targets, weights)
        self._give("pool_next", self.pool_next, targets, weights)
        for target in targets:
            target.severance_steps = max(target.severance_steps, self.severance_steps)
        costs = self.running_costs()
        for target in targets:
            target.running_base = target.running_costs()
            target.residents_base = target.residents
        self._give("running_base", costs, targets, running or weights)

    @staticmethod
    def _give(name: str, amount: int, targets: list[Budget], weights: list[int]) -> None:
        if not amount:
            return
        parts = [amount] if len(targets) == 1 else spread(amount, weights)
        for target, part in zip(targets, parts, strict=True):
            setattr(target, name, getattr(target, name) + part)

    def cut(self, posts: int, price: Prices) -> None:
        """Lose the pay of ``posts`` (negative: gain it); what is saved is noted, and severance falls due."""
        self.transfer -= posts * price.post_vnd
        if posts > 0:
            self.savings += posts * price.post_vnd
            self.severance_left += posts * price.severance_vnd
            self.severance_steps = price.severance_steps

    def instalment(self, price: Prices) -> tuple[int, int]:
        """Severance due in a step: what the budget pays and what the nation pays."""
        if self.severance_steps <= 0:
            return 0, 0
        due = self.severance_left // self.severance_steps
        own = floor(price.reinvested * due + HALF)
        return own, due - own

    def savings_kept(self, price: Prices) -> int:
        """Share of the savings that stays here to be reinvested, dong a step."""
        return floor(price.reinvested * self.savings + HALF)

    def free_for_desks(self, price: Prices) -> int:
        """Savings kept that neither severance nor satellite desks take, dong a step."""
        desks = self.desk_posts * price.post_vnd + price.desk_vnd(self.desk_posts)
        return self.savings_kept(price) - self.instalment(price)[0] - desks

    def can_pay_mobile(self, price: Prices, upkeep: float) -> bool:
        """Whether a mobile desk leaves enough to invest: ``upkeep`` of what keeps the capital as it is.

        By the money of the last step; desks that have been decided on since are taken off.
        """
        going, paid, invested, worn = taken(
            self._columns, np.array([self._at]), "mobile_desks", "mobile_paid", "invested", "worn"
        )
        return bool(can_pay_mobile(going, paid, invested, worn, price, upkeep)[0])

    def close_step(self, price: Prices) -> None:
        """Spend one step's money, see `close`."""
        close(self._columns, np.array([self._at]), price)

    def keep_posts(self, posts: int, price: Prices) -> None:
        """Undo the cut of ``posts`` on the day it is made: neither saved nor owed."""
        self.transfer += posts * price.post_vnd
        self.savings -= posts * price.post_vnd
        self.severance_left -= posts * price.severance_vnd

    @property
    def income(self) -> int:
        """All that comes in but for the nation's cover of a deficit, dong a step."""
        return self.revenue_tax + self.revenue_land + self.transfer + self.reinvested + self.pool

    @property
    def spending(self) -> int:
        """All that goes out, dong a step."""
        return self.wages + self.running + self.desks + self.severance + self.investment

    @property
    def gap(self) -> int:
        """Dong by which the last step fails to close; 0 unless there is an error in the program."""
        return int(gaps(self._columns, np.array([self._at]))[0])


def spread(amount: int, weights: list[int]) -> list[int]:
    """Whole parts of ``amount`` in proportion to ``weights``, their sum exactly ``amount`` (largest
    remainders).

    Ties go to the first; when all weights are 0 the parts are equal. Works for negative amounts.

    Raises
    ------
    ValueError
        When there is nobody to give to, or a weight is negative.
    """
    if not weights or min(weights) < 0:
        raise ValueError(
            f"cannot spread {amount} over the weights {weights}: need at least one, none below 0"
        )
    total = sum(weights)
    if total == 0:
        weights, total = [1] * len(weights), len(weights)
    parts = [amount * weight // total for weight in weights]
    rest = amount - sum(parts)
    if rest:
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i))
        for i in by_remainder[:rest]:
            parts[i] += 1
    return parts
