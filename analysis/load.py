"""A finished run, read from its folder alone, and migration between any units, derived from fixed flows.

Places never move, so the moves recorded between them (or between legacy districts) can be counted on any map:
the same moves on the map of 2019 and on that of 2025. A change of borders therefore never looks like a move.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from sim.record.reading import Files, NotARun, read_manifest
from sim.record.sums import sum_by
from sim.scenario.calendar import parse_period

Level = Literal["commune", "district", "province", "region"]
Generation = Literal["legacy", "2025"]
Period = tuple[str, str]

UNIT_COLUMNS: Final[dict[tuple[str, str], str]] = {
    ("commune", "legacy"): "legacy_commune",
    ("district", "legacy"): "district",
    ("province", "legacy"): "legacy_province",
    ("region", "legacy"): "region",
    ("commune", "2025"): "new_commune",
    ("province", "2025"): "new_province",
}
TABLES: Final = (
    "national", "places", "flows", "moves", "movers", "five_year", "districts", "cities", "governments",
    "lineage", "world_places", "world_units",
)  # fmt: skip


UnfinishedRun = NotARun
"""The folder is not that of a finished run, or a file in it is not what was written."""


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
        if name not in TABLES:
            raise KeyError(f"no table {name!r}; there are {list(TABLES)}")
        table: pd.DataFrame = self._stored(
            name, lambda path: pq.read_table(path, columns=columns).to_pandas()
        )
        return table

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
    def flows(self) -> pd.DataFrame:
        """Moves by step and pair of places or legacy districts."""
        return self.table("flows")

    @cached_property
    def moved(self) -> pd.DataFrame:
        """Of `flows`, who moved from where to where: a sixth of its bytes."""
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

    @cached_property
    def labels(self) -> list[str]:
        """Labels of the steps, from step 0, the start."""
        return [str(p) for p in self.national["period"]]

    @property
    def steps_per_year(self) -> int:
        """Steps in a year: 4 or 12."""
        return 12 // parse_period(self.labels[0])[1]

    def year_at_end(self, step: int | NDArray[np.int64]) -> NDArray[np.float64]:
        """Moment at which a step ends, in decimal years (2025Q2 ends at 2025.5)."""
        first, months = parse_period(self.labels[0])
        return np.asarray((first + months * (1 + np.asarray(step))) / 12.0, dtype=np.float64)

    @cached_property
    def reform_step(self) -> int | None:
        """First step under the new borders, or None when no reform is made in this run."""
        reform = self.config.get("reform", {})
        if reform.get("policy", "none") == "none":
            return None
        return self._step_at(reform["date"])

    @cached_property
    def comparison_step(self) -> int:
        """Step that parts "before" from "after": the reform's, or where it would have been, or mid-run."""
        step = self.reform_step
        if step is None and "date" in self.config.get("reform", {}):
            step = self._step_at(self.config["reform"]["date"])
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

    def unit_of_place(self, level: Level, generation: Generation = "legacy") -> pd.Categorical:
        """Unit of each place (P,) on the chosen map.

        Raises
        ------
        ValueError
            For a level that this generation does not have; the message lists the pairs that exist.
        """
        key = (level, generation)
        if key not in UNIT_COLUMNS:
            allowed = ", ".join(f"{a} ({g})" for a, g in UNIT_COLUMNS)
            raise ValueError(f"no units {level!r} of generation {generation!r}: allowed are {allowed}")
        return pd.Categorical(self.world_places[UNIT_COLUMNS[key]])

    def names(self, level: Level, generation: Generation = "legacy") -> dict[str, str]:
        """Name of each unit by code (regions are their own names)."""
        if level == "region":
            return {str(c): str(c) for c in self.unit_of_place(level, generation).categories}
        units = self.world_units
        mine = units[(units["level"] == level) & (units["generation"] == generation)]
        return dict(zip(mine["code"].astype(str), mine["name"].astype(str), strict=True))

    @cached_property
    def flow_layout(self) -> Literal["place", "district"]:
        """Between which units the moves were recorded."""
        return "district" if "origin_district" in self._stored("flows", pq.read_schema).names else "place"


def _ends(
    run: Run, level: Level, generation: Generation
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[str]]:
    """Origin and destination unit of each row of flows, as indices into the list of unit codes."""
    unit = run.unit_of_place(level, generation)
    index, codes = unit.codes.astype(np.int64), [str(c) for c in unit.categories]
    flows = run.moved
    if run.flow_layout == "place":
        keys = run.world_places["place_key"].to_numpy()
        order = np.argsort(keys)
        ends = (flows[f"{e}_place"].to_numpy() for e in ("origin", "destination"))
        origin, destination = (index[order[np.searchsorted(keys, e, sorter=order)]] for e in ends)
        return origin, destination, codes
    if level == "commune":
        raise ValueError(
            f"{run.folder}: moves were recorded between districts (record.flows: district), so moves between "
            "communes are known only in total: use moves_between(run, 'commune', generation), or run again "
            "with record.flows=place"
        )
    district = run.unit_of_place("district")
    pairs = pd.DataFrame({"d": district.codes, "u": index}).drop_duplicates()
    torn = pairs.loc[pairs["d"].duplicated(), "d"]
    if len(torn):
        raise ValueError(
            f"{run.folder}: district {district.categories[torn.iloc[0]]} lies in more than one {level} of "
            f"generation {generation}, so moves recorded between districts cannot be counted between these"
        )
    of = dict(zip(district.categories[pairs["d"]].astype(str), pairs["u"], strict=True))
    made = []
    for end in ("origin", "destination"):
        column = flows[f"{end}_district"].astype("category").cat
        table = np.array([of[str(c)] for c in column.categories], dtype=np.int64)
        made.append(table[column.codes] if len(table) else np.zeros(0, dtype=np.int64))
    return made[0], made[1], codes


def flows_between(
    run: Run,
    level: Level = "commune",
    generation: Generation = "legacy",
    period: Period | None = None,
    *,
    internal: bool = False,
) -> pd.DataFrame:
    """Moves between units of one map, by step, derived from the fixed flows.

    Parameters
    ----------
    period : (first, last) labels of steps, both included; the whole run by default.
    internal : bool
        Keep the moves within a unit too (origin = destination).

    Returns
    -------
    pandas.DataFrame
        ``step, origin, destination`` (codes), ``households, persons`` (int64), sorted.

    Raises
    ------
    ValueError
        For units that do not exist, or that the recorded flows cannot tell apart.
    """
    origin, destination, codes = _ends(run, level, generation)
    moved = run.moved
    step = moved["step"].to_numpy().astype(np.int64)
    first, last = run.steps_of(period)
    keep = (step >= first) & (step <= last)
    if not internal:
        keep &= origin != destination
    n = len(codes)
    key, (households, persons) = sum_by(
        (step[keep] * n + origin[keep]) * n + destination[keep],
        moved["households"].to_numpy()[keep],
        moved["persons"].to_numpy()[keep],
    )
    name = np.array(codes, dtype=object)
    return pd.DataFrame(
        {
            "step": key // (n * n),
            "origin": name[key // n % n],
            "destination": name[key % n],
            "households": households,
            "persons": persons,
        }
    )


def moves_between(run: Run, level: Level = "commune", generation: Generation = "legacy") -> pd.DataFrame:
    """Moves that cross a border of one map, in total by step; also for communes if districts were recorded.

    Returns
    -------
    pandas.DataFrame
        Indexed by step 1..T: ``households, persons`` that crossed, and ``households_within, persons_within``.
    """
    flows, steps = run.moved, pd.RangeIndex(1, len(run.labels), name="step")
    run.unit_of_place(level, generation)
    if run.flow_layout == "district" and level == "commune":
        flows = run.flows
        within = {c: flows[f"{c}_within_{generation}_commune"].to_numpy() for c in ("households", "persons")}
    else:
        origin, destination, _ = _ends(run, level, generation)
        within = {c: flows[c].to_numpy() * (origin == destination) for c in ("households", "persons")}
    made = pd.DataFrame({"step": flows["step"].to_numpy()})
    for c, inside in within.items():
        made[c] = flows[c].to_numpy() - inside
        made[f"{c}_within"] = inside
    table = made.groupby("step").sum().reindex(steps, fill_value=0).astype(np.int64)
    return table[["households", "persons", "households_within", "persons_within"]]


def net_migration(
    run: Run, level: Level = "province", generation: Generation = "legacy", period: Period | None = None
) -> pd.DataFrame:
    """Arrivals, departures and their difference by unit over a period.

    Returns
    -------
    pandas.DataFrame
        Indexed by unit code, every unit: ``in_persons, out_persons, net_persons`` (int64); nets sum to 0.
    """
    moves = flows_between(run, level, generation, period)
    units = pd.Index([str(c) for c in run.unit_of_place(level, generation).categories], name="unit")
    into = moves.groupby("destination")["persons"].sum().reindex(units, fill_value=0).astype(np.int64)
    out = moves.groupby("origin")["persons"].sum().reindex(units, fill_value=0).astype(np.int64)
    return pd.DataFrame({"in_persons": into, "out_persons": out, "net_persons": into - out}, index=units)


def rates(
    run: Run, level: Level = "province", generation: Generation = "legacy", period: Period | None = None
) -> pd.DataFrame:
    """`net_migration` beside mean residents and rates per 1,000 residents a year.

    The mean is over the steps of table ``places`` from the beginning to the end of the period, as often as
    they were recorded (the nearest earlier one when there is none within).
    """
    table = net_migration(run, level, generation, period)
    first, last = run.steps_of(period)
    recorded = np.unique(run.places["step"].to_numpy())
    chosen = recorded[(recorded >= first - 1) & (recorded <= last)]
    if not len(chosen):
        chosen = recorded[recorded < first][-1:]
    at = run.places[run.places["step"].isin(chosen)]
    unit = run.unit_of_place(level, generation)
    persons = at["persons"].to_numpy().reshape(len(chosen), len(unit)).mean(axis=0)
    residents = np.bincount(unit.codes, weights=persons, minlength=len(unit.categories))
    years = (last - first + 1) / run.steps_per_year
    scale = 1000.0 / (np.where(residents > 0, residents, np.nan) * years)
    table["residents"] = residents
    for c in ("in", "out", "net"):
        table[f"{c}_per_1000_a_year"] = table[f"{c}_persons"].to_numpy() * scale
    return table
