"""`dicu brief` and `dicu view` from the command line, on runs of the model itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from briefs import brief, sweep_file
from dicu.cli import app
from dicu_analysis.load import Run
from dicu_analysis.report.measures import Sheet
from dicu_analysis.view.options import options


def dicu(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    return brief(tmp_path_factory.mktemp("brief"))


def payload(path: Path) -> dict:
    text = path.read_text(encoding="utf-8")
    return json.loads(
        re.search(r'<script type="application/json" id="payload">(.*?)</script>', text, re.S)[1]
    )


def test_report_and_view_lead_to_each_other_and_to_nothing_else(made) -> None:
    report, view = ((made / n).read_text(encoding="utf-8") for n in ("report.html", "view.html"))
    assert report.count('href="view.html"') == 2
    assert view.count('href="report.html"') == 2
    own = re.sub(r"<script>.*?</script>", "", view, flags=re.S)
    assert not re.findall(r'(?:src|href)="(?!#|report\.html)[^"]', own)
    assert "default-src 'none'" in view


def test_it_holds_every_unit_of_both_maps_and_the_dates_that_were_recorded(made) -> None:
    told = payload(made / "view.html")
    run = options(made).first.run
    assert told["pairs"] == 3
    for level in ("commune", "province"):
        for when, generation in (("old", "legacy"), ("new", "2025")):
            codes = sorted(str(c) for c in run.unit_of_place(level, generation).categories)
            assert sorted(told["layers"][f"{level}_{when}"]["codes"]) == codes
    assert told["dates"][-1] == "2026Q4"
    assert set(told["words"]["vi"]) == set(told["words"]["en"])


def test_a_run_of_a_sweep_reads_as_the_same_run_of_its_own(made, tmp_path) -> None:
    swept = options(made).first
    dicu(
        "run", "configs/small/monocentric.yaml", "reform.policy=actual", "population.weight=100", "seed=1",
        "time.start=2025Q1", "time.end=2026Q4", "record.places=year", "record.governments=year",
        "--no-figures", "--threads", "1", "--out", str(tmp_path),
    )  # fmt: skip
    folder = next(tmp_path.glob("*/*/manifest.json")).parent
    own = Sheet(Run(folder))
    assert swept.sheet.moments == own.moments
    for service in own.services:
        end = own.moments.end
        assert (swept.sheet.access(service, end) == own.access(service, end)).all()
    assert swept.run.manifest["state_sha256"] == own.run.manifest["state_sha256"]


def test_what_cannot_be_shown_is_refused_before_anything_runs(tmp_path, made) -> None:
    path = sweep_file(tmp_path, keep="keep: [places]")
    said = dicu("brief", str(path), "--executor", "serial", "--out", str(tmp_path / "runs"), code=2)
    assert "results.keep lacks national, flows, governments" in said
    assert not (tmp_path / "runs").exists()
    assert "--scenario: unknown (got 'other', allowed actual)" in dicu(
        "view", str(made), "--scenario", "other", code=2
    )
    assert "--language: unknown (got 'fr', allowed en, vi, nb)" in dicu(
        "view", str(made), "--language", "fr", code=2
    )
    assert "no such run folder" in dicu("view", str(tmp_path / "none"), code=2)


def test_a_sweep_without_its_tables_is_told_what_to_keep(tmp_path) -> None:
    path = sweep_file(tmp_path, keep="every: year")
    dicu("sweep", str(path), "sweep.replications=1", "--executor", "serial", "--out", str(tmp_path))
    said = dicu("view", str(tmp_path / "small"), code=2)
    assert "results.keep lacks national, places" in said
