"""State and back: a government that goes on from arrays does what the original does, to the byte."""

from __future__ import annotations

import numpy as np
import pytest

from dicu.government import Levers, books, in_force
from dicu.government.state import export, restore
from dicu.reform import apply, policy, to_2025

SATELLITES = {
    "reinvest_share": 1.0,
    "satellite_minutes": 20.0,
    "staff_bodies": 0.0,
    "severance_quarters": 80.0,
    "pool_share": 0.3,
}


def people(world, step):
    """Residents that change differently in every place, some so fast that mobile desks go round."""
    wave = 1 + 0.02 * step * np.sin(np.arange(36)) - 0.01 * step * (np.arange(36) % 5 == 0)
    return np.round(world.residents * wave).astype(np.int64)


def income(step):
    return 5.0 + np.cos(np.arange(36) + step)


def test_restored_governments_go_on_with_the_same_bytes(govern, world):
    overlays = policy("actual", world, 3)
    original = govern(**SATELLITES, digital_per_year=0.05)
    for step in range(9):
        if step == 3:
            apply(original, overlays[0], step, people(world, step))
        original.step(people(world, step), step, income(step))
        if step in (1, 3, 6):
            arrays = {name: values.copy() for name, values in export(original).items()}
            other = govern(residents=people(world, 5), **SATELLITES, digital_per_year=0.05)
            restore(other, arrays, in_force(overlays, step + 1))
            same(original, other)
            later = range(step + 1, 12)
            twin = govern(**SATELLITES, digital_per_year=0.05)
            restore(twin, arrays, in_force(overlays, step + 1))
            for k in later:
                for g in (other, twin):
                    if k == 3:
                        apply(g, overlays[0], k, people(world, k))
                    g.step(people(world, k), k, income(k))
                same(other, twin)
            if step == 6:
                last = other
    assert sum(len(office.desks) for office in original.offices) > 0, "else the satellites are not tested"
    assert any(office.mobile for office in original.offices)
    for step in range(9, 12):
        original.step(people(world, step), step, income(step))
    same(original, last)


def same(a, b):
    one, two = export(a), export(b)
    assert list(one) == list(two)
    for name in one:
        assert one[name].dtype == two[name].dtype
        assert np.array_equal(one[name], two[name]), name
    assert a.access().tobytes() == b.access().tobytes()
    assert np.array_equal(a.commune_minutes, b.commune_minutes)
    assert np.array_equal(a.district_minutes, b.district_minutes)
    assert a.overlay.generation == b.overlay.generation
    ones, twos = books.columns(a), books.columns(b)
    for name in ones:
        assert np.array_equal(ones[name], twos[name], equal_nan=ones[name].dtype.kind == "f"), name
    books.check(b)


def test_shared_budgets_and_split_levers_are_restored(govern, world):
    pooled = to_2025(
        "pooled", world, 1, Levers(relabel=True, pool_budgets=True, move_services=True, open_satellites=True)
    )
    g = govern(pool_share=0.2, satellite_posts="budget")
    for step in range(3):
        if step == 1:
            apply(g, pooled, step, people(world, step))
        g.step(people(world, step), step)
    other = govern(pool_share=0.2, satellite_posts="budget")
    restore(other, export(g), in_force([pooled], 3))
    assert len(other.network.budgets) == len(g.network.budgets) < len(g.offices)
    for step in range(3, 6):
        g.step(people(world, step), step)
        other.step(people(world, step), step)
        same(g, other)


def test_a_state_that_does_not_fit_is_refused(govern):
    g = govern()
    state = export(g)
    with pytest.raises(ValueError, match=r"missing \['water'\], unknown \['wine'\]"):
        restore(govern(), {**{k: v for k, v in state.items() if k != "water"}, "wine": state["water"]})
    with pytest.raises(ValueError, match=r"budget_posts|budget_wages must have shape"):
        restore(govern(), {**state, "budget_wages": state["budget_wages"][:-1]})
    wrong = state["office_budget"].copy()
    wrong[4] = 99
    with pytest.raises(ValueError, match="office_budget holds 99; allowed: 0 to 38"):
        restore(govern(), {**state, "office_budget": wrong})
    with pytest.raises(ValueError, match=r"water must have shape \(36,\), got \(35,\)"):
        restore(govern(), {**state, "water": state["water"][:-1]})


def test_which_borders_hold(world):
    assert in_force([], 9) is None
    overlays = [
        to_2025("one", world, 2, Levers(relabel=True)),
        to_2025("cut", world, 4, Levers(cut_staff=True)),
    ]
    assert in_force(overlays, 2) is None, "a policy due at the next step is not in force yet"
    assert in_force(overlays, 3) is overlays[0]
    assert in_force(overlays, 9) is overlays[0], "an overlay without new borders leaves those of before"
