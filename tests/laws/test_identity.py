"""Identities: never twice, the same child in every scenario, and a forced collision that nobody notices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dicu.commit.identity import new_uids
from dicu.compute.draws import Purpose, key64
from dicu.compute.hashing import hash64_2
from dicu.population.columns import Households
from states import assert_sound, first_difference, first_households, first_model, sha, shuffled

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


def test_no_uid_twice_ever(small_scenario: Callable[..., Any]) -> None:
    """Nobody gets the identity of somebody who lives, nor one that was given before: luck is never shared."""
    model = first_model(small_scenario("monocentric", LIVELY))
    h = model.households
    ever = set(h.uid[: h.n].tolist())
    last = set(ever)
    for _ in range(model.calendar.n_steps):
        model.step()
        now = set(h.uid[: h.n].tolist())
        assert len(now) == h.n
        new = now - last
        assert len(new) <= model.changes.new_rows
        assert not new & ever, "an identity was given a second time"
        assert len(last - now) <= model.changes.freed_rows
        ever |= new
        last = now
    assert len(ever) > h.n > 1000


def born_in(households: Households, start: Households) -> np.ndarray:
    """Identities that were not there at the start."""
    return np.setdiff1d(households.uid[: households.n], start.uid[: start.n])


def test_the_same_child_in_every_scenario(
    small_scenario: Callable[..., Any], run_model: Callable[..., Any]
) -> None:
    """Most households founded under one policy are founded under the other, with the same members."""
    values = {**LIVELY, "time.end": "2025Q4"}

    def founded(policy: str) -> dict[int, bytes]:
        scenario = small_scenario("monocentric", {**values, "reform.policy": policy})
        h = run_model(scenario).households
        new = set(born_in(h, first_households(scenario)).tolist())
        return {int(u): h.member[i].tobytes() for i, u in enumerate(h.uid[: h.n]) if int(u) in new}

    none, actual = founded("none"), founded("actual")
    both = none.keys() & actual.keys()
    assert len(none) > 150
    assert len(both) > 0.8 * len(none)
    assert none != actual
    assert sum(none[u] == actual[u] for u in both) > 0.9 * len(both)


def test_the_seed_of_a_run_is_no_part_of_an_identity(
    small_scenario: Callable[..., Any], run_model: Callable[..., Any]
) -> None:
    """Under another seed others found households, but whoever founds one in both runs founds the same one."""
    values = {**LIVELY, "consider.lambda0": 1.0, "time.end": "2025Q1"}
    new = []
    for seed in (1, 2):
        scenario = small_scenario("monocentric", {**values, "seed": seed})
        new.append(born_in(run_model(scenario).households, first_households(scenario)))
    assert min(map(len, new)) > 100
    assert len(np.intersect1d(*new)) > 5


def test_a_collision_within_a_run_is_rehashed(
    small_scenario: Callable[..., Any], run_model: Callable[..., Any]
) -> None:
    """Somebody already bears the identity of a child about to be born: the run goes on, in any row order."""
    scenario = small_scenario("monocentric", {**LIVELY, "time.end": "2025Q1"})
    start = first_households(scenario)
    key = np.uint64(key64(0, int(Purpose.NEW_HOUSEHOLD), scenario.calendar.moment(0)))
    children = {int(hash64_2(key, u, 0)): int(u) for u in start.uid[: start.n]}
    child = next(int(u) for u in born_in(run_model(scenario).households, start) if int(u) in children)
    parent = children[child]
    other = next(int(u) for u in start.uid[: start.n] if int(u) != parent)

    def with_namesake() -> Households:
        h = first_households(scenario)
        h.uid[np.flatnonzero(h.uid[: h.n] == other)] = child
        return h

    model = run_model(scenario, households=with_namesake())
    assert_sound(model)
    uid = model.households.uid[: model.households.n]
    assert (uid == child).sum() == 1
    assert (uid == int(hash64_2(key, parent, 1))).sum() == 1, (
        "the child that came second takes the next ordinal"
    )
    again = run_model(scenario, households=shuffled(with_namesake(), 8))
    assert first_difference(again.households, model.households) == ""
    assert sha(again) == sha(model)
