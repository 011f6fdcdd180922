"""Everything a household sees in one step, frozen before the household pass begins: one table a rule.

The rules read these tables and the household's own row, nothing else.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.ages import Ages
from dicu.behaviour.choose import ChooseTable
from dicu.behaviour.consider import ConsiderTable
from dicu.behaviour.couples import CoupleTable
from dicu.behaviour.geography import Where
from dicu.behaviour.life_course import LifeTable
from dicu.behaviour.move import MoveTable
from dicu.behaviour.screening import ScreenTable
from dicu.behaviour.wealth import MoneyTable
from dicu.behaviour.work import WorkTable


class Tables(NamedTuple):
    """Frozen state of one step.

    Attributes
    ----------
    where, consider, choose, move, life, couples, money, work
        One table a rule; each stands beside its rule.
    screen : ScreenTable
        Bounds of life events, moves and offers, which the exact rules follow.
    ages : Ages
        Year in which ages are read, and the ages that the law sets.
    ties_growth : uint16
    struck : (P,) uint8
        A disaster strikes the farms here in this step.
    """

    where: Where
    consider: ConsiderTable
    choose: ChooseTable
    move: MoveTable
    life: LifeTable
    couples: CoupleTable
    money: MoneyTable
    work: WorkTable
    screen: ScreenTable
    ages: Ages
    ties_growth: np.uint16
    struck: NDArray[np.uint8]


__all__ = ["Tables"]
