"""Whole runs that are killed or meet a full disk: what was finished stays, what was not leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dicu.execution.execute import NotTheSame, execute
from dicu.execution.progress import Silent
from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.load import Run

ROOT = Path(__file__).parents[2]
VALUES = {
    "name": "country",
    "world.name": "monocentric",
    "population.weight": 20,
    "time.start": "2025Q1",
    "time.end": "2035Q4",
    "reform.policy": "actual",
}

CHILD = """
import json, resource, signal, sys
from pathlib import Path
from dicu.execution.execute import execute
from dicu.execution.progress import Silent
from dicu.scenario.scenario import Scenario, with_values

values, out, limit = json.loads(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
if limit:
    sys.dont_write_bytecode = True  # Python keeps bytecode cut short, which no later process can read
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))  # a write beyond fails, as on a full disk

class Telling(Silent):
    def step(self, label, households):
        print(label, flush=True)

execute(with_values(Scenario(), values), out=out, progress=Telling(), again=True)
"""


class Noting(Silent):
    """Remembers what a run says."""

    def __init__(self, notes: list[str]) -> None:
        object.__setattr__(self, "notes", notes)

    def note(self, text: str) -> None:
        self.notes.append(text)


needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")


def child(out: Path, *, limit: int = 0, **values: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, json.dumps({**VALUES, **values}), str(out), str(limit)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the same scenario; copied by the tests, not changed."""
    return execute(with_values(Scenario(), VALUES), out=tmp_path_factory.mktemp("runs"))


@pytest.fixture
def earlier(finished: Path, tmp_path: Path) -> Path:
    """The same, in an out folder of the test's own."""
    return Path(shutil.copytree(finished, tmp_path / "runs" / finished.parent.name / finished.name))


@needs_posix
@pytest.mark.parametrize(
    "what",
    [
        signal.SIGKILL,
        pytest.param(signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, marks=pytest.mark.slow),
    ],
)
def test_killed_in_the_middle(what: signal.Signals, finished: Path, earlier: Path, tmp_path: Path) -> None:
    """Same scenario again, killed after some steps: the earlier run is untouched; then once more, to the end."""
    before = content(earlier)
    parent = earlier.parent
    process = child(tmp_path / "runs")
    assert process.stdout is not None
    for _ in range(12):  # past the reform and a year's end: tables are being written
        assert process.stdout.readline(), process.stderr.read() if process.stderr else ""
    os.kill(process.pid, what)
    code, _, _ = finish(process)
    assert code != 0, "the run had ended already"
    assert content(earlier) == before
    if what == signal.SIGKILL:
        left = [p for p in parent.iterdir() if p.name.startswith(".tmp-")]
        assert len(left) == 1, "the point is that a killed run leaves its unfinished folder"
        assert not (left[0] / "manifest.json").exists()
    assert execute(with_values(Scenario(), VALUES), out=tmp_path / "runs", again=True) == earlier
    assert names(parent) == [earlier.name], "what the killed run left is swept up"
    assert Run(earlier).verify() == []
    again = content(earlier)
    for table in ("flows.parquet", "national.parquet", "places.parquet", "governments.parquet"):
        assert again[table] == before[table] == (finished / table).read_bytes()


@needs_posix
@pytest.mark.slow
def test_killed_without_an_earlier_run_nothing_looks_finished(tmp_path: Path) -> None:
    process = child(tmp_path, **{"name": "first"})
    assert process.stdout is not None
    assert process.stdout.readline()
    process.kill()
    finish(process)
    assert [p for p in (tmp_path / "first").iterdir() if not p.name.startswith(".tmp-")] == []
    assert list((tmp_path / "first").rglob("manifest.json")) == []


@needs_posix
@pytest.mark.parametrize("limit", [pytest.param(2_000, marks=pytest.mark.slow), 60_000])
def test_a_full_disk_leaves_the_earlier_run_intact_and_nothing_else(
    limit: int, earlier: Path, tmp_path: Path
) -> None:
    """Full at once, or in the middle of a table."""
    assert max(p.stat().st_size for p in earlier.rglob("*")) > limit, "the disk was large enough"
    before = content(earlier)
    code, steps, err = finish(child(tmp_path / "runs", limit=limit))
    assert code != 0
    assert "OSError" in err
    assert (steps == "") == (limit < 10_000)
    assert names(earlier.parent) == [earlier.name]
    assert content(earlier) == before


def test_a_writer_that_fails_at_the_end_leaves_the_earlier_run(
    earlier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last file of all, the manifest, meets a full disk."""
    before = content(earlier)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dicu.execution.execute.write_manifest", full)
    with pytest.raises(OSError, match="No space left"):
        execute(with_values(Scenario(), VALUES), out=tmp_path / "runs", again=True)
    assert names(earlier.parent) == [earlier.name]
    assert content(earlier) == before


def test_a_finished_run_is_found_and_not_made_again(earlier: Path, tmp_path: Path) -> None:
    """Nothing is written; with ``again`` it is, and what others put into the folder stays."""
    (earlier / "report.html").write_text("mine", encoding="utf-8")
    moments = {p: p.stat().st_mtime_ns for p in earlier.rglob("*")}
    notes: list[str] = []
    tell = Noting(notes)
    assert execute(with_values(Scenario(), VALUES), out=tmp_path / "runs", progress=tell) == earlier
    assert {p: p.stat().st_mtime_ns for p in earlier.rglob("*")} == moments
    assert any("stands already" in note for note in notes)
    before = content(earlier)
    assert execute(with_values(Scenario(), VALUES), out=tmp_path / "runs", again=True) == earlier
    after = content(earlier)
    assert after["report.html"] == b"mine"
    differ = {name for name in before if before[name] != after[name]}
    assert differ == {"manifest.json", "ro-crate-metadata.json"}, (
        "equal runs differ in nothing but their times"
    )


def test_a_damaged_run_is_said_and_made_again(earlier: Path, tmp_path: Path) -> None:
    before = content(earlier)
    data = bytearray(before["national.parquet"])
    data[len(data) // 2] ^= 1
    (earlier / "national.parquet").write_bytes(data)
    notes: list[str] = []
    execute(with_values(Scenario(), VALUES), out=tmp_path / "runs", progress=Noting(notes))
    assert any("national.parquet" in note and "damaged" in note for note in notes)
    assert content(earlier)["national.parquet"] == before["national.parquet"]


def test_a_run_that_ends_in_another_state_does_not_replace_the_first(
    earlier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(earlier)
    monkeypatch.setattr("dicu.execution.execute.state_sha256", lambda *_: "0" * 64)
    with pytest.raises(NotTheSame, match="another state"):
        execute(with_values(Scenario(), VALUES), out=tmp_path / "runs", again=True)
    assert content(earlier) == before
    assert names(earlier.parent) == [earlier.name]


def test_what_is_not_conserved_is_not_published(
    earlier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that stops on its accounts is no result."""
    import dicu.model as module
    from dicu.commit.accounts import NotConserved

    before = content(earlier)
    real = module.commit

    def forgetful(*args: Any, **options: Any) -> Any:
        changes = real(*args, **options)
        changes.deaths += 1
        return changes

    monkeypatch.setattr(module, "commit", forgetful)
    with pytest.raises(NotConserved, match=r"persons: \d+ expected, \d+ counted, \+1"):
        execute(with_values(Scenario(), VALUES), out=tmp_path / "runs", again=True)
    assert names(earlier.parent) == [earlier.name]
    assert content(earlier) == before


@needs_posix
def test_the_command_says_what_went_wrong_in_one_line(tmp_path: Path) -> None:
    """`dicu run` on a full disk: exit status 1, one line on the error stream, no traceback."""
    config = tmp_path / "a.yaml"
    config.write_text(
        "world: {name: ring}\npopulation: {weight: 50}\ntime: {start: 2025Q1}\n", encoding="utf-8"
    )
    script = (
        "import resource, signal, sys\n"
        "sys.dont_write_bytecode = True\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\n"
        "from dicu.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "run", str(config), "--out", str(tmp_path / "runs"), "--no-figures"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "runs: the run could not be written and nothing of it is left (" in done.stderr.splitlines()[-1]
    assert names(tmp_path / "runs" / "a") == []


@pytest.mark.slow
def test_two_runs_of_one_scenario_at_once_both_end_well(tmp_path: Path) -> None:
    """The later one replaces the earlier: the folder is whole at the end, and nothing else is left."""
    processes = [child(tmp_path, **{"time.end": "2026Q4"}) for _ in range(2)]
    for process in processes:
        code, _, err = finish(process)
        assert code == 0, err
    (folder,) = (tmp_path / "country").iterdir()
    assert Run(folder).verify() == []
