"""Keyed hashes: the only source of chance, pure integer arithmetic without state.

The same words give the same draw whatever the thread, the row or the machine. Two families:

- 64 bits, for identities, keys and draws that are few: `mix64`, `key64`, `hash64`, `hash64_2`;
- 32 bits, for the household pass, where LLVM must vectorise: `mix32`, `hash32`. Every
  operation is cast to uint32: numba would otherwise promote it to 64 bits and halve the lanes.

All are numba functions with one fixed signature each: callable from kernels, where integers of any width are
taken modulo the word, and from plain Python, where arguments are NumPy integers or ints in 0..2^64-1 (a
negative int is refused) and results are int or float. Trap: a kernel of one's own has a lazy signature and
refuses a key of 2^63 or more once it has met a smaller Python int; hand it np.uint64(key64(...)).

Sources: the 64-bit finaliser is variant 13 of Stafford (2011, "Better bit mixing"), used by splitmix64
(Steele, Lea & Flood 2014, OOPSLA); the 32-bit one is the multiply-xorshift "16 21f0aaad 15 d35a2d97 15" of
the hash-prospector search (Wellons 2018-2022), of the same family as lowbias32 and triple32.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numba import njit

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio, odd
_MIX64_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX64_B = np.uint64(0x94D049BB133111EB)
_MIX32_A = np.uint32(0x21F0AAAD)
_MIX32_B = np.uint32(0xD35A2D97)


@njit("uint32(uint32)", cache=True)
def mix32(x):  # type: ignore[no-untyped-def]
    """Finalise 32 bits: a bijection of uint32 in which each input bit flips each output bit half of the time.

    Parameters
    ----------
    x : uint32

    Returns
    -------
    uint32
        0 maps to 0, so key the input.
    """
    x = np.uint32(x)
    x = np.uint32(x ^ np.uint32(x >> np.uint32(16)))
    x = np.uint32(x * _MIX32_A)
    x = np.uint32(x ^ np.uint32(x >> np.uint32(15)))
    x = np.uint32(x * _MIX32_B)
    return np.uint32(x ^ np.uint32(x >> np.uint32(15)))


@njit("uint64(uint64)", cache=True)
def mix64(x):  # type: ignore[no-untyped-def]
    """Finalise 64 bits: a bijection of uint64 with full avalanche (Stafford's variant 13).

    Parameters
    ----------
    x : uint64

    Returns
    -------
    uint64
        0 maps to 0, so key the input.
    """
    x = np.uint64(x)
    x = np.uint64((x ^ (x >> np.uint64(30))) * _MIX64_A)
    x = np.uint64((x ^ (x >> np.uint64(27))) * _MIX64_B)
    return np.uint64(x ^ (x >> np.uint64(31)))


@njit("uint64(uint64, uint64, uint64)", cache=True)
def key64(seed, purpose, step):  # type: ignore[no-untyped-def]
    """Key of all the draws of one purpose at one step under one seed.

    Equation: mix(mix(mix(seed + G) + purpose) + step), G the golden ratio; a bijection in each argument.

    Parameters
    ----------
    seed, purpose, step : uint64

    Returns
    -------
    uint64
    """
    h = mix64(np.uint64(np.uint64(seed) + _GOLDEN))
    h = mix64(np.uint64(h + np.uint64(purpose)))
    return mix64(np.uint64(h + np.uint64(step)))


@njit("uint64(uint64, uint64)", cache=True)
def hash64(key, a):  # type: ignore[no-untyped-def]
    """Draw of 64 bits for one identity; ``a`` may be consecutive numbers. Equation: mix(mix(a + G) ^ key).

    Parameters
    ----------
    key : uint64
        From `key64`, or a draw used as a key.
    a : uint64

    Returns
    -------
    uint64
        A bijection in ``a``: under one key two identities never share a draw.
    """
    return mix64(np.uint64(mix64(np.uint64(np.uint64(a) + _GOLDEN)) ^ np.uint64(key)))


@njit("uint64(uint64, uint64, uint64)", cache=True)
def hash64_2(key, a, b):  # type: ignore[no-untyped-def]
    """Draw of 64 bits for a pair (a household and an alternative; a place and an ordinal).

    Parameters
    ----------
    key : uint64
    a, b : uint64; order matters

    Returns
    -------
    uint64
        A bijection in ``b`` for fixed ``a``, and in ``a`` for fixed ``b``; pairs may collide at
        the rate of chance.
    """
    return hash64(hash64(key, a), b)


@njit("uint32(uint64, uint64)", cache=True)
def hash32(uid, key):  # type: ignore[no-untyped-def]
    """Draw of 32 bits for a household, made to vectorise: two rounds of `mix32`, each half keyed.

    Equation: mix32((mix32(lo(uid) ^ lo(key)) + hi(uid)) ^ hi(key)). Both halves of the uid count, so
    households that share 32 bits have different luck.

    Parameters
    ----------
    uid : uint64
    key : uint64
        From `key64`; invariant in the loop, so its halves are taken once.

    Returns
    -------
    uint32
    """
    u = np.uint64(uid)
    k = np.uint64(key)
    low = mix32(np.uint32(np.uint32(u) ^ np.uint32(k)))
    high = np.uint32(u >> np.uint64(32))
    return mix32(np.uint32(np.uint32(low + high) ^ np.uint32(k >> np.uint64(32))))


def identity_of(text: str) -> int:
    """Identity of a code or a key for draws, 64 bits: no row number decides anybody's luck."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
