"""The budget of an office or of several that share one: whole dong, closed at every step.

    local revenue + transfer + deficit paid by the nation = wages + running costs + investment
    capital' = capital - depreciation + investment

Assumptions of this issue: posts stay as the last reform set them; wages follow posts; running costs follow
the residents served; the transfer is a fixed grant, set at the start so that recurrent spending is 70 % of
the whole (it is negative where a place raises more than it spends, and then pays into the nation); the posts
a reform cuts lower the transfer by their cost (reinvesting a share phi_R of the savings belongs to a later
issue).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from sim.behaviour.numeric import exp64, log64
from sim.scenario.parameters import Government

VND_PER_MVND = 1_000_000


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
    """

    post_vnd: int
    wages_over_recurrent: float
    recurrent_over_whole: float
    depreciation: float


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
    quarters = 4.0 / steps_per_year
    decay = parameters.capital_depreciation
    if quarters != 1.0 and decay > 0.0:
        decay = 1.0 - float(exp64(quarters * log64(1.0 - decay)))
    return Prices(
        post_vnd=floor(parameters.cost_per_post_mvnd * VND_PER_MVND / steps_per_year),
        wages_over_recurrent=parameters.wage_share_of_recurrent,
        recurrent_over_whole=parameters.recurrent_share,
        depreciation=decay,
    )


@dataclass(slots=True, eq=False)
class Budget:
    """One budget, all amounts in dong a step (capital: dong).

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
    capital_before, revenue_local, wages, running, investment, deficit, depreciation
        Of the last step closed.
    """

    posts: int
    residents: int
    running_base: int
    residents_base: int
    transfer: int
    capital: int
    capital_reference: int
    revenue_local: int = 0
    wages: int = 0
    running: int = 0
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
    def capital_ratio(self) -> float:
        """K/K*; 1 where no capital is reckoned (K* = 0, that is without depreciation or investment)."""
        return self.capital / self.capital_reference if self.capital_reference > 0 else 1.0

    def running_costs(self) -> int:
        """Running costs of the residents served now, dong a step."""
        if self.residents_base == 0:
            return self.running_base
        return self.running_base * self.residents // self.residents_base

    def pour_into(self, targets: list[Budget], weights: list[int], posts: list[int], price: Prices) -> None:
        """Give all that is in this budget to others, to the dong; local revenue follows the places by itself.

        Capital and running costs are given in proportion to ``weights``. So is the transfer, but for the
        wages in it, which go with the posts: whole posts do not divide as money does, and no target may gain
        or lose by that rounding.

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
        """
        wages = [n * price.post_vnd for n in posts]
        self._give("transfer", self.transfer - sum(wages), targets, weights)
        for target, amount in zip(targets, wages, strict=True):
            target.transfer += amount
        self._give("capital", self.capital, targets, weights)
        self._give("capital_reference", self.capital_reference, targets, weights)
        running = self.running_costs()
        for target in targets:
            target.running_base = target.running_costs()
            target.residents_base = target.residents
        self._give("running_base", running, targets, weights)

    @staticmethod
    def _give(name: str, amount: int, targets: list[Budget], weights: list[int]) -> None:
        for target, part in zip(targets, spread(amount, weights), strict=True):
            setattr(target, name, getattr(target, name) + part)

    def close_step(self, price: Prices) -> None:
        """Spend one step's money: wages, running costs, and the rest as investment; what is lacking the
        nation pays.
        """
        self.wages = self.posts * price.post_vnd
        self.running = self.running_costs()
        rest = self.revenue_local + self.transfer - self.wages - self.running
        self.investment = rest if rest > 0 else 0
        self.deficit = -rest if rest < 0 else 0
        self.capital_before = self.capital
        self.depreciation = floor(self.capital * price.depreciation + 0.5)
        self.capital += self.investment - self.depreciation

    @property
    def gap(self) -> int:
        """Dong by which the last step fails to close; 0 unless there is an error in the program."""
        money = (
            self.revenue_local + self.transfer + self.deficit - self.wages - self.running - self.investment
        )
        return money if money else self.capital_before - self.depreciation + self.investment - self.capital


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
