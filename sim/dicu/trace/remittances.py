"""What a watched household sends to its parents and receives from its children, foretold."""

from __future__ import annotations

import numpy as np

from dicu.behaviour.remit import remit, remit_rule
from dicu.behaviour.tables import Tables
from dicu.behaviour.wealth import UNITS_PER_MVND
from dicu.model import Model
from dicu.population.links import Links
from dicu.record.local import Local
from dicu.trace.story import Event, written


def remittances(model: Model, tables: Tables, row: int, local: Local) -> tuple[int, int, list[Event]]:
    """What a household will send and receive, by the rule itself on copies of the households that take part.

    Parameters
    ----------
    model : Model
        Between the commit of a step and its remittances.
    tables : Tables
        Of that step.
    local : Local
        The money in which amounts are told.

    Returns
    -------
    sent, received : int
        0.1 M VND.
    events : list of Event
        Whom it receives from, in the order of their uid, and whom it sends to.
    """
    links, h = model.links, model.households
    up = links.parents_of(np.array([row]))
    up = up[up >= 0]
    # its parents' other children too: together they may send more than a purse holds
    mine = links.of_parents(np.append(up, row))
    if not len(mine):
        return 0, 0, []
    rows = np.unique(np.concatenate([mine.child, mine.parent]))
    few = h.take(rows)
    table = Links.of(np.searchsorted(rows, mine.child), np.searchsorted(rows, mine.parent))
    before = few.wealth.astype(np.int64)
    remit(
        table,
        few,
        remit_rule(model.settings.money, model.settings.seed, model.moment, model.calendar.dt_quarters),
        tables.money.pay.astype(np.float64),
        tables.money.luck.astype(np.float64),
        tables.life.word,
        model.geography.district,
        tables.money.other_pay.astype(np.float64),
    )
    gain = few.wealth.astype(np.int64) - before
    me = int(np.searchsorted(rows, row))
    told, received = [], 0
    for k in np.searchsorted(rows, mine.child[mine.parent == row]):
        if gain[k] < 0:
            received -= int(gain[k])
            uid, amount = written(few.uid[k]), -float(gain[k]) / UNITS_PER_MVND
            event = Event("receives", f"receives {_amount(local, amount)} from {uid}", uid)
            told.append((few.uid[k], event))
    told = sorted(told, key=lambda pair: int(pair[0]))
    sent = received - int(gain[me])
    events = [event for _, event in told]
    if sent:
        uid = written(h.uid[up[0]])
        gift = _amount(local, sent / UNITS_PER_MVND)
        events.append(Event("sends", f"sends {gift} to its parents {uid}", uid))
    return sent, received, events


def _amount(local: Local, mvnd: float) -> str:
    """An amount in the country's money, in words."""
    return f"{mvnd * local.factor:.1f} {local.unit}"
