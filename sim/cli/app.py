"""The application that commands register with, and how a command refuses."""

from __future__ import annotations

from typing import NoReturn

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


def fail(text: str, status: int) -> NoReturn:
    """Say why on standard error and end with ``status`` (2: wrong input, 1: anything else)."""
    typer.echo(text, err=True)
    raise typer.Exit(status)
