"""Shared by tests: the start of a run, its fingerprint, and what must be true of any state."""

from __future__ import annotations

from typing import Any

import numpy as np

from dicu.behaviour.ages import Ages, ages_in
from dicu.behaviour.consider import readiness_table
from dicu.behaviour.tables import Tables
from dicu.execution.starting import first_year
from dicu.model import Model
from dicu.population.columns import BIRTH_YEAR_ZERO, COLUMNS, TYPE_MASK, Households
from dicu.population.life_stage import stage_of, type_of
from dicu.population.links import Links, first_links
from dicu.population.synthesis import synthesise
from dicu.record.fingerprint import state_sha256
from dicu.reform.opening import open_world
from dicu.scenario.scenario import Scenario
from dicu.world.country import shipped_law
from dicu.world.world import World


def first_households(scenario: Scenario, world: World | None = None) -> Households:
    """A fresh starting population: a model changes the one that it is given."""
    world = open_world(scenario) if world is None else world
    size, year = scenario.population, first_year(scenario)
    made = {"income": scenario.income, "ties": scenario.ties, "labour": scenario.labour}
    return synthesise(world, size, start_year=year, **made)[0]


def by_law(year: int) -> Ages:
    """A year and the ages that the law of Viet Nam sets."""
    return ages_in(year, shipped_law())


def people(
    member: np.ndarray, place: np.ndarray, attributes: np.ndarray | None = None, uid: np.ndarray | None = None
) -> Households:
    """Households of given members and places; nothing else of them is known."""
    n = len(place)
    h = Households.empty(n, n)
    h.member[:], h.place[:] = member[:n], place
    h.attributes[:] = 0 if attributes is None else attributes
    h.uid[:] = np.arange(n, dtype=np.uint64) if uid is None else uid
    return h


def first_model(scenario: Scenario, **options: Any) -> Model:
    """A model at its start."""
    world = options.pop("world", None) or open_world(scenario)
    households = options.pop("households", None) or first_households(scenario, world)
    links = first_links(households, world, scenario.population.seed)
    return Model(scenario, world, households, links, **options)


def tables_of(model: Model) -> Tables:
    """What households would see in the step that comes, as things stand now."""
    return model.tables()


def copy_of(households: Households) -> Households:
    """The same rows in memory of their own."""
    return households.take(np.arange(households.n))


def shuffled(households: Households, seed: int) -> Households:
    """The same rows in another order."""
    return households.take(np.random.default_rng(seed).permutation(households.n))


def sha(model: Model) -> str:
    """Checksum of all that decides the model's future."""
    return state_sha256(model.households, model.state())


def by_uid(households: Households) -> dict[str, np.ndarray]:
    """Every column in the order of uid, so that two states compare row by row."""
    order = np.argsort(households.uid[: households.n])
    return {name: getattr(households, name)[: households.n][order] for name, _, _ in COLUMNS}


def first_difference(a: Households, b: Households) -> str:
    """What differs between two states, in words; empty when nothing does."""
    one, two = by_uid(a), by_uid(b)
    if a.n != b.n:
        return f"{a.n} rows and {b.n}"
    for name in one:
        differs = np.flatnonzero((one[name] != two[name]).reshape(a.n, -1).any(axis=1))
        if len(differs):
            i = differs[0]
            return (
                f"{name}: {len(differs)} rows, first uid {one['uid'][i]}: {one[name][i]} and {two[name][i]}"
            )
    return ""


def assert_sound(model: Model) -> None:
    """Nobody nowhere and nothing twice: what every state must satisfy, counted here by numpy from the rows."""
    world, h, n = model.world, model.households, model.households.n
    assert n <= h.capacity
    assert len(np.unique(h.uid[:n])) == n, "a uid is carried twice"
    assert (h.uid[:n] != 0).all()
    for name in ("place", "home_place"):
        assert (getattr(h, name)[:n] < world.n_places).all(), f"{name} beyond the world"
    member = h.member[:n]
    there = member != 0
    assert there[:, 0].all(), "a household without members"
    assert not (there[:, 1:] & ~there[:, :-1]).any(), "a gap between members"
    born = np.where(there, member >> 1, 127)
    assert (born[:, 1:] >= born[:, :-1]).all(), "members are not eldest first"
    assert (born[there].astype(int) + BIRTH_YEAR_ZERO <= max(model.year, world.year)).all(), (
        "somebody is yet to be born"
    )
    kinds = np.array([type_of(stage_of(member[i], model.year), h.attributes[i]) for i in range(n)])
    assert np.array_equal(kinds, h.flags[:n] & TYPE_MASK), "type differs from members and attributes"
    model.links.check(n)
    assert_stocks(model)
    assert_budgets(model)


def assert_stocks(model: Model) -> None:
    """Stocks are those counted from the rows."""
    h, n, world = model.households, model.households.n, model.world
    place, there = h.place[:n], h.member[:n] != 0
    rows = np.bincount(place, minlength=world.n_places)
    people = np.zeros(world.n_places, dtype=np.int64)
    np.add.at(people, place, there.sum(axis=1))
    network = np.zeros((len(world.legacy_provinces), len(world.districts)), dtype=np.int64)
    np.add.at(network, (world.province[h.home_place[:n]], world.district[place]), 1)
    age = model.year - BIRTH_YEAR_ZERO - (h.member[:n] >> 1).astype(int)
    workers = np.zeros_like(model.stocks.workers)
    kind = (h.flags[:n] & TYPE_MASK) + 16 * (h.attributes[:n] >> 6 & 1).astype(int)
    at_work = (there & (age >= 15) & (age <= 64)).sum(axis=1)
    np.add.at(workers, (place, kind), at_work)
    assert not workers[:, 16::2].any(), "a farmer with a formal job"
    district, districts = world.district[place], len(world.districts)
    ready = np.rint(256 * readiness_table(model.settings.consider, model.ages)).astype(int)
    look = np.where(kind < 16, ready[h.member[:n]].sum(axis=1), 0)
    assert np.array_equal(
        model.stocks.formal, np.bincount(district, np.where(kind >= 16, at_work, 0), districts)
    )
    assert np.array_equal(model.stocks.looking, np.bincount(district, look, districts))
    assert np.array_equal(model.stocks.households, rows)
    assert np.array_equal(model.stocks.persons, people)
    assert np.array_equal(model.stocks.network, network)
    assert np.array_equal(model.stocks.workers, workers)
    assert model.stocks.wealth == int(h.wealth[:n].astype(np.int64).sum())
    assert np.array_equal(model.residents, people * model.settings.population.weight)


def assert_budgets(model: Model) -> None:
    """Every budget closes to the dong: what comes in is what goes out, and capital follows investment."""
    for budget in model.governments.network.budgets:
        income = budget.revenue_tax + budget.revenue_land + budget.transfer + budget.reinvested + budget.pool
        spent = budget.wages + budget.running + budget.desks + budget.severance + budget.investment
        assert income + budget.deficit == spent
        assert budget.capital == budget.capital_before - budget.depreciation + budget.investment
        assert min(budget.deficit, budget.investment, budget.wages, budget.posts) >= 0


def permuted(links: Links, new_row: np.ndarray) -> Links:
    """The same links after a shuffle of the rows, ``new_row[old row]``."""
    return Links.of(new_row[links.child], new_row[links.parent[: links.n]])
