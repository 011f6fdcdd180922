"""Rule `move`: one adult leaves and founds a household, or everybody goes."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.ages import Ages, age_of
from dicu.compute.draws import exponential, happens, hash64, hash64_2, may_win
from dicu.compute.kernel import kernel
from dicu.population.columns import MEMBERS

EVERYBODY: Final = -1
LODGERS: Final = 1 << (4 * MEMBERS)
"""Bit of the word of a household's couples, above those of its members, that says: no kin, they only share rooms."""
PARTNER_AWAY: Final = LODGERS << 1
"""The next bit: a member without a partner here is married to somebody elsewhere."""


class Readiness(NamedTuple):
    """How ready each member is to think of moving in one step.

    Attributes
    ----------
    by_member : (256,) float64
        Of a member without a partner, by member byte; 0 for minors and for nobody.
    partnered : float
        Of an adult with a partner over that of one without, 0 to 1.
    """

    by_member: NDArray[np.float64]
    partnered: float


class MoveTable(NamedTuple):
    """What `leaver` reads in one step.

    Attributes
    ----------
    ready : Readiness
    alone, alone_partnered : float
        Chance that the adult concerned leaves alone, without and with a partner.
    split_key, leaver_key, new_key : uint64
        Of this step's draws; ``new_key`` makes identities.
    """

    ready: Readiness
    alone: float
    alone_partnered: float
    split_key: np.uint64
    leaver_key: np.uint64
    new_key: np.uint64


@kernel
def leaver(
    uid: np.uint64, member: NDArray[np.uint8], goes_home: bool, couples: int, ages: Ages, t: MoveTable
) -> int:
    """Which member leaves alone (index 0..5), or `EVERYBODY`.

    One adult is concerned, drawn in proportion to readiness. Where another adult stays, that one leaves alone with
    chance psi, with a partner with a smaller one; else everybody goes. Who goes home takes everybody along. A lodger
    always leaves alone, home too.

    Parameters
    ----------
    member : (6,) uint8
    couples : int
        Everybody's partner, 4 bits a slot (`dicu.behaviour.kin.couples_of`).
    ages : Ages
        Adults are those of full age.
    """
    lodgers = couples & LODGERS != 0
    if goes_home and not lodgers:
        return EVERYBODY
    adults = 0
    best = np.inf
    who = EVERYBODY
    for m in range(MEMBERS):
        if member[m] == 0 or age_of(member[m], ages.year) < ages.majority:
            continue
        adults += 1
        w = t.ready.by_member[member[m]]
        if (couples >> (4 * m)) & 15 != 0:
            w *= t.ready.partnered
        draw = np.uint32(hash64_2(t.leaver_key, uid, m) >> np.uint64(32))
        if w > 0.0 and may_win(draw, w, best):
            e = exponential(draw) / w
            if e < best:
                best = e
                who = m
    if adults < 2 or who == EVERYBODY:
        return EVERYBODY
    if lodgers:
        return who
    alone = t.alone_partnered if (couples >> (4 * who)) & 15 != 0 else t.alone
    bits = np.uint32(hash64(t.split_key, uid) >> np.uint64(32))
    return who if happens(bits, alone) else EVERYBODY


__all__ = ["EVERYBODY", "LODGERS", "PARTNER_AWAY", "MoveTable", "Readiness", "leaver"]
