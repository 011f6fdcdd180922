"""Estates: the least uid of the living children, else the parents; nobody, and it is counted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from by_hand import BUSY, Row, happenings, households, linked, settle
from dicu.commit.estates import inherit
from dicu.population.columns import Households


def village(wealth: list[int]) -> Households:
    """One household a purse, uids falling with the rows: 1000, 990, 980, ..."""
    return households(*(Row(1000 - 10 * i, 0, "m40", wealth=w) for i, w in enumerate(wealth)))


def left(h: Households, links: list[tuple[int, int]], dead: list[int], gone: list[int] | None = None) -> int:
    """Estates without an heir, after the bequests."""
    every = np.array(sorted(dead if gone is None else gone), dtype=np.int64)
    child, parent = np.array(links, dtype=np.int64).reshape(-1, 2).T.copy()
    return inherit(h, child, parent, np.array(dead, dtype=np.int64), every)


def test_the_child_of_least_uid_inherits_everything() -> None:
    h = village([500, 1, 2, 3])
    assert left(h, [(1, 0), (3, 0), (2, 0)], [0]) == 0
    assert h.wealth[:4].tolist() == [0, 1, 2, 503]


@pytest.mark.parametrize("links", [[(1, 0), (0, 2)], [(0, 2), (1, 0)]])
def test_children_come_before_parents(links: list[tuple[int, int]]) -> None:
    h = village([500, 1, 2])
    assert left(h, links, [0]) == 0
    assert h.wealth[:3].tolist() == [0, 501, 2]


def test_without_children_the_parents_inherit() -> None:
    h = village([500, 1, 2])
    assert left(h, [(0, 2)], [0]) == 0
    assert h.wealth[:3].tolist() == [0, 1, 502]


def test_without_anybody_it_is_left_to_nobody_and_counted() -> None:
    h = village([500, 1, 70])
    assert left(h, [], [0, 2]) == 570
    assert h.wealth[:3].tolist() == [0, 1, 0]


@pytest.mark.parametrize("how", ["died out too", "joined another household"])
def test_the_dead_and_those_who_are_gone_inherit_nothing(how: str) -> None:
    h = village([500, 7, 3])
    lost = left(h, [(2, 0), (1, 0)], [0, 2] if how == "died out too" else [0], [0, 2])
    assert h.wealth[:2].tolist() == [0, 507]
    assert lost == (3 if how == "died out too" else 0)
    h = village([500, 7, 3])
    assert left(h, [(2, 0)], [0], [0, 2]) == 500


def test_parents_who_are_gone_inherit_nothing() -> None:
    h = village([500, 7])
    assert left(h, [(0, 1)], [0], [0, 1]) == 500


def test_what_does_not_fit_is_left_to_nobody() -> None:
    h = village([500, 65_400])
    assert left(h, [(1, 0)], [0]) == 365
    assert h.wealth[:2].tolist() == [0, 65_535]


def test_several_estates_to_one_heir_are_handed_over_by_uid() -> None:
    h = village([400, 300, 65_000])
    assert left(h, [(0, 2), (1, 2)], [0, 1]) == 165
    assert h.wealth[:3].tolist() == [0, 0, 65_535]


def test_nobody_died() -> None:
    h = village([5, 6])
    assert left(h, [(1, 0)], []) == 0
    assert h.wealth[:2].tolist() == [5, 6]


def bequeathed(
    h: Households, links: list[tuple[int, int]], dead: set[int], gone: set[int]
) -> tuple[list[int], int]:
    """The rule in plain Python."""
    wealth, uid = [int(w) for w in h.wealth[: h.n]], [int(u) for u in h.uid[: h.n]]
    lost = 0
    for d in sorted(dead, key=lambda row: uid[row]):
        children = [c for c, p in links if p == d and c not in gone]
        parents = [p for c, p in links if c == d and p not in gone]
        estate, wealth[d] = wealth[d], 0
        for heir in [min(children, key=lambda row: uid[row])] if children else parents:
            taken = min(estate, 65_535 - wealth[heir])
            wealth[heir] += taken
            estate -= taken
        lost += estate
    return wealth, lost


@given(n=st.integers(2, 40), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_any_families_bequeath_as_in_plain_python(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    h = village([int(w) for w in rng.choice([0, 9, 3_000, 65_000], n)])
    h.uid[:n] = rng.permutation(n) + 1
    links = [
        (int(c), int(p)) for c, p in zip(rng.permutation(n), rng.integers(0, n, n), strict=True) if c != p
    ]
    gone = set(np.flatnonzero(rng.random(n) < 0.4).tolist())
    dead = {k for k in gone if rng.random() < 0.7}
    expected, lost = bequeathed(h, links, dead, gone)
    assert left(h, links, rng.permutation(sorted(dead)).tolist(), sorted(gone)) == lost
    assert h.wealth[:n].tolist() == expected


def test_in_a_commit_the_heir_is_the_household_a_child_founds_in_the_same_step() -> None:
    """Row 0 died out; its child (row 1) lives on, and the estate follows it through the compaction."""
    h = households(
        Row(9, 0, "", wealth=800, flags=BUSY), Row(5, 4, "m30", wealth=20), Row(7, 4, "m30", wealth=1)
    )
    done = settle(h, happenings(life=[(0, 0b1)]), links=linked((1, 0), (2, 1)))
    assert (done.of("wealth", 5), done.of("wealth", 7), done.changes.estates) == (820, 1, 0)
    assert done.link_uids() == {(7, 5)}
