"""The rules of an office: how many posts it needs, what a merger disrupts, how good its work is."""

from __future__ import annotations

from math import floor

from sim.behaviour.numeric import LN2, exp64, log64
from sim.scenario.parameters import Government


def official_posts(residents: int, mountain: bool, cap: float, parameters: Government) -> int:
    """Posts of a new commune by the official rule: 32 + (residents - 16,000)+ / (1,000 in mountains, else
    2,000).

    Whole posts (a further post for every *full* 1,000 or 2,000), at most ``cap``.

    Parameters
    ----------
    residents
        Persons in the commune.
    mountain
        Whether most residents live in mountains.
    cap
        Most posts: `Government.staff_cap_ward` in wards and special zones, else
        `Government.staff_cap_commune`.

    Notes
    -----
    Source: Dispatch 09/CV-BCD of 30 May 2025 (model specification, section 4).
    """
    over = residents - parameters.staff_base_residents
    posts = parameters.staff_base
    if over > 0:
        posts += floor(
            over
            / (parameters.residents_per_post_mountain if mountain else parameters.residents_per_post_other)
        )
    return int(min(posts, cap))


def legacy_need(posts_at_start: float, residents: int, residents_at_start: int) -> float:
    """Posts an office of before the reform needs: those it had at the start, scaled with the residents it
    serves.

    An assumption: it makes every office adequate at the start, so what differs later comes from the model.
    """
    if residents_at_start == 0:
        return posts_at_start
    return posts_at_start * residents / residents_at_start


def disruption_of_merger(most: float, merged: int) -> float:
    """Quality lost at once when ``merged`` offices become one, D0 = Dbar (1 - 1/k); 0 for k = 1.

    Raises
    ------
    ValueError
        When ``merged`` is below 1.
    """
    if merged < 1:
        raise ValueError(f"an office is made of at least 1 office, got {merged}")
    return most * (1.0 - 1.0 / merged)


def disruption_left(at_merger: float, quarters: float, half_life_quarters: float) -> float:
    """Disruption after ``quarters``, D(t) = D0 2^(-t / h_D)."""
    if at_merger == 0.0:
        return 0.0
    return float(at_merger * exp64(-(quarters / half_life_quarters) * LN2))


def power(base: float, exponent: float) -> float:
    """base ** exponent by pure arithmetic (the same bits on every machine), base >= 0; 0 ** 0 is 1."""
    if base == 1.0 or exponent == 0.0:
        return 1.0
    if base <= 0.0:
        return 0.0
    return float(exp64(exponent * log64(base)))


def quality_of_office(
    disruption: float, posts: float, need: float, capital_ratio: float, elasticity: float, cap: float
) -> float:
    """Quality of an office, Q = (1 - D) min(1, posts/need)^a (K/K*)^(1-a), in [0, cap].

    Parameters
    ----------
    disruption
        D, share of the work lost to the merger.
    posts, need
        Posts filled and posts needed; an office that needs nobody is fully staffed.
    capital_ratio
        K/K*, public capital over what it was at the start.
    elasticity
        a, weight of staff.
    cap
        Most quality (1.2).
    """
    staffed = 1.0 if posts >= need else posts / need
    quality = (1.0 - disruption) * power(staffed, elasticity) * power(capital_ratio, 1.0 - elasticity)
    return min(max(quality, 0.0), cap)
