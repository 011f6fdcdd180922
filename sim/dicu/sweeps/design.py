"""From the file of a sweep to its points: the base scenario, and what each point lays over it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from dicu.scenario.fields import keys_of, leaf_at
from dicu.scenario.loader import extended, layers, named
from dicu.scenario.overrides import anchor_paths, tree_of, with_own
from dicu.scenario.reading import COMMAND_LINE, FileRead, Reading, read_tree, validated
from dicu.scenario.source import Mapping, Value, Where, merged
from dicu.sweeps.ensemble import ensemble_as_grid
from dicu.sweeps.file import PARTS, Results, Sample, Sweep, SweepFile, flatten
from dicu.sweeps.sample import Axis, unit_points

ROOT = tuple(SweepFile.model_fields)


@dataclass(frozen=True)
class Point:
    """One combination of values, before replication: its scenario's label and the layer over the base."""

    scenario: str
    layer: Mapping


@dataclass(frozen=True)
class From:
    """The saved state that every run begins with: of which run, after which step; and where that was written."""

    run: Path
    at: str
    where: Where


@dataclass(frozen=True)
class Design:
    """A sweep as its file says it; ``paths`` are the keys that are varied, in the order of the file."""

    name: str
    path: Path
    base: Mapping
    files: tuple[FileRead, ...]
    points: tuple[Point, ...]
    paths: tuple[str, ...]
    replications: int
    seed: int
    results: Results
    begins: From | None = None


def read_design(path: Path, overrides: Sequence[str] = ()) -> tuple[Design | None, Reading]:
    """Read the file of a sweep.

    Parameters
    ----------
    path : Path
    overrides : sequence of str
        ``key=value``: a key of the sweep's file (``sweep.replications=5``, ``name=other``) or of the base scenario.

    Returns
    -------
    Design or None
        None when the file is not usable.
    Reading
        Everything that is wrong so far; values of scenarios are checked by `dicu.sweeps.plan`.
    """
    reading = Reading()
    tree = read_tree(path, reading).tree
    if tree is None:
        return None, reading
    if _is_scenario(tree):
        allowed = f"a file with keys {', '.join(ROOT)}; try dicu run {os.path.normpath(path)}"
        reading.wrong(tree.where, f"a scenario, not a sweep (allowed {allowed})")
        return None, reading
    tree, others = with_own(tree, overrides, ROOT, reading, _adapted)
    ensemble_as_grid(tree, reading)
    flatten(tree, reading)
    file = validated(SweepFile, tree, reading, set_aside=True)
    if file is None:
        return None, reading
    varied = {key: part for part in PARTS for key, _ in file.sweep.varied(part)}
    _refuse_varied(others, varied, reading)
    over = _layer(_section(tree, "set"), file.set, path.parent)
    asked = tree.children["base"].where
    base = layers(extended(path.parent, file.base), others, reading, asked, "base: ", 1, over)
    made = Design(
        name=(path.stem if file.name is None else file.name).replace(" ", "_"),
        path=path,
        base=base,
        files=tuple(reading.files),
        points=tuple(_points(file.sweep, _section(tree, "sweep"), path.parent)),
        paths=tuple(varied),
        replications=file.sweep.replications,
        seed=file.sweep.seed,
        results=file.results,
        begins=_from(file.sweep, tree, path),
    )
    return made, reading


def _is_scenario(tree: Mapping) -> bool:
    """Whether a file has keys of a scenario and none that only a sweep has."""
    keys = set(tree.children) - {"name"}
    return not keys & set(ROOT) and bool(keys & {"extends", *keys_of("")})


def _adapted(key: str, value: Value) -> Value:
    """A base that is named on the command line is a shipped scenario, or a path from here."""
    if key == "base" and isinstance(value.value, str):
        return Value(os.path.abspath(named(value.value, "scenario")), value.where)
    return value


def _refuse_varied(overrides: Sequence[str], varied: dict[str, str], reading: Reading) -> None:
    """An override of what every run sets anew would do nothing."""
    for number, text in enumerate(overrides):
        key = text.partition("=")[0].strip()
        where = Where(COMMAND_LINE, number, 0, f"command line: {text}")
        if key == "seed":
            reading.wrong(where, "seed follows from sweep.seed and the replication (use sweep.seed=...)")
        elif key in varied:
            reading.wrong(where, f"{key}: the sweep varies it (sweep.{varied[key]}), so it cannot be set")


def _from(sweep: Sweep, tree: Mapping, path: Path) -> From | None:
    """The saved state to begin with; its run's folder is relative to the file of the sweep."""
    if sweep.begins is None:
        return None
    where = _section(_section(tree, "sweep"), "from").where
    return From(path.parent / sweep.begins.run, sweep.begins.at, where)


def _points(sweep: Sweep, tree: Mapping, folder: Path) -> Iterator[Point]:
    """Every scenario with every choice of the other parts, the last part running fastest."""
    scenarios = _section(tree, "scenarios")
    first = [
        (label, _layer(_section(scenarios, label), keys or (), folder))
        for label, keys in sweep.scenarios.items()
    ]
    grid, zipped = _section(tree, "grid"), _section(tree, "zip")
    axes = [[_one(key, item, folder) for item in _items(grid, key)] for key in sweep.grid]
    if sweep.zip:
        rows = zip(*(_items(zipped, key) for key in sweep.zip), strict=True)
        axes.append([_all(zip(sweep.zip, row, strict=True), zipped.where, folder) for row in rows])
    if sweep.sample is not None:
        axes.append(list(_sampled(sweep.sample, _section(tree, "sample"), folder)))
    for label, layer in first or [("base", Mapping(tree.where))]:
        for chosen in itertools.product(*axes):
            yield Point(label, reduce(merged, chosen, layer))


def _sampled(sample: Sample, tree: Mapping, folder: Path) -> Iterator[Mapping]:
    """The layer of each point of a sample."""
    space = _section(tree, "space")
    axes = []
    for key, bounds in sample.space.items():
        if bounds.values is not None:
            axes.append(Axis(key, values=tuple(bounds.values)))
        else:
            whole = leaf_at()[key].kind == "integer"
            axes.append(Axis(key, float(bounds.low), float(bounds.high), bounds.scale, whole))
    for point in unit_points(sample.method, sample.n, len(axes), sample.seed).tolist():
        values = ((a.path, Value(a.at(u), space.key_where[a.path])) for a, u in zip(axes, point, strict=True))
        yield _all(values, tree.where, folder)


def _section(tree: Mapping, key: str) -> Mapping:
    """The section of that key, an empty one where the file has none."""
    child = tree.children.get(key)
    return child if isinstance(child, Mapping) else Mapping(tree.where)


def _items(tree: Mapping, key: str) -> tuple[Value, ...]:
    child = tree.children[key]
    assert isinstance(child, Value)
    return child.items


def _layer(tree: Mapping, keys: Iterator[str] | Sequence[str] | dict[str, object], folder: Path) -> Mapping:
    """A tree with the values of some keys of a flat one."""
    values = ((key, child) for key in keys if isinstance(child := tree.children[key], Value))
    return _all(values, tree.where, folder)


def _all(values: Iterator[tuple[str, Value]], where: Where, folder: Path) -> Mapping:
    return reduce(merged, (_one(key, value, folder) for key, value in values), Mapping(where))


def _one(key: str, value: Value, folder: Path) -> Mapping:
    """A tree that holds one value; a path in it is meant relative to the file of the sweep."""
    made = tree_of(key, value)
    anchor_paths(made, folder)
    return made
