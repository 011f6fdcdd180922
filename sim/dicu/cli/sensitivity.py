"""`dicu sensitivity`: which parameters an outcome of a sweep, or the figures of a calibration, hang on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dicu.cli.app import app, fail


@app.command(
    epilog="Examples: `dicu sensitivity runs/mine --outcome moves --years 2020 2024`; `dicu sensitivity "
    "runs/calibration/viet_nam`, the folder of a calibration, for what its figures tell of each parameter."
)
def sensitivity(
    folder: Annotated[Path, typer.Argument(help="The folder of a sweep with a sample, or of a calibration.")],
    outcome: Annotated[
        str | None, typer.Option(help="Column of results.parquet; needed for a sweep.")
    ] = None,
    unit: Annotated[
        str,
        typer.Option(help="Whose: nation, or LEVEL:CODE such as province:79, urban and rural as area:urban."),
    ] = "nation",
    years: Annotated[
        tuple[int, int] | None, typer.Option(help="Mean over these years. Default: the last period.")
    ] = None,
    scenario: Annotated[str | None, typer.Option(help="Of a sweep with several scenarios: which.")] = None,
    minus: Annotated[
        str | None, typer.Option(help="The scenario that is taken off it: the difference is the outcome.")
    ] = None,
    box: Annotated[
        bool, typer.Option("--box", help="Find the box of parameters where the outcome is extreme (PRIM).")
    ] = False,
    above: Annotated[float | None, typer.Option(help="With --box: extreme is above this.")] = None,
    below: Annotated[float | None, typer.Option(help="With --box: extreme is below this.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write into. Default: sensitivity inside.")
    ] = None,
) -> None:
    """Sobol, Morris or given-data indices with intervals, as the design allows; of a fit, what it could not tell."""
    from dicu_analysis.load import UnfinishedRun
    from dicu_analysis.sensitivity.design import NotAllowed

    target = folder / "sensitivity" if out is None else out
    try:
        if (folder / "fit.json").is_file():
            page = _of_calibration(folder, target)
        elif outcome is None:
            fail("--outcome: needed for a sweep (allowed a column of results.parquet, such as moves)", 2)
        else:
            page = _of_sweep(folder, outcome, unit, years, (scenario, minus), (box, above, below), target)
    except (NotAllowed, UnfinishedRun) as error:
        fail(str(error), 2)
    except ModuleNotFoundError as error:
        fail(f"{error}: pip install 'dicu[sensitivity]'", 2)
    typer.echo(str(page))


def _of_sweep(
    folder: Path,
    outcome: str,
    unit: str,
    years: tuple[int, int] | None,
    scenarios: tuple[str | None, str | None],
    boxed: tuple[bool, float | None, float | None],
    target: Path,
) -> Path:
    from dicu_analysis.compare.sources import UnknownUnit
    from dicu_analysis.sensitivity.boxes import find_box
    from dicu_analysis.sensitivity.design import NotAllowed, read_design
    from dicu_analysis.sensitivity.indices import indices
    from dicu_analysis.sensitivity.page import write
    from dicu_analysis.sweep import Sweep

    asked, above, below = boxed
    asked = asked or above is not None or below is not None
    try:
        design = read_design(Sweep(folder), outcome, unit, years, *scenarios)
    except UnknownUnit as error:
        raise NotAllowed(f"--{error}") from error
    found = indices(design)
    for _, row in found.iterrows():
        told = "" if row["matters"] else " (not told from 0)"
        typer.echo(f"{row['key']}: {row.iloc[1]:.3g}{told}", err=True)
    return write(design, found, find_box(design, above, below) if asked else None, asked, target)


def _of_calibration(folder: Path, target: Path) -> Path:
    from dicu_analysis.sensitivity.fit import read_fit
    from dicu_analysis.sensitivity.fit_page import write

    return write(read_fit(folder), target)
