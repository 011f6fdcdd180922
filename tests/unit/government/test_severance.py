"""Severance by age: the worked cases of the ministry and the press, and a mean that follows who goes."""

from __future__ import annotations

import pytest

from dicu.government.budget import prices
from dicu.government.severance import ages, early_retirement, in_years, mean_months, quitting
from dicu.scenario.parameters import Government
from dicu.world.country import shipped_law


@pytest.mark.parametrize(
    ("early", "insured", "months"),
    [
        (30, 22, 48.5),  # dispatch 1814, official C: 30 + 12.5 + 6
        (60, 30, 95.0),  # 60 + 25 + 5 + 5
        (96, 25, 93.5),  # 54 + 32 + 5 + 2.5
        (30, 16, 47.0),  # Decree 67: 4 for 15 years and a half for the sixteenth
        (12, 30, 12.0),  # under two years: the lump sum alone
    ],
)
def test_early_retirement_as_worked_in_the_decrees(early, insured, months):
    assert early_retirement(early, insured * 12) == pytest.approx(months)


def test_quitting_as_worked_by_the_ministry():
    """48 + 22.5 + 3 months after 15 years; the lump sum grows to five years of insurance and no further."""
    assert quitting(15 * 12) == pytest.approx(73.5)
    assert quitting(61) - quitting(60) == pytest.approx(1.5 * 0.5)
    assert quitting(60) - quitting(54) == pytest.approx(0.8 * 6 + 1.5 * 0.5)


def test_odd_months_are_half_a_year_or_a_whole_one():
    assert [in_years(m) for m in (0, 1, 6, 7, 12, 18, 19)] == [0, 0.5, 0.5, 1, 1, 1.5, 2]


def test_ages_are_the_published_ones_and_women_retire_earlier():
    p = Government()
    everybody = ages(p, shipped_law())
    assert sum(share for share, *_ in everybody) == pytest.approx(1.0)
    young = sum(share for share, _, insured in everybody if insured < (45 - 25) * 12)
    old = sum(share for share, _, insured in everybody if insured >= (55 - 25) * 12)
    assert (young, old) == pytest.approx((0.5909, 0.1033))
    assert max(early + insured for _, early, insured in everybody) == 61 * 12 + 3 - 25 * 12
    assert max(i for *_, i in ages(Government(officials_women=1.0), shipped_law())) < (56 * 12 + 8) - 25 * 12


def test_the_mean_lies_between_those_who_quit_and_those_who_retire():
    """It follows who goes, and it is what a post cut costs."""
    quit_, retire = (mean_months(Government(leavers_retired=share), shipped_law()) for share in (0.0, 1.0))
    assert 48 < quit_ < 90
    assert 12 < retire < 95
    mixed = Government(leavers_retired=0.25)
    assert mean_months(mixed, shipped_law()) == pytest.approx(0.75 * quit_ + 0.25 * retire)
    older = Government(leavers_retired=0.0, officials_first_age=20.0)
    assert mean_months(older, shipped_law()) > quit_, "longer insured"
    quarter, month = (prices(mixed, steps, shipped_law()).severance_vnd for steps in (4, 12))
    assert quarter == month, "a sum, whatever the step"
