"""Property-based: over made-up countries and any allowed parameters, nothing is lost and nobody is nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from dicu.execution.fits import _check_unions
from dicu.population.columns import Households
from dicu.scenario.fields import Leaf, leaf_at, leaves
from dicu.scenario.scenario import Scenario, UnfitScenario, with_values
from dicu.world.small import monocentric, one_place, ring, two_places
from dicu.world.world import World
from states import assert_sound, first_difference, first_households, first_model, sha, shuffled

# the same examples whenever the same modules are loaded: hypothesis takes constants from those of the project, so a run
# of one file draws others than a larger one. What fails is printed whole, and can be made again by `Country.make`.
calm = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=40,
)


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """For worlds of a few hundred rows, waking threads costs more than the work; number 11 is tested elsewhere."""
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)


SECTIONS = (
    "income",
    "consider",
    "choose",
    "move",
    "ties",
    "access",
    "government",
    "life_course",
    "work",
    "money",
)


def value_of(leaf: Leaf) -> st.SearchStrategy[Any]:
    """Anything that a parameter allows; half of the time near its default, so that it acts."""
    assert leaf.lo is not None
    assert leaf.hi is not None
    if leaf.kind == "integer":
        return st.integers(int(leaf.lo), int(leaf.hi))
    anywhere = st.floats(leaf.lo, leaf.hi, allow_subnormal=False)
    if leaf.default is None:
        return anywhere
    near = st.floats(0.5, 2.0).map(lambda f: min(max(leaf.default * f, leaf.lo), leaf.hi))
    return st.one_of(near, anywhere)


def parameters() -> st.SearchStrategy[dict[str, Any]]:
    """A few parameters of the rules at a time, the others at their defaults."""
    chosen = [
        leaf
        for leaf in leaves()
        if leaf.path.split(".")[0] in SECTIONS
        and leaf.kind in ("integer", "number")
        # kappa decides alone what move_share is for: it has tests of its own
        and leaf.path != "choose.kappa"
    ]
    pick = st.lists(st.sampled_from(chosen), max_size=6, unique_by=lambda leaf: leaf.path)
    return pick.flatmap(lambda some: st.fixed_dictionaries({leaf.path: value_of(leaf) for leaf in some}))


@dataclass(frozen=True)
class Country:
    """What makes a made-up country; printed by a failing example, from which it can be made again."""

    world: Callable[..., World]
    arguments: dict[str, Any]
    values: dict[str, Any]

    def make(self) -> tuple[Scenario, World]:
        return with_values(Scenario(), self.values), self.world(**self.arguments)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Callable[..., World], dict[str, Any]]:
    income = st.floats(0.5, 20.0)
    residents = st.integers(200, 6_000)
    kind = draw(st.sampled_from([one_place, two_places, ring, monocentric]))
    if kind is one_place:
        return kind, {"residents": draw(residents), "income": draw(income), "urban": draw(st.booleans())}
    if kind is two_places:
        together = draw(st.sampled_from(["district", "province", "apart"]))
        first = draw(income)
        return kind, {
            "residents": (draw(residents), draw(residents)),
            "income": (first, draw(income) if together == "apart" else first),
            "same_district": together == "district",
            "same_province": together == "province",
            "merged": draw(st.booleans()),
            "distance_km": draw(st.floats(0.5, 900.0)),
            "urban": (draw(st.booleans()), draw(st.booleans())),
            "terrain": (draw(st.sampled_from(["plain", "mountain", "island"])), "plain"),
        }
    if kind is ring:
        return kind, {
            "n": draw(st.sampled_from([4, 8, 12])),
            "residents": draw(residents),
            "income": draw(income),
            "radius_km": draw(st.floats(2.0, 400.0)),
        }
    return kind, {
        "villages": draw(st.integers(10, 18)),
        "residents": draw(residents),
        "city_residents": draw(st.integers(400, 30_000)),
        "income": (draw(income), draw(income), draw(income)),
        "radius_km": draw(st.floats(20.0, 300.0)),
    }


@st.composite
def countries(draw: st.DrawFn) -> Country:
    """A world with a scenario of 2 to 5 steps around the reform, of 200 to 1,000 persons in rows."""
    world, arguments = draw(worlds())
    n = int(world(**arguments).residents.sum())
    values: dict[str, Any] = {
        "world.name": "one_place",  # not opened: the world is handed to the model
        "population.weight": draw(st.integers(max(1, n // 1000), max(1, n // 200))),
        "population.migrant_years": draw(st.sampled_from([0, 15, 60])),
        "time.start": draw(st.sampled_from(["2024Q4", "2025Q1", "2025Q3"])),
        "time.end": "2025Q4",
        "reform.policy": draw(st.sampled_from(["none", "actual", "relabel"])),
        "seed": draw(st.integers(0, 2**63 - 1)),
        "consider.lambda0": draw(st.sampled_from([0.048, 0.3, 1.0])),
        **draw(parameters()),
    }
    base = values.get("government.staff_base", 32.0)
    for cap in ("government.staff_cap_commune", "government.staff_cap_ward"):  # never below the base
        values[cap] = max(base, values.get(cap, 50.0))
    country = Country(world, arguments, values)
    try:
        _check_unions(*country.make())
    except UnfitScenario:  # ages at union that no hazards have: a run is refused before any work
        reject()
    return country


@calm
@given(countries())
def test_nothing_is_lost_and_nobody_is_nowhere(country: Country) -> None:
    scenario, world = country.make()
    model = first_model(scenario, world=world)
    assert_sound(model)
    for _ in range(model.calendar.n_steps):
        rows, persons, wealth = model.households.n, int(model.stocks.persons.sum()), model.stocks.wealth
        model.step()
        assert_sound(model)
        changes = model.changes
        assert int(model.stocks.persons.sum()) == persons + changes.births - changes.deaths
        spent = changes.consumption + changes.move_costs + changes.estates
        assert model.stocks.wealth == wealth + changes.income - spent
        assert model.households.n == rows + changes.new_rows - changes.freed_rows
        assert (changes.origin != changes.destination).all()
        assert (changes.persons >= 1).all()
        chosen = model.housing.homes.share[model.events.destination]
        assert (chosen > 0).all(), "somebody chose a place without dwellings"
        access = model.access()
        assert np.isfinite(access).all()
        assert (access >= 0).all()
        assert (access <= max(1.0, scenario.government.quality_cap)).all()
        for income in (model.markets.earnings, model.markets.expected, model.markets.potential):
            assert np.isfinite(income).all()
            assert (income > 0).all()
        formal = model.markets.formal
        assert ((formal.flows.lose >= 0) & (formal.flows.lose <= 1)).all()
        assert (formal.pay.formal >= formal.pay.informal).all()
        for values in (formal.jobs, formal.flows.find, formal.flows.offers, formal.flows.unfilled):
            assert np.isfinite(values).all()
            assert (values >= 0).all()
        assert sum(c.residents for c in model.governments.communes) == int(model.governments.residents.sum())


@calm
@given(countries(), st.integers(0, 2**32 - 1))
def test_results_do_not_depend_on_the_order_of_rows_nor_on_the_engine(country: Country, order: int) -> None:
    scenario, world = country.make()
    start = first_households(scenario, world)
    households = shuffled(start, order)
    model = first_model(scenario, world=world, households=start)
    model.run()
    other = first_model(scenario, world=world, households=households, engine="objects")
    other.run()
    assert first_difference(model.households, other.households) == ""
    assert sha(model) == sha(other)


@settings(calm, max_examples=15)
@given(countries())
def test_a_relabelling_changes_no_decision(country: Country) -> None:
    scenario, world = country.make()
    models = []
    start = first_households(scenario, world)
    for policy in ("none", "relabel"):
        households = start.take(np.arange(start.n))
        model = first_model(
            with_values(scenario, {"reform.policy": policy}), world=world, households=households
        )
        model.run()
        models.append(model)
    assert first_difference(models[0].households, models[1].households) == ""
    assert sha(models[0]) == sha(models[1])


AT_THE_EDGE = {
    "world.name": "monocentric",
    "population.weight": 600,
    "time.start": "2025Q3",
    "time.end": "2025Q3",
    "reform.policy": "actual",
}


@pytest.fixture(scope="module")
def everybody() -> Households:
    """Households of the edge tests, made once; a few sections make others."""
    return first_households(with_values(Scenario(), AT_THE_EDGE))


EDGES = [
    (leaf.path, bound)
    for leaf in leaves()
    if leaf.path.split(".")[0] in (*SECTIONS, "population") and leaf.kind in ("integer", "number")
    for bound in (leaf.lo, leaf.hi)
    if bound is not None and leaf.path != "population.weight"
]


@pytest.mark.parametrize(("path", "bound"), EDGES, ids=[f"{path}={bound:g}" for path, bound in EDGES])
def test_both_ends_of_every_range_are_values_that_run(path: str, bound: float, everybody: Households) -> None:
    """What a configuration may say must work: a range that ends in a crash is stated too wide."""
    values = {**AT_THE_EDGE, path: int(bound) if leaf_at()[path].kind == "integer" else float(bound)}
    if path == "government.staff_base":
        values |= {"government.staff_cap_commune": 200.0, "government.staff_cap_ward": 200.0}
    if path.startswith("government.staff_cap"):
        values |= {"government.staff_base": 1.0}
    scenario = with_values(Scenario(), values)
    households = None
    if not path.startswith(("population.", "income.", "ties.")):
        households = everybody.take(np.arange(everybody.n))
    model = first_model(scenario, households=households)
    model.run()
    assert_sound(model)
