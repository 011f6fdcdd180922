"""The `objects` engine: one Mesa agent a household, one household at a time.

For reading, teaching and as the oracle: the same rules as the `threads` engine, in the order a person would tell
them, without screens, blocks or threads. It must give the same bytes.
"""

from __future__ import annotations

import time

import numpy as np
from numba import njit

from dicu.behaviour.choose import Buffers, buffers
from dicu.behaviour.consider import thinks
from dicu.behaviour.events import Events, WorkTally, no_work
from dicu.behaviour.household_rules import (
    EVERYBODY_STAYS,
    faded,
    hear,
    income_units,
    live_through,
    settle,
    words_of,
)
from dicu.behaviour.life_course import life_events
from dicu.behaviour.member_word import COUNT_MASK, PERSON_SHIFT, WORKER_SHIFT
from dicu.behaviour.tables import Tables
from dicu.behaviour.ties import grown
from dicu.behaviour.wealth import wealth_after
from dicu.behaviour.work import attributes_after, changes_status, flags_after, tally_change
from dicu.compute.hashing import hash32
from dicu.compute.mesa_import import mesa
from dicu.population.columns import BUSY, Households, Rows
from dicu.population.household import Household
from dicu.population.life_stage import kind_of
from dicu.scenario.vocabulary import REASON_WORK


class DecidingHousehold(Household):
    """A household that lives through a step and says what it does."""

    def live(self, tables: Tables, tally: WorkTally) -> tuple[int, int, int]:
        """Ties, shocks, a formal job found or lost, income, consumption and life events, written to its own row.

        Returns
        -------
        (income, consumption, mask of life events)
        """
        h, i = self._columns, self.row
        here = int(h.place[i])
        h.ties[i] = grown(h.ties[i], tables.ties_growth)
        h.flags[i] = faded(h.flags[i], tables.struck[here])

        word = int(words_of(h.member[i], tables.life.word))
        workers, persons = np.uint32((word >> WORKER_SHIFT) & COUNT_MASK), np.uint32(word >> PERSON_SHIFT)
        self._work(tables, tally, int(workers))
        kind = int(kind_of(h.flags[i], h.attributes[i]))
        bits = np.uint32(hash32(h.uid[i], tables.money.key))
        income = int(
            income_units(
                tables.money.pay[here, kind],
                tables.money.luck[h.income_quantile[i]],
                workers,
                tables.money.other_pay[here],
                persons,
                bits,
            )
        )
        before = int(h.wealth[i])
        floor = np.uint32(int(persons) * int(tables.money.floor))
        h.wealth[i] = wealth_after(
            np.uint32(before), np.uint32(income), floor, tables.money.keep, tables.money.draw
        )
        consumption = before + income - int(h.wealth[i])

        events = life_events(
            h.uid[i],
            h.member[i],
            int(tables.life.area[here]),
            tables.ages,
            tables.life.hazards,
            int(h.attributes[i]),
        )
        mask = live_through(i, events, h.rows, tables.life, tables.ages) if events != 0 else 0
        return income, consumption, int(mask)

    def _work(self, tables: Tables, tally: WorkTally, workers: int) -> None:
        """Find or lose a formal job."""
        h, i, w = self._columns, self.row, tables.work
        chance = w.change[h.place[i], kind_of(h.flags[i], h.attributes[i])]
        changed = changes_status(np.uint32(hash32(h.uid[i], w.key)), chance, np.uint32(workers))
        h.attributes[i] = attributes_after(h.attributes[i], h.flags[i], changed)
        h.flags[i] = flags_after(h.flags[i], changed)
        if changed:
            tally_change(tally, tables.where.district[h.place[i]], h.attributes[i], workers)

    def hear(self, tables: Tables, tally: WorkTally) -> tuple[int, int]:
        """Where a job offered from afar that it takes is (-1: none); who leaves (-1: everybody)."""
        to, leaver = hear(self.row, self._columns.rows, tables, tally, buffers(tables.where))
        return int(to), int(leaver)

    def decide(self, tables: Tables, tally: WorkTally) -> tuple[bool, int, int, int]:
        """Whether it considers moving; destination (-1: none); who leaves (-1: everybody); reason."""
        h, i = self._columns, self.row
        if h.flags[i] & np.uint8(BUSY):
            return False, EVERYBODY_STAYS, 0, 0
        if not thinks(i, h.rows, tables.consider, tables.move.ready, tables.ages):
            return False, EVERYBODY_STAYS, 0, 0
        to, leaver, reason = _decide(i, h.rows, tables, tally, buffers(tables.where))
        return True, int(to), int(leaver), int(reason)


@njit(cache=True)
def _decide(i: int, h: Rows, tables: Tables, tally: WorkTally, space: Buffers) -> tuple[int, int, int]:
    """`settle` as a function to call: inlined rules can only be called from compiled code."""
    return settle(i, h, tables, tally, space)


class ObjectsEngine:
    """Keeps one agent a row and asks each in turn.

    Parameters
    ----------
    model : mesa.Model
        Gets the agents.
    households : Households
        Their rows, changed in place.
    """

    def __init__(self, model: mesa.Model, households: Households) -> None:
        self._model = model
        self._agents: list[DecidingHousehold] = []
        self._follow(households)

    def _follow(self, households: Households) -> None:
        """One agent a row: the rows are kept without holes, so only their number matters."""
        for row in range(len(self._agents), households.n):
            self._agents.append(DecidingHousehold(self._model, households, row))
        for agent in self._agents[households.n :]:
            agent.remove()
        del self._agents[households.n :]

    def household_pass(self, households: Households, tables: Tables, seconds: dict[str, float]) -> Events:
        """Ask every household; see `dicu.engine.threads.household_pass`."""
        started = time.perf_counter()
        self._follow(households)
        moves: list[tuple[int, int, int, int]] = []
        lives: list[tuple[int, int]] = []
        income = consumption = considered = 0
        tally = no_work(len(tables.where.province))
        for household in self._agents:
            earned, spent, mask = household.live(tables, tally)
            income, consumption = income + earned, consumption + spent
            if mask:
                lives.append((household.row, mask))
        for household in self._agents:
            to, leaver = household.hear(tables, tally)
            if to >= 0:
                moves.append((household.row, to, leaver, REASON_WORK))
        for household in self._agents:
            thought, to, leaver, reason = household.decide(tables, tally)
            considered += bool(thought)
            if to >= 0:
                moves.append((household.row, to, leaver, reason))
        seconds["household pass"] = seconds.get("household pass", 0.0) + time.perf_counter() - started
        row, to_, who, why = np.array(moves, dtype=np.int64).reshape(-1, 4).T
        life_row, life_mask = np.array(lives, dtype=np.int32).reshape(-1, 2).T
        return Events(
            row=row.astype(np.int32),
            destination=to_.astype(np.uint16),
            leaver=who.astype(np.int8),
            reason=why.astype(np.uint8),
            life_row=life_row,
            life_mask=life_mask,
            considered=considered,
            income=income,
            consumption=consumption,
            work=tally,
        )
