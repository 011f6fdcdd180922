"""`dicu report`: what a run says, on one page for people who decide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dicu.cli.app import app, fail
from dicu.cli.arguments import RunOrSweep
from dicu.cli.finding import run_path


@app.command(
    epilog="Example: `dicu report runs/actual/RUN_ID`; the run `none` of the same seed is found beside it, and pairs "
    "with other seeds give the uncertainty."
)
def report(
    folder: RunOrSweep,
    out: Annotated[
        Path | None, typer.Option(help="File to write. Default: report.html in the folder.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            help="Run to compare with. Default: the same country without reform, if it lies beside.",
            parser=run_path,
        ),
    ] = None,
    experiments: Annotated[
        Path | None, typer.Option(help="Folder with results of experiments. Default: beside the run.")
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            help="Language shown first, one of the country's (vi or en). The page has all of them, and a switch."
        ),
    ] = None,
) -> None:
    """Write the report on a run or a sweep: one HTML file in the languages of the country that opens no address."""
    from dicu.scenario.languages import codes
    from dicu_analysis.load import UnfinishedRun
    from dicu_analysis.report import write
    from dicu_analysis.report.experiments import BadExperiment
    from dicu_analysis.report.page import NoSuchLanguage, TooLarge
    from dicu_analysis.report.subject import CannotCompare

    if language is not None and language not in codes():
        fail(f"--language: unknown (got '{language}', allowed {', '.join(codes())})", 2)
    for option, path in (("--experiments", experiments), ("--out", None if out is None else out.parent)):
        if path is not None and not path.is_dir():
            fail(f"{option}: no such folder (got '{path}')", 2)

    from rich.console import Console

    console = Console(stderr=True)
    warnings: list[str] = []
    try:
        with console.status("reading") as status:
            written = write(
                folder,
                out=out,
                against=against,
                experiments=experiments,
                language=language,
                tell=status.update,
                warn=warnings.append,
            )
    except (FileNotFoundError, UnfinishedRun, CannotCompare, BadExperiment, NoSuchLanguage) as error:
        fail(str(error), 2)
    except (TooLarge, OSError) as error:
        fail(f"the report could not be written and nothing of it is left: {error}", 1)
    for text in warnings:
        typer.echo(f"warning: {text}", err=True)
    typer.echo(str(written))
