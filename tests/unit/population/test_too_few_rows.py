"""Where rows stand for more households than places have, the first households come out too small, and it is said."""

from __future__ import annotations

import pytest

from dicu.execution.starting import make_start
from dicu.reform.opening import open_world
from dicu.scenario.scenario import Scenario, with_values


@pytest.mark.parametrize(("weight", "said"), [(20, False), (20_000, True)])
def test_households_that_come_out_too_small_are_told(weight: int, said: bool) -> None:
    scenario = with_values(Scenario(), {"world.name": "monocentric", "population.weight": weight})
    summary = make_start(scenario, open_world(scenario)).fit.summary()
    assert ("too small and too many" in summary) is said
    assert ("take a smaller population.weight" in summary) is said
