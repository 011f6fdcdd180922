"""Data and model under the same regressions: `python -m dicu_analysis.evidence RUN... --out FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from dicu.record.folder import write_bytes
from dicu_analysis.estimators.gravity import Coefficient
from dicu_analysis.evidence.panel import WORDS, official, simulated
from dicu_analysis.load import Run, UnfinishedRun
from dicu_analysis.targets.measure import Measured, NotInRun, measure
from dicu_analysis.targets.table import targets

SLOPES = {
    "in_rate_on_formal_share": "ln in-rate on the formal share of workers, cross-section",
    "out_rate_on_access": "ln out-rate on market access, cross-section",
}


def page(runs: list[Run]) -> str:
    """The comparison as Markdown: estimates of the data with their errors, of the model as mean and range over runs."""
    data = official(runs[0]).estimates()
    model = [simulated(run).estimates() for run in runs]
    lines = [
        "# The same regressions on data and on the model's output",
        "",
        "Panel: 63 provinces, province and year effects, errors clustered by province; official rates of 2010-13, "
        "growth of urban people weighted by urban people over kilometres; the run's own years. Towns grow by those who "
        "leave for them, so no column identifies a pull: what counts is whether both answer alike.",
        "",
        f"| ln out-rate on | data | model ({len(runs)} run{'s' if len(runs) > 1 else ''}) |",
        "|---|---|---|",
    ]
    for name, words in WORDS.items():
        lines.append(f"| {words} | {_told(data[name])} | {_over([m[name].estimate for m in model])} |")
    for name, words in SLOPES.items():
        figure = next(f for f in targets() if f.figure == name)
        values = [measure(Measured(run), figure) for run in runs]
        lines.append(f"| {words} | {figure.value:.2f} (s.e. {figure.weight**-0.5:.2f}) | {_over(values)} |")
    return "\n".join(lines) + "\n"


def _told(c: Coefficient) -> str:
    return f"{c.estimate:+.4f} (s.e. {c.se:.4f}, n {c.n})"


def _over(values: list[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:+.4f}"
    return f"{np.mean(values):+.4f} ({min(values):+.4f} to {max(values):+.4f})"


def main(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folders of finished runs of one country.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Markdown file to write. Default: standard output.")
    ] = None,
) -> None:
    """Compare what a panel of provinces says of data and of runs."""
    try:
        text = page([Run(folder) for folder in runs])
    except (UnfinishedRun, NotInRun, FileNotFoundError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if out is None:
        typer.echo(text)
    else:
        write_bytes(out, text.encode())


if __name__ == "__main__":
    typer.run(main)
