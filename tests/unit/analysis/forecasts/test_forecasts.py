"""Forecasts of three made-up runs: by hand, whole or none, never written twice, and scored only if unchanged."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.world import facts
from dicu_analysis.forecasts.frozen import AlreadyFrozen, Frozen, NotFrozen, freeze, newest, read
from dicu_analysis.forecasts.make import Forecast, forecast
from dicu_analysis.forecasts.outlook import AVERAGED, MEAN, mean_size
from dicu_analysis.forecasts.score import Scored
from dicu_analysis.load import UnfinishedRun
from dicu_analysis.targets.table import BadFigures, read_figures
from dicu_analysis.validation.published import residents
from made_up_country import MadeUp

QUARTERS = 62  # 2014Q2 to 2029Q3
ABOUT = {
    "sweep": "made_up",
    "plan_sha256": "0",
    "version": "0",
    "scenario": "base",
    "weight": 1,
    "runs": 3,
    "varied": [],
}
HCMC = ["74", "77", "79"]
DAY = datetime.date(2026, 11, 29)


def run(growth: float, quarters: int = QUARTERS) -> MadeUp:
    """Every place grows by ``growth`` a year; each step a province sends 1,000 persons to the next by code."""
    legacy, new = facts.provinces_legacy(), facts.provinces_2025()
    n = len(legacy)
    start = residents(2014)["persons"].reindex(legacy["code"]).to_numpy()
    steps = sorted({0, quarters, *range(3, quarters, 4)})  # the first record, ends of years, the last
    years = np.repeat([k / 4 for k in steps], n)
    persons = np.tile(start, len(steps)) * np.exp(growth * years)
    places = pd.DataFrame(
        {"step": np.repeat(steps, n), "persons": persons, "households": persons / 3.5, "urban": True}
    )
    order = np.arange(n)
    flows = pd.concat(
        pd.DataFrame(
            {
                "step": step, "origin_place": order, "destination_place": (order + 1) % n, "persons": 1000,
                "households": 1,
            }
        )
        for step in range(1, quarters + 1)
    )  # fmt: skip
    governments = pd.concat(
        pd.DataFrame(
            {"step": step, "level": "province", "code": new["code"], "generation": "2025", "posts": 100 * (step + 1)}
        )
        for step in steps
    )  # fmt: skip
    return MadeUp({"places": places, "flows": flows, "governments": governments}, quarters)


GROWTH = (0.0, 0.01, 0.02)


@pytest.fixture(scope="module")
def made() -> Forecast:
    return forecast([run(g) for g in GROWTH])


@pytest.fixture(scope="module")
def frozen(made: Forecast, tmp_path_factory: pytest.TempPathFactory) -> Frozen:
    return freeze(made, tmp_path_factory.mktemp("f") / "2026-11", ABOUT, DAY)


def row(made: Forecast, figure: str, area: str, since: str) -> tuple[pd.Series, np.ndarray]:
    t = made.table
    k = t.index[(t["figure"] == figure) & (t["area"] == area) & (t["from"] == since)]
    assert len(k) == 1
    return t.loc[k[0]], made.members[k[0]]


def test_every_province_and_every_figure_is_forecast(made: Forecast) -> None:
    assert len(made.table) == 5 * (3 * 35 - 1) + 16 * 35
    assert made.members.shape == (len(made.table), 3)
    assert not made.table["model"].isna().any()
    assert set(made.table["from"]) >= {"2025-04-01", "2028-04-01", "2024-04-01", "2029-04-01"}


def test_population_goes_on_from_the_official_one_of_2024(made: Forecast) -> None:
    told, members = row(made, "population", "2025:79", "2028")
    now = residents(2024)["persons"][HCMC].sum()
    assert members == pytest.approx(now * np.exp(4.0 * np.array(GROWTH)), rel=1e-3)
    then = residents(2019)["persons"][HCMC].sum()
    assert told["growth 2019-24"] == pytest.approx(now * (now / then) ** (4 / 5))
    assert told["as in 2024"] == now
    own = residents(2014)["persons"][HCMC].sum() * np.exp(14.25 * np.array(GROWTH)).mean()
    assert told["model at its own level"] == pytest.approx(own, rel=1e-3)
    assert told[MEAN] == pytest.approx(
        np.mean([told[m] for m in AVERAGED if m in told and np.isfinite(told[m])])
    )


def test_moves_inside_a_merged_province_are_none(made: Forecast) -> None:
    """Of Ho Chi Minh's former three, 74 sends to 75 and 79 to 80; what 77 sends to 79 stays inside."""
    told, _ = row(made, "out_rate", "2025:79", "2025-04-01")
    persons = residents(2014)["persons"][HCMC].sum() * np.exp(11.5 * np.array(GROWTH)).mean()
    assert told["model"] == pytest.approx(1000 * 4 * 2000 / persons, rel=0.02)
    assert np.isnan(told["mean 2012-16"])
    net, _ = row(made, "net_migration_rate", "2025:79", "2025-04-01")
    assert np.isfinite(net["mean 2012-16"])
    t = made.table
    alone = t[(t["figure"] == "in_rate") & (t["from"] == "2025-04-01") & t["mean 2012-16"].notna()]
    assert len(alone) == 11  # provinces that were not merged


def test_posts_and_households(made: Forecast) -> None:
    posts, _ = row(made, "posts", "2025:79", "2026-04-01")
    assert posts["model"] == 100 * (47 + 1)  # the last record before is that of 2025Q4, step 47
    homes, _ = row(made, "households", "VN", "2029-04-01")
    growth, _ = row(made, "population", "VN", "2029-04-01")
    assert homes["growth 2019-24"] == pytest.approx(growth["growth 2019-24"] / mean_size(2029.25), rel=1e-4)
    assert mean_size(2009.25) == pytest.approx(3.79)
    assert mean_size(2019.25) == pytest.approx(3.58)


def test_a_forecast_is_whole_or_none() -> None:
    with pytest.raises(UnfinishedRun, match=r"1 run \(allowed 2 or more"):
        forecast([run(0.0)])
    with pytest.raises(UnfinishedRun, match="cannot be forecast: the run ends in 2027Q2"):
        forecast([run(g, QUARTERS - 9) for g in GROWTH])


def test_what_was_frozen_is_read_only_if_unchanged(made: Forecast, frozen: Frozen, tmp_path: Path) -> None:
    assert frozen.table["model"].to_numpy() == pytest.approx(made.table["model"].to_numpy(), rel=1e-5)
    assert newest(frozen.folder.parent) == frozen.folder
    with pytest.raises(AlreadyFrozen):
        freeze(made, frozen.folder, ABOUT, DAY)
    for name in ("predictions.csv", "members.csv", "forecast.json"):
        other = tmp_path / name
        freeze(made, other, ABOUT, DAY)
        text = (other / name).read_text()
        (other / name).write_text(
            text.replace("0.1", "0.2", 1) if name != "forecast.json" else text.replace("2026", "2025")
        )
        with pytest.raises(NotFrozen, match="changed since it was frozen"):
            read(other)
    with pytest.raises(NotFrozen, match="holds no forecast"):
        newest(tmp_path / "nowhere")


def figures(path: Path, *rows: str) -> Path:
    path.write_text("figure,unit,area,from,to,value,source,role\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_forecast_is_scored_by_hand(made: Forecast, frozen: Frozen, tmp_path: Path) -> None:
    _, members = row(made, "population", "2025:79", "2028")
    told, _ = row(made, "population", "2025:01", "2028")
    path = figures(
        tmp_path / "f.csv",
        f"population,persons,TP. Hồ Chí Minh,2028,,{members[2]:.0f},s,held out",
        f"population,persons,01,2028,,{told['model']:.0f},s,held out",
        "population,persons,VN,2040,,1,s,held out",
        "region_flow,persons a year,SE>RRD,2026,2027,1,s,held out",
    )
    found = Scored(frozen, read_figures(path), str(path))
    assert [f.line for f in found.left] == [4, 5]
    model = found.scores[found.scores["method"] == "model"].iloc[0]
    off = members[2] - members.mean()
    assert model["rmse"] == pytest.approx(np.sqrt(off**2 / 2), rel=1e-4)
    others = [row(made, "population", "2025:01", "2028")[1], members]
    observed = np.array([told["model"], members[2]])
    by_hand = [
        np.abs(m - o).mean() - np.abs(m[:, None] - m[None]).mean() / 2
        for m, o in zip(others, observed, strict=True)
    ]
    assert model["crps"] == pytest.approx(np.mean(by_hand), rel=1e-3)
    wrong = figures(tmp_path / "w.csv", "population,persons,Atlantis,2028,,1,s,held out")
    with pytest.raises(BadFigures, match=r"w\.csv:2: column area: not forecast \(got 'Atlantis'"):
        Scored(frozen, read_figures(wrong), str(wrong))


def test_the_command_scores_after_checking(frozen: Frozen, tmp_path: Path) -> None:
    rows = [
        f'net_migration_rate,"per 1,000 a year",{code},2025-04-01,2026-04-01,1,s,shown'
        for code in ("01", "48", "79")
    ]
    path = figures(tmp_path / "f.csv", *rows)
    done = CliRunner().invoke(app, ["score", str(path), "--forecast", str(frozen.folder)])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "score/score.md").read_text()
    assert frozen.seal in page
    assert "(ended before the forecast was frozen)" in page
    json_path = frozen.folder / "forecast.json"
    text = json_path.read_text()
    json_path.write_text(json.dumps({**json.loads(text), "made": "2020-01-01"}))
    try:
        done = CliRunner().invoke(app, ["score", str(path), "--forecast", str(frozen.folder)])
        assert done.exit_code == 2
        assert "changed since it was frozen" in done.output
    finally:
        json_path.write_text(text)
