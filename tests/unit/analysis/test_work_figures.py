"""Figures of work and of streams: sums against the tables, official figures for the real country alone."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dicu
from dicu.execution.execute import execute
from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis import labour, official
from dicu_analysis.figures import informality, streams, style, urban_growth, work, work_by_area
from dicu_analysis.figures.names import SOURCES
from dicu_analysis.load import Run

VALUES: dict[str, Any] = {
    "name": "work",
    "world.name": "monocentric",
    "population.weight": 40,
    "time.start": "2019Q2",
    "time.end": "2021Q2",
}
FIGURES = (work, work_by_area, streams)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(execute(with_values(Scenario(), VALUES), out=tmp_path_factory.mktemp("runs")))


@pytest.fixture
def real(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same numbers under the name of the country."""
    made = Run(run.folder)
    monkeypatch.setitem(made.manifest["config"]["world"], "name", "viet_nam")
    assert made.is_real
    return made


def drawn(figure: Any, run: Run) -> str:
    from matplotlib.text import Text

    with style.styled():
        fig = figure.draw(run)
    return " ".join(t.get_text() for t in fig.findobj(Text)).replace("\n", " ").replace("\u00a0", " ")


def test_sums_over_areas_are_those_of_the_country_and_of_the_national_table(run: Run) -> None:
    nation, by_area = labour.summed(run), labour.summed(run, labour.areas(run))
    counts = list(labour.COUNTS)
    together = by_area[counts].groupby("step").sum(min_count=1)
    pd.testing.assert_frame_equal(together, nation[counts], rtol=1e-12, check_dtype=False)
    national = run.national.loc[nation.index]
    assert nation["formal_workers"].tolist() == national["formal_workers"].tolist()
    assert (nation["workers_other"] + nation["workers_farm"]).tolist() == national["workers"].tolist()
    last = nation.iloc[-1]
    assert last["informality"] == pytest.approx(100 * last["informal_workers"] / last["workers_other"])
    assert last["informality_all"] == pytest.approx(
        100 * (1 - last["formal_workers"] / national.iloc[-1]["workers"])
    )
    assert last["made"] == pytest.approx(400 * last["offers_made"] / last["formal_jobs"])
    assert nation["offers_made"].iloc[1:].sum() > 0
    assert nation["made"].isna().tolist() == [True] + [False] * (len(nation) - 1), (
        "before the first step nothing was"
    )


def test_pay_is_the_mean_by_workers_outside_farming(run: Run) -> None:
    table = run.table("districts")
    at = table[table["step"] == 0]
    mean = np.average(at["pay_formal_mvnd_per_month"], weights=at["workers_other"])
    assert labour.summed(run)["pay_formal_mvnd_per_month"].iloc[0] == pytest.approx(mean)


def test_the_largest_areas_are_in_order_and_named_after_their_centre(run: Run) -> None:
    codes = labour.largest(run, 3)
    start = labour.summed(run, labour.areas(run)).xs(0, level="step")["workers_other"]
    assert start[codes].tolist() == sorted(start, reverse=True)[:3]
    of = labour.areas(run)
    for code, name in labour.area_names(run, codes).items():
        others = int((of == code).sum()) - 1
        assert name.split("\n")[0] == run.names("district")[code] + (f" + {others}" if others else "")
    with_others = [code for code in codes if (of == code).sum() > 1]
    assert with_others, "the point of this world is that one area joins districts"


def test_ways_add_up_to_everybody_who_moved(run: Run) -> None:
    ways = labour.streams(run)
    assert ways.sum(axis=1).tolist() == run.national.loc[1:, "moved_persons"].tolist()
    years = streams.by_year(run)
    assert years.sum(axis=1).to_numpy() == pytest.approx(100)
    first = ways.iloc[:3]  # 2019Q2 to 2019Q4
    assert years.loc[2019].to_dict() == pytest.approx((100 * first.sum() / first.to_numpy().sum()).to_dict())


@pytest.mark.parametrize("figure", FIGURES)
def test_each_says_which_run_and_cites_nobody_for_another_world(run: Run, figure: Any) -> None:
    shown = drawn(figure, run)
    assert f"dicu run work/{run.manifest['run_id']}" in shown
    assert "nan" not in shown.split()
    assert "published" not in shown.lower()


def test_published_streams_stand_beside_the_real_country(run: Run, real: Run) -> None:
    shown = drawn(streams, real)
    for value in ("31.2", "43.0", "25.8", "30.5", "34.6", "34.9", "press on the population change survey"):
        assert value in shown
        assert value not in drawn(streams, run)
    figures = official.figures("streams").groupby("year")["value"].sum()
    assert figures.round(9).to_dict() == {2009: 100.0, 2020: 100.0}
    ends = run.year_at_end(labour.streams(run).index.to_numpy())
    window = labour.streams(run)[(ends > 2019.3) & (ends < 2020.3)]
    assert len(window) == 4
    to_urban = 100 * window["rural_to_urban"].sum() / window.to_numpy().sum()
    beside = streams.bars(real)
    assert beside["simulated,\n12 months to\nApril 2020"]["rural to urban"] == pytest.approx(to_urban)
    assert not any("April" in label for label in streams.bars(run))


def test_official_informality_is_the_table_of_the_world() -> None:
    theirs, cited = labour.official_informality()
    with (Path(dicu.__file__).parent / "world" / "data" / "labour.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["figure"] == "informal_share"]
    for row in rows:
        if int(row["year"]) >= 2018:
            assert theirs.at[row["province"], int(row["year"])] == pytest.approx(100 * float(row["value"]))
    assert list(theirs.columns) == list(range(2018, 2025)), "years of the nation alone stand beside nothing"
    assert len(theirs) == 64
    assert "labour force survey" in cited


def test_informality_of_provinces_beside_a_survey(
    real: Run, vietnamese: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = labour.informality(real)
    assert list(mine.columns) == [2019, 2020, 2021]
    by = labour.summed(real, labour.provinces(real))["informality_all"].unstack("step")
    at = real.year_at_end(by.columns.to_numpy())
    assert at[0] == 2019.25
    assert at[1] == 2020.0
    assert mine.loc[by.index, 2019].to_numpy() == pytest.approx((by[0] + (by[3] - by[0]) / 3).to_numpy())
    survey = mine[[2020]] - 2.0
    survey.loc[by.index[0], 2020] += 1.0
    monkeypatch.setattr(labour, "official_informality", lambda: (survey, "a survey of this test"))
    told = labour.compared(real)
    assert list(told.index) == [2020]
    assert told.at[2020, "difference"] == pytest.approx(2.0)
    assert told.at[2020, "largest"] == pytest.approx(2.0)
    a, b = mine.loc[by.index, 2020], survey.loc[by.index, 2020]
    assert told.at[2020, "r"] == pytest.approx(np.corrcoef(a, b)[0, 1])
    shown = drawn(informality, real)
    assert "country +2.0 " in shown
    assert "a survey of this test" in shown
    monkeypatch.setattr(labour, "official_informality", lambda: (survey, next(iter(SOURCES))))
    assert "cả nước +2,0" in vietnamese(informality, real)
    monkeypatch.setattr(labour, "official_informality", lambda: (survey.set_axis([1990], axis=1), ""))
    none = labour.compared(real)
    assert none.empty
    assert list(none) == list(told), "a run of other years has nothing to compare, and says so"
    with pytest.raises(style.NothingToDraw):
        informality.draw(real)


def test_another_country_has_no_survey_to_stand_beside(run: Run) -> None:
    with pytest.raises(style.NothingToDraw):
        informality.draw(run)


def test_a_run_without_the_tables_is_drawn_without_these(synthetic, tmp_path: Path) -> None:
    bare = Run(synthetic.make_run(tmp_path))
    for figure in (*FIGURES, informality):
        with pytest.raises(style.NothingToDraw), style.styled():
            figure.draw(bare)


@pytest.mark.parametrize("figure", [*FIGURES, urban_growth])
def test_in_vietnamese_nothing_is_english(run: Run, vietnamese: Any, figure: Any) -> None:
    assert "Không phải dự báo" in vietnamese(figure, run)


def test_published_shares_in_vietnamese(real: Run, vietnamese: Any) -> None:
    text = vietnamese(streams, real)
    assert "công bố, 12 tháng đến tháng 4/2020" in text
    assert "báo chí về điều tra dân số giữa kỳ 2014" in text
