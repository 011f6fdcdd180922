"""Rule `consider`: whether an adult of a household thinks about moving in this step.

The hazard of a household is the sum of those of its adults, lambda0 r exp(theta_G G + theta_S (1 - A) + theta_X X / 7
- theta_T T), chance 1 - exp(-hazard). Readiness r is a smooth function of the adult's age (`readiness_at`), times a
ratio for women and one for who has a partner. Whom the thought concerns is drawn in proportion to r
(`dicu.behaviour.move`).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.ages import Ages
from dicu.behaviour.kin import couples_of
from dicu.behaviour.move import Readiness
from dicu.compute.draws import happens_at
from dicu.compute.hashing import hash32
from dicu.compute.kernel import kernel
from dicu.compute.numeric import exp64
from dicu.compute.pool import over_blocks
from dicu.compute.ranks import ALONE, Ranks
from dicu.population.columns import (
    BIRTH_YEAR_ZERO,
    MEMBERS,
    N_KINDS,
    SHOCK_MASK,
    SHOCK_SHIFT,
    TYPE_MASK,
    Rows,
)
from dicu.population.life_stage import kind_of
from dicu.scenario.parameters import Consider

_BYTES: Final = 256
_BLOCK: Final = 1 << 14
LOOK_UNITS: Final = 256
"""Units of `looks_table`: six of the readiest women fit 16 bits."""
_HALF_A_UNIT: Final = 0.5
_UNITS: Final = 1 << 20
"""Readiness is summed over households in 2^-20, as integers: the same in any order of rows."""


class ConsiderTable(NamedTuple):
    """What `considers` and its screen read in one step (P places, T types, 2 T kinds).

    Attributes
    ----------
    hazard : (P, 2 T) float64, per step
        lambda of considering a move for an adult of readiness 1 without ties, by kind.
    bound : (P, 2 T) float32
        The same in 2^-32, rounded up; times a bound on the members' readiness it bounds the chance to consider.
    tie_hazard : (256,) float64
        exp(-theta_T T) for T in 1/255.
    shock_hazard : (8,) float64
        exp(theta_X X / 7); ``shock_bound`` is the integer above its largest.
    key : uint64
        Of this step's draws.
    """

    hazard: NDArray[np.float64]
    bound: NDArray[np.float32]
    tie_hazard: NDArray[np.float64]
    shock_hazard: NDArray[np.float64]
    shock_bound: np.float32
    key: np.uint64


def readiness_at(age: float, consider: Consider) -> float:
    """Readiness of an adult of an age to think of moving, 1 at its peak and smooth at all ages.

    c + (1 - c) exp(-alpha (x - a*) + (alpha / lambda) (1 - exp(-lambda (x - a*)))): the labour component of the model
    migration schedule (Rogers and Castro 1981), written by the age of its peak, above a floor.
    """
    years = age - consider.peak_age
    steep = consider.fall / consider.rise
    exponent = -consider.fall * years + steep * (1.0 - exp64(-consider.rise * years))
    return float(consider.floor + (1.0 - consider.floor) * exp64(exponent))


def readiness_table(consider: Consider, ages: Ages) -> NDArray[np.float64]:
    """Readiness of a member without a partner by member byte in a year, (256,) float64; 0 for minors and nobody."""
    out = np.zeros(_BYTES)
    for byte in range(1, _BYTES):
        age = ages.year - BIRTH_YEAR_ZERO - (byte >> 1)
        if age >= ages.majority:
            out[byte] = readiness_at(age, consider) * (consider.women_readiness if byte & 1 else 1.0)
    return out


def rounded_up(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Values of 0 or more in 32-bit floats, each above its own by some 2^-20: sums and products of six stay above."""
    return (values * (1.0 + 1.0 / _UNITS)).astype(np.float32)


def looks_table(by_member: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Readiness by member byte as offers from afar see it, in whole units of 1/256, (256,) uint16.

    Offers reach people in proportion to it, partners and all; whole units, so that its sums are exact.
    """
    return np.floor(by_member * LOOK_UNITS + _HALF_A_UNIT).astype(np.uint16)


@kernel
def readiness(member: NDArray[np.uint8], couples: int, t: Readiness) -> float:
    """Readiness of a household: the sum of that of its adults.

    Parameters
    ----------
    member : (6,) uint8
    couples : int
        Everybody's partner, 4 bits a slot (`dicu.behaviour.kin.couples_of`).
    """
    total = 0.0
    for m in range(MEMBERS):
        if member[m] == 0:
            break
        r = t.by_member[member[m]]
        total += r * t.partnered if (couples >> (4 * m)) & 15 != 0 else r
    return total


@kernel
def readiness_of(i: int, h: Rows, t: Readiness, ages: Ages) -> float:
    """`readiness` of row i."""
    return readiness(h.member[i], couples_of(h.member[i], ages, h.attributes[i]), t)


@njit(cache=True, inline="always")
def calm_hazard(place: int, kind: np.uint8, ties: np.uint8, ready: float, t: ConsiderTable) -> float:
    """Hazard of considering a move, per step, before shocks: of place and kind, times ties, times readiness."""
    return float(t.hazard[place, kind] * t.tie_hazard[ties] * ready)


@njit(cache=True, inline="always")
def shocked(flags: np.uint8, t: ConsiderTable) -> float:
    """By how much what is left of a shock raises the hazard; 1 without one."""
    return float(t.shock_hazard[(flags >> np.uint8(SHOCK_SHIFT)) & np.uint8(SHOCK_MASK)])


@njit(cache=True, inline="always")
def may_consider(
    bits: np.uint32, bound: np.float32, ready: np.float32, flags: np.uint8, shock_bound: np.float32
) -> bool:
    """The screen: nobody considers who does not pass it. 1 - exp(-h) <= h, factors rounded up; ties in ``bound``."""
    most = bound * ready * (shock_bound if flags > np.uint8(TYPE_MASK) else np.float32(1.0))
    return bool(np.float32(bits) <= most)


@njit(cache=True, inline="always")
def considers(uid: np.uint64, key: np.uint64, hazard: float) -> bool:
    """Whether the household considers moving: its own exact chance against its keyed uniform of the step.

    Parameters
    ----------
    key : uint64
        Of the step's draws for this purpose.
    hazard : float
        A step, ties and shock included.
    """
    return bool(happens_at(hash32(uid, key), hazard))


@kernel
def thinks(i: int, h: Rows, t: ConsiderTable, who: Readiness, ages: Ages) -> bool:
    """Whether row i considers moving: first with a bound on its readiness that needs no kin, then exactly."""
    kind = kind_of(h.flags[i], h.attributes[i])
    shock = shocked(h.flags[i], t)
    most = calm_hazard(h.place[i], kind, h.ties[i], readiness(h.member[i], 0, who), t) * shock
    if not considers(h.uid[i], t.key, most):
        return False
    ready = readiness_of(i, h, who, ages)
    return considers(h.uid[i], t.key, calm_hazard(h.place[i], kind, h.ties[i], ready, t) * shock)


@kernel
def _sum_readiness(lo: int, hi: int, h: Rows, t: Readiness, ages: Ages, total: NDArray[np.int64]) -> None:
    """Readiness in 2^-20 and rows by kind of rows lo..hi-1, into ``total`` (2 T, 2)."""
    for i in range(lo, hi):
        kind = kind_of(h.flags[i], h.attributes[i])
        total[kind, 0] += np.int64(np.floor(readiness_of(i, h, t, ages) * _UNITS))
        total[kind, 1] += 1


def mean_readiness(n: int, h: Rows, t: Readiness, ages: Ages, ranks: Ranks = ALONE) -> NDArray[np.float64]:
    """Mean readiness of the first ``n`` households by kind, of all ranks, (2 T,) float64; 0 where there is none."""
    blocks = (n + _BLOCK - 1) // _BLOCK
    sums = np.zeros((blocks, N_KINDS, 2), dtype=np.int64)

    def work(first: int, last: int) -> None:
        for b in range(first, last):
            _sum_readiness(b * _BLOCK, min(n, (b + 1) * _BLOCK), h, t, ages, sums[b])

    over_blocks(work, blocks)
    total = ranks.sum("start", sums.sum(axis=0))
    return np.asarray(total[:, 0] / np.maximum(total[:, 1], 1) / _UNITS)


__all__ = [
    "LOOK_UNITS",
    "ConsiderTable",
    "calm_hazard",
    "considers",
    "looks_table",
    "may_consider",
    "mean_readiness",
    "readiness",
    "readiness_at",
    "readiness_of",
    "readiness_table",
    "rounded_up",
    "shocked",
    "thinks",
]
