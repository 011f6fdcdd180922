"""Arms and replicates: a finished sweep as experiments read it, outcome by arm and replicate."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dicu_analysis.scalars import as_int
from dicu_analysis.sweep import Sweep


class Unfinished(ValueError):
    """A sweep in which arms or replicates are missing."""


class FinishedSweep(Sweep):
    """A sweep every run of whose plan has a result: outcomes by arm and replicate.

    Parameters
    ----------
    folder : Path
        ``runs/<sweep>``, as `dicu sweep` leaves it.

    Raises
    ------
    FileNotFoundError
        When there is no plan or no result.
    Unfinished
        When a run of the plan has no result.
    """

    def __init__(self, folder: Path) -> None:
        for name in ("plan.parquet", "results.parquet", "manifest.json"):
            if not (folder / name).is_file():
                raise FileNotFoundError(
                    f"{folder / name}: missing; `dicu sweep` or `dicu experiment` makes it"
                )
        super().__init__(folder)
        self.plan: pd.DataFrame = pq.read_table(self.files.path("plan.parquet")).to_pandas()
        there = set(self.results(["run_id"])["run_id"])
        lost = self.plan[~self.plan["run_id"].isin(there)]
        if len(lost):
            first = lost.iloc[0]
            raise Unfinished(
                f"{folder}: {len(lost)} of {len(self.plan)} runs have no result, the first of them scenario "
                f"{first['scenario']}, replicate {first['replicate']}; see failed/, then run the sweep again"
            )

    @cached_property
    def arms(self) -> pd.DataFrame:
        """One row an arm: point, scenario and the values of the keys that differ, in the order of the plan."""
        return self.plan.drop_duplicates("point")[["point", "scenario", *self.varied]].set_index("point")

    @property
    def replicates(self) -> int:
        """Replicates of each arm."""
        return int(self.plan["replicate"].max()) + 1

    def arm(self, scenario: str, **values: Any) -> int:
        """The point of an arm: its scenario, and values of keys written with _ for the dot.

        Raises
        ------
        KeyError
            When no arm or several fit; the message lists what there is.
        """
        keys = {path.replace(".", "_"): path for path in self.varied}
        unknown = sorted(set(values) - set(keys))
        fit = self.arms["scenario"].astype(str) == scenario
        for name, value in values.items():
            if name in keys:
                fit &= self.arms[keys[name]] == value
        found = self.arms.index[fit]
        if unknown or len(found) != 1:
            listed = self.arms.to_dict("records")
            raise KeyError(
                f"{self.folder}: {len(found)} arms are {scenario} {values} (unknown keys {unknown}): {listed}"
            )
        return int(found[0])

    def rows(self, level: str, columns: list[str], unit: str | None = None) -> pd.DataFrame:
        """Rows of one level: point, replicate, step, year, unit and the columns asked for."""
        filters: list[Any] = [("level", "==", level)]
        if unit is not None:
            filters.append(("unit", "==", unit))
        wanted = ["run_id", "step", "year", "unit", *columns]
        rows = self.results(wanted, filters)
        rows["unit"] = rows["unit"].astype(str)
        keys = self.plan[["run_id", "point", "replicate"]]
        # two arms that come to the same run share its one result; rows that differ stay, and whoever counts tells
        rows = rows.drop_duplicates()
        return keys.merge(rows.astype({"run_id": str}), on="run_id", how="left", validate="1:m")

    def outcomes(
        self,
        level: str,
        columns: list[str],
        outcome: Callable[[pd.DataFrame], float],
        unit: str | None = None,
    ) -> dict[int, NDArray[np.float64]]:
        """One number a run, (n,) by point, replicates in order.

        Parameters
        ----------
        level, columns, unit
            Rows that are read, as in `rows`.
        outcome : callable
            Gets the rows of one run, in order of steps.
        """
        rows = self.rows(level, columns, unit).sort_values(["point", "replicate", "step", "unit"])
        made: dict[int, list[float]] = {}
        for (point, _), part in rows.groupby(["point", "replicate"], sort=True):
            made.setdefault(as_int(point), []).append(float(outcome(part)))
        return {point: np.array(values) for point, values in made.items()}

    def run_of(self, point: int, replicate: int) -> str:
        """Identity of one run."""
        fit = (self.plan["point"] == point) & (self.plan["replicate"] == replicate)
        return str(self.plan.loc[fit, "run_id"].iloc[0])

    def kept(self, point: int, replicate: int, table: str, columns: list[str] | None = None) -> pd.DataFrame:
        """A whole table of one run that the sweep kept.

        Raises
        ------
        FileNotFoundError
            When the sweep did not keep it (``results.keep``).
        """
        path = self.folder / "tables" / self.run_of(point, replicate) / f"{table}.parquet"
        if not path.is_file():
            raise FileNotFoundError(f"{path}: not kept; name the table in results.keep of the sweep")
        here = None if columns is None else [self.local.name(column) for column in columns]
        found: pd.DataFrame = self.local.read(pq.read_table(path, columns=here)).to_pandas()
        return found

    def keeps(self, table: str) -> bool:
        """Whether the sweep kept this table of its runs."""
        return (self.folder / "tables" / self.run_of(0, 0) / f"{table}.parquet").is_file()


def window(rows: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Rows of steps first to last, both included.

    Raises
    ------
    Unfinished
        When the run has not all of these steps.
    """
    some = rows[(rows["step"] >= first) & (rows["step"] <= last)]
    found = some["step"].nunique()
    if found != last - first + 1:
        raise Unfinished(
            f"steps {first} to {last} are needed, {found} of them are there (results.every: step)"
        )
    return some


def hazard(moved: NDArray[Any], at_risk: NDArray[Any], steps_per_year: int = 4) -> float:
    """Yearly rate at which people move: persons moved over person-years at risk.

    Parameters
    ----------
    moved : (T,) persons who moved during each step
    at_risk : (T,) persons who lived there before each step
    """
    years = np.asarray(at_risk, dtype=np.float64).sum() / steps_per_year
    return float(np.asarray(moved, dtype=np.float64).sum() / years)
