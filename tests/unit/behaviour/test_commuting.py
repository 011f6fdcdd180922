"""Commuting areas: largest cities first, within reach of their seat and no further; those of Viet Nam."""

from __future__ import annotations

import numpy as np

from dicu.economy.commuting import commuting, grouped
from dicu.reform.opening import load_viet_nam
from dicu.scenario.parameters_labour import Labour
from dicu.scenario.scenario import Scenario
from dicu.world.small import monocentric


def areas(residents: list[int], at: list[float], codes: list[str] | None = None) -> list[str]:
    """Districts on a line, a minute apart for each unit, as the codes of their areas' centres."""
    code = np.array(codes or [str(k) for k in range(len(residents))])
    x = np.array(at)
    minutes = np.abs(x[:, None] - x[None, :])
    area, centre = grouped(np.array(residents), code, minutes, most_minutes=45.0, least_residents=100)
    return code[centre[area]].tolist()


def test_who_is_in_reach_joins_and_nobody_is_chained() -> None:
    """1 is 40 from 0, and 2 is 40 from 1 but 80 from 0: it is left, and is a centre if it has the people."""
    assert areas([500, 10, 10], [0, 40, 80]) == ["0", "0", "2"]
    assert areas([500, 10, 200], [0, 40, 80]) == ["0", "0", "2"]
    assert areas([200, 10, 500], [0, 40, 80]) == ["0", "2", "2"], "the larger comes first"
    assert areas([500, 10], [0, 45]) == ["0", "0"]
    assert areas([500, 10], [0, 45.1]) == ["0", "1"]


def test_a_centre_in_reach_of_a_larger_one_joins_it() -> None:
    assert areas([500, 300, 10], [0, 40, 60]) == ["0", "0", "2"], "and has no area of its own"


def test_too_few_people_make_no_centre_and_ties_go_by_code() -> None:
    assert areas([99, 99], [0, 10]) == ["0", "1"]
    assert areas([300, 10, 300], [0, 20, 40], ["b", "c", "a"]) == ["a", "a", "a"]


def test_a_centre_joins_nobody_even_where_the_way_back_is_shorter() -> None:
    """The larger is 50 from the smaller but only 10 the other way: each is the centre of its own area."""
    minutes = np.array([[0.0, 50.0], [10.0, 0.0]])
    found = grouped(
        np.array([500, 300]), np.array(["0", "1"]), minutes, most_minutes=45.0, least_residents=100
    )
    assert [part.tolist() for part in found] == [[0, 1], [0, 1]]


def test_places_stand_by_area() -> None:
    world = monocentric()
    found = commuting(world, Labour(), Scenario().access)
    assert len(found) == len(world.districts) - 1, "the two districts of the city are one market"
    for a in range(len(found)):
        here = found.place[found.first_place[a] : found.first_place[a + 1]]
        assert np.array_equal(here, np.flatnonzero(found.area[world.district] == a))
    assert found.sums(np.arange(len(world.districts))).sum() == sum(range(len(world.districts)))


def test_viet_nam() -> None:
    """The specification counted 548 areas, 39 of several districts, with 40 % of people, on its own ways."""
    world = load_viet_nam()
    found = commuting(world, Labour(), Scenario().access)
    size = np.bincount(found.area)
    people = np.bincount(found.area[world.district], world.residents)
    assert (len(found), int((size > 1).sum())) == (552, 35)
    assert 0.36 < people[size > 1].sum() / people.sum() < 0.41
    # chaining would fuse Ho Chi Minh City with Binh Duong and half of Dong Nai
    largest = found.area == int(people.argmax())
    names = set(world.legacy_provinces.name[world.districts.parent[largest]])
    assert names == {"Hồ Chí Minh", "Bình Dương"}
    assert (
        largest[world.districts.parent == world.legacy_provinces.name.tolist().index("Bình Dương")].mean()
        < 0.5
    )
