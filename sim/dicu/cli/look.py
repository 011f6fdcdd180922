"""`dicu parameters`, `dicu schema` and `dicu figures`: what may go into a run, and what came out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dicu.cli.app import app, fail
from dicu.cli.finding import RUN_HELP, run_path


@app.command()
def parameters(
    markdown: Annotated[bool, typer.Option(help="As a Markdown table, for documents.")] = False,
) -> None:
    """Print every parameter: value, unit, range, status and source."""
    from dicu.scenario.table import parameter_table, print_table

    print_table(parameter_table(), markdown=markdown)


@app.command(epilog="Example: `dicu schema > dicu.schema.json`, then let your editor use it for scenarios")
def schema(
    what: Annotated[
        str, typer.Argument(help="scenario, or experiment (`experiment.json` of a sweep).")
    ] = "scenario",
) -> None:
    """Print the JSON schema of a scenario file, for completion in an editor, or of an experiment's result."""
    import json

    from dicu.scenario.schema import json_schema
    from dicu_analysis.experiments.result import schema as result_schema

    made = {"scenario": json_schema, "experiment": result_schema}
    if what not in made:
        fail(f"no such schema (got '{what}', allowed {', '.join(made)})", 2)
    typer.echo(json.dumps(made[what](), indent=1, ensure_ascii=False))


@app.command(name="figures")
def figures_command(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help=f"{RUN_HELP}.", parser=run_path)],
) -> None:
    """Draw the figures of a finished run again."""
    from dicu.record.reading import NotARun
    from dicu_analysis.figures import draw_all

    try:
        drawn = draw_all(run_folder)
    except NotARun as error:
        fail(str(error), 2)
    for path in drawn.files:
        typer.echo(str(path))
    for text in drawn.failed:
        typer.echo(text, err=True)
    if drawn.failed:
        raise typer.Exit(1)
