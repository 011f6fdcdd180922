"""The rules of an office: how many posts it needs, what a merger disrupts, how good its work is."""

from __future__ import annotations

from math import floor

import numpy as np
from numpy.typing import NDArray

from dicu.compute.numeric import LN2, exp64, exp_of, power_of
from dicu.economy import market_rules
from dicu.scenario.parameters import Government


def official_posts(residents: int, mountain: bool, cap: float, parameters: Government) -> int:
    """Posts of a new commune by the official rule: 32 + (residents - 16,000)+ / (1,000 in mountains, else
    2,000).

    Whole posts (a further post for every *full* 1,000 or 2,000), at most ``cap``; and those of party and mass bodies
    besides, as they are counted among the posts of before.

    Parameters
    ----------
    residents
        Persons in the commune.
    mountain
        Whether most residents live in mountains.
    cap
        Most posts of the rule: `Government.staff_cap_ward` in wards and special zones, else
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
    return int(min(posts, cap)) + floor(parameters.staff_bodies + 0.5)


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


def disruptions_left(
    at_merger: NDArray[np.float64], quarters: NDArray[np.float64], half_life_quarters: float
) -> NDArray[np.float64]:
    """`disruption_left` of each (k,), the same bits."""
    out = np.zeros(len(at_merger))
    left = at_merger != 0.0
    out[left] = at_merger[left] * exp_of(-(quarters[left] / half_life_quarters) * LN2)
    return out


def power(base: float, exponent: float) -> float:
    """base ** exponent by pure arithmetic (the same bits on every machine), base >= 0; 0 ** 0 is 1."""
    if base == 1.0 or exponent == 0.0:
        return 1.0
    if base <= 0.0:
        return 0.0
    return float(market_rules.power(base, exponent))


def powers(base: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """`power` of each (k,), the same bits."""
    out = np.ones(len(base))
    if exponent != 0.0:
        out[base <= 0.0] = 0.0
        odd = (base > 0.0) & (base != 1.0)
        out[odd] = power_of(base[odd], exponent)
    return out


def quality_of_office(
    disruption: float, posts: int, need: float, equipped: float, elasticity: float, cap: float
) -> float:
    """`quality_of_offices` of a single one."""
    d, n, k, q = (np.array([x], dtype=np.float64) for x in (disruption, need, equipped, posts))
    return float(quality_of_offices(d, q, n, k, elasticity, cap)[0])


def quality_of_offices(
    disruption: NDArray[np.float64],
    posts: NDArray[np.int64] | NDArray[np.float64],
    need: NDArray[np.float64],
    equipped: NDArray[np.float64],
    elasticity: float,
    cap: float,
) -> NDArray[np.float64]:
    """Quality of an office, Q = (1 - D) min(1, posts/need)^a (K/K*)^(1-a), in [0, cap].

    Parameters
    ----------
    disruption
        D, share of the work lost to the merger.
    posts, need
        Posts filled and posts needed; an office that needs nobody is fully staffed.
    equipped
        (K/K*)^(1-a), what public capital over that of the start makes of it; offices of one budget share it.
    elasticity
        a, weight of staff.
    cap
        Most quality (1.2).
    """
    staffed = np.divide(posts, need, out=np.ones(len(need)), where=posts < need)
    quality = (1.0 - disruption) * powers(staffed, elasticity) * equipped
    return np.minimum(np.where(quality < 0.0, 0.0, quality), cap)


def posts_of_desks(staff: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """`posts_of_desk` of each, (k,) int64."""
    return np.asarray(np.maximum(1, np.floor(share * staff + 0.5)), dtype=np.int64)


def posts_of_desk(staff: int, share: float) -> int:
    """Posts at a satellite desk of an office with ``staff`` posts: a share of them, at least one.

    Parameters
    ----------
    share
        `Government.satellite_staff_share` (model specification, section 9: 15 % of staff).
    """
    return max(1, floor(share * staff + 0.5))


def yearly_loss(residents: int, year_ago: int) -> float:
    """Share of the people of a year ago that an office has lost since; 0 where it lost none or had none."""
    return (year_ago - residents) / year_ago if 0 <= residents < year_ago else 0.0


def yearly_losses(residents: NDArray[np.int64], year_ago: NDArray[np.int64]) -> NDArray[np.float64]:
    """`yearly_loss` of each, (k,) float64."""
    loses = (residents >= 0) & (residents < year_ago)
    share = np.divide(year_ago - residents, year_ago, out=np.zeros(len(residents)), where=loses)
    return np.asarray(share, dtype=np.float64)


def fallen_transfer(transfer: int, lost: float, steps_per_year: int) -> int:
    """By how much the grant of a commune that cannot pay a mobile desk falls in a step, dong.

    It follows the heads: what it loses in a year is the share of its people that it lost in one. A commune that
    pays into the nation (a negative transfer) loses nothing.
    """
    return int(fallen_transfers(np.array([transfer]), np.array([lost]), steps_per_year)[0])


def fallen_transfers(
    transfer: NDArray[np.int64], lost: NDArray[np.float64], steps_per_year: int
) -> NDArray[np.int64]:
    """`fallen_transfer` of each, (k,) int64 dong a step."""
    return np.where(transfer > 0, np.floor(transfer * lost / steps_per_year), 0.0).astype(np.int64)


def water_after(
    coverage: NDArray[np.float64], target: float, closing: float, effort: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Clean-water coverage a step later: w' = w + eta min(1, I/I*) (target - w), where w is below the target.

    Parameters
    ----------
    coverage : (P,) float64
    target
        Share of households aimed at.
    closing
        Share of the gap, eta, that full investment closes in a step.
    effort : (P,) float64
        Investment of the budget over what keeps its capital, I/I*, 0 or more.
    """
    gap = np.maximum(target - coverage, 0.0)
    return np.asarray(coverage + closing * np.minimum(effort, 1.0) * gap, dtype=np.float64)


def share_online(online: float, a_year: float, most: float, years: float) -> float:
    """Share of administration done on line, delta, ``years`` after the digital programme began.

    A programme takes nothing away: where ``online`` is above ``most`` it stays there.
    """
    return max(online, min(most, online + a_year * max(years, 0.0)))
