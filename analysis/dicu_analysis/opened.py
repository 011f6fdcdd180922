"""Runs and sweeps as `dicu.open` gives them: tables, flows on any map, charts and comparisons from one object."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, Final

import pandas as pd

from dicu_analysis.compare.arms import Arm, arm_of_run, arms_of_sweep, gather
from dicu_analysis.compare.charts import Chart, Form, plot
from dicu_analysis.compare.comparison import Comparison
from dicu_analysis.flows import flows_between
from dicu_analysis.load import Generation, Level, Period, Run
from dicu_analysis.sweep import Sweep, is_sweep

_FACTS: Final = ("households", "persons", "weight", "steps")


class OpenRun(Run):
    """One finished run: what `dicu.run` and `dicu.open` return.

    Attributes
    ----------
    folder : Path
        ``runs/<name>/<run id>``.
    national : pandas.DataFrame
        The whole country by step.
    """

    def __repr__(self) -> str:
        return f"Run({str(self.folder)!r})"

    @property
    def id(self) -> str:
        """Id of the run: 16 hexadecimal digits that equal configurations, inputs and programs share."""
        return str(self.manifest["run_id"])

    @property
    def name(self) -> str:
        """Name of its scenario."""
        return str(self.manifest["name"])

    def flows(
        self, level: Level = "province", on: Generation = "legacy", period: Period | None = None
    ) -> pd.DataFrame:
        """Moves between units of one map, by step: the same moves whichever map they are counted on.

        Parameters
        ----------
        level : {"commune", "district", "province", "region"}
        on : {"legacy", "2025"}
            The map of the start, or that of 2025.
        period : (first, last) labels of steps, both included; the whole run by default.

        Returns
        -------
        pandas.DataFrame
            ``step, origin, destination`` (codes), ``households, persons``.

        Raises
        ------
        ValueError
            For units that do not exist on that map, or that the record cannot tell apart.
        """
        return flows_between(self, level, on, period)

    def plot(
        self, outcome: str, *, unit: str = "nation", form: Form | None = None, language: str = "en"
    ) -> Chart:
        """A chart of an outcome over time, with a band where replicates (other seeds) lie beside the run.

        See `dicu_analysis.compare.charts.plot`.
        """
        return plot([self.arm], outcome, unit=unit, form=form, language=language)

    def compare(self, *others: str | Path | Run | Sweep, labels: Sequence[str] = ()) -> Comparison:
        """This run beside others: what differs in configuration, and paired differences over replicates.

        Parameters
        ----------
        *others : run, sweep, folder, or name or id of a run
            The last one is what the others are held against: ``run.compare(without)`` tells what this run has more.
        labels : sequence of str
            How they are called, this run first.

        Raises
        ------
        dicu_analysis.compare.arms.CannotCompare
            When there is no other run, or no seed and period in common.
        """
        return compared([*others[-1:], self, *others[:-1]], labels=[*labels[-1:], *labels[:-1]])

    @cached_property
    def arm(self) -> Arm:
        """The run with its replicates."""
        return arm_of_run(self)

    def _repr_html_(self) -> str:
        reform = self.config.get("reform", {})
        world = self.config.get("world", {})
        rows = {
            "world": world.get("tables") or world.get("name", ""),
            "reform": reform.get("policy", ""),
            "period": f"{self.labels[0]} (start) to {self.labels[-1]}",
            "seed": self.config.get("seed", ""),
            **{name: f"{self.manifest[name]:,}" for name in _FACTS},
            "folder": self.folder,
        }
        return _html(f"Run {self.name}/{self.id}", rows)


class OpenSweep(Sweep):
    """A sweep: what `dicu.sweep` and `dicu.open` return."""

    def __repr__(self) -> str:
        return f"Sweep({str(self.folder)!r})"

    @cached_property
    def arms(self) -> list[Arm]:
        """Its configurations, each with its replicates, in the order of the plan."""
        return arms_of_sweep(self)

    def plot(
        self,
        outcome: str,
        *,
        unit: str = "nation",
        form: Form | None = None,
        by: Sequence[str] = (),
        language: str = "en",
    ) -> Chart:
        """A chart of an outcome over replicates, an arm per configuration; see `dicu_analysis.compare.charts.plot`."""
        return plot(self.arms, outcome, unit=unit, form=form, language=language, by=by)

    def compare(self, *others: str | Path | Run | Sweep) -> Comparison:
        """Its arms, and others, held against its first one (without reform, where it has such a scenario)."""
        return compared([self, *others])

    def _repr_html_(self) -> str:
        rows = {
            "runs": f"{self.manifest['finished']} of {self.manifest['runs']}",
            "scenarios": ", ".join(self.scenarios),
            "varied": ", ".join(self.varied),
            "replications": self.manifest["replications"],
            "folder": self.folder,
        }
        return _html(f"Sweep {self.name}", rows)


def opened(folder: Path) -> OpenRun | OpenSweep:
    """The run or sweep of a folder.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun
        When it is neither, or not finished.
    """
    return OpenSweep(folder) if is_sweep(folder) else OpenRun(folder)


def compared(
    asked: Sequence[str | Path | Run | Sweep], *, out: str | Path = "runs", labels: Sequence[str] = ()
) -> Comparison:
    """Runs, sweeps and names beside each other; the first arm is what the others are held against.

    Parameters
    ----------
    asked : sequence of run, sweep, folder, name or id
    out : str or Path
        Where names and ids are looked for.
    labels : sequence of str
        How the arms are called; as their scenarios by default.
    """
    return Comparison.of(gather(asked, out), labels)


def _html(title: str, rows: dict[str, Any]) -> str:
    cells = "".join(
        f"<tr><th style='text-align:left'>{escape(k)}</th><td style='text-align:left'>{escape(str(v))}</td></tr>"
        for k, v in rows.items()
    )
    return f"<table><caption><b>{escape(title)}</b></caption>{cells}</table>"
