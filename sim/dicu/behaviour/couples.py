"""Rule `couples`: who of those looking for a partner find each other, first in the place, then in the district.

Some look beyond their place from the start (`life_course.beyond_share`) and wait for the second market.

In each market women choose in order of age, eldest first, each the free man whose age is nearest to her own and
four years more (the difference of the mean ages at first union, 29.4 and 25.2); nobody accepts a
difference of over fifteen years (assumption A37). Everything is sorted by identity, so the order of the input is
without effect.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.draws import happens
from dicu.compute.hashing import hash32
from dicu.compute.pool import over_blocks

HUSBAND_OLDER_YEARS: Final = 4
LARGEST_GAP_YEARS: Final = 15
"""Assumption A37. Years, because ages are whole years."""

UNMATCHED_AT_HOME: Final = 0.075
"""Share of those who look in their place and find nobody there: with every household as a row 21 % of the couples of
2020 came from two places, 15 % of seekers looking beyond theirs (8 % when none did)."""

# up to so many are sorted one by one; markets a thread takes at a time; both without effect on results
_FEW: Final = 48
_MARKETS: Final = 64


class CoupleTable(NamedTuple):
    """What pairing reads in one step.

    Attributes
    ----------
    home_key, reach_key, lodge_key : uint64
        Of this step's draws: where a couple lives, who looks how far, and who lodges with whom.
    patrilocal_share, lodging_share, apart_share : float
    beyond_share, moved_share : float
        Share of those who look for a partner beyond their place from the start, and whose move to a partner in another
        place counts, see `moved_share`.
    """

    home_key: np.uint64
    reach_key: np.uint64
    lodge_key: np.uint64
    patrilocal_share: float
    lodging_share: float
    apart_share: float
    beyond_share: float
    moved_share: float


@njit(cache=True, inline="always")
def _next_free(link: NDArray[np.int64], i: int) -> int:
    """Follow links to the first free man, halving the path."""
    while link[i] != i:
        link[i] = link[link[i]]
        i = link[i]
    return i


class Singles(NamedTuple):
    """The S people who look for a partner in a step.

    Attributes
    ----------
    female : (S,) bool
    birth_year : (S,) int64, ``first_year`` the least of them and ``years`` how many years they span
    uid : (S,) uint64
    free : (S,) bool
        Written: who has found nobody yet.
    """

    female: NDArray[np.bool_]
    birth_year: NDArray[np.int64]
    uid: NDArray[np.uint64]
    free: NDArray[np.bool_]
    first_year: int
    years: int


class MarriageMarkets(NamedTuple):
    """M markets of one round and the pairs that are found in them.

    Attributes
    ----------
    start : (M + 1,) int64
        Those who meet in market j are ``order[start[j]:start[j + 1]]``.
    order : (N,) int64
    woman, man : (N // 2,) int64
        Written: the pairs of market j from ``start[j] // 2`` on.
    pairs : (M,) int64
        Written: how many there are.
    """

    start: NDArray[np.int64]
    order: NDArray[np.int64]
    woman: NDArray[np.int64]
    man: NDArray[np.int64]
    pairs: NDArray[np.int64]


@njit(cache=True)
def _pair_market(
    men: NDArray[np.int64],
    women: NDArray[np.int64],
    s: Singles,
    woman: NDArray[np.int64],
    man: NDArray[np.int64],
) -> int:
    """Pair one market; men and women are sorted by birth year, then uid. Returns how many pairs there are."""
    birth_year, free = s.birth_year, s.free
    pairs = 0
    n = men.shape[0]
    # positions 1..n are the men; 0 and n + 1 mean nobody on that side
    older = np.arange(n + 2)
    younger = np.arange(n + 2)
    at = 1
    for w in women:
        target = birth_year[w] - HUSBAND_OLDER_YEARS
        while at <= n and birth_year[men[at - 1]] < target:
            at += 1
        right = _next_free(younger, at)
        left = _next_free(older, at - 1)
        best = 0
        # the nearest on either side, if the two accept each other
        if left > 0 and birth_year[w] - birth_year[men[left - 1]] <= LARGEST_GAP_YEARS:
            best = left
        if (
            right <= n
            and birth_year[men[right - 1]] - birth_year[w] <= LARGEST_GAP_YEARS
            and (best == 0 or birth_year[men[right - 1]] - target < target - birth_year[men[best - 1]])
        ):
            best = right
        if best == 0:
            continue
        older[best] = best - 1
        younger[best] = best + 1
        m = men[best - 1]
        free[w] = False
        free[m] = False
        woman[pairs] = w
        man[pairs] = m
        pairs += 1
    return pairs


@njit(cache=True)
def _grouped(
    market: NDArray[np.int64], meets: NDArray[np.bool_], start: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Those who meet, market by market; ``start`` (markets + 1,) is filled with where each begins."""
    n = market.shape[0]
    for i in range(n):
        if meets[i]:
            start[market[i] + 1] += 1
    for j in range(start.shape[0] - 1):
        start[j + 1] += start[j]
    fill = start[:-1].copy()
    order = np.empty(start[-1], dtype=np.int64)
    for i in range(n):
        if meets[i]:
            order[fill[market[i]]] = i
            fill[market[i]] += 1
    return order


@njit(cache=True)
def _sort_market(group: NDArray[np.int64], s: Singles, bucket: NDArray[np.int64]) -> int:
    """Sort one market in place: men, then women, each by birth year and uid. Returns how many men.

    By counting over ``bucket``, two for each birth year, then within the few of a bucket.
    """
    female, birth_year, uid, first_year = s.female, s.birth_year, s.uid, s.first_year
    span = (bucket.shape[0] - 1) // 2
    bucket[:] = 0
    for i in group:
        bucket[(span if female[i] else 0) + birth_year[i] - first_year + 1] += 1
    men = 0
    for k in range(1, bucket.shape[0]):
        if k <= span:
            men += bucket[k]
        bucket[k] += bucket[k - 1]
    by_year = np.empty(group.shape[0], dtype=np.int64)
    for i in group:
        k = (span if female[i] else 0) + birth_year[i] - first_year
        at = bucket[k]
        bucket[k] += 1
        by_year[at] = i
    # now bucket[k] is where k ends
    begin = 0
    for k in range(bucket.shape[0] - 1):
        end = bucket[k]
        if end - begin > _FEW:
            some = by_year[begin:end].copy()
            by_year[begin:end] = some[np.argsort(uid[some])]
        else:
            for a in range(begin + 1, end):
                i = by_year[a]
                at = a
                while at > begin and uid[by_year[at - 1]] > uid[i]:
                    by_year[at] = by_year[at - 1]
                    at -= 1
                by_year[at] = i
        begin = end
    group[:] = by_year
    return men


@njit(cache=True, nogil=True)
def _pair_markets(first: int, last: int, s: Singles, m: MarriageMarkets) -> None:
    """Pair the markets first..last."""
    bucket = np.empty(2 * s.years + 1, dtype=np.int64)
    for j in range(first, last):
        lo, hi = m.start[j], m.start[j + 1]
        if hi - lo < 2:
            continue
        group = m.order[lo:hi]
        men = _sort_market(group, s, bucket)
        if 0 < men < hi - lo:
            m.pairs[j] = _pair_market(group[:men], group[men:], s, m.woman[lo // 2 :], m.man[lo // 2 :])


@njit(cache=True)
def _in_a_row(m: MarriageMarkets, women: NDArray[np.int64], men: NDArray[np.int64], total: int) -> int:
    """Append the pairs of all markets; returns how many there are now."""
    for j in range(m.pairs.shape[0]):
        for k in range(m.start[j] // 2, m.start[j] // 2 + m.pairs[j]):
            women[total] = m.woman[k]
            men[total] = m.man[k]
            total += 1
    return total


def moved_share(beyond_share: float, weight: int) -> float:
    """Share of women in couples of two places whose couple counts as a move of one partner.

    With every household as a row, all. Where a row stands for many, its place seldom has a second row with a single:
    most couples of two rows then stand for couples within a place. Those count who look beyond their place, and of the
    others as many as would have found nobody there.

    Parameters
    ----------
    beyond_share : float
        Of those who look for a partner, in 0..1.
    weight : int
        Households a row stands for.
    """
    return 1.0 if weight == 1 else beyond_share + (1.0 - beyond_share) * UNMATCHED_AT_HOME


@njit(cache=True)
def drawn(uid: NDArray[np.uint64], key: np.uint64, share: float) -> NDArray[np.bool_]:
    """Which households are drawn, (N,), each with chance ``share`` by its identity; who is drawn stays so for more."""
    out = np.empty(uid.shape[0], dtype=np.bool_)
    for k in range(uid.shape[0]):
        out[k] = happens(hash32(uid[k], key), share)
    return out


def match(
    place: NDArray[np.integer],
    district: NDArray[np.integer],
    female: NDArray[np.bool_],
    birth_year: NDArray[np.integer],
    uid: NDArray[np.uint64],
    beyond: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair the S people who look for a partner in a step: within their places, the rest within their districts.

    Parameters
    ----------
    place, district : (S,) integers
        Where each lives; 0 or more.
    female : (S,) bool or 0/1
    birth_year : (S,) integers
    uid : (S,) uint64
        Of their households, all different: one household has at most one seeker.
    beyond : (S,) bool
        Who does not look within the place.

    Returns
    -------
    women, men : (K,) int64
        Indices into the arguments, pair by pair, in an order that does not depend on the order of the input: places,
        then districts, in each the eldest woman first.

    Raises
    ------
    ValueError
        When the arguments differ in length.
    """
    n = uid.shape[0]
    if any(column.shape[0] != n for column in (place, district, female, birth_year, beyond)):
        raise ValueError("place, district, female, birth_year, uid and beyond must have one entry a seeker")
    if n == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    year = birth_year.astype(np.int64)
    free = np.ones(n, dtype=np.bool_)
    first_year = int(year.min())
    years = int(year.max()) - first_year + 1
    singles = Singles(female.astype(np.bool_), year, uid, free, first_year, years)
    women, men = np.empty(n // 2, dtype=np.int64), np.empty(n // 2, dtype=np.int64)
    total = 0
    for market, meets in ((place, ~beyond), (district, free)):
        start = np.zeros(int(market.max()) + 2, dtype=np.int64)
        order = _grouped(market.astype(np.int64), meets, start)
        markets = MarriageMarkets(
            start,
            order,
            woman=np.empty(len(order) // 2, dtype=np.int64),
            man=np.empty(len(order) // 2, dtype=np.int64),
            pairs=np.zeros(len(start) - 1, dtype=np.int64),
        )

        def work(first: int, last: int, m: MarriageMarkets = markets) -> None:
            _pair_markets(first * _MARKETS, min(len(m.pairs), last * _MARKETS), singles, m)

        over_blocks(work, -(-len(markets.pairs) // _MARKETS))
        total = int(_in_a_row(markets, women, men, total))
    return women[:total].copy(), men[:total].copy()


__all__ = [
    "HUSBAND_OLDER_YEARS",
    "LARGEST_GAP_YEARS",
    "UNMATCHED_AT_HOME",
    "CoupleTable",
    "drawn",
    "match",
    "moved_share",
]
