"""How far assumptions move an effect: bars hold what the table of cases holds, and the widest stands first."""

from __future__ import annotations

import pytest

from dicu_analysis.experiments.result import SignGrid, Tile
from dicu_analysis.experiments.tornado import bars
from dicu_analysis.language import Text


def tile(effect: float | None) -> Tile:
    return Tile(effect=effect, interval=(None, None), sign="unknown", replicates=1)


def cases(rows: dict[str, float | None], default: float | None) -> SignGrid:
    tiles = [None if value is None else tile(value) for value in (default, *rows.values())]
    return SignGrid(
        title=Text("", ""), corner=Text("", ""), columns=[Text("c", "c")],
        rows=[Text("as declared", "như đã khai báo"), *(Text(name, name) for name in rows)],
        tiles=[[one] for one in tiles],
    )  # fmt: skip


def test_the_assumption_that_moves_most_stands_first_with_both_its_ends() -> None:
    found = bars(cases({"a: 0": 1.0, "a: 1": 1.2, "b: 0": -4.0, "b: 9": 2.0, "c: 0": None}, 1.1), 0)
    assert found is not None
    default, listed = found
    assert default.effect == 1.1
    assert [b.name.en for b in listed] == ["b", "a"], "and c, which was not run, has no bar"
    assert [(v, t.effect) for v, t in listed[0].ends] == [("0", -4.0), ("9", 2.0)]
    assert listed[0].reach(1.1) == pytest.approx(5.1)


def test_without_a_default_or_a_case_there_are_no_bars() -> None:
    assert bars(cases({"a: 0": 1.0}, None), 0) is None
    assert bars(cases({"a: 0": None}, 1.0), 0) is None
