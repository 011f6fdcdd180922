"""Rule `life_course`: who is whose partner, exact two-stage sampling, people kept to the person."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy.stats import chi2

from dicu.behaviour.ages import Ages
from dicu.behaviour.life_course import (
    LifeHazards,
    apply_life,
    can_give_birth,
    exposure,
    has_adult,
    is_single,
    life_events,
    partner_of,
)
from dicu.behaviour.life_tables import (
    FERTILE_AGES,
    LifeTables,
    life_tables,
)
from dicu.behaviour.member_word import HAZARD_MASK, PERSON_SHIFT, WORKER_SHIFT
from dicu.compute.hashing import hash32, key64
from dicu.population.columns import BIRTH_YEAR_ZERO, MEMBERS, NEWLY_WED
from dicu.scenario.parameters_household import LifeCourse
from states import by_law, people

YEAR = 2024
AGES = by_law(YEAR)
KEY = np.uint64(key64(5, 90, 1))
DETAIL = np.uint64(key64(5, 91, 1))


def row(*people: str) -> np.ndarray:
    """A household from sexes and ages, eldest first: ``row("m40", "f38", "f9")``."""
    codes = sorted(((YEAR - int(p[1:]) - BIRTH_YEAR_ZERO) << 1) | (p[0] == "f") for p in people)
    return np.array(codes + [0] * (MEMBERS - len(codes)), dtype=np.uint8)


def slots(member: np.ndarray, rule: object) -> set[str]:
    """Who of a household a rule says yes to, as "m40"."""
    return {
        name(member[m])
        for m in range(MEMBERS)
        if member[m] and rule(member, m, AGES)  # type: ignore[operator]
    }


def name(byte: np.uint8) -> str:
    return f"{'f' if byte & 1 else 'm'}{YEAR - BIRTH_YEAR_ZERO - (int(byte) >> 1)}"


def couples(member: np.ndarray) -> set[frozenset[str]]:
    pairs = ((m, partner_of(member, m, AGES)) for m in range(MEMBERS))
    return {frozenset((name(member[m]), name(member[p]))) for m, p in pairs if p >= 0}


@pytest.mark.parametrize(
    ("people", "pairs", "singles"),
    [
        ("m40 f38 m14 f9", ["m40 f38"], ""),
        ("m25", [], "m25"),
        ("f61", [], ""),
        ("m30 f27", ["m30 f27"], ""),
        # grown children at home are brother and sister, whatever their ages
        ("m50 f47 m24 f21", ["m50 f47"], "m24 f21"),
        ("f55 m30 f28", [], "m30 f28"),
        # three generations: grandparents, and the son with his wife
        ("m64 f60 m34 f31 m7 f3", ["m64 f60", "m34 f31"], ""),
        ("f60 m34 f31 m7", ["m34 f31"], ""),
        # the son's unmarried sister: the children are explained by the couple of her generation
        ("f62 m34 f32 f27 f4", ["m34 f32"], "f27"),
        ("m34 f31 m25 f4", ["m34 f31"], "m25"),
        # migrants who share a flat; two of them may be a couple
        ("m24 m22 f21", [], "m24 m22 f21"),
        ("f23 f21", [], "f23 f21"),
        ("m24 f22", ["m24 f22"], ""),
        # a lone mother, alone and with her parents; her grown son
        ("f30 m5", [], ""),
        ("m62 f60 f33 m8", ["m62 f60"], ""),
        ("f42 m20", [], "m20"),
        # grandparents with grandchildren
        ("m66 f63 f19 m10", ["m66 f63"], "f19"),
        # nobody leaves minors alone; thirteen years are too many; and at 61 it is over
        ("m20 f12", [], ""),
        ("m61 f48", [], "f48"),
        ("m61", [], ""),
        ("f17", [], ""),
        # two brothers with their wives and children, each with the closest in age
        ("m33 f31 m28 f27 m5 f2", ["m33 f31", "m28 f27"], ""),
    ],
)
def test_who_lives_with_whom(people: str, pairs: list[str], singles: str) -> None:
    member = row(*people.split())
    assert couples(member) == {frozenset(p.split()) for p in pairs}
    assert slots(member, is_single) == set(singles.split())


@pytest.mark.parametrize(
    ("people", "pairs", "singles"),
    [
        # the bride of the son; with a sister the two closest in age; none under age
        ("m50 f47 m24 f21", ["m50 f47", "m24 f21"], ""),
        ("m50 f47 m25 f24 f21", ["m50 f47", "m25 f24"], "f21"),
        ("m50 f47 m24 f17", ["m50 f47"], "m24"),
        # one couple; once there is a child, it tells who they are
        ("m50 f47 m25 m23 f24 f22", ["m50 f47", "m25 f24"], "m23 f22"),
        ("m50 f47 m24 f21 f19 m1", ["m50 f47", "m24 f21"], "f19"),
        # nor does the mark make a couple of brother and sister when the couple is 35 and known by that
        ("m64 f60 m36 f35 m27 f25", ["m64 f60", "m36 f35"], "m27 f25"),
        # an elder sister who is single tells nothing
        ("m64 f60 f35 m30 f28", ["m64 f60", "m30 f28"], "f35"),
        # the parents are dead
        ("m24 f21", ["m24 f21"], ""),
    ],
)
def test_newly_weds_with_the_parents_are_a_couple(people: str, pairs: list[str], singles: str) -> None:
    member = row(*people.split())
    found = ((m, partner_of(member, m, AGES, NEWLY_WED)) for m in range(MEMBERS))
    assert {frozenset((name(member[m]), name(member[p]))) for m, p in found if p >= 0} == {
        frozenset(p.split()) for p in pairs
    }
    alone = {name(member[m]) for m in range(MEMBERS) if is_single(member, m, AGES, NEWLY_WED)}
    assert alone == set(singles.split())


@pytest.mark.parametrize(
    ("people", "mothers"),
    [
        ("m30 f27", "f27"),
        ("f27", ""),
        ("m40 f38 m14 f9 f6 m2", ""),  # no room
        ("m33 f31 m28 f27 m5", "f31"),  # room for one: the elder
        ("m52 f50", ""),
        ("m50 f49", "f49"),
        ("m20 f17", ""),
    ],
)
def test_who_can_give_birth(people: str, mothers: str) -> None:
    assert slots(row(*people.split()), can_give_birth) == set(mothers.split())


person = st.tuples(st.sampled_from("mf"), st.integers(0, 105)).map(lambda p: f"{p[0]}{p[1]}")
adult = st.tuples(st.sampled_from("mf"), st.integers(18, 49)).map(lambda p: f"{p[0]}{p[1]}")
household = st.lists(st.one_of(person, adult), min_size=1, max_size=MEMBERS).map(lambda p: row(*p))


@given(household)
@settings(max_examples=300, deadline=None)
def test_partners_are_mutual_adults_of_both_sexes_and_not_single(member: np.ndarray) -> None:
    ages = YEAR - BIRTH_YEAR_ZERO - (member.astype(int) >> 1)
    mothers = 0
    for m in range(MEMBERS):
        p = partner_of(member, m, AGES)
        mothers += can_give_birth(member, m, AGES)
        if p >= 0:
            assert member[m]
            assert partner_of(member, p, AGES) == m
            assert (member[m] ^ member[p]) & 1
            assert min(ages[m], ages[p]) >= 18
            assert abs(ages[m] - ages[p]) <= 12
            assert not is_single(member, m, AGES)
        else:
            assert not can_give_birth(member, m, AGES)
    assert mothers <= (member == 0).sum()
    assert has_adult(member, AGES) == bool(((ages >= 18) & (member != 0)).any())


@given(household, st.permutations(range(MEMBERS)))
@settings(max_examples=100, deadline=None)
def test_rules_read_strided_rows(member: np.ndarray, order: list[int]) -> None:
    table = np.zeros((MEMBERS, MEMBERS), dtype=np.uint8, order="F")
    table[order[0]] = member
    for m in range(MEMBERS):
        assert partner_of(table[order[0]], m, AGES) == partner_of(member, m, AGES)
        assert is_single(table[order[0]], m, AGES) == is_single(member, m, AGES)


@pytest.fixture(scope="module", params=["ordinary", "few mothers", "months"])
def tables(request: pytest.FixtureRequest) -> LifeTables:
    women = np.full((2, FERTILE_AGES, 3), 1000, dtype=np.int64)
    women[..., 2] = 0
    women[..., 1] = 10 if request.param == "few mothers" else 600
    women[:, :3, 1] = 0
    return life_tables(LifeCourse(), AGES, 1 / 3 if request.param == "months" else 1.0, women)


@njit
def _outside_bound(
    member: np.ndarray, n: int, ages: Ages, key: int, detail: int, bound: int,
    death: np.ndarray, birth: np.ndarray, seek: np.ndarray,
) -> tuple[int, int]:  # fmt: skip
    events = 0
    outside = 0
    for uid in range(n):
        for area in (0, 1):
            if (
                life_events(
                    np.uint64(uid),
                    member,
                    area,
                    ages,
                    LifeHazards(death, birth, birth, seek, 0.0 * seek, key, detail),
                )
                != 0
            ):
                events += 1
                outside += (hash32(np.uint64(uid), key) >> np.uint32(6)) >= bound
    return events, outside


@given(member=household)
@settings(max_examples=60, deadline=None)
def test_events_stay_within_the_screen_of_the_word(tables: LifeTables, member: np.ndarray) -> None:
    packed = tables.word[member].astype(np.int64).sum()
    assert packed >> PERSON_SHIFT == (member != 0).sum()
    ages = YEAR - BIRTH_YEAR_ZERO - (member[member != 0].astype(int) >> 1)
    assert (packed >> WORKER_SHIFT) & 7 == ((ages >= 15) & (ages <= 64)).sum()
    _, outside = _outside_bound(
        member, 20_000, AGES, KEY, DETAIL, packed & HAZARD_MASK, tables.death, tables.birth, tables.seek
    )
    assert outside == 0


def test_the_word_is_the_sum_of_the_hazards_rounded_up(tables: LifeTables) -> None:
    other = np.maximum(np.maximum(tables.birth.max(axis=0), tables.seek), tables.part)
    exact = (tables.death.max(axis=0) + other) * 2.0**26
    bound = (tables.word & HAZARD_MASK).astype(float)
    assert tables.word[0] == 0
    assert (bound[1:] >= exact[1:]).all()
    assert (bound[1:] <= exact[1:] + 2).all()
    assert bound.max() <= 2**23  # six members stay within 26 bits
    eligible = tables.birth.max(axis=0) > 0
    assert (eligible == ((np.arange(256) & 1 == 1) & eligible)).all()
    assert eligible.any()


def test_the_screen_is_exact_enough_to_be_missed(tables: LifeTables) -> None:
    """Half of the bound of a lone woman, who may die or look for a partner, cuts off half of her events."""
    member = row("f27")
    own = tables.death[0, member[0]] + tables.seek[member[0]]
    events, outside = _outside_bound(
        member, 200_000, AGES, KEY, DETAIL, int(own * 2**25), tables.death, tables.birth, tables.seek
    )
    assert abs(outside / events - 0.5) < 0.05


@njit
def _masks(
    member: np.ndarray, n: int, ages: Ages, key: int, detail: int,
    death: np.ndarray, birth: np.ndarray, seek: np.ndarray,
) -> np.ndarray:  # fmt: skip
    out = np.zeros(1 << (3 * MEMBERS), dtype=np.int64)
    for uid in range(n):
        out[
            life_events(
                np.uint64(uid),
                member,
                1,
                ages,
                LifeHazards(death, birth, birth, seek, 0.0 * seek, key, detail),
            )
        ] += 1
    return out


@pytest.mark.parametrize("scale", [1.0, 0.05])
@pytest.mark.parametrize("people", ["m55 f45 m24", "m24 m23 m22", "m34 f31 m24 f5", "m64 f60 m30 f29"])
def test_two_stages_give_the_joint_chances_of_independent_risks(people: str, scale: float) -> None:
    """Frequencies of all outcomes against the product of Bernoulli chances, enumerated (chi-square, 0.01 %)."""
    member = row(*people.split())
    n = 400_000
    byte = np.arange(256)
    death, seek = (
        scale * np.stack([0.0 * byte, 0.2 + 0.3 * (byte % 7) / 7]),
        scale * (0.4 + 0.2 * (byte % 5) / 5),
    )
    birth = np.stack([np.zeros(256), scale * (0.3 + 0.3 * (byte % 3) / 3)])
    death[:, 0] = seek[0] = birth[:, 0] = 0.0  # nobody
    risks: list[tuple[int, float]] = []
    for kind, table, may in (
        (0, death[1], lambda *_: True),
        (1, birth[1], can_give_birth),
        (2, seek, is_single),
    ):
        risks += [
            (kind * MEMBERS + m, 1 - np.exp(-table[member[m]]))
            for m in range(MEMBERS)
            if member[m] and may(member, m, AGES)
        ]
    assert {r // MEMBERS for r, _ in risks} >= {0, 1 if "34" in people else 2}
    expected: dict[int, float] = {}
    for outcome in itertools.product((0, 1), repeat=len(risks)):
        chance = np.prod([p if happened else 1 - p for happened, (_, p) in zip(outcome, risks, strict=True)])
        mask = sum(1 << r for happened, (r, _) in zip(outcome, risks, strict=True) if happened)
        alive_seekers = [m for m in range(MEMBERS) if (mask >> (12 + m)) & 1 and not (mask >> m) & 1]
        mask = (mask & 0xFFF) | (1 << (12 + alive_seekers[0]) if alive_seekers else 0)
        expected[mask] = expected.get(mask, 0.0) + chance * n
    assert sum(expected.values()) == pytest.approx(n)
    seen = _masks(member, n, AGES, KEY, DETAIL, death, birth, seek)
    assert set(np.flatnonzero(seen)) <= set(expected)
    few = {mask for mask, e in expected.items() if e < 10}
    cells = [(seen[mask], e) for mask, e in expected.items() if mask not in few]
    if few:
        cells.append((sum(seen[mask] for mask in few), max(sum(expected[mask] for mask in few), 1e-9)))
    statistic = sum((o - e) ** 2 / e for o, e in cells if e >= 5)
    assert statistic < chi2.ppf(1 - 1e-4, sum(e >= 5 for _, e in cells) - 1)


def test_nothing_happens_without_hazards() -> None:
    none = np.zeros((2, 256))
    assert _masks(row("m30", "f27"), 5_000, AGES, KEY, DETAIL, none, none, none[0])[0] == 5_000


@given(member=household, picks=st.integers(0, 2**18 - 1), uid=st.integers(0, 2**64 - 1))
@settings(max_examples=300, deadline=None)
def test_births_and_deaths_keep_everybody_else(member: np.ndarray, picks: int, uid: int) -> None:
    mothers = [m for m in range(MEMBERS) if can_give_birth(member, m, AGES)]
    dead = [m for m in range(MEMBERS) if member[m] and (picks >> m) & 1]
    mothers = [m for m in mothers if (picks >> (6 + m)) & 1]
    mask = sum(1 << m for m in dead) | sum(1 << (6 + m) for m in mothers) | (picks & 0x3F000)
    after = member.copy()
    births = apply_life(after, mask, YEAR, np.uint64(uid), DETAIL, 0.5)
    assert births == len(mothers)
    newborn = after[(after >> 1) == YEAR - BIRTH_YEAR_ZERO]
    old_babies = [b for m, b in enumerate(member) if m not in dead and (b >> 1) == YEAR - BIRTH_YEAR_ZERO]
    assert len(newborn) == births + len(old_babies)
    survivors = [b for m, b in enumerate(member) if b and m not in dead]
    kept = after[after != 0].tolist()
    for b in survivors:
        kept.remove(b)
    assert [b >> 1 for b in kept] == [YEAR - BIRTH_YEAR_ZERO] * births
    filled = int((after != 0).sum())
    assert not after[filled:].any()
    assert (np.diff(after[:filled].astype(int)) >= 0).all()


def test_a_child_whose_mother_dies_lives() -> None:
    member = row("m30", "f27")
    assert apply_life(member, 0b000010_000010, YEAR, np.uint64(9), DETAIL, 1.0) == 1
    assert [name(b) for b in member if b] == ["m30", "m0"]


def test_share_of_boys() -> None:
    share = 111 / 211
    n = 40_000
    boys = 0
    for uid in range(n):
        member = row("m30", "f27")
        apply_life(member, 1 << 7, YEAR, np.uint64(uid), DETAIL, share)
        boys += not member[2] & 1
    assert abs(boys / n - share) < 4 * np.sqrt(share * (1 - share) / n)


@njit
def _boys(
    member: np.ndarray, n: int, ages: Ages, key: int, detail: int,
    death: np.ndarray, birth: np.ndarray, seek: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Births by (father lives or dies, boy or girl), both drawn under one detail key."""
    out = np.zeros((2, 2), dtype=np.int64)
    for uid in range(n):
        mask = life_events(
            np.uint64(uid), member, 1, ages, LifeHazards(death, birth, birth, seek, 0.0 * seek, key, detail)
        )
        if (mask >> (MEMBERS + 1)) & 1:
            after = member.copy()
            apply_life(after, mask, ages.year, np.uint64(uid), detail, 0.5)
            youngest = after[0]
            for b in after:
                youngest = max(youngest, b)
            out[mask & 1, youngest & 1] += 1
    return out


def test_sex_at_birth_has_nothing_to_do_with_what_else_happens() -> None:
    hazard = np.full(256, 0.7)
    hazard[0] = 0.0
    each = np.stack([hazard] * 2)
    births = _boys(row("m30", "f27"), 40_000, AGES, KEY, DETAIL, each, each, 0.0 * hazard)
    total = births.sum(axis=1)
    assert (total > 5_000).all()
    assert (np.abs(births[:, 0] / total - 0.5) < 4 * 0.5 / np.sqrt(total)).all()


@pytest.mark.parametrize(
    ("people", "mask", "year", "message"),
    [
        ("m30", 0b10, YEAR, "empty slot"),
        ("m30 f27 m5 m4 m3 m2", 1 << 7, YEAR, "no room"),
        ("m30 f27", 1 << 7, 2038, "2037"),
        ("m30 f27", 1 << 7, 1910, "1911"),
    ],
)
def test_impossible_events_are_refused(people: str, mask: int, year: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        apply_life(row(*people.split()), mask, year, np.uint64(1), DETAIL, 0.5)


def test_exposure_counts_women_by_age_and_area_whatever_the_order() -> None:
    rows = ["m30 f27", "f27", "m40 f38 m14 f9 f6 m2", "m50 f47 f15", "m52 f50", "m34 f31 m28 f27 m5"]
    member = np.asfortranarray(np.stack([row(*r.split()) for r in rows]))
    place = np.array([0, 1, 0, 1, 0, 1], dtype=np.uint16)
    where = np.arange(2, dtype=np.int32), 2
    expected = np.zeros((2, FERTILE_AGES, 3), dtype=np.int64)
    for area, age, eligible in (
        (0, 27, 1), (1, 27, 0), (0, 38, 0), (1, 47, 1), (1, 15, 0), (1, 31, 1), (1, 27, 0)
    ):  # fmt: skip
        expected[area, age - 15] += (1, eligible, 0)
    assert (exposure(people(member, place), *where, AGES) == expected).all()
    assert exposure(people(member, place[:1]), *where, AGES).sum() == 2
    assert exposure(people(member, place[:0]), *where, AGES).sum() == 0
    wed = np.full(len(rows), NEWLY_WED, dtype=np.uint8)
    home = np.asfortranarray(np.stack([row("m50", "f47", "m24", "f21")]))
    for bit, mothers in ((np.zeros_like(wed), 1), (wed, 2)):  # the mother, and the son's wife
        assert exposure(people(home, place[:1], bit[:1]), *where, AGES)[0, :, 1].sum() == mothers
    times = np.array([9_000, 20_000, 11_000, 7_000, 13_000, 10_000])
    order = np.random.default_rng(1).permutation(np.repeat(np.arange(len(rows)), times))
    counted = exposure(people(member[order], place[order]), *where, AGES)
    parts = [
        exposure(people(member[i:], place[i : i + 1]), *where, AGES) * times[i] for i in range(len(rows))
    ]
    assert (counted == np.sum(parts, axis=0)).all()


def test_of_very_many_rows_each_is_counted_in_one_step_of_sixteen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose turn it is follows from the identity alone; the turns of sixteen steps are everybody once."""
    from dicu.behaviour import life_course

    rng = np.random.default_rng(3)
    n = 20_000
    member = np.zeros((n, MEMBERS), dtype=np.uint8, order="F")
    member[:, 0] = ((YEAR - rng.integers(15, 50, n) - BIRTH_YEAR_ZERO) << 1) | 1
    place, where = rng.integers(0, 2, n).astype(np.uint16), (np.arange(2, dtype=np.int32), 2)
    h = people(member, place, uid=rng.integers(0, 2**63, n).astype(np.uint64))
    whole = exposure(h, *where, AGES)
    monkeypatch.setattr(life_course, "COUNTED_ROWS", n - 1)
    turns = [exposure(h, *where, AGES, step) for step in range(life_course.SAMPLED)]
    assert (np.sum(turns, axis=0) == whole).all()
    assert all(abs(turn[..., 0].sum() - n / 16) < 5 * np.sqrt(n / 16) for turn in turns)
    assert (exposure(h.take(rng.permutation(n)), *where, AGES, 5) == turns[5]).all()
