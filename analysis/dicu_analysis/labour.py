"""Work in a run: formal jobs, who has one, offers and pay by commuting area; informality by province; streams."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dicu.record.national import WAYS
from dicu.world import facts
from dicu.world.labour_facts import labour_figures
from dicu_analysis.load import Run
from dicu_analysis.scalars import as_float

COUNTS: Final = (
    "formal_jobs",
    "formal_workers",
    "informal_workers",
    "workers_other",
    "workers_farm",
    "offers_made",
    "offers_taken",
)
PAY: Final = ("pay_formal_mvnd_per_month", "pay_informal_mvnd_per_month")
STREAMS: Final = tuple(WAYS)
"""Ways between urban and rural places, as columns of the national table name them."""
PER: Final = 100.0
MIDYEAR: Final = 0.5


def districts(run: Run) -> pd.DataFrame:
    """Table ``districts`` with codes as text; empty where the run recorded none or is of before formal jobs."""
    if not run.has_rows("districts"):
        return pd.DataFrame(columns=["step", "district"])
    table = run.table("districts")
    if "formal_workers" not in table:
        return pd.DataFrame(columns=["step", "district"])
    return table.astype({"district": str, "commuting_area": str})


def summed(run: Run, by: pd.Series | None = None) -> pd.DataFrame:
    """Districts added up by step and group, or by step alone.

    Parameters
    ----------
    by : Series or None
        Group of each district, by code; None: the whole country.

    Returns
    -------
    DataFrame
        Indexed by (step, group) or step: `COUNTS`; `PAY`, of unskilled workers, mean by workers outside farming;
        ``informality``, percent of workers outside farming without a formal job, and ``informality_all``, percent of
        all workers; ``made`` and ``taken``, offers to people elsewhere in the step, as a rate per 100 formal jobs and
        year, nan at the start.
    """
    table = districts(run)
    for name in PAY:
        table[name] = table[name] * table["workers_other"]
    keys: list[pd.Series] = [table["step"]]
    if by is not None:
        keys.append(table["district"].map(by).rename(str(by.name)))
    # a sum over nothing but nulls, the start's flows, is null
    made = table.groupby(keys)[[*COUNTS, *PAY]].sum(min_count=1)
    other = made["workers_other"].where(made["workers_other"] > 0)
    everybody = made["workers_other"] + made["workers_farm"]
    jobs = made["formal_jobs"].where(made["formal_jobs"] > 0)
    for name in PAY:
        made[name] = made[name] / other
    made["informality"] = PER * made["informal_workers"] / other
    made["informality_all"] = PER * (1 - made["formal_workers"] / everybody.where(everybody > 0))
    for name in ("made", "taken"):
        made[name] = PER * run.steps_per_year * made[f"offers_{name}"].astype(np.float64) / jobs
    return made


def areas(run: Run) -> pd.Series:
    """Commuting area of each district: the code of the district in its centre."""
    table = districts(run).drop_duplicates("district")
    return pd.Series(table["commuting_area"].to_numpy(), index=table["district"], name="area")


def area_names(run: Run, codes: list[str]) -> dict[str, str]:
    """What commuting areas are called: the district in the centre, how many others belong to it, its province."""
    units = run.world_units[run.world_units["generation"] == "legacy"].astype(
        {"level": str, "code": str, "name": str, "parent": str}
    )
    name, parent = (
        dict(zip(units["level"] + units["code"], units[c], strict=True)) for c in ("name", "parent")
    )
    size = areas(run).value_counts()
    made = {}
    for code in codes:
        others = int(size[code]) - 1
        more = f" + {others}" if others else ""
        of = parent[f"district{code}"]
        made[code] = f"{name[f'district{code}']}{more}\n{name[f'province{of}']}"
    return made


def largest(run: Run, most: int) -> list[str]:
    """Codes of the commuting areas with most workers outside farming at the start, the largest first."""
    table = summed(run, areas(run))
    start = table.xs(table.index.get_level_values("step").min(), level="step")["workers_other"]
    ordered = start.reset_index().sort_values(["workers_other", "area"], ascending=[False, True])
    return [str(code) for code in ordered["area"].head(most)]


def provinces(run: Run) -> pd.Series:
    """Legacy province of each district, by code."""
    units = run.world_units.query("level == 'district' and generation == 'legacy'")
    return pd.Series(units["parent"].astype(str).to_numpy(), index=units["code"].astype(str), name="province")


def informality(run: Run) -> pd.DataFrame:
    """Percent of all workers without a formal job, by legacy province (index) at mid-year (columns).

    Between two recorded steps on the straight line; the years whose middle lies within the run. Column "" of the index
    is the whole country.
    """
    by = summed(run, provinces(run))["informality_all"].unstack("step")
    by.loc[""] = summed(run)["informality_all"]
    at = run.year_at_end(by.columns.to_numpy())
    inside = [year for year in range(int(at[0]), int(at[-1]) + 1) if at[0] <= year + MIDYEAR <= at[-1]]
    values = {
        year: [float(np.interp(year + MIDYEAR, at, row)) for row in by.to_numpy(np.float64)]
        for year in inside
    }
    return pd.DataFrame(values, index=by.index)


def official_informality() -> tuple[pd.DataFrame, str]:
    """The same as the labour force survey has it, all employed, and where it is published; years without provinces go.

    The nation stands under "".
    """
    table = labour_figures().query("figure == 'informal_share'")
    wide = table.pivot(index="province", columns="year", values="value")
    wide = PER * wide.loc[:, wide.drop(index="").notna().any()]
    used = table[table["year"].isin(wide.columns)]
    titles = facts.sources()["title"]
    cited = sorted({titles.get(s, s) for of in used["source"] for s in of.split(";")})
    return wide, "; ".join(cited)


def compared(run: Run) -> pd.DataFrame:
    """Informality beside the official one by year: nation, difference, and correlation and differences of provinces.

    Returns
    -------
    DataFrame
        Indexed by year: ``simulated``, ``official``, ``difference`` (points, the nation), ``r`` over provinces (nan
        where there are fewer than three), ``largest`` (points, absolute).
    """
    mine, theirs = informality(run), official_informality()[0]
    rows = {}
    for year in [year for year in mine if year in theirs]:
        both = pd.DataFrame({"a": mine[year], "b": theirs[year]}).drop(index="").dropna()
        simulated, published = as_float(mine.at["", year]), as_float(theirs.at["", year])
        rows[year] = {
            "simulated": simulated,
            "official": published,
            "difference": simulated - published,
            "r": float(both["a"].corr(both["b"])) if len(both) > 2 else float("nan"),
            "largest": float((both["a"] - both["b"]).abs().max()),
        }
    columns = ["simulated", "official", "difference", "r", "largest"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def streams(run: Run) -> pd.DataFrame:
    """Persons who moved each way by step (from 1); empty for a run of before all ways were counted."""
    columns = [f"persons_{way}" for way in STREAMS]
    if not set(columns) <= set(run.national.columns):
        return pd.DataFrame(columns=list(STREAMS))
    made = run.national.loc[1:, columns].astype(np.float64)
    return made.set_axis(list(STREAMS), axis=1)


def shares(persons: pd.DataFrame) -> pd.Series:
    """Percent of all persons who moved in some steps, by way; nan where nobody did."""
    total = persons.sum()
    return PER * total / total.sum() if total.sum() else total * np.nan
