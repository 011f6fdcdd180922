"""Lodgers: who takes a room with whom, and how they leave. Families that part from parents."""

from __future__ import annotations

import numpy as np
import pytest

from by_hand import FARM, LAND, RENT, SERVICE, Done, Row, happenings, households, linked, seeks, settle
from dicu.behaviour.events import PARTING_SHIFT
from dicu.population.columns import BUSY

LODGING = 3
HOSTS = Row(9, 4, "m24 f22", home=2, tenure=LODGING, ties=90, wealth=30)


def arrives(
    *rows: Row, share: float = 1.0, moves: list[tuple[int, int, int]] | None = None, **more: object
) -> Done:
    """The second member of the first row leaves for place 4."""
    events = happenings(moves=[(0, 4, 1)] if moves is None else moves, **more.pop("events", {}))  # type: ignore[arg-type]
    return settle(households(*rows), events, LAND.tables(lodging_share=share), **more)  # type: ignore[arg-type]


def test_who_leaves_alone_takes_a_room_with_lodgers_of_the_place() -> None:
    done = arrives(Row(1, 0, "m50 m21", wealth=40), HOSTS)
    assert (done.people(9), done.people(1), done.after.n) == ("m24 f22 m21", "m50", 2)
    assert (done.of("wealth", 9), done.of("home_place", 9)) == (30 + 20, 2)
    assert done.of("ties", 9) == 90 * 2 // 3, "the mean of all three, and who arrives has none"
    assert done.of("flags", 9) & BUSY
    c = done.changes
    assert (c.splits, c.lodged, c.new_rows, c.freed_rows) == (1, 1, 1, 1)
    assert (c.origin.tolist(), c.destination.tolist(), c.persons.tolist()) == ([0], [4], [1])
    assert (c.guest_row.tolist(), c.host_row.tolist(), c.joined_place.tolist()) == ([2], [1], [4])
    assert c.lodged_host.tolist() == [9]
    assert not done.link_uids()


@pytest.mark.parametrize(
    "hosts",
    [
        Row(9, 2, "m24 f22", tenure=LODGING),
        Row(9, 4, "m24 f22", tenure=RENT),
        Row(9, 4, "m24 f22", tenure=LODGING, skilled=1),
        Row(9, 4, "m24 f22", tenure=LODGING, sector=FARM),
        Row(9, 4, "m24 f22", tenure=LODGING, formal=1),
        Row(9, 4, "m25 m24 f24 m23 f22 f20", tenure=LODGING),
        Row(9, 4, "m24 f22", tenure=LODGING, wealth=65_530),
    ],
    ids=["elsewhere", "a couple", "other training", "farmers", "other status", "full", "full purse"],
)
def test_without_a_room_the_first_of_a_household_of_lodgers(hosts: Row) -> None:
    done = arrives(Row(1, 0, "m50 m21", wealth=40), hosts)
    (child,) = done.new
    assert (done.people(child), done.work_and_tenure(child)) == ("m21", (SERVICE, LODGING))
    assert done.people(9) == hosts.people
    assert (done.changes.lodged, done.link_uids()) == (0, {(child, 1)})


def test_the_next_room_is_one_of_the_district() -> None:
    """What counts as one move, to the place that was chosen; the person lives where the room is."""
    h = households(Row(1, 4, "m50 m21", wealth=40), Row(9, 3, "m24 f22", tenure=LODGING))
    done = settle(h, happenings(moves=[(0, 2, 1)]), LAND.tables(lodging_share=1.0))
    assert done.people(9) == "m24 f22 m21"
    c = done.changes
    assert (c.origin.tolist(), c.destination.tolist(), c.exchanged.tolist()) == ([4], [2], [[2], [3]])
    assert (c.joined_place.tolist(), done.stocks.persons.tolist()) == ([3], [0, 0, 0, 3, 1])


def test_a_share_of_those_who_leave_lodges() -> None:
    n = 600
    rows = [Row(1000 + k, 0, f"m50 m{18 + k % 12}") for k in range(n)]
    moves = [(k, 4, 1) for k in range(n)]
    done = settle(households(*rows), happenings(moves=moves), LAND.tables(lodging_share=0.4))
    lodging = sum(done.work_and_tenure(uid)[1] == LODGING for uid in done.new)
    assert abs(lodging - 0.4 * n) < 4 * (n * 0.4 * 0.6) ** 0.5


def test_rooms_are_taken_whatever_the_order_of_rows_until_all_are_full() -> None:
    """Eleven arrive where nine rooms are free in three households; the last two are lodgers by themselves."""
    hosts = [Row(100 + k, 4, "m29 f28 m27", tenure=LODGING) for k in range(3)]
    leaving = [Row(1 + k, 0, f"m50 m{18 + k}") for k in range(11)]
    found = []
    for order in (1, -1):
        rows = [*hosts, *leaving][::order]
        moves = [(i, 4, 1) for i, row in enumerate(rows) if row.uid < 100]
        done = settle(households(*rows), happenings(moves=moves), LAND.tables(lodging_share=1.0))
        assert (done.changes.lodged, len(done.new)) == (9, 2)
        found.append({uid: done.people(uid) for uid in (100, 101, 102, *done.new)})
        assert all(len(found[-1][100 + k].split()) == 6 for k in range(3))
    assert found[0] == found[1]


def test_a_lodger_who_moves_on_keeps_home_and_parents() -> None:
    """What is left behind is no family: no link to it, and it is not called home."""
    done = arrives(
        Row(9, 3, "m24 f22", home=0, tenure=LODGING), Row(1, 0, "m50 f48"), share=0.0, links=linked((0, 1))
    )
    (child,) = done.new
    assert (done.people(9), done.people(child)) == ("m24", "f22")
    assert (done.of("home_place", child), done.work_and_tenure(child)[1]) == (0, RENT)
    assert done.link_uids() == {(9, 1), (child, 1)}
    without = arrives(Row(9, 3, "m24 f22", home=0, tenure=LODGING), share=0.0)
    assert not without.link_uids()


def test_a_lodger_goes_home_alone_and_to_the_parents() -> None:
    rows = (Row(9, 4, "m24 f22", home=0, tenure=LODGING), Row(1, 0, "m50 f48"))
    done = arrives(*rows, moves=[(0, 0, 1)], links=linked((0, 1)))
    assert (done.people(9), done.people(1), done.after.n) == ("m24", "m50 f48 f22", 2)
    assert (done.changes.returns, done.changes.lodged) == (1, 0)
    assert done.link_uids() == {(9, 1)}


@pytest.mark.parametrize(("her", "people"), [("f23", "m24 f23"), ("m50 f48 f23", "m24 f23")])
def test_lodgers_who_pair_leave_the_others(her: str, people: str) -> None:
    h = households(Row(1, 4, her), Row(9, 4, "m24 m20", home=2, tenure=LODGING))
    slot = len(her.split()) - 1
    done = settle(h, happenings(life=[(0, seeks(slot)), (1, seeks(0))]), LAND.tables(patrilocal_share=1.0))
    assert done.people(9) == "m20"
    pair = {done.people(uid) for uid in (1, *done.new) if uid in {1, *done.new}} - {"m50 f48"}
    assert pair == {people}
    (uid,) = [u for u in (1, *done.new) if done.people(u) == people]
    assert done.work_and_tenure(uid)[1] != LODGING


def test_who_lodges_alone_and_is_joined_by_a_partner_lodges_no_more() -> None:
    h = households(Row(1, 4, "m50 f48 f23"), Row(9, 4, "m24", home=2, tenure=LODGING))
    done = settle(h, happenings(life=[(0, seeks(2)), (1, seeks(0))]), LAND.tables())
    assert (done.people(9), done.work_and_tenure(9)[1]) == ("m24 f23", RENT)


def test_lodgers_take_no_orphans_and_no_parents_in() -> None:
    h = households(Row(1, 4, "m9"), Row(9, 4, "m24 f22", tenure=LODGING))
    done = settle(h, happenings(life=[(0, 1)]), LAND.tables())
    assert (done.changes.rehoused, done.changes.alone, done.people(9)) == (0, 1, "m24 f22")


def test_who_arrives_and_takes_an_orphan_in_does_not_lodge() -> None:
    h = households(Row(1, 0, "m50 m21"), Row(9, 4, "m24 f22", tenure=LODGING), Row(5, 4, "m9"))
    done = settle(h, happenings(moves=[(0, 4, 1)], life=[(2, 1)]), LAND.tables(lodging_share=1.0))
    (child,) = done.new
    assert (done.people(child), done.people(9)) == ("m21 m9", "m24 f22")


# ---------------------------------------------------------------- families that part


def parts(row: Row, slot: int, **more: object) -> Done:
    return settle(households(row), happenings(life=[(0, (slot + 1) << PARTING_SHIFT)]), LAND.tables(), **more)  # type: ignore[arg-type]


def test_a_family_parts_from_the_parents_for_a_home_in_the_place() -> None:
    done = parts(Row(7, 1, "m60 f58 m30 f28 m14 m4", wealth=603, home=4, ties=80, newly_wed=1, formal=1), 2)
    (family,) = done.new
    assert (done.people(7), done.people(family)) == ("m60 f58 m14", "m30 f28 m4"), "his brother of 14 stays"
    assert (done.of("wealth", 7), done.of("wealth", family)) == (603 - 301, 301)
    assert [done.of(c, family) for c in ("place", "home_place", "ties")] == [1, 4, 80]
    assert not (done.of("attributes", 7) | done.of("attributes", family)) & 32
    c = done.changes
    assert (c.parted, len(c), c.new_rows, done.link_uids()) == (1, 0, 1, {(family, 7)})
    assert done.stocks.formal.sum() == 0 or np.array_equal(c.origin, [])


def test_many_part_in_one_step() -> None:
    rows = [Row(10 + k, k % 4, f"f{60 + k % 9} m31 f29 m3") for k in range(40)]
    life = [(k, 2 << PARTING_SHIFT) for k in range(40)]
    done = settle(households(*rows), happenings(life=life), LAND.tables())
    assert (done.changes.parted, done.after.n) == (40, 80)
    assert {done.people(uid) for uid in done.new} == {"m31 f29 m3"}
