"""Robustness on made-up sweeps: a sign that survives every cell holds, one that turns is no answer, why is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dicu_analysis.effects import estimate, paired
from dicu_analysis.experiments import merger
from dicu_analysis.experiments.assemble import Found, assemble
from dicu_analysis.experiments.h2 import SPEC
from dicu_analysis.experiments.page import page
from dicu_analysis.experiments.result import Members, Robust, SignGrid
from dicu_analysis.experiments.robust import (
    from_default,
    grid,
    members,
    of_grid,
    survives,
    swing,
    tile,
    widest,
)
from dicu_analysis.language import Text
from made_up_merger import FACTS, all_sweeps


def test_a_sign_that_survives_every_cell_holds(tmp_path: Path) -> None:
    """0.1 is lost whatever offices need, and 0.04 or the least disruption cannot turn that."""
    made = all_sweeps(tmp_path, {"work": 0.1, "dispatch": 0.15})
    (found,) = merger.robustness(
        made, FACTS, ["access, plain rural", "access, island rural"], merger.against_none()
    )
    assert (found.verdict, found.sign) == ("holds", "down"), "and there are no islands in this world"
    table = found.grids[0]
    assert [t.effect for t in table.tiles[0] if t] == pytest.approx([-10, -15], abs=0.1)
    assert [t.effect for t in table.tiles[2] if t] == pytest.approx([-6, -11], abs=0.1)
    assert [(m.up, m.down, m.n) for m in found.members] == [(0, 10, 10)] * 4
    assert "in all" in found.words.en


def test_what_reinvesting_gives_back_is_told_of_the_arms_there_are(tmp_path: Path) -> None:
    """H3 compares half and all with nothing reinvested; assumptions and ensemble have no half."""
    made = all_sweeps(tmp_path, {"work": 0.1, "dispatch": 0.15})
    (found,) = merger.robustness(made, FACTS, ["access, plain rural"], merger.against_merged())
    assert (found.verdict, found.sign) == ("holds", "up")
    assert [t.effect for t in found.grids[0].tiles[-1] if t] == pytest.approx([4, 4], abs=0.1)
    assert [(m.up, m.down, m.n) for m in found.members] == [(10, 0, 10)] * 2


def test_a_sign_that_turns_is_no_answer_and_what_turns_it_is_named(tmp_path: Path) -> None:
    made = all_sweeps(tmp_path, {"work": 0.03, "dispatch": -0.05})
    found = merger.robustness(made, FACTS, ["access, plain rural"], merger.against_none())[0]
    assert found.verdict == "flips"
    assert found.sign is None
    named = " ".join(t.en for t in found.decides if "turns the sign" in t.en)
    assert "what offices need" in named
    assert "what is done with the savings" in named
    assert "quality lost at once" in named, "0.04 - 0.03 - 0.02 falls where all is reinvested"
    assert "weight of staff" not in named
    cases = found.grids[1]
    assert cases.tiles[-1][2:] == [None, None], "work left is no matter where the rule says what is needed"
    # the verdict of the experiment goes with it
    effect = paired([-0.1, -0.11, -0.12, -0.11])
    plain = Found(effect=effect, sesoi=0.01, plain=Text("", ""), robust=[found])
    result = assemble(SPEC, FACTS, plain)
    assert result.verdict == "depends"
    text = page(result)
    assert "What it hangs on" in text
    assert "▼" in text
    assert "▲" in text
    plain.robust = []
    assert assemble(SPEC, FACTS, plain).verdict == "substantial"


def test_without_the_sweep_of_options_nothing_is_said() -> None:
    assert merger.robustness({}, FACTS, ["access, rural"], merger.against_none()) == []


def a_grid(*signs: float) -> SignGrid:
    cells = [tile(estimate([s, s, s])) for s in signs]
    return grid(
        Text("", ""), Text("", ""), [Text("r", "r")], [Text("c", "c")] * len(cells), lambda r, c: cells[c]
    )


def some(up: int, down: int) -> Members:
    return members(np.array([1.0] * up + [-1.0] * down), Text("x", "x"))


@pytest.mark.parametrize(
    ("cells", "over", "verdict"),
    [
        ((1.0, 2.0), [], "holds"),
        ((1.0, -2.0), [], "flips"),
        ((1.0, 0.0), [], "open"),
        ((1.0,), [some(9, 1)], "holds"),
        ((1.0,), [some(8, 2)], "open"),
        ((1.0,), [some(1, 9)], "flips"),
    ],
)
def test_members_must_agree_nearly_all(cells: tuple[float, ...], over: list[Members], verdict: str) -> None:
    assert survives([a_grid(*cells)], over)[0] == verdict


def test_two_replicates_tell_no_sign() -> None:
    assert tile(estimate([1.0, 1.1])).sign == "unknown"
    assert (
        survives(
            [
                grid(
                    Text("", ""),
                    Text("", ""),
                    [Text("", "")],
                    [Text("", "")],
                    lambda r, c: tile(estimate([1.0, 1.1])),
                )
            ],
            [],
        )[0]
        == "open"
    )


def test_one_assumption_moves_an_outcome_from_the_default_not_from_end_to_end() -> None:
    default, low, high = (a_grid(x).tiles[0][0] for x in (1.0, 0.4, 1.9))
    found = from_default(Text("one", ""), default, [low, high, None])
    assert found.size == pytest.approx(0.9)
    assert not found.turns
    assert from_default(Text("one", ""), default, [a_grid(-0.1).tiles[0][0]]).turns


def test_the_widest_swing_comes_after_those_that_turn_the_sign() -> None:
    turning, wide = a_grid(0.1, -0.1), a_grid(5.0, 9.0)
    found = widest([swing(Text("wide", ""), wide.tiles[0]), swing(Text("turns", ""), turning.tiles[0])])
    assert [s.text.en for s in found] == ["turns", "wide"]
    down, across = (
        of_grid(turning, Text("rows", ""), Text("columns", ""))[0],
        of_grid(turning, Text("rows", ""), Text("columns", ""))[-1],
    )
    assert (down.size, across.size) == pytest.approx((0.0, 0.2))


def test_a_robust_result_is_read_back() -> None:
    made = Robust(
        name="x", outcome=Text("x", "x"), unit="points", verdict="open", sign=None, words=Text("", ""), decides=[],
        grids=[a_grid(1.0)], members=[some(1, 0)],
    )  # fmt: skip
    assert Robust.model_validate(made.model_dump(mode="json")) == made


def test_the_picture_has_a_panel_an_outcome_and_need_and_tells_what_moves_most(tmp_path: Path) -> None:
    made = all_sweeps(tmp_path, {"work": 0.03, "dispatch": -0.05})
    contrasts = merger.against_none()
    found = merger.robustness(made, FACTS, ["access, plain rural"], contrasts)
    (figure,) = merger.tornado(
        tmp_path, "h2_tornado", Text("How far", "Bao xa"), found, contrasts, made, FACTS
    )
    assert (tmp_path / figure.svg).is_file()
    assert (tmp_path / figure.png).is_file()
    for said in (
        "need by work: -3 points of access",
        "need by dispatch: 5 points",
        "most by quality lost at once",
    ):
        assert said in figure.alt
    options = {merger.OPTIONS: made[merger.OPTIONS]}
    alone = merger.robustness(options, FACTS, ["access, plain rural"], contrasts)
    assert merger.tornado(tmp_path, "x", Text("How far", "Bao xa"), alone, contrasts, options, FACTS) == []
