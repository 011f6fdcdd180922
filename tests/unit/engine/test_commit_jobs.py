"""Formal jobs at the commit: kept within the commuting area, lost beyond it, filled by who took an offer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from by_hand import FARM, INDUSTRY, LAND, SERVICE, Row, following, happenings, households, linked, settle
from dicu.behaviour.events import no_work
from dicu.commit.accounts import NotConserved, check_jobs
from dicu.commit.stocks import ARRIVED, DIED, JOINED, KEPT, LEFT
from dicu.scenario.vocabulary import REASON_WORK

COUPLE = "m40 f38 f9"


def market(area: tuple[int, ...] = (0, 0, 1)) -> Any:
    """Districts 0 and 1 are one commuting area, district 2 another."""
    tables = LAND.tables()
    return tables._replace(where=tables.where._replace(area=np.array(area, dtype=np.int32)))


def formal(done: Any, uid: int) -> bool:
    return bool(done.of("attributes", uid) & 64)


@pytest.mark.parametrize(("to", "kept"), [(1, True), (2, True), (4, False)])
def test_everybody_keeps_the_job_within_the_area_and_loses_it_beyond(to: int, kept: bool) -> None:
    done = settle(households(Row(7, 0, COUPLE, formal=1)), happenings([(0, to, -1)]), market())
    assert formal(done, 7) is kept
    flows = done.stocks.jobs
    assert flows[LEFT].sum() == (0 if kept else -2)
    assert flows[KEPT].sum() == 0
    assert done.stocks.jobs.sum() == (0 if kept else -2)


@pytest.mark.parametrize(("to", "kept"), [(2, True), (4, False)])
def test_who_leaves_alone_takes_her_job_along_or_leaves_it(to: int, kept: bool) -> None:
    done = settle(households(Row(7, 0, "m50 f48 f20", formal=1), spare=1), happenings([(0, to, 2)]), market())
    (child,) = done.new
    assert formal(done, 7)
    assert formal(done, child) is kept
    assert done.stocks.jobs[LEFT, 0] == (0 if kept else -1)


def test_who_takes_an_offer_has_the_job_and_farms_no_more() -> None:
    rows = households(Row(7, 0, COUPLE, sector=FARM), Row(8, 0, "m50 f20", sector=FARM), spare=1)
    events = happenings([(0, 4, -1), (1, 4, 1)], reasons=[REASON_WORK, REASON_WORK])
    done = settle(rows, events, market())
    (child,) = done.new
    assert formal(done, 7)
    assert formal(done, child)
    assert not formal(done, 8), "who stays farms on"
    assert done.work_and_tenure(7)[0] == done.work_and_tenure(child)[0] == SERVICE
    assert done.work_and_tenure(8)[0] == FARM
    assert done.stocks.jobs[ARRIVED].tolist() == [0, 0, 3], (
        "a whole household fills as many as it has workers"
    )
    assert done.changes.by_reason["work"] == 2


def test_who_dies_at_work_leaves_a_job() -> None:
    """Two died, one of them of working age: the rows show it already, the mask says it."""
    rows = households(Row(7, 0, "m40", formal=1, sector=INDUSTRY))
    done = settle(rows, happenings(life=[(0, 0b11 | 1 << 16)]), market())
    assert done.stocks.jobs[DIED].tolist() == [-1, 0, 0]


def test_families_that_follow_keep_or_lose_their_jobs() -> None:
    rows = households(Row(1, 0, "m50 f48", formal=1), Row(2, 2, "f25 m26 f3 m2 f1", home=0))
    done = settle(rows, happenings(), market(), links=linked((1, 0)), follows=following((0, 1)))
    assert formal(done, 1)
    rows = households(Row(1, 0, "m50 f48", formal=1), Row(2, 4, "f25", home=0))
    done = settle(rows, happenings(), market(), links=linked((1, 0)), follows=following((0, 1)))
    assert not formal(done, 2), "who moves in has the status of the household"
    assert done.stocks.jobs[JOINED, 0] == -2


def test_a_job_filled_by_nobody_stops_the_run() -> None:
    done = settle(households(Row(7, 0, COUPLE, formal=1)), happenings([(0, 4, -1)]), market())
    before, now, work = done.stocks, done.stocks, no_work(3)
    before.formal[0] = 2
    after = type(now)(**{**vars(now), "formal": np.array([0, 0, 0])})
    check_jobs(before, after, work, 0)
    wrong = type(now)(**{**vars(now), "formal": np.array([0, 1, 0])})
    with pytest.raises(NotConserved, match="formal workers of district 1: 0 jobs filled, 1 workers counted"):
        check_jobs(before, wrong, work, 0)
    work.made[2], work.taken[2] = 3, 1
    with pytest.raises(NotConserved, match="offers in district 2: 3 made, 1 taken, 0 lapsed"):
        check_jobs(before, after, work, 1)
    work.lapsed[2] = 2
    check_jobs(before, after, work, 1)
    with pytest.raises(NotConserved, match="1 taken, 0 moves for work committed"):
        check_jobs(before, after, work, 0)
