"""Figures of people: parts add up to wholes, derived figures follow their rules, nothing that is held out is in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dicu.world import facts
from dicu.world import population_facts as people

PROVINCES = set(facts.provinces_legacy()["code"])


@pytest.mark.parametrize("read", [people.age_sex_2014, people.fertility_mortality, people.households])
def test_every_figure_has_a_declared_source(read: Callable[[], pd.DataFrame]) -> None:
    table = read()
    assert set(table["source"]) <= set(facts.sources().index)
    assert set(table["confidence"]) <= set(facts.CONFIDENCES)
    assert set(table["residence"]) <= set(people.RESIDENCES)
    mine = read()
    mine["source"] = "nobody"
    assert "nobody" not in set(read()["source"])


def test_provinces_of_2014_add_up_to_the_nation_by_age_and_sex() -> None:
    """The nation is printed in thousands and its own total misses its parts by 1: half a thousand each."""
    table = people.age_sex_2014()
    nation = table[(table["province"] == "")].pivot_table(
        index=["sex", "age_from"], columns="residence", values="persons", aggfunc="sum"
    )
    own = table[table["province"] != ""]
    assert set(own["province"]) == PROVINCES
    assert set(own["residence"]) == {"total"}
    summed = own.groupby(["sex", "age_from"])["persons"].sum()
    assert len(summed) == 2 * 17
    assert (summed - nation["total"]).abs().max() <= 1000
    assert (nation["urban"] + nation["rural"] - nation["total"]).abs().max() <= 2000
    assert own["persons"].sum() == pytest.approx(90_493_343, abs=63)


def test_age_groups_of_2014_leave_no_gap() -> None:
    for _, group in people.age_sex_2014().groupby(["province", "residence", "sex"]):
        group = group.sort_values("age_from")
        assert group["age_from"].tolist() == list(range(0, 85, 5))
        assert (group["age_to"].iloc[:-1] == group["age_from"].iloc[:-1] + 4).all()
        assert np.isnan(group["age_to"].iloc[-1])
        assert (group["persons"] > 0).all()


def test_tied_fertility_of_provinces_gives_the_nation() -> None:
    """Weighted with women of 15-49 in 2014, the mean of the provinces is the nation's mean of three years."""
    table = people.fertility_mortality()
    ages = people.age_sex_2014()
    able = ages[(ages["sex"] == "women") & ages["age_from"].between(15, 45) & (ages["province"] != "")]
    women = able.groupby("province")["persons"].sum()
    nation = table[
        (table["figure"] == "total_fertility") & (table["province"] == "") & (table["residence"] == "total")
    ].set_index("first_year")["value"]
    tied = table[table["figure"] == "total_fertility_tied"].pivot(
        index="first_year", columns="province", values="value"
    )
    raw = table[(table["figure"] == "total_fertility") & (table["province"] != "")].pivot(
        index="first_year", columns="province", values="value"
    )
    assert set(tied.columns) == PROVINCES
    assert tied.index.tolist() == list(range(2007, 2015))
    for first in tied.index:
        mean = nation.loc[first : first + 2].mean()
        assert np.average(tied.loc[first], weights=women[tied.columns]) == pytest.approx(mean, abs=0.001)
    factor = tied / raw
    # rounding to three decimals moves a ratio of two numbers above 1 by a thousandth at most
    assert (factor.max(axis=1) - factor.min(axis=1)).max() < 0.001
    assert factor.stack().between(0.98, 1.0).all()


def test_fertility_and_mortality_are_possible_and_ordered() -> None:
    table = people.fertility_mortality()
    limits = {
        "total_fertility": (1.2, 4.1),
        "life_expectancy": (60, 84),
        "deaths_per_1000": (3, 13),
        "births_per_1000": (13, 22),
    }
    for start, (low, high) in limits.items():
        chosen = table[table["figure"].str.startswith(start)]
        assert len(chosen) > 0
        assert chosen["value"].between(low, high).all(), start
    for figure, sign in (("total_fertility", -1), ("life_expectancy_women", 1)):
        chosen = table[(table["figure"] == figure) & (table["province"] == "")]
        wide = chosen.pivot(index="first_year", columns="residence", values="value").dropna()
        assert len(wide) > 0
        assert (sign * (wide["urban"] - wide["rural"]) > 0).all()


def test_no_province_has_a_statistic_of_the_census_of_2019_or_later_surveys() -> None:
    """What the model is scored on must not enter it."""
    table = people.fertility_mortality()
    statistics = table[(table["province"] != "") & ~table["figure"].str.endswith("_projected")]
    assert statistics["last_year"].max() == 2016
    assert not statistics["source"].str.contains("census_2019").any()
    assert "province" not in people.households().columns


def test_households_times_their_size_are_the_residents() -> None:
    table = people.households().set_index(["residence", "year", "figure"])["value"]
    for year, residents in ((2009, 85_846_997), (2019, 96_208_984)):
        number, size = (table["total", year, figure] for figure in ("households", "mean_size"))
        assert number * size == pytest.approx(residents, rel=0.002)
    sizes = table[table.index.get_level_values("figure").str.startswith("mean_size")]
    assert sizes.between(3.2, 4.6).all()
    numbers = table.xs("households", level="figure")
    assert numbers["total"].is_monotonic_increasing


def test_what_is_missing_says_where_it_was_sought() -> None:
    table = pd.read_csv(facts.DATA / "missing.csv", keep_default_na=False)
    assert list(table.columns) == ["figure", "area", "years", "searched", "nearest"]
    assert (table != "").all(axis=None)
    assert not table.duplicated(["figure", "area", "years"]).any()


def test_a_bad_row_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts.sources(), facts.provinces_legacy()  # read before their folder is gone
    columns = ("province", "year", "value", "confidence", "source")
    good = "01,2014,1.5,retrieved,census_2019\n"
    monkeypatch.setattr(facts, "DATA", tmp_path)
    for bad, said in (
        ("03,2014,1.5,retrieved,census_2019\n", r"line 3: unknown province '03'"),
        ("02,2014,1.5,guessed,census_2019\n", r"line 3: unknown confidence 'guessed'"),
        ("02,2014,1.5,retrieved,hearsay\n", r"line 3: unknown source 'hearsay'"),
        (good, r"line 3: the same province, year as in a line above"),
    ):
        (tmp_path / "some.csv").write_text(",".join(columns) + "\n" + good + bad)
        with pytest.raises(ValueError, match=said):
            facts.read_figures("some", columns, key=("province", "year"))
    (tmp_path / "some.csv").write_text("province,value\n")
    with pytest.raises(ValueError, match="expected"):
        facts.read_figures("some", columns, key=("province", "year"))
    with pytest.raises(FileNotFoundError, match="not complete"):
        facts.read_figures("absent", columns, key=("province",))
