"""The file of a sweep: what is varied, read and checked key by key, with the line of every mistake."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dicu.scenario.fields import keys_of
from dicu.scenario.loader import COMMAND_LINE, FileRead, Reading, extended, layers, named, read_text
from dicu.scenario.messages import show
from dicu.scenario.scenario import NAME_ALLOWED, NAME_RULE
from dicu.scenario.source import Mapping, Value, Where, merged, read_mapping, read_scalar
from dicu.sweeps.keys import choice, integer, known, section, values_below, words
from dicu.sweeps.parts import MOST_RUNS, Parts, layer_of, read_grid, read_sample, read_scenarios, read_zip

LEVELS: Final = (
    "nation",
    "area",
    "terrain",
    "terrain_area",
    "region",
    "province",
    "province_2025",
    "district",
)
DEFAULT_LEVELS: Final = LEVELS[:-1]
KEPT_TABLES: Final = (
    "national",
    "places",
    "flows",
    "movers",
    "five_year",
    "districts",
    "cities",
    "governments",
    "lineage",
    "moves",
)
ROOT: Final = ("name", "base", "set", "sweep", "results")
IN_SWEEP: Final = ("from", "scenarios", "grid", "zip", "sample", "replications", "seed")
IN_FROM: Final = ("run", "at")
IN_RESULTS: Final = ("every", "levels", "keep")
MOST_SEED: Final = 2**62


@dataclass(frozen=True)
class Results:
    """What is kept of each run: how often, for which units, and which whole tables besides."""

    every: str = "year"
    levels: tuple[str, ...] = DEFAULT_LEVELS
    keep: tuple[str, ...] = ()


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
    asked = Where(0, 0, 0, f"command line: {path}")
    shown = os.path.normpath(path)
    text = read_text(path, shown, 0, asked, "", reading)
    read = None if text is None else read_mapping(text, shown, 0)
    if read is not None:
        reading.messages += read.messages
    if read is None or read.tree is None:
        return None, reading
    own, others = _split(overrides)
    tree = read.tree
    if _is_scenario(tree):
        text = f"a scenario, not a sweep (allowed a file with keys {', '.join(ROOT)}; try dicu run {shown})"
        reading.wrong(tree.where, text)
        return None, reading
    for where, key, raw in own:
        tree = _override(tree, where, key, raw, reading)
    known(tree, ROOT, "", reading)
    name, results = _name(tree, path, reading), _results(tree, reading)
    sweep = section(tree.children.get("sweep"), "sweep", reading)
    if sweep is None and "sweep" not in tree.children:
        reading.wrong(tree.where, f"sweep: a section of keys is needed (allowed {', '.join(IN_SWEEP)})")
    if sweep is None:
        return None, reading
    known(sweep, IN_SWEEP, "sweep", reading)
    parts = Parts(reading, path.parent)
    read_scenarios(sweep.children.get("scenarios"), parts)
    read_grid(sweep.children.get("grid"), parts)
    read_zip(sweep.children.get("zip"), parts)
    read_sample(sweep.children.get("sample"), parts)
    replications = integer(sweep, "replications", "sweep", 1, MOST_RUNS, 1, reading)
    seed = integer(sweep, "seed", "sweep", 0, MOST_SEED, 1, reading)
    begins = _from(sweep, path, reading)
    _refuse_varied(others, parts)
    base = _base(tree, path, others, reading)
    runs = max(len(parts.scenarios), 1) * replications
    for axis in parts.axes:
        runs *= max(len(axis), 1)
    if runs > MOST_RUNS:
        reading.wrong(sweep.where, f"sweep: {runs:,} runs (allowed {MOST_RUNS:,})")
    if runs > MOST_RUNS or base is None:
        return None, reading
    points, paths = tuple(_points(parts, sweep.where)), tuple(parts.swept)
    made = Design(name, path, base, tuple(reading.files), points, paths, replications, seed, results, begins)
    return made, reading


def _is_scenario(tree: Mapping) -> bool:
    """Whether a file has keys of a scenario and none that only a sweep has."""
    keys = set(tree.children) - {"name"}
    return not keys & set(ROOT) and bool(keys & {"extends", *keys_of("")})


def _from(sweep: Mapping, path: Path, reading: Reading) -> From | None:
    """``from: {run: FOLDER, at: PERIOD}``; the folder relative to the file of the sweep."""
    tree = section(sweep.children.get("from"), "sweep.from", reading)
    if tree is None:
        return None
    known(tree, IN_FROM, "sweep.from", reading)
    told = [tree.children.get(key) for key in IN_FROM]
    words_of = [child.value for child in told if isinstance(child, Value) and isinstance(child.value, str)]
    if len(words_of) < len(IN_FROM):
        text = "the folder of a run and the last step shared with it are needed"
        reading.wrong(tree.where, f"sweep.from: {text} (allowed run: runs/NAME/ID, at: 2025Q2)")
        return None
    return From(path.parent / words_of[0], words_of[1], tree.where)


def _points(parts: Parts, where: Where) -> Iterator[Point]:
    """Every scenario with every choice of the other parts, the last part running fastest."""
    for label, first in parts.scenarios or [("base", Mapping(where))]:
        for chosen in itertools.product(*(axis or [Mapping(where)] for axis in parts.axes)):
            layer = first
            for one in chosen:
                layer = merged(layer, one)
            yield Point(label, layer)


def _split(overrides: Sequence[str]) -> tuple[list[tuple[Where, str, str]], list[str]]:
    """Overrides of the sweep's own keys, and those of the scenario."""
    own, others = [], []
    for number, text in enumerate(overrides):
        key, equals, raw = text.partition("=")
        if equals and key.strip().split(".")[0] in ROOT:
            own.append((Where(COMMAND_LINE, number, 0, f"command line: {text}"), key.strip(), raw))
        else:
            others.append(text)
    return own, others


def _override(tree: Mapping, where: Where, key: str, raw: str, reading: Reading) -> Mapping:
    value, problem = read_scalar(raw, where)
    if value is None or problem:
        reading.wrong(where, f"{key}: {problem}")
        return tree
    if key == "base" and isinstance(value.value, str):
        value = Value(os.path.abspath(named(value.value, "scenario")), where)
    made = merged(tree, layer_of(key, value))
    made.where = tree.where
    return made


def _refuse_varied(overrides: Sequence[str], parts: Parts) -> None:
    """An override of what every run sets anew would do nothing."""
    for number, text in enumerate(overrides):
        key = text.partition("=")[0].strip()
        where = Where(COMMAND_LINE, number, 0, f"command line: {text}")
        if key == "seed":
            parts.reading.wrong(
                where, "seed follows from sweep.seed and the replication (use sweep.seed=...)"
            )
        elif key in parts.swept:
            part = parts.swept[key][0]
            parts.reading.wrong(where, f"{key}: the sweep varies it (sweep.{part}), so it cannot be set")


def _base(tree: Mapping, path: Path, overrides: Sequence[str], reading: Reading) -> Mapping | None:
    """The tree below every run: the base, what ``set`` lays over it, and overrides."""
    base = tree.children.get("base")
    if not isinstance(base, Value) or not isinstance(base.value, str) or not base.value.isprintable():
        where = base.where if base is not None else tree.where
        got = f" (got {show(base.value)})" if isinstance(base, Value) else ""
        reading.wrong(where, f"base: the path of a scenario is needed{got}")
        return None
    over = Mapping(tree.where)
    parts = Parts(reading, path.parent)
    for key, value, where in values_below(section(tree.children.get("set"), "set", reading), "set", reading):
        if parts.claim(key, "set", where):
            over = merged(over, parts.layer(key, value))
    return layers(extended(path.parent, base.value), overrides, reading, base.where, "base: ", 1, over)


def _name(tree: Mapping, path: Path, reading: Reading) -> str:
    name = tree.children.get("name")
    where = name.where if name is not None else tree.where
    value = path.stem if name is None else name.value if isinstance(name, Value) else {}
    if not isinstance(value, str) or not NAME_RULE.fullmatch(value):
        text = f"not usable as the name of a folder (got {show(value)}, allowed {NAME_ALLOWED})"
        reading.wrong(where, f"name: {text}")
        return "sweep"
    return value.replace(" ", "_")


def _results(tree: Mapping, reading: Reading) -> Results:
    found = section(tree.children.get("results"), "results", reading)
    if found is None:
        return Results()
    known(found, IN_RESULTS, "results", reading)
    return Results(
        choice(found, "every", "results", ("year", "step"), "year", reading),
        words(found, "levels", "results", LEVELS, DEFAULT_LEVELS, reading),
        words(found, "keep", "results", KEPT_TABLES, (), reading),
    )
