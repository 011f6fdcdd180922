"""The file of a sweep: what it means, and every mistake at its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dicu.scenario.fields import keys_of, leaf_at
from dicu.scenario.loader import ConfigurationErrors
from dicu.sweeps.file import LEVELS
from dicu.sweeps.plan import Plan, make_plan, value_at

Write = Callable[..., Path]


def errors(path: Path, *overrides: str) -> list[str]:
    with pytest.raises(ConfigurationErrors) as caught:
        make_plan(path, overrides)
    return [message.replace(f"{path.parent}/", "") for message in caught.value.messages]


def points(plan: Plan) -> list[tuple[object, ...]]:
    return [(r.label, *(value_at(r.scenario, p) for p in plan.paths)) for r in plan.runs if r.replicate == 0]


def test_scenarios_times_grid_times_replications(write: Write) -> None:
    plan = make_plan(write())
    assert plan.paths == ("reform.policy", "choose.theta")
    assert points(plan) == [
        ("none", "none", 0.4),
        ("none", "none", 0.6),
        ("actual", "actual", 0.4),
        ("actual", "actual", 0.6),
    ]
    assert [run.index for run in plan.runs] == list(range(8))
    assert len({run.run_id for run in plan.runs}) == 8


def test_replicates_share_luck_and_population(write: Write) -> None:
    plan = make_plan(write())
    by_replicate = {r: {run.scenario.seed for run in plan.runs if run.replicate == r} for r in (0, 1)}
    assert by_replicate == {0: {5}, 1: {6}}
    assert len({run.scenario.population.seed for run in plan.runs}) == 1


def test_zip_goes_side_by_side(write: Write) -> None:
    plan = make_plan(
        write(
            "base: base.yaml\nsweep:\n  zip:\n    choose.theta: [0.4, 0.5]\n    population.weight: [500, 1000]\n"
        )
    )
    assert points(plan) == [("base", 0.4, 500), ("base", 0.5, 1000)]


def test_no_part_at_all_is_one_run_a_replication(write: Write) -> None:
    plan = make_plan(write("base: base.yaml\nsweep: {replications: 3}\n"))
    assert [(r.label, r.scenario.seed) for r in plan.runs] == [("base", 1), ("base", 2), ("base", 3)]


def test_overrides_of_the_sweep_and_of_the_base(write: Write) -> None:
    plan = make_plan(write(), ["sweep.replications=1", "time.end=2025Q4", "name=other"])
    assert len(plan.runs) == 4
    assert plan.name == "other"
    assert {run.scenario.time.end for run in plan.runs} == {"2025Q4"}


def test_set_lies_between_base_and_overrides(write: Write) -> None:
    path = write("base: base.yaml\nset: {population: {weight: 200}, time.end: 2025Q4}\nsweep: {seed: 1}\n")
    assert make_plan(path).runs[0].scenario.population.weight == 200
    assert make_plan(path, ["population.weight=300"]).runs[0].scenario.population.weight == 300


def test_a_longer_sobol_sample_begins_with_the_shorter(write: Write) -> None:
    text = """base: base.yaml
sweep:
  sample:
    method: sobol
    n: {n}
    seed: 3
    space:
      choose.theta: [0.2, 0.8]
      population.migrant_years: [10, 20]
"""
    short = make_plan(write(text.replace("{n}", "4")))
    long = make_plan(write(text.replace("{n}", "8")))
    assert points(long)[:4] == points(short)
    assert all(0.2 <= theta <= 0.8 and years in range(10, 21) for _, theta, years in points(long))
    assert [r.run_id for r in long.runs][:4] == [r.run_id for r in short.runs]


@pytest.mark.parametrize(("method", "n", "expected"), [("lhs", 5, 5), ("saltelli", 4, 16)])
def test_other_samples(method: str, n: int, expected: int, write: Write) -> None:
    plan = make_plan(
        write(
            f"base: base.yaml\nsweep:\n  sample: {{method: {method}, n: {n}, seed: 1, space: "
            "{choose.theta: {low: 0.1, high: 1, scale: log}, reform.policy: {values: [none, actual]}}}\n"
        )
    )
    assert len(plan.runs) == expected
    assert {p[2] for p in points(plan)} == {"none", "actual"}
    assert all(0.1 <= float(str(p[1])) <= 1 for p in points(plan))


def test_morris_steps_one_parameter_at_a_time_over_the_whole_range(write: Write) -> None:
    text = (
        "base: base.yaml\nsweep:\n  sample: {method: morris, n: 6, seed: 1, space: "
        "{choose.theta: [0.2, 0.8], population.migrant_years: [10, 40]}}\n"
    )
    made = points(make_plan(write(text)))
    assert len(made) == 6 * 3
    for k in range(0, 18, 3):
        for a, b in zip(made[k : k + 2], made[k + 1 : k + 3], strict=True):
            assert sum(x != y for x, y in zip(a, b, strict=True)) == 1
    assert {round(float(str(p[1])), 6) for p in made} == {0.2, 0.4, 0.6, 0.8}
    (found,) = errors(write(text.replace("[0.2, 0.8]", "{values: [0.2, 0.8]}")))
    assert "choose.theta: morris steps over a grid" in found


def test_every_mistake_at_once_with_its_line(write: Write) -> None:
    text = """base: base.yaml
swep: 1
sweep:
  scenarios:
    a: {reform.polici: none}
    b: {reform.policy: actualy}
  grid:
    choose.theta: [0.4, -3]
    choose: 3
    population.weight: 500
  zip:
    money.zzz: [1, 2]
    reform.policy: [none]
  replications: 0
results: {levels: [nation, provinz]}
"""
    policies = ", ".join(leaf_at()["reform.policy"].choices)
    assert errors(write(text)) == [
        "small.yaml:2:1: swep: unknown key (did you mean sweep)",
        "small.yaml:5:9: sweep.scenarios.a.reform.polici: unknown key (did you mean reform.policy)",
        f"small.yaml:6:24: reform.policy: not one of the choices (got 'actualy', allowed {policies}; "
        "did you mean actual)",
        f"small.yaml:8:25: choose.theta: out of range (got -3, allowed {leaf_at()['choose.theta'].rule})",
        "small.yaml:9:5: sweep.grid.choose: a section, not a key (allowed choose.key)",
        "small.yaml:10:24: sweep.grid.population.weight: a list with at least one value is needed (got 500)",
        "small.yaml:12:5: sweep.zip.money.zzz: unknown key (allowed " + ", ".join(keys_of("money")) + ")",
        "small.yaml:13:20: sweep.zip.reform.policy: varied by sweep.scenarios.b.reform.policy already (allowed one "
        "part for each key)",
        "small.yaml:14:17: sweep.replications: out of range (got 0, allowed an integer from 1 to 1000000)",
        f"small.yaml:15:28: results.levels: not one of the choices (got 'provinz', allowed {', '.join(LEVELS)}; "
        "did you mean province)",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sweep: {seed: 1}\n", "small.yaml:1:1: base: a value is needed (got nothing, allowed the path of"),
        ("base: bas.yaml\nsweep: {seed: 1}\n", "small.yaml:1:7: base: no such file"),
        ("base: base.yaml\n", "small.yaml:1:1: sweep: a section of keys is needed"),
        ("base: base.yaml\nsweep: {grid: {seed: [1, 2]}}\n", "seed follows from sweep.seed"),
        (
            "base: base.yaml\nsweep: {sample: {n: 6, space: {choose.theta: [0.1, 1]}}}\n",
            "did you mean 4 or 8",
        ),
        ("base: base.yaml\nsweep: {sample: {n: 4}}\n", "sweep.sample.space: a section of keys is needed"),
        ("base: base.yaml\nsweep: {sample: {n: 4, space: {}}}\n", "sweep.sample.space: at least one key"),
        ("base: base.yaml\nsweep: {sample: }\n", "sweep.sample: something is needed (got null"),
        ("base: base.yaml\nsweep: {from: {run: x}}\n", "small.yaml:2:15: sweep.from.at: a value is needed"),
        (
            "base: base.yaml\nsweep: {grid: {choose: {theta: [0.4]}, choose.theta: [0.5]}}\n",
            "small.yaml:2:40: choose.theta: duplicate key (first written on line 2)",
        ),
        (
            "base: base.yaml\nsweep: {zip: {choose.theta: [1, 2], choose.kappa: [1]}}\n",
            "small.yaml:2:51: sweep.zip.choose.kappa: 1 values, but choose.theta has 2",
        ),
        (
            "base: base.yaml\nsweep: {grid: {choose.theta: [0.4, 0.5]}, replications: 999999}\n",
            "small.yaml:2:8: sweep: 1,999,998 runs (allowed 1,000,000)",
        ),
        ("base: base.yaml\nsweep: {sample: {n: 4, space: {choose.theta: [1, 0.1]}}}\n", "low < high"),
        ("base: base.yaml\nsweep: {sample: {n: 4, space: {reform.policy: [1, 2]}}}\n", "not a number"),
        ("base: base.yaml\nsweep: {zip: {choose.theta: [1, 2], work.x: [1]}}\n", "unknown key"),
        (
            "base: base.yaml\nset: {record: {flows: district}}\nsweep: {seed: 1}\n",
            "record.flows: the results",
        ),
        (
            "base: base.yaml\nsweep: {grid: {reform.date: [2031Q1]}}\n",
            "reform.date: the policy actual acts outside",
        ),
    ],
)
def test_mistakes(text: str, message: str, write: Write) -> None:
    found = errors(write(text))
    assert any(message in line for line in found), found


def test_what_is_varied_cannot_be_set(write: Write) -> None:
    (found,) = errors(write(), "choose.theta=0.5")
    assert found == (
        "command line: choose.theta=0.5: choose.theta: the sweep varies it (sweep.grid), so it cannot be set"
    )
    (found,) = errors(write(), "seed=5")
    assert "seed follows from sweep.seed" in found


def test_a_bound_out_of_range_is_told_a_few_times_only(write: Write) -> None:
    found = errors(write("base: base.yaml\nsweep: {sample: {n: 64, space: {choose.theta: [-9, -1]}}}\n"))
    assert 1 <= len(found) <= 3


CONFIGS = Path(__file__).parents[3] / "configs"
SWEEPS = sorted([*(CONFIGS / "sweeps").glob("*.yaml"), CONFIGS / "start" / "sweep.yaml"])


@pytest.mark.parametrize("path", SWEEPS, ids=[p.stem for p in SWEEPS])
def test_every_sweep_of_the_project_is_sound(path: Path) -> None:
    assert make_plan(path, ["sweep.replications=1"]).runs, "its points; replicates differ in their seed alone"


def test_a_wrong_bound_is_told_once(write: Write) -> None:
    """What was told of a key says nothing more about the section that it leaves behind, or about the pair."""
    text = "base: base.yaml\nsweep: {sample: {n: 4, space: {choose.theta: {low: 0, hihg: 1}, choose: 3}}}\n"
    assert errors(write(text)) == [
        "small.yaml:2:55: sweep.sample.space.choose.theta.hihg: unknown key (did you mean "
        "sweep.sample.space.choose.theta.high)",
        "small.yaml:2:65: sweep.sample.space.choose: a section, not a key (allowed choose.key)",
    ]
