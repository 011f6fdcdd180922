"""Errors of overrides and of several files: each at the layer that wrote it, all of them at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicu.scenario.fields import keys_of
from dicu.scenario.loader import ConfigurationErrors, load
from dicu.scenario.parameters_reform import PolicyName

POLICIES = ", ".join(get_args(PolicyName))


def errors_of(folder: Path, text: str | bytes, *overrides: str) -> list[str]:
    """Messages for one file ``a.yaml`` with this text, the folder left out; [] when it is sound."""
    path = folder / "a.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    try:
        load(path, overrides)
    except ConfigurationErrors as error:
        return [message.replace(f"{folder}{os.sep}", "") for message in error.messages]
    return []


OVERRIDES = [
    (
        "seed=1.0",
        "seed: not an integer (got 1.0, allowed an integer from 0 to 9223372036854775807; did you mean 1)",
    ),
    ("seed=-1", "seed: out of range (got -1, allowed an integer from 0 to 9223372036854775807)"),
    ("seed=", "seed: not an integer (got null, allowed an integer from 0 to 9223372036854775807)"),
    ("world.tables=", "world.tables: no value (write null for none)"),
    ("sed=1", "sed: unknown key (did you mean seed)"),
    ("choose.thta=1", "choose.thta: unknown key (did you mean choose.theta)"),
    ("theta=1", "theta: unknown key (did you mean choose.theta)"),
    ("choose.theta.x=1", "choose.theta.x: unknown key (did you mean choose.theta)"),
    ("choose=1", "choose: a section, not a key (allowed choose.key=value)"),
    ("seed", "not an override (allowed key=value, such as seed=7 or reform.policy=actual)"),
    (
        "seed=[1]",
        "seed: a list is not taken here (allowed one value; quote text that holds signs of YAML)",
    ),
    (
        "name=a: b",
        "name: a mapping is not taken here (allowed one value; quote text that holds signs of YAML)",
    ),
    (
        "name=[a",
        "name: YAML syntax: while parsing a flow sequence, expected ',' or ']', but got '<stream end>' "
        "(quote text that holds signs of YAML)",
    ),
    ("name=!x a", "name: tags are not taken (got !x)"),
    ("time.end=2019Q1", "time.end: the end lies before the start (got '2019Q2' to '2019Q1')"),
]


@pytest.mark.parametrize(("override", "message"), OVERRIDES, ids=[row[0] for row in OVERRIDES])
def test_one_wrong_override_one_message(tmp_path: Path, override: str, message: str) -> None:
    assert errors_of(tmp_path, "name: x", override) == [f"command line: {override}: {message}"]


def test_an_override_given_twice(tmp_path: Path) -> None:
    assert errors_of(tmp_path, "name: x", "seed=1", "seed=2") == [
        "command line: seed=2: seed: given twice (allowed one value a key)"
    ]


def test_all_errors_at_once_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("access:\n  speed: 3\nties: {growth: 2}\ntime: {end: 2019Q1}\n")
    text = "extends: base.yaml\nreform: {policy: x}\nseed: a\nties: {growth: 3}\nseed: 4\n"
    assert errors_of(tmp_path, text, "choose.x=1", "move.alone=2") == [
        f"a.yaml:2:18: reform.policy: not one of the choices (got 'x', allowed {POLICIES})",
        "a.yaml:3:7: seed: not an integer (got 'a', allowed an integer from 0 to 9223372036854775807)",
        "a.yaml:4:16: ties.growth: out of range (got 3, allowed a number from 0 to 1, unit 1/quarter)",
        "a.yaml:5:1: seed: duplicate key (first written on line 3)",
        "base.yaml:2:3: access.speed: unknown key (did you mean access.speed_plain_kmh)",
        "base.yaml:4:13: time.end: the end lies before the start (got '2019Q2' to '2019Q1')",
        f"command line: choose.x=1: choose.x: unknown key (allowed {', '.join(keys_of('choose'))})",
        "command line: move.alone=2: move.alone: out of range (got 2, allowed a number from 0 to 1, "
        "unit probability)",
    ]


def test_a_value_is_blamed_on_the_layer_that_wrote_it(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("seed: 1\nties:\n  growth: 2\n")
    message = "ties.growth: out of range (got 2, allowed a number from 0 to 1, unit 1/quarter)"
    assert errors_of(tmp_path, "extends: base.yaml\nseed: 2\n") == [f"base.yaml:3:11: {message}"]
    assert errors_of(tmp_path, "extends: base.yaml\nties: {growth: 2}\n") == [f"a.yaml:2:16: {message}"]
    assert errors_of(tmp_path, "extends: base.yaml\n", "ties.growth=0.5") == []
    assert errors_of(tmp_path, "ties: {growth: 0.1}\n", "ties.growth=2") == [
        f"command line: ties.growth=2: {message}"
    ]


def test_a_contradiction_is_blamed_on_the_strongest_layer(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("time:\n  start: 2020Q1\n  end: 2021Q4\n")
    told = "time.end: the end lies before the start (got '2022Q1' to '2021Q4')"
    assert errors_of(tmp_path, "extends: base.yaml\ntime: {start: 2022Q1}") == [f"a.yaml:2:15: {told}"]
    assert errors_of(tmp_path, "extends: base.yaml", "time.start=2022Q1") == [
        f"command line: time.start=2022Q1: {told}"
    ]


def test_a_base_that_cannot_be_read_hides_no_error_of_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("seed: [1\n")
    found = errors_of(tmp_path, "extends: base.yaml\nsed: 1\nreform: {policy: actual, date: 2050Q1}\n")
    assert found == [
        "a.yaml:2:1: sed: unknown key (did you mean seed)",
        # of the reform's date nothing is said: the base may set another end of the run
        "base.yaml:2:1: YAML syntax: while parsing a flow sequence, expected ',' or ']', but got "
        "'<stream end>'",
    ]


def test_a_value_in_doubt_is_not_held_against_others(tmp_path: Path) -> None:
    assert errors_of(tmp_path, "world: {name: ring}\ntime:\n  start: 2040Q1\n  start: 2020Q1\n") == [
        "a.yaml:4:3: time.start: duplicate key (first written on line 3)"
    ]


def test_keys_of_a_duplicate_section_are_checked_too(tmp_path: Path) -> None:
    assert errors_of(tmp_path, "ties: {growth: 0.5}\nties:\n  grwth: 1\n") == [
        "a.yaml:2:1: ties: duplicate key (first written on line 1)",
        "a.yaml:3:3: ties.grwth: unknown key (did you mean ties.growth)",
    ]


def test_a_file_with_no_usable_name_is_blamed_whatever_the_overrides(tmp_path: Path) -> None:
    path = tmp_path / "a,b.yaml"
    path.write_text("# about\nseed: 1\n")
    with pytest.raises(ConfigurationErrors, match=r"a,b\.yaml:1:1: name: not usable"):
        load(path, ["seed=7"])
    assert load(path, ["name=ab"]).scenario.name == "ab"


def test_a_circle_of_files(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("seed: 1\nextends: a.yaml\n")
    assert errors_of(tmp_path, "extends: base.yaml\n") == [
        "base.yaml:2:10: extends: files extend each other in a circle (got a.yaml again)"
    ]


def test_a_missing_base_with_a_similar_name(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("seed: 1\n")
    assert errors_of(tmp_path, "name: x\nextends: bsae.yaml\n") == [
        "a.yaml:2:10: extends: no such file (got bsae.yaml; did you mean base.yaml)"
    ]


def test_bytes_that_are_no_utf8(tmp_path: Path) -> None:
    assert errors_of(tmp_path, b"seed: 1\nname: \xff\n") == ["a.yaml:2:7: not UTF-8 (got the byte 0xff)"]


def test_a_missing_table_of_places(tmp_path: Path) -> None:
    assert errors_of(tmp_path, "world:\n  places: p.csv\n") == [
        "a.yaml:2:11: world.places: no such file (got 'p.csv', allowed the path of a table)".replace(
            "'p.csv'", repr(str(tmp_path / "p.csv")).replace(f"{tmp_path}{os.sep}", "")
        )
    ]


def test_a_scenario_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "actual.yaml").write_text("seed: 1\n")
    path = tmp_path / "actaul.yaml"
    with pytest.raises(ConfigurationErrors) as caught:
        load(path, ["sed=1"])
    assert caught.value.messages == [
        f"command line: {path}: no such file (got {path}; did you mean {tmp_path / 'actual.yaml'})",
        "command line: sed=1: sed: unknown key (did you mean seed)",
    ]


def test_a_deep_nest_is_refused_not_followed(tmp_path: Path) -> None:
    (message,) = errors_of(tmp_path, "a: " + "[" * 5000)
    assert message.startswith("a.yaml:1:23: YAML syntax: nested too deeply")


# pieces of YAML, sound and broken, that any text may be put together from
PIECES = [
    "seed", "time", "choose", "world", "places", "extends", "name", "start", "theta", "a.yaml", ".", "/",
    ": ", ":\n  ", "\n", "  ", "- ", "[", "]", "{", "}", ", ", "? ", "&a ", "*a", "!x ", "!!int ",
    "!!binary ", "'", '"', "\\0", "\\ud800", "|\n", ">-\n", "# ", "---\n", "%YAML 1.2\n", "<<",
    "=", "1", "-0.5", ".inf", "1e999",
    "null", "true", "2019Q2", "2025-07-01", "\t", "\x00", "\u2028", "\ufeff",
]  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    override=st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
)
def test_whatever_is_written_is_read_or_refused_with_messages(
    tmp_path: Path, text: str, override: str
) -> None:
    for found in (errors_of(tmp_path, text), errors_of(tmp_path, "name: x", f"world.places={override}")):
        assert all(message.startswith(("a.yaml:", "command line: ")) for message in found)
