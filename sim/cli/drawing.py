"""Figures of a finished run: drawn after it stands, so that one that fails takes nothing with it."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from sim.run import Progress


def draw_missing(folder: Path, tell: Progress) -> list[str]:
    """Draw the figures of a run that has none; returns what failed, in words."""
    if (folder / "figures").is_dir():
        return []
    from analysis.figures import draw_all

    gc.collect()  # figures need memory of their own; model and outputs know each other
    tell.phase("drawing figures")
    return draw_all(folder).failed


def end(folder: Path, undrawn: list[str]) -> None:
    """Print the folder; with figures that could not be drawn, say which and end with status 1."""
    for text in undrawn:
        typer.echo(text, err=True)
    typer.echo(str(folder))
    if undrawn:
        typer.echo(f"the run is whole; {len(undrawn)} of its figures could not be drawn", err=True)
        raise typer.Exit(1)
