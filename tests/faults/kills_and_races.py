"""Runs killed at random moments and races of two processes on one run: nothing lost, no byte different.

``PYTHONPATH=tests python -m faults.kills_and_races 60 40`` does so many of each and prints a table.

Every process is `dicu` itself, forked from one that has imported all it needs and loaded the compiled kernels: so a
random moment falls into the run, from building the world to publishing the folder, not into the start of Python.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import NoReturn

import pyarrow.parquet as pq

from dicu.cli import main as cli_main
from dicu.execution.execute import Saving, execute
from dicu.execution.saved import read_saved, saved_folder, saved_steps
from dicu.record.folder import TMP, is_finished
from dicu.record.reading import Files, read_manifest
from dicu.scenario.loader import load

NAME = "nhỏ"
CONFIG = f"""
name: {NAME}
time: {{start: 2024Q1, end: 2026Q4}}
world: {{name: monocentric, size: 10}}
population: {{weight: 200}}
reform: {{policy: actual}}
"""
USERS = {"report.html": b"<p>mine</p>", "figures/mine.svg": b"<svg/>", "notes.txt": "ghi chú".encode()}
"""Files that a user has put into a finished run's folder."""
LONGEST_SECONDS = 300.0
ALWAYS = ("--checkpoint-every", "2", "--no-figures", "--threads", "1")
"""One thread: those of the process that was forked are not there."""


@dataclass
class Told:
    """What became of the processes; each fault is a sentence."""

    what: str
    n: int = 0
    seconds: float = 0.0
    moments: dict[str, int] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(
        default_factory=lambda: {"lost": [], "differing": [], "ended badly": []}
    )

    def found(self) -> list[str]:
        """All faults."""
        return [f"{kind}: {text}" for kind, texts in self.faults.items() for text in texts]

    def __str__(self) -> str:
        counts = ", ".join(f"{len(texts)} {kind}" for kind, texts in self.faults.items())
        met = ", ".join(f"{count} {name}" for name, count in sorted(self.moments.items()))
        return f"{self.what}: {self.n}, {self.seconds:.0f} s; {counts}; {met}"


class Ground:
    """A folder with the configuration, the run as it is when nothing happens, and how long it takes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "small.yaml"
        self.config.write_text(CONFIG, encoding="utf-8")
        scenario = load(self.config).scenario
        # here, so that forks find all modules imported and all kernels loaded, those of saved states too
        self.whole = execute(scenario, out=folder / "whole", threads=1, saving=Saving(2, keep=True))
        saved = read_saved(min(saved_steps(saved_folder(self.whole)).values()))
        execute(scenario, out=folder / "warm", threads=1, saved=saved)
        self.tables = tables(self.whole)
        told = [self.run(folder / f"alone-{k}").finish() for k in range(3)]
        assert all(code == 0 for _, code, _ in told), told
        self.seconds = max(seconds for seconds, _, _ in told)

    def run(self, out: Path, *words: str) -> Process:
        """`dicu run` of the configuration, begun."""
        return Process(["run", str(self.config), "--out", str(out), *ALWAYS, *words])

    def resume(self, out: Path) -> Process:
        """`dicu resume` of the same run, begun."""
        return Process(["resume", str(self.at(out)), *ALWAYS])

    def at(self, out: Path) -> Path:
        """Where the run stands, or will."""
        return out / self.whole.parent.name / self.whole.name

    def stands(self, out: Path) -> None:
        """Put the finished run there, with a user's files in it."""
        shutil.copytree(self.whole, self.at(out))
        (self.at(out) / "figures").mkdir()
        for name, data in USERS.items():
            (self.at(out) / name).write_bytes(data)


class Process:
    """One `dicu`, begun just now."""

    def __init__(self, words: list[str]) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        self._since = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # threads of this process are idle, and not inherited
            self._pid = os.fork()
        if not self._pid:
            self._become(words)

    def _become(self, words: list[str]) -> NoReturn:
        """In the fork: run the command and end with its status, whatever happens."""
        status = 99
        try:
            for number in (1, 2):
                os.dup2(self._said.fileno(), number)
            sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))  # noqa: SIM115
            sys.argv = ["dicu", *words]
            cli_main()
        except SystemExit as end:
            status = int(end.code or 0)
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(status)

    def alive(self) -> bool:
        """Whether it has not ended; asked before `kill` or `finish`."""
        return os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def kill(self) -> int:
        """End it at once; its exit status, that of the signal unless it had ended."""
        os.kill(self._pid, signal.SIGKILL)
        return self._wait()[1]

    def finish(self) -> tuple[float, int, str]:
        """Seconds since it began, exit status, and what it said, the folder last."""
        until = time.perf_counter() + LONGEST_SECONDS
        while self.alive():
            if time.perf_counter() > until:
                self.kill()
                return LONGEST_SECONDS, -signal.SIGKILL, "did not end"
            time.sleep(0.002)
        return self._wait()

    def _wait(self) -> tuple[float, int, str]:
        _, status = os.waitpid(self._pid, 0)
        self._said.seek(0)
        text = self._said.read().decode("utf-8", "replace")
        self._said.close()
        return time.perf_counter() - self._since, os.waitstatus_to_exitcode(status), text or "(nothing)"


def tables(folder: Path) -> dict[str, bytes]:
    """Every table of a run, as bytes."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}


def kills(ground: Ground, n: int, seed: int = 1) -> Told:
    """Kill a run at random moments and give the same command again, or `dicu resume` where a state was saved.

    Half of the runs are made once more (``--again``) where a finished one stands with a user's files in its folder.
    """
    rng, told, began = Random(seed), Told("kills"), time.perf_counter()
    for number in range(n):
        out = ground.folder / f"kill-{number}"
        again = number % 2 == 1
        if again:
            ground.stands(out)
        moment = rng.uniform(0.0, 1.05 * ground.seconds)
        process = ground.run(out, *(["--again"] if again else []))
        time.sleep(moment)
        code = process.kill()
        name = f"kill {number} after {moment:.2f} s"
        saved = bool(saved_steps(saved_folder(ground.at(out))))
        _count(told, "had ended" if code == 0 else "with a saved state" if saved else "before a saved state")
        if again:
            _check_kept(ground, out, f"{name}, at once", told)
        if saved and rng.random() < 0.5:
            _, code, said = ground.resume(out).finish()
        else:
            _, code, said = ground.run(out).finish()
        if code != 0 or said.splitlines()[-1] != str(ground.at(out)):
            told.faults["ended badly"].append(f"{name}: status {code}: {said[-600:]}")
        _check(ground, out, name, again, told)
        shutil.rmtree(out)
        told.n += 1
    told.seconds = time.perf_counter() - began
    return told


def races(ground: Ground, n: int, seed: int = 2) -> Told:
    """Two processes on one run, one of them a random moment later: both end well, and print the same whole folder.

    In turn two runs of a new one, one beside ``--again`` where it stands, and one beside `dicu resume` of a killed one.
    """
    rng, told, began = Random(seed), Told("races"), time.perf_counter()
    for number in range(n):
        out = ground.folder / f"race-{number}"
        kind = ("run, run", "run, run --again", "run, resume")[number % 3]
        if kind == "run, run --again":
            ground.stands(out)
        if kind == "run, resume":
            _leave_killed(ground, out)
        start: list[Callable[[], Process]] = [
            partial(ground.run, out),
            partial(ground.resume, out)
            if kind == "run, resume"
            else partial(ground.run, out, *(["--again"] if "again" in kind else [])),
        ]
        rng.shuffle(start)
        first = start[0]()
        time.sleep(rng.choice((0.0, rng.uniform(0.0, ground.seconds))))
        pair = [first, start[1]()]
        name = f"race {number} ({kind})"
        _count(told, kind)
        for process in pair:
            _, code, said = process.finish()
            if code != 0 or said.splitlines()[-1] != str(ground.at(out)):
                told.faults["ended badly"].append(f"{name}: status {code}: {said[-600:]}")
        _check(ground, out, name, kind == "run, run --again", told)
        shutil.rmtree(out)
        told.n += 1
    told.seconds = time.perf_counter() - began
    return told


def _leave_killed(ground: Ground, out: Path) -> None:
    """Kill a run as soon as it has saved a state."""
    process = ground.run(out)
    until = time.perf_counter() + LONGEST_SECONDS
    while not saved_steps(saved_folder(ground.at(out))):
        if not process.alive() or time.perf_counter() > until:
            raise AssertionError(f"no state was saved: {process.finish()}")
        time.sleep(0.001)
    process.kill()


def _count(told: Told, name: str) -> None:
    told.moments[name] = told.moments.get(name, 0) + 1


def _check_kept(ground: Ground, out: Path, name: str, told: Told) -> None:
    """Just after a kill the finished run and the user's files are there, perhaps parked under a temporary name."""
    parent = ground.at(out).parent
    here = [p for p in parent.iterdir() if is_finished(p) and all((p / user).is_file() for user in USERS)]
    spread = {p.relative_to(f).as_posix() for f in parent.iterdir() for p in f.rglob("*") if p.is_file()}
    if not any(is_finished(p) for p in parent.iterdir()) or not (here or set(USERS) <= spread):
        told.faults["lost"].append(f"{name}: {sorted(p.name for p in parent.iterdir())}")


def _check(ground: Ground, out: Path, name: str, had: bool, told: Told) -> None:
    """The folder is whole, with the bytes of an undisturbed run and what was the user's; nothing is left over."""
    folder = ground.at(out)
    lost = told.faults["lost"]
    if not is_finished(folder):
        lost.append(f"{name}: the run is not there")
        return
    damaged = Files(folder, read_manifest(folder)["outputs"]).faults()
    if damaged:
        lost.append(f"{name}: {damaged} missing or damaged")
    for user, data in USERS.items() if had else ():
        if not (folder / user).is_file() or (folder / user).read_bytes() != data:
            lost.append(f"{name}: {user} of the user")
    found = tables(folder)
    differ = [table for table in ground.tables if found.get(table) != ground.tables[table]]
    if differ or set(found) != set(ground.tables):
        rows = [pq.read_metadata(folder / t).num_rows for t in differ if t in found]
        told.faults["differing"].append(f"{name}: {differ} of {sorted(found)} ({rows} rows)")
    left = [p.name for p in folder.parent.iterdir() if p.name.startswith((TMP, ".")) and p != folder]
    if left:
        told.faults["ended badly"].append(f"{name}: left over: {left}")


def main(n_kills: int, n_races: int, folder: Path) -> tuple[Told, Told]:
    """So many kills and races in a folder of their own."""
    ground = Ground(folder)
    return kills(ground, n_kills), races(ground, n_races)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for result in main(int(sys.argv[1]), int(sys.argv[2]), Path(place)):
            print(result)
            for fault in result.found():
                print("  ", fault)
