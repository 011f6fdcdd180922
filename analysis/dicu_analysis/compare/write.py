"""A comparison written out: what differs in configuration first, then tables, figures and maps with their data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from dicu.record.folder import write_bytes
from dicu_analysis.compare.arms import CannotCompare
from dicu_analysis.compare.charts import csv_bytes, plot
from dicu_analysis.compare.comparison import Comparison
from dicu_analysis.compare.maps import difference_map, map_run
from dicu_analysis.compare.outcomes import STANDARD, UnknownOutcome
from dicu_analysis.compare.sources import NATION


def write(
    comparison: Comparison,
    out: Path,
    *,
    outcomes: Sequence[str] = (),
    unit: str = NATION,
    language: str = "en",
    note: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Write a comparison into a folder.

    ``configuration.csv``: keys in which the arms differ. ``levels.csv`` and ``differences.csv``: means over replicates
    and paired differences from the first arm, with intervals. For each outcome the figures ``levels_*``,
    ``difference_*`` and, where an arm is a run with a folder, ``map_*``, each as PNG, SVG and CSV.

    Parameters
    ----------
    outcomes : sequence of str
        `STANDARD` by default; those that these units lack are then left out and told.
    unit : str
        Level or unit of tables and figures; maps are by province.
    note : callable
        Told what is left out.

    Returns
    -------
    list of Path
        Files written, in this order.

    Raises
    ------
    CannotCompare, dicu_analysis.compare.outcomes.UnknownOutcome, dicu_analysis.compare.sources.UnknownUnit
    """
    out.mkdir(parents=True, exist_ok=True)
    made = [write_bytes(out / "configuration.csv", csv_bytes(comparison.configurations, index=True))]
    names = list(outcomes) or [n for n in STANDARD if not (n == "net_rate" and unit == NATION)]
    tables: dict[str, list[pd.DataFrame]] = {"levels": [], "differences": []}
    figures: list[Path] = []
    for name in names:
        try:
            levels, differences = comparison.levels(name, unit), comparison.differences(name, unit)
        except UnknownOutcome as error:
            if outcomes:
                raise
            note(str(error))
            continue
        tables["levels"].append(levels.assign(outcome=name))
        tables["differences"].append(differences.assign(outcome=name))
        shown = plot(comparison.arms, name, unit=unit, language=language, base=comparison.base.label)
        figures += shown.save(out, f"levels_{name}")
        figures += comparison.plot(name, unit=unit, language=language).save(out, f"difference_{name}")
    for file, parts in tables.items():
        if parts:
            table = pd.concat(parts, ignore_index=True)
            columns = ["outcome", *(c for c in table.columns if c != "outcome")]
            made.append(write_bytes(out / f"{file}.csv", csv_bytes(table[columns])))
    made += figures
    if map_run(comparison.arms) is None:
        note("no maps: no arm is a run with a folder of its own")
        return made
    for name in outcomes or STANDARD:
        try:
            made += difference_map(comparison.arms, name, language).save(out)
        except (UnknownOutcome, CannotCompare) as error:
            note(f"no map of {name}: {error}")
    return made
