"""Life stage and type of a household, read from the birth years of its members."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.kernel import kernel
from dicu.population.columns import (
    BIRTH_YEAR_ZERO,
    FORMAL,
    MEMBERS,
    SECTOR_MASK,
    SECTOR_SHIFT,
    SKILL_MASK,
    TYPE_MASK,
)

YOUNG_ADULT = 0
CHILDREN = 1
OTHER = 2
ELDERLY = 3

CHILD_BELOW = 15
ELDERLY_FROM = 60
"""Children are under 15, the elderly 60 and over, as the United Nations count them in every country (World Population
Prospects: ages 0-14; World Population Ageing: older persons, 60 and over)."""
YOUNG_BELOW = 35
"""Where a young adult ends: a class of this model (specification, section 1), of no law and no convention."""

WORKING_FROM: Final = 15
WORKING_UNTIL: Final = 64
"""Working age, 15 to 64, as the United Nations, the ILO and the OECD count it in every country (dependency ratios), not
the least age of employment nor the pension age of any (model specification, section 3)."""


@kernel
def stage_of(members: NDArray[np.uint8], year: int) -> int:
    """Life stage of a household in a year.

    All 60 or older: elderly; else anybody under 15: children; else anybody aged 15-34: young adult; else
    other.

    Parameters
    ----------
    members : (6,) uint8
        ``(birth year - 1910) << 1 | female``; 0 = nobody.
    year : int
        Age is year minus birth year.

    Returns
    -------
    int
        Index into `dicu.scenario.vocabulary.STAGES`; a household without members counts as elderly (nobody is
        younger), and is freed elsewhere.
    """
    child = False
    young = False
    elderly = True
    for i in range(len(members)):
        if members[i] != 0:
            age = year - (BIRTH_YEAR_ZERO + (int(members[i]) >> 1))
            child |= age < CHILD_BELOW
            young |= (age >= CHILD_BELOW) & (age < YOUNG_BELOW)
            elderly &= age >= ELDERLY_FROM
    if elderly:
        return ELDERLY
    if child:
        return CHILDREN
    if young:
        return YOUNG_ADULT
    return OTHER


@kernel
def type_of(stage: int, attributes: np.uint8) -> int:
    """Type t in 0..15 of a household: stage * 4 + skilled * 2 + (sector is not agriculture).

    Parameters
    ----------
    stage : int
        From `stage_of`.
    attributes : uint8
        Bit field of `dicu.population.columns`.
    """
    skilled = int(attributes) & SKILL_MASK
    elsewhere = 1 if (int(attributes) >> SECTOR_SHIFT) & SECTOR_MASK else 0
    return stage * 4 + skilled * 2 + elsewhere


@njit(cache=True, inline="always")
def kind_of(flags: np.uint8, attributes: np.uint8) -> np.uint8:
    """Kind 0..31 of a household: its type, and 16 more with a formal job; the column of tables by status."""
    return np.uint8(
        (flags & np.uint8(TYPE_MASK)) | np.uint8(np.uint8(attributes & np.uint8(FORMAL)) >> np.uint8(2))
    )


@kernel
def of_working_age(members: NDArray[np.uint8], year: int, until: int) -> int:
    """Members from `WORKING_FROM` to ``until`` years old."""
    n = np.int64(0)
    for m in range(MEMBERS):
        code = np.int64(members[m])
        age = year - BIRTH_YEAR_ZERO - (code >> 1)
        n += np.int64((code != 0) & (age >= WORKING_FROM) & (age <= until))
    return int(n)
