"""What `run`, `resume` and `fork` share: refusals of a run in words, figures once it stands, and its folder printed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dicu.cli.app import fail

if TYPE_CHECKING:
    from dicu.execution.progress import Progress


def use_asked_threads(threads: int | None) -> None:
    """Set the number of threads, or refuse it."""
    from dicu.execution.execute import use_threads

    try:
        use_threads(threads)
    except ValueError as error:
        fail(f"--{error}", 2)


@contextmanager
def refused(out: Path, left: str) -> Iterator[None]:
    """End in words when a run cannot be made: with status 2 for what was asked, 1 for what the machine did.

    Parameters
    ----------
    out : Path
        Parent folder of runs.
    left : str
        End of the sentence that says that its files could not be written: what is left of it.
    """
    from dicu.execution.execute import NotTheSame
    from dicu.execution.saved import CannotContinue, DamagedFile
    from dicu.scenario.scenario import UnfitScenario
    from dicu.world.table_checks import TableError

    try:
        yield
    except (UnfitScenario, TableError, DamagedFile, CannotContinue) as error:
        fail(str(error), 2)
    except NotTheSame as error:
        fail(str(error), 1)
    except OSError as error:
        fail(f"{out}: the run could not be written{left} ({error})", 1)


def draw_missing(folder: Path, tell: Progress) -> list[str]:
    """Draw the figures of a run that has none in English; returns what failed, in words."""
    if any(path.is_file() for path in (folder / "figures").glob("*")):
        return []
    from dicu_analysis.figures import draw_all

    gc.collect()  # figures need memory of their own; model and outputs know each other
    tell.phase("drawing figures")
    try:
        return draw_all(folder).failed
    except OSError as error:  # no folder for them could be made
        return [f"figures: could not be drawn ({error})"]


def end(folder: Path, undrawn: list[str]) -> None:
    """Print the folder, now the latest of its name; with figures that could not be drawn, say which, status 1."""
    from dicu.record.naming import point_latest

    try:
        point_latest(folder)
    except OSError as error:
        typer.echo(f"warning: {folder.parent / 'latest'} could not be written ({error})", err=True)
    for text in undrawn:
        typer.echo(text, err=True)
    typer.echo(str(folder))
    if undrawn:
        typer.echo(
            "the run is whole; what could not be drawn is named above (`dicu figures` tries again)", err=True
        )
        raise typer.Exit(1)
