"""What a run is made of, as it stands between two steps; `dicu.model` says in which order it acts.

Rules live in `dicu.behaviour`, governments in `dicu.government`, borders in `dicu.reform`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.abroad import Abroad
from dicu.behaviour.access import EDUCATION, HEALTH
from dicu.behaviour.ages import Ages, ages_in
from dicu.behaviour.consider import looks_table, mean_readiness, readiness_table
from dicu.behaviour.frozen import Choosing, freeze
from dicu.behaviour.geography import distances, geography
from dicu.behaviour.life_course import exposure
from dicu.behaviour.life_tables import LifeTables, life_tables
from dicu.behaviour.liquidity import move_costs
from dicu.behaviour.member_word import counting_words
from dicu.behaviour.tables import Tables
from dicu.behaviour.terms import mean_income
from dicu.behaviour.vital import VitalRates, areas
from dicu.commit.stocks import Stocks, by_kind_and_ties, count
from dicu.commit.whole import whole_stocks
from dicu.compute.mesa_import import mesa
from dicu.compute.ranks import Ranks
from dicu.economy.central import Central
from dicu.economy.commuting import commuting
from dicu.economy.housing import HousingMarket
from dicu.economy.markets import Markets
from dicu.economy.programmes import Programmes
from dicu.government import state as government_state
from dicu.government.governments import Governments
from dicu.government.revenue import income_level
from dicu.government.urban_status import UrbanStatus
from dicu.government.waves import waves
from dicu.population.columns import Households
from dicu.population.links import Links
from dicu.population.margins import mean_sizes
from dicu.population.shard import cut_among
from dicu.reform.policies import plan_of
from dicu.scenario.scenario import Scenario
from dicu.world.world import World


class Parts(mesa.Model):  # type: ignore[misc]
    """Households, markets, governments and what they see of each other, at the beginning of a step.

    Parameters
    ----------
    scenario, world, households, links, ranks, solve
        As in `dicu.model.Model`, which adds the step itself.

    Attributes
    ----------
    settings : Scenario
    stocks : Stocks
        Rows and members counted by place, network and kind; of the whole country on every rank.
    network_start : (R, L) int64
        Rows by province of the home place and district, at the start.
    kappa, offer_cost : float
        Constants of moving that the start is solved for, see `dicu.behaviour.frozen.Choosing`.
    seconds : dict of str to float
        Spent in each part of the work.
    """

    def __init__(
        self,
        scenario: Scenario,
        world: World,
        households: Households,
        links: Links,
        *,
        ranks: Ranks | None = None,
        solve: bool = True,
    ) -> None:
        super().__init__(rng=scenario.seed)
        self.settings, self.world = scenario, world
        self.calendar = scenario.calendar
        self.seconds: dict[str, float] = {}
        self.now = self.calendar.first_step  # below 0 while the history before the run is simulated
        self.year = self.calendar.age_year(self.now)
        self._ages_ahead = self.year - self.calendar.year(self.now)
        self.shard = cut_among(ranks, world.district, world.residents)
        households, links = self.shard.deal(households, links)
        self.households, self.links = households, links

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
        self._spent("geography and markets", clock)
        self.kappa = self.offer_cost = math.nan  # no model steps with these, see `tables`
        if solve:
            self.solve()

    def solve(self) -> None:
        """Find the constants of moving from the start, as which this must stand; a restored state has its own.

        Raises
        ------
        RuntimeError
            When a step has been taken.
        """
        if self.now != self.calendar.first_step:
            raise RuntimeError(
                f"the constants of moving are those of the start, which is over (step {self.now})"
            )
        clock = time.perf_counter()
        among, households = self.shard.ranks, self.households
        rows = among.sum("start", by_kind_and_ties(households.n, households.rows, self.world.n_places))
        readiness = self.choosing.ready(self.ages)
        ready = mean_readiness(households.n, households.rows, readiness, self.ages, among)
        self.kappa = self.choosing.kappa(
            self.markets, self.access(), self.stocks.network, self.housing.homes, rows, ready
        )
        self.offer_cost = 0.0  # while its tables are made
        self.offer_cost = self.choosing.offer_cost(self.markets, self.tables(), self.workers)
        self._spent("kappa", clock)

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

    def tables(self) -> Tables:
        """What households see in the step that is next.

        Raises
        ------
        RuntimeError
            When the constants of moving are not known: neither solved nor restored.
        """
        self.refuse_unsolved()
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

    def refuse_unsolved(self) -> None:
        """Raise RuntimeError where the constants of moving are not known; nothing is changed by then."""
        if math.isnan(self.kappa) or math.isnan(self.offer_cost):
            raise RuntimeError("the constants of moving are not known: `solve` them, or restore a state")

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
        """Go on with other rows than those of the start, as `dicu.execution.state.restore` does."""
        households, links = self.shard.deal(households, links)
        self.households, self.links = households, links
        self.life = self._life_tables()
        self.stocks = self._count(households)

    def _count(self, households: Households) -> Stocks:
        """Rows and members of the whole country, of the step that is next."""
        looks = looks_table(readiness_table(self.settings.consider, self.ages))
        g = self.geography
        mine = count(households, counting_words(self.year), looks, g.district, g.province)
        return whole_stocks(mine, self.shard.ranks)

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
