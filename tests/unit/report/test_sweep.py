from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicu_analysis.language import Words
from dicu_analysis.load import UnfinishedRun
from dicu_analysis.report import write
from dicu_analysis.report.comparison import Comparison
from dicu_analysis.report.subject import CannotCompare
from dicu_analysis.report.sweep_contents import level_unit, unit_of
from dicu_analysis.sweep import Sweep, is_sweep
from sealing import seal_sweep

YEARS = range(2024, 2030)
SHIFT = {"none": 0.0, "actual": -0.1}


def make(
    folder: Path,
    *,
    thetas: tuple[float, ...] = (0.4, 0.6),
    replicates: int = 3,
    scenarios: tuple[str, ...] = ("none", "actual"),
    drop: tuple[int, ...] = (),
    **manifest: Any,
) -> Path:
    """Results as `dicu sweep` writes them: access 0.5 + shift * theta + luck of the replicate."""
    rows = []
    run = -1
    for point, (scenario, theta) in enumerate((s, t) for s in scenarios for t in thetas):
        for r in range(replicates):
            run += 1
            if run in drop:
                continue
            head = {
                "run": run,
                "run_id": f"r{run}",
                "scenario": scenario,
                "point": point,
                "replicate": r,
                "seed": 1 + r,
                "choose.theta": theta,
                "reform.policy": scenario,
            }
            luck = 0.01 * r
            for k, year in enumerate(YEARS):
                body = {"step": 4 * k, "period": f"{year}Q4", "year": year}
                access = 0.5 + SHIFT.get(scenario, 0.0) * theta + luck
                rows.append(
                    head
                    | body
                    | {
                        "level": "terrain",
                        "unit": "plain",
                        "name": "plain",
                        "persons": 100,
                        "access_commune_administration": access,
                        "access_district_administration": 0.3,
                    }
                )
                rows.append(head | body | {
                    "level": "nation", "unit": "all", "name": "viet_nam", "persons": 100, "urban_persons": 40 + r,
                    "rural_persons": 60 - r, "rural_to_urban_persons": 6, "gov_posts": 2000, "gov_wages_mvnd": 1e6,
                })  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_parquet(folder / "results.parquet")
    stated = {
        "name": folder.name,
        "plan_sha256": "0",
        "runs": run + 1,
        "distinct": run + 1,
        "finished": run + 1 - len(drop),
        "failed": {},
        "complete": not drop,
        "replications": replicates,
        "seed": 1,
        "varied": ["choose.theta", "reform.policy"],
        "model_version": "0.1.0",
        "argv": ["dicu", "sweep"],
    } | manifest
    seal_sweep(folder, stated)
    return folder


def test_scenarios_are_subtracted_within_replicates(tmp_path) -> None:
    folder = make(tmp_path / "s")
    assert is_sweep(folder)
    sweep = Sweep(folder)
    assert sweep.baseline == "none"
    assert sweep.free == ["choose.theta"]  # the reform is set by the scenario
    comparison = Comparison(sweep)
    e = comparison.effects["actual"]["commune_administration.plain"]
    assert e.mean == pytest.approx(-0.1 * 0.5)
    assert e.error == pytest.approx(0, abs=1e-12)  # luck is shared, so it is gone
    assert e.n == 3
    level = comparison.levels["none"]["commune_administration.plain"]
    assert level.error == pytest.approx(0.01 / np.sqrt(3))


def test_rates_and_money_are_in_their_units(tmp_path) -> None:
    comparison = Comparison(Sweep(make(tmp_path / "s", replicates=1)))
    first = comparison.outcomes.iloc[0]
    assert first["rural_to_urban"] == pytest.approx(1000 * 6 / 60)
    assert first["urban_share"] == pytest.approx(40)
    assert first["posts"] == 2
    assert first["wages"] == pytest.approx(4)  # a million million dong a quarter
    assert "urban_to_rural" not in comparison.outcomes  # not in these results, so not told


def test_only_pairs_that_both_arms_finished_are_compared(tmp_path) -> None:
    whole = Comparison(Sweep(make(tmp_path / "a"))).effects["actual"]["commune_administration.plain"]
    partial = Comparison(Sweep(make(tmp_path / "b", drop=(0, 1, 2)))).effects["actual"][
        "commune_administration.plain"
    ]
    assert whole.mean == pytest.approx(-0.05)
    assert partial.mean == pytest.approx(-0.06)  # theta 0.6 alone
    lame = Comparison(Sweep(make(tmp_path / "c", drop=(5,)))).effects["actual"][
        "commune_administration.plain"
    ]
    assert lame.mean == pytest.approx(
        -0.05
    )  # a replicate without one of the points would weigh them otherwise
    assert lame.n == 2


def test_dependence_is_a_paired_change_or_a_rank_correlation(tmp_path) -> None:
    (few,) = (
        d
        for d in Comparison(Sweep(make(tmp_path / "few"))).dependences("actual")
        if d.outcome == "commune_administration.plain"
    )
    assert few.rank is None
    assert few.change is not None
    assert few.change.mean == pytest.approx(-0.1 * 0.2)
    many = make(tmp_path / "many", thetas=tuple(np.linspace(0.2, 0.9, 9)), replicates=2)
    found = {d.outcome: d for d in Comparison(Sweep(many)).dependences("actual")}
    assert found["commune_administration.plain"].rank == pytest.approx(-1)
    assert found["commune_administration.plain"].points == 9
    assert found["posts"].rank == 0


def test_one_scenario_says_nothing_about_a_reform(tmp_path) -> None:
    sweep = Sweep(make(tmp_path / "s", scenarios=("only",)))
    assert sweep.baseline is None
    assert Comparison(sweep).effects == {}
    html = write(sweep.folder).read_text(encoding="utf-8")
    assert "This sweep has one scenario only" in html


def test_the_page_says_how_sure_it_is(tmp_path) -> None:
    path = write(make(tmp_path / "s", replicates=4, drop=(7,), failed={"r5": "MemoryError"}))
    html = re.sub(r"</?data[^>]*>", "", path.read_text(encoding="utf-8"))
    for stated in (
        "access to the commune office, plains: \u22120.05",
        "tiếp cận trụ sở xã, đồng bằng: \u22120,05",
        "The sweep is not complete",
        "1 runs failed",
        "MemoryError",
        "Not told from chance",
        "4 replicates",
    ):
        assert stated in html, stated
    assert "A made-up world" not in html


def test_what_cannot_be_read_is_named(tmp_path) -> None:
    folder = make(tmp_path / "s")
    with pytest.raises(CannotCompare, match="is a sweep"):
        write(folder, against=folder)
    (folder / "results.parquet").write_bytes(b"no")
    with pytest.raises(UnfinishedRun, match=r"results\.parquet: 2 bytes, but the manifest states"):
        write(folder)
    assert not (folder / "report.html").exists()
    assert not is_sweep(tmp_path)


def test_keys_that_were_varied_together_are_not_ranked_as_if_free(tmp_path) -> None:
    folder = make(tmp_path / "s")
    table = pd.read_parquet(folder / "results.parquet")
    table["ties.growth"] = 2 * table["choose.theta"]  # one to one with the other key
    table["feedback.jobs"] = (table["choose.theta"] > 0.5) & (table["replicate"] < 9)
    table.to_parquet(folder / "results.parquet")
    seal_sweep(folder, varied=["choose.theta", "reform.policy", "ties.growth", "feedback.jobs"])
    sweep = Sweep(folder)
    assert sweep.tied == [("choose.theta", "ties.growth", "feedback.jobs")]
    assert {d.path for d in Comparison(sweep).dependences("actual")} == {"choose.theta"}
    html = write(folder).read_text(encoding="utf-8")
    assert "<code>choose.theta</code>" in html
    assert "<code>ties.growth</code>" in html
    assert "varied together" in html


def test_keys_that_were_zipped_without_matching_are_refused_a_rank(tmp_path) -> None:
    folder = make(tmp_path / "s", thetas=(0.4, 0.5, 0.6))
    table = pd.read_parquet(folder / "results.parquet")
    table["ties.growth"] = table["choose.theta"].map({0.4: 1.0, 0.5: 1.0, 0.6: 2.0})
    table.to_parquet(folder / "results.parquet")
    seal_sweep(folder, varied=["choose.theta", "reform.policy", "ties.growth"])
    (folder / "sweep.yaml").write_text(
        "sweep: {zip: {choose.theta: [0.4, 0.5, 0.6], ties.growth: [1, 1, 2]}}"
    )
    assert Comparison(Sweep(folder)).dependences("actual") == []


def test_a_scenario_is_named_by_its_policy_not_by_its_label(tmp_path) -> None:
    folder = make(tmp_path / "s", scenarios=("actual", "other"))
    table = pd.read_parquet(folder / "results.parquet")
    table["reform.policy"] = table["scenario"].map({"actual": "none", "other": "actual"})
    table["reform.date"] = "2024Q3"
    table.to_parquet(folder / "results.parquet")
    seal_sweep(folder, varied=["choose.theta", "reform.policy", "reform.date"])
    sweep = Sweep(folder)
    assert sweep.baseline == "actual"  # whatever it is called, it has no reform
    html = write(folder).read_text(encoding="utf-8")
    assert "actual (No reform)" in html
    assert "other (Merger from 1 July 2024)" in html


def test_a_share_is_in_percent_and_its_difference_in_points() -> None:
    w = Words("en")
    assert level_unit(w, "urban_share") == "%"
    assert unit_of(w, "urban_share") == "percentage points"
    assert level_unit(w, "posts") == unit_of(w, "posts")


def test_a_reform_is_dated_by_the_configuration_that_all_runs_share(tmp_path) -> None:
    shared = {"reform": {"date": "2024Q3", "levers": "relabel"}, "world": {"name": "viet_nam"}}
    folder = make(tmp_path / "s", config=shared)
    html = write(folder).read_text(encoding="utf-8")
    assert "Merger from 1 July 2024 (levers: new names)" in html
    table = make(tmp_path / "t", scenarios=("none", "table"), config=shared)
    assert Sweep(table).reform_of("table").dates == ()  # its dates are in the table, not in reform.date
    assert "1 July 2024" not in write(table).read_text(encoding="utf-8")


def test_a_reform_that_no_scenario_varies_is_named_too(tmp_path) -> None:
    shared = {"reform": {"policy": "actual", "date": "2025Q3"}, "world": {"name": "viet_nam"}}
    folder = make(tmp_path / "s", scenarios=("a", "b"), config=shared)
    table = pd.read_parquet(folder / "results.parquet").drop(columns="reform.policy")
    table.to_parquet(folder / "results.parquet")
    seal_sweep(folder, varied=["choose.theta"])
    html = write(folder).read_text(encoding="utf-8")
    assert "a (Merger from 1 July 2025)" in html


def test_the_world_of_a_users_own_table_is_named_by_it(tmp_path) -> None:
    folder = make(tmp_path / "s", config={"world": {"name": "viet_nam", "places": "/data/north.csv"}})
    assert "own table (north.csv)" in write(folder).read_text(encoding="utf-8")
