"""Identities: never twice, the same child in every scenario, and a forced collision that nobody notices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from states import assert_sound, first_difference, first_households, sha, shuffled

from sim.behaviour.draws import Purpose, key64
from sim.engine.commit import new_uids
from sim.population.hashing import hash64_2

KEY = np.uint64(key64(0, int(Purpose.NEW_HOUSEHOLD), 3))
PARENTS = np.array([101, 2**63 + 5, 7, 2**64 - 1, 55], dtype=np.uint64)
LIVELY = {"consider.lambda0": 0.3, "population.weight": 20, "time.start": "2025Q1", "time.end": "2026Q2"}


def children(parents: np.ndarray, ordinal: int = 0) -> np.ndarray:
    """By the definition: a hash of the parent, the step (in the key) and the ordinal."""
    return np.array([hash64_2(KEY, p, ordinal) for p in parents], dtype=np.uint64)


def test_a_child_is_a_hash_of_its_parent_the_step_and_an_ordinal() -> None:
    assert np.array_equal(new_uids(PARENTS, PARENTS, KEY), children(PARENTS))
    other = np.uint64(key64(0, int(Purpose.NEW_HOUSEHOLD), 4))
    assert not np.isin(new_uids(PARENTS, PARENTS, other), children(PARENTS)).any()
    assert len(new_uids(PARENTS, PARENTS[:0], KEY)) == 0


@pytest.mark.parametrize("taken", [[0], [2], [4], [0, 3], [0, 1, 2, 3, 4]])
def test_a_child_whose_identity_is_taken_gets_the_next_ordinal(taken: list[int]) -> None:
    first, second = children(PARENTS), children(PARENTS, 1)
    existing = np.concatenate([PARENTS, first[taken], np.arange(1000, 5000, dtype=np.uint64)])
    expected = first.copy()
    expected[taken] = second[taken]
    for seed in range(4):
        order = np.random.default_rng(seed).permutation(len(existing))
        assert np.array_equal(new_uids(existing[order], PARENTS, KEY), expected)


def test_ordinals_count_on_while_identities_are_taken() -> None:
    existing = np.concatenate([children(PARENTS[:1], k) for k in range(6)])
    assert new_uids(existing, PARENTS, KEY)[0] == children(PARENTS[:1], 6)[0]


def test_two_children_never_share_an_identity() -> None:
    """The same parent twice hashes to the same: the first in commit order keeps it."""
    twins = PARENTS[[0, 1, 0, 0]]
    expected = np.concatenate([children(twins[:2]), children(twins[2:3], 1), children(twins[3:], 2)])
    assert np.array_equal(new_uids(PARENTS, twins, KEY), expected)


def test_a_search_through_many_finds_each_that_is_taken() -> None:
    """Enough of both that the bit filter lets false ones through and the search decides."""
    rng = np.random.default_rng(3)
    parents = rng.integers(1, 2**64, 20_000, dtype=np.uint64)
    existing = rng.integers(1, 2**64, 300_000, dtype=np.uint64)
    first = new_uids(existing, parents, KEY)
    victims = rng.permutation(len(parents))[:500]
    existing[rng.permutation(len(existing))[:500]] = first[victims]
    again = new_uids(existing, parents, KEY)
    assert set(np.flatnonzero(again != first)) == set(victims)
    assert not np.isin(again, existing).any()
    assert len(np.unique(again)) == len(again)


def test_no_uid_twice_and_none_lost(
    small_scenario: Callable[..., Any], run_model: Callable[..., Any]
) -> None:
    scenario = small_scenario("monocentric", LIVELY)
    before = first_households(scenario)
    after = run_model(scenario).households
    uid = after.uid[: after.n]
    assert len(np.unique(uid)) == after.n > before.n
    assert np.isin(before.uid[: before.n], uid).all()


def test_the_same_child_in_every_scenario(
    small_scenario: Callable[..., Any], run_model: Callable[..., Any]
) -> None:
    """Most children of the first step of another arm are children there too, with the same members.

    All of them while borders are the same; the seed of the run is no part of an identity.
    """
    values = {**LIVELY, "time.end": "2025Q3"}

    def born(policy: str) -> dict[int, bytes]:
        scenario = small_scenario("monocentric", {**values, "reform.policy": policy})
        n = first_households(scenario).n
        h = run_model(scenario).households
        return {int(u): h.member[i].tobytes() for i, u in enumerate(h.uid[: h.n]) if i >= n}

    none, actual = born("none"), born("actual")
    both = none.keys() & actual.keys()
    assert len(both) > 0.8 * len(none)
    assert none != actual
    assert sum(none[u] == actual[u] for u in both) > 0.95 * len(both)


def test_a_collision_within_a_run_is_rehashed(
    small_scenario: Callable[..., Any], run_model: Callable[..., Any]
) -> None:
    """Somebody already bears the identity of a child about to be born: the run goes on, in any row order."""
    scenario = small_scenario("monocentric", {**LIVELY, "time.end": "2025Q1"})
    start = first_households(scenario)
    run = run_model(scenario).households
    child = run.uid[start.n]  # the first household founded in the first step
    stays = np.setdiff1d(start.uid[: start.n], [])[0]

    def with_namesake() -> Any:
        h = first_households(scenario)
        h.uid[np.flatnonzero(h.uid[: h.n] == stays)] = child
        return h

    model = run_model(scenario, households=with_namesake())
    assert_sound(model)
    uid = model.households.uid[: model.households.n]
    assert (uid == child).sum() == 1
    assert int(np.flatnonzero(uid == child)[0]) < start.n, "the older one keeps its identity"
    again = run_model(scenario, households=shuffled(with_namesake(), 8))
    assert sha(again) == sha(model)
    assert first_difference(again.households, model.households) == ""
