"""All governments of a country: Mesa agents over places that never move.

A border says only who governs a place; what people get there depends on the office that serves it. So a
change of borders that leaves the offices alone changes nobody's access by one bit.
"""

from __future__ import annotations

from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from dicu.compute.mesa_import import mesa
from dicu.government import seating
from dicu.government.agents import Terms, work_and_close
from dicu.government.budget import QUARTERS_A_YEAR, prices
from dicu.government.founding import found
from dicu.government.offices import COMMUNE, Office, sum_by
from dicu.government.overlay import Overlay, legacy_overlay
from dicu.government.pools import share
from dicu.government.reach import Reach
from dicu.government.revenue import Revenue
from dicu.government.rules import power, share_online
from dicu.government.services import Services
from dicu.government.waves import Wave, merge_wave
from dicu.scenario.parameters import Access, Government
from dicu.world.world import World

_DESKS = attrgetter("desks")


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
        (P,) float64, income of the start that local tax follows (`dicu.government.revenue.income_level`); None: it
        follows residents alone.
    first_step
        The first one that is simulated: below 0 where a run has a history before its start.
    digital_step
        Step at which the programme of digital service begins; it may lie before the start, or within a step.
    respond
        Whether offices and budgets follow who lives where. If not, they go on serving the people of the start, so
        that quality changes by policy alone.
    waves
        Mergers of before the reform that are still to come (`dicu.government.waves.waves`).

    The verbs that act on it stand beside it and import it, never the other way round: `books.columns`, `books.totals`
    and `books.check`, `adoption.adopt`, `state.export` and `state.restore`.

    Attributes
    ----------
    overlay : Overlay
        The borders in force.
    residents, served : (P,) int64
        Persons at the last step, and those that offices know of.
    communes, provinces : AgentSet
        Mesa agents in the order of the overlay's units.
    people_of_communes, people_of_provinces : (n,) int64
        Persons within the borders of each government.
    network : Network
        The offices and who is served where.
    reach : Reach
        Ways to offices, and access.
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
        first_step: int = 0,
        digital_step: float = 0.0,
        respond: bool = True,
        waves: tuple[Wave, ...] = (),
    ) -> None:
        self.model = model
        self.world = world
        self.parameters = parameters
        self._access_parameters = access
        self.steps_per_year, self.digital_step, self.respond = steps_per_year, digital_step, respond
        self._first_step = first_step
        quarters = QUARTERS_A_YEAR / steps_per_year
        price = prices(parameters, steps_per_year, world.country.law)
        self.terms = Terms(
            parameters, price, quarters, steps_per_year, world.position_km, world.country.ward_kinds
        )
        self._water_closing = 1.0 - power(1.0 - access.clean_water_closing, quarters)
        self.area_m2 = np.rint(world.area_km2 * 1e6).astype(np.int64)
        self.residents = self._checked(residents)
        if not self.residents.sum():
            raise ValueError("nobody lives in this world: its governments would have no budget")
        self.overlay = legacy_overlay(world)
        self.waves = waves
        self.network, a_head = found(world, self.residents, parameters, price, waves)
        self.revenue = Revenue(a_head, parameters.land_revenue_share, income)
        self.services = Services(world, access)
        self.served = self.residents.copy()
        self.history = np.tile(self.residents, (steps_per_year, 1))
        self.reach = Reach(self.services, access, parameters)
        self.reach.locate(self.network)
        self.minutes_at_start = (self.commune_minutes, self.district_minutes)
        self._elect()
        self.reach.measure(self.network, self.served)
        self.step(residents, first_step - 1, income)

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
    def commune_minutes(self) -> NDArray[np.float64]:
        """(P,) float64, travel time to the commune office that serves the place, or its nearest desk."""
        return self.reach.commune_minutes

    @property
    def district_minutes(self) -> NDArray[np.float64]:
        """(P,) float64, travel time to the office that does the district's work, or its nearest desk."""
        return self.reach.district_minutes

    @property
    def generation(self) -> str:
        """Of the borders in force: "legacy" or "2025"."""
        return self.overlay.generation

    @property
    def offices(self) -> list[Office]:
        """All offices, those of communes first."""
        return self.network.offices

    def access(self) -> NDArray[np.float64]:
        """Access of each place to each of `dicu.scenario.vocabulary.SERVICES`; (P, 5) float64, read-only, new
        every step.
        """
        return self.reach.access

    # ---------------------------------------------------------------- what happens

    def step(
        self,
        residents: NDArray[np.int64],
        step: int,
        income: NDArray[np.float64] | None = None,
        rent: NDArray[np.float64] | None = None,
        kept: NDArray[np.float64] | None = None,
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
        kept
            (P,) float64, by how much more than others a place keeps of what it raises; None: by nothing.
        """
        self.register(residents)
        if not self.respond:
            income = rent = None
        network, offices = self.network, self.offices
        network.serve(self.served)
        self.merge_waves(step)
        self._remember(step)
        self.revenue.raise_from(self.served, income, rent, kept)
        self._collect()
        laid = network.laid()
        if laid.budget["savings"].any():  # else nothing could pay for a desk
            laid.office["far_place"][:] = self.reach.far_places(network, self.served)
        desks = sum(map(len, map(_DESKS, offices)))
        self.count_people()
        self._work(step)
        if sum(map(len, map(_DESKS, offices))) != desks:
            self.reach.locate(self.network)
        years = (step - self.digital_step) / self.steps_per_year
        p = self.parameters
        online = self._access_parameters.online
        self.network.province.work(step, self.terms.quarters_per_step, p)
        self.reach.online = share_online(online, p.digital_per_year, p.digital_most, years)
        if step >= self._first_step:
            self.reach.improve_water(network, self._water_closing)
        self.reach.measure(self.network, self.served)

    def _work(self, step: int) -> None:
        """The step of every commune, then that of every province, by their own rule but on all rows at once."""
        laid = self.network.laid()
        own, keeper = seating.turns(self.network, self.overlay)
        everybody = np.arange(len(own)), np.arange(len(keeper))
        rows = laid.office, everybody[0], laid.budget, laid.pays
        work_and_close(
            self.offices, rows, (laid.budget, everybody[1]), (own, keeper[laid.pays]), step, self.terms
        )
        o, of_commune = laid.office, np.flatnonzero(laid.office["level"] == COMMUNE)
        pooled = o, of_commune, laid.budget, laid.pays[of_commune]
        share(pooled, o["pool"][of_commune], self.parameters)

    def register(self, residents: NDArray[np.int64]) -> None:
        """Take note of who lives where: (P,) int64, persons. Offices know of them if they respond."""
        self.residents = self._checked(residents)
        if self.respond:
            self.served = self.residents

    def govern_by(self, overlay: Overlay) -> None:
        """Put the governments of ``overlay`` in the place of those there are; no office moves."""
        for agent in [*self.communes, *self.provinces]:
            agent.remove()
        self.overlay = overlay
        self._elect()

    def seat(self) -> None:
        """Hand offices, budgets and pools to the governments within whose borders they stand."""
        seating.seat(self.network, self.overlay, list(self.communes), list(self.provinces))

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

    def merge_waves(self, step: int) -> None:
        """Make one office of two wherever a wave due at ``step`` does."""
        for number, wave in enumerate(self.waves):
            if wave.step == step:
                merge_wave(self.network, number, step, self.parameters, self.terms.price)
                self.reach.locate(self.network)

    def _remember(self, step: int) -> None:
        """Tell each office how many people lived a year ago where it serves now, and keep those of today."""
        slot = step % self.steps_per_year
        ago = self.history[slot]
        network = self.network
        people = sum_by(network.commune_office_of_place, ago, len(self.offices))
        network.laid().office["year_ago"][:] = people
        self.history[slot] = self.served

    def count_people(self) -> None:
        """Tell each government how many people live within its borders."""
        for people, of_place in (
            (self.people_of_communes, self.commune_of_place),
            (self.people_of_provinces, self.province_of_place),
        ):
            people[:] = sum_by(of_place, self.residents, len(people))

    def _elect(self) -> None:
        """Create the Mesa agents of the borders in force and seat them."""
        overlay = self.overlay
        self.communes, self.provinces = seating.elect(self.model, overlay, self.terms)
        self.people_of_communes = np.zeros(len(overlay.communes), dtype=np.int64)
        self.people_of_provinces = np.zeros(len(overlay.provinces), dtype=np.int64)
        for agents, people in (
            (self.communes, self.people_of_communes),
            (self.provinces, self.people_of_provinces),
        ):
            for row, agent in enumerate(agents):
                agent.stand_in(people, row)
        self.seat_minutes = self.services.travel_minutes(overlay.communes.seat_km[self.commune_of_place])
        self.province_minutes = self.services.travel_minutes(
            overlay.provinces.seat_km[self.province_of_place]
        )
        self.seat()

    def _collect(self) -> None:
        """Local revenue: each place's goes to the budget of the office that serves it."""
        n, of_place = len(self.offices), self.network.commune_office_of_place
        laid = self.network.laid()
        for name, raised in (("revenue_tax", self.revenue.tax), ("revenue_land", self.revenue.land)):
            laid.budget[name][:] = sum_by(laid.pays, sum_by(of_place, raised, n), len(laid.budgets))
