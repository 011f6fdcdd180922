"""How a run begins: the first households, the model on them, and what is simulated before anything is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dicu.compute.ranks import Ranks
from dicu.execution.history import live_through
from dicu.execution.progress import Progress, Silent
from dicu.execution.saved import Saved, go_on
from dicu.model import EngineName, Model
from dicu.observe.outputs import Outputs
from dicu.population import synthesis
from dicu.population.columns import Households
from dicu.population.links import Links, first_links
from dicu.population.report import SynthesisReport
from dicu.record.recorder import Recorder
from dicu.scenario.scenario import Scenario
from dicu.world.world import World

SPARE_ROWS: Final = 0.3
"""Room for new households beyond those of the start, as a share; rows that are never touched take no memory."""


@dataclass(frozen=True)
class Start:
    """The first households and links of one run, which changes them in place, and how well they fit the census."""

    households: Households
    links: Links
    fit: SynthesisReport


def first_year(scenario: Scenario) -> int:
    """Year in which the ages of the first households are read: where the history begins, if there is one."""
    calendar = scenario.calendar
    return calendar.age_year(calendar.first_step)


def make_start(scenario: Scenario, world: World) -> Start:
    """Synthesise the first households of a run."""
    households, fit = synthesis.synthesise(
        world,
        scenario.population,
        start_year=first_year(scenario),
        spare=SPARE_ROWS,
        income=scenario.income,
        ties=scenario.ties,
        labour=scenario.labour,
    )
    return Start(households, first_links(households, world, scenario.population.seed), fit)


def first_model(
    scenario: Scenario, world: World, *, engine: EngineName = "threads", start: Start | None = None
) -> tuple[Model, SynthesisReport]:
    """The model where the record of a run begins, and how well its population fits; nothing is recorded yet.

    Parameters
    ----------
    start : Start or None
        The first households, if they are made already; changed in place.
    """
    model, fit = _model(scenario, world, engine, start)
    live_through(model, SPARE_ROWS)
    assert fit is not None
    return model, fit


def begin(
    scenario: Scenario,
    world: World,
    recorder: Recorder,
    engine: EngineName = "threads",
    saved: Saved | None = None,
    *,
    again: bool = False,
    start: Start | None = None,
    progress: Progress | None = None,
    ranks: Ranks | None = None,
) -> tuple[Model, SynthesisReport | None]:
    """The model where the record of a run begins, or where a saved state says, with its recorder.

    Parameters
    ----------
    again : bool
        Whether what was recorded before the saved state is to be kept again, for states of another run.
    start : Start or None
        The first households, if they are made already; changed in place.
    ranks : Ranks or None
        The processes of this run, all of which call this; on others than the first there is no report.
    """
    tell = progress if progress is not None else Silent()
    model, fit = _model(scenario if saved is None else saved.origin, world, engine, start, scenario, ranks)
    if fit is not None:
        tell.note(fit.summary())
    if saved is not None:
        go_on(model, recorder, saved, SPARE_ROWS, again=again)
    else:
        residence = live_through(model, SPARE_ROWS, tell)
        model.outputs = Outputs(model, recorder, residence)
        model.outputs.begin()
    return model, fit


def _model(
    origin: Scenario,
    world: World,
    engine: EngineName,
    start: Start | None,
    runs: Scenario | None = None,
    ranks: Ranks | None = None,
) -> tuple[Model, SynthesisReport | None]:
    """The model as it is made, not solved: it goes on from a saved state, or `live_through` solves it."""
    scenario = origin if runs is None else runs
    if ranks is not None and not ranks.first:  # the first gives them their households
        nobody = Households.empty(0, 0), Links.empty()
        return Model(scenario, world, *nobody, engine=engine, ranks=ranks, solve=False), None
    start = make_start(origin, world) if start is None else start
    model = Model(scenario, world, start.households, start.links, engine=engine, ranks=ranks, solve=False)
    return model, start.fit


__all__ = ["SPARE_ROWS", "Start", "begin", "first_model", "first_year", "make_start"]
