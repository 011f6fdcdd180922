"""Residence five years ago, as censuses and surveys ask for it: who lives elsewhere now.

Beside each household row stands the place of five years ago, two bytes per row: a household founded since inherits that
of the household it came out of, and rows that are moved at the commit take theirs along. A person is attributed what
stands beside the row it lives in (assumption A45); moves back within the five years do not count, nor do the moves of
those who died, as in a census. Who moved to a partner, or home to the parents, shares the row of somebody else: such
people are counted when they move, by the place beside the row they leave, and taken for alive and still there at the
end.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.commit.changes import Changes
from dicu.compute.kernel import kernel
from dicu.population.columns import BIRTH_YEAR_ZERO, MEMBERS, Households

YEARS: Final = 5
LEAST_AGE: Final = 5
N_SCOPES: Final = 5


class LegacyUnits(NamedTuple):
    """Units of before the reform to which each place belongs, (P,) int32 each."""

    commune: NDArray[np.int32]
    district: NDArray[np.int32]
    province: NDArray[np.int32]


@njit(cache=True, inline="always")
def _scope(a: np.int64, b: np.int64, units: LegacyUnits) -> int:
    """How far two places lie apart: the same, in the commune, in the district, in the province, beyond; 0..4."""
    if a == b:
        return 0
    if units.commune[a] == units.commune[b]:
        return 1
    if units.district[a] == units.district[b]:
        return 2
    return 3 if units.province[a] == units.province[b] else 4


@kernel
def _joined_by_scope(
    guest: NDArray[np.int64],
    host: NDArray[np.int64],
    then: NDArray[np.uint16],
    place: NDArray[np.int32],
    units: LegacyUnits,
    out: NDArray[np.int64],
) -> None:
    """Who moved into another row: one more by the row each left, one less by the row each now shares."""
    for k in range(guest.shape[0]):
        b = np.int64(place[k])
        out[_scope(np.int64(then[guest[k]]), b, units)] += 1
        out[_scope(np.int64(then[host[k]]), b, units)] -= 1


@kernel
def _persons_by_scope(
    n: int,
    then: NDArray[np.uint16],
    place: NDArray[np.uint16],
    member: NDArray[np.uint8],
    last_code: int,
    units: LegacyUnits,
    out: NDArray[np.int64],
) -> None:
    """Members with codes 1..last_code (old enough) by how far their row lives from where it did."""
    for i in range(n):
        a, b = np.int64(then[i]), np.int64(place[i])
        scope = _scope(a, b, units)
        for m in range(MEMBERS):
            out[scope] += np.int64(0 < member[i, m] <= last_code)


class FiveYear:
    """Where each row lived at the last whole five years of the run.

    Parameters
    ----------
    households : Households
        At the start of the run.
    commune, district, province : (P,) int32
        Units of before the reform to which each place belongs, on whose map scopes are told.
    """

    def __init__(
        self,
        households: Households,
        commune: NDArray[np.int32],
        district: NDArray[np.int32],
        province: NDArray[np.int32],
    ) -> None:
        self._units = LegacyUnits(commune, district, province)
        self._joined = np.zeros(N_SCOPES, dtype=np.int64)
        self._then = np.empty(0, dtype=np.uint16)
        self.n = 0
        self.begin(households)

    @property
    def then(self) -> NDArray[np.uint16]:
        """(rows,) place of each row at the beginning of the five years."""
        return self._then[: self.n]

    @property
    def joined(self) -> NDArray[np.int64]:
        """(5,) what partners who moved add to the persons of each scope, beyond what their rows say."""
        return self._joined

    def begin(self, households: Households) -> None:
        """Five years begin: everybody is where it is now."""
        self._joined[:] = 0
        self.n = households.n
        self._room(households.capacity)
        self._then[: self.n] = households.place[: self.n]

    def go_on(self, then: NDArray[np.uint16], joined: NDArray[np.int64], households: Households) -> None:
        """Take over `then` and `joined` of a state that was saved with these households."""
        if len(then) != households.n:
            raise ValueError(f"five-year residence of {len(then)} rows, but {households.n} households")
        self.n = households.n
        self._room(households.capacity)
        self._then[: self.n] = then
        self._joined[:] = joined

    def follow(self, changes: Changes, households: Households) -> None:
        """Carry the places through the commit of one step.

        Raises
        ------
        RuntimeError
            When the rows that the step added and freed do not lead from the rows before to those after.
        """
        grown = self.n + len(changes.parent_row)
        if grown - changes.freed_rows != households.n:
            raise RuntimeError(
                f"five-year residence: {self.n} rows, {len(changes.parent_row)} added and {changes.freed_rows} "
                f"freed, but {households.n} households"
            )
        self._room(max(grown, households.n))
        then = self._then
        _joined_by_scope(
            changes.guest_row, changes.host_row, then, changes.joined_place, self._units, self._joined
        )
        then[self.n : grown] = then[changes.parent_row]
        then[changes.row_target] = then[changes.row_source]
        self.n = households.n

    def persons(self, households: Households, year: int) -> NDArray[np.int64]:
        """Persons aged 5 and over by where they lived five years ago, in members of rows.

        Parameters
        ----------
        year : int
            Year in which ages are read, by year of birth.

        Returns
        -------
        (5,) int64
            In the same place, elsewhere in the commune, in the district, in the province, in another province.
        """
        out = np.zeros(N_SCOPES, dtype=np.int64)
        # codes rise with the year of birth; the last bit is the sex
        last_code = min(max((year - LEAST_AGE - BIRTH_YEAR_ZERO) << 1 | 1, 0), 255)
        _persons_by_scope(
            self.n, self._then, households.place, households.member, last_code, self._units, out
        )
        out += self._joined
        # in a small world a row may be gone that a partner had moved to
        out[0] += np.minimum(out[1:], 0).sum()
        return np.maximum(out, 0)

    def _room(self, rows: int) -> None:
        if rows > len(self._then):
            made = np.empty(max(rows, len(self._then) + len(self._then) // 8), dtype=np.uint16)
            made[: len(self._then)] = self._then
            self._then = made


__all__ = ["LEAST_AGE", "N_SCOPES", "YEARS", "FiveYear"]
