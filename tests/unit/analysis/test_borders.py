"""Borders in force at a step are those of the run's own lineage, whatever map the world holds besides."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicu_analysis.borders import Borders, UnknownBorders, in_force, redrawn

START = Borders(pd.Categorical(["a", "a", "b", "b", "b", "c"]), {"a": "A", "b": "B", "c": "C"})


def lineage(*rows: tuple[int, str, str, int]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=["step", "predecessor", "successor", "places"])
    made["level"] = "province"
    made["successor_name"] = made["successor"].str.upper() + " of step " + made["step"].astype(str)
    split = made.duplicated(["step", "predecessor"], keep=False)
    merged = made.duplicated(["step", "successor"], keep=False)
    made["kind"] = np.where(split, "split", np.where(merged, "merged", "unchanged"))
    return made


def test_before_the_reform_the_units_are_those_of_the_start() -> None:
    table = lineage((5, "a", "b", 2), (5, "b", "b", 3), (5, "c", "c", 1))
    assert list(in_force(START, table, "province", 4).of_place) == list(START.of_place)
    assert in_force(START, table, "province", 4).names == START.names


def test_two_dated_reforms_follow_each_other() -> None:
    table = lineage((5, "a", "b", 2), (5, "b", "b", 3), (5, "c", "c", 1), (9, "b", "c", 5), (9, "c", "c", 1))
    at = in_force(START, table, "province", 5)
    assert list(at.of_place) == ["b"] * 5 + ["c"]
    assert at.names == {"b": "B of step 5", "c": "C of step 5"}
    assert list(in_force(START, table, "province", 12).of_place) == ["c"] * 6
    assert redrawn(table) == (5, 9)


def test_a_name_that_changes_redraws_nothing() -> None:
    table = lineage((5, "a", "x", 2), (5, "b", "b", 3), (5, "c", "c", 1))
    assert redrawn(table) == ()
    assert list(in_force(START, table, "province", 5).of_place) == ["x", "x", "b", "b", "b", "c"]


def test_a_split_follows_the_map_that_agrees_with_it_and_no_other() -> None:
    table = lineage((5, "a", "a", 2), (5, "b", "b", 1), (5, "b", "d", 2), (5, "c", "c", 1))
    other = pd.Categorical(["a", "a", "b", "b", "d", "c"])  # two and one: another split
    mine = pd.Categorical(["q", "q", "d", "b", "d", "q"])
    found = in_force(START, table, "province", 5, (other, mine))
    assert list(found.of_place) == ["a", "a", "d", "b", "d", "c"]
    with pytest.raises(UnknownBorders, match="province b was split between b, d"):
        in_force(START, table, "province", 5, (other,))


def test_a_unit_that_the_lineage_leaves_out_is_an_error() -> None:
    with pytest.raises(UnknownBorders, match="what became of province c is not told"):
        in_force(START, lineage((5, "a", "b", 2), (5, "b", "b", 3)), "province", 5)
