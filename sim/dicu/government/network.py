"""The network of offices: all of them, and which one serves each place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicu.government.budget import Budget
from dicu.government.offices import COMMUNE, Office, distinct_budgets, sum_by
from dicu.government.provincial import ProvinceWork
from dicu.government.rows import Columns, Structure, lay
from dicu.scenario.vocabulary import MOUNTAIN


@dataclass(frozen=True, eq=False)
class Laid:
    """Offices and budgets of a network side by side.

    Attributes
    ----------
    office : dict of str to (n,) array
        Columns of the offices, in their order.
    budgets : list of Budget
        Each once, in the order of the offices.
    budget : dict of str to (m,) array
        Columns of the budgets, in their order.
    pays : (n,) int64
        Budget of each office.
    """

    office: Columns
    budgets: list[Budget]
    budget: Columns
    pays: NDArray[np.int64]


class Network:
    """All offices and who is served where.

    Attributes
    ----------
    offices : list of Office
        Replaced as a whole, never changed in place.
    commune_office_of_place, district_office_of_place : (P,) int32
        Office that does a place's commune administration, and what the district used to do; index into
        ``offices``.
    terrain : (P,) uint8
    pool_seat : (n,) int32
        Place of the seat of each pool of investments (`dicu.government.pools`), by whose government it is run.
    province : ProvinceWork
        What provinces do of the work of former districts.
    """

    def __init__(
        self,
        offices: list[Office],
        commune_office_of_place: NDArray[np.int32],
        district_office_of_place: NDArray[np.int32],
        terrain: NDArray[np.uint8],
        pool_seat: NDArray[np.int32],
        province: ProvinceWork,
    ) -> None:
        self.offices = offices
        self.commune_office_of_place = commune_office_of_place
        self.district_office_of_place = district_office_of_place
        self.terrain, self.pool_seat, self.province = terrain, pool_seat, province

    @property
    def offices(self) -> list[Office]:
        """All offices, those of communes first."""
        return self._offices

    @offices.setter
    def offices(self, offices: list[Office]) -> None:
        self._offices = offices
        self._laid: tuple[int, Laid] | None = None

    def laid(self) -> Laid:
        """Columns of all offices and budgets, laid out anew where some were made, gone or handed over."""
        if self._laid is None or self._laid[0] != Structure.number:
            budgets = distinct_budgets(self._offices)
            o, b = lay(self._offices, Office), lay(budgets, Budget)
            pays = np.array([office.budget._at for office in self._offices], dtype=np.int64)
            self._laid = Structure.number, Laid(o, budgets, b, pays)
        return self._laid[1]

    def serve(self, residents: NDArray[np.int64]) -> None:
        """Tell each office and each budget how many of the residents (P,) they serve now; the work of a district counts
        once.
        """
        n, laid = len(self.offices), self.laid()
        in_mountains = np.where(self.terrain == MOUNTAIN, residents, 0)
        people = sum_by(self.commune_office_of_place, residents, n)
        high = sum_by(self.commune_office_of_place, in_mountains, n)
        is_district = laid.office["level"] != COMMUNE
        if is_district.any():
            people[is_district] = sum_by(self.district_office_of_place, residents, n)[is_district]
            high[is_district] = sum_by(self.district_office_of_place, in_mountains, n)[is_district]
        laid.office["residents"][:] = people
        laid.office["mountain"][:] = 2 * high > people
        laid.budget["residents"][:] = sum_by(laid.pays, people, len(laid.budgets))

    def count_posts(self) -> None:
        """Tell each budget the posts and the desks it pays."""
        laid = self.laid()
        at_desks = np.array([office.desk_posts for office in self.offices], dtype=np.int64)
        for name, posts in (
            ("posts", laid.office["staff"]),
            ("desk_posts", at_desks),
            ("mobile_desks", laid.office["mobile"].astype(np.int64)),
        ):
            laid.budget[name][:] = sum_by(laid.pays, posts, len(laid.budgets))

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
