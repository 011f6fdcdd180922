"""`dicu calibrate`: fit the parameters of the model to observed figures, in stages that resume."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from dicu.cli.app import app, fail

UNFINISHED = 3
"""Exit status of a stage that ended before the calibration did."""


@app.command(
    epilog="Example: `dicu calibrate configs/calibration/viet_nam.yaml --minutes 55`, again until it says that it is "
    "done. What was run is never run twice."
)
def calibrate(
    config: Annotated[Path, typer.Argument(help="The file of a calibration.")],
    override: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY=VALUE]...",
            help="Values of the method (method.members=20) or of the base scenario (population.weight=1000).",
        ),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Begin no run after so many minutes.", min=0.0)
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes. Default: one per core.", min=1)] = None,
    executor: Annotated[str, typer.Option(help="dask (processes) or serial (this process).")] = "dask",
    out: Annotated[Path, typer.Option(help="Parent folder of calibrations.")] = Path("runs/calibration"),
    ship: Annotated[
        bool, typer.Option("--ship", help="Make the fit the defaults of this installation, and its ensemble.")
    ] = False,
) -> None:
    """Fit parameters to figures; the same command goes on where a stage ended (exit status 3)."""
    from dicu.lab.calibrate.drive import FITTED, OtherCalibration, calibrate
    from dicu.lab.calibrate.file import read_calibration
    from dicu.lab.calibrate.runs import OutOfTime
    from dicu.lab.calibrate.smoother import NoSmoother
    from dicu.record.folder import write_bytes
    from dicu.scenario.fitted import FILE
    from dicu.scenario.loader import ConfigurationErrors
    from dicu.scenario.scenario import UnfitScenario
    from dicu.sweeps.executors import over_dask, serial
    from dicu_analysis.targets.areas import UnknownArea
    from dicu_analysis.targets.table import BadFigures

    if executor not in ("dask", "serial"):
        fail(f"--executor: unknown executor (got '{executor}', allowed dask, serial)", 2)
    try:
        read = read_calibration(config, override or [])
    except ConfigurationErrors as errors:
        fail("\n".join(errors.messages), 2)
    deadline = float("inf") if minutes is None else time.monotonic() + 60.0 * minutes
    folder = out / read.name
    try:
        fit = calibrate(
            read,
            folder,
            serial if executor == "serial" else over_dask(workers),
            deadline=deadline,
            tell=lambda text: typer.echo(text, err=True),
        )
        if ship:
            write_bytes(FILE, (folder / FITTED).read_bytes())
    except (BadFigures, NoSmoother, OtherCalibration, UnknownArea, UnfitScenario, OSError) as error:
        fail(str(error), 2)
    except OutOfTime as error:
        typer.echo(f"{error}; the same command goes on", err=True)
        raise typer.Exit(UNFINISHED) from None
    except RuntimeError as error:
        fail(str(error), 1)
    if ship:
        typer.echo(f"the defaults and the ensemble are now those of {folder / FITTED}", err=True)
    typer.echo(f"mean squared misfit {fit.passes[0]:.2f} before, {fit.passes[-1]:.2f} after", err=True)
    typer.echo(str(folder))
