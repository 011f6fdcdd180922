from __future__ import annotations

import numpy as np
import pytest

from dicu_analysis.report.compare import Estimate, estimate, paired, sizes


def test_the_interval_is_that_of_students_t() -> None:
    e = estimate([1.0, 2.0, 3.0, 4.0])
    assert e.value == 2.5
    assert e.error == pytest.approx(np.sqrt(5 / 3) / 2)
    assert e.high == pytest.approx(2.5 + 3.182446 * np.sqrt(5 / 3) / 2, abs=1e-6)
    assert e.verdict == "up"


@pytest.mark.parametrize("values", [[0.3], [0.3, 0.31]])
def test_one_or_two_replicates_have_no_interval_and_no_verdict(values) -> None:
    e = estimate(values)
    assert e.values == tuple(values)
    assert (e.low, e.high, e.error, e.verdict) == (None, None, None, "unknown")
    assert not e.within(10)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([1.0, -1.0, 0.5], "unclear"),
        ([-1.0, -1.01, -0.99], "down"),
        ([0.0, 0.0, 0.0], "none"),
        ([1.0, 1.1], "unknown"),
    ],
)
def test_verdicts(values, verdict) -> None:
    assert estimate(values).verdict == verdict


def test_an_interval_inside_the_smallest_effect_is_told_from_one_that_only_contains_zero() -> None:
    assert estimate([0.1, 0.0, 0.05]).within(1)
    assert not estimate([3.0, -3.0]).within(1)


def test_another_unit_turns_the_bounds_with_the_sign() -> None:
    e = estimate([1.0, 2.0, 3.0])
    t = e.times(-2)
    assert (t.value, t.low, t.high) == (-2 * e.value, -2 * e.high, -2 * e.low)


def test_pairs_are_subtracted_within_pairs() -> None:
    made = paired([{"a": 10.0, "b": 1.0}, {"a": 20.0}], [{"a": 9.0, "b": 1.0}, {"a": 19.0}])
    assert list(made) == ["a"]  # b is unknown in the second pair
    assert (made["a"].value, made["a"].error) == (1.0, None)


@pytest.mark.parametrize(
    ("low", "high", "size"),
    [
        (2.1, 2.3, "more"),
        (1.95, 2.13, "some_more"),
        (-2.13, -1.95, "some_less"),
        (-2.5, -2.01, "less"),
        (-1.9, 1.9, "same"),
        (0.1, 1.9, "same"),
        (-0.5, 2.1, "unclear"),
        (-2.5, 2.5, "unclear"),
        (0.0, 0.0, "none"),
        (None, None, "unknown"),
    ],
)
def test_a_word_needs_the_whole_interval_beyond_its_threshold(low, high, size) -> None:
    assert Estimate(2.04, 0.1, low, high, 6).beyond(2.0) == size


def test_many_estimates_are_sized_as_single_ones_are() -> None:
    low, high = np.array([0.06, 0.04, -0.04, -0.2]), np.array([0.2, 0.06, 0.04, -0.06])
    found = sizes(low, high, 0.05)
    single = [Estimate(0.0, 1.0, a, b, 3).beyond(0.05) for a, b in zip(low, high, strict=True)]
    assert single == ["more", "some_more", "same", "less"]
    assert [k for i in range(4) for k in found if found[k][i]] == ["more", "unclear", "same", "less"]
