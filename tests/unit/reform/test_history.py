"""Lineage as a dated table: any unit of any day can be rebuilt out of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicu.government import Levers
from dicu.government.overlay import legacy_overlay
from dicu.reform.history import COLUMNS, code_of, history, in_force, places_of
from dicu.reform.of_2025 import to_2025

LEVERS = Levers(relabel=True)


def randomly_renamed(world, step, rng):
    """The units of one generation or the other, some of them merged or renamed."""
    base = to_2025("table", world, step, LEVERS, f"day {step}")
    if rng.random() < 0.5:
        start = legacy_overlay(world)
        base = replace(start, name="table", step=step, date=f"day {step}", levers=LEVERS)
    unit = base.commune_of_place.copy()
    for _ in range(rng.integers(0, 6)):
        a, b = rng.integers(0, len(base.communes), 2)
        same = base.province_of_commune[a] == base.province_of_commune[b]
        if same:
            unit[unit == a] = b
    names = base.communes.name.copy().astype("U40")
    names[rng.random(len(names)) < 0.1] = f"renamed on {step}"
    seat = base.communes.seat_place.copy()
    for u in np.unique(unit).tolist():
        if unit[seat[u]] != u:
            seat[u] = np.flatnonzero(unit == u)[0]
    communes = replace(base.communes, name=names, seat_place=seat)
    return replace(base, communes=communes, commune_of_place=unit)


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 2**32 - 1), st.integers(0, 4))
def test_any_unit_of_any_day_can_be_rebuilt(world, seed, reforms):
    rng = np.random.default_rng(seed)
    steps = np.sort(rng.choice(20, size=reforms, replace=False)).tolist()
    overlays = [randomly_renamed(world, step, rng) for step in steps]
    table = history(world, overlays)
    assert tuple(table.columns) == COLUMNS
    states = [legacy_overlay(world), *overlays]
    # between two reforms the table says one thing: its ends are where it could be wrong
    for step in sorted({-1, 0, 20, *(s for day in steps for s in (day - 1, day, day + 1))}):
        state = [s for s in states if s.step <= step][-1]
        now = in_force(table, step)
        assert len(now) == 2 * world.n_places, "every place once a level"
        for level in ("commune", "province"):
            units, of_place = getattr(state, f"{level}s"), getattr(state, f"{level}_of_place")
            rows = now[now["level"] == level].set_index("place_key").loc[world.place_key]
            assert rows["code"].tolist() == units.code[of_place].tolist()
            assert rows["name"].tolist() == units.name[of_place].tolist()
            assert rows["seat_place_key"].tolist() == world.place_key[units.seat_place[of_place]].tolist()
            for u in rng.choice(np.unique(of_place), size=2).tolist():  # all are alike to it, and it is slow
                mine = np.sort(world.place_key[of_place == u])
                assert np.array_equal(places_of(table, level, str(units.code[u]), step), mine)
    people = dict(zip(world.place_key.tolist(), world.residents.tolist(), strict=True))
    total = sum(people[int(key)] for key in in_force(table, 20).query("level == 'commune'")["place_key"])
    assert total == world.residents.sum()


def test_what_goes_on_is_one_row(world):
    first = to_2025("table", world, 3, LEVERS, "a")
    again = replace(first, step=5, date="b")
    table = history(world, [first, again, replace(first, step=6, levers=Levers(cut_staff=True))])
    assert set(table["since"]) == {"start", "a"}
    assert set(table["until_step"]) == {3, -1}
    with pytest.raises(ValueError, match="no commune 'nowhere' was in force at step 7"):
        places_of(table, "commune", "nowhere", 7)


def test_a_unit_is_found_by_code_or_name_and_several_are_asked_about() -> None:
    from dicu.world.small import monocentric

    table = history(monocentric(), [])
    here = in_force(table, 0)
    communes = here[here["level"] == "commune"]
    code, name = communes["code"].iloc[0], communes["name"].iloc[0]
    assert code_of(table, "commune", code, 0) == code
    assert code_of(table, "commune", f" {name.upper()} ", 0) == code
    with pytest.raises(ValueError, match=f"did you mean {name}"):
        code_of(table, "commune", f"{name}x", 0)
    two = table.copy()
    other = communes["code"].unique()[1]
    two.loc[two["code"] == other, "name"] = name
    with pytest.raises(ValueError, match=rf"2 communes have that name .*{code} .*{other} "):
        code_of(two, "commune", name, 0)
