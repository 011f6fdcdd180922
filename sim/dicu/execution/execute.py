"""One run from a checked scenario to a finished folder: what `dicu run` does, and each task of a sweep."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numba
import numpy as np

from dicu.behaviour.abroad import TABLE as MIGRATION_ABROAD
from dicu.behaviour.abroad import refuse_parts
from dicu.compute.kernel_store import cold
from dicu.compute.ranks import ALONE, Ranks
from dicu.execution.fits import about_country, check_fits
from dicu.execution.forks import continued
from dicu.execution.identity import inputs_of, model_version
from dicu.execution.progress import Progress, Silent
from dicu.execution.saved import Saved, Saves, due, follows, read_saved, saved_folder, saved_steps
from dicu.execution.starting import begin
from dicu.execution.state import state_of
from dicu.model import EngineName
from dicu.observe.outputs import Outputs
from dicu.observe.plugin_tables import observer_tables
from dicu.record.fingerprint import state_sha256
from dicu.record.folder import building, run_folder, scratch, sweep, write_bytes
from dicu.record.local import country_block
from dicu.record.locks import locked
from dicu.record.manifest import build_manifest, file_sha256, now, versions, write_manifest
from dicu.record.mute import Mute
from dicu.record.reading import Files, NotARun, read_manifest
from dicu.record.recorder import Recorder
from dicu.reform.opening import open_world
from dicu.scenario.dump import acting, canonical_json, dump, run_id
from dicu.scenario.fitted import FILE as FITTED
from dicu.scenario.scenario import Scenario, UnfitScenario
from dicu.scenario.vocabulary import SERVICES
from dicu.world.schema import OUTLINES
from dicu.world.world import World

COMPILING: Final = "compiling what is not compiled yet, a few minutes the first time"


def use_threads(threads: int | None) -> int:
    """Set the number of numba threads; returns it.

    Raises
    ------
    ValueError
        When there are not so many, or it is no whole number.
    """
    most = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    wanted = most if threads is None else threads
    if isinstance(wanted, bool) or not isinstance(wanted, int) or not 1 <= wanted <= most:
        raise ValueError(f"threads: got {wanted!r}, allowed 1 to {most} (set NUMBA_NUM_THREADS for more)")
    numba.set_num_threads(wanted)
    return wanted


@dataclass(frozen=True)
class Saving:
    """States to be saved on the way: every so many steps, and whether they stay when the run has ended."""

    every: int = 0
    keep: bool = False


def execute(
    scenario: Scenario,
    *,
    out: Path = Path("runs"),
    engine: EngineName = "threads",
    threads: int | None = None,
    progress: Progress | None = None,
    saving: Saving | None = None,
    saved: Saved | None = None,
    again: bool = False,
    ranks: Ranks | None = None,
) -> Path:
    """Run a scenario and write its folder, whole or not at all; one that stands there whole already is not run again.

    While another process makes the same run, this one waits for it.

    Parameters
    ----------
    scenario : Scenario
    out : Path
        Parent of ``<name>/<run id>``.
    engine : {"threads", "objects", "shards"}
    threads : int or None
        Threads of numba; None = all. The results do not depend on it.
    progress : Progress or None
    saving : Saving or None
        Save states in ``<name>/saved/<run id>``.
    saved : Saved or None
        Go on from there: the same run if the scenario is that of the state, otherwise a fork of it.
    again : bool
        Run it although it stands there; the new folder takes the place of the old one when it is whole.
    ranks : Ranks or None
        The processes that make this run together with the engine ``shards``: all of them call this with the same
        arguments, and the first writes. None: this process alone.

    Returns
    -------
    Path
        The finished folder.

    Raises
    ------
    ValueError
        When the run asks for observers, or its country has migration abroad, and there is more than one process, of
        which none has all households.
    UnfitScenario, dicu.world.table_checks.TableError
        When the world cannot be opened, or does not have what the scenario asks of it.
    CannotContinue
        When the state is not one of this program, or the scenario cannot follow on it.
    NotTheSame
        When ``again`` ends in another state than the run that stands there, which stays.
    """
    among = ALONE if ranks is None else ranks
    tell = progress if progress is not None and among.first else Silent()
    started = now()
    used = use_threads(threads)
    _check_observers(scenario, among)
    tell.phase("building the world")
    world = open_world(scenario)
    check_fits(scenario, world)
    refuse_parts(world, among)
    for line in about_country(scenario, world):
        tell.note(line)
    inputs = inputs_of(world)
    after = None if saved is None else continued(saved, scenario, inputs)
    identity = _identity(scenario, inputs, after)
    final = run_folder(out, (scenario.name or "run").replace(" ", "_"), identity)
    plan = _Work(scenario, world, final, identity, inputs, engine, used, started, saving, saved, after, among)
    if not among.first:
        if among.told("start", None)[0]:
            _help(plan)
        return final
    final.parent.mkdir(parents=True, exist_ok=True)
    waiting = f"another process makes this run ({final}); waiting for it"
    with locked(final.parent / f".{identity}.lock", wait=lambda: tell.note(waiting)):
        sweep(final.parent)  # a run that was parked by a killed one is put back, and then found
        there = _standing(final, tell)
        to_do = there is None or again
        among.told("start", np.array([to_do], dtype=np.int64))
        if not to_do:
            tell.note(f"this run stands already and is whole: {final} (--again makes it once more)")
            return final
        return _make(plan, there, tell)


def _check_observers(scenario: Scenario, ranks: Ranks) -> None:
    """Refuse plug-ins that look at all households where no process has them.

    Raises
    ------
    UnfitScenario
        Naming them.
    """
    names = [table.name for table in observer_tables(scenario)]
    if ranks.size > 1 and names:
        raise UnfitScenario(
            f"plugins: observers look at all households, of which each of {ranks.size} ranks has a part (got "
            f"{', '.join(names)}, allowed with --engine threads)"
        )


class NotTheSame(RuntimeError):
    """A run made once more ended in another state than before: one of the two was not made by this program alone."""


@dataclass(frozen=True)
class _Work:
    """All that is known of a run before it begins."""

    scenario: Scenario
    world: World
    final: Path
    identity: str
    inputs: dict[str, str]
    engine: EngineName
    threads: int
    started: datetime
    saving: Saving | None
    saved: Saved | None
    after: dict[str, str] | None
    ranks: Ranks

    def saves(self) -> Saves | None:
        """Where states are saved, if they are."""
        if self.saving is None:
            return None
        return _saves(self.scenario, self.final, self.identity, self.saving, self.saved, self.after)


def _saves(
    scenario: Scenario,
    final: Path,
    identity: str,
    saving: Saving,
    saved: Saved | None,
    after: dict[str, str] | None,
) -> Saves:
    """The states of a run whose folder is ``final``; what was recorded before ``saved`` stays, if it is of this run."""
    folder = saved_folder(final)
    origin = scenario if saved is None else saved.origin
    parts = list(saved.tables) if saved is not None and saved.folder == folder else []
    made = Saves(folder, identity, model_version(), origin, scenario, saving.every, saving.keep, after, parts)
    made.begin()
    return made


def _standing(final: Path, tell: Progress) -> str | None:
    """State of a finished run in its folder if all its files are what was written, else None."""
    if not final.exists():
        return None
    try:
        manifest = read_manifest(final)
        faults = Files(final, manifest["outputs"]).faults()
    except NotARun as error:
        tell.note(f"{error}; it is made again")
        return None
    if faults:
        tell.note(f"{final}: {', '.join(faults)} missing or damaged; the run is made again")
        return None
    return str(manifest["state_sha256"])


def _make(w: _Work, there: str | None, tell: Progress) -> Path:
    """Make a run whose lock is held; ``there`` is the state in which it ended before, if it stands."""
    scenario, saves = w.scenario, w.saves()
    if cold():
        tell.note(COMPILING)
    with building(w.final) as folder:
        write_bytes(folder / "config.yaml", dump(scenario).encode())
        if w.world.country.outlines:
            write_bytes(folder / OUTLINES, w.world.country.outlines.encode())
        with new_recorder(folder, w.world, scenario, keep=saves is not None) as recorder:
            tell.phase("synthesising households")
            once_more = saves is not None and not saves.tables
            model, fit = begin(
                scenario, w.world, recorder, w.engine, w.saved, again=once_more, progress=tell, ranks=w.ranks
            )
            assert fit is not None
            write_bytes(folder / "synthesis.txt", fit.text().encode())
            model.seconds["synthesis"] = fit.seconds
            tell.start(scenario.calendar.n_steps - model.now, model.rows)
            while model.now < scenario.calendar.n_steps:
                label = scenario.calendar.label(model.now)
                model.advance()
                if saves is not None and saves.due(model):
                    saves.save(model, recorder)
                tell.step(label, model.rows)
            recorder.finish()
        tell.phase("fingerprint of the final state")
        households, links = model.whole()
        state = state_sha256(households, model.state((households, links)))
        if there is not None and state != there:
            raise NotTheSame(
                f"{w.final}: made once more, it ended in another state ({state[:16]}..., before {there[:16]}...); the "
                "one that stands there is kept"
            )
        weight = scenario.population.weight
        manifest = build_manifest(
            name=scenario.name,
            run_id=w.identity,
            config=acting(scenario),
            config_sha256=hashlib.sha256(canonical_json(scenario).encode()).hexdigest(),
            inputs_sha256=w.inputs,
            state_sha256=state,
            households=model.rows * weight,
            persons=int(model.stocks.persons.sum()) * weight,
            weight=weight,
            steps=model.now,
            seconds=model.seconds,
            engine=w.engine,
            threads=w.threads,
            started=w.started,
            ended=now(),
        )
        country = country_block(w.world)
        manifest |= {"model_version": model_version(), "forked_from": w.after, "country": country}
        manifest["history"] = scenario.history
        manifest["fit"] = {"member": scenario.ensemble.member, "sha256": file_sha256(FITTED)}
        if country["own_tables"]:
            manifest["versions"] = versions(gazetteer=False)
        manifest["bytes_per_household"] = {k: round(v, 2) for k, v in model.bytes_per_household.items()}
        if w.engine == "shards":
            manifest["ranks"] = exchanged(w.ranks)
        write_manifest(folder, manifest)
    if saves is not None and not saves.keep:
        saves.clear()
    return w.final


def _help(w: _Work) -> None:
    """What `_make` does on a rank that does not write: the same steps, with its part of the households."""
    model, _ = begin(w.scenario, w.world, Mute(), w.engine, w.saved, ranks=w.ranks)
    every = 0 if w.saving is None else w.saving.every
    while model.now < w.scenario.calendar.n_steps:
        model.advance()
        if due(model, every):
            assert isinstance(model.outputs, Outputs)
            state_of(model, model.outputs)
    model.whole()
    exchanged(w.ranks)


def exchanged(ranks: Ranks) -> dict[str, Any]:
    """For the manifest: ranks, and by kind of exchange how often, bytes sent in all, and seconds of the first rank.

    All ranks call it together.
    """
    spent = sorted(ranks.spent.items())
    sent = ranks.total("end", *(cost.bytes for _, cost in spent))
    return {
        "n": ranks.size,
        "exchanges": {
            kind: {"calls": cost.calls, "bytes": all_sent, "seconds": round(cost.seconds, 4)}
            for (kind, cost), all_sent in zip(spent, sent, strict=True)
        },
    }


def new_recorder(
    folder: Path,
    world: World,
    scenario: Scenario,
    *,
    keep: bool = False,
    scratch: bool = False,
    kept: tuple[str, ...] | None = None,
) -> Recorder:
    """A recorder of a scenario's tables."""
    return Recorder(
        folder,
        world,
        scenario.calendar,
        weight=scenario.population.weight,
        flows=scenario.flow_units,
        services=SERVICES,
        moves=scenario.record.moves == "all",
        households=scenario.record.households.where is not None,
        abroad=world.country.own(MIGRATION_ABROAD) is not None,
        plugins=observer_tables(scenario),
        keep=keep,
        scratch=scratch,
        kept=kept,
    )


def _identity(scenario: Scenario, inputs: dict[str, str], after: dict[str, str] | None) -> str:
    """Id of a run of this program, whether it begins at the start or follows on another run."""
    return run_id(scenario, "".join(inputs.values()), model_version(), follows(after))


def state_at(
    scenario: Scenario, step: int, out: Path, *, saved: Saved | None = None, progress: Progress | None = None
) -> Saved:
    """The saved state of a run after so many steps, made by running it until then, from ``saved`` if given.

    It is kept in ``<out>/<name>/saved/<run id>``.
    """
    tell = progress if progress is not None else Silent()
    world = open_world(scenario)
    check_fits(scenario, world)
    for line in about_country(scenario, world):
        tell.note(line)
    inputs = inputs_of(world)
    after = None if saved is None else continued(saved, scenario, inputs)
    identity = _identity(scenario, inputs, after)
    final = run_folder(out, (scenario.name or "run").replace(" ", "_"), identity)
    saves = _saves(scenario, final, identity, Saving(keep=True), saved, after)
    with (
        scratch(saves.folder, "replay") as room,
        new_recorder(room, world, scenario, keep=True, scratch=True) as recorder,
    ):
        tell.phase("synthesising households")
        model, _ = begin(scenario, world, recorder, saved=saved, again=not saves.tables, progress=tell)
        tell.start(step - model.now, model.rows)
        while model.now < step:
            label = scenario.calendar.label(model.now)
            model.advance()
            tell.step(label, model.rows)
        saves.save(model, recorder)
    return read_saved(saved_steps(saves.folder)[step])
