"""Which places of Viet Nam were urban when."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicu.world import facts
from dicu.world.gazetteer import read_gazetteer
from dicu.world.urban_changes import changes_of, contradicted, listed_changes, urban_in


def test_every_listed_unit_is_known_and_agrees_with_its_kind_of_2025() -> None:
    units = read_gazetteer().legacy
    assert len(listed_changes()) == 583
    assert contradicted(units["code"].to_numpy(str), units["kind"].to_numpy(str)) == []
    assert set(listed_changes()["source"]) <= set(facts.sources().index)


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = pd.DataFrame(
        [("00001", "2015-03", True), ("00002", "2015-07", True), ("00003", "2016-01", True),
         ("00003", "2018-01", False)],
        columns=["code", "date", "urban"],
    )  # fmt: skip
    monkeypatch.setattr("dicu.world.urban_changes._listed", lambda: rows.sort_values(["date", "code"]))


CODES = np.array(["00001", "00002", "00003", "00004"])
KINDS = np.array(["ward", "township", "commune", "ward"])


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("year", "urban"),
    [
        (2014, [False, False, False, True]),
        (2015, [True, False, False, True]),  # residents are of the middle of the year: July is later
        (2016, [True, True, True, True]),
        (2019, [True, True, False, True]),
    ],
)
def test_changes_after_the_middle_of_a_year_are_taken_back(year: int, urban: list[bool]) -> None:
    assert urban_in(year, CODES, KINDS).tolist() == urban


@pytest.mark.usefixtures("three")
def test_a_unit_that_its_kind_contradicts_is_left_as_its_kind_says() -> None:
    kinds = np.array(["commune", "township", "commune", "ward"])
    assert contradicted(CODES, kinds) == ["00001"]
    assert urban_in(2014, CODES, kinds).tolist() == [False, False, False, True]
    made = changes_of(np.array(["a", "b", "c", "d"]), CODES, kinds)
    assert made["place"].tolist() == ["b", "c", "c"]
