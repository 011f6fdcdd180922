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

from dataclasses import dataclass
from math import floor

from dicu.compute.numeric import exp64, log64
from dicu.government.severance import MONTHS_A_YEAR, mean_months
from dicu.scenario.parameters import Government

VND_PER_MVND = 1_000_000
QUARTERS_A_YEAR = 4.0
HALF = 0.5


@dataclass(frozen=True)
class Prices:
    """What things cost a step, derived once from the parameters.

    Attributes
    ----------
    post_vnd : int
        Cost of a post a step, dong.
    wages_over_recurrent, recurrent_over_whole : float
        Shares at the start.
    depreciation : float
        Share of public capital that decays in a step.
    severance_vnd : int
        Severance of one post, dong in all.
    severance_steps : int
        Steps over which it is paid.
    reinvested : float
        Share of the savings that stays in the budget, phi_R.
    mobile_vnd : int
        Cost of a mobile desk a step, dong.
    """

    post_vnd: int
    wages_over_recurrent: float
    recurrent_over_whole: float
    depreciation: float
    severance_vnd: int = 0
    severance_steps: int = 1
    reinvested: float = 0.0
    mobile_vnd: int = 0

    def desk_vnd(self, posts: float) -> int:
        """What a desk of so many posts costs a step besides its wages: running costs in the usual proportion."""
        return floor(posts * self.post_vnd * (1.0 / self.wages_over_recurrent - 1.0) + HALF)


def pay_mvnd(parameters: Government) -> float:
    """Pay of a month by which severance is reckoned, M VND."""
    return parameters.cost_per_post * parameters.severance_pay_share / MONTHS_A_YEAR


def prices(parameters: Government, steps_per_year: int) -> Prices:
    """Prices of one step of 1/``steps_per_year`` year.

    Raises
    ------
    ValueError
        When the recurrent share is 0: the whole budget could not be derived from the wages.
    """
    if parameters.recurrent_share == 0:
        raise ValueError(
            "government.recurrent_share is 0; allowed: above 0 to 1 (the budget is derived from it)"
        )
    quarters = QUARTERS_A_YEAR / steps_per_year
    decay = parameters.capital_depreciation
    if quarters != 1.0 and decay > 0.0:
        decay = 1.0 - float(exp64(quarters * log64(1.0 - decay)))
    post_vnd = floor(parameters.cost_per_post * VND_PER_MVND / steps_per_year)
    return Prices(
        post_vnd=post_vnd,
        wages_over_recurrent=parameters.wage_share_of_recurrent,
        recurrent_over_whole=parameters.recurrent_share,
        depreciation=decay,
        severance_vnd=floor(mean_months(parameters) * pay_mvnd(parameters) * VND_PER_MVND + HALF),
        severance_steps=max(1, floor(parameters.severance_quarters / quarters + HALF)),
        reinvested=parameters.reinvest_share,
        mobile_vnd=floor(parameters.mobile_desk_posts * post_vnd / parameters.wage_share_of_recurrent + HALF),
    )


@dataclass(slots=True, eq=False)
class Budget:
    """One budget, all amounts in dong a step (capital, severance left: dong).

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

    posts: int
    residents: int
    running_base: int
    residents_base: int
    transfer: int
    capital: int
    capital_reference: int
    transfer_fall: int = 0
    savings: int = 0
    severance_left: int = 0
    severance_steps: int = 0
    pool: int = 0
    pool_next: int = 0
    revenue_tax: int = 0
    revenue_land: int = 0
    desk_posts: int = 0
    mobile_desks: int = 0
    mobile_paid: int = 0
    invested: int = 0
    worn: int = 0
    reinvested: int = 0
    wages: int = 0
    running: int = 0
    desks: int = 0
    severance: int = 0
    severance_nation: int = 0
    investment: int = 0
    deficit: int = 0
    depreciation: int = 0
    capital_before: int = 0

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
        for target, part in zip(targets, spread(amount, weights), strict=True):
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
        left = self.invested - (self.mobile_desks - self.mobile_paid + 1) * price.mobile_vnd
        return left >= upkeep * self.worn

    def close_step(self, price: Prices) -> None:
        """Spend one step's money: wages, running costs, desks, severance, and the rest as investment.

        What is lacking the nation pays.
        """
        if self.transfer_fall:
            self.transfer -= self.transfer_fall
            self.transfer_fall = 0
        self.wages = wages = self.posts * price.post_vnd
        self.running = running = self.running_costs()
        self.desks = desks = self.desk_costs(price)
        self.mobile_paid = self.mobile_desks
        self.reinvested = self.savings_kept(price) if self.savings else 0
        self.pool = self.pool_next
        self.severance, self.severance_nation = own, nation = self.instalment(price)
        if self.severance_steps > 0:
            self.severance_left -= own + nation
            self.severance_steps -= 1
        rest = self.income - wages - running - desks - own
        investment = rest if rest > 0 else 0
        self.deficit = -rest if rest < 0 else 0
        self.capital_before = capital = self.capital
        depreciation = floor(capital * price.depreciation + HALF)
        self.capital = capital + investment - depreciation
        self.investment = self.invested = investment
        self.depreciation = self.worn = depreciation

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
        money = self.income + self.deficit - self.spending
        return money or self.capital_before - self.depreciation + self.investment - self.capital


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
