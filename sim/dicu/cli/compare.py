"""`dicu compare` and `dicu plot`: runs and sweeps beside each other, and pictures of their outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from dicu.cli.app import app, fail
from dicu.cli.arguments import RunOrSweep
from dicu.cli.finding import RUN_HELP, run_path

if TYPE_CHECKING:
    from dicu_analysis.compare.charts import Form

Outcomes = Annotated[
    list[str] | None,
    typer.Option(
        "--outcome",
        help="What to show: urban_share, moves, net_rate, ..., or a column of a table. Repeatable.",
    ),
]
Unit = Annotated[
    str, typer.Option(help="nation, a level (province: all of them), or one unit, such as province:79.")
]
MOST_UNITS: Final = 70
"""Differences of more units than these are not printed: they are in the table that is written."""
Language = Annotated[str, typer.Option(help="vi or en.")]


@app.command(
    epilog="Example: `dicu compare none actual --out compared`; the first one is what the others are held against"
)
def compare(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help=f"{RUN_HELP}; or sweeps.", parser=run_path)
    ],
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("compared"),
    outcome: Outcomes = None,
    unit: Unit = "nation",
    label: Annotated[
        list[str] | None, typer.Option(help="How an arm is called, in their order. Repeatable.")
    ] = None,
    language: Language = "en",
) -> None:
    """Hold runs, sweeps and scenarios against the first of them, over replicates that share their luck.

    Runs of the same configuration with other seeds that lie beside one are its replicates; a sweep has an arm per
    configuration. What differs in configuration comes first; then paired differences with intervals, figures and maps,
    each picture as PNG, SVG and CSV.
    """
    from dicu_analysis.compare.write import write
    from dicu_analysis.opened import compared

    code = _language(language)
    with _refused():
        found = compared(runs, labels=label or ())
        configurations = found.configurations
        typer.echo("differs in configuration:" if len(configurations) else "nothing differs in configuration")
        if len(configurations):
            typer.echo(configurations.to_string())
        typer.echo(f"\n{found!r}\n")
        told: list[str] = []
        made = write(found, out, outcomes=outcome or (), unit=unit, language=code, note=told.append)
        units = found.units(unit)
        if units <= MOST_UNITS:
            typer.echo(found.text(outcome or (), unit))
        else:
            typer.echo(f"differences of {units:,} units are in {out / 'differences.csv'}")
    for line in told:
        typer.echo(line, err=True)
    typer.echo(f"{len(made)} files in {out}")


@app.command(epilog="Example: `dicu plot actual --outcome moves --unit province:79`")
def plot(
    run: RunOrSweep,
    outcome: Outcomes = None,
    unit: Unit = "nation",
    form: Annotated[
        str | None,
        typer.Option(
            help="fan (mean and interval), spaghetti (each replicate), multiples (panels), distribution (one "
            "period), heat (over two keys of a sweep). Default: fan; panels for a level."
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            help="Of a sweep: what names an arm, scenario or varied keys; the two keys of a heat map."
        ),
    ] = None,
    period: Annotated[
        str | None, typer.Option(help="Of a distribution or heat map, e.g. 2030Q4. Default: the last one.")
    ] = None,
    language: Language = "en",
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to write into. Default: `plots` in the folder of the run or sweep."),
    ] = None,
) -> None:
    """Draw outcomes of a run with its replicates, or of a sweep, as PNG, SVG and the data behind them as CSV."""
    from dicu_analysis.compare.arms import arms_of_sweep
    from dicu_analysis.compare.charts import plot as draw
    from dicu_analysis.opened import OpenSweep, opened

    code = _language(language)
    names = outcome or ["urban_share"]
    with _refused():
        found = opened(run)
        if isinstance(found, OpenSweep):
            arms = found.arms if form == "heat" or not by else arms_of_sweep(found, by)
        elif by:
            fail("--by: names the arms of a sweep, and this is one run (allowed without --by)", 2)
        else:
            arms = [found.arm]
        chosen: Form | None = form  # type: ignore[assignment]  # checked where it is drawn
        folder = found.folder / "plots" if out is None else out
        for name in names:
            keys = [key for key in by or () if form == "heat"]
            chart = draw(arms, name, unit=unit, form=chosen, language=code, period=period, by=keys)
            for path in chart.save(folder):
                typer.echo(str(path))


def _language(word: str) -> str:
    if word == "en":
        return "en"
    if word == "vi":
        return "vi"
    fail(f"--language: unknown (got '{word}', allowed vi, en)", 2)


@contextmanager
def _refused() -> Iterator[None]:
    """End in words: with status 2 for what was asked, 1 where a file could not be written."""
    from dicu_analysis.compare.arms import CannotCompare
    from dicu_analysis.compare.outcomes import UnknownOutcome
    from dicu_analysis.compare.sources import UnknownUnit
    from dicu_analysis.load import UnfinishedRun

    try:
        yield
    except (CannotCompare, UnknownOutcome, UnknownUnit, UnfinishedRun) as error:
        fail(str(error), 2)
    except (FileExistsError, NotADirectoryError) as error:
        fail(f"--out: not a folder (got '{error.filename}', allowed a folder, made where it is missing)", 2)
    except OSError as error:
        fail(f"could not be written: {error}", 1)
