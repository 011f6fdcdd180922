"""Where the markets start: levels of earnings and of other income, from what the provinces' people have a head.

Pay of an unskilled informal worker outside farming in district l of province r, urban (u = 1) or rural (u = 0):

    level[l, u] = B_r f_u (D_l / D_r)^spread

with D the density, f_1 = 1, f_0 the one national factor that brings the rural/urban ratio of earnings a worker nearest
to the published one, at most 1 (nobody is paid more for the same work in the country), and B_r the factor that makes
the earnings of province r the share ``earnings_share`` of its income a head times its people. A formal worker earns pi
times as much; a farmer the penalty of farming times what others of the province and skill earn on average. A commuting
area is one labour market, so its districts get one level, their mean by what is earned: where an area crosses the
border of two provinces, their earnings differ from the figures by that.

The rest of that income has other sources; it is a sum a head, h times as large in rural parts of a province as in urban
ones, with h the national factor that makes the rural/urban ratio of income a head come out. The two ratios are solved
one after the other and never mixed.

Order-free: sums over households are integers, sums over districts and provinces are correctly rounded (`math.fsum`),
so the levels do not depend on the order of districts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.numeric import exp64, log64
from dicu.population.columns import N_TYPES
from dicu.scenario.parameters import Income
from dicu.world.world import World

# columns of every table by area
RURAL: Final = 0
URBAN: Final = 1

_WIDEST: Final = 5.0
"""The national factors are sought in 1/5..5: beyond it a made-up world contradicts the ratio asked for."""
_BISECTIONS: Final = 64
"""More than a double can tell apart."""


@dataclass(frozen=True, eq=False)
class Levels:
    """Levels at the start (L districts, R provinces, column 0 rural and 1 urban).

    Attributes
    ----------
    earnings : (L, 2) float64, M VND per month
        Pay of an unskilled informal worker outside farming; the same in all districts of a commuting area.
    by_type : (16,) float64
        What a worker of each household type earns over that: skill premium times penalty of farming.
    farming : (L,) float64
        Mean pay outside farming over that of informal workers, by province: what the penalty of farming applies to.
    other : (L, 2) float64, M VND a person a month
        Income besides earnings.
    rural_factor, other_rural_factor : float
        f and h of the module's text; 1 where they change nothing.
    notes : tuple of str
        A sentence for each ratio that could not come out because the provinces' incomes contradict it (then its factor
        is 1: the provinces' incomes win). Empty for a world like Viet Nam.
    """

    earnings: NDArray[np.float64]
    by_type: NDArray[np.float64]
    farming: NDArray[np.float64]
    other: NDArray[np.float64]
    rural_factor: float
    other_rural_factor: float
    notes: tuple[str, ...]


@njit(cache=True)
def _by_district(
    district: NDArray[np.int32], urban: NDArray[np.bool_], count: NDArray[np.int64], n: int
) -> NDArray[np.int64]:
    """Sums of (P, K) counts by district and rural/urban, (n, 2, K)."""
    out = np.zeros((n, 2, count.shape[1]), dtype=np.int64)
    for j in range(district.shape[0]):
        u = 1 if urban[j] else 0
        for k in range(count.shape[1]):
            out[district[j], u, k] += count[j, k]
    return out


def _type_multipliers(income: Income) -> NDArray[np.float64]:
    """Earnings by household type over those of unskilled workers outside farming, (16,) float64."""
    skill = np.where(np.arange(N_TYPES) & 2, income.skill_premium, 1.0)
    return skill * np.where(np.arange(N_TYPES) & 1, 1.0, income.agriculture_penalty)


def _relative_density(world: World, elasticity: float) -> NDArray[np.float64]:
    """(D_l / D_r)^elasticity by district, (L,) float64; nobody living there counts as one person."""
    n = len(world.districts)
    province = world.districts.parent
    people = np.zeros(n, dtype=np.int64)
    np.add.at(people, world.district, world.residents)
    area = np.bincount(world.district, weights=world.area_km2, minlength=n)
    out = np.empty(n)
    for r in range(len(world.legacy_provinces)):
        mine = np.flatnonzero(province == r)
        whole = max(int(people[mine].sum()), 1) / math.fsum(area[mine])
        for d in mine:
            out[d] = exp64(elasticity * log64(max(int(people[d]), 1) / area[d] / whole))
    return out


@dataclass(frozen=True)
class _Shared:
    """Money to be shared in each province between its rural and urban side, in proportion to ``base`` (R, 2).

    ``already`` and ``heads`` (2,) are what each side has beside it and the heads it is divided by, nationally.
    """

    money: NDArray[np.float64]
    base: NDArray[np.float64]
    already: tuple[float, float]
    heads: tuple[int, int]

    def scale(self, factor: float) -> NDArray[np.float64]:
        """Money for each unit of base under a rural factor, (R,); nan in a province without base."""
        below = factor * self.base[:, RURAL] + self.base[:, URBAN]
        out = np.full(len(below), np.nan)
        np.divide(self.money, below, out=out, where=below > 0.0)
        return out

    def ratio(self, factor: float) -> float:
        """Rural over urban money a head, nationally."""
        here = self.base.sum(axis=1) > 0.0
        scale, base = self.scale(factor)[here], self.base[here]
        rural = math.fsum(scale * factor * base[:, RURAL]) + self.already[RURAL]
        urban = math.fsum(scale * base[:, URBAN]) + self.already[URBAN]
        return (rural / self.heads[RURAL]) / (urban / self.heads[URBAN])


def _solve(
    shared: _Shared, target: float, name: str, highest: float = _WIDEST
) -> tuple[float, tuple[str, ...]]:
    """The rural factor under which the ratio is the target, by bisection of its logarithm's range."""
    if min(shared.heads) == 0:
        return 1.0, ()  # all urban or all rural: there is nothing to compare
    low, high = 1.0 / _WIDEST, highest
    least, most = shared.ratio(low), shared.ratio(high)
    if not least < target < most:
        text = (
            f"{name} = {target:g} cannot come out in this world: the incomes of its provinces allow "
            f"{least:.3g} to {most:.3g}; they are kept, and the ratio is {shared.ratio(1.0):.3g}"
        )
        return 1.0, (text,)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if shared.ratio(middle) < target:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high), ()


def _sum_by(group: NDArray[np.int32], value: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Correctly rounded sums of (L, 2) values by group, (n, 2)."""
    rows: list[Sequence[float]] = []
    for r in range(n):
        mine = value[group == r]
        rows.append([math.fsum(mine[:, RURAL]), math.fsum(mine[:, URBAN])])
    return np.array(rows)


def _pooled(
    value: NDArray[np.float64], weight: NDArray[np.float64], area: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Means of (L,) by commuting area, given back to its districts; a plain mean where nothing has weight."""
    out = value.copy()
    for a in range(int(area.max()) + 1):
        mine = np.flatnonzero(area == a)
        if len(mine) > 1:
            total = math.fsum(weight[mine])
            part = weight[mine] if total > 0.0 else np.ones(len(mine))
            out[mine] = math.fsum(part * value[mine]) / math.fsum(part)
    return out


def initial_levels(
    world: World,
    income: Income,
    workers: NDArray[np.int64],
    persons: NDArray[np.int64],
    *,
    premium: float,
    area: NDArray[np.int32],
) -> Levels:
    """Levels that make the provinces' incomes and both published rural/urban ratios come out at the start.

    Parameters
    ----------
    world : World
        Income a head by province; residents and areas for the density.
    workers : (P, 32) int64
        Members of working age by place and kind: type, and from 16 on with a formal job.
    persons : (P,) int64
    premium : float
        Pay of a formal over an informal worker.
    area : (L,) int32
        Commuting area of each district.

    Returns
    -------
    Levels

    Raises
    ------
    ValueError
        When nobody in the world is of working age.
    """
    n, n_provinces = len(world.districts), len(world.legacy_provinces)
    province = world.districts.parent
    at_work = _by_district(world.district, world.urban, workers, n)
    people = _by_district(world.district, world.urban, persons[:, None], n)[:, :, 0]
    all_workers, all_people = int(at_work.sum()), int(people.sum())
    if all_workers == 0:
        raise ValueError(f"world {world.name!r}: nobody is of working age, so there are no earnings to set")

    by_type = _type_multipliers(income)
    density = _relative_density(world, income.district_spread)
    outside = np.zeros((n_provinces, 2), dtype=np.int64)
    for t in range(1, N_TYPES, 2):
        for status in (0, 1):
            np.add.at(outside[:, status], province, at_work[:, :, t + status * N_TYPES].sum(axis=1))
    formal = np.divide(
        outside[:, 1], outside.sum(axis=1), out=np.zeros(n_provinces), where=outside.any(axis=1)
    )
    farming = (1.0 + (premium - 1.0) * formal)[province]
    output = np.zeros((n, 2))
    for t in range(N_TYPES):  # in a fixed order: a matrix product's depends on the machine
        if t & 1:
            output += by_type[t] * (at_work[:, :, t] + premium * at_work[:, :, t + N_TYPES])
        else:
            output += by_type[t] * farming[:, None] * (at_work[:, :, t] + at_work[:, :, t + N_TYPES])
    heads = np.zeros((n_provinces, 2), dtype=np.int64)
    np.add.at(heads, province, people)
    total = world.province_income_mvnd * heads.sum(axis=1)
    worker_sides, people_sides = at_work.sum(axis=(0, 2)), people.sum(axis=0)

    earned = _Shared(
        money=income.earnings_share * total,
        base=_sum_by(province, density[:, None] * output, n_provinces),
        already=(0.0, 0.0),
        heads=(int(worker_sides[RURAL]), int(worker_sides[URBAN])),
    )
    factor, notes = _solve(earned, income.rural_urban_earnings, "income.rural_urban_earnings", highest=1.0)
    scale = earned.scale(factor)
    # a province where nobody works pays what the nation's ratio of people to workers makes of its income a head
    typical = income.earnings_share * world.province_income_mvnd * (all_people / all_workers)
    scale = np.where(np.isnan(scale), typical, scale)

    sides = np.array([factor, 1.0])
    earns = output[:, RURAL] * factor + output[:, URBAN]
    base = _pooled(scale[province] * density, earns, area)[:, None] * sides
    others = _Shared(
        money=(1.0 - income.earnings_share) * total,
        base=heads.astype(np.float64),
        already=(
            math.fsum(base[:, RURAL] * output[:, RURAL]),
            math.fsum(base[:, URBAN] * output[:, URBAN]),
        ),
        heads=(int(people_sides[RURAL]), int(people_sides[URBAN])),
    )
    other_factor, more = _solve(others, income.rural_urban_income_head, "income.rural_urban_income_head")
    other_scale = others.scale(other_factor)
    other_scale = np.where(
        np.isnan(other_scale), (1.0 - income.earnings_share) * world.province_income_mvnd, other_scale
    )

    other = other_scale[province][:, None] * np.array([other_factor, 1.0])
    return Levels(base, by_type, farming, other, factor, other_factor, notes + more)
