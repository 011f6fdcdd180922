"""Births and deaths per 1,000 and residents by region of a run, year by year, beside what is published.

uv run python -m dicu_analysis.people RUN
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import numpy as np
import pandas as pd
import typer

from dicu.world import facts, population_facts
from dicu_analysis.load import Run

FIGURES: Final = {"births": "births_per_1000", "deaths": "deaths_per_1000"}
"""Columns of the table ``national`` and the figures that they are put beside."""
_HALF: Final = 0.5


def vital_rates(run: Run) -> pd.DataFrame:
    """Births and deaths per 1,000 residents of every whole year of a run, beside the published ones.

    Residents are the mean of those at the ends of the year's steps. Nothing is published of another country.

    Returns
    -------
    pandas.DataFrame
        Indexed by year: ``births`` and ``deaths`` of the run, ``births_published`` and ``deaths_published``, NaN
        where none is known.
    """
    # step 0 is the start, in which nobody is born and nobody dies
    steps = run.national.loc[1:]
    year = np.ceil(run.year_at_end(steps.index.to_numpy())).astype(np.int64) - 1
    whole = steps.groupby(year).filter(lambda of: len(of) == run.steps_per_year)
    by_year = whole.groupby(year[np.isin(steps.index, whole.index)])
    made = pd.DataFrame({name: 1000.0 * by_year[name].sum() / by_year["persons"].mean() for name in FIGURES})
    made.index.name = "year"
    told = population_facts.fertility_mortality()
    mine = (
        (told["province"] == "") & (told["residence"] == "total") & (told["first_year"] == told["last_year"])
    )
    for name, figure in FIGURES.items():
        known = told[mine & (told["figure"] == figure)].set_index("first_year")["value"]
        made[f"{name}_published"] = known.reindex(made.index) if run.is_real else np.nan
    return made


def residents_by_region(run: Run) -> pd.DataFrame:
    """Residents by region at mid-year of the years that the run recorded and the office published, in millions.

    Returns
    -------
    pandas.DataFrame
        Indexed by (year, region): ``run``, ``published``; without rows for another country.
    """
    columns = {"run": float, "published": float}
    if not run.is_real:
        return pd.DataFrame(columns=list(columns)).astype(columns)
    provinces = facts.provinces_legacy().set_index("code")["region"]
    home = run.unit_of_place("province").astype(str)
    region = pd.Series(np.asarray(home), index=run.world_places["place_key"]).map(provinces)
    people = run.places
    moment = run.year_at_end(people["step"].to_numpy())
    rows = []
    for year in facts.residents_years():
        mine = people[np.isclose(moment, year + _HALF)]
        if mine.empty:
            continue
        made = mine.groupby(mine["place_key"].map(region))["persons"].sum()
        published = facts.residents(year).set_index("code")["total"].groupby(provinces).sum()
        rows += [(year, r, made[r] / 1e6, published[r] / 1e6) for r in facts.REGIONS]
    return pd.DataFrame(rows, columns=["year", "region", *columns]).set_index(["year", "region"])


def main(folder: Annotated[Path, typer.Argument(help="Folder of a run.")]) -> None:
    """Print births and deaths per 1,000 and residents by region, million, beside what is published."""
    run = Run(folder)
    typer.echo(vital_rates(run).round(1).to_string())
    typer.echo(residents_by_region(run).round(2).to_string())


if __name__ == "__main__":
    typer.run(main)
