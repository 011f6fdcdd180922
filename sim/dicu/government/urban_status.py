"""Which places are urban now: a state with dates, by the country's listed changes and then by its standard.

Until the last of its `urban_changes` a place changes its class at the beginning of the step in which its date lies.
From the January after it on, or from the first one where none is listed, rural communes that pass a row of
`urban_standard` (residents, density and share of workers outside farming, the first two less by region as
`urban_regions` says) become urban, at most `cities.urban_quota` of them a year. Of what the standard asks, the part a
commune exceeds least says how good it is: the best come first, ties by code. Nothing else of a place changes with its
class on that day; docs/model.md lists what reads the class of now and what that of the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from dicu.government.cities import region_shares
from dicu.scenario.calendar import Calendar
from dicu.scenario.parameters_city import Cities
from dicu.world.urban_changes import NAME, month_of, months_counted
from dicu.world.world import World, key_of

MONTHS: Final = 12
LISTED: Final = "listed"
STANDARD: Final = "standard"


class Counted(Protocol):
    """What a standard is measured on, see `dicu.commit.stocks.Stocks`."""

    persons: NDArray[np.int64]
    workers: NDArray[np.int64]


@dataclass(frozen=True)
class Reclassified:
    """Places whose class changed at the beginning of a step.

    Attributes
    ----------
    place : (K,) int64
        Ascending.
    urban : (K,) bool
        What each became.
    persons : (K,) int64
        Who lived there, in members of rows.
    cause : str
        "listed" or "standard"; the standard acts only when nothing is listed any more.
    """

    place: NDArray[np.int64]
    urban: NDArray[np.bool_]
    persons: NDArray[np.int64]
    cause: str

    @property
    def gained(self) -> int:
        """Who lived in places that became urban, less those in places that became rural."""
        return int(self.persons[self.urban].sum()) - int(self.persons[~self.urban].sum())


class UrbanStatus:
    """The class of each place, and what changes it.

    Parameters
    ----------
    world : World
        Its `urban` is the class in the middle of its year, with which a run begins.
    cities : Cities
        ``urban_status`` and ``urban_quota``.
    calendar : Calendar

    Attributes
    ----------
    now : (P,) bool
        Class of each place in the step that is next; written in place.
    last : Reclassified or None
        What the step just begun changed.
    """

    def __init__(self, world: World, cities: Cities, calendar: Calendar) -> None:
        self._world, self._calendar, self._quota = world, calendar, cities.urban_quota
        self.now: NDArray[np.bool_] = world.urban.copy()
        self.last: Reclassified | None = None
        self._listed: dict[int, tuple[NDArray[np.int64], NDArray[np.bool_]]] = {}
        self._standards: list[tuple[NDArray[np.float64], ...]] = []
        self._from = calendar.first_month
        if cities.urban_status == "by_standard":
            self._read_changes()
            self._read_standard()

    def _read_changes(self) -> None:
        """Listed changes by the step that they act in."""
        table = self._world.country.own(NAME)
        if table is None or table.empty:
            return
        row = {key: j for j, key in enumerate(self._world.place_key.tolist())}
        found: dict[int, dict[int, bool]] = {}
        months = [month_of(date) for date in table["date"]]
        # of two changes of a place in one step the later one holds
        order = np.argsort(np.array(months), kind="stable")
        places, urban = table["place"].astype(str).tolist(), table["urban"].tolist()
        for k in order.tolist():
            if months[k] >= months_counted(self._world.year):
                step = self._calendar.step_holding(months[k])
                found.setdefault(step, {})[row[key_of(places[k])]] = bool(urban[k])
        for step, changes in found.items():
            at = np.array(sorted(changes), dtype=np.int64)
            self._listed[step] = at, np.array([changes[j] for j in at.tolist()], dtype=np.bool_)
        self._from = max(months) // MONTHS * MONTHS + MONTHS

    def _read_standard(self) -> None:
        """What each commune must have, by row of the standard: residents, residents per km2, share outside farming."""
        table = self._world.country.own("urban_standard")
        if table is None:
            return
        world = self._world
        shares = region_shares(world.country)
        first = np.unique(world.legacy_commune, return_index=True)[1]
        region = world.region[world.province[first]]
        factor = np.array([shares.get(name, (1.0, 1.0)) for name in world.region_names])[region]
        for row in table.to_dict("records"):
            self._standards.append(
                (
                    float(row["residents"]) * factor[:, 0],
                    float(row["density_km2"]) * factor[:, 1],
                    np.full(len(first), float(row["non_farm_share"])),
                )
            )

    @property
    def changes(self) -> bool:
        """Whether any place can change its class in the run."""
        return bool(self._listed or (self._standards and self._quota))

    def step(self, now: int, stocks: Counted, weight: int) -> bool:
        """Change the class of places at the beginning of a step; whether any did.

        Parameters
        ----------
        now : int
            Number of the step.
        stocks : Counted
            People at its beginning, in members of rows that stand for ``weight`` persons each.
        """
        self.last = None
        at, urban, cause = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_), LISTED
        if now in self._listed:
            at, urban = self._listed[now]
        elif self._standards and self._due(now):
            at, cause = self._passing(stocks.persons * weight, stocks.workers), STANDARD
            urban = np.ones(len(at), dtype=np.bool_)
        differ = self.now[at] != urban
        at, urban = at[differ], urban[differ]
        if not len(at):
            return False
        self.now[at] = urban
        self.last = Reclassified(at, urban, stocks.persons[at], cause)
        return True

    def _due(self, now: int) -> bool:
        month = self._calendar.month_of(now)
        return month % MONTHS == 0 and month >= self._from

    def _passing(self, residents: NDArray[np.int64], workers: NDArray[np.int64]) -> NDArray[np.int64]:
        """(K,) places of the rural communes that pass and for which the quota is left, ascending."""
        commune, n = self._world.legacy_commune, len(self._world.legacy_communes)

        def total(values: NDArray[Any]) -> NDArray[np.float64]:
            return np.bincount(commune, weights=values, minlength=n)

        people, area, at_work = total(residents), total(self._world.area_km2), total(workers.sum(axis=1))
        off_farm = total(workers[:, 1::2].sum(axis=1))  # types come in pairs, farming and other work
        non_farm = np.divide(off_farm, at_work, out=np.zeros(n), where=at_work > 0)
        have = (people, people / np.maximum(area, np.finfo(float).tiny), non_farm)
        best = np.zeros(n)
        with np.errstate(divide="ignore"):
            for needs in self._standards:
                least = np.min(
                    [
                        np.divide(h, need, out=np.full(n, np.inf), where=need > 0)
                        for h, need in zip(have, needs, strict=True)
                    ],
                    axis=0,
                )
                best = np.maximum(best, least)
        best[(total(self.now) > 0) | (people == 0)] = 0.0
        passing = np.flatnonzero(best >= 1.0)
        code = self._world.legacy_communes.code[passing]
        chosen = passing[np.lexsort((code, -best[passing]))][: self._quota]
        return np.flatnonzero(np.isin(commune, chosen))

    # ---------------------------------------------------------------- saved states

    def state(self) -> dict[str, NDArray[Any]]:
        """The class of places, (P,) bool, once it is another one than at the start; by name."""
        return {} if np.array_equal(self.now, self._world.urban) else {"now": self.now}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state` of the same world."""
        self.now[...] = state.get("now", self._world.urban)
        self.last = None


__all__ = ["Counted", "Reclassified", "UrbanStatus"]
