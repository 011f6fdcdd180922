"""`dicu parameters`, `dicu schema` and `dicu figures`: what may go into a run, and what came out."""

from __future__ import annotations

from typing import Annotated

import typer

from dicu.cli.app import app, fail
from dicu.cli.arguments import RunOrSweep


@app.command(epilog="Examples: `dicu parameters consider`; `dicu parameters > parameters.tsv`")
def parameters(
    word: Annotated[
        str | None,
        typer.Argument(
            help="Only keys that begin with this or contain it, such as consider, plugins or move_share."
        ),
    ] = None,
    markdown: Annotated[bool, typer.Option(help="As a Markdown table, for documents.")] = False,
) -> None:
    """Print every parameter: value, unit, meaning, range, status and source.

    Into a pipe or a file: one line a parameter, columns between tabs.
    """
    from dicu.scenario.table import UnknownParameter, chosen_rows, parameter_table, print_table

    rows = parameter_table()
    try:
        print_table(rows if word is None else chosen_rows(rows, word), markdown=markdown)
    except UnknownParameter as error:
        fail(str(error), 2)


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


@app.command(
    name="figures",
    epilog="Examples: `dicu figures actual`; `dicu figures actual --language vi` for the same in Vietnamese",
)
def figures_command(
    folder: RunOrSweep,
    language: Annotated[
        str | None,
        typer.Option(
            help="vi or en. Default: figures of a run in English, a sweep's outcomes in both. Vietnamese figures of a "
            "run go into its folder figures/vi."
        ),
    ] = None,
) -> None:
    """Draw the standard figures of a finished run or of a sweep, with bands where there are replicates.

    Runs that lie beside a run and differ from it in the seed alone are its replicates: lines are their mean, and
    the foot says how many they are. A sweep has its main outcomes with a line per scenario, and the figures of runs
    for each scenario where it kept their tables, in English unless asked for vi alone.
    """
    from dicu.record.reading import NotARun
    from dicu_analysis.figures import draw_all
    from dicu_analysis.language import LANGUAGES
    from dicu_analysis.standard import OUTCOMES, draw_sweep
    from dicu_analysis.sweep import is_sweep

    swept = is_sweep(folder)
    if language is not None and language not in LANGUAGES:
        fail(f"--language: unknown (got '{language}', allowed {', '.join(LANGUAGES)})", 2)
    try:
        if swept:
            drawn = draw_sweep(folder, (language,) if language else LANGUAGES)
        else:
            drawn = draw_all(folder, language or "en")
    except NotARun as error:
        fail(str(error), 2)
    if not drawn.files and not drawn.failed:
        fail(
            f"{folder}: nothing to draw: its results have none of the outcomes (allowed: {', '.join(OUTCOMES)}, with "
            "nation among results.levels)",
            2,
        )
    for path in drawn.files:
        typer.echo(str(path))
    for text in drawn.failed:
        typer.echo(text, err=True)
    if drawn.failed:
        raise typer.Exit(1)
