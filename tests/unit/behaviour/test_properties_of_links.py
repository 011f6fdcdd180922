"""Properties of the rules along links: marks, blocks of links, and the same rules across ranks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dicu.behaviour import across, follow, remit
from dicu.behaviour.follow import FollowRule
from dicu.behaviour.remit import RICHEST_PARENT, RemitRule
from dicu.population.columns import SHOCK_SHIFT, Households
from dicu.population.link_kernels import LOW_BITS
from dicu.population.links import Links
from dicu.population.shard import alone

PLACES = 12
DISTRICT = (np.arange(PLACES) // 3).astype(np.int32)
FOLLOWS = FollowRule(0.6, np.uint64(21))
SENDS = RemitRule(0.4, 0.9, 0.3, np.uint64(22), np.uint64(23))


def crowd(n: int, seed: int = 3) -> Households:
    """Households of one to six, some of whom are rich and some in a shock; identities are hashes enough."""
    rng = np.random.default_rng(seed)
    h = Households.empty(n, n)
    h.uid[:] = rng.permutation(np.arange(n, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    h.place[:] = rng.integers(0, PLACES, n)
    h.home_place[:] = h.place
    h.wealth[:] = np.where(rng.random(n) < 0.1, RICHEST_PARENT + 1, rng.integers(50, 900, n))
    h.member[:] = np.where(np.arange(6) < rng.integers(1, 7, n)[:, None], 130, 0)
    h.attributes[:], h.ties[:], h.income_quantile[:] = 0, 0, rng.integers(0, 256, n)
    h.flags[:] = rng.integers(0, 16, n) | rng.integers(0, 3, n) << SHOCK_SHIFT
    return h


def family(n: int, parents: int, seed: int = 4) -> Links:
    """Links of all rows beyond the first few, which are the parents, some of several, and of some of these."""
    rng = np.random.default_rng(seed)
    child = np.arange(parents // 2, n)
    parent = rng.integers(0, parents, len(child))
    return Links.of(child[child != parent], parent[child != parent])


def sending(links: Links) -> remit.Sending:
    word = np.where(np.arange(256) > 0, np.uint32(1 << 26), np.uint32(0)).astype(np.uint32)
    pay = np.random.default_rng(5).uniform(20, 300, (PLACES, 32))
    return remit.Sending(links.columns, DISTRICT, pay, np.full(PLACES, 7.0), np.ones(256), word)


# ---------------------------------------------------------------- marks


def test_a_row_that_is_marked_is_marked_and_no_other() -> None:
    """Over three words of bits, their first and last rows among them."""
    mark, marked = (getattr(f, "py_func", f) for f in (follow._mark, follow._marked))
    for row in range(3 * 64):
        bits = np.zeros(3, dtype=np.uint64)
        mark(bits, row)
        assert [r for r in range(3 * 64) if marked(bits, r)] == [row]


@pytest.mark.parametrize("first", [0, 61, 62, 126])
def test_of_a_chain_of_families_only_the_first_follows_wherever_it_stands(first: int) -> None:
    """Each family's parents are called by it and would call theirs: who is about to follow is not followed."""
    child = np.arange(first, first + 4)
    parent = child + 1
    member = np.zeros((200, 6), dtype=np.uint8)
    member[:, 0] = 130
    joins = np.empty(4, dtype=np.bool_)
    kept = follow._settle(child, parent, np.empty(0, dtype=np.int64), 200, member, joins)
    assert (child[:kept].tolist(), parent[:kept].tolist()) == ([first], [first + 1])
    assert joins[:kept].all(), "two people are few"


# ---------------------------------------------------------------- blocks of links

Find = Callable[[int, int, np.ndarray, np.ndarray], object]
BLOCKS = 3


def finders(links: Links, h: Households) -> dict[str, Find]:
    """The three kernels that list links block by block, as `Links.few` asks them."""
    made = sending(links)

    def offers(first: int, last: int, listed: np.ndarray, found: np.ndarray) -> None:
        n = len(listed)
        bits, amount = np.empty(n, dtype=np.uint32), np.empty(n, dtype=np.uint16)
        remit._offers(first, last, h.rows, made, SENDS, remit.Offers(listed, bits, amount, found))

    return {
        "follow": lambda *out: follow._would_follow(
            *out[:2], links.columns, h.rows, DISTRICT, FOLLOWS, *out[2:]
        ),
        "remit": offers,
        "across": lambda *out: across._lucky(*out[:2], links.columns, h.uid, (FOLLOWS.key, 0.5), *out[2:]),
    }


@pytest.mark.parametrize("which", ["follow", "remit", "across"])
def test_a_block_of_links_has_the_same_ones_whoever_goes_through_it_and_with_which_others(which: str) -> None:
    n = BLOCKS << LOW_BITS
    h = crowd(n)
    child = np.concatenate([(b << LOW_BITS) + np.arange(40 + b) for b in range(BLOCKS)])
    links = Links.of(child[1:], np.zeros(len(child) - 1, dtype=np.int64))
    find = finders(links, h)[which]

    def asked(first: int, last: int) -> tuple[list[int], list[int]]:
        listed = np.full(int(links.start[last] - links.start[first]), 0, dtype=np.uint32)
        found = np.full(last - first, -1, dtype=np.int64)
        find(first, last, listed, found)
        return listed[: found.sum()].tolist(), found.tolist()

    every, count = asked(0, BLOCKS)
    assert min(count) > 0, "each block has some"
    assert max(count) < 40, "and not all"
    parts: list[Any] = [asked(b, b + 1) for b in range(BLOCKS)]
    assert [k for _, found in parts for k in found] == count
    assert [i for listed, _ in parts for i in listed] == every
    assert asked(1, BLOCKS) == (every[count[0] :], count[1:])


# ---------------------------------------------------------------- across ranks

ROWS = 600


def test_on_one_process_families_follow_across_ranks_as_within() -> None:
    h, links = crowd(ROWS), family(ROWS, 90)
    within = follow.follow(links, h, FOLLOWS, DISTRICT, np.empty(0, dtype=np.int64))
    beyond = across.follow_across(alone(PLACES), links, h, FOLLOWS, DISTRICT)
    assert len(within) > 20
    assert 0 < within.joins.sum() < len(within)
    for name in ("parent", "child", "joins"):
        assert getattr(beyond, name).tolist() == getattr(within, name).tolist(), name


def test_on_one_process_money_is_sent_across_ranks_as_within() -> None:
    """The same purses and the same sums; nothing is lost, and nothing goes to the rich or within a district."""
    links = family(ROWS, 90)
    purses, sums = [], []
    for rule in (lambda h: remit.remit_along(links, h, SENDS, sending(links)),
                 lambda h: across.remit_across(alone(PLACES), links, h, SENDS, sending(links))):  # fmt: skip
        h = crowd(ROWS)
        before = h.wealth.astype(np.int64)
        sums.append(rule(h))
        gained = h.wealth.astype(np.int64) - before
        assert gained.sum() == 0
        assert (gained[before > RICHEST_PARENT] <= 0).all()
        purses.append(h.wealth.tolist())
    assert sums[0].senders > 50
    assert sums[0] == sums[1]
    assert purses[0] == purses[1]


@pytest.mark.parametrize("same_district", [False, True])
def test_across_ranks_money_goes_to_another_district_only(same_district: bool) -> None:
    h = crowd(2)
    h.place[:], h.wealth[:] = (0, 1 if same_district else 3), 500
    links = Links.of(np.array([1]), np.array([0]))
    always = SENDS._replace(chance=1.0, chance_after_shock=1.0)
    sent = across.remit_across(alone(PLACES), links, h, always, sending(links))
    assert (sent.senders == 0) is same_district
    assert h.wealth.tolist() == [500 + sent.units, 500 - sent.units]
