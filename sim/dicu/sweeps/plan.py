"""From a design to the list of runs: every scenario checked, every run with its identity."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from dicu.scenario.dump import idle, run_id
from dicu.scenario.fields import leaf_at
from dicu.scenario.layer_of_country import in_model_money
from dicu.scenario.loader import check, named
from dicu.scenario.reading import COMMAND_LINE, FileRead, Reading
from dicu.scenario.scenario import Scenario, UnfitScenario
from dicu.scenario.source import Mapping, Message, merged, where_of
from dicu.sweeps.design import Design, From, Point, read_design
from dicu.sweeps.file import Results
from dicu.sweeps.start import Starts
from dicu.world.table_checks import TableError

if TYPE_CHECKING:
    from dicu.execution.saved import Saved

MESSAGES_A_LINE: Final = 3
"""A bound that is out of range would otherwise be told once for every point of a sample."""


@dataclass(frozen=True)
class Run:
    """One run of a sweep."""

    index: int
    run_id: str
    label: str
    point: int
    replicate: int
    scenario: Scenario


@dataclass(frozen=True)
class Plan:
    """All runs of a sweep, in the order of the results.

    Attributes
    ----------
    paths : tuple of str
        Keys that differ between runs, besides the seed.
    inputs_sha256 : dict of str to str
        Checksums of the inputs, by world.
    saved : Path or None
        The saved state that every run begins with.
    """

    name: str
    path: Path
    files: tuple[FileRead, ...]
    runs: tuple[Run, ...]
    paths: tuple[str, ...]
    replications: int
    seed: int
    results: Results
    version: str
    inputs_sha256: dict[str, str]
    saved: Path | None = None

    @property
    def distinct(self) -> tuple[Run, ...]:
        """Runs without those that repeat an earlier one (two scenarios may come to the same)."""
        return tuple({run.run_id: run for run in reversed(self.runs)}.values())[::-1]

    def table(self) -> pa.Table:
        """One row a run: identity, scenario, point, replicate, seed, and every key that is varied."""
        columns: dict[str, Any] = {
            "run": pa.array([r.index for r in self.runs], pa.int32()),
            "run_id": pa.array([r.run_id for r in self.runs], pa.string()),
            "scenario": pa.array([r.label for r in self.runs], pa.string()),
            "point": pa.array([r.point for r in self.runs], pa.int32()),
            "replicate": pa.array([r.replicate for r in self.runs], pa.int32()),
            "seed": pa.array([r.scenario.seed for r in self.runs], pa.int64()),
        }
        for path in self.paths:
            columns[path] = pa.array([value_at(r.scenario, path) for r in self.runs], _arrow_type(path))
        return pa.table(columns)

    @property
    def config(self) -> dict[str, Any]:
        """The resolved configuration without the keys that differ between runs: what every run of the sweep has.

        What nothing acts by, since it is a law of another country, is left out as well.
        """
        tree = self.runs[0].scenario.model_dump(mode="json")
        for path in (*self.paths, *idle(self.runs[0].scenario), "seed", "name"):
            *above, key = path.split(".")
            section = tree
            for name in above:
                section = section[name]
            section.pop(key, None)
        return tree

    @property
    def sha256(self) -> str:
        """Identity of the plan: which runs, in which order."""
        return hashlib.sha256("\n".join(r.run_id for r in self.runs).encode()).hexdigest()


def _arrow_type(path: str) -> pa.DataType:
    """Column type of a key that is varied."""
    kind = leaf_at()[path].kind
    return {"integer": pa.int64(), "number": pa.float64(), "flag": pa.bool_()}.get(kind, pa.string())


def value_at(scenario: Scenario, path: str) -> Any:
    """Value of a dotted key; what is not a scalar, as text."""
    value: Any = scenario
    for part in path.split("."):
        value = getattr(value, part)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return repr(value)


def make_plan(config: str | Path, overrides: Sequence[str] = (), starts: Starts | None = None) -> Plan:
    """Read the file of a sweep and check every run of it, before anything runs.

    Parameters
    ----------
    config : str or Path
        A file, or the name of a shipped sweep.
    overrides : sequence of str
        See `dicu.sweeps.design.read_design`.
    starts : Starts or None
        Worlds that are open already.

    Raises
    ------
    ConfigurationErrors
        Everything that is wrong, each with its line.
    """
    from dicu.execution.fits import check_fits
    from dicu.execution.identity import data_sha256, model_version, world_sha256

    path = named(config, "sweep")
    design, reading = read_design(path, overrides)
    scenarios = _checked(design, reading) if design is not None else []
    saved = _saved(design.begins, scenarios, reading) if design is not None and design.begins else None
    if reading.messages or design is None:
        reading.messages = _few_a_line(reading.messages)
        raise reading.errors()
    starts = Starts() if starts is None else starts
    version, tables = model_version(), data_sha256()
    runs: list[Run] = []
    inputs: dict[str, str] = {}
    for number, (point, scenario) in enumerate(zip(design.points, scenarios, strict=True)):
        world = starts.world(scenario)
        try:
            check_fits(scenario, world)
        except (UnfitScenario, TableError) as error:
            tree = merged(design.base, point.layer)
            key = error.key if isinstance(error, UnfitScenario) else "reform.policy"
            reading.wrong(where_of(tree, tuple(key.split("."))) or design.base.where, str(error))
        key = f"world {starts.world_key(scenario)}"
        if key not in inputs:
            inputs[key] = world_sha256(world)
            if saved is not None and design.begins is not None and not saved.made_of(inputs[key] + tables):
                reading.wrong(
                    design.begins.where,
                    "sweep.from: the inputs of that run have changed since the state was saved",
                )
        for r in range(design.replications):
            one = scenario.model_copy(update={"seed": design.seed + r, "name": design.name})
            identity = run_id(one, inputs[key] + tables, version, saved.identity if saved is not None else "")
            runs.append(Run(len(runs), identity, point.scenario, number, r, one))
    if reading.messages:
        reading.messages = _few_a_line(reading.messages)
        raise reading.errors()
    return Plan(
        name=design.name,
        path=path,
        files=tuple(design.files),
        runs=tuple(runs),
        paths=tuple(design.paths),
        replications=design.replications,
        seed=design.seed,
        results=design.results,
        version=version,
        inputs_sha256={**inputs, "data": tables},
        saved=saved.file if saved is not None else None,
    )


def _saved(begins: From, scenarios: list[Scenario], reading: Reading) -> Saved | None:
    """The saved state that all runs begin with; messages where there is none, or a scenario cannot follow on it."""
    from dicu.execution.forks import check_fork
    from dicu.execution.identity import model_version
    from dicu.execution.saved import DamagedFile, read_saved, saved_folder, saved_steps

    folder = saved_folder(begins.run)
    try:
        there = [read_saved(path) for path in saved_steps(folder).values()]
    except DamagedFile as error:
        reading.wrong(begins.where, f"sweep.from: {error}")
        return None
    found = next((saved for saved in there if saved.label == begins.at), None)
    if found is None:
        labels = ", ".join(saved.label for saved in there) or "none"
        reading.wrong(
            begins.where,
            f"sweep.from: no saved state of {begins.at} in {folder} (saved are {labels}; make some with dicu run "
            "--checkpoint-every N --keep-states, or one with dicu fork RUN --at)",
        )
        return None
    if found.version != model_version():
        reading.wrong(begins.where, f"sweep.from: saved by another version of the program ({found.version})")
    for scenario in scenarios:
        for text in check_fork(found, scenario):
            reading.wrong(begins.where, f"sweep.from: {text}")
    return found


def _checked(design: Design, reading: Reading) -> list[Scenario]:
    """The scenario of each point; messages where one is wrong."""
    found = []
    for point in design.points:
        layer = point.layer if reading.country is None else in_model_money(point.layer, reading.country.money)
        world = point.layer.children.get("world")
        if isinstance(world, Mapping) and "tables" in world.children:
            reading.wrong(
                world.key_where["tables"], "world.tables: cannot vary in a sweep (allowed under `set`)"
            )
            continue
        scenario = check(merged(design.base, layer), reading)
        if scenario is None:
            continue
        if scenario.flow_units == "district":
            where = _where_of(point, design)
            reading.wrong(
                where,
                "record.flows: the results of a sweep count moves between places (got district, which auto means at "
                "population.weight 1; allowed place)",
            )
        found.append(scenario)
    return found


def _where_of(point: Point, design: Design) -> Any:
    section = point.layer.children.get("record") or design.base.children.get("record")
    return section.where if section is not None else design.base.where


def _few_a_line(messages: list[Message]) -> list[Message]:
    """At most `MESSAGES_A_LINE` for each key of a line."""
    seen: dict[tuple[str, str], int] = {}
    kept = []
    for message in sorted(set(messages)):
        key = (message.where.shown, message.text.split(":")[0])
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= MESSAGES_A_LINE or message.where.layer == COMMAND_LINE:
            kept.append(message)
    return kept
