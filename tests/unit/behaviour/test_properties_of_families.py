"""Properties of who is whose kin in a household, of the count of women, and of the tables of births and unions."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.stats import gamma

from dicu.behaviour.ages import Ages
from dicu.behaviour.kin import (
    can_give_birth,
    couples_of,
    family_of,
    heads_young_family,
    partner_of,
    parts_newly_weds,
)
from dicu.behaviour.life_course import apply_life, exposure
from dicu.behaviour.life_tables import (
    FERTILE_AGES,
    RURAL,
    SEEK_UNTIL,
    URBAN,
    USUAL_LAST,
    WOMEN,
    _eligible_rates,
    _union_hazards,
    death_rates,
    fertility_rates,
    last_age,
    life_tables,
)
from dicu.population.columns import MEMBERS, NEWLY_WED
from dicu.scenario.parameters_household import LifeCourse
from states import by_law, people

YEAR = 2024
AGES = by_law(YEAR)


def code(person: str) -> int:
    return (YEAR - 1910 - int(person[1:])) << 1 | (person[0] == "f")


def row(text: str) -> np.ndarray:
    """A household from sexes and ages, eldest first: ``row("m40 f38 f9")``."""
    codes = [code(p) for p in text.split()]
    assert codes == sorted(codes), "eldest first"
    return np.array(codes + [0] * (MEMBERS - len(codes)), dtype=np.uint8)


def named(text: str, mask: int) -> set[str]:
    return {p for m, p in enumerate(text.split()) if mask >> m & 1}


# ---------------------------------------------------------------- kin


@pytest.mark.parametrize(
    ("people_there", "mothers"),
    [
        ("f30 m28", "f30"),
        ("m40 f38 m14", "f38"),
        ("m64 f60 m34 f31 m7", "f31"),
        ("f64 m60 f34 m31 m7", "f34"),
        ("m50 f49", "f49"),
        ("m52 f50", ""),
        ("f30 m5", ""),
        ("m40 f38 m14 f12 m9 f5", ""),  # no room for another child
        ("m33 f31 m28 f27 m5", "f31"),  # room for one: the elder goes first
        ("m40 f38 m36 f34", "f38 f34"),
    ],
)
def test_whoever_can_give_birth_is_asked_by_her_own_slot(people_there: str, mothers: str) -> None:
    member = row(people_there)
    found = {p for m, p in enumerate(people_there.split()) if can_give_birth(member, m, AGES)}
    assert found == set(mothers.split())


GROWN = [f"{sex}{age}" for age in (40, 36, 34, 30, 22, 18, 17) for sex in "mf"]


def test_newly_weds_part_whichever_of_the_two_leaves() -> None:
    """Two alone, or with the parents of one: where both are under 35 it does not matter who goes."""
    for two in combinations(GROWN, 2):
        for before in ("", "m60", "f61 m60"):
            member = row(" ".join([*before.split(), *sorted(two, key=code)]))
            for m in range(len(before.split()), len(before.split()) + 2):
                partner = partner_of(member, m, AGES, NEWLY_WED)
                together, young = partner >= 0, int(two[0][1:]) < 35 and int(two[1][1:]) < 35
                if young:
                    assert parts_newly_weds(member, m, AGES) == together, (before, two)
                if together and young:
                    assert parts_newly_weds(member, partner, AGES)


@pytest.mark.parametrize(
    ("people_there", "couple"),
    [
        ("m60 f58 m26 f25 m23 f21", "m26 f25"),
        ("m60 f58 m29 m26 f24 f18", "m26 f24"),
        ("f60 m30 f27 f21 m20", "f21 m20"),
        ("m60 f58 m26 m23", ""),
    ],
)
def test_one_couple_of_newly_weds_lives_with_the_parents_the_closest_in_age(
    people_there: str, couple: str
) -> None:
    member, names = row(people_there), people_there.split()
    partners = {p: partner_of(member, m, AGES, NEWLY_WED) for m, p in enumerate(names)}
    young = {p for p, other in partners.items() if other >= 0 and int(p[1:]) < 35}
    assert young == set(couple.split())


@pytest.mark.parametrize(
    ("people_there", "who", "family"),
    [
        # a child of ten is not hers who is 24, though it could be his
        ("m60 f57 m34 f24 m10 f5", "m34", "m34 f24 f5"),
        ("m60 f57 m34 f24 m10 f5", "f24", "m34 f24 f5"),
        ("f57 f34 m30 m14 m8", "m30", "f34 m30 m14 m8"),
        ("f57 f34 m30 m15 m8", "m30", "f34 m30 m8"),
        # a grown child stays, and so does everybody where there is no couple
        ("m75 m50 f48 m18 f9", "m50", "m50 f48 f9"),
        ("f57 m30 f9", "m30", "m30"),
    ],
)
def test_minors_go_along_who_may_be_children_of_both_partners(
    people_there: str, who: str, family: str
) -> None:
    member = row(people_there)
    m = people_there.split().index(who)
    assert named(people_there, family_of(member, m, AGES, couples_of(member, AGES))) == set(family.split())


@pytest.mark.parametrize("others", ["", "m14", "f20", "m22 f19", "m22 m20"])
@pytest.mark.parametrize("elder", "mf")
def test_twelve_years_part_no_couple_and_thirteen_do_whoever_lives_with_them(elder: str, others: str) -> None:
    """The grown children do not pair: so a man and a woman are a couple by the years between them alone."""
    for years in range(1, 16):
        text = f"{elder}52 {'f' if elder == 'm' else 'm'}{52 - years} {others}"
        couple = [partner_of(row(text), m, AGES) for m in range(len(text.split()))]
        together = [1, 0] if years <= 12 else [-1, -1]
        assert couple == together + [-1] * len(others.split()), text


@pytest.mark.parametrize("elder", "mf")
def test_a_family_may_part_from_whoever_is_sixteen_years_older_than_its_head(elder: str) -> None:
    """A man of 40 and his wife of 38, each by the own age; the one who lives with them has no partner there."""
    for age in range(45, 75):
        text = f"{elder}{age} m40 f38"
        member = row(text)
        couples = couples_of(member, AGES)
        heads = {p for m, p in enumerate(text.split()) if heads_young_family(member, m, AGES, couples)}
        assert heads == {p for p in ("m40", "f38") if age - int(p[1:]) >= 16}, text


@pytest.mark.parametrize("born", [1, 2])
def test_children_are_born_in_the_years_that_a_byte_can_hold_and_in_no_other(born: int) -> None:
    """1911 to 2037; one child as well as two."""
    mothers = (1 << 7) | (born - 1) << 9
    for year in range(1908, 2041):
        member = row("m40 f38 m36 f34")
        if not 1911 <= year <= 2037:
            with pytest.raises(ValueError, match="1911 and 2037"):
                apply_life(member, mothers, year, np.uint64(1), np.uint64(2), 0.5)
            continue
        assert apply_life(member, mothers, year, np.uint64(1), np.uint64(2), 0.5) == born
        after = (member[member > 0] >> 1).tolist()
        assert sorted(after) == after, "eldest first"
        for there in [YEAR - 1910 - age for age in (40, 38, 36, 34)] + [year - 1910] * born:
            after.remove(there)
        assert after == []


# ---------------------------------------------------------------- women who are counted


def counted(*households: str) -> np.ndarray:
    """Women by area and age, of households that live in town and in the country by turns."""
    members = np.array([row(text) for text in households])
    place = np.arange(len(households)) % 2
    return exposure(people(members, place), np.array([0, 1], dtype=np.int32), 2, AGES)


def test_every_woman_of_15_to_49_is_counted_once_at_her_age_and_nobody_else() -> None:
    count = counted(*(f"{sex}{age}" for age in range(0, 90) for sex in "fm"))
    assert count.shape == (2, FERTILE_AGES, WOMEN)
    assert (count[0, :, 0] == 1).all(), "women stand first in each pair, so all of them live in the country"
    assert not count[1].any()
    assert not count[:, :, 1:].any(), "alone they give no birth"


def test_of_mothers_those_with_two_children_are_counted_at_their_own_age() -> None:
    """One couple an age, with none to four children: who has two or more of an age to be hers stands apart."""
    children = ("", "m3", "m3 f1", "m3 f1 m0", "m3 f2 m1 f0")
    for some in children:
        n = len(some.split())
        for age in (22, 35, 45):
            expected = np.zeros((2, FERTILE_AGES, WOMEN), dtype=np.int64)
            # six persons have no room for a seventh, five have
            expected[0, age - 15] = 1, n < 4, 2 <= n < 4
            assert counted(f"m{age + 1} f{age} {some}").tolist() == expected.tolist(), (some, age)


# ---------------------------------------------------------------- births

LATER = 0.3


def women(seed: int) -> np.ndarray:
    """Women by area and age: some ages without any, some where nobody can give birth."""
    rng = np.random.default_rng(seed)
    everybody = rng.integers(0, 60, (2, FERTILE_AGES)) * (rng.random((2, FERTILE_AGES)) < 0.9)
    able = rng.integers(0, everybody + 1) * (rng.random((2, FERTILE_AGES)) < 0.8)
    return np.stack([everybody, able, rng.integers(0, able + 1)], axis=-1)


@pytest.mark.parametrize("later", [LATER, 1.0, 0.0])
@pytest.mark.parametrize("limit", [0.02, 0.1, 0.2, 5.0])
def test_children_that_are_put_in_are_born_or_owed_to_the_last_one(limit: float, later: float) -> None:
    """Of both kinds of mothers; and a child is only owed where those with two children bear as many as the others."""
    fertility = np.random.default_rng(1).uniform(0.01, 0.15, (2, FERTILE_AGES))
    for seed in range(8):
        count = women(seed)
        (usual, many), owed = _eligible_rates(fertility, count, np.full(FERTILE_AGES, limit), later)
        everybody, able, two = (count[:, :, k] for k in range(WOMEN))
        born = (usual * (able - two) + many * two) / np.maximum(everybody, 1)
        wanted = (fertility * (everybody > 0)).sum(axis=1)
        assert born.sum(axis=1) + owed == pytest.approx(wanted, rel=1e-12)
        assert (owed >= 0).all()
        assert usual.max() <= limit
        assert (many <= usual + 1e-15).all()
        assert (many >= later * usual - 1e-15).all()


def test_mothers_of_two_bear_more_than_usual_before_any_child_is_owed_and_no_more_than_that() -> None:
    """One age group, ten women, all of whom can give birth, five with two children; by hand.

    At the limit of 0.2 the five others bear 0.1 a woman; the rest of what is wanted falls to those with two.
    """
    count = np.zeros((1, FERTILE_AGES, WOMEN), dtype=np.int64)
    count[0, 0] = 10, 10, 5
    for wanted, ratio, left in ((0.05, LATER, 0.0), (0.14, 0.4, 0.0), (0.18, 0.8, 0.0), (0.25, 1.0, 0.05)):
        fertility = np.zeros((1, FERTILE_AGES))
        fertility[0, 0] = wanted
        (usual, many), owed = _eligible_rates(fertility, count, np.full(FERTILE_AGES, 0.2), LATER)
        assert many[0, 0] / usual[0, 0] == pytest.approx(ratio)
        assert owed[0] == pytest.approx(left, abs=1e-12)


# ---------------------------------------------------------------- deaths and unions


def test_death_rates_that_are_solved_once_cannot_be_overwritten_by_who_reads_them() -> None:
    rates = death_rates(LifeCourse(), 1.0)
    with pytest.raises(ValueError, match="read-only"):
        rates[0] = 1.0


@pytest.mark.parametrize("years", [55.0, 74.7, 83.0])
def test_the_newborn_live_as_long_as_is_put_in_when_age_0_lasts_half_a_year(years: float) -> None:
    """Survival summed day by day: half a year at the first rate, then a year at each."""
    day = (np.arange(150 * 365) + 0.5) / 365
    age = np.minimum(np.floor(day + 0.5), 127).astype(np.int64)
    hazard = death_rates(LifeCourse(), 1.0, years)[age] / 365
    alive = np.exp(-np.cumsum(hazard))
    assert alive.sum() / 365 == pytest.approx(years, abs=0.01)
    assert alive[-1] < 1e-9, "nobody is left at the end"


def test_areas_are_the_country_and_the_towns_by_their_numbers() -> None:
    """Of fertility and of how long people live, where provinces have none of their own."""
    given = LifeCourse(fertility_rural=2.6, fertility_urban=1.3)
    assert sorted((RURAL, URBAN)) == [0, 1]
    born = fertility_rates(given).sum(axis=1)
    assert (born[RURAL], born[URBAN]) == pytest.approx((2.6, 1.3))


@pytest.mark.parametrize(("mean", "spread"), [(24.0, 1.5), (21.0, 2.0), (29.4, 4.5)])
def test_singles_unite_as_the_gamma_says_as_long_as_one_of_a_million_millions_is_left(
    mean: float, spread: float
) -> None:
    """ln S(a - 1/2) - ln S(a + 1/2) by a library's survivors, from 18 on; after the last of them without bound."""
    found = _union_hazards(mean, spread, 18)
    law = gamma(((mean - 18) / spread) ** 2, scale=spread**2 / (mean - 18))
    later = np.arange(43) + 0.5
    left, wanted = law.sf(later), -np.diff(law.logsf(np.maximum(np.arange(44) - 0.5, 0.0)))
    sure = (left > 1e-11) | (left < 1e-13)
    assert (np.isinf(found) == (left < 1e-12))[sure].all()
    some = left > 1e-11
    assert found[some] == pytest.approx(wanted[some], rel=0.01, abs=1e-6)
    assert some.all() == (spread > 2), "else nobody is ever left, or everybody"


@pytest.mark.parametrize(
    ("mean", "spread", "last"),
    [
        (20.0, 2.0, USUAL_LAST),
        (27.0, 5.0, USUAL_LAST),
        (30.0, 5.0, 47),
        (29.5, 6.0, 50),
        (40.0, 8.0, SEEK_UNTIL),
    ],
)
def test_singles_look_until_45_or_3_4_deviations_beyond_the_mean_and_never_after_60(
    mean: float, spread: float, last: int
) -> None:
    assert last_age(LifeCourse(union_age_spread=spread), mean) == last
    assert last_age(LifeCourse(union_age_spread=spread, union_age_last=41), mean) == 41


@pytest.mark.parametrize(("majority", "marriage"), [(20, 16), (16, 20)])
def test_only_men_of_full_age_who_may_marry_part_from_the_parents_until_they_are_40(
    majority: int, marriage: int
) -> None:
    count = np.ones((2, FERTILE_AGES, WOMEN), dtype=np.int64)
    part = life_tables(LifeCourse(), Ages(YEAR, majority, marriage), 1.0, count).part
    able = {b for b in range(1, 256) if not b & 1 and 20 <= YEAR - 1910 - (b >> 1) < 40}
    assert set(np.flatnonzero(part).tolist()) == able


def test_the_last_ages_follow_one_another_without_a_jump() -> None:
    """Later with a later mean, by at most the year that the mean is later."""
    lasts = [last_age(LifeCourse(union_age_spread=6.0), float(mean)) for mean in range(19, 50)]
    assert all(0 <= b - a <= 1 for a, b in pairwise(lasts))
    assert lasts[0] == USUAL_LAST
    assert lasts[-1] == SEEK_UNTIL
