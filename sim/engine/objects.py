"""The `objects` engine: one Mesa agent a household, one household at a time.

For reading, teaching and as the oracle: the same rules as the `threads` engine, in the order a person would tell
them, without screen, blocks or threads. It must give the same bytes.
"""

from __future__ import annotations

import time

import mesa
import numpy as np

from sim.behaviour.choose import STAY, buffer_size, choose
from sim.behaviour.consider import considers
from sim.behaviour.move import leaver
from sim.behaviour.tables import Tables
from sim.behaviour.ties import grown
from sim.engine.events import Events
from sim.population.columns import Households
from sim.population.household import Household


class DecidingHousehold(Household):
    """A household that can be asked what it does in this step."""

    def decide(self, tables: Tables) -> tuple[int, int] | None:
        """Grow ties, consider, choose, and say who goes.

        Returns
        -------
        (destination place, member who leaves alone or -1), or None when it stays; ``considered`` tells whether
        it thought about it.
        """
        self.ties = grown(self.ties, np.uint16(tables.ties_growth))
        self.considered = bool(considers(self.uid, self.place, self.kind, self.ties, tables))
        if not self.considered:
            return None
        size = buffer_size(tables)
        destination = choose(
            self.uid,
            self.place,
            self.home_place,
            self.kind,
            self.ties,
            tables,
            np.empty(size, dtype=np.uint32),
            np.empty(size),
            np.empty(size, dtype=np.uint32),
        )
        if destination == STAY:
            return None
        who = leaver(self.uid, self.members, self.kind, destination == self.home_place, tables)
        return int(destination), int(who)


class ObjectsEngine:
    """Keeps one agent a row and asks each in turn."""

    def __init__(self, model: mesa.Model, households: Households) -> None:
        self._model = model
        self._agents: list[DecidingHousehold] = []
        self._welcome(households)

    def _welcome(self, households: Households) -> None:
        for row in range(len(self._agents), households.n):
            self._agents.append(DecidingHousehold(self._model, households, row))

    def household_pass(self, households: Households, tables: Tables, seconds: dict[str, float]) -> Events:
        """Ask every household; see `sim.engine.threads.household_pass`."""
        started = time.perf_counter()
        self._welcome(households)
        row, to, whom, considered = [], [], [], 0
        for household in self._agents:
            decision = household.decide(tables)
            considered += household.considered
            if decision is not None:
                row.append(household.row)
                to.append(decision[0])
                whom.append(decision[1])
        seconds["household pass"] = seconds.get("household pass", 0.0) + time.perf_counter() - started
        return Events(
            row=np.array(row, dtype=np.int32),
            destination=np.array(to, dtype=np.uint16),
            leaver=np.array(whom, dtype=np.int8),
            considered=considered,
        )
