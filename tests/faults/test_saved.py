"""A run that is killed goes on from its last saved state; a full disk loses no state."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.execution.execute import Saving, execute
from dicu.execution.saved import last_saved, saved_folder, saved_steps
from dicu.scenario.loader import load

ROOT = Path(__file__).parents[2]
CONFIG = """
name: small
time: {start: 2024Q1, end: 2026Q4}
world: {name: monocentric, size: 10}
population: {weight: 200}
reform: {policy: actual}
"""
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
CHILD = """
import sys
from pathlib import Path
from dicu.execution.execute import Saving, execute
from dicu.execution.progress import Silent
from dicu.scenario.loader import load

class Tell(Silent):
    def step(self, label, households):
        print(label, flush=True)

execute(load(Path(sys.argv[1])).scenario, out=Path(sys.argv[2]), saving=Saving(3), progress=Tell())
"""


def parquet(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.glob("*.parquet"))}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@needs_posix
def test_killed_resumed_and_forked_by_command(config: Path, tmp_path: Path) -> None:
    """kill -9 after some steps; `dicu resume` ends with the bytes of a run that was left alone; `dicu fork` of it."""
    whole = execute(load(config).scenario, out=tmp_path / "whole")
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(config), str(tmp_path / "runs")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for _ in range(8):
        assert process.stdout.readline(), process.stderr.read() if process.stderr else ""
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    run = tmp_path / "runs" / "small" / whole.name
    assert not run.exists()
    states = saved_steps(run.parent / "saved" / run.name)
    assert len(states) in (1, 2), "the last one, and the one before if it was killed in between"
    done = CliRunner().invoke(app, ["resume", str(run), "--no-figures", "--keep-states"])
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == str(run)
    assert parquet(run) == parquet(whole)
    assert [p for p in run.parent.iterdir() if p.name.startswith(".tmp-")] == []

    args = ["fork", str(run), "--at", "2025Q2", "reform.policy=none", "--no-figures"]
    done = CliRunner().invoke(app, args)
    assert done.exit_code == 0, done.output
    fork = Path(done.stdout.splitlines()[-1])
    assert fork.parent.name == "small-fork"
    rows = [pq.read_metadata(folder / "lineage.parquet").num_rows for folder in (whole, fork)]
    assert rows[0] > 0 == rows[1], "the fork has no reform"
    done = CliRunner().invoke(app, [*args, "population.weight=1"])
    assert done.exit_code == 2
    assert "population.weight: it shaped the state" in done.stderr
    done = CliRunner().invoke(app, ["fork", str(run), "--at", "2031Q2"])
    assert done.exit_code == 2
    assert "--at: " in done.stderr


def test_nothing_to_resume(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["resume", str(tmp_path / "runs" / "small" / "0123456789abcdef")])
    assert done.exit_code == 2
    assert "no saved state to go on from" in done.stderr


def test_a_run_that_has_ended_is_not_resumed_but_found(config: Path, tmp_path: Path) -> None:
    folder = execute(load(config).scenario, out=tmp_path / "runs", saving=Saving(3))
    assert saved_steps(saved_folder(folder)) == {}
    moments = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}
    done = CliRunner().invoke(app, ["resume", str(folder)])
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{folder}\n", "this run has ended already\n")
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*")} == moments


def test_states_that_go_while_they_are_looked_for(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process ends the run: what it removes first is what makes a state be found."""
    import dicu.execution.saved as module

    folder = saved_folder(execute(load(config).scenario, out=tmp_path / "runs", saving=Saving(4, keep=True)))
    assert len(saved_steps(folder)) == 2
    real = module.load
    monkeypatch.setattr(module.shutil, "rmtree", lambda path: None)

    def ended(path: Path) -> object:
        module.Saves(folder, "", "", *(real(folder / "config.yaml").scenario,) * 2).clear()
        (folder / "config.yaml").unlink()
        return real(path)

    monkeypatch.setattr(module, "load", ended)
    assert last_saved(folder) is None


def test_states_need_to_be_saved_to_be_kept(config: Path) -> None:
    done = CliRunner().invoke(app, ["run", str(config), "--keep-states"])
    assert done.exit_code == 2
    assert "--keep-states: no state is saved without --checkpoint-every" in done.stderr


def test_a_state_that_cannot_be_written_leaves_the_one_before(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when the second state is saved: the run stops, and goes on from the first one."""
    import dicu.execution.saved as module

    real, calls = module.write_archive, []

    def filling(path: Path, **given: object) -> str:
        calls.append(path)
        if len(calls) == 4:  # the second state's tables
            raise OSError(28, "No space left on device")
        return real(path, **given)  # type: ignore[arg-type]

    scenario = load(config).scenario
    monkeypatch.setattr(module, "write_archive", filling)
    with pytest.raises(OSError, match="No space left"):
        execute(scenario, out=tmp_path / "runs", saving=Saving(4))
    monkeypatch.undo()
    (folder,) = (tmp_path / "runs" / "small" / "saved").iterdir()
    ((step, path),) = saved_steps(folder).items()
    assert step == 4
    saved = module.read_saved(path)
    again = execute(saved.scenario, out=tmp_path / "runs", saved=saved)
    assert parquet(again) == parquet(execute(scenario, out=tmp_path / "whole"))
