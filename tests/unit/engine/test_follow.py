"""Families that follow a child: into its household, as neighbours, or not at all."""

from __future__ import annotations

import pytest

from by_hand import BUSY, FARM, RENT, SERVICE, Land, Row, following, happenings, households, linked, settle

TOWN = Land(urban=[4]).tables()


def test_parents_who_fit_join_the_child_s_household() -> None:
    """Their row is freed; their other children are now linked to the household that they joined."""
    h = households(
        Row(1, 0, "m60 f58", wealth=300, home=2),
        Row(2, 4, "m30 f28", wealth=50, home=0),
        Row(3, 2, "f25", home=0),
        Row(4, 3, "m90"),
    )
    links = linked((1, 0), (2, 0), (0, 3))
    done = settle(h, happenings(), TOWN, links=links, follows=following((0, 1)))
    assert done.people(2) == "m60 f58 m30 f28"
    assert (done.of("wealth", 2), done.of("place", 2), done.after.n) == (350, 4, 3)
    assert done.link_uids() == {(3, 2)}, (
        "the child is nobody's child any more, nor are the grandparents linked"
    )
    c = done.changes
    assert (c.followed, c.freed_rows, c.by_reason["family"]) == (1, 1, 1)
    assert (c.origin.tolist(), c.destination.tolist(), c.persons.tolist()) == ([0], [4], [2])
    assert done.stocks.network.tolist() == [[0, 2, 1], [0, 0, 0]]
    assert c.movers_by_age[2, :, 58:61].sum() == 2


@pytest.mark.parametrize("why", ["seven people", "two full purses"])
def test_those_who_do_not_fit_become_neighbours(why: str) -> None:
    many = "m60 f58 m20 f18" if why == "seven people" else "m60 f58"
    rich = 40_000 if why == "two full purses" else 300
    h = households(
        Row(1, 0, many, wealth=rich, sector=FARM), Row(2, 4, "m30 f28 m2", wealth=rich, home=0, ties=9)
    )
    done = settle(h, happenings(), TOWN, links=linked((1, 0)), follows=following((0, 1)))
    assert (done.of("place", 1), done.of("ties", 1), done.people(1)) == (4, 0, many)
    assert done.work_and_tenure(1) == (SERVICE, RENT)
    assert (done.of("wealth", 1), done.of("wealth", 2)) == (rich, rich)
    assert (done.of("ties", 2), done.people(2)) == (9, "m30 f28 m2")
    assert done.link_uids() == {(2, 1)}
    assert (done.changes.followed, done.changes.freed_rows, done.after.n) == (1, 0, 2)


def test_six_people_fit() -> None:
    h = households(Row(1, 0, "m60 f58 m20"), Row(2, 4, "m30 f28 m2"))
    done = settle(h, happenings(), TOWN, links=linked((1, 0)), follows=following((0, 1)))
    assert done.people(2) == "m60 f58 m30 f28 m20 m2"


def test_wealth_that_just_fits_is_joined() -> None:
    h = households(Row(1, 0, "m60", wealth=65_000), Row(2, 4, "m30", wealth=535))
    done = settle(h, happenings(), TOWN, links=linked((1, 0)), follows=following((0, 1)))
    assert (done.of("wealth", 2), done.after.n) == (65_535, 1)


@pytest.mark.parametrize("busy", ["parents", "child"])
def test_whoever_did_something_else_in_the_step_stays(busy: str) -> None:
    h = households(
        Row(1, 0, "m60", flags=BUSY * (busy == "parents")), Row(2, 4, "m30", flags=BUSY * (busy == "child"))
    )
    done = settle(h, happenings(), links=linked((1, 0)), follows=following((0, 1)))
    assert (done.of("place", 1), done.changes.followed, len(done.changes)) == (0, 0, 0)


def test_a_child_that_moves_in_the_step_is_not_followed() -> None:
    h = households(Row(1, 0, "m60"), Row(2, 4, "m30"))
    done = settle(h, happenings([(1, 2, -1)]), links=linked((1, 0)), follows=following((0, 1)))
    assert (done.of("place", 1), done.of("place", 2), done.changes.followed) == (0, 2, 0)


def test_a_child_whose_parents_joined_it_is_not_joined_again_in_the_step() -> None:
    h = households(Row(1, 0, "m60"), Row(2, 4, "m30"), Row(3, 1, "f61"))
    done = settle(h, happenings(), links=linked((1, 0)), follows=following((0, 1), (2, 1)))
    assert done.people(2) == "m60 m30"
    assert (done.of("place", 3), done.changes.followed) == (1, 1)
