"""The money of many budgets at once: what each rule of `dicu.government.budget.Budget` is, on columns of whole dong."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dicu.government.prices import HALF, Prices
from dicu.government.rows import Columns, taken


def capital_ratios(capital: NDArray[np.int64], reference: NDArray[np.int64]) -> NDArray[np.float64]:
    """K/K* of each, (k,) float64, of capital and its reference (k,) in dong; 1 where no capital is reckoned."""
    return np.divide(capital, reference, out=np.ones(len(capital)), where=reference > 0)


def _floor(amount: NDArray[np.floating[Any]]) -> NDArray[np.int64]:
    return np.floor(amount).astype(np.int64)


def _costs_of_running(b: Columns, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """`Budget.running_costs` of each row."""
    base, people, served = taken(b, at, "running_base", "residents", "residents_base")
    known = served != 0
    served = np.where(known, served, 1)
    whole, rest = np.divmod(
        base, served
    )  # the same dong as base * people // served, which may not fit 64 bits
    return np.where(known, whole * people + rest * people // served, base)


def costs_of_desks(posts: NDArray[np.int64], mobile: NDArray[np.int64], price: Prices) -> NDArray[np.int64]:
    """`Budget.desk_costs` of each, (k,) int64 dong a step, of posts at desks and mobile desks (k,)."""
    running = _floor(posts * price.post_vnd * (1.0 / price.wages_over_recurrent - 1.0) + HALF)
    return running + mobile * price.mobile_vnd


def instalments(
    left: NDArray[np.int64], steps: NDArray[np.int64], price: Prices
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`Budget.instalment` of each: what they and what the nation pay, (k,) int64 dong, of what is left, (k,) dong."""
    due = np.where(steps > 0, left // np.maximum(steps, 1), 0)
    own = _floor(price.reinvested * due + HALF)
    return own, due - own


def kept_of_savings(savings: NDArray[np.int64], price: Prices) -> NDArray[np.int64]:
    """`Budget.savings_kept` of each, (k,) int64 dong a step."""
    return _floor(price.reinvested * savings + HALF)


def can_pay_mobile(
    going: NDArray[np.int64],
    paid: NDArray[np.int64],
    invested: NDArray[np.int64],
    worn: NDArray[np.int64],
    price: Prices,
    upkeep: float,
) -> NDArray[np.bool_]:
    """`Budget.can_pay_mobile` of each, (k,) bool, of mobile desks (k,) and of what was invested and worn, (k,) dong."""
    return np.asarray(invested - (going - paid + 1) * price.mobile_vnd >= upkeep * worn)


def close(b: Columns, at: NDArray[np.int64], price: Prices) -> None:
    """Spend one step's money of some budgets: wages, running costs, desks, severance, and the rest as investment.

    What is lacking the nation pays.

    Parameters
    ----------
    b
        Columns of budgets, written at these rows.
    at : (k,) int64
        Rows, each once.
    price
        Of posts, desks and capital.
    """
    made: dict[str, NDArray[np.int64]] = {}
    transfer, fall, posts, desk_posts, mobile = taken(
        b, at, "transfer", "transfer_fall", "posts", "desk_posts", "mobile_desks"
    )
    tax, land, savings, pool, capital = taken(
        b, at, "revenue_tax", "revenue_land", "savings", "pool_next", "capital"
    )
    left, steps = taken(b, at, "severance_left", "severance_steps")
    made["transfer"] = transfer = transfer - fall
    made["transfer_fall"] = np.zeros_like(fall)
    made["wages"] = wages = posts * price.post_vnd
    made["running"] = running = _costs_of_running(b, at)
    made["desks"] = desks = costs_of_desks(desk_posts, mobile, price)
    made["mobile_paid"] = mobile
    made["reinvested"] = reinvested = kept_of_savings(savings, price)
    made["pool"] = pool
    made["severance"], made["severance_nation"] = own, nation = instalments(left, steps, price)
    made["severance_left"] = left - own - nation
    made["severance_steps"] = steps - (steps > 0)
    rest = tax + land + transfer + reinvested + pool - wages - running - desks - own
    made["investment"] = made["invested"] = investment = np.maximum(rest, 0)
    made["deficit"] = np.maximum(-rest, 0)
    made["capital_before"] = capital
    made["depreciation"] = made["worn"] = depreciation = _floor(capital * price.depreciation + HALF)
    made["capital"] = capital + investment - depreciation
    for name, values in made.items():
        b[name][at] = values


def gaps(b: Columns, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Dong by which the last step of each row fails to close, (k,) int64."""
    came = sum(taken(b, at, "revenue_tax", "revenue_land", "transfer", "reinvested", "pool", "deficit"))
    went = sum(taken(b, at, "wages", "running", "desks", "severance", "investment"))
    before, worn, investment, capital = taken(
        b, at, "capital_before", "depreciation", "investment", "capital"
    )
    money = np.asarray(came - went, dtype=np.int64)
    return np.where(money != 0, money, before - worn + investment - capital)
