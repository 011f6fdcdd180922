"""Values of a scenario, one by one and against each other; its id."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from dicu.scenario.dump import canonical_json, dump, run_id
from dicu.scenario.fields import keys_of, leaf_at, leaves, sections
from dicu.scenario.scenario import Scenario, with_values
from dicu.scenario.schema import json_schema
from dicu.scenario.shipped import configs
from dicu.scenario.table import markdown_table, parameter_table, print_table


def test_defaults_are_the_full_country_in_quarters() -> None:
    scenario = Scenario()
    assert scenario.seed == 42
    assert scenario.population.weight == 100
    assert scenario.world.name == "viet_nam"
    assert scenario.reform.policy == "none"
    assert scenario.calendar.n_steps == 67


def test_a_scenario_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Scenario().seed = 1
    with pytest.raises(ValidationError, match="frozen"):
        Scenario().choose.theta = 0.1


def test_flows_are_by_district_only_at_weight_one() -> None:
    assert Scenario().flow_units == "place"
    assert with_values(Scenario(), {"population.weight": 1}).flow_units == "district"
    assert with_values(Scenario(), {"population.weight": 1, "record.flows": "place"}).flow_units == "place"


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"time.end": "2019Q1"}, "time.end"),
        ({"time.start": "2019-05"}, "time.start"),
        ({"time.end": "2030-05"}, "time.end"),
        ({"time.start": "2013Q1"}, "time.start"),
        ({"time.start": "2025Q1", "time.history": "none"}, "time.start"),
        ({"reform.policy": "actual", "reform.date": "2019Q1"}, "reform.date"),
        ({"reform.policy": "relabel", "reform.date": "2025-08"}, "reform.date"),
        ({"reform.policy": "actual", "time.end": "2025Q2"}, "reform.date"),
        ({"world.places": "/nowhere/places.parquet"}, "world.places"),
        ({"world.name": "ring", "world.places": "/nowhere/places.parquet"}, "world.places"),
        ({"world.size": 5}, "world.size"),
        ({"world.name": "two_places", "world.size": 5}, "world.size"),
        ({"world.name": "ring", "world.size": 6}, "world.size"),
        ({"world.name": "monocentric", "world.size": 9}, "world.size"),
        ({"government.staff_base": 60.0}, "government.staff_cap_commune"),
    ],
)
def test_values_that_do_not_go_together(values: dict[str, object], path: str) -> None:
    with pytest.raises(ValidationError) as caught:
        with_values(Scenario(), values)
    (error,) = caught.value.errors()
    assert [problem.path for problem in error["ctx"]["problems"]] == [path]
    assert "allowed" in error["msg"] or "got" in error["msg"]


@pytest.mark.parametrize(
    "values",
    [
        {"world.name": "ring", "world.size": 8, "time.start": "2010Q1"},
        {"world.name": "monocentric", "world.size": 10},
        {"reform.date": "2050Q1"},  # without effect: the policy is none
        {"time.step": "month", "reform.policy": "actual", "reform.date": "2025-08"},
        {"reform.policy": "actual", "reform.date": "2019Q2"},
        {"time.start": "2024Q4"},
    ],
)
def test_values_that_do(values: dict[str, object]) -> None:
    assert isinstance(with_values(Scenario(), values), Scenario)


def test_with_values_names_a_key_that_leads_nowhere() -> None:
    with pytest.raises(KeyError, match=r"seed\.x: seed is not a section"):
        with_values(Scenario(), {"seed.x": 1})
    with pytest.raises(ValidationError, match="extra_forbidden"):
        with_values(Scenario(), {"choose.kapa": 1})


ID = run_id(Scenario(), "inputs", "0.1.0")


def test_the_id_is_sixteen_digits_and_does_not_know_the_name() -> None:
    assert len(ID) == 16
    assert int(ID, 16) >= 0
    assert run_id(with_values(Scenario(), {"name": "another"}), "inputs", "0.1.0") == ID


def test_the_id_knows_inputs_and_version() -> None:
    assert len({ID, run_id(Scenario(), "other", "0.1.0"), run_id(Scenario(), "inputs", "0.1.1")}) == 3


def _another(path: str) -> dict[str, Any]:
    """Another allowed value for a key, with what it needs beside it."""
    leaf = leaf_at()[path]
    if path == "world.name":
        return {path: "ring"}
    if path == "world.size":
        return {path: 8, "world.name": "ring"}
    if path == "world.places":
        return {path: __file__}
    if path == "world.tables":
        return {path: str(configs() / "world"), "world.name": "tables"}
    if path == "reform.standard":
        return {path: "112/2025"}
    if path == "reform.table":
        return {path: __file__, "reform.policy": "table"}
    if path == "reform.policy":
        return {path: "actual"}
    if path == "reform.levers":
        return {path: "relabel+cut_staff", "reform.policy": "actual"}
    if leaf.path.startswith("province_terms."):
        return {path: ["79=0.25"]}
    if leaf.unit == "date":
        dates = {"time.start": "2020Q1", "time.end": "2030Q4", "time.history": "2016Q1"}
        return {path: dates.get(path, "2027Q1")}
    if leaf.kind == "flag":
        return {path: not leaf.default}
    if leaf.kind == "list":
        return {
            path: {
                "cities.central": [],
                "programme.urban_job_growth_areas": ["Huế"],
                "programme.farm_income_loss_areas": ["Huế"],
            }.get(path, ["2026Q1 Huế"])
        }
    if leaf.kind == "choice":
        return {path: next(choice for choice in leaf.choices if choice != leaf.default)}
    assert leaf.lo is not None
    assert leaf.hi is not None
    if leaf.kind == "integer":
        return {path: int(leaf.lo) if leaf.default != leaf.lo else int(leaf.hi)}
    if leaf.default is None:
        return {path: leaf.lo}
    nearby = leaf.default + (leaf.hi - leaf.default) / 64
    return {path: nearby if nearby != leaf.default else leaf.lo}


NAMED = ("name", "ensemble.member")
"""No part of a run, and a number that stands for the values of a table: see test_fitted.py."""


@pytest.mark.parametrize("path", [leaf.path for leaf in leaves() if leaf.path not in NAMED])
def test_the_id_knows_every_parameter(path: str) -> None:
    assert run_id(with_values(Scenario(), _another(path)), "inputs", "0.1.0") != ID


def test_where_a_users_table_lies_is_no_part_of_the_id() -> None:
    here = with_values(Scenario(), {"world.places": __file__})
    there = with_values(Scenario(), {"world.places": np.__file__})
    assert run_id(here, "inputs", "0.1.0") == run_id(there, "inputs", "0.1.0")


def test_canonical_json_is_sorted_and_has_one_form_for_equal_values() -> None:
    text = canonical_json(Scenario())
    tree = json.loads(text)
    assert text == json.dumps(tree, sort_keys=True, separators=(",", ":"))
    assert "name" not in tree
    zero = with_values(Scenario(), {"choose.home": 0.0})
    assert canonical_json(with_values(Scenario(), {"choose.home": -0.0})) == canonical_json(zero)
    assert canonical_json(with_values(Scenario(), {"choose.home": 0})) == canonical_json(zero)
    assert canonical_json(with_values(Scenario(), {"choose.home": np.float64(0.0)})) == canonical_json(zero)


def test_a_value_of_numpy_is_written_as_a_number() -> None:
    assert "  theta: 0.5  #" in dump(with_values(Scenario(), {"choose.theta": np.float64(0.5)}))


def test_every_parameter_says_what_it_is() -> None:
    rows = parameter_table()
    assert len({row.path for row in rows}) == len(rows)
    for row in rows:
        for about in ("default", "unit", "range", "status", "source", "text"):
            assert getattr(row, about), f"{row.path} has no {about}"
        assert row.status in {"V", "C", "A", "L", "fit", "policy", "design"}


def test_every_number_has_a_range_with_the_default_inside() -> None:
    for leaf in leaves():
        if leaf.kind in ("integer", "number"):
            assert leaf.lo is not None, leaf.path
            assert leaf.hi is not None, leaf.path
            if leaf.default is not None:
                assert leaf.lo <= leaf.default <= leaf.hi, leaf.path


def test_the_table_has_every_field_of_every_section() -> None:
    paths = {row.path for row in parameter_table()}
    expected = {key for key in keys_of("") if key not in sections()}
    within = {"record.households": ("where", "every")}  # a section within a section
    expected |= {f"{section}.{key}" for section in sections() for key in keys_of(section)} - set(within)
    expected |= {f"{section}.{key}" for section, keys in within.items() for key in keys}
    assert paths == expected


def test_the_schema_refuses_unknown_keys_and_knows_ranges() -> None:
    schema = json_schema()
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == {"extends", *keys_of("")}
    theta = schema["$defs"]["Choose"]["properties"]["theta"]
    assert (theta["minimum"], theta["maximum"]) == (0.1, 1)
    json.dumps(schema, allow_nan=False)


def test_the_table_in_markdown_has_a_line_a_parameter() -> None:
    rows = parameter_table()
    lines = markdown_table(rows).splitlines()
    assert len(lines) == len(rows) + 2
    for row, line in zip(rows, lines[2:], strict=True):
        assert line.startswith(f"| {row.path} | ")
        assert line.replace("\\|", "").count("|") == 9, line


@pytest.mark.parametrize("markdown", [False, True])
def test_the_printed_table_has_every_parameter(capsys: pytest.CaptureFixture[str], markdown: bool) -> None:
    print_table(parameter_table(), markdown=markdown)
    printed = capsys.readouterr().out
    for row in parameter_table():
        assert row.path in printed
        assert row.text in printed
