"""`dicu report` from the command line, on runs of the model itself."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dicu.cli import app

SMALL = ["population.weight=200", "time.start=2025Q1", "time.end=2026Q2", "--no-figures", "--threads", "1"]


def dicu(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, done.output
    return done.output


def test_a_run_alone_tells_the_command_that_makes_its_twin(tmp_path) -> None:
    out = dicu(
        "run", "configs/small/monocentric.yaml", "reform.policy=actual", *SMALL, "--out", str(tmp_path)
    )
    run = out.split()[-1]
    page = Path(dicu("report", run).split()[-1])
    assert page == Path(run) / "report.html"
    text = page.read_text(encoding="utf-8")
    told = html.unescape(re.search(r"<code>dicu (run .*?)\n", text)[1])
    dicu(*told.split(), "--no-figures", "--threads", "1")
    broken = tmp_path / "experiment.json"
    broken.write_text("{", encoding="utf-8")
    done = CliRunner().invoke(app, ["report", run, "--language", "en"])
    assert done.exit_code == 0
    assert f"warning: not shown in the report: {broken}: cannot be read" in " ".join(done.stderr.split())
    assert done.stdout.split() == [str(page)], "standard output holds the path alone"
    assert str(broken) in html.unescape(page.read_text(encoding="utf-8")), "and the page names it as well"
    text = page.read_text(encoding="utf-8")
    assert "One pair of runs only:" in text
    assert "A made-up world, not Viet Nam." in text
    assert '<html lang="en">' in text
    again = tmp_path / "again.html"
    dicu("report", run, "--out", str(again), "--language", "en")
    assert again.read_bytes() == page.read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "nowhere: no such run folder"),
        (["."], "no manifest.json, so this is not a finished run"),
        ([".", "--language", "fr"], "--language: unknown (got 'fr', allowed en, vi, nb)"),
        ([".", "--out", "nowhere/x.html"], "--out: no such folder (got 'nowhere')"),
        ([".", "--experiments", "nowhere"], "--experiments: no such folder (got 'nowhere')"),
    ],
)
def test_what_is_wrong_is_said_before_any_work(words, said, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in " ".join(dicu("report", *words, code=2).split())
    assert list(tmp_path.iterdir()) == []
