"""Rule `couples`: who of those looking for a partner find each other, first in the place, then in the district.

In each market women choose in order of age, eldest first, each the free man whose age is nearest to her own and
four years more (the difference of the mean ages at first union, 29.4 and 25.2); nobody accepts a
difference of over fifteen years (assumption A37). Everything is sorted by identity, so the order of the input is
without effect.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

HUSBAND_OLDER_YEARS: Final = 4
LARGEST_GAP_YEARS: Final = 15
"""Assumption A37. Years, because ages are whole years."""


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
        if left > 0:
            best = left
        if right <= n and (
            best == 0 or birth_year[men[right - 1]] - target < target - birth_year[men[best - 1]]
        ):
            best = right
        if best == 0 or abs(birth_year[men[best - 1]] - birth_year[w]) > LARGEST_GAP_YEARS:
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
def _round(
    market: NDArray[np.int64],
    by_uid: NDArray[np.int64],
    female: NDArray[np.bool_],
    birth_year: NDArray[np.int64],
    free: NDArray[np.bool_],
    pair_woman: NDArray[np.int64],
    pair_man: NDArray[np.int64],
    pairs: int,
) -> int:
    """Pair everybody still free within their market."""
    some = by_uid[free[by_uid]]
    if some.shape[0] == 0:
        return pairs
    first = birth_year.min()
    span = birth_year.max() - first + 1
    key = np.empty(some.shape[0], dtype=np.int64)
    for k in range(some.shape[0]):
        i = some[k]
        key[k] = (market[i] * 2 + (1 if female[i] else 0)) * span + (birth_year[i] - first)
    order = some[np.argsort(key, kind="mergesort")]
    lo = 0
    while lo < order.shape[0]:
        here = market[order[lo]]
        middle = lo
        while middle < order.shape[0] and market[order[middle]] == here and not female[order[middle]]:
            middle += 1
        hi = middle
        while hi < order.shape[0] and market[order[hi]] == here:
            hi += 1
        if lo < middle < hi:
            pairs = _pair_market(
                order[lo:middle], order[middle:hi], birth_year, free, pair_woman, pair_man, pairs
            )
        lo = hi
    return pairs


@njit(cache=True)
def match(
    place: NDArray[np.integer],
    district: NDArray[np.integer],
    female: NDArray[np.bool_],
    birth_year: NDArray[np.integer],
    uid: NDArray[np.uint64],
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
    if place.shape[0] != n or district.shape[0] != n or female.shape[0] != n or birth_year.shape[0] != n:
        raise ValueError("place, district, female, birth_year and uid must have one entry a seeker")
    by_uid = np.argsort(uid, kind="mergesort")
    year = birth_year.astype(np.int64)
    is_female = female.astype(np.bool_)
    free = np.ones(n, dtype=np.bool_)
    women = np.empty(n // 2, dtype=np.int64)
    men = np.empty(n // 2, dtype=np.int64)
    pairs = _round(place.astype(np.int64), by_uid, is_female, year, free, women, men, 0)
    pairs = _round(district.astype(np.int64), by_uid, is_female, year, free, women, men, pairs)
    return women[:pairs].copy(), men[:pairs].copy()


__all__ = ["HUSBAND_OLDER_YEARS", "LARGEST_GAP_YEARS", "match"]
