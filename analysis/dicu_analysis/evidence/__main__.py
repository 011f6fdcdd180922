"""Data and model under the same regressions: `python -m dicu_analysis.evidence RUN|SWEEP... --out FILE --json FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dicu.record.folder import write_bytes
from dicu_analysis.evidence.compare import as_json, as_table, compare
from dicu_analysis.load import UnfinishedRun
from dicu_analysis.swept import NothingKept
from dicu_analysis.targets.measure import NotInRun
from dicu_analysis.validation.ensemble import several


def main(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN...", help="Folders of finished runs of one country, or of a sweep."),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Markdown file to write. Default: standard output.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="JSON file to write besides.")] = None,
    scenario: Annotated[
        str | None, typer.Option(help="Of a sweep: the scenario whose runs are compared, if it has several.")
    ] = None,
) -> None:
    """Compare what cross-sections and a panel of provinces say of data and of runs."""
    try:
        rows = compare(several(runs, scenario))
    except (UnfinishedRun, NotInRun, NothingKept, FileNotFoundError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if json is not None:
        write_bytes(json, as_json(rows).encode())
    if out is None:
        typer.echo(as_table(rows))
    else:
        write_bytes(out, as_table(rows).encode())


if __name__ == "__main__":
    typer.run(main)
