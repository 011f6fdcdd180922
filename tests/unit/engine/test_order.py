"""Rows put in the order of places: the same households, links and columns, under other row numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicu.population.columns import COLUMNS, Households
from dicu.population.links import Links
from dicu.population.order import order_by_place, put_in_order
from states import first_model, sha


def _made(place: list[int], seed: int) -> Households:
    h, rng = Households.empty(len(place), len(place) + 3), np.random.default_rng(seed)
    for name, dtype, _ in COLUMNS:
        column = getattr(h, name)
        column[:] = rng.integers(0, np.iinfo(dtype).max, column.shape, dtype=dtype)
    h.uid[:] = rng.permutation(len(h.uid)) + 1000
    h.place[: h.n] = place
    return h


def _by_uid(h: Households, other: np.ndarray) -> dict[int, tuple[Any, ...]]:
    columns = [getattr(h, name)[: h.n].tolist() for name, _, _ in COLUMNS]
    return {row[0]: row for row in zip(*columns, other.tolist(), strict=True)}


@given(place=st.lists(st.integers(0, 9), min_size=1, max_size=400), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_households_links_and_other_columns_follow(place: list[int], seed: int) -> None:
    h, rng = _made(place, seed), np.random.default_rng(seed)
    other = rng.integers(0, 9, h.n).astype(np.uint16)
    child = np.flatnonzero(rng.random(h.n) < 0.4)
    parent = rng.integers(0, h.n, len(child))
    child, parent = child[child != parent], parent[child != parent]
    links = Links.of(child, parent)
    before = _by_uid(h, other), [x.tolist() for x in links.canonical(h.uid)]
    old = h.uid[: h.n].copy()
    put_in_order(h, links, 10, (other,))
    assert _by_uid(h, other) == before[0]
    assert [x.tolist() for x in links.canonical(h.uid)] == before[1]
    links.check(h.n)
    # by place, and within a place as they were
    assert old[np.argsort(place, kind="stable")].tolist() == h.uid[: h.n].tolist()


def test_an_order_and_its_inverse() -> None:
    place = np.array([3, 1, 3, 0, 1], dtype=np.uint16)
    order = order_by_place(place, 5)
    assert order.old.tolist() == [3, 1, 4, 0, 2]
    assert order.new[order.old].tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("steps", [9])
def test_a_run_with_rows_in_order_ends_in_the_same_state(steps: int) -> None:
    from dicu.scenario.scenario import Scenario, with_values

    values = {"world.name": "monocentric", "population.weight": 20, "time.start": "2024Q3"}
    scenario = with_values(Scenario(), values)
    ordered, as_it_comes = first_model(scenario), first_model(scenario)
    for _ in range(steps):
        ordered.advance()
        as_it_comes.step()
    assert sha(ordered) == sha(as_it_comes)
    places = ordered.households.place[: ordered.households.n]
    assert np.count_nonzero(np.diff(places.astype(int)) < 0) < 0.2 * len(places)
    assert not np.array_equal(
        ordered.households.uid[: len(places)], as_it_comes.households.uid[: len(places)]
    )
