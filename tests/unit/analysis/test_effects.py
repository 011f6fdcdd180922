"""What may be said of a mean over replicates: signs, sizes and bounds; tests against numbers are in test_statistics."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dicu_analysis.effects import Effect, differences, estimate, holm, paired, sizes


def test_the_interval_is_that_of_students_t() -> None:
    e = estimate([1.0, 2.0, 3.0, 4.0])
    assert e.mean == 2.5
    assert e.error == pytest.approx(np.sqrt(5 / 3) / 2)
    assert e.high == pytest.approx(2.5 + 3.182446 * np.sqrt(5 / 3) / 2, abs=1e-6)
    assert e.sign == "up"


@pytest.mark.parametrize("values", [[0.3], [0.3, 0.31]])
def test_one_or_two_replicates_have_no_interval_and_no_sign(values) -> None:
    e = estimate(values)
    assert e.values == tuple(values)
    assert all(math.isnan(x) for x in (e.low, e.high, e.error, e.p, e.sd))
    assert (e.known, e.sign, e.size(10)) == (False, "unknown", "unknown")


@pytest.mark.parametrize(
    ("values", "sign"),
    [
        ([1.0, -1.0, 0.5], "unclear"),
        ([-1.0, -1.01, -0.99], "down"),
        ([0.0, 0.0, 0.0], "none"),
        ([1.0, 1.1], "unknown"),
    ],
)
def test_signs(values, sign) -> None:
    assert estimate(values).sign == sign


def test_an_interval_inside_the_smallest_effect_is_told_from_one_that_only_contains_zero() -> None:
    assert estimate([0.1, 0.0, 0.05]).size(1) == "same"
    assert estimate([3.0, -3.0, 0.5]).size(1) == "unclear"


def test_another_unit_turns_the_bounds_with_the_sign() -> None:
    e = estimate([1.0, 2.0, 3.0])
    t = e.times(-2)
    assert (t.mean, t.low, t.high) == (-2 * e.mean, -2 * e.high, -2 * e.low)


def test_pairs_are_subtracted_within_pairs() -> None:
    made = differences([{"a": 10.0, "b": 1.0}, {"a": 20.0}], [{"a": 9.0, "b": 1.0}, {"a": 19.0}])
    assert list(made) == ["a"]  # b is unknown in the second pair
    assert (made["a"].mean, made["a"].known) == (1.0, False)


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
        (math.nan, math.nan, "unknown"),
    ],
)
def test_a_word_needs_the_whole_interval_beyond_its_threshold(low, high, size) -> None:
    assert Effect(2.04, 0.1, low, high, 0.5, 0.1, 6).size(2.0) == size


def test_many_estimates_are_sized_as_single_ones_are() -> None:
    low, high = np.array([0.06, 0.04, -0.04, -0.2]), np.array([0.2, 0.06, 0.04, -0.06])
    found = sizes(low, high, 0.05)
    single = [Effect(0.0, 1.0, a, b, 0.5, 1.0, 3).size(0.05) for a, b in zip(low, high, strict=True)]
    assert single == ["more", "some_more", "same", "less"]
    assert [k for i in range(4) for k in found if found[k][i]] == ["more", "unclear", "same", "less"]


def test_a_test_and_a_page_tell_the_same_interval() -> None:
    """Both ways into an effect share one formula: to the bit, unless all replicates agree."""
    values = np.random.default_rng(7).normal(0.3, 1.0, 9)
    one, other = paired(values), estimate(values.tolist())
    assert one == other
    assert estimate([0.1] * 3).size(0.2) == paired([0.1] * 3).size(0.2) == "same"


def test_holm_by_hand() -> None:
    """Four p-values of a family of five: the missing one counts as the smallest, and adjusted ones never fall."""
    found = holm({"a": 0.03, "b": 0.01, "c": 0.04, "d": 0.9}, 5)
    assert found == pytest.approx({"b": 0.05, "a": 0.12, "c": 0.12, "d": 1.0})
    assert list(found) == ["b", "a", "c", "d"]
