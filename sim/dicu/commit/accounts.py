"""Step 9 of the order: everything conserved, or the run stops with the difference named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.events import WorkTally
from dicu.commit.changes import Changes, UrbanGrowth
from dicu.commit.stocks import Stocks


class NotConserved(RuntimeError):
    """People, households or money were lost or made; the message names the difference."""


@dataclass(frozen=True)
class Expected:
    """What the country holds before a commit, or must hold after it.

    Attributes
    ----------
    rows, persons : int
    wealth : int
        0.1 M VND.
    """

    rows: int
    persons: int
    wealth: int

    @classmethod
    def before(cls, rows: int, stocks: Stocks) -> Self:
        """As counted at the end of the last step: before the household pass earned, consumed, was born and died."""
        return cls(rows, int(stocks.persons.sum()), stocks.wealth)

    def after(self, changes: Changes) -> Expected:
        """P' = P + births - deaths + immigrants - emigrants; W' = W + income - consumption - fares - estates without
        heirs + what newcomers bring - what emigrants take along.
        """
        spent = changes.consumption + changes.move_costs + changes.estates
        people = wealth = 0
        if (abroad := changes.abroad) is not None:
            people = int(abroad.immigrants.sum()) - int(abroad.emigrants.sum())
            wealth = abroad.brought - abroad.taken
        return Expected(
            self.rows + changes.new_rows - changes.freed_rows,
            self.persons + changes.births - changes.deaths + people,
            self.wealth + changes.income - spent + wealth,
        )


def check_jobs(carried: Stocks, found: Stocks, work: WorkTally, taken: int) -> None:
    """Formal jobs that are filled against the formal workers there are, and offers made against what became of them.

    E' = E + found - lost - left for farming + arrived - left + kept (0 over a commuting area) - died + changed
    household, district by district, to the worker.

    Parameters
    ----------
    carried, found : Stocks
        Of the last count, with what the commit booked, and as counted now.
    work : WorkTally
        Of the household pass.
    taken : int
        Moves for a job that was offered.

    Raises
    ------
    NotConserved
        Names the first district that differs, and both numbers.
    """
    expected = carried.formal + work.found - work.lost - work.left + carried.jobs.sum(axis=0)
    differ = np.flatnonzero(expected != found.formal)
    if len(differ):
        d = differ[0]
        raise NotConserved(
            f"formal workers of district {d}: {expected[d]} jobs filled, {found.formal[d]} workers counted "
            f"({len(differ)} districts differ, {int((found.formal - expected).sum()):+d} in all)"
        )
    differ = np.flatnonzero(work.made != work.taken + work.lapsed)
    if len(differ):
        d = differ[0]
        raise NotConserved(
            f"offers in district {d}: {work.made[d]} made, {work.taken[d]} taken, {work.lapsed[d]} lapsed"
        )
    if int(work.taken.sum()) != taken:
        raise NotConserved(f"offers: {int(work.taken.sum())} taken, {taken} moves for work committed")


def urban_growth(changes: Changes, urban: NDArray[np.bool_], reclassified: int) -> UrbanGrowth:
    """What changed the number of people in urban places in a step, from its events alone.

    Parameters
    ----------
    urban : (P,) bool
        Class of places in the step.
    reclassified : int
        Members in places that became urban at its beginning, less those in places that became rural.
    """
    way = urban[changes.destination].astype(np.int64) - urban[changes.origin]
    left, came = changes.exchanged  # partners whose place changed without a move
    net = int((changes.persons * way).sum()) + int(urban[came].sum()) - int(urban[left].sum())
    abroad = 0
    if changes.abroad is not None:
        abroad = int((changes.abroad.immigrants - changes.abroad.emigrants)[urban].sum())
    return UrbanGrowth(int(changes.natural[urban].sum()), net, reclassified, abroad)


def check_urban(before: int, after: int, growth: UrbanGrowth) -> None:
    """People of urban places: those counted at the end are those of the beginning, with who was born, died and moved.

    Parameters
    ----------
    before : int
        Counted once places had changed their class.
    after : int
        Counted at the end of the step.

    Raises
    ------
    NotConserved
        With the difference.
    """
    want = before + growth.natural + growth.net_moves + growth.abroad
    if want != after:
        raise NotConserved(f"persons in urban places: {want} expected, {after} counted, {after - want:+d}")


def check_people(carried: Stocks, found: Stocks, rows: int, expected: Expected) -> None:
    """Compare a recount of the rows with the stocks carried along and with the totals that must come out.

    Parameters
    ----------
    carried, found : Stocks
        As changed event by event in the commit; as counted from the rows.
    rows : int
        Rows in use.

    Raises
    ------
    NotConserved
        Names the quantity, the first place or cell that differs, and both numbers.
    """
    for name in ("households", "persons", "network"):
        a, b = getattr(carried, name), getattr(found, name)
        if not np.array_equal(a, b):
            at = tuple(int(k) for k in np.argwhere(a != b)[0])
            raise NotConserved(
                f"{name} at {at}: carried {a[at]}, counted {b[at]} "
                f"({(a != b).sum()} cells differ, {int(b.sum()) - int(a.sum()):+d} in all)"
            )
    have = Expected(rows, int(found.persons.sum()), found.wealth)
    for name in ("rows", "persons", "wealth"):
        want, got = getattr(expected, name), getattr(have, name)
        if want != got:
            raise NotConserved(f"{name}: {want} expected, {got} counted, {got - want:+d}")
    if (found.households > found.persons).any():
        raise NotConserved("a household without members")
