"""The parts of a sweep, scenarios, grid, zip and sample: each a list of layers of which every run takes one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from dicu.scenario.fields import leaf_at
from dicu.scenario.loader import Reading, anchor_paths
from dicu.scenario.messages import show
from dicu.scenario.scenario import NAME_ALLOWED, NAME_RULE
from dicu.scenario.source import Mapping, Value, Where, merged
from dicu.sweeps.keys import choice, integer, items, known, leaves_below, section, values_below
from dicu.sweeps.sample import METHODS, Axis, Method, Scale, axis_problem, unit_points

MOST_RUNS: Final = 1_000_000
MOST_SAMPLE_SEED: Final = 2**32 - 1
IN_SAMPLE: Final = ("method", "n", "seed", "space")
IN_AXIS: Final = ("low", "high", "scale", "values")


@dataclass
class Parts:
    """What has been read of the parts.

    ``scenarios`` are labels with their layers, ``axes`` the lists of layers of the other parts; ``swept`` says of
    every key that is varied by which part, and where.
    """

    reading: Reading
    folder: Path
    scenarios: list[tuple[str, Mapping]] = field(default_factory=list)
    axes: list[list[Mapping]] = field(default_factory=list)
    swept: dict[str, tuple[str, Where]] = field(default_factory=dict)

    def claim(self, path: str, part: str, where: Where) -> bool:
        """Whether this part may vary a key; a message otherwise."""
        if path == "name":
            self.reading.wrong(where, f"sweep.{part}: name decides nothing in a run (delete the line)")
            return False
        if path == "seed":
            text = "seed follows from sweep.seed and the replication (use sweep.replications)"
            self.reading.wrong(where, f"sweep.{part}: {text}")
            return False
        other = self.swept.get(path)
        if other is not None and other[0] != part:
            text = f"{path} is varied by sweep.{other[0]} already (line {other[1].line})"
            self.reading.wrong(where, f"sweep.{part}: {text}")
            return False
        self.swept.setdefault(path, (part, where))
        return True

    def layer(self, path: str, value: Value) -> Mapping:
        """A tree that holds one value; a path in it is meant relative to the file of the sweep."""
        made = layer_of(path, value)
        anchor_paths(made, self.folder)
        return made


def layer_of(path: str, value: Value) -> Mapping:
    """A tree that holds one value under a dotted path."""
    tree: Value | Mapping = value
    for key in reversed(path.split(".")):
        tree = Mapping(value.where, {key: tree}, {key: value.where})
    return cast(Mapping, tree)


def read_scenarios(child: Value | Mapping | None, parts: Parts) -> None:
    """``scenarios: {label: {key: value, ...}, ...}``; a label with nothing below is the base as it is."""
    reading = parts.reading
    tree = section(child, "sweep.scenarios", reading)
    for label, below in tree.children.items() if tree is not None else ():
        assert tree is not None
        if not NAME_RULE.fullmatch(label):
            text = f"sweep.scenarios: {label!r} is not a name (allowed {NAME_ALLOWED})"
            reading.wrong(tree.key_where[label], text)
        layer = Mapping(below.where)
        if not (isinstance(below, Value) and below.value is None):
            inside = section(below, f"sweep.scenarios.{label}", reading)
            for path, value, where in values_below(inside, "sweep.scenarios", reading):
                if parts.claim(path, "scenarios", where):
                    layer = merged(layer, parts.layer(path, value))
        parts.scenarios.append((label, layer))


def read_grid(child: Value | Mapping | None, parts: Parts) -> None:
    """``grid: {key: [values], ...}``: every combination."""
    tree = section(child, "sweep.grid", parts.reading)
    for path, value, where in values_below(tree, "sweep.grid", parts.reading):
        if parts.claim(path, "grid", where):
            found = items(value, f"sweep.grid: {path}", parts.reading)
            parts.axes.append([parts.layer(path, item) for item in found])


def read_zip(child: Value | Mapping | None, parts: Parts) -> None:
    """``zip: {key: [values], ...}``: the first of each, the second of each, and so on."""
    tree = section(child, "sweep.zip", parts.reading)
    columns: dict[str, tuple[Value, ...]] = {}
    for path, value, where in values_below(tree, "sweep.zip", parts.reading):
        if not parts.claim(path, "zip", where):
            continue
        columns[path] = items(value, f"sweep.zip: {path}", parts.reading)
        first = next(iter(columns))
        if len(columns[path]) != len(columns[first]):
            text = f"{path} has {len(columns[path])} values, {first} has {len(columns[first])}"
            parts.reading.wrong(value.where, f"sweep.zip: {text} (allowed as many for each)")
    rows = []
    for row in zip(*columns.values(), strict=False):  # what is of another length has been told
        layer = Mapping(row[0].where)
        for path, item in zip(columns, row, strict=True):
            layer = merged(layer, parts.layer(path, item))
        rows.append(layer)
    if columns:
        parts.axes.append(rows)


def read_sample(child: Value | Mapping | None, parts: Parts) -> None:
    """``sample: {method, n, seed, space: {key: [low, high], ...}}``: points of a design."""
    reading = parts.reading
    tree = section(child, "sweep.sample", reading)
    if tree is None:
        return
    before = len(reading.messages)
    known(tree, IN_SAMPLE, "sweep.sample", reading)
    method = choice(tree, "method", "sweep.sample", METHODS, "sobol", reading)
    n = integer(tree, "n", "sweep.sample", 1, MOST_RUNS, 1, reading)
    seed = integer(tree, "seed", "sweep.sample", 0, MOST_SAMPLE_SEED, 0, reading)
    if "n" not in tree.children:
        reading.wrong(tree.where, "sweep.sample.n: the size of the sample is needed")
    elif method in ("sobol", "saltelli") and n & (n - 1):
        below = 1 << (n.bit_length() - 1)
        text = f"{method} needs a power of two (got {n}; did you mean {below} or {2 * below})"
        reading.wrong(tree.children["n"].where, f"sweep.sample.n: {text}")
    space = section(tree.children.get("space"), "sweep.sample.space", reading)
    axes = [
        axis
        for path, below, where in leaves_below(space, "sweep.sample.space", reading)
        for axis in _axis(path, below, where, parts)
    ]
    if not axes and len(reading.messages) == before:
        reading.wrong(tree.where, "sweep.sample.space: at least one key with its bounds is needed")
    if len(reading.messages) > before:
        return
    rows = []
    for point in unit_points(cast(Method, method), n, len(axes), seed).tolist():
        layer = Mapping(tree.where)
        for axis, u in zip(axes, point, strict=True):
            where = parts.swept[axis.path][1]
            layer = merged(layer, parts.layer(axis.path, Value(axis.at(u), where)))
        rows.append(layer)
    parts.axes.append(rows)


def _axis(path: str, child: Value | Mapping, where: Where, parts: Parts) -> Iterator[Axis]:
    """The axis of one key of a space, if it is sound."""
    reading, label = parts.reading, f"sweep.sample.space: {path}"
    if not parts.claim(path, "sample", where):
        return
    scale = "linear"
    if isinstance(child, Mapping):
        known(child, IN_AXIS, label, reading)
        if "values" in child.children:
            found = items(child.children["values"], f"{label}.values", reading)
            yield Axis(path, values=tuple(item.value for item in found))
            return
        scale = choice(child, "scale", label, ("linear", "log"), "linear", reading)
        ends = [child.children.get(end) for end in ("low", "high")]
        low, high = (end.value if isinstance(end, Value) else {} for end in ends)
    else:
        pair = child.value if isinstance(child.value, list) else []
        if len(pair) != 2:
            text = "[low, high] is needed, or low, high and scale, or values"
            reading.wrong(child.where, f"{label}: {text} (got {show(child.value)})")
            return
        low, high = pair
    low, high = cast(float, low), cast(float, high)
    leaf = leaf_at()[path]
    problem = axis_problem(leaf, low, high, scale)
    if problem:
        reading.wrong(child.where, f"{label}: {problem}")
        return
    yield Axis(path, float(low), float(high), cast(Scale, scale), leaf.kind == "integer")
