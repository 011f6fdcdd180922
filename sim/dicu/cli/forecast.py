"""`dicu forecast` freezes predictions of an ensemble; `dicu score` scores them on figures that have come since."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from dicu.cli.app import app, fail

FORECASTS = Path("docs/forecasts")


@app.command(
    epilog="Example: `dicu forecast runs/forecast --out docs/forecasts/2026-11`; the folder is never written again."
)
def forecast(
    sweep: Annotated[
        Path, typer.Argument(help="The folder of a sweep over an ensemble, to 2029Q2 or later.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the forecast, which must not hold one yet.")],
    scenario: Annotated[
        str | None, typer.Option(help="The scenario whose runs are the forecast, if the sweep has several.")
    ] = None,
) -> None:
    """Freeze dated, checksummed predictions per province, beside extrapolation, the official projection and gravity."""
    from dicu.execution.identity import model_version
    from dicu_analysis.forecasts.frozen import AlreadyFrozen, freeze
    from dicu_analysis.forecasts.make import forecast
    from dicu_analysis.load import UnfinishedRun
    from dicu_analysis.sweep import Sweep
    from dicu_analysis.swept import NothingKept
    from dicu_analysis.targets.measure import NotInRun
    from dicu_analysis.validation.ensemble import runs_of

    try:
        opened = Sweep(sweep)
        runs = runs_of(opened, scenario)
        made = forecast(runs)
        about = {
            "sweep": opened.name,
            "plan_sha256": opened.manifest["plan_sha256"],
            "version": opened.manifest.get("model_version", model_version()),
            "scenario": scenario or opened.scenarios[0],
            "weight": int(runs[0].config["population"]["weight"]),
            "runs": len(runs),
            "varied": opened.varied,
        }
        frozen = freeze(made, out, about, datetime.datetime.now(datetime.UTC).date())
    except (UnfinishedRun, NothingKept, AlreadyFrozen, NotInRun) as error:
        fail(str(error), 2)
    typer.echo(f"{len(made.table):,} figures frozen; checksum {frozen.seal}", err=True)
    typer.echo(str(out))


@app.command(epilog="Example: `dicu score survey_2027.csv --forecast docs/forecasts/2026-11`")
def score(
    figures: Annotated[
        Path, typer.Argument(help="Table with columns figure, unit, area, from, to, value, source, role.")
    ],
    forecast: Annotated[
        Path | None, typer.Option(help="Folder of a forecast. Default: the latest in docs/forecasts.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write into. Default: score, beside the table.")
    ] = None,
) -> None:
    """Score a frozen forecast on figures, after checking that no byte of it was changed."""
    from dicu_analysis.forecasts.frozen import NotFrozen, newest, read
    from dicu_analysis.forecasts.score import Scored
    from dicu_analysis.targets.table import BadFigures, read_figures

    if not figures.is_file():
        fail(f"{figures}: no such table of figures", 2)
    try:
        frozen = read(newest(FORECASTS) if forecast is None else forecast)
        found = Scored(frozen, read_figures(figures), str(figures))
    except NotFrozen as error:
        fail(str(error), 2)
    except BadFigures as error:
        fail("\n".join(error.messages), 2)
    if found.table.empty:
        fail(f"{figures}: none of its {len(found.left)} figures was forecast in {frozen.folder}", 2)
    page = found.write(figures.parent / "score" if out is None else out)
    for group, part in found.scores.groupby("group", sort=False):
        model = part.loc[part["method"] == "model"].iloc[0]
        winner = ", ".join(part.loc[part["wins"], "method"])
        typer.echo(f"{group}: nearest {winner}; model RMSE {model['rmse']:.4g}", err=True)
    typer.echo(str(page))
