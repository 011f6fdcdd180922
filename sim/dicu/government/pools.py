"""The pool of a province: a part of its communes' investments that it moves, zero-sum to the dong.

A pool is not a province: borders on paper only (`relabel`) leave the pools as they were. They become those of the new
provinces when budgets are pooled.
"""

from __future__ import annotations

from math import ceil

import numpy as np

from dicu.government.budget import spread
from dicu.government.offices import Office, standing
from dicu.government.rows import Rows, taken
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
    if not offices:
        return
    share(standing(offices), parameters)


def share(rows: Rows, parameters: Government) -> None:
    """`share_pool` of the offices in some rows, see `dicu.government.offices.standing`."""
    o, at, b, pays = rows
    b["pool_next"][pays] = 0
    residents = o["residents"][at]
    if parameters.province_policy == "growth":
        weight = residents - o["year_ago"][at]
        getting = np.flatnonzero(weight > 0)
    else:
        weight, peopled = residents, np.flatnonzero(residents > 0)
        seat, access = taken(o, at[peopled], "seat_place", "access")
        worst = np.lexsort((seat, access))  # equals stay in the order of their places
        getting = peopled[worst][: ceil(parameters.worst_served_share * len(peopled))]
    if not len(getting):
        return
    giving = np.unique(pays)  # each budget once
    part = np.floor(parameters.pool_share * b["investment"][giving]).astype(np.int64)
    b["pool_next"][giving] = -part
    parts = spread(int(part.sum()), weight[getting].tolist())
    np.add.at(b["pool_next"], pays[getting], parts)
