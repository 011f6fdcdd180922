"""Who comes home alone: into the parents' household, or as a neighbour."""

from __future__ import annotations

import pytest

from by_hand import BUSY, Row, following, happenings, households, linked, seeks, settle

HOME = (1, 0, -1)
"""Row 1 goes to place 0, everybody."""


def came_back(*rows: Row, links: tuple[tuple[int, int], ...] = ((1, 0),), **more):  # type: ignore[no-untyped-def]
    """Row 1 goes home to place 0, where the first row, its parents, may take it in."""
    moves = [HOME, *more.pop("moves", [])]
    return settle(
        households(*rows), happenings(moves=moves, life=more.pop("life", [])), links=linked(*links), **more
    )


def test_who_left_alone_lives_with_the_parents_again() -> None:
    """Their purse grows, the own row is freed, and who is linked to the child is now linked to them."""
    done = came_back(
        Row(1, 0, "m55 f53", wealth=300, ties=9),
        Row(2, 4, "m25", wealth=50, home=0),
        Row(3, 2, "f20", home=4),
        links=((1, 0), (2, 1)),
    )
    assert done.people(1) == "m55 f53 m25"
    assert (done.of("wealth", 1), done.of("place", 1), done.of("ties", 1)) == (350, 0, 9)
    assert (done.after.n, done.link_uids()) == (2, {(3, 1)})
    assert done.of("flags", 1) & BUSY
    c = done.changes
    assert (c.returned_child.tolist(), c.returned_parent.tolist()) == ([2], [1])
    assert (c.whole, c.returns, c.freed_rows, c.persons.tolist()) == (1, 1, 1, [1])
    assert (c.guest_row.tolist(), c.host_row.tolist(), c.joined_place.tolist()) == ([1], [0], [0])


@pytest.mark.parametrize(
    ("parents", "child", "links"),
    [
        (Row(1, 0, "m55 f53"), Row(2, 4, "m25 f24", home=0), ((1, 0),)),
        (Row(1, 0, "m55 f53 m30 f28 m5 f3"), Row(2, 4, "m25", home=0), ((1, 0),)),
        (Row(1, 0, "m55", wealth=65_000), Row(2, 4, "m25", home=0, wealth=600), ((1, 0),)),
        (Row(1, 3, "m55 f53", home=0), Row(2, 4, "m25", home=0), ((1, 0),)),
        (Row(1, 0, "m55 f53"), Row(2, 4, "m25", home=0), ()),
    ],
    ids=["two come home", "no room", "full purses", "parents live elsewhere", "no link"],
)
def test_others_are_neighbours(parents: Row, child: Row, links: tuple[tuple[int, int], ...]) -> None:
    done = came_back(parents, child, links=links)
    assert (done.of("place", 2), done.after.n) == (0, 2)
    assert len(done.link_uids()) == len(links)
    assert (done.changes.returns, len(done.changes.returned_child)) == (1, 0)


def test_parents_who_are_busy_take_nobody_in() -> None:
    """Here the father remarries in the same step: no household is touched by two events."""
    for life in ([(0, seeks(0)), (2, seeks(0))], []):
        done = came_back(Row(1, 0, "m45"), Row(2, 4, "m25", home=0), Row(3, 0, "f41"), life=life)
        assert len(done.changes.returned_child) == (0 if life else 1)


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1)])
def test_of_two_children_the_least_uid_joins(order: tuple[int, ...]) -> None:
    rows = [Row(1, 0, "m55 f53"), Row(2, 4, "m25", home=0), Row(3, 4, "f22", home=0)]
    done = came_back(*(rows[k] for k in order), moves=[(2, 0, -1)], links=((1, 0), (2, 0)))
    assert done.people(1) == "m55 f53 m25"
    assert (done.of("place", 3), done.link_uids()) == (0, {(3, 1)})


def test_parents_who_take_a_child_in_do_not_follow_another() -> None:
    done = came_back(
        Row(1, 0, "m55 f53"),
        Row(2, 4, "m25", home=0),
        Row(3, 4, "f22", home=0),
        links=((1, 0), (2, 0)),
        follows=following((0, 2)),
    )
    assert (done.people(1), done.of("place", 1), done.changes.followed) == ("m55 f53 m25", 0, 0)


def test_another_move_home_needs_no_parents() -> None:
    done = settle(households(Row(7, 4, "m25", home=0)), happenings(moves=[(0, 0, -1)]))
    assert (done.after.n, len(done.changes.returned_child)) == (1, 0)
