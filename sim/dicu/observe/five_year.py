"""Residence five years ago, as censuses and surveys ask for it: who lives elsewhere now.

Beside each household row stands the place of five years ago, two bytes per row: a household founded since inherits that
of the household it came out of, and rows that are moved at the commit take theirs along. A person is attributed what
stands beside the row it lives in (assumption A45); moves back within the five years do not count, nor do the moves of
those who died, as in a census. Who moved to a partner, or home to the parents, shares the row of somebody else: such
people are counted when they move, by the place beside the row they leave, and taken for alive and still there at the
end. Who came from abroad within the five years is taken to have lived where it arrived.

The same count is told twice: by how far apart the two places lie, and by pairs of provinces.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.commit.changes import Changes
from dicu.compute.kernel import kernel
from dicu.compute.ranks import ALONE, Ranks
from dicu.population.columns import BIRTH_YEAR_ZERO, MEMBERS, Households

YEARS: Final = 5
LEAST_AGE: Final = 5
N_SCOPES: Final = 5
ANOTHER_PROVINCE: Final = 4
"""The last scope."""


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


@njit(cache=True, inline="always")
def _came_from(a: np.int64, b: np.int64, units: LegacyUnits, provinces: int) -> int:
    """Column of who lived in place ``a`` and lives in ``b``: that of the other province, or of the scope within."""
    scope = _scope(a, b, units)
    return units.province[a] if scope == ANOTHER_PROVINCE else provinces + scope


@kernel
def _joined_by_origin(
    guest: NDArray[np.int64],
    host: NDArray[np.int64],
    then: NDArray[np.uint16],
    place: NDArray[np.int32],
    units: LegacyUnits,
    out: NDArray[np.int64],
) -> None:
    """Who moved into another row: one more by the row each left, one less by the row each now shares."""
    provinces = out.shape[0]
    for k in range(guest.shape[0]):
        b = np.int64(place[k])
        province = units.province[b]
        out[province, _came_from(np.int64(then[guest[k]]), b, units, provinces)] += 1
        out[province, _came_from(np.int64(then[host[k]]), b, units, provinces)] -= 1


@kernel
def _persons_by_origin(
    n: int,
    then: NDArray[np.uint16],
    place: NDArray[np.uint16],
    member: NDArray[np.uint8],
    last_code: int,
    units: LegacyUnits,
    out: NDArray[np.int64],
) -> None:
    """Members with codes 1..last_code (old enough) by where their row lives and where it did."""
    provinces = out.shape[0]
    for i in range(n):
        b = np.int64(place[i])
        column = _came_from(np.int64(then[i]), b, units, provinces)
        for m in range(MEMBERS):
            out[units.province[b], column] += np.int64(0 < member[i, m] <= last_code)


class Residence(NamedTuple):
    """Persons aged 5 and over by where they lived five years ago, in members of rows.

    Attributes
    ----------
    by_scope : (5,) int64
        In the same place, elsewhere in the commune, in the district, in the province, in another province.
    between : (R, R) int64
        By province then and province now, before the reform; its diagonal adds up to the first four scopes, and all
        else to the fifth, to the person.
    """

    by_scope: NDArray[np.int64]
    between: NDArray[np.int64]


def lowered(values: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Counts of nobody or more that sum to ``total``: negative ones are 0, the largest are cut down to a common height.

    Where the height leaves a remainder, the first of the highest give one more each.

    Parameters
    ----------
    values : (n,) int64
    total : int
        At most the sum of those above 0.
    """
    left = np.maximum(values, 0)
    low, high = 0, int(left.max(initial=0))
    while low < high:
        height = (low + high) // 2
        low, high = (low, height) if np.minimum(left, height).sum() >= total else (height + 1, high)
    left = np.minimum(left, low)
    left[np.flatnonzero(left == low)[: left.sum() - total]] -= 1
    return left


def settle(counted: NDArray[np.int64]) -> Residence:
    """Counts of nobody or more out of what rows and partners who moved add up to.

    A row that a partner had moved to may be gone, and the one less by it is then missing where it is taken off: in a
    small world a count falls below nobody. Scopes give back from the first on, so that they add up to all persons.
    Streams into a province give back from the largest of them; who lives in each province never changes, nor how many
    lived in another one in all.

    Parameters
    ----------
    counted : (R, R + 4) int64
        By province now (row): who lived in each other province, then who lived in this one, by scope.
    """
    r = len(counted)
    by_scope = np.r_[counted[:, r:].sum(axis=0), counted[:, :r].sum()]
    owed = int(np.minimum(by_scope, 0).sum())
    by_scope = np.maximum(by_scope, 0)
    for scope in range(N_SCOPES):
        back = min(-owed, int(by_scope[scope]))
        by_scope[scope] -= back
        owed += back
    lives = counted.sum(axis=1)
    came = np.clip(counted[:, :r].sum(axis=1), 0, lives)
    beyond = int(by_scope[ANOTHER_PROVINCE])
    if came.sum() >= beyond:
        came = lowered(came, beyond)
    else:
        came = lives - lowered(lives - came, int(lives.sum()) - beyond)
    between = np.zeros((r, r), dtype=np.int64)
    for d in range(r):
        streams = np.maximum(counted[d, :r], 0)
        missing = int(came[d] - streams.sum())
        if missing > 0:
            others = np.where(np.arange(r) == d, -1, streams)
            streams[int(others.argmax())] += missing
        between[:, d] = lowered(streams, int(came[d]))
        between[d, d] = lives[d] - came[d]
    return Residence(by_scope, between)


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
        provinces = int(province.max()) + 1  # a world has no province without a place
        self._joined = np.zeros((provinces, provinces + ANOTHER_PROVINCE), dtype=np.int64)
        self._then = np.empty(0, dtype=np.uint16)
        self.n = 0
        self.begin(households)

    @property
    def then(self) -> NDArray[np.uint16]:
        """(rows,) place of each row at the beginning of the five years."""
        return self._then[: self.n]

    @property
    def joined(self) -> NDArray[np.int64]:
        """(R, R + 4) what partners who moved add to the persons counted, see `settle`, beyond what their rows say."""
        return self._joined

    def begin(self, households: Households) -> None:
        """Five years begin: everybody is where it is now."""
        self._joined[:] = 0
        self.n = households.n
        self._room(households.capacity)
        self._then[: self.n] = households.place[: self.n]

    def go_on(self, then: NDArray[np.uint16], joined: NDArray[np.int64], households: Households) -> None:
        """Take over `then` (rows,) and `joined` of a state that was saved with these households.

        Raises
        ------
        ValueError
            When there are more or fewer households than rows.
        """
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
        founded = self.n + len(changes.parent_row)
        arrived = changes.abroad.place if changes.abroad is not None else np.empty(0, dtype=np.int32)
        grown = founded + len(arrived)
        came = sum(shipment.n for shipment in changes.shipments)
        if grown + came - changes.emptied != households.n:
            raise RuntimeError(
                f"five-year residence: {self.n} rows, {grown - self.n} added, {came} from other ranks and "
                f"{changes.emptied} freed, but {households.n} households"
            )
        self._room(max(grown + came, households.n))
        then = self._then
        then[self.n : founded] = then[changes.parent_row]
        then[founded:grown] = arrived
        for shipment in changes.shipments:
            then[shipment.first : shipment.first + shipment.n] = shipment.carry("five years", then)
        _joined_by_origin(
            changes.guest_row, changes.host_row, then, changes.joined_place, self._units, self._joined
        )
        then[changes.row_target] = then[changes.row_source]
        self.n = households.n

    def persons(self, households: Households, year: int, ranks: Ranks = ALONE) -> Residence:
        """Persons aged 5 and over by where they lived five years ago.

        Parameters
        ----------
        year : int
            Year in which ages are read, by year of birth.
        ranks : Ranks
            Of whose households this is a part; all of them call it together.
        """
        counted = self._joined.copy()
        # codes rise with the year of birth; the last bit is the sex
        last_code = min(max((year - LEAST_AGE - BIRTH_YEAR_ZERO) << 1 | 1, 0), 255)
        _persons_by_origin(
            self.n, self._then, households.place, households.member, last_code, self._units, counted
        )
        return settle(ranks.sum("tables", counted))

    def _room(self, rows: int) -> None:
        if rows > len(self._then):
            made = np.empty(max(rows, len(self._then) + len(self._then) // 8), dtype=np.uint16)
            made[: len(self._then)] = self._then
            self._then = made


__all__ = ["ANOTHER_PROVINCE", "LEAST_AGE", "N_SCOPES", "YEARS", "FiveYear", "Residence", "lowered", "settle"]
