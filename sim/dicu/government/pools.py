"""The pool of a province: a part of its communes' investments that it moves, zero-sum to the dong.

A pool is not a province: borders on paper only (`relabel`) leave the pools as they were. They become those of the new
provinces when budgets are pooled.
"""

from __future__ import annotations

from math import ceil, floor
from operator import attrgetter

from dicu.government.budget import spread
from dicu.government.offices import Office, distinct_budgets
from dicu.scenario.parameters import Government


def share_pool(offices: list[Office], parameters: Government) -> None:
    """Decide what each budget of a pool gives and gets in the next step.

    Every budget gives `Government.pool_share` of what it has just invested. Under "equalise" the pool goes to the
    worst-served offices (least mean access of their people, `Office.access`), `Government.worst_served_share` of all
    that serve anybody, in proportion to residents; under "growth" to the offices that have gained people over a year,
    in proportion to these. Where there are none the money stays where it is.

    Parameters
    ----------
    offices
        The commune offices of one pool.
    """
    budgets = distinct_budgets(offices)
    for budget in budgets:
        budget.pool_next = 0
    if parameters.province_policy == "growth":
        gains = [(office, office.residents - office.year_ago) for office in offices]
        weights = [(office, gain) for office, gain in gains if gain > 0]
    else:
        peopled = [office for office in offices if office.residents > 0]
        peopled.sort(key=attrgetter("seat_place"))
        peopled.sort(key=attrgetter("access"))  # equals stay in the order of their places
        weights = [
            (office, office.residents)
            for office in peopled[: ceil(parameters.worst_served_share * len(peopled))]
        ]
    if not weights:
        return
    given = 0
    for budget in budgets:
        part = floor(parameters.pool_share * budget.investment)
        budget.pool_next = -part
        given += part
    for (office, _), part in zip(weights, spread(given, [w for _, w in weights]), strict=True):
        office.budget.pool_next += part
