"""Formal jobs by district, who finds and loses them by commuting area, and what they pay.

Jobs are where they are and never chase workers. F' = F exp(g dt) + (1 + m) (programmes + zones), by district; the
market is the commuting area, the sum of its districts. With E formal workers, jobs to be filled are V = max(0, F' - E
e^(-delta dt)), of them new n = min(V, max(0, F' - F)); offered afar are xi_n n + xi_r (V - n) and what the cap left
unfilled in the last step, if anything is offered at all; the others go to who looks at home, farmers included,
by their search.

A programme that takes away a share of the jobs for a time takes their workers with it in the step in which it begins.
The local multiplier m never applies to g, which is measured growth of all formal work.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dicu.compute.numeric import exp_array
from dicu.economy.commuting import Commuting
from dicu.economy.labour_rules import (
    Flows,
    Labourers,
    LabourStart,
    Pay,
    PayRule,
    Turnover,
    fill_flows,
    fill_pay,
    kept_of,
    labourers,
)
from dicu.economy.market_rules import QUARTERS_A_YEAR
from dicu.economy.programmes import Programmes
from dicu.population.columns import N_TYPES
from dicu.scenario.parameters_labour import Labour
from dicu.world.labour import labour_of
from dicu.world.world import World


class FormalJobs:
    """Formal jobs and their market (L districts, A commuting areas, P places).

    Parameters
    ----------
    world : World
    labour : Labour
        Its parameters.
    commuting : Commuting
        The areas.
    workers : (P, 2 T) int64
        Members of working age by place and kind at the start, real persons.
    people : (A,) int64
        Everybody.
    agglomeration : float
        How pay follows density.
    dt_quarters : float
    offers : bool
        Whether jobs are offered to people elsewhere.
    respond : bool
        Whether pay follows the market; false: it stays that of the start.

    Attributes
    ----------
    jobs : (L,) float64
        Formal jobs, those that a programme takes away for a time included.
    there : (L,) float64
        Those that are there in this step.
    flows : Flows
    pay : Pay
        Of what is now; ``find`` is that of this step.
    """

    def __init__(
        self,
        world: World,
        labour: Labour,
        commuting: Commuting,
        workers: NDArray[np.int64],
        people: NDArray[np.int64],
        *,
        agglomeration: float,
        dt_quarters: float,
        offers: bool,
        respond: bool,
    ) -> None:
        self.labour, self.commuting, self.dt_quarters = labour, commuting, dt_quarters
        self._respond = respond
        self._area = commuting.area[world.district]
        n, areas = len(world.districts), len(commuting)
        deviation = np.nan_to_num(labour_of(world).growth)[world.districts.parent]
        self._growth = (labour.formal_growth + labour.growth_kept * deviation) / QUARTERS_A_YEAR
        odds = labour.skill_odds
        self.search = np.array([1.0, odds, labour.farm_search, labour.farm_search * odds])
        self.rule = Turnover(
            kept=kept_of(labour.turnover, dt_quarters),
            most=labour.most_found,
            new=labour.recruit_new if offers else 0.0,
            old=labour.recruit_old if offers else 0.0,
            search=self.search,
        )
        self.people = self.count(workers)
        formal = np.bincount(world.district, workers[:, N_TYPES:].sum(axis=1), n)
        self.jobs = (1.0 + labour.vacant) * formal
        self.there = self.jobs.copy()
        self._share = np.ones(areas)
        self.flows = Flows(*(np.zeros(areas) for _ in Flows._fields))
        self.pay = Pay(np.ones(areas), np.full(areas, labour.premium), np.zeros(areas))
        self._adapted = np.zeros(areas)
        self._start = LabourStart(
            self.people.informal, self._by_area(self.jobs), people.copy(), np.zeros(areas)
        )
        self._pay_rule = PayRule(
            labour.multiplier, labour.informal_elasticity, labour.premium, labour.wage_curve, agglomeration
        )
        # what the first step would bring without programmes: chances of the start
        self._fill(self._by_area(self.jobs), self._by_area(self._grown()), np.ones(areas))
        self._start.find[:] = self.flows.find
        self._adapted[:] = self.flows.find
        self.flows.unfilled[:] = 0.0
        self._pay(people)

    def count(self, workers: NDArray[np.int64]) -> Labourers:
        """Who looks for a formal job and who has one, by area.

        Parameters
        ----------
        workers : (P, 2 T) int64
            Real members of working age by place and kind, see `dicu.parts.Parts.workers`.
        """
        return Labourers(*labourers(self._area, workers, len(self.commuting)))

    def step(
        self,
        workers: NDArray[np.int64],
        people: NDArray[np.int64],
        programmes: Programmes | None,
        now: int,
        adapts: float,
    ) -> None:
        """Jobs, chances, offers and pay of a step.

        Parameters
        ----------
        workers : (P, 2 T) int64
            Real members of working age by place and kind.
        people : (A,) int64
            Everybody.
        programmes : Programmes or None
            What the state adds and takes away.
        now : int
            The step.
        adapts : float
            Share by which a gap of beliefs closes.
        """
        n = len(self.jobs)
        extra, zones, there = np.zeros(n), np.zeros(n), np.ones(n)
        if programmes is not None:
            extra, zones = programmes.job_growth(now), programmes.new_jobs(now)
            there = programmes.jobs_there(now)
        before = self._by_area(self.jobs)
        grown = self._grown()
        more = grown * (exp_array(extra * self.dt_quarters) - 1.0) + zones
        # fewer jobs by a programme never take more with them than there are
        self.jobs[:] = np.maximum(grown + (1.0 + self.labour.multiplier) * more, 0.0)
        self.there[:] = self.jobs * there
        jobs, left = self._by_area(self.jobs), self._by_area(self.there)
        share = np.divide(left, jobs, out=np.ones(len(jobs)), where=jobs > 0.0)
        stays = np.minimum(
            1.0, np.divide(share, self._share, out=np.ones(len(jobs)), where=self._share > 0.0)
        )
        self.people = self.count(workers)
        self._share[:] = share
        self._fill(before * share, left, stays)
        self._adapted += adapts * (self.flows.find - self._adapted)
        self._pay(people)

    def state(self) -> dict[str, NDArray[Any]]:
        """What decides the future, and what the record shows of the last step, by name: (L,) and (A,), no copies."""
        return {
            "formal_jobs": self.jobs,
            "jobs_there": self.there,
            **{f"flow_{name}": values for name, values in self.flows._asdict().items() if name != "unfilled"},
            **{f"pay_{name}": values for name, values in self.pay._asdict().items()},
            "jobs_there_share": self._share,
            "unfilled": self.flows.unfilled,
            "find_adapted": self._adapted,
            **{f"start_{name}": values for name, values in self._start._asdict().items()},
        }

    # ---------------------------------------------------------------- inside

    def _by_area(self, by_district: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.commuting.exact_sums(by_district)

    def _grown(self) -> NDArray[np.float64]:
        return np.asarray(self.jobs * exp_array(self._growth * self.dt_quarters))

    def _fill(
        self, before: NDArray[np.float64], jobs: NDArray[np.float64], stays: NDArray[np.float64]
    ) -> None:
        fill_flows((self.people.looking, self.people.formal), before, jobs, stays, self.rule, self.flows)

    def _pay(self, people: NDArray[np.int64]) -> None:
        """Pay by area over informal pay of the start; frozen there when markets do not respond."""
        if not self._respond:
            self.pay.find[:] = self._start.find
            return
        now = LabourStart(self.people.informal, self._by_area(self.there), people, self._adapted)
        fill_pay(now, self._start, self._pay_rule, self.pay)
        self.pay.find[:] = self.flows.find


__all__ = ["FormalJobs"]
