"""Couples: who joins whom, and with what; orphans: who takes them in."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from by_hand import (
    FARM,
    LAND,
    OWN,
    RENT,
    SERVICE,
    Land,
    Row,
    following,
    happenings,
    households,
    linked,
    person,
    seeks,
    settle,
)
from dicu.compute.hashing import hash64, hash64_2
from dicu.population.columns import Households


def pair(woman: Row, man: Row, *others: Row, her: int = 0, him: int = 0, land: Land = LAND):  # type: ignore[no-untyped-def]
    """Commit a step in which these two look for a partner, by slot."""
    h = households(woman, man, *others)
    return settle(h, happenings(life=[(0, seeks(her)), (1, seeks(him))]), land.tables())


# ---------------------------------------------------------------- couples


def test_two_who_live_with_others_found_a_household_in_the_man_s_place() -> None:
    town = Land(urban=[1])
    done = pair(
        Row(1, 0, "m50 f48 f22", wealth=301, quantile=10, tenure=RENT),
        Row(2, 1, "m60 f55 m30 m25", wealth=402, home=4, ties=90, sector=FARM, quantile=99, skilled=1),
        her=2,
        him=3,
        land=town,
    )
    (uid,) = done.new
    assert uid == int(np.uint64(hash64_2(LAND.tables().move.new_key, np.uint64(1), 0))), (
        "named after her household"
    )
    assert (done.people(1), done.people(2), done.people(uid)) == ("m50 f48", "m60 f55 m30", "m25 f22")
    assert [done.of(c, uid) for c in ("place", "home_place", "ties", "income_quantile")] == [1, 4, 90, 99]
    assert done.work_and_tenure(uid) == (SERVICE, OWN), "no farming in town, tenure of his family"
    # a head's share of each family
    assert done.of("wealth", uid) == 301 // 3 + 402 // 4
    assert (done.of("wealth", 1), done.of("wealth", 2)) == (301 - 100, 402 - 100)
    c = done.changes
    assert (c.couples, c.new_rows, c.freed_rows) == (1, 1, 0)
    assert (c.origin.tolist(), c.destination.tolist(), c.persons.tolist()) == ([0], [1], [1])
    assert c.by_reason["family"] == 1
    assert done.stocks.network.tolist() == [[1, 0, 0], [2, 0, 0]]
    assert c.movers_by_age[0, 1, 22] == 1


def with_parents(woman: Row, man: Row, *, her: int = 2, him: int = 2, share: float = 1.0):  # type: ignore[no-untyped-def]
    """The same, where brides move in with his parents."""
    h = households(woman, man)
    return settle(h, happenings(life=[(0, seeks(her)), (1, seeks(him))]), LAND.tables(patrilocal_share=share))


def test_a_bride_may_move_in_with_his_parents() -> None:
    done = with_parents(Row(1, 0, "m50 f48 f22", wealth=301), Row(2, 1, "m60 f55 m25", wealth=402))
    assert not done.new
    assert (done.people(1), done.people(2)) == ("m50 f48", "m60 f55 m25 f22")
    assert (done.of("wealth", 1), done.of("wealth", 2)) == (301 - 100, 402 + 100)
    c = done.changes
    assert (c.couples, c.new_rows, c.freed_rows) == (1, 0, 0)
    assert (c.origin.tolist(), c.destination.tolist(), c.persons.tolist()) == ([0], [1], [1])


def newly_wed(done, uid: int) -> int:  # type: ignore[no-untyped-def]
    return done.of("attributes", uid) >> 5 & 1


def test_a_bride_with_his_parents_is_known_for_his_wife() -> None:
    """Else both would look for somebody else in the next quarter."""
    done = with_parents(Row(1, 0, "m50 f48 f22"), Row(2, 1, "m60 f55 m25"))
    assert (newly_wed(done, 1), newly_wed(done, 2)) == (0, 1)
    founded = with_parents(Row(1, 0, "m50 f48 f22"), Row(2, 1, "m60 f55 m25 f22", newly_wed=1), share=0.0)
    assert [newly_wed(founded, uid) for uid in (2, *founded.new)] == [1, 0]


@pytest.mark.parametrize(
    ("slot", "left"), [(0, 1), (2, 0), (4, 1)], ids=["the father", "the bride", "the sister"]
)
def test_newly_weds_part_when_one_of_them_leaves(slot: int, left: int) -> None:
    h = households(Row(1, 0, "m52 f50 m25 f24 f19", newly_wed=1))
    assert h.member[0, slot] == person(("m52", "f50", "m25", "f24", "f19")[slot])
    done = settle(h, happenings(moves=[(0, 4, slot)]))
    assert (newly_wed(done, 1), newly_wed(done, *done.new)) == (left, 0)


def test_newly_weds_who_follow_with_the_parents_stay_a_couple() -> None:
    h = households(Row(1, 0, "m52 m25 f24", newly_wed=1), Row(2, 4, "m29 f28", home=0))
    done = settle(h, happenings(), links=linked((1, 0)), follows=following((0, 1)))
    assert (done.people(2), newly_wed(done, 2)) == ("m52 m29 f28 m25 f24", 1)


def test_where_his_parents_have_no_room_they_found_a_household() -> None:
    done = with_parents(Row(1, 0, "m50 f48 f22"), Row(2, 1, "m80 f78 m55 f52 m25 m20"), him=4)
    assert len(done.new) == 1
    assert done.people(2) == "m80 f78 m55 f52 m20"


def test_who_lives_alone_is_joined_whatever_the_custom() -> None:
    done = with_parents(Row(1, 0, "f24"), Row(2, 1, "m60 f55 m28"), her=0)
    assert done.people(1) == "m28 f24"


def test_how_many_brides_move_in_is_drawn_by_his_household() -> None:
    n = 400
    rows = [Row(1000 + k, 2, f"m60 f58 f{22 + k % 3}") for k in range(n)]
    rows += [Row(5000 + k, 2, f"m60 f58 m{26 + k % 3}") for k in range(n)]
    h = households(*rows)
    done = settle(
        h, happenings(life=[(k, seeks(2)) for k in range(2 * n)]), LAND.tables(patrilocal_share=0.6)
    )
    assert done.changes.couples == n
    moved_in = n - done.changes.new_rows
    assert abs(moved_in - 0.6 * n) < 4 * (n * 0.6 * 0.4) ** 0.5


@pytest.mark.parametrize(("moved_share", "moves"), [(1.0, 1), (0.0, 0)])
def test_a_couple_of_rows_that_stands_for_couples_within_a_place_is_no_move(
    moved_share: float, moves: int
) -> None:
    h = households(Row(1, 0, "m50 f48 f22"), Row(2, 1, "m60 f55 m25"))
    done = settle(h, happenings(life=[(0, seeks(2)), (1, seeks(2))]), LAND.tables(moved_share=moved_share))
    (uid,) = done.new
    assert (done.of("place", uid), done.people(uid)) == (1, "m25 f22")
    c = done.changes
    assert (c.couples, len(c), len(c.guest_row), c.movers_by_age.sum()) == (1, moves, moves, moves)
    assert c.exchanged.tolist() == ([[], []] if moves else [[0], [1]])
    assert done.stocks.persons[:2].tolist() == [2, 4]


def test_within_one_place_nobody_has_moved() -> None:
    done = pair(Row(1, 3, "m50 f48 f22"), Row(2, 3, "m50 f48 m25"), her=2, him=2)
    assert (done.changes.couples, len(done.changes)) == (1, 0)
    (uid,) = done.new
    assert done.of("place", uid) == 3


@pytest.mark.parametrize(
    ("hers", "his", "host", "people"),
    [
        ("f24", "m28", 2, "m28 f24"),  # both alone: hers joins his
        ("m50 f48 f24", "m28", 2, "m28 f24"),  # he lives alone: she joins him
        ("f24", "m60 f55 m28", 1, "m28 f24"),  # she lives alone: he joins her
    ],
)
def test_whoever_lives_alone_is_joined(hers: str, his: str, host: int, people: str) -> None:
    done = pair(
        Row(1, 0, hers, wealth=600, home=2),
        Row(2, 1, his, wealth=900, home=3),
        her=len(hers.split()) - 1,
        him=len(his.split()) - 1,
    )
    guest = 3 - host
    assert not done.new
    assert done.people(host) == people
    before = {1: (600, 0, hers), 2: (900, 1, his)}
    (own, place, _), (theirs, came_from, family) = before[host], before[guest]
    share = theirs // len(family.split())
    assert done.of("wealth", host) == own + share
    assert (done.of("place", host), done.of("home_place", host)) == (place, {1: 2, 2: 3}[host])
    assert (done.changes.origin.tolist(), done.changes.destination.tolist()) == ([came_from], [place])
    alone = len(family.split()) == 1
    assert done.changes.freed_rows == alone
    assert done.after.n == 2 - alone
    if not alone:
        assert done.people(guest) == "m50 f48" if guest == 1 else "m60 f55"
        assert done.of("wealth", guest) == theirs - share


@pytest.mark.parametrize(
    ("his", "hers", "kept", "over"), [(65_535, 400, 65_535, 400), (65_400, 200, 65_535, 65)]
)
def test_a_dowry_beyond_a_full_purse_is_an_estate(his: int, hers: int, kept: int, over: int) -> None:
    """She lived alone: what does not fit into his purse is inherited by nobody, and counted."""
    done = pair(Row(1, 0, "f24", wealth=hers), Row(2, 1, "m28", wealth=his))
    assert (done.of("wealth", 2), done.changes.estates) == (kept, over)


def test_a_dowry_beyond_a_full_purse_stays_with_her_family() -> None:
    done = pair(Row(1, 0, "m50 f48 f24", wealth=3_000), Row(2, 1, "m28", wealth=65_000), her=2)
    assert (done.of("wealth", 2), done.of("wealth", 1), done.changes.estates) == (65_535, 3_000 - 535, 0)


def test_two_full_purses_found_a_household_without_overflow() -> None:
    done = pair(Row(1, 0, "m50 f24", wealth=65_535), Row(2, 1, "m60 m28", wealth=65_535), her=1, him=1)
    (uid,) = done.new
    assert [done.of("wealth", u) for u in (1, 2, uid)] == [32_768, 32_768, 65_534]


def test_of_several_couples_each_gets_its_own_and_the_uids_do_not_depend_on_rows() -> None:
    rows = [Row(10 + k, 2, f"m60 f58 f{22 + k}") for k in range(3)] + [
        Row(20 + k, 2, f"m60 f58 m{26 + k}") for k in range(3)
    ]
    found = []
    for order in ([0, 1, 2, 3, 4, 5], [5, 3, 1, 4, 2, 0]):
        h = households(*(rows[k] for k in order))
        done = settle(h, happenings(life=[(i, seeks(2)) for i in range(6)]))
        found.append({uid: done.people(uid) for uid in done.new})
    assert found[0] == found[1]
    assert sorted(found[0].values()) == ["m26 f22", "m27 f23", "m28 f24"]


def test_nobody_is_paired_across_districts() -> None:
    done = pair(Row(1, 0, "f24"), Row(2, 2, "m28"))
    assert (done.changes.couples, done.after.n) == (0, 2)


# ---------------------------------------------------------------- orphans


def bereaved(*rows: Row, orphans: tuple[int, ...] = (0,)):  # type: ignore[no-untyped-def]
    """Commit a step in which the last adult of these rows died."""
    return settle(households(*rows), happenings(life=[(i, 0b1) for i in orphans]))


def test_children_join_a_household_of_their_place_with_an_adult_and_room() -> None:
    done = bereaved(
        Row(1, 0, "m12 f9", wealth=70),
        Row(2, 0, "m40 f38 m15"),
        Row(3, 1, "m40 f38"),  # another place
        Row(4, 0, "m40 f38 f15 m12 f9 m3"),  # full
        Row(5, 0, "m17"),  # no adult
    )
    assert done.people(2) == "m40 f38 m15 m12 f9"
    assert (done.changes.rehoused, done.changes.alone, done.changes.freed_rows) == (2, 0, 1)
    assert done.after.n == 4
    assert len(done.changes) == 0, "within the place: nobody migrates"
    assert done.changes.estates == 70


def test_who_takes_them_in_changes_type() -> None:
    done = bereaved(Row(1, 0, "m12"), Row(2, 0, "m70 f66"))
    assert done.of("flags", 2) & 15 == 1 * 4 + 1


@pytest.mark.parametrize(
    "hosts", [[], [Row(2, 0, "m40 f38 f15 m12 f9 m3")], [Row(2, 0, "m17 f16")], [Row(2, 1, "m40")]]
)
def test_without_room_in_the_place_they_stay_and_are_counted(hosts: list[Row]) -> None:
    done = bereaved(Row(1, 0, "m12 f9"), *hosts)
    assert done.people(1) == "m12 f9"
    assert (done.changes.rehoused, done.changes.alone, done.changes.freed_rows) == (0, 2, 0)


def test_the_last_room_is_taken_once() -> None:
    done = bereaved(Row(1, 0, "m12 f9 m5"), Row(2, 0, "m40 f38 f15 m12 f8"))
    assert done.people(2) == "m40 f38 f15 m12 f8 m5", "the youngest is placed first"
    assert done.people(1) == "m12 f9"
    assert (done.changes.rehoused, done.changes.alone) == (1, 2)


def host_of(child_uid: int, slot: int, candidates: list[int]) -> int:
    """By definition: the candidate whose hash follows the child's number most closely, on a circle of 64 bits."""
    detail = LAND.tables().life.hazards.detail_key
    number = int(np.uint64(hash64_2(detail, np.uint64(child_uid), 1000 + slot)))
    return min(candidates, key=lambda uid: (int(np.uint64(hash64(detail, np.uint64(uid)))) - number) % 2**64)


def whereabouts(h: Households, children: list[int]) -> dict[int, int]:
    """Uid of the household in which each child (by member byte) lives."""
    return {c: int(h.uid[i]) for c, i in itertools.product(children, range(h.n)) if c in h.member[i]}


def test_each_child_goes_where_the_hash_follows_its_number_whatever_the_rows() -> None:
    """Thirty households in the place, two sets of orphans: known by definition, and so in any order of rows."""
    rows = [Row(1, 0, "m12 f9"), Row(2, 0, "f4")] + [Row(100 + k, 0, f"m{40 + k} f38") for k in range(30)]
    hosts = [r.uid for r in rows[2:]]
    children = {person("m12"): (1, 0), person("f9"): (1, 1), person("f4"): (2, 0)}
    expected = {byte: host_of(uid, slot, hosts) for byte, (uid, slot) in children.items()}
    for seed in range(6):
        order = np.random.default_rng(seed).permutation(len(rows)).tolist()
        done = bereaved(*(rows[k] for k in order), orphans=(order.index(0), order.index(1)))
        assert whereabouts(done.after, list(children)) == expected
    assert len(set(expected.values())) > 1, "each for itself: numbers keyed by the child"


def test_orphans_do_not_take_in_orphans() -> None:
    done = bereaved(Row(1, 0, "m12"), Row(2, 0, "f9"), orphans=(0, 1))
    assert (done.changes.rehoused, done.changes.alone, done.after.n) == (0, 2, 2)


def test_children_of_a_lone_parent_who_lives_on_stay() -> None:
    done = bereaved(Row(1, 0, "f38 m12"), Row(2, 0, "m40 f38"))
    assert (done.people(1), done.changes.rehoused, done.changes.alone) == ("f38 m12", 0, 0)
