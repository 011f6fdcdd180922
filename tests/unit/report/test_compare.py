from __future__ import annotations

import numpy as np
import pytest

from analysis.report.compare import estimate, paired


def test_the_interval_is_that_of_students_t() -> None:
    e = estimate([1.0, 2.0, 3.0, 4.0])
    assert e.value == 2.5
    assert e.error == pytest.approx(np.sqrt(5 / 3) / 2)
    assert e.high == pytest.approx(2.5 + 3.182446 * np.sqrt(5 / 3) / 2, abs=1e-6)
    assert e.verdict == "up"


def test_one_replicate_has_no_interval_and_no_verdict() -> None:
    e = estimate([0.3])
    assert (e.low, e.high, e.error, e.verdict) == (None, None, None, "unknown")
    assert not e.within(10)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [([1.0, -1.0], "unclear"), ([-1.0, -1.01, -0.99], "down"), ([0.0, 0.0], "none")],
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
    assert (made["a"].value, made["a"].error) == (1.0, 0.0)
