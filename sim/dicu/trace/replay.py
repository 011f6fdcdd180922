"""Replay a finished run from its configuration and tell the story of one household in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq

from dicu.behaviour.events import Events
from dicu.behaviour.remit import Follows
from dicu.behaviour.tables import Tables
from dicu.commit.changes import Changes
from dicu.execution.identity import inputs_of, model_version
from dicu.execution.progress import Progress, Silent
from dicu.execution.starting import first_model
from dicu.model import EngineName, Model
from dicu.record.local import Local, local_of, local_of_manifest
from dicu.record.reading import Files, NotARun, read_manifest
from dicu.record.recorder import TENTHS
from dicu.reform.opening import open_world
from dicu.scenario.dump import run_id
from dicu.scenario.loader import ConfigurationErrors, load
from dicu.scenario.scenario import Scenario
from dicu.trace.around import row_of
from dicu.trace.story import Chapter, Ending, Story, written
from dicu.trace.watching import Watching
from dicu.world.world import World

ANY: Final = "any"
_COMPARED: Final = ("households", "persons", "moves", "wealth_mvnd")
_MOST_UID: Final = 2**64 - 1


class CannotTrace(ValueError):
    """There is no such run or household, or the program would no longer make this run."""


def parse_uid(text: str) -> int | None:
    """An identity, 0x and hexadecimal digits or decimal; None for "any".

    Raises
    ------
    CannotTrace
        When it is neither.
    """
    if text.strip().lower() == ANY:
        return None
    try:
        uid = int(text.strip(), 16 if text.strip().lower().startswith("0x") else 10)
    except ValueError:
        uid = -1
    if not 0 < uid <= _MOST_UID:
        raise CannotTrace(
            f"--household: not an identity (got '{text}', allowed 1 to 2^64 - 1 in decimal or as 0x..., or {ANY})"
        )
    return uid


def trace(
    folder: Path,
    household: str,
    *,
    steps: int = 8,
    since: str | None = None,
    engine: EngineName = "threads",
    progress: Progress | None = None,
) -> Story:
    """The story of one household, by replaying a finished run; the same with either engine.

    Parameters
    ----------
    folder : Path
        A finished run; its ``config.yaml`` is replayed and compared with its ``national.parquet`` step by step.
    household : str
        Identity in hexadecimal (0x...) or decimal, or "any": of the households of the start that decide to move within
        the first ``steps`` steps that of the least identity.
    steps : int
        How many steps to tell, from the start of the run or from when the household is founded.
    since : str or None
        First step to tell, e.g. "2025Q3"; the start of the run for None.

    Raises
    ------
    CannotTrace
        When the folder is not a finished run, or not of this program; or no household ever has the identity.
    """
    if steps < 1:
        raise CannotTrace(f"--steps: at least one step (got {steps})")
    tell = progress if progress is not None else Silent()
    uid = parse_uid(household)
    scenario, manifest, files = _opened(folder)
    begin = _first_step(scenario, since)
    tell.phase("building the world")
    world = open_world(scenario)
    if run_id(scenario, "".join(inputs_of(world).values()), model_version()) != manifest["run_id"]:
        raise CannotTrace(
            f"{folder}: made from other inputs or by another version than this one ({model_version()}), so it cannot "
            "be replayed; run its config.yaml again"
        )
    record = _recorded(files, scenario.population.weight, local_of_manifest(manifest))
    if uid is None:
        uid = _first_mover(scenario, world, steps, begin, engine, tell)
    tell.phase("the start of the run")
    model, _ = first_model(scenario, world, engine=engine)
    watching = Watching(model, uid)
    model.watch = watching
    known = row_of(model.households, uid) >= 0
    example = written(int(model.households.uid[: model.households.n].min()))
    chapters: list[Chapter] = []
    ending: Ending = "run over"
    tell.start(scenario.calendar.n_steps, model.households.n)
    while model.now < scenario.calendar.n_steps:
        model.step()
        tell.step(scenario.calendar.label(model.now - 1), model.households.n)
        _compare(model, record, folder)
        watching.ended()
        known = known or watching.founded is not None
        if watching.chapter is not None and model.now > begin:
            chapters.append(watching.chapter)
        if watching.chapter is not None and not watching.present:
            ending = "gone"
            break
        if len(chapters) == steps:
            ending = "told"
            break
    if not known:
        calendar = scenario.calendar
        raise CannotTrace(
            f"--household: nobody in this run ever has this identity (got {written(uid)}; replayed from "
            f"{calendar.label(0)} to {calendar.label(calendar.n_steps - 1)}). To find one: --household {ANY} picks "
            f"one that moves, each story names parents, children and partners, and {example} is there at the start"
        )
    return Story(
        run=f"{manifest['name']}/{manifest['run_id']}",
        seed=scenario.seed,
        weight=scenario.population.weight,
        uid=written(uid),
        founded=watching.founded,
        chapters=tuple(chapters),
        ending=ending,
        local=local_of(world),
    )


def _opened(folder: Path) -> tuple[Scenario, dict[str, Any], Files]:
    """Configuration, manifest and files of a finished run."""
    try:
        manifest = read_manifest(folder)
        files = Files(folder, manifest["outputs"])
        scenario = load(files.path("config.yaml")).scenario
    except NotARun as error:
        raise CannotTrace(str(error)) from error
    except ConfigurationErrors as errors:
        raise CannotTrace("\n".join(errors.messages)) from errors
    if manifest.get("forked_from") is not None:
        raise CannotTrace(
            f"{folder}: a fork of another run, whose configuration alone does not make it again"
        )
    return scenario, manifest, files


def _first_step(scenario: Scenario, since: str | None) -> int:
    if since is None:
        return 0
    try:
        return scenario.calendar.step_of(since)
    except ValueError as error:
        raise CannotTrace(f"--since: {error}") from error


def _recorded(files: Files, weight: int, local: Local) -> dict[str, list[int | None]]:
    """What the run recorded of the whole country after each step, in rows."""
    try:
        columns = [local.name(name) for name in _COMPARED]
        table = local.read(pq.read_table(files.path("national.parquet"), columns=columns)).to_pydict()
    except NotARun as error:
        raise CannotTrace(str(error)) from error
    return {
        name: [
            None
            if value is None
            else round(value * (TENTHS / local.factor if name == "wealth_mvnd" else 1)) // weight
            for value in values
        ]
        for name, values in table.items()
    }


def _compare(model: Model, record: dict[str, list[int | None]], folder: Path) -> None:
    """Stop where the replay is not the run."""
    changes = model.changes
    assert changes is not None
    now = {
        "households": int(model.stocks.households.sum()),
        "persons": int(model.stocks.persons.sum()),
        "moves": len(changes),
        "wealth_mvnd": model.stocks.wealth,
    }
    for name, value in now.items():
        if record[name][model.now] != value:
            raise CannotTrace(
                f"{folder}: the replay differs from the run in {model.calendar.label(model.now - 1)}: {name} "
                f"{record[name][model.now]:,} recorded, {value:,} now (in rows); the program has changed since: "
                "run its config.yaml again"
            )


class _Movers:
    """Watches who decides to move."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.start = np.sort(model.households.uid[: model.households.n])
        self.least: int | None = None

    def frozen(self, tables: Tables, followers: Follows) -> None:
        """Nothing."""

    def passed(self, events: Events) -> None:
        """Keep the least identity among movers who were there at the start of the run."""
        uid = self._model.households.uid[events.row]
        at = np.minimum(np.searchsorted(self.start, uid), len(self.start) - 1)
        there = uid[self.start[at] == uid]
        if len(there):
            least = int(there.min())
            self.least = least if self.least is None else min(self.least, least)

    def committed(self, changes: Changes) -> None:
        """Nothing."""


def _first_mover(
    scenario: Scenario, world: World, steps: int, begin: int, engine: EngineName, tell: Progress
) -> int:
    """Least identity of the start that moves in the steps to be told, or in the first one with a mover after them."""
    tell.phase("looking for one that moves")
    model, _ = first_model(scenario, world, engine=engine)
    while model.now < begin:
        model.step()
    movers = _Movers(model)
    model.watch = movers
    while model.now < scenario.calendar.n_steps and (model.now < begin + steps or movers.least is None):
        model.step()
    if movers.least is None:
        raise CannotTrace(
            f"--household {ANY}: no household of the start moves in this run; name one by its identity"
        )
    return movers.least


__all__ = ["ANY", "CannotTrace", "parse_uid", "trace"]
