"""The commit: moves of everybody and of one, fares, shares of wealth, stocks carried, and any mixture of events."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from by_hand import (
    BUSY,
    FARM,
    INDUSTRY,
    LAND,
    OWN,
    RENT,
    SERVICE,
    Done,
    Land,
    Row,
    columns,
    following,
    happenings,
    households,
    linked,
    person,
    seeks,
    settle,
)
from dicu.commit.commit import Changes
from dicu.compute.hashing import hash64_2
from dicu.scenario.vocabulary import REASON_INCOME, REASON_SHOCK

COST = np.array([[10, 20, 70], [20, 10, 80], [70, 80, 30]], dtype=np.uint16)


def child_of(uid: int, ordinal: int = 0) -> int:
    return int(np.uint64(hash64_2(LAND.tables().move.new_key, np.uint64(uid), ordinal)))


def test_everybody_moves_pays_the_fare_and_rents() -> None:
    h = households(Row(1, 0, "m40 f38 f9", wealth=200, sector=INDUSTRY), Row(2, 3, "m70", wealth=5))
    done = settle(h, happenings([(0, 4, -1)], reasons=[REASON_INCOME]), cost=COST)
    assert (done.of("place", 1), done.of("home_place", 1), done.of("ties", 1)) == (4, 0, 0)
    assert done.of("wealth", 1) == 200 - 70
    assert done.work_and_tenure(1) == (INDUSTRY, RENT)
    assert done.of("flags", 1) & BUSY
    assert not done.of("flags", 2) & BUSY
    c = done.changes
    assert (c.whole, c.splits, c.returns, c.move_costs) == (1, 0, 0, 70)
    assert (c.origin.tolist(), c.destination.tolist(), c.persons.tolist()) == ([0], [4], [3])
    assert c.by_reason["income"] == 1
    assert sum(c.by_reason.values()) == 1
    assert done.stocks.network.tolist() == [[0, 1, 1], [0, 0, 0]]


@pytest.mark.parametrize(("to", "fare"), [(1, 10), (3, 20), (4, 70)])
def test_the_fare_is_that_between_the_districts(to: int, fare: int) -> None:
    done = settle(households(Row(1, 0, "m40", wealth=500)), happenings([(0, to, -1)]), cost=COST)
    assert (done.of("wealth", 1), done.changes.move_costs) == (500 - fare, fare)


def test_nobody_pays_more_than_there_is() -> None:
    done = settle(households(Row(1, 0, "m40", wealth=55)), happenings([(0, 4, -1)]), cost=COST)
    assert (done.of("wealth", 1), done.changes.move_costs) == (0, 55)


def test_going_home_is_counted_and_keeps_the_tenure() -> None:
    h = households(Row(1, 4, "m40 f38", home=0, ties=40), Row(2, 4, "m40", home=0))
    done = settle(h, happenings([(0, 0, -1), (1, 1, -1)]))
    assert done.changes.returns == 1
    assert done.work_and_tenure(1) == (SERVICE, OWN)
    assert done.work_and_tenure(2) == (SERVICE, RENT)
    assert done.of("ties", 1) == 0
    assert done.stocks.network.tolist() == [[2, 0, 0], [0, 0, 0]]


def test_farmers_give_up_farming_in_town_only() -> None:
    town = Land(urban=[4]).tables()
    h = households(Row(1, 0, "m40", sector=FARM), Row(2, 0, "m40", sector=FARM))
    done = settle(h, happenings([(0, 4, -1), (1, 2, -1)]), town)
    assert done.work_and_tenure(1)[0] == SERVICE
    assert done.work_and_tenure(2)[0] == FARM


def test_one_leaves_with_a_head_s_share_of_what_the_fare_left() -> None:
    parents = Row(9, 0, "m50 f48 f20 m10", wealth=273, skilled=1, quantile=77, sector=FARM)
    done = settle(
        households(parents),
        happenings([(0, 4, 2)], reasons=[REASON_SHOCK]),
        Land(urban=[4]).tables(),
        cost=COST,
    )
    uid = child_of(9)
    assert done.new == {uid}
    assert (done.people(9), done.people(uid)) == ("m50 f48 m10", "f20")
    share = (273 - 70) // 4
    assert (done.of("wealth", uid), done.of("wealth", 9)) == (share, 273 - 70 - share)
    assert (done.of("place", uid), done.of("home_place", uid), done.of("ties", uid)) == (4, 0, 0)
    assert (done.of("place", 9), done.of("ties", 9), done.work_and_tenure(9)) == (0, 255, (FARM, OWN))
    assert done.of("income_quantile", uid) == 77
    assert done.of("attributes", uid) & 1, "skill is inherited"
    assert done.work_and_tenure(uid) == (SERVICE, RENT)
    assert done.of("flags", uid) & BUSY
    assert done.of("flags", 9) & BUSY
    assert done.link_uids() == {(uid, 9)}
    c = done.changes
    assert (c.whole, c.splits, c.new_rows, c.persons.tolist()) == (0, 1, 1, [1])
    assert c.by_reason["shock"] == 1
    assert done.stocks.network.tolist() == [[1, 0, 1], [0, 0, 0]]


def test_a_child_who_leaves_changes_the_types_of_both() -> None:
    done = settle(households(Row(1, 0, "m64 f62 f20")), happenings([(0, 2, 2)]))
    assert done.of("flags", 1) & 15 == 3 * 4 + 1, "only the elderly are left"
    assert done.of("flags", child_of(1)) & 15 == 1


def test_ages_of_movers_by_scope_and_sex() -> None:
    h = households(Row(1, 0, "m40 f38"), Row(2, 0, "m50 f30"), Row(3, 0, "f7 m61"), Row(4, 0, "m40"))
    done = settle(h, happenings([(0, 1, -1), (1, 2, 1), (2, 4, -1)]))
    found = {tuple(int(k) for k in at) for at in np.argwhere(done.changes.movers_by_age)}
    assert found == {(0, 0, 40), (0, 1, 38), (1, 1, 30), (2, 1, 7), (2, 0, 61)}
    assert done.changes.movers_by_age.max() == 1


def test_columns_that_are_full_grow_and_the_luck_of_a_child_is_its_parent_s_alone() -> None:
    h = households(*(Row(uid, 0, "m50 f48 f20", wealth=uid) for uid in (40, 10, 30, 20)))
    assert h.capacity == h.n
    done = settle(h, happenings([(k, 4, 2) for k in (2, 0, 3, 1)]))
    assert done.new == {child_of(u) for u in (10, 20, 30, 40)}
    assert {done.of("wealth", child_of(u)) for u in (10, 20, 30, 40)} == {u // 3 for u in (10, 20, 30, 40)}
    founded = zip(done.changes.founded_child.tolist(), done.changes.founded_parent.tolist(), strict=True)
    assert set(founded) == done.link_uids() == {(child_of(u), u) for u in (10, 20, 30, 40)}


def test_a_household_that_died_out_frees_its_row_and_links_follow_the_last_one() -> None:
    # row 0 died out; row 2 (uid 30) will be moved into it; 30 is a child of 20 and the parent of 40
    h = households(Row(10, 0, ""), Row(20, 1, "m70"), Row(40, 1, "m20"), Row(30, 2, "m40"))
    h.flags[0] |= BUSY
    done = settle(h, happenings(life=[(0, 0b1)]), links=linked((3, 1), (2, 3)))
    assert (done.after.n, done.changes.freed_rows, done.changes.deaths) == (3, 1, 1)
    assert done.after.uid[:3].tolist() == [30, 20, 40]
    assert done.link_uids() == {(30, 20), (40, 30)}


def test_births_and_deaths_are_carried_into_the_stocks() -> None:
    h = households(Row(1, 0, "f30 m0"), Row(2, 4, "m20 f19 f0"))
    done = settle(h, happenings(life=[(0, 0b1 | 1 << 7), (1, 1 << 7)]))
    assert (done.changes.births, done.changes.deaths) == (2, 1)
    assert done.stocks.persons.tolist() == [2, 0, 0, 0, 3]


# ---------------------------------------------------------------- any mixture of events

N_PLACES = 5
Mixture = tuple[
    list[Row], list[tuple[int, int, int]], list[tuple[int, int]], list[tuple[int, int]], list[tuple[int, int]]
]


def mixture(seed: int, n: int) -> Mixture:
    """Rows as after a pass, moves, life events, links and families that would follow, by row number.

    Ages and sexes are any, and many purses are empty or full: the commit is to keep the books even so.
    """
    rng = np.random.default_rng(seed)
    rows, moves, life = [], [], []
    for i in range(n):
        size = int(rng.choice([1, 1, 1, 2, 3, 4, 5, 6]))
        people = [f"{rng.choice(['m', 'f'])}{age}" for age in rng.integers(0, 90, size)]
        kind = rng.choice(["stays", "moves", "leaves", "seeks", "dies", "dies out", "mourns"])
        place, home, to = (int(k) for k in rng.integers(0, N_PLACES, 3))
        flags = BUSY if kind in ("seeks", "dies", "dies out", "mourns") else 0
        if kind == "moves" and to != place:
            moves.append((i, to, -1))
        elif kind == "leaves" and to != place and size > 1:
            moves.append((i, to, int(rng.integers(size))))
        elif kind == "seeks":
            people[0] = f"{rng.choice(['m', 'f'])}{rng.integers(20, 36)}"
            slot = sorted(person(p) for p in people).index(person(people[0]))
            life.append((i, seeks(slot)))
        elif kind == "dies":
            life.append((i, 0b1))
            people = people[:5]
        elif kind == "mourns":  # the last adult died and left children
            people = [f"{p[0]}{int(p[1:]) % 18}" for p in people[:3]]
            life.append((i, 0b11))
        elif kind == "dies out":
            life.append((i, (1 << size) - 1))
            people = []
        wealth = int(rng.choice([0, 1, 300, 20_000, 65_000, 65_535, rng.integers(65_536)]))
        work = int(rng.integers(4))
        rows.append(Row(10_000 - 7 * i, place, " ".join(people), wealth, home, sector=work, flags=flags))
    children = rng.permutation(n)[: n // 2]
    links = [
        (int(c), int(p)) for c, p in zip(children, rng.integers(0, n, len(children)), strict=True) if c != p
    ]
    follows: dict[int, int] = {}
    for c, p in links:
        if rng.random() < 0.7 and not {p, c} & follows.keys() and p not in follows.values():
            follows[p] = c
    return rows, moves, life, links, list(follows.items())


def committed(mixed: Mixture, order: list[int], spare: int) -> Done:
    """Commit with the rows in another order."""
    rows, moves, life, links, follows = mixed
    at = {old: new for new, old in enumerate(order)}
    follows = sorted(follows, key=lambda f: rows[f[1]].uid)
    return settle(
        households(*(rows[k] for k in order), spare=spare),
        happenings([(at[i], to, who) for i, to, who in moves], [(at[i], mask) for i, mask in life]),
        links=linked(*((at[c], at[p]) for c, p in links)),
        follows=following(*((at[p], at[c]) for p, c in follows)),
        cost=COST,
    )


def moves_of(c: Changes) -> list[tuple[int, ...]]:
    """The list of moves, whatever its order."""
    return sorted(
        zip(*(getattr(c, k).tolist() for k in ("origin", "destination", "persons", "reason")), strict=True)
    )


COUNTED = ("whole", "splits", "returns", "couples", "followed", "births", "deaths", "rehoused", "alone", "new_rows",
           "freed_rows", "move_costs", "estates", "by_reason")  # fmt: skip


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 70))
@settings(max_examples=60, deadline=None)
def test_any_mixture_of_events_keeps_the_books_whatever_the_order_of_rows(seed: int, n: int) -> None:
    """`settle` checks people, money, stocks and links; here: the same state by uid from rows in another order."""
    mixed = mixture(seed, n)
    one = committed(mixed, list(range(n)), 0)
    other = committed(mixed, np.random.default_rng(seed).permutation(n).tolist(), 40)
    assert columns(one.after) == columns(other.after)
    assert one.link_uids() == other.link_uids()
    for what in COUNTED:
        assert getattr(one.changes, what) == getattr(other.changes, what), what
    assert moves_of(one.changes) == moves_of(other.changes)


def test_the_mixtures_hold_every_kind_of_event() -> None:
    done = [committed(mixture(seed, 70), list(range(70)), 0).changes for seed in range(5)]
    for what in set(COUNTED) - {"births", "by_reason"}:
        assert sum(getattr(c, what) for c in done) > 0, what
