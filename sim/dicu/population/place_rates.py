"""Chances by place: training, sector, tenure, arrival from elsewhere, and the income behind wealth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.population.archetypes import Archetypes
from dicu.population.margins import Margins
from dicu.population.origins import Origins
from dicu.population.province_ages import Groups
from dicu.scenario.parameters import Income
from dicu.scenario.sections import Population
from dicu.scenario.vocabulary import STAGES, TERRAINS
from dicu.world.rates import MOST
from dicu.world.world import World

UNIT: Final = 1 << 16
"""Chances are integers in units of 1/65,536."""


@dataclass(frozen=True, eq=False)
class PlaceRates:
    """Chances by place p, life stage t and origin m (0 native, 1 migrant), int64 in units of 1/65,536.

    Attributes
    ----------
    migrant : (P, 4)
    skilled : (P, 4, 2)
    agriculture : (P, 2)
    industry : (P,)
        Given work outside agriculture.
    rent_native : (P,)
    rent_migrant : (Q,)
        By quarters since arrival, 0..Q-1.
    wealth : (P,) float64
        Median wealth a member, in 0.1 M VND.
    trained : (P,) float64
        Share of adults aimed at, 0..1.
    """

    migrant: NDArray[np.int64]
    skilled: NDArray[np.int64]
    agriculture: NDArray[np.int64]
    industry: NDArray[np.int64]
    rent_native: NDArray[np.int64]
    rent_migrant: NDArray[np.int64]
    wealth: NDArray[np.float64]
    trained: NDArray[np.float64]


def _chance(p: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.floor(np.clip(p, 0.0, 1.0) * UNIT + 0.5).astype(np.int64)


def stage_shares(library: Archetypes, groups: Groups) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of households, and of persons aged 15 and over, by group of places and life stage: two arrays (G, 4)."""
    here = library.member > 0
    group = (library.member.astype(np.int64) - 1) >> 1
    elderly = np.where(here, group >= 12, True).all(axis=1)
    child = np.where(here, group < 3, False).any(axis=1)
    young = np.where(here, (group >= 3) & (group < 7), False).any(axis=1)
    stage = np.where(elderly, 3, np.where(child, 1, np.where(young, 0, 2)))
    adults = np.where(here, group >= 3, False).sum(axis=1)
    households, persons = (np.zeros((len(groups.weight), len(STAGES))) for _ in range(2))
    for g, weight in enumerate(groups.weight):
        households[g] = np.bincount(stage, weights=weight, minlength=len(STAGES))
        persons[g] = np.bincount(stage, weights=weight * adults, minlength=len(STAGES))
    return (
        households / households.sum(axis=1, keepdims=True),
        persons / persons.sum(axis=1, keepdims=True),
    )


def _by_stage(margins: Margins, name: str, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multipliers (G, 4) by group and stage whose mean over the households or persons of the group is 1."""
    raw = np.array(list(margins.rates.classes(name).values()))
    return np.asarray(raw[None, :] / (shares * raw[None, :]).sum(axis=1, keepdims=True))


def _agriculture(world: World, margins: Margins) -> NDArray[np.float64]:
    """Chance of work in agriculture by place, residents-weighted means set to the urban and rural figures."""
    density = world.residents / np.maximum(world.area_km2, 1e-3)
    classes = margins.rates.classes("agriculture_by_density")
    edges = np.array([float(key) for key in classes])
    relative = np.array(list(classes.values()))[np.searchsorted(edges, density, side="right") - 1]
    terrain = np.array([margins.rates("agriculture_by_terrain", name) for name in TERRAINS])
    relative = relative * terrain[world.terrain]
    chance = np.zeros(world.n_places)
    for urban, name in ((False, "agriculture_rural"), (True, "agriculture_urban")):
        here = np.flatnonzero((world.urban == urban) & (world.residents > 0))
        if not len(here) or margins.rates(name) == 0:
            continue
        people = world.residents[here].astype(np.float64)
        total = math.fsum(people)
        factor = margins.rates(name)
        for _ in range(50):  # the cap bites in few places; a few rounds bring the mean back
            now = np.minimum(relative[here] * factor, MOST)
            factor *= margins.rates(name) / (math.fsum(people * now) / total)
        chance[here] = np.minimum(relative[here] * factor, MOST)
    return chance


def place_rates(
    world: World,
    population: Population,
    income: Income,
    margins: Margins,
    library: Archetypes,
    groups: Groups,
    came: Origins,
) -> PlaceRates:
    """Chances for every place; figures stand in the table ``rates`` of the country.

    Training by province is split so that urban adults are ``trained_urban_over_rural`` times as often
    trained. Wealth is ``wealth_months`` months of income at the median; income a head of the province is
    split so that rural over urban is ``rural_urban_income_head`` of ``income``.
    """
    rate = margins.rates
    area = world.urban.astype(np.int64)
    province = world.province
    r = len(world.legacy_provinces)
    residents = np.bincount(province, weights=world.residents, minlength=r)
    urban = np.bincount(province, weights=world.residents * world.urban, minlength=r)
    urban_share = urban / np.maximum(residents, 1)
    group = groups.of(world.urban, province)
    households, adults = stage_shares(library, groups)

    migrant = came.share[province, area]
    by_stage = _by_stage(margins, "migrant_by_stage", households)
    migrant_stage = np.minimum(migrant[:, None] * by_stage[group], MOST)

    nation = rate("trained_share")
    codes = world.legacy_provinces.code.tolist()
    trained = np.array([margins.rates.by_province.get(("trained_share", code), nation) for code in codes])
    ratio = rate("trained_urban_over_rural")
    rural_trained = trained / (ratio * urban_share + (1 - urban_share))
    skill = np.where(world.urban, ratio, 1.0) * rural_trained[province]
    more = rate("trained_migrant_ratio")
    native_skill = skill / (1 - migrant + more * migrant)
    by_age = _by_stage(margins, "trained_by_stage", adults)[group]
    origin_factor = np.array([1.0, more])
    skilled = native_skill[:, None, None] * by_age[:, :, None] * origin_factor[None, None, :]

    less = rate("agriculture_migrant_ratio")
    native_farm = np.minimum(_agriculture(world, margins) / (1 - migrant + less * migrant), MOST)
    farm = native_farm[:, None] * np.array([1.0, less])[None, :]

    quarters = np.arange(4 * population.migrant_years + 1)
    rent_classes = rate.classes("rent_migrant_from_year")
    edges = np.array([float(key) for key in rent_classes])
    rent_migrant = np.array(list(rent_classes.values()))[
        np.searchsorted(edges * 4, quarters, side="right") - 1
    ]

    gap = income.rural_urban_income_head
    urban_income = world.province_income_mvnd / (urban_share + gap * (1 - urban_share))
    income_head = np.where(world.urban, 1.0, gap) * urban_income[province]
    return PlaceRates(
        migrant=_chance(migrant_stage),
        skilled=_chance(np.minimum(skilled, MOST)),
        agriculture=_chance(farm),
        industry=_chance(
            np.where(world.urban, rate("industry_of_other_urban"), rate("industry_of_other_rural"))
        ),
        rent_native=_chance(np.where(world.urban, rate("rent_native_urban"), rate("rent_native_rural"))),
        rent_migrant=_chance(rent_migrant),
        wealth=income_head * population.wealth_months * 10.0,
        trained=skill,
    )
