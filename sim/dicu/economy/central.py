"""Rule `central`: what a centrally governed city has that others have not, from when to when.

The package (model specification, section 4): it keeps more of its local revenue, its jobs grow faster, and more may be
built in it. Any province (all of its districts, as in the case of Huế in 2025) or single city can have it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dicu.scenario.calendar import Calendar
from dicu.scenario.cities import unknown
from dicu.scenario.parameters_city import Cities
from dicu.scenario.scenario import UnfitScenario
from dicu.world.world import World


def district_names(world: World) -> list[str]:
    """Names of districts with what they are, "Thành phố Vinh"; what only told two apart, "(Thị xã)", is left out."""
    made, titles = [], world.country.file.titles
    for name, kind in zip(world.districts.name.tolist(), world.districts.kind.tolist(), strict=True):
        made.append(f"{titles[kind]} {name.partition(' (')[0]}" if kind in titles else name)
    return made


def districts_of(name: str, world: World, key: str, *, sites: bool = False) -> NDArray[np.int64]:
    """Districts that a name stands for: those of a province, or a city; ``sites``: or any "district, province".

    Returns
    -------
    (k,) int64
        Indices of districts, rising.

    Raises
    ------
    UnfitScenario
        When the world has no such place; names the key, what was meant and what is allowed.
    """
    provinces = world.legacy_provinces.name.tolist()
    if name in provinces:
        return np.flatnonzero(world.districts.parent == provinces.index(name))
    here = district_names(world)
    if sites:
        here = [f"{d}, {provinces[q]}" for d, q in zip(here, world.districts.parent.tolist(), strict=True)]
        known = here
    else:
        table = world.country.own("urban_standards")
        kinds = world.districts.kind.tolist()
        cities = set(kinds) if table is None else set(table["kind"])
        known = [d for d, kind in zip(here, kinds, strict=True) if kind in cities]
    if problem := unknown(name, (*provinces, *known)):
        raise UnfitScenario(f"{key}: {problem}")
    return np.flatnonzero(np.array(here) == name)


class Central:
    """Centrally governed cities of a scenario, step by step (P places, L districts).

    Parameters
    ----------
    cities : Cities
        Which become centrally governed, and when.
    calendar : Calendar
    world : World

    Raises
    ------
    UnfitScenario
        When one of them is not in the world.
    """

    def __init__(self, cities: Cities, calendar: Calendar, world: World) -> None:
        self._growth, self._building = cities.central_job_growth, cities.central_building
        self._revenue = cities.central_revenue
        self._first = calendar.step_at(cities.central_date)
        self._end = calendar.n_steps if cities.central_end is None else calendar.step_at(cities.central_end)
        self.districts = np.zeros(len(world.districts), dtype=np.bool_)
        for name in self._names(cities.central, world):
            self.districts[districts_of(name, world, "cities.central")] = True
        self._places = self.districts[world.district]

    @staticmethod
    def _names(central: Sequence[str] | None, world: World) -> Sequence[str]:
        """The names; those of fact when none are given, as far as they are in a world cut out of a larger one."""
        if central is not None:
            return central
        here = set(world.legacy_provinces.name.tolist())
        return [name for name in world.country.file.central_cities if name in here]

    def acts(self, now: int) -> bool:
        """Whether anybody has the package in step ``now``."""
        return self._first <= now < self._end and bool(self.districts.any())

    def job_growth(self, now: int) -> NDArray[np.float64]:
        """(L,) growth of jobs a quarter beyond that of others in step ``now``."""
        return np.where(self.districts, self._growth if self.acts(now) else 0.0, 0.0)

    def building(self, now: int) -> NDArray[np.float64]:
        """(L,) most that dwellings can grow by, over that of others, in step ``now``."""
        return np.where(self.districts, self._building if self.acts(now) else 1.0, 1.0)

    def revenue(self, now: int) -> NDArray[np.float64]:
        """(P,) local revenue kept, over that of others, in step ``now``."""
        return np.where(self._places, 1.0 + (self._revenue if self.acts(now) else 0.0), 1.0)


__all__ = ["Central", "district_names", "districts_of"]
