"""Rule `couples`: who of those looking for a partner find each other, first in the place, then in the district.

Some look beyond their place from the start (`life_course.beyond_share`) and wait for the second market.

In each market women choose in order of age, eldest first, each the free man whose age is nearest to her own and
four years more (the difference of the mean ages at first union, 29.4 and 25.2); nobody accepts a
difference of over fifteen years (assumption A37). Everything is sorted by identity, so the order of the input is
without effect.
"""

from __future__ import annotations

from typing import Any, Final

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


@njit(cache=True, inline="always")
def _next_free(link: NDArray[np.int64], i: int) -> int:
    """Follow links to the first free man, halving the path."""
    while link[i] != i:
        link[i] = link[link[i]]
        i = link[i]
    return i


@njit(cache=True)
def _pair_market(
    men: NDArray[np.int64],
    women: NDArray[np.int64],
    birth_year: NDArray[np.int64],
    free: NDArray[np.bool_],
    pair_woman: NDArray[np.int64],
    pair_man: NDArray[np.int64],
    pairs: int,
) -> int:
    """Pair one market; men and women are sorted by birth year, then uid. Returns the pairs so far."""
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
        pair_woman[pairs] = w
        pair_man[pairs] = m
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
def _sort_market(
    group: NDArray[np.int64],
    female: NDArray[np.bool_],
    birth_year: NDArray[np.int64],
    uid: NDArray[np.uint64],
    first_year: int,
    bucket: NDArray[np.int64],
) -> int:
    """Sort one market in place: men, then women, each by birth year and uid. Returns how many men.

    By counting over ``bucket``, two for each birth year, then within the few of a bucket.
    """
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
def _pair_markets(
    first: int,
    last: int,
    start: NDArray[np.int64],
    order: NDArray[np.int64],
    female: NDArray[np.bool_],
    birth_year: NDArray[np.int64],
    uid: NDArray[np.uint64],
    first_year: int,
    years: int,
    free: NDArray[np.bool_],
    pair_woman: NDArray[np.int64],
    pair_man: NDArray[np.int64],
    pairs: NDArray[np.int64],
) -> None:
    """Pair the markets first..last; the pairs of one that begins at s stand from s // 2 on, ``pairs`` says how many."""
    bucket = np.empty(2 * years + 1, dtype=np.int64)
    for j in range(first, last):
        lo, hi = start[j], start[j + 1]
        if hi - lo < 2:
            continue
        group = order[lo:hi]
        men = _sort_market(group, female, birth_year, uid, first_year, bucket)
        if 0 < men < hi - lo:
            pairs[j] = _pair_market(
                group[:men], group[men:], birth_year, free, pair_woman[lo // 2 :], pair_man[lo // 2 :], 0
            )


@njit(cache=True)
def _in_a_row(
    start: NDArray[np.int64],
    pairs: NDArray[np.int64],
    pair_woman: NDArray[np.int64],
    pair_man: NDArray[np.int64],
    women: NDArray[np.int64],
    men: NDArray[np.int64],
    total: int,
) -> int:
    """Append the pairs of all markets; returns how many there are now."""
    for j in range(pairs.shape[0]):
        for k in range(start[j] // 2, start[j] // 2 + pairs[j]):
            women[total] = pair_woman[k]
            men[total] = pair_man[k]
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
    is_female = female.astype(np.bool_)
    free = np.ones(n, dtype=np.bool_)
    women, men = np.empty(n // 2, dtype=np.int64), np.empty(n // 2, dtype=np.int64)
    first_year = int(year.min())
    years = int(year.max()) - first_year + 1
    total = 0
    for market, meets in ((place, ~beyond), (district, free)):
        start = np.zeros(int(market.max()) + 2, dtype=np.int64)
        order = _grouped(market.astype(np.int64), meets, start)
        pair_woman, pair_man = (
            np.empty(len(order) // 2, dtype=np.int64),
            np.empty(len(order) // 2, dtype=np.int64),
        )
        pairs = np.zeros(len(start) - 1, dtype=np.int64)
        blocks = -(-len(pairs) // _MARKETS)
        seekers = (is_female, year, uid, first_year, years, free)

        def work(
            first: int,
            last: int,
            markets: tuple[Any, ...] = (start, order, *seekers, pair_woman, pair_man, pairs),
            n_markets: int = len(pairs),
        ) -> None:
            _pair_markets(first * _MARKETS, min(n_markets, last * _MARKETS), *markets)

        over_blocks(work, blocks)
        total = int(_in_a_row(start, pairs, pair_woman, pair_man, women, men, total))
    return women[:total].copy(), men[:total].copy()


__all__ = ["HUSBAND_OLDER_YEARS", "LARGEST_GAP_YEARS", "UNMATCHED_AT_HOME", "drawn", "match", "moved_share"]
