"""Governments and reforms over the made-up worlds of the package, and over the real country (slow)."""

from __future__ import annotations

import mesa
import numpy as np
import pytest

from dicu.government import Governments, books
from dicu.reform import apply, policy
from dicu.scenario.parameters import Access, Government
from dicu.world.small import make_small


def run(world, name):
    g = Governments(mesa.Model(rng=1), world, Government(), Access(), world.residents)
    seen = []
    for step in range(4):
        residents = world.residents + step * (np.arange(world.n_places) % 5)
        for overlay in policy(name, world, 2):
            if overlay.step == step:
                apply(g, overlay, step, residents)
        g.step(residents, step)
        books.check(g)
        seen.append(g.access())
    return g, np.array(seen)


@pytest.mark.parametrize("name", ["one_place", "two_places", "ring", "monocentric"])
def test_small_worlds(name):
    world = make_small(name)
    none, by_none = run(world, "none")
    relabel, by_relabel = run(world, "relabel")
    actual, by_actual = run(world, "actual")
    assert by_none.tobytes() == by_relabel.tobytes()
    assert np.array_equal(by_none[:2], by_actual[:2]), "nothing before its date"
    assert len(none.communes) == len(world.legacy_communes)
    assert len(relabel.communes) == len(actual.communes) == len(world.new_communes)
    assert len(actual.offices) == len(world.new_communes)
    assert np.isfinite(by_actual).all()


@pytest.mark.slow
def test_the_real_country():
    from dicu.reform.opening import load_viet_nam

    world = load_viet_nam(2019)
    _, by_none = run(world, "none")
    _, by_relabel = run(world, "relabel")
    actual, by_actual = run(world, "actual")
    assert by_none.tobytes() == by_relabel.tobytes()
    assert not np.array_equal(by_none[2], by_actual[2])
    assert (len(actual.communes), len(actual.provinces)) == (3321, 34)
    assert sum(p.residents for p in actual.provinces) == actual.residents.sum()
