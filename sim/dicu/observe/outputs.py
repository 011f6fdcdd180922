"""What a run hands to the recorder after each step, in the words of its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.events import Events, no_work
from dicu.behaviour.geography import Geography
from dicu.commit.changes import Changes
from dicu.commit.stocks import Stocks
from dicu.compute.ranks import Ranks
from dicu.economy.housing import HousingMarket
from dicu.economy.markets import Markets
from dicu.government import books
from dicu.government.cities import UrbanAreas
from dicu.government.governments import Governments
from dicu.government.overlay import Overlay
from dicu.government.urban_status import Reclassified, UrbanStatus
from dicu.observe.chosen import chosen, household_columns
from dicu.observe.five_year import YEARS, FiveYear
from dicu.observe.plugin_tables import observed
from dicu.population.columns import Households
from dicu.population.shard import Shard
from dicu.record.national import Seen, counted
from dicu.record.recorder import Recorder
from dicu.reform.engine import Applied
from dicu.scenario.calendar import Calendar
from dicu.scenario.plugin_use import instances
from dicu.scenario.scenario import Scenario
from dicu.world.world import World


class Observed(Protocol):
    """What the outputs read of a model."""

    settings: Scenario
    calendar: Calendar
    world: World
    now: int
    year: int
    households: Households
    shard: Shard
    stocks: Stocks
    geography: Geography
    markets: Markets
    housing: HousingMarket
    governments: Governments
    urban: UrbanStatus
    policy: list[Overlay]
    changes: Changes | None
    events: Events | None

    @property
    def workers(self) -> NDArray[np.int64]:
        """(P, 2 T) real workers by place and kind."""

    @property
    def residents(self) -> NDArray[np.int64]:
        """(P,) real persons."""

    def access(self) -> NDArray[np.float64]:
        """(P, S) access to services."""


_LINEAGE = (
    "level",
    "predecessor",
    "successor",
    "predecessor_name",
    "successor_name",
    "kind",
    "places",
    "persons",
    "area_km2",
)


def _planned(model: Observed) -> set[int]:
    """Step of the configured date of a reform, made or not; empty where it lies outside the run."""
    try:
        return {model.calendar.step_of(model.settings.reform.date)}
    except ValueError:
        return set()


def residence_of(model: Observed) -> FiveYear:
    """Where everybody lives now, for five years to begin."""
    world = model.world
    return FiveYear(model.households, world.legacy_commune, world.district, world.province)


def lived(residence: FiveYear, ranks: Ranks) -> dict[str, NDArray[Any]]:
    """Where all households lived, as a state is saved: (rows,) on the first rank, the rows rank by rank."""
    return {
        "outputs.then": ranks.first_gets("state", residence.then),
        "outputs.joined": ranks.sum("state", residence.joined),
    }


def _five_years_over(model: Observed) -> bool:
    """Whether five years end with the step just done, counted from where the simulation begins."""
    calendar = model.calendar
    return (model.now - calendar.first_step) % (YEARS * calendar.steps_per_year) == 0


class Unrecorded:
    """Of what is simulated before a run: only where people lived five years ago is kept."""

    def __init__(self, model: Observed) -> None:
        self._model = model
        self.residence = residence_of(model)

    def step(self, _applied: list[Applied]) -> None:
        """Where people lived, after the step just done."""
        m = self._model
        assert m.changes is not None
        self.residence.follow(m.changes, m.households)
        if _five_years_over(m):
            self.residence.begin(m.households)


class Outputs:
    """Reads a model after each step and writes its tables; the start is step 0, see `begin`.

    Parameters
    ----------
    model
        Between two steps.
    recorder
        Gets the tables.
    residence
        Where the rows lived five years ago.
    """

    def __init__(self, model: Observed, recorder: Recorder, residence: FiveYear) -> None:
        self._model, self._recorder, self.residence = model, recorder, residence
        self._ages = np.zeros((3, 2, 128), dtype=np.int64)
        self._areas = UrbanAreas(model.world)
        record = model.settings.record
        self._chosen = chosen(model.world, record.households.where)
        self._chosen_every = record.households.every
        self._observers = instances(model.settings, "observers")
        self._dates = {change.step for change in model.policy} | _planned(model)

    def begin(self) -> None:
        """Write the start."""
        self._recorder.national(0, self._national())
        changed = np.flatnonzero(self._model.urban.now != self._model.world.urban)
        if len(changed):
            persons = self._model.stocks.persons[changed]
            self._reclassified(0, Reclassified(changed, self._model.urban.now[changed], persons, "history"))
        self._stocks(0)
        self._observe(0)

    def go_on(self, saved: Mapping[str, NDArray[Any]]) -> None:
        """Take over what another one of the same run had `saved`."""
        self._ages[:] = saved["outputs.ages"]
        self.residence.go_on(saved["outputs.then"], saved["outputs.joined"], self._model.households)

    def saved(self) -> dict[str, NDArray[Any]]:
        """What is not yet written, for another one to go on with."""
        return {"outputs.ages": self._ages, **lived(self.residence, self._model.shard.ranks)}

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
        if m.urban.last is not None:
            self._reclassified(step, m.urban.last)
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
                    "origin_urban": m.urban.now[changes.origin],
                    "destination_urban": m.urban.now[changes.destination],
                },
            )
        if changes.abroad is not None:
            self._recorder.abroad(step, m.urban.now, vars(changes.abroad))
        self._ages += changes.movers_by_age
        if self._year_end(step):
            self._recorder.movers(step, self._ages)
            self._ages[:] = 0
        self.residence.follow(changes, m.households)
        if _five_years_over(m):
            lived_then = self.residence.persons(m.households, m.year, m.shard.ranks)
            self._recorder.five_year(step, *lived_then)
            self.residence.begin(m.households)
        self._stocks(step)
        self._observe(step)

    def _observe(self, step: int) -> None:
        """What plug-ins saw after the step just done."""
        for name, observer in self._observers:
            columns = observed(name, observer, self._model)
            if columns and len(next(iter(columns.values()))):
                self._recorder.plugin(name, step, columns)

    def _reclassified(self, step: int, places: Reclassified) -> None:
        names = ("place", "urban", "persons", "cause")
        self._recorder.urban_places(step, {name: getattr(places, name) for name in names})

    def _year_end(self, step: int) -> bool:
        calendar = self._model.calendar
        return step == 0 or calendar.is_year_end(step - 1) or step == calendar.n_steps

    def _stocks(self, step: int) -> None:
        m, every = self._model, self._model.settings.record
        # access jumps at a reform: the steps around it are always kept, also where its date passes without one, so that
        # pairs of runs are compared on the same eve
        wanted = self._year_end(step) or any(step - date in (0, 1) for date in self._dates)
        if every.places == "step" or wanted:
            self._recorder.places(step, m.stocks.households, m.stocks.persons, m.access())
        if every.governments == "step" or wanted:
            self._recorder.governments(step, books.columns(m.governments))
            self._recorder.districts(
                step, {**m.markets.columns(m.workers), **self._offers(), **m.housing.columns(m.residents)}
            )
            if len(self._areas):
                self._recorder.cities(step, self._areas.columns(m.residents, m.urban.now))
        if self._chosen is not None and (self._chosen_every == "step" or wanted):
            seen, rows = self._chosen.of(m.households, m.shard)
            if len(rows):
                self._recorder.households(step, household_columns(m.world, seen, rows, m.year))

    def _offers(self) -> dict[str, NDArray[np.int64]]:
        """Jobs offered from afar in each district during the step, and those taken, real ones."""
        m = self._model
        work = m.events.work if m.events is not None else no_work(len(m.world.districts))
        weight = m.settings.population.weight
        return {"offers_made": work.made * weight, "offers_taken": work.taken * weight}

    def _national(self) -> dict[str, int]:
        m = self._model
        considered = m.events.considered if m.events is not None else 0
        g = m.geography
        province = g.province[g.district]  # a geography has the province of a district
        return counted(Seen(m.stocks, m.urban.now, g.district, province, considered, m.changes))
