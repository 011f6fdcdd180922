"""Tables of the rule `life_course`: hazards of death, birth and looking for a partner by age, and the screen's word.

Ages are years minus birth years, so in the middle of a year a person of age a is exactly a years old on average, and
age 0 lasts half a year (births are spread over the year). Everything here is solved with portable arithmetic before
every step (3 ms), because who can give birth changes with every couple; the household pass only looks it up.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.ages import Ages
from dicu.behaviour.member_word import HAZARD_BITS, ages_of_bytes, counting_words
from dicu.behaviour.vital import Vital, of_parameters
from dicu.compute.numeric import exp64, exp_of, log64, log_of
from dicu.economy.market_rules import QUARTERS_A_YEAR
from dicu.population.columns import BIRTH_YEAR_ZERO
from dicu.scenario.parameters_household import LifeCourse

# areas: those of every table without provinces of their own, else those of every province in turn (`Vital`)
RURAL: Final = 0
URBAN: Final = 1

FERTILE_FROM: Final = 15
FERTILE_AGES: Final = 35
"""Single ages 15-49 of the childbearing span, as the United Nations and demographic surveys count it everywhere."""
WOMEN: Final = 3
"""Columns of the women that a step's births are solved for: all, who can give birth, who of these has two children."""
MANY_CHILDREN: Final = 2
"""Children at home from which on further births are rarer (`LifeCourse.later_births`, assumption A129)."""
SEEK_UNTIL: Final = 60
"""Nobody looks for a partner from then on, whatever `LifeCourse.union_age_last` says."""
PARTS_BELOW: Final = 40
"""From this age of his on a man who lives with his parents stays with them (assumption A127)."""
USUAL_LAST: Final = 45
TAIL: Final = 3.4
"""Singles look until 45, or so many standard deviations beyond the mean age at first union (assumption A32)."""

LARGEST_HAZARD: Final = 0.125 - 2.0**-24
"""Largest total hazard of a member a step; six of them stay below 2^26 units with their rounding."""

LAST_BIRTH_YEAR: Final = BIRTH_YEAR_ZERO + 127
"""A birth year has 7 bits."""

_GROUP: Final = 5
"""Ages over which births are made up for: the groups of published fertility rates."""
_OLDEST: Final = 127
"""Ages of 7 bits."""
_TOLERANCE_YEARS: Final = 0.5
"""By how much a mean age may miss what was asked for before it is an error."""

# how finely the tables are solved: cells a year and years of the age at union, and the survivors below which nobody is
# left; halvings of the range of ln A, and by how much life expectancy may be missed
_STEPS_A_YEAR: Final = 64
_YEARS_OF_UNION: Final = 300
_NOBODY_LEFT: Final = 1e-12
_BISECTIONS: Final = 200
_LOWEST_LOG: Final = -60.0
_HIGHEST_LOG: Final = 2.0
_TOLERANCE_LIFE: Final = 0.01


class LifeTables(NamedTuple):
    """Hazards a step by member byte (`dicu.population.columns`); 0 wherever an event cannot happen.

    Attributes
    ----------
    death : (A, 256) float64
        By area: rural, urban; of every province in turn where provinces differ.
    birth : (A, 256) float64
        Of a woman who can give birth (`dicu.behaviour.life_course.can_give_birth`).
    birth_later : (A, 256) float64
        Of one with `MANY_CHILDREN` or more at home; nowhere above ``birth``.
    seek : (256,) float64
        Of a single (`dicu.behaviour.life_course.is_single`) looking for a partner.
    part : (256,) float64
        Of a man below `PARTS_BELOW` who lives with a partner and parents to part from the parents with his family.
    word : (256,) uint32
        Bits 0-25: bound of the total hazard in units of 2^-26, rounded up and one more; bits 26-28: 1 if of working
        age 15-64; bits 29-31: 1 for a person. Nobody with a partner seeks, and only they give birth or part, so
        the bound is death + max(birth, seek, part), each of the area where it is highest.
    """

    death: NDArray[np.float64]
    birth: NDArray[np.float64]
    birth_later: NDArray[np.float64]
    seek: NDArray[np.float64]
    part: NDArray[np.float64]
    word: NDArray[np.uint32]


@njit(cache=True)
def _years_lived(rate: NDArray[np.float64]) -> float:
    """Life expectancy at birth under constant hazards a year within each age, age 0 lasting half a year."""
    alive = 1.0
    years = 0.0
    for a in range(rate.shape[0]):
        died = 1.0 - exp64(-rate[a] * (0.5 if a == 0 else 1.0))
        years += alive * died / rate[a]
        alive *= 1.0 - died
    return float(years + alive / rate[-1])


@njit(cache=True)
def _gompertz(log_level: float, slope: float, most: float) -> NDArray[np.float64]:
    rate = np.empty(_OLDEST + 1)
    for a in range(_OLDEST + 1):
        rate[a] = min(exp64(log_level + slope * (a + 0.5)), most)
    return rate


@njit(cache=True)
def _solve_gompertz(life_expectancy: float, slope: float, most: float) -> NDArray[np.float64]:
    """Rates a year whose life expectancy is the one asked for, by bisection on ln A."""
    low, high = _LOWEST_LOG, _HIGHEST_LOG
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if _years_lived(_gompertz(middle, slope, most)) > life_expectancy:
            low = middle
        else:
            high = middle
    return _gompertz(0.5 * (low + high), slope, most)


def death_rates(
    parameters: LifeCourse, dt_quarters: float, life_expectancy: float | None = None
) -> NDArray[np.float64]:
    """Force of mortality a year by age 0..127, (128,) float64.

    mu(a) = min(A exp(B (a + 1/2)), plateau), B = ``mortality_slope``, A solved so that the expected life at birth is
    ``life_expectancy`` (None: that of the parameters), the plateau included. The plateau is what a step's word can hold
    (0.5 a year when steps are quarters, from about age 97): mortality is seen to level off near 0.7 a year beyond 105
    (Barbi et al. 2018, Science 360: 1459).

    Raises
    ------
    ValueError
        When the plateau keeps the life expectancy from being reached.
    """
    wanted = parameters.life_expectancy if life_expectancy is None else life_expectancy
    return _death_rates(wanted, parameters.mortality_slope, dt_quarters)


@cache
def _death_rates(wanted: float, slope: float, dt_quarters: float) -> NDArray[np.float64]:
    """Solved once per value, not again in every step: a country has as many as provinces."""
    plateau = LARGEST_HAZARD * QUARTERS_A_YEAR / dt_quarters
    rate = np.asarray(_solve_gompertz(wanted, slope, plateau))
    reached = float(_years_lived(rate))
    if abs(reached - wanted) > _TOLERANCE_LIFE:
        raise ValueError(
            f"life_course.life_expectancy: not reached with mortality_slope = {slope} and steps"
            f" of {dt_quarters} quarters (got {wanted}, reached {reached:.2f})"
        )
    rate.flags.writeable = False
    return rate


@njit(cache=True)
def _fertility_shape(mode: float, spread: float) -> NDArray[np.float64]:
    d = mode - FERTILE_FROM
    theta = -0.5 * d + np.sqrt((0.5 * d) * (0.5 * d) + spread * spread)
    shape = d / theta
    log_peak = shape * log64(d) - d / theta
    density = np.zeros(FERTILE_AGES)
    total = 0.0
    for i in range(1, FERTILE_AGES):
        density[i] = exp64(shape * log64(float(i)) - i / theta - log_peak)
        total += density[i]
    for i in range(FERTILE_AGES):
        density[i] /= total
    return density


def fertility_rates(parameters: LifeCourse, vital: Vital | None = None) -> NDArray[np.float64]:
    """Births a year of all women by area and single age 15-49, (A, 35) float64; each area sums to its TFR.

    ``vital`` None: the TFR of the parameters.

    Gamma shape from 15 with the mode ``fertility_mode_age``: theta = -d/2 + sqrt(d^2/4 + spread^2), d = mode - 15,
    k = 1 + d/theta (so that k theta^2 is the variance ``fertility_spread``^2 before the cut at 49).
    """
    shape = np.asarray(_fertility_shape(parameters.fertility_mode_age, parameters.fertility_spread))
    total = of_parameters(parameters) if vital is None else vital
    return np.asarray(total.fertility[:, None] * shape)


@njit(cache=True)
def _eligible_rates(
    fertility: NDArray[np.float64],
    exposure: NDArray[np.int64],
    most: NDArray[np.float64],
    later: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Births a year of an eligible woman without and with two children, (2, A, 35), and children a woman that could not
    be placed, (A,).

    One with two bears ``later`` times as many, and more where the others alone, at their limit ``most``, would leave
    births of the group of ages undone.
    """
    areas = fertility.shape[0]
    rate = np.zeros((2, areas, FERTILE_AGES))
    owed = np.zeros(areas)
    for area in range(areas):
        for first in range(0, FERTILE_AGES, _GROUP):
            wanted = owed[area]
            delivered = 0.0
            for i in range(first, first + _GROUP):
                bearing = exposure[area, i, 1] - (1.0 - later) * exposure[area, i, 2]
                if exposure[area, i, 0] > 0:
                    wanted += fertility[area, i]
                    delivered += fertility[area, i] * bearing / exposure[area, i, 0]
            owed[area] = wanted
            if delivered <= 0.0:
                continue
            factor = wanted / delivered
            without = 0.0
            two = 0.0
            for i in range(first, first + _GROUP):
                if exposure[area, i, 1] > 0:
                    rate[0, area, i] = min(factor * fertility[area, i], most[i])
                    bearing = exposure[area, i, 1] - (1.0 - later) * exposure[area, i, 2]
                    owed[area] -= rate[0, area, i] * bearing / exposure[area, i, 0]
                    without += (
                        rate[0, area, i]
                        * (exposure[area, i, 1] - exposure[area, i, 2])
                        / exposure[area, i, 0]
                    )
                    two += rate[0, area, i] * exposure[area, i, 2] / exposure[area, i, 0]
            share = later
            if later < 1.0 and owed[area] > 0.0 and two > 0.0:
                share = max(later, min(1.0, (wanted - without) / two))
                owed[area] = wanted - without - share * two
            owed[area] = max(owed[area], 0.0)
            for i in range(first, first + _GROUP):
                rate[1, area, i] = share * rate[0, area, i]
    return rate, owed


def _births(
    parameters: LifeCourse,
    vital: Vital,
    dt_quarters: float,
    exposure: NDArray[np.int64],
    death: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Hazards a step of eligible women, (2, A, 35) without and with two children, and the children a woman that find no
    mother (A,).

    ``death`` (128,) is the highest of all areas, which the room in a step's word is left by.
    """
    areas = len(vital.fertility)
    if exposure.shape != (areas, FERTILE_AGES, WOMEN):
        raise ValueError(
            f"exposure: women by area, single age 15-49, all, eligible, with two children (got shape {exposure.shape},"
            f" allowed ({areas}, {FERTILE_AGES}, {WOMEN}))"
        )
    fertile = death[FERTILE_FROM : FERTILE_FROM + FERTILE_AGES]
    room = LARGEST_HAZARD - fertile * dt_quarters / QUARTERS_A_YEAR
    most = (1.0 - exp_of(-room)) * (QUARTERS_A_YEAR / dt_quarters)
    rate, owed = _eligible_rates(fertility_rates(parameters, vital), exposure, most, parameters.later_births)
    chance = rate * dt_quarters / QUARTERS_A_YEAR
    # births are counted, so the hazard is that at which their expectation is exact
    hazard = -log_of(1.0 - chance)
    return np.minimum(hazard, room), np.asarray(owed)


@njit(cache=True)
def _union_hazards(mean: float, spread: float, first: int) -> NDArray[np.float64]:
    """ln S(a - 1/2) - ln S(a + 1/2) for ages first..60, S the gamma's survivor function; inf if none is left."""
    d = mean - first
    theta = spread * spread / d
    shape = d / theta
    cells = _YEARS_OF_UNION * _STEPS_A_YEAR
    log_density = np.empty(cells)
    for c in range(cells):
        x = (c + 0.5) / _STEPS_A_YEAR
        log_density[c] = (shape - 1.0) * log64(x) - x / theta
    peak = log_density.max()
    later = np.zeros(cells + 1)
    for c in range(cells - 1, -1, -1):
        later[c] = later[c + 1] + exp64(log_density[c] - peak)
    years = SEEK_UNTIL - first + 1
    hazard = np.empty(years)
    for i in range(years):
        before = later[max(0, i * _STEPS_A_YEAR - _STEPS_A_YEAR // 2)]
        after = later[i * _STEPS_A_YEAR + _STEPS_A_YEAR // 2]
        hazard[i] = log64(before / after) if after > _NOBODY_LEFT * later[0] else np.inf
    return hazard


def union_rates(
    parameters: LifeCourse, dt_quarters: float, death: NDArray[np.float64], first: int
) -> NDArray[np.float64]:
    """Rate a year at which a single of age first..60 looks for a partner, (2, 61 - first) float64: men, women.

    f(a) / (1 - F(a)) of a gamma that starts at ``first``, the least age at marriage (18 in Viet Nam), with mean
    ``union_age_men`` or ``union_age_women`` and spread ``union_age_spread``, averaged over the year of age; never above
    the word's room, and 0 after ``union_age_last``. A finite market delays unions beyond this, since who finds nobody
    looks again.

    Raises
    ------
    ValueError
        When the mean age that comes out is off by more than half a year: the mean too close to the first, the
        spread too small for the word's room, or so wide that many are still single at the last age.
    """
    room = LARGEST_HAZARD * QUARTERS_A_YEAR / dt_quarters - death[first : SEEK_UNTIL + 1]
    rates = np.empty((2, SEEK_UNTIL - first + 1))
    for sex, name in enumerate(("union_age_men", "union_age_women")):
        mean = float(getattr(parameters, name))
        if mean > first:
            rates[sex] = np.minimum(_union_hazards(mean, parameters.union_age_spread, first), room)
            rates[sex, last_age(parameters, mean) - first + 1 :] = 0.0
            reached = mean_age_at_union(rates[sex], first)
        else:
            reached = float("nan")
        if not abs(reached - mean) <= _TOLERANCE_YEARS:
            raise ValueError(
                f"life_course.{name}: no hazards over ages {first} (the least at marriage) to "
                f"{last_age(parameters, mean)} have this mean with "
                f"union_age_spread = {parameters.union_age_spread} (got {mean}, nearest {reached:.2f})"
            )
    return rates


def last_age(parameters: LifeCourse, mean: float) -> int:
    """Age after which nobody of a sex with this mean age at first union looks for a partner."""
    if parameters.union_age_last is not None:
        return parameters.union_age_last
    beyond = int(np.ceil(mean + TAIL * parameters.union_age_spread))
    return min(max(USUAL_LAST, beyond), SEEK_UNTIL)


def mean_age_at_union(rate: NDArray[np.float64], first: int) -> float:
    """Mean age at first union of those who enter one, under the rates a year (61 - first,) by single age from first."""
    single, total, ages = 1.0, 0.0, 0.0
    for i, r in enumerate(rate):
        unions = single * (1.0 - float(exp64(-float(r))))
        total += unions
        ages += unions * (first + i)
        single -= unions
    return ages / total


def life_tables(
    parameters: LifeCourse,
    ages: Ages,
    dt_quarters: float,
    exposure: NDArray[np.int64],
    vital: Vital | None = None,
) -> LifeTables:
    """Tables of one step: deaths with the life expectancy put in, births with the TFR put in, searches for a partner.

    Parameters
    ----------
    ages : Ages
        Their year 1911 to 2037: the birth years that a member's byte can hold.
    dt_quarters : float
        Length of a step, quarters.
    exposure : (A, 35, 3) int64
        Women by area and single age: all, eligible, and of these those with two children or more; from
        `dicu.behaviour.life_course.exposure`.
    vital : Vital or None
        Fertility and life expectancy of the year by area, see `dicu.behaviour.vital`; None: those of the
        parameters in two areas, rural and urban.

    Notes
    -----
    The rate of an eligible woman (assumption A40) is the age's rate times a factor a five-year group, by which
    sum over ages of (rate x eligible / all women) is the group's share of the TFR exactly.

    Raises
    ------
    ValueError
        Year or exposure out of range, or parameters whose life expectancy or ages at union cannot come out.
    """
    year, first = ages.year, ages.marriage
    if not BIRTH_YEAR_ZERO < year <= LAST_BIRTH_YEAR:
        raise ValueError(
            f"a newborn's birth year does not fit its byte (got {year},"
            f" allowed {BIRTH_YEAR_ZERO + 1} to {LAST_BIRTH_YEAR})"
        )
    vital = of_parameters(parameters) if vital is None else vital
    mortality = np.stack([death_rates(parameters, dt_quarters, float(e)) for e in vital.life_expectancy])
    highest = mortality.max(axis=0)
    (fertility, fertility_later), _ = _births(parameters, vital, dt_quarters, exposure, highest)
    unions = union_rates(parameters, dt_quarters, highest, first)
    areas = len(mortality)
    birth, birth_later = np.zeros((areas, 256)), np.zeros((areas, 256))
    seek, part = np.zeros(256), np.zeros(256)
    byte = np.arange(256)
    age, woman, somebody = ages_of_bytes(year), (byte & 1).astype(np.bool_), byte > 0
    death = np.where(somebody, mortality[:, age] * dt_quarters / QUARTERS_A_YEAR, 0.0)
    fertile = somebody & woman & (first <= age) & (age < FERTILE_FROM + FERTILE_AGES)
    birth[:, fertile] = fertility[:, age[fertile] - FERTILE_FROM]
    birth_later[:, fertile] = fertility_later[:, age[fertile] - FERTILE_FROM]
    seeks = somebody & (first <= age) & (age <= SEEK_UNTIL)
    seek[seeks] = unions[woman[seeks].astype(np.intp), age[seeks] - first] * dt_quarters / QUARTERS_A_YEAR
    # a family needs an adult
    parts = somebody & ~woman & (max(first, ages.majority) <= age) & (age < PARTS_BELOW)
    parting = parameters.parting_rate * dt_quarters / QUARTERS_A_YEAR
    part[parts] = np.minimum(parting, LARGEST_HAZARD - highest[age[parts]] * dt_quarters / QUARTERS_A_YEAR)
    total = death.max(axis=0) + np.maximum(birth.max(axis=0), np.maximum(seek, part))
    word = counting_words(year)
    word[1:] |= (np.ceil(total[1:] * 2.0**HAZARD_BITS) + 1.0).astype(np.uint32)
    return LifeTables(death, birth, birth_later, seek, part, word)
