"""Step 9 of the order: everything conserved, or the run stops with the difference named."""

from __future__ import annotations

import numpy as np

from sim.behaviour.geography import Geography
from sim.engine.stocks import Stocks, count
from sim.population.columns import Households


class NotConserved(RuntimeError):
    """People, households or money were lost or made; the message names the difference."""


def check_people(
    households: Households, carried: Stocks, geography: Geography, *, persons: int, rows: int
) -> None:
    """Recount the rows and compare with the stocks carried along, and the totals with what they must be.

    Parameters
    ----------
    persons, rows : int
        What the country must hold after this step: P' = P + births - deaths, households plus new ones.

    Raises
    ------
    NotConserved
        Names the quantity, the first place or cell that differs, and both numbers.
    """
    if households.n != rows:
        raise NotConserved(f"households: {rows} expected, {households.n} rows, {households.n - rows:+d}")
    found = count(households, geography.district, geography.province)
    for name in ("households", "persons", "network"):
        a, b = getattr(carried, name), getattr(found, name)
        if not np.array_equal(a, b):
            at = tuple(int(k) for k in np.argwhere(a != b)[0])
            raise NotConserved(
                f"{name} at {at}: carried {a[at]}, counted {b[at]} "
                f"({(a != b).sum()} cells differ, {int(b.sum()) - int(a.sum()):+d} in all)"
            )
    if found.wealth != carried.wealth:
        raise NotConserved(
            f"wealth: carried {carried.wealth}, counted {found.wealth} (0.1 M VND), {found.wealth - carried.wealth:+d}"
        )
    people = int(found.persons.sum())
    if people != persons:
        raise NotConserved(f"persons: {persons} expected, {people} counted, {people - persons:+d}")
    if (found.households < 0).any() or found.persons.sum() < found.households.sum():
        raise NotConserved("a household without members")
