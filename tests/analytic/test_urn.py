"""Number 7 of the specification: networks as an urn. A thousand migrants of one origin, one after another.

Each goes to one of two districts with chance proportional to (1 + N)^nu, N those who went there before: weights from
the run's own `network_tables`, won by the run's own `race`. From (1, 1) and nu = 1 this is Polya's urn (Eggenberger &
Polya 1923): after n draws the number in one district is uniform on 0..n, so its share, counted with the first balls,
has mean 1/2 and variance n / (12 (n + 2)). Below 1 shares return to one half; above 1 one district takes all but a few
(Rubin's theorem, in Davis 1990).
"""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from dicu.behaviour.utility import network_tables
from dicu.compute.draws import hash64_2, race

N = 1000
URNS = 4000


@njit
def _urns(nu: float, n: int, urns: int, seed: int) -> np.ndarray:
    """Migrants in the first of two districts, by urn."""
    district_province = np.zeros(2, dtype=np.int32)
    names = np.array([11, 22], dtype=np.uint32)
    bits = np.empty(2, dtype=np.uint32)
    out = np.empty(urns, dtype=np.int64)
    for u in range(urns):
        stock = np.zeros((1, 2))
        for i in range(n):
            weight = network_tables(stock, district_province, 1, nu)[0][0]
            stock[0, race(hash64_2(np.uint64(seed), u, i), names, weight, 2, -1, bits)] += 1
        out[u] = stock[0, 0]
    return out


def shares(nu: float, urns: int = URNS) -> np.ndarray:
    """Share of the first district, the first ball of each colour counted."""
    return (1.0 + _urns(nu, N, urns, 5)) / (N + 2)


@pytest.fixture(scope="module")
def linear() -> np.ndarray:
    """Shares of the linear urn."""
    return shares(1.0)


def test_the_linear_urn_has_mean_one_half_and_variance_0_0832(linear: np.ndarray) -> None:
    variance = N / (12 * (N + 2))
    assert variance == pytest.approx(0.0832, abs=5e-5)
    assert abs(linear.mean() - 0.5) < 4 * np.sqrt(variance / URNS)
    # fourth moment of a uniform share about its mean is 1/80
    assert abs(linear.var() - variance) < 4 * np.sqrt((1 / 80 - variance**2) / URNS)


def test_every_share_of_the_linear_urn_is_equally_likely(linear: np.ndarray) -> None:
    tenths = np.histogram(linear, bins=10, range=(0, 1))[0]
    square = float(((tenths - URNS / 10) ** 2 / (URNS / 10)).sum())
    assert square < 27.9, "chi-square with 9 degrees of freedom: 99.9 % lie below"


@pytest.mark.parametrize("nu", [0.0, 0.2, 0.4])
def test_below_one_migrants_spread_as_far_as_the_drift_to_one_half_lets_them(nu: float) -> None:
    """Near one half the chance of the next is 1/2 + nu (s - 1/2), from which the variance of s follows ball by ball."""
    variance = 0.0
    for k in range(2, N + 2):
        variance = variance * (1 - (1 - nu) / (k + 1)) ** 2 + 0.25 / (k + 1) ** 2
    found = shares(nu, 1000)
    assert abs(found.mean() - 0.5) < 4 * np.sqrt(variance / 1000)
    assert abs(found.var() / variance - 1.0) < 4 * np.sqrt(2 / 1000)
    assert np.abs(found - 0.5).max() < 0.15


def test_above_one_the_first_few_decide_for_all() -> None:
    found = shares(1.5, 300)
    smaller = np.minimum(found, 1.0 - found)
    assert np.median(smaller) < 0.02
    assert (smaller < 0.1).mean() > 0.8
    assert 0.4 < (found > 0.5).mean() < 0.6, "either of them"


def test_the_larger_the_exponent_the_farther_apart() -> None:
    spread = [float(shares(nu, 400).var()) for nu in (0.0, 0.7, 1.0, 1.3)]
    assert spread == sorted(spread)
    assert abs(spread[0] - 0.25 / N) < 4 * 0.25 / N * np.sqrt(2 / 400), "without networks: a coin"
