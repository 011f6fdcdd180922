"""`dicu view`: one file in which readers look up their own commune; `dicu brief`: sweep, report and view in one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dicu.cli.app import app, fail
from dicu.cli.arguments import Executor, RunOrSweep, SweepsFolder, SweepValues, Workers
from dicu.cli.finding import run_path
from dicu.cli.sweep import sweep


@app.command(
    epilog="Example: `dicu view runs/brief --out brief.html`; the sweep must have kept its tables (`dicu brief` does)."
)
def view(
    folder: RunOrSweep,
    out: Annotated[Path | None, typer.Option(help="File to write. Default: view.html in the folder.")] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            help="Of a run: run to compare with. Default: the same country without reform beside it.",
            parser=run_path,
        ),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            help="Of a sweep: scenario that maps and places show. Default: the first with a reform."
        ),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Language shown first, one of the country's. Default: the first.")
    ] = None,
) -> None:
    """Write the view of a run or a sweep: one HTML file with search, maps and pages, that opens no address."""
    _view(folder, out, against, scenario, _known(language))


@app.command(
    epilog="Example: `dicu brief brief population.weight=1000`; killed and given again, it goes on where it stopped."
)
def brief(
    config: Annotated[
        str,
        typer.Argument(
            help="Sweep of a reform with and without: a YAML file, or a shipped one's name (brief)."
        ),
    ] = "brief",
    override: SweepValues = None,
    workers: Workers = None,
    executor: Executor = "dask",
    out: SweepsFolder = Path("runs"),
    language: Annotated[
        str | None, typer.Option(help="Language shown first, one of the country's. Default: the first.")
    ] = None,
) -> None:
    """Run a sweep with a reform and without it, then write its report and its view, each with a link to the other."""
    chosen = _known(language)
    _check_installed()
    folder = out / _name(config, override or [])
    sweep(config, override, executor=executor, workers=workers, out=out)
    from dicu_analysis.report import write

    try:
        typer.echo(str(write(folder, language=chosen, view="view.html")))
    except (OSError, ValueError) as error:
        fail(f"the report could not be written: {error}", 1)
    _view(folder, None, None, None, chosen)


def _name(config: str, override: list[str]) -> str:
    """The name of a sweep, once its file is found right and its results hold what a view needs."""
    from dicu.scenario.loader import ConfigurationErrors
    from dicu.sweeps.plan import make_plan
    from dicu.world.table_checks import TableError
    from dicu_analysis.view.options import NEEDED

    try:
        plan = make_plan(config, override)
    except ConfigurationErrors as errors:
        fail("\n".join(errors.messages), 2)
    except TableError as error:
        fail(str(error), 2)
    missing = [name for name in NEEDED if name not in plan.results.keep]
    if missing:
        fail(
            f"{plan.path}: results.keep lacks {', '.join(missing)}, which a view needs (allowed results: "
            f"{{keep: [{', '.join(NEEDED)}]}})",
            2,
        )
    return plan.name


def _known(language: str | None) -> str | None:
    from dicu.scenario.languages import codes

    if language is not None and language not in codes():
        fail(f"--language: unknown (got '{language}', allowed {', '.join(codes())})", 2)
    return language


def _check_installed() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("bokeh", "shapely") if find_spec(name) is None]
    if missing:
        fail(f"a view needs {' and '.join(missing)}: pip install 'dicu[view]'", 2)


def _view(
    folder: Path,
    out: Path | None,
    against: Path | None,
    scenario: str | None,
    language: str | None,
) -> None:
    _check_installed()
    if out is not None and not out.parent.is_dir():
        fail(f"--out: no such folder (got '{out.parent}')", 2)

    from rich.console import Console

    from dicu_analysis.load import UnfinishedRun
    from dicu_analysis.report.page import NoSuchLanguage, TooLarge
    from dicu_analysis.report.subject import CannotCompare
    from dicu_analysis.swept import NothingKept
    from dicu_analysis.view import write

    try:
        with Console(stderr=True).status("reading") as status:
            written = write(
                folder, out=out, against=against, scenario=scenario, language=language, tell=status.update
            )
    except (FileNotFoundError, UnfinishedRun, CannotCompare, NothingKept) as error:
        fail(str(error), 2)
    except NoSuchLanguage as error:
        fail(str(error), 2)
    except (TooLarge, OSError) as error:
        fail(f"the view could not be written and nothing of it is left: {error}", 1)
    typer.echo(str(written))
