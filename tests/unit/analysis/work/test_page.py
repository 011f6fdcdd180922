"""The tables of the page: how numbers stand there, and sweeps of a small world from run to page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dicu.api import sweep
from dicu.lab import first_wealth
from dicu_analysis.effects import estimate
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.work import __main__ as command
from dicu_analysis.work.measures import Jobs
from dicu_analysis.work.page import BEGIN, END, ageing, number, page, percent, rural_pay

BASE = """
time: {start: 2019Q2, end: 2021Q1}
world: {name: monocentric, size: 10}
population: {weight: 20}
record: {moves: all, governments: step}
"""
FILES = {
    "work_jobs": """
set:
  programme: {urban_job_growth_start: 2019Q2, urban_job_growth_quarters: 8}
sweep:
  scenarios:
    base: {programme.urban_job_growth: 0}
    all: {programme.urban_job_growth: 0.05}
  grid: {labour.recruit_new: [0.2, 0.9]}
  replications: 3
results: {every: year, levels: [nation, district], keep: [moves, districts]}
""",
    "work_shocks": """
set:
  time: {end: 2022Q1}
  programme: {urban_pay_gain_start: 2019Q2, farm_income_loss_start: 2019Q2}
sweep:
  scenarios:
    base: {}
    urban_pay: {programme.urban_pay_gain: 0.1}
    farm_loss: {programme.farm_income_loss: 0.2}
  replications: 3
results: {every: step, levels: [nation], keep: [moves]}
""",
    "work_years": """
sweep:
  scenarios: {measured: {}, as_workers: {labour.formal_growth: 0, labour.growth_kept: 0}}
  replications: 3
results: {every: step, levels: [nation], keep: [districts]}
""",
}

PAY = [
    {
        "seed": 1, "quarter": quarter, "weight": 20, "highest_other": 1.0 - 0.0025 * quarter, "areas": 2,
        "highest_farming": 0.9, "districts": 3, "earnings": 0.62 + 0.005 * quarter, "income_head": 0.65,
    }
    for quarter in (0, 4)
]  # fmt: skip

APP = typer.Typer()
APP.command()(command.main)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three finished sweeps of a small world, and rows of rural pay."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")
    for name, text in FILES.items():
        (folder / f"{name}.yaml").write_text(f"base: base.yaml\n{text}", encoding="utf-8")
        sweep(folder / f"{name}.yaml", out=folder / "runs", workers=1)
    (folder / "runs" / "rural_pay.json").write_text(json.dumps(PAY), encoding="utf-8")
    first_wealth.main(folder / "runs" / "first_wealth.parquet", [], str(folder / "base.yaml"), 3)
    return folder / "runs"


def test_numbers_stand_with_their_intervals() -> None:
    assert number(estimate([1.0, 2.0, 3.0])) == "2.00 (-0.48 to 4.48)"
    assert number(estimate([1.0])) == "1.00"
    assert number(estimate([float("nan")] * 3)) == "-"
    assert percent(estimate([0.1, 0.1, 0.1])) == "+10.0 % (+10.0 to +10.0)"
    assert percent(estimate([-0.25])) == "-25.0 %"


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    told = f"before\n\n{BEGIN}\nold\n{END}\n\nafter\n"
    once = page(told, "new\n\n")
    assert once == f"before\n\n{BEGIN}\n\nnew\n\n{END}\n\nafter\n"
    assert page(once, "new\n\n") == once
    with pytest.raises(ValueError, match="has no lines"):
        page(f"{END} {BEGIN}", "new")


def test_rural_pay_is_a_row_a_year_with_its_misfit(tmp_path: Path) -> None:
    path = tmp_path / "pay.json"
    path.write_text(json.dumps(PAY), encoding="utf-8")
    lines = [line for line in rural_pay(path).splitlines() if line.startswith("| ")]
    assert lines[2] == "| 0 | 1.0000 | 0.9000 | 0.620 | -0.100 | 0.650 | +0.000 |"
    assert lines[3].startswith("| 1 | 0.9900 | 0.9000 | 0.640 | -0.080 |")


def test_drift_is_told_from_what_ages_explain(tmp_path: Path) -> None:
    """A fifth fewer move by the last years, of which ages explain a tenth."""
    path = tmp_path / "ageing.json"
    rows = [
        {"seed": seed, "year": year, "persons": 1000, "moved": moved, "expected": expected}
        for seed in (1, 2)
        for year, (moved, expected) in enumerate(((10, 10.0), (10, 10.0), (8, 9.0), (8, 9.0)), 1)
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")
    lines = [line for line in ageing(path).splitlines() if line.startswith("| ")]
    assert lines[2] == "| 1 | 10.00 | 10.00 | 1.00 |"
    assert lines[-1].startswith("| drift | -20.0 % | -10.0 %")


def test_every_arm_is_compared_with_the_base_of_equal_values(runs: Path) -> None:
    found = list(Jobs(FinishedSweep(runs / "work_jobs")).responses())
    assert [(r.variant, r.values, r.arm, r.where) for r in found] == [
        ("", (("labour.recruit_new", share),), "all", "all") for share in (0.2, 0.9)
    ]
    few, many = (r.links for r in found)
    assert few["extra_jobs"].mean == many["extra_jobs"].mean > 0, "jobs never chase workers"
    assert many["offers"].mean > 2 * few["offers"].mean > 0
    for links in (few, many):
        arrived = sum(links[f"arrived_{name}"].mean for name in ("work", "family", "returns", "other"))
        assert links["residents"].mean == pytest.approx(arrived - links["departed"].mean + links["rest"].mean)


def test_from_sweeps_to_the_page(runs: Path, tmp_path: Path) -> None:
    to = tmp_path / "labour_market.md"
    to.write_text(f"# Title\n\n{BEGIN}\n{END}\n", encoding="utf-8")
    result = CliRunner().invoke(APP, [str(runs), str(to)])
    assert result.exit_code == 0, result.output
    text = to.read_text(encoding="utf-8")
    assert "### work_cuts\n\nNot measured: `dicu sweep work_cuts` makes it." in text
    for title in ("From jobs to residents", "Pay and farm income", "Years without a push", "Rural pay"):
        assert f"### {title}\n" in text
    assert "rural households of the start, by wealth then" in text
    assert "nan" not in text
    accounts = [line for line in text.splitlines() if line.endswith("| 0 | 0 | 0 |")]
    assert len(accounts) == 3, "offers and formal workers of each seed close to the unit"


def test_a_sweep_without_all_its_runs_is_refused(runs: Path, tmp_path: Path) -> None:
    to = tmp_path / "labour_market.md"
    to.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    (tmp_path / "runs" / "work_jobs").mkdir(parents=True)
    result = CliRunner().invoke(APP, [str(tmp_path / "runs"), str(to)])
    assert result.exit_code == 2
    assert "work_jobs" in result.output
    assert to.read_text(encoding="utf-8") == f"{BEGIN}\n{END}\n"
