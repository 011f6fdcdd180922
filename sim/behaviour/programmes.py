"""Dated programmes: what they do to the markets in each step.

A programme begins with a period, lasts a number of quarters, and does nothing before and after:

- urban job growth: jobs of urban districts grow by exp((g + extra) dt) instead of exp(g dt); what was created stays;
- farm income loss: farm income times (1 - loss), everywhere;
- urban job loss: of the jobs of urban districts the share (1 - loss) is there; the others come back with the end.

An urban district is one in which at least half of the residents of the start live in wards and townships (assumption
A65).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.numeric import log64
from sim.scenario.calendar import Calendar
from sim.scenario.parameters_city import Programme
from sim.world.world import World


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


class Programmes:
    """The programmes of a scenario as the markets ask for them, step by step.

    Parameters
    ----------
    programme : Programme
    calendar : Calendar
    world : World
        For which districts are urban.
    """

    def __init__(self, programme: Programme, calendar: Calendar, world: World) -> None:
        self.urban = urban_districts(world)
        self._growth, self._farm = programme.urban_job_growth, programme.farm_income_loss
        self._lost = programme.urban_job_loss
        self._growth_when = window(
            self._growth, programme.urban_job_growth_start, programme.urban_job_growth_quarters, calendar
        )
        self._farm_when = window(
            self._farm, programme.farm_income_loss_start, programme.farm_income_loss_quarters, calendar
        )
        self._lost_when = window(
            self._lost, programme.urban_job_loss_start, programme.urban_job_loss_quarters, calendar
        )

    def job_growth(self, now: int) -> NDArray[np.float64]:
        """(L,) growth of jobs a quarter beyond that of the nation in step ``now``."""
        return np.where(self.urban, self._growth if now in self._growth_when else 0.0, 0.0)

    def jobs_there(self, now: int) -> NDArray[np.float64]:
        """(L,) share of the jobs that are there in step ``now``."""
        return np.where(self.urban, 1.0 - (self._lost if now in self._lost_when else 0.0), 1.0)

    def log_farm_income(self, now: int) -> float:
        """Log of farm income over what it would be without the programme in step ``now``."""
        return float(log64(1.0 - self._farm)) if now in self._farm_when else 0.0


__all__ = ["NEVER", "Programmes", "Window", "urban_districts", "window"]
