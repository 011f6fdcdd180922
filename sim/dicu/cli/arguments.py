"""Arguments and options that several commands take in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dicu.cli.finding import RUN_HELP, run_path

RunOrSweep = Annotated[
    Path, typer.Argument(metavar="RUN_OR_SWEEP", help=f"{RUN_HELP}; or a sweep.", parser=run_path)
]
SweepValues = Annotated[
    list[str] | None,
    typer.Argument(metavar="[KEY=VALUE]...", help="Values of the base scenario or of the sweep."),
]
SweepsFolder = Annotated[Path, typer.Option(help="Parent folder of sweeps.")]
Workers = Annotated[
    int | None, typer.Option(help="Processes on this computer. Default: one per core.", min=1)
]
Executor = Annotated[str, typer.Option(help="dask (processes), or serial (this process, for debugging).")]
