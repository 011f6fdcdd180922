"""A world whose law sets other ages: who is of full age, who may marry, and what both engines make of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dicu.behaviour.ages import Ages
from dicu.behaviour.consider import readiness_table
from dicu.behaviour.kin import couples_of, is_single
from dicu.behaviour.life_course import has_adult
from dicu.model import Model
from dicu.reform.opening import open_world
from dicu.scenario.country_parts import LegalAges
from dicu.scenario.parameters import Consider
from dicu.trace.sight import person
from dicu.world.world import World
from states import first_model, sha

YEAR = 2024


def member(*people: str) -> np.ndarray:
    codes = sorted((YEAR - int(p[1:]) - 1910) << 1 | (p[0] == "f") for p in people)
    return np.array(codes + [0] * (6 - len(codes)), dtype=np.uint8)


def under(world: World, **ages: int) -> World:
    """The same world under another law."""
    file = world.country.file.model_copy(update={"ages": LegalAges(**ages)})
    return replace(world, country=replace(world.country, file=file))


class Leavers:
    """Looks on: ages of those who leave alone, by the rows as the pass left them."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.ages: list[int] = []
        model.watch = self

    def frozen(self, tables: Any, followers: Any) -> None: ...

    def passed(self, events: Any) -> None:
        alone = np.flatnonzero(events.leaver >= 0)
        codes = self.model.households.member[events.row[alone], events.leaver[alone]]
        self.ages += (self.model.year - 1910 - (codes.astype(int) >> 1)).tolist()

    def committed(self, changes: Any) -> None: ...


def test_nobody_under_the_majority_of_a_world_leaves_alone(small_scenario: Callable[..., Any]) -> None:
    """With majority at 20 nobody of 18 or 19 does, where at 18 some do; in both engines the same."""
    scenario = small_scenario(values={"consider.lambda0": 0.3, "time.end": "2025Q1"})
    world = open_world(scenario)
    seen, ends = {}, {}
    for majority, engine in ((18, "threads"), (20, "threads"), (20, "objects")):
        model = first_model(scenario, world=under(world, majority=majority, marriage=18), engine=engine)
        watch = Leavers(model)
        model.run()
        seen[majority, engine], ends[majority, engine] = watch.ages, sha(model)
    assert min(seen[18, "threads"]) == 18
    assert min(seen[20, "threads"]) == 20
    assert len(seen[20, "threads"]) > 50
    assert ends[20, "threads"] == ends[20, "objects"] != ends[18, "threads"]


def test_lent_ages_are_those_stated(small_scenario: Callable[..., Any]) -> None:
    """A world that states what it would borrow has the same history to the bit."""
    scenario = small_scenario()
    world = open_world(scenario)
    models = [first_model(scenario, world=w) for w in (world, under(world, majority=18, marriage=18))]
    for model in models:
        model.step()
    assert sha(models[0]) == sha(models[1])


@pytest.mark.parametrize("majority", [16, 18, 21])
def test_full_age_is_that_of_the_law(majority: int) -> None:
    law = Ages(YEAR, majority, 18)
    ready = readiness_table(Consider(), law)
    assert next(a for a in range(30) if ready[member(f"f{a}")[0]] > 0) == majority
    assert next(a for a in range(30) if has_adult(member(f"m{a}"), law)) == majority
    assert person(int(member("f19")[0]), law) == ("woman 19" if majority <= 19 else "girl 19")
    # who would leave a brother of 17 without an adult looks for nobody
    assert is_single(member("m20", "m17"), 0, law) == (majority <= 17)


@pytest.mark.parametrize("marriage", [16, 18, 20])
def test_couples_and_singles_are_old_enough_to_marry(marriage: int) -> None:
    law = Ages(YEAR, 18, marriage)
    young = member("m24", "f17")
    assert bool(couples_of(young, law)) == (marriage <= 17)
    assert is_single(member("f19"), 0, law) == (marriage <= 19)
