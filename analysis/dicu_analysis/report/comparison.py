"""What a report says of a sweep: outcomes of each run, paired differences between scenarios, what they depend on.

Runs of the same replicate share their luck across scenarios and points, so they are subtracted within a replicate, and
the replicate is the unit of error.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, NamedTuple

import numpy as np
import pandas as pd

from dicu.scenario.calendar import parse_period
from dicu.scenario.vocabulary import MEMBER
from dicu_analysis.effects import Effect, estimate
from dicu_analysis.language import Text
from dicu_analysis.report.measures import ADMINISTRATION
from dicu_analysis.sweep import Sweep

LAST_YEARS: Final = 5
"""Moves are averaged over so many last years."""
FEW_POINTS: Final = 8
"""Points from which a rank correlation is told; with fewer, ends are compared."""


Better = Literal["more", "less"] | None
"""Which direction of an outcome is good; None where that is a matter of opinion."""


class Outcome(NamedTuple):
    """An outcome of a run on the page: its name, its unit, decimals, and which direction is good."""

    name: Text
    unit: Text
    digits: int
    better: Better = None


INDEX: Final = Text("index", "điểm chỉ số")
POINTS: Final = Text("percentage points", "điểm phần trăm")
NAMES: Final[dict[str, Outcome]] = {
    **{
        f"{s}.{t}": Outcome(Text(f"access to {en}, {ten}", f"tiếp cận {vi}, {tvi}"), INDEX, 3, "more")
        for s, en, vi in (
            ("commune_administration", "the commune office", "trụ sở xã"),
            ("district_administration", "former district business", "thủ tục trước đây do cấp huyện giải quyết"),
        )
        for t, ten, tvi in (
            ("plain", "plains", "đồng bằng"), ("mountain", "mountains", "miền núi"), ("island", "islands", "hải đảo"),
        )
    },
    "rural_to_urban": Outcome(
        Text("rural residents who move to towns", "dân nông thôn chuyển ra thành thị"), Text("per 1,000 a year", "trên 1.000 mỗi năm"), 2,
    ),
    "urban_to_rural": Outcome(
        Text("townspeople who move to rural areas", "dân thành thị chuyển về nông thôn"), Text("per 1,000 a year", "trên 1.000 mỗi năm"), 2,
    ),
    "urban_share": Outcome(Text("urban share", "tỷ lệ dân số thành thị"), POINTS, 2),
    "posts": Outcome(Text("posts", "biên chế"), Text("thousand", "nghìn"), 1),
    "wages": Outcome(Text("wages of local governments", "tiền lương chính quyền địa phương"), Text("trillion dong a year", "nghìn tỷ đồng mỗi năm"), 1),
}  # fmt: skip
"""Outcomes by name."""


@dataclass(frozen=True)
class Dependence:
    """How a difference or level depends on a varied key.

    ``rank`` is Spearman's correlation over ``points`` points (mean over replicates at each); with few points ``change``
    is the paired change from the lowest to the highest value instead.
    """

    path: str
    outcome: str
    low: float
    high: float
    points: int
    rank: float | None
    change: Effect | None
    key: str = ""


class Comparison:
    """The scenarios of a sweep beside each other, over the runs that have finished.

    Parameters
    ----------
    sweep : Sweep

    Raises
    ------
    dicu_analysis.load.UnfinishedRun
        When results are missing, damaged or empty.
    """

    def __init__(self, sweep: Sweep) -> None:
        sweep.table  # noqa: B018 - reads it, so that what cannot be compared is said here
        self.sweep = sweep

    @cached_property
    def years_of_moves(self) -> tuple[int, int]:
        """First and last year over which moves are averaged."""
        nation = self.sweep.level("nation")
        years = sorted(set(nation.loc[nation["step"] > 0, "year"]))[-LAST_YEARS:]
        return (int(years[0]), int(years[-1])) if years else (0, 0)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """(runs, outcomes) of each run at its last period; what the results do not hold is left out."""
        made: dict[str, pd.Series[float]] = {}
        nation, terrain = self.sweep.level("nation"), self.sweep.level("terrain")
        governs = (self.sweep.manifest.get("country") or {}).get("districts_govern", True)
        for s in ADMINISTRATION if governs else ADMINISTRATION[:1]:
            column = f"access_{s}"
            if column not in terrain or terrain.empty:
                continue
            last = terrain[terrain["step"] == terrain["step"].max()]
            for t, rows in last.groupby(last["unit"].astype(str)):
                if f"{s}.{t}" in NAMES and rows["persons"].max() > 0:
                    made[f"{s}.{t}"] = rows.set_index("run")[column]
        if not nation.empty:
            made |= self._of_nation(nation)
        kept = {k: made[k] for k in NAMES if k in made}
        return pd.DataFrame(kept).reindex(self.sweep.runs.index).dropna(axis=1, how="all")

    def _of_nation(self, nation: pd.DataFrame) -> dict[str, pd.Series[float]]:
        made: dict[str, pd.Series[float]] = {}
        last = nation[nation["step"] == nation["step"].max()].set_index("run")
        years = sorted(set(nation.loc[nation["step"] > 0, "year"]))[-LAST_YEARS:]
        late = nation[nation["year"].isin(years) & (nation["step"] > 0)]
        if {"urban_persons", "rural_persons"} <= set(nation.columns):
            made["urban_share"] = (
                100 * last["urban_persons"] / (last["urban_persons"] + last["rural_persons"])
            )
            for a, b in (("rural", "urban"), ("urban", "rural")):
                column = f"{a}_to_{b}_persons"
                if column in nation:
                    sums = late.groupby("run")[[column, f"{a}_persons"]].sum()
                    rows_a_year = late.groupby("run").size() / len(years)
                    made[f"{a}_to_{b}"] = 1000 * sums[column] / (sums[f"{a}_persons"] / rows_a_year)
        if "gov_posts" in last:
            made["posts"] = last["gov_posts"] / 1e3
        if "gov_wages_mvnd" in last:
            steps = 12 / parse_period(self.sweep.period)[1]
            made["wages"] = last["gov_wages_mvnd"] * steps / self.sweep.terms.per_sum
        return made

    def matched(self, scenario: str) -> pd.DataFrame:
        """Differences from the baseline, a row a (point of the free keys, replicate) that both have."""
        return self.differences(self.outcomes, scenario, str(self.sweep.baseline))

    def differences(self, outcomes: pd.DataFrame, scenario: str, other: str) -> pd.DataFrame:
        """Outcomes (runs, outcomes) of a scenario less those of another, a row a (point, replicate) that both have."""
        keys = [*self.sweep.free, "replicate"]
        frame = self.sweep.runs[["scenario", *keys]].join(outcomes)
        arms = [
            frame[frame["scenario"] == s].drop(columns="scenario").groupby(keys, dropna=False).mean()
            for s in (scenario, other)
        ]
        shared = arms[0].index.intersection(arms[1].index)
        return arms[0].loc[shared] - arms[1].loc[shared]

    @cached_property
    def effects(self) -> dict[str, dict[str, Effect]]:
        """Paired difference of each outcome from the baseline, by scenario; the mean over points within a replicate."""
        if self.sweep.baseline is None:
            return {}
        made = {}
        for scenario in self.sweep.scenarios:
            if scenario == self.sweep.baseline:
                continue
            by_replicate = balanced(self.matched(scenario), self.sweep.free).groupby("replicate").mean()
            if len(by_replicate):
                made[scenario] = {
                    c: estimate(by_replicate[c].tolist(), f"effect:{scenario}.{c}")
                    for c in by_replicate.columns
                }
        return made

    @cached_property
    def levels(self) -> dict[str, dict[str, Effect]]:
        """Level of each outcome by scenario; the mean over points within a replicate."""
        keys = [*self.sweep.free, "replicate"]
        frame = self.sweep.runs[["scenario", *keys]].join(self.outcomes)
        made = {}
        for scenario in self.sweep.scenarios:
            own = frame[frame["scenario"] == scenario].drop(columns="scenario").set_index(keys)
            mine = balanced(own, self.sweep.free).groupby("replicate").mean()
            if len(mine):
                made[scenario] = {
                    c: estimate(mine[c].tolist(), f"level:{scenario}.{c}") for c in mine.columns
                }
        return made

    def dependences(self, scenario: str | None = None) -> list[Dependence]:
        """How the difference of a scenario (or the level, without a baseline) depends on each free numeric key.

        Of keys that were varied together only the first is told, for all of them, and none where they were not varied
        one to one: their effects cannot be told apart. Numbers of parameter sets are names, so nothing rises with them.
        """
        keys = [*self.sweep.free, "replicate"]
        if self.sweep.baseline is not None and scenario is not None:
            frame = self.matched(scenario)
        else:
            frame = self.sweep.runs[keys].join(self.outcomes).groupby(keys, dropna=False).mean()
        frame = balanced(frame, self.sweep.free)
        flat = frame.reset_index()
        made = []
        for group in self.sweep.tied:
            path = group[0]
            if MEMBER in group or not self.sweep.aligned(group):
                continue
            if not pd.api.types.is_numeric_dtype(flat[path]) or flat[path].nunique() < 2:
                continue
            for outcome in frame.columns:
                made.append(
                    _dependence(
                        flat, path, outcome, self.sweep.free, f"dependence:{scenario or ''}.{path}.{outcome}"
                    )
                )
        return made


def balanced(frame: pd.DataFrame, free: list[str]) -> pd.DataFrame:
    """The part of a sweep that can be averaged: every replicate over the same points.

    Replicates that have all points; where fewer than two have, the points that all replicates have.
    """
    if not free or frame.empty:
        return frame
    flat = frame.reset_index()
    point = flat[free].apply(tuple, axis=1)
    there = pd.crosstab(flat["replicate"], pd.factorize(point)[0]) > 0
    whole = there.index[there.all(axis=1)]
    if len(whole) >= min(2, len(there)):
        return frame[flat["replicate"].isin(whole).to_numpy()]
    common = there.columns[there.all(axis=0)]
    return frame[np.isin(pd.factorize(point)[0], common)]


def _dependence(flat: pd.DataFrame, path: str, outcome: str, free: list[str], key: str) -> Dependence:
    values = flat[path].to_numpy(dtype=np.float64)
    low, high = float(values.min()), float(values.max())
    points = flat.groupby(free, dropna=False)[outcome].mean().reset_index()
    if points[path].nunique() >= FEW_POINTS:
        known = points.dropna(subset=[outcome])
        if known[outcome].nunique() < 2:
            rank = 0.0
        else:
            rank = float(known[path].rank().corr(known[outcome].rank()))
        return Dependence(path, outcome, low, high, len(known), rank, None, key)
    ends = [flat[flat[path] == v].groupby("replicate")[outcome].mean() for v in (low, high)]
    shared = ends[0].index.intersection(ends[1].index)
    change = (ends[1].loc[shared] - ends[0].loc[shared]).to_numpy(dtype=np.float64)
    return Dependence(
        path, outcome, low, high, len(points), None, estimate(change.tolist(), key) if len(change) else None
    )
