"""The pool of a province: a part of its communes' investments that it moves, zero-sum to the dong.

A pool is not a province: borders on paper only (`relabel`) leave the pools as they were. They become those of the new
provinces when budgets are pooled.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.government.budget import spread
from dicu.government.offices import Office, standing, sum_by
from dicu.government.rows import Rows, taken
from dicu.scenario.parameters import Government

LARGEST: Final = 2**63 - 1
"""Above this a product of dong and persons is one for Python's whole numbers."""


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
    if not offices:
        return
    share(standing(offices), np.zeros(len(offices), dtype=np.int64), parameters)


def share(rows: Rows, pool: NDArray[np.integer], parameters: Government) -> None:
    """`share_pool` of several pools at once: of the offices in some rows, those with the same ``pool`` (k,).

    See `dicu.government.offices.standing` for the rows. A budget pays for offices of one pool only.
    """
    o, at, b, pays = rows
    b["pool_next"][pays] = 0
    pool = np.unique(pool, return_inverse=True)[1]
    n = int(pool.max(initial=-1)) + 1
    residents = o["residents"][at]
    if parameters.province_policy == "growth":
        weight = residents - o["year_ago"][at]
        getting = np.flatnonzero(weight > 0)
    else:
        weight, peopled = residents, np.flatnonzero(residents > 0)
        seat, access = taken(o, at[peopled], "seat_place", "access")
        worst = peopled[np.lexsort((seat, access, pool[peopled]))]  # equals stay in the order of their places
        of_pool = np.bincount(pool[peopled], minlength=n)
        nth = np.arange(len(worst)) - (np.cumsum(of_pool) - of_pool)[pool[worst]]
        getting = worst[nth < np.ceil(parameters.worst_served_share * of_pool)[pool[worst]]]
    gets = np.zeros(n, dtype=np.bool_)
    gets[pool[getting]] = True
    giving, first = np.unique(pays, return_index=True)  # each budget once
    giving, of_giving = giving[gets[pool[first]]], pool[first][gets[pool[first]]]
    part = np.floor(parameters.pool_share * b["investment"][giving]).astype(np.int64)
    b["pool_next"][giving] = -part
    parts = _spread_each(sum_by(of_giving, part, n), weight[getting], pool[getting])
    np.add.at(b["pool_next"], pays[getting], parts)


def _spread_each(
    amount: NDArray[np.int64], weight: NDArray[np.int64], pool: NDArray[np.integer]
) -> NDArray[np.int64]:
    """`dicu.government.budget.spread` of the amount of each pool (n,) over the weights (k,) in it, all above 0."""
    if not len(weight):
        return weight
    if int(np.abs(amount).max()) > LARGEST // int(weight.max()):
        parts = np.empty_like(weight)
        for one in np.unique(pool).tolist():
            parts[pool == one] = spread(int(amount[one]), weight[pool == one].tolist())
        return parts
    total = sum_by(pool, weight, len(amount))
    product = amount[pool] * weight
    shares: NDArray[np.int64] = product // total[pool]
    remainder = product % total[pool]
    rest = amount - sum_by(pool, shares, len(amount))
    order = np.lexsort((-remainder, pool))
    inside = np.bincount(pool, minlength=len(amount))
    nth = np.arange(len(order)) - (np.cumsum(inside) - inside)[pool[order]]
    shares[order[nth < rest[pool[order]]]] += 1
    return shares
