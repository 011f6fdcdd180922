"""Fitted values: a table that is what was written, members under a scenario, defaults that are the best set."""

from __future__ import annotations

from pathlib import Path

import pytest

from dicu.scenario import fitted
from dicu.scenario.declare import Section, parameter
from dicu.scenario.loader import ConfigurationErrors, load
from dicu.scenario.scenario import Scenario, with_values

BEST = {"choose.network": 0.3, "consider.lambda0": 0.04, "province_terms.arrive.79": 0.5}
FIRST = {"choose.network": 0.2, "consider.lambda0": 0.05, "province_terms.arrive.79": -0.25}


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "fitted.csv"
    fitted.write_fitted(path, fitted.Fitted(BEST, (FIRST,)))
    monkeypatch.setattr(fitted, "FILE", path)
    return path


def test_the_table_is_read_back_and_a_changed_digit_is_seen(table: Path) -> None:
    assert fitted.read_fitted(table) == fitted.Fitted(BEST, (FIRST,))
    table.write_text(table.read_text().replace("0.05", "0.06"))
    with pytest.raises(fitted.BadFit, match="checksum"):
        fitted.read_fitted(table)


def test_a_member_lies_under_what_a_scenario_says(table: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("ensemble: {member: 1}\nchoose: {network: 0.7}\n")
    made = load(path).scenario
    assert (made.choose.network, made.consider.lambda0) == (0.7, 0.05)
    assert made.arriving == {"79": -0.25}
    again = tmp_path / "again.yaml"
    again.write_text(load(path).text)
    assert load(again).scenario.model_dump(exclude={"name"}) == made.model_dump(exclude={"name"})
    assert with_values(Scenario(), {"ensemble.member": 1}).consider.lambda0 == 0.05


def test_a_member_that_is_not_there_is_told_with_its_place(table: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("ensemble:\n  member: 2\n")
    with pytest.raises(
        ConfigurationErrors, match=r"own\.yaml:2:11: ensemble\.member: no such member.*allowed 1 to 1"
    ):
        load(path)


def test_terms_of_the_best_set_act_in_viet_nam_alone(table: Path) -> None:
    assert Scenario().arriving == {"79": 0.5}
    assert with_values(Scenario(), {"world.name": "ring", "time.start": "2024Q1"}).arriving == {}
    assert with_values(Scenario(), {"province_terms.arrive": []}).arriving == {}


@pytest.mark.parametrize("word", ["79", "79=", "=1", "79=nan", "79=9"])
def test_a_term_is_a_code_and_a_number_within_bounds(word: str) -> None:
    with pytest.raises(ValueError, match="not a term of a province"):
        with_values(Scenario(), {"province_terms.leave": [word]})


class _Rule(Section):
    size: float = parameter(1.0, "size", unit="1", status="A", source="assumption A1", ge=0, le=2)


class _Root(Section):
    rule: _Rule = _Rule()


def test_fitted_values_become_defaults_with_their_status() -> None:
    fitted.take_as_defaults(_Root, {"rule.size": 1.0})
    assert "'A'" in str(_Rule.model_fields["size"].json_schema_extra), (
        "what the figures do not tell keeps its source"
    )
    fitted.take_as_defaults(_Root, {"rule.size": 1.5})
    assert _Rule().size == 1.5
    extra = _Rule.model_fields["size"].json_schema_extra
    assert isinstance(extra, dict)
    assert (extra["status"], str(extra["source"]).endswith("assumption A1")) == ("fit", True)
    for wrong in ({"rule.size": 3.0}, {"rule.none": 1.0}):
        with pytest.raises(fitted.BadFit):
            fitted.take_as_defaults(_Root, wrong)


def test_a_sweep_over_the_ensemble_has_a_point_for_each_member(table: Path, tmp_path: Path) -> None:
    from dicu.sweeps.design import read_design
    from dicu.sweeps.plan import _checked

    path = tmp_path / "sweep.yaml"
    path.write_text("base: none\nsweep:\n  ensemble: default\n  grid: {choose.theta: [0.5, 0.6]}\n")
    design, reading = read_design(path)
    assert design is not None
    scenarios = _checked(design, reading)
    assert not reading.messages
    assert [(s.choose.theta, s.consider.lambda0) for s in scenarios] == [(0.5, 0.05), (0.6, 0.05)]
    path.write_text("base: none\nsweep: {ensemble: 2}\n")
    _, reading = read_design(path)
    assert "allowed default, or 1 to 1 members" in str(reading.messages[0])
