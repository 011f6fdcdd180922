"""Properties that no test pinned until a mutant survived: tests/mutation.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dicu.behaviour import geography, remit
from dicu.government.prices import Prices
from dicu.government.rules import posts_of_desk, posts_of_desks
from dicu.population.columns import BUSY, SHOCK_SHIFT, TYPE_MASK
from dicu.world.ways import MEAN_DISTANCE_TO_CENTRE


def plain(function: Any) -> Callable[..., Any]:
    """A rule as Python runs it, with the compiler or without."""
    made: Callable[..., Any] = getattr(function, "py_func", function)
    return made


def test_nearness_falls_with_the_hours_on_the_way_between_districts() -> None:
    """Districts 30 and 40 km apart along two axes (50 km), 2 and 4 minutes per km: 2.5 hours; tau0 half an hour."""
    centre = np.array([[0.0, 0.0, 0.0], [30.0, 40.0, 0.0], [30.0, 40.0, 60.0]])
    slow, area = np.array([2.0, 4.0, 4.0]), np.array([100.0, 400.0, 900.0])
    dwellings, provinces = np.array([1.0, 1.0, 3.0]), np.array([0, 1, 3], dtype=np.int32)
    near, province = plain(geography._nearness)(centre, slow, area, dwellings, provinces, 0.5, 1.5)
    hours = 50.0 * 3.0 / 60.0
    assert near[0, 1] == pytest.approx((1 + hours / 0.5) ** -1.5)
    assert near[0, 1] == near[1, 0]
    at_home = MEAN_DISTANCE_TO_CENTRE * math.sqrt(400.0) * 4.0 / 60.0
    assert near[1, 1] == pytest.approx((1 + at_home / 0.5) ** -1.5)
    far = math.sqrt(50.0**2 + 60.0**2) * 3.0 / 60.0
    # to a province: of the mean hours, by dwellings
    assert province[0, 1] == pytest.approx((1 + (hours + 3 * far) / 4 / 0.5) ** -1.5)


def test_money_is_sent_more_often_while_the_parents_suffer_a_shock_and_for_no_other_mark() -> None:
    rule = remit.RemitRule(0.25, 0.75, 0.1, np.uint64(1), np.uint64(2))
    between = np.uint32(2**31)  # a draw of a half: beyond one chance, below the other
    sends = plain(remit.sends)
    for shock in range(8):
        for others in (0, TYPE_MASK, BUSY, BUSY | TYPE_MASK):
            flags = np.uint8(shock << SHOCK_SHIFT | others)
            assert bool(sends(between, flags, rule)) is (shock > 0), (shock, others)
    assert sends(np.uint32(0), np.uint8(0), rule)
    assert not sends(np.uint32(2**32 - 1), np.uint8(1 << SHOCK_SHIFT), rule)


def test_running_costs_of_a_desk_keep_the_usual_proportion_to_its_wages() -> None:
    """Wages are four fifths of recurrent spending: a quarter of them besides, rounded to the dong, half up."""
    prices = Prices(post_vnd=1000, wages_over_recurrent=0.8, recurrent_over_whole=0.7, depreciation=0.01)
    assert prices.desk_vnd(4.0) == 1000
    assert prices.desk_vnd(0.002) == 1  # half a dong, up
    assert prices.desk_vnd(0.0) == 0


def test_a_desk_has_its_share_of_posts_rounded_and_at_least_one() -> None:
    staff = np.array([0, 1, 3, 9, 10, 50])
    assert posts_of_desks(staff, 0.15).tolist() == [1, 1, 1, 1, 2, 8]
    assert [posts_of_desk(int(n), 0.15) for n in staff] == [1, 1, 1, 1, 2, 8]
