"""Rule `markets`: jobs, wages, farm income and shocks by district, and what people come to expect of them.

The market is the legacy district l: its urban and rural places share jobs, chances and shocks, but keep the different
levels of the start (`dicu.economy.market_levels`). Earnings of a worker, M VND per month:

- outside farming: y = w (e + (1 - e) mu), w = w_0 (people_l / people_l0)^gamma max(1, J_l / L_l)^scarcity,
  e = min(1, J_l / L_l);
- farming: y = y_0 (farmers_l / farmers_l0)^-(1 - alpha) exp(p + x_l);
- jobs: J' = J exp(g dt) + (1 - (1 - zeta)^dt) (ebar L - J) + new zones, J = ebar L at the start;
- the national farm price p (log) is AR(1) with persistence rho^dt and a long-run standard deviation; it starts at 0,
  an average year;
- a disaster strikes a district with chance 1 - (1 - chance a year)^(dt/4) and sets x = ln(1 - loss); otherwise
  x' = x recovery^dt;
- beliefs: yhat' = yhat + (1 - (1 - eta)^dt) (y - yhat).

Dated programmes add to the growth of jobs, finish industrial zones, take jobs away for a time, and lower farm incomes
(`dicu.economy.programmes`).

When the markets do not respond (``feedback.jobs`` false), L, people and farmers are those of the start: jobs, chances,
wages and farm incomes are what they would be had nobody moved, been born, died or changed work since. Growth of jobs,
prices, disasters and programmes go on.

Nobody at all: a count of zero is taken as one person; and what had nobody at the start (people, farmers) keeps the
ratio 1 for good, since its density or land is unknown. So no chance or income is ever 0/0.

Exponentials are portable (`exp64`, `log64`), counts are integers, so a step is the same bits on every machine and does
not depend on the order of districts; shocks are keyed by the district's code and the step, so every scenario has the
same weather.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dicu.compute.draws import Purpose
from dicu.compute.hashing import key64
from dicu.compute.normal import normal_draw
from dicu.compute.numeric import log64
from dicu.economy.market_levels import RURAL, URBAN, initial_levels
from dicu.economy.market_rules import (
    QUARTERS_A_YEAR,
    Labour,
    PayFactors,
    PayRule,
    adapt_beliefs,
    code_number,
    employment_chance,
    expected_wage,
    fill_earnings,
    power,
    price_after,
    share_of_step,
    strike,
    sum_people,
    sum_workers,
    update_factors,
    update_jobs,
)
from dicu.economy.programmes import Programmes
from dicu.population.columns import N_TYPES
from dicu.scenario.parameters import Income
from dicu.scenario.parameters_household import Work
from dicu.world.world import World

__all__ = ["Markets", "employment_chance", "expected_wage"]


class Markets:
    """Labour, farm prices and disasters of every district, and the incomes they make (P places, L districts).

    Parameters
    ----------
    world : World
    work : Work
    income : Income
        Levels at the start.
    workers : (P, 16) int64
        Members of working age by place and household type at the start, real persons.
    persons : (P,) int64
        Everybody, real persons.
    dt_quarters : float
        Length of a step.
    seed : int
    programmes : Programmes or None
        Dated programmes; None for none.
    respond : bool
        Whether markets respond to where people are; false cuts the feedback.

    Attributes
    ----------
    earnings : (P, 16) float64, M VND per month
        Actual income of a worker, the chance of having no job included. Farm households of towns farm as others do.
    expected : (P, 16) float64, M VND per month
        What people believe it to be.
    potential : (P, 16) float64, M VND per month
        What a household of the type expects if it came and did what pays there: in urban places, where nobody takes up
        farming, farm types count on other work.
    other_income_head : (P,) float64, M VND a person a month
        Pensions, rents and the like; constant.
    struck : (P,) bool
        A disaster strikes the district in this step.
    jobs, employment : (L,) float64
        Jobs outside farming, those that a programme takes away for a time included; the chance of having one.
    farm_price : float
        Log of the national farm price over its average.
    log_loss : (L,) float64
        What is left of disasters, x in exp(x); 0 = nothing.
    notes : tuple of str
        Ratios of the start that this world's provinces contradict, see `Levels`.

    Raises
    ------
    ValueError
        For arrays of another shape, and when nobody is of working age.

    Notes
    -----
    The arrays (P, 16), ``struck``, ``jobs`` and ``employment`` are written in place at each step: whoever keeps
    one sees it change.
    """

    def __init__(
        self,
        world: World,
        work: Work,
        income: Income,
        *,
        workers: NDArray[np.int64],
        persons: NDArray[np.int64],
        dt_quarters: float,
        seed: int,
        programmes: Programmes | None = None,
        respond: bool = True,
    ) -> None:
        self.work, self.dt_quarters, self.seed = work, dt_quarters, seed
        self._programmes, self._respond = programmes, respond
        self._district, self._urban = world.district, world.urban
        self._n = len(world.districts)
        self._check("workers", workers, (world.n_places, N_TYPES))
        self._check("persons", persons, (world.n_places,))
        self._code = np.array([code_number(str(c)) for c in world.districts.code], dtype=np.uint64)
        self._has_rural = np.bincount(world.district[~world.urban], minlength=self._n) > 0

        levels = initial_levels(world, income, workers, persons)
        self.notes = levels.notes
        self._level, self._by_type = levels.earnings, levels.by_type
        self.other_income_head = levels.other[world.district, world.urban.astype(np.int64)]

        self._farm, self._other = sum_workers(world.district, workers, self._n)
        self._people = sum_people(world.district, persons, self._n)
        self._farm_start, self._people_start = self._farm.copy(), self._people.copy()
        self._other_start = self._other.copy()
        self.jobs = work.full_employment * np.maximum(self._other, 1)
        self.employment = np.empty(self._n)
        self.log_loss = np.zeros(self._n)
        self.farm_price = 0.0
        self._struck = np.zeros(self._n, dtype=np.bool_)
        self.struck = self._struck[world.district]

        self.earnings = np.empty((world.n_places, N_TYPES))
        self.expected = np.zeros_like(self.earnings)
        self.potential = np.empty_like(self.earnings)
        self._there, self._tightness = np.ones(self._n), np.ones(self._n)
        still, none = np.zeros(self._n), np.zeros(self._n)
        update_jobs(self._labour, self._other, still, 0.0, work.full_employment, none)
        self._workers = workers
        self._log_programme = 0.0
        self._factors = PayFactors(np.empty(self._n), np.empty(self._n), np.empty(self._n))
        self._pay()
        # people know what is at the start
        adapt_beliefs(self.earnings, 1.0, self._urban, self.expected, self.potential)

    def step(self, workers: NDArray[np.int64], residents: NDArray[np.int64], now: int) -> None:
        """One step: shocks, jobs, wages, farm incomes, beliefs.

        Parameters
        ----------
        workers : (P, 16) int64
            Members of working age by place and type now, real persons.
        residents : (P,) int64
            Everybody now, real persons.
        now : int
            Number of the step; the shocks are keyed by it.
        """
        self._check("workers", workers, self.earnings.shape)
        self._check("residents", residents, self.other_income_head.shape)
        work, dt = self.work, self.dt_quarters

        shock = normal_draw(np.uint64(key64(self.seed, int(Purpose.FARM_PRICE), now)), np.uint64(0))
        persistence = power(work.price_persistence, dt)
        self.farm_price = float(price_after(self.farm_price, persistence, work.price_spread, shock))
        strike(
            np.uint64(key64(self.seed, int(Purpose.DISASTER), now)),
            self._code,
            share_of_step(work.disaster_per_year, dt / QUARTERS_A_YEAR),
            float(log64(1.0 - work.disaster_loss)),
            power(work.disaster_recovery, dt),
            self.log_loss,
            self._struck,
        )
        self.struck[:] = self._struck[self._district]

        self._workers = workers
        self._farm, self._other = sum_workers(self._district, workers, self._n)
        self._people = sum_people(self._district, residents, self._n)
        growth, new = np.full(self._n, work.job_growth), np.zeros(self._n)
        if self._programmes is not None:
            growth += self._programmes.job_growth(now)
            new = self._programmes.new_jobs(now)
            self._there = self._programmes.jobs_there(now)
            self._log_programme = self._programmes.log_farm_income(now)
        update_jobs(
            self._labour,
            self._other if self._respond else self._other_start,
            growth * dt,
            share_of_step(work.job_adjustment, dt),
            work.full_employment,
            new,
        )
        self._pay()
        share = share_of_step(work.adaptation, dt)
        adapt_beliefs(self.earnings, share, self._urban, self.expected, self.potential)

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything that decides the future, by name; the levels of the start among it."""
        return {
            "farm_price": np.array([self.farm_price]),
            "log_loss": self.log_loss,
            "jobs": self.jobs,
            "expected": self.expected,
            "level": self._level,
            "other_income_head": self.other_income_head,
            "farm_workers_start": self._farm_start,
            "residents_start": self._people_start,
            "workers_other_start": self._other_start,
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state` of the same world and parameters; earnings follow at the next step.

        Raises
        ------
        ValueError
            When a name is missing or unknown, or an array has another shape.
        """
        mine = self.state()
        if set(state) != set(mine):
            raise ValueError(f"state of markets has {sorted(state)}, needed are {sorted(mine)}")
        for name, values in mine.items():
            self._check(name, state[name], values.shape)
        for name, values in mine.items():
            values[...] = state[name]
        self.farm_price = float(state["farm_price"][0])

    def columns(self) -> dict[str, NDArray[Any]]:
        """Markets for the record, one row per district, in the order of `World.districts`.

        Wages are what a job pays an unskilled worker, farm income is what an unskilled farmer has (M VND per month). A
        district without urban or without rural places shows the wage that such places would pay; farm income is
        that of rural places, in a district without any that of its towns.
        """
        earned = np.zeros(self._n)
        for t in range(N_TYPES):  # in a fixed order: a matrix product's depends on the machine
            by_place = self.earnings[:, t] * self._workers[:, t]
            earned += np.bincount(self._district, weights=by_place, minlength=self._n)
        wage = self._level * self._factors.wage[:, None]
        side = np.where(self._has_rural, RURAL, URBAN)
        farm = self._level[np.arange(self._n), side] * self._by_type[0] * self._factors.farming
        return {
            "workers_other": self._other,
            "workers_farm": self._farm,
            "jobs": self._there * self.jobs,
            "employment": self.employment,
            "wage_urban_mvnd_per_month": wage[:, URBAN],
            "wage_rural_mvnd_per_month": wage[:, RURAL],
            "farm_income_mvnd_per_month": farm,
            "output_mvnd_per_month": earned,
            "disaster": self._struck.copy(),
        }

    # ---------------------------------------------------------------- inside

    @property
    def _labour(self) -> Labour:
        """Jobs as they are now, as one argument of a kernel; written in place."""
        return Labour(self.jobs, self._there, self.employment, self._tightness)

    def _pay(self) -> None:
        """Earnings from jobs, people, farmers and shocks as they are now."""
        work = self.work
        now = (self._people, self._farm) if self._respond else (self._people_start, self._farm_start)
        update_factors(
            now,
            (self._people_start, self._farm_start),
            self._labour,
            self.log_loss,
            self.farm_price + self._log_programme,
            PayRule(
                work.agglomeration, work.scarcity, work.land_share, work.full_employment, work.out_of_work
            ),
            self._factors,
        )
        fill_earnings(
            self._district,
            self._urban,
            self._level,
            self._by_type,
            self._factors.outside,
            self._factors.farming,
            self.earnings,
        )

    @staticmethod
    def _check(name: str, values: NDArray[Any], shape: tuple[int, ...]) -> None:
        if values.shape != shape:
            raise ValueError(f"{name} must have shape {shape}, got {values.shape}")
