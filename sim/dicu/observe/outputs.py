"""What a run hands to the recorder after each step, in the words of its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.events import Events
from dicu.behaviour.geography import Geography
from dicu.commit.changes import Changes
from dicu.commit.stocks import Stocks
from dicu.economy.housing import HousingMarket
from dicu.economy.markets import Markets
from dicu.government import books
from dicu.government.cities import UrbanAreas
from dicu.government.governments import Governments
from dicu.government.overlay import Overlay
from dicu.observe.five_year import YEARS, FiveYear
from dicu.population.columns import Households
from dicu.record.recorder import Recorder
from dicu.reform.engine import Applied
from dicu.scenario.calendar import Calendar
from dicu.scenario.scenario import Scenario
from dicu.scenario.vocabulary import REASONS
from dicu.world.world import World


class Observed(Protocol):
    """What the outputs read of a model."""

    settings: Scenario
    calendar: Calendar
    world: World
    now: int
    year: int
    households: Households
    stocks: Stocks
    geography: Geography
    markets: Markets
    housing: HousingMarket
    governments: Governments
    policy: list[Overlay]
    changes: Changes | None
    events: Events | None

    @property
    def residents(self) -> NDArray[np.int64]:
        """(P,) real persons."""

    def access(self) -> NDArray[np.float64]:
        """(P, S) access to services."""


_LINEAGE = (
    "level", "predecessor", "successor", "predecessor_name", "successor_name", "kind", "places", "persons", "area_km2",
)  # fmt: skip


_WAYS = ("rural_to_urban", "urban_to_rural")


class Outputs:
    """Reads a model after each step and writes its tables; the start is step 0.

    ``saved`` is what another one of the same run had `saved`: then the start is not written again.
    """

    def __init__(
        self, model: Observed, recorder: Recorder, saved: Mapping[str, NDArray[Any]] | None = None
    ) -> None:
        self._model, self._recorder = model, recorder
        self._ages = np.zeros((3, 2, 128), dtype=np.int64)
        world = model.world
        self.residence = FiveYear(model.households, world.legacy_commune, world.district, world.province)
        self._areas = UrbanAreas(world)
        if saved is not None:
            self._ages[:] = saved["outputs.ages"]
            self.residence.go_on(saved["outputs.then"], saved["outputs.joined"], model.households)
            return
        recorder.national(0, self._national())
        self._stocks(0)

    def saved(self) -> dict[str, NDArray[Any]]:
        """What is not yet written, for another one to go on with."""
        residence = self.residence
        return {
            "outputs.ages": self._ages,
            "outputs.then": residence.then,
            "outputs.joined": residence.joined,
        }

    def step(self, applied: list[Applied]) -> None:
        """Everything of the step just done."""
        m, step = self._model, self._model.now
        changes = m.changes
        assert changes is not None
        for reform in applied:
            lineage = reform.lineage
            if lineage is not None:
                self._recorder.lineage(step, {name: getattr(lineage, name) for name in _LINEAGE})
        self._recorder.national(step, self._national())
        self._recorder.flows(step, changes.origin, changes.destination, changes.persons)
        if changes.movers is not None:
            names = ("uid", "kind", "type", "income_quantile", "age")
            self._recorder.moves(
                step,
                {
                    **{name: getattr(changes.movers, name) for name in names},
                    **{
                        name: getattr(changes, name)
                        for name in ("origin", "destination", "persons", "reason")
                    },
                },
            )
        self._ages += changes.movers_by_age
        if self._year_end(step):
            self._recorder.movers(step, self._ages)
            self._ages[:] = 0
        self.residence.follow(changes, m.households)
        if step % (YEARS * m.calendar.steps_per_year) == 0:
            self._recorder.five_year(step, self.residence.persons(m.households, m.year))
            self.residence.begin(m.households)
        self._stocks(step)

    def _year_end(self, step: int) -> bool:
        calendar = self._model.calendar
        return step == 0 or calendar.is_year_end(step - 1) or step == calendar.n_steps

    def _stocks(self, step: int) -> None:
        m, every = self._model, self._model.settings.record
        # access jumps at a reform: the steps around it are always kept
        wanted = self._year_end(step) or any(step - change.step in (0, 1) for change in m.policy)
        if every.places == "step" or wanted:
            self._recorder.places(step, m.stocks.households, m.stocks.persons, m.access())
        if every.governments == "step" or wanted:
            self._recorder.governments(step, books.columns(m.governments))
            self._recorder.districts(step, {**m.markets.columns(), **m.housing.columns(m.residents)})
            if len(self._areas):
                self._recorder.cities(step, self._areas.columns(m.residents))

    def _national(self) -> dict[str, int]:
        m = self._model
        stocks, urban, changes, events = m.stocks, m.world.urban, m.changes, m.events
        within = between = across = 0
        if changes is not None:
            g = m.geography
            a, b = g.district[changes.origin], g.district[changes.destination]
            within = int((a == b).sum())
            across = int((g.province[a] != g.province[b]).sum())
            between = len(changes) - within - across
        towards = {f"{c}_{way}": 0 for c in ("moves", "persons") for way in _WAYS}
        if changes is not None:
            left, reached = urban[changes.origin], urban[changes.destination]
            for way, crossed in zip(_WAYS, (~left & reached, left & ~reached), strict=True):
                towards[f"moves_{way}"] = int(crossed.sum())
                towards[f"persons_{way}"] = int(changes.persons[crossed].sum())
        row = {
            "households": int(stocks.households.sum()),
            "persons": int(stocks.persons.sum()),
            "urban_households": int(stocks.households[urban].sum()),
            "urban_persons": int(stocks.persons[urban].sum()),
            "rural_households": int(stocks.households[~urban].sum()),
            "rural_persons": int(stocks.persons[~urban].sum()),
            "workers": int(stocks.workers.sum()),
            "farm_workers": int(stocks.workers[:, 0::2].sum()),
            "considered": events.considered if events is not None else 0,
            "moves": len(changes) if changes is not None else 0,
            "moved_persons": int(changes.persons.sum()) if changes is not None else 0,
            **towards,
            "moves_within_district": within,
            "moves_between_districts": between,
            "moves_between_provinces": across,
            "wealth_mvnd": stocks.wealth,
        }
        for name, field in (
            ("moves_whole", "whole"), ("moves_split", "splits"), ("moves_home", "returns"),
            ("moves_follow", "followed"), ("couples", "couples"), ("births", "births"),
            ("deaths", "deaths"), ("orphans_taken_in", "rehoused"), ("orphans_alone", "alone"),
            ("income_mvnd", "income"), ("consumption_mvnd", "consumption"), ("move_costs_mvnd", "move_costs"),
            ("estates_mvnd", "estates"), ("remittances_mvnd", "remitted"),
        ):  # fmt: skip
            row[name] = int(getattr(changes, field)) if changes is not None else 0
        row["returns_to_parents"] = len(changes.returned_child) if changes is not None else 0
        row["partners_exchanged"] = changes.exchanged.shape[1] if changes is not None else 0
        for reason in REASONS:
            row[f"reason_{reason}"] = changes.by_reason[reason] if changes is not None else 0
        return row
