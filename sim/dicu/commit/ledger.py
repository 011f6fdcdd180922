"""The moves of a step as they are committed, and, when they are to be recorded one by one, who made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.tables import Tables
from dicu.population.columns import BIRTH_YEAR_ZERO, MEMBERS, TYPE_MASK, Households
from dicu.scenario.vocabulary import SCOPES

AGES: Final = 128


@dataclass(frozen=True, eq=False)
class Movers:
    """Who made each of E moves, as they were before they moved.

    Attributes
    ----------
    uid : (E,) uint64
        The household that moved, or out of which somebody left.
    kind : (E,) uint8
        Index into `MOVE_KINDS`.
    type : (E,) uint8
        Household type, see `dicu.population.life_stage.type_of`.
    income_quantile : (E,) uint8
    age : (E,) int32
        Of who left alone, else of the eldest who moved; empty until the ledger knows them.
    """

    uid: NDArray[np.uint64]
    kind: NDArray[np.uint8]
    type: NDArray[np.uint8]
    income_quantile: NDArray[np.uint8]
    age: NDArray[np.int32]

    @classmethod
    def of(cls, households: Households, rows: NDArray[np.integer], kind: NDArray[np.integer]) -> Movers:
        """Read ``rows`` (E,) before anything is written to them; ``kind`` (E,) or (1,)."""
        h = households
        return cls(
            uid=h.uid[rows],
            kind=np.broadcast_to(kind.astype(np.uint8), len(rows)),
            type=h.flags[rows] & np.uint8(TYPE_MASK),
            income_quantile=h.income_quantile[rows],
            age=np.empty(0, dtype=np.int32),
        )

    def take(self, index: NDArray[np.integer] | NDArray[np.bool_]) -> Movers:
        """Some of them."""
        return Movers(
            self.uid[index], self.kind[index], self.type[index], self.income_quantile[index], self.age
        )


class Ledger:
    """The moves of a step as they are committed, part after part."""

    def __init__(self) -> None:
        self._parts: list[tuple[NDArray[Any], ...]] = []
        self._movers: list[Movers] = []
        self.by_age = np.zeros((len(SCOPES), 2, AGES), dtype=np.int64)

    def add(
        self,
        origin: NDArray[np.integer],
        destination: NDArray[np.integer],
        people: NDArray[np.uint8],
        reason: NDArray[np.uint8],
        tables: Tables,
        movers: Movers | None = None,
    ) -> None:
        """Moves of (E,) households or persons, ``people`` (E, 6) coded as in the member column."""
        away = np.flatnonzero(origin != destination)
        a, b, who = origin[away].astype(np.int32), destination[away].astype(np.int32), people[away]
        _ages(a, b, who, tables.where.district, tables.where.province, tables.ages.year, self.by_age)
        self._parts.append((a, b, np.count_nonzero(who, axis=1).astype(np.int64), reason[away]))
        if movers is not None:
            m = movers.take(away)
            age = (
                tables.ages.year - BIRTH_YEAR_ZERO - (who[:, 0] >> 1).astype(np.int32)
            )  # the eldest stands first
            self._movers.append(Movers(m.uid, m.kind, m.type, m.income_quantile, age.astype(np.int32)))

    def column(self, k: int, dtype: type) -> NDArray[Any]:
        """One column of all parts."""
        return np.concatenate([part[k] for part in self._parts]) if self._parts else np.empty(0, dtype=dtype)

    def movers(self) -> Movers | None:
        """Who made the moves of all parts, in the same order; None when they were not asked for."""
        if not self._movers:
            return None
        return Movers(
            *(
                np.concatenate([getattr(part, name) for part in self._movers])
                for name in ("uid", "kind", "type", "income_quantile", "age")
            )
        )


@njit(cache=True)
def _ages(
    origin: NDArray[np.int32],
    destination: NDArray[np.int32],
    people: NDArray[np.uint8],
    district: NDArray[np.int32],
    province: NDArray[np.int32],
    year: int,
    out: NDArray[np.int64],
) -> None:
    for k in range(origin.shape[0]):
        a, b = district[origin[k]], district[destination[k]]
        scope = 0 if a == b else (1 if province[a] == province[b] else 2)
        for m in range(MEMBERS):
            code = int(people[k, m])
            if code != 0:
                age = min(max(year - BIRTH_YEAR_ZERO - (code >> 1), 0), AGES - 1)
                out[scope, code & 1, age] += 1
