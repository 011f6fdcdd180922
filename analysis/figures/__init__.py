"""The figures of a run, one a file; each is drawn from the run's folder alone."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FIGURES: Final = (
    "urban_rural", "net_migration_map", "region_flows", "access_by_terrain", "mover_ages", "five_year", "households",
    "budgets", "services_by_province", "cities",
)  # fmt: skip
"""Modules that draw a run each, in the order in which they are drawn."""


def draw_all(run_folder: Path | str) -> list[Path]:
    """Draw every figure of a finished run into its folder ``figures``, as SVG and PNG.

    Figures of what a run does not have (five-year migration in a run of two years) are left out.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    analysis.load.UnfinishedRun
        When the run did not finish.
    """
    from importlib import import_module

    from analysis.figures import style
    from analysis.load import Run

    run = Run(run_folder)
    folder = run.folder / "figures"
    folder.mkdir(exist_ok=True)
    made = []
    for name in FIGURES:
        figure = import_module(f"analysis.figures.{name}")
        with style.styled():
            try:
                drawn = figure.draw(run)
            except style.NothingToDraw:
                continue
            made += style.save(drawn, folder, name)
    return made
