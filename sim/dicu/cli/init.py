"""`dicu init`: a folder to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from dicu.cli.app import app, fail

FILES: Final = ("scenario.yaml", "sweep.yaml", "reform.csv")


@app.command(epilog="Example: `dicu init study`, then `cd study` and `dicu run scenario.yaml`")
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to write into; made if it is not there.")],
) -> None:
    """Write a scenario, a sweep and a reform table, each with comments, to start from. Nothing is overwritten."""
    from dicu.record.folder import write_bytes
    from dicu.scenario.shipped import configs

    if folder.exists() and not folder.is_dir():
        fail(f"{folder}: is not a folder", 2)
    there = [name for name in FILES if (folder / name).exists()]
    if there:
        fail(f"{folder}: {', '.join(there)} stands there already and is not overwritten", 2)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            write_bytes(folder / name, (configs() / "start" / name).read_bytes())
    except OSError as error:
        fail(f"{folder}: {error.strerror or error}", 1)
    for name in FILES:
        typer.echo(str(folder / name))
