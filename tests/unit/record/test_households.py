"""Chosen households one by one: all of them add up to the country, units and identities choose, results stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dicu
from dicu.scenario.loader import ConfigurationErrors
from dicu.scenario.scenario import UnfitScenario

VALUES = {"population.weight": 100, "time.start": "2025Q1", "time.end": "2025Q4"}


def made(out: Path, where: list[str] | None, every: str = "step") -> Any:
    asked = {"record.households.where": where, "record.households.every": every}
    return dicu.run("monocentric", {**VALUES, **asked}, out=out)


def test_all_households_add_up_to_the_country_and_change_no_result(tmp_path: Path) -> None:
    run, without = made(tmp_path, ["all"]), made(tmp_path, None)
    table = run.table("households")
    by_step = table.groupby("step").agg(rows=("households", "sum"), persons=("persons", "sum"))
    assert by_step["rows"].tolist() == run.national["households"].tolist()
    assert (100 * by_step["persons"]).tolist() == run.national["persons"].tolist()
    formal = 100 * table[table["formal"]].groupby("step")["workers"].sum()
    assert formal.tolist() == run.national["formal_workers"].tolist()
    wealth = (table["wealth_mvnd"] * table["households"]).groupby(table["step"]).sum()
    assert np.allclose(wealth, run.national["wealth_mvnd"])
    assert run.manifest["state_sha256"] == without.manifest["state_sha256"]
    assert "households.parquet" not in without.manifest["outputs"]
    assert "households" in (run.folder / "codebook.csv").read_text(encoding="utf-8")


def test_a_unit_gives_those_who_live_there_and_an_identity_is_followed(tmp_path: Path) -> None:
    everybody = made(tmp_path, ["all"]).table("households")
    places = made(tmp_path, ["all"]).world_places
    hills = set(places.loc[places["legacy_province"] == "03", "place_key"])
    moved = everybody.groupby("uid")["place"].nunique()
    mover = int(moved[moved > 1].index[0])
    table = made(tmp_path, ["province:03", f"household:{mover:#x}"]).table("households")
    wanted = everybody[everybody["place"].isin(hills) | (everybody["uid"] == mover)]
    assert table["uid"].tolist() == wanted["uid"].tolist()
    assert table.loc[table["uid"] == mover, "place"].nunique() > 1


def test_once_a_year_is_the_end_of_years_and_the_days_around_the_reform(tmp_path: Path) -> None:
    asked = {"record.households.where": ["all"], "record.places": "year"}
    run = dicu.run("monocentric", {**VALUES, **asked}, out=tmp_path)
    assert 0 < run.table("households")["step"].nunique() < len(run.labels)
    assert sorted(run.table("households")["step"].unique()) == sorted(run.places["step"].unique())


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (["province:99"], r"no such province in monocentric .got 'province:99', allowed one of 3 codes"),
        (["hamlet:1"], r"neither a unit nor a household .got 'hamlet:1', allowed all, one of place, commune"),
        (["household:me"], r"not an identity .got 'household:me'"),
    ],
)
def test_what_names_nobody_is_refused_before_any_work(where: list[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(UnfitScenario, match=f"record.households.where: {said}"):
        made(tmp_path, where)
    assert not (tmp_path / "monocentric").exists()


def test_a_section_within_a_section_is_no_key() -> None:
    with pytest.raises(ConfigurationErrors, match=r"record.households: a section, not a key"):
        dicu.load("monocentric", {"record.households": ["all"]})
