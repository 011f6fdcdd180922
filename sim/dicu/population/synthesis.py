"""The first households: as many persons in each place as live there, fitted to the census margins."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.compute.hashing import hash64_2, key64
from dicu.compute.pool import over_blocks
from dicu.population import kernels
from dicu.population.archetypes import Archetypes, archetypes
from dicu.population.columns import MEMBERS, NATIVE_TIES, Households
from dicu.population.formal import set_formal
from dicu.population.margins import (
    AGE_GROUPS,
    Margins,
    MarginsError,
    Rates,
    load_margins,
    mean_sizes,
    tilt_to_mean,
)
from dicu.population.origins import GRID, Origins, origins
from dicu.population.place_rates import PlaceRates, place_rates
from dicu.population.province_ages import Groups, nation_alone, rake_provinces
from dicu.population.raking import Raked, rake
from dicu.population.report import SynthesisReport, make_report
from dicu.scenario.calendar import FIRST_AGE_YEAR, LAST_AGE_YEAR
from dicu.scenario.parameters import Income, Ties
from dicu.scenario.parameters_labour import Labour
from dicu.scenario.scenario import UnfitScenario
from dicu.scenario.sections import Population
from dicu.world.world import World

_UID: Final = 0x75696431
_PURPOSES: Final = ("archetype", "age", "migrant", "home", "luck")
_OLD_SURVIVAL: Final = 0.88
_OF_TOWNS: Final = ("urban_person_share", "urban_male_share")
"""Rates that the first households are raked to."""


def _largest_remainder(total: int, quota: NDArray[np.int64]) -> NDArray[np.int64]:
    """Split ``total`` in proportion to ``quota`` in integers; ties go to the first. Exact, no floats."""
    whole = int(quota.sum())
    if whole == 0:
        if total:
            raise ValueError(f"{total} persons to place where nobody lives")
        return np.zeros(len(quota), dtype=np.int64)
    product = [int(q) * total for q in quota]
    base = np.array([x // whole for x in product], dtype=np.int64)
    remainder = np.array([x % whole for x in product], dtype=np.int64)
    order = np.argsort(-remainder, kind="stable")
    base[order[: total - int(base.sum())]] += 1
    return base


def persons_by_place(world: World, weight: int) -> NDArray[np.int64]:
    """Persons in the rows of each place: residents / weight, rounded by largest remainder.

    First each legacy province, to the nearest integer (so province totals are within weight/2), then
    its rural and urban parts, then their places. At weight 1 these are the residents.

    Returns
    -------
    (P,) int64
    """
    persons = np.zeros(world.n_places, dtype=np.int64)
    province = world.province
    for r in range(len(world.legacy_provinces)):
        here = np.flatnonzero(province == r)
        residents = world.residents[here]
        urban = world.urban[here]
        total = (2 * int(residents.sum()) + weight) // (2 * weight)
        parts = np.array([residents[~urban].sum(), residents[urban].sum()], dtype=np.int64)
        for area, persons_area in enumerate(_largest_remainder(total, parts)):
            some = here[urban == bool(area)]
            persons[some] = _largest_remainder(int(persons_area), world.residents[some])
    return persons


def _grid(library: Archetypes, groups: Groups) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Weights summed within each size on the integer grid, (G, A), and where each size starts, (7,)."""
    start = np.searchsorted(library.size, np.arange(1, MEMBERS + 2)).astype(np.int64)
    cumulative = np.zeros(groups.weight.shape, dtype=np.uint64)
    for s in range(MEMBERS):
        part = slice(start[s], start[s + 1])
        running = np.cumsum(groups.weight[:, part], axis=1)
        cumulative[:, part] = np.floor(running / running[:, -1:] * GRID + 0.5).astype(np.uint64)
        cumulative[:, start[s + 1] - 1] = GRID
    return cumulative, start


def _old_ages() -> NDArray[np.uint8]:
    """Years above 80 by a draw of 10 bits: geometric survival of 0.88 a year up to 99 (assumption A23)."""
    alive = np.cumprod(np.full(20, _OLD_SURVIVAL)) / _OLD_SURVIVAL
    upto = np.floor(np.cumsum(alive) / alive.sum() * 1024 + 0.5)
    return np.searchsorted(upto, np.arange(1024), side="right").clip(0, 19).astype(np.uint8)


def _ties(quarters: int, growth: float) -> NDArray[np.uint8]:
    """Ties after 0..quarters since arrival: T grows by ``growth`` (1 - T) a quarter; units of 1/255, below 255."""
    ties = np.zeros(quarters + 1)
    for q in range(quarters):
        ties[q + 1] = ties[q] + (1 - ties[q]) * growth
    return np.minimum(np.floor(ties * NATIVE_TIES + 0.5), NATIVE_TIES - 1).astype(np.uint8)


def _make_distinct(uid: NDArray[np.uint64]) -> int:
    """Rehash uids that repeat an earlier one, or are 0, until all are distinct; returns how many were.

    Sixteen passes over the top four bits keep the extra memory to a sixteenth of the column.
    """
    changed = 0
    for attempt in range(1, 100):
        again: list[NDArray[np.int64]] = [np.flatnonzero(uid == 0)]
        step = 1 << 20
        for nibble in range(16):
            lo, hi = np.uint64(nibble << 60), np.uint64((nibble << 60) + (1 << 60) - 1)
            parts = [block[(block >= lo) & (block <= hi)] for block in _blocks(uid, step)]
            found = np.concatenate(parts) if parts else uid[:0]
            found.sort()
            twice = np.unique(found[1:][found[1:] == found[:-1]])
            for value in twice:
                again.append(np.flatnonzero(uid == value)[1:])
        rows = np.unique(np.concatenate(again))
        if not len(rows):
            return changed
        for row in rows:
            uid[row] = hash64_2(_UID + attempt, uid[row], row)
        changed += len(rows)
    raise RuntimeError("uids still repeat after 99 rounds of rehashing")


def _blocks(column: NDArray[np.uint64], step: int) -> list[NDArray[np.uint64]]:
    return [column[lo : lo + step] for lo in range(0, len(column), step)]


def synthesise(
    world: World,
    population: Population,
    *,
    start_year: int,
    income: Income,
    ties: Ties,
    labour: Labour | None = None,
    spare: float = 0.0,
) -> tuple[Households, SynthesisReport]:
    """Make the households that live in a world at the start of a run.

    Persons are exact by place (`persons_by_place`). Households by size follow the census, tilted to the mean
    sizes of ``population``; who lives with whom follows archetypes raked to the age pyramid; attributes
    follow the rates of the place. Deterministic: a function of the arguments only,
    whatever the threads.

    Parameters
    ----------
    world : World
    population : Population
        ``weight`` (households that one row stands for), ``seed``, mean sizes, assumptions on first
        migrants.
    start_year : int
        Year in which the ages of the pyramid are taken.
    spare : float
        Rows to leave free for later households, as a share of those made.
    income : Income
        Its ratio of rural to urban income a head sets the wealth of both.
    ties : Ties
        How fast those who came before the start have grown ties.
    labour : Labour or None
        Who has a formal job; None for the defaults.

    Returns
    -------
    Households, SynthesisReport

    Raises
    ------
    ValueError
        When the world has more places than 16 bits can number, or nobody lives in it, or ``start_year`` is
        out of range.
    UnfitScenario
        As `check_population`.
    """
    began = time.perf_counter()
    if world.n_places > 1 << 16:
        raise ValueError(f"world {world.name!r} has {world.n_places} places; 65,536 can be numbered")
    if not FIRST_AGE_YEAR <= start_year <= LAST_AGE_YEAR:
        raise ValueError(
            f"start_year {start_year}: between {FIRST_AGE_YEAR} and {LAST_AGE_YEAR} is allowed (Calendar.age_year)"
        )
    margins = load_margins(world.country)
    library = archetypes()
    share, raked, groups = _fitted(world, population, start_year, margins)
    came = origins(world, population, margins)
    rates = place_rates(world, population, income, margins, library, groups, came)
    persons, counts = _rows(world, population, share)
    n = int(counts.sum())
    households = Households.empty(n, n + int(spare * n))
    tally = np.zeros((world.n_places, kernels.TALLY), dtype=np.int64)
    _fill(world, population, ties, start_year, households, tally, counts, library, groups, came, rates)
    rehashed = _make_distinct(households.uid[:n])
    set_formal(households, world, labour or Labour(), population.seed, start_year)
    report = make_report(
        world=world,
        population=population,
        start_year=start_year,
        households=n,
        persons=persons,
        tally=tally,
        margins=margins,
        raked=raked,
        groups=groups,
        origins=came,
        rates=rates,
        rehashed=rehashed,
        richest=float((households.wealth[:n] == np.iinfo(np.uint16).max).mean()),
        seconds=time.perf_counter() - began,
    )
    return households, report


def check_population(world: World, population: Population, start_year: int) -> None:
    """Refuse a weight at which a world would have no household, and margins that no population has; makes none.

    Raises
    ------
    UnfitScenario
        The message names the key.
    """
    share, *_ = _fitted(world, population, start_year, load_margins(world.country))
    _rows(world, population, share)


def _fitted(
    world: World, population: Population, start_year: int, margins: Margins
) -> tuple[NDArray[np.float64], Raked, Groups]:
    """Share of each household size, (2, 6) rural and urban, and the weights of archetypes that meet all margins: of the
    nation, and by group of places.

    Raises
    ------
    UnfitScenario
        When no population meets them.
    """
    means = mean_sizes(population, start_year)
    try:
        share = np.stack([tilt_to_mean(margins.size[area], means[area]) for area in (0, 1)])
        raked = _rake_once(
            margins.pyramid.tobytes(), share.tobytes(), *(margins.rates(name) for name in _OF_TOWNS)
        )
        own = tuple((code, pyramid.tobytes()) for code, pyramid in margins.of_province.items())
        return share, raked, _rake_provinces_once(raked, own, _urban_shares(world) if own else ())
    except MarginsError as error:
        of_package = world.country.made_up or world.name == "viet_nam"
        key = "population.household_size_rural" if of_package else "world.tables"
        raise UnfitScenario(
            f"{key}: no households of the world {world.name} have its ages (age_sex), its sizes (household_size, at "
            f"the means {means[0]:g} rural and {means[1]:g} urban of {start_year} by population.household_size_rural, "
            f"_urban, _year = {population.household_size_year} and _trend = {population.household_size_trend:g}) and "
            "its towns "
            f"(rates: {', '.join(f'{name} = {margins.rates(name):g}' for name in _OF_TOWNS)}) at once: {error} "
            "(allowed: figures of one population)"
        ) from error


@lru_cache(maxsize=8)
def _rake_once(pyramid: bytes, share: bytes, *of_towns: float) -> Raked:
    """`rake`, kept for the next time, since a run is checked before it begins; it depends on nothing else."""
    aims = Margins(
        np.frombuffer(pyramid).reshape(AGE_GROUPS, 2),
        np.frombuffer(share).reshape(2, MEMBERS),
        Rates({(name, ""): value for name, value in zip(_OF_TOWNS, of_towns, strict=True)}, {}),
    )
    return rake(archetypes(), aims, aims.size)


def _urban_shares(world: World) -> tuple[tuple[str, float], ...]:
    """Share of the residents of each legacy province who live in urban places, with its code."""
    n = len(world.legacy_provinces)
    people = np.bincount(world.province, weights=world.residents, minlength=n)
    urban = np.bincount(world.province, weights=world.residents * world.urban, minlength=n)
    share = urban / np.maximum(people, 1)
    return tuple(zip(world.legacy_provinces.code.tolist(), share.tolist(), strict=True))


@lru_cache(maxsize=8)
def _rake_provinces_once(
    raked: Raked, pyramids: tuple[tuple[str, bytes], ...], urban: tuple[tuple[str, float], ...]
) -> Groups:
    """`rake_provinces`, kept for the next time as the weights of the nation are."""
    if not pyramids:
        return nation_alone(archetypes(), raked.weight)
    return rake_provinces(
        archetypes(),
        raked.weight,
        raked.size_target,
        {code: np.frombuffer(ages).reshape(AGE_GROUPS, 2) for code, ages in pyramids},
        dict(urban),
    )


def _rows(
    world: World, population: Population, share: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Persons of each place, and its households by size, in rows; never none at all."""
    persons = persons_by_place(world, population.weight)
    counts = kernels.count_by_size(persons, world.urban, world.province.astype(np.int64), share)
    if not counts.any():
        raise UnfitScenario(
            f"population.weight: {int(world.residents.sum())} residents of the world {world.name} make no household "
            f"(got {population.weight}, allowed a smaller weight)"
        )
    return persons, counts


def _fill(
    world: World,
    population: Population,
    ties: Ties,
    start_year: int,
    households: Households,
    tally: NDArray[np.int64],
    counts: NDArray[np.int64],
    library: Archetypes,
    groups: Groups,
    came: Origins,
    rates: PlaceRates,
) -> None:
    """Prepare the tables of the kernel and run it."""
    cumulative, archetype_start = _grid(library, groups)
    row_start = np.concatenate([[0], np.cumsum(counts.sum(axis=1))]).astype(np.int64)
    province = world.province.astype(np.int64)
    province_start = np.searchsorted(province, np.arange(len(world.legacy_provinces) + 1)).astype(np.int64)
    half = np.arange(256) + 0.5
    rank = np.sqrt(half / (256 - half))
    keys = [_UID, *(key64(population.seed, purpose, 0) for purpose in range(1, len(_PURPOSES) + 1))]
    who = kernels.Composition(
        counts=counts,
        row_start=row_start,
        place_key=world.place_key,
        group=groups.of(world.urban, province),
        province=province,
        archetype=library.member,
        cumulative=cumulative,
        archetype_start=archetype_start,
        old_age=_old_ages(),
        start_year=start_year,
    )
    came_from = kernels.Arrivals(
        cumulative=came.cumulative,
        province_start=province_start,
        resident_cumulative=np.concatenate([[0], np.cumsum(world.residents)]).astype(np.int64),
        tie_of_quarter=_ties(4 * population.migrant_years, ties.growth),
    )
    chance = kernels.Chances(
        migrant=rates.migrant,
        skilled=rates.skilled,
        farm=rates.agriculture,
        industry=rates.industry,
        rent_native=rates.rent_native,
        rent_migrant=rates.rent_migrant,
        wealth_head=rates.wealth,
        wealth_rank=rank,
        wealth_luck=np.sqrt(rank),
    )
    rows, drawn = households.rows, np.array(keys, dtype=np.uint64)
    over_blocks(
        lambda begin, end: kernels.fill(begin, end, rows, tally, who, came_from, chance, drawn), len(counts)
    )
    assert int(tally[:, kernels.AGE : kernels.AGE + 2 * AGE_GROUPS].sum()) == int(
        (counts * np.arange(1, MEMBERS + 1)).sum()
    )
