"""exp, log and a linear solve by pure arithmetic, so that every result is the same bits on every machine.

The C library's and NumPy's versions differ in the last bit between releases and processors; products, sums,
quotients and square roots of IEEE 754 doubles do not, and numba without fastmath neither reorders nor fuses them.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

LN2: Final = 0.6931471805599453
_LN2_HIGH: Final = 0.693147180369123816490  # 33 leading bits of ln 2: k * _LN2_HIGH is exact for |k| < 2**20
_LN2_LOW: Final = 1.90821492927058770002e-10
_LOG2_E: Final = 1.4426950408889634
_TWO_52: Final = 4503599627370496.0
_TWO_52_BITS: Final = 0x4330000000000000
_EXP_LARGEST: Final = 709.0
_EXP_SMALLEST: Final = -708.0


@njit(cache=True, inline="never")
def exp64(x: float) -> float:
    """e^x within 2 units in the last place; 0 below -708, +inf above 709.

    Range reduction x = k ln 2 + r with abs(r) <= ln(2)/2, then the Taylor polynomial of degree 13 (remainder below
    5e-18), scaled by 2^k through the exponent bits.
    """
    if x < _EXP_SMALLEST:
        return 0.0
    if x > _EXP_LARGEST:
        return np.inf
    k = np.floor(x * _LOG2_E + 0.5)
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r * r + r + 1.0
    return float(p * np.int64((np.int64(k) + 1023) << 52).view(np.float64))


@njit(cache=True, inline="never", error_model="numpy")
def log64(x: float) -> float:
    """ln x within 2 units in the last place for normal x > 0; -inf at 0, nan below.

    x = 2^k m with m in [sqrt(1/2), sqrt(2)); ln m = 2 artanh(s), s = (m - 1)/(m + 1), by its series to s^23. Without
    a branch, so that a loop over an array takes several numbers at once.
    """
    bits = np.float64(x).view(np.int64)
    m = np.int64((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000).view(np.float64)
    # as a double without converting an integer: 2^52 + k has k in its lowest bits
    k = np.int64(((bits >> 52) & 0x7FF) | _TWO_52_BITS).view(np.float64) - (_TWO_52 + 1023.0)
    large = m > 1.4142135623730951
    m = m * 0.5 if large else m
    k = k + 1.0 if large else k
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    p = 2.0 / 23.0
    p = p * z + 2.0 / 21.0
    p = p * z + 2.0 / 19.0
    p = p * z + 2.0 / 17.0
    p = p * z + 2.0 / 15.0
    p = p * z + 2.0 / 13.0
    p = p * z + 2.0 / 11.0
    p = p * z + 2.0 / 9.0
    p = p * z + 2.0 / 7.0
    p = p * z + 2.0 / 5.0
    p = p * z + 2.0 / 3.0
    found = float(k * _LN2_HIGH + (s * z * p + (k * _LN2_LOW + 2.0 * s)))
    found = -np.inf if x == 0.0 else found
    return np.nan if x < 0.0 else found


@njit(cache=True)
def exp_array(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Elementwise `exp64` of a 1-D array."""
    out = np.empty(x.shape[0])
    for i in range(x.shape[0]):
        out[i] = exp64(x[i])
    return out


@njit(cache=True)
def log_array(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Elementwise `log64` of a 1-D array."""
    out = np.empty(x.shape[0])
    for i in range(x.shape[0]):
        out[i] = log64(x[i])
    return out


def exp_of(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exponential of an array of any shape, float64."""
    return np.asarray(exp_array(np.ravel(x)).reshape(np.shape(x)))


def log_of(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Natural logarithm of positive numbers, any shape, float64.

    Raises
    ------
    ValueError
        When a number is not positive and finite.
    """
    if not bool(np.all((x > 0) & np.isfinite(x))):
        raise ValueError(f"logarithm of numbers that are not positive and finite: min {np.min(x)}")
    return np.asarray(log_array(np.ravel(x)).reshape(np.shape(x)))


def power_of(x: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """Powers of positive numbers (n,), exp(exponent * log(x))."""
    return exp_of(exponent * log_of(x))


def solve(matrix: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve a positive definite system, (K, K) and (K,) float64, by elimination without pivoting.

    Raises
    ------
    ValueError
        When a pivot is not positive: constraints that repeat or contradict one another.
    """
    a = matrix.copy()
    b = right.copy()
    size = len(b)
    for i in range(size):
        if not a[i, i] > 0:
            raise ValueError(f"constraint {i} repeats or contradicts those before it (pivot {a[i, i]})")
        factor = a[i + 1 :, i] / a[i, i]
        a[i + 1 :, i:] -= factor[:, None] * a[i, i:]
        b[i + 1 :] -= factor * b[i]
    x = np.zeros(size)
    for i in range(size - 1, -1, -1):
        x[i] = (b[i] - math.fsum(a[i, i + 1 :] * x[i + 1 :])) / a[i, i]
    return x
