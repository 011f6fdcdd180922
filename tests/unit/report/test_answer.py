"""The sentences of the first screen never claim more than their numbers."""

from __future__ import annotations

import pytest

from dicu_analysis.effects import Effect, estimate
from dicu_analysis.language import ENGLISH, VIETNAMESE
from dicu_analysis.report.answer import answer
from dicu_analysis.report.arms import collect
from dicu_analysis.report.leaving import leaving
from dicu_analysis.report.subject import gather

LEVEL = estimate([6.0, 6.2])


def told(mean: float, low: float, high: float) -> Effect:
    """An effect of six replicates with this interval."""
    return Effect(mean, (high - low) / 5.14, low, high, 0.5, 1.0, 6)


@pytest.mark.parametrize(
    ("effect", "english", "vietnamese"),
    [
        (estimate([0.4]), "cannot be said from one pair", "chưa thể kết luận"),
        (told(0.04, -0.02, 0.1), "hardly changes", "hầu như không đổi"),
        (told(2.0, 1.6, 2.4), "More people leave", "Nhiều người rời"),
        (told(-2.0, -2.4, -1.6), "Fewer people leave", "Ít người rời"),
        (told(1.0, -3.0, 5.0), "cannot be told from chance", "Không phân biệt được"),
        (told(0.8, 0.4, 1.2), "(1 per 1,000) is not decided", "Chưa rõ có vượt"),
        (estimate([0.4, 0.6]), "cannot be said from 2 pairs", "Từ 2 cặp"),
    ],
)
def test_leaving_is_told_by_what_the_replicates_allow(effect, english, vietnamese) -> None:
    assert english in leaving(ENGLISH, effect, LEVEL)
    assert vietnamese in leaving(VIETNAMESE, effect, LEVEL)


def test_a_pair_is_told_service_by_service_and_terrain_by_terrain(made, tmp_path) -> None:
    for seed in (42, 43, 44):
        for policy in ("none", "actual"):
            made(tmp_path, policy, seed)
    told = answer(ENGLISH, collect(gather(tmp_path / "synthetic" / "actual42")))
    lead = " ".join(told.lead)
    assert "the merger of 1 July 2025 compared with the same country without it" in told.lead[0]
    assert (
        "access to the commune office gets worse by more than 2% on the plains (\u221220%; \u221220 to \u221220) "
        "and in the mountains" in lead.lower()
    )
    assert "used to do gets better by more than 2% on the plains (+20%; +20 to +20)" in lead
    assert "100%" in lead  # all lose the office and win in district business
    assert told.sure[0].startswith("3 pairs")
    assert [c.values[0] for c in told.cards[:2]] == [("plains", "\u221220%"), ("plains", "+20%")]


def test_a_pair_that_differs_in_more_than_the_reform_names_it(made, tmp_path) -> None:
    run = made(tmp_path, "actual")
    other = made(tmp_path, "none", 43, ties={"growth": 0.5})
    told = answer(VIETNAMESE, collect(gather(run, other)))
    assert told.question == "Hai đất nước mô phỏng khác nhau thế nào?"
    assert "ties.growth" in told.lead[0]
    assert "hạt giống ngẫu nhiên (seed) khác nhau" in told.sure[0]


def test_another_reform_has_another_question(made, tmp_path) -> None:
    run = made(tmp_path, "random")
    made(tmp_path, "none")
    told = answer(ENGLISH, collect(gather(run)))
    assert told.question.startswith(
        "What would a random merger to the same number of units on 1 July 2025 do"
    )


def test_a_run_alone_is_told_how_to_make_the_other(made, tmp_path) -> None:
    run = made(tmp_path, "actual")
    told = answer(ENGLISH, collect(gather(run)))
    assert told.command == f"dicu run {run}/config.yaml reform.policy=none name=none --out {tmp_path}"
    assert not told.cards
    none = answer(ENGLISH, collect(gather(made(tmp_path, "none", 44))))
    assert "no reform" in none.alone[0]
    assert none.command == ""
