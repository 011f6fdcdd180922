"""All governments of a country: Mesa agents over places that never move.

A border says only who governs a place; what people get there depends on the office that serves it. So a
change of borders that leaves the offices alone changes nobody's access by one bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mesa
import numpy as np
from mesa.agent import AgentSet
from numpy.typing import NDArray

from sim.behaviour import access as rule
from sim.government import books, merge
from sim.government.agents import Commune, Province, Terms
from sim.government.budget import prices
from sim.government.founding import found
from sim.government.offices import COMMUNE, Office, budget_arrays, office_arrays, sum_by
from sim.government.overlay import Overlay, legacy_overlay
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
        Cost of the posts cut, dong a step: by so much the transfers fell.
    """

    overlay: Overlay
    previous: Overlay
    before: Totals
    after: Totals
    offices_before: int
    offices_after: int
    posts_cut: int
    savings_vnd: int


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
    revenue_vnd_per_head : (P,) int64
        Local revenue a resident, dong a step.

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
    ) -> None:
        self.model = model
        self.world = world
        self.parameters = parameters
        self._access_parameters = access
        self.steps_per_year = steps_per_year
        self.terms = Terms(parameters, prices(parameters, steps_per_year), 4.0 / steps_per_year)
        self._area_m2 = np.rint(world.area_km2 * 1e6).astype(np.int64)
        self._residents = self._checked(residents)
        if not self._residents.sum():
            raise ValueError("nobody lives in this world: its governments would have no budget")
        self.overlay = legacy_overlay(world)
        self.network, self.revenue_vnd_per_head = found(world, self._residents, parameters, self.terms.price)
        self._fixed_services()
        self._locate()
        self._elect()
        self.step(residents, -1)

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
        """(P,) int64, persons at the last step."""
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
        budgets = self.network.budgets
        number = {id(budget): i for i, budget in enumerate(budgets)}
        return {
            "commune_office_of_place": self.network.commune_office_of_place,
            "district_office_of_place": self.network.district_office_of_place,
            **office_arrays(self.offices),
            "office_budget": np.array([number[id(office.budget)] for office in self.offices], dtype=np.int32),
            **budget_arrays(budgets),
        }

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

    def step(self, residents: NDArray[np.int64], step: int) -> None:
        """One step of every government: people served, staff needed, quality, budget, then access.

        Parameters
        ----------
        residents
            (P,) int64, persons in each place now.
        step
            Step of the run, by which disruption ages.
        """
        self._residents = self._checked(residents)
        network = self.network
        network.serve(self._residents)
        self._collect()
        for agents, of_place in (
            (self.communes, self.commune_of_place),
            (self.provinces, self.province_of_place),
        ):
            people = sum_by(of_place, self._residents, len(agents)).tolist()
            for agent, persons in zip(agents, people, strict=True):
                agent.residents = persons
        self.communes.do("step", step)
        self.provinces.do("step", step)
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
        network, levers, previous = self.network, overlay.levers, self.overlay
        network.serve(self._residents)
        before, offices_before = self.totals(), len(self.offices)
        cut = 0
        if levers.close_offices:
            merge.close_offices(network, overlay, self._residents, step, self.terms)
        elif levers.pool_budgets:
            merge.pool_budgets(network, overlay, self.terms)
        if levers.move_services:
            merge.move_services(network, self._residents, self.terms)
        if levers.cut_staff:
            cut = merge.cut_staff(network, overlay, self._residents, self.terms)
        if levers.relabel:
            self.overlay = overlay
            for agent in [*self.communes, *self.provinces]:
                agent.remove()
        network.serve(self._residents)
        network.count_posts()
        if levers.relabel:
            self._elect()
        else:
            self._seat()
        if levers.close_offices or levers.move_services:
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
        )

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

    def _fixed_services(self) -> None:
        """What no reform of this issue touches: clinics, schools and hospitals at the legacy seats, and
        clean water.

        Their quality is 1 in this issue.
        """
        world, parameters = self.world, self._access_parameters
        near = rule.left_by_distance(
            self._minutes(world.legacy_communes.seat_km[world.legacy_commune]), parameters
        )
        far = rule.left_by_distance(self._minutes(world.districts.seat_km[world.district]), parameters)
        quality = np.ones(world.n_places)
        both = 0.5 * (
            rule.access_to_service(quality, near, 0.0) + rule.access_to_service(quality, far, 0.0)
        )  # clinic and hospital; primary and upper school
        self._fixed = {
            rule.HEALTH: both,
            rule.EDUCATION: both,
            rule.WATER: rule.clean_water(world.urban, parameters),
        }

    def _minutes(self, seat_km: NDArray[np.float64]) -> NDArray[np.float64]:
        world = self.world
        return rule.travel_minutes(
            world.area_km2, world.position_km, seat_km, world.terrain, self._access_parameters
        )

    def _locate(self) -> None:
        """Travel times to the offices that serve each place; again only when offices have moved."""
        seats = np.array([office.seat_km for office in self.offices])
        self.commune_minutes = self._minutes(seats[self.network.commune_office_of_place])
        self.district_minutes = self._minutes(seats[self.network.district_office_of_place])
        self._left_commune = rule.left_by_distance(self.commune_minutes, self._access_parameters)
        self._left_district = rule.left_by_distance(self.district_minutes, self._access_parameters)

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
        self.seat_minutes = self._minutes(self.overlay.communes.seat_km[self.commune_of_place])
        self.province_minutes = self._minutes(self.overlay.provinces.seat_km[self.province_of_place])
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

    def _collect(self) -> None:
        """Local revenue: each place's goes to the budget of the office that serves it."""
        revenue = sum_by(
            self.network.commune_office_of_place,
            self._residents * self.revenue_vnd_per_head,
            len(self.offices),
        ).tolist()
        for office in self.offices:
            office.budget.revenue_local = 0
        for office, raised in zip(self.offices, revenue, strict=True):
            office.budget.revenue_local += raised

    def _measure_access(self) -> None:
        quality = np.array([office.quality for office in self.offices])
        online = self._access_parameters.online
        access = np.empty((self.world.n_places, len(rule.SERVICES)))
        access[:, rule.COMMUNE_ADMINISTRATION] = rule.access_to_service(
            quality[self.network.commune_office_of_place], self._left_commune, online
        )
        access[:, rule.DISTRICT_ADMINISTRATION] = rule.access_to_service(
            quality[self.network.district_office_of_place], self._left_district, online
        )
        for service, values in self._fixed.items():
            access[:, service] = values
        access.setflags(write=False)
        self._access = access
