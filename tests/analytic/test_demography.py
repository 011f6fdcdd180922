"""What is put in comes out: fertility, life expectancy and ages at first union of simulated cohorts."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from dicu.behaviour.ages import Ages
from dicu.behaviour.couples import match
from dicu.behaviour.life_course import LifeHazards, apply_life, exposure, life_events
from dicu.behaviour.life_tables import (
    FERTILE_AGES,
    FERTILE_FROM,
    death_rates,
    fertility_rates,
    life_tables,
    mean_age_at_union,
    union_rates,
)
from dicu.behaviour.life_tables import (
    _births as solved_births,
)
from dicu.behaviour.vital import of_parameters
from dicu.compute.hashing import key64
from dicu.population.columns import BIRTH_YEAR_ZERO, MEMBERS
from dicu.scenario.parameters_household import LifeCourse
from states import by_law, people


def fertility_shortfall(parameters: LifeCourse, dt_quarters: float, women: np.ndarray) -> np.ndarray:
    """Children per woman put in that will not come out, (2,) rural and urban: what is left over at 49."""
    return solved_births(
        parameters, of_parameters(parameters), dt_quarters, women, death_rates(parameters, dt_quarters)
    )[1]


NOTHING = np.zeros(256)
NO_BIRTHS = np.zeros((2, 256))
PARTNERED = np.full((2, FERTILE_AGES, 3), 100, dtype=np.int64)
PARTNERED[..., 2] = 0


def code(year: int, age: np.ndarray | int, female: np.ndarray | int) -> np.ndarray:
    return np.asarray(((year - np.asarray(age) - BIRTH_YEAR_ZERO) << 1) | female, dtype=np.uint8)


def keys(step: int) -> tuple[np.uint64, np.uint64]:
    return np.uint64(key64(11, 900, step)), np.uint64(key64(11, 901, step))


@njit
def _births(
    member: np.ndarray,
    place: np.ndarray,
    ages: Ages,
    key: int,
    detail: int,
    birth: np.ndarray,
    nothing: np.ndarray,
    born: np.ndarray,
    later: np.ndarray,
) -> None:
    """Births by area and mother's age, added to ``born``; members stay as they are."""
    for i in range(member.shape[0]):
        mask = life_events(
            np.uint64(i),
            member[i],
            int(place[i]),
            ages,
            LifeHazards(0.0 * birth, birth, later, nothing, nothing, key, detail),
        )
        for m in range(MEMBERS):
            if (mask >> (6 + m)) & 1:
                born[place[i], ages.year - BIRTH_YEAR_ZERO - (member[i, m] >> 1) - FERTILE_FROM] += 1


@pytest.fixture(scope="module")
def town_and_country() -> tuple[np.ndarray, np.ndarray]:
    """200,000 households: couples with up to four children, daughters at home, women alone; partnered by age."""
    rng = np.random.default_rng(7)
    n, year = 200_000, 2024
    age = rng.integers(15, 50, n)
    married = rng.random(n) < np.clip((age - 17) / 12, 0, 0.9)
    member = np.zeros((n, MEMBERS), dtype=np.uint8, order="F")
    her = code(year, age, 1)
    member[:, 0] = her
    home = ~married & (rng.random(n) < 0.7)
    member[home, 0] = code(year, age[home] + 30, 0)
    member[home, 1] = code(year, age[home] + 26, 1)
    member[home, 2] = her[home]
    member[married, 0] = code(year, age[married] + 2, 0)
    member[married, 1] = her[married]
    children = np.where(married, np.minimum(rng.integers(0, 5, n), (age - 16) // 3), 0)
    for k in range(4):
        some = children > k
        member[some, 2 + k] = code(year, np.minimum(age[some] - 16, 16 - 3 * k).clip(0), k % 2)
    return member, (rng.random(n) < 0.4).astype(np.uint16)


@pytest.mark.parametrize(("dt_quarters", "later"), [(1.0, 1.0), (1 / 3, 1.0), (1.0, 0.3)])
def test_total_fertility_of_all_women_is_the_one_put_in(
    town_and_country: tuple[np.ndarray, np.ndarray], dt_quarters: float, later: float
) -> None:
    member, place = town_and_country
    parameters = LifeCourse(later_births=later)
    area = np.arange(2, dtype=np.int32)
    women = exposure(people(member, place), area, 2, by_law(2024))
    assert 0.2 < women[..., 1].sum() / women[..., 0].sum() < 0.8
    assert fertility_shortfall(parameters, dt_quarters, women) == pytest.approx([0.0, 0.0], abs=1e-12)
    tables = life_tables(parameters, by_law(2024), dt_quarters, women)
    born = np.zeros((2, FERTILE_AGES), dtype=np.int64)
    for step in range(round(4 / dt_quarters)):
        _births(member, place, by_law(2024), *keys(step), tables.birth, NOTHING, born, tables.birth_later)
    rate = born / women[..., 0]
    tfr, error = rate.sum(axis=1), np.sqrt((born / women[..., 0] ** 2).sum(axis=1))
    assert np.abs(tfr - (parameters.fertility_rural, parameters.fertility_urban)).max() < 4 * error.max()
    assert error.max() < 0.03
    ages = np.arange(FERTILE_AGES) + FERTILE_FROM
    wanted = fertility_rates(parameters)
    mean = (rate * ages).sum(axis=1) / tfr
    assert np.abs(mean - (wanted * ages).sum(axis=1) / wanted.sum(axis=1)).max() < 0.5


@njit
def _bear(
    member: np.ndarray, ages: Ages, key: int, detail: int, birth: np.ndarray, nothing: np.ndarray
) -> int:
    births = 0
    for i in range(member.shape[0]):
        mask = life_events(
            np.uint64(i),
            member[i],
            0,
            ages,
            LifeHazards(0.0 * birth, birth, birth, nothing, nothing, key, detail),
        )
        if mask != 0:
            births += apply_life(member[i], mask, ages.year, np.uint64(i), detail, 0.52)
    return births


def test_a_cohort_of_couples_completes_the_fertility_put_in() -> None:
    """Wives of one birth year from 18 to 49, children added as they come; nobody dies or leaves."""
    parameters = LifeCourse(later_births=1.0)
    n, first = 10_000, 2004
    member = np.zeros((n, MEMBERS), dtype=np.uint8, order="F")
    member[:, 0], member[:, 1] = code(first, 21, 0), code(first, 18, 1)
    place, area = np.zeros(n, dtype=np.uint16), np.zeros(1, dtype=np.int32)
    births = 0
    for year in range(first, first + 32):
        women = np.zeros_like(PARTNERED)
        mother = year - first + 18 - FERTILE_FROM
        # of their age only: their daughters bear no children here and are to owe none
        women[:, mother] = exposure(people(member, place), area, 2, by_law(year))[:, mother]
        tables = life_tables(parameters, by_law(year), 1.0, women)
        for quarter in range(4):
            births += _bear(member, by_law(year), *keys(4 * year + quarter), tables.birth, NOTHING)
    assert int((member != 0).sum()) == 2 * n + births
    expected = fertility_rates(parameters)[0][3:].sum()
    # rates that follow the room left in a year lag behind it: at most half a percent
    assert abs(births / n - expected) < 4 * np.sqrt(expected / n) + 0.005 * expected


def test_what_young_women_cannot_bear_is_put_off_and_what_nobody_can_is_reported() -> None:
    parameters = LifeCourse()
    women = PARTNERED.copy()
    women[:, :5, 1] = 0
    assert fertility_shortfall(parameters, 1.0, women) == pytest.approx([0.0, 0.0], abs=1e-12)
    put_off = life_tables(parameters, by_law(2024), 1.0, women).birth
    ordinary = life_tables(parameters, by_law(2024), 1.0, PARTNERED).birth
    age_19, age_20 = code(2024, 19, 1), code(2024, 20, 1)
    assert (put_off[:, age_19] == 0).all()
    assert (put_off[:, age_20] > ordinary[:, age_20]).all()
    women[1, :, 1] = 0
    lost = fertility_shortfall(parameters, 1.0, women)
    assert lost[0] == pytest.approx(0.0, abs=1e-12)
    assert lost[1] == pytest.approx(parameters.fertility_urban)
    assert not life_tables(parameters, by_law(2024), 1.0, women).birth[1].any()


@njit
def _die(
    member: np.ndarray,
    ages: Ages,
    key: int,
    detail: int,
    death: np.ndarray,
    none: np.ndarray,
    nothing: np.ndarray,
) -> int:
    deaths = 0
    for i in range(member.shape[0]):
        if member[i, 0] == 0:
            continue
        mask = life_events(
            np.uint64(i), member[i], 0, ages, LifeHazards(death, none, none, nothing, nothing, key, detail)
        )
        if mask != 0:
            before = 0
            for m in range(MEMBERS):
                before += member[i, m] != 0
            apply_life(member[i], mask, ages.year, np.uint64(i), detail, 0.5)
            for m in range(MEMBERS):
                before -= member[i, m] != 0
            deaths += before
    return deaths


@pytest.mark.parametrize(("life_expectancy", "slope"), [(74.7, 0.095), (60.0, 0.08)])
def test_a_cohort_lives_as_long_as_put_in(life_expectancy: float, slope: float) -> None:
    """Persons born evenly over the quarters of 1911, followed until 2037; deaths fall in the middle of a step."""
    parameters = LifeCourse(life_expectancy=life_expectancy, mortality_slope=slope)
    n = 10_000
    cohort = [np.zeros((n, MEMBERS), dtype=np.uint8, order="F") for _ in range(4)]
    for born in cohort:
        born[:] = code(1911, 0, np.array([0, 0, 0, 1, 1, 1]))
    lived: list[tuple[float, int]] = []
    for year in range(1911, 2038):
        death = life_tables(parameters, by_law(year), 1.0, PARTNERED).death
        for quarter in range(4):
            for q, born in enumerate(cohort):
                # who is born in quarter q is there from the next step on
                steps = 4 * (year - 1911) + quarter - q
                if steps > 0:
                    key, detail = keys(16 * year + 4 * quarter + q)
                    gone = _die(born, by_law(year), key, detail, death, NO_BIRTHS, NOTHING)
                    lived.append((steps / 4, gone))
    years, deaths = np.array(lived).T
    assert deaths.sum() > 0.9999 * 4 * MEMBERS * n
    mean = (years * deaths).sum() / deaths.sum()
    spread = np.sqrt((deaths * (years - mean) ** 2).sum() / deaths.sum())
    assert abs(mean - life_expectancy) < 4 * spread / np.sqrt(deaths.sum()) + 0.01


def test_gompertz_has_the_slope_put_in() -> None:
    rate = death_rates(LifeCourse(), 1.0)
    assert np.diff(np.log(rate[:90])) == pytest.approx(0.095)
    assert (np.diff(rate) >= 0).all()


@njit
def _look(
    member: np.ndarray,
    ages: Ages,
    key: int,
    detail: int,
    seek: np.ndarray,
    none: np.ndarray,
    nothing: np.ndarray,
    out: np.ndarray,
) -> int:
    k = 0
    for i in range(member.shape[0]):
        if member[i, 0] == 0:
            continue
        if (
            life_events(
                np.uint64(i), member[i], 0, ages, LifeHazards(none, none, none, seek, 0.0 * seek, key, detail)
            )
            != 0
        ):
            out[k] = i
            k += 1
    return k


@pytest.mark.parametrize(("female", "mean"), [(1, 25.2), (0, 29.4)])
def test_mean_age_at_first_union_where_partners_abound(female: int, mean: float) -> None:
    """Everybody who looks finds somebody: 0.1 years of tolerance for the cut at 45, besides the sampling error."""
    n = 60_000
    member = np.zeros((n, MEMBERS), dtype=np.uint8, order="F")
    member[:, 0] = code(2000, 18, female)
    found = np.empty(n, dtype=np.int64)
    ages = np.zeros(60)
    parameters = LifeCourse()
    for year in range(2000, 2030):
        seek = life_tables(parameters, by_law(year), 1.0, PARTNERED).seek
        for quarter in range(4):
            k = _look(member, by_law(year), *keys(4 * year + quarter), seek, NO_BIRTHS, NOTHING, found)
            ages[year - 2000 + 18] += k
            member[found[:k], 0] = 0
    simulated = (ages * np.arange(60)).sum() / ages.sum()
    error = parameters.union_age_spread / np.sqrt(ages.sum())
    exact = mean_age_at_union(
        union_rates(parameters, 1.0, death_rates(parameters, 1.0), 18)[1 if female else 0], 18
    )
    assert abs(simulated - exact) < 4 * error
    assert abs(simulated - mean) < 0.1 + 4 * error
    assert not ages[46:].any()
    assert not ages[:18].any()


def test_ages_at_union_in_a_closed_town_where_men_and_women_must_meet() -> None:
    """A steady stream of singles, one market: unmatched people look again; means within a year of those put in.

    The stream of men begins four years before that of women: else the first women wait for men, and their backlog
    never clears, because the scarce sex sets the number of unions for ever.
    """
    parameters = LifeCourse()
    a_year, first, years = 600, 1980, 40
    n = 2 * a_year * years
    female = np.arange(n) % 2
    birth_year = first - 18 + np.repeat(np.arange(years), 2 * a_year) - np.where(female == 1, 0, 4)
    member = np.zeros((n, MEMBERS), dtype=np.uint8, order="F")
    member[:, 0] = ((birth_year - BIRTH_YEAR_ZERO) << 1) | female
    found = np.empty(n, dtype=np.int64)
    ages: list[np.ndarray] = []
    for year in range(first, first + years):
        seek = life_tables(parameters, by_law(year), 1.0, PARTNERED).seek
        for quarter in range(4):
            k = _look(member, by_law(year), *keys(4 * year + quarter), seek, NO_BIRTHS, NOTHING, found)
            who = np.sort(found[:k])
            here = np.zeros(k, dtype=np.uint16)
            at_home = np.zeros(k, dtype=np.bool_)
            women, men = match(here, here, female[who] == 1, birth_year[who], who.astype(np.uint64), at_home)
            member[who[women], 0] = 0
            member[who[men], 0] = 0
            if year >= first + 20:
                ages.append(np.stack([year - birth_year[who[women]], year - birth_year[who[men]]]))
    her, him = np.concatenate(ages, axis=1)
    assert her.size > 15 * a_year
    assert abs(her.mean() - 25.2) < 1.0
    assert abs(him.mean() - 29.4) < 1.0


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"union_age_women": 18.0}, "union_age_women"),
        ({"union_age_men": 29.4, "union_age_spread": 1.0}, "union_age_men"),
        ({"union_age_men": 40.0, "union_age_spread": 12.0}, "union_age_men"),
    ],
)
def test_ages_at_union_that_cannot_come_out_are_refused(values: dict[str, float], key: str) -> None:
    parameters = LifeCourse.model_construct(**(LifeCourse().model_dump() | values))  # beyond its ranges
    with pytest.raises(ValueError, match=f"life_course.{key}.*got {values[key]}"):
        union_rates(parameters, 1.0, death_rates(parameters, 1.0), 18)


@pytest.mark.parametrize(
    ("year", "women", "message"), [(2038, PARTNERED, "1911 to 2037"), (2024, PARTNERED[:, :7], "35, 3")]
)
def test_bad_input_is_refused(year: int, women: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        life_tables(LifeCourse(), by_law(year), 1.0, women)
