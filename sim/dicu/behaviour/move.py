"""Rule `move`: one adult leaves and founds a household, or everybody goes."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.draws import exponential, happens, hash64, hash64_2, may_win
from dicu.compute.kernel import kernel
from dicu.population.columns import BIRTH_YEAR_ZERO, MEMBERS

EVERYBODY: Final = -1
ADULT_AGE: Final = 18
"""Of full age: Civil Code 2015, article 20."""
_PEAK_UNTIL: Final = 22
"""Until this age the young are likeliest to leave: the peak of moves lies at 20-24 (census 2019)."""
_OLD_FROM: Final = 35
"""Nobody is a young adult from here on, as in the life stage (model specification, section 1)."""


class MoveTable(NamedTuple):
    """What `leaver` reads in one step.

    Attributes
    ----------
    psi : (4,) float64
        Chance that one adult leaves alone, by life stage.
    young_weight : float
        How much likelier a young adult is to be the one.
    partnered_weight : float
        Readiness of an adult with a partner over that of one without, 0 to 1.
    split_key, leaver_key, new_key : uint64
        Of this step's draws; ``new_key`` makes identities.
    """

    psi: NDArray[np.float64]
    young_weight: float
    partnered_weight: float
    split_key: np.uint64
    leaver_key: np.uint64
    new_key: np.uint64


@njit(cache=True, inline="always")
def age_of(member: np.uint8, year: int) -> int:
    """Age of a member in a year (by birth year); meaningless for 0 = nobody."""
    return int(year - BIRTH_YEAR_ZERO - (np.int64(member) >> 1))


@kernel
def leaver(
    uid: np.uint64,
    member: NDArray[np.uint8],
    goes_home: bool,
    couples: int,
    psi: float,
    year: int,
    t: MoveTable,
) -> int:
    """Which member leaves alone (index 0..5), or `EVERYBODY`.

    One adult leaves with chance psi(life stage) if another adult remains; adults of 18-22 are likelier by
    ``young_weight``, those up to 34 in proportion to the years left to 35. Adults with a partner are
    ``partnered_weight`` times as ready to leave alone: that much less likely to be the one, and where everybody has
    a partner, that much less likely to leave at all. Who goes home takes everybody along.

    Parameters
    ----------
    member : (6,) uint8
    couples : int
        Everybody's partner, 4 bits a slot (`dicu.behaviour.kin.couples_of`).
    psi : float
        Chance that one adult leaves alone, of the life stage.
    """
    if goes_home:
        return EVERYBODY
    adults = 0
    partnered = 0
    for m in range(MEMBERS):
        if member[m] != 0 and age_of(member[m], year) >= ADULT_AGE:
            adults += 1
            partnered += (couples >> (4 * m)) & 15 != 0
    if adults < 2:
        return EVERYBODY
    bits = np.uint32(hash64(t.split_key, uid) >> np.uint64(32))
    if not happens(bits, psi * t.partnered_weight if partnered == adults else psi):
        return EVERYBODY
    best = np.inf
    who = EVERYBODY
    for m in range(MEMBERS):
        if member[m] == 0:
            continue
        age = age_of(member[m], year)
        if age < ADULT_AGE:
            continue
        youth = min(1.0, max(0.0, (_OLD_FROM - age) / (_OLD_FROM - _PEAK_UNTIL)))
        w = 1.0 + (t.young_weight - 1.0) * youth
        if (couples >> (4 * m)) & 15 != 0:
            w *= t.partnered_weight
        draw = np.uint32(hash64_2(t.leaver_key, uid, m) >> np.uint64(32))
        if may_win(draw, w, best):
            e = exponential(draw) / w
            if e < best:
                best = e
                who = m
    return who


__all__ = ["ADULT_AGE", "EVERYBODY", "MoveTable", "age_of", "leaver"]
