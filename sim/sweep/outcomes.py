"""What is kept of a run: yearly outcomes by nation, area, terrain, region and province, read from its own tables.

One row a period, level and unit. Everything is summed from the tables that the recorder wrote, so a result of a sweep
and the folder of a single run cannot tell different stories.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from sim.record.codebook import tables
from sim.record.recorder import period_labels, sum_by
from sim.scenario.calendar import Calendar
from sim.sweep.design import Results
from sim.world.world import TERRAINS, World

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

NATIONAL_STOCKS: Final = ("households", "persons", "urban_households", "urban_persons", "rural_households",
                          "rural_persons", "workers", "farm_workers", "wealth")  # fmt: skip
"""Columns of `national` that are taken at the end of a period; all others are summed over it."""
SUMMED_UNITS: Final = (
    "persons", "households", "jobs", "posts", "dwellings", "desks", "M VND", "M VND/step", "0.1 M VND",
)  # fmt: skip
"""Units that add up over units of government or over markets; anything else is averaged over people."""
SUMMED: Final = ("output_mvnd",)
"""Columns that add up although their unit is that of a wage."""


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

    ``of_step`` (T + 1,) says to which one a step belongs, ``last`` (K,) is the last step of each.
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
        households, persons and access at the end of the period; moves during it; all of ``national`` for the nation;
        ``gov_*`` (governments) and ``market_*`` (labour markets) for the nation and its regions and provinces. With
        ``results.every = step`` stocks stand where the run recorded them.
    """
    periods = Periods.of(calendar, results.every)
    reader = _Reader(folder, world, periods)
    parts = [reader.level(level) for level in levels_of(world, results.levels)]
    names = list(dict.fromkeys(name for part in parts for name in part))
    rows = sum(len(part["step"]) for part in parts)
    columns: dict[str, Any] = {}
    for name in names:
        some = next(part[name] for part in parts if name in part)
        blank = None if some.dtype.kind in "UO" else np.ma.masked_all(0, dtype=some.dtype)
        joined = []
        for part in parts:
            n = len(part["step"])
            joined.append(part[name] if name in part else np.ma.masked_all(n, dtype=some.dtype))
        whole = np.concatenate(joined) if blank is None else np.ma.concatenate(joined)
        columns[name] = _arrow(whole)
    table = pa.table(columns)
    assert len(table) == rows
    order = np.argsort(
        table["step"].to_numpy(), kind="stable"
    )  # levels and units keep their order within a step
    return table.take(pa.array(order))


def _arrow(values: Any) -> pa.Array:
    if values.dtype.kind in "UO":
        return pa.array(values.tolist(), pa.string()).dictionary_encode()
    mask = np.ma.getmaskarray(values)
    data = np.ma.getdata(values)
    if data.dtype.kind == "f":
        mask = mask | np.isnan(data)  # a mean over nobody is no number
    return pa.array(data, mask=mask)


class _Reader:
    """Reads the tables of one run once, and sums them for each level."""

    def __init__(self, folder: Path, world: World, periods: Periods) -> None:
        self.folder, self.world, self.periods = folder, world, periods
        self.national = self._read("national")
        self.places = self._read("places")
        self.flows = self._read("flows")
        self.governments = self._read("governments")
        self.districts = self._read("districts")
        self.units = {(t.name, c.name): c.unit for t in tables().values() for c in t.columns}
        order = np.argsort(world.place_key)
        ends = (self.flows[f"{end}_place"].to_numpy() for end in ("origin", "destination"))
        keys = world.place_key[order]
        self.origin, self.destination = (order[np.searchsorted(keys, end)] for end in ends)

    def _read(self, name: str) -> pa.Table:
        return pq.read_table(self.folder / f"{name}.parquet")

    def level(self, level: Level) -> dict[str, Any]:
        """Columns of one level, (K units,) each, by period and unit."""
        k, n = len(self.periods), level.n
        made: dict[str, Any] = {
            "step": np.repeat(self.periods.last, n).astype(np.int32),
            "period": np.repeat(np.array(self.periods.label), n),
            "year": np.repeat(self.periods.year, n).astype(np.int32),
            "level": np.full(k * n, level.name),
            "unit": np.tile(np.array(level.code), k),
            "name": np.tile(np.array(level.label), k),
        }
        made |= self._stocks(level)
        made |= self._moves(level)
        if level.name == "nation":
            made |= self._nation()
        made |= self._governments(level)
        made |= self._markets(level)
        return made

    def _at_ends(self, step: I64) -> I64:
        """Period whose last step this is, -1 for any other step."""
        period = self.periods.of_step[step]
        return np.where(self.periods.last[period] == step, period, -1)

    def _stocks(self, level: Level) -> dict[str, Any]:
        """People and access to services by unit, where table ``places`` has the last step of the period."""
        size, n = len(self.periods) * level.n, self.world.n_places
        period = self._at_ends(self.places["step"].to_numpy().astype(np.int64))
        place = np.arange(len(period)) % n
        keep = period >= 0
        key = (period * level.n + level.unit[place])[keep]
        known = np.zeros(len(self.periods), dtype=bool)
        known[period[keep]] = True
        hidden = np.repeat(~known, level.n)
        persons = self.places["persons"].to_numpy()[keep]
        urban = self.world.urban[place[keep]]

        def total(values: Any) -> Any:
            return np.ma.array(_sum(key, values, size), mask=hidden)

        made = {
            "households": total(self.places["households"].to_numpy()[keep]),
            "persons": total(persons),
            "urban_persons": total(persons * urban),
            "rural_persons": total(persons * ~urban),
        }
        for column in self.places.column_names:
            if column.startswith("access_"):
                access = self.places[column].to_numpy()[keep].astype(np.float64)
                made[column] = np.ma.array(_mean(key, access, persons, size), mask=hidden)
        return made

    def _moves(self, level: Level) -> dict[str, Any]:
        """Arrivals, departures and moves within, and moves between urban and rural places by where they begin."""
        size = len(self.periods) * level.n
        period = self.periods.of_step[self.flows["step"].to_numpy()] * level.n
        origin, destination = level.unit[self.origin], level.unit[self.destination]
        crosses = origin != destination
        from_urban, to_urban = self.world.urban[self.origin], self.world.urban[self.destination]
        made = {}
        for what in ("households", "persons"):
            moved = self.flows[what].to_numpy()
            made[f"in_{what}"] = _sum(period + destination, moved * crosses, size)
            made[f"out_{what}"] = _sum(period + origin, moved * crosses, size)
            made[f"within_{what}"] = _sum(period + origin, moved * ~crosses, size)
            made[f"rural_to_urban_{what}"] = _sum(period + origin, moved * (~from_urban & to_urban), size)
            made[f"urban_to_rural_{what}"] = _sum(period + origin, moved * (from_urban & ~to_urban), size)
        return made

    def _nation(self) -> dict[str, Any]:
        """Every column of ``national``: stocks at the end of the period, anything else summed over it."""
        made = {}
        for name in self.national.column_names:
            if name in ("step", "period"):
                continue
            values = self.national[name].to_numpy()
            if name in NATIONAL_STOCKS:
                made[name] = values[self.periods.last]
            else:
                made[name] = _sum(self.periods.of_step, values, len(self.periods))
        return made

    def _governments(self, level: Level) -> dict[str, Any]:
        """Posts, money and quality of provinces in office, their communes' included, at the end of the period."""
        table = self.governments
        period = self._at_ends(table["step"].to_numpy().astype(np.int64))
        keep = (period >= 0) & _is(table["level"], "province")
        if level.name in ("province", "province_2025"):
            generation = "legacy" if level.name == "province" else "2025"
            keep &= _is(table["generation"], generation)
            index = {code: k for k, code in enumerate(level.code)}
            codes = table["code"].to_pylist()
            unit = np.array([index.get(str(c), -1) for c in codes], dtype=np.int64)
            keep &= unit >= 0
        elif level.name == "nation":
            unit = np.zeros(len(table), dtype=np.int64)
        else:
            return {}
        size = len(self.periods) * level.n
        key = (period * level.n + unit)[keep]
        made = self._by_unit("governments", table, key, keep, table["residents"].to_numpy(), size, "gov_")
        if level.name == "nation":
            communes = (period >= 0) & _is(table["level"], "commune")
            made["gov_communes"] = _sum(period[communes], np.ones(int(communes.sum()), dtype=np.int64), size)
        return made

    def _markets(self, level: Level) -> dict[str, Any]:
        """Labour markets at the end of the period; means are over workers."""
        if level.name not in ("nation", "region", "province", "district"):
            return {}
        table = self.districts
        period = self._at_ends(table["step"].to_numpy().astype(np.int64))
        keep = period >= 0
        unit_of = np.zeros(len(self.world.districts), dtype=np.int64)
        unit_of[self.world.district] = level.unit  # a district lies in one province and region
        index = {str(code): k for k, code in enumerate(self.world.districts.code)}
        district = np.array([index[str(c)] for c in table["district"].to_pylist()], dtype=np.int64)
        key = (period * level.n + unit_of[district])[keep]
        workers = table["workers_other"].to_numpy() + table["workers_farm"].to_numpy()
        size = len(self.periods) * level.n
        return self._by_unit("districts", table, key, keep, workers, size, "market_")

    def _by_unit(
        self,
        name: str,
        table: pa.Table,
        key: I64,
        keep: NDArray[np.bool_],
        weight: I64,
        size: int,
        prefix: str,
    ) -> dict[str, Any]:
        """Numeric columns of a table, summed or averaged as their unit says; null where there is no row."""
        hidden = np.bincount(key, minlength=size) == 0
        made = {}
        for column in table.column_names:
            values = table[column].to_numpy() if _numeric(table[column].type) else None
            if values is None or column in ("step", "residents"):
                continue
            some = values[keep]
            if some.dtype.kind == "b":
                some = some.astype(np.int64)
            if self.units[name, column] in SUMMED_UNITS or column in SUMMED or values.dtype.kind == "b":
                made[f"{prefix}{column}"] = np.ma.array(_sum(key, some, size), mask=hidden)
            else:
                mean = _mean(key, some.astype(np.float64), weight[keep], size)
                made[f"{prefix}{column}"] = np.ma.array(mean, mask=hidden)
        return made


def _numeric(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))


def _is(column: Any, text: str) -> NDArray[np.bool_]:
    return np.array([str(v) == text for v in column.to_pylist()], dtype=bool)


def _sum(key: I64, values: Any, size: int) -> Any:
    """Sums by key in the order of rows: exact for integers, the same bits every time for floats."""
    if values.dtype.kind == "f":
        return np.bincount(key, weights=values, minlength=size)
    at, (total,) = sum_by(key, values.astype(np.int64))
    made = np.zeros(size, dtype=np.int64)
    made[at] = total
    return made


def _mean(key: I64, values: F64, weight: Any, size: int) -> F64:
    """Mean over people by key; not a number where there is nobody."""
    total = np.bincount(key, weights=values * weight, minlength=size)
    people = np.bincount(key, weights=weight.astype(np.float64), minlength=size)
    mean: F64 = np.divide(total, people, out=np.full(size, np.nan), where=people > 0)
    return mean
