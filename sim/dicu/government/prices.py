"""What posts, desks and severance cost a step, derived once from the parameters."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from dicu.compute.numeric import exp64, log64
from dicu.government.severance import MONTHS_A_YEAR, mean_months
from dicu.scenario.parameters import Government
from dicu.world.country import Law

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


def prices(parameters: Government, steps_per_year: int, law: Law) -> Prices:
    """Prices of one step of 1/``steps_per_year`` year; ``law`` says when officials retire.

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
        severance_vnd=floor(mean_months(parameters, law) * pay_mvnd(parameters) * VND_PER_MVND + HALF),
        severance_steps=max(1, floor(parameters.severance_quarters / quarters + HALF)),
        reinvested=parameters.reinvest_share,
        mobile_vnd=floor(parameters.mobile_desk_posts * post_vnd / parameters.wage_share_of_recurrent + HALF),
    )
