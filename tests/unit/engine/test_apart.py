"""Marriages that work keeps apart: who has the mark, who loses it, and that neither looks for a partner."""

from __future__ import annotations

import pytest

from by_hand import LAND, YEAR, Done, Row, following, happenings, households, linked, seeks, settle
from dicu.behaviour.household_rules import live_through
from dicu.behaviour.kin import is_single
from dicu.scenario.vocabulary import REASON_WORK
from states import by_law

AGES = by_law(YEAR)
LODGING = 3


def leaves(
    row: Row, slot: int, *more: Row, reason: int = REASON_WORK, share: float = 1.0, **rules: float
) -> Done:
    """Member ``slot`` of a household leaves for place 4."""
    tables = LAND.tables(apart_share=share, **rules)
    return settle(households(row, *more), happenings(moves=[(0, 4, slot)], reasons=[reason]), tables)


def apart(done: Done, uid: int) -> int:
    return done.of("attributes", uid) >> 7


def singles(done: Done, uid: int) -> int:
    """How many members look for a partner now."""
    i = done.row(uid)
    member, attributes = done.after.member[i], int(done.after.attributes[i])
    return sum(bool(is_single(member, m, AGES, attributes)) for m in range(6))


def test_a_couple_that_a_job_parts_stays_one() -> None:
    done = leaves(Row(1, 0, "m30 f28"), 0)
    (child,) = done.new
    assert (apart(done, 1), apart(done, child)) == (1, 1)
    assert (singles(done, 1), singles(done, child)) == (0, 0)
    before = leaves(Row(1, 0, "m30 f28"), 0, share=0.0)
    assert (singles(before, 1), singles(before, *before.new)) == (1, 1), "without the rule both look again"


@pytest.mark.parametrize(
    ("row", "slot", "reason"),
    [
        (Row(1, 0, "m50 f48 m20"), 2, REASON_WORK),
        (Row(1, 0, "m30 f28"), 0, 0),
        (Row(1, 0, "m30 f28", tenure=LODGING), 0, REASON_WORK),
    ],
    ids=["the son", "not for work", "lodgers are no couple"],
)
def test_nobody_else_gets_the_mark(row: Row, slot: int, reason: int) -> None:
    done = leaves(row, slot, reason=reason)
    assert [apart(done, uid) for uid in (1, *done.new)] == [0, 0]


def test_children_of_who_is_apart_look_for_a_partner() -> None:
    done = leaves(Row(1, 0, "m48 f45 f20"), 0)
    assert (apart(done, 1), singles(done, 1)) == (1, 1)


def test_the_mark_goes_with_whom_it_means() -> None:
    mother = leaves(Row(1, 0, "f45 f20", apart=1), 0, reason=0)
    assert (apart(mother, 1), apart(mother, *mother.new)) == (0, 1)
    daughter = leaves(Row(1, 0, "f45 f20", apart=1), 1, reason=0)
    assert (apart(daughter, 1), apart(daughter, *daughter.new)) == (1, 0)


def test_lodgers_share_rooms_with_those_of_whom_the_same_holds() -> None:
    single, wed = (Row(9, 4, "m24 f22", tenure=LODGING, formal=1, apart=k) for k in (0, 1))
    assert leaves(Row(1, 0, "m30 f28"), 0, wed, lodging_share=1.0).people(9) == "m30 m24 f22"
    assert leaves(Row(1, 0, "m30 f28"), 0, single, lodging_share=1.0).people(9) == "m24 f22"


def test_a_couple_is_together_again_where_the_rest_of_the_family_joins() -> None:
    h = households(Row(1, 0, "f28 m4", apart=1), Row(2, 4, "m30", home=0, apart=1))
    done = settle(h, happenings(), links=linked((1, 0)), follows=following((0, 1)))
    assert (done.people(2), apart(done, 2), singles(done, 2)) == ("m30 f28 m4", 0, 0)


def test_a_couple_is_together_again_where_who_left_comes_home() -> None:
    h = households(Row(1, 0, "f28 m4", apart=1), Row(2, 4, "m30", home=0, apart=1))
    done = settle(h, happenings(moves=[(1, 0, -1)]), links=linked((1, 0)))
    assert (done.people(1), apart(done, 1), singles(done, 1)) == ("m30 f28 m4", 0, 0)


def test_who_marries_or_parts_from_parents_leaves_the_mark_to_them() -> None:
    h = households(Row(1, 0, "m48 f20", apart=1), Row(2, 0, "m60 f55 m24"))
    done = settle(h, happenings(life=[(0, seeks(1)), (1, seeks(2))]), LAND.tables(patrilocal_share=0.0))
    assert (apart(done, 1), apart(done, *done.new)) == (1, 0)


@pytest.mark.parametrize(
    ("people", "dead", "left", "more"),
    [
        ("f45 f20 m15", 0, 0, {}),
        ("f45 f20 m15", 1, 1, {}),
        ("m70 f68 f40", 2, 0, {}),
        ("f75 f40 m10", 0, 1, {}),
        ("f60 m58 f30 m5", 2, 0, {}),
        ("m30 m24 f22", 0, 1, {"tenure": LODGING}),
    ],
    ids=[
        "the wife",
        "the daughter",
        "of three generations",
        "his mother",
        "a young mother",
        "one of the lodgers",
    ],
)
def test_the_mark_ends_with_whom_it_means(people: str, dead: int, left: int, more: dict[str, int]) -> None:
    h = households(Row(1, 0, people, apart=1, **more))
    live_through(0, 1 << dead, h.rows, LAND.tables().life, AGES)
    assert int(h.attributes[0]) >> 7 == left


def test_a_young_mother_who_leaves_his_parents_takes_the_mark() -> None:
    done = leaves(Row(1, 0, "f60 m58 f30 m5", apart=1), 2, reason=0)
    assert (apart(done, 1), apart(done, *done.new)) == (0, 1)
