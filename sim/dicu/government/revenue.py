"""What places raise themselves: tax that follows residents and their income, and revenue from land."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.government.budget import VND_PER_MVND
from dicu.world.world import World

ONE: Final = 65_536
"""Indices of income and rent are whole numbers of 1/65,536, so that revenue is exact in any order."""


def income_level(expected: NDArray[np.float64], workers: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean income a worker that people of each place believe in, M VND per month; 0 where nobody works; (P,) float64.

    Parameters
    ----------
    expected
        (P, T) float64, income by type (`dicu.economy.markets.Markets.expected`).
    workers
        (P, T) int64.
    """
    return np.asarray(_mean_over_workers(expected, workers))


@njit(cache=True)
def _mean_over_workers(expected: NDArray[np.float64], workers: NDArray[np.int64]) -> NDArray[np.float64]:
    mean = np.zeros(expected.shape[0])
    for j in range(expected.shape[0]):
        total, people = 0.0, 0
        for t in range(expected.shape[1]):
            total += workers[j, t] * expected[j, t]
            people += workers[j, t]
        if people > 0:
            mean[j] = total / people
    return mean


def index_of(now: NDArray[np.float64] | None, start: NDArray[np.float64] | None, n: int) -> NDArray[np.int64]:
    """An amount (n,) over that of the start (n,), in whole 1/`ONE`; 1 where either is 0 or not known; (n,) int64."""
    if now is None or start is None:
        return np.full(n, ONE, dtype=np.int64)
    ratio = np.divide(now, start, out=np.ones(n), where=(now > 0) & (start > 0))
    return np.rint(ratio * ONE).astype(np.int64)


def local_revenue(
    world: World, residents: NDArray[np.int64], national_budget_vnd: int, share: float
) -> NDArray[np.int64]:
    """Revenue a head that each place raises: a share of the national mean budget a head, by its province's
    income.

    Returns
    -------
    (P,) int64, dong a step.
    """
    income_vnd = np.rint(world.province_income_mvnd * VND_PER_MVND).astype(np.int64)[world.province]
    people = int(residents.sum())
    mean_income = int((income_vnd * residents).sum()) / people
    revenue = share * (national_budget_vnd / people) * (income_vnd / mean_income)
    return np.asarray(np.floor(revenue), dtype=np.int64)


class Revenue:
    """Local revenue by place.

    Parameters
    ----------
    vnd_per_head
        (P,) int64, revenue a resident at the start, dong a step.
    land_share
        Share of it that comes from land.
    income
        (P,) float64, income at the start, or None when it is not followed.

    Attributes
    ----------
    tax, land : (P,) int64
        Raised in the last step, dong.
    """

    def __init__(
        self, vnd_per_head: NDArray[np.int64], land_share: float, income: NDArray[np.float64] | None
    ) -> None:
        self.vnd_per_head, self._land_share = vnd_per_head, land_share
        self.land_per_head = np.floor(vnd_per_head * land_share + 0.5).astype(np.int64)
        self.income_at_start = None if income is None else income.copy()
        self.rent_at_start: NDArray[np.float64] | None = None
        self.tax = self.land = np.zeros(len(vnd_per_head), dtype=np.int64)

    def raise_from(
        self,
        residents: NDArray[np.int64],
        income: NDArray[np.float64] | None,
        rent: NDArray[np.float64] | None = None,
        kept: NDArray[np.float64] | None = None,
    ) -> None:
        """One step: tax on residents by their income, and from land by residents and rent, both over the start's.

        Rents of the first step that has any are those of the start. ``kept`` (P,) multiplies both: 1 but in cities
        that keep more of what they raise (`dicu.economy.central`); None: 1 everywhere.
        """
        n = len(residents)
        if rent is not None and self.rent_at_start is None:
            self.rent_at_start = rent.copy()
        tax = residents * (self.vnd_per_head - self.land_per_head)
        self.tax = scaled(tax, index_of(income, self.income_at_start, n))
        self.land = scaled(residents * self.land_per_head, index_of(rent, self.rent_at_start, n))
        if kept is not None:
            share = np.rint(kept * ONE).astype(np.int64)
            self.tax, self.land = scaled(self.tax, share), scaled(self.land, share)

    def take_over(
        self,
        vnd_per_head: NDArray[np.int64],
        raised: tuple[NDArray[np.int64], NDArray[np.int64]],
        income: NDArray[np.float64] | None,
        rent: NDArray[np.float64] | None,
    ) -> None:
        """Be as another was.

        Parameters
        ----------
        vnd_per_head : (P,) int64
            Dong a step for each resident.
        raised : two (P,) int64
            Tax and land of its last step, dong.
        income, rent : (P,) float64 or None
            Of its start; None where they are not known.
        """
        self.vnd_per_head = vnd_per_head
        self.land_per_head = np.floor(vnd_per_head * self._land_share + 0.5).astype(np.int64)
        self.tax, self.land = raised
        self.income_at_start, self.rent_at_start = income, rent


def scaled(amount: NDArray[np.int64], index: NDArray[np.int64]) -> NDArray[np.int64]:
    """Amounts (n,) times ``index`` (n,) / `ONE`, rounded down, without overflow up to 10^14; (n,) int64."""
    whole, rest = np.divmod(amount, ONE)
    return np.asarray(whole * index + rest * index // ONE, dtype=np.int64)
