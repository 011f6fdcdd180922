"""Number 3: Harris-Todaro with wages 1 and 0.6 and 0.3 jobs: urban share 0.5, unemployment 0.40, 1.667 people a job."""

from __future__ import annotations

import numpy as np
import pytest

from dicu.economy.markets import Markets, employment_chance, expected_wage
from dicu.scenario.parameters import Income
from dicu.scenario.parameters_household import Work
from dicu.world.small import one_place


def settle(jobs: float, wage: float = 1.0, farm: float = 0.6, start: float = 0.9) -> float:
    """Urban share of a workforce of 1 after moving towards the better expected income until none is better."""
    urban = start
    for _ in range(2000):
        urban += 0.2 * (expected_wage(wage, employment_chance(jobs, urban), 0.0) - farm)
    return urban


@pytest.mark.parametrize("start", [0.35, 0.9])
def test_urban_share_and_unemployment(start):
    urban = settle(0.3, start=start)
    assert urban == pytest.approx(0.5, abs=1e-12)
    assert 1.0 - employment_chance(0.3, urban) == pytest.approx(0.40, abs=1e-12)


def test_each_job_draws_1_667_people():
    assert (settle(0.301) - settle(0.3)) / 0.001 == pytest.approx(1 / 0.6, rel=1e-9)


def test_more_jobs_do_not_lower_unemployment_the_todaro_paradox():
    for jobs in (0.2, 0.3, 0.4):
        assert 1.0 - employment_chance(jobs, settle(jobs)) == pytest.approx(0.40, abs=1e-12)


class TestThroughTheMarkets:
    """The same numbers from `Markets.step`: its farmers and its workers of one district change sides."""

    workforce = 1_000_000
    work = Work(
        full_employment=1.0,
        out_of_work=0.0,
        job_growth=0.0,
        job_adjustment=0.0,
        agglomeration=0.0,
        land_share=1.0,
        price_spread=0.0,
        disaster_per_year=0.0,
        adaptation=1.0,
    )

    def settle(self, jobs: float) -> tuple[int, Markets]:
        world = one_place(residents=self.workforce)
        persons = np.array([self.workforce])
        workers = np.zeros((1, 16), dtype=np.int64)
        workers[0, :2] = self.workforce // 2
        markets = Markets(
            world,
            self.work,
            Income(agriculture_penalty=0.6),
            workers=workers,
            persons=persons,
            dt_quarters=1.0,
            seed=1,
        )
        wage = markets.earnings[0, 1]  # everybody has a job at the start
        markets.jobs[:] = jobs * self.workforce
        workers[0, :2] = self.workforce // 10, self.workforce - self.workforce // 10
        for now in range(400):
            markets.step(workers, persons, now)
            gap = (markets.expected[0, 1] - markets.expected[0, 0]) / wage
            movers = int(np.rint(0.2 * gap * self.workforce))
            workers[0, 0] -= movers
            workers[0, 1] += movers
        return int(workers[0, 1]), markets

    def test_equilibrium(self):
        urban, markets = self.settle(0.3)
        assert urban / self.workforce == pytest.approx(0.5, abs=1e-5)
        assert 1.0 - markets.employment[0] == pytest.approx(0.40, abs=1e-5)
        assert markets.earnings[0, 1] == pytest.approx(markets.earnings[0, 0], rel=1e-4)

    def test_each_job_draws_1_667_people(self):
        drawn = self.settle(0.31)[0] - self.settle(0.30)[0]
        assert drawn / (0.01 * self.workforce) == pytest.approx(1.667, abs=0.002)
