"""`dicu validate`: score runs on observed figures, beside what simple methods say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dicu.cli.app import app, fail


@app.command(
    epilog="Example: `dicu validate runs/forecast --figures census.csv`; a sweep and a folder of runs are ensembles."
)
def validate(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...",
            help="Folders of finished runs, a folder that holds some, or the folder of a sweep.",
        ),
    ],
    figures: Annotated[
        Path | None,
        typer.Option(
            help="Table with columns figure, unit, area, from, to, value, source, role. Default: what the fit "
            "is made to."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write into. Default: validation in the first run's folder.")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(help="Of a sweep: the scenario whose runs are scored, if it has several.")
    ] = None,
) -> None:
    """Write a page, a picture and two tables: the model, persistence, growth, gravity and radiation on each figure."""
    from dicu_analysis.load import UnfinishedRun
    from dicu_analysis.swept import NothingKept
    from dicu_analysis.targets.measure import NotInRun
    from dicu_analysis.targets.table import PATH, BadFigures, read_figures
    from dicu_analysis.validation.ensemble import several
    from dicu_analysis.validation.page import validate, write

    table = PATH if figures is None else figures
    shown = table.name if figures is None else str(figures)
    try:
        read = read_figures(table)
        runs = several(folders, scenario)
        found = validate(runs, read, shown)
    except BadFigures as error:
        fail("\n".join(error.messages), 2)
    except (UnfinishedRun, NotInRun, NothingKept) as error:
        fail(str(error), 2)
    if found.predicted.empty:
        fail(f"{shown}: no figure of it can be measured in the run: {found.left[0][1]}", 2)
    page = write(found, runs, shown, folders[0] / "validation" if out is None else out)
    for group, part in found.scores.groupby("group", sort=False):
        model = part.loc[part["method"] == "model"].iloc[0]
        winner = ", ".join(part.loc[part["wins"], "method"])
        typer.echo(f"{group}: nearest {winner}; model RMSE {model['rmse']:.4g}, r {model['r']:.2f}", err=True)
    if found.left:
        typer.echo(f"{len(found.left)} figures are not in the run (see the page)", err=True)
    typer.echo(str(page))
