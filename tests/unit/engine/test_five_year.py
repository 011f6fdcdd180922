from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicu.commit.changes import Changes
from dicu.execution.execute import execute
from dicu.execution.starting import first_model
from dicu.observe.five_year import ANOTHER_PROVINCE, LEAST_AGE, N_SCOPES, FiveYear, lowered, settle
from dicu.population.columns import BIRTH_YEAR_ZERO, Households
from dicu.reform.opening import open_world
from dicu.scenario.scenario import Scenario, with_values
from dicu.scenario.vocabulary import RESIDENCE_SCOPES

LIVELY = {
    "world.name": "monocentric",
    "population.weight": 20,
    "time.start": "2019Q2",
    "time.end": "2021Q1",
    "consider.lambda0": 0.3,
    "choose.move_share": 0.5,
    "money.follow_chance": 0.05,
}


def households(place: list[int], born: list[list[int]]) -> Households:
    """Rows with members of these years of birth, all men."""
    made = Households.empty(len(place), len(place) + 2)
    for name in ("uid", "home_place", "wealth", "attributes", "income_quantile", "ties", "flags", "member"):
        getattr(made, name)[:] = 0
    made.place[: len(place)] = place
    for i, years in enumerate(born):
        made.member[i, : len(years)] = [(y - BIRTH_YEAR_ZERO) << 1 for y in years]
    return made


def changes(**given: Any) -> Changes:
    nothing = np.empty(0, dtype=np.int64)
    made = Changes(nothing, nothing, nothing, nothing.astype(np.uint8), np.zeros((3, 2, 128), dtype=np.int64))
    return replace(made, **given)


UNITS = (np.array([0, 0, 1, 2, 3]), np.array([0, 0, 0, 1, 2]), np.array([0, 0, 0, 0, 1]))
"""Commune, district and province of places 0..4: each one border further away from place 0."""


def test_every_scope_and_who_is_old_enough() -> None:
    h = households([0] * 5, [[1980, 2000, 2019], [1990, 2020], [1950], [1960, 1961], [2019]])
    residence = FiveYear(h, *(u.astype(np.int32) for u in UNITS))
    h.place[:5] = [0, 1, 2, 3, 4]
    # in 2024 those born in 2019 are five
    assert residence.persons(h, 2024).by_scope.tolist() == [3, 1, 1, 2, 1]
    assert residence.persons(h, 2023).by_scope.tolist() == [2, 1, 1, 2, 0]
    residence.begin(h)
    assert residence.persons(h, 2024).by_scope.tolist() == [8, 0, 0, 0, 0]


def test_a_founder_brings_its_parents_place_and_rows_that_move_take_theirs_along() -> None:
    h = households([0, 3, 4], [[1980], [1980], [1980]])
    residence = FiveYear(h, *(u.astype(np.int32) for u in UNITS))
    # two rows founded out of rows 1 and 2, the second of a household founded before; then row 0 is freed
    h.n = 4
    residence.follow(
        changes(
            parent_row=np.array([1, 2]),
            new_rows=2,
            emptied=1,
            row_source=np.array([4]),
            row_target=np.array([0]),
        ),
        h,
    )
    assert residence.then.tolist() == [4, 3, 4, 3]
    h.grow(40)
    h.n = 5
    residence.follow(changes(parent_row=np.array([0]), new_rows=1), h)
    assert residence.then.tolist() == [4, 3, 4, 3, 4]


def test_who_moves_to_a_partner_is_counted_by_the_place_left() -> None:
    h = households([0, 3, 4], [[1980, 1999], [1981], [1980]])
    residence = FiveYear(h, *(u.astype(np.int32) for u in UNITS))
    # the younger of row 0 moves in with row 1
    h.member[1, 1], h.member[0, 1] = h.member[0, 1], 0
    where = {
        "guest_row": np.array([0]),
        "host_row": np.array([1]),
        "joined_place": np.array([3], dtype=np.int32),
    }
    residence.follow(changes(**where), h)
    assert residence.persons(h, 2024).by_scope.tolist() == [3, 0, 0, 1, 0]
    residence.begin(h)
    assert residence.persons(h, 2024).by_scope.tolist() == [4, 0, 0, 0, 0]


def test_no_scope_has_fewer_than_nobody_when_the_row_that_was_joined_is_gone() -> None:
    h = households([0, 3], [[1999], [1981]])
    residence = FiveYear(h, *(u.astype(np.int32) for u in UNITS))
    # row 1 has come from another district and is joined where row 0 lives; then it is no more
    where = {
        "guest_row": np.array([0]),
        "host_row": np.array([1]),
        "joined_place": np.array([0], dtype=np.int32),
    }
    residence.follow(changes(emptied=1, **where), households([0], [[1999]]))
    h.n = 1
    assert residence.joined[0].tolist() == [0, 0, 1, 0, 0, -1]
    assert residence.persons(h, 2024).by_scope.tolist() == [1, 0, 0, 0, 0]


def test_rows_that_do_not_add_up_stop_the_run() -> None:
    h = households([0, 3], [[1980], [1980]])
    residence = FiveYear(h, *(u.astype(np.int32) for u in UNITS))
    with pytest.raises(
        RuntimeError, match="2 rows, 1 added, 0 from other ranks and 0 freed, but 2 households"
    ):
        residence.follow(changes(parent_row=np.array([0]), new_rows=1), h)


def test_who_moves_to_a_partner_in_another_province_is_counted_between_the_two() -> None:
    h = households([0, 4], [[1980, 1999], [1981]])
    residence = FiveYear(h, *(u.astype(np.int32) for u in UNITS))
    h.member[1, 1], h.member[0, 1] = h.member[0, 1], 0
    where = {
        "guest_row": np.array([0]),
        "host_row": np.array([1]),
        "joined_place": np.array([4], dtype=np.int32),
    }
    residence.follow(changes(**where), h)
    found = residence.persons(h, 2024)
    assert found.by_scope.tolist() == [2, 0, 0, 0, 1]
    assert found.between.tolist() == [[1, 1], [0, 1]]


def cut_one_by_one(values: list[int], total: int) -> list[int]:
    """Plain Python: the highest gives one, the first of equals, until it is as many as wanted."""
    left = [max(v, 0) for v in values]
    while sum(left) > total:
        left[left.index(max(left))] -= 1
    return left


@given(st.lists(st.integers(-9, 30), min_size=1, max_size=9), st.floats(0, 1))
def test_the_largest_are_lowered_as_if_one_by_one(values: list[int], share: float) -> None:
    total = int(share * sum(max(v, 0) for v in values))
    assert lowered(np.array(values), total).tolist() == cut_one_by_one(values, total)


@st.composite
def counts(draw: st.DrawFn) -> np.ndarray:
    """Counts as rows and partners add up to: of any sign, but in no province do fewer than nobody live."""
    r = draw(st.integers(1, 5))
    numbers = st.integers(-6, 12)
    made = np.array([[draw(numbers) for _ in range(r + ANOTHER_PROVINCE)] for _ in range(r)])
    made[np.arange(r), np.arange(r)] = 0
    made[:, r] += np.maximum(-made.sum(axis=1), 0)
    return made


@given(counts())
def test_pairs_and_scopes_tell_of_the_same_people_whatever_was_counted(counted: np.ndarray) -> None:
    r = len(counted)
    made = settle(counted)
    stayed = made.between.trace()
    assert min(made.by_scope.min(), made.between.min()) >= 0
    assert made.between.sum(axis=0).tolist() == counted.sum(axis=1).tolist(), "who lives where is known"
    assert made.between.sum() - stayed == made.by_scope[ANOTHER_PROVINCE]
    assert stayed == made.by_scope[:ANOTHER_PROVINCE].sum()
    if counted.min() >= 0:
        assert made.by_scope.tolist() == [*counted[:, r:].sum(axis=0), counted[:, :r].sum()]
        apart = ~np.eye(r, dtype=bool)
        assert made.between[apart].tolist() == counted[:, :r].T[apart].tolist()


def test_a_stream_with_fewer_than_nobody_takes_from_the_largest_into_the_same_province() -> None:
    r = 4
    counted = np.zeros((r, r + ANOTHER_PROVINCE), dtype=np.int64)
    counted[:, r] = 100
    counted[0, 1:4] = -2, 7, 6
    counted[1, 0] = 3
    made = settle(counted)
    assert made.between.tolist() == [[100, 3, 0, 0], [0, 100, 0, 0], [5, 0, 100, 0], [6, 0, 0, 100]]
    assert made.by_scope.tolist() == [400, 0, 0, 0, 14]
    assert len(made.by_scope) == N_SCOPES


@pytest.mark.parametrize("world", ["monocentric", "ring"])
def test_agrees_with_a_register_of_identities(world: str) -> None:
    """Beside it a plain dictionary by uid: a child stands where the (man's) household it came out of stood."""
    scenario = with_values(Scenario(), LIVELY | {"world.name": world})
    opened = open_world(scenario)
    model, _ = first_model(scenario, opened)
    h = model.households
    residence = FiveYear(h, opened.legacy_commune, opened.district, opened.province)
    register = dict(zip(h.uid[: h.n].tolist(), h.place[: h.n].tolist(), strict=True))
    units = (opened.legacy_commune, opened.district, opened.province)

    def scope(a: int, b: int) -> int:
        return 0 if a == b else 4 - sum(int(u[a] == u[b]) for u in units)

    counted = np.zeros(len(RESIDENCE_SCOPES), dtype=np.int64)
    province = opened.province.tolist()
    between = {(o, d): 0 for o in province for d in province}

    def add(a: int, b: int, persons: int) -> None:
        counted[scope(a, b)] += persons
        between[province[a], province[b]] += persons

    freed = partners = 0
    while model.now < scenario.calendar.n_steps:
        before = h.uid[: h.n].tolist()
        model.step()
        made = model.changes
        assert made is not None
        uids = before + [
            before[row] for row in made.parent_row
        ]  # who left in this step stood where the parents did
        for guest, host, place in zip(made.guest_row, made.host_row, made.joined_place, strict=True):
            add(register[uids[guest]], int(place), 1)
            add(register[uids[host]], int(place), -1)
            partners += 1
        freed += made.freed_rows
        residence.follow(made, h)
        for child, parent in zip(made.founded_child.tolist(), made.founded_parent.tolist(), strict=True):
            register.setdefault(child, register[parent])
        assert [register[u] for u in h.uid[: h.n].tolist()] == residence.then.tolist()
    assert freed > 10
    assert partners > 3
    year = model.year
    for i in range(h.n):
        a, b = register[int(h.uid[i])], int(h.place[i])
        ages = [year - BIRTH_YEAR_ZERO - (int(m) >> 1) for m in h.member[i] if m]
        add(a, b, sum(age >= LEAST_AGE for age in ages))
    found = residence.persons(h, year)
    assert found.by_scope.tolist() == counted.tolist()
    assert {(o, d): found.between[o, d] for o, d in between} == between
    assert counted[2:].sum() > 20
    assert min(persons for (o, d), persons in between.items() if o != d) > 0


@pytest.mark.parametrize("step", ["quarter", "month"])
def test_recorded_at_whole_five_years_only(
    step: str, tmp_path: Path, small_scenario: Callable[..., Any]
) -> None:
    scenario = small_scenario(
        "two_places",
        {"population.weight": 200, "time.start": "2019Q2", "time.end": "2024Q2", "time.step": step},
    )
    folder = execute(scenario, out=tmp_path)
    table = pq.read_table(folder / "five_year.parquet").to_pandas()
    at_end = "2024Q1" if step == "quarter" else "2024-03"
    assert table["period"].astype(str).unique().tolist() == [at_end]
    assert sorted(table["scope"].astype(str)) == sorted(RESIDENCE_SCOPES)
    flows = pq.read_table(folder / "five_year_flows.parquet").to_pandas()
    assert flows["period"].astype(str).unique().tolist() == [at_end]
    apart = flows["origin_province"].astype(str) != flows["destination_province"].astype(str)
    another = table.loc[table["scope"] == RESIDENCE_SCOPES[-1], "persons"].sum()
    assert flows.loc[apart, "persons"].sum() == another > 0
    assert flows["persons"].sum() == table["persons"].sum()
    national = pq.read_table(folder / "national.parquet").to_pandas().set_index("step")
    row = national.loc[table["step"].iloc[0]]
    # everybody but those born since (and some who died among them)
    younger = int(national.loc[1 : table["step"].iloc[0], "births"].sum())
    assert 0 <= table["persons"].sum() - (row["persons"] - younger) <= 0.05 * row["persons"]
