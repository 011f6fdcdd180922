"""The standard figures of a sweep: main outcomes with a line per scenario, and every figure of each scenario's runs.

The former are drawn from the results of the sweep, in one or both languages. The latter need tables of single runs, so
that they are drawn of what the sweep kept; they are those of `dicu_analysis.figures`, over the replicates.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from dicu.scenario.vocabulary import MEMBER
from dicu_analysis.compare.arms import Arm, CannotCompare, arms_of_sweep
from dicu_analysis.compare.charts import plot
from dicu_analysis.compare.outcomes import UnknownOutcome
from dicu_analysis.compare.sources import SweepSource, UnknownUnit
from dicu_analysis.figures import Drawn, draw_run
from dicu_analysis.sweep import Sweep
from dicu_analysis.swept import SweptRun, plan_of

OUTCOMES: Final = ("residents", "urban_share", "move_rate", "formal_share", "access_commune_administration")
"""Outcomes of the whole country; net migration is none, for there it is 0."""
NEEDED: Final = ("national", "places", "flows", "world_places", "world_units")
"""Tables of single runs without which there are no figures of a scenario."""


def draw_sweep(folder: Path | str, languages: tuple[str, ...] = ("en",)) -> Drawn:
    """Draw the standard figures of a sweep into its folder ``figures``, with bands over replicates.

    Runs over members of an ensemble are one scenario: its line is their median, its band their middle 90 %.

    Parameters
    ----------
    folder : Path or str
        Of the sweep.
    languages : tuple of {"en", "vi"}
        Of the figures of outcomes, one file each (``urban_share.vi.png``). Figures of runs are drawn in one: in
        English unless Vietnamese is asked for alone.

    Returns
    -------
    Drawn
        With each picture of an outcome stand the numbers behind it as CSV. ``figures/<scenario>/`` (in Vietnamese:
        ``figures/<scenario>/vi/``) has the figures of runs, where the sweep kept the tables that they need.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun
        When no run of the sweep has finished.
    """
    sweep = Sweep(Path(folder))
    pool = [key for group in sweep.tied if MEMBER in group for key in group]
    arms = arms_of_sweep(sweep, pool=pool)
    made = Drawn([], [])
    _outcomes(sweep, arms, languages, made)
    for arm in arms:
        _runs(sweep, arm, "vi" if languages == ("vi",) else "en", made)
    return made


def _outcomes(sweep: Sweep, arms: list[Arm], languages: tuple[str, ...], made: Drawn) -> None:
    for name in OUTCOMES:
        for language in languages:
            try:
                chart = plot(arms, name, language=language, base=sweep.baseline)
            except (UnknownOutcome, UnknownUnit, CannotCompare):
                break  # these results do not have it, or not of the whole country
            made.files.extend(chart.save(sweep.folder / "figures", f"{name}.{language}"))


def _runs(sweep: Sweep, arm: Arm, language: str, made: Drawn) -> None:
    """Figures of the runs of one arm, where their tables were kept."""
    if not set(NEEDED) <= set(sweep.manifest["results"].get("keep", ())):
        return
    rows = {int(row["run"]): row for row in plan_of(sweep)}
    numbers = [s.number for s in arm.sources if isinstance(s, SweepSource)]
    runs = [SweptRun(sweep, rows[n], NEEDED, "a figure") for n in numbers]
    runs[0].replicates = tuple(runs[1:])
    drawn = draw_run(runs[0], sweep.folder / "figures" / _folder(arm.label), language)
    made.files.extend(drawn.files)
    made.failed.extend(f"{arm.label}: {text}" for text in drawn.failed)


def _folder(label: str) -> str:
    return re.sub(r"[^\w.=-]+", "_", label)


__all__ = ["NEEDED", "OUTCOMES", "draw_sweep"]
