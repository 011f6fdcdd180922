"""A sweep as the report reads it: outcomes of each run, paired differences between scenarios, what they depend on.

Read from `results.parquet` alone. Runs of the same replicate share their luck across scenarios and points, so they are
subtracted within a replicate, and the replicate is the unit of error.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dicu.record.reading import Files, read_sweep_manifest
from dicu.scenario.calendar import parse_period
from dicu_analysis.load import REAL, UnfinishedRun
from dicu_analysis.reform_names import NO_REFORM, ReformName
from dicu_analysis.report.compare import Estimate, estimate
from dicu_analysis.report.measures import ADMINISTRATION, TRILLION

LAST_YEARS: Final = 5
"""Moves are averaged over so many last years."""
HEAD: Final = ("run", "run_id", "scenario", "point", "replicate", "seed")
FEW_POINTS: Final = 8
"""Points from which a rank correlation is told; with fewer, ends are compared."""

Outcome = tuple[str, str, str, str, int]
NAMES: Final[dict[str, Outcome]] = {
    **{
        f"{s}.{t}": (f"access to {en}, {ten}", f"tiếp cận {vi}, {tvi}", "index", "điểm chỉ số", 3)
        for s, en, vi in (
            ("commune_administration", "the commune office", "trụ sở xã"),
            ("district_administration", "former district business", "thủ tục trước đây do cấp huyện giải quyết"),
        )
        for t, ten, tvi in (
            ("plain", "plains", "đồng bằng"), ("mountain", "mountains", "miền núi"), ("island", "islands", "hải đảo"),
        )
    },
    "rural_to_urban": (
        "rural residents who move to towns", "dân nông thôn chuyển ra thành thị", "per 1,000 a year", "trên 1.000 mỗi năm", 2,
    ),
    "urban_to_rural": (
        "townspeople who move to rural areas", "dân thành thị chuyển về nông thôn", "per 1,000 a year", "trên 1.000 mỗi năm", 2,
    ),
    "urban_share": ("urban share", "tỷ lệ dân số thành thị", "percentage points", "điểm phần trăm", 2),
    "posts": ("posts", "biên chế", "thousand", "nghìn", 1),
    "wages": ("wages of local governments", "tiền lương chính quyền địa phương", "trillion dong a year", "nghìn tỷ đồng mỗi năm", 1),
}  # fmt: skip
"""Outcomes by name: in words and unit, in both languages; decimals."""


def is_sweep(folder: Path) -> bool:
    """Whether a folder is that of a sweep that wrote its results."""
    path = folder / "manifest.json"
    if not path.is_file():
        return False
    try:
        told = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and "plan_sha256" in told


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
    change: Estimate | None
    key: str = ""


class Sweep:
    """A sweep with at least one finished run.

    Parameters
    ----------
    folder : Path
        ``runs/<sweep>``.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun
        When results are missing, damaged or empty.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: dict[str, Any] = read_sweep_manifest(folder)
        path = Files(folder, self.manifest["outputs"]).path("results.parquet")
        try:
            table: pd.DataFrame = pq.read_table(path).to_pandas()
        except (OSError, pa.ArrowException) as error:
            raise UnfinishedRun(f"{path}: cannot be read ({error}); run the sweep again") from error
        if table.empty:
            raise UnfinishedRun(f"{path}: no run of this sweep has finished")
        self.table = table
        self.name = str(self.manifest["name"])

    @cached_property
    def plan(self) -> pd.DataFrame:
        """One row a run: scenario, replicate and the varied keys."""
        columns = [*HEAD, *self.varied]
        made = self.table[columns].drop_duplicates("run").set_index("run")
        return made.assign(scenario=made["scenario"].astype(str))

    @property
    def varied(self) -> list[str]:
        """Keys that differ between runs."""
        return [str(p) for p in self.manifest["varied"]]

    @cached_property
    def scenarios(self) -> list[str]:
        """Labels in the order of the plan."""
        return list(dict.fromkeys(self.plan["scenario"]))

    @property
    def config(self) -> dict[str, Any]:
        """What every run has: the configuration without the keys that differ; empty where the manifest lacks it."""
        config: dict[str, Any] = self.manifest.get("config", {})
        return config

    @property
    def worlds(self) -> list[str]:
        """Names of the worlds of the runs; empty where the results do not say."""
        return sorted(set(self._level("nation")["name"].astype(str)))

    def reform_of(self, scenario: str) -> ReformName | None:
        """What the reform of a scenario is called, by its configuration; None where its runs differ in policy.

        Settings are those that all runs have, and those that the scenario sets for all of its own.
        """
        rows = self.plan[self.plan["scenario"] == scenario]
        settings = dict(self.config.get("reform", {}))
        for path in self.varied:
            if path.startswith("reform.") and rows[path].nunique(dropna=False) == 1:
                value = rows[path].iloc[0]
                settings[path.removeprefix("reform.")] = None if pd.isna(value) else value
        if "policy" not in settings:
            return None
        world = self.config.get("world", {}) or {"name": next(iter(self.worlds), REAL)}
        dates = () if settings["policy"] == "table" else None  # its dates stand in the table alone
        return ReformName.of({"reform": settings, "world": world}, dates)

    @cached_property
    def baseline(self) -> str | None:
        """The scenario that others are compared with: one without reform, else the first; None if there is one only."""
        if len(self.scenarios) < 2:
            return None
        named = {s: self.reform_of(s) for s in self.scenarios}
        without = [s for s, name in named.items() if name is not None and name.policy == NO_REFORM]
        return (without or self.scenarios)[0]

    @cached_property
    def tied(self) -> list[tuple[str, ...]]:
        """Free keys in groups: those that were not varied freely of each other stand together.

        Keys below ``sweep.zip`` were given value by value; and keys whose values always change together say the same,
        however they were given.
        """
        declared = _zipped(self.folder / "sweep.yaml")
        groups: list[list[str]] = []
        for path in self.free:
            values = self.plan[path].astype(str)
            for group in groups:
                other = self.plan[group[0]].astype(str)
                pairs = pd.DataFrame({"a": values, "b": other}).drop_duplicates()
                together = len(pairs) == values.nunique() == other.nunique()
                if together or (path in declared and group[0] in declared):
                    group.append(path)
                    break
            else:
                groups.append([path])
        return [tuple(g) for g in groups]

    def aligned(self, group: tuple[str, ...]) -> bool:
        """Whether the keys of a group change together one to one, so that any of them stands for all."""
        sizes = {self.plan[p].astype(str).nunique() for p in group}
        return len(sizes) == 1 and len(self.plan[list(group)].astype(str).drop_duplicates()) == sizes.pop()

    @cached_property
    def years_of_moves(self) -> tuple[int, int]:
        """First and last year over which moves are averaged."""
        nation = self._level("nation")
        years = sorted(set(nation.loc[nation["step"] > 0, "year"]))[-LAST_YEARS:]
        return (int(years[0]), int(years[-1])) if years else (0, 0)

    @cached_property
    def free(self) -> list[str]:
        """Varied keys that are not merely set by the scenario."""

        def bound(path: str) -> bool:
            values = self.plan.groupby("scenario")[path]
            return len(self.scenarios) > 1 and bool((values.nunique(dropna=False) == 1).all())

        return [p for p in self.varied if not bound(p)]

    @cached_property
    def period(self) -> str:
        """Label of the last period."""
        return str(self.table["period"].iloc[int(self.table["step"].to_numpy().argmax())])

    def _level(self, level: str) -> pd.DataFrame:
        return self.table[self.table["level"].astype(str) == level]

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """(runs, outcomes) of each run at its last period; what the results do not hold is left out."""
        made: dict[str, pd.Series[float]] = {}
        nation, terrain = self._level("nation"), self._level("terrain")
        for s in ADMINISTRATION:
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
        return pd.DataFrame(kept).reindex(self.plan.index).dropna(axis=1, how="all")

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
            steps = 12 / parse_period(self.period)[1]
            made["wages"] = last["gov_wages_mvnd"] * steps / TRILLION
        return made

    def _matched(self, scenario: str) -> pd.DataFrame:
        """Differences from the baseline, a row a (point of the free keys, replicate) that both have."""
        keys = [*self.free, "replicate"]
        frame = self.plan[["scenario", *keys]].join(self.outcomes)
        arms = [
            frame[frame["scenario"] == s].drop(columns="scenario").groupby(keys, dropna=False).mean()
            for s in (scenario, str(self.baseline))
        ]
        shared = arms[0].index.intersection(arms[1].index)
        return arms[0].loc[shared] - arms[1].loc[shared]

    @cached_property
    def effects(self) -> dict[str, dict[str, Estimate]]:
        """Paired difference of each outcome from the baseline, by scenario; the mean over points within a replicate."""
        if self.baseline is None:
            return {}
        made = {}
        for scenario in self.scenarios:
            if scenario == self.baseline:
                continue
            by_replicate = balanced(self._matched(scenario), self.free).groupby("replicate").mean()
            if len(by_replicate):
                made[scenario] = {
                    c: estimate(by_replicate[c].tolist(), f"effect:{scenario}.{c}")
                    for c in by_replicate.columns
                }
        return made

    @cached_property
    def levels(self) -> dict[str, dict[str, Estimate]]:
        """Level of each outcome by scenario; the mean over points within a replicate."""
        keys = [*self.free, "replicate"]
        frame = self.plan[["scenario", *keys]].join(self.outcomes)
        made = {}
        for scenario in self.scenarios:
            own = frame[frame["scenario"] == scenario].drop(columns="scenario").set_index(keys)
            mine = balanced(own, self.free).groupby("replicate").mean()
            if len(mine):
                made[scenario] = {
                    c: estimate(mine[c].tolist(), f"level:{scenario}.{c}") for c in mine.columns
                }
        return made

    def dependences(self, scenario: str | None = None) -> list[Dependence]:
        """How the difference of a scenario (or the level, without a baseline) depends on each free numeric key.

        Of keys that were varied together only the first is told, for all of them, and none where they were not varied
        one to one: their effects cannot be told apart.
        """
        keys = [*self.free, "replicate"]
        if self.baseline is not None and scenario is not None:
            frame = self._matched(scenario)
        else:
            frame = self.plan[keys].join(self.outcomes).groupby(keys, dropna=False).mean()
        frame = balanced(frame, self.free)
        flat = frame.reset_index()
        made = []
        for group in self.tied:
            path = group[0]
            if not self.aligned(group):
                continue
            if not pd.api.types.is_numeric_dtype(flat[path]) or flat[path].nunique() < 2:
                continue
            for outcome in frame.columns:
                made.append(
                    _dependence(
                        flat, path, outcome, self.free, f"dependence:{scenario or ''}.{path}.{outcome}"
                    )
                )
        return made


def _zipped(path: Path) -> set[str]:
    """Dotted keys below ``sweep.zip`` of the file of a sweep; none where it is missing."""
    if not path.is_file():
        return set()
    import yaml

    from dicu_analysis.report.subject import flat

    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    zipped = given.get("sweep", {}).get("zip", {}) if isinstance(given, dict) else {}
    return set(flat(zipped)) if isinstance(zipped, dict) else set()


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
