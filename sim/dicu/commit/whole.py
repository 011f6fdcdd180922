"""Sums over the ranks of what each counted: stocks, events and changes of the whole population."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.events import Events, WorkTally
from dicu.commit.changes import Changes, UrbanGrowth
from dicu.commit.ledger import Movers
from dicu.commit.stocks import Carried, Stocks
from dicu.compute.ranks import Ranks
from dicu.scenario.vocabulary import REASONS

_STOCKS: Final = "stocks"
_TABLES: Final = "tables"
_HALF: Final = 32
_LOW: Final = (1 << _HALF) - 1
_SUMMED: Final = (
    "whole", "splits", "returns", "couples", "followed", "parted", "lodged", "births", "deaths", "rehoused",
    "alone", "new_rows", "freed_rows", "income", "consumption", "move_costs", "estates", "remitted",
)  # fmt: skip


def whole_stocks(stocks: Stocks, ranks: Ranks) -> Stocks:
    """Stocks as counted by all ranks together; the same on each."""
    if ranks.size == 1:
        return stocks
    # rows and their workers of a place and kind are below 2^32 each, in all ranks together
    packed = stocks.kinds + (stocks.workers << _HALF)
    parts = [packed, stocks.persons, stocks.network, stocks.formal, stocks.looking, stocks.sizes]
    parts.append(np.array([stocks.wealth]))
    summed = ranks.sum(_STOCKS, np.concatenate([part.reshape(-1) for part in parts]))
    cuts = np.cumsum([part.size for part in parts])[:-1]
    both, persons, network, formal, looking, sizes, wealth = np.split(summed, cuts)
    kinds = (both & _LOW).reshape(stocks.kinds.shape)
    return Stocks(
        households=kinds.sum(axis=1),
        persons=persons,
        kinds=kinds,
        workers=(both >> _HALF).reshape(stocks.workers.shape),
        network=network.reshape(stocks.network.shape),
        formal=formal,
        looking=looking,
        sizes=sizes,
        jobs=stocks.jobs,
        wealth=int(wealth[0]),
    )


def copied(carried: Carried) -> Carried:
    """Stocks before the events of a step are carried into them."""
    return Carried(*(part.copy() for part in carried))


def carry_all(stocks: Stocks, before: Carried, ranks: Ranks) -> None:
    """Add to stocks what the events of the other ranks changed of them."""
    if ranks.size == 1:
        return
    changed = [now - then for now, then in zip(stocks.carried, before, strict=True)]
    summed = ranks.sum(_STOCKS, np.concatenate([part.reshape(-1) for part in changed]))
    cuts = np.cumsum([part.size for part in changed])[:-1]
    for now, then, part in zip(stocks.carried, before, np.split(summed, cuts), strict=True):
        now[...] = then + part.reshape(now.shape)


def whole_events(events: Events, ranks: Ranks) -> Events:
    """Events with the sums of all ranks; rows stay those of this one."""
    if ranks.size == 1:
        return events
    mine = np.concatenate([[events.considered, events.income, events.consumption], *events.work])
    summed = ranks.sum(_TABLES, mine.astype(np.int64))
    considered, income, consumption = (int(k) for k in summed[:3])
    work = WorkTally(*np.split(summed[3:], len(WorkTally._fields)))
    return replace(events, considered=considered, income=income, consumption=consumption, work=work)


def whole_changes(changes: Changes, ranks: Ranks) -> Changes:
    """Changes with the counts of all ranks; the list of moves is on the first, and empty on the others.

    What speaks of rows, and of identities of new households, stays that of this rank.
    """
    if ranks.size == 1:
        return changes
    c = changes
    counts = [getattr(c, name) for name in _SUMMED] + [c.by_reason[name] for name in REASONS]
    counts += [c.urban.natural, c.urban.net_moves]
    by_age = c.movers_by_age.reshape(-1)
    summed = ranks.sum(_TABLES, np.concatenate([np.array(counts, dtype=np.int64), by_age, c.natural]))
    numbers = [int(k) for k in summed[: len(counts)]]
    ages, natural = np.split(summed[len(counts) :], [by_age.size])
    named = dict(zip(_SUMMED, numbers, strict=False))
    reasons = dict(zip(REASONS, numbers[len(_SUMMED) :], strict=False))
    return replace(
        c,
        **named,  # type: ignore[arg-type]
        by_reason=reasons,
        urban=UrbanGrowth(numbers[-2], numbers[-1], c.urban.reclassified),
        movers_by_age=ages.reshape(c.movers_by_age.shape),
        natural=natural,
        origin=_listed(c.origin, np.uint16, ranks),
        destination=_listed(c.destination, np.uint16, ranks),
        persons=_listed(c.persons, np.uint8, ranks),
        reason=_listed(c.reason, np.uint8, ranks),
        returned_child=ranks.first_gets(_TABLES, c.returned_child),
        returned_parent=ranks.first_gets(_TABLES, c.returned_parent),
        exchanged=np.stack([_listed(place, np.uint16, ranks) for place in c.exchanged]),
        movers=None if c.movers is None else _movers(c.movers, ranks),
    )


def _listed[T: np.generic](column: NDArray[T], sent_as: type, ranks: Ranks) -> NDArray[T]:
    """A column of all moves on the first rank; places and persons of a household need few bytes."""
    return ranks.first_gets(_TABLES, column.astype(sent_as)).astype(column.dtype)


def _movers(movers: Movers, ranks: Ranks) -> Movers:
    return Movers(*(ranks.first_gets(_TABLES, getattr(movers, f.name)) for f in fields(Movers)))


__all__ = ["carry_all", "copied", "whole_changes", "whole_events", "whole_stocks"]
