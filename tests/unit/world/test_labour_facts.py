"""Figures of work: sources are declared, values possible, provinces add up to the nation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicu.world import facts
from dicu.world import labour_facts as labour

PROVINCES = set(facts.provinces_legacy()["code"])
YEARS = range(2018, 2025)


def nation(figure: str) -> pd.Series:
    table = labour.labour_figures()
    chosen = table[(table["figure"] == figure) & (table["province"] == "")]
    return chosen.set_index("year")["value"]


def provinces(figure: str) -> pd.DataFrame:
    """One row a year, one column a province."""
    table = labour.labour_figures()
    chosen = table[(table["figure"] == figure) & (table["province"] != "")]
    return chosen.pivot(index="year", columns="province", values="value")


def test_every_figure_has_a_declared_source_and_a_possible_value() -> None:
    table = labour.labour_figures()
    assert set(table["source"]) <= set(facts.sources().index)
    assert set(table["confidence"]) <= set(facts.CONFIDENCES)
    assert set(table["province"]) <= PROVINCES | {""}
    assert table["year"].between(2005, 2026).all()
    shares = table[table["figure"].str.contains("share")]
    assert len(shares) > 1000
    assert shares["value"].between(0, 1).all()
    assert (table["value"] > 0).all()
    pay = table[table["figure"].str.endswith("mvnd_per_month")]
    assert pay["value"].between(3, 15).all()
    persons = table[table["figure"].str.endswith("persons") | table["figure"].str.startswith("zone_workers")]
    persons = persons[~persons["figure"].str.contains("share")]
    assert (persons["value"] % 1 == 0).all(), "persons are whole"


def test_surveys_of_2018_to_2024_cover_every_province() -> None:
    for figure in ("employed_persons", "informal_share", "unemployment_share"):
        known = provinces(figure).loc[list(YEARS)]
        assert set(known.columns) == PROVINCES
        assert known.notna().all(axis=None), figure


def test_provinces_add_up_to_the_nation() -> None:
    """Employed within 0.1 %; rates weighted with the employed within 0.15 points of the published ones."""
    employed = provinces("employed_persons").loc[list(YEARS)]
    assert employed.sum(axis=1).to_numpy() == pytest.approx(nation("employed_persons")[list(YEARS)], rel=1e-3)
    rate = provinces("informal_share").loc[list(YEARS)]
    mean = (rate * employed).sum(axis=1) / employed.sum(axis=1)
    assert mean.to_numpy() == pytest.approx(nation("informal_share")[list(YEARS)], abs=0.0015)


def test_derived_figures_follow_their_rules() -> None:
    every, farm = nation("informal_share"), nation("informal_share_agriculture")
    share, outside = nation("agriculture_share"), nation("informal_share_outside_agriculture")
    years = outside.index
    assert outside.to_numpy() == pytest.approx((every - share * farm)[years] / (1 - share[years]), abs=0.0001)
    trained, untrained = nation("informal_share_trained"), nation("informal_share_untrained")
    odds = (1 - trained) / trained / ((1 - untrained) / untrained)
    assert odds.loc[trained.index].to_numpy() == pytest.approx(nation("odds_ratio_formal_trained"), abs=0.02)
    least = nation("odds_ratio_formal_trained_outside_agriculture_least")
    assert (least < odds[least.index]).all(), (
        "farmers are rarely trained: among all employed the ratio is larger"
    )
    assert np.all((least > 2) & (least < 8))


def test_census_of_2019_and_surveys_of_2020_and_2021_stay_national() -> None:
    """What the model is scored on must not enter it: only the labour force survey gives provinces in 2019-21."""
    table = labour.labour_figures()
    late = table[(table["province"] != "") & table["year"].between(2019, 2021)]
    assert set(late["source"]) <= {"nso_labour_province", "hanoi_informal_pay"}
    assert not table["source"].str.contains("census").any()


def test_a_changed_copy_does_not_reach_the_next_reader() -> None:
    mine = labour.labour_figures()
    mine["value"] = 0.0
    assert (labour.labour_figures()["value"] > 0).all()
