"""Every kind of error in a configuration: the exact line a person reads, at the exact place in the file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import pytest

from dicu.scenario.fields import keys_of
from dicu.scenario.loader import ConfigurationErrors, load
from dicu.scenario.parameters_reform import PolicyName

POLICIES = ", ".join(get_args(PolicyName))
DATE = "a quarter such as 2025Q3, a month such as 2025-07 or its first day 2025-07-01, years 1900 to 2199"
NAME = (
    "up to 80 letters, digits, spaces and . _ + -, beginning with a letter or digit; "
    "not saved, where states are kept"
)


def errors_of(folder: Path, text: str | bytes, *overrides: str) -> list[str]:
    """Messages for one file ``a.yaml`` with this text, the folder left out; [] when it is sound."""
    path = folder / "a.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    try:
        load(path, overrides)
    except ConfigurationErrors as error:
        return [message.replace(f"{folder}{os.sep}", "") for message in error.messages]
    return []


ONE_VALUE: list[tuple[str, str, str]] = [
    # keys
    ("unknown at the root", "sed: 1", "a.yaml:1:1: sed: unknown key (did you mean seed)"),
    (
        "unknown in a section",
        "choose:\n  kapa: 1",
        "a.yaml:2:3: choose.kapa: unknown key (did you mean choose.kappa)",
    ),
    (
        "unknown, in another section",
        "choose: {lambda0: 1}",
        "a.yaml:1:10: choose.lambda0: unknown key (did you mean consider.lambda0)",
    ),
    (
        "unknown at the root, in a section",
        "half_time_minutes: 3",
        "a.yaml:1:1: half_time_minutes: unknown key (did you mean access.half_time_minutes)",
    ),
    (
        "unknown, written with -",
        "population:\n  household-size-urban: 3",
        "a.yaml:2:3: population.household-size-urban: unknown key (did you mean "
        "population.household_size_urban)",
    ),
    (
        "unknown, like nothing",
        "ties:\n  xyzzy: {a: 1}",
        "a.yaml:2:3: ties.xyzzy: unknown key (allowed growth)",
    ),
    (
        "unknown, like nothing, at the root",
        "xyzzy: 1",
        f"a.yaml:1:1: xyzzy: unknown key (allowed {', '.join(keys_of(''))})",
    ),
    (
        "a path as a key",
        "choose.theta: 1",
        "a.yaml:1:1: choose.theta: unknown key (keys are nested in a file: write theta below choose)",
    ),
    ("a number as a key", "7: 1", f"a.yaml:1:1: 7: unknown key (allowed {', '.join(keys_of(''))})"),
    ("a list as a key", "? [a]\n: 1", "a.yaml:1:3: root: a key must be a word (got a list)"),
    ("duplicate", "seed: 1\nname: x\nseed: 1", "a.yaml:3:1: seed: duplicate key (first written on line 1)"),
    (
        "duplicate section",
        "time: {end: 2030Q4}\ntime: {step: month}",
        "a.yaml:2:1: time: duplicate key (first written on line 1)",
    ),
    (
        "duplicate in a section",
        "ties:\n  growth: 0.1\n  growth: 0.1",
        "a.yaml:3:3: ties.growth: duplicate key (first written on line 2)",
    ),
    ("a merge key", "<<: {seed: 1}", "a.yaml:1:1: <<: merge keys are no part of YAML 1.2 (use extends)"),
    # types
    (
        "a truth for an integer",
        "seed: true",
        "a.yaml:1:7: seed: not an integer (got true, allowed an integer from 0 to 9223372036854775807)",
    ),
    (
        "a float for an integer",
        "population:\n  weight: 100.0",
        "a.yaml:2:11: population.weight: not an integer (got 100.0, allowed an integer from 1 to 100000, "
        "unit households/row; did you mean 100)",
    ),
    (
        "half an integer",
        "population:\n  weight: 0.5",
        "a.yaml:2:11: population.weight: not an integer (got 0.5, allowed an integer from 1 to 100000, "
        "unit households/row)",
    ),
    (
        "text for a number",
        "ties: {growth: '0.1'}",
        "a.yaml:1:16: ties.growth: not a number (got '0.1', allowed a number from 0 to 1, unit 1/quarter; "
        "did you mean 0.1 without quotes)",
    ),
    (
        "a truth for a number",
        "ties: {growth: false}",
        "a.yaml:1:16: ties.growth: not a number (got false, allowed a number from 0 to 1, unit 1/quarter)",
    ),
    (
        "null for a number",
        "ties:\n  growth:",
        "a.yaml:2:3: ties.growth: not a number (got null, allowed a number from 0 to 1, unit 1/quarter)",
    ),
    (
        "a list for a number",
        "ties: {growth: [1, 2]}",
        "a.yaml:1:16: ties.growth: not a number (got a list, allowed a number from 0 to 1, unit 1/quarter)",
    ),
    (
        "a section for a number",
        "ties:\n  growth:\n    x: 1",
        "a.yaml:3:5: ties.growth: not a number (got a section of keys, allowed a number from 0 to 1, "
        "unit 1/quarter)",
    ),
    (
        "a number for text",
        "name: 7",
        f'a.yaml:1:7: name: not text (got 7, allowed {NAME}; did you mean "7" in quotes)',
    ),
    (
        "a number for a date",
        "time: {start: 2019}",
        f"a.yaml:1:15: time.start: not text (got 2019, allowed {DATE})",
    ),
    (
        "a value for a section",
        "ties: 3",
        "a.yaml:1:7: ties: a section of keys is needed (got 3, allowed growth)",
    ),
    (
        "a section without keys",
        "seed: 1\nties:\n  # growth: 1",
        "a.yaml:2:1: ties: a section of keys is needed (got null, allowed growth; write its keys below it, "
        "or delete the line)",
    ),
    # ranges
    (
        "too large",
        "choose:\n  theta: 1.5",
        "a.yaml:2:10: choose.theta: out of range (got 1.5, allowed a number from 0.1 to 1)",
    ),
    (
        "too small, with a unit",
        "access: {half_time_minutes: 0}",
        "a.yaml:1:29: access.half_time_minutes: out of range (got 0, allowed a number from 1 to 600, "
        "unit min)",
    ),
    (
        "an integer too large",
        "seed: 9223372036854775808",
        "a.yaml:1:7: seed: out of range (got 9223372036854775808, allowed an integer from 0 to "
        "9223372036854775807)",
    ),
    (
        "an integer of many digits",
        f"ties: {{growth: {'9' * 5000}}}",
        f"a.yaml:1:16: ties.growth: not readable as int (got {'9' * 57}...)",
    ),
    (
        "a number beyond floats",
        f"ties: {{growth: {'9' * 400}}}",
        "a.yaml:1:16: ties.growth: not a number (got an integer of more than 60 digits, allowed a number "
        "from 0 to 1, unit 1/quarter)",
    ),
    (
        "not a number",
        "ties: {growth: .nan}",
        "a.yaml:1:16: ties.growth: not a finite number (got nan, allowed a number from 0 to 1, "
        "unit 1/quarter)",
    ),
    (
        "infinite",
        "choose: {kappa: -.inf}",
        "a.yaml:1:17: choose.kappa: not a finite number (got -inf, allowed null or a number from -50 to 50)",
    ),
    # words and dates
    (
        "no such choice",
        "reform: {policy: actuall}",
        f"a.yaml:1:18: reform.policy: not one of the choices (got 'actuall', allowed {POLICIES}; "
        "did you mean actual)",
    ),
    (
        "null for the choice none",
        "reform: {policy: null}",
        f"a.yaml:1:18: reform.policy: not one of the choices (got null, allowed {POLICIES}; "
        "did you mean none)",
    ),
    ("no date", "time:\n  end: 2035Q5", f"a.yaml:2:8: time.end: not a date (got '2035Q5', allowed {DATE})"),
    (
        "a day",
        "reform: {date: 2025-07-02}",
        "a.yaml:1:16: reform.date: a day within a month: the model knows none, everything dated acts at the beginning "
        f"of a month or quarter (got '2025-07-02', allowed '2025-07-01', or {DATE})",
    ),
    (
        "a name that is no folder",
        "name: ../x",
        f"a.yaml:1:7: name: not usable as the name of a folder (got '../x', allowed {NAME})",
    ),
    # values against each other
    (
        "end before start",
        "time:\n  start: 2020Q1\n  end: 2019Q4",
        "a.yaml:3:8: time.end: the end lies before the start (got '2020Q1' to '2019Q4')",
    ),
    (
        "end before the default start",
        "time:\n  end: 2019Q1",
        "a.yaml:2:8: time.end: the end lies before the start (got '2019Q2' to '2019Q1')",
    ),
    (
        "a start after the default end",
        "world: {name: ring}\ntime:\n  start: 2040Q1",
        "a.yaml:3:10: time.end: the end lies before the start (got '2040Q1' to '2035Q4')",
    ),
    (
        "a start inside a quarter",
        "time: {start: 2019-05}",
        "a.yaml:1:15: time.start: not at the beginning of a quarter (got '2019-05', allowed month 01, 04, 07 "
        "or 10)",
    ),
    (
        "a year without residents",
        "time: {start: 2013Q1}",
        "a.yaml:1:15: time.start: no official residents of that year to start from (got '2013Q1', allowed "
        "years 2014 to 2024 for world viet_nam)",
    ),
    (
        "a reform outside the run",
        "reform:\n  date: 2036Q1\n  policy: actual",
        "a.yaml:2:9: reform.date: the policy actual acts outside the run (got '2036Q1', allowed 2019Q2 to "
        "2035Q4)",
    ),
    (
        "a reform at the default date, outside the run",
        "reform: {policy: actual}\nworld: {name: ring}\ntime: {end: 2024Q4}",
        "a.yaml:3:13: reform.date: the policy actual acts outside the run (got '2025Q3', allowed 2019Q2 to "
        "2024Q4)",
    ),
    (
        "a reform inside a step",
        "reform: {policy: relabel, date: 2025-08}",
        "a.yaml:1:33: reform.date: the policy relabel acts not at the beginning of a quarter (got '2025-08', "
        "allowed 2025Q3 or 2025Q4)",
    ),
    (
        "a size where there is none",
        "world:\n  name: two_places\n  size: 4",
        "a.yaml:3:9: world.size: the world two_places has no size to choose (got 4, allowed null, or "
        "world.name ring or monocentric)",
    ),
    (
        "a cap below the base",
        "government: {staff_cap_ward: 31}",
        "a.yaml:1:30: government.staff_cap_ward: the most posts are fewer than the base (got 31.0, allowed "
        "government.staff_base = 32.0 or more)",
    ),
    # YAML
    ("empty", "", "a.yaml:1:1: the file is empty (allowed a mapping of keys, such as `seed: 42`)"),
    (
        "only comments",
        "# x\n",
        "a.yaml:1:1: the file is empty (allowed a mapping of keys, such as `seed: 42`)",
    ),
    ("only null", "---\n", "a.yaml:1:1: the file is empty (allowed a mapping of keys, such as `seed: 42`)"),
    (
        "a list at the root",
        "\n- seed",
        "a.yaml:2:1: the root is not a mapping (got a list, allowed keys, such as `seed: 42`)",
    ),
    (
        "a value at the root",
        "seed=3",
        "a.yaml:1:1: the root is not a mapping (got a single value, allowed keys, such as `seed: 42`)",
    ),
    (
        "an open bracket",
        "seed: 1\ntime: {start: 2019Q2\n",
        "a.yaml:3:1: YAML syntax: while parsing a flow mapping, expected ',' or '}', but got '<stream end>'",
    ),
    (
        "a tab",
        "time:\n\tstart: 2019Q2",
        "a.yaml:2:1: YAML syntax: while scanning for the next token, found character '\\t' that cannot start "
        "any token",
    ),
    (
        "two documents",
        "seed: 1\n---\nseed: 2",
        "a.yaml:2:1: YAML syntax: expected a single document in the stream, but found another document",
    ),
    ("a control sign", "seed: 1\nname: a\x07b", "a.yaml:2:8: YAML syntax: character U+0007 is not allowed"),
    ("old YAML", "%YAML 1.1\n---\nname: no", "a.yaml:1:1: only YAML 1.2 is read (got %YAML 1.1)"),
    ("a tag", "seed: !big 3", "a.yaml:1:7: seed: tags are not taken (got !big)"),
    (
        "a tag of a program",
        "name: !!python/name:os.system x",
        "a.yaml:1:7: name: tags are not taken (got tag:yaml.org,2002:python/name:os.system)",
    ),
    (
        "an alias",
        "name: &n x\nreform: {date: *n}",
        "a.yaml:1:7: reform.date: anchors and aliases are not taken (write the value again)",
    ),
    # extends
    ("extends a missing file", "extends: b.yaml", "a.yaml:1:10: extends: no such file (got b.yaml)"),
    (
        "extends no path",
        "extends: 3",
        "a.yaml:1:10: extends: not a path (got 3, allowed the path of a YAML file)",
    ),
    (
        "extends nothing",
        "extends:",
        "a.yaml:1:1: extends: not a path (got null, allowed the path of a YAML file)",
    ),
    (
        "extends itself",
        "extends: ./a.yaml",
        "a.yaml:1:10: extends: files extend each other in a circle (got a.yaml again)",
    ),
    ("extends a folder", "extends: .", "a.yaml:1:10: extends: is a directory (got FOLDER)"),
]


@pytest.mark.parametrize(
    ("text", "message"), [row[1:] for row in ONE_VALUE], ids=[row[0] for row in ONE_VALUE]
)
def test_one_error_one_message(tmp_path: Path, text: str, message: str) -> None:
    assert errors_of(tmp_path, text) == [message.replace("FOLDER", str(tmp_path))]


@pytest.mark.parametrize("name", ["saved", "Saved"])
def test_a_run_cannot_take_the_folder_of_saved_states(tmp_path: Path, name: str) -> None:
    """Its states would lie in its own folder, and clearing them would take the run along."""
    config = tmp_path / "a.yaml"
    config.write_text(f"name: {name}\nworld: {{name: ring}}\n", encoding="utf-8")
    with pytest.raises(ConfigurationErrors) as errors:
        load(config)
    assert "not saved, where states are kept" in errors.value.messages[0]
    config.write_text("name: saved-1\nworld: {name: ring}\n", encoding="utf-8")
    assert load(config).scenario.name == "saved-1"
