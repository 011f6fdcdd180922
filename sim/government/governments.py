"""All governments of a country: Mesa agents over places that never move.

A border says only who governs a place; what people get there depends on the office that serves it. So a
change of borders that leaves the offices alone changes nobody's access by one bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import mesa
import numpy as np
from mesa.agent import AgentSet
from numpy.typing import NDArray

from sim.behaviour import access as rule
from sim.government import books, merge, state
from sim.government.agents import Commune, Province, Terms
from sim.government.budget import QUARTERS_A_YEAR, prices
from sim.government.founding import found
from sim.government.offices import COMMUNE, Office, sum_by
from sim.government.overlay import Overlay, legacy_overlay
from sim.government.places import farthest, mean_by, nearest_desk
from sim.government.revenue import Revenue
from sim.government.rules import power, share_online
from sim.government.services import Services
from sim.scenario.parameters import Access, Government
from sim.world.world import Units, World


@dataclass(frozen=True)
class Totals:
    """What a reform must conserve, summed over the country."""

    residents: int
    area_m2: int
    posts: int
    transfer_vnd: int
    capital_vnd: int
    capital_reference_vnd: int


@dataclass(frozen=True)
class Transition:
    """What an overlay did when it was adopted.

    Attributes
    ----------
    before, after : Totals
    offices_before, offices_after : int
    posts_cut : int
        Negative when posts were added.
    savings_vnd : int
        Cost of the posts cut, net of posts added, dong a step: by so much the transfers fell.
    severance_vnd : int
        Severance that falls due by it, dong in all.
    """

    overlay: Overlay
    previous: Overlay
    before: Totals
    after: Totals
    offices_before: int
    offices_after: int
    posts_cut: int
    savings_vnd: int
    severance_vnd: int = 0
    steps_per_year: int = 4

    @property
    def payback_years(self) -> float:
        """Severance over the savings of a year; nan where nothing is saved."""
        a_year = self.savings_vnd * self.steps_per_year
        return self.severance_vnd / a_year if a_year > 0 else float("nan")


class Governments:
    """The communes, provinces and offices of a world, stepped once a quarter (or month).

    Parameters
    ----------
    model
        The Mesa model that the agents belong to.
    world
        Places and both generations of borders; the run starts with the legacy ones.
    parameters, access
        Sections `Government` and `Access`.
    residents
        (P,) int64, persons (real, not rows) in each place at the start.
    steps_per_year
        4 for quarters, 12 for months.
    income
        (P,) float64, income of the start that local tax follows (`sim.government.revenue.income_level`); None: it
        follows residents alone.
    digital_step
        Step at which the programme of digital service begins; it may lie before the start, or within a step.
    respond
        Whether offices and budgets follow who lives where. If not, they go on serving the people of the start, so
        that quality changes by policy alone.

    Attributes
    ----------
    overlay : Overlay
        The borders in force.
    communes, provinces : AgentSet
        Mesa agents in the order of the overlay's units.
    network : Network
        The offices and who is served where.
    commune_minutes, district_minutes : (P,) float64
        Travel time to the office that serves the place.
    seat_minutes, province_minutes : (P,) float64
        Travel time to the seats, by law, of the commune and of the province that govern the place.
    services : Services
        Clinics, schools, hospitals, clean water.
    revenue : Revenue
        What places raise.
    minutes_at_start : tuple of two (P,) float64
        Travel time to the commune and district offices before any reform.

    Raises
    ------
    ValueError
        When ``residents`` does not fit the world, is negative, or nobody lives anywhere.
    """

    def __init__(
        self,
        model: mesa.Model,
        world: World,
        parameters: Government,
        access: Access,
        residents: NDArray[np.int64],
        steps_per_year: int = 4,
        *,
        income: NDArray[np.float64] | None = None,
        digital_step: float = 0.0,
        respond: bool = True,
    ) -> None:
        self.model = model
        self.world = world
        self.parameters = parameters
        self._access_parameters = access
        self.steps_per_year, self.digital_step, self.respond = steps_per_year, digital_step, respond
        quarters = QUARTERS_A_YEAR / steps_per_year
        price = prices(parameters, steps_per_year)
        self.terms = Terms(parameters, price, quarters, steps_per_year, world.position_km)
        self._water_closing = 1.0 - power(1.0 - access.clean_water_closing, quarters)
        self._area_m2 = np.rint(world.area_km2 * 1e6).astype(np.int64)
        self._residents = self._checked(residents)
        if not self._residents.sum():
            raise ValueError("nobody lives in this world: its governments would have no budget")
        self.overlay = legacy_overlay(world)
        more = np.zeros(len(world.legacy_communes), np.int64), np.zeros(len(world.districts), np.int64)
        self.network, a_head = found(world, self._residents, parameters, price, more)
        self.revenue = Revenue(a_head, parameters.land_revenue_share, income)
        self.services = Services(world, access)
        self.served = self._residents.copy()
        self.history = np.tile(self._residents, (steps_per_year, 1))
        self.online = access.online
        self._locate()
        self.minutes_at_start = (self.commune_minutes, self.district_minutes)
        self._elect()
        self._measure_access()
        self.step(residents, -1, income)

    # ---------------------------------------------------------------- what others read

    @property
    def commune_of_place(self) -> NDArray[np.int32]:
        """(P,) int32, index of the commune government of each place."""
        return self.overlay.commune_of_place

    @property
    def province_of_place(self) -> NDArray[np.int32]:
        """(P,) int32, index of the province government of each place."""
        return self.overlay.province_of_place

    @property
    def generation(self) -> str:
        """Of the borders in force: "legacy" or "2025"."""
        return self.overlay.generation

    @property
    def offices(self) -> list[Office]:
        """All offices, those of communes first."""
        return self.network.offices

    @property
    def residents(self) -> NDArray[np.int64]:
        """(P,) int64, persons at the last step. (Those that offices know of are in `served`.)"""
        return self._residents

    def access(self) -> NDArray[np.float64]:
        """Access of each place to each of `sim.behaviour.access.SERVICES`; (P, 5) float64, read-only, new
        every step.
        """
        return self._access

    def columns(self) -> dict[str, NDArray[Any]]:
        """One row a government, communes first, then provinces; see `sim.government.books.columns`."""
        return books.columns(self)

    def state(self) -> dict[str, NDArray[Any]]:
        """All that decides the governments' future, as arrays in a fixed order: offices, budgets, who is
        served where.

        Names and borders are not in it: they decide nothing, and ``relabel`` must have the state of ``none``.
        """
        return state.export(self)

    def restore(self, arrays: Mapping[str, NDArray[Any]], overlay: Overlay | None = None) -> None:
        """Take over a `state` of the same world and parameters; stepping on gives the bytes of the original.

        Parameters
        ----------
        arrays
            What `state` gave.
        overlay
            The borders in force (`sim.government.overlay.in_force`), which the state does not hold; None: those of
            the start.

        Raises
        ------
        ValueError
            When a name is missing or unknown, or an array has a shape that cannot be.
        """
        self._dismiss()
        if overlay is not None:
            self.overlay = overlay
        state.take_over(self, arrays)
        self._locate()
        self._elect()
        for agent in self.communes:
            agent.add_up()
        for agent in self.provinces:
            agent.consolidate()
        self._count_people()
        self._measure_access()

    def totals(self) -> Totals:
        """What a reform must conserve, as it stands; residents and area are summed over the communes."""
        n = len(self.overlay.communes)
        budgets = self.network.budgets
        return Totals(
            residents=int(sum_by(self.commune_of_place, self._residents, n).sum()),
            area_m2=int(sum_by(self.commune_of_place, self._area_m2, n).sum()),
            posts=sum(office.staff for office in self.offices),
            transfer_vnd=sum(budget.transfer for budget in budgets),
            capital_vnd=sum(budget.capital for budget in budgets),
            capital_reference_vnd=sum(budget.capital_reference for budget in budgets),
        )

    def check(self) -> None:
        """Raise `NotConserved`, naming the difference, if anything is lost or a budget does not close."""
        books.check(self)

    # ---------------------------------------------------------------- what happens

    def step(
        self,
        residents: NDArray[np.int64],
        step: int,
        income: NDArray[np.float64] | None = None,
        rent: NDArray[np.float64] | None = None,
    ) -> None:
        """One step of every government: people served, staff needed, quality, budget, then access.

        Parameters
        ----------
        residents
            (P,) int64, persons in each place now.
        step
            Step of the run, by which disruption ages.
        income, rent
            (P,) float64, what tax and land revenue follow, in any unit that does not change; None: neither.
        """
        self._residents = self._checked(residents)
        if self.respond:
            self.served = self._residents
        else:
            income = rent = None
        network, offices = self.network, self.offices
        network.serve(self.served)
        self._remember(step)
        self._collect(income, rent)
        far = self._far_places()
        for office, place in zip(offices, far, strict=True):
            office.far_place = place
        desks = sum(len(office.desks) for office in offices)
        self._count_people()
        self.communes.do("step", step)
        self.provinces.do("step", step)
        if sum(len(office.desks) for office in offices) != desks:
            self._locate()
        years = (step - self.digital_step) / self.steps_per_year
        p = self.parameters
        self.online = share_online(self._access_parameters.online, p.digital_per_year, p.digital_most, years)
        if step >= 0:
            self._improve_water()
        self._measure_access()

    def adopt(self, overlay: Overlay, step: int, residents: NDArray[np.int64]) -> Transition:
        """Change to the borders of ``overlay`` and pull its levers, before the step's own work.

        Parameters
        ----------
        overlay
            The dated table place -> government.
        step
            Step from which it holds: offices made now are disrupted from this step on.
        residents
            (P,) int64, persons on the day.

        Returns
        -------
        Transition
            Totals before and after; `sim.reform.apply` checks them.
        """
        if overlay.commune_of_place.shape != self.commune_of_place.shape:
            raise ValueError(
                f"overlay {overlay.name} has {len(overlay.commune_of_place)} places, "
                f"the world {self.world.n_places}"
            )
        self._residents = self._checked(residents)
        if self.respond:
            self.served = self._residents
        network, levers, previous = self.network, overlay.levers, self.overlay
        network.serve(self.served)
        before, offices_before = self.totals(), len(self.offices)
        owed = sum(budget.severance_left for budget in network.budgets)
        cut = 0
        if levers.close_offices:
            merge.close_offices(network, overlay, self.served, step, self.terms)
        elif levers.pool_budgets:
            merge.pool_budgets(network, overlay, self.terms)
        if levers.pool_budgets:
            merge.pool_investments(network, overlay)
        if levers.move_services:
            merge.move_services(network, self.served, self.terms)
        if levers.cut_staff:
            cut = merge.cut_staff(network, overlay, self.served, self.terms)
        if levers.relabel:
            self._dismiss()
            self.overlay = overlay
        network.serve(self.served)
        network.count_posts()
        if levers.relabel:
            self._elect()
        else:
            self._seat()
        if levers.close_offices or levers.move_services or levers.cut_staff:
            self._close_facilities(overlay)
            self._locate()
        return Transition(
            overlay=overlay,
            previous=previous,
            before=before,
            after=self.totals(),
            offices_before=offices_before,
            offices_after=len(self.offices),
            posts_cut=cut,
            savings_vnd=cut * self.terms.price.post_vnd,
            severance_vnd=sum(budget.severance_left for budget in network.budgets) - owed,
            steps_per_year=self.steps_per_year,
        )

    def remember(
        self,
        residents: NDArray[np.int64],
        served: NDArray[np.int64],
        history: NDArray[np.int64],
        online: float,
    ) -> None:
        """Take over what was known of people, and the share done on line (`sim.government.state`)."""
        self._residents, self.served, self.history, self.online = residents, served, history, online

    # ---------------------------------------------------------------- how it is done

    def _checked(self, residents: NDArray[np.int64]) -> NDArray[np.int64]:
        if residents.shape != (self.world.n_places,) or residents.dtype != np.int64:
            raise ValueError(
                f"residents must be ({self.world.n_places},) int64, got {residents.shape} {residents.dtype}"
            )
        if residents.size and residents.min() < 0:
            place = int(residents.argmin())
            raise ValueError(f"place {place} has {residents[place]} residents; allowed: 0 or more")
        return residents.copy()

    def _locate(self) -> None:
        """Travel times to the offices that serve each place, desks included; only when one has moved."""
        network, services = self.network, self.services
        seats = np.array([office.seat_km for office in self.offices])
        self.commune_minutes = services.travel_minutes(seats[network.commune_office_of_place])
        self.district_minutes = services.travel_minutes(seats[network.district_office_of_place])
        self.has_desk = np.zeros(self.world.n_places, dtype=np.bool_)
        for minutes, office_of_place in (
            (self.commune_minutes, network.commune_office_of_place),
            (self.district_minutes, network.district_office_of_place),
        ):
            nearest_desk(minutes, office_of_place, self.offices, services, self.has_desk)
        self._left_commune = rule.left_by_distance(self.commune_minutes, self._access_parameters)
        self._left_district = rule.left_by_distance(self.district_minutes, self._access_parameters)

    def _close_facilities(self, overlay: Overlay) -> None:
        """Close clinics, schools and hospitals with the offices that a reform closes, if the scenario says so."""
        levers, network = overlay.levers, self.network
        commune = province = None
        if levers.close_offices:
            seats = np.array([office.seat_km for office in self.offices])
            commune = seats[network.commune_office_of_place]
        if levers.move_services:
            province = overlay.provinces.seat_km[overlay.province_of_place]
        self.services.close(self.parameters, commune, province)

    def _remember(self, step: int) -> None:
        """Tell each office how many people lived a year ago where it serves now, and keep those of today."""
        slot = step % self.steps_per_year
        ago = self.history[slot]
        network = self.network
        people = sum_by(network.commune_office_of_place, ago, len(self.offices)).tolist()
        for office, persons in zip(self.offices, people, strict=True):
            office.year_ago = persons
        self.history[slot] = self.served

    def _far_places(self) -> list[int]:
        """Of each office the largest place that is too far from it and its desks, -1 for none."""
        n = len(self.offices)
        if not any(office.budget.savings for office in self.offices):
            return [-1] * n
        too_far = (self.commune_minutes > self.parameters.satellite_minutes) & ~self.has_desk
        return farthest(self.network.commune_office_of_place, too_far, self.served, n)

    def _improve_water(self) -> None:
        effort = np.array(
            [
                o.budget.investment / o.budget.depreciation if o.budget.depreciation else 1.0
                for o in self.offices
            ]
        )
        self.services.improve_water(effort[self.network.commune_office_of_place], self._water_closing)

    def _count_people(self) -> None:
        """Tell each government how many people live within its borders."""
        for agents, of_place in (
            (self.communes, self.commune_of_place),
            (self.provinces, self.province_of_place),
        ):
            people = sum_by(of_place, self._residents, len(agents)).tolist()
            for agent, persons in zip(agents, people, strict=True):
                agent.residents = persons

    def _dismiss(self) -> None:
        for agent in [*self.communes, *self.provinces]:
            agent.remove()

    def _elect(self) -> None:
        """Create the Mesa agents of the borders in force and seat them."""

        def made(kind: type[Any], units: Units) -> AgentSet:
            rows = zip(
                units.code.tolist(),
                units.name.tolist(),
                units.kind.tolist(),
                units.seat_place.tolist(),
                strict=True,
            )
            agents = [kind(self.model, *row, self.terms) for row in rows]
            return AgentSet(agents, random=self.model.random)

        self.communes = made(Commune, self.overlay.communes)
        self.provinces = made(Province, self.overlay.provinces)
        self.seat_minutes = self.services.travel_minutes(self.overlay.communes.seat_km[self.commune_of_place])
        self.province_minutes = self.services.travel_minutes(
            self.overlay.provinces.seat_km[self.province_of_place]
        )
        provinces = list(self.provinces)
        for commune, province in zip(self.communes, self.overlay.province_of_commune.tolist(), strict=True):
            provinces[province].communes.append(commune)
        self._seat()

    def _seat(self) -> None:
        """Hand each office, and each budget once, to the government within whose borders it stands."""
        communes, provinces = list(self.communes), list(self.provinces)
        for agent in [*communes, *provinces]:
            agent.offices, agent.budgets = [], []
        commune, province = self.commune_of_place.tolist(), self.province_of_place.tolist()
        kept: set[int] = set()
        for office in self.offices:
            seat = office.seat_place
            agent = communes[commune[seat]] if office.level == COMMUNE else provinces[province[seat]]
            agent.offices.append(office)
            if id(office.budget) not in kept:
                kept.add(id(office.budget))
                agent.budgets.append(office.budget)
        pools: dict[int, list[Office]] = {}
        for office in self.offices:
            if office.level == COMMUNE:
                pools.setdefault(office.pool, []).append(office)
        for agent in provinces:
            agent.pools = []
        for pool in sorted(pools):  # run by the province in which its seat stands
            provinces[province[self.network.pool_seat[pool]]].pools.append(pools[pool])

    def _collect(self, income: NDArray[np.float64] | None, rent: NDArray[np.float64] | None) -> None:
        """Local revenue: each place's goes to the budget of the office that serves it."""
        self.revenue.raise_from(self.served, income, rent)
        n, of_place = len(self.offices), self.network.commune_office_of_place
        tax = sum_by(of_place, self.revenue.tax, n).tolist()
        land = sum_by(of_place, self.revenue.land, n).tolist()
        for office in self.offices:
            office.budget.revenue_tax = office.budget.revenue_land = 0
        for office, a, b in zip(self.offices, tax, land, strict=True):
            office.budget.revenue_tax += a
            office.budget.revenue_land += b

    def _measure_access(self) -> None:
        offices, network = self.offices, self.network
        quality = np.array([office.quality for office in offices])
        equipped = np.array([min(office.equipped, self.parameters.quality_cap) for office in offices])
        # a mobile desk brings a share of what would have to be fetched
        brought = np.where([office.mobile for office in offices], self.parameters.mobile_desk_share, 0.0)
        online = self.online + (1.0 - self.online) * brought
        near, far = network.commune_office_of_place, network.district_office_of_place
        access = np.empty((self.world.n_places, len(rule.SERVICES)))
        access[:, rule.COMMUNE_ADMINISTRATION] = rule.access_to_service(
            quality[near], self._left_commune, online[near]
        )
        access[:, rule.DISTRICT_ADMINISTRATION] = rule.access_to_service(
            quality[far], self._left_district, online[far]
        )
        self.services.fill(access, equipped[near], equipped[far])
        access.setflags(write=False)
        self._access = access
        mean = mean_by(near, access[:, rule.COMMUNE_ADMINISTRATION], self.served, len(offices)).tolist()
        for office, served in zip(offices, mean, strict=True):
            if office.level == COMMUNE:
                office.access = served
