"""`dicu resume` and `dicu fork`: go on from a saved state."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicu.cli.app import app, fail
from dicu.cli.drawing import draw_missing, end, refused, use_asked_threads
from dicu.cli.finding import begun_path
from dicu.cli.ranks import engine_named, join, speaks_after, threads_of, together

if TYPE_CHECKING:
    from dicu.compute.mpi import MpiRanks
    from dicu.execution.saved import Saved
    from dicu.scenario.scenario import Scenario

RunFolder = Annotated[
    Path,
    typer.Argument(
        metavar="RUN",
        help="A run: its folder runs/NAME/ID, that of its states, runs/NAME/saved/ID, its name or short id.",
        parser=begun_path,
    ),
]
Threads = Annotated[
    int | None, typer.Option(help="Threads; the results do not depend on it. Default: all cores.", min=1)
]
Every = Annotated[int, typer.Option(help="Save the state every so many steps; 0: never.", min=0)]
Figures = Annotated[bool, typer.Option(help="Draw figures into the run's folder.")]


@app.command(
    epilog="Example: `dicu run CONFIG --checkpoint-every 8`, killed on the way; then `dicu resume runs/NAME/ID`"
)
def resume(
    run_folder: RunFolder,
    threads: Threads = None,
    checkpoint_every: Every = 8,
    keep_states: Annotated[bool, typer.Option(help="Keep all saved states when the run has ended.")] = False,
    figures: Figures = True,
    engine: Annotated[
        str, typer.Option(help="threads, or shards (many processes, started by mpirun): the same bytes.")
    ] = "threads",
) -> None:
    """Go on with a run that was stopped, from its last saved state, to the same bytes as if it had not been.

    States are saved by `dicu run --checkpoint-every`.
    """
    name = engine_named(engine, ("threads", "shards"))
    ranks = join(name)
    with together(ranks, "; `dicu resume` goes on from the last state"):
        saved, out = _last(run_folder)
        if saved is None:
            return
        typer.echo(f"{saved.run_id} goes on after {saved.label}", err=True)
        _run(saved.scenario, saved, out, threads, figures, checkpoint_every, keep_states, ranks=ranks)


def _last(run_folder: Path) -> tuple[Saved | None, Path]:
    """The last state of a run, None if it has ended already; and the parent folder of runs."""
    from dicu.execution.saved import DamagedFile, last_saved
    from dicu.record.folder import is_finished

    folder, out = _places(run_folder)
    try:
        saved = last_saved(folder)
    except DamagedFile as error:
        fail(str(error), 2)
    if saved is None:
        ended = folder.parent.parent / folder.name
        if not is_finished(ended):
            fail(f"{folder}: no saved state to go on from (dicu run --checkpoint-every saves them)", 2)
        typer.echo("this run has ended already", err=True)
        typer.echo(str(ended))
    return saved, out


def _places(run_folder: Path) -> tuple[Path, Path]:
    """Where the saved states of a run are, and the parent folder of runs; both absolute."""
    from dicu.execution.saved import saved_folder

    folder = saved_folder(run_folder.resolve())
    if len(folder.parents) < len(("saved", "NAME", "runs")):
        fail(f"{run_folder}: not the folder of a run (allowed runs/NAME/ID, or runs/NAME/saved/ID)", 2)
    return folder, folder.parents[2]


@app.command(epilog="Example: `dicu fork runs/none/ID --at 2025Q2 reform.policy=actual name=actual-late`")
def fork(
    run_folder: RunFolder,
    at: Annotated[str, typer.Option(help="Last step of the run that the fork shares, e.g. 2025Q2.")],
    override: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Values that differ from then on.")
    ] = None,
    threads: Threads = None,
    checkpoint_every: Every = 0,
    figures: Figures = True,
) -> None:
    """Go on from the state of a run at a date with other values: two futures of one past.

    A state that was not saved is made by running again until then, and kept.
    """
    from dicu.cli.progress import Bar
    from dicu.execution.execute import state_at
    from dicu.execution.saved import read_saved, saved_steps
    from dicu.record.reading import Files, NotARun, read_manifest
    from dicu.scenario.loader import ConfigurationErrors, load

    folder, out = _places(run_folder)
    if not run_folder.is_dir() and not folder.is_dir():
        fail(f"{run_folder}: no such run folder", 2)
    steps = saved_steps(folder)
    if not steps:
        try:
            manifest = read_manifest(run_folder)
            Files(run_folder, manifest["outputs"]).path("config.yaml")
        except NotARun as error:
            fail(f"{error} (a fork needs a finished run, or one with saved states)", 2)
        if manifest.get("forked_from") is not None:
            fail(f"{run_folder}: itself a fork without a saved state; fork the run that it came from", 2)
    config = folder / "config.yaml" if steps else run_folder / "config.yaml"
    use_asked_threads(threads)
    try:
        scenario = load(config).scenario
        new = load(config, _renamed(override or [], scenario.name)).scenario
    except ConfigurationErrors as errors:
        fail("\n".join(errors.messages), 2)
    try:
        step = scenario.calendar.step_of(at) + 1
    except ValueError as error:
        fail(f"--at: {error}", 2)
    before = [saved for saved in steps if saved <= step]
    with Bar() as bar, refused(out, "; the state could not be saved"):
        saved = read_saved(steps[max(before)]) if before else None
        if saved is None or saved.step != step:
            saved = state_at(scenario, step, out, saved=saved, progress=bar)
    _run(new, saved, out, threads, figures, checkpoint_every, False)


def _renamed(overrides: list[str], name: str) -> list[str]:
    named = any(text.partition("=")[0].strip() == "name" for text in overrides)
    return overrides if named else [*overrides, f'name="{name}-fork"']


def _run(
    scenario: Scenario,
    saved: Saved,
    out: Path,
    threads: int | None,
    figures: bool,
    every: int,
    keep: bool,
    ranks: MpiRanks | None = None,
) -> None:
    from dicu.cli.progress import Bar
    from dicu.execution.execute import Saving, execute

    threads = threads_of(ranks, threads)
    use_asked_threads(threads)
    with Bar() as bar:
        with refused(out, "; its saved states are still there"):
            folder = execute(
                scenario,
                out=out,
                engine="threads" if ranks is None else "shards",
                threads=threads,
                progress=bar,
                saving=Saving(every, keep) if every or keep else None,
                saved=saved,
                ranks=ranks,
            )
        if not speaks_after(ranks):
            return
        undrawn = draw_missing(folder, bar) if figures else []
    end(folder, undrawn)
