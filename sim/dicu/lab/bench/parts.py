"""Cases of the bench that work on a stage: each part of a step, on fresh and on aged rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.choose import buffers
from dicu.behaviour.events import no_work
from dicu.behaviour.life_course import exposure
from dicu.behaviour.remit import follow, follow_rule, remit, remit_rule
from dicu.behaviour.vital import areas
from dicu.commit.commit import commit
from dicu.commit.stocks import retype
from dicu.engine import threads
from dicu.engine.exact import Listed, decide_rows, hear_rows, live_rows
from dicu.engine.screens import BLOCK, Lists, own_rows, space
from dicu.execution.starting import SPARE_ROWS
from dicu.execution.state import restore
from dicu.lab.bench.measure import again_and_again, each_prepared
from dicu.lab.bench.own_in_c import own_rows_in_c
from dicu.lab.bench.stage import Kept, Stage, copied

Spend = Callable[[int], int]
_ROOM: Final = BLOCK // 2
"""Entries of a block's lists: a screen lets an eighth through at most."""


@dataclass(eq=False)
class Listing:
    """What the screens listed, and the rows after them, so that an exact rule can be put before them again."""

    stage: Stage
    lists: Lists
    after: Kept

    @classmethod
    def of(cls, stage: Stage) -> Listing:
        """Run the screens, on rows that are put back first."""
        stage.before.put_back(stage.h)
        lists = _lists(stage)
        own_rows(0, stage.h.n, stage.h.rows, stage.tables, lists, space())
        return cls(stage, lists, Kept.of(stage.h))

    @property
    def blocks(self) -> int:
        """Blocks of rows."""
        return len(self.lists.found)

    def moving(self, rows: NDArray[np.int32]) -> Listed:
        """A copy of listed rows (k,), with room for where they go."""
        n = len(rows)
        return Listed(
            rows.copy(),
            np.empty(0, dtype=np.int32),
            np.empty(n, dtype=np.uint16),
            np.empty(n, dtype=np.int8),
            np.empty(n, dtype=np.uint8),
        )


def _lists(stage: Stage) -> Lists:
    blocks = -(-stage.h.n // BLOCK)
    mover, life, offer = (np.empty(blocks * _ROOM, dtype=np.int32) for _ in range(3))
    tally = no_work(len(stage.tables.where.province))
    return Lists(mover, life, offer, np.zeros((blocks, 5), dtype=np.int64), tally)


def own(stage: Stage) -> Spend:
    """What every household goes through, with the screens."""
    lists, working = _lists(stage), space()
    rows, n = stage.h.rows, stage.h.n
    return each_prepared(
        lambda: stage.before.put_back(stage.h), lambda: own_rows(0, n, rows, stage.tables, lists, working)
    )


def own_c(stage: Stage) -> Spend:
    """The same in C, the same bytes."""
    lists = _lists(stage)
    run = own_rows_in_c(stage.h, stage.tables, lists)
    return each_prepared(lambda: stage.before.put_back(stage.h), run)


def life(stage: Stage) -> Spend:
    """Life events of those who passed their screen."""
    listing = Listing.of(stage)
    rows, found = stage.h.rows, listing.lists.found
    none = (np.empty(0, dtype=np.uint16), np.empty(0, dtype=np.int8), np.empty(0, dtype=np.uint8))
    lives = Listed(listing.lists.life.copy(), np.empty(len(listing.lists.life), dtype=np.int32), *none)
    happened = np.zeros(listing.blocks, dtype=np.int64)

    def prepare() -> None:
        listing.after.put_back(stage.h)
        np.copyto(lives.row, listing.lists.life)

    return each_prepared(prepare, lambda: live_rows(rows, stage.tables, lives, found, happened))


def offers(stage: Stage) -> Spend:
    """Offers of jobs from afar to those who passed their screen."""
    listing = Listing.of(stage)
    moves, out = listing.moving(listing.lists.offer), np.zeros(listing.blocks, dtype=np.int64)
    tally, working = no_work(len(stage.tables.where.province)), buffers(stage.tables.where)
    rows, found = stage.h.rows, listing.lists.found

    def prepare() -> None:
        listing.after.put_back(stage.h)
        np.copyto(moves.row, listing.lists.offer)

    return each_prepared(prepare, lambda: hear_rows(rows, stage.tables, moves, found, out, tally, working))


def choice(stage: Stage) -> Spend:
    """Whether those who passed their screen consider, and where those who do go."""
    listing = Listing.of(stage)
    moves, out = listing.moving(listing.lists.mover), np.zeros((listing.blocks, 2), dtype=np.int64)
    tally, working = no_work(len(stage.tables.where.province)), buffers(stage.tables.where)
    rows, found = stage.h.rows, listing.lists.found

    def prepare() -> None:
        listing.after.put_back(stage.h)
        np.copyto(moves.row, listing.lists.mover)

    return each_prepared(prepare, lambda: decide_rows(rows, stage.tables, moves, found, out, tally, working))


def whole_pass(stage: Stage) -> Spend:
    """The household pass as a step has it: all of the above in turns, a few blocks at a time."""
    return each_prepared(
        lambda: stage.before.put_back(stage.h), lambda: threads.household_pass(stage.h, stage.tables, {})
    )


def followers(stage: Stage) -> Spend:
    """Which families would follow a child."""
    stage.before.put_back(stage.h)
    m, nobody = stage.model, np.empty(0, dtype=np.int64)
    rule = follow_rule(m.settings.money, m.settings.seed, m.moment, m.calendar.dt_quarters)
    return again_and_again(lambda: follow(m.links, m.households, rule, m.geography.district, nobody))


def _committing(stage: Stage) -> Spend:
    """The commit of a step's events: moves, couples, orphans, families that follow, estates, holes filled."""
    m, calling = stage.model, stage.followers
    events, after = stage.passed
    links, stocks = stage.books
    now: list[Any] = []

    def prepare() -> None:
        after.put_back(m.households)
        now[:] = [links.copy(), copied(stocks)]

    return each_prepared(
        prepare, lambda: commit(m.households, now[0], events, calling, stage.tables, m.move_cost, now[1])
    )


def remittances(stage: Stage) -> Spend:
    """Money sent to parents."""
    m, t = stage.model, stage.tables
    rule = remit_rule(m.settings.money, m.settings.seed, m.moment, m.calendar.dt_quarters)
    pay, luck, other = (a.astype(np.float64) for a in (t.money.pay, t.money.luck, t.money.other_pay))

    def run() -> None:
        remit(m.links, m.households, rule, pay, luck, t.life.word, m.geography.district, other)

    return each_prepared(lambda: stage.before.put_back(m.households), run)


def recount(stage: Stage) -> Spend:
    """All stocks counted from the rows."""
    stage.before.put_back(stage.h)
    return again_and_again(lambda: stage.model._count(stage.h))


def _new_year(stage: Stage) -> Spend:
    """Everybody a year older: types again, and the women of each age for the births."""
    m = stage.model
    where = areas(m.world, m.urban.now, len(m.vital.at(m.year).fertility))
    number = len(m.vital.at(m.year).fertility)

    def run() -> None:
        retype(m.households, m.year + 1)
        exposure(m.households, where, number, m.ages._replace(year=m.year + 1), m.moment)

    return each_prepared(lambda: stage.before.put_back(m.households), run)


def tables(stage: Stage) -> Spend:
    """Tables of utility and of the life course, frozen for the pass."""
    return again_and_again(stage.model.tables)


def step(stage: Stage) -> Spend:
    """A whole step, its accounts checked."""
    m, arrays = stage.model, stage.arrays

    def run() -> None:
        m.step()

    def spend(calls: int) -> int:
        try:
            return each_prepared(lambda: restore(m, arrays, SPARE_ROWS), run)(calls)
        finally:
            restore(m, arrays, SPARE_ROWS)

    return spend


PARTS: Final[dict[str, tuple[str, Callable[[Stage], Spend]]]] = {
    "own": ("compute", own),
    "own-c": ("compute", own_c),
    "life": ("compute", life),
    "offers": ("compute", offers),
    "choice": ("compute", choice),
    "pass": ("compute", whole_pass),
    "followers": ("gather", followers),
    "commit": ("gather", _committing),
    "remittances": ("gather", remittances),
    "recount": ("scatter", recount),
    "new-year": ("compute", _new_year),
    "tables": ("array", tables),
    "step": ("compute", step),
}
"""Parts of a step, with the kind of their yardstick."""
