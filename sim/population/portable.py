"""Exponential, logarithm and linear solve that give the same bits on every machine.

Only additions, multiplications, divisions and exact scalings are used, in a fixed order: no mathematical
library and no BLAS, whose last bit differs between machines. Slow, and meant for small tables only.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

_LN2: Final = 0.6931471805599453
_TERMS: Final = 18


def exp(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exponential of an array, any shape, float64; relative error below 1e-14 for abs(x) < 50.

    The argument is reduced to abs(r) <= ln(2)/2 and a Taylor sum of 18 terms is scaled by a power of two.
    """
    k = np.floor(x / _LN2 + 0.5)
    r = x - k * _LN2
    total = np.ones_like(r)
    for n in range(_TERMS, 0, -1):
        total = 1.0 + total * r / n
    return np.ldexp(total, k.astype(np.int64))


def log(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Natural logarithm of positive numbers, any shape, float64.

    Raises
    ------
    ValueError
        When a number is not positive and finite.
    """
    if not bool(np.all((x > 0) & np.isfinite(x))):
        raise ValueError(f"logarithm of numbers that are not positive and finite: min {np.min(x)}")
    mantissa, exponent = np.frexp(x)
    low = mantissa < math.sqrt(0.5)
    mantissa = np.where(low, mantissa * 2.0, mantissa)
    exponent = exponent - low
    z = (mantissa - 1.0) / (mantissa + 1.0)
    z2 = z * z
    total = np.zeros_like(z)
    for n in range(2 * _TERMS + 1, 0, -2):
        total = total * z2 + 1.0 / n
    return np.asarray(2.0 * z * total + exponent * _LN2)


def power(x: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """Power of positive numbers, exp(exponent * log(x))."""
    return exp(exponent * log(x))


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
