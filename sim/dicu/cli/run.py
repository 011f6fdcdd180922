"""`dicu run`: one scenario from its file to a finished folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from dicu.cli.app import app, fail
from dicu.cli.drawing import draw_missing, end, refused, use_asked_threads
from dicu.cli.finding import config_path
from dicu.cli.ranks import engine_named, join, speaks_after, threads_of, together


@app.command(epilog="Example: `dicu run actual seed=7 population.weight=20 --threads 1`")
def run(
    config: Annotated[
        str,
        typer.Argument(
            help="Scenario: a YAML file, the name of a shipped one (actual, none, ...), or a run (its folder or id)."
        ),
    ],
    override: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY=VALUE]...", help="Values that replace those of the file, e.g. seed=7."),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(help="Threads; the results do not depend on it. Default: all cores.", min=1)
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            help="threads (numba, fast), objects (one Mesa agent a household) or shards (many processes, started by "
            "mpirun): the same bytes."
        ),
    ] = "threads",
    out: Annotated[Path, typer.Option(help="Parent folder of runs.")] = Path("runs"),
    figures: Annotated[bool, typer.Option(help="Draw figures into the run's folder.")] = True,
    checkpoint_every: Annotated[
        int, typer.Option(help="Save the state every so many steps, for `dicu resume`; 0: never.", min=0)
    ] = 0,
    keep_states: Annotated[
        bool, typer.Option(help="Keep the saved states when the run has ended, for `dicu fork`.")
    ] = False,
    again: Annotated[
        bool,
        typer.Option(
            "--again", help="Run it although it stands there; the old one stays until the new is whole."
        ),
    ] = False,
) -> None:
    """Run one scenario and print the folder with its results; one that stands there already is not run again.

    The folder holds the resolved configuration, a manifest with checksums and timings, tables as Parquet with a
    codebook, and figures. Equal scenarios with equal seeds give equal bytes.
    """
    name = engine_named(engine)
    ranks = join(name)
    hint = f"; `dicu resume` goes on from the last state below {out}" if checkpoint_every else ""
    with together(ranks, hint):
        if keep_states and not checkpoint_every:
            fail("--keep-states: no state is saved without --checkpoint-every", 2)
        from dicu.scenario.loader import ConfigurationErrors, load

        try:
            loaded = load(config_path(config), override or [])
        except ConfigurationErrors as errors:
            fail("\n".join(errors.messages), 2)

        from dicu.cli.progress import Bar
        from dicu.execution.execute import Saving, execute

        threads = threads_of(ranks, threads)
        use_asked_threads(threads)
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            fail(f"--out: no folder can be made there (got '{out}': {error.strerror})", 2)
        if not os.access(out, os.W_OK | os.X_OK):
            fail(f"--out: nothing can be written there (got '{out}')", 2)
        with Bar() as bar:
            with refused(
                out,
                "; its saved states are still there" if checkpoint_every else " and nothing of it is left",
            ):
                folder = execute(
                    loaded.scenario,
                    out=out,
                    engine=name,
                    threads=threads,
                    progress=bar,
                    saving=Saving(checkpoint_every, keep_states) if checkpoint_every else None,
                    again=again,
                    ranks=ranks,
                )
            if not speaks_after(ranks):
                return
            undrawn = draw_missing(folder, bar) if figures else []
        end(folder, undrawn)
