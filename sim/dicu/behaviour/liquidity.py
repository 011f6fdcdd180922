"""Rule `liquidity`: a nest is open only to those whose wealth pays the way and the first rents.

needed = (c1 + c2 km + months rent) x mountain factor, the factor applying to those who leave the mountains; rent is
that of the destination (rule `housing`). In units of wealth, rounded up. The way is paid at the
move, the rents must only be owned (assumption A42).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.geography import Distances, Geography
from dicu.behaviour.wealth import MOST_WEALTH, UNITS_PER_MVND
from dicu.scenario.parameters_household import Money


class Needed(NamedTuple):
    """Wealth needed to move, in units of 0.1 M VND; 65,535 where it would be that much or more.

    Attributes
    ----------
    own : (L,) uint16
        To another place of the own district.
    district : (L, L) uint16
        From district (row) to another district of the same province; 65,535 elsewhere, where no such nest is.
    province : (L, R) uint16
        From district to another province; the own province's column is filled likewise and not a nest.
    """

    own: NDArray[np.uint16]
    district: NDArray[np.uint16]
    province: NDArray[np.uint16]


class MovePrice(NamedTuple):
    """What a move costs, as in `dicu.scenario.parameters_household.Money`: M VND, M VND per km, months, a factor."""

    move_cost: float
    move_cost_per_km: float
    rent_months: float
    mountain_factor: float


def price_of(money: Money, *, rent: bool) -> MovePrice:
    """Prices of a run, with or without the first rents."""
    months = money.rent_months if rent else 0.0
    return MovePrice(money.move_cost, money.move_cost_per_km, months, money.mountain_factor)


@njit(cache=True, inline="always")
def needed_units(km: float, rent_mvnd: float, from_mountains: bool, price: MovePrice) -> int:
    """Least wealth, in units of 0.1 M VND, with which a household can pay for a move; at most 65,535.

    Parameters
    ----------
    km : float
        Straight-line distance.
    rent_mvnd : float
        Rent a month at the destination, M VND; 0 for those who have a house there.
    from_mountains : bool
    price : MovePrice
    """
    amount = price.move_cost + price.move_cost_per_km * km + price.rent_months * rent_mvnd
    if from_mountains:
        amount = amount * price.mountain_factor
    units = np.ceil(amount * UNITS_PER_MVND)
    return MOST_WEALTH if units >= MOST_WEALTH else int(units)


@njit(cache=True, inline="always")
def purse(wealth: np.uint16, needed: np.uint16) -> bool:
    """Whether a household can pay: its wealth covers what is needed (both in units of 0.1 M VND)."""
    return bool(wealth >= needed)


@njit(cache=True)
def _fill(
    ways: Distances,
    province: NDArray[np.int32],
    first_district: NDArray[np.int32],
    rent_district: NDArray[np.float64],
    rent_province: NDArray[np.float64],
    price: MovePrice,
) -> tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint16]]:
    """`needed_units` of every way there is."""
    n, r = ways.province.shape
    own = np.empty(n, dtype=np.uint16)
    to_district = np.full((n, n), MOST_WEALTH, dtype=np.uint16)
    to_province = np.empty((n, r), dtype=np.uint16)
    for d in range(n):
        high = ways.from_mountains[d]
        for l in range(first_district[province[d]], first_district[province[d] + 1]):
            to_district[d, l] = needed_units(np.float64(ways.district[d, l]), rent_district[l], high, price)
        own[d] = to_district[d, d]
        for q in range(r):
            to_province[d, q] = needed_units(np.float64(ways.province[d, q]), rent_province[q], high, price)
    return own, to_district, to_province


def needed_tables(
    ways: Distances,
    g: Geography,
    rent_district: NDArray[np.float64],
    rent_province: NDArray[np.float64],
    money: Money,
) -> Needed:
    """What each nest costs to reach in this step.

    Parameters
    ----------
    ways : Distances
        Static, `dicu.behaviour.geography.distances`.
    g : Geography
        For which districts form which province.
    rent_district, rent_province : (L,), (R,) float64
        Rent in the nest, M VND per month.
    money : Money

    Raises
    ------
    ValueError
        When the rents have another shape, or one is negative or not a number.
    """
    for name, rent, n in (
        ("rent_district", rent_district, len(g.province)),
        ("rent_province", rent_province, len(g.first_district) - 1),
    ):
        if rent.shape != (n,):
            raise ValueError(f"{name}: shape {rent.shape}, but there are {n} nests")
        bad = ~(rent >= 0.0)
        if bool(bad.any()):
            k = int(np.argmax(bad))
            raise ValueError(f"{name}[{k}] is {float(rent[k])}: 0 or more M VND per month is allowed")
    return Needed(
        *_fill(ways, g.province, g.first_district, rent_district, rent_province, price_of(money, rent=True))
    )


@njit(cache=True)
def _fares(
    km: NDArray[np.float32], from_mountains: NDArray[np.bool_], price: MovePrice
) -> NDArray[np.uint16]:
    """`needed_units` without rent, of every way there is."""
    n = km.shape[0]
    out = np.empty((n, n), dtype=np.uint16)
    for d in range(n):
        for l in range(n):
            out[d, l] = needed_units(np.float64(km[d, l]), 0.0, from_mountains[d], price)
    return out


def move_costs(ways: Distances, money: Money) -> NDArray[np.uint16]:
    """What a move costs between districts, (L, L) uint16 units: c1 + c2 km, dearer out of the mountains; no rent."""
    return _fares(ways.district, ways.from_mountains, price_of(money, rent=False))


__all__ = ["MovePrice", "Needed", "move_costs", "needed_tables", "needed_units", "purse"]
