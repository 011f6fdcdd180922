"""Worlds and starting populations that runs share within one process, so that short runs do not wait for them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from dicu.execution.identity import world_sha256
from dicu.execution.starting import SPARE_ROWS, Start, first_year, make_start
from dicu.population.columns import COLUMNS, Households
from dicu.reform.opening import open_world
from dicu.scenario.dump import tables_sha256
from dicu.scenario.scenario import Scenario
from dicu.world.world import World

MOST_WORLDS: Final = 8
MOST_ROWS: Final = 4_000_000
"""Rows of all populations that are kept, 24 bytes each; larger ones are made anew for each run."""


class Starts:
    """What runs begin with, made once for all that share it.

    A population is a function of the world, of its own section with its own seed, and of the sections that
    `dicu.execution.starting.make_start` hands to the synthesis; it is kept under all of these, and every run gets
    a copy.
    """

    def __init__(self) -> None:
        self._worlds: dict[str, tuple[World, str]] = {}
        self._starts: dict[str, Start] = {}

    def world_key(self, scenario: Scenario) -> str:
        """What decides the world, as text: everything that `open_world` reads."""
        places, folder, calendar = scenario.world.places, scenario.world.tables, scenario.calendar
        table = None
        if places is not None:
            with open(places, "rb") as file:
                table = hashlib.file_digest(file, "sha256").hexdigest()
        if folder is not None:
            table = tables_sha256(Path(folder))
        return json.dumps(
            [scenario.world.model_dump(), calendar.year(calendar.first_step), table], sort_keys=True
        )

    def world(self, scenario: Scenario) -> World:
        """The world of a scenario; never changed by a run."""
        return self._opened(scenario)[0]

    def world_sha256(self, scenario: Scenario) -> str:
        """Its checksum."""
        return self._opened(scenario)[1]

    def _opened(self, scenario: Scenario) -> tuple[World, str]:
        key = self.world_key(scenario)
        if key not in self._worlds:
            if len(self._worlds) >= MOST_WORLDS:
                self._worlds.pop(next(iter(self._worlds)))
            world = open_world(scenario)
            self._worlds[key] = world, world_sha256(world)
        return self._worlds[key]

    def start(self, scenario: Scenario) -> Start:
        """Households and links of the run's own, the same as if they had been made for it alone."""
        world, sha256 = self._opened(scenario)
        parts = [scenario.population, scenario.income, scenario.ties, scenario.labour]
        key = json.dumps([sha256, first_year(scenario), *(p.model_dump() for p in parts)], sort_keys=True)
        kept = self._starts.get(key)
        if kept is None:
            kept = make_start(scenario, world)
            rows = kept.households.n + sum(s.households.n for s in self._starts.values())
            while self._starts and rows > MOST_ROWS:
                rows -= self._starts.pop(next(iter(self._starts))).households.n
            if rows > MOST_ROWS:
                return kept
            self._starts[key] = kept
        return Start(_copy(kept.households), kept.links.copy(), kept.fit)


def _copy(households: Households) -> Households:
    n = households.n
    made = Households.empty(n, n + int(SPARE_ROWS * n))
    for name, _, _ in COLUMNS:
        getattr(made, name)[:n] = getattr(households, name)[:n]
    return made
