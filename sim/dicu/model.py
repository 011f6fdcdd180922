"""The Mesa model: the order of a step.

Read `Model.step`: it is the whole of one quarter, in the order of the specification (section 2). Rules live in
`dicu.behaviour`, governments in `dicu.government`, borders in `dicu.reform`; how a pass is executed in `dicu.engine`,
and what a run is made of in `dicu.parts`.
"""

from __future__ import annotations

import time
from typing import Final, Literal, Protocol

import numpy as np

from dicu.behaviour.across import follow_across, remit_across
from dicu.behaviour.events import Events
from dicu.behaviour.remit import Follows, Sending, follow, follow_rule, remit_along, remit_rule
from dicu.behaviour.tables import Tables
from dicu.commit.accounts import Expected, check_jobs, check_people, check_urban, urban_growth
from dicu.commit.changes import Changes
from dicu.commit.commit import commit
from dicu.commit.stocks import retype
from dicu.commit.whole import carry_all, copied, whole_changes, whole_events
from dicu.compute.mesa_import import mesa
from dicu.compute.ranks import Ranks
from dicu.engine import threads
from dicu.engine.objects import DecidingHousehold, ObjectsEngine
from dicu.government import books
from dicu.observe.outputs import Outputs, Unrecorded
from dicu.parts import Parts
from dicu.population.columns import Households
from dicu.population.links import Links
from dicu.population.order import put_in_order
from dicu.reform.engine import apply
from dicu.scenario.scenario import Scenario
from dicu.world.world import World

EngineName = Literal["threads", "objects", "shards"]
ORDERED_EVERY: Final = 4
"""Years after which rows are put in order: each takes as long as never, every fourth 7 % less (docs/performance.md)."""


class PastTheEnd(RuntimeError):
    """A step was asked for beyond the last period of the scenario."""


class Watch(Protocol):
    """Looks on between the parts of a step and changes nothing, as `dicu.trace` does."""

    def frozen(self, tables: Tables, followers: Follows) -> None:
        """The tables are made; no household has read them yet."""

    def passed(self, events: Events) -> None:
        """Every household has said what it does; nothing is committed yet."""

    def committed(self, changes: Changes) -> None:
        """Events are committed; no remittance has been sent yet."""


class Model(Parts):
    """One scenario on one world: households, markets, governments, and the order in which they act.

    Parameters
    ----------
    scenario : Scenario
    world : World
        Residents of the scenario's first year.
    households : Households
        The starting population, see `dicu.population.synthesis`; changed in place.
    links : Links
        Links to parent households, see `dicu.population.links.first_links`; changed in place.
    engine : {"threads", "objects", "shards"}
        How the household pass is executed; the results are the same bytes. With ``shards`` the population is cut among
        the processes of ``ranks``, all of which take the same steps together.
    ranks : Ranks or None
        The processes of this run, see `dicu.compute.mpi`; None: this one. Households and links are those of the whole
        country on the first, and none on the others.
    solve : bool
        Whether to find the constants of moving; else `solve` or a state that is restored must give them before a step.

    Attributes
    ----------
    now : int
        Step that is next: below 0 in the history before the run, see `dicu.execution.history.live_through`.
    outputs : Outputs or None
        Writes what happens; None keeps only the state.
    datacollector : mesa.DataCollector or None
        Collects after every step where a user of Mesa has set one.
    """

    def __init__(
        self,
        scenario: Scenario,
        world: World,
        households: Households,
        links: Links,
        *,
        engine: EngineName = "threads",
        ranks: Ranks | None = None,
        solve: bool = True,
    ) -> None:
        super().__init__(scenario, world, households, links, ranks=ranks, solve=solve)
        self.datacollector: mesa.DataCollector | None = None
        self.changes: Changes | None = None
        self.events: Events | None = None
        self.outputs: Outputs | Unrecorded | None = None
        self.watch: Watch | None = None
        self.engine: EngineName = engine
        self._objects = ObjectsEngine(self, self.households) if engine == "objects" else None

    @property
    def running(self) -> bool:
        """Whether there is a step left, and nobody has stopped the model; as Mesa has it."""
        return self._running and self.now < self.calendar.n_steps

    @running.setter
    def running(self, value: bool) -> None:
        self._running = value  # Mesa sets it before there is a calendar

    @property
    def bytes_per_household(self) -> dict[str, float]:
        """Bytes held of a household row between steps: columns, link to a parent, place five years ago."""
        held = {"columns": self.households.nbytes, "links": self.links.nbytes}
        if self.outputs is not None:
            held["five_years_ago"] = self.outputs.residence.then.nbytes
        return {name: size / max(self.households.n, 1) for name, size in held.items()}

    def step(self) -> None:
        """One step of the calendar, in the order of the specification.

        Raises
        ------
        PastTheEnd
            When the last one is done.
        RuntimeError
            When the constants of moving are not known (`solve`).
        """
        self._refuse()
        clock = time.perf_counter()
        h, seed, dt = self.households, self.settings.seed, self.calendar.dt_quarters
        moment = self.moment

        # a new year: everybody is a year older
        older = self.calendar.age_year(self.now) != self.year
        if older:
            self.year = self.calendar.age_year(self.now)
            retype(h, self.year)
            self.stocks = self._count(h)
        # places whose class changes: people of other areas, so other women bear the births put in by area
        if self.urban.step(self.now, self.stocks, self.settings.population.weight) or older:
            self.life = self._life_tables()
        clock = self._spent("new year", clock)

        # 1. policies due now
        applied = [
            apply(self.governments, due, self.now, self.residents)
            for due in self.policy
            if due.step == self.now
        ]
        clock = self._spent("reform", clock)

        # 2. shocks, 3. markets: jobs, wages, farm incomes, beliefs
        self.markets.step(self.workers, self.residents, self.now, moment)
        clock = self._spent("markets", clock)

        # still 3.: dwellings that are finished, rents
        self.housing.step(
            self.stocks.households * self.settings.population.weight,
            self.programmes.social_housing(self.now),
            self.central.building(self.now),
        )
        clock = self._spent("housing", clock)

        # 4. governments: budget, staff, service quality, access
        self.governments.step(
            self.residents,
            self.now,
            self.local_income,
            self.housing.homes.rent[self.geography.district],
            kept=self.central.revenue(self.now),
        )
        clock = self._spent("governments", clock)

        # 5. tables of systematic utility and of the life course, frozen for the pass
        tables = self.tables()
        clock = self._spent("tables", clock)

        # 6. the household pass: each reads the tables, writes its own row, says what it does
        money = self.settings.money
        rule, nobody = follow_rule(money, seed, moment, dt), np.empty(0, dtype=np.int64)
        shard, district = self.shard, self.geography.district
        if shard.alone:
            followers = follow(self.links, h, rule, district, nobody)
        else:
            followers = follow_across(shard, self.links, h, rule, district)
        self._spent("followers", clock)
        if self.watch is not None:
            self.watch.frozen(tables, followers)
        run = self._objects.household_pass if self._objects else threads.household_pass
        self.events = run(h, tables, self.seconds)
        if self.watch is not None:
            self.watch.passed(self.events)
        clock = time.perf_counter()

        # 7. commit in uid order: moves, couples, orphans, families that follow; who crosses the border; estates
        expected = Expected.before(self.rows, self.stocks)
        before = copied(self.stocks.carried)
        in_towns = int(self.stocks.persons[self.urban.now].sum())
        self.changes = commit(
            h,
            self.links,
            self.events,
            followers,
            tables,
            self.move_cost,
            self.stocks,
            one_by_one=isinstance(self.outputs, Outputs) and self.settings.record.moves == "all",
            shard=shard,
            abroad=self.abroad.table(self.calendar.year(self.now), moment, tables.move.ready),
        )
        clock = self._spent("commit", clock)

        if self.watch is not None:
            self.watch.committed(self.changes)
        # 8. remittances
        sending = Sending(
            self.links.columns,
            district,
            tables.money.pay.astype(np.float64),
            tables.money.other_pay.astype(np.float64),
            tables.money.luck.astype(np.float64),
            tables.life.word,
        )
        sends = remit_rule(money, seed, moment, dt)
        if shard.alone:
            sent = remit_along(self.links, h, sends, sending)
        else:
            sent = remit_across(shard, self.links, h, sends, sending)
        self.changes.remitted = sent.units
        clock = self._spent("remittances", clock)

        # 9. accounts: everything conserved, or the run stops with the difference named
        self.changes.urban = urban_growth(self.changes, self.urban.now, 0)
        self.events, self.changes = (
            whole_events(self.events, shard.ranks),
            whole_changes(self.changes, shard.ranks),
        )
        carried = self.stocks
        carry_all(carried, before, shard.ranks)
        self.stocks = self._count(h)
        check_people(carried, self.stocks, self.rows, expected.after(self.changes))
        check_jobs(carried, self.stocks, self.events.work, self.changes.by_reason["work"])
        gained = self.urban.last.gained if self.urban.last is not None else 0
        self.changes.urban = self.changes.urban._replace(reclassified=gained)
        check_urban(in_towns, int(self.stocks.persons[self.urban.now].sum()), self.changes.urban)
        books.check(self.governments)
        clock = self._spent("accounts", clock)

        # a new year solves them itself, when everybody is a year older
        year_ends = self.calendar.is_year_end(self.now)
        self.now += 1
        if not year_ends:
            self.life = self._life_tables()
        clock = self._spent("life tables", clock)
        if self.outputs is not None:
            self.outputs.step(applied)
        if self.datacollector is not None:
            self.datacollector.collect(self)
        self._spent("record", clock)

    def _wrapped_step(self) -> None:
        """A step as Mesa wraps it: an error inside would take the next step off its list of events."""
        self._refuse()
        super()._wrapped_step()

    def _refuse(self) -> None:
        """Raise where no step can be taken, before anything is changed."""
        if self.now >= self.calendar.n_steps:
            last = self.calendar.label(self.calendar.n_steps - 1)
            raise PastTheEnd(f"the run ended with {last} (time.end): no step is left; check model.running")
        self.refuse_unsolved()

    def advance(self) -> None:
        """One step; at the end of some years also all rows in the order of places, which changes no result.

        Then rows that `events` and `changes` name are those of before. On many processes rows stay where addresses
        know them.
        """
        self.step()
        done = self.now - 1
        ordered = self.calendar.is_year_end(done) and self.calendar.year(done) % ORDERED_EVERY == 0
        if self.shard.alone and ordered:
            clock = time.perf_counter()
            others = (self.outputs.residence.then,) if self.outputs is not None else ()
            put_in_order(self.households, self.links, self.world.n_places, others)
            self._spent("order of rows", clock)

    def run(self) -> None:
        """All steps that are left."""
        while self.now < self.calendar.n_steps:
            self.advance()

    def take_over(self, households: Households, links: Links) -> None:
        """Go on with other rows than those of the start, as `dicu.execution.state.restore` does."""
        super().take_over(households, links)
        if self._objects is not None:
            self.agents_by_type[DecidingHousehold].do("remove")
            self._objects = ObjectsEngine(self, self.households)


__all__ = ["EngineName", "Model", "PastTheEnd", "Watch"]
