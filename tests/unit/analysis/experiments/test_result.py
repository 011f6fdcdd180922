"""The result object: its schema is frozen in a file, and what is written is read back."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from dicu_analysis.effects import paired
from dicu_analysis.experiments.result import (
    SCHEMA_VERSION,
    Equivalent,
    Estimate,
    Part,
    Power,
    Result,
    read_result,
    schema,
    write_result,
)
from dicu_analysis.experiments.statistics import fieller
from dicu_analysis.language import Text

FROZEN = {1: "df1a431303d4e250", 2: "3338a0bd076b8cad"}
"""Checksum of the schema by its version."""


def result() -> Result:
    return Result(
        id="h1", question="?", estimand="e", design="d", quick=True, model_version="0", weight=1, world="two_places",
        period="2020Q1-2021Q4", arms=[], replicates=3, unit="points", effect=0.1, mc_error=0.01, interval=(0.0, 0.2),
        p=0.04, p_holm=0.2, holm_family=["h1"], sesoi=0.1,
        equivalence=Equivalent(sesoi=0.1, unit="points", p=0.5, equivalent=False), verdict="present", verdict_text="",
        power=Power(promised=0.9, needed=4, reached=0.5, detectable=0.2, luck_shared=None),
        secondary=[Estimate.of(paired([1.0, 2.0, 4.0]), "x", "text", "points")], mechanism=[], second_opinion=[],
        groups=[], controls=[], held_fixed=[], caveats=[], figures=[], plain_words=Text(en="a", vi="b"),
    )  # fmt: skip


def test_vietnamese_numbers_have_a_decimal_comma() -> None:
    said = Part(title=Text("", ""), words=Text(en="+2.7 points, -0.01", vi="+2.7 điểm, -0.01.")).words
    assert (said.en, said.vi) == ("+2.7 points, -0.01", "+2,7 điểm, -0,01.")


def test_nothing_has_no_sign() -> None:
    said = Part(title=Text("", ""), words=Text(en="by -0.0 %, +0.00 and -0.01", vi="-0.0 %")).words
    assert (said.en, said.vi) == ("by 0.0 %, 0.00 and -0.01", "0,0 %")


def test_schema_is_the_frozen_one() -> None:
    """Another schema needs another SCHEMA_VERSION."""
    text = json.dumps(schema(), sort_keys=True, ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == FROZEN[SCHEMA_VERSION]


def test_round_trip(tmp_path: Path) -> None:
    made = result()
    path = write_result(made, tmp_path)
    assert path.name == "experiment.json"
    assert read_result(tmp_path) == read_result(path) == made


def test_no_result_and_other_versions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="dicu experiment"):
        read_result(tmp_path)
    path = write_result(result(), tmp_path)
    path.write_text(path.read_text().replace(f'"schema_version": {SCHEMA_VERSION}', '"schema_version": 99'))
    with pytest.raises(ValueError, match="schema 99"):
        read_result(path)


def test_an_unbounded_ratio_has_no_interval() -> None:
    made = Estimate.ratio(fieller([1.0, 2.0, 1.5], [0.1, -0.1, 0.05]), "r", "text")
    assert made.interval == (None, None)
    assert "not distinguishable" in made.note
