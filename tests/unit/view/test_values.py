"""What a page is told of pairs of runs: the sign is sure where the interval of the paired difference leaves out 0."""

from __future__ import annotations

import numpy as np
import pytest

from dicu_analysis.effects import estimate
from dicu_analysis.view.values import UNKNOWN, paired, whole


def test_what_is_sure_is_what_the_interval_says() -> None:
    draws = np.random.default_rng(3)
    both = draws.normal(0, 1, (5, 2, 2, 40))
    both[:, 0] += np.linspace(-3, 3, 40)
    made = paired(both, 1000.0, True)
    for d in range(2):
        for k in range(40):
            e = estimate((both[:, 0, d, k] - both[:, 1, d, k]).tolist())
            assert made["sure"][d, k] == (e.sign in ("up", "down"))
            assert made["change"][d, k] == round(1000 * e.mean)
            low, high = made["change"][d, k] - made["half"][d, k], made["change"][d, k] + made["half"][d, k]
            assert low <= 1000 * e.low + 1
            assert high >= 1000 * e.high - 1
    assert 0 < made["sure"].sum() < made["sure"].size


def test_what_no_pair_changes_is_told_apart_from_what_is_not_sure() -> None:
    both = np.ones((3, 2, 1, 2))
    both[:, 0, 0, 1] = [1.1, 0.9, 1.0]
    assert paired(both, 10.0, True)["sure"].tolist() == [[2, 0]]


@pytest.mark.parametrize("n", [1, 2])
def test_too_few_pairs_have_no_interval(n: int) -> None:
    made = paired(np.ones((n, 2, 1, 3)), 10.0, True)
    assert set(made) == {"with", "change"}


def test_a_run_alone_has_levels_only() -> None:
    assert set(paired(np.ones((1, 2, 1, 3)), 10.0, False)) == {"with"}


def test_no_number_is_told_as_such() -> None:
    assert whole(np.array([np.nan, 0.25]), 100.0).tolist() == [UNKNOWN, 25]
