"""Layers, overrides, and the way back: what is written out is read again as the same scenario."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicu.scenario.dump import canonical_json, dump, run_id
from dicu.scenario.fields import leaf_at, leaves
from dicu.scenario.loader import ConfigurationErrors, load
from dicu.scenario.scenario import Scenario, with_values

CONFIGS = Path(__file__).parents[3] / "configs"
ALL_CONFIGS = sorted(
    p
    for p in CONFIGS.rglob("*.yaml")
    if "sweep" not in p.stem and not {"sweeps", "calibration"} & set(p.parts) and p.stem != "country"
)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", ALL_CONFIGS, ids=[str(p.relative_to(CONFIGS)) for p in ALL_CONFIGS])
def test_every_configuration_of_the_project_is_sound(path: Path) -> None:
    assert load(path).scenario.name == path.stem


@pytest.mark.parametrize("path", sorted((CONFIGS / "calibration").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_calibration_of_the_project_is_sound(path: Path) -> None:
    from dicu.lab.calibrate.file import read_calibration

    assert len(read_calibration(path).parameters) > 10


def test_the_base_says_nothing_but_the_defaults() -> None:
    assert load(CONFIGS / "base.yaml").scenario == with_values(Scenario(), {"name": "base"})


def test_the_three_scenarios_differ_by_their_policy_alone() -> None:
    made = {
        name: load(CONFIGS / "scenarios" / f"{name}.yaml").scenario for name in ("none", "actual", "relabel")
    }
    for name, scenario in made.items():
        assert scenario == with_values(made["none"], {"name": name, "reform.policy": name})


def test_layers_are_merged_key_by_key(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", "seed: 1\ntime: {start: 2020Q1, end: 2022Q4}\nchoose: {theta: 0.5}\n")
    write(tmp_path, "mid/mid.yaml", "extends: ../base.yaml\nseed: 2\ntime: {end: 2023Q4}\n")
    top = write(tmp_path, "mid/deep/top.yaml", "extends: ../mid.yaml\nchoose:\n  network: 0.2\n")
    loaded = load(top, ["ties.growth=0.5", "choose.home=2"])
    expected = {
        "name": "top",
        "seed": 2,
        "time.start": "2020Q1",
        "time.end": "2023Q4",
        "choose.theta": 0.5,
        "choose.network": 0.2,
        "choose.home": 2.0,
        "ties.growth": 0.5,
    }
    assert loaded.scenario == with_values(Scenario(), expected)
    assert [file.path.name for file in loaded.files] == ["top.yaml", "mid.yaml", "base.yaml"]
    for file in loaded.files:
        assert file.sha256 == hashlib.sha256(file.path.read_bytes()).hexdigest()


def test_overrides_are_yaml_1_2(tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", "seed: 1\nname: given\nchoose: {kappa: 3}\n")
    overrides = [
        "seed=15",
        "choose.kappa=null",
        "consider.lambda0=1e-2",
        "name=no",
        "population.weight=1000",
    ]
    scenario = load(path, overrides).scenario
    assert scenario.seed == 15
    assert scenario.choose.kappa is None
    assert scenario.consider.lambda0 == 0.01
    assert scenario.name == "no"  # a word in YAML 1.2, not false
    assert scenario.population.weight == 1000


def test_an_integer_is_a_number_but_a_number_is_no_integer(tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", "choose: {theta: 1}\n")
    assert load(path).scenario.choose.theta == 1.0
    with pytest.raises(ConfigurationErrors, match="did you mean 1000"):
        load(path, ["population.weight=1000.0"])


def test_a_table_of_places_is_sought_beside_the_file_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = write(tmp_path, "data/places.csv", "place\n")
    write(tmp_path, "base.yaml", "world: {places: data/places.csv}\n")
    path = write(tmp_path, "scenarios/mine.yaml", "extends: ../base.yaml\n")
    assert load(path).scenario.world.places == str(table)
    monkeypatch.chdir(tmp_path / "data")
    assert load(path, ["world.places=places.csv"]).scenario.world.places == str(table)
    assert load(path, ["world.places=null"]).scenario.world.places is None


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfseed: 3\r\ntime:\r\n  end: 2030Q4\r\n")
    assert load(path).scenario == with_values(Scenario(), {"name": "a", "seed": 3, "time.end": "2030Q4"})


def test_the_name_is_the_files_unless_given(tmp_path: Path) -> None:
    assert load(write(tmp_path, "a b.yaml", "seed: 1\n")).scenario.name == "a b"
    assert load(write(tmp_path, "c.yaml", "name: Điện Biên\n")).scenario.name == "Điện Biên"
    with pytest.raises(ConfigurationErrors, match=r"a,b\.yaml:1:1: name: not usable as the name of a folder"):
        load(write(tmp_path, "a,b.yaml", "seed: 1\n"))


def test_the_resolved_file_says_unit_range_and_status_of_every_key() -> None:
    lines = dump(with_values(Scenario(), {"name": "x"})).splitlines()
    for leaf in leaves():
        indent = "  " * leaf.path.count(".")
        line = next(line for line in lines if line.startswith(f"{indent}{leaf.path.rpartition('.')[2]}: "))
        assert line.endswith("]")
    text = next(line for line in lines if line.startswith("  lambda0:"))
    assert text == (
        f"  lambda0: {Scenario().consider.lambda0}  "
        "# base hazard of considering a move, of an adult of the readiest age "
        "[unit 1/quarter; 0 to 1; fit]"
    )


def _values(path: str) -> st.SearchStrategy[Any]:
    leaf = leaf_at()[path]
    made: st.SearchStrategy[Any]
    if leaf.kind == "choice":
        made = st.sampled_from(leaf.choices)
    elif leaf.kind == "flag":
        made = st.booleans()
    else:
        assert leaf.lo is not None
        assert leaf.hi is not None
        if leaf.kind == "integer":
            made = st.integers(int(leaf.lo), int(leaf.hi))
        else:
            made = st.floats(leaf.lo, leaf.hi, allow_nan=False)
    return st.none() | made if leaf.nullable else made


# keys that need others beside them are tried elsewhere
FREE = [
    leaf.path
    for leaf in leaves()
    if leaf.kind not in ("text", "list")
    and leaf.path not in ("reform.policy", "ensemble.member")
    and not leaf.path.startswith(("world.", "time.", "government.staff_"))
]
SOME_VALUES = st.lists(st.sampled_from(FREE), unique=True, max_size=8).flatmap(
    lambda paths: st.fixed_dictionaries({path: _values(path) for path in paths})
)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=SOME_VALUES, other=SOME_VALUES)
def test_any_allowed_values_are_read_and_written_back(
    tmp_path: Path, values: dict[str, Any], other: dict[str, Any]
) -> None:
    start = CONFIGS / "scenarios" / "none.yaml"
    loaded = load(start, [f"{path}={_written(value)}" for path, value in values.items()])
    assert loaded.scenario == with_values(Scenario(), {"name": "none", **values})
    again = load(write(tmp_path, "config.yaml", loaded.text))
    assert again.scenario == loaded.scenario
    assert again.text == loaded.text
    another = with_values(loaded.scenario, {**other, "name": "another"})
    same = another == with_values(loaded.scenario, {"name": "another"})
    assert (canonical_json(another) == canonical_json(loaded.scenario)) is same
    assert (run_id(another, "i", "v") == run_id(loaded.scenario, "i", "v")) is same
