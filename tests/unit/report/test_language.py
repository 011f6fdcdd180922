from __future__ import annotations

import pytest

from dicu_analysis.language import ENGLISH, VIETNAMESE


@pytest.mark.parametrize(
    ("value", "digits", "sign", "english", "vietnamese"),
    [
        (1234567.891, 2, False, "1,234,567.89", "1.234.567,89"),
        (-0.5, 1, True, "\u22120.5", "\u22120,5"),
        (0.04, 1, True, "0.0", "0,0"),
        (-0.04, 1, True, "0.0", "0,0"),
        (12.0, 0, True, "+12", "+12"),
        (float("nan"), 1, False, "unknown", "không rõ"),
    ],
)
def test_numbers_are_written_as_each_language_reads_them(value, digits, sign, english, vietnamese) -> None:
    assert ENGLISH.num(value, digits, sign=sign) == english
    assert VIETNAMESE.num(value, digits, sign=sign) == vietnamese


@pytest.mark.parametrize(
    ("persons", "english", "vietnamese"),
    [
        (1_250_000, "1.2 million people", "1,2 triệu người"),
        (84_600, "85 thousand people", "85 nghìn người"),
        (1_500, "1.5 thousand people", "1,5 nghìn người"),
        (7, "7 people", "7 người"),
    ],
)
def test_people_are_rounded_to_what_can_be_read(persons, english, vietnamese) -> None:
    assert ENGLISH.people(persons) == english
    assert VIETNAMESE.people(persons) == vietnamese


def test_periods_and_days() -> None:
    assert ENGLISH.period("2035Q4") == "end of 2035"
    assert VIETNAMESE.period("2025Q2") == "quý II năm 2025"
    assert VIETNAMESE.period("2025-12") == "cuối năm 2025"
    assert ENGLISH.day_of("2025Q3") == "1 July 2025"
    assert VIETNAMESE.day_of("2025-07") == "ngày 1/7/2025"
