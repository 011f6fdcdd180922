"""Number 8 of the specification over made-up countries: people and money to the last one, part by part of a step.

Everything is counted here by numpy from the rows at four moments of a step (before, after the household pass, after the
commit, at the end), so that each identity stands on its own and no two errors can make up for one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dicu.execution.starting import first_model
from dicu.model import Model
from dicu.population.columns import Households
from dicu.scenario.scenario import Scenario, with_values
from dicu.world.small import Place, Province, build_small
from dicu.world.world import World


@dataclass
class Count:
    """A country at one moment."""

    rows: int
    people: np.ndarray
    """Persons by member byte: birth year and sex."""
    wealth: np.ndarray
    place: np.ndarray

    @classmethod
    def of(cls, h: Households) -> Count:
        """Count the rows."""
        people = np.bincount(h.member[: h.n].reshape(-1), minlength=256)
        people[0] = 0
        return cls(h.n, people, h.wealth[: h.n].astype(np.int64), h.place[: h.n].copy())

    @property
    def persons(self) -> int:
        """How many live."""
        return int(self.people.sum())

    @property
    def money(self) -> int:
        """All they own, 0.1 M VND."""
        return int(self.wealth.sum())


class Witness:
    """Counts between the parts of a step."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def frozen(self, tables: Any, followers: Any) -> None:
        """Before anything happened."""
        self.start = Count.of(self.model.households)

    def passed(self, events: Any) -> None:
        """Households have earned, consumed, been born and died; nobody has moved."""
        self.lived, self.events = Count.of(self.model.households), events

    def committed(self, changes: Any) -> None:
        """Moves, couples, orphans, followers and estates are done; no remittance is sent."""
        self.settled = Count.of(self.model.households)


def ones(mask: np.ndarray, first: int) -> int:
    """How many of the six bits from ``first`` on are set, in all."""
    return sum(int((mask >> (first + m) & 1).sum()) for m in range(6))


def assert_step(witness: Witness) -> None:
    """Every identity of the step just done."""
    model, events, changes = witness.model, witness.events, witness.model.changes
    start, lived, settled, end = witness.start, witness.lived, witness.settled, Count.of(model.households)
    newborn = np.zeros(256, dtype=bool)
    newborn[(model.year - 1910) << 1 : ((model.year - 1910) << 1) + 2] = True

    # P' = P + births - deaths, at the pass; all else keeps everybody, with birth year and sex
    births, deaths = ones(events.life_mask, 6), ones(events.life_mask, 0)
    assert (changes.births, changes.deaths) == (births, deaths)
    assert lived.persons == start.persons + births - deaths
    gone = (start.people - lived.people)[~newborn]
    assert (gone >= 0).all(), "somebody who was never born, or was born in another year"
    assert gone.sum() <= deaths, "more have gone than died"
    assert np.array_equal(settled.people, lived.people), "the commit made or lost somebody"
    assert np.array_equal(end.people, settled.people)

    # W' = W + y - c at the pass; - fares - estates at the commit; remittances sum to nought
    assert lived.money == start.money + changes.income - changes.consumption
    assert settled.money == lived.money - changes.move_costs - changes.estates
    received = end.wealth - settled.wealth
    assert received.sum() == 0, "remittances do not sum to zero"
    assert received[received > 0].sum() <= changes.remitted
    assert (
        min(changes.income, changes.consumption, changes.move_costs, changes.estates, changes.remitted) >= 0
    )

    # rows: founded and freed; places: what the list of moves says
    assert lived.rows == start.rows
    assert settled.rows == start.rows + changes.new_rows - changes.freed_rows == end.rows
    assert changes.new_rows >= changes.splits
    assert np.array_equal(start.place, lived.place), "the pass moved somebody"
    stocks = model.stocks
    assert (stocks.persons.sum(), stocks.wealth, stocks.households.sum()) == (
        end.persons,
        end.money,
        end.rows,
    )
    net = np.zeros(model.world.n_places, dtype=np.int64)
    np.add.at(net, changes.destination, changes.persons)
    np.add.at(net, changes.origin, -changes.persons)
    np.add.at(
        net, changes.exchanged[0], -1
    )  # partners within a place, lodgers in a room elsewhere in the district
    np.add.at(net, changes.exchanged[1], 1)
    assert net.sum() == 0
    natural = stocks.persons - witness.persons_before - net
    assert natural.sum() == births - deaths
    quiet = np.ones(model.world.n_places, dtype=bool)
    quiet[lived.place[events.life_row]] = False
    assert not natural[quiet].any(), "a place changed without births, deaths or moves"
    assert len(changes) == sum(changes.by_reason.values())


def live_through(model: Model) -> list[Any]:
    """Run to the end, checking each step; returns the changes of all steps."""
    witness, out = Witness(model), []
    model.watch = witness
    while model.now < model.calendar.n_steps:
        witness.persons_before = model.stocks.persons.copy()
        model.step()
        assert_step(witness)
        out.append(model.changes)
    return out


def made_up(seed: int) -> World:
    """Up to four provinces of up to three districts of up to four places, anywhere, of any size, some of them towns."""
    rng = np.random.default_rng(seed)
    places: list[Place] = []
    districts: list[tuple[str, int]] = []
    provinces = []
    for q in range(int(rng.integers(1, 5))):
        provinces.append(Province(f"P{q}", q + 1, float(rng.uniform(2, 9))))
        for _ in range(int(rng.integers(1, 4))):
            for _ in range(int(rng.integers(1, 5))):
                k = len(places) + 1
                x, y = (float(z) for z in rng.uniform(-300, 300, 2))
                kind = "ward" if rng.random() < 0.3 else "commune"
                terrain = str(rng.choice(["plain", "mountain", "island"]))
                places.append(Place(k, k, len(districts), x, y, int(rng.integers(40, 3_000)), kind, terrain))
            districts.append(("rural district", q))
    return build_small(f"made up {seed}", places, districts, provinces)


VALUES = {
    "consider.lambda0": st.floats(0.05, 1.0),
    "choose.move_share": st.floats(0.1, 0.8),
    "choose.home": st.floats(-1, 3),
    "life_course.fertility_urban": st.floats(0, 8),
    "life_course.fertility_rural": st.floats(0, 8),
    "life_course.life_expectancy": st.floats(45, 85),
    "work.disaster_per_year": st.floats(0, 1),
    "work.luck_spread": st.floats(0, 1.5),
    "money.saving_rate": st.floats(0, 0.6),
    "money.consumption_floor": st.floats(0, 5),
    "money.move_cost": st.floats(0, 50),
    "money.move_cost_per_km": st.floats(0, 0.3),
    "money.remit_chance": st.floats(0, 1),
    "money.remit_share": st.floats(0, 1),
    "money.follow_chance": st.floats(0, 0.5),
    "population.migrant_years": st.integers(0, 60),
    "population.wealth_months": st.floats(0, 60),
    "seed": st.integers(0, 2**40),
    "time.step": st.sampled_from(["quarter", "month"]),
}


@given(
    seed=st.integers(0, 2**32 - 1), values=st.fixed_dictionaries(VALUES), weight=st.sampled_from([4, 10, 30])
)
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # whole runs are too long to be shrunk
)
def test_people_and_money_are_kept_in_any_country(seed: int, values: dict[str, Any], weight: int) -> None:
    """Over the turn of a year, in quarters and in months."""
    when = {"time.start": "2024Q3", "time.end": "2025Q2"}
    scenario = with_values(
        Scenario(), {"world.name": "monocentric", **when, **values, "population.weight": weight}
    )
    live_through(first_model(scenario, made_up(seed))[0])


EVENTFUL = {
    "world.name": "monocentric",
    "population.weight": 8,
    "consider.lambda0": 0.6,
    "choose.home": 3.0,
    "life_course.life_expectancy": 50.0,
    "money.consumption_floor": 0.6,
    "money.follow_chance": 0.4,
    "money.remit_chance": 0.9,
    "population.migrant_years": 60,
    "reform.policy": "actual",
}
HAPPENS = (
    *(
        "whole",
        "splits",
        "returns",
        "couples",
        "followed",
        "births",
        "deaths",
        "rehoused",
        "new_rows",
        "freed_rows",
    ),
    *("income", "consumption", "move_costs", "estates", "remitted"),
)


@pytest.mark.parametrize(
    ("step", "start", "end"), [("quarter", "2024Q3", "2026Q2"), ("month", "2025-03", "2026-02")]
)
def test_people_and_money_are_kept_when_everything_happens(step: str, start: str, end: str) -> None:
    """Through the reform: every kind of event comes up, so that the identities are not about nothing."""
    from dicu.reform.opening import open_world

    scenario = with_values(Scenario(), {**EVENTFUL, "time.step": step, "time.start": start, "time.end": end})
    changes = live_through(first_model(scenario, open_world(scenario))[0])
    assert len(changes) == (8 if step == "quarter" else 12)
    for what in HAPPENS:
        assert sum(getattr(c, what) for c in changes) > 0, what
    assert sum(len(c.returned_child) for c in changes) > 0, "nobody came home to the parents"


def test_three_months_are_a_quarter() -> None:
    """Rates become chances a step: births, deaths, income and moves of a year agree between quarters and months."""
    from dicu.reform.opening import open_world

    totals = {}
    for step, start, end in (("quarter", "2024Q1", "2024Q4"), ("month", "2024-01", "2024-12")):
        values = {
            **EVENTFUL,
            "consider.lambda0": 0.1,
            "population.weight": 2,
            "reform.policy": "none",
            "life_course.life_expectancy": 74.7,
        }
        scenario = with_values(
            Scenario(), {**values, "time.step": step, "time.start": start, "time.end": end}
        )
        changes = live_through(first_model(scenario, open_world(scenario))[0])
        totals[step] = {
            k: sum(getattr(c, k) for c in changes) for k in ("births", "deaths", "income", "couples")
        }
        totals[step]["moves"] = sum(c.whole + c.splits for c in changes)
    quarter, month = totals["quarter"], totals["month"]
    assert abs(quarter["income"] / month["income"] - 1.0) < 0.01
    for what in ("births", "deaths"):
        a, b = quarter[what], month[what]
        assert min(a, b) > 500
        assert abs(a - b) < 4 * np.sqrt(a + b), (what, a, b)
    # who finds nobody looks again, and who considered in one month may in the next: more chances, a little more often
    for what in ("couples", "moves"):
        assert 0.85 < quarter[what] / month[what] < 1.15, (what, quarter[what], month[what])
