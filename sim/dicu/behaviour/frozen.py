"""Make the frozen tables of a step out of incomes, access, networks and parameters."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour import terms, utility
from dicu.behaviour.ages import Ages
from dicu.behaviour.choose import ChooseTable
from dicu.behaviour.consider import ConsiderTable, looks_table, readiness_table, rounded_up
from dicu.behaviour.couples import CoupleTable, moved_share
from dicu.behaviour.geography import Distances, Geography, Where, area_ids
from dicu.behaviour.household_rules import FULL_SHOCK
from dicu.behaviour.life_course import LifeHazards, LifeTable
from dicu.behaviour.life_tables import LifeTables
from dicu.behaviour.liquidity import needed_tables
from dicu.behaviour.move import MoveTable, Readiness
from dicu.behaviour.nests import NestTables, nest_tables
from dicu.behaviour.offer_cost import Start, solve_offer_cost
from dicu.behaviour.plugin_terms import PluginTerms, Seen, raised
from dicu.behaviour.screening import screen_table
from dicu.behaviour.staying import solve_kappa
from dicu.behaviour.tables import Tables
from dicu.behaviour.ties import growth_256
from dicu.behaviour.vital import areas
from dicu.behaviour.wealth import (
    UNITS_PER_MVND,
    MoneyTable,
    draw_65536,
    floor_units,
    luck_factors,
    saving_65536,
)
from dicu.behaviour.work import Spreading, WorkTable, change_chances, spread_offers
from dicu.compute.draws import TWO_32, Purpose, key64
from dicu.economy.commuting import Commuting
from dicu.economy.housing import Homes, mean_rent, rent_term
from dicu.economy.markets import Markets
from dicu.scenario.scenario import Scenario
from dicu.scenario.vocabulary import SERVICES
from dicu.world.world import World

_GIRLS: Final = 100.0
"""The unit of ``boys_per_100_girls``."""

Networks = tuple[NDArray[np.float64], NDArray[np.float64]]


class Weighed(NamedTuple):
    """What `Choosing.weigh` makes of a step.

    Attributes
    ----------
    nests : NestTables
    income : (P, T) float64
        beta_y ln y.
    rents : (P,) float64
        What rents take from utility.
    stock : (R, L) float64
        Households relative to the start, by home province and district of residence.
    networks : two arrays, (R, L) and (R, R) float64
        (1 + N)^nu of districts and provinces.
    status : (P, T) float64
        ln(V_F / V_I), what a formal job is worth.
    hazard : (P, 2 T) float64
        Of considering, by kind.
    """

    nests: NestTables
    income: NDArray[np.float64]
    rents: NDArray[np.float64]
    stock: NDArray[np.float64]
    networks: Networks
    status: NDArray[np.float64]
    hazard: NDArray[np.float64]


def _by_place(terms: dict[str, float], world: World) -> NDArray[np.float64]:
    """Terms of legacy provinces at each of their places, (P,)."""
    each = np.array([terms.get(str(code), 0.0) for code in world.legacy_provinces.code])
    return each[world.province]


class Choosing:
    """What decides moves, from parameters and static geography: call `kappa` once and `weigh` every step."""

    def __init__(
        self,
        scenario: Scenario,
        world: World,
        geography: Geography,
        ways: Distances,
        commuting: Commuting,
        network_start: NDArray[np.int64],
    ) -> None:
        choose, consider = scenario.choose, scenario.consider
        self.commuting, self.network_start = commuting, network_start
        self.near_area = np.ascontiguousarray(geography.near_district[:, commuting.centre])
        self.area_of_place = commuting.area[world.district]
        self.area_id = area_ids(world, commuting.centre)
        self.scenario, self.world, self.geography, self.ways = scenario, world, geography, ways
        self.beta_access = np.array([getattr(choose, f"beta_{service}") for service in SERVICES])
        # what makes a place liked, or left, besides income and services: terms of its province
        self.amenity = _by_place(scenario.arriving, world)
        self.leave = _by_place(scenario.leaving, world)
        codes = [str(code) for code in world.legacy_provinces.code]
        self.reached = utility.exp_array(np.array([scenario.leaving.get(code, 0.0) for code in codes]))
        self.leave_district = float(utility.exp64(-choose.cost_other_district))
        self.leave_province = float(utility.exp64(-choose.cost_other_province))
        self.base = consider.lambda0 * scenario.calendar.dt_quarters
        self.tie_hazard = terms.ties_effect(-consider.theta_ties)
        self.tie_stay = terms.ties_effect(choose.kappa_ties)
        left = range(FULL_SHOCK + 1)
        self.shock_hazard = np.array([utility.exp64(consider.theta_shock * x / FULL_SHOCK) for x in left])
        self.luck = luck_factors(scenario.work.luck_spread).astype(np.float32)
        self.plugin_terms = PluginTerms(scenario)

    def rents(self, homes: Homes) -> NDArray[np.float64]:
        """(P,) what rents take from the utility of each place, -beta_y alpha_h ln r."""
        weight = self.scenario.choose.beta_income * self.scenario.money.rent_share
        return rent_term(self.geography.district, homes.rent, weight)

    def networks(self, network: NDArray[np.int64]) -> tuple[NDArray[np.float64], Networks]:
        """Households relative to the start (R, L), and (1 + N)^nu of districts and provinces."""
        g, weight = self.geography, self.scenario.population.weight
        stock = utility.relative_network(network, self.network_start, g.province, weight)
        n_provinces = len(self.world.legacy_provinces)
        return stock, utility.network_tables(stock, g.province, n_provinces, self.scenario.choose.network)

    def weigh(
        self,
        markets: Markets,
        access: NDArray[np.float64],
        network: NDArray[np.int64],
        homes: Homes,
    ) -> Weighed:
        """Weights of places and nests, networks, and the hazard of considering by kind."""
        choose, consider = self.scenario.choose, self.scenario.consider
        income, rents = markets.potential, self.rents(homes)
        income_part = terms.income_part(income, choose.beta_income)
        v = utility.systematic_utility(income_part, access, self.beta_access, self.amenity + rents)
        seen = Seen.of(self.world, income, access)
        if self.plugin_terms:
            v += self.plugin_terms.utility(seen)
        now = self.geography._replace(dwellings_share=homes.share)
        nests = nest_tables(v, income, now, choose.theta, self.leave_district, self.leave_province)
        poor_access = 1.0 - terms.mean_of_services(access)
        status = terms.log_status(markets.expected)
        gap = np.hstack([nests.gap, nests.gap - status])
        hazard = utility.consider_tables(
            gap, poor_access, self.base, consider.theta_gap, consider.theta_services, self.leave
        )
        if self.plugin_terms:
            hazard = raised(hazard, np.tile(self.plugin_terms.hazard(seen), 2))
        stock, networks = self.networks(network)
        return Weighed(nests, income_part, rents, stock, networks, status, hazard)

    def ready(self, ages: Ages) -> Readiness:
        """How ready people are to think of moving at their ages of a year."""
        consider = self.scenario.consider
        return Readiness(readiness_table(consider, ages), consider.partnered_readiness)

    def keeps(self, status: NDArray[np.float64]) -> NDArray[np.float64]:
        """(P, T) by how much a formal job weighs in what keeps it, (V_F / V_I)^beta_y; ``status`` is its logarithm."""
        return utility.exp_array(self.scenario.choose.beta_income * status.reshape(-1)).reshape(status.shape)

    def kappa(
        self,
        markets: Markets,
        access: NDArray[np.float64],
        network: NDArray[np.int64],
        homes: Homes,
        count: NDArray[np.int64],
        ready: NDArray[np.float64],
    ) -> float:
        """Utility of staying: as given, or solved at the start from the share that is to move.

        ``count`` are the households by place, kind and ties, ``ready`` (2 T,) their mean readiness.
        """
        choose = self.scenario.choose
        if choose.kappa is not None:
            return choose.kappa
        weighed = self.weigh(markets, access, network, homes)
        return solve_kappa(
            weighed.nests,
            self.geography,
            weighed.networks,
            weighed.hazard * ready,
            (self.tie_hazard, self.tie_stay),
            count,
            choose.move_share,
            (self.keeps(weighed.status), self.commuting.area),
        )

    def spreading(self, looking: NDArray[np.int64], stock: NDArray[np.float64]) -> Spreading:
        """Who can be reached by offers; ``looking`` (L,) readiness of real persons, ``stock`` of `networks`."""
        c, nu = self.commuting, self.scenario.choose.network
        return Spreading(
            looking=looking.astype(np.float64),
            near=self.near_area,
            network=utility.area_network(stock, c.area, len(c), nu) * self.reached[:, None],
            province=self.geography.province,
            area=c.area,
        )

    def worth(self, markets: Markets) -> NDArray[np.float64]:
        """(P, 2 T) what a place is believed to be worth to a worker, its amenity as the pay that makes up for it."""
        beta = self.scenario.choose.beta_income
        if beta == 0.0:
            return markets.expected.copy()  # no pay makes up for anything
        return np.asarray(markets.expected * utility.exp_array(self.amenity / beta)[:, None])

    def offer_cost(self, markets: Markets, tables: Tables, workers: NDArray[np.int64]) -> float:
        """Disutility of taking a job from afar, solved at the start from the tables of then; ``workers`` (P, 32)."""
        start = Start(workers, self.worth(markets), tables.choose.place_weight, tables.work.spread)
        choose, labour = self.scenario.choose, self.scenario.labour
        return solve_offer_cost(tables.where, start, choose.beta_income, labour.accepted)


def freeze(
    choosing: Choosing,
    markets: Markets,
    access: NDArray[np.float64],
    network: NDArray[np.int64],
    homes: Homes,
    life: LifeTables,
    *,
    looking: NDArray[np.int64],
    kappa: float,
    offer_cost: float,
    moment: int,
    ages: Ages,
    urban: NDArray[np.bool_] | None = None,
) -> Tables:
    """Everything households see in this step (step 5 of the order).

    Parameters
    ----------
    access : (P, S)
    network : (R, L) int64
        Rows by home province and district of residence, one step old.
    homes : Homes
        Dwellings and rents.
    urban : (P,) bool
        Class of places in the step; None: that of the start.
    looking : (L,) int64
        Readiness of real persons to whom jobs may be offered from afar, in 1/256.
    kappa : float
        Utility of staying.
    offer_cost : float
        Disutility of taking a job that is offered from afar.
    moment : int
        Number of the step since 1995, which keys its draws.
    ages : Ages
        Year in which ages are read, and the ages that the law sets.
    """
    c, scenario, g = choosing, choosing.scenario, choosing.geography
    urban = choosing.world.urban if urban is None else urban
    calendar, boys = scenario.calendar, scenario.life_course.boys_per_100_girls
    choose, move, money = scenario.choose, scenario.move, scenario.money
    weighed = c.weigh(markets, access, network, homes)
    nests, networks, hazard = weighed.nests, weighed.networks, weighed.hazard
    flows, labour = markets.formal.flows, scenario.labour
    rate, spread = spread_offers(flows.offers, c.spreading(looking, weighed.stock))
    usual = utility.usual_network(networks[0], networks[1], g.first_district)
    shape, flat = nests.relative.shape, nests.relative.reshape(-1)
    months = calendar.months_per_step
    pay = markets.earnings * (months * UNITS_PER_MVND)
    needs = needed_tables(
        c.ways, g, homes.rent, mean_rent(homes.rent, homes.dwellings, g.first_district), money
    )

    def key(purpose: Purpose, seed: int = scenario.seed) -> np.uint64:
        return np.uint64(key64(seed, int(purpose), moment))

    def exponent(shift: float) -> NDArray[np.float64]:
        return utility.exp_array(flat + shift).reshape(shape)

    stay = exponent(kappa)
    ready = c.ready(ages)
    looks = looks_table(ready.by_member)
    moving = MoveTable(
        ready=ready,
        alone=move.alone,
        alone_partnered=move.alone * move.alone_partnered,
        split_key=key(Purpose.SPLIT),
        leaver_key=key(Purpose.LEAVER),
        # not keyed by the seed: a child's identity is its parent's, the step's and its ordinal's alone
        new_key=key(Purpose.NEW_HOUSEHOLD, 0),
    )
    lived = LifeTable(
        area=areas(c.world, urban, len(life.birth)),
        hazards=LifeHazards(
            death=life.death,
            birth=life.birth,
            birth_later=life.birth_later,
            seek=life.seek,
            part=life.part,
            key=key(Purpose.LIFE),
            detail_key=key(Purpose.LIFE_DETAIL),
        ),
        word=life.word,
        boy_share=boys / (_GIRLS + boys),
        newborn_key=key(Purpose.NEWBORN),
    )
    return Tables(
        where=Where(
            district=g.district,
            province=g.province,
            first_place=g.first_place,
            first_district=g.first_district,
            near_district=g.near_district,
            near_province=g.near_province,
            place_id=g.place_id,
            district_id=g.district_id,
            province_id=g.province_id,
            own_id=g.own_id,
            urban=urban,
            area=c.commuting.area,
            area_first=c.commuting.first_place,
            area_place=c.commuting.place,
            area_id=c.area_id,
        ),
        consider=ConsiderTable(
            hazard=hazard,
            bound=rounded_up(hazard * TWO_32),
            tie_hazard=c.tie_hazard,
            shock_hazard=c.shock_hazard,
            shock_bound=np.float32(np.ceil(c.shock_hazard.max()) + 1.0),
            key=key(Purpose.CONSIDER),
        ),
        choose=ChooseTable(
            tie_stay=c.tie_stay,
            stay=stay,
            home=exponent(choose.home),
            other_work=terms.other_work(nests.relative, nests.best, urban, kappa - scenario.work.switch_cost),
            keeps=c.keeps(weighed.status),
            income_part=weighed.income + weighed.rents[:, None],
            service_part=terms.service_part(access, c.beta_access),
            need_own=needs.own,
            need_district=needs.district,
            need_province=needs.province,
            place_weight=nests.place_weight,
            own_nest=nests.own_nest,
            district_nest=nests.district_nest,
            province_nest=nests.province_nest,
            net_district=networks[0],
            net_province=networks[1],
            usual_district=usual[0],
            usual_province=usual[1],
            leave_district=c.leave_district,
            leave_province=c.leave_province,
            nest_key=key(Purpose.NEST),
            place_key=key(Purpose.PLACE),
        ),
        move=moving,
        life=lived,
        couples=CoupleTable(
            home_key=key(Purpose.COUPLE_HOME),
            reach_key=key(Purpose.COUPLE_REACH),
            lodge_key=key(Purpose.LODGE),
            patrilocal_share=scenario.life_course.patrilocal_share,
            lodging_share=scenario.life_course.lodging_share,
            apart_share=scenario.life_course.apart_share,
            beyond_share=scenario.life_course.beyond_share,
            moved_share=moved_share(scenario.life_course.beyond_share, scenario.population.weight),
        ),
        money=MoneyTable(
            pay=pay.astype(np.float32),
            other_pay=(markets.other_income_head * (months * UNITS_PER_MVND)).astype(np.float32),
            luck=c.luck,
            floor=np.uint32(floor_units(money, months)),
            keep=np.uint32(saving_65536(money)),
            draw=np.uint32(draw_65536(money, calendar.dt_quarters)),
            key=key(Purpose.MONEY),
        ),
        work=WorkTable(
            change=change_chances(
                c.area_of_place, flows.lose, flows.find, markets.formal.search, labour.most_found
            ),
            hazard=rate,
            looks=looks,
            spread=spread,
            value=c.worth(markets),
            beta=choose.beta_income,
            cost=offer_cost,
            move=moving._replace(alone=1.0, alone_partnered=labour.leaves_partner),
            key=key(Purpose.WORK),
            area_key=key(Purpose.OFFER_AREA),
            place_key=key(Purpose.OFFER_PLACE),
            take_key=key(Purpose.OFFER_TAKEN),
        ),
        screen=screen_table(lived, ready, looks, rate[g.district], c.tie_hazard, ages),
        ties_growth=np.uint16(growth_256(scenario.ties, calendar.dt_quarters)),
        ages=ages,
        struck=markets.struck.astype(np.uint8),
    )


__all__ = ["Choosing", "freeze"]
