"""The figures of a run, one a file; each is drawn from the run's folder alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

FIGURES: Final = (
    "urban_rural",
    "urban_growth",
    "net_migration_map",
    "region_flows",
    "access_by_terrain",
    "mover_ages",
    "five_year",
    "households",
    "budgets",
    "services_by_province",
    "cities",
    "work",
    "work_by_area",
    "informality",
    "streams",
)
"""Modules that draw a run each, in the order in which they are drawn."""


@dataclass(frozen=True)
class Drawn:
    """Files of figures that were written, and of those that could not be drawn, which and why."""

    files: list[Path]
    failed: list[str]


def draw_all(run_folder: Path | str) -> Drawn:
    """Draw every figure of a finished run into its folder ``figures``, as SVG and PNG.

    Figures of what a run does not have (five-year migration in a run of two years) are left out. One that fails is told
    and takes none of the others with it.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun
        When the run did not finish.
    """
    from importlib import import_module

    from dicu_analysis.figures import style
    from dicu_analysis.load import Run

    run = Run(run_folder)
    folder = run.folder / "figures"
    folder.mkdir(exist_ok=True)
    made = Drawn([], [])
    for name in FIGURES:
        figure = import_module(f"dicu_analysis.figures.{name}")
        with style.styled():
            try:
                made.files.extend(style.save(figure.draw(run), folder, name))
            except style.NothingToDraw:
                continue
            except Exception as error:  # whatever it is, the run and the other figures stand
                why = str(error).strip() or type(error).__name__
                made.failed.append(f"figure {name}: could not be drawn ({type(error).__name__}: {why})")
    return made
