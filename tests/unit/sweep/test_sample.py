"""Values of an axis: every allowed value is reached, each by an equal share of the unit interval."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from dicu.sweeps.sample import Axis


@pytest.mark.parametrize(("low", "high"), [(0, 1), (2, 5), (-3, 3), (10, 16)])
def test_an_integer_axis_gives_each_integer_from_bound_to_bound_the_same_share(low: int, high: int) -> None:
    """Both bounds included: a range that stops one short of its top is another design."""
    axis, each = Axis("x", low=low, high=high, integer=True), 40
    n = (high - low + 1) * each
    seen = Counter(axis.at((k + 0.5) / n) for k in range(n))
    assert seen == dict.fromkeys(range(low, high + 1), each)
    assert axis.at(0.0) == low
    assert axis.at(math.nextafter(1.0, 0.0)) == high


@pytest.mark.parametrize("values", [("a", "b"), (1, 5, 25), (False, True, None, "x")])
def test_each_of_the_named_values_has_the_same_share(values: tuple[object, ...]) -> None:
    """The last value is drawn as often as the first."""
    axis, each = Axis("x", values=values), 40
    n = len(values) * each
    assert Counter(axis.at((k + 0.5) / n) for k in range(n)) == dict.fromkeys(values, each)
    assert axis.at(math.nextafter(1.0, 0.0)) == values[-1]
