"""A reform is called by what its run was made with, in both languages."""

from __future__ import annotations

import pytest

from dicu.reform.policies import POLICIES
from dicu.scenario.vocabulary import POLICY_WORDS
from dicu_analysis.language import ENGLISH, VIETNAMESE
from dicu_analysis.reform_names import ReformName, policy_labels


def named(policy: str, date: str = "2025Q3", world: str = "viet_nam", **settings: object) -> ReformName:
    return ReformName.of({"reform": {"policy": policy, "date": date, **settings}, "world": {"name": world}})


@pytest.mark.parametrize(
    ("name", "english", "vietnamese"),
    [
        (named("none"), "no reform", "không sắp xếp"),
        (named("actual"), "the merger of 1 July 2025", "việc sáp nhập ngày 1/7/2025"),
        (
            named("actual", "2024Q3"),
            "the merger of 1 July 2024 (the map of 2025, put in force on that day)",
            "việc sáp nhập ngày 1/7/2024 (bản đồ năm 2025, có hiệu lực từ ngày đó)",
        ),
        (named("actual", "2030-02", "ring"), "the merger of 1 February 2030", "việc sáp nhập ngày 1/2/2030"),
        (
            named("standard", standard="112/2025"),
            "a merger by the standards of population and area on 1 July 2025 (Resolution 112/2025)",
            "sáp nhập theo tiêu chuẩn dân số và diện tích, ngày 1/7/2025 (Nghị quyết 112/2025)",
        ),
        (
            named("actual", levers="relabel+cut_staff"),
            "the merger of 1 July 2025 (levers: new names and posts cut)",
            "việc sáp nhập ngày 1/7/2025 (chỉ gồm: tên mới và cắt biên chế)",
        ),
    ],
)
def test_in_a_sentence(name, english, vietnamese) -> None:
    assert name.name(ENGLISH) == english
    assert name.name(VIETNAMESE) == vietnamese


def test_as_a_label() -> None:
    assert named("none").label(VIETNAMESE) == "Không sắp xếp"
    assert named("actual").label(VIETNAMESE) == "Sắp xếp từ 1/7/2025"
    assert named("actual", "2024Q3").label(ENGLISH) == "Merger from 1 July 2024"


def test_a_table_is_dated_by_the_lineage_of_its_run() -> None:
    config = {"reform": {"policy": "table", "date": "2025Q3", "table": "/home/x/mine.csv"}}
    name = ReformName.of(config, ("2024Q3", "2026Q1"))
    assert (
        name.name(ENGLISH) == "a reform by the user's own table on 1 July 2024 and 1 January 2026 (mine.csv)"
    )


def test_only_what_was_done_on_its_day_is_history() -> None:
    assert named("actual").historical
    assert not named("actual", "2024Q3").historical
    assert not named("actual", world="ring").historical


def test_every_policy_has_a_name_of_its_own() -> None:
    assert set(POLICY_WORDS) == set(POLICIES)
    for words in (ENGLISH, VIETNAMESE):
        labels = policy_labels(words, {"date": "2024Q3"})
        assert len(set(labels.values())) == len(POLICIES)
        assert not [v for v in labels.values() if "2025" in v]
