"""Quality of the keyed hashes: vectors, bijection, chi-square, serial and cross-key correlation, avalanche.

The draws are deterministic, so each bound either holds for ever or fails for ever; bounds are five to six
standard errors of an ideal generator, wide enough for the number of statistics looked at.
"""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from dicu.compute.hashing import hash32, hash64, hash64_2, key64, mix32, mix64

M32 = (1 << 32) - 1
N = 1 << 17


@njit
def _fill32(uids, key):
    out = np.empty(len(uids), dtype=np.uint32)
    for i in range(len(uids)):
        out[i] = hash32(uids[i], key)
    return out


@njit
def _fill64(uids, key):
    out = np.empty(len(uids), dtype=np.uint64)
    for i in range(len(uids)):
        out[i] = hash64(key, uids[i])
    return out


@njit
def _steps(uid, purpose, n):
    out = np.empty(n, dtype=np.uint32)
    for step in range(n):
        out[step] = hash32(uid, key64(42, purpose, step))
    return out


def _many32(uids, key):
    return _fill32(uids, np.uint64(key))


def _many64(uids, key):
    return _fill64(uids, np.uint64(key))


def _plain_mix32(x: int) -> int:
    x ^= x >> 16
    x = x * 0x21F0AAAD & M32
    x ^= x >> 15
    x = x * 0xD35A2D97 & M32
    return x ^ x >> 15


def test_mix64_is_the_published_finaliser():
    # first output of splitmix64 seeded with 0 (Vigna's reference implementation)
    assert mix64(0x9E3779B97F4A7C15) == 0xE220A8397B1DCDAF


@pytest.mark.parametrize("x", [0, 1, 2, 0xFFFF, 0x80000000, M32, 123456789])
def test_mix32_wraps_like_integers_of_32_bits(x):
    assert mix32(x) == _plain_mix32(x)
    assert mix32(np.uint32(x)) == _plain_mix32(x)


def test_hash32_is_what_its_docstring_says():
    uid, key = 0x0123456789ABCDEF, 0xFEDCBA9876543210
    low = _plain_mix32((uid & M32) ^ (key & M32))
    assert hash32(uid, key) == _plain_mix32((low + (uid >> 32) & M32) ^ (key >> 32))


def test_draws_never_change():
    """The luck of every run of every version: a change here changes all results."""
    assert key64(42, 1, 2) == 9353984718804655354
    assert hash64(5, 6) == 6046736884055190107
    assert hash64_2(5, 6, 7) == 7918700322126164078
    assert mix32(1) == 114555507


def test_types_of_arguments_do_not_matter():
    assert hash32(7, 8) == hash32(np.uint64(7), np.int64(8))
    assert key64(1, np.uint8(2), np.int32(3)) == key64(1, 2, 3)
    assert hash64(2**64 - 1, 3) == hash64(np.uint64(2**64 - 1), 3)


def test_hash64_gives_each_identity_its_own_draw():
    assert len(np.unique(_many64(np.arange(N, dtype=np.uint64), key64(1, 2, 3)))) == N


def _streams():
    consecutive = np.arange(N, dtype=np.uint64)
    mixed = _many64(consecutive, key64(0, 0, 0))
    high = consecutive << np.uint64(32)
    key = key64(42, 3, 17)
    return {
        "consecutive uids": _many32(consecutive, key),
        "uids that differ above 32 bits": _many32(high, key),
        "mixed uids": _many32(mixed, key),
        "consecutive steps": _steps(np.uint64(mixed[5]), 1, N),
        "small key": _many32(consecutive, 1),
        "hash64, low half": _many64(consecutive, key).astype(np.uint32),
        "hash64, high half": (_many64(consecutive, key) >> np.uint64(32)).astype(np.uint32),
    }


@pytest.mark.parametrize("name", list(_streams()))
def test_chi_square_of_bytes_and_bits(name):
    draws = _streams()[name]
    for shift in (0, 8, 16, 24):
        counts = np.bincount((draws >> np.uint32(shift)) & 255, minlength=256)
        chi = ((counts - N / 256) ** 2 / (N / 256)).sum()
        assert abs(chi - 255) < 5 * np.sqrt(2 * 255), (name, shift, chi)
    bits = (draws[:, None] >> np.arange(32, dtype=np.uint32)) & 1
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 5 * 0.5 / np.sqrt(N)


@pytest.mark.parametrize("name", list(_streams()))
def test_serial_correlation(name):
    u = _streams()[name] / 2.0**32 - 0.5
    for lag in (1, 2, 3, 7, 64, 1024):
        r = (u[lag:] * u[:-lag]).mean() * 12
        assert abs(r) < 5 / np.sqrt(N - lag), (name, lag, r)
    # pairs of neighbours in a 16 x 16 table: dependence that correlation does not see
    cell = ((u + 0.5) * 16).astype(int)
    counts = np.bincount(cell[1::2] * 16 + cell[::2], minlength=256)
    chi = ((counts - N / 512) ** 2 / (N / 512)).sum()
    assert abs(chi - 255) < 5 * np.sqrt(2 * 255)


def test_purposes_steps_and_seeds_are_independent():
    uids = _many64(np.arange(N, dtype=np.uint64), key64(0, 0, 0))
    keys = [key64(42, p, 0) for p in range(5)] + [key64(42, 0, s) for s in (1, 2)] + [key64(43, 0, 0)]
    assert len(set(keys)) == len(keys)
    streams = [_many32(uids, k) for k in keys]
    for i in range(len(keys)):
        for j in range(i):
            a, b = streams[i] / 2.0**32 - 0.5, streams[j] / 2.0**32 - 0.5
            assert abs((a * b).mean() * 12) < 5 / np.sqrt(N), (i, j)
            differing = np.bitwise_count(streams[i] ^ streams[j]).astype(float)
            assert abs(differing.mean() - 16) < 5 * np.sqrt(8 / N), (i, j)


@pytest.mark.parametrize("what", ["uid", "key", "hash64"])
def test_avalanche(what):
    """One input bit flipped changes each output bit half of the time (within 6 standard errors of 2^12)."""
    m = 1 << 12
    uids = _many64(np.arange(m, dtype=np.uint64), key64(9, 9, 9))
    key = key64(42, 1, 0)
    many = _many64 if what == "hash64" else _many32
    width = 64 if what == "hash64" else 32
    base = many(uids, key)
    for bit in range(64):
        flip = np.uint64(1 << bit)
        other = many(uids, np.uint64(key) ^ flip) if what == "key" else many(uids ^ flip, key)
        changed = (base ^ other).astype(np.uint64)
        share = ((changed[:, None] >> np.arange(width, dtype=np.uint64)) & np.uint64(1)).mean(axis=0)
        assert np.abs(share - 0.5).max() < 6 * 0.5 / np.sqrt(m), (what, bit)


def test_mix32_is_a_bijection_on_a_slice_of_all_inputs():
    x = np.arange(1 << 20, dtype=np.uint64) << np.uint64(12)
    low = _many32(x & np.uint64(M32), 0)  # hi = 0, key = 0: mix32 twice
    assert len(np.unique(low)) == len(x)
