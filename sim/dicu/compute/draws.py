"""All luck of the households' decisions: which purposes there are, and the exponential race.

A draw is a hash of (seed, purpose, uid, step[, alternative]) and nothing else, so a household meets the same luck in
every scenario, whatever the threads, the shards or the order of rows (common random numbers by construction).
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.hashing import hash64, hash64_2, key64, mix32, mix64
from dicu.compute.kernel import kernel
from dicu.compute.numeric import exp64, log64

TWO_32 = 4294967296.0
_HALF_BELOW_TWO_32 = 4294967295.5
_SLACK_OVER_TWO_32 = (1.0 - 1e-12) / TWO_32
_TOGETHER = 32
_UP_TO_24_BITS = 16777216.0 * (1.0 + 2.0**-20)
_FAR = 1e25
_NEAR = 1e-25
_SMALL_HAZARD = 1e-4
_ONE_LESS_SLACK = 1.0 - 1e-11


class Purpose(IntEnum):
    """What a draw is for; numbers are part of every result and never reused."""

    CONSIDER = 1
    NEST = 2
    PLACE = 3
    SPLIT = 4
    LEAVER = 5
    NEW_HOUSEHOLD = 6
    LIFE = 7
    LIFE_DETAIL = 8
    NEWBORN = 9
    MONEY = 10
    COUPLE_HOME = 11
    COUPLE_REACH = 12
    LODGE = 13
    FARM_PRICE = 20
    DISASTER = 21
    REMIT = 30
    REMIT_ROUNDING = 31
    FOLLOW = 32
    WORK = 40
    OFFER_AREA = 41
    OFFER_PLACE = 42
    OFFER_TAKEN = 43
    RANDOM_UNITS = 50
    ANNEALING = 51
    TREATED_HALF = 60
    EMIGRATE = 70
    IMMIGRATE = 71
    FROM_ABROAD = 72


@njit(cache=True)
def _folded(salt: np.uint64, key: NDArray[np.uint64]) -> NDArray[np.uint32]:
    out = np.empty(key.shape[0], dtype=np.uint32)
    for i in range(key.shape[0]):
        out[i] = np.uint32(hash64(salt, key[i]) >> np.uint64(32))
    return out


def stable_id(kind: str, key: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Identity of alternatives for their draws, (N,) uint32: a hash of kind and own key, never of the row."""
    salt = np.uint64(key64(0, int.from_bytes(kind.encode()[:7], "little"), 0))
    return _folded(salt, key.astype(np.uint64))


@njit(cache=True, inline="always")
def alternative_bits(key: np.uint64, alternative: np.uint32) -> np.uint32:
    """32 random bits for one alternative of one household's race, whose key has already absorbed uid and step."""
    low = np.uint32(key & np.uint64(0xFFFFFFFF))
    high = np.uint32(key >> np.uint64(32))
    return np.uint32(mix32(np.uint32(mix32(np.uint32(alternative ^ low)) ^ high)))


@njit(cache=True, inline="always")
def exponential(bits: np.uint32) -> float:
    """Standard exponential from 32 bits: -ln(1 - u), u = (bits + 1/2) / 2^32; the argument of ln is exact."""
    return -log64((_HALF_BELOW_TWO_32 - np.float64(bits)) / TWO_32)


@njit(cache=True, inline="always")
def may_win(bits: np.uint32, weight: float, best: float) -> bool:
    """Whether Exp / weight of these 32 bits can be below ``best``: -ln(1 - u) >= u, without a logarithm."""
    return bool((np.float64(bits) + 0.5) * _SLACK_OVER_TWO_32 < best * weight)


@kernel
def _draw_all(key: np.uint64, alternative: NDArray[np.uint32], bits: NDArray[np.uint32]) -> None:
    """`alternative_bits` of every alternative, in a loop that vectorises."""
    low = np.uint32(key & np.uint64(0xFFFFFFFF))
    high = np.uint32(key >> np.uint64(32))
    for a in range(bits.shape[0]):
        bits[a] = mix32(np.uint32(mix32(np.uint32(alternative[a] ^ low)) ^ high))


@kernel
def _any_may_win(bits: NDArray[np.uint32], weight: NDArray[np.float64], best: float) -> bool:
    """Whether the bound of `race` leaves any alternative a chance, without a branch within the loop.

    In 32-bit floats: the draw's upper 24 bits, exact and rounded down, against a bound rounded up by far more than
    they round. A weight too small for them is 0 there, which only a draw of 0 does not exceed; where that could be
    wrong, because weights are tiny or huge, no alternative is ruled out.
    """
    if best > _FAR or best < _NEAR:
        return True
    most = np.float32(best * _UP_TO_24_BITS)
    some = np.int32(0)
    for a in range(bits.shape[0]):
        u = np.float32(np.int32(bits[a] >> np.uint32(8)))
        some |= np.int32(u <= np.float32(np.float32(weight[a]) * most))
    return bool(some != 0)


@kernel
def race(
    key: np.uint64,
    alternative: NDArray[np.uint32],
    weight: NDArray[np.float64],
    n: int,
    skip: int,
    bits: NDArray[np.uint32],
) -> int:
    """Who wins the exponential race: argmin over a of Exp_a / weight_a, Exp_a keyed by the alternative.

    P(a wins) = weight_a / sum of weights: the logit, with errors that belong to (household, alternative). Raising one
    weight can only make that alternative win (McFadden's independence, household by household). Since
    -ln(1 - u) >= u, an alternative with u / weight above the best so far cannot win and its logarithm is not computed.

    Parameters
    ----------
    key : uint64
        Hash of (seed, purpose, step, uid).
    alternative : (>= n,) uint32
        Stable identities.
    weight : (>= n,) float64
        Non-negative; zero = not available.
    n, skip : int
        Alternatives 0..n-1 take part, except ``skip`` (-1: none is left out).
    bits : (>= n,) uint32
        Working space: all hashes first, in a loop that vectorises, then the comparisons, several at a time.

    Returns
    -------
    int
        Index of the winner (the first, in a tie of all bits); -1 if no weight is positive.
    """
    drawn = bits[:n]
    _draw_all(key, alternative[:n], drawn)
    best = np.inf
    winner = -1
    begin = 0
    end = min(n, 1)  # the first alone: with the time it takes, most of the others can be ruled out together
    while begin < n:
        if winner < 0 or _any_may_win(drawn[begin:end], weight[begin:end], best):
            for a in range(begin, end):
                w = weight[a]
                if may_win(bits[a], w, best):
                    if w > 0.0 and a != skip:
                        e = exponential(bits[a]) / w
                        if e < best:
                            best = e
                            winner = a
        begin = end
        end = min(n, begin + _TOGETHER)
    return winner


@njit(cache=True, inline="always")
def happens(bits: np.uint32, probability: float) -> bool:
    """Whether an event of this probability happens under these 32 bits: u < p with u = bits / 2^32."""
    return bool(np.float64(bits) < probability * TWO_32)


@njit(cache=True, inline="always")
def chance_of(hazard: float) -> float:
    """1 - exp(-hazard) for hazard >= 0, to full relative precision: positive whenever the hazard is."""
    if hazard < _SMALL_HAZARD:
        return hazard * (1.0 - hazard * (0.5 - hazard * (1.0 / 6.0 - hazard / 24.0)))
    return 1.0 - exp64(-hazard)


@njit(cache=True, inline="always")
def happens_at(bits: np.uint32, hazard: float) -> bool:
    """Whether an event of this hazard happens under these 32 bits: `happens` at `chance_of`, mostly without the latter.

    h - h^2 / 2 <= 1 - exp(-h) <= h: an exponential only for the few between. The slack is far above the rounding.
    """
    u, most = np.float64(bits), hazard * TWO_32
    if u >= most:
        return False
    return bool(u < most * (1.0 - 0.5 * hazard) * _ONE_LESS_SLACK or u < chance_of(hazard) * TWO_32)


__all__ = [
    "TWO_32",
    "Purpose",
    "alternative_bits",
    "chance_of",
    "exponential",
    "happens",
    "happens_at",
    "hash64",
    "hash64_2",
    "key64",
    "may_win",
    "mix64",
    "race",
    "stable_id",
]
