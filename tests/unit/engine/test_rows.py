"""Rows: emptied ones are filled, members come and go, and what arrival in town changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from by_hand import FARM, INDUSTRY, NO_WORK, OWN, RENT, SERVICE, SOCIAL, Row, columns, households, person
from dicu.commit.rows import put_in, settled, share_of_wealth, size_of, take_out, without_holes
from dicu.population.columns import Households


def anybody(n: int, seed: int) -> Households:
    """Rows that differ in every column."""
    rng = np.random.default_rng(seed)
    h = Households.empty(n, n + 3)
    for name in ("place", "home_place", "wealth", "member", "attributes", "income_quantile", "ties", "flags"):
        column = getattr(h, name)
        column[:] = rng.integers(0, 256 if column.dtype == np.uint8 else 65_536, column.shape)
    h.uid[:] = rng.permutation(np.arange(1, n + 4))
    return h


@given(n=st.integers(1, 80), seed=st.integers(0, 2**32 - 1), share=st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]))
@settings(max_examples=150, deadline=None)
def test_exactly_the_others_survive_and_links_can_follow(n: int, seed: int, share: float) -> None:
    h = anybody(n, seed)
    gone = np.flatnonzero(np.random.default_rng(seed + 1).random(n) < share)
    stay = np.setdiff1d(np.arange(n), gone)
    expected, was = columns(h.take(stay)), h.uid[:n].copy()
    source, target, left = without_holes(h.rows, gone, n)
    h.n = left
    assert left == len(stay)
    assert columns(h) == expected
    # those named as moved are the ones that moved, each from where it stood to where it stands
    moved = np.flatnonzero(h.uid[:left] != was[:left])
    assert sorted(target.tolist()) == moved.tolist() == gone[gone < left].tolist()
    assert np.array_equal(was[source], h.uid[target])
    assert (source >= left).all()


def test_no_row_moves_that_need_not() -> None:
    h = anybody(6, 1)
    source, target, left = without_holes(h.rows, np.array([4, 5]), 6)
    assert (len(source), len(target), left) == (0, 0, 4)
    source, target, left = without_holes(h.rows, np.array([], dtype=np.int64), 6)
    assert (len(source), left) == (0, 6)


@given(ages=st.lists(st.integers(0, 100), min_size=1, max_size=6), pick=st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_whoever_goes_and_comes_back_finds_the_row_as_it_was(ages: list[int], pick: int) -> None:
    h = households(Row(1, 0, " ".join(f"{'mf'[a % 2]}{a}" for a in ages)))
    r, before = h.rows, h.member[0].tolist()
    slot = pick % len(ages)
    code = take_out(r, 0, slot)
    assert code == before[slot]
    assert h.member[0].tolist() == before[:slot] + before[slot + 1 :] + [0]
    assert size_of(r, 0) == len(ages) - 1
    put_in(r, 0, code)
    assert h.member[0].tolist() == before


def test_newcomers_stand_by_age() -> None:
    h = households(Row(1, 0, "m60 f40 m3"))
    r = h.rows
    for who in ("f70", "m50", "f1"):
        put_in(r, 0, np.uint8(person(who)))
    assert h.member[0].tolist() == [person(p) for p in ("f70", "m60", "m50", "f40", "m3", "f1")]


@pytest.mark.parametrize(
    ("wealth", "people", "share"), [(10, 3, 3), (2, 3, 0), (65_535, 1, 65_535), (65_535, 6, 10_922)]
)
def test_a_share_a_head_is_rounded_down_and_taken(wealth: int, people: int, share: int) -> None:
    h = households(Row(1, 0, "m60", wealth=wealth))
    assert share_of_wealth(h.rows, 0, people) == share
    assert h.wealth[0] == wealth - share


@pytest.mark.parametrize(
    ("before", "urban", "tenant", "after"),
    [
        ((FARM, OWN), True, False, (SERVICE, OWN)),
        ((FARM, OWN), False, False, (FARM, OWN)),
        ((FARM, OWN), True, True, (SERVICE, RENT)),
        ((INDUSTRY, SOCIAL), True, True, (INDUSTRY, RENT)),
        ((NO_WORK, SOCIAL), True, False, (NO_WORK, SOCIAL)),
    ],
)
@pytest.mark.parametrize("rest", [0, 0b1110_0001])
def test_what_arrival_changes(
    before: tuple[int, int], urban: bool, tenant: bool, after: tuple[int, int], rest: int
) -> None:
    """Sector and tenure as by the rule; skill and all other bits stay."""

    def bits(sector: int, tenure: int) -> np.uint8:
        return np.uint8(rest | sector << 1 | tenure << 3)

    assert settled(bits(*before), urban, tenant) == bits(*after)
