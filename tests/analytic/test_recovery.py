"""Parameters that are known, in figures simulated with them and other luck, come back within their intervals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibrations import SET, figures_of, simulated
from dicu.lab.calibrate.drive import FITTED, POSTERIOR, PREDICTED, OtherCalibration, best_set, calibrate
from dicu.lab.calibrate.file import Prior, read_calibration
from dicu.lab.calibrate.runs import OutOfTime
from dicu.lab.calibrate.smoother import NothingMoves, one_pass
from dicu.lab.calibrate.space import Axis
from dicu.scenario.fitted import read_fitted
from dicu.scenario.loader import ConfigurationErrors
from dicu.sweeps.executors import serial

TRUE = {
    "consider.lambda0": 0.06,
    "province_terms.arrive.04": 0.6,
    "province_terms.leave.02": 0.6,
}
METHOD = "method: {members: 20, passes: 2, keep: 10, luck: 3, seed: 3, run_seed: 1, localize: 1.5}"


@pytest.mark.slow  # statistical; `uv run pytest -m slow`
def test_known_parameters_come_back_and_a_stage_goes_on(tmp_path: Path) -> None:
    values = {
        "seed": 77,
        "consider.lambda0": TRUE["consider.lambda0"],
        "province_terms.arrive": ["04=0.6"],
        "province_terms.leave": ["02=0.6"],
    }
    run = simulated(values, tmp_path / "truth")
    figures_of(run, tmp_path / "figures.csv", list(run.names("province")), (4.0, 4.0))
    path = tmp_path / "ring.yaml"
    path.write_text(
        f"{SET}figures: figures.csv\n"
        "parameters:\n  consider.lambda0: {prior: 0.033, sd: 0.5, scale: log}\n"
        f"provinces: {{arrive: 0.4, leave: 0.4}}\n{METHOD}\n"
    )
    c = read_calibration(path)
    folder = tmp_path / "fit"
    made: list[str] = []
    with pytest.raises(OutOfTime, match="runs are left"):
        calibrate(c, folder, serial, deadline=0.0)
    fit = calibrate(c, folder, serial, tell=made.append)
    assert sum("of" in text for text in made) > 60

    found = pd.read_csv(folder / POSTERIOR).set_index("key")
    for key, truth in TRUE.items():
        z = np.log(truth / 0.033) / 0.5 if key == "consider.lambda0" else truth / 0.4
        members = fit.z[[axis.key for axis in fit.axes].index(key)]
        assert abs(members.mean() - z) < 2.5 * members.std(ddof=1), (
            key,
            members.mean(),
            z,
            members.std(ddof=1),
        )
        assert abs(members.mean() - z) < abs(z), "nearer to the truth than the prior's middle"
        assert found.loc[key, "narrowed"] > 0.1, "the data tell something of it"
    assert fit.passes[-1] < fit.passes[0] / 2, "figures are nearer after the passes"

    # the same command makes no run again and writes the same bytes
    tables = {name: (folder / name).read_bytes() for name in (FITTED, PREDICTED, POSTERIOR)}
    again: list[str] = []
    calibrate(c, folder, serial, tell=again.append)
    assert not [text for text in again if " s)" in text]
    assert tables == {name: (folder / name).read_bytes() for name in tables}
    page = (folder / "calibration.md").read_text()
    assert "consider.lambda0" in page
    assert "in_rate" in page
    shipped = read_fitted(folder / FITTED)
    assert len(shipped.members) == 10
    assert set(shipped.best) == {axis.key for axis in fit.axes}


def test_what_the_figures_do_not_tell_keeps_its_prior() -> None:
    rng = np.random.default_rng(2)
    keys = ("consider.lambda0", "government.disruption", "province_terms.leave.01")
    axes = tuple(Axis(key, Prior(prior=0.1, sd=0.01), 0.0, 1.0) for key in keys)
    z = rng.standard_normal((3, 400))
    z = (z - z.mean(axis=1, keepdims=True)) / z.std(axis=1, ddof=1, keepdims=True)
    z = np.array([[0.5], [0.9], [1.0]]) * z + np.array([[0.7], [0.7], [0.3]])
    assert best_set(axes, z) == pytest.approx([0.7, 0.0, 0.3])
    first = replace(axes[0], prior=axes[0].prior.model_copy(update={"told": False}))
    assert best_set([first, *axes[1:]], z) == pytest.approx([0.0, 0.0, 0.3]), (
        "what nothing can tell keeps its prior"
    )


def test_a_smoother_without_a_figure_that_moves_says_so() -> None:
    one = {"observed": np.ones(2), "variance": np.ones(2), "passes": 2, "seed": 1, "localize": 0.5}
    with pytest.raises(NothingMoves, match="none of 2 figures differs between 6 members"):
        one_pass(np.zeros((3, 6)), np.ones((2, 6)), **one)


def test_settings_that_cannot_work_and_folders_of_others_are_refused(tmp_path: Path) -> None:
    for text, message in (
        (
            "{members: 16, keep: 4, localize: 4}",
            "method.localize: cuts every correlation (got 4, allowed below",
        ),
        ("{members: 16, keep: 1}", "method.keep: out of range (got 1, allowed an integer from 2"),
    ):
        path = tmp_path / "bad.yaml"
        path.write_text(
            f"{SET}parameters:\n  consider.lambda0: {{prior: 0.03, sd: 0.5, scale: log}}\nmethod: {text}\n"
        )
        with pytest.raises(ConfigurationErrors) as errors:
            read_calibration(path)
        assert message in str(errors.value.messages)
    made = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        path = folder / "ring.yaml"
        path.write_text(f"{SET}parameters:\n  consider.lambda0: {{prior: 0.03, sd: 0.5, scale: log}}\n")
        made.append(read_calibration(path))
    with pytest.raises(OutOfTime):
        calibrate(made[0], tmp_path / "fit", serial, deadline=0.0)
    with pytest.raises(OtherCalibration, match=r"holds the calibration of .*/a/ring\.yaml"):
        calibrate(made[1], tmp_path / "fit", serial, deadline=0.0)
