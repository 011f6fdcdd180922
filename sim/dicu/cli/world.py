"""`dicu world ...`: what the world contains beside the official figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from dicu.cli.app import app, fail

world_app = typer.Typer(
    no_args_is_help=True, help="The world: places, governments' borders, official figures."
)
app.add_typer(world_app, name="world")


FILES: Final = ("country.yaml", "places.csv", "units.csv", "reform.csv", "official.csv")


@world_app.command(epilog="Example: `dicu world new mycountry`, then `dicu world check mycountry`")
def new(
    folder: Annotated[Path, typer.Argument(help="Folder to write into; made if it is not there.")],
) -> None:
    """Write a small made-up country as tables, each column explained, to put your own in its place.

    Nothing is overwritten.
    """
    from dicu.lab.any_world import README, explanation
    from dicu.record.folder import write_bytes
    from dicu.scenario.shipped import configs

    names = (*FILES, "README.md")
    if folder.exists() and not folder.is_dir():
        fail(f"{folder}: is not a folder", 2)
    if there := [name for name in names if (folder / name).exists()]:
        fail(f"{folder}: {', '.join(there)} stands there already and is not overwritten", 2)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            write_bytes(folder / name, (configs() / "world" / name).read_bytes())
        write_bytes(folder / "README.md", f"{README}{explanation()}".encode())
    except OSError as error:
        fail(f"{folder}: {error.strerror or error}", 1)
    for name in names:
        typer.echo(str(folder / name))


@world_app.command(
    epilog="Example: `dicu world check mycountry`, or `dicu world check --year 2024` for Viet Nam"
)
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of a world's tables; without it: Viet Nam.")
    ] = None,
    year: Annotated[
        int, typer.Option(help="Viet Nam: year of the residents, 2019 to 2024.", min=2019, max=2024)
    ] = 2019,
) -> None:
    """Print what a world contains beside the official figures; exit status 1 where they differ, 2 for wrong tables."""
    from rich.console import Console

    if folder is not None:
        _check_folder(folder)
        return
    from dicu.lab.world_check import all_ok, render
    from dicu.lab.world_check import check as check_world
    from dicu.reform.opening import load_viet_nam

    world = load_viet_nam(year)
    # residents of every province are judged in both years for which the totals are official
    rows = check_world(world, also=[load_viet_nam(y) for y in (2019, 2024) if y != year])
    Console().print(render(rows, world.repairs))
    if not all_ok(rows):
        raise typer.Exit(1)


def _check_folder(folder: Path) -> None:
    from rich.console import Console

    from dicu.execution.fits import check_settings
    from dicu.lab.any_world import compare, render
    from dicu.reform.opening import load_folder
    from dicu.scenario.loader import ConfigurationErrors
    from dicu.scenario.scenario import UnfitScenario
    from dicu.world.table_checks import TableError

    if not folder.is_dir():
        fail(
            f"{folder}: no such folder (allowed: the folder of a world's tables; dicu world new writes one)",
            2,
        )
    try:
        world = load_folder(folder)
        check_settings(folder, world)
    except (TableError, ConfigurationErrors, UnfitScenario) as error:
        fail(str(error), 2)
    rows = compare(world)
    Console().print(render(world, rows))
    if any(row.ok is not True for row in rows):
        raise typer.Exit(1)
