"""Properties of the market of formal jobs on one place: who finds one, and who loses one by a programme."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any, cast

import numpy as np
import pytest

from dicu.economy.commuting import commuting
from dicu.economy.formal_jobs import FormalJobs
from dicu.economy.labour_rules import Flows
from dicu.economy.programmes import Programmes
from dicu.scenario.parameters_labour import Labour
from dicu.scenario.scenario import Scenario
from dicu.world.small import one_place

FORMAL = 500
PEOPLE = np.array([4000])


class Away:
    """A programme that takes a share of the formal jobs away in some steps, and nothing else."""

    def __init__(self, loss: float, *steps: int) -> None:
        self._loss, self._steps = loss, steps

    def job_growth(self, now: int) -> np.ndarray:
        return np.zeros(1)

    def new_jobs(self, now: int) -> np.ndarray:
        return np.zeros(1)

    def jobs_there(self, now: int) -> np.ndarray:
        return np.array([1.0 - self._loss if now in self._steps else 1.0])


def workers_of(**kinds: int) -> np.ndarray:
    """Workers of one place by kind; ``informal``, ``skilled``, ``farmers``, and 500 unskilled with a formal job."""
    workers = np.zeros((1, 32), dtype=np.int64)
    workers[0, 17] = FORMAL
    for name, kind in (("farmers", 0), ("informal", 1), ("skilled_farmers", 2), ("skilled", 3)):
        workers[0, kind] = kinds.get(name, 0)
    return workers


def market(workers: np.ndarray, dt: float = 1.0, **labour: Any) -> FormalJobs:
    """Formal jobs at the start, none of which is offered elsewhere."""
    world, parameters = one_place(), Labour(**labour)
    areas = commuting(world, parameters, Scenario().access)
    options: dict[str, Any] = {"agglomeration": 0.04, "dt_quarters": dt, "offers": False, "respond": True}
    return FormalJobs(world, parameters, areas, workers, PEOPLE, **options)


@pytest.mark.parametrize("dt", [1.0, 1 / 3])
def test_the_chance_to_find_is_that_of_an_informal_unskilled_worker(dt: float) -> None:
    """V = F e^(g dt) - E e^(-delta dt), a year's g; all others count by how often they look over such a worker."""
    labour = {"formal_growth": 0.04, "turnover": 0.02, "vacant": 0.01, "skill_odds": 4.0, "farm_search": 0.3}
    wanted = 1.01 * FORMAL * math.exp(0.04 / 4 * dt) - FORMAL * math.exp(-0.02 * dt)
    for kinds, looking in (
        ({"informal": 1000}, 1000.0),
        ({"skilled": 250}, 1000.0),
        ({"farmers": 1000, "skilled_farmers": 1000}, 300.0 + 1200.0),
    ):
        found = market(workers_of(**kinds), dt, **labour)
        assert found.pay.find == pytest.approx(wanted / looking), kinds


def test_a_programme_drives_out_the_share_it_takes_and_who_is_left_keeps_the_usual_chance() -> None:
    """Neither while the jobs are away nor when they are back does anybody lose a job for it a second time."""
    workers = workers_of(informal=2000)
    formal = market(workers, turnover=0.02)
    usual = 1 - math.exp(-0.02)
    lost = []
    for now in range(6):
        formal.step(workers, PEOPLE, cast(Programmes, Away(0.3, 2, 3)), now, 1.0)
        lost.append(float(formal.flows.lose[0]))
    assert lost[2] == pytest.approx(1 - 0.7 * math.exp(-0.02))
    assert [lost[now] for now in (0, 1, 3, 4, 5)] == pytest.approx([usual] * 5)


class Growth(Away):
    """Jobs of a programme: they grow by a share a quarter, and a number comes on top, in one step."""

    def __init__(self, growth: float, new: float, step: int) -> None:
        super().__init__(0.0)
        self._growth, self._new, self._step = growth, new, step

    def job_growth(self, now: int) -> np.ndarray:
        return np.array([self._growth if now == self._step else 0.0])

    def new_jobs(self, now: int) -> np.ndarray:
        return np.array([self._new if now == self._step else 0.0])


@pytest.mark.parametrize("multiplier", [0.0, 0.3])
@pytest.mark.parametrize("dt", [1.0, 1 / 3])
def test_jobs_grow_as_measured_and_by_what_a_programme_adds_with_what_follows_from_it(
    dt: float, multiplier: float
) -> None:
    """F' = F e^(g dt) + (1 + m) (what the programme adds): without one the measured growth and nothing else."""
    labour = {"formal_growth": 0.04, "vacant": 0.01, "multiplier": multiplier}
    workers, measured = workers_of(informal=2000), math.exp(0.01 * dt)
    formal = market(workers, dt, **labour)
    jobs = 1.01 * FORMAL
    assert formal.jobs == pytest.approx(jobs)
    for now, programme in enumerate([None, Away(0.0), Growth(0.02, 50.0, 2), Growth(0.02, 50.0, 2)]):
        formal.step(workers, PEOPLE, cast(Programmes, programme) if programme else None, now, 1.0)
        jobs *= measured
        if now == 2:
            jobs += (1 + multiplier) * (jobs * (math.exp(0.02 * dt) - 1) + 50)
        assert formal.jobs == pytest.approx(jobs), now


def test_a_market_that_takes_over_a_state_brings_the_same_for_ever_after() -> None:
    """Flows and pay of the last step among it, each array once, though it begins elsewhere."""
    workers = workers_of(informal=200, farmers=300)
    one, two = market(workers), market(workers_of(informal=900))
    for now in range(3):
        one.step(workers, PEOPLE, cast(Programmes, Away(0.3, 1)), now, 0.5)
    mine = two.state()
    for name, values in one.state().items():
        mine[name][...] = values
    for flow in Flows._fields:
        assert getattr(two.flows, flow) == pytest.approx(getattr(one.flows, flow), abs=0), flow
    arrays = list(mine.values())
    assert not any(np.shares_memory(a, b) for a, b in combinations(arrays, 2))
    for now in range(3, 6):
        for each in (one, two):
            each.step(workers, PEOPLE, None, now, 0.5)
        for name, values in one.state().items():
            assert mine[name].tolist() == values.tolist(), name
