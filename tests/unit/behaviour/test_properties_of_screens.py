"""Properties of the screens: whoever the exact rule may reach passes, and what is packed is unpacked."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pytest

from dicu.behaviour.ages import Ages
from dicu.behaviour.consider import readiness
from dicu.behaviour.kin import couples_of, heads_young_family, mothers_of, single_with
from dicu.behaviour.life_course import LifeHazards, LifeTable
from dicu.behaviour.life_tables import LARGEST_HAZARD
from dicu.behaviour.member_word import COUNT_MASK, HAZARD_BITS, HAZARD_MASK, PERSON_SHIFT, WORKER_SHIFT
from dicu.behaviour.move import Readiness
from dicu.behaviour.screening import (
    LOOKS_MASK,
    LOOKS_SHIFT,
    READY_SHIFT,
    ScreenTable,
    bounds_of,
    screen_table,
    sure_couple,
)
from dicu.population.columns import APART, LODGING, MEMBERS, NEWLY_WED
from states import people

YEAR = 2024
LAW = Ages(YEAR, 18, 18)
NEVER, ONCE = np.uint64(0), np.uint64(1)
MOST_LOOKS = 0xFFFF // MEMBERS
"""Looks of a member, six of whom fit 16 bits."""


def byte(age: int, woman: bool) -> int:
    return (YEAR - 1910 - age) << 1 | woman


def household(*members: int) -> np.ndarray:
    codes = sorted(members)
    return np.array(codes + [0] * (MEMBERS - len(codes)), dtype=np.uint8)


def life() -> LifeTable:
    """One area; hazards differ by member, and each event is as probable as its word can hold."""
    rng = np.random.default_rng(4)
    risk = np.zeros((4, 256))
    risk[:, 1:] = rng.uniform(0.1, 0.5, (4, 255)) * LARGEST_HAZARD
    risk[1, ::2], risk[3, 1::2] = 0.0, 0.0  # women give birth, men part from their parents
    death, birth, seek, part = risk
    total = death + np.maximum(np.maximum(birth, seek), part)
    bound = np.ceil(total * 2.0**HAZARD_BITS).astype(np.uint32) + np.uint32(1)
    # every second member works
    workers = (np.arange(256) % 4 >= 2).astype(np.uint32) << np.uint32(WORKER_SHIFT)
    word = bound | workers | np.uint32(1 << PERSON_SHIFT)
    word[0] = 0
    hazards = LifeHazards(death[None], birth[None], birth[None], seek, part, NEVER, ONCE)
    return LifeTable(np.zeros(1, dtype=np.int32), hazards, word, 0.5, NEVER)


READY = Readiness(np.random.default_rng(5).uniform(0.0, 1.7, 256) * (np.arange(256) > 0), 0.3)
LOOKS = np.where(np.arange(256) > 0, MOST_LOOKS, 0).astype(np.uint16)
LIFE = life()


def screen(looks: np.ndarray = LOOKS, law: Ages = LAW) -> ScreenTable:
    return screen_table(LIFE, READY, looks, np.zeros(1), np.ones(256), law)


def grown_ups(*ages: int) -> list[int]:
    return [byte(age, woman) for age in ages for woman in (False, True)]


def sure(member: np.ndarray, attributes: int, t: ScreenTable) -> bool:
    return bool(sure_couple(member[0], member[1], member[2], member[2:].max(), np.uint8(attributes), t))


# ---------------------------------------------------------------- the layout


def test_what_is_packed_of_six_members_is_unpacked_and_no_part_spills_into_another() -> None:
    """Six alike, for every byte: persons, workers, looks; and readiness and hazards as if nothing else were there."""
    every = np.repeat(np.arange(256, dtype=np.uint8)[:, None], MEMBERS, axis=1)
    rows = people(every, np.zeros(256, dtype=np.int64)).rows
    full, bare = screen(), screen(looks=np.zeros(256, dtype=np.uint16))
    for code in range(256):
        total, without = int(bounds_of(code, rows, full)), int(bounds_of(code, rows, bare))
        somebody = MEMBERS * (code > 0)
        assert total >> PERSON_SHIFT & COUNT_MASK == somebody
        assert total >> WORKER_SHIFT & COUNT_MASK == somebody * (code % 4 >= 2)
        assert total >> LOOKS_SHIFT & LOOKS_MASK == MEMBERS * int(LOOKS[code])
        assert without >> LOOKS_SHIFT & LOOKS_MASK == 0
        assert total >> READY_SHIFT == without >> READY_SHIFT
        assert total & HAZARD_MASK == without & HAZARD_MASK


def test_a_row_has_the_sum_of_its_members_whoever_they_are() -> None:
    """People of one sex, so no couples: the bounds of all are those of each alone, added up."""
    t, nowhere = screen(), np.zeros(1, dtype=np.int64)
    ages = (0, 9, 17, 18, 30, 61)
    alone = {a: int(bounds_of(0, people(household(byte(a, True))[None], nowhere).rows, t)) for a in ages}
    for n in range(1, MEMBERS + 1):
        member = household(*(byte(a, True) for a in ages[:n]))
        together = int(bounds_of(0, people(member[None], nowhere).rows, t))
        assert together == sum(alone[a] for a in ages[:n])


# ---------------------------------------------------------------- nobody is rejected who may have an event


def hazard_of_life(member: np.ndarray, couples: int) -> float:
    """Sum of all risks of a household, as the rule adds them up."""
    h, total = LIFE.hazards, 0.0
    for m in range(int((member > 0).sum())):
        total += h.death[0, member[m]]
        total += h.birth[0, member[m]] * (mothers_of(member, YEAR, couples) >> m & 1)
        total += h.seek[member[m]] * single_with(member, m, LAW, couples)
        total += h.part[member[m]] * heads_young_family(member, m, LAW, couples)
    return total


SOME = grown_ups(9, 17, 18, 20, 33, 36, 49)
PAIRS = list(combinations_with_replacement(SOME, 2))
TRIPLES = [(elder, *pair) for elder in grown_ups(52) for pair in PAIRS]


@pytest.mark.parametrize("attributes", [0, NEWLY_WED, LODGING, APART, APART | LODGING])
@pytest.mark.parametrize("given", [PAIRS, TRIPLES], ids=["pairs", "triples"])
def test_no_bound_is_below_the_exact_hazard_of_a_household(
    given: list[tuple[int, ...]], attributes: int
) -> None:
    """Small households about every age that decides who is whose partner: life events, and thoughts of a move."""
    t = screen()
    member = np.array([household(*codes) for codes in given])
    kinds = np.full(len(member), attributes, dtype=np.uint8)
    rows = people(member, np.zeros(len(member), dtype=np.int64), kinds).rows
    for i in range(len(member)):
        bound = int(bounds_of(i, rows, t))
        couples = couples_of(member[i], LAW, attributes)
        assert (bound & HAZARD_MASK) * 2.0**-HAZARD_BITS >= hazard_of_life(member[i], couples), member[i]
        assert (bound >> READY_SHIFT) * float(t.unit) >= readiness(member[i], couples, READY), member[i]


# ---------------------------------------------------------------- who is a couple for certain


def is_sure(member: np.ndarray, attributes: int, law: Ages) -> bool:
    """The two cases of the rule in words, by ages."""
    codes = [int(b) for b in member if b]
    ages = [YEAR - 1910 - (b >> 1) for b in codes]
    if len(codes) < 2 or attributes & LODGING == LODGING:
        return False
    if codes[0] % 2 == codes[1] % 2 or ages[0] - ages[1] > 12:
        return False
    others, settled = ages[2:], max(35, law.marriage)
    nobody_else_grown = ages[1] >= law.marriage and all(a < law.marriage for a in others)
    children = all(a < settled and ages[0] - a >= 16 and others[0] - a < 16 for a in others)
    return nobody_else_grown or (ages[1] >= settled and children)


ELDERS = (17, 18, 30, 34, 35, 36, 43, 47, 50)
YOUNGER = (0, 2, 17, 18, 19, 34, 35)


@pytest.mark.parametrize("law", [LAW, Ages(YEAR, 18, 20), Ages(YEAR, 18, 36)], ids=["18", "20", "36"])
def test_a_couple_is_certain_in_the_cases_of_the_rule_and_in_no_other(law: Ages) -> None:
    t = screen(law=law)
    couples = list(combinations_with_replacement(grown_ups(*ELDERS), 2))
    children = [(), *((a,) for a in YOUNGER), *combinations_with_replacement(YOUNGER, 2)]
    found = 0
    for k, elders in enumerate(couples):
        youngest_elder = YEAR - 1910 - (max(elders) >> 1)
        # one in three of the sets of children, all of them in turn
        for some in children[k % 3 :: 3]:
            if any(a > youngest_elder for a in some):
                continue
            member = household(*elders, *(byte(a, k % 2 == 0) for a in some))
            # of one age the man stands before the woman: who are the two eldest is as in the row
            expected = is_sure(member, 0, law)
            assert sure(member, 0, t) == expected, member
            assert not sure(member, LODGING, t)
            found += expected
    assert found > 100


def test_who_is_a_couple_for_certain_is_one_by_the_exact_rule() -> None:
    """Neither of the two looks for a partner or parts from parents, with newly-weds in the household or without."""
    t = screen()
    for codes in [*PAIRS, *TRIPLES]:
        member = household(*codes)
        for attributes in (0, NEWLY_WED, APART):
            if sure(member, attributes, t):
                couples = couples_of(member, LAW, attributes)
                assert couples & 0xFF == 2 | 1 << 4, member
                assert not any(single_with(member, m, LAW, couples) for m in (0, 1))
                assert not any(heads_young_family(member, m, LAW, couples) for m in (0, 1))
