"""What the screens of the household pass read: bounds by member that need no kin, in one look-up each.

A screen lets pass everybody to whom its rule may do something, and few others; the exact rule follows. Where the two
eldest are a couple by every reading of `dicu.behaviour.kin` (`sure_couple`), neither looks for a partner or parts from
parents, and the bounds on their life events and on their thinking of a move are that much lower.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.ages import Ages
from dicu.behaviour.kin import CHILD_AT_HOME_BELOW, GENERATION_YEARS, WIDEST_COUPLE_YEARS
from dicu.behaviour.life_course import LifeTable
from dicu.behaviour.member_word import HAZARD_BITS, HAZARD_MASK
from dicu.behaviour.move import Readiness
from dicu.compute.draws import TWO_32
from dicu.compute.kernel import kernel
from dicu.population.columns import BIRTH_YEAR_ZERO, LODGING, MEMBERS, Rows

CODES: Final = 256
"""Member bytes; those of a member of a couple stand this far behind."""
_PAIR: Final = 2
"""Members, the eldest, who may be a couple for certain."""
LOOKS_SHIFT: Final = 32
LOOKS_MASK: Final = 0xFFFF
READY_SHIFT: Final = 48
_READY_MOST: Final = 10_000
"""Units of the readiest member, six of whom fit 16 bits."""
_MARGIN: Final = 1.0 + 2.0**-20
"""Far above the rounding of a product of 32-bit floats."""


class ScreenTable(NamedTuple):
    """What the screens read in one step (P places, A areas of births and deaths).

    Attributes
    ----------
    member : (A x 2 x 256,) uint64
        By area, whether one of a couple for certain, and member byte; low half: the packed word of
        `dicu.behaviour.member_word` with the area's bound of life events; then 16 bits of readiness as offers see it
        (`dicu.behaviour.consider.looks_table`), and 16 of a bound on readiness in ``unit``.
    first : (P,) uint32
        Where the area of each place begins.
    unit : float32
        Of the bound on readiness.
    offer : (P,) float32
        Times readiness as offers see it, a bound on the chance of an offer, in 2^-32.
    ties : (256,) float32
        By how much ties lower the chance to consider a move, rounded up.
    last_grown, last_settled : uint8
        Byte of the youngest who may be somebody's partner, and of the youngest who is nobody's child at home.
    """

    member: NDArray[np.uint64]
    first: NDArray[np.uint32]
    unit: np.float32
    offer: NDArray[np.float32]
    ties: NDArray[np.float32]
    last_grown: np.uint8
    last_settled: np.uint8


def screen_table(
    life: LifeTable,
    ready: Readiness,
    looks: NDArray[np.uint16],
    offers: NDArray[np.float64],
    ties: NDArray[np.float64],
    ages: Ages,
) -> ScreenTable:
    """Bounds of one step.

    Parameters
    ----------
    life : LifeTable
    ready : Readiness
    looks : (256,) uint16
        Readiness by member byte as offers see it, in 1/256.
    offers : (P,) float64
        Offers for each unit of ``looks`` at each place.
    ties : (256,) float64
        By how much ties lower the hazard to consider a move.
    ages : Ages
    """
    hazards, word = life.hazards, life.word
    alone = hazards.death + np.maximum(hazards.birth + hazards.part, hazards.seek)
    paired = hazards.death + hazards.birth
    total = np.stack([alone, paired], axis=1)  # (A, 2, 256)
    bound = np.where(word > 0, np.ceil(total * 2.0**HAZARD_BITS) + 1, 0).astype(np.uint64)
    counts = (word & ~np.uint32(HAZARD_MASK)).astype(np.uint64)
    unit = max(float(ready.by_member.max()), 1.0) / _READY_MOST
    each = np.stack([ready.by_member, ready.by_member * ready.partnered])
    units = np.ceil(each / unit).astype(np.uint64)
    seen = looks.astype(np.uint64) << np.uint64(LOOKS_SHIFT)
    member = bound | counts | seen | units << np.uint64(READY_SHIFT)
    grown = ages.year - BIRTH_YEAR_ZERO - ages.marriage
    settled = ages.year - BIRTH_YEAR_ZERO - max(CHILD_AT_HOME_BELOW, ages.marriage)
    return ScreenTable(
        member=np.ascontiguousarray(member).reshape(-1),
        first=(life.area * (2 * CODES)).astype(np.uint32),
        unit=np.float32(unit * _MARGIN),
        offer=(offers * (TWO_32 * _MARGIN)).astype(np.float32),
        ties=(ties * _MARGIN).astype(np.float32),
        last_grown=np.uint8(grown << 1 | 1),
        last_settled=np.uint8(settled << 1 | 1),
    )


@njit(cache=True, inline="always")
def sure_couple(
    eldest: np.uint8,
    second: np.uint8,
    third: np.uint8,
    youngest: np.uint8,
    attributes: np.uint8,
    t: ScreenTable,
) -> np.uint8:
    """1 if the two eldest are a couple for certain and in no other's household, else 0; bytes of the members.

    A man and a woman close in age: nobody else is grown; or both are of an age at which nobody is a child at home, and
    all others are such children, or theirs by age, with nobody a generation younger than the eldest of them.
    """
    years = np.uint8(np.uint8(second >> np.uint8(1)) - np.uint8(eldest >> np.uint8(1)))
    near = np.uint8(years <= np.uint8(WIDEST_COUPLE_YEARS))
    kin = np.uint8(np.uint8(attributes & np.uint8(LODGING)) != np.uint8(LODGING))
    # nobody is 0 and wraps to the largest byte
    grown = np.uint8(np.uint8(second - np.uint8(1)) < t.last_grown)
    only = np.uint8(np.uint8(third - np.uint8(1)) >= t.last_grown)
    settled = np.uint8(np.uint8(second - np.uint8(1)) < t.last_settled) & np.uint8(third > t.last_settled)
    older = np.uint8(np.uint8(third >> np.uint8(1)) - np.uint8(eldest >> np.uint8(1)))
    younger = np.uint8(np.uint8(youngest >> np.uint8(1)) - np.uint8(third >> np.uint8(1)))
    parents = np.uint8(older >= np.uint8(GENERATION_YEARS)) & np.uint8(younger < np.uint8(GENERATION_YEARS))
    known = np.uint8(grown & only) | np.uint8(settled & parents)
    return np.uint8(np.uint8(known & near) & np.uint8(kin & np.uint8(eldest ^ second)))


@kernel
def bounds_of(i: int, h: Rows, t: ScreenTable) -> np.uint64:
    """Sum of the bounds of the members of row i, as they lie in ``member`` of `ScreenTable`."""
    member = h.member[i]
    youngest = member[_PAIR]
    for m in range(_PAIR, MEMBERS):
        youngest = max(youngest, member[m])
    couple = sure_couple(member[0], member[1], member[2], youngest, h.attributes[i], t)
    total = np.uint64(0)
    for m in range(MEMBERS):
        first = t.first[h.place[i]] + (CODES if m < _PAIR and couple else 0)
        total = np.uint64(total + t.member[first + member[m]])
    return total


__all__ = [
    "CODES",
    "LOOKS_MASK",
    "LOOKS_SHIFT",
    "READY_SHIFT",
    "ScreenTable",
    "bounds_of",
    "screen_table",
    "sure_couple",
]
