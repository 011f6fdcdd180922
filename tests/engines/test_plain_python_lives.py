"""Life events against plain Python and scipy: mortality, fertility and first unions by age, and who draws what."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import gamma

from dicu.behaviour.ages import Ages
from dicu.behaviour.kin import couples_of, family_of
from dicu.behaviour.life_course import LifeHazards, life_events
from dicu.behaviour.life_tables import death_rates, fertility_rates, life_tables, union_rates
from dicu.population.columns import APART, LODGING, NEWLY_WED
from dicu.scenario.parameters_household import LifeCourse
from oracle_luck import Law, key64, life_of, parting_family, with_parents
from states import by_law

YEAR = 2024
EVERYBODY_CAN = np.full((2, 35, 3), 1000, dtype=np.int64)
EVERYBODY_CAN[..., 2] = 0


def byte(age: int, female: int) -> int:
    """Member byte of an age in `YEAR`."""
    return (YEAR - age - 1910) << 1 | female


def years_lived(rate: list[float]) -> float:
    """Life expectancy at birth; the year of birth counts half, since births are spread over it."""
    alive, years = 1.0, 0.0
    for age, r in enumerate(rate):
        died = 1.0 - math.exp(-r * (0.5 if age == 0 else 1.0))
        years += alive * died / r
        alive *= 1.0 - died
    return years + alive / rate[-1]


@pytest.mark.parametrize("dt", [1.0, 1 / 3])
@pytest.mark.parametrize(("expectancy", "slope"), [(74.7, 0.095), (60.0, 0.08), (82.0, 0.11)])
def test_mortality_is_gompertz_solved_for_the_life_expectancy(
    dt: float, expectancy: float, slope: float
) -> None:
    plateau = 0.5 / dt

    def rates(log_level: float) -> list[float]:
        return [min(math.exp(log_level + slope * (a + 0.5)), plateau) for a in range(128)]

    level = brentq(lambda x: years_lived(rates(x)) - expectancy, -30, 0, xtol=1e-12)
    found = death_rates(LifeCourse(life_expectancy=expectancy, mortality_slope=slope), dt)
    # the plateau is what a step's word holds: 2^-24 less than an eighth a step
    assert found == pytest.approx(rates(level), rel=1e-5)
    tables = life_tables(
        LifeCourse(life_expectancy=expectancy, mortality_slope=slope), by_law(YEAR), dt, EVERYBODY_CAN
    )
    for age in (0, 1, 40, 90, 113):
        for female in (0, 1):
            assert tables.death[:, byte(age, female)] == pytest.approx(rates(level)[age] * dt / 4, rel=1e-5)


def gamma_fertility(parameters: LifeCourse, total: float) -> np.ndarray:
    """Births a year of all women of 15-49: a gamma from 15 with this mode and spread, cut at 49."""
    d, spread = parameters.fertility_mode_age - 15, parameters.fertility_spread
    scale = -d / 2 + math.sqrt(d * d / 4 + spread * spread)
    shape = gamma(1 + d / scale, loc=15, scale=scale)
    assert shape.std() == pytest.approx(spread)
    density = shape.pdf(np.arange(15, 50))
    return np.asarray(total * density / density.sum())


def test_fertility_is_a_gamma_with_its_mode_and_total() -> None:
    p = LifeCourse()
    rural, urban = fertility_rates(p)
    assert rural == pytest.approx(gamma_fertility(p, p.fertility_rural), rel=1e-9)
    assert urban == pytest.approx(gamma_fertility(p, p.fertility_urban), rel=1e-9)
    assert 15 + int(rural.argmax()) == 27


@pytest.mark.parametrize("dt", [1.0, 1 / 3])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_women_who_can_bear_bear_what_all_women_are_to(dt: float, seed: int) -> None:
    """Any share of mothers by age: in each five years of age the births are those of the rates of all women."""
    rng = np.random.default_rng(seed)
    p = LifeCourse(later_births=rng.uniform(0.1, 1.0))
    women = np.empty((2, 35, 3), dtype=np.int64)
    women[..., 0] = rng.integers(500, 1000, (2, 35))
    women[..., 1] = women[..., 0] * rng.uniform(0.6, 1.0, (2, 35))
    women[:, :3, 1] = 0  # nobody under 18 has a partner
    women[..., 2] = women[..., 1] * rng.uniform(0.0, 0.8, (2, 35))
    tables = life_tables(p, by_law(YEAR), dt, women)
    for area, total in ((0, p.fertility_rural), (1, p.fertility_urban)):
        wanted = gamma_fertility(p, total)
        hazard = np.array([tables.birth[area, byte(age, 1)] for age in range(15, 50)])
        assert not hazard[:3].any()
        later = np.array([tables.birth_later[area, byte(age, 1)] for age in range(15, 50)])
        few = women[area, :, 1] - women[area, :, 2]
        births = -np.expm1(-hazard) * few - np.expm1(-later) * women[area, :, 2]
        assert -np.expm1(-later) == pytest.approx(-np.expm1(-hazard) * p.later_births)
        births = births * 4 / dt / women[area, :, 0]
        by_five = births.reshape(7, 5).sum(axis=1)
        assert by_five == pytest.approx(wanted.reshape(7, 5).sum(axis=1), rel=1e-9)
    assert not tables.birth[:, [byte(age, 0) for age in range(15, 50)]].any(), "no births of men"


def test_mothers_of_two_bear_what_the_others_cannot() -> None:
    """Nearly all women of 30 to 34 have two, so the others reach their limit there: no birth is left undone or late."""
    p = LifeCourse(later_births=0.1)
    women = np.full((2, 35, 3), 1000, dtype=np.int64)
    women[..., 2] = 0
    women[:, :3, 1] = 0
    women[:, 15:20, 2] = 900
    tables = life_tables(p, by_law(YEAR), 1.0, women)
    for area, total in ((0, p.fertility_rural), (1, p.fertility_urban)):
        first, later = (
            -4 * np.expm1(-np.array([table[area, byte(age, 1)] for age in range(15, 50)]))
            for table in (tables.birth, tables.birth_later)
        )
        some = first > 0
        ratio = np.where(some, later / np.where(some, first, 1), p.later_births)
        assert ratio[15:20] == pytest.approx(ratio[15])
        assert 0.1 < ratio[15] < 1
        assert np.delete(ratio, np.s_[15:20]) == pytest.approx(0.1)
        births = (first * (women[area, :, 1] - women[area, :, 2]) + later * women[area, :, 2]) / 1000
        wanted = gamma_fertility(p, total).reshape(7, 5).sum(axis=1)
        assert births.reshape(7, 5).sum(axis=1) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("first", [16, 18, 21])
def test_singles_look_for_a_partner_as_a_gamma_of_ages_at_union_says(first: int) -> None:
    """From the least age at marriage of the country on; that of full age is without effect."""
    p = LifeCourse()
    death = death_rates(p, 1.0)
    found = union_rates(p, 1.0, death, first)
    tables = life_tables(p, Ages(YEAR, 20, first), 1.0, EVERYBODY_CAN)
    looking = 46 - first
    for sex, mean in ((0, p.union_age_men), (1, p.union_age_women)):
        ages = gamma(
            (mean - first) ** 2 / p.union_age_spread**2,
            loc=first,
            scale=p.union_age_spread**2 / (mean - first),
        )
        assert (ages.mean(), ages.std()) == pytest.approx((mean, p.union_age_spread))
        hazard = [ages.logsf(a - 0.5) - ages.logsf(a + 0.5) for a in range(first, 46)]
        room = 0.5 - death[first:46]
        assert found[sex, :looking] == pytest.approx(np.minimum(hazard, room), rel=3e-3)
        assert not found[sex, looking:].any(), "nobody looks after union_age_last"
        looks = [tables.seek[byte(a, sex)] for a in range(first, 46)]
        assert looks == pytest.approx(found[sex, :looking] / 4)
        assert not any(tables.seek[byte(a, sex)] for a in (*range(first), *range(46, 110)))
    born = [bool(tables.birth[:, byte(a, 1)].any()) for a in range(15, 51)]
    assert born == [first <= a < 50 for a in range(15, 51)], "mothers are old enough to marry"


@st.composite
def families(draw: st.DrawFn) -> list[int]:
    """Members of any ages and sexes, eldest first."""
    ages = draw(st.lists(st.integers(0, 95), min_size=1, max_size=6))
    return sorted((YEAR - 1910 - a) << 1 | draw(st.integers(0, 1)) for a in ages)


@given(
    people=families(),
    uid=st.integers(0, 2**64 - 1),
    scale=st.sampled_from([0.05, 1.0, 4.0]),
    seed=st.integers(0, 99),
    attributes=st.sampled_from(
        [0, NEWLY_WED, LODGING, NEWLY_WED | 0x08, APART, APART | NEWLY_WED, APART | LODGING]
    ),
    law=st.sampled_from([Law(18, 18), Law(20, 18), Law(18, 21), Law(16, 15), Law(21, 22)]),
)
@settings(max_examples=400, deadline=None)
def test_life_events_are_those_of_plain_python(
    people: list[int], uid: int, scale: float, seed: int, attributes: int, law: Law
) -> None:
    """Any household under any law, hazards that differ for every byte."""
    rng = np.random.default_rng(seed)
    shapes = ((2, 256), (2, 256), (2, 256), 256, 256)
    death, birth, later, seek, part = (rng.random(shape) * scale for shape in shapes)
    death[:, 0] = birth[:, 0] = later[:, 0] = seek[0] = part[0] = 0.0  # nobody
    key, detail = key64(1, 7, seed), key64(1, 8, seed)
    hazards = LifeHazards(death, birth, later, seek, part, np.uint64(key), np.uint64(detail))
    row = np.array(people + [0] * (6 - len(people)), dtype=np.uint8)
    for area in (0, 1):
        mask = life_events(np.uint64(uid), row, area, Ages(YEAR, *law), hazards, attributes)
        found = [r for r in range(24) if mask >> r & 1]
        expected = life_of(
            people, uid, YEAR, death[area], birth[area], later[area], seek, part, key, detail, attributes, law
        )
        assert found == expected
    couples = couples_of(row, Ages(YEAR, *law), attributes)
    for m in with_parents(people, YEAR, attributes, law):
        mask = family_of(row, m, Ages(YEAR, *law), couples)
        assert [k for k in range(6) if mask >> k & 1] == parting_family(people, m, YEAR, attributes, law)
