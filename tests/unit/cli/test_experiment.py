"""`dicu experiment` from the command line: what is refused, and one experiment on a small world to its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu_analysis.experiments.result import read_result

SMALL = [
    "world.name=monocentric",
    "population.weight=200",
    "time.start=2025Q1",
    "time.end=2026Q4",
    "sweep.replications=2",
    "--executor",
    "serial",
]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["h7"], "no such experiment (got 'h7', allowed h1, h2, h3, h4, h5, h6, all, controls)"),
        (["h1", "--executor", "magic"], "allowed dask, serial"),
        (["h1", "--sweeps", "nowhere"], "no file nowhere/h1.yaml"),
        (["h1", "population.wieght=3"], "did you mean population.weight"),
    ],
)
def test_what_is_wrong_is_said_before_any_work(arguments: list[str], said: str, tmp_path: Path) -> None:
    made = CliRunner().invoke(app, ["experiment", *arguments, "--out", str(tmp_path)])
    assert made.exit_code == 2
    assert said in " ".join(made.output.split())
    assert not list(tmp_path.iterdir())


def test_one_experiment_to_its_page_and_again_without_work(tmp_path: Path) -> None:
    command = [
        "experiment",
        "h3",
        "--quick",
        *SMALL,
        "--out",
        str(tmp_path),
        "--copy",
        str(tmp_path / "docs"),
    ]
    first = CliRunner().invoke(app, command)
    assert first.exit_code == 0, first.output
    folder = tmp_path / "h3_quick"
    result = read_result(folder)
    assert result.world == "monocentric"
    assert (result.replicates, result.weight, result.quick) == (2, 200, True), "what is given beats --quick"
    page = (folder / "experiment.md").read_text().replace(".svg)", ".png)")  # documents keep one format
    assert (tmp_path / "docs" / "h3.md").read_text() == page
    runs = {p: p.stat().st_mtime_ns for p in (folder / "runs").glob("*.parquet")}
    assert len(runs) == 8
    again = CliRunner().invoke(app, command)
    assert again.exit_code == 0
    assert {p: p.stat().st_mtime_ns for p in (folder / "runs").glob("*.parquet")} == runs
    assert read_result(folder) == result


def test_jobs_are_lost_and_given_back_beside_the_sweep_of_h5(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same scenario and seeds as the first arm of the sweep, without its shock."""
    from dicu.cli.experiment import _ladder
    from dicu.sweeps.plan import make_plan
    from dicu_analysis.experiments import h5_ladder

    monkeypatch.setattr(h5_ladder, "LOSSES", (0.5, 0.9, 0.5))
    monkeypatch.setattr(h5_ladder, "SPEEDS", (1, 2))
    plan = make_plan(
        Path("configs/sweeps/h5.yaml"),
        ["world.name=monocentric", "population.weight=200", "sweep.replications=2"],
    )
    assert plan.runs[0].scenario.programme.urban_job_loss == 0
    _ladder(plan, tmp_path, 1)
    fast, slow = h5_ladder.read_loops(tmp_path)
    assert (fast.quarters, slow.quarters) == (1, 2)
    assert fast.losses.tolist() == [0.0, 0.5, 0.9, 0.5, 0.0]
    assert fast.gap.shape == (2, 5)
    assert not fast.gap[:, 0].any(), "nothing has happened yet"


def test_quick_never_adds_replicates() -> None:
    from dicu.cli.experiment import _plans

    small = ["world.name=monocentric"]
    quick = _plans("h4", Path("configs/sweeps"), [], True)
    assert [quick[name].replications for name in ("h4", "h4_placebos")] == [3, 3]
    assert "h4_package" not in quick, "a quick run leaves out what is there to be thorough"
    assert {run.scenario.population.weight for plan in quick.values() for run in plan.runs} == {1000}
    areas = _plans("h1", Path("configs/sweeps"), small, True)
    assert areas["h1_areas"].replications == 2
    given = _plans("h5", Path("configs/sweeps"), [*small, "sweep.replications=5"], True)
    assert given["h5"].replications == 5


def test_the_ensemble_is_run_only_where_the_country_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up members: on the real country the sweep over them is planned, two of them when quick; elsewhere not."""
    from dicu.cli.experiment import _plans
    from dicu.scenario.fitted import Fitted
    from dicu.sweeps import ensemble

    folder = Path("configs/sweeps")
    one = {"consider.theta_gap": 0.4}
    made = Fitted(one, (one, {"consider.theta_gap": 0.6}, one, one))
    for module in ("dicu.scenario.fitted", "dicu.sweeps.ensemble"):
        monkeypatch.setattr(f"{module}.fitted", lambda: made)
    assert ensemble.asks_for_ensemble(folder / "h5_ensemble.yaml")
    assert not ensemble.asks_for_ensemble(folder / "h5.yaml")
    plans = _plans("h5", folder, [], True)
    members = {run.scenario.ensemble.member for run in plans["h5_ensemble"].runs}
    assert members == {1, 2}
    assert {run.scenario.consider.theta_gap for run in plans["h5_ensemble"].runs} == {0.4, 0.6}
    assert "h5_ensemble" not in _plans("h5", folder, ["world.name=monocentric"], True)
