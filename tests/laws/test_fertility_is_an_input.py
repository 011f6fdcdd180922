"""Fertility is an input: in every quarter of a year all women together are to bear what was put in, couples or not.

Only women with a partner and room for a child bear any, and couples form all year. So the rates of those who can are
right only if they are solved for the women of the very step.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicu.behaviour.events import Events
from dicu.behaviour.kin import can_give_birth, has_children
from dicu.behaviour.life_tables import MANY_CHILDREN
from dicu.commit.changes import Changes
from dicu.model import Model
from dicu.reform.opening import open_world
from dicu.scenario.scenario import Scenario, with_values
from states import first_households, first_model

AGES = np.arange(15, 50)
SEEDS, QUARTERS = 24, 4
SCENARIO = {"world.name": "monocentric", "population.weight": 1, "time.start": "2024Q1", "time.end": "2024Q4"}
LARGEST_Z = 3.3
"""Of two areas, one run in a thousand of a right program lies outside."""


class Midwife:
    """Counts all women by area and age before each pass, and who of them gave birth."""

    def __init__(self, model: Model) -> None:
        self.model = model
        # births a woman of a step, its variance by Poisson, and its expectation by area; sums over ages
        self.tfr: list[np.ndarray] = []
        self.variance: list[np.ndarray] = []

    def frozen(self, tables: Any, followers: Any) -> None:
        h = self.model.households
        self.member = h.member[: h.n].copy()
        self.area = self.model.world.urban[h.place[: h.n]].astype(np.int64)

    def passed(self, events: Events) -> None:
        year = self.model.year
        age = year - 1910 - (self.member >> 1).astype(np.int64)
        woman = (self.member & 1 == 1) & (age >= AGES[0]) & (age <= AGES[-1])
        area = np.broadcast_to(self.area[:, None], age.shape)
        women = np.zeros((2, len(AGES)), dtype=np.int64)
        np.add.at(women, (area[woman], age[woman] - AGES[0]), 1)
        births = np.zeros((2, len(AGES)), dtype=np.int64)
        for slot in range(6):
            rows = events.life_row[(events.life_mask >> (6 + slot)) & 1 == 1]
            np.add.at(births, (self.area[rows], age[rows, slot] - AGES[0]), 1)
        assert (women > 20).all(), "too few women of an age to tell its rate"
        self.tfr.append((births / women).sum(axis=1))
        self.variance.append((births / women**2).sum(axis=1))

    def committed(self, changes: Changes) -> None:
        assert changes is not None


def expected(model: Model) -> np.ndarray:
    """Children that a woman of each area bears in a year under the rates of the step that comes, all women counted."""
    tables, h, year = model.tables(), model.households, model.year
    hazards = tables.life.hazards
    shape = len(hazards.birth), len(AGES)
    women, children = np.zeros(shape), np.zeros(shape)
    area = tables.life.area[h.place[: h.n]]
    for i in range(h.n):
        for m in range(6):
            byte = int(h.member[i, m])
            age = year - 1910 - (byte >> 1)
            if not byte & 1 or not AGES[0] <= age <= AGES[-1]:
                continue
            women[area[i], age - AGES[0]] += 1
            if can_give_birth(h.member[i], m, model.ages, int(h.attributes[i])):
                many = has_children(h.member[i], m, model.ages, MANY_CHILDREN)
                birth = hazards.birth_later if many else hazards.birth
                children[area[i], age - AGES[0]] += -np.expm1(-birth[area[i], byte])
    assert ((women > 0).sum(axis=1) % len(AGES) == 0).all(), "too few women: an age without any"
    return np.asarray((children / np.maximum(women, 1)).sum(axis=1) * 4)


def put_in(scenario: Scenario) -> np.ndarray:
    return np.array([scenario.life_course.fertility_rural, scenario.life_course.fertility_urban])


def test_the_rates_of_every_quarter_give_the_total_put_in() -> None:
    """To rounding, in each quarter of a year and after the new year: no luck is in it."""
    scenario = with_values(Scenario(), SCENARIO | {"population.weight": 10, "time.end": "2025Q2"})
    model = first_model(scenario)
    for _ in range(model.calendar.n_steps - 1):
        assert expected(model) == pytest.approx(put_in(scenario), rel=1e-9), f"before step {model.now}"
        model.step()
        if model.calendar.is_year_end(model.now - 1):
            model.step()  # everybody is a year older within the step, so nothing can be asked before it


def test_every_province_is_given_what_was_put_in_for_it() -> None:
    """By province and urban or rural, to rounding: women of one are not made to bear for those of another."""
    scenario = with_values(Scenario(), SCENARIO | {"world.name": "ring"})
    made = open_world(scenario)
    made = replace(made, urban=np.arange(made.n_places) % 2 == 1)  # towns in every province
    codes = made.legacy_provinces.code.tolist()
    told = pd.DataFrame({"province": codes, "year": 2020, "urban": np.linspace(1.2, 1.8, len(codes)),
                         "rural": np.linspace(2.6, 1.7, len(codes))})  # fmt: skip
    world = replace(made, country=replace(made.country, tables=MappingProxyType({"fertility": told})))
    model = first_model(scenario, world=world)
    lived = np.bincount(model.tables().life.area[model.households.place[: model.households.n]])
    wanted = np.ravel(told[["rural", "urban"]].to_numpy())
    assert len(lived) == len(wanted) > 2
    for _ in range(2):
        assert expected(model)[lived > 0] == pytest.approx(wanted[lived > 0], rel=1e-9), f"before {model.now}"
        model.step()


def test_births_of_a_year_are_those_put_in_over_seeds() -> None:
    """Total fertility of each area over 24 seeds and four quarters, against sampling error."""
    scenario = with_values(Scenario(), SCENARIO)
    world = open_world(scenario)
    start = first_households(scenario, world)
    total, variance = np.zeros(2), np.zeros(2)
    for seed in range(SEEDS):
        mine = with_values(scenario, {"seed": seed})
        model = first_model(mine, world=world, households=start.take(np.arange(start.n)))
        watch = Midwife(model)
        model.watch = watch
        for _ in range(QUARTERS):
            model.step()
        total += np.sum(watch.tfr, axis=0)
        variance += np.sum(watch.variance, axis=0)
    z = (total - SEEDS * put_in(scenario)) / np.sqrt(variance)
    print(f"TFR rural, urban {total / SEEDS}, z {z}, error {np.sqrt(variance) / SEEDS}")
    assert np.abs(z).max() < LARGEST_Z, f"rural, urban: {total / SEEDS} children a woman, z {z}"
    assert (np.sqrt(variance) / total < 0.006).all(), "too few births to tell 2 %"
