"""The recorder: what the model hands over once a step, streamed to Parquet with bounded memory.

Steps of a record: 0 is the state at the start, k the state at the end of the k-th step of the calendar (its
step k - 1) and the moves during it. The model counts rows; the recorder multiplies by ``population.weight``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dicu.record.abroad import abroad_columns
from dicu.record.checkpoint import table_bytes
from dicu.record.codebook import tables, write_codebook
from dicu.record.conform import coded, conform
from dicu.record.declare import Table
from dicu.record.flows import FlowLayout, flows_columns
from dicu.record.folder import commit, temporary
from dicu.record.geography import of_districts, world_places, world_units
from dicu.record.local import Local, local_of
from dicu.record.moves import moves_columns
from dicu.record.residence import residence_columns
from dicu.record.urban_places import urban_places_columns
from dicu.scenario.calendar import Calendar, parse_period
from dicu.scenario.vocabulary import SCOPES, SEXES
from dicu.world.world import World

STREAMED: Final = (
    "national", "places", "flows", "moves", "movers", "five_year", "districts", "cities", "governments", "households",
    "urban_places", "abroad",
)  # fmt: skip
STATIC: Final = ("world_places", "world_units")
"""Tables that are written when the recorder is made."""
TENTHS: Final = 10.0
"""The model counts money of households in 0.1 M VND."""


def period_labels(calendar: Calendar) -> list[str]:
    """Labels of the record's steps: the period before the first one, then each step of the calendar."""
    months = calendar.months_per_step
    before = parse_period(calendar.start)[0] - months
    year, month = divmod(before, 12)
    first = f"{year}Q{month // 3 + 1}" if months == 3 else f"{year}-{month + 1:02d}"
    return [first, *(calendar.label(s) for s in calendar.steps)]


class Recorder:
    """Writes the tables of one run into ``folder``.

    Every table is streamed to a temporary file, a row group a step, and gets its name in `finish`.

    Parameters
    ----------
    folder : Path
        An existing folder, usually that of `dicu.record.folder.building`.
    world : World
    calendar : Calendar
    weight : int
        Households that one row stands for: `national`, `places` and `flows` are given in rows and multiplied.
    flows : {"place", "district"}
        Units between which moves are kept.
    services : tuple of str
        Names of the columns of ``access`` in `places`, see `codebook.SERVICES`.
    scratch : bool
        The tables are for this process only: no codebook, and no wait for the disk.
    kept : tuple of str or None
        Tables that outlive the process; all others are read once and then thrown away, so they are not compressed.
        None: all are kept.
    keep : bool
        Keep what is written until it is taken by `written`, for saved states.
    moves : bool
        Whether each move is kept with who made it, see `moves`.
    households : bool
        Whether chosen households are kept one by one, see `households`.
    abroad : bool
        Whether people leave the country and come to it, see `abroad`.
    plugins : tuple of Table
        Tables of observers, see `plugin`.

    Raises
    ------
    ValueError
        From any method, for a wrong shape, an undeclared or missing column, or steps out of order.
    OSError
        When the disk is full or a file too large; the temporary files are removed by `close`.
    """

    def __init__(
        self,
        folder: Path,
        world: World,
        calendar: Calendar,
        *,
        weight: int,
        flows: FlowLayout,
        services: tuple[str, ...],
        scratch: bool = False,
        kept: tuple[str, ...] | None = None,
        keep: bool = False,
        moves: bool = False,
        households: bool = False,
        abroad: bool = False,
        plugins: tuple[Table, ...] = (),
    ) -> None:
        if weight < 1:
            raise ValueError(f"weight must be 1 or more households per row, got {weight}")
        self._scratch, self._outlive = scratch, kept
        self._folder, self._world, self._weight = folder, world, weight
        self._tables = tables(services, flows, moves, households, abroad) | {t.name: t for t in plugins}
        self._plugins = plugins
        self._local = Local() if scratch else local_of(world)
        self._layout, self._services = flows, services
        self._labels = period_labels(calendar)
        self._period = pa.array(self._labels)
        self._key = world.place_key.astype(np.uint64)
        self._writers: dict[str, Any] = {}
        self._steps: dict[str, list[int]] = {n: [] for n in (*STREAMED, *(t.name for t in plugins))}
        self._national: list[dict[str, int]] = []
        self._lineage: list[Any] = []
        self._kept: list[tuple[str, bytes]] | None = [] if keep else None
        self._write("world_places", world_places(world))
        self._write("world_units", world_units(world))

    def national(self, step: int, row: Mapping[str, int]) -> None:
        """Whole-country counts of one step: the columns of table ``national`` without step and period."""
        self._enter("national", step)
        declared = [c.name for c in self._tables["national"].columns[2:]]
        if set(row) != set(declared):
            extra, missing = sorted(set(row) - set(declared)), [n for n in declared if n not in row]
            raise ValueError(f"table 'national': undeclared columns {extra}, missing columns {missing}")
        self._national.append({"step": step, **row})

    def places(
        self,
        step: int,
        households: NDArray[np.int64],
        persons: NDArray[np.int64],
        access: NDArray[np.float64],
    ) -> None:
        """Households (P,) and persons (P,) in rows, access (P, S) to each service; at the end of the step."""
        self._enter("places", step)
        n = self._world.n_places
        for name, a, shape in (
            ("households", households, (n,)), ("persons", persons, (n,)),
            ("access", access, (n, len(self._services))),
        ):  # fmt: skip
            if np.shape(a) != shape:
                raise ValueError(f"places, step {step}: {name} must have shape {shape}, got {np.shape(a)}")
        if not np.isfinite(access).all():
            p, s = np.argwhere(~np.isfinite(access))[0]
            raise ValueError(
                f"places, step {step}: access to {self._services[s]} in place {p} is {access[p, s]}"
            )
        columns = {f"access_{s}": access[:, i].astype(np.float32) for i, s in enumerate(self._services)}
        self._put(
            "places", step, {"place_key": self._key, "households": households, "persons": persons, **columns}
        )

    def flows(
        self,
        step: int,
        origin: NDArray[np.integer[Any]],
        destination: NDArray[np.integer[Any]],
        persons: NDArray[np.integer[Any]],
    ) -> None:
        """Moves of one step: origin and destination (E,) as place indices, persons (E,); see `flows_columns`."""
        self._enter("flows", step)
        columns = flows_columns(self._world, self._layout, step, origin, destination, persons)
        if len(persons):
            self._put("flows", step, columns)

    def moves(self, step: int, columns: Mapping[str, NDArray[Any]]) -> None:
        """Each move of the step with who made it, (E,) columns as `dicu.record.moves.moves_columns` takes them; nothing
        unless the recorder keeps moves.
        """
        self._enter("moves", step)
        if "moves" in self._tables and len(columns["uid"]):
            self._put("moves", step, moves_columns(self._world, columns))

    def households(self, step: int, columns: Mapping[str, Any]) -> None:
        """Chosen households at the end of the step (`dicu.record.households`)."""
        self._enter("households", step)
        self._put("households", step, dict(columns))

    def plugin(self, name: str, step: int, columns: Mapping[str, Any]) -> None:
        """What an observer of that name saw, into its own table."""
        self._enter(f"plugin_{name}", step)
        self._put(f"plugin_{name}", step, dict(columns))

    def movers(self, step: int, persons: NDArray[np.int64]) -> None:
        """Members who moved since the last call, (3 scopes, 2 sexes, ages) int64; rows without anybody are left out."""
        self._enter("movers", step)
        scope, sex, age = np.nonzero(persons)
        who = {"scope": coded(SCOPES, scope), "sex": coded(SEXES, sex), "age": age.astype(np.int32)}
        self._put("movers", step, {**who, "persons": persons[scope, sex, age]})

    def five_year(self, step: int, by_scope: NDArray[np.int64], between: NDArray[np.int64]) -> None:
        """Residence five years ago, in members, see `residence_columns`: ``five_year`` and ``five_year_flows``."""
        self._enter("five_year", step)
        for name, columns in residence_columns(self._world, step, by_scope, between).items():
            self._put(name, step, columns)

    def districts(self, step: int, columns: Mapping[str, Any]) -> None:
        """Labour markets at the end of the step: columns of table ``districts`` but the code."""
        self._enter("districts", step)
        area = of_districts(self._world, columns["commuting_area"])
        code = of_districts(self._world, np.arange(len(self._world.districts)))
        self._put("districts", step, {**columns, "district": code, "commuting_area": area})

    def cities(self, step: int, columns: Mapping[str, Any]) -> None:
        """Urban areas at the end of the step, an entry an area; columns of table ``cities``."""
        self._enter("cities", step)
        words = ("code", "name", "kind", "class")
        labels = {w: coded(np.array(columns[w], dtype=str), np.arange(len(columns[w]))) for w in words}
        self._put("cities", step, {**columns, **labels})

    def urban_places(self, step: int, columns: Mapping[str, Any]) -> None:
        """Places whose class changed at the beginning of the step, see `urban_places_columns`."""
        self._enter("urban_places", step)
        self._put("urban_places", step, urban_places_columns(self._world, columns))

    def abroad(self, step: int, urban: NDArray[np.bool_], crossed: Mapping[str, Any]) -> None:
        """Who left the country and came to it in the step, with the class of places (P,), see `abroad_columns`."""
        self._enter("abroad", step)
        self._put("abroad", step, abroad_columns(self._world, urban, crossed))

    def governments(self, step: int, columns: Mapping[str, Any]) -> None:
        """Governments in office at the end of the step, an entry per unit; columns of table ``governments``."""
        self._enter("governments", step)
        self._put("governments", step, dict(columns))

    def lineage(self, step: int, columns: Mapping[str, Any]) -> None:
        """What became of each unit in the reform of this step: columns of table ``lineage``."""
        self._check_step(step)
        table = conform(self._tables["lineage"], self._stamp("lineage", step, dict(columns)))
        self._lineage.append(table)
        self._keep("lineage", table)

    def _keep(self, name: str, table: Any) -> None:
        if self._kept is not None:
            self._kept.append((name, table_bytes(table)))

    def written(self) -> tuple[list[tuple[str, bytes]], dict[str, Any]]:
        """What was written since the last call, table by table, and what stands in memory, as JSON can hold it."""
        assert self._kept is not None, "a recorder that does not keep cannot be continued"
        kept, self._kept = self._kept, []
        return kept, {"steps": self._steps, "national": self._national}

    def go_on(
        self, tables: Iterable[tuple[str, Any]], memory: Mapping[str, Any], *, again: bool = False
    ) -> None:
        """Write what another recorder of the same run had `written`, and go on where it was; ``again``: keep it too."""
        for name, table in tables:
            if name == "lineage":
                self._lineage.append(table)
                self._keep(name, table)
            elif name not in STATIC:
                self._write_arrow(name, table)
        self._steps = {n: list(memory["steps"].get(n, [])) for n in self._steps}
        self._national = [dict(row) for row in memory["national"]]
        if self._kept is not None and not again:
            self._kept = []

    def finish(self) -> list[Path]:
        """Close and name every table and write the codebook.

        Returns
        -------
        list of Path
            The files written.

        Raises
        ------
        ValueError
            When a step is missing: tables national and flows need every step, places and governments the
            first and the last.
        """
        last = len(self._labels) - 1
        for name, need in (("national", range(last + 1)), ("flows", range(1, last + 1)),
                           ("places", (0, last)), ("governments", (0, last))):  # fmt: skip
            missing = sorted(set(need) - set(self._steps[name]))
            if missing:
                raise ValueError(
                    f"table {name!r} is not complete: steps {missing[:5]} of 0 to {last} are missing"
                )
        counts = {
            c.name: np.array([r[c.name] for r in self._national])
            for c in self._tables["national"].columns[2:]
        }
        self._put("national", np.array([r["step"] for r in self._national]), counts)
        for table in self._lineage:
            self._write_arrow("lineage", table)
        for name in self._tables:
            self._writer(name)  # a table without rows is still a table
        paths = []
        for name, writer in self._writers.items():
            writer.close()
            path = self._folder / self._tables[name].file
            if self._scratch:
                os.replace(temporary(path), path)
            else:
                commit(temporary(path), path)
            paths.append(path)
        self._writers.clear()
        return paths if self._scratch else paths + write_codebook(self._folder, self._local, self._plugins)

    def close(self) -> None:
        """Drop what is not finished: close and remove the temporary files (nothing after `finish`)."""
        for name, writer in self._writers.items():
            with suppress(OSError):  # the disk that was full still is; the file goes away below
                writer.close()
            temporary(self._folder / self._tables[name].file).unlink(missing_ok=True)
        self._writers.clear()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check_step(self, step: int) -> None:
        if not 0 <= step < len(self._labels):
            raise ValueError(f"no such step {step}: this run has 0 (the start) to {len(self._labels) - 1}")

    def _enter(self, name: str, step: int) -> None:
        self._check_step(step)
        if name == "flows" and step == 0:
            raise ValueError(
                "flows begin with step 1: step 0 is the state at the start, before anybody moved"
            )
        done = self._steps[name]
        if done and step <= done[-1]:
            raise ValueError(
                f"table {name!r}: step {step} comes after step {done[-1]}; each step once, in order"
            )
        done.append(step)

    def _stamp(self, name: str, step: int | NDArray[np.int64], data: dict[str, Any]) -> dict[str, Any]:
        """Add step and period, turn counts of rows into households, persons and M VND, hide flows of step 0."""
        n = len(next(iter(data.values())))
        steps = np.broadcast_to(np.asarray(step, dtype=np.int32), n)
        made: dict[str, Any] = {
            "step": steps,
            "period": pa.DictionaryArray.from_arrays(pa.array(steps), self._period, ordered=True),
        }
        for c in self._tables[name].columns:
            if c.scaled and c.name in data:
                a = np.asarray(data[c.name])
                if a.dtype.kind not in "iu":
                    raise TypeError(f"table {name!r}, column {c.name!r}: counts are integers, got {a.dtype}")
                data[c.name] = a.astype(np.int64) * self._weight
            if c.tenths and c.name in data:
                data[c.name] = np.asarray(data[c.name]) / TENTHS
            if c.flow and c.name in data and (steps == 0).any():
                data[c.name] = np.ma.array(data[c.name], mask=steps == 0)
        return {**made, **data}

    def _put(self, name: str, step: int | NDArray[np.int64], data: dict[str, Any]) -> None:
        self._write(name, self._stamp(name, step, data))

    def _write(self, name: str, data: Mapping[str, Any]) -> None:
        self._write_arrow(name, conform(self._tables[name], data))

    def _write_arrow(self, name: str, table: Any) -> None:
        self._keep(name, table)
        self._writer(name).write_table(self._local.written(table), row_group_size=max(len(table), 1))

    def _writer(self, name: str) -> Any:
        if name not in self._writers:
            table: Table = self._tables[name]
            schema = self._local.table(table).schema()
            self._writers[name] = pq.ParquetWriter(
                temporary(self._folder / table.file), schema, **self._written_as(name, schema)
            )
        return self._writers[name]

    def _written_as(self, name: str, schema: pa.Schema) -> dict[str, Any]:
        """How a table is written: compressed, or in a fifth of the time and twice the bytes where it is soon read."""
        if self._outlive is None or name in self._outlive:
            return {"compression": "zstd"}
        codes = [field.name for field in schema if pa.types.is_dictionary(field.type)]
        return {"compression": "none", "use_dictionary": codes, "write_statistics": False}
