"""The Mesa model: what a run is made of, and the order of a step.

Read `Model.step`: it is the whole of one quarter, in the order of the specification (section 2). Rules live in
`dicu.behaviour`, governments in `dicu.government`, borders in `dicu.reform`; how a pass is executed in `dicu.engine`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.abroad import Abroad
from dicu.behaviour.access import EDUCATION, HEALTH
from dicu.behaviour.across import follow_across, remit_across
from dicu.behaviour.ages import Ages, ages_in
from dicu.behaviour.consider import looks_table, mean_readiness, readiness_table
from dicu.behaviour.events import Events
from dicu.behaviour.frozen import Choosing, freeze
from dicu.behaviour.geography import distances, geography
from dicu.behaviour.life_course import exposure
from dicu.behaviour.life_tables import LifeTables, life_tables
from dicu.behaviour.liquidity import move_costs
from dicu.behaviour.remit import Follows, Sending, follow, follow_rule, remit_along, remit_rule
from dicu.behaviour.tables import Tables
from dicu.behaviour.terms import mean_income
from dicu.behaviour.vital import VitalRates, areas
from dicu.commit.accounts import Expected, check_jobs, check_people, check_urban, urban_growth
from dicu.commit.changes import Changes
from dicu.commit.commit import commit
from dicu.commit.stocks import Stocks, by_kind_and_ties, count, retype
from dicu.commit.whole import carry_all, copied, whole_changes, whole_events, whole_stocks
from dicu.compute.mesa_import import mesa
from dicu.compute.ranks import Ranks
from dicu.economy.central import Central
from dicu.economy.commuting import commuting
from dicu.economy.housing import HousingMarket
from dicu.economy.markets import Markets
from dicu.economy.programmes import Programmes
from dicu.engine import threads
from dicu.engine.objects import DecidingHousehold, ObjectsEngine
from dicu.government import books
from dicu.government import state as government_state
from dicu.government.governments import Governments
from dicu.government.revenue import income_level
from dicu.government.urban_status import UrbanStatus
from dicu.government.waves import waves
from dicu.observe.outputs import Outputs, Unrecorded
from dicu.population.columns import Households
from dicu.population.links import Links
from dicu.population.margins import mean_sizes
from dicu.population.shard import cut_among
from dicu.reform.engine import apply
from dicu.reform.policies import plan_of
from dicu.scenario.scenario import Scenario
from dicu.world.world import World

EngineName = Literal["threads", "objects", "shards"]


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


class Model(mesa.Model):  # type: ignore[misc]
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
    ) -> None:
        super().__init__(rng=scenario.seed)
        self.datacollector: mesa.DataCollector | None = None
        self.settings, self.world = scenario, world
        self.calendar = scenario.calendar
        self.seconds: dict[str, float] = {}
        self.now = self.calendar.first_step  # below 0 while the history before the run is simulated
        self.year = self.calendar.age_year(self.now)
        self._ages_ahead = self.year - self.calendar.year(self.now)
        self.shard = cut_among(ranks, world.district, world.residents)
        households, links = self.shard.deal(households, links)
        self.households, self.links = households, links
        self.changes: Changes | None = None
        self.events: Events | None = None

        clock = time.perf_counter()
        rural, urban = mean_sizes(scenario.population, self.year)
        persons_a_dwelling = np.where(world.urban, urban, rural)
        dwellings = np.rint(world.residents / persons_a_dwelling).astype(np.int64)
        self.geography = geography(world, dwellings, scenario.choose, scenario.access)
        self.distances = distances(world, dwellings, self.geography)
        self.move_cost = move_costs(self.distances, scenario.money)
        self.vital = VitalRates(world, scenario.life_course)
        self.urban = UrbanStatus(world, scenario.cities, self.calendar)
        self.abroad = Abroad(world, scenario, self.shard.ranks)
        self.life = self._life_tables()
        self.stocks = self._count(households)
        self.central = Central(scenario.cities, self.calendar, world)
        self.commuting = commuting(world, scenario.labour, scenario.access)
        self.programmes = Programmes(scenario.programme, self.calendar, world, self.central, self.commuting)
        self.markets = Markets(
            world,
            scenario.work,
            scenario.income,
            scenario.labour,
            self.commuting,
            workers=self.workers,
            persons=self.residents,
            dt_quarters=self.calendar.dt_quarters,
            seed=scenario.seed,
            programmes=self.programmes,
            respond=scenario.feedback.jobs,
            offers=scenario.feedback.offers,
            urban=self.urban.now,
        )
        g, n = self.geography, len(world.legacy_provinces)
        earns, _ = mean_income(self.markets.expected, self.stocks.workers, g.district, g.province, n)
        self.housing = HousingMarket(
            world,
            scenario.housing,
            scenario.money,
            dwellings=dwellings,
            households=self.stocks.households * scenario.population.weight,
            persons_a_dwelling=persons_a_dwelling,
            income=earns,
            dt_quarters=self.calendar.dt_quarters,
            respond=scenario.feedback.housing,
        )
        self.network_start = self.stocks.network.copy()
        clock = self._spent("geography and markets", clock)

        self.governments = Governments(
            self,
            world,
            scenario.government,
            scenario.access,
            self.residents,
            steps_per_year=self.calendar.steps_per_year,
            income=self.local_income,
            first_step=self.calendar.first_step,
            digital_step=self.calendar.steps_until(scenario.government.digital_start),
            respond=scenario.feedback.services,
            waves=waves(world, scenario.government, self.calendar),
        )
        self.policy = plan_of(scenario, world)
        clock = self._spent("governments", clock)

        self.choosing = Choosing(scenario, world, g, self.distances, self.commuting, self.network_start)
        among = self.shard.ranks
        rows = among.sum("start", by_kind_and_ties(households.n, households.rows, world.n_places))
        readiness = self.choosing.ready(self.ages)
        ready = mean_readiness(households.n, households.rows, readiness, self.ages, among)
        self.kappa = self.choosing.kappa(
            self.markets, self.access(), self.stocks.network, self.housing.homes, rows, ready
        )
        self.offer_cost = 0.0
        self.offer_cost = self.choosing.offer_cost(self.markets, self.tables(), self.workers)
        self._objects = ObjectsEngine(self, households) if engine == "objects" else None
        self.engine: EngineName = engine
        self.outputs: Outputs | Unrecorded | None = None
        self.watch: Watch | None = None
        self._spent("kappa", clock)

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

    @property
    def rows(self) -> int:
        """Household rows of the whole country, on whatever ranks."""
        return int(self.stocks.households.sum())

    @property
    def moment(self) -> int:
        """Number of the step that is next since 1995, by which its draws are keyed."""
        return self.calendar.moment(self.now)

    @property
    def ages(self) -> Ages:
        """The year in which ages are read, and the ages that the law of the country sets."""
        return ages_in(self.year, self.world.country.law)

    @property
    def residents(self) -> NDArray[np.int64]:
        """(P,) real persons by place."""
        return self.stocks.persons * self.settings.population.weight

    @property
    def workers(self) -> NDArray[np.int64]:
        """(P, 2 T) real members of working age by place and kind: household type, from T on with a formal job."""
        return self.stocks.workers * self.settings.population.weight

    @property
    def looking(self) -> NDArray[np.int64]:
        """(L,) readiness of real persons to whom jobs may be offered from afar, in 1/256."""
        return self.stocks.looking * self.settings.population.weight

    @property
    def network(self) -> NDArray[np.int64]:
        """(R, L) rows by province of the home place and district that households see; of the start if cut."""
        return self.stocks.network if self.settings.feedback.network else self.network_start

    @property
    def local_income(self) -> NDArray[np.float64]:
        """(P,) income of a worker that people of each place believe in, M VND per month."""
        return income_level(self.markets.expected, self.workers)

    def access(self) -> NDArray[np.float64]:
        """(P, S) access of each place to each service: what governments provide, less what crowding takes.

        Access is proportional to quality, so a crowded clinic is one of lower quality.
        """
        provided = self.governments.access()
        if not self.settings.feedback.services:
            return provided
        left = self.housing.crowding()
        crowded = provided.copy()
        crowded[:, HEALTH] *= left
        crowded[:, EDUCATION] *= left
        return crowded

    # ---------------------------------------------------------------- the order of a step

    def step(self) -> None:
        """One step of the calendar, in the order of the specification.

        Raises
        ------
        PastTheEnd
            When the last one is done.
        """
        if self.now >= self.calendar.n_steps:
            last = self.calendar.label(self.calendar.n_steps - 1)
            raise PastTheEnd(f"the run ended with {last} (time.end): no step is left; check model.running")
        clock = time.perf_counter()
        h, seed, dt = self.households, self.settings.seed, self.calendar.dt_quarters
        moment = self.moment

        # a new year: everybody is a year older
        if self.calendar.age_year(self.now) != self.year:
            self.year = self.calendar.age_year(self.now)
            self.life = self._life_tables()
            retype(h, self.year)
            self.stocks = self._count(h)
        # places whose class changes: people of other areas, so other women bear the births put in by area
        if self.urban.step(self.now, self.stocks, self.settings.population.weight):
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

    def tables(self) -> Tables:
        """What households see in the step that is next."""
        return freeze(
            self.choosing,
            self.markets,
            self.access(),
            self.network,
            self.housing.homes,
            self.life,
            looking=self.looking,
            kappa=self.kappa,
            offer_cost=self.offer_cost,
            moment=self.moment,
            ages=self.ages,
            urban=self.urban.now,
        )

    def _count(self, households: Households) -> Stocks:
        looks = looks_table(readiness_table(self.settings.consider, self.ages))
        g = self.geography
        mine = count(households, self.life.word, looks, g.district, g.province)
        return whole_stocks(mine, self.shard.ranks)

    def run(self) -> None:
        """All steps that are left."""
        while self.now < self.calendar.n_steps:
            self.step()

    def whole(self) -> tuple[Households, Links]:
        """All households and links, on the first rank; all ranks call it together, the others get none."""
        return self.shard.gather(self.households, self.links)

    def state(self, whole: tuple[Households, Links] | None = None) -> dict[str, NDArray[np.generic]]:
        """Arrays besides the household columns that are part of the state (its checksum, later its checkpoint).

        Parameters
        ----------
        whole : (Households, Links) or None
            As `whole` gives them; None: those of this process.
        """
        stocks = self.stocks
        households, links = (self.households, self.links) if whole is None else whole
        child, parent = links.canonical(households.uid)
        return {
            "now": np.array([self.now]),
            "kappa": np.array([self.kappa]),
            "offer_cost": np.array([self.offer_cost]),
            "links.child": child,
            "links.parent": parent,
            "stocks.households": stocks.households,
            "stocks.persons": stocks.persons,
            "stocks.network": stocks.network,
            "start.network": self.network_start,
            **{f"{p}.{name}": a for p, part in self.part_states().items() for name, a in part.items()},
        }

    def part_states(self) -> dict[str, Mapping[str, NDArray[np.generic]]]:
        """The arrays of what has a state of its own, by the name that theirs begin with."""
        return {
            "markets": self.markets.state(),
            "housing": self.housing.state(),
            "government": government_state.export(self.governments),
            "urban": self.urban.state(),
        }

    def take_over(self, households: Households, links: Links) -> None:
        """Go on with other rows than those of the start, as `dicu.execution.saved.restore` does."""
        households, links = self.shard.deal(households, links)
        self.households, self.links = households, links
        self.life = self._life_tables()
        self.stocks = self._count(households)
        if self._objects is not None:
            self.agents_by_type[DecidingHousehold].do("remove")
            self._objects = ObjectsEngine(self, households)

    def _life_tables(self) -> LifeTables:
        """Of the step that is next: who can give birth changes with every couple, birth and move."""
        vital = self.vital.at(self.year - self._ages_ahead)
        n = len(vital.fertility)
        ranks, mine = self.shard.ranks, self.households
        of = ranks.total("stocks", mine.n)[0]
        area = areas(self.world, self.urban.now, n)
        women = ranks.sum("stocks", exposure(mine, area, n, self.ages, self.moment, of))
        return life_tables(self.settings.life_course, self.ages, self.calendar.dt_quarters, women, vital)

    def _spent(self, phase: str, since: float) -> float:
        now = time.perf_counter()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + now - since
        return now
