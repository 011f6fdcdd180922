"""The command line: `dicu run`, `dicu trace`, `dicu world check`, `dicu parameters`, `dicu figures`.

Heavy imports happen inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

app = typer.Typer(
    name="dicu",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="How households and local governments respond when a country redraws its administrative map.",
    epilog="Start here: `dicu run configs/scenarios/actual.yaml`, then open the figures in the folder it prints.",
)
world_app = typer.Typer(
    no_args_is_help=True, help="The world: places, governments' borders, official figures."
)
app.add_typer(world_app, name="world")


def _fail(text: str, status: int) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(status)


@app.command(
    epilog="Example: `dicu run configs/scenarios/actual.yaml seed=7 population.weight=20 --threads 1`"
)
def run(
    config: Annotated[Path, typer.Argument(help="Scenario, a YAML file; see configs/scenarios.")],
    override: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY=VALUE]...", help="Values that replace those of the file, e.g. seed=7."),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(help="Threads; the results do not depend on it. Default: all cores.", min=1)
    ] = None,
    engine: Annotated[
        str,
        typer.Option(help="threads (numba, fast) or objects (one Mesa agent a household): the same bytes."),
    ] = "threads",
    out: Annotated[Path, typer.Option(help="Parent folder of runs.")] = Path("runs"),
    figures: Annotated[bool, typer.Option(help="Draw figures into the run's folder.")] = True,
) -> None:
    """Run one scenario and print the folder with its results.

    The folder holds the resolved configuration, a manifest with checksums and timings, tables as Parquet with a
    codebook, and figures. Equal scenarios with equal seeds give equal bytes.
    """
    from sim.scenario.loader import ConfigurationErrors, load

    if engine not in ("threads", "objects"):
        _fail(f"--engine: unknown engine (got '{engine}', allowed threads, objects)", 2)
    try:
        loaded = load(config, override or [])
    except ConfigurationErrors as errors:
        _fail("\n".join(errors.messages), 2)

    from sim.progress import Bar
    from sim.run import execute, use_threads
    from sim.world.table_checks import TableError

    try:
        use_threads(threads)
    except ValueError as error:
        _fail(f"--{error}", 2)
    draw = None
    if figures:
        from analysis.figures import draw_all

        draw = draw_all
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _fail(f"--out: no folder can be made there (got '{out}': {error.strerror})", 2)
    if not os.access(out, os.W_OK | os.X_OK):
        _fail(f"--out: nothing can be written there (got '{out}')", 2)
    try:
        with Bar() as bar:
            folder = execute(
                loaded.scenario,
                out=out,
                engine="objects" if engine == "objects" else "threads",
                threads=threads,
                progress=bar,
                draw=draw,
            )
    except TableError as error:
        _fail(f"world.places: {error}", 2)
    except OSError as error:
        _fail(f"{out}: the run could not be written and nothing of it is left ({error})", 1)
    typer.echo(str(folder))


@app.command(epilog="Example: `dicu trace runs/actual/<run id> --household any`")
def trace(
    run_folder: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
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

    from sim.progress import Bar
    from sim.trace.replay import CannotTrace
    from sim.trace.replay import trace as tell_of
    from sim.trace.tell import WIDTH, rendered, text

    if engine not in ("threads", "objects"):
        _fail(f"--engine: unknown engine (got '{engine}', allowed threads, objects)", 2)
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
        _fail(str(error), 2)
    if json:
        typer.echo(dumps(story.as_dict(), ensure_ascii=False, indent=1))
        return
    console = Console(highlight=False)
    if console.is_terminal and console.width >= WIDTH:
        console.print(rendered(story))
    else:
        typer.echo(text(story), nl=False)


@world_app.command()
def check(
    year: Annotated[
        int, typer.Option(help="Year of the residents, 2019 to 2024.", min=2019, max=2024)
    ] = 2019,
) -> None:
    """Print what the world of Viet Nam contains beside the official figures; exit status 1 where they differ."""
    from rich.console import Console

    from sim.world.check import all_ok, render
    from sim.world.check import check as check_world
    from sim.world.viet_nam import load_viet_nam

    world = load_viet_nam(year)
    # residents of every province are judged in both years for which the totals are official
    rows = check_world(world, also=[load_viet_nam(y) for y in (2019, 2024) if y != year])
    Console().print(render(rows, world.repairs))
    if not all_ok(rows):
        raise typer.Exit(1)


@app.command()
def parameters(
    markdown: Annotated[bool, typer.Option(help="As a Markdown table, for documents.")] = False,
) -> None:
    """Print every parameter: value, unit, range, status and source."""
    from sim.scenario.table import parameter_table, print_table

    print_table(parameter_table(), markdown=markdown)


@app.command(name="figures")
def figures_command(run_folder: Annotated[Path, typer.Argument(help="Folder of a finished run.")]) -> None:
    """Draw the figures of a finished run again."""
    from analysis.figures import draw_all
    from sim.record.folder import is_finished

    if not is_finished(run_folder):
        _fail(f"{run_folder}: not the folder of a finished run (no manifest.json in it)", 2)
    for path in draw_all(run_folder):
        typer.echo(str(path))
