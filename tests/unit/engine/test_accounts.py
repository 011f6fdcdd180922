"""The accounts: any one number that is off stops the run, and is named with both values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from by_hand import LAND, Row, happenings, households, recount, settle
from dicu.commit.accounts import Expected, NotConserved, check_people
from dicu.commit.stocks import Stocks


def country() -> tuple[Stocks, Stocks, int, Expected]:
    """Carried and counted stocks of the same six households, their number, and what is expected of them."""
    rows = [Row(k, k % 5, "m40 f38", wealth=100 + k) for k in range(1, 7)]
    h = households(*rows)
    stocks, again = recount(h, LAND.tables()), recount(h, LAND.tables())
    return stocks, again, h.n, Expected(6, 12, 621)


def test_books_that_agree_pass() -> None:
    check_people(*country())


TAMPERED = [
    ("households", (3,), 2, r"households at \(3,\): carried 3, counted 1 \(1 cells differ, -2 in all\)"),
    ("persons", (1,), -1, r"persons at \(1,\): carried 3, counted 4 \(1 cells differ, \+1 in all\)"),
    ("network", (1, 2), 5, r"network at \(1, 2\): carried 6, counted 1 \(1 cells differ, -5 in all\)"),
]


@pytest.mark.parametrize(("what", "at", "by", "message"), TAMPERED)
def test_a_stock_that_was_not_carried_along(what: str, at: tuple[int, ...], by: int, message: str) -> None:
    carried, found, rows, expected = country()
    getattr(carried, what)[at] += by
    with pytest.raises(NotConserved, match=message):
        check_people(carried, found, rows, expected)


def test_people_who_changed_place_unseen_are_named_though_the_total_is_right() -> None:
    carried, found, rows, expected = country()
    found.persons[[0, 4]] += [-1, 1]
    with pytest.raises(NotConserved, match=r"persons at \(0,\): .* \(2 cells differ, \+0 in all\)"):
        check_people(carried, found, rows, expected)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("rows", r"rows: 5 expected, 6 counted, \+1"),
        ("persons", r"persons: 11 expected, 12 counted, \+1"),
        ("wealth", r"wealth: 620 expected, 621 counted, \+1"),
    ],
)
def test_a_total_that_is_off_by_one(what: str, message: str) -> None:
    carried, found, rows, expected = country()
    off: dict[str, Any] = {k: getattr(expected, k) - (k == what) for k in ("rows", "persons", "wealth")}
    with pytest.raises(NotConserved, match=message):
        check_people(carried, found, rows, Expected(**off))


def test_a_household_without_members_is_found_though_every_sum_agrees() -> None:
    carried, found, rows, expected = country()
    for stocks in (carried, found):
        stocks.persons[:] = [1, 5, 2, 2, 2]
        stocks.households[:] = [2, 1, 1, 1, 1]
    with pytest.raises(NotConserved, match="without members"):
        check_people(carried, found, rows, expected)


def test_what_is_expected_is_what_was_and_what_happened() -> None:
    """P' = P + births - deaths; W' = W + income - consumption - fares - estates; rows with those founded and freed."""
    h = households(
        Row(1, 0, "m50 f20 f0 m0", wealth=500), Row(2, 1, "", wealth=40), Row(3, 0, "m50 f48 m20", wealth=300)
    )
    events = happenings([(2, 4, 2)], life=[(0, 0b11 << 6), (1, 0b1)])
    stocks = recount(h, LAND.tables())
    stocks.persons += np.array([-2, 1, 0, 0, 0])
    before = Expected.before(h.n, stocks)
    assert (before.rows, before.persons, before.wealth) == (3, 6, 840)
    done = settle(h, events, cost=np.full((3, 3), 11, dtype=np.uint16))
    done.changes.income, done.changes.consumption = 70, 9
    after = before.after(done.changes)
    assert (after.rows, after.persons, after.wealth) == (3, 7, 840 + 70 - 9 - 11 - 40)
