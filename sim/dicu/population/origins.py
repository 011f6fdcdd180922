"""Where the first migrants came from: lifetime migrants by province, and the provinces they left.

Assumption A21 (flag A): the stock of migrants is what the observed yearly rates of moves between provinces
would have left, with no return; origins follow gravity scaled to the flows between regions of 2012-13.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.compute import numeric
from dicu.population.margins import Margins
from dicu.scenario.sections import Population
from dicu.world.world import World, distance_km

GRID: Final = 1 << 31
"""Cumulative weights are integers up to this number."""

MOST_MIGRANTS: Final = 0.85
_SCALINGS: Final = 200


@dataclass(frozen=True, eq=False)
class Origins:
    """Migrants by province of residence and of origin, R legacy provinces.

    Attributes
    ----------
    share : (R, 2) float64
        Share of households, rural and urban, that came from another province.
    origin : (R, R) float64
        ``origin[d, o]``: share of the migrants in d that came from o; rows sum to 1, or to 0 where there is
        nowhere to come from.
    cumulative : (R, R) uint64
        ``origin`` summed along o on the integer grid 0..`GRID`.
    without_figures : tuple of str
        Provinces for which the national rate stands in.
    region_misfit : float
        Largest gap left between the share of a region of origin and its target; nan when the world has no
        two regions of the table.
    """

    share: NDArray[np.float64]
    origin: NDArray[np.float64]
    cumulative: NDArray[np.uint64]
    without_figures: tuple[str, ...]
    region_misfit: float


def region_flows(world: World) -> tuple[tuple[str, ...], NDArray[np.float64]] | None:
    """Regions and the persons who moved between them in 12 months: (G, G) [origin, destination]; None: not known.

    The diagonal is nan: moves within a region are not in the table.
    """
    table = world.country.own("region_flows")
    if table is None:
        return None
    codes = world.region_names
    flow = np.zeros((len(codes), len(codes)))
    np.fill_diagonal(flow, np.nan)
    for o, d, persons in zip(table["origin"], table["destination"], table["persons"], strict=True):
        flow[codes.index(o), codes.index(d)] = persons
    return codes, flow


def in_migration(world: World) -> list[float | None]:
    """People who move in from other provinces, per 1,000 a year, by legacy province; None: no figure of its own."""
    table = world.country.own("migration_rates")
    known = {} if table is None else dict(zip(table["province"], table["in_migration"], strict=True))
    return [known.get(str(code)) for code in world.legacy_provinces.code]


def _province_centres(world: World, residents: NDArray[np.int64]) -> NDArray[np.float64]:
    """People-weighted mean positions of the provinces, (R, 3) km; sums run in the order of places."""
    r = len(world.legacy_provinces)
    people = np.maximum(world.residents, 1).astype(np.float64)
    mass = np.maximum(np.bincount(world.province, weights=people, minlength=r), 1.0)
    sums = [
        np.bincount(world.province, weights=people * world.position_km[:, k], minlength=r) for k in range(3)
    ]
    return np.stack(sums, axis=-1) / mass[:, None]


def origins(world: World, population: Population, margins: Margins) -> Origins:
    """Share of migrants by province and area, and where they came from.

    share = 1 - (1 - rate)^years by province, split so that urban households are ``migrant_urban_ratio`` times
    as often migrants as rural ones; origin weight = residents (distance + offset)^-exponent, times a factor a
    pair of regions that makes each destination region receive from each region as observed.
    """
    r = len(world.legacy_provinces)
    rates = in_migration(world)
    national = margins.rates("in_migration_per_mille_year")
    without = tuple(
        str(code) for code, known in zip(world.legacy_provinces.code, rates, strict=True) if known is None
    )
    rate = np.array([national if known is None else known for known in rates]) / 1000
    residents = np.zeros(r, dtype=np.int64)
    np.add.at(residents, world.province, world.residents)
    urban = np.zeros(r, dtype=np.int64)
    np.add.at(urban, world.province[world.urban], world.residents[world.urban])
    urban_share = urban / np.maximum(residents, 1)
    stay = np.ones(r)
    for _ in range(population.migrant_years):
        stay = stay * (1 - rate)
    ratio = population.migrant_urban_ratio
    rural = (1 - stay) / (ratio * urban_share + (1 - urban_share))
    share = np.minimum(np.stack([rural, ratio * rural], axis=-1), MOST_MIGRANTS)

    centre = _province_centres(world, residents)
    far = distance_km(centre[:, None, :], centre[None, :, :]) + population.gravity_offset_km
    gravity = residents[None, :] * numeric.power_of(far, -population.gravity_exponent)
    np.fill_diagonal(gravity, 0.0)
    arrivals = rate * residents
    origin, misfit = _scale_to_regions(world, margins, gravity, arrivals)
    share[origin.sum(axis=1) == 0] = 0.0
    cumulative = np.floor(np.cumsum(origin, axis=1) * GRID + 0.5).astype(np.uint64)
    for d in range(r):  # the grid ends at the last province one can come from, whatever the rounding
        some = np.flatnonzero(origin[d] > 0)
        if len(some):
            cumulative[d, some[-1] :] = GRID
    return Origins(share, origin, cumulative, without, misfit)


def _normalise(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    total = weight.sum(axis=1, keepdims=True)
    return np.where(total > 0, weight / np.where(total > 0, total, 1.0), 0.0)


def _scale_to_regions(
    world: World, margins: Margins, gravity: NDArray[np.float64], arrivals: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Iterative scaling of gravity to the observed flows between regions: (R, R) shares, misfit."""
    share = _normalise(gravity)
    known = region_flows(world)
    if known is None:
        return share, float("nan")
    codes, flow = known
    region, g = world.region.astype(np.int64), len(codes)
    pair = (region[None, :] * g + region[:, None]).ravel()  # origin region, destination region

    def flows(s: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(pair, weights=(arrivals[:, None] * s).ravel(), minlength=g * g).reshape(g, g)

    start = flows(share)
    inside = np.diag(start)
    if not ((start > 0).sum() > 1 and inside.sum() >= 0 and np.any(start[~np.eye(g, dtype=bool)] > 0)):
        return share, float("nan")
    target = np.where(np.isnan(flow), 0.0, flow)
    if inside.sum() > 0:
        target += np.diag(inside / inside.sum() * _within_regions(world, margins, start, target))
    target = np.where(start > 0, target, 0.0)
    received = target.sum(axis=0)
    wanted = target / np.where(received > 0, received, 1.0)
    factor = np.ones((g, g))
    misfit = float("nan")
    for _ in range(_SCALINGS):
        now = flows(share)
        got = now / np.where(now.sum(axis=0) > 0, now.sum(axis=0), 1.0)
        misfit = float(np.abs(got - wanted)[:, now.sum(axis=0) > 0].max())
        if misfit < 1e-9:
            break
        factor = np.where(got > 0, factor * wanted / np.where(got > 0, got, 1.0), factor)
        share = _normalise(gravity * factor.ravel()[pair].reshape(gravity.shape))
    return share, misfit


def _within_regions(
    world: World, margins: Margins, start: NDArray[np.float64], between: NDArray[np.float64]
) -> float:
    """Moves between provinces of one region: the country's own figure, else as gravity has them beside the others."""
    own = world.country.own("rates")
    if own is not None and "within_region_moves" in set(own["name"]):
        return margins.rates("within_region_moves")
    inside = float(np.diag(start).sum())
    return inside * float(between.sum()) / float(start.sum() - inside)
