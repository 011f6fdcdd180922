"""`dicu experiment` from the command line: what is refused, and one experiment on a small world to its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.experiments.result import read_result
from sim.cli import app

SMALL = ["world.name=monocentric", "population.weight=200", "time.start=2025Q1", "time.end=2026Q4",
         "sweep.replications=2", "--executor", "serial"]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["h6"], "no such experiment (got 'h6', allowed h1, h2, h3, h4, h5, all, controls)"),
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
    assert (tmp_path / "docs" / "h3.md").read_text() == (folder / "experiment.md").read_text()
    runs = {p: p.stat().st_mtime_ns for p in (folder / "runs").iterdir()}
    assert len(runs) == 8
    again = CliRunner().invoke(app, command)
    assert again.exit_code == 0
    assert {p: p.stat().st_mtime_ns for p in (folder / "runs").iterdir()} == runs
    assert read_result(folder) == result
