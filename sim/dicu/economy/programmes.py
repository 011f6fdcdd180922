"""Dated programmes: what they do to the markets in each step.

A programme begins with a period, lasts a number of quarters, and does nothing before and after:

- urban job growth: formal jobs of urban districts, or of the cities, provinces and districts that are named, grow by
  exp((g + extra) dt) instead of exp(g dt), and the local multiplier adds to the difference; what was created stays;
- farm income loss: farm income times (1 - loss), everywhere or in the provinces, cities and districts that are named;
- urban pay gain: pay outside farming times (1 + gain) in urban places, of formal and informal workers alike, whatever
  jobs and workers there are: who pays for it is left out;
- urban job loss: of the formal jobs of urban districts the share (1 - loss) is there; the others come back at the end;
- industrial zones: each brings its formal jobs at once, some quarters after it was begun; one given to a province is
  shared among its districts by residents of the start;
- social housing: of N dwellings in n steps, N k // n are finished after k steps; they are shared among all urban places
  by residents of the start.

The first two can be given to a random half of where they act (`dicu.economy.halves`): of the commuting areas in which
jobs grow, of the districts with rural places in each province.

Centrally governed cities (`dicu.economy.central`) add to the growth of their jobs.

An urban district is one in which at least half of the residents of the start live in wards and townships (assumption
A65).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dicu.compute.numeric import log64
from dicu.economy.central import Central, districts_of
from dicu.economy.commuting import Commuting
from dicu.economy.halves import half_of
from dicu.scenario.calendar import Calendar
from dicu.scenario.parameters_city import ALL, Programme, zone_of
from dicu.world.world import World


@dataclass(frozen=True)
class Window:
    """Steps first, ..., end - 1 in which a programme acts; empty when it never does."""

    first: int
    end: int

    def __contains__(self, step: int) -> bool:
        return self.first <= step < self.end


NEVER = Window(0, 0)
"""Of a programme that has no size."""


def window(size: float, start: str, quarters: int, calendar: Calendar) -> Window:
    """When a programme acts.

    Parameters
    ----------
    size : float
        0 for a programme that does nothing, whose dates need not lie in the run.
    start : str
        Period at whose beginning it begins.
    quarters : int
        How long it lasts; it may outlast the run.
    """
    if size == 0.0:
        return NEVER
    first = calendar.step_of(start)
    return Window(first, first + round(quarters / calendar.dt_quarters))


def urban_districts(world: World) -> NDArray[np.bool_]:
    """(L,) bool: at least half of the residents of the start live in urban places; nobody lives there: rural."""
    n = len(world.districts)
    people, urban = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    np.add.at(people, world.district, world.residents)
    np.add.at(urban, world.district, world.residents * world.urban)
    return (2 * urban >= people) & (people > 0)


def shared(amount: int, weight: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole numbers (n,) in proportion to ``weight`` (n,) that add up to ``amount`` exactly.

    Part k gets floor(amount W_k / W) - floor(amount W_{k-1} / W) with W_k the sum of the first k weights, so at most
    one more or less than its exact share. Nothing is shared where all weights are 0.
    """
    sums = np.cumsum(weight)
    if len(sums) == 0 or sums[-1] == 0:
        return np.zeros(len(weight), dtype=np.int64)
    return np.asarray(np.diff(amount * sums // sums[-1], prepend=0), dtype=np.int64)


@dataclass
class _Zones:
    """Jobs of the zones finished in each step, by district."""

    finished: dict[int, NDArray[np.int64]] = field(default_factory=dict)

    def add(self, step: int, jobs: NDArray[np.int64]) -> None:
        self.finished[step] = self.finished.get(step, np.zeros_like(jobs)) + jobs


class Programmes:
    """The programmes of a scenario as the markets ask for them, step by step (P places, L districts).

    Parameters
    ----------
    programme : Programme
    calendar : Calendar
    world : World
        For which districts are urban.
    central : Central
        Centrally governed cities.
    commuting : Commuting
        Of the same world: jobs grow in whole commuting areas where a half of them is drawn.

    Raises
    ------
    UnfitScenario
        When a zone is in no place of this world.
    """

    def __init__(
        self,
        programme: Programme,
        calendar: Calendar,
        world: World,
        central: Central,
        commuting: Commuting,
    ) -> None:
        self._central = central
        self.urban = urban_districts(world)
        self._growth, self._farm = programme.urban_job_growth, programme.farm_income_loss
        self._grows = self._grow_where(programme.urban_job_growth_areas, world)
        if programme.urban_job_growth_draw:
            self._grows &= half_of_areas(self._grows, world, commuting, programme.urban_job_growth_draw)
        self._loses = _named(programme.farm_income_loss_areas, world, "programme.farm_income_loss_areas")
        if programme.farm_income_loss_draw:
            self._loses &= half_of_districts(self._loses, world, programme.farm_income_loss_draw)
        self._pay, self._lost = programme.urban_pay_gain, programme.urban_job_loss
        self._growth_when = window(
            self._growth, programme.urban_job_growth_start, programme.urban_job_growth_quarters, calendar
        )
        self._farm_when = window(
            self._farm, programme.farm_income_loss_start, programme.farm_income_loss_quarters, calendar
        )
        self._pay_when = window(
            self._pay, programme.urban_pay_gain_start, programme.urban_pay_gain_quarters, calendar
        )
        self._lost_when = window(
            self._lost, programme.urban_job_loss_start, programme.urban_job_loss_quarters, calendar
        )

        self._zones = self._planned(programme, calendar, world)
        self._social = programme.social_housing
        self._social_when = window(
            self._social, programme.social_housing_start, programme.social_housing_quarters, calendar
        )
        in_towns = world.residents * world.urban
        self._towns = in_towns if in_towns.any() else world.residents

    def _grow_where(self, areas: tuple[str, ...], world: World) -> NDArray[np.bool_]:
        """(L,) districts in which jobs grow faster: all urban ones, or those of names and codes, urban or not."""
        return self.urban.copy() if areas == ALL else _named(areas, world, "programme.urban_job_growth_areas")

    @staticmethod
    def _planned(programme: Programme, calendar: Calendar, world: World) -> _Zones:
        zones = _Zones()
        people = np.zeros(len(world.districts), dtype=np.int64)
        np.add.at(people, world.district, world.residents)
        jobs, time = programme.zone_jobs, round(programme.zone_quarters / calendar.dt_quarters)
        for word in programme.industrial_zones:
            begun, where = zone_of(word)
            within = districts_of(where, world, "programme.industrial_zones", sites=True)
            new = np.zeros(len(people), dtype=np.int64)
            new[within] = shared(jobs, people[within])
            zones.add(calendar.step_of(begun) + time, new)
        return zones

    def job_growth(self, now: int) -> NDArray[np.float64]:
        """(L,) growth of formal jobs a quarter beyond that of the nation in step ``now``."""
        extra = np.where(self._grows, self._growth if now in self._growth_when else 0.0, 0.0)
        return extra + self._central.job_growth(now)

    def new_jobs(self, now: int) -> NDArray[np.float64]:
        """(L,) formal jobs of industrial zones that are finished at the beginning of step ``now``."""
        return self._zones.finished.get(now, np.zeros(len(self.urban), dtype=np.int64)).astype(np.float64)

    def social_housing(self, now: int) -> NDArray[np.int64]:
        """(P,) social dwellings finished at the beginning of step ``now``."""
        if now not in self._social_when:
            return np.zeros(len(self._towns), dtype=np.int64)
        steps, k = self._social_when.end - self._social_when.first, now - self._social_when.first
        return shared(self._social * (k + 1) // steps - self._social * k // steps, self._towns)

    def jobs_there(self, now: int) -> NDArray[np.float64]:
        """(L,) share of the formal jobs that are there in step ``now``."""
        return np.where(self.urban, 1.0 - (self._lost if now in self._lost_when else 0.0), 1.0)

    def urban_pay(self, now: int) -> float:
        """Pay outside farming in urban places over what it would be without the programme in step ``now``."""
        return 1.0 + (self._pay if now in self._pay_when else 0.0)

    def log_farm_income(self, now: int) -> NDArray[np.float64]:
        """(L,) log of farm income over what it would be without the programme in step ``now``."""
        return np.where(self._loses, float(log64(1.0 - self._farm)) if now in self._farm_when else 0.0, 0.0)


def _named(areas: tuple[str, ...], world: World, key: str) -> NDArray[np.bool_]:
    """(L,) all districts, or those of names and codes."""
    code = world.districts.code.tolist()
    out = np.full(len(code), areas == ALL, dtype=np.bool_)
    for name in () if areas == ALL else areas:
        if name in code:
            out[code.index(name)] = True
        else:
            out[districts_of(name, world, key)] = True
    return out


def half_of_areas(there: NDArray[np.bool_], world: World, areas: Commuting, draw: int) -> NDArray[np.bool_]:
    """(L,) districts of the areas drawn, out of those that hold some of ``there``; pairs by urban residents."""
    towns = np.zeros(len(world.districts), dtype=np.int64)
    np.add.at(towns, world.district, world.residents * world.urban)
    size, code = areas.sums(towns), [str(world.districts.code[d]) for d in areas.centre]
    some = sorted(np.unique(areas.area[there]).tolist(), key=lambda a: (-int(size[a]), code[a]))
    drawn = half_of([code[a] for a in some], draw)
    return np.isin(areas.area, [a for a, treated in zip(some, drawn, strict=True) if treated])


def half_of_districts(there: NDArray[np.bool_], world: World, draw: int) -> NDArray[np.bool_]:
    """(L,) districts drawn out of those of ``there`` that have rural places; pairs by rural residents by province."""
    rural = np.zeros(len(world.districts), dtype=np.int64)
    np.add.at(rural, world.district, world.residents * ~world.urban)
    code, parent = world.districts.code, world.districts.parent
    some = [int(d) for d in np.flatnonzero(there & (rural > 0))]
    out = np.zeros(len(rural), dtype=np.bool_)
    for province in sorted({int(parent[d]) for d in some}):
        mine = sorted(
            (d for d in some if parent[d] == province), key=lambda d: (-int(rural[d]), str(code[d]))
        )
        out[mine] = half_of([str(code[d]) for d in mine], draw)
    return out


__all__ = [
    "NEVER",
    "Programmes",
    "Window",
    "half_of_areas",
    "half_of_districts",
    "shared",
    "urban_districts",
    "window",
]
