"""A finished run, read from its folder alone; migration between its units is in `dicu_analysis.flows`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dicu.record.local import Local, local_of_manifest
from dicu.record.reading import Files, NotARun, read_manifest
from dicu.scenario.calendar import parse_period
from dicu_analysis.borders import LEVELS, Borders, UnknownBorders, in_force, redrawn
from dicu_analysis.language import ENGLISH, Words
from dicu_analysis.terms import Terms, terms_of

Level = Literal["commune", "district", "province", "region"]
Generation = Literal["legacy", "2025"]
Map = Generation | int
"""Borders that moves are counted on: those of a generation of the world, or those in force at a step of the run."""
Period = tuple[str, str]

UNIT_COLUMNS: Final[dict[tuple[str, str], str]] = {
    ("commune", "legacy"): "legacy_commune",
    ("district", "legacy"): "district",
    ("province", "legacy"): "legacy_province",
    ("region", "legacy"): "region",
    ("commune", "2025"): "new_commune",
    ("province", "2025"): "new_province",
}
REAL: Final = "viet_nam"
"""The world of the real country."""
TABLES: Final = (
    "national", "places", "flows", "moves", "movers", "five_year", "five_year_flows", "districts", "cities",
    "governments", "households", "lineage", "urban_places", "world_places", "world_units",
)  # fmt: skip


UnfinishedRun = NotARun
"""The folder is not that of a finished run, or a file in it is not what was written."""


def flat(config: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """A nested configuration by dotted key."""
    made: dict[str, Any] = {}
    for key, value in config.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            made |= flat(value, f"{path}.")
        else:
            made[path] = value
    return made


class Run:
    """One finished run.

    Parameters
    ----------
    folder : Path or str
        ``runs/<name>/<id>``.

    Raises
    ------
    UnfinishedRun
        When there is no such folder, or no manifest in it, or the manifest is not what was written.
    """

    replicates: tuple[Run, ...] = ()
    """Other runs over which line figures draw means and bands (`dicu_analysis.replicates`); none unless set."""
    words: Words = ENGLISH
    """In whose language figures of the run speak; see `told`."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.manifest: dict[str, Any] = read_manifest(self.folder)
        self.files = Files(self.folder, self.manifest["outputs"])

    def __repr__(self) -> str:
        return f"Run({str(self.folder)!r})"

    def verify(self) -> list[str]:
        """Names of output files whose sha256 is no longer that of the manifest (empty when all is well)."""
        return self.files.faults()

    def table(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """One table as a data frame; codes as categories.

        Raises
        ------
        KeyError
            For an unknown table; the message lists the known ones.
        UnfinishedRun
            When the file cannot be read.
        """
        own = [t.removesuffix(".parquet") for t in self.manifest["outputs"] if t.startswith("plugin_")]
        if name not in (*TABLES, *own):
            raise KeyError(f"no table {name!r}; there are {[*TABLES, *own]}")
        local = self.local

        def read(path: Path) -> pd.DataFrame:
            here = None if columns is None else [local.name(column) for column in columns]
            made: pd.DataFrame = local.read(pq.read_table(path, columns=here)).to_pandas()
            return made

        table: pd.DataFrame = self._stored(name, read)
        return table

    @cached_property
    def local(self) -> Local:
        """How the country of the run writes its tables; what is read here has the declared names."""
        return local_of_manifest(self.manifest)

    @cached_property
    def country(self) -> dict[str, Any]:
        """What the run says of its country: words, money, reform, what is borrowed (`dicu.record.local`)."""
        block: dict[str, Any] = self.manifest.get("country") or {}
        return block

    @cached_property
    def districts_govern(self) -> bool:
        """Whether districts are governments; else `district` of the tables is a labour market and has no office."""
        return bool(self.country.get("districts_govern", True))

    @cached_property
    def terms(self) -> Terms:
        """The terms in which outputs speak of the run's country."""
        return terms_of(self.manifest, float(self.world_places["residents"].sum()))

    def told(self, text: str) -> str:
        """A whole text of a figure, written in `words`, in the terms of the run's country."""
        return self.terms.drawn(text, self.words.code)

    def _stored(self, name: str, read: Callable[[Path], Any]) -> Any:
        """What ``read`` makes of the file of a table."""
        path = self.files.path(f"{name}.parquet")
        try:
            return read(path)
        except (OSError, pa.ArrowException, ValueError, KeyError) as error:
            raise UnfinishedRun(f"{path}: cannot be read ({error})") from error

    def has_rows(self, name: str) -> bool:
        """Whether this run wrote a table and anything stands in it; runs of earlier versions lack some.

        Raises
        ------
        KeyError
            For an unknown table.
        """
        if name in TABLES and f"{name}.parquet" not in self.manifest["outputs"]:
            return False
        return len(self.table(name, columns=["step"])) > 0

    @cached_property
    def national(self) -> pd.DataFrame:
        """Whole country by step, indexed by step."""
        return self.table("national").set_index("step")

    @cached_property
    def places(self) -> pd.DataFrame:
        """Places by step, in the order of `world_places` within each step."""
        return self.table("places")

    @cached_property
    def flow_table(self) -> pd.DataFrame:
        """Moves by step and pair of places or legacy districts."""
        return self.table("flows")

    @cached_property
    def moved(self) -> pd.DataFrame:
        """Of `flow_table`, who moved from where to where: a sixth of its bytes."""
        ends = [f"{end}_{self.flow_layout}" for end in ("origin", "destination")]
        return self.table("flows", ["step", *ends, "households", "persons"])

    @cached_property
    def governments(self) -> pd.DataFrame:
        """Governments by recorded step."""
        return self.table("governments")

    @cached_property
    def world_places(self) -> pd.DataFrame:
        """The places and the governments each belongs to."""
        return self.table("world_places")

    @cached_property
    def world_units(self) -> pd.DataFrame:
        """Every unit of both generations."""
        return self.table("world_units")

    @property
    def config(self) -> dict[str, Any]:
        """The resolved configuration of the run."""
        config: dict[str, Any] = self.manifest["config"]
        return config

    @property
    def is_real(self) -> bool:
        """Whether the run is of the real country as it comes with the program: no other has published figures."""
        world = self.config.get("world", {})
        return bool(world.get("name") == REAL and world.get("places") is None)

    @cached_property
    def labels(self) -> list[str]:
        """Labels of the steps, from step 0, the start."""
        return [str(p) for p in self.national["period"]]

    @property
    def steps_per_year(self) -> int:
        """Steps in a year: 4 or 12."""
        return 12 // parse_period(self.labels[0])[1]

    def year_at_end(self, step: int | NDArray[np.int64]) -> NDArray[np.float64]:
        """Moment at which a step ends, or each of some (n,), in decimal years (2025Q2 ends at 2025.5)."""
        first, months = parse_period(self.labels[0])
        return np.asarray((first + months * (1 + np.asarray(step))) / 12.0, dtype=np.float64)

    @property
    def history(self) -> str | None:
        """Period from which the run was simulated before its record, None where it was not."""
        history: str | None = self.manifest.get("history")
        return history

    @property
    def begins(self) -> float:
        """Moment of the first households, in decimal years: the start, or where the history before it begins."""
        return float(self.year_at_end(0)) if self.history is None else parse_period(self.history)[0] / 12.0

    @cached_property
    def lineage(self) -> pd.DataFrame:
        """What became of each unit in every reform that redrew borders; empty when none did.

        Raises
        ------
        dicu_analysis.borders.UnknownBorders
            When there was a reform and the run kept no such table.
        """
        if "lineage.parquet" in self.manifest["outputs"]:
            return self.table("lineage")
        if self.config.get("reform", {}).get("policy", "none") != "none":
            raise UnknownBorders(f"{self.folder}: has no table of lineage, so its borders are not known")
        return pd.DataFrame(columns=["step", "level", "kind"])

    @cached_property
    def redrawn(self) -> tuple[int, ...]:
        """Steps from which on some unit of the run is another than before, in order."""
        return redrawn(self.lineage)

    @cached_property
    def reform_step(self) -> int | None:
        """First step under the new borders, or None when no reform is made in this run.

        The lineage says it; a reform that redraws nothing (levers alone) acts on the date of the configuration.
        """
        if self.redrawn:
            return self.redrawn[0]
        reform = self.config.get("reform", {})
        if reform.get("policy", "none") == "none":
            return None
        return self._step_at(reform["date"])

    @cached_property
    def planned_step(self) -> int | None:
        """Step of the reform's date in the configuration, made or not; None where it lies outside the run."""
        date = self.config.get("reform", {}).get("date")
        return None if date is None else self._step_at(date)

    @cached_property
    def comparison_step(self) -> int:
        """Step that parts "before" from "after": the reform's, or where it would have been, or mid-run."""
        step = self.planned_step if self.reform_step is None else self.reform_step
        return (len(self.labels) + 1) // 2 if step is None else step

    def _step_at(self, date: str) -> int | None:
        begins = parse_period(date)[0]
        steps = [k for k, label in enumerate(self.labels) if parse_period(label)[0] == begins]
        return steps[0] if steps and steps[0] > 0 else None

    def steps_of(self, period: Period | None) -> tuple[int, int]:
        """First and last step of a period of labels, both included; the whole run for None.

        Raises
        ------
        ValueError
            When a label is not a step of this run, or the last comes before the first.
        """
        if period is None:
            return 1, len(self.labels) - 1
        for label in period:
            if label not in self.labels[1:]:
                raise ValueError(f"no step {label!r} in this run: {self.labels[1]} to {self.labels[-1]}")
        first, last = (self.labels.index(label) for label in period)
        if last < first:
            raise ValueError(f"period {period} ends before it begins")
        return first, last

    def in_force(self, level: Level, step: int) -> Borders:
        """Units that govern the places at a step, by the lineage of the run.

        Raises
        ------
        dicu_analysis.borders.UnknownBorders
            When a unit was split along no map that the tables hold.
        """
        start = Borders(self.unit_of_place(level), self.names(level))
        if level not in LEVELS:
            return start
        return in_force(start, self.lineage, level, step, (self.unit_of_place(level, "2025"),))

    def unit_of_place(self, level: Level, borders: Map = "legacy") -> pd.Categorical:
        """Unit of each place (P,) on the chosen map: of a generation, or in force at a step.

        Raises
        ------
        ValueError
            For a level that this generation does not have; the message lists the pairs that exist.
        """
        if not isinstance(borders, str):
            return self.in_force(level, borders).of_place
        key = (level, borders)
        if key not in UNIT_COLUMNS:
            allowed = ", ".join(f"{a} ({g})" for a, g in UNIT_COLUMNS)
            raise ValueError(f"no units {level!r} of generation {borders!r}: allowed are {allowed}")
        return pd.Categorical(self.world_places[UNIT_COLUMNS[key]])

    def names(self, level: Level, borders: Map = "legacy") -> dict[str, str]:
        """Name of each unit by code (regions are their own names)."""
        if not isinstance(borders, str):
            return self.in_force(level, borders).names
        if level == "region":
            return {str(c): str(c) for c in self.unit_of_place(level, borders).categories}
        units = self.world_units
        mine = units[(units["level"] == level) & (units["generation"] == borders)]
        return dict(zip(mine["code"].astype(str), mine["name"].astype(str), strict=True))

    @cached_property
    def flow_layout(self) -> Literal["place", "district"]:
        """Between which units the moves were recorded."""
        return "district" if "origin_district" in self._stored("flows", pq.read_schema).names else "place"
