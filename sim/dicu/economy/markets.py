"""Rule `markets`: formal jobs, pay, farm income and shocks, and what people come to expect of them.

The labour market is the commuting area a (`dicu.economy.commuting`), the farm market and the weather are those of the
legacy district l. Its urban and rural places share chances and shocks, but keep the different levels of the start
(`dicu.economy.market_levels`). Earnings of a worker, M VND per month:

- informal: w_I = w_I0 (people_a / people_a0)^gamma [I_a / (I_a0 + m (F_a - F_a0))]^-eps;
- formal: w_F = pi w_I0 (people_a / people_a0)^gamma (h / h_0)^curve, with an adapted h; never below w_I;
- farming: y = y_0 (farmers_l / farmers_l0)^-(1 - alpha) exp(p + x_l);
- formal jobs F, who finds them with which chance h and what is offered afar: `dicu.economy.formal_jobs`;
- the national farm price p (log) is AR(1) with persistence rho^dt and a long-run standard deviation; it starts at 0,
  an average year;
- a disaster strikes a district with chance 1 - (1 - chance a year)^(dt/4) and sets x = ln(1 - loss); otherwise
  x' = x recovery^dt;
- a place is worth V_I = w_I + (w_F - w_I) h / (h + delta + rho) to an informal worker, V_F = w_I + (w_F - w_I)
  (h + rho) / (h + delta + rho) to a formal one, to a farmer what farming yields; rates a quarter, h that of the
  worker's skill;
- beliefs: Vhat' = Vhat + (1 - (1 - eta)^dt) (V - Vhat).

Dated programmes add to formal jobs, finish industrial zones, take jobs away for a time, lower farm incomes, and raise
urban pay (`dicu.economy.programmes`).

When the markets do not respond (``feedback.jobs`` false), pay, the chance of a formal job and farm incomes are those of
the start: as if nobody had moved, been born, died or changed work since, and no job had been made. Jobs still grow, are
filled and offered; prices, disasters and programmes on incomes go on.

Nobody at all: a count of zero is taken as one person; and what had nobody at the start (people, farmers) keeps the
ratio 1 for good, since its density or land is unknown. So no chance or income is ever 0/0.

Exponentials are portable (`exp64`, `log64`), counts are integers, so a step is the same bits on every machine; shocks
are keyed by the district's code and the step, so every scenario has the same weather.
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
from dicu.economy.commuting import Commuting
from dicu.economy.formal_jobs import FormalJobs
from dicu.economy.labour_rules import Level, Worth, adapt_beliefs, fill_earnings
from dicu.economy.market_levels import RURAL, URBAN, initial_levels
from dicu.economy.market_rules import (
    QUARTERS_A_YEAR,
    code_number,
    fill_farming,
    power,
    price_after,
    share_of_step,
    strike,
    sum_people,
    sum_workers,
)
from dicu.economy.programmes import Programmes
from dicu.population.columns import N_KINDS, N_TYPES
from dicu.scenario.parameters import Income
from dicu.scenario.parameters_household import Work
from dicu.scenario.parameters_labour import Labour
from dicu.world.world import World

__all__ = ["Markets"]


class Markets:
    """Labour, farm prices and disasters of every district, and the incomes they make (P places, L districts).

    Parameters
    ----------
    world : World
    work : Work
    income : Income
        Levels at the start.
    labour : Labour
    commuting : Commuting
    workers : (P, 32) int64
        Members of working age by place and kind (household type, from 16 on with a formal job) at the start, real
        persons.
    persons : (P,) int64
        Everybody, real persons.
    dt_quarters : float
        Length of a step.
    seed : int
    programmes : Programmes or None
        Dated programmes; None for none.
    respond : bool
        Whether pay and chances respond to where people and jobs are; false cuts the feedback.
    offers : bool
        Whether formal jobs are offered to people elsewhere.

    Attributes
    ----------
    earnings : (P, 32) float64, M VND per month
        Income of a worker by kind. Farm households of towns farm as others do.
    expected : (P, 32) float64, M VND per month
        What people believe the place to be worth to one who works there, see the module.
    potential : (P, 16) float64, M VND per month
        What a household of the type expects if it came and did what pays there: informal work outside farming; in urban
        places, where nobody takes up farming, farm types count on it too.
    other_income_head : (P,) float64, M VND a person a month
        Pensions, rents and the like; constant.
    struck : (P,) bool
        A disaster strikes the district in this step.
    formal : FormalJobs
        Formal jobs, chances and offers.
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
    The arrays by place, and those of ``formal``, are written in place at each step: whoever keeps one sees it change.
    """

    def __init__(
        self,
        world: World,
        work: Work,
        income: Income,
        labour: Labour,
        commuting: Commuting,
        *,
        workers: NDArray[np.int64],
        persons: NDArray[np.int64],
        dt_quarters: float,
        seed: int,
        programmes: Programmes | None = None,
        respond: bool = True,
        offers: bool = True,
        urban: NDArray[np.bool_] | None = None,
    ) -> None:
        self.work, self.dt_quarters, self.seed = work, dt_quarters, seed
        self._programmes, self._respond = programmes, respond
        # levels of pay are those of the class at the start; farming is taken up where the class of now lets it be
        self._district, self._urban = world.district, world.urban if urban is None else urban
        self._n = len(world.districts)
        self._check("workers", workers, (world.n_places, N_KINDS))
        self._check("persons", persons, (world.n_places,))
        self._code = np.array([code_number(str(c)) for c in world.districts.code], dtype=np.uint64)
        self._has_rural = np.bincount(world.district[~world.urban], minlength=self._n) > 0

        levels = initial_levels(world, income, workers, persons, premium=labour.premium, area=commuting.area)
        self.notes = levels.notes
        self._start, self._by_type, self._farm_level = levels.earnings, levels.by_type, levels.farming
        self.other_income_head = levels.other[world.district, world.urban.astype(np.int64)]

        self._farm = sum_workers(world.district, workers, self._n)[0]
        self._farm_start = self._farm.copy()
        self.log_loss = np.zeros(self._n)
        self.farm_price = 0.0
        self._struck = np.zeros(self._n, dtype=np.bool_)
        self.struck = self._struck[world.district]

        self.commuting = commuting
        self.formal = FormalJobs(
            world,
            labour,
            commuting,
            workers,
            self._people(persons),
            agglomeration=work.agglomeration,
            dt_quarters=dt_quarters,
            offers=offers,
            respond=respond,
        )
        self.earnings = np.empty((world.n_places, N_KINDS))
        self._values = np.empty_like(self.earnings)
        self.expected = np.zeros_like(self.earnings)
        self.potential = np.empty((world.n_places, N_TYPES))
        self._workers = workers
        self._log_programme = np.zeros(self._n)
        self._level = Level(
            district=world.district.astype(np.int32),
            area=commuting.area[world.district],
            side=world.urban.astype(np.int64),
            start=self._start,
            by_type=self._by_type,
            farming=np.empty(self._n),
            gain=np.ones(2),
        )
        search = self.formal.search
        self._worth = Worth(
            labour.turnover,
            labour.discount,
            dt_quarters,
            (float(search[0]), float(search[1])),
            labour.most_found,
        )
        self._pay()
        # people know what is at the start
        adapt_beliefs(self._values, 1.0, self._urban, self.expected, self.potential)

    def step(self, workers: NDArray[np.int64], residents: NDArray[np.int64], now: int, moment: int) -> None:
        """One step: shocks, jobs, wages, farm incomes, beliefs.

        Parameters
        ----------
        workers : (P, 32) int64
            Members of working age by place and kind now, real persons.
        residents : (P,) int64
            Everybody now, real persons.
        now : int
            Number of the step in the run, by which programmes act.
        moment : int
            Its number since 1995, by which the shocks are keyed.
        """
        self._check("workers", workers, self.earnings.shape)
        self._check("residents", residents, self.other_income_head.shape)
        work, dt = self.work, self.dt_quarters

        shock = normal_draw(np.uint64(key64(self.seed, int(Purpose.FARM_PRICE), moment)), np.uint64(0))
        persistence = power(work.price_persistence, dt)
        self.farm_price = float(price_after(self.farm_price, persistence, work.price_spread, shock))
        strike(
            np.uint64(key64(self.seed, int(Purpose.DISASTER), moment)),
            self._code,
            share_of_step(work.disaster_per_year, dt / QUARTERS_A_YEAR),
            float(log64(1.0 - work.disaster_loss)),
            power(work.disaster_recovery, dt),
            self.log_loss,
            self._struck,
        )
        self.struck[:] = self._struck[self._district]

        self._workers = workers
        self._farm = sum_workers(self._district, workers, self._n)[0]
        if self._programmes is not None:
            self._log_programme = self._programmes.log_farm_income(now)
            self._level.gain[URBAN] = self._programmes.urban_pay(now)
        share = share_of_step(work.adaptation, dt)
        self.formal.step(workers, self._people(residents), self._programmes, now, share)
        self._pay()
        adapt_beliefs(self._values, share, self._urban, self.expected, self.potential)

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything that decides the future or is recorded, by name, no copies; the levels of the start among it."""
        return {
            "earnings": self.earnings,
            "farming": self._level.farming,
            "struck": self._struck,
            "farm_price": np.array([self.farm_price]),
            "log_loss": self.log_loss,
            "expected": self.expected,
            "level": self._start,
            "farm_level": self._farm_level,
            "other_income_head": self.other_income_head,
            "farm_workers_start": self._farm_start,
            **self.formal.state(),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state` of the same world and parameters.

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
        self.struck[:] = self._struck[self._district]
        self.farm_price = float(state["farm_price"][0])

    def columns(self, workers: NDArray[np.int64] | None = None) -> dict[str, NDArray[Any]]:
        """Markets for the record, one row per district, in the order of `World.districts`.

        ``workers`` (P, 32) are those of the end of the step, real persons; None: those that the step began with.

        The commuting area is the district in its centre. Pay is that of an unskilled worker of urban places, had the
        district none, what such places would pay; farm income
        that of an unskilled farmer of rural places, in a district without any that of its towns (M VND per month).
        """
        workers = self._workers if workers is None else workers
        farm_workers, informal, formal = sum_workers(self._district, workers, self._n)
        earned = np.zeros(self._n)
        for t in range(N_KINDS):  # in a fixed order: a matrix product's depends on the machine
            by_place = self.earnings[:, t] * workers[:, t]
            earned += np.bincount(self._district, weights=by_place, minlength=self._n)
        area, pay = self.commuting.area, self.formal.pay
        level = self._start[:, URBAN] * self._level.gain[URBAN]
        side = np.where(self._has_rural, RURAL, URBAN)
        farm = self._start[np.arange(self._n), side] * self._by_type[0] * self._level.farming
        return {
            "commuting_area": self.commuting.centre[area],
            "workers_other": informal + formal,
            "workers_farm": farm_workers,
            "informal_workers": informal,
            "formal_workers": formal,
            "formal_jobs": self.formal.there.copy(),
            "finding_chance": np.minimum(self._worth.most, self.formal.flows.find)[area],
            "pay_formal_mvnd_per_month": level * pay.formal[area],
            "pay_informal_mvnd_per_month": level * pay.informal[area],
            "farm_income_mvnd_per_month": farm,
            "output_mvnd_per_month": earned,
            "disaster": self._struck.copy(),
        }

    # ---------------------------------------------------------------- inside

    def _people(self, residents: NDArray[np.int64]) -> NDArray[np.int64]:
        """(A,) people by commuting area."""
        return self.commuting.sums(sum_people(self._district, residents, self._n))

    def _pay(self) -> None:
        """Earnings and values from jobs, people, farmers and shocks as they are now."""
        farming = self._level.farming
        fill_farming(
            self._farm if self._respond else self._farm_start,
            self._farm_start,
            self.log_loss,
            self.farm_price + self._log_programme,
            self.work.land_share,
            farming,
        )
        farming *= self._farm_level
        fill_earnings(self._level, self.formal.pay, self._worth, self.earnings, self._values)

    @staticmethod
    def _check(name: str, values: NDArray[Any], shape: tuple[int, ...]) -> None:
        if values.shape != shape:
            raise ValueError(f"{name} must have shape {shape}, got {values.shape}")
