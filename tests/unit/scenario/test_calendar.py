"""Steps and dates: 2019Q2 to 2035Q4 are 67 quarters, and a quarter and its first month begin together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicu.scenario.calendar import Calendar, parse_period


def test_the_run_of_the_specification_has_67_quarters() -> None:
    calendar = Calendar("2019Q2", "2035Q4")
    assert calendar.n_steps == 67
    assert list(calendar.steps) == list(range(67))
    assert calendar.label(0) == "2019Q2"
    assert calendar.label(66) == "2035Q4"
    assert calendar.step_of("2025Q3") == 25
    assert calendar.step_of("2025-07") == 25
    assert calendar.dt_quarters == 1.0


def test_the_same_run_in_months() -> None:
    calendar = Calendar("2019Q2", "2035Q4", "month")
    assert calendar.n_steps == 201
    assert calendar.label(0) == "2019-04"
    assert calendar.label(200) == "2035-12"
    assert calendar.step_of("2025Q3") == calendar.step_of("2025-07") == 75
    assert calendar.label(75) == "2025-07"
    assert calendar.dt_quarters == 1 / 3
    assert Calendar("2019-04", "2035-12", "month").n_steps == 201


def test_years_end_in_the_fourth_quarter_or_in_december() -> None:
    quarters = Calendar("2019Q2", "2021Q1")
    assert [s for s in quarters.steps if quarters.is_year_end(s)] == [2, 6]
    assert [quarters.year(s) for s in quarters.steps] == [2019] * 3 + [2020] * 4 + [2021]
    months = Calendar("2019-11", "2020-01", "month")
    assert [months.is_year_end(s) for s in months.steps] == [False, True, False]
    assert [months.year(s) for s in months.steps] == [2019, 2019, 2020]


def test_one_period_is_one_step() -> None:
    assert Calendar("2019Q2", "2019Q2").n_steps == 1
    assert Calendar("2019-05", "2019-05", "month").n_steps == 1
    assert Calendar("2019-04", "2019-06").n_steps == 1


@pytest.mark.parametrize(
    "label", ["2019", "2019Q5", "2019Q0", "2019-13", "2019-4", "19Q2", "2019q2", " 2019Q2", ""]
)
def test_what_is_no_date_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match=r"not a date .* allowed a quarter such as 2025Q3, a month"):
        parse_period(label)


@pytest.mark.parametrize("label", ["1899Q4", "2200-01"])
def test_years_far_away_are_refused(label: str) -> None:
    with pytest.raises(ValueError, match="year out of range"):
        parse_period(label)


@pytest.mark.parametrize(
    ("start", "end", "step", "told"),
    [
        ("2019Q2", "2019Q1", "quarter", "end: the end lies before the start"),
        ("2019-05", "2020Q1", "quarter", "start: not at the beginning of a quarter"),
        ("2019Q2", "2020-02", "quarter", "end: not the last month of a quarter"),
        ("2019-05", "2019-04", "month", "end: the end lies before the start"),
    ],
)
def test_dates_off_the_edges_of_steps_are_refused(start: str, end: str, step: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Calendar(start, end, step)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("2025-08", "not at the beginning of a quarter .*allowed 2025Q3 or 2025Q4"),
        ("2035-11", "not at the beginning of a quarter .*allowed 2035Q4\\)"),
        ("2019Q1", "outside the run .*allowed 2019Q2 to 2035Q4"),
        ("2036Q1", "outside the run"),
    ],
)
def test_a_date_on_no_step_is_refused(label: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Calendar("2019Q2", "2035Q4").step_of(label)


@pytest.mark.parametrize("step", [-1, 67])
def test_a_step_outside_the_run_has_no_label(step: int) -> None:
    with pytest.raises(IndexError, match="allowed 0 to 66"):
        Calendar("2019Q2", "2035Q4").label(step)


@given(
    first=st.integers(1900 * 4, 2100 * 4),
    quarters=st.integers(1, 200),
    monthly=st.booleans(),
)
def test_a_label_leads_back_to_its_step(first: int, quarters: int, monthly: bool) -> None:
    start = f"{first // 4}Q{first % 4 + 1}"
    last = first + quarters - 1
    calendar = Calendar(start, f"{last // 4}Q{last % 4 + 1}", "month" if monthly else "quarter")
    assert calendar.n_steps == quarters * (3 if monthly else 1)
    assert [calendar.step_of(calendar.label(s)) for s in calendar.steps] == list(calendar.steps)
