"""What a world does not have is refused with status 2 and the key, by every command that makes runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.execution.execute import Saving, execute
from dicu.scenario.loader import load
from dicu.scenario.scenario import UnfitScenario
from sweeps import BASE, write_files

UNFIT = (
    ("cities.central=[Huế]", "cities.central: no such place (got 'Huế', allowed City, Plain, Hills"),
    (
        "programme.industrial_zones=['2025Q2 Huế']",
        "programme.industrial_zones: no such place (got 'Huế'",
    ),
    (
        "population.weight=100000|world.name=one_place|world.size=null",
        "population.weight: 10000 residents of the world one_place make no household (got 100000, allowed a smaller",
    ),
)
"""Values that the world monocentric does not bear, and what is said of them."""


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name, value in (("COLUMNS", "220"), ("TERM", "dumb"), ("NO_COLOR", "1")):
        monkeypatch.setenv(name, value)
    return CliRunner()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "base.yaml"
    path.write_text(f"name: small{BASE}", encoding="utf-8")
    return path


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    """Households are made only when all was asked for that can be asked before."""

    def work(*_: object, **__: object) -> None:
        raise AssertionError("work has begun")

    monkeypatch.setattr(
        "dicu.sweeps.start.make_start", work
    )  # first: importing it takes the other's function
    monkeypatch.setattr("dicu.execution.starting.make_start", work)


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(("value", "message"), UNFIT)
def test_run(value: str, message: str, runner: CliRunner, config: Path, tmp_path: Path) -> None:
    done = runner.invoke(app, ["run", str(config), *value.split("|"), "--out", str(tmp_path / "runs")])
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith(message)
    assert not list((tmp_path / "runs").rglob("*.parquet"))


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(("value", "message"), UNFIT)
@pytest.mark.parametrize("words", [[], ["--dry-run"]])
def test_sweep(words: list[str], value: str, message: str, runner: CliRunner, tmp_path: Path) -> None:
    """Before any run, with the place where the value was written."""
    out = tmp_path / "runs"
    done = runner.invoke(
        app, ["sweep", str(write_files(tmp_path)), *value.split("|"), "--out", str(out), *words]
    )
    assert done.exit_code == 2, done.output
    assert done.stderr.startswith(f"command line: {value.split('|')[0]}: {message}")
    assert len(done.stderr.splitlines()) == 1, "once, not for every run"
    assert not out.exists()


@pytest.mark.usefixtures("never")
def test_a_scenario_of_a_sweep_is_told_by_its_line(runner: CliRunner, tmp_path: Path) -> None:
    text = "base: base.yaml\nsweep:\n  scenarios:\n    a: {}\n    b: {cities.central: [Plain]}\n"
    text += "    c: {cities.central: [Plane]}\n"
    path = write_files(tmp_path, text)
    done = runner.invoke(app, ["sweep", str(path), "--dry-run"])
    assert done.exit_code == 2
    assert done.stderr == f"{path}:6:25: cities.central: no such place (got 'Plane'; did you mean 'Plain')\n"


@pytest.mark.usefixtures("never")
def test_the_ensemble_is_of_viet_nam(runner: CliRunner, tmp_path: Path) -> None:
    """Its terms name provinces; what is wrong is the country, not a province that nobody wrote."""
    path = write_files(tmp_path, "base: base.yaml\nsweep: {ensemble: 2}\n")
    done = runner.invoke(app, ["sweep", str(path), "--dry-run"])
    assert done.exit_code == 2
    assert done.stderr
    told = "ensemble.member: the sets of the ensemble (sweep.ensemble in a sweep) are fitted to"
    assert all(line.startswith(f"{path}:2:9: {told}") for line in done.stderr.splitlines())


def test_a_sweep_whose_runs_find_it_out_ends_with_2_as_well(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only the run itself can know (no share of movers is reached) is told with the other failures."""

    def begin(*_: object, **__: object) -> None:
        raise UnfitScenario("choose.move_share: no kappa makes it")

    monkeypatch.setattr("dicu.execution.starting.begin", begin)
    words = ["sweep", str(write_files(tmp_path)), "--executor", "serial", "--out", str(tmp_path / "runs")]
    for again in ([], ["--retry-failed"]):
        done = runner.invoke(app, [*words, *again])
        assert done.exit_code == 2, done.output
        assert "choose.move_share: no kappa makes it" in done.stderr

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("dicu.execution.starting.begin", broken)
    assert runner.invoke(app, [*words, "--retry-failed"]).exit_code == 1, "that is no fault of the values"


@pytest.fixture
def run(config: Path, tmp_path: Path) -> Path:
    """A finished run whose states are kept."""
    return execute(load(config).scenario, out=tmp_path / "runs", saving=Saving(2, keep=True))


def test_fork(run: Path, runner: CliRunner) -> None:
    for at in ("2025Q2", "2025Q3"):  # saved, and to be made
        done = runner.invoke(app, ["fork", str(run), "--at", at, "cities.central=[Huế]"])
        assert done.exit_code == 2, done.output
        assert done.stderr.splitlines()[-1].startswith("cities.central: no such place (got 'Huế'")
    assert [p.name for p in run.parents[1].iterdir()] == ["small"]


def test_resume(run: Path, runner: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    """A world that has changed under a saved state."""

    def changed(*_: object) -> None:
        raise UnfitScenario("cities.central: no such place")

    monkeypatch.setattr("dicu.execution.execute.check_fits", changed)
    done = runner.invoke(app, ["resume", str(run)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == "cities.central: no such place"


def test_run_on_a_sweep_and_sweep_on_a_scenario_say_so(
    runner: CliRunner, config: Path, tmp_path: Path
) -> None:
    sweep = write_files(tmp_path)
    config.write_text(f"name: small{BASE}", encoding="utf-8")
    done = runner.invoke(app, ["run", str(sweep), "--out", str(tmp_path / "runs")])
    assert done.exit_code == 2
    assert done.stderr == (
        f"{sweep}:3:1: sweep: a sweep, not a scenario (allowed the file of a scenario; try dicu sweep {sweep})\n"
    )
    done = runner.invoke(app, ["sweep", str(config), "--out", str(tmp_path / "runs")])
    assert done.exit_code == 2
    assert "a scenario, not a sweep (allowed a file with keys name, base, set, sweep, results" in done.stderr
    assert f"try dicu run {config}" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "runs").exists()
