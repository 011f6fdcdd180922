"""Borders on paper only move no dong, no desk and no minute, whatever governments do (decision 31)."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicu.government import books
from dicu.government.state import export
from dicu.reform import apply, policy
from dicu.scenario.parameters import Access


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_relabelling_changes_nothing_that_governments_do(govern, world, data):
    values = {
        "province_policy": data.draw(st.sampled_from(["equalise", "growth"])),
        "pool_share": data.draw(st.floats(0, 1)),
        "mobile_desk_upkeep": data.draw(st.floats(0, 2)),
        "digital_per_year": 0.05,
        "clinics": "close",
        "schools": "close",
        "hospitals": "close",
    }
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    none, relabel = govern(**values, access=Access()), govern(**values, access=Access())
    when = data.draw(st.integers(0, 5))
    for step in range(8):
        residents = rng.integers(0, 40_000, 36).astype(np.int64)
        income = rng.uniform(1, 9, 36)
        if step == when:
            apply(relabel, policy("relabel", world, step)[0], step, residents)
        for g in (none, relabel):
            g.step(residents, step, income)
            books.check(g)
        assert none.access().tobytes() == relabel.access().tobytes()
        one, two = export(none), export(relabel)
        assert all(one[name].tobytes() == two[name].tobytes() for name in one)
    assert len(none.provinces) == 2
    assert len(relabel.provinces) == 1
    nation = [books.columns(g) for g in (none, relabel)]
    money = ("transfer", "pool", "wages", "investment", "capital")
    for name in ("residents", "posts", "mobile_desks", *(f"{m}_mvnd" for m in money)):
        assert nation[0][name][-1] == nation[1][name][-1], name
