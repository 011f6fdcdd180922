"""The Mesa model: what a run is made of, and the order of a step.

Read `Model.step`: it is the whole of one quarter, in the order of the specification (section 2). Rules live in
`sim.behaviour`, governments in `sim.government`, borders in `sim.reform`; how a pass is executed in `sim.engine`.
Markets, life course, wealth and remittances join at the places marked by the order's numbers.
"""

from __future__ import annotations

import time
from typing import Literal

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.behaviour import tables as frozen
from sim.behaviour.access import SERVICES
from sim.behaviour.draws import Purpose, key64
from sim.behaviour.geography import geography
from sim.behaviour.income import perceived_income
from sim.behaviour.staying import solve_kappa
from sim.behaviour.ties import growth_256
from sim.engine import threads
from sim.engine.accounts import check_people
from sim.engine.commit import Moves, commit
from sim.engine.events import Events
from sim.engine.objects import ObjectsEngine
from sim.engine.stocks import by_type_and_ties, count
from sim.government.governments import Governments
from sim.population.columns import Households
from sim.record.recorder import Recorder
from sim.reform.engine import Applied, apply
from sim.reform.policies import policy
from sim.scenario.scenario import Scenario
from sim.world.world import World

EngineName = Literal["threads", "objects"]


class Model(mesa.Model):  # type: ignore[misc]
    """One scenario on one world: households, governments, and the order in which they act.

    Parameters
    ----------
    scenario : Scenario
    world : World
        Residents of the scenario's first year.
    households : Households
        The starting population, see `sim.population.synthesis`; changed in place.
    engine : {"threads", "objects"}
        How the household pass is executed; the results are the same bytes.
    recorder : Recorder or None
        Where the outputs go; None keeps only the state.
    """

    def __init__(
        self,
        scenario: Scenario,
        world: World,
        households: Households,
        *,
        engine: EngineName = "threads",
        recorder: Recorder | None = None,
    ) -> None:
        super().__init__(rng=scenario.seed)
        self.settings, self.world, self.recorder = scenario, world, recorder
        self.calendar = scenario.calendar
        self.seconds: dict[str, float] = {}
        self.now = 0
        self.moves: Moves | None = None
        self.events: Events | None = None

        clock = time.perf_counter()
        self.households = households

        size = scenario.population
        persons_a_dwelling = np.where(world.urban, size.household_size_urban, size.household_size_rural)
        dwellings = np.rint(world.residents / persons_a_dwelling).astype(np.int64)
        self.geography = geography(world, dwellings, scenario.choose, scenario.access)
        self.stocks = count(households, self.geography.district, self.geography.province)
        at_start = by_type_and_ties(
            households.n, households.place, households.flags, households.ties, world.n_places
        )
        self.income = perceived_income(world, at_start.sum(axis=2), scenario.income)
        self.amenity = np.zeros(world.n_places)
        clock = self._spent("geography and income", clock)

        self.governments = Governments(
            self,
            world,
            scenario.government,
            scenario.access,
            self.residents,
            steps_per_year=self.calendar.steps_per_year,
        )
        reform_step = self.calendar.step_of(scenario.reform.date) if scenario.reform.policy != "none" else 0
        self.policy = policy(scenario.reform.policy, world, reform_step, scenario.reform.date)
        clock = self._spent("governments", clock)

        self.kappa = (
            scenario.choose.kappa if scenario.choose.kappa is not None else self._solve_kappa(at_start)
        )
        self._spent("kappa", clock)
        self._objects = ObjectsEngine(self, households) if engine == "objects" else None
        self.engine: EngineName = engine
        self._record_start()

    @property
    def residents(self) -> NDArray[np.int64]:
        """(P,) real persons by place."""
        return self.stocks.persons * self.settings.population.weight

    # ---------------------------------------------------------------- the order of a step

    def step(self) -> None:
        """One step of the calendar, in the order of the specification."""
        clock = time.perf_counter()

        # 1. policies due now
        for change in self.policy:
            if change.step == self.now:
                applied = apply(self.governments, change, self.now, self.residents)
                self._record_reform(applied)
        clock = self._spent("reform", clock)

        # 4. governments: budget, staff, service quality, access
        self.governments.step(self.residents, self.now)
        clock = self._spent("governments", clock)

        # 5. tables of systematic utility, frozen for the pass
        tables = self.tables()
        clock = self._spent("tables", clock)

        # 6. the household pass: each reads the tables, writes its own row, says what it does
        run = self._objects.household_pass if self._objects is not None else threads.household_pass
        self.events = run(self.households, tables, self.seconds)
        clock = time.perf_counter()

        # 7. commit in uid order
        persons, rows = int(self.stocks.persons.sum()), self.households.n
        self.moves = commit(self.households, self.events, tables, self.stocks)
        clock = self._spent("commit", clock)

        # 9. accounts: everything conserved, or the run stops with the difference named
        check_people(
            self.households, self.stocks, self.geography, persons=persons, rows=rows + self.moves.splits
        )
        self.governments.check()
        clock = self._spent("accounts", clock)

        self.now += 1
        self._record_step()
        self._spent("record", clock)

    def run(self) -> None:
        """All steps that are left."""
        while self.now < self.calendar.n_steps:
            self.step()

    # ---------------------------------------------------------------- tables

    def tables(self) -> frozen.Tables:
        """Everything households see in this step (step 5 of the order)."""
        choose, move, now = self.settings.choose, self.settings.move, self.now
        kappa = self.kappa
        nests, networks, hazard, threshold = self._choice_tables()
        tie_hazard, tie_stay = self._ties_tables()
        flat = nests.relative.reshape(-1)
        seed = self.settings.seed

        def key(purpose: Purpose) -> np.uint64:
            return np.uint64(key64(seed, int(purpose), now))

        return frozen.Tables(
            district=self.geography.district,
            province=self.geography.province,
            first_place=self.geography.first_place,
            first_district=self.geography.first_district,
            near_district=self.geography.near_district,
            near_province=self.geography.near_province,
            place_id=self.geography.place_id,
            district_id=self.geography.district_id,
            province_id=self.geography.province_id,
            own_id=self.geography.own_id,
            urban=self.world.urban,
            hazard=hazard,
            threshold=threshold,
            tie_hazard=tie_hazard,
            tie_stay=tie_stay,
            stay=frozen.exp_array(flat + kappa).reshape(nests.relative.shape),
            home=frozen.exp_array(flat + choose.home).reshape(nests.relative.shape),
            place_weight=nests.place_weight,
            own_nest=nests.own_nest,
            district_nest=nests.district_nest,
            province_nest=nests.province_nest,
            net_district=networks[0],
            net_province=networks[1],
            leave_district=float(frozen.exp64(-choose.cost_other_district)),
            leave_province=float(frozen.exp64(-choose.cost_other_province)),
            psi=np.array([move.psi_young_adult, move.psi_children, move.psi_other, move.psi_elderly]),
            leaver_young_weight=move.leaver_young_weight,
            consider_key=key(Purpose.CONSIDER),
            nest_key=key(Purpose.NEST),
            place_key=key(Purpose.PLACE),
            split_key=key(Purpose.SPLIT),
            leaver_key=key(Purpose.LEAVER),
            # not keyed by the seed: a child's identity is its parent's, the step's and its ordinal's alone
            new_key=np.uint64(key64(0, int(Purpose.NEW_HOUSEHOLD), now)),
            ties_growth=np.uint16(growth_256(self.settings.ties, self.calendar.dt_quarters)),
            # ages stand still at the start until the life course moves them
            year=self.world.year,
        )

    def _choice_tables(
        self,
    ) -> tuple[
        frozen.NestTables,
        tuple[NDArray[np.float64], NDArray[np.float64]],
        NDArray[np.float64],
        NDArray[np.uint32],
    ]:
        choose, consider = self.settings.choose, self.settings.consider
        access = self.governments.access()
        beta = np.array([getattr(choose, f"beta_{service}") for service in SERVICES])
        v = frozen.systematic_utility(self.income, access, choose.beta_income, beta, self.amenity)
        nests = frozen.nest_tables(
            v,
            self.income,
            self.geography,
            choose.theta,
            frozen.exp64(-choose.cost_other_district),
            frozen.exp64(-choose.cost_other_province),
        )
        networks = frozen.network_tables(
            self.stocks.network,
            self.geography.province,
            len(self.world.legacy_provinces),
            choose.network,
            self.settings.population.weight,
        )
        stages = (consider.g_young_adult, consider.g_children, consider.g_other, consider.g_elderly)
        base = frozen.by_stage(stages) * consider.lambda0 * self.calendar.dt_quarters
        poor_access = 1.0 - frozen.mean_of_services(access)
        hazard, threshold = frozen.consider_tables(
            nests.gap, poor_access, base, consider.theta_gap, consider.theta_services
        )
        return nests, networks, hazard, threshold

    def _ties_tables(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return (
            frozen.ties_effect(-self.settings.consider.theta_ties),
            frozen.ties_effect(self.settings.choose.kappa_ties),
        )

    def _solve_kappa(self, at_start: NDArray[np.int64]) -> float:
        nests, networks, hazard, _ = self._choice_tables()
        return solve_kappa(
            nests,
            self.geography,
            networks,
            hazard,
            self._ties_tables(),
            at_start,
            self.settings.choose.move_share,
        )

    # ---------------------------------------------------------------- outputs

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Arrays besides the household columns that are part of the state (its checksum, later its checkpoint)."""
        stocks = self.stocks
        return {
            "now": np.array([self.now]),
            "kappa": np.array([self.kappa]),
            "stocks.households": stocks.households,
            "stocks.persons": stocks.persons,
            "stocks.network": stocks.network,
            **{f"government.{name}": values for name, values in self.governments.state().items()},
        }

    def _record_start(self) -> None:
        if self.recorder is not None:
            self._record_stocks(0)
            self.recorder.national(0, self._national())

    def _record_step(self) -> None:
        if self.recorder is None or self.moves is None:
            return
        moves = self.moves
        self.recorder.national(self.now, self._national())
        self.recorder.flows(self.now, moves.origin, moves.destination, moves.persons)
        self._record_stocks(self.now)

    def _record_reform(self, applied: Applied) -> None:
        lineage = applied.lineage
        if self.recorder is None or lineage is None:
            return
        names = ("level", "predecessor", "successor", "predecessor_name", "successor_name", "kind")
        amounts = ("places", "persons", "area_km2")
        self.recorder.lineage(self.now + 1, {name: getattr(lineage, name) for name in (*names, *amounts)})

    def _record_stocks(self, step: int) -> None:
        assert self.recorder is not None
        every = self.settings.record
        year_end = step == 0 or self.calendar.is_year_end(step - 1) or step == self.calendar.n_steps
        # access jumps at a reform: the steps around it are always kept
        near = any(step - change.step in (0, 1) for change in self.policy)
        if every.places == "step" or year_end or near:
            self.recorder.places(step, self.stocks.households, self.stocks.persons, self.governments.access())
        if every.governments == "step" or year_end or near:
            self.recorder.governments(step, self.governments.columns())

    def _national(self) -> dict[str, int]:
        stocks, urban = self.stocks, self.world.urban
        moves, events = self.moves, self.events
        within = between = across = 0
        if moves is not None:
            g = self.geography
            a, b = g.district[moves.origin], g.district[moves.destination]
            within = int((a == b).sum())
            across = int((g.province[a] != g.province[b]).sum())
            between = len(moves) - within - across
        return {
            "households": int(stocks.households.sum()),
            "persons": int(stocks.persons.sum()),
            "urban_households": int(stocks.households[urban].sum()),
            "urban_persons": int(stocks.persons[urban].sum()),
            "rural_households": int(stocks.households[~urban].sum()),
            "rural_persons": int(stocks.persons[~urban].sum()),
            "considered": events.considered if events is not None else 0,
            "moves": len(moves) if moves is not None else 0,
            "moves_whole": moves.whole if moves is not None else 0,
            "moves_split": moves.splits if moves is not None else 0,
            "moves_home": moves.returns if moves is not None else 0,
            "moved_persons": int(moves.persons.sum()) if moves is not None else 0,
            "moves_within_district": within,
            "moves_between_districts": between,
            "moves_between_provinces": across,
        }

    def _spent(self, phase: str, since: float) -> float:
        now = time.perf_counter()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + now - since
        return now
