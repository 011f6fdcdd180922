"""Figures of work: sources are declared, values possible, provinces add up to the nation."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from dicu.reform.opening import load_viet_nam
from dicu.world import facts
from dicu.world import labour_facts as labour
from dicu.world.labour import labour_of

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


def test_labour_force_of_2014_to_2016_adds_up_to_the_nation() -> None:
    force = provinces("labour_force_persons")
    assert force.index.tolist() == [2014, 2015, 2016]
    assert set(force.columns) == PROVINCES
    total = nation("labour_force_persons")
    assert (force.sum(axis=1) - total).abs().max() <= 200, "printed in hundreds of persons"
    trained = provinces("trained_share").loc[[2014, 2015, 2016]]
    mean = (trained * force).sum(axis=1) / force.sum(axis=1)
    assert mean.to_numpy() == pytest.approx(nation("trained_share")[[2014, 2015, 2016]], abs=0.0025)


def test_derived_figures_follow_their_rules() -> None:
    every, farm = nation("informal_share"), nation("informal_share_agriculture")
    share, rest = nation("agriculture_share"), nation("informal_share_outside_agriculture")
    years = rest.index
    assert rest.to_numpy() == pytest.approx((every - share * farm)[years] / (1 - share[years]), abs=0.0001)
    trained, untrained = nation("informal_share_trained"), nation("informal_share_untrained")
    odds = (1 - trained) / trained / ((1 - untrained) / untrained)
    assert odds.loc[trained.index].to_numpy() == pytest.approx(nation("odds_ratio_formal_trained"), abs=0.02)
    least = nation("odds_ratio_formal_trained_outside_agriculture_least")
    assert (least < odds[least.index]).all(), (
        "farmers are rarely trained: among all employed the ratio is larger"
    )
    outside = nation("odds_ratio_formal_trained_outside_agriculture")
    assert (least < outside).all()
    assert (outside < odds[outside.index]).all()
    assert np.all((least > 3) & (outside < 6))


def test_census_of_2019_and_surveys_of_2020_and_2021_stay_national() -> None:
    """What the model is scored on must not enter it: provinces of 2019-21 are known from other sources only."""
    table = labour.labour_figures()
    late = table[(table["province"] != "") & table["year"].between(2019, 2021)]
    assert set(late["source"]) <= {"nso_labour_province", "hanoi_informal_pay", "zones_binh_duong_2021"}
    assert not table["source"].str.contains("census").any()


def test_a_changed_copy_does_not_reach_the_next_reader() -> None:
    mine = labour.labour_figures()
    mine["value"] = 0.0
    assert (labour.labour_figures()["value"] > 0).all()


def test_formal_work_of_a_year_before_the_figures_grows_into_them() -> None:
    """Carried back at the growth that jobs then have over workers, whatever that growth is; known years stay."""
    early, late = labour_of(load_viet_nam(2014)), labour_of(load_viet_nam(2018))
    assert early.workers_growth == pytest.approx(math.log(54_282_480 / 52_840_000) / 3)
    for growth in (0.0, 0.033, 0.06):
        rate = np.full(len(early.informal), growth)
        then, there = (1.0 - of.informal_with(rate) for of in (early, late))
        assert then * np.exp(4 * (growth - early.workers_growth)) == pytest.approx(there)
        assert there == pytest.approx(1.0 - late.informal)
