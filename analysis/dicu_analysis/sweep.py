"""The folder of a sweep, opened: what its manifest says, its results, and how its runs differ.

What a report takes from it is in `dicu_analysis.report.comparison`; experiments, which need every run of the plan, take
`dicu_analysis.experiments.arms.FinishedSweep`.
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dicu.record.local import local_of_manifest
from dicu.record.reading import Files, read_sweep_manifest
from dicu_analysis.load import REAL, UnfinishedRun, flat
from dicu_analysis.reform_names import NO_REFORM, ReformName
from dicu_analysis.terms import Terms, terms_of

HEAD: Final = ("run", "run_id", "scenario", "point", "replicate", "seed")
"""Columns that say which run a row is of; they stand before the varied keys."""


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


class Sweep:
    """A sweep, with as many of its runs as have finished.

    Parameters
    ----------
    folder : Path
        ``runs/<sweep>``.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun
        When there is no manifest, or it is not what was written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: dict[str, Any] = read_sweep_manifest(folder)
        self.files = Files(folder, self.manifest["outputs"])
        self.name = str(self.manifest["name"])
        self.local = local_of_manifest(self.manifest)

    @cached_property
    def terms(self) -> Terms:
        """The terms in which outputs speak of the country of the runs."""
        nation = self.level("nation")
        known = "persons" in nation and len(nation) > 0
        return terms_of(self.manifest, float(nation["persons"].iloc[0]) if known else 0.0)

    def results(self, columns: list[str] | None = None, filters: list[Any] | None = None) -> pd.DataFrame:
        """Rows of ``results.parquet``, in the order of the plan; a run that repeats another has rows of its own.

        Parameters
        ----------
        columns : list of str, optional
            All by default.
        filters : list of (column, operator, value), optional
            Conditions that rows must meet.

        Raises
        ------
        dicu_analysis.load.UnfinishedRun
            When the file is missing or not what was written, or has no such column.
        """
        path = self.files.path("results.parquet")
        try:
            here = None if columns is None else [self.local.name(column) for column in columns]
            table: pd.DataFrame = self.local.read(
                pq.read_table(path, columns=here, filters=filters)
            ).to_pandas()
        except (OSError, pa.ArrowException) as error:
            raise UnfinishedRun(f"{path}: cannot be read ({error}); run the sweep again") from error
        return table

    @cached_property
    def table(self) -> pd.DataFrame:
        """All results, at least of one run.

        Raises
        ------
        dicu_analysis.load.UnfinishedRun
            When results are missing, damaged or empty.
        """
        table = self.results()
        if table.empty:
            raise UnfinishedRun(f"{self.files.path('results.parquet')}: no run of this sweep has finished")
        return table

    def level(self, level: str) -> pd.DataFrame:
        """Results of one level (nation, terrain, ...)."""
        return self.table[self.table["level"].astype(str) == level]

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per finished run, by its number: scenario, replicate and the varied keys."""
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
        return list(dict.fromkeys(self.runs["scenario"]))

    @property
    def config(self) -> dict[str, Any]:
        """What every run has: the configuration without the keys that differ; empty where the manifest lacks it."""
        config: dict[str, Any] = self.manifest.get("config", {})
        return config

    @property
    def worlds(self) -> list[str]:
        """Names of the worlds of the runs; empty where the results do not say."""
        return sorted(set(self.level("nation")["name"].astype(str)))

    def reform_of(self, scenario: str) -> ReformName | None:
        """What the reform of a scenario is called, by its configuration; None where its runs differ in policy.

        Settings are those that all runs have, and those that the scenario sets for all of its own.
        """
        rows = self.runs[self.runs["scenario"] == scenario]
        settings = dict(self.config.get("reform", {}))
        for path in self.varied:
            if path.startswith("reform.") and rows[path].nunique(dropna=False) == 1:
                value = rows[path].iloc[0]
                settings[path.removeprefix("reform.")] = None if pd.isna(value) else value
        if "policy" not in settings:
            return None
        world = self.config.get("world", {}) or {"name": next(iter(self.worlds), REAL)}
        dates = () if settings["policy"] == "table" else None  # its dates stand in the table alone
        return ReformName.of({"reform": settings, "world": world}, dates, self.terms)

    @cached_property
    def baseline(self) -> str | None:
        """The scenario that others are compared with: one without reform, else the first; None if there is one only."""
        if len(self.scenarios) < 2:
            return None
        named = {s: self.reform_of(s) for s in self.scenarios}
        without = [s for s, name in named.items() if name is not None and name.policy == NO_REFORM]
        return (without or self.scenarios)[0]

    @cached_property
    def zipped(self) -> frozenset[str]:
        """Keys that the file of the sweep gives value by value, below ``sweep.zip``."""
        return frozenset(_zipped(self.folder / "sweep.yaml"))

    @cached_property
    def tied(self) -> list[tuple[str, ...]]:
        """Free keys in groups: those that were not varied freely of each other stand together.

        Keys below ``sweep.zip`` were given value by value; and keys whose values always change together say the same,
        however they were given.
        """
        declared = self.zipped
        groups: list[list[str]] = []
        for path in self.free:
            values = self.runs[path].astype(str)
            for group in groups:
                other = self.runs[group[0]].astype(str)
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
        sizes = {self.runs[p].astype(str).nunique() for p in group}
        return len(sizes) == 1 and len(self.runs[list(group)].astype(str).drop_duplicates()) == sizes.pop()

    @cached_property
    def free(self) -> list[str]:
        """Varied keys that are not merely set by the scenario."""

        def bound(path: str) -> bool:
            values = self.runs.groupby("scenario")[path]
            return len(self.scenarios) > 1 and bool((values.nunique(dropna=False) == 1).all())

        return [p for p in self.varied if not bound(p)]

    @cached_property
    def period(self) -> str:
        """Label of the last period."""
        return str(self.table["period"].iloc[int(self.table["step"].to_numpy().argmax())])


def _zipped(path: Path) -> set[str]:
    """Dotted keys below ``sweep.zip`` of the file of a sweep; none where it is missing."""
    if not path.is_file():
        return set()
    import yaml

    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    zipped = given.get("sweep", {}).get("zip", {}) if isinstance(given, dict) else {}
    return set(flat(zipped)) if isinstance(zipped, dict) else set()
