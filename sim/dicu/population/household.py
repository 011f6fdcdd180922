"""`Household`: a Mesa agent that is a view of one row of the columns; it owns no data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dicu.compute.mesa_import import mesa
from dicu.population.columns import (
    BIRTH_YEAR_ZERO,
    FORMAL,
    SECTOR_MASK,
    SECTOR_SHIFT,
    SECTORS,
    SKILL_MASK,
    TENURE_MASK,
    TENURE_SHIFT,
    TENURES,
    TYPE_MASK,
    Households,
)
from dicu.scenario.vocabulary import STAGES


class Household(mesa.Agent):  # type: ignore[misc]
    """One household, read through its row.

    Parameters
    ----------
    model : mesa.Model
    columns : Households
        Shared by all views.
    row : int
        Row of this household; the identity is ``uid``, not the row.
    """

    def __init__(self, model: mesa.Model, columns: Households, row: int) -> None:
        super().__init__(model)
        self._columns = columns
        self.row = row

    @property
    def uid(self) -> np.uint64:
        """Identity, by which luck is drawn."""
        return np.uint64(self._columns.uid[self.row])

    @property
    def place(self) -> int:
        """Index of the place it lives in."""
        return int(self._columns.place[self.row])

    @property
    def home_place(self) -> int:
        """Index of the place it came from; its own place for natives."""
        return int(self._columns.home_place[self.row])

    @property
    def ties(self) -> np.uint8:
        """Attachment to the place, 1/255."""
        return np.uint8(self._columns.ties[self.row])

    @ties.setter
    def ties(self, value: np.uint8) -> None:
        self._columns.ties[self.row] = value

    @property
    def members(self) -> NDArray[np.uint8]:
        """(6,) uint8, the coded members, 0 = nobody."""
        members: NDArray[np.uint8] = self._columns.member[self.row]
        return members

    @property
    def size(self) -> int:
        """Persons in the household."""
        return int(np.count_nonzero(self.members))

    @property
    def kind(self) -> int:
        """Type 0..15: life stage x skill x sector."""
        return int(self._columns.flags[self.row]) & TYPE_MASK

    @property
    def life_stage(self) -> str:
        """Life stage in words."""
        return STAGES[self.kind // 4]

    @property
    def skilled(self) -> bool:
        """Whether somebody has professional training."""
        return bool(self._columns.attributes[self.row] & SKILL_MASK)

    @property
    def sector(self) -> str:
        """Main sector of work."""
        return SECTORS[(int(self._columns.attributes[self.row]) >> SECTOR_SHIFT) & SECTOR_MASK]

    @property
    def formal(self) -> bool:
        """Whether its workers have formal jobs."""
        return bool(self._columns.attributes[self.row] & FORMAL)

    @property
    def tenure(self) -> str:
        """How it is housed."""
        return TENURES[(int(self._columns.attributes[self.row]) >> TENURE_SHIFT) & TENURE_MASK]

    @property
    def wealth_mvnd(self) -> float:
        """Wealth, M VND."""
        return float(self._columns.wealth[self.row]) / 10.0

    def ages(self, year: int) -> list[int]:
        """Ages of the members in a year, eldest first."""
        return [year - BIRTH_YEAR_ZERO - (int(m) >> 1) for m in self.members if m]

    def __repr__(self) -> str:
        return (
            f"Household(uid={int(self.uid):#018x}, place={self.place}, size={self.size}, {self.life_stage}, "
            f"{self.sector})"
        )
