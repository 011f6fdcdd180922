"""Runs for the tests of the experiments' tests, on a small world: many, short, and told in a few numbers each.

A run leaves no folder: rates and stocks of the whole run, and a digest of every move.
`dicu_analysis.experiments.controls` judges them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Final

import numpy as np

from dicu.execution.execute import use_threads
from dicu.execution.starting import SPARE_ROWS, first_year
from dicu.model import Model
from dicu.population.links import first_links
from dicu.population.synthesis import synthesise
from dicu.reform.opening import open_world
from dicu.scenario.scenario import Scenario, with_values

BASE: Final[dict[str, Any]] = {
    "world.name": "monocentric",
    "population.weight": 100,
    "time.start": "2024Q1",
    "time.end": "2025Q2",
    "reform.date": "2024Q3",
    "consider.lambda0": 0.08,
}
"""A city among villages, six quarters; more who consider moving than by default, so that every run has some who do."""
CHUNK: Final = 25
OUTCOMES: Final = ("rate", "leaving", "access", "city", "share", "emptied")


@dataclass(frozen=True)
class Job:
    """Runs of one arm: values over `BASE` and the seeds to run."""

    arm: str
    values: tuple[tuple[str, Any], ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Played:
    """One run in numbers.

    Attributes
    ----------
    rate : float
        Rural residents who moved to urban places, per person-year; half a person is added, so that its log exists.
    leaving : float
        Rural residents who moved anywhere, per person-year.
    access : float
        Mean access of the residents of rural places at the end, over services.
    city : float
        Log of the residents of urban places at the end over those of the start.
    share : float
        Share of the population in urban places at the end.
    emptied : float
        Residents that rural places with fewer of them at the end have lost, over all rural residents of the start.
    digest : str
        Checksum of every move of the run.
    """

    arm: str
    seed: int
    rate: float
    leaving: float
    access: float
    city: float
    share: float
    emptied: float
    digest: str


_kept: dict[str, Any] = {}


def play(scenario: Scenario, arm: str = "") -> Played:
    """Run a scenario on the population of its world, without writing anything."""
    key = f"{scenario.world} {scenario.population} {scenario.time} {scenario.income} {scenario.ties}"
    if key not in _kept:
        world = open_world(scenario)
        made, _ = synthesise(
            world,
            scenario.population,
            start_year=first_year(scenario),
            income=scenario.income,
            ties=scenario.ties,
            labour=scenario.labour,
        )
        _kept[key] = (world, made)
    world, start = _kept[key]
    households = start.take(np.arange(start.n))
    households.grow(int(start.n * (1 + SPARE_ROWS)))
    model = Model(scenario, world, households, first_links(households, world, scenario.population.seed))
    rural, digest = ~world.urban, hashlib.sha256()
    before = model.stocks.persons.copy()
    urban_before = int(before[world.urban].sum())
    to_urban = left = at_risk = 0
    while model.now < scenario.calendar.n_steps:
        at_risk += int(model.stocks.persons[rural].sum())
        model.step()
        changes = model.changes
        assert changes is not None
        out = rural[changes.origin]
        left += int(changes.persons[out].sum())
        to_urban += int(changes.persons[out & world.urban[changes.destination]].sum())
        order = np.lexsort((changes.persons, changes.destination, changes.origin))
        for column in (changes.origin, changes.destination, changes.persons):
            digest.update(np.ascontiguousarray(column[order]).tobytes())
    persons = model.stocks.persons
    years = at_risk / scenario.calendar.steps_per_year
    access = model.governments.access().mean(axis=1)
    urban_after = int(persons[world.urban].sum())
    return Played(
        arm=arm,
        seed=scenario.seed,
        rate=(to_urban + 0.5) / years,
        leaving=left / years,
        access=float((access * persons)[rural].sum() / persons[rural].sum()),
        city=float(np.log(urban_after / urban_before)),
        share=urban_after / int(persons.sum()),
        emptied=float(np.maximum(before - persons, 0)[rural].sum() / before[rural].sum()),
        digest=digest.hexdigest(),
    )


def _work(job: Job) -> list[Played]:
    use_threads(1)
    scenario = with_values(Scenario(), {**BASE, **dict(job.values)})
    return [play(scenario.model_copy(update={"seed": seed}), job.arm) for seed in job.seeds]


def jobs(arm: str, values: Mapping[str, Any], seeds: Sequence[int]) -> list[Job]:
    """Jobs of an arm, `CHUNK` runs each."""
    return [Job(arm, tuple(values.items()), tuple(seeds[k : k + CHUNK])) for k in range(0, len(seeds), CHUNK)]


def play_all(work: Iterable[Job], workers: int | None = None) -> Iterator[Played]:
    """Runs of all jobs in their order, on processes of this computer; with one worker in this process."""
    work = list(work)
    if workers == 1:
        for job in work:
            yield from _work(job)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for part in pool.map(_work, work):
            yield from part
