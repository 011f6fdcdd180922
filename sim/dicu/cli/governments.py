"""`dicu governments ...`: what mergers do to posts and money, beside what was published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dicu.cli.app import app, fail

governments_app = typer.Typer(
    no_args_is_help=True, help="Local governments: posts, savings and severance of mergers."
)
app.add_typer(governments_app, name="governments")


@governments_app.command()
def check(
    config: Annotated[
        Path | None,
        typer.Argument(help="A scenario whose parameters of governments are used; default: those declared."),
    ] = None,
) -> None:
    """Print the mergers of 2019-21, 2023-25 and 2025 beside the published figures.

    Each line is judged: it agrees (counts of units and worked cases of severance: equal; payback: within 25 %; other
    figures: within 10 %), or it is off. A note says what lies behind a difference; it does not
    excuse it. Exit status 0: all lines agree. 1: at
    least one is off. 2: the scenario cannot be read.
    """
    from rich.console import Console

    from dicu.lab.published import mergers, render, rows
    from dicu.lab.world_check import all_ok
    from dicu.reform.opening import load_viet_nam
    from dicu.scenario.loader import ConfigurationErrors, load
    from dicu.scenario.scenario import Scenario

    try:
        scenario = Scenario() if config is None else load(config).scenario
    except ConfigurationErrors as errors:
        fail("\n".join(errors.messages), 2)
    made = mergers(load_viet_nam(2024), scenario.government, scenario.access)
    checked = rows(made, scenario.government, scenario.access)
    Console().print(render(checked, made))
    if not all_ok(checked):
        raise typer.Exit(1)
