"""Rules `follow` and `remit` where child and parent household may be on different ranks.

The same draws, sieves and sums as in `dicu.behaviour.follow` and `dicu.behaviour.remit`: what is read of a parent there
is asked of its rank here.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.follow import FollowRule, Follows
from dicu.behaviour.remit import RICHEST_PARENT, RemitRule, Remitted, Sending, amount_of, sends
from dicu.behaviour.wealth import MOST_WEALTH
from dicu.compute.draws import happens
from dicu.compute.hashing import hash32
from dicu.compute.kernel import kernel
from dicu.population.columns import MEMBERS, Households, Rows
from dicu.population.few_links import Few
from dicu.population.link_kernels import LOW_BITS, LinkColumns
from dicu.population.links import Links
from dicu.population.shard import Shard

_CALLED: Final = np.dtype([("place", np.uint16), ("people", np.uint8)])
_PURSE: Final = np.dtype([("place", np.uint16), ("wealth", np.uint16), ("flags", np.uint8)])


@kernel
def _lucky(
    first: int,
    last: int,
    links: LinkColumns,
    uid: NDArray[np.uint64],
    draw: tuple[np.uint64, float],
    listed: NDArray[np.uint32],
    found: NDArray[np.int64],
) -> None:
    """List the links whose child is drawn, as `Links.few` asks; ``draw`` is the step's key and the chance."""
    low, _, start = links
    key, chance = draw
    k = 0
    for b in range(first, last):
        base = np.uint32(b << LOW_BITS)
        begin = k
        for i in range(start[b], start[b + 1]):
            listed[k] = i
            k += happens(hash32(uid[np.uint32(base + low[i])], key), chance)
        found[b - first] = k - begin


def _drawn(links: Links, households: Households, key: np.uint64, chance: float) -> Few:
    columns, uid, draw = links.columns, households.uid, (key, chance)
    return links.few(lambda first, last, *out: _lucky(first, last, columns, uid, draw, *out))


def follow_across(
    shard: Shard, links: Links, households: Households, rule: FollowRule, district: NDArray[np.int32]
) -> Follows:
    """As `dicu.behaviour.follow.follow`, of all ranks and the same on each; parents and children are addresses."""
    h = households
    drawn = _drawn(links, h, rule.key, rule.chance)

    def answer(rows: NDArray[np.int64]) -> NDArray[np.void]:
        made = np.empty(len(rows), dtype=_CALLED)
        made["place"], made["people"] = h.place[rows], np.count_nonzero(h.member[rows], axis=1)
        return made

    told = shard.ask("follow", drawn.parent, answer)
    away = np.flatnonzero(district[h.place[drawn.child]] != district[told["place"]])
    child = drawn.child[away]
    people = told["people"][away].astype(np.int64) + np.count_nonzero(h.member[child], axis=1)
    mine = np.stack([h.uid[child].view(np.int64), shard.address(child), drawn.parent[away], people], axis=1)
    every = shard.ranks.everyone("follow", mine.reshape(-1)).reshape(-1, mine.shape[1])
    every = every[np.argsort(every[:, 0].copy().view(np.uint64), kind="stable")]
    # of several children the one with the least identity is followed, and nobody who is about to follow
    _, at = np.unique(every[:, 2], return_index=True)
    called = every[np.sort(at)]
    _, whose, parent, together = called[~np.isin(called[:, 1], called[:, 2])].T
    return Follows(parent.copy(), whose.copy(), together <= MEMBERS)


@kernel
def _amounts(
    child: NDArray[np.int64],
    parents: tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint8]],
    h: Rows,
    s: Sending,
    rule: RemitRule,
    out: NDArray[np.uint16],
) -> None:
    """What each of these children sends; ``parents`` are the place, wealth and flags of theirs."""
    place, wealth, flags = parents
    district = s.district
    for k in range(child.shape[0]):
        c = child[k]
        j = h.place[c]
        out[k] = 0
        if not sends(hash32(h.uid[c], rule.key), flags[k], rule):
            continue
        if district[j] == district[place[k]] or wealth[k] > RICHEST_PARENT:
            continue
        out[k] = amount_of(c, h, s, rule)


def remit_across(
    shard: Shard, links: Links, households: Households, rule: RemitRule, sending: Sending
) -> Remitted:
    """As `dicu.behaviour.remit.remit`; returns what was sent from this rank.

    Parents' ranks add up what comes for each of them, and say of each sum whether their purse held all of it.
    """
    h = households
    lucky = _drawn(links, h, rule.key, max(rule.chance, rule.chance_after_shock))

    def answer(rows: NDArray[np.int64]) -> NDArray[np.void]:
        made = np.empty(len(rows), dtype=_PURSE)
        for name in _PURSE.names or ():
            made[name] = getattr(h, name)[rows]
        return made

    told = shard.ask("remittances", lucky.parent, answer)
    place, wealth, flags = (np.ascontiguousarray(told[name]) for name in ("place", "wealth", "flags"))
    amount = np.empty(len(lucky), dtype=np.uint16)
    _amounts(lucky.child, (place, wealth, flags), h.rows, sending, rule, amount)
    some = np.flatnonzero(amount)
    child, amount = lucky.child[some], amount[some]

    rows, sent, order = shard.send("remittances", lucky.parent[some], amount)
    came = np.concatenate(sent).astype(np.int64)
    parent, of = np.unique(rows, return_inverse=True)
    sums = np.zeros(len(parent), dtype=np.int64)
    np.add.at(sums, of, came)
    holds = h.wealth[parent] + sums <= MOST_WEALTH
    h.wealth[parent[holds]] += sums[holds].astype(np.uint16)
    taken = shard.reply("remittances", holds[of].astype(np.uint8), [len(part) for part in sent], order)
    amount *= taken
    h.wealth[child] -= amount
    return Remitted(int(amount.sum(dtype=np.int64)), int(np.count_nonzero(amount)))


__all__ = ["follow_across", "remit_across"]
