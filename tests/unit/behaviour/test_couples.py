"""Rule `couples`: nobody twice, place before district, ages that fit, no matter the order of the input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dicu.behaviour.couples import LARGEST_GAP_YEARS, UNMATCHED_AT_HOME, match, moved_share

Seekers = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def seekers(n: int, seed: int, places: int = 12, districts: int = 4) -> Seekers:
    """S people: place, district, female, birth year, uid, whether they look beyond their place."""
    rng = np.random.default_rng(seed)
    place = rng.integers(0, places, n).astype(np.uint16)
    return (
        place,
        (place % districts).astype(np.int32),
        rng.random(n) < 0.5,
        rng.integers(1979, 2007, n),
        rng.permutation(np.arange(n, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)),
        rng.random(n) < 0.3,
    )


def uids(s: Seekers) -> list[tuple[int, int]]:
    women, men = match(*s)
    return [(int(s[4][w]), int(s[4][m])) for w, m in zip(women, men, strict=True)]


@given(n=st.integers(0, 120), seed=st.integers(0, 2**32 - 1), places=st.integers(1, 20))
@example(n=53, seed=2861312, places=8)  # the nearest man is too old for her, another as near is not
@settings(max_examples=80, deadline=None)
def test_pairs_are_proper_and_complete(n: int, seed: int, places: int) -> None:
    s = seekers(n, seed, places)
    _, district, female, born, _, _ = s
    women, men = match(*s)
    assert female[women].all()
    assert not female[men].any()
    assert len(set(women) | set(men)) == 2 * len(women)
    assert (district[women] == district[men]).all()
    assert (np.abs(born[women] - born[men]) <= LARGEST_GAP_YEARS).all()
    left = np.setdiff1d(np.arange(n), np.concatenate([women, men]))
    for w in left[female[left]]:
        for m in left[~female[left]]:
            assert district[w] != district[m] or abs(born[w] - born[m]) > LARGEST_GAP_YEARS


@given(n=st.integers(0, 120), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=80, deadline=None)
def test_order_of_the_input_is_without_effect(n: int, seed: int) -> None:
    s = seekers(n, seed)
    order = np.random.default_rng(seed + 1).permutation(n)
    shuffled = tuple(column[order] for column in s)
    assert uids(s) == uids(shuffled)


def test_the_place_comes_before_the_district() -> None:
    place = np.array([0, 0, 1, 1, 2], dtype=np.uint16)
    district = np.array([0, 0, 0, 0, 1], dtype=np.int32)
    female = np.array([True, False, False, True, False])
    # the man of the other place would fit each woman better by age
    born = np.array([2000, 1990, 1996, 1986, 1996])
    uid = np.arange(5, dtype=np.uint64)
    at_home = np.zeros(5, dtype=np.bool_)
    women, men = match(place, district, female, born, uid, at_home)
    assert sorted(zip(women.tolist(), men.tolist(), strict=True)) == [(0, 1), (3, 2)]
    # where everybody looks beyond the place, ages decide: her eldest suitor goes to the elder woman
    women, men = match(place, district, female, born, uid, ~at_home)
    assert sorted(zip(women.tolist(), men.tolist(), strict=True)) == [(0, 2), (3, 1)]


def test_who_looks_beyond_the_place_leaves_the_others_to_themselves() -> None:
    place = np.array([0, 0, 1, 1], dtype=np.uint16)
    female = np.array([True, False, True, False])
    born = np.array([2000, 1996, 2000, 1996])
    beyond = np.array([True, False, False, False])
    women, men = match(
        place, np.zeros(4, dtype=np.int32), female, born, np.arange(4, dtype=np.uint64), beyond
    )
    assert sorted(zip(women.tolist(), men.tolist(), strict=True)) == [(0, 1), (2, 3)]
    beyond[3] = True
    women, men = match(
        place, np.zeros(4, dtype=np.int32), female, born, np.arange(4, dtype=np.uint64), beyond
    )
    assert len(women) == 2, "the district has room for who is left"


def test_what_counts_as_a_move_with_every_household_and_with_a_sample() -> None:
    assert moved_share(0.15, 1) == 1.0
    assert moved_share(0.0, 100) == UNMATCHED_AT_HOME
    assert moved_share(0.2, 2) == moved_share(0.2, 100) == pytest.approx(0.2 + 0.8 * UNMATCHED_AT_HOME)
    assert moved_share(1.0, 100) == 1.0


def test_the_rest_meets_in_the_district_and_never_beyond() -> None:
    place = np.array([0, 1, 2], dtype=np.uint16)
    district = np.array([0, 0, 1], dtype=np.int32)
    female = np.array([True, False, False])
    uid, at_home = np.arange(3, dtype=np.uint64), np.zeros(3, dtype=np.bool_)
    women, men = match(place, district, female, np.array([2000, 1990, 1996]), uid, at_home)
    assert (women.tolist(), men.tolist()) == ([0], [1])


@pytest.mark.parametrize(
    ("her", "him", "pair"), [(2000, 1985, 1), (2000, 1984, 0), (1990, 2005, 1), (1990, 2006, 0)]
)
def test_ages_too_far_apart_are_refused(her: int, him: int, pair: int) -> None:
    zero = np.zeros(2, dtype=np.uint16)
    uid, at_home = np.arange(2, dtype=np.uint64), np.zeros(2, dtype=np.bool_)
    women, _ = match(zero, zero, np.array([True, False]), np.array([her, him]), uid, at_home)
    assert len(women) == pair


def test_men_are_four_years_older_where_they_abound() -> None:
    rng = np.random.default_rng(3)
    n = 4_000
    female = rng.random(n) < 0.1
    born = rng.integers(1980, 2006, n)
    zero = np.zeros(n, dtype=np.uint16)
    uid = rng.permutation(np.arange(n, dtype=np.uint64))
    women, men = match(zero, zero, female, born, uid, np.zeros(n, dtype=np.bool_))
    assert len(women) == female.sum()
    young_enough = born[women] >= 1984
    assert (born[women] - born[men])[young_enough].tolist() == [4] * int(young_enough.sum())


def test_columns_of_different_length_are_refused() -> None:
    s = seekers(5, 1)
    with pytest.raises(ValueError, match="one entry a seeker"):
        match(s[0][:4], *s[1:])
