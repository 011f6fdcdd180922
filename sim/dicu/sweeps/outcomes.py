"""What is kept of a run: yearly outcomes by nation, area, terrain, region and province, read from its own tables.

One row a period, level and unit. Everything is summed from the tables that the recorder wrote, so a result of a sweep
and the folder of a single run cannot tell different stories.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dicu.record.codebook import tables
from dicu.record.local import local_of
from dicu.record.recorder import period_labels
from dicu.scenario.calendar import Calendar
from dicu.scenario.vocabulary import TERRAINS
from dicu.sweeps.file import Results
from dicu.world.world import World

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Level:
    """Units of one level: their codes and names, and the unit of each place (P,)."""

    name: str
    code: list[str]
    label: list[str]
    unit: I64

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.code)


def levels_of(world: World, wanted: tuple[str, ...]) -> list[Level]:
    """The levels that are wanted, in their own order; units without a place are left out of made-up ones."""
    province = world.province.astype(np.int64)
    terrain, urban = world.terrain.astype(np.int64), world.urban.astype(np.int64)
    areas = ["rural", "urban"]
    both = [f"{t} {a}" for t in TERRAINS for a in areas]
    regions = list(world.region_names)
    made = {
        "nation": (["all"], [world.name], np.zeros(world.n_places, dtype=np.int64)),
        "area": (areas, areas, urban),
        "terrain": (list(TERRAINS), list(TERRAINS), terrain),
        "terrain_area": (both, both, terrain * 2 + urban),
        "region": (regions, regions, world.region.astype(np.int64)[province]),
        "province": (*_named(world.legacy_provinces), province),
        "province_2025": (
            *_named(world.new_provinces),
            world.new_communes.parent.astype(np.int64)[world.new_commune],
        ),
        "district": (*_named(world.districts), world.district.astype(np.int64)),
    }
    return [Level(name, *made[name]) for name in wanted]


def _named(units: Any) -> tuple[list[str], list[str]]:
    return [str(c) for c in units.code], [str(n) for n in units.name]


@dataclass(frozen=True)
class Periods:
    """Periods of the results: the start, then each year (or step).

    ``of_step`` (T + 1,) says to which one per step belongs, ``last`` (K,) is the last step of each.
    """

    of_step: I64
    last: I64
    label: list[str]
    year: I64

    @classmethod
    def of(cls, calendar: Calendar, every: str) -> Periods:
        """Periods of a calendar."""
        n = calendar.n_steps
        years = np.array([calendar.year(s) for s in calendar.steps], dtype=np.int64)
        inside = np.arange(1, n + 1) if every == "step" else 1 + years - years[0]
        of_step = np.r_[0, inside].astype(np.int64)
        last = np.flatnonzero(np.r_[of_step[1:] != of_step[:-1], True]).astype(np.int64)
        labels = period_labels(calendar)
        return cls(of_step, last, [labels[k] for k in last], np.array([int(labels[k][:4]) for k in last]))

    def __len__(self) -> int:
        return len(self.last)


def outcomes(folder: Path, world: World, calendar: Calendar, results: Results) -> pa.Table:
    """Outcomes of the run whose tables stand in ``folder``.

    Returns
    -------
    pyarrow.Table
        Columns step, period, year, level, unit, name, then values, null where a table says nothing of a level:
        households, persons and access at the end of the period; moves during it, null at the start; all of
        ``national`` for the nation, its flows null at the start;
        ``gov_*`` (governments; revenue and spending are those of the last step of the period) and ``market_*``
        (labour markets) for the nation and its regions and provinces. With
        ``results.every = step`` stocks stand where the run recorded them.
    """
    periods = Periods.of(calendar, results.every)
    reader = _Reader(folder, world, periods)
    parts = [reader.level(level) for level in levels_of(world, results.levels)]
    # fields in the order in which levels bring them, null where a level does not have one
    table = pa.concat_tables([pa.table(part) for part in parts], promote_options="default").combine_chunks()
    for at, field in enumerate(table.schema):
        # periods stay text, which sorts by time: calendars of runs may differ, so there is no one list of them
        if pa.types.is_string(field.type) and field.name != "period":
            table = table.set_column(at, field.name, table[field.name].combine_chunks().dictionary_encode())
    order = np.argsort(
        table["step"].to_numpy(), kind="stable"
    )  # levels and units keep their order within a step
    return local_of(world).written(table.take(pa.array(order)))


def _array(values: Any, hidden: NDArray[np.bool_] | None = None) -> pa.Array:
    """A column, null where ``hidden`` (same shape) or where there is no number: a mean over nobody is none."""
    if values.dtype.kind == "f":
        nobody = np.isnan(values)
        hidden = nobody if hidden is None else hidden | nobody
    return pa.array(values, mask=hidden)


class _Reader:
    """Reads the tables of one run once, and sums them for each level."""

    def __init__(self, folder: Path, world: World, periods: Periods) -> None:
        self.folder, self.world, self.periods = folder, world, periods
        self.national = self._read("national")
        self.places = self._at_ends(self._read("places"))
        self.flows = self._read("flows")
        governments = self._at_ends(self._read("governments"))
        self.provinces, self.communes = (
            governments.filter(pc.equal(governments["level"], kind)) for kind in ("province", "commune")
        )
        self.districts = self._at_ends(self._read("districts"))
        index = {str(code): k for k, code in enumerate(world.districts.code)}
        self.market = np.array(
            [index[str(c)] for c in self.districts["district"].to_pylist()], dtype=np.int64
        )
        self.declared = {(t.name, c.name): c for t in tables().values() for c in t.columns}
        order = np.argsort(world.place_key)
        ends = (self.flows[f"{end}_place"].to_numpy() for end in ("origin", "destination"))
        keys = world.place_key[order]
        self.origin, self.destination = (order[np.searchsorted(keys, end)] for end in ends)

    def _read(self, name: str) -> pa.Table:
        # by this thread alone: the file is small, and the other cores have runs of their own
        return pq.ParquetFile(self.folder / f"{name}.parquet").read(use_threads=False)

    def level(self, level: Level) -> dict[str, Any]:
        """Columns of one level, (K units,) each, by period and unit."""
        k, n = len(self.periods), level.n
        made: dict[str, Any] = {
            "step": np.repeat(self.periods.last, n).astype(np.int32),
            "period": [label for label in self.periods.label for _ in range(n)],
            "year": np.repeat(self.periods.year, n).astype(np.int32),
            "level": [level.name] * (k * n),
            "unit": level.code * k,
            "name": level.label * k,
        }
        made |= self._stocks(level)
        made |= self._moves(level)
        if level.name == "nation":
            made |= self._nation()
        made |= self._governments(level)
        made |= self._markets(level)
        return {
            name: _array(values) if isinstance(values, np.ndarray) else values
            for name, values in made.items()
        }

    def _ends(self, table: pa.Table) -> I64:
        """Period of each row of a table."""
        made: I64 = self.periods.of_step[table["step"].to_numpy().astype(np.int64)]
        return made

    def _at_ends(self, table: pa.Table) -> pa.Table:
        """The rows whose step is the last of its period."""
        return table.filter(pa.array(np.isin(table["step"].to_numpy(), self.periods.last)))

    def _stocks(self, level: Level) -> dict[str, Any]:
        """People and access to services by unit, where table ``places`` has the last step of the period."""
        size, n = len(self.periods) * level.n, self.world.n_places
        period, place = self._ends(self.places), np.arange(len(self.places)) % n
        key = period * level.n + level.unit[place]
        hidden = np.repeat(~np.isin(np.arange(len(self.periods)), period), level.n)
        persons, urban = self.places["persons"].to_numpy(), self.world.urban[place]

        def total(values: Any) -> Any:
            return _array(_sum(key, values, size), hidden)

        made = {
            "households": total(self.places["households"].to_numpy()),
            "persons": total(persons),
            "urban_persons": total(persons * urban),
            "rural_persons": total(persons * ~urban),
        }
        for column in self.places.column_names:
            if column.startswith("access_"):
                access = self.places[column].to_numpy().astype(np.float64)
                made[column] = _array(_mean(key, access, persons, size), hidden)
        return made

    def _moves(self, level: Level) -> dict[str, Any]:
        """Arrivals, departures and moves within, and moves between urban and rural places by where they begin.

        Null at the start, when nobody can have moved yet: a zero there would read as a year without moves.
        """
        size = len(self.periods) * level.n
        period = self._ends(self.flows) * level.n
        origin, destination = level.unit[self.origin], level.unit[self.destination]
        crosses = origin != destination
        from_urban, to_urban = self.world.urban[self.origin], self.world.urban[self.destination]
        start = np.arange(size) < level.n

        def total(end: I64, moved: Any) -> Any:
            return _array(_sum(period + end, moved, size), start)

        made = {}
        for what in ("households", "persons"):
            moved = self.flows[what].to_numpy()
            made[f"in_{what}"] = total(destination, moved * crosses)
            made[f"out_{what}"] = total(origin, moved * crosses)
            made[f"within_{what}"] = total(origin, moved * ~crosses)
            made[f"rural_to_urban_{what}"] = total(origin, moved * (~from_urban & to_urban))
            made[f"urban_to_rural_{what}"] = total(origin, moved * (from_urban & ~to_urban))
        return made

    def _nation(self) -> dict[str, Any]:
        """Every column of ``national``: stocks at the end of the period, flows summed over it, null at the start."""
        made: dict[str, Any] = {}
        for name in self.national.column_names:
            if name in ("step", "period"):
                continue
            values = _filled(self.national[name])
            if not self.declared["national", name].flow:
                made[name] = values[self.periods.last]
            else:
                sums = _sum(self.periods.of_step, values, len(self.periods))
                made[name] = _array(sums, np.arange(len(sums)) == 0)
        return made

    def _governments(self, level: Level) -> dict[str, Any]:
        """Posts, money and quality of provinces in office, their communes' included, at the end of the period."""
        table, size = self.provinces, len(self.periods) * level.n
        if level.name in ("province", "province_2025"):
            generation = "legacy" if level.name == "province" else "2025"
            table = table.filter(pc.equal(table["generation"], generation))
            index = {code: k for k, code in enumerate(level.code)}
            unit = np.array([index.get(str(c), -1) for c in table["code"].to_pylist()], dtype=np.int64)
            table, unit = table.filter(pa.array(unit >= 0)), unit[unit >= 0]
        elif level.name == "nation":
            unit = np.zeros(len(table), dtype=np.int64)
        else:
            return {}
        key = self._ends(table) * level.n + unit
        made = self._by_unit("governments", table, key, table["residents"].to_numpy(), size, "gov_")
        if level.name == "nation":
            made["gov_communes"] = np.bincount(self._ends(self.communes), minlength=size)
        return made

    def _markets(self, level: Level) -> dict[str, Any]:
        """Labour markets at the end of the period; means are over workers."""
        if level.name not in ("nation", "region", "province", "district"):
            return {}
        table = self.districts
        unit_of = np.zeros(len(self.world.districts), dtype=np.int64)
        unit_of[self.world.district] = level.unit  # a district lies in one province and region
        key = self._ends(table) * level.n + unit_of[self.market]
        workers = table["workers_other"].to_numpy() + table["workers_farm"].to_numpy()
        return self._by_unit("districts", table, key, workers, len(self.periods) * level.n, "market_")

    def _by_unit(
        self, name: str, table: pa.Table, key: I64, weight: I64, size: int, prefix: str
    ) -> dict[str, Any]:
        """Numeric columns of a table, summed or averaged as their unit says; null where there is no row."""
        absent = np.bincount(key, minlength=size) == 0
        start = np.arange(size) < size // len(self.periods)
        made = {}
        for column in table.column_names:
            if not _numeric(table[column].type) or column in ("step", "residents"):
                continue
            declared, values = self.declared[name, column], _filled(table[column])
            hidden = absent | start if declared.flow else absent
            if declared.adds:
                made[f"{prefix}{column}"] = _array(_sum(key, values, size), hidden)
            else:
                made[f"{prefix}{column}"] = _array(
                    _mean(key, values.astype(np.float64), weight, size), hidden
                )
        return made


def _filled(column: Any) -> Any:
    """Values of a column; 0 where it says nothing, which is hidden again."""
    nothing = False if pa.types.is_boolean(column.type) else 0
    return column.fill_null(nothing).to_numpy() if column.null_count else column.to_numpy()


def _numeric(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))


def _sum(key: I64, values: Any, size: int) -> Any:
    """Sums by key in the order of rows: exact for integers, the same bits every time for floats."""
    if values.dtype.kind == "f":
        # of nothing, numpy makes integers
        return np.bincount(key, weights=values, minlength=size).astype(np.float64, copy=False)
    made = np.zeros(size, dtype=np.int64)
    np.add.at(made, key, values.astype(np.int64))
    return made


def _mean(key: I64, values: F64, weight: Any, size: int) -> F64:
    """Mean over people by key, nan where there is nobody. What is itself nan (a payback of no cut) is left out."""
    known = ~np.isnan(values)
    people_of = np.where(known, weight, 0).astype(np.float64)
    total = np.bincount(key, weights=np.where(known, values, 0.0) * people_of, minlength=size)
    people = np.bincount(key, weights=people_of, minlength=size)
    mean: F64 = np.divide(total, people, out=np.full(size, np.nan), where=people > 0)
    return mean
