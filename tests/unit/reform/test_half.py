"""The reform of half the country: which half, and that nothing changes elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dicu.government import books
from dicu.government.overlay import legacy_overlay
from dicu.reform import apply
from dicu.reform.half import reformed_half
from dicu.reform.opening import load_viet_nam
from dicu.reform.policies import policy
from dicu.reform.table import OWN_LEVERS


def test_half_is_half_and_depends_on_the_seed_alone() -> None:
    codes = [f"{k:02d}" for k in range(34)]
    assert len(reformed_half(codes)) == 17
    assert reformed_half(codes) == reformed_half(codes[::-1])
    assert len({frozenset(reformed_half(codes, seed)) for seed in range(5)}) == 5


def test_half_of_the_new_provinces_merge_and_the_others_stay() -> None:
    world = load_viet_nam(2022)
    (overlay,) = policy("actual_in_half", world, 12, "2025Q3")
    assert overlay.levers == OWN_LEVERS
    assert len(overlay.provinces) == len(world.legacy_provinces)
    reformed = np.isin(
        world.new_provinces.code[world.new_communes.parent[world.new_commune]],
        list(reformed_half(world.new_provinces.code.tolist())),
    )
    changed = (
        overlay.communes.code[overlay.commune_of_place] != world.legacy_communes.code[world.legacy_commune]
    )
    assert not changed[~reformed].any()
    assert changed[reformed].mean() > 0.5


def test_where_nothing_merges_nothing_changes(govern, world):
    """Offices that are not merged go on to the bit, whatever is merged elsewhere."""
    none, half = govern(), govern()
    before = legacy_overlay(world)
    merged = before.commune_of_place.copy()
    lost, kept = 1, 0
    merged[merged == lost] = kept
    overlay = replace(
        before,
        name="half",
        generation="half",
        step=2,
        date="2025Q3",
        commune_of_place=merged,
        levers=OWN_LEVERS,
    )
    elsewhere = merged != kept
    for step in range(6):
        residents = world.residents + 7 * step
        if step == 2:
            apply(half, overlay, step, residents)
        none.step(residents, step)
        half.step(residents, step)
        books.check(half)
        assert none.access()[elsewhere].tobytes() == half.access()[elsewhere].tobytes()
    assert (none.access()[~elsewhere] != half.access()[~elsewhere]).any()
    assert len(half.offices) == len(none.offices) - 1
