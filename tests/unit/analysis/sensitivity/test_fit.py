"""What a fit's runs tell, on a calibration made up of lines: closed forms, and what no figure hangs on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.lab.calibrate.file import Prior
from dicu.lab.calibrate.passes import write_passes
from dicu.lab.calibrate.space import Axis
from dicu_analysis.sensitivity.design import NotAllowed
from dicu_analysis.sensitivity.fit import FitRuns, interval, read_fit
from dicu_analysis.sensitivity.fit_page import against, by_parameter
from dicu_analysis.targets.table import Figure

PRIOR = Prior(prior=0.0, sd=1.0)
AXES = tuple(
    Axis(key, PRIOR, -9.0, 9.0)
    for key in ("choose.theta", "choose.home", "choose.network", "province_terms.arrive.01")
)
SLOPES = np.array(
    [
        [2.0, 0.0, 0.0, 0.0],  # in_rate of 01: theta alone
        [0.0, 1.0, 0.0, 1.0],  # out_rate of 01: home and the term, tied
        [2.0, 0.0, 0.0, 0.0],  # in_rate of 02, which asks for less of theta than that of 01
    ]
)
OBSERVED = np.array([2.0, 0.5, -1.0])


def calibration(folder: Path) -> Path:
    folder.mkdir()
    z = np.random.default_rng(1).standard_normal((len(AXES), 60))
    figures = [
        Figure(
            name, "per 1,000 a year", area, "2012", "2016", 2012.0, 2017.0, float(value), 1.0, "", "fit", 1
        )
        for (name, area), value in zip(
            (("in_rate", "01"), ("out_rate", "01"), ("net_migration_rate", "02")), OBSERVED, strict=True
        )
    ]
    made = SLOPES @ z
    write_passes(folder, AXES, figures, [(z[:, :40], made[:, :40]), (z[:, 40:], made[:, 40:])])
    rows = [
        {"figure": f.figure, "unit": f.unit, "area": f.area, "from": f.since, "to": f.until, "role": "fit",
         "observed": f.value, "error": 1.0, "luck": 0.0}
        for f in figures
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(folder / "predicted.csv", index=False)
    (folder / "fit.json").write_text(json.dumps({"axes": 4}))
    return folder


@pytest.fixture(scope="module")
def fit(tmp_path_factory: pytest.TempPathFactory) -> FitRuns:
    return read_fit(calibration(tmp_path_factory.mktemp("c") / "c"))


def test_narrowing_by_the_closed_form_of_lines(fit: FitRuns) -> None:
    """Posterior variances: 1 / (1 + 8) of theta; home alone 1/2, with the term unknown 2/3; network as before."""
    assert fit.emulator.linear == pytest.approx(SLOPES, abs=0.01)
    assert np.diag(fit.covariance) == pytest.approx([1 / 9, 2 / 3, 1.0, 2 / 3], abs=0.01)
    told = by_parameter(fit).set_index("key")
    assert told.loc["choose.theta", "narrowed"] == pytest.approx(1 - 1 / 3, abs=0.01)
    assert told.loc["choose.home", "alone"] == pytest.approx(1 - 0.5**0.5, abs=0.01)
    assert told.loc["choose.network", "narrowed"] == pytest.approx(0.0, abs=0.01)
    assert told.loc["choose.theta", "share"] == pytest.approx(1.0, abs=0.01)
    assert told.loc["choose.home", "share"] == pytest.approx(0.5, abs=0.01)


def test_the_profile_of_theta_is_a_parabola(fit: FitRuns) -> None:
    """Least at (2 x 2 - 2 x 1) / 8 = .25, curvature 8: the 95 % interval is .25 -+ 1.96 / sqrt 8."""
    low, high = interval(fit.profile(0))
    assert (low + high) / 2 == pytest.approx(0.25, abs=0.03)
    assert (high - low) / 2 == pytest.approx(1.96 / 8**0.5, abs=0.05)
    assert interval(fit.profile(2)) == (-np.inf, np.inf)


def test_figures_that_ask_for_opposite_changes_are_named(fit: FitRuns) -> None:
    assert [(a, b) for _, a, b in against(fit)] == [("in_rate", "net_migration_rate")]


def test_the_page_says_what_is_not_told(tmp_path: Path) -> None:
    folder = calibration(tmp_path / "c")
    done = CliRunner().invoke(app, ["sensitivity", str(folder)])
    assert done.exit_code == 0, done.output
    page = (folder / "sensitivity/what_the_data_tell.md").read_text()
    assert "**Not told** (narrowed by less than 10 %): `choose.network`" in page
    assert "in_rate and net_migration_rate: -1.00" in page
    (folder / "passes.parquet").unlink()
    with pytest.raises(NotAllowed, match="writes it without making a run again"):
        read_fit(folder)
