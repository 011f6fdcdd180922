"""The figures of a run, one a file; each is drawn from the run's folder alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from dicu_analysis.load import Run

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


def _figures() -> dict[str, Callable[[], Any]]:
    """What draws each figure, by name: those of the program, then those of plug-ins as ``plugin_<name>``."""
    from importlib import import_module

    from dicu.scenario.plugins import installed

    def own(name: str) -> Any:
        return import_module(f"dicu_analysis.figures.{name}").draw

    made: dict[str, Callable[[], Any]] = {name: partial(own, name) for name in FIGURES}
    return made | {f"plugin_{name}": found.load for name, found in installed("figures").items()}


def draw_all(run_folder: Path | str, language: str = "en") -> Drawn:
    """Draw every figure of a finished run into its folder ``figures`` (``figures/vi``), as SVG and PNG.

    Where at least two runs lie beside it that differ from it in the seed alone, line figures show means over them with
    bands, and say so. Figures of what a run does not have (five-year migration in a run of two years) are left out. One
    that fails is told and takes none of the others with it.

    Parameters
    ----------
    run_folder : Path or str
    language : {"en", "vi"}
        In which texts and numbers are written.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun
        When the run did not finish.
    """
    from dicu_analysis.load import Run
    from dicu_analysis.replicates import beside

    run = Run(run_folder)
    run.replicates = tuple(beside(run))
    return draw_run(run, run.folder / "figures", language)


def draw_run(run: Run, folder: Path, language: str = "en") -> Drawn:
    """Draw every figure of a run, over its replicates where it has some, into a folder; see `draw_all`.

    Those in another language than English go into a folder of its name below.
    """
    from dicu_analysis.figures import style
    from dicu_analysis.language import Words

    run.words = Words(language)
    folder = folder if language == "en" else folder / language

    folder.mkdir(exist_ok=True, parents=True)
    made = Drawn([], [])
    for name, draw in _figures().items():
        with style.styled():
            try:
                made.files.extend(style.save(style.finish(draw()(run), run.words), folder, name))
            except style.NothingToDraw:
                continue
            except Exception as error:  # whatever it is, the run and the other figures stand
                why = str(error).strip() or type(error).__name__
                made.failed.append(f"figure {name}: could not be drawn ({type(error).__name__}: {why})")
    return made
