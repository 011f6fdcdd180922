"""The command line: what it refuses before any work, what it prints, what it returns."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.scenario.fields import leaves
from dicu_analysis.load import Run

ROOT = Path(__file__).parents[3]
DICU = Path(sys.executable).parent / "dicu"
CONFIG = """\
# a small country around the reform
world:
  name: monocentric
population:
  weight: 100
time:
  start: 2025Q2
  end: 2025Q4
reform:
  policy: actual
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A wide terminal without colours: what is asserted is on one line."""
    for name, value in (("COLUMNS", "220"), ("TERM", "dumb"), ("NO_COLOR", "1")):
        monkeypatch.setenv(name, value)
    return CliRunner()


@pytest.fixture(autouse=True)
def _all_threads_again() -> object:
    yield
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make opening a world fail: who is refused before any work never gets there."""

    def opened(*_: object) -> None:
        raise AssertionError("work has begun")

    monkeypatch.setattr("dicu.execution.execute.open_world", opened)


def test_a_run_ends_with_its_folder_on_the_last_line(runner: CliRunner, config: Path, tmp_path: Path) -> None:
    out = tmp_path / "runs"
    done = runner.invoke(
        app, ["run", str(config), "seed=7", "--out", str(out), "--no-figures", "--threads", "1"]
    )
    assert done.exit_code == 0, done.output
    folder = Path(done.stdout.splitlines()[-1])
    assert folder.parent == out / "small"
    run = Run(folder)
    assert run.verify() == []
    assert run.config["seed"] == 7
    assert run.manifest["threads"] == 1
    assert run.manifest["steps"] == 3
    assert not (folder / "figures").exists()
    # equal scenarios give the same folder and the same bytes, whatever executes them
    again = runner.invoke(
        app,
        ["run", str(config), "seed=7", "--out", str(out), "--no-figures", "--engine", "objects", "--again"],
    )
    assert again.stdout.splitlines()[-1] == str(folder)
    assert Run(folder).manifest["engine"] == "objects"
    assert Run(folder).manifest["state_sha256"] == run.manifest["state_sha256"]


def test_figures_are_drawn_and_drawn_again(runner: CliRunner, config: Path, tmp_path: Path) -> None:
    done = runner.invoke(app, ["run", str(config), "--out", str(tmp_path / "runs")])
    assert done.exit_code == 0, done.output
    folder = Path(done.stdout.splitlines()[-1])
    drawn = {p.name: p.read_bytes() for p in (folder / "figures").iterdir()}
    assert {Path(name).suffix for name in drawn} == {".svg", ".png"}
    assert Run(folder).verify() == []
    shutil.rmtree(folder / "figures")
    again = runner.invoke(app, ["figures", str(folder)])
    assert again.exit_code == 0, again.output
    printed = [Path(line) for line in again.stdout.splitlines()]
    assert all(path.is_file() for path in printed)
    assert {p.name for p in (folder / "figures").iterdir()} == set(drawn)
    assert Run(folder).verify() == [], "the same bytes as before"
    vi = runner.invoke(app, ["figures", str(folder), "--language", "vi"])
    assert vi.exit_code == 0, vi.output
    printed = [Path(line) for line in vi.stdout.splitlines()]
    assert {p.parent for p in printed} == {folder / "figures" / "vi"}
    assert {p.name for p in printed} == set(drawn)
    assert {p.name: p.read_bytes() for p in (folder / "figures").iterdir() if p.is_file()} == drawn


def test_figures_in_an_unknown_language_are_refused(runner: CliRunner, tmp_path: Path) -> None:
    done = runner.invoke(app, ["figures", str(tmp_path), "--language", "fr"])
    assert done.exit_code == 2
    assert "--language: unknown (got 'fr', allowed vi, en)" in done.stderr


def test_a_run_with_vietnamese_figures_alone_gets_its_english_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dicu.cli.drawing import draw_missing
    from dicu.execution.progress import Silent
    from dicu_analysis import figures

    asked: list[Path] = []
    monkeypatch.setattr(figures, "draw_all", lambda folder: asked.append(folder) or figures.Drawn([], []))
    (tmp_path / "figures" / "vi").mkdir(parents=True)
    assert draw_missing(tmp_path, Silent()) == []
    assert asked == [tmp_path]
    (tmp_path / "figures" / "urban_rural.svg").touch()
    assert draw_missing(tmp_path, Silent()) == []
    assert asked == [tmp_path], "what is there is not drawn again"


def test_a_name_may_be_of_any_letters(runner: CliRunner, config: Path, tmp_path: Path) -> None:
    """Whatever the configuration allows as a name is one as a folder."""
    for name in ("Điện Biên", "a+b", "x-1.2_3"):
        done = runner.invoke(
            app,
            [
                "run",
                str(config),
                f"name={name}",
                "--out",
                str(tmp_path),
                "--no-figures",
                "time.end=2025Q2",
                "reform.policy=none",
            ],
        )
        assert done.exit_code == 0, done.output
        assert Path(done.stdout.splitlines()[-1]).parent.name == name.replace(" ", "_")


BAD = """\
extends: small.yaml
seed: -3
choose:
  theta: 7
  tehta: 1
time:
  end: 2040Q4
"""


@pytest.mark.usefixtures("no_work")
def test_every_error_at_once_with_its_place_before_any_work(
    runner: CliRunner, config: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(BAD, encoding="utf-8")
    out = tmp_path / "runs"
    done = runner.invoke(app, ["run", str(bad), "bogus=1", "money.saving_rate=2", "--out", str(out)])
    assert done.exit_code == 2
    assert done.stdout == ""
    said = done.stderr.splitlines()
    for expected in (
        rf"{bad}:2:7: seed: out of range \(got -3, allowed an integer from 0 to \d+\)",
        rf"{bad}:4:10: choose\.theta: out of range \(got 7, allowed a number from 0\.1 to 1\)",
        rf"{bad}:5:3: choose\.tehta: unknown key \(did you mean choose\.theta\)",
        rf"{bad}:7:8: time\.end: .*\(got '2040Q4', allowed years 1995 to 2037\)",
        r"command line: bogus=1: bogus: unknown key \(allowed name, seed, .*\)",
        r"command line: money\.saving_rate=2: money\.saving_rate: out of range \(got 2, allowed .*\)",
    ):
        assert sum(re.fullmatch(expected, line) is not None for line in said) == 1, (expected, said)
    assert len(said) == 6
    assert not out.exists(), "a folder was made for a run that was refused"
    assert config.read_text(encoding="utf-8") == CONFIG


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.yaml"], r"nowhere\.yaml: no such file \(got nowhere\.yaml\)"),
        (
            ["{config}", "--engine", "gpu"],
            r"--engine: unknown engine \(got 'gpu', allowed threads, objects, shards\)",
        ),
        (
            ["{config}", "--threads", "100000"],
            r"--threads: got 100000, allowed 1 to \d+ \(set NUMBA_NUM_THREADS",
        ),
        (["{config}", "--threads", "0"], r"--threads"),
        (["{config}", "choose.theta"], r"choose\.theta: not an override \(allowed key=value"),
        (["{config}", "choose=1"], r"choose: a section, not a key \(allowed choose\.key=value\)"),
        (["{config}", "seed=1", "seed=2"], r"seed: given twice"),
        (["{config}", "choose.thta=0.5"], r"unknown key \(did you mean choose\.theta\)"),
        (["{config}", "--oops"], r"No such option:? '?--oops"),
    ],
)
def test_what_is_refused(
    arguments: list[str], message: str, runner: CliRunner, config: Path, tmp_path: Path
) -> None:
    out = tmp_path / "runs"
    filled = [a.format(config=config) for a in arguments]
    done = runner.invoke(app, ["run", *filled, "--out", str(out)])
    assert done.exit_code == 2
    assert re.search(message, done.stderr), done.stderr
    assert not out.exists()


@pytest.mark.usefixtures("no_work")
def test_a_place_where_nothing_can_be_written_is_named_before_any_work(
    runner: CliRunner, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    done = runner.invoke(app, ["run", str(config), "--out", str(tmp_path / "file" / "runs")])
    assert done.exit_code == 2
    assert re.search(
        r"--out: no folder can be made there \(got '.*file/runs': Not a directory\)", done.stderr
    )
    locked = tmp_path / "locked"
    locked.mkdir()
    # not by its mode: whoever runs the tests may be root
    real = os.access
    denied = lambda path, mode: Path(path) == locked and mode & os.W_OK  # noqa: E731
    monkeypatch.setattr(
        "os.access", lambda path, mode, **more: not denied(path, mode) and real(path, mode, **more)
    )
    done = runner.invoke(app, ["run", str(config), "--out", str(locked)])
    assert done.exit_code == 2
    assert f"--out: nothing can be written there (got '{locked}')" in done.stderr


def test_figures_and_trace_of_what_is_no_run(runner: CliRunner, tmp_path: Path) -> None:
    for folder, said in (
        (tmp_path, "no manifest.json, so this is not a finished run"),
        (tmp_path / "nowhere", "no such run folder"),
    ):
        done = runner.invoke(app, ["figures", str(folder)])
        assert done.exit_code == 2
        assert f"{folder}: {said}" in done.stderr
    done = runner.invoke(app, ["trace", str(tmp_path), "--household", "any"])
    assert done.exit_code == 2
    assert str(tmp_path) in done.stderr


@pytest.mark.parametrize(
    ("command", "listed"),
    [
        ([], ["run", "trace", "world", "parameters", "figures", "Start here"]),
        (["run"], ["--threads", "--engine", "--out", "--figures", "--no-figures", "KEY=VALUE", "Example"]),
        (["world"], ["check"]),
        (["world", "check"], ["--year", "2019 to 2024"]),
        (["trace"], ["--household", "--steps", "--since", "--engine", "--json", "Example"]),
        (["parameters"], ["--markdown"]),
        (["figures"], ["NAME/latest"]),
    ],
)
def test_help_lists_what_there_is(command: list[str], listed: list[str], runner: CliRunner) -> None:
    done = runner.invoke(app, [*command, "--help"])
    assert done.exit_code == 0
    for word in listed:
        assert word in done.stdout, word


def test_without_a_command_the_help_is_shown(runner: CliRunner) -> None:
    done = runner.invoke(app, [])
    assert "Usage" in done.output
    assert done.exit_code in (0, 2)  # typer's version decides


def test_parameters_prints_every_one(runner: CliRunner) -> None:
    for flags in ([], ["--markdown"]):
        done = runner.invoke(app, ["parameters", *flags])
        assert done.exit_code == 0
        missing = [leaf.path for leaf in leaves() if leaf.path not in done.stdout]
        assert missing == []


def test_parameters_of_a_section_or_with_a_word(runner: CliRunner) -> None:
    def keys(*words: str) -> list[str]:
        done = runner.invoke(app, ["parameters", *words])
        assert done.exit_code == 0, done.output
        head, *lines = done.stdout.splitlines()
        assert head.split("\t")[0] == "parameter"
        assert {line.count("\t") for line in lines} == {head.count("\t")}, "one line each, for grep and cut"
        return [line.split("\t")[0] for line in lines]

    everything = [leaf.path for leaf in leaves()]
    assert keys() == everything
    assert keys("consider.") == [key for key in everything if key.startswith("consider.")]
    assert keys("move_share") == ["choose.move_share"]
    work = keys("work")
    assert [key for key in work if key.startswith("work.")] == work[
        : sum(k.startswith("work.") for k in work)
    ]
    assert set(work) == {key for key in everything if "work" in key}
    for word, said in {
        "considr": "did you mean consider",
        "plugins": "no plug-in that has parameters",
    }.items():
        refused = runner.invoke(app, ["parameters", word])
        assert refused.exit_code == 2
        assert refused.stdout == ""
        assert said in refused.stderr
        assert "population, " in refused.stderr, "the sections"


def test_parameters_on_a_terminal_fit_its_width(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dicu.scenario.table import chosen_rows, parameter_table, print_table

    for name, value in (("FORCE_COLOR", "1"), ("COLUMNS", "100"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
    rows = chosen_rows(parameter_table(), "consider")
    print_table(rows)
    printed = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert max(map(len, printed.splitlines())) <= 100
    assert all(f"{row.path} = {row.default}" in printed for row in rows)


def test_world_check_passes_and_shows_the_official_figures(runner: CliRunner) -> None:
    done = runner.invoke(app, ["world", "check"])
    assert done.exit_code == 0, done.output
    for figure in ("10,035", "3,321", "696", "63", "34", "129", "45"):
        assert figure in done.stdout


def test_world_check_that_differs_exits_with_1(runner: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    from dicu.world.small import make_small

    monkeypatch.setattr("dicu.reform.opening.load_viet_nam", lambda year: make_small("monocentric"))
    done = runner.invoke(app, ["world", "check"])
    assert done.exit_code == 1


@pytest.mark.skipif(not DICU.exists(), reason="the package is not installed beside this Python")
def test_the_installed_command(config: Path, tmp_path: Path) -> None:
    """One real process: exit status, streams and folder as a shell sees them."""

    def dicu(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [DICU, "run", str(config), "--out", str(tmp_path / "runs"), "--no-figures", *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    done = dicu()
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1, "nothing but the folder on standard output"
    assert Run(done.stdout.strip()).verify() == []
    refused = dicu("seed=x")
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr.startswith("command line: seed=x: seed: not an integer")
    assert "Traceback" not in refused.stderr
