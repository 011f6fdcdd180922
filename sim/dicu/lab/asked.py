"""What a command of the laboratory is asked for."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from dicu.scenario.loader import ConfigurationErrors, load
from dicu.scenario.scenario import Scenario


def asked_scenario(config: str, values: Sequence[str]) -> Scenario:
    """The scenario of a name or file with values of the command line; its errors are told, and end with status 2."""
    try:
        return load(config, list(values)).scenario
    except ConfigurationErrors as errors:
        typer.echo(str(errors), err=True)
        raise typer.Exit(2) from None


__all__ = ["asked_scenario"]
