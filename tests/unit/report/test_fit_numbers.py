"""Every number of the section "fit" is one that the run's tables and the official files give, by other code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu_analysis.language import Words
from dicu_analysis.load import Run
from dicu_analysis.report import write
from dicu_analysis.report.fit import table
from report_fit import Fit, complaints, section

SETTINGS = [
    "reform.policy=none",
    "population.weight=5000",
    "time.start=2019Q2",
    "time.end=2024Q4",
    "record.places=year",
    "--no-figures",
]
"""The shortest run of the country that has every figure: mid-2019 to mid-2024, and five years for the moves."""
MARK = re.compile(r'<data value="([^"]*)"')
TEXT = re.compile(r"(?<=>)[^<>]*\d[^<>]*(?=<)")
DRAWING = re.compile(r"<svg.*?</svg>", re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    done = CliRunner().invoke(app, ["run", "configs/base.yaml", *SETTINGS, "--out", str(out)])
    assert done.exit_code == 0, done.output
    return Path(done.output.split()[-1])


@pytest.fixture(scope="module")
def parts(folder, tmp_path_factory) -> dict[str, str]:
    html = write(folder, out=tmp_path_factory.mktemp("page") / "page.html").read_text(encoding="utf-8")
    return {code: DRAWING.sub("", section(html, code)) for code in ("en", "vi")}


@pytest.fixture(scope="module")
def fit(folder) -> Fit:
    return Fit(folder)


def test_the_section_has_every_figure(fit) -> None:
    """Residents, urban share, households twice, three scopes against two surveys, six years of informality."""
    assert [f.key for f in fit.figures].count("residents") == 2
    assert [f.year for f in fit.figures if f.key == "informality"] == list(range(2019, 2025))
    assert len(fit.figures) == 18
    assert len(fit.five_year) == 1


@pytest.mark.parametrize("code", ["en", "vi"])
def test_every_number_is_recomputed(parts, fit, code) -> None:
    assert complaints(parts[code], code, fit) == []
    assert len(MARK.findall(parts[code])) == 3 * len(fit.figures) + 2 + len(fit.years)


@pytest.mark.parametrize("code", ["en", "vi"])
def test_any_other_number_is_found_out(parts, fit, code) -> None:
    """Each number of the section, in its text and behind its marks, altered by one digit: one at a time."""
    part = parts[code]
    spots = [m.start() + k.start() for m in TEXT.finditer(part) for k in re.finditer(r"\d+", m[0])]
    spots += [m.start(1) + re.search(r"[1-9]", m[1]).start() for m in MARK.finditer(part)]
    assert len(spots) > 100
    for spot in spots:
        digit = str((int(part[spot]) + 3) % 10)
        altered = f"{part[:spot]}{digit}{part[spot + 1 :]}"
        assert complaints(altered, code, fit), part[max(spot - 60, 0) : spot + 20]


def test_only_figures_of_the_first_households_are_what_a_run_starts_from(folder, parts) -> None:
    """With a history those of the year in which the record begins are an outcome, and the page says so."""
    run = Run(folder)
    assert (run.history, run.begins) == ("2014Q2", 2014.25)
    assert {row.key: row.role for row in table(Words("en"), run)}["residents.2019"] == "unseen"
    run.manifest["history"] = None
    roles = {row.key: row.role for row in table(Words("en"), run)}
    assert (run.begins, roles["residents.2019"], roles["residents.2024"]) == (2019.25, "start", "unseen")
    assert "starting data" not in parts["en"]
