"""One run as a frame of outcomes by period and unit, whether its own folder holds them or the results of a sweep.

Columns: ``step`` (last of the period), ``period``, ``end`` (moment, decimal years), ``years`` (length, 0 at the start),
``unit``, ``name``, then counts. Periods are calendar years, the first one what is left of its year.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.record.codebook import tables
from dicu.scenario.calendar import parse_period
from dicu_analysis.flows import flows_between
from dicu_analysis.load import Generation, Level, Run, flat
from dicu_analysis.scalars import as_int
from dicu_analysis.sweep import Sweep

NATION: Final = "nation"
HEAD: Final = ("step", "period", "end", "years", "unit", "name")


class UnknownUnit(ValueError):
    """No such level or unit; the message lists what there is."""


class Source(Protocol):
    """One run, wherever its outcomes are kept."""

    @property
    def seed(self) -> int:
        """Seed of the run."""

    @property
    def config(self) -> dict[str, Any]:
        """Its configuration by dotted key."""

    def frame(self, level: str) -> pd.DataFrame:
        """Outcomes by period and unit of a level."""


def unit_level(unit: str) -> tuple[str, str | None]:
    """Level and code of a unit as users write it: "province:79", "province" (all of them), "nation".

    Raises
    ------
    UnknownUnit
        When nothing stands before or after the colon.
    """
    level, colon, code = unit.partition(":")
    if not level or (colon and not code):
        raise UnknownUnit(
            f"unit: not a level or one of its units (got {unit!r}, allowed such as province:79)"
        )
    return level, code or None


@dataclass(frozen=True)
class RunSource:
    """A run that has a folder of its own."""

    run: Run

    @property
    def seed(self) -> int:
        """Seed of the run."""
        return int(self.run.config["seed"])

    @cached_property
    def config(self) -> dict[str, Any]:
        """Its configuration by dotted key."""
        return flat(self.run.config)

    def frame(self, level: str) -> pd.DataFrame:
        """Outcomes by period and unit.

        Parameters
        ----------
        level : str
            "nation", a level of the map at the start ("commune", "district", "province", "region"), or one of that of
            2025 ("province_2025", "commune_2025").

        Raises
        ------
        UnknownUnit
            For another level.
        """
        if level == NATION:
            return self._nation()
        name, _, generation = level.partition("_")
        if name not in get_args(Level) or generation not in ("", "2025"):
            allowed = ", ".join((NATION, *get_args(Level), "province_2025", "commune_2025"))
            raise UnknownUnit(f"unit: no such level (got {level!r}, allowed {allowed})")
        return self._units(name, "2025" if generation else "legacy")  # type: ignore[arg-type]

    @cached_property
    def _period(self) -> tuple[NDArray[np.int64], pd.DataFrame]:
        """Period of each step (T + 1,), and one row per period."""
        run, labels = self.run, self.run.labels
        year = np.array([int(label[:4]) for label in labels])
        of_step = np.r_[0, 1 + year[1:] - year[1]] if len(labels) > 1 else np.zeros(1, dtype=np.int64)
        last = np.flatnonzero(np.r_[of_step[1:] != of_step[:-1], True])
        length = np.r_[0, np.diff(last)] / run.steps_per_year
        head = {
            "step": last,
            "period": [labels[k] for k in last],
            "end": run.year_at_end(last),
            "years": length,
        }
        return of_step.astype(np.int64), pd.DataFrame(head)

    def _nation(self) -> pd.DataFrame:
        of_step, periods = self._period
        national = self.run.national
        made = periods.assign(unit="all", name=str(self.run.config.get("world", {}).get("name", "")))
        flows = {c.name: c.flow for c in tables()["national"].columns}
        last, steps = periods["step"].to_numpy(), len(periods)
        counts = {}
        for column in national.columns:
            if column not in flows or column == "period":
                continue
            values = national[column].fillna(0).to_numpy(dtype=np.float64)
            counts[column] = np.bincount(of_step, values, minlength=steps) if flows[column] else values[last]
        counts["out_households"], counts["out_persons"] = np.zeros(steps), np.zeros(steps)
        counts["in_persons"] = np.zeros(steps)
        counts["within_households"], counts["within_persons"] = counts["moves"], counts["moved_persons"]
        counts["rural_to_urban_persons"] = counts["persons_rural_to_urban"]
        return pd.concat(
            [made, pd.DataFrame({**counts, **self._access(np.zeros(0, dtype=np.int64), 1)})], axis=1
        )

    def _units(self, level: Level, generation: Generation) -> pd.DataFrame:
        run, (of_step, periods) = self.run, self._period
        unit, names = run.unit_of_place(level, generation), run.names(level, generation)
        codes = [str(c) for c in unit.categories]
        n, k = len(codes), len(periods)
        made = periods.loc[periods.index.repeat(n)].reset_index(drop=True)
        made["unit"], made["name"] = codes * k, [names.get(c, c) for c in codes] * k
        places, size = run.places, k * n
        at = np.searchsorted(periods["step"].to_numpy(), places["step"].to_numpy())
        ends = periods["step"].to_numpy()[np.minimum(at, k - 1)] == places["step"].to_numpy()
        index = np.tile(unit.codes.astype(np.int64), len(places) // len(unit))
        urban = np.tile(run.world_places["urban"].to_numpy(dtype=bool), len(places) // len(unit))
        key = (at * n + index)[ends]
        persons = places["persons"].to_numpy(dtype=np.float64)
        made["households"] = np.bincount(key, places["households"].to_numpy()[ends], minlength=size)
        made["persons"] = np.bincount(key, persons[ends], minlength=size)
        made["urban_persons"] = np.bincount(key, (persons * urban)[ends], minlength=size)
        for name, values in self._access(index, n).items():
            made[name] = values
        order = {code: i for i, code in enumerate(codes)}
        moves = flows_between(run, level, generation, internal=True)
        period = of_step[moves["step"].to_numpy()]
        origin, destination = (moves[e].map(order).to_numpy(np.int64) for e in ("origin", "destination"))
        crosses = origin != destination
        for what in ("households", "persons"):
            moved = moves[what].to_numpy(dtype=np.float64)
            made[f"in_{what}"] = np.bincount(period * n + destination, moved * crosses, minlength=size)
            made[f"out_{what}"] = np.bincount(period * n + origin, moved * crosses, minlength=size)
            made[f"within_{what}"] = np.bincount(period * n + origin, moved * ~crosses, minlength=size)
        return made

    def _access(self, index: NDArray[np.int64], n: int) -> dict[str, NDArray[np.float64]]:
        """(K n,) mean access over people by period and unit; ``index`` of the rows of `places`, empty for one unit."""
        _, periods = self._period
        places, k = self.run.places, len(periods)
        index = index if len(index) else np.zeros(len(places), dtype=np.int64)
        at = np.searchsorted(periods["step"].to_numpy(), places["step"].to_numpy())
        ends = periods["step"].to_numpy()[np.minimum(at, k - 1)] == places["step"].to_numpy()
        key, people = (at * n + index)[ends], places["persons"].to_numpy(dtype=np.float64)[ends]
        total = np.bincount(key, people, minlength=k * n)
        made = {}
        for column in places.columns:
            if column.startswith("access_"):
                sums = np.bincount(key, people * places[column].to_numpy(np.float64)[ends], minlength=k * n)
                made[column] = np.divide(sums, total, out=np.full(k * n, np.nan), where=total > 0)
        return made


@dataclass(frozen=True)
class SweepSource:
    """One run of a sweep, read from the sweep's results."""

    sweep: Sweep
    number: int

    @property
    def seed(self) -> int:
        """Seed of the run."""
        return as_int(self.sweep.runs.loc[self.number, "seed"])

    @cached_property
    def config(self) -> dict[str, Any]:
        """Its configuration by dotted key: what all runs have, and what this one has of the varied keys."""
        row = self.sweep.runs.loc[self.number]
        return {**flat(self.sweep.config), **{key: row[key] for key in self.sweep.varied}}

    def frame(self, level: str) -> pd.DataFrame:
        """Outcomes by period and unit of a level that the results have.

        Raises
        ------
        UnknownUnit
            For another level; the message lists those of the results.
        """
        table = self.sweep.table
        levels = [str(x) for x in dict.fromkeys(table["level"].astype(str))]
        if level not in levels:
            raise UnknownUnit(
                f"unit: the results of the sweep {self.sweep.name} have no such level (got {level!r}, allowed "
                f"{', '.join(levels)}; results.levels in its file says which are kept)"
            )
        mine = table[(table["run"] == self.number) & (table["level"].astype(str) == level)].reset_index(
            drop=True
        )
        steps = np.unique(mine["step"].to_numpy())
        months = parse_period(str(mine["period"].iloc[0]))[1]
        length = dict(zip(steps.tolist(), (np.r_[0, np.diff(steps)] * months / 12).tolist(), strict=True))
        ends = {p: sum(parse_period(p)) / 12 for p in mine["period"].astype(str).unique()}
        mine["period"] = mine["period"].astype(str)
        mine["end"], mine["years"] = mine["period"].map(ends), mine["step"].map(length)
        mine["unit"], mine["name"] = mine["unit"].astype(str), mine["name"].astype(str)
        counts = [c for c in mine.columns if c not in HEAD and pd.api.types.is_numeric_dtype(mine[c])]
        return mine[[*HEAD, *(c for c in counts if c not in self.sweep.varied)]]


__all__ = ["HEAD", "NATION", "RunSource", "Source", "SweepSource", "UnknownUnit", "unit_level"]
