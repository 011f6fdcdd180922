"""Readiness to move by age: one smooth curve, and whom a thought of moving concerns."""

from __future__ import annotations

import numpy as np
import pytest

from dicu.behaviour.consider import looks_table, readiness_at, readiness_table
from dicu.behaviour.move import EVERYBODY, MoveTable, Readiness, leaver
from dicu.scenario.parameters import Consider
from states import by_law

YEAR = 2024
AGES = by_law(YEAR)


def byte(age: int, woman: bool = False) -> int:
    return (YEAR - age - 1910) << 1 | woman


def of_ages(*people: tuple[int, bool]) -> np.ndarray:
    codes = sorted(byte(age, woman) for age, woman in people)
    return np.array(codes + [0] * (6 - len(codes)), dtype=np.uint8)


def table(alone: float = 1.0, alone_partnered: float = 0.0, partnered: float = 0.3) -> MoveTable:
    ready = Readiness(readiness_table(Consider(), AGES), partnered)
    return MoveTable(ready, alone, alone_partnered, np.uint64(1), np.uint64(2), np.uint64(3))


def test_no_age_is_a_step() -> None:
    """From 18 to 60 the readiness of neighbouring ages differs by at most 15 %, in what offers see too."""
    curve = np.array([readiness_at(age, Consider()) for age in range(18, 61)])
    assert np.abs(np.diff(curve) / curve[:-1]).max() < 0.15
    looks = looks_table(readiness_table(Consider(), AGES)).astype(float)
    for woman in (False, True):
        seen = np.array([looks[byte(age, woman)] for age in range(18, 61)])
        assert np.abs(np.diff(seen) / seen[:-1]).max() < 0.15


def test_the_curve_is_1_at_its_peak_and_falls_to_its_floor() -> None:
    consider = Consider(peak_age=25.0, rise=0.3, fall=0.2, floor=0.05)
    curve = [readiness_at(age, consider) for age in range(18, 128)]
    assert readiness_at(25.0, consider) == 1.0 == max(curve)
    assert all(np.diff(curve[:8]) > 0)
    assert all(np.diff(curve[7:]) < 0)
    assert curve[-1] == pytest.approx(0.05, abs=1e-8)


def test_minors_and_nobody_are_not_ready_and_women_are_by_their_ratio() -> None:
    ready = readiness_table(Consider(women_readiness=1.7), AGES)
    assert ready[0] == 0.0
    assert not any(ready[byte(age, woman)] for age in range(18) for woman in (False, True))
    assert all(ready[byte(a, True)] == pytest.approx(1.7 * ready[byte(a)]) for a in range(18, 90))


def test_whom_it_concerns_is_drawn_in_proportion_to_readiness() -> None:
    """Three adults without partners: shares of leavers are those of readiness, within four standard errors."""
    t, member, n = table(), of_ages((55, False), (30, True), (20, False)), 4000
    who = np.array([leaver(np.uint64(u), member, False, 0, AGES, t) for u in range(n)])
    ready = t.ready.by_member[member[:3]]
    share = ready / ready.sum()
    found = np.bincount(who, minlength=3) / n
    assert (np.abs(found - share) < 4 * np.sqrt(share * (1 - share) / n)).all()


def test_a_couple_goes_together_unless_one_leaves_alone() -> None:
    """Couples 0-1 of a couple and its grown child: the child leaves alone, partners with their own chance."""
    member, couples, n = of_ages((50, False), (48, True), (20, False)), 0x012, 4000
    never, often = table(), table(alone_partnered=0.4)
    who = np.array([leaver(np.uint64(u), member, False, couples, AGES, never) for u in range(n)])
    assert set(who) == {EVERYBODY, 2}
    again = np.array([leaver(np.uint64(u), member, False, couples, AGES, often) for u in range(n)])
    parted = (again == 0) | (again == 1)
    assert (who[parted] == EVERYBODY).all(), "the same draw says whom it concerns"
    assert parted.sum() == pytest.approx(0.4 * (who == EVERYBODY).sum(), rel=0.25)


def test_who_goes_home_or_is_the_only_adult_takes_everybody() -> None:
    assert leaver(np.uint64(7), of_ages((50, True), (20, False)), True, 0, AGES, table()) == EVERYBODY
    assert leaver(np.uint64(7), of_ages((30, True), (5, False)), False, 0, AGES, table()) == EVERYBODY
