"""`dicu world ...`: what the world contains beside the official figures."""

from __future__ import annotations

from typing import Annotated

import typer

from dicu.cli.app import app

world_app = typer.Typer(
    no_args_is_help=True, help="The world: places, governments' borders, official figures."
)
app.add_typer(world_app, name="world")


@world_app.command()
def check(
    year: Annotated[
        int, typer.Option(help="Year of the residents, 2019 to 2024.", min=2019, max=2024)
    ] = 2019,
) -> None:
    """Print what the world of Viet Nam contains beside the official figures; exit status 1 where they differ."""
    from rich.console import Console

    from dicu.lab.world_check import all_ok, render
    from dicu.lab.world_check import check as check_world
    from dicu.reform.opening import load_viet_nam

    world = load_viet_nam(year)
    # residents of every province are judged in both years for which the totals are official
    rows = check_world(world, also=[load_viet_nam(y) for y in (2019, 2024) if y != year])
    Console().print(render(rows, world.repairs))
    if not all_ok(rows):
        raise typer.Exit(1)
