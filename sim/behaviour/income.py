"""Rule `income`: what people believe a worker earns, by place and type of household.

y[j, t] = B_r f_u (D_l / D_r)^gamma m_t. B_r makes the mean of province r equal to its published income; f_u is 1 in
urban places and, in rural ones, the factor that makes the national rural/urban ratio of earnings come out; D_l / D_r
is the density of the district relative to its province; m_t the premium of skill and the penalty of farming. There is
no farming in urban places: a farm household counts on other work there. Markets that move these levels come later.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour.numeric import exp64, log64
from sim.population.columns import N_TYPES
from sim.scenario.parameters import Income
from sim.world.world import World

_BISECTIONS = 60


@njit(cache=True)
def _earnings(
    urban: NDArray[np.bool_],
    province: NDArray[np.int32],
    density: NDArray[np.float64],
    target: NDArray[np.float64],
    count: NDArray[np.int64],
    rural_factor: float,
    skill: float,
    farm: float,
) -> tuple[NDArray[np.float64], float]:
    """Earnings under one rural factor, and the rural/urban ratio of their means (nan when one side is empty)."""
    n_places = urban.shape[0]
    y = np.empty((n_places, N_TYPES))
    total = np.zeros(target.shape[0])
    heads = np.zeros(target.shape[0])
    for j in range(n_places):
        base = density[j] * (1.0 if urban[j] else rural_factor)
        for t in range(N_TYPES):
            m = base
            if t & 2:
                m *= skill
            if not (t & 1) and not urban[j]:
                m *= farm
            y[j, t] = m
            total[province[j]] += m * count[j, t]
            heads[province[j]] += count[j, t]
    sums = np.zeros(2)
    counts = np.zeros(2)
    for j in range(n_places):
        r = province[j]
        # a province without households keeps the bare multipliers times its target
        scale = target[r] * heads[r] / total[r] if total[r] > 0.0 else target[r]
        side = 1 if urban[j] else 0
        for t in range(N_TYPES):
            y[j, t] *= scale
            sums[side] += y[j, t] * count[j, t]
            counts[side] += count[j, t]
    if counts[0] == 0 or counts[1] == 0:
        return y, np.nan
    return y, (sums[0] / counts[0]) / (sums[1] / counts[1])


@njit(cache=True)
def _relative_density(
    residents: NDArray[np.int64],
    area: NDArray[np.float64],
    district: NDArray[np.int32],
    province: NDArray[np.int32],
    n_districts: int,
    n_provinces: int,
    gamma: float,
) -> NDArray[np.float64]:
    people_d, area_d = np.zeros(n_districts), np.zeros(n_districts)
    people_p, area_p = np.zeros(n_provinces), np.zeros(n_provinces)
    for j in range(district.shape[0]):
        people_d[district[j]] += residents[j]
        area_d[district[j]] += area[j]
        people_p[province[j]] += residents[j]
        area_p[province[j]] += area[j]
    out = np.empty(district.shape[0])
    for j in range(district.shape[0]):
        d, p = district[j], province[j]
        # a district without residents (an uninhabited island) counts as one person
        ratio = max(people_d[d], 1.0) / area_d[d] / (max(people_p[p], 1.0) / area_p[p])
        out[j] = exp64(gamma * log64(ratio))
    return out


def perceived_income(world: World, count: NDArray[np.int64], income: Income) -> NDArray[np.float64]:
    """Perceived earnings a worker, (P, T) float64, M VND a month.

    Parameters
    ----------
    count : (P, T) int64
        Households by place and type at the start, over which the means are taken.
    """
    province = world.province
    density = _relative_density(
        world.residents,
        world.area_km2,
        world.district,
        province,
        len(world.districts),
        len(world.legacy_provinces),
        income.district_spread,
    )
    target = world.province_income_mvnd * income.heads_per_worker
    low, high = 0.05, 20.0
    y = np.empty(0)
    for _ in range(_BISECTIONS):
        factor = 0.5 * (low + high)
        y, ratio = _earnings(
            world.urban,
            province,
            density,
            target,
            count,
            factor,
            income.skill_premium,
            income.agriculture_penalty,
        )
        if np.isnan(ratio):  # a world all urban or all rural: nothing to compare
            plain, _ = _earnings(
                world.urban,
                province,
                density,
                target,
                count,
                1.0,
                income.skill_premium,
                income.agriculture_penalty,
            )
            return plain
        if ratio < income.rural_urban_earnings:
            low = factor
        else:
            high = factor
    return y
