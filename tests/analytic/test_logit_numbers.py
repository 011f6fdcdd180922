"""Numbers 1 and 2 of the specification: shares of the logit and the nested logit, through the race of the run."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from dicu.behaviour.choose import STAY
from dicu.compute.draws import alternative_bits, exponential, hash64, race
from dicu.compute.numeric import exp_array, log64
from nests import destination, make_geography, make_tables

N = 200_000
IDS = np.array([11, 22, 33], dtype=np.uint32)
EULER = 0.5772156649015329


@njit
def winners(weight: np.ndarray, ids: np.ndarray, n: int) -> np.ndarray:
    out = np.empty(n, dtype=np.int64)
    bits = np.empty(weight.shape[0], dtype=np.uint32)
    for i in range(n):
        out[i] = race(hash64(np.uint64(99), i), ids, weight, weight.shape[0], -1, bits)
    return out


@njit
def best_utilities(weight: np.ndarray, ids: np.ndarray, n: int) -> np.ndarray:
    out = np.empty(n)
    bits = np.empty(weight.shape[0], dtype=np.uint32)
    for i in range(n):
        key = hash64(np.uint64(99), i)
        a = race(key, ids, weight, weight.shape[0], -1, bits)
        out[i] = -log64(exponential(alternative_bits(key, ids[a])) / weight[a])
    return out


def shares(chosen: np.ndarray, n: int) -> np.ndarray:
    return np.bincount(chosen, minlength=n) / len(chosen)


def assert_shares(found: np.ndarray, expected: list[float], n: int) -> None:
    """Within 4 standard errors of a binomial share."""
    p = np.array(expected)
    assert (np.abs(found - p) < 4 * np.sqrt(p * (1 - p) / n)).all(), (found, p)


def test_logit_shares_are_1_2_3_sixths() -> None:
    weight = exp_array(np.log([1.0, 2.0, 3.0]))
    assert_shares(shares(winners(weight, IDS, N), 3), [1 / 6, 1 / 3, 1 / 2], N)


def test_without_the_third_shares_are_thirds() -> None:
    assert_shares(shares(winners(np.array([1.0, 2.0]), IDS[:2], N), 2), [1 / 3, 2 / 3], N)


def test_expected_best_utility_is_the_logsum() -> None:
    best = best_utilities(np.array([1.0, 2.0, 3.0]), IDS, N)
    expected = np.log(6.0) + EULER
    assert expected == pytest.approx(2.36898, abs=1e-5)
    # the best of logit utilities is Gumbel around the logsum: variance pi^2 / 6
    assert abs(best.mean() - expected) < 4 * np.sqrt(np.pi**2 / 6 / N)


def test_raising_an_alternative_moves_nobody_out_of_it_and_nobody_between_the_others() -> None:
    before = winners(np.array([1.0, 2.0, 3.0]), IDS, N)
    after = winners(np.array([1.0, 2.0, 3.6]), IDS, N)
    changed = before != after
    assert changed.any()
    assert (after[changed] == 2).all()


def test_the_race_gives_what_all_logarithms_would_give() -> None:
    """The bound that saves logarithms never changes who wins."""
    rng = np.random.default_rng(5)
    ids, bits = rng.integers(0, 2**32, 60, dtype=np.uint32), np.empty(60, dtype=np.uint32)
    for i in range(300):
        weight = np.exp(rng.normal(0, 3, 60)) * (rng.random(60) < 0.8)
        key = np.uint64(hash64(np.uint64(7), i))
        values = [
            exponential(alternative_bits(key, a)) / w if w > 0 else np.inf
            for a, w in zip(ids, weight, strict=True)
        ]
        assert race(key, ids, weight, 60, -1, bits) == int(np.argmin(values))
        skip = int(np.argmin(values))
        values[skip] = np.inf
        assert race(key, ids, weight, 60, skip, bits) == int(np.argmin(values))


def test_a_race_without_weights_has_no_winner() -> None:
    assert race(np.uint64(1), IDS, np.zeros(3), 3, -1, np.empty(3, dtype=np.uint32)) == -1


def test_nested_logit_shares() -> None:
    """Number 2: nests {1}, {2, 3}, theta = 0.5, V = 0: 0.4142, 0.2929, 0.2929."""
    geography = make_geography([[1], [1], [2]])  # the origin and two provinces that are the nests
    tables = make_tables(geography, theta=0.5, kappa=-40.0)
    n = 40_000
    to = np.array([destination(tables, np.uint64(hash64(np.uint64(3), i))) for i in range(n)])
    assert (to != STAY).all()
    assert_shares(shares(to, 4)[1:], [0.41421, 0.29289, 0.29289], n)


def test_raising_one_place_makes_nobody_choose_another_nest() -> None:
    geography = make_geography([[2], [3], [4]])
    low = make_tables(geography, np.zeros(9), theta=0.6)
    v = np.zeros(9)
    v[6] = 0.3
    # utilities are relative to the best: compare races under the same scale by lowering all others instead
    high = make_tables(geography, v, theta=0.6)
    nest = np.array([0, 0, 1, 1, 1, 2, 2, 2, 2])
    changed = 0
    for i in range(20_000):
        uid = np.uint64(hash64(np.uint64(4), i))
        a = destination(low, uid)
        b = destination(high, uid)
        if a == b:
            continue
        changed += 1
        assert nest[b] == 2, "somebody was drawn into a nest that had not changed"
        if a != STAY and nest[a] == 2:
            assert b == 6, "somebody bound for the nest went to a place that had not changed"
    assert changed > 50
