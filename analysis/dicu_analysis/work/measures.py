"""What finished sweeps of the labour market say: each number a mean over replicates with its interval.

The last word of a scenario is its arm, and the arm ``base`` of the same words before and of equal other values is what
the others are compared with, replicate by replicate.
"""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.scenario.scenario import Scenario
from dicu_analysis.effects import Effect, estimate
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.place_units import place_district
from dicu_analysis.scalars import as_int
from dicu_analysis.work.chain import DISTRICTS, MOVES, Tables, by_district, links

BASE: Final = "base"
PROGRAMME: Final = "programme."
AREAS: Final = "programme.urban_job_growth_areas"
YEAR: Final = 4
"""Quarters."""
RANKS: Final = 64
"""Ranks of lasting luck in income (0-255) to a quarter of the households."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Response:
    """The chain of one arm under one variant: a mean over replicates of each link.

    Attributes
    ----------
    variant : str
        Words of the scenario before the arm; empty for the default.
    values : tuple of (str, object)
        Other keys that vary, in the order of the plan.
    arm : str
    where : str
        Areas whose jobs grow, or the arm where the sweep does not vary them.
    links : dict of str to Effect
    """

    variant: str
    values: tuple[tuple[str, Any], ...]
    arm: str
    where: str
    links: dict[str, Effect]


def means(runs: Sequence[dict[str, float]]) -> dict[str, Effect]:
    """Mean of each number over the replicates."""
    return {name: estimate([run[name] for run in runs]) for name in runs[0]}


class Jobs:
    """A sweep whose arms differ in how formal jobs grow: see ``configs/sweeps/work_jobs.yaml``.

    Parameters
    ----------
    sweep : FinishedSweep
        That kept ``moves`` and ``districts`` of every step, and has persons by district.
    district : Series, optional
        Code of the district by place key; by default the world of the runs is opened for it.
    """

    def __init__(self, sweep: FinishedSweep, district: pd.Series | None = None) -> None:
        self.sweep = sweep
        self._district = place_district(opened(sweep)) if district is None else district
        rows = sweep.rows("district", ["persons"])
        ends = rows[rows["step"] == rows["step"].max()]
        self._persons = {
            key: part.set_index("unit")["persons"] for key, part in ends.groupby(["point", "replicate"])
        }

    def tables(self, point: int, replicate: int) -> Tables:
        """What a run left, moves by district."""
        kept = self.sweep.kept
        return Tables(
            kept(point, replicate, "districts", list(DISTRICTS)),
            by_district(kept(point, replicate, "moves", list(MOVES)), self._district),
            self._persons[point, replicate],
        )

    def responses(self) -> Iterator[Response]:
        """Every arm but the bases, in the order of the plan."""
        arms = self.sweep.arms
        free = [key for key in self.sweep.free if not key.startswith(PROGRAMME)]
        each = {as_int(p): arm_of(str(row["scenario"])) for p, row in arms.iterrows()}
        values = {as_int(p): tuple((key, row[key]) for key in free) for p, row in arms.iterrows()}
        base = {(each[p][0], values[p]): p for p in each if each[p][1] == BASE}
        untreated: dict[int, list[Tables]] = {}
        for point, (variant, arm) in each.items():
            if arm == BASE:
                continue
            beside = base[variant, values[point]]
            if beside not in untreated:
                untreated = {beside: [self.tables(beside, r) for r in range(self.sweep.replicates)]}
            runs = [links(self.tables(point, r), untreated[beside][r]) for r in range(self.sweep.replicates)]
            where = areas_of(arms, point) or arm
            yield Response(variant, values[point], arm, where, means(runs))


def opened(sweep: FinishedSweep) -> Scenario:
    """What all runs of a sweep have in common, as a scenario."""
    return Scenario.model_validate(sweep.config)


def areas_of(arms: pd.DataFrame, point: int) -> str:
    """Areas whose jobs grow in an arm, whose plan holds them as text: "('Bình Dương',)"; empty where none vary."""
    return ", ".join(literal_eval(str(arms.loc[point, AREAS]))) if AREAS in arms else ""


def arm_of(scenario: str) -> tuple[str, str]:
    """Words before the last, and the last."""
    before, _, arm = scenario.rpartition(" ")
    return before, arm


# ------------------------------------------------------------------ moves over time, by nation


def yearly(sweep: FinishedSweep, scenario: str, columns: list[str], flow: bool) -> dict[str, Floats]:
    """(R, years) of each column of the nation: sums of flows over whole years, or stocks at their ends (and start)."""
    point = sweep.arm(scenario)
    rows = sweep.rows("nation", columns)
    rows = rows[rows["point"] == point].sort_values(["replicate", "step"])
    made = {}
    for name in columns:
        each = np.array([part[name].to_numpy(dtype=np.float64) for _, part in rows.groupby("replicate")])
        years = (each.shape[1] - 1) // YEAR
        if flow:
            made[name] = each[:, 1 : 1 + years * YEAR].reshape(len(each), years, YEAR).sum(axis=2)
        else:
            made[name] = each[:, ::YEAR][:, : years + 1]
    return made


def effects(values: Floats) -> list[Effect]:
    """One effect a column of (R, K)."""
    return [estimate(column.tolist()) for column in values.T]


def elasticity(treated: Floats, base: Floats, ratio: float) -> Floats:
    """ln(treated / base) / ln(ratio), element by element: by what power of the ratio moves answered."""
    return np.asarray(np.log(treated / base) / np.log(ratio))


def drift(rates: Floats, years: int = 2) -> Floats:
    """(R,) mean rate of the last ``years`` over that of the first as many, less 1; ``rates`` (R, Y)."""
    return np.asarray(rates[:, -years:].mean(axis=1) / rates[:, :years].mean(axis=1) - 1.0)


def by_income_quarter(moves: pd.DataFrame, first: int) -> Floats:
    """Persons who moved from rural to urban places from a step on, by quarter of lasting luck in income, (4,)."""
    some = moves[~moves["origin_urban"] & moves["destination_urban"] & (moves["step"] >= first)]
    quarter = some["income_quantile"].to_numpy() // RANKS
    return np.bincount(quarter, weights=some["persons"].to_numpy(), minlength=4)


def by_wealth_quarter(moves: pd.DataFrame, first: int, quarter: pd.Series) -> Floats:
    """The same by quarter of wealth before the runs, (4,); households founded since then are left out.

    Parameters
    ----------
    quarter : Series
        1 to 4 by uid, of `dicu.lab.first_wealth`.
    """
    some = moves[~moves["origin_urban"] & moves["destination_urban"] & (moves["step"] >= first)]
    at = quarter.reindex(some["uid"].to_numpy()).to_numpy(dtype=np.float64)
    known = ~np.isnan(at)
    persons = some["persons"].to_numpy(dtype=np.float64)[known]
    return np.bincount(at[known].astype(np.int64) - 1, weights=persons, minlength=4)


# ------------------------------------------------------------------ accounts


@dataclass(frozen=True)
class Accounts:
    """Largest differences found in a run's tables; all 0 where nothing is lost.

    Attributes
    ----------
    taken_beyond_made : int
        Most offers of a district and step that were taken but not made.
    taken_not_moved : int
        Most offers of a step that were taken without a move for work, or moves without an offer.
    formal_not_counted : int
        Most formal workers of a step that the districts and the nation do not agree on.
    made, taken, lapsed : int
        Offers of the whole run.
    """

    taken_beyond_made: int
    taken_not_moved: int
    formal_not_counted: int
    made: int
    taken: int
    lapsed: int


def accounts(districts: pd.DataFrame, nation: pd.DataFrame) -> Accounts:
    """Offers and formal workers by district beside those of the nation.

    Parameters
    ----------
    districts : DataFrame
        Table ``districts`` of every step.
    nation : DataFrame
        ``step, reason_work, formal_workers`` of the same run.
    """
    steps = districts[districts["step"] > 0].groupby("step")[["offers_made", "offers_taken"]].sum()
    formal = districts.groupby("step")["formal_workers"].sum()
    nation = nation.set_index("step")
    moved = nation["reason_work"].reindex(steps.index).to_numpy(dtype=np.int64)
    counted = nation["formal_workers"].reindex(formal.index).to_numpy(dtype=np.int64)
    made, taken = int(steps["offers_made"].sum()), int(steps["offers_taken"].sum())
    return Accounts(
        taken_beyond_made=max(0, int((districts["offers_taken"] - districts["offers_made"]).max())),
        taken_not_moved=int(np.abs(steps["offers_taken"].to_numpy() - moved).max()),
        formal_not_counted=int(np.abs(formal.to_numpy() - counted).max()),
        made=made,
        taken=taken,
        lapsed=made - taken,
    )


__all__ = [
    "Accounts", "Jobs", "Response", "accounts", "by_income_quarter", "by_wealth_quarter", "drift", "effects",
    "elasticity", "means", "yearly",
]  # fmt: skip
