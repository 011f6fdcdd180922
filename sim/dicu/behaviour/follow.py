"""Rule `follow`: the parent household joins the place of a child that left for another district.

With a small chance a quarter, keyed by the child, the parents move after it: into its household where together they are
at most six, else into its place as a household of their own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.draws import Purpose, happens, key64
from dicu.compute.hashing import hash32
from dicu.compute.kernel import kernel
from dicu.economy.market_rules import share_of_step
from dicu.population.columns import MEMBERS, Households, Rows
from dicu.population.link_kernels import LOW_BITS, LinkColumns
from dicu.population.links import Links
from dicu.scenario.parameters_household import Money


class FollowRule(NamedTuple):
    """What a step's family moves follow: their chance, and the key of the step's draws."""

    chance: float
    key: np.uint64


class Follows(NamedTuple):
    """Families that follow in one step, in the order of the children's uids.

    Attributes
    ----------
    parent, child : (E,) int64
        Rows of the household that moves and of the one it follows; no row stands in both, none twice.
    joins : (E,) bool
        Whether together they are at most six people, and the parents enter the child's household.
    """

    parent: NDArray[np.int64]
    child: NDArray[np.int64]
    joins: NDArray[np.bool_]

    def __len__(self) -> int:
        """Number of families, E."""
        return len(self.parent)


def follow_rule(money: Money, seed: int, step: int, dt_quarters: float) -> FollowRule:
    """The rule of one step."""
    return FollowRule(
        chance=share_of_step(money.follow_chance, dt_quarters),
        key=np.uint64(key64(seed, Purpose.FOLLOW, step)),
    )


@kernel
def _would_follow(
    first: int,
    last: int,
    links: LinkColumns,
    h: Rows,
    district: NDArray[np.int32],
    rule: FollowRule,
    listed: NDArray[np.uint32],
    found: NDArray[np.int64],
) -> None:
    """List the links whose draw comes up and whose ends live in different districts, as `Links.few` asks.

    First by luck alone, without a branch; parents are looked up for the few that are left.
    """
    low, parent, start = links
    k = 0
    for b in range(first, last):
        base = np.uint32(b << LOW_BITS)
        begin = k
        for i in range(start[b], start[b + 1]):
            listed[k] = i
            k += happens(hash32(h.uid[np.uint32(base + low[i])], rule.key), rule.chance)
        drawn = k
        k = begin
        for f in range(begin, drawn):
            i = listed[f]
            listed[k] = i
            k += district[h.place[np.uint32(base + low[i])]] != district[h.place[parent[i]]]
        found[b - first] = k - begin


@njit(cache=True, inline="always")
def _mark(bits: NDArray[np.uint64], row: int) -> None:
    bits[row >> 6] |= np.uint64(1) << np.uint64(row & 63)


@njit(cache=True, inline="always")
def _marked(bits: NDArray[np.uint64], row: int) -> bool:
    return bool((bits[row >> 6] >> np.uint64(row & 63)) & np.uint64(1))


@njit(cache=True)
def _settle(
    child: NDArray[np.int64],
    parent: NDArray[np.int64],
    busy: NDArray[np.int64],
    n_rows: int,
    member: NDArray[np.uint8],
    joins: NDArray[np.bool_],
) -> int:
    """Keep, in place and in order, the families that really follow; returns how many."""
    engaged = np.zeros((n_rows >> 6) + 1, dtype=np.uint64)
    called = np.zeros((n_rows >> 6) + 1, dtype=np.uint64)
    for b in range(busy.shape[0]):
        _mark(engaged, busy[b])
    k = 0
    for i in range(child.shape[0]):
        c = child[i]
        p = parent[i]
        if not (_marked(engaged, c) or _marked(engaged, p) or _marked(called, p)):
            _mark(called, p)
            child[k] = c
            parent[k] = p
            k += 1
    found = k
    k = 0
    for i in range(found):
        c = child[i]
        p = parent[i]
        if not _marked(called, c):
            people = 0
            for m in range(MEMBERS):
                people += int(member[c, m] != 0) + int(member[p, m] != 0)
            child[k] = c
            parent[k] = p
            joins[k] = people <= MEMBERS
            k += 1
    return k


def follow(
    links: Links,
    households: Households,
    rule: FollowRule,
    district: NDArray[np.int32],
    busy: NDArray[np.int64],
) -> Follows:
    """Which parent households follow a child to its place in this step; the commit moves them.

    Where several children call, the one with the smallest uid is followed; nobody follows a household that is itself
    about to follow.

    Parameters
    ----------
    links : Links
    households : Households
        Read only.
    rule : FollowRule
    district : (P,) int32
    busy : (B,) int64
        Rows that take no part, as parent or as child: those that moved or were emptied in this step.

    Returns
    -------
    Follows
    """
    columns, rows = links.columns, households.rows
    drawn = links.few(
        lambda first, last, *out: _would_follow(first, last, columns, rows, district, rule, *out)
    )
    child, parent = drawn.child, drawn.parent
    order = np.argsort(households.uid[child])
    child, parent = child[order], parent[order]
    joins = np.empty(len(child), dtype=np.bool_)
    k = _settle(child, parent, np.asarray(busy, dtype=np.int64), households.n, households.member, joins)
    return Follows(parent[:k], child[:k], joins[:k])


def can_follow(uid: np.uint64, rule: FollowRule) -> bool:
    """Whether the parents of the household with this uid are drawn to follow it in this step."""
    return bool(happens(np.uint32(hash32(uid, rule.key)), rule.chance))


__all__ = ["FollowRule", "Follows", "can_follow", "follow", "follow_rule"]
