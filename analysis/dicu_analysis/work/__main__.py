"""Write the tables of docs/labour_market.md from finished sweeps: `uv run python -m dicu_analysis.work runs PAGE`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from dicu.record.folder import write_bytes
from dicu_analysis.experiments.arms import FinishedSweep, Unfinished
from dicu_analysis.load import UnfinishedRun
from dicu_analysis.work.page import (
    AGES,
    PAY,
    WEALTH,
    ageing,
    cuts,
    jobs_and_cities,
    page,
    rural_pay,
    shocks,
    years,
)


def missing(name: str, command: str) -> str:
    """What stands on the page instead of a part that was not measured."""
    return f"### {name}\n\nNot measured: `{command}` makes it.\n\n"


def tables(runs: Path) -> str:
    """All parts of the page; one whose sweep was never begun says so.

    Raises
    ------
    Unfinished
        When a sweep has only a part of its runs.
    """

    def sweep(name: str) -> FinishedSweep | None:
        return FinishedSweep(runs / name) if (runs / name).is_dir() else None

    jobs = sweep("work_jobs")
    made = (
        jobs_and_cities(jobs, sweep("work_cities")) if jobs else missing("work_jobs", "dicu sweep work_jobs")
    )
    stands = runs / WEALTH
    wealth = pd.read_parquet(stands) if stands.is_file() else None
    parts: dict[str, Callable[[FinishedSweep], str]] = {
        "work_cuts": cuts,
        "work_shocks": lambda found: shocks(found, wealth),
        "work_years": years,
    }
    for name, part in parts.items():
        found = sweep(name)
        made += part(found) if found else missing(name, f"dicu sweep {name}")
    ages = runs / AGES
    made += ageing(ages) if ages.is_file() else missing("Ages", f"python -m dicu.lab.ageing {ages} ...")
    path = runs / PAY
    return made + (
        rural_pay(path) if path.is_file() else missing("Rural pay", f"python -m dicu.lab.rural_pay {path}")
    )


def main(
    runs: Annotated[Path, typer.Argument(help="Folder of the sweeps work_*.", exists=True, file_okay=False)],
    to: Annotated[Path, typer.Argument(metavar="PAGE", help="The page.", exists=True, dir_okay=False)],
) -> None:
    """Write the tables of finished sweeps between the marks of a page."""
    try:
        made = page(to.read_text(encoding="utf-8"), tables(runs))
    except (Unfinished, UnfinishedRun, FileNotFoundError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    write_bytes(to, made.encode())
    typer.echo(str(to))


if __name__ == "__main__":
    typer.run(main)
