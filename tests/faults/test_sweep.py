"""Sweeps that are killed, whose workers are killed, whose disk is full: nothing finished is lost or differs."""

from __future__ import annotations

import gc
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.sweeps.drive import NoRoom, Summary, run_sweep
from dicu.sweeps.executors import over_dask, serial
from dicu.sweeps.plan import Plan, make_plan
from dicu.sweeps.work import Status, Task, run_task
from sweeps import write_files

ROOT = Path(__file__).parents[2]
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
BASE = """
time: {start: 2025Q1, end: 2025Q4}
world: {name: monocentric, size: 10}
population: {weight: 1000}
reform: {policy: actual}
"""
SWEEP = """
base: base.yaml
sweep:
  scenarios: {none: {reform.policy: none}, actual: null}
  grid: {choose.theta: [0.4, 0.6]}
  replications: 5
  seed: 5
"""
DRIVER = """
import sys
from pathlib import Path
from dicu.sweeps.drive import run_sweep
from dicu.sweeps.executors import over_dask
from dicu.sweeps.plan import make_plan

class Tell:
    def start(self, missing, done):
        print("start", missing, done, flush=True)
    def ended(self, run, status):
        print(status.state, status.run_id, status.worker, flush=True)

if __name__ == "__main__":
    executor = over_dask(int(sys.argv[3]))
    summary = run_sweep(make_plan(Path(sys.argv[1])), Path(sys.argv[2]), executor=executor, tell=Tell())
    print("end", summary.finished, summary.total, flush=True)
"""
Size = tuple[int, int, int]
"""Replications, results to wait for before each kill, processes."""
FEW: Size = (5, 3, 1)
MANY: Size = (50, 20, 2)
SIZES = [pytest.param(FEW, id="20 runs"), pytest.param(MANY, id="200 runs", marks=pytest.mark.slow)]


def sweep_file(folder: Path, size: Size = FEW) -> Path:
    return write_files(folder, SWEEP.replace("replications: 5", f"replications: {size[0]}"), BASE)


_undisturbed: dict[Size, bytes] = {}
_folders: dict[Size, Path] = {}


@pytest.fixture
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Size], bytes]:
    """Bytes of the results of a sweep that nothing happened to, done in one process without dask."""

    def made(size: Size) -> bytes:
        if size not in _undisturbed:
            folder = tmp_path_factory.mktemp("undisturbed")
            summary = run_sweep(make_plan(sweep_file(folder, size)), folder / "runs", executor=serial)
            assert summary.complete, summary.failed
            _folders[size] = summary.folder
            _undisturbed[size] = (summary.folder / "results.parquet").read_bytes()
        return _undisturbed[size]

    return made


def driver(folder: Path, config: Path, workers: int) -> subprocess.Popen[str]:
    script = folder / "driver.py"
    script.write_text(DRIVER, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(script), str(config), str(folder / "runs"), str(workers)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(process: subprocess.Popen[str], done: int) -> list[str]:
    """Read what a driver prints until so many runs are done; returns the last line's words."""
    assert process.stdout is not None
    seen = 0
    while True:
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        words = line.split()
        seen += words[0] == "done"
        if seen == done:
            return words


def ended(pid: int) -> None:
    """Wait for a worker to notice that its driver is gone."""
    for _ in range(600):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError(f"worker {pid} outlives its driver")


@needs_posix
@pytest.mark.parametrize("size", SIZES)
def test_a_killed_worker_and_a_killed_driver_change_no_byte(
    size: Size, undisturbed: Callable[[Size], bytes], tmp_path: Path
) -> None:
    """First a worker dies, later the driver; then the same sweep once more, to the end."""
    config = sweep_file(tmp_path, size)
    process = driver(tmp_path, config, size[2])
    words = until(process, size[1])
    os.kill(int(words[2].split(":")[1]), signal.SIGKILL)
    words = until(process, size[1])
    process.kill()
    process.communicate()
    ended(int(words[2].split(":")[1]))
    folder = tmp_path / "runs" / "small"
    finished = {p: p.stat().st_mtime_ns for p in (folder / "runs").glob("[!.]*.parquet")}
    total = 4 * size[0]
    assert 2 * size[1] <= len(finished) < total, "killed too late"
    assert not (folder / "results.parquet").exists()

    executor = serial if size[2] == 1 else over_dask(size[2])
    again = run_sweep(make_plan(config), tmp_path / "runs", executor=executor)
    assert again.complete, again.failed
    assert again.done_now <= total - len(finished), "a run that was finished is done again"
    assert {p: p.stat().st_mtime_ns for p in finished} == finished
    assert (folder / "results.parquet").read_bytes() == undisturbed(size)
    assert list((folder / "runs").glob(".tmp-*")) == [], "what the killed left is swept up"


@pytest.mark.slow
def test_one_process_or_two_or_none_besides(undisturbed: Callable[[Size], bytes], tmp_path: Path) -> None:
    plan = make_plan(sweep_file(tmp_path))
    for workers in (1, 2):
        summary = run_sweep(plan, tmp_path / str(workers), executor=over_dask(workers))
        assert summary.complete, summary.failed
        assert (summary.folder / "results.parquet").read_bytes() == undisturbed(FEW)


@needs_posix
def test_a_run_that_always_kills_its_worker_is_recorded_and_the_others_go_on(
    undisturbed: Callable[[Size], bytes], tmp_path: Path
) -> None:
    """The other runs are copied from where they were done before: this is about who dies, not about what is run."""
    undisturbed(FEW)
    plan = make_plan(sweep_file(tmp_path))
    there = _folders[FEW] / "runs"
    bad = plan.runs[3].run_id

    def deadly(task: Task) -> Status:  # a function within a function reaches the workers by value
        import shutil

        if task.run_id == bad:
            os.kill(os.getpid(), signal.SIGKILL)
        for kind in ("parquet", "json"):
            shutil.copy(there / f"{task.run_id}.{kind}", task.folder / "runs")
        return Status(task.run_id, "done")

    summary = run_sweep(plan, tmp_path / "runs", executor=over_dask(2), work=deadly)
    assert list(summary.failed) == [bad], summary.failed
    assert "killed its worker 2 times" in summary.failed[bad]
    assert summary.finished == summary.total - 1
    told = json.loads((summary.folder / "failed" / f"{bad}.json").read_text())
    assert "killed its worker" in told["error"]
    healed = run_sweep(plan, tmp_path / "runs", executor=serial, retry_failed=True)
    assert healed.complete
    assert (healed.done_now, healed.failed) == (1, {})
    assert (summary.folder / "results.parquet").read_bytes() == undisturbed(FEW)


def limited(limit: int) -> Callable[[Task], Status]:
    """A worker on whose disk no file grows beyond ``limit`` bytes."""

    def work(task: Task) -> Status:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        writes = sys.dont_write_bytecode
        sys.dont_write_bytecode = True  # Python keeps bytecode cut short, which no later process can read
        try:
            return run_task(task)
        finally:
            sys.dont_write_bytecode = writes
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return work


@needs_posix
def test_a_full_disk_stops_the_sweep_and_keeps_what_is_finished(
    undisturbed: Callable[[Size], bytes], tmp_path: Path
) -> None:
    plan = make_plan(sweep_file(tmp_path))
    third = plan.runs[3].run_id
    full = limited(4000)

    def filling(task: Task) -> Status:
        return full(task) if task.run_id == third else run_task(task)

    with pytest.raises(NoRoom, match="no room left on the disk"):
        run_sweep(plan, tmp_path / "runs", executor=serial, work=filling)
    folder = tmp_path / "runs" / "small"
    assert len(list((folder / "runs").glob("*.parquet"))) == len(list((folder / "runs").glob("*.json"))) == 3
    assert list((folder / "failed").iterdir()) == [], "a full disk is no fault of the run"
    summary = run_sweep(plan, tmp_path / "runs", executor=serial)
    assert (summary.done_now, summary.complete) == (summary.total - 3, True)
    assert (folder / "results.parquet").read_bytes() == undisturbed(FEW)


@needs_posix
@pytest.mark.slow
def test_the_command_says_that_the_disk_is_full(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys\n"
        "sys.dont_write_bytecode = True\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        "from dicu.cli import app\n"
        "app()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "sweep", str(sweep_file(tmp_path)), "--executor", "serial",
         "--out", str(tmp_path / "runs")],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    last = " ".join(done.stderr.splitlines()[-3:])
    assert re.search(r"no room left on the disk .*finished runs are kept: make room", last), done.stderr


@needs_posix
def test_status_says_how_far_it_is_and_whether_anybody_works_on_it(tmp_path: Path) -> None:
    plan = make_plan(sweep_file(tmp_path))
    asked = ["sweep", str(tmp_path / "small.yaml"), "--status", "--out", str(tmp_path / "runs")]
    told = []

    def working(task: Task) -> Status:
        told.append(CliRunner().invoke(app, asked).stdout)
        return run_task(task)

    run_sweep(plan, tmp_path / "runs", executor=serial, work=working)
    total = len(plan.distinct)
    assert f"0 of {total} runs done, 0 failed, {total} to do; a process works on it" in told[0]
    assert f"3 of {total} runs done, 0 failed, {total - 3} to do; a process works on it" in told[3]
    after = CliRunner().invoke(app, asked).stdout
    assert f"{total} of {total} runs done, 0 failed, 0 to do; no process works on it" in after


def test_a_damaged_result_is_made_again(undisturbed: Callable[[Size], bytes], tmp_path: Path) -> None:
    plan = make_plan(sweep_file(tmp_path))
    first = run_sweep(plan, tmp_path / "runs", executor=serial)
    path = first.folder / "runs" / f"{plan.runs[4].run_id}.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    again = run_sweep(plan, tmp_path / "runs", executor=serial)
    assert (again.done_now, again.complete) == (1, True)
    assert (again.folder / "results.parquet").read_bytes() == undisturbed(FEW)


def test_a_log_that_was_cut_short_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    from dicu.sweeps.store import log_entries

    whole = {"run_id": "a", "state": "done", "seconds": 1, "start_seconds": 0.5, "steps": 3, "rows": 9}
    for odd in (b'{"run_id": "b", "sta', b'{"run_id": "b", "state": "done"}', b"[]", b"3", b"\xff"):
        (tmp_path / "log.jsonl").write_bytes(json.dumps(whole).encode() + b"\n" + odd)
        assert [entry["run_id"] for entry in log_entries(tmp_path)] == ["a"]


def test_a_worker_of_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan: Plan = make_plan(sweep_file(tmp_path), ["sweep.replications=1"])
    monkeypatch.setattr("dicu.execution.identity.model_version", lambda: "another")
    summary: Summary = run_sweep(plan, tmp_path / "runs", executor=serial)
    assert summary.finished == 0
    assert all("another version of the program" in error for error in summary.failed.values())


def test_an_unknown_scheduler_is_told_in_one_line(tmp_path: Path, monkeypatch: Any) -> None:
    from typer.testing import CliRunner

    from dicu.cli import app

    monkeypatch.setattr("dicu.sweeps.executors.SECONDS_TO_CONNECT", 1)
    done = CliRunner().invoke(
        app,
        [
            "sweep",
            str(sweep_file(tmp_path)),
            "--cluster",
            "tcp://127.0.0.1:9",
            "--out",
            str(tmp_path / "runs"),
        ],
    )
    assert done.exit_code == 1
    assert "--cluster tcp://127.0.0.1:9: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_stranger_cannot_give_orders_to_the_workers_of_a_sweep() -> None:
    """The scheduler of this computer asks for credentials that only its own process has."""
    from contextlib import ExitStack

    from distributed import Client

    from dicu.sweeps.executors import _client

    with ExitStack() as stack:
        ours = _client(stack, 1, None, None)
        address = ours.scheduler.address
        assert address.startswith("tls://")
        assert ours.submit(lambda: 7).result() == 7
        for stranger in (address, address.replace("tls://", "tcp://")):
            gc.collect()  # one that was refused must not be closed while the next starts: it waits for itself
            with pytest.raises((OSError, TypeError, RuntimeError)):
                Client(stranger, timeout=2)


def test_a_result_that_is_not_what_was_written_is_made_again(tmp_path: Path) -> None:
    """Any one bit of a result or of its checksums, and either of the two files gone."""
    import random

    plan = make_plan(sweep_file(tmp_path), ["sweep.replications=1"])
    folder = run_sweep(plan, tmp_path / "runs", executor=serial).folder
    results = (folder / "results.parquet").read_bytes()
    luck = random.Random(2)
    for damage in range(6):
        victim = sorted((folder / "runs").glob("*.parquet" if damage % 2 else "*.json"))[0]
        if damage < 4:
            data = bytearray(victim.read_bytes())
            data[luck.randrange(len(data))] ^= 1 << luck.randrange(8)
            victim.write_bytes(data)
        else:
            victim.unlink()
        again = run_sweep(plan, tmp_path / "runs", executor=serial)
        assert (again.done_now, again.finished) == (1, again.total), victim
        assert (folder / "results.parquet").read_bytes() == results
    assert run_sweep(plan, tmp_path / "runs", executor=serial).done_now == 0
