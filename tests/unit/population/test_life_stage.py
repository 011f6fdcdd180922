from __future__ import annotations

import numpy as np
import pytest

from dicu.population.columns import N_TYPES, SECTOR_SHIFT
from dicu.population.life_stage import stage_of, type_of
from dicu.scenario.vocabulary import STAGES


def _household(*ages: int, year: int = 2019):
    member = np.zeros(6, dtype=np.uint8)
    for i, age in enumerate(ages):
        member[i] = ((year - age - 1910) << 1) | (i & 1)
    return member


@pytest.mark.parametrize(
    ("ages", "stage"),
    [
        ((60,), "elderly"),
        ((80, 60), "elderly"),
        ((80, 59), "other"),
        ((59,), "other"),
        ((35, 35), "other"),
        ((34, 70), "young adult"),
        ((15,), "young adult"),
        ((40, 38, 14), "children"),
        ((40, 38, 15), "young adult"),
        ((70, 68, 3), "children"),
        ((25, 24, 0), "children"),
    ],
)
def test_stage_follows_the_ages(ages, stage):
    assert STAGES[stage_of(_household(*ages), 2019)] == stage


def test_stage_changes_as_the_years_pass():
    family = _household(33, 30, 5)
    got = [STAGES[stage_of(family, year)] for year in (2019, 2028, 2029, 2048, 2049, 2074)]
    assert got == ["children", "children", "young adult", "young adult", "other", "elderly"]


def test_types_are_sixteen_and_follow_the_formula():
    seen = set()
    for stage in range(4):
        for skilled in (0, 1):
            for sector in range(4):
                t = type_of(stage, skilled | sector << SECTOR_SHIFT)
                assert t == stage * 4 + skilled * 2 + (sector != 0)
                seen.add(t)
    assert seen == set(range(N_TYPES))
