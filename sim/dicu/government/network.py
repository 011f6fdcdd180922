"""The network of offices: all of them, and which one serves each place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicu.government.budget import Budget
from dicu.government.offices import COMMUNE, Office, distinct_budgets, sum_by
from dicu.government.provincial import ProvinceWork
from dicu.scenario.vocabulary import MOUNTAIN


@dataclass(slots=True, eq=False)
class Network:
    """All offices and who is served where.

    Attributes
    ----------
    offices : list of Office
    commune_office_of_place, district_office_of_place : (P,) int32
        Office that does a place's commune administration, and what the district used to do; index into
        ``offices``.
    terrain : (P,) uint8
    pool_seat : (n,) int32
        Place of the seat of each pool of investments (`dicu.government.pools`), by whose government it is run.
    province : ProvinceWork
        What provinces do of the work of former districts.
    """

    offices: list[Office]
    commune_office_of_place: NDArray[np.int32]
    district_office_of_place: NDArray[np.int32]
    terrain: NDArray[np.uint8]
    pool_seat: NDArray[np.int32]
    province: ProvinceWork

    def serve(self, residents: NDArray[np.int64]) -> None:
        """Tell each office and each budget how many people they serve now; the work of a district counts
        once.
        """
        n = len(self.offices)
        in_mountains = np.where(self.terrain == MOUNTAIN, residents, 0)
        people = sum_by(self.commune_office_of_place, residents, n)
        high = sum_by(self.commune_office_of_place, in_mountains, n)
        is_district = np.array([office.level != COMMUNE for office in self.offices], dtype=np.bool_)
        if is_district.any():
            people[is_district] = sum_by(self.district_office_of_place, residents, n)[is_district]
            high[is_district] = sum_by(self.district_office_of_place, in_mountains, n)[is_district]
        for office in self.offices:
            office.budget.residents = 0
        for office, served, mountain in zip(
            self.offices, people.tolist(), (2 * high > people).tolist(), strict=True
        ):
            office.residents = served
            office.mountain = mountain
            office.budget.residents += served

    def count_posts(self) -> None:
        """Tell each budget the posts and the desks it pays."""
        for office in self.offices:
            budget = office.budget
            budget.posts = budget.desk_posts = budget.mobile_desks = 0
        for office in self.offices:
            budget = office.budget
            budget.posts += office.staff
            budget.desk_posts += office.desk_posts
            budget.mobile_desks += office.mobile

    def keep(self, kept: list[Office]) -> None:
        """Drop all offices but ``kept`` and renumber; every place must still be served by one of these."""
        number = {id(office): i for i, office in enumerate(kept)}
        new = np.array([number.get(id(office), -1) for office in self.offices], dtype=np.int32)
        self.commune_office_of_place = new[self.commune_office_of_place]
        self.district_office_of_place = new[self.district_office_of_place]
        self.offices = kept

    @property
    def budgets(self) -> list[Budget]:
        """All budgets, each once, in the order of the offices."""
        return distinct_budgets(self.offices)
