"""`dicu trace`: the story of one household."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dicu.cli.app import app, fail
from dicu.cli.finding import RUN_HELP, run_path


@app.command(epilog="Example: `dicu trace runs/actual/<run id> --household any`")
def trace(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help=f"{RUN_HELP}.", parser=run_path)],
    household: Annotated[
        str,
        typer.Option(
            help="Identity of a household, 0x... or decimal; any: one that moves in the first steps."
        ),
    ],
    steps: Annotated[int, typer.Option(help="Steps to tell.", min=1)] = 8,
    since: Annotated[
        str | None, typer.Option(help="First step to tell, e.g. 2025Q3. Default: the start.")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="threads (fast) or objects (one agent a household): the same story.")
    ] = "threads",
    json: Annotated[bool, typer.Option("--json", help="Everything, as JSON, for machines.")] = False,
) -> None:
    """Tell the story of one household: what it saw, its options, its luck and what it did, step by step.

    The run is replayed from its configuration and compared with its record; nothing is written.
    """
    from json import dumps

    from rich.console import Console

    from dicu.cli.progress import Bar
    from dicu.trace.replay import CannotTrace
    from dicu.trace.replay import trace as tell_of
    from dicu.trace.tell import WIDTH, rendered, text

    if engine not in ("threads", "objects"):
        fail(f"--engine: unknown engine (got '{engine}', allowed threads, objects)", 2)
    try:
        with Bar() as bar:
            story = tell_of(
                run_folder,
                household,
                steps=steps,
                since=since,
                engine="objects" if engine == "objects" else "threads",
                progress=bar,
            )
    except CannotTrace as error:
        fail(str(error), 2)
    if json:
        typer.echo(dumps(story.as_dict(), ensure_ascii=False, indent=1))
        return
    console = Console(highlight=False)
    if console.is_terminal and console.width >= WIDTH:
        console.print(rendered(story))
    else:
        typer.echo(text(story), nl=False)
