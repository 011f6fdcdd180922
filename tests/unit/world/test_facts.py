"""Official figures: the tables say what the sources say, add up, and imputed figures follow their rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicu.world import facts


def test_provinces_cover_each_other() -> None:
    legacy, new = facts.provinces_legacy(), facts.provinces_2025()
    assert len(legacy) == facts.official("provinces_legacy") == legacy["code"].nunique()
    assert len(new) == facts.official("provinces_2025") == new["code"].nunique()
    pairs = {(m, row.code) for row in new.itertuples() for m in str(row.members).split("+")}
    assert pairs == set(zip(legacy["code"], legacy["code_2025"], strict=True))
    sizes = new["members"].str.split("+").map(len).value_counts()
    keys = ("provinces_unchanged", "provinces_pairs", "provinces_triples")
    assert [sizes[n] for n in (1, 2, 3)] == [facts.official(key) for key in keys] == [11, 17, 6]


def test_counts_of_units_add_up() -> None:
    legacy, new = facts.provinces_legacy(), facts.provinces_2025()
    for column, key in (("n_communes", "commune"), ("n_wards", "ward"), ("n_townships", "township")):
        assert legacy[column].sum() == facts.official(f"communes_legacy_{key}")
    for column, key in (("n_communes", "commune"), ("n_wards", "ward"), ("n_special", "special")):
        assert new[column].sum() == facts.official(f"communes_2025_{key}")
    assert (new["n_units"] == new["n_communes"] + new["n_wards"] + new["n_special"]).all()
    assert facts.official("communes_legacy") == 10_035 == 7_695 + 1_724 + 616
    assert facts.official("communes_2025") == 3_321 == new["n_units"].sum()
    assert legacy["area_km2"].sum() == pytest.approx(facts.official("area"), abs=0.05)


def test_seats_are_in_a_member_province() -> None:
    legacy = facts.provinces_legacy().set_index("code")
    for row in facts.provinces_2025().itertuples():
        assert row.seat_province in str(row.members).split("+")
        assert row.seat_name == legacy.loc[row.seat_province, "seat_name"]


def test_residents_sum_to_the_published_totals() -> None:
    for year, total in ((2019, 96_484_000), (2024, 101_343_756)):
        table = facts.residents(year)
        assert table["total"].sum() == total == facts.official(f"residents_{year}")
        assert (table["urban"] + table["rural"] == table["total"]).all()
        share = 100 * table["urban"].sum() / total
        assert share == pytest.approx(facts.official(f"urban_share_{year}"), abs=0.005)
    assert facts.residents_years() == tuple(range(2014, 2025))


def test_unknown_year_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(ValueError, match=r"2014, 2015.*got 2013"):
        facts.residents(2013)
    with pytest.raises(ValueError, match=r"between 2014 and 2024, got 2030"):
        facts.income_mvnd(2030)
    with pytest.raises(KeyError, match="no official figure 'nonsense'"):
        facts.official("nonsense")


def test_imputed_incomes_follow_their_rules() -> None:
    stated = {year: facts.income_table(year).set_index("code") for year in (2018, 2023, 2024)}
    start, now = stated[2018]["income_mvnd"], stated[2024]
    assert (stated[2018]["confidence"] == "retrieved").all()
    assert ((now["confidence"] == "imputed") == (now["rule"] != "")).all()

    grown = now["rule"].str.contains("2023 figure")
    own = stated[2023].loc[grown, "income_mvnd"]
    assert (stated[2023].loc[grown, "confidence"] == "retrieved").all()
    growth = facts.official("income_2024") / facts.official("income_2023")
    assert np.allclose(now.loc[grown, "income_mvnd"], own * growth, atol=0.0006)

    known = grown | (now["confidence"] == "retrieved")
    slope, _ = np.polyfit(np.log(start[known]), np.log(now.loc[known, "income_mvnd"] / start[known]), 1)
    assert round(slope, 2) == -0.15
    rest = ~known
    assert rest.sum() == 48
    assert np.allclose(now.loc[rest, "income_mvnd"], 1.71 * start[rest] ** 0.85, atol=0.0006)
    people = facts.residents(2024).set_index("code")["total"]
    assert np.average(now["income_mvnd"], weights=people[now.index]) == pytest.approx(5.4, abs=0.002)


def test_income_between_stated_years_is_linear_and_says_so() -> None:
    row = facts.income_table(2021).set_index("code").loc["66"]  # stated in 2018 and 2024 only
    ends = [facts.income_mvnd(year)["66"] for year in (2018, 2024)]
    assert row["income_mvnd"] == pytest.approx(sum(ends) / 2, abs=0.0006)
    assert row["confidence"] == "imputed"
    assert row["rule"] == "linear between 2018 (retrieved) and 2024 (imputed)"
    series = facts.income_mvnd(2021)
    assert series.index.tolist() == facts.provinces_legacy()["code"].tolist()


TABLES = ("provinces_legacy", "provinces_2025", "residents", "income", "official_counts", "islands")


@pytest.mark.parametrize("name", TABLES)
def test_every_figure_has_a_source_and_a_confidence(name: str) -> None:
    table = pd.read_csv(facts.DATA / f"{name}.csv", dtype=str, keep_default_na=False)
    known = set(facts.sources().index)
    for row, (ids, words) in enumerate(zip(table["source"], table["confidence"], strict=True), start=1):
        assert set(ids.split(";")) <= known, f"{name} row {row}: {ids}"
        assert set(words.split(";")) <= set(facts.CONFIDENCES), f"{name} row {row}: {words}"


def test_a_caller_cannot_change_the_facts() -> None:
    provinces, residents = facts.provinces_legacy(), facts.residents(2019)
    provinces["code"], residents["urban"] = "x", 0
    assert facts.provinces_legacy()["code"].iloc[0] == "01"
    assert facts.residents(2019)["urban"].sum() == 33_816_600


def test_a_broken_table_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "DATA", facts.DATA / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"nowhere/islands\.csv"):
        facts._read("islands", ("name",))
    monkeypatch.setattr(facts, "DATA", facts.DATA.parent)
    with pytest.raises(ValueError, match=r"islands\.csv: columns \['depth'\] missing"):
        facts._read("islands", ("name", "depth"))
