"""The file of a calibration is read as that of a sweep is: places of mistakes, and overrides of its own section."""

from __future__ import annotations

from pathlib import Path

import pytest

from dicu.lab.calibrate.file import read_calibration
from dicu.scenario.loader import ConfigurationErrors

TEXT = """\
base: none
parameters:
  choose.theta: {prior: 0.5, sd: 0.1}
method: {members: 20, keep: 5}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "fit.yaml"
    made.write_text(TEXT, encoding="utf-8")
    return made


def mistakes(path: Path, *overrides: str) -> list[str]:
    with pytest.raises(ConfigurationErrors) as caught:
        read_calibration(path, overrides)
    return caught.value.messages


def test_overrides_of_the_method_and_of_the_base(path: Path) -> None:
    made = read_calibration(path, ["method.members=40", "method.localize=2.5", "population.weight=5000"])
    assert (made.method.members, made.method.keep, made.method.localize) == (40, 5, 2.5)
    assert made.base.population.weight == 5000


def test_a_value_that_cannot_be_read_is_told_as_everywhere(path: Path) -> None:
    (said,) = mistakes(path, "method.members=[40]")
    assert said.startswith("command line: method.members=[40]: method.members: a list is not taken here")
    (said,) = mistakes(path, "method.members=many")
    assert said.startswith("command line: method.members=many: method.members: not an integer")


def test_mistakes_of_the_file_have_their_line(path: Path) -> None:
    path.write_text(TEXT.replace("base: none", "base: nowhere.yaml"), encoding="utf-8")
    (said,) = mistakes(path)
    assert said.startswith(f"{path}:1:7: base: no such file")
    path.write_text(TEXT + "method: {members: 30}\n", encoding="utf-8")
    assert any(said.startswith(f"{path}:5:1: method: duplicate key") for said in mistakes(path))
    (said,) = mistakes(path.with_name("other.yaml"))
    assert said.startswith(f"command line: {path.with_name('other.yaml')}: no such file")
