"""Rule `remit`: money sent to the parent household in another district.

A household that has one sends a share of the step's income with a chance of q a quarter, more often while the parents
suffer a shock. Amounts rest on frozen wealth and are then summed as integers, so neither the order of links nor the
number of threads matters.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.follow import FollowRule, Follows, can_follow, follow, follow_rule
from dicu.behaviour.member_word import WORKER_SHIFT
from dicu.behaviour.wealth import MOST_WEALTH, income_of, rounded
from dicu.compute.draws import Purpose, happens, key64
from dicu.compute.hashing import hash32
from dicu.compute.kernel import kernel
from dicu.economy.market_rules import share_of_step
from dicu.population.columns import MEMBERS, SHOCK_MASK, SHOCK_SHIFT, Households, Rows
from dicu.population.life_stage import kind_of
from dicu.population.link_kernels import LOW_BITS, LinkColumns
from dicu.population.links import Links
from dicu.scenario.parameters_household import Money

RICHEST_PARENT: Final = 60_000
"""Nobody sends money to parents who own more units than this (6 billion VND): so near the end of their 16 bits."""


class RemitRule(NamedTuple):
    """What a step's remittances follow.

    Attributes
    ----------
    chance, chance_after_shock : float
        Chance that money is sent in this step, and that when the parents suffer a shock (not smaller).
    share : float
        Share of the step's income sent.
    key, rounding_key : uint64
        Keys of this step's draws: whether, and to which whole unit.
    """

    chance: float
    chance_after_shock: float
    share: float
    key: np.uint64
    rounding_key: np.uint64


class Remitted(NamedTuple):
    """Remittances of one step: units (0.1 M VND) that changed hands, and households that sent some."""

    units: int
    senders: int


def remit_rule(money: Money, seed: int, step: int, dt_quarters: float) -> RemitRule:
    """The rule of one step; the chance after a shock is ``remit_after_shock`` times q, at most 1."""
    struck = min(1.0, money.remit_after_shock * money.remit_chance)
    return RemitRule(
        chance=share_of_step(money.remit_chance, dt_quarters),
        chance_after_shock=share_of_step(struck, dt_quarters),
        share=money.remit_share,
        key=np.uint64(key64(seed, Purpose.REMIT, step)),
        rounding_key=np.uint64(key64(seed, Purpose.REMIT_ROUNDING, step)),
    )


@njit(cache=True, inline="always")
def sends(bits: np.uint32, parent_flags: np.uint8, rule: RemitRule) -> bool:
    """Whether a household sends money in this step; its luck is the same with and without a shock.

    Parameters
    ----------
    bits : uint32
        hash32(uid of the sender, rule.key).
    parent_flags : uint8
        Of the parent household, with its shock in steps left.
    """
    struck = (np.int64(parent_flags) >> SHOCK_SHIFT) & SHOCK_MASK
    return happens(bits, rule.chance_after_shock if struck > 0 else rule.chance)


@njit(cache=True, inline="always")
def remittance(uid: np.uint64, income_units: float, wealth: int, rule: RemitRule) -> int:
    """Units sent: the share of the step's income, rounded by luck, at most what the sender owns."""
    return min(rounded(rule.share * income_units, hash32(uid, rule.rounding_key)), int(wealth))


class Sending(NamedTuple):
    """What decides remittances of a step (P places, T types, N children's links).

    Attributes
    ----------
    links : LinkColumns
    district : (P,) int32
    income_per_worker, income_per_head : (P, 2 T), (P,) float64, units a step
    luck : (256,) float64
    worker_word : (256,) uint32
    """

    links: LinkColumns
    district: NDArray[np.int32]
    income_per_worker: NDArray[np.float64]
    income_per_head: NDArray[np.float64]
    luck: NDArray[np.float64]
    worker_word: NDArray[np.uint32]


@njit(cache=True, inline="always")
def amount_of(c: np.uint32 | int, h: Rows, s: Sending, rule: RemitRule) -> int:
    """Units that the household of row ``c`` sends if it sends any: a share of what it earns in the step."""
    workers = 0
    persons = 0
    for m in range(MEMBERS):
        workers += int(s.worker_word[h.member[c, m]] >> WORKER_SHIFT) & 1
        persons += int(h.member[c, m] != 0)
    j = h.place[c]
    income = income_of(
        s.income_per_worker[j, kind_of(h.flags[c], h.attributes[c])],
        workers,
        s.luck[h.income_quantile[c]],
        s.income_per_head[j],
        persons,
    )
    return remittance(h.uid[c], income, h.wealth[c], rule)


class Offers(NamedTuple):
    """Room for the K links of B blocks along which money may be sent.

    Attributes
    ----------
    link, bits, amount : (K,) uint32, uint32, uint16
        Their positions in the table, draws, and units sent.
    found : (B,) int64
        How many each block has.
    """

    link: NDArray[np.uint32]
    bits: NDArray[np.uint32]
    amount: NDArray[np.uint16]
    found: NDArray[np.int64]


@kernel
def _offers(first: int, last: int, h: Rows, s: Sending, rule: RemitRule, out: Offers) -> None:
    """List the links along which money may be sent, as `Links.few` asks, and how much from the wealth of before.

    Three sieves, each of which writes a list without a branch, so that the next rows are fetched from memory while the
    last ones are still on their way: luck, the parents' shock, their district and wealth. A block's lists are written
    behind what is left of those before, in memory that is still near.
    """
    low, parent, start = s.links
    district = s.district
    listed, bits_of = out.link, out.bits
    most = max(rule.chance, rule.chance_after_shock)
    k = 0
    for b in range(first, last):
        base = np.uint32(b << LOW_BITS)
        begin = k
        for i in range(start[b], start[b + 1]):
            bits = hash32(h.uid[np.uint32(base + low[i])], rule.key)
            listed[k] = i
            bits_of[k] = bits
            k += happens(bits, most)
        lucky = k
        k = begin
        for f in range(begin, lucky):
            i = listed[f]
            listed[k] = i
            k += sends(bits_of[f], h.flags[parent[i]], rule)
        sending = k
        k = begin
        for f in range(begin, sending):
            i = listed[f]
            p = parent[i]
            listed[k] = i
            elsewhere = district[h.place[np.uint32(base + low[i])]] != district[h.place[p]]
            k += elsewhere & (h.wealth[p] <= RICHEST_PARENT)
        for f in range(begin, k):
            out.amount[f] = amount_of(np.uint32(base + low[listed[f]]), h, s, rule)
        out.found[b - first] = k - begin


@njit(cache=True)
def _pay(
    child: NDArray[np.int64],
    parent: NDArray[np.int64],
    wealth: NDArray[np.uint16],
    amount: NDArray[np.uint16],
) -> tuple[int, int]:
    """Add to parents, then take from children; a purse that would overflow is left as it was, whoever came first."""
    overfull = set()
    for i in range(child.shape[0]):
        filled = np.int64(wealth[parent[i]]) + np.int64(amount[i])
        if filled > MOST_WEALTH:
            overfull.add(parent[i])
            amount[i] = 0
        else:
            wealth[parent[i]] = filled
    if len(overfull) > 0:
        for i in range(child.shape[0]):
            if parent[i] in overfull:
                wealth[parent[i]] -= amount[i]
                amount[i] = 0
    units = 0
    senders = 0
    for i in range(child.shape[0]):
        wealth[child[i]] -= amount[i]
        units += int(amount[i])
        senders += int(amount[i] > 0)
    return units, senders


def remit(
    links: Links,
    households: Households,
    rule: RemitRule,
    income_per_worker: NDArray[np.float64],
    luck: NDArray[np.float64],
    worker_word: NDArray[np.uint32],
    district: NDArray[np.int32],
    income_per_head: NDArray[np.float64] | None = None,
) -> Remitted:
    """Send the money of one step: the children's wealth falls by what the parents' grows.

    Amounts rest on the wealth before any money moved: what a household receives is not sent on in the same step.
    Parents above `RICHEST_PARENT` receive nothing, nor do those whose 16 bits of wealth all their children's money
    together would overflow.

    Parameters
    ----------
    links : Links
    households : Households
        ``wealth`` is changed in place; rows are read as they are (after the commit of moves).
    rule : RemitRule
    income_per_worker : (P, T) float64, units a step
        What a worker earns in the child's place and type.
    luck : (256,) float64
        Factor of income by income_quantile, `luck_factors`.
    worker_word : (256,) uint32
        By member byte; bit 26 is set for those of working age.
    district : (P,) int32
        District of each place; within one nobody sends.
    income_per_head : (P,) float64, units a step, optional
        Other income of a person in the child's place; none if left out.

    Returns
    -------
    Remitted
        Total wealth is unchanged.
    """
    none = np.zeros(len(district)) if income_per_head is None else income_per_head
    sending = Sending(links.columns, district, income_per_worker, none, luck, worker_word)
    return remit_along(links, households, rule, sending)


def remit_along(links: Links, households: Households, rule: RemitRule, sending: Sending) -> Remitted:
    """As `remit`, where what decides is put together already."""
    rows = households.rows
    amounts: dict[int, NDArray[np.uint16]] = {}

    def offers(first: int, last: int, listed: NDArray[np.uint32], found: NDArray[np.int64]) -> None:
        bits, amount = np.empty(len(listed), dtype=np.uint32), np.empty(len(listed), dtype=np.uint16)
        _offers(first, last, rows, sending, rule, Offers(listed, bits, amount, found))
        amounts[first] = amount[: int(found.sum())]

    pairs = links.few(offers)
    amount = np.concatenate([np.empty(0, dtype=np.uint16), *(amounts[b] for b in sorted(amounts))])
    units, senders = _pay(pairs.child, pairs.parent, households.wealth, amount)
    return Remitted(int(units), int(senders))


__all__ = [
    "RICHEST_PARENT",
    "FollowRule",
    "Follows",
    "RemitRule",
    "Remitted",
    "can_follow",
    "follow",
    "follow_rule",
    "remit",
    "remit_along",
    "remit_rule",
    "remittance",
    "sends",
]
