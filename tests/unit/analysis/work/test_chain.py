"""The chain from jobs to residents on tables small enough to count by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicu_analysis.work.chain import NothingDiffers, Tables, by_district, links
from dicu_analysis.work.measures import (
    accounts,
    areas_of,
    arm_of,
    by_income_quarter,
    by_wealth_quarter,
    drift,
    elasticity,
)

AREA = {"A": "A", "B": "A", "C": "C"}
"""Districts A and B are one labour market around A; C is another."""


def districts(jobs: dict[str, float], **last: dict[str, float]) -> pd.DataFrame:
    """Two steps of three districts; ``last`` gives columns of the last step by district, 0 elsewhere."""
    rows = []
    for step in (0, 1):
        for code, area in AREA.items():
            row: dict[str, Any] = {"step": step, "district": code, "commuting_area": area}
            row["formal_jobs"] = jobs[code] if step else 100.0
            for name in ("formal_workers", "offers_made", "offers_taken"):
                row[name] = last.get(name, {}).get(code, 0) if step else 0
            rows.append(row)
    return pd.DataFrame(rows)


def moves(*rows: tuple[str, str, str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["origin", "destination", "reason", "households", "persons"])


JOBS = {"A": 100.0, "B": 100.0, "C": 100.0}
BASE = Tables(
    districts(
        JOBS, formal_workers={"A": 90, "B": 90}, offers_made={"A": 5, "C": 5}, offers_taken={"A": 2, "C": 1}
    ),
    moves(("C", "A", "work", 1, 1), ("A", "C", "home", 1, 2)),
    pd.Series({"A": 1000, "B": 500, "C": 2000}),
)
TREATED = Tables(
    districts(
        JOBS | {"A": 140.0},
        formal_workers={"A": 120, "B": 98},
        offers_made={"A": 35, "B": 10, "C": 5},
        offers_taken={"A": 20, "B": 7, "C": 1},
    ),
    moves(
        ("C", "A", "work", 10, 16),
        ("C", "B", "work", 3, 5),
        ("B", "A", "work", 9, 9),  # within the labour market: an offer taken, nobody more
        ("C", "B", "family", 1, 4),
        ("C", "A", "home", 1, 3),
        ("C", "A", "income", 2, 5),
        ("A", "C", "work", 1, 1),
        ("B", "C", "chance", 3, 3),
        ("C", "C", "chance", 9, 9),
    ),
    pd.Series({"A": 1023, "B": 512, "C": 1965}),
)


def test_each_link_is_what_can_be_counted_by_hand() -> None:
    found = links(TREATED, BASE)
    assert found["extra_jobs"] == 40.0
    assert found["residents_there"] == 23 / 40, "the treated district alone"
    assert found["residents"] == (23 + 12) / 40, "its whole labour market"
    assert found["filled"] == (30 + 8) / 40
    assert found["offers"] == 40 / 40
    assert found["taken"] == 25 / 40
    assert found["base_taken"] == 2 / 5, "of the market, not of district C"
    assert found["outside"] == 12 / 25
    assert found["persons_per_taker"] == 20 / 12
    assert found["arrived_work"] == 20 / 40
    assert (found["arrived_family"], found["arrived_returns"], found["arrived_other"]) == (
        4 / 40,
        3 / 40,
        5 / 40,
    )
    assert found["departed"] == (4 - 2) / 40
    assert found["departed_work"] == 1 / 40
    assert found["rest"] == pytest.approx((35 - 32 + 2) / 40)


def test_links_add_up_to_residents_and_multiply_to_arrivals() -> None:
    found = links(TREATED, BASE)
    arrived = sum(found[f"arrived_{name}"] for name in ("work", "family", "returns", "other"))
    assert found["residents"] == pytest.approx(arrived - found["departed"] + found["rest"])
    product = found["offers"] * found["taken"] * found["outside"] * found["persons_per_taker"]
    assert found["arrived_work"] == pytest.approx(product)


def test_two_runs_with_equal_jobs_have_no_chain() -> None:
    with pytest.raises(NothingDiffers):
        links(BASE, BASE)


def test_without_offers_ratios_of_nothing_are_not_numbers() -> None:
    treated = Tables(districts(JOBS | {"C": 150.0}), moves(), pd.Series({"A": 1000, "B": 500, "C": 2010}))
    base = Tables(districts(JOBS), moves(), pd.Series({"A": 1000, "B": 500, "C": 2000}))
    found = links(treated, base)
    assert found["residents"] == found["rest"] == 10 / 50
    assert all(math.isnan(found[name]) for name in ("taken", "base_taken", "outside", "persons_per_taker"))


def test_moves_get_the_district_of_both_ends() -> None:
    given = pd.DataFrame(
        {
            "origin_place": [12, 11],
            "destination_place": [11, 13],
            "reason": pd.Categorical(["work", "home"]),
            "households": [1, 2],
            "persons": [3, 4],
        }
    )
    found = by_district(given, pd.Series({11: "A", 12: "B", 13: "B"}))
    assert found["origin"].tolist() == ["B", "A"]
    assert found["destination"].tolist() == ["A", "B"]
    assert found["reason"].tolist() == ["work", "home"]


def test_an_arm_is_the_last_word_of_a_scenario() -> None:
    assert arm_of("no offers city") == ("no offers", "city")
    assert arm_of("base") == ("", "base")


def test_areas_are_read_from_the_text_of_the_plan() -> None:
    key = "programme.urban_job_growth_areas"
    arms = pd.DataFrame({key: ["('all',)", "('Bình Dương', 'Cần Thơ')"], "scenario": ["base", "city"]})
    assert areas_of(arms, 1) == "Bình Dương, Cần Thơ"
    assert areas_of(arms[["scenario"]], 1) == ""


def test_elasticity_is_the_power_of_a_power() -> None:
    base = np.array([[10.0, 20.0]])
    assert elasticity(base * 1.1**1.7, base, 1.1) == pytest.approx(np.full((1, 2), 1.7))


def test_drift_is_the_end_over_the_beginning() -> None:
    assert drift(np.array([[2.0, 2.0, 9.0, 3.0, 2.0], [1.0, 1.0, 1.0, 1.0, 1.0]])) == pytest.approx(
        [0.25, 0.0]
    )


def test_moves_to_towns_are_counted_by_quarter_of_income() -> None:
    given = pd.DataFrame(
        {
            "step": [9, 9, 9, 8, 9, 9],
            "origin_urban": [False, False, False, False, True, False],
            "destination_urban": [True, True, True, True, True, False],
            "income_quantile": [0, 63, 255, 0, 0, 0],
            "persons": [1, 2, 4, 8, 16, 32],
        }
    )
    assert by_income_quarter(given, 9).tolist() == [3.0, 0.0, 0.0, 4.0]


def test_moves_to_towns_are_counted_by_the_wealth_that_a_household_had() -> None:
    given = pd.DataFrame(
        {
            "step": 9,
            "uid": np.array([7, 8, 9, 7], dtype=np.uint64),
            "origin_urban": False,
            "destination_urban": True,
            "persons": [1, 2, 4, 8],
        }
    )
    quarter = pd.Series([1, 4], index=np.array([7, 8], dtype=np.uint64))
    # household 9 was founded since
    assert by_wealth_quarter(given, 9, quarter).tolist() == [9.0, 0.0, 0.0, 2.0]


def test_accounts_find_what_is_lost() -> None:
    nation = pd.DataFrame({"step": [0, 1], "reason_work": [0, 28], "formal_workers": [0, 218]})
    found = accounts(TREATED.districts, nation)
    assert (found.made, found.taken, found.lapsed) == (50, 28, 22)
    assert (found.taken_beyond_made, found.taken_not_moved, found.formal_not_counted) == (0, 0, 0)
    wrong = TREATED.districts.copy()
    wrong.loc[(wrong["step"] == 1) & (wrong["district"] == "C"), ["offers_taken", "formal_workers"]] = [8, 3]
    found = accounts(wrong, nation)
    assert (found.taken_beyond_made, found.taken_not_moved, found.formal_not_counted) == (3, 7, 3)
