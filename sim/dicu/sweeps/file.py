"""What the file of a sweep may hold, key by key, and what goes together in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from dicu.scenario.contradictions import Problem, contradiction
from dicu.scenario.declare import Section
from dicu.scenario.fields import leaf_at, sections
from dicu.scenario.messages import show, unknown_key
from dicu.scenario.reading import COMMAND_LINE, Reading
from dicu.scenario.scenario import NAME_ALLOWED, NAME_RULE
from dicu.scenario.source import Mapping, Value
from dicu.sweeps.sample import Method, Scale, axis_problem

Level = Literal[
    "nation", "area", "terrain", "terrain_area", "region", "province", "province_2025", "district"
]
Kept = Literal[
    "national",
    "places",
    "flows",
    "movers",
    "five_year",
    "five_year_flows",
    "districts",
    "cities",
    "governments",
    "lineage",
    "urban_places",
    "world_places",
    "world_units",
    "moves",
]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
MOST_RUNS: Final = 1_000_000
MOST_SEED: Final = 2**62
MOST_SAMPLE_SEED: Final = 2**32 - 1
PARTS: Final = ("scenarios", "grid", "zip", "sample")
"""Parts that vary keys, the last running fastest."""


def _key(path: str) -> str:
    """A key of a scenario that a sweep may set."""
    if path == "name":
        raise ValueError("decides nothing in a run (delete the line)")
    if path == "seed":
        raise ValueError("seed follows from sweep.seed and the replication (use sweep.replications)")
    if path in sections():
        raise ValueError(f"a section, not a key (allowed {path}.key)")
    if path not in leaf_at():
        raise ValueError(unknown_key(path))
    return path


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        raise ValueError("a value is needed (got a section of keys)")
    return value


def _given(value: Any) -> Any:
    """Nothing written after a key is a mistake, not the default."""
    if value is None:
        raise ValueError("something is needed (got null; write it, or delete the line)")
    return value


def _name(value: Any) -> Any:
    if not isinstance(value, str) or not NAME_RULE.fullmatch(value):
        raise ValueError(f"not usable as a name (got {show(value)}, allowed {NAME_ALLOWED})")
    return value


def _path(value: str) -> str:
    if not value or not value.isprintable():
        raise ValueError(f"not a path (got {show(value)}, allowed the path of a scenario)")
    return value


def _bounds(value: Any) -> Any:
    """``[low, high]`` in long form."""
    if isinstance(value, list) and len(value) == 2:
        return {"low": value[0], "high": value[1]}
    if not isinstance(value, dict):
        text = "[low, high] is needed, or low, high and scale, or values"
        raise ValueError(f"{text} (got {show(value)})")
    return value


Given = BeforeValidator(_given)
Name = Annotated[str, BeforeValidator(_name)]
Key = Annotated[str, AfterValidator(_key)]
Layer = dict[Key, Annotated[Any, AfterValidator(_value)]]
Values = Annotated[list[Any], Field(min_length=1)]
Columns = dict[Key, Values]
NOTHING: Final = Field(None, validate_default=False)


class Results(Section):
    """What is kept of each run: how often, for which units, and which whole tables besides."""

    every: Literal["year", "step"] = "year"
    levels: tuple[Level, ...] = Field(default=LEVELS[:-1], strict=False, min_length=1)
    keep: tuple[Kept, ...] = Field(default=(), strict=False)

    @field_validator("levels", "keep")
    @classmethod
    def _in_order(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """In the order of their declaration, each once: the order in the file is no part of a plan."""
        return tuple(word for word in (*LEVELS, *get_args(Kept)) if word in value)


class Begins(Section):
    """The saved state that every run begins with."""

    run: str = Field(json_schema_extra={"allowed": "the folder of a run, such as runs/NAME/ID"})
    at: str = Field(json_schema_extra={"allowed": "the last step shared with it, such as 2025Q2"})


class Bounds(Section):
    """One dimension of a space; `dicu.sweeps.sample.axis_problem` says which bounds a parameter takes."""

    low: Any = None
    high: Any = None
    scale: Scale = "linear"
    values: Values | None = None


class Sample(Section):
    """Points of a design."""

    method: Method = "sobol"
    n: int = Field(ge=1, le=MOST_RUNS)
    seed: int = Field(0, ge=0, le=MOST_SAMPLE_SEED)
    space: dict[Key, Annotated[Bounds, BeforeValidator(_bounds)]] = Field(min_length=1)

    @property
    def points(self) -> int:
        """Points of the design: what `dicu.sweeps.sample.unit_points` makes."""
        more = {"saltelli": 2, "morris": 1}
        return self.n * (len(self.space) + more[self.method]) if self.method in more else self.n


class Sweep(Section):
    """What is varied."""

    begins: Annotated[Begins | None, Given] = Field(None, alias="from", validate_default=False)
    scenarios: dict[Name, Layer | None] = Field(
        default_factory=dict, json_schema_extra={"allowed": "names, each with keys of a scenario"}
    )
    grid: Columns = Field(default_factory=dict)
    zip: Columns = Field(default_factory=dict)
    sample: Annotated[Sample | None, Given] = NOTHING
    replications: int = Field(1, ge=1, le=MOST_RUNS)
    seed: int = Field(1, ge=0, le=MOST_SEED)

    def varied(self, part: str) -> Iterator[tuple[str, str]]:
        """Keys that a part varies, with their path in the file."""
        if part == "scenarios":
            for label, layer in self.scenarios.items():
                yield from ((key, f"sweep.scenarios.{label}.{key}") for key in layer or ())
        elif part == "sample":
            space = self.sample.space if self.sample is not None else ()
            yield from ((key, f"sweep.sample.space.{key}") for key in space)
        else:
            yield from ((key, f"sweep.{part}.{key}") for key in getattr(self, part))


class SweepFile(Section):
    """The file of a sweep."""

    name: Annotated[Name | None, Given] = NOTHING
    base: Annotated[str, AfterValidator(_path)] = Field(
        json_schema_extra={"allowed": "the path of a scenario"}
    )
    set: Layer = Field(default_factory=dict)
    sweep: Sweep
    results: Results = Results()

    @model_validator(mode="after")
    def _goes_together(self) -> SweepFile:
        problems = [*_varied_twice(self.sweep), *_uneven(self.sweep), *_unfit(self.sweep.sample)]
        runs = max(len(self.sweep.scenarios), 1) * self.sweep.replications
        for values in self.sweep.grid.values():
            runs *= len(values)
        runs *= max(map(len, self.sweep.zip.values()), default=1)
        runs *= self.sweep.sample.points if self.sweep.sample is not None else 1
        if runs > MOST_RUNS:
            problems.append(Problem("sweep", f"{runs:,} runs (allowed {MOST_RUNS:,})"))
        if problems:
            raise contradiction(problems)
        return self


def _varied_twice(sweep: Sweep) -> Iterator[Problem]:
    first: dict[str, tuple[str, str]] = {}
    for part in PARTS:
        for key, path in sweep.varied(part):
            other, where = first.setdefault(key, (part, path))
            if other != part:
                yield Problem(path, f"varied by {where} already (allowed one part for each key)")


def _uneven(sweep: Sweep) -> Iterator[Problem]:
    for key, values in sweep.zip.items():
        first, *_ = sweep.zip
        if len(values) != len(sweep.zip[first]):
            text = f"{len(values)} values, but {first} has {len(sweep.zip[first])} (allowed as many for each)"
            yield Problem(f"sweep.zip.{key}", text)


def _unfit(sample: Sample | None) -> Iterator[Problem]:
    """A size that the method does not take, and bounds that a parameter does not take."""
    if sample is None:
        return
    if sample.method in ("sobol", "saltelli") and sample.n & (sample.n - 1):
        below = 1 << (sample.n.bit_length() - 1)
        text = f"{sample.method} needs a power of two (got {sample.n}; did you mean {below} or {2 * below})"
        yield Problem("sweep.sample.n", text)
    for key, bounds in sample.space.items():
        if sample.method == "morris" and (
            bounds.values is not None or leaf_at()[key].kind not in ("number", "integer")
        ):
            text = "morris steps over a grid (allowed low and high of a number)"
            yield Problem(f"sweep.sample.space.{key}", text)
        elif bounds.values is None:
            problem = axis_problem(leaf_at()[key], bounds.low, bounds.high, bounds.scale)
            if problem:
                yield Problem(f"sweep.sample.space.{key}", problem)
        elif bounds.low is not None or bounds.high is not None:
            yield Problem(f"sweep.sample.space.{key}", "values or bounds are needed, not both")


def flatten(tree: Mapping, reading: Reading) -> None:
    """Write keys of scenarios as dotted paths wherever the file holds some: nested or dotted, they mean the same."""
    _flat(tree, "set", reading)
    sweep = tree.children.get("sweep")
    if not isinstance(sweep, Mapping):
        return
    for part, above in (("grid", sweep), ("zip", sweep), ("space", sweep.children.get("sample"))):
        _flat(above, part, reading)
    scenarios = sweep.children.get("scenarios")
    for label in scenarios.children if isinstance(scenarios, Mapping) else ():
        _flat(scenarios, label, reading)


def _flat(above: Value | Mapping | None, key: str, reading: Reading) -> None:
    tree = above.children.get(key) if isinstance(above, Mapping) else None
    if isinstance(above, Mapping) and isinstance(tree, Mapping):
        made = Mapping(tree.where)
        _spread(tree, "", made, reading)
        above.children[key] = made


def _spread(tree: Mapping, prefix: str, made: Mapping, reading: Reading) -> None:
    for key, child in tree.children.items():
        path, where = f"{prefix}{key}", tree.key_where[key]
        if isinstance(child, Mapping) and path in sections():
            _spread(child, f"{path}.", made, reading)
            continue
        if path in made.children and where.layer != COMMAND_LINE:
            first = made.key_where[path].line
            reading.wrong(where, f"{path}: duplicate key (first written on line {first})")
        made.children[path], made.key_where[path] = child, where
