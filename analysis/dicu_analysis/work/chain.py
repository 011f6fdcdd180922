"""From extra formal jobs to extra residents: the chain, one link at a time, from the tables of a pair of runs.

Two runs share their luck and differ in how formal jobs grow somewhere. Jobs never chase workers, so districts whose
jobs differ are those that were treated; their labour market is every district of the commuting areas they lie in.
Everything is what the treated run has more than the other, until the last step, over the formal jobs it has more:

    residents = arrivals for work + arrivals of families, of returners, and of others - departures + the rest
    arrivals for work = offers made x share taken x share of takers from outside of the market x persons per taker

The rest are births, deaths and partners who meet without a move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

WORK: Final = "work"
GROUPS: Final = {"family": ("family",), "returns": ("home",)}
"""Reasons of moves that are told apart beside work; all others are ordinary choices."""
DISTRICTS: Final = (
    "step", "district", "commuting_area", "formal_jobs", "formal_workers", "offers_made", "offers_taken",
)  # fmt: skip
MOVES: Final = ("origin_place", "destination_place", "reason", "households", "persons")


class NothingDiffers(ValueError):
    """Two runs whose formal jobs are the same everywhere."""


@dataclass(frozen=True)
class Tables:
    """What a run left.

    Attributes
    ----------
    districts : DataFrame
        Table ``districts`` of every step, columns `DISTRICTS`.
    moves : DataFrame
        ``origin, destination`` (codes of districts), ``reason, households, persons``: see `by_district`.
    persons : Series
        Residents at the end by code of district.
    """

    districts: pd.DataFrame
    moves: pd.DataFrame
    persons: pd.Series


def by_district(moves: pd.DataFrame, district: pd.Series) -> pd.DataFrame:
    """Table ``moves`` with the district of both ends; ``district`` gives its code by place key."""
    made = {end: district[moves[f"{end}_place"]].to_numpy() for end in ("origin", "destination")}
    kept = {name: moves[name].to_numpy() for name in ("households", "persons")}
    return pd.DataFrame({**made, **kept, "reason": moves["reason"].astype(str).to_numpy()})


def last(districts: pd.DataFrame) -> pd.DataFrame:
    """Rows of the last step, by code of district."""
    rows: pd.DataFrame = districts[districts["step"] == districts["step"].max()]
    return rows.assign(district=rows["district"].astype(str)).set_index("district")


def _treated_districts(treated: pd.DataFrame, base: pd.DataFrame) -> list[str]:
    """Codes of the districts whose formal jobs differ at the end."""
    a, b = last(treated)["formal_jobs"], last(base)["formal_jobs"]
    return [str(code) for code in a.index[(a != b.reindex(a.index)).to_numpy()]]


def _market_of(districts: pd.DataFrame, codes: list[str]) -> list[str]:
    """Codes of all districts of the commuting areas in which some lie."""
    area = last(districts)["commuting_area"].astype(str)
    return [str(code) for code in area.index[area.isin(area.loc[codes]).to_numpy()]]


def _stocks_and_flows(run: Tables, codes: list[str]) -> dict[str, float]:
    """Jobs and workers at the end, offers until then, arrivals and departures of a set of districts, by name."""
    end = last(run.districts).loc[codes]
    here = run.districts["district"].astype(str).isin(codes)
    made = {name: float(end[name].sum()) for name in ("formal_jobs", "formal_workers")}
    made |= {name: float(run.districts.loc[here, name].sum()) for name in ("offers_made", "offers_taken")}
    made["residents"] = float(run.persons.reindex(codes).sum())
    moves = run.moves
    to, off = moves["destination"].isin(codes), moves["origin"].isin(codes)
    came, left = moves[to & ~off], moves[off & ~to]
    for_work = came["reason"] == WORK
    made["takers"] = float(came.loc[for_work, "households"].sum())
    made["in_work"] = float(came.loc[for_work, "persons"].sum())
    named = np.asarray(for_work)
    for name, reasons in GROUPS.items():
        mine = came["reason"].isin(reasons).to_numpy()
        made[f"in_{name}"] = float(came.loc[mine, "persons"].sum())
        named = named | mine
    made["in_other"] = float(came.loc[~named, "persons"].sum())
    made["out"] = float(left["persons"].sum())
    made["out_work"] = float(left.loc[left["reason"] == WORK, "persons"].sum())
    return made


def over(part: float, whole: float) -> float:
    """A ratio; nan of nothing."""
    return part / whole if whole != 0 else float("nan")


def links(treated: Tables, base: Tables) -> dict[str, float]:
    """The links of the chain of one pair of runs.

    Returns
    -------
    dict
        ``residents_there`` per extra job in the treated districts; all else in their labour market: ``residents``,
        ``filled`` (formal workers), ``offers``, ``arrived_work``, ``arrived_family``, ``arrived_returns``,
        ``arrived_other``, ``departed``, ``departed_work`` and ``rest`` per extra job; ``taken``, the extra offers that
        were taken over those made; ``outside``, the extra takers from outside of the market over all; and
        ``persons_per_taker`` of these; of the base run ``base_taken``.

    Raises
    ------
    NothingDiffers
        When both runs have the same formal jobs.
    """
    where = _treated_districts(treated.districts, base.districts)
    if not where:
        raise NothingDiffers("both runs have the same formal jobs in every district")
    market = _market_of(base.districts, where)
    a, b = (_stocks_and_flows(run, market) for run in (treated, base))
    more = {name: a[name] - b[name] for name in a}
    jobs = more["formal_jobs"]
    there = float(treated.persons.reindex(where).sum() - base.persons.reindex(where).sum())
    arrived = more["in_work"] + more["in_family"] + more["in_returns"] + more["in_other"]
    return {
        "extra_jobs": jobs,
        "residents_there": over(there, jobs),
        "residents": over(more["residents"], jobs),
        "filled": over(more["formal_workers"], jobs),
        "offers": over(more["offers_made"], jobs),
        "taken": over(more["offers_taken"], more["offers_made"]),
        "outside": over(more["takers"], more["offers_taken"]),
        "base_taken": over(b["offers_taken"], b["offers_made"]),
        "persons_per_taker": over(more["in_work"], more["takers"]),
        "arrived_work": over(more["in_work"], jobs),
        "arrived_family": over(more["in_family"], jobs),
        "arrived_returns": over(more["in_returns"], jobs),
        "arrived_other": over(more["in_other"], jobs),
        "departed": over(more["out"], jobs),
        "departed_work": over(more["out_work"], jobs),
        "rest": over(more["residents"] - arrived + more["out"], jobs),
    }


__all__ = ["DISTRICTS", "MOVES", "NothingDiffers", "Tables", "by_district", "links"]
